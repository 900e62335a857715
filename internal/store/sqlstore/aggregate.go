// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/roster-dev/roster/internal/store"
)

// aggregate is how one kind of record is mapped to a root table, with a row per record, and to parts, which are further
// tables with any number of rows per record.
type aggregate[K comparable, V store.Record[K, V]] struct {
	table string
	// columns are those of the root table; the first of them, as many as key has parts, are the natural key, the company first.
	columns []column[V]
	// key are the values of the natural key.
	key func(K) []any
	// lasting records have an ID, in the column "id".
	lasting bool
	parts   []part[V]
	// complete reads what rows of the parts name only, and precede writes it, before the differences of the parts; nil is that they
	// name nothing.
	complete func(ctx context.Context, q querier, s *Store, records []*record[V]) error
	precede  func(ctx context.Context, tx *sql.Tx, s *Store, value *V, parts []difference) error
	// unique is a constraint over other columns than the key; nil is none.
	unique *unique
}

// unique is a constraint that says whose a value is.
type unique struct {
	constraint string
	columns    []string
	// field is the field of the manifest the value comes from.
	field string
}

// part is a table that holds part of an aggregate.
type part[V any] interface {
	// selection is the table, the columns by which its rows name the root's row, and the columns that make a row of it.
	selection() (table string, reference, columns []string)
	// scan reads a row into the record that pick answers once the key is read, which comes before the row's columns; what
	// comes after them is padding.
	scan(rows *sql.Rows, part int, key, padding []any, pick func() *record[V]) error
	// compare is what it takes to make the rows of one value those of another, beside writing marred ones anew.
	compare(have, want *V, marred [][]any) (difference, error)
}

// record is a row of a root table.
type record[V any] struct {
	id    string
	stamp store.Stamp
	value V
	// sets name the capabilities of each access of a person, as they were read.
	sets []string
	// read are the columns of the root's row while the record is read.
	read []readColumn
	// marred are the names of what is, rootMarred says that something of the root's row is, and flaws are the rows of parts.
	marred     []string
	rootMarred bool
	flaws      []flaw
}

func (r *record[V]) stored() store.Stored[V] {
	return store.Stored[V]{Value: r.value, Stamp: r.stamp, ID: r.id, Marred: r.told()}
}

// stampColumns are the columns of every root table that say whose a record is.
func stampColumns[V any]() []column[record[V]] {
	return []column[record[V]]{
		optional("stamp_installation", func(r *record[V]) *string { return &r.stamp.Installation }),
		optional("stamp_namespace", func(r *record[V]) *string { return &r.stamp.Namespace }),
		optional("stamp_kind", func(r *record[V]) *string { return &r.stamp.Kind }),
		optional("stamp_name", func(r *record[V]) *string { return &r.stamp.Name }),
		optional("stamp_uid", func(r *record[V]) *string { return &r.stamp.UID }),
		optional("stamp_generation", func(r *record[V]) *int64 { return &r.stamp.Generation }),
		optional("stamp_epoch", func(r *record[V]) *int64 { return &r.stamp.Epoch }),
	}
}

// rootColumns are all columns of the root table that are read: the value's, the stamp's, and the ID where there is one.
func (a *aggregate[K, V]) rootColumns() []column[record[V]] {
	columns := make([]column[record[V]], 0, len(a.columns)+8)
	for _, c := range a.columns {
		columns = append(columns, column[record[V]]{c.name, func(r *record[V]) any { return c.at(&r.value) }})
	}
	columns = append(columns, stampColumns[V]()...)
	if a.lasting {
		columns = append(columns, plain("id", func(r *record[V]) *string { return &r.id }))
	}
	return columns
}

// keyNames are the columns of the natural key.
func (a *aggregate[K, V]) keyNames() []string {
	var zero K
	return namesOf(a.columns[:len(a.key(zero))])
}

// identity is how the parts' rows name a row of the root table: by its ID, or by its natural key.
func (a *aggregate[K, V]) identity(r *record[V]) (names []string, values []any) {
	if a.lasting {
		return []string{"id"}, []any{r.id}
	}
	return a.keyNames(), a.key(r.value.Key())
}

// newID is the ID of a new record, where such records have one.
func (a *aggregate[K, V]) newID() string {
	if !a.lasting {
		return ""
	}
	return uuid.NewString()
}

// querier is a transaction, as far as reading needs one.
type querier interface {
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
}

// load reads the records that a condition on the root table, which is called r in it, selects.
func (a *aggregate[K, V]) load(ctx context.Context, q querier, s *Store, where func(*statement)) ([]*record[V], error) {
	search := &statement{dialect: s.dialect}
	columns := a.rootColumns()
	search.say("SELECT ").list("r.", namesOf(columns)).say(" FROM ", a.table, " AS r WHERE ")
	where(search)
	var records []*record[V]
	err := search.each(ctx, q, func(rows *sql.Rows) error {
		r := &record[V]{}
		records = append(records, r)
		var into []any
		r.read, into = cells(columns, r)
		return rows.Scan(into...)
	})
	if err != nil || len(records) == 0 {
		return nil, err
	}
	if err := a.loadParts(ctx, q, s.dialect, records); err != nil {
		return nil, err
	}
	if a.complete != nil {
		if err := a.complete(ctx, q, s, records); err != nil {
			return nil, err
		}
	}
	for _, r := range records {
		// Only now, as a column may follow from the rows of parts.
		if marred := marredColumns(columns, r, r.read); len(marred) > 0 {
			r.rootMarred = true
			r.mar(a.table, marred...)
		}
		r.value, r.read = r.value.Canonical(), nil
	}
	return records, nil
}

// loadParts reads the rows of all parts that belong to records, which are in the order of their keys. It is one statement,
// as each is a round trip.
func (a *aggregate[K, V]) loadParts(ctx context.Context, q querier, d Dialect, records []*record[V]) error {
	if len(a.parts) == 0 {
		return nil
	}
	byKey := make(map[K]*record[V], len(records))
	for _, r := range records {
		byKey[r.value.Key()] = r
	}
	keys := a.columns[:len(a.keyNames())]
	padding := slices.Repeat([]any{ignored{}}, a.width())
	which := 0
	first := append([]any{&which}, slices.Repeat([]any{ignored{}}, len(keys)+a.width())...)
	return a.selectParts(d, records).each(ctx, q, func(rows *sql.Rows) error {
		if err := rows.Scan(first...); err != nil {
			return err
		}
		var whose V
		key := slices.Concat([]any{ignored{}}, destinations(keys, &whose))
		_, _, columns := a.parts[which].selection()
		return a.parts[which].scan(rows, which, key, padding[len(columns):], func() *record[V] { return byKey[whose.Key()] })
	})
}

// selectParts selects the number of a part, the key of a record, and the columns of the part's row as texts, padded to one width.
func (a *aggregate[K, V]) selectParts(d Dialect, records []*record[V]) *statement {
	identity, _ := a.identity(records[0])
	first, last := records[0].value.Key(), records[len(records)-1].value.Key()
	s := &statement{dialect: d}
	for which, p := range a.parts {
		table, reference, columns := p.selection()
		s.say(between(which, " UNION ALL "), "SELECT ", strconv.Itoa(which), ", ").list("r.", a.keyNames())
		for _, name := range columns {
			s.say(", CAST(p.", name, " AS TEXT)")
		}
		s.say(strings.Repeat(", NULL", a.width()-len(columns)))
		s.say(" FROM ", a.table, " AS r JOIN ", table, " AS p ON ")
		for i := range reference {
			s.say(and(i), "p.", reference[i], " = r.", identity[i])
		}
		s.say(" WHERE ")
		a.between(s, first, last)
	}
	return s
}

// width is the number of columns of the widest part.
func (a *aggregate[K, V]) width() int {
	widest := 0
	for _, p := range a.parts {
		_, _, columns := p.selection()
		widest = max(widest, len(columns))
	}
	return widest
}

// one is the condition that selects the record with a key.
func (a *aggregate[K, V]) one(s *statement, key K) {
	s.equal("r.", a.keyNames(), a.key(key), " AND ")
}

// between is the condition that selects the records of a company from one key to another.
func (a *aggregate[K, V]) between(s *statement, first, last K) {
	if first == last {
		a.one(s, first)
		return
	}
	names := a.keyNames()
	s.equal("r.", names[:1], a.key(first)[:1], "")
	s.say(" AND (").list("r.", names[1:]).say(") >= ").tuple(a.key(first)[1:])
	s.say(" AND (").list("r.", names[1:]).say(") <= ").tuple(a.key(last)[1:])
}

// page is the condition that selects a page of the records of a company, those after a key if one is given.
func (a *aggregate[K, V]) page(s *statement, company string, after *K) {
	names := a.keyNames()
	s.say("r.", names[0], " = ").value(company)
	if after != nil {
		s.say(" AND (").list("r.", names[1:]).say(") > ").tuple(a.key(*after)[1:])
	}
	s.say(" ORDER BY ").list("r.", names).say(" LIMIT ").value(store.PageSize)
}

// each runs a query and hands over its rows, one after another.
func (s *statement) each(ctx context.Context, q querier, row func(*sql.Rows) error) (err error) {
	rows, err := q.QueryContext(ctx, s.text.String(), s.args...)
	if err != nil {
		return err
	}
	defer func() {
		if closing := rows.Close(); err == nil {
			err = closing
		}
	}()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// rootValues are the columns of a root row that a write sets besides the times, and their values.
func (a *aggregate[K, V]) rootValues(r *record[V]) ([]string, []any, error) {
	columns := a.rootColumns()
	values, err := valuesOf(columns, r)
	return namesOf(columns), values, err
}

// changeable are those of the columns of a root row that are no part of its keys.
func (a *aggregate[K, V]) changeable(columns []string, values []any) ([]string, []any) {
	keys := append(a.keyNames(), "id")
	var names []string
	var of []any
	for i, name := range columns {
		if !slices.Contains(keys, name) {
			names, of = append(names, name), append(of, values[i])
		}
	}
	return names, of
}

// sameRoot tells whether two values have equal root rows, whatever their stamps.
func (a *aggregate[K, V]) sameRoot(have, want *V) (bool, error) {
	return sameValues(a.columns, have, want)
}
