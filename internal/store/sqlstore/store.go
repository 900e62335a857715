// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package sqlstore keeps the identity store in an SQL database: one mapping of records to tables and one set of migrations
// for every database, each of which adds a Dialect.
package sqlstore

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// Store is an identity store in an SQL database. It is there whether or not the database is: it connects and migrates on
// first use, and until that succeeds every call tries again and answers ErrUnavailable.
type Store struct {
	dialect Dialect
	now     func() time.Time
	// readOnly says that nothing may be written, the tables included.
	readOnly bool
	// living ends when the store is closed.
	living context.Context
	end    context.CancelFunc
	// connecting guards latest, which is the latest attempt to connect.
	connecting sync.Mutex
	latest     *attempt
	// sets are the sets of capabilities that were read.
	sets dictionary
}

// pools are the connections of a store: those that read, and those whose transactions write.
type pools struct {
	reads, writes *sql.DB
	// batch shares the transactions that write; nil where each write has its own.
	batch *batch
}

var _ store.Store = (*Store)(nil)

// New is the store in a database. The clock tells when records are created and changed.
func New(dialect Dialect, now func() time.Time) *Store {
	living, end := context.WithCancel(context.Background())
	return &Store{dialect: dialect, now: now, living: living, end: end}
}

// NewReadOnly is the store in a database that is there and has the tables this program knows. Its dialect connects so that the database
// refuses to be written.
func NewReadOnly(dialect Dialect) *Store {
	s := New(dialect, time.Now)
	s.readOnly = true
	return s
}

// Tenants are the tenants of the store.
func (s *Store) Tenants() store.Records[roster.TenantKey, roster.TenantRecord] {
	return records[roster.TenantKey, roster.TenantRecord]{s, &tenants, nil}
}

// Groups are the groups of the store.
func (s *Store) Groups() store.Records[roster.GroupKey, roster.Group] {
	return records[roster.GroupKey, roster.Group]{s, &groups, nil}
}

// Policies are the channel policies of the store.
func (s *Store) Policies() store.Records[roster.PolicyKey, roster.Policy] {
	return records[roster.PolicyKey, roster.Policy]{s, &policies, nil}
}

// People are the people of the store.
func (s *Store) People() store.Records[roster.PersonKey, roster.Person] {
	return records[roster.PersonKey, roster.Person]{s, &people, followAccount}
}

// companies asks for one company after another, each by the index of its table: there are few of them, and many people in each.
const companies = `WITH RECURSIVE named (company) AS (
    SELECT MIN(company) FROM everybody
    UNION ALL
    SELECT (SELECT MIN(company) FROM everybody WHERE company > named.company) FROM named WHERE named.company IS NOT NULL
) SELECT company FROM named WHERE company IS NOT NULL`

// Companies are the names of the companies that have records.
func (s *Store) Companies(ctx context.Context) ([]string, error) {
	named := map[string]bool{}
	err := s.view(ctx, func(tx *sql.Tx) error {
		for _, table := range []string{tenants.table, groups.table, policies.table, people.table} {
			search := &statement{dialect: s.dialect}
			err := search.say(strings.ReplaceAll(companies, "everybody", table)).each(ctx, tx, func(rows *sql.Rows) error {
				var company string
				err := rows.Scan(&company)
				named[company] = true
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return slices.Sorted(maps.Keys(named)), err
}

// ID names the store: it is a row that is made right after the tables.
func (s *Store) ID(ctx context.Context) (string, error) {
	var id string
	err := s.view(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT id FROM store_identity").Scan(&id)
	})
	return id, err
}

// Close closes the connections, if there are any.
func (s *Store) Close() error {
	s.end()
	s.connecting.Lock()
	defer s.connecting.Unlock()
	if s.latest == nil {
		return nil
	}
	<-s.latest.done
	if s.latest.failure != nil {
		return nil
	}
	return s.latest.pools.close()
}

// view runs a transaction that reads one state of the database.
func (s *Store) view(ctx context.Context, do func(*sql.Tx) error) error {
	p, err := s.connect(ctx)
	if err != nil {
		return err
	}
	once := &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	return s.run(ctx, p.reads, once, do)
}

// change runs a transaction that writes. It may run do more than once, each time as if for the first.
func (s *Store) change(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	p, err := s.connect(ctx)
	if err != nil {
		return err
	}
	if p.batch != nil {
		return s.explain(ctx, p.batch.run(ctx, do))
	}
	return s.run(ctx, p.writes, nil, func(tx *sql.Tx) error { return do(ctx, tx) })
}

// run tries a transaction again where another one stood in its way.
func (s *Store) run(ctx context.Context, db *sql.DB, options *sql.TxOptions, do func(*sql.Tx) error) error {
	err := transact(ctx, db, options, do)
	for try := 1; try < attempts && s.clashed(err); try++ {
		err = transact(ctx, db, options, do)
	}
	return s.explain(ctx, err)
}

func (s *Store) clashed(err error) bool {
	return err != nil && !ours(err) && s.dialect.Explain(err).Kind == Clash
}

// commitTimeout is how long a commit is waited for, as nothing else ends the wait.
const commitTimeout = 10 * time.Second

// transact runs a transaction that ends with its context until it commits: a commit under way is waited for, so that the
// answer says what happened.
func transact(ctx context.Context, db *sql.DB, options *sql.TxOptions, do func(*sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	until, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	outlive := context.AfterFunc(ctx, end)
	tx, err := db.BeginTx(until, options)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		// What went wrong first is what a caller can act on; a transaction that cannot be rolled back ends with its connection.
		_ = tx.Rollback()
		return err
	}
	if !outlive() {
		_ = tx.Rollback()
		return ctx.Err()
	}
	defer time.AfterFunc(commitTimeout, end).Stop()
	return tx.Commit()
}
