// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres_test

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/sqlstore/postgres"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

func TestBadURLIsRefusedInASentence(t *testing.T) {
	const right = "; right is postgres://roster@db.example.com:5432/roster?sslmode=verify-full&sslrootcert=/etc/roster/ca.pem&passwordFile=/run/secrets/roster"
	const secret = "the URL of a PostgreSQL store may not hold a password, since others can read it: put the password into a file and name that with " +
		"passwordFile=, or into the environment as PGPASSWORD or PGPASSFILE"
	const unknown = "the URL of a PostgreSQL store has a parameter that is unknown or occurs twice; there are application_name, "
	for reason, c := range map[string]struct{ url, want string }{
		"another scheme":             {"postgresql://me@host/db", "the URL of a PostgreSQL store is no valid URL that begins with postgres://" + right},
		"no URL":                     {"postgres://me@ho st/db", "the URL of a PostgreSQL store is no valid URL that begins with postgres://" + right},
		"a password":                 {"postgres://me:hush@host/db", secret},
		"an empty password":          {"postgres://me:@host/db", secret},
		"a password as parameter":    {"postgres://me@host/db?password=hush", secret},
		"a key's password":           {"postgres://me@host/db?sslpassword=hush", secret},
		"a raw # in a password file": {"postgres://me@host/db?passwordFile=/a#hush", "the URL of a PostgreSQL store has a #, after which nothing counts: write %23 where the # belongs to a name"},
		"no user":                    {"postgres://host/db", "the URL of a PostgreSQL store names a user, a host and a database" + right},
		"no database":                {"postgres://me@host", "the URL of a PostgreSQL store names a user, a host and a database" + right},
		"no host":                    {"postgres://me@/db", "the URL of a PostgreSQL store names a user, a host and a database" + right},
		"a path":                     {"postgres://me@host/db/hush", "the URL of a PostgreSQL store names a user, a host and a database" + right},
		"an unknown parameter":       {"postgres://me@host/db?sslmod=hush", unknown},
		"a parameter twice":          {"postgres://me@host/db?sslmode=require&sslmode=disable", unknown},
		"no parameters":              {"postgres://me@host/db?%zz", "the parameters of the URL of a PostgreSQL store are none" + right},
		"an unknown mode":            {"postgres://me@host/db?sslmode=hush", "the sslmode in the URL of a PostgreSQL store is none of disable, allow, prefer, require, verify-ca, verify-full"},
		"half a client certificate":  {"postgres://me@host/db?sslcert=hush", "the URL of a PostgreSQL store names both sslcert and sslkey, or neither"},
		"two password files":         {"postgres://me@host/db?passfile=hush&passwordFile=hush", "the URL of a PostgreSQL store names one file with the password: passwordFile=, which holds nothing else, or passfile=, in the form of .pgpass"},
	} {
		s, err := postgres.Open(c.url)
		if err == nil || s != nil {
			t.Errorf("%s: opened; expected an error", reason)
			continue
		}
		if !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %q; expected %q", reason, err, c.want)
		}
		if strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %q repeats what may be secret", reason, err)
		}
	}
}

func TestConnectionsAreAsSafeAsTheURLSays(t *testing.T) {
	server := postgresserver.Shared(t)
	name := migrated(t, server)
	certificate := url.PathEscape(server.Certificate())
	empty := filepath.Join(t.TempDir(), "no+certificate at all.pem")
	writeFile(t, empty, "nothing of use")
	localhost := func(at string) string { return strings.Replace(at, "127.0.0.1", "localhost", 1) }
	same := func(at string) string { return at }
	for reason, c := range map[string]struct {
		parameters string
		through    func(string) string
		encrypted  bool
		want       string
	}{
		"no TLS":                      {"sslmode=disable", same, false, ""},
		"TLS where there is":          {"sslmode=prefer", same, true, ""},
		"TLS, whoever it is":          {"sslmode=require", same, true, ""},
		"TLS of an authority":         {"sslmode=verify-ca&sslrootcert=" + certificate, localhost, true, ""},
		"TLS of the named host":       {"sslmode=verify-full&sslrootcert=" + certificate, same, true, ""},
		"TLS of another host":         {"sslmode=verify-full&sslrootcert=" + certificate, localhost, false, "the PostgreSQL server HOST shows a certificate that is not trusted for the host localhost: name the host as its certificate does, or take sslmode=verify-ca"},
		"TLS of nobody known":         {"sslmode=verify-full", same, false, "the PostgreSQL server HOST shows a certificate that is not trusted (it is of an authority that is not known here): name the authority's certificate with sslrootcert"},
		"an authority that is absent": {"sslmode=verify-ca&sslrootcert=/nowhere/ca.pem", same, false, "a file for the connection to HOST, /nowhere/ca.pem, cannot be read (no such file or directory): make it readable"},
		"an authority that is none":   {"sslmode=verify-ca&sslrootcert=" + url.PathEscape(empty), same, false, "the settings for the connection to HOST cannot be used: see that the parameters of the URL and the variables PG... of the environment are right, and that the files they name hold what they should"},
	} {
		t.Run(reason, func(t *testing.T) {
			at := c.through(server.URL(postgresserver.Administrator, name, c.parameters, "application_name="+url.PathEscape(reason)))
			_, err := open(t, at).ID(t.Context())
			if c.want != "" {
				host := strings.Replace(server.Address(), "127.0.0.1", map[bool]string{true: "localhost", false: "127.0.0.1"}[strings.Contains(at, "localhost")], 1)
				expectAway(t, err, strings.Replace(c.want, "HOST", host, 1))
				return
			}
			if err != nil {
				t.Fatalf("ID: %v; expected the connection to be let", err)
			}
			encrypted := query(t, server.Connect(t, name), "SELECT bool_and(s.ssl) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE a.application_name = '"+reason+"'")
			if want := []string{map[bool]string{true: "1", false: "0"}[c.encrypted]}; !slices.Equal(encrypted, want) {
				t.Errorf("encrypted: %v; expected %v", encrypted, want)
			}
		})
	}
}

func TestServerWithoutTLSIsSaidToBeOne(t *testing.T) {
	server := postgresserver.Own(t)
	server.Run(t, "postgres", "ALTER SYSTEM SET ssl = off")
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	_, err := open(t, server.URL(postgresserver.Administrator, "postgres", "sslmode=require")).ID(t.Context())
	expectAway(t, err, fmt.Sprintf("the PostgreSQL server %s does not offer TLS: switch it on there, or lower sslmode", server.Address()))
}

// guarded makes the role that needs a password, and a database that is its own.
func guarded(t *testing.T, password string) (server *postgresserver.Server, database string) {
	t.Helper()
	server = postgresserver.Own(t)
	server.Run(t, "postgres", fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s'", postgresserver.Guarded, password))
	database = server.Database(t)
	server.Run(t, "postgres", fmt.Sprintf("ALTER DATABASE %s OWNER TO %s", database, postgresserver.Guarded))
	return server, database
}

func TestPasswordComesFromWhereItIsToBe(t *testing.T) {
	server, database := guarded(t, "correct horse")
	folder := t.TempDir()
	for name, content := range map[string]string{
		"right": "correct horse\n", "wrong": "hush hush\n", "empty": "\n", "pgpass": "*:*:*:" + postgresserver.Guarded + ":correct horse\n",
	} {
		writeFile(t, filepath.Join(folder, name), content)
	}
	refused := fmt.Sprintf("the PostgreSQL server %s does not let in the user %q (SQLSTATE 28P01): see that the password is right, and that pg_hba.conf lets this machine in",
		server.Address(), postgresserver.Guarded)
	for _, c := range []struct {
		reason, parameter string
		environment       map[string]string
		want              string
	}{
		{"in a file", "passwordFile=FOLDER/right", nil, ""},
		{"in a file, whatever the environment says", "passwordFile=FOLDER/right", map[string]string{"PGPASSWORD": "hush hush"}, ""},
		{"in a file of many", "passfile=FOLDER/pgpass", nil, ""},
		{"in a file of many that the environment names", "", map[string]string{"PGPASSFILE": "FOLDER/pgpass"}, ""},
		{"in the environment", "", map[string]string{"PGPASSWORD": "correct horse"}, ""},
		{"wrong in a file", "passwordFile=FOLDER/wrong", nil, refused},
		{"wrong in the environment", "", map[string]string{"PGPASSWORD": "hush hush"}, refused},
		{"in a file that is absent", "passwordFile=FOLDER/absent", nil, "the password file FOLDER/absent cannot be read (no such file or directory): make it exist and be readable"},
		{"in a file that is empty", "passwordFile=FOLDER/empty", nil, "the password file FOLDER/empty is empty: it should hold the password and nothing else"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			for name, value := range c.environment {
				t.Setenv(name, strings.ReplaceAll(value, "FOLDER", folder))
			}
			parameters := strings.Trim("sslmode=disable&"+strings.ReplaceAll(c.parameter, "FOLDER", url.PathEscape(folder)), "&")
			_, err := open(t, server.URL(postgresserver.Guarded, database, parameters)).ID(t.Context())
			if c.want == "" && err != nil {
				t.Errorf("ID: %v; expected the password to be found", err)
			}
			if c.want != "" {
				expectAway(t, err, strings.ReplaceAll(c.want, "FOLDER", folder))
			}
		})
	}
}

// A password that is replaced, in the server and in its file, is taken up without a restart.
func TestReplacedPasswordIsTakenUp(t *testing.T) {
	server, database := guarded(t, "first")
	file := filepath.Join(t.TempDir(), "password")
	writeFile(t, file, "first")
	s := open(t, server.URL(postgresserver.Guarded, database, "sslmode=disable&passwordFile="+url.PathEscape(file)))
	if _, err := s.ID(t.Context()); err != nil {
		t.Fatalf("ID with the first password: %v", err)
	}
	replace := func() {
		server.Run(t, "postgres", fmt.Sprintf("ALTER ROLE %s PASSWORD 'second'", postgresserver.Guarded))
		server.Run(t, "postgres", fmt.Sprintf("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '%s'", postgresserver.Guarded))
	}
	replace()
	eventually(t, "the store says that the old password is refused", func() error {
		_, err := s.ID(t.Context())
		if err == nil {
			return errors.New("the old password does")
		}
		if !strings.Contains(err.Error(), "28P01") {
			return err
		}
		return nil
	})
	writeFile(t, file, "second\n")
	if _, err := s.ID(t.Context()); err != nil {
		t.Errorf("ID once the file has the new password: %v; expected the store to take it up", err)
	}
}

func TestSessionIsBoundedAndNamed(t *testing.T) {
	server := postgresserver.Shared(t)
	name := migrated(t, server)
	server.Run(t, "postgres", fmt.Sprintf("ALTER DATABASE %s SET default_transaction_isolation = 'serializable'", name))
	s := open(t, server.URL(postgresserver.Administrator, name, "sslmode=disable&statement_timeout=1234"), postgres.WithMaxConnections(3))
	server.Run(t, name, `CREATE FUNCTION note() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
		INSERT INTO noted SELECT name, setting FROM pg_settings WHERE name IN ('application_name', 'statement_timeout', 'lock_timeout',
			'idle_in_transaction_session_timeout', 'transaction_isolation'); RETURN NEW; END $$;
		CREATE TABLE noted (name TEXT, setting TEXT);
		CREATE TRIGGER note AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION note()`)
	put(t, s.People(), person("worker"), "worker")
	want := []string{
		"application_name|roster", "idle_in_transaction_session_timeout|60000", "lock_timeout|10000", "statement_timeout|1234",
		"transaction_isolation|read committed",
	}
	if got := query(t, server.Connect(t, name), "SELECT name, setting FROM noted ORDER BY name"); !slices.Equal(got, want) {
		t.Errorf("the session that writes has %q; expected %q", got, want)
	}
}

// expectAway expects that the store is unavailable for a reason, in one line.
func expectAway(t *testing.T, err error, want string) {
	t.Helper()
	if !errors.Is(err, store.ErrUnavailable) || err.Error() != "identity store is unavailable: "+want {
		t.Errorf("%v; expected identity store is unavailable: %s", err, want)
	}
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
