// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package postgres keeps the identity store in a PostgreSQL database: the store of production.
package postgres

import (
	"time"

	"github.com/roster-dev/roster/internal/store/sqlstore"
)

// Scheme is what a URL of such a store begins with.
const Scheme = "postgres"

// Option sets what a URL does not say.
type Option func(*dialect)

// WithMaxConnections sets how many connections the store has at most, migrations aside; the default is 16, as many as the
// manager uses at once. The parameter pool_max_conns of a URL wins.
func WithMaxConnections(n int32) Option {
	return func(d *dialect) { d.maxConnections = n }
}

// WithConnectTimeout sets how long a server may take to accept a connection; the default is 5 s. The parameter
// connect_timeout of a URL wins.
func WithConnectTimeout(timeout time.Duration) Option {
	return func(d *dialect) { d.connectTimeout = timeout }
}

// WithStatementTimeout sets how long the server works on one statement; the default is 30 s. The parameter
// statement_timeout of a URL wins.
func WithStatementTimeout(timeout time.Duration) Option {
	return func(d *dialect) { d.session["statement_timeout"] = milliseconds(timeout) }
}

// WithLockTimeout sets how long a statement waits for a lock that another transaction holds; the default is 10 s. The
// parameter lock_timeout of a URL wins.
func WithLockTimeout(timeout time.Duration) Option {
	return func(d *dialect) { d.session["lock_timeout"] = milliseconds(timeout) }
}

// WithClock sets the clock that tells when records are created and changed; the default is the system's.
func WithClock(now func() time.Time) Option {
	return func(d *dialect) { d.now = now }
}

// Open is the store in a database, whose tables are made when it is first used. The URL is
// postgres://user@host:port/database with the parameters of libpq; the password is in a file or in the environment, never
// in the URL. Only the URL is checked here: a server that is away is one whose store answers store.ErrUnavailable.
func Open(url string, options ...Option) (*sqlstore.Store, error) {
	d, err := newDialect(url)
	if err != nil {
		return nil, err
	}
	for _, option := range options {
		option(d)
	}
	return sqlstore.New(d, d.now), nil
}

// OpenReadOnly is the store in a database that has its tables already, to be read only. A role that may only read will do.
func OpenReadOnly(url string) (*sqlstore.Store, error) {
	d, err := newDialect(url)
	if err != nil {
		return nil, err
	}
	d.session["default_transaction_read_only"] = "on"
	delete(d.session, "roster.writer")
	return sqlstore.NewReadOnly(d), nil
}

func newDialect(url string) (*dialect, error) {
	at, err := parse(url)
	if err != nil {
		return nil, err
	}
	return &dialect{
		target: at, maxConnections: 16, connectTimeout: 5 * time.Second, heartbeat: 30 * time.Second, now: time.Now,
		session: map[string]string{
			"application_name": "roster",
			// What the manager itself changes is not told to it.
			"roster.writer": "on",
			// A write relies on seeing, once it holds a lock, what was committed before it got it.
			"default_transaction_isolation":       "read committed",
			"statement_timeout":                   milliseconds(30 * time.Second),
			"lock_timeout":                        milliseconds(10 * time.Second),
			"idle_in_transaction_session_timeout": milliseconds(time.Minute),
		},
	}, nil
}
