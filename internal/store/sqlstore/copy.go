// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/roster-dev/roster/internal/store"
)

// table is a table with its primary key, in the order of which its rows are read.
type table struct {
	name string
	key  []string
	// watched tables have triggers that look at each row.
	watched bool
}

// tables are all a copy takes along, each after those it refers to. Besides them a store has its identity, which the copy takes
// over, and the version of its schema, which is each database's own.
var tables = []table{
	{name: "tenants", key: []string{"company", "tenant"}},
	{name: "tenant_channels", key: []string{"company", "tenant", "channel"}},
	{name: "tenant_away_channels", key: []string{"company", "tenant", "channel"}},
	{name: "tenant_groups", key: []string{"company", "tenant", "group_name"}},
	{name: "group_channels", key: []string{"company", "tenant", "group_name", "channel"}},
	{name: "channel_policies", key: []string{"company", "tenant", "policy_name"}},
	{name: "users", key: []string{"id"}},
	{name: "memberships", key: []string{"user_id", "tenant"}},
	{name: "membership_groups", key: []string{"user_id", "tenant", "group_name"}},
	{name: "membership_team", key: []string{"user_id", "tenant", "member"}},
	{name: "membership_permissions", key: []string{"user_id", "tenant", "permission"}},
	{name: "grants", key: []string{"user_id", "tenant", "channel"}},
	{name: "capability_sets", key: []string{"capability_set"}},
	{name: "capabilities", key: []string{"capability_set", "capability"}},
	{name: "access", key: []string{"user_id", "tenant"}},
	{name: "presence", key: []string{"user_id", "tenant"}},
	// A switch was accepted in a state that may have ended since.
	{name: "presence_channels", key: []string{"user_id", "tenant", "channel"}, watched: true},
	{name: "accounts", key: []string{"user_id"}},
	{name: "links", key: []string{"token_hash"}},
	{name: "self_profiles", key: []string{"user_id"}},
	{name: "removal_windows", key: []string{"company", "tenant"}},
	{name: "writer_epochs", key: []string{"installation"}},
}

// errNoCopy says that a copy was not made.
var errNoCopy = errors.New("the identity store cannot be copied")

var errOccupied = fmt.Errorf("%w: the store to copy to holds something already; an empty one is right", errNoCopy)

var (
	_ store.Copyable  = (*Store)(nil)
	_ store.Renewable = (*Store)(nil)
)

// CopyTo makes another SQL store what this one is. One transaction keeps writers away from this store and reads it, and another one,
// which ends first, writes the copy.
func (s *Store) CopyTo(ctx context.Context, to store.Store, told func(table string, rows int)) error {
	target, ok := to.(*Store)
	if !ok {
		return fmt.Errorf("%w: the store to copy to is no database; one of SQLite or PostgreSQL is right", errNoCopy)
	}
	// Here for a sentence rather than a wait, where somebody names one store twice.
	if err := target.view(ctx, func(tx *sql.Tx) error { return target.expectEmpty(ctx, tx) }); err != nil {
		return err
	}
	made := false
	err := s.once(ctx, func(source *sql.Tx) error {
		if err := s.silence(ctx, source); err != nil {
			return err
		}
		err := target.once(ctx, func(tx *sql.Tx) error {
			return (&copying{from: s, to: target, source: source, target: tx, told: told}).run(ctx)
		})
		made = err == nil
		return err
	})
	if made && err != nil {
		return fmt.Errorf("the copy is whole, but the store it was made of could not be closed: start no manager over that one again: %w", err)
	}
	return err
}

// once runs a transaction that writes, by itself and not again.
func (s *Store) once(ctx context.Context, do func(*sql.Tx) error) error {
	p, err := s.connect(ctx)
	if err != nil {
		return err
	}
	return s.explain(ctx, transact(ctx, p.writes, nil, do))
}

// empty tells whether a store holds nothing but its identity.
func (s *Store) empty(ctx context.Context, tx *sql.Tx) (bool, error) {
	search := &statement{dialect: s.dialect}
	for i, t := range tables {
		search.say(between(i, " OR "), "EXISTS (SELECT 1 FROM ", t.name, ")")
	}
	var found bool
	err := tx.QueryRowContext(ctx, "SELECT "+search.text.String()).Scan(&found)
	return !found, err
}

func (s *Store) expectEmpty(ctx context.Context, tx *sql.Tx) error {
	empty, err := s.empty(ctx, tx)
	if err == nil && !empty {
		return errOccupied
	}
	return err
}

// copying is a copy under way. Its errors are explained where they come up, since they are of two databases.
type copying struct {
	from, to       *Store
	source, target *sql.Tx
	told           func(table string, rows int)
}

func (c *copying) run(ctx context.Context) error {
	if err := c.prepare(ctx); err != nil {
		return err
	}
	for _, t := range tables {
		rows, err := c.table(ctx, t)
		if err != nil {
			return fmt.Errorf("copy the table %s: %w", t.name, err)
		}
		c.told(t.name, rows)
	}
	if err := c.identity(ctx); err != nil {
		return err
	}
	return c.from.explain(ctx, c.from.shut(ctx, c.source))
}

// prepare looks at both stores once nobody else can change them.
func (c *copying) prepare(ctx context.Context) error {
	nothing, err := c.from.empty(ctx, c.source)
	if err != nil {
		return c.from.explain(ctx, err)
	}
	if nothing {
		return fmt.Errorf("%w: it holds nothing; see that its URL is right", errNoCopy)
	}
	if err := c.to.dialect.Lock(ctx, c.target, Exclusively, "copy"); err != nil {
		return c.to.explain(ctx, err)
	}
	return c.to.explain(ctx, c.to.expectEmpty(ctx, c.target))
}

// table copies a table, a page at a time, and answers how many rows it has.
func (c *copying) table(ctx context.Context, t table) (int, error) {
	total := 0
	var last []any
	for {
		p, err := c.read(ctx, t, last)
		if err != nil {
			return 0, err
		}
		if len(p.rows) > 0 {
			if err := c.write(ctx, t, p); err != nil {
				return 0, err
			}
			last = p.keyOf(t, len(p.rows)-1)
		}
		total += len(p.rows)
		if len(p.rows) < rowsPerInsert {
			return total, c.verify(ctx, t, total)
		}
	}
}

// read is the page of a table that follows a key.
func (c *copying) read(ctx context.Context, t table, after []any) (*page, error) {
	s := &statement{dialect: c.from.dialect}
	s.say("SELECT * FROM ", t.name)
	if after != nil {
		s.say(" WHERE (").list("", t.key).say(") > ").tuple(after)
	}
	s.say(" ORDER BY ").list("", t.key).say(" LIMIT ").value(rowsPerInsert)
	p := &page{}
	return p, c.from.explain(ctx, s.each(ctx, c.source, p.add))
}

func (c *copying) write(ctx context.Context, t table, p *page) error {
	fill := func() error { return insert(c.to.dialect, t.name, namesOf(p.columns), p.rows).exec(ctx, c.target) }
	if t.watched {
		accepted := fill
		fill = func() error { return c.to.dialect.Unwatched(ctx, c.target, t.name, accepted) }
	}
	err := c.to.explain(ctx, fill())
	var taken *takenError
	if errors.As(err, &taken) {
		return errOccupied
	}
	return err
}

// verify counts what there is on both sides.
func (c *copying) verify(ctx context.Context, t table, copied int) error {
	for _, side := range []struct {
		of *Store
		tx *sql.Tx
	}{{c.from, c.source}, {c.to, c.target}} {
		rows := 0
		if err := side.tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+t.name).Scan(&rows); err != nil {
			return side.of.explain(ctx, err)
		}
		if rows != copied {
			return fmt.Errorf("%w: %d rows were copied and %d are there; see that nobody writes to the tables, and try again", errNoCopy, copied, rows)
		}
	}
	return nil
}

// identity gives the copy the ID of the store.
func (c *copying) identity(ctx context.Context) error {
	var id string
	if err := c.source.QueryRowContext(ctx, "SELECT id FROM store_identity").Scan(&id); err != nil {
		return c.from.explain(ctx, err)
	}
	s := &statement{dialect: c.to.dialect}
	return c.to.explain(ctx, s.say("UPDATE store_identity SET id = ").value(id).exec(ctx, c.target))
}

// page are rows of a table, as a database is given them.
type page struct {
	columns []column[row]
	// kinds are those of the columns.
	kinds []func() any
	rows  [][]any
}

// row is a row of any table: what its columns are scanned into.
type row []any

// kinds make what a column of a type is scanned into and bound from. Databases call some of the types differently.
var kinds = map[string]func() any{
	"TEXT":                     func() any { return new(sql.Null[string]) },
	"BOOLEAN":                  func() any { return new(sql.Null[bool]) },
	"BOOL":                     func() any { return new(sql.Null[bool]) },
	"BYTEA":                    func() any { return new(sql.Null[[]byte]) },
	"BIGINT":                   func() any { return new(sql.Null[int64]) },
	"INT8":                     func() any { return new(sql.Null[int64]) },
	"JSONB":                    func() any { return &encoded{new(json.RawMessage)} },
	"TIMESTAMP WITH TIME ZONE": func() any { return &instant{new(time.Time)} },
	"TIMESTAMPTZ":              func() any { return &instant{new(time.Time)} },
}

// add reads a row.
func (p *page) add(rows *sql.Rows) error {
	if p.columns == nil {
		if err := p.head(rows); err != nil {
			return err
		}
	}
	into := make(row, len(p.kinds))
	for i, kind := range p.kinds {
		into[i] = kind()
	}
	if err := rows.Scan(destinations(p.columns, &into)...); err != nil {
		return err
	}
	values, err := valuesOf(p.columns, &into)
	p.rows = append(p.rows, values)
	return err
}

// head finds out what the columns are.
func (p *page) head(rows *sql.Rows) error {
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	for i, t := range types {
		kind, known := kinds[t.DatabaseTypeName()]
		if !known {
			return fmt.Errorf("%w: the type %s of the column %s is none that a copy takes along", errNoCopy, t.DatabaseTypeName(), t.Name())
		}
		p.kinds = append(p.kinds, kind)
		p.columns = append(p.columns, column[row]{t.Name(), func(r *row) any { return (*r)[i] }})
	}
	return nil
}

// keyOf is the primary key of a row.
func (p *page) keyOf(t table, n int) []any {
	names := namesOf(p.columns)
	key := make([]any, len(t.key))
	for i, name := range t.key {
		key[i] = p.rows[n][slices.Index(names, name)]
	}
	return key
}
