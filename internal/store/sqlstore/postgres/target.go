// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// target is where a store is, and how its password is had.
type target struct {
	// connection is the URL as the client library takes it. It holds no secret.
	connection   string
	passwordFile string
	// user, server and database are for sentences.
	user, server, database string
	parameters             url.Values
}

// example is a URL that is right.
const example = "postgres://roster@db.example.com:5432/roster?sslmode=verify-full&sslrootcert=/etc/roster/ca.pem&passwordFile=/run/secrets/roster"

// parameters are those a URL may have.
var parameters = []string{
	"application_name", "channel_binding", "connect_timeout", "host", "lock_timeout", "passfile", "passwordFile", "pool_max_conns",
	"require_auth", "search_path", "sslcert", "sslcertmode", "sslkey", "sslmode", "sslnegotiation", "sslrootcert", "sslsni",
	"statement_timeout", "target_session_attrs",
}

// modes are how much TLS a connection needs, the least first.
var modes = []string{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}

// parse takes a URL apart. Its errors do not repeat the URL, which may hold what its author took for a place for secrets.
func parse(text string) (target, error) {
	at, err := url.Parse(text)
	if err != nil || at.Scheme != Scheme || at.Opaque != "" {
		return target{}, errors.New("the URL of a PostgreSQL store is no valid URL that begins with postgres://; right is " + example)
	}
	// A plus is a plus in such URLs, as it is to libpq.
	query, err := url.ParseQuery(strings.ReplaceAll(at.RawQuery, "+", "%2B"))
	if err != nil {
		return target{}, errors.New("the parameters of the URL of a PostgreSQL store are none; right is " + example)
	}
	for _, check := range []func(*url.URL, url.Values) error{refuseSecrets, checkParameters, checkNames} {
		if err := check(at, query); err != nil {
			return target{}, err
		}
	}
	known := maps.Clone(query)
	known.Del("passwordFile")
	connection := url.URL{Scheme: Scheme, User: at.User, Host: at.Host, Path: at.Path, RawQuery: strings.ReplaceAll(known.Encode(), "+", "%20")}
	return target{
		connection: connection.String(), passwordFile: query.Get("passwordFile"), parameters: query,
		user: at.User.Username(), server: server(at, query), database: databaseOf(at),
	}, nil
}

func databaseOf(at *url.URL) string { return strings.TrimPrefix(at.Path, "/") }

func checkNames(at *url.URL, query url.Values) error {
	database := databaseOf(at)
	if at.User.Username() == "" || database == "" || strings.Contains(database, "/") || at.Host == "" && query.Get("host") == "" {
		return errors.New("the URL of a PostgreSQL store names a user, a host and a database; right is " + example)
	}
	return nil
}

// refuseSecrets keeps secrets out of URLs, as whoever lists the processes of a machine reads those.
func refuseSecrets(at *url.URL, query url.Values) error {
	_, password := at.User.Password()
	if password || query.Has("password") || query.Has("sslpassword") {
		return errors.New("the URL of a PostgreSQL store may not hold a password, since others can read it: put the password into a file " +
			"and name that with passwordFile=, or into the environment as PGPASSWORD or PGPASSFILE")
	}
	if at.Fragment != "" {
		return errors.New("the URL of a PostgreSQL store has a #, after which nothing counts: write %23 where the # belongs to a name")
	}
	return nil
}

func checkParameters(_ *url.URL, query url.Values) error {
	for name, values := range query {
		if !slices.Contains(parameters, name) || len(values) != 1 {
			return errors.New("the URL of a PostgreSQL store has a parameter that is unknown or occurs twice; there are " + strings.Join(parameters, ", "))
		}
	}
	if mode := query.Get("sslmode"); query.Has("sslmode") && !slices.Contains(modes, mode) {
		return errors.New("the sslmode in the URL of a PostgreSQL store is none of " + strings.Join(modes, ", "))
	}
	if query.Has("passwordFile") && (query.Get("passwordFile") == "" || query.Has("passfile")) {
		return errors.New("the URL of a PostgreSQL store names one file with the password: passwordFile=, which holds nothing else, or passfile=, in the form of .pgpass")
	}
	if query.Has("sslcert") != query.Has("sslkey") {
		return errors.New("the URL of a PostgreSQL store names both sslcert and sslkey, or neither")
	}
	return nil
}

// server is what a sentence calls the server.
func server(at *url.URL, query url.Values) string {
	if at.Host == "" {
		return query.Get("host")
	}
	if at.Port() == "" {
		return net.JoinHostPort(at.Hostname(), "5432")
	}
	return at.Host
}

// settings reads what the URL, the environment and the files they name say. The files are read each time, so that a
// password or a certificate that was replaced is taken up.
func (at target) settings() (*pgx.ConnConfig, error) {
	settings, err := pgx.ParseConfig(at.connection)
	if file, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, &misconfigured{fmt.Sprintf("a file for the connection to %s, %s, cannot be read (%v): make it readable", at.server, file.Path, file.Err)}
	}
	if err != nil {
		// What the library says repeats what it read.
		return nil, &misconfigured{fmt.Sprintf("the settings for the connection to %s cannot be used: see that the parameters of the URL and the "+
			"variables PG... of the environment are right, and that the files they name hold what they should", at.server)}
	}
	if at.passwordFile == "" {
		return settings, nil
	}
	settings.Password, err = readPassword(at.passwordFile)
	return settings, err
}

// readPassword is the content of a file without the line break at its end.
func readPassword(path string) (string, error) {
	content, err := os.ReadFile(path) // #nosec G304 -- the path is the configured one
	if err != nil {
		if at, ok := errors.AsType[*fs.PathError](err); ok {
			err = at.Err
		}
		return "", &misconfigured{fmt.Sprintf("the password file %s cannot be read (%v): make it exist and be readable", path, err)}
	}
	password := string(bytes.TrimRight(content, "\r\n"))
	if password == "" {
		return "", &misconfigured{fmt.Sprintf("the password file %s is empty: it should hold the password and nothing else", path)}
	}
	return password, nil
}

// misconfigured is what is wrong on this side of a connection, as a sentence for people.
type misconfigured struct{ sentence string }

func (e *misconfigured) Error() string { return e.sentence }
