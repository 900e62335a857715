// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// child is a part of an aggregate of type V, with rows of type R.
type child[V, R any] struct {
	table string
	// reference are the columns by which a row names the root's row.
	reference []string
	// columns are the others; the first keys of them tell the rows of one root apart.
	columns []column[R]
	keys    int
	// rows takes the rows out of a value, and add puts one in. Add answers false where no value has such a row, and what of it is not as
	// the value would have it.
	rows func(*V) []R
	add  func(*V, R) (taken bool, marred string)
}

func (c *child[V, R]) selection() (table string, reference, columns []string) {
	return c.table, c.reference, namesOf(c.columns)
}

func (c *child[V, R]) scan(rows *sql.Rows, part int, key, padding []any, pick func() *record[V]) error {
	_, _, err := c.read(rows, part, key, padding, pick)
	return err
}

// read reads a row into its record, and answers both.
func (c *child[V, R]) read(rows *sql.Rows, part int, key, padding []any, pick func() *record[V]) (row R, of *record[V], err error) {
	read, into := cells(c.columns, &row)
	if err := rows.Scan(slices.Concat(key, into, padding)...); err != nil {
		return row, nil, err
	}
	of = pick()
	marred := marredColumns(c.columns, &row, read)
	taken, also := c.add(&of.value, row)
	if also != "" {
		marred = append(marred, also)
	}
	if taken && len(marred) == 0 {
		return row, of, nil
	}
	values, err := valuesOf(c.columns, &row)
	of.flaws = append(of.flaws, flaw{part, values})
	if !taken {
		marred = nil
	}
	of.mar(c.table, marred...)
	return row, of, err
}

func (c *child[V, R]) values(of *V) ([][]any, error) {
	rows := c.rows(of)
	list := make([][]any, len(rows))
	for i := range rows {
		values, err := valuesOf(c.columns, &rows[i])
		if err != nil {
			return nil, err
		}
		list[i] = values
	}
	return list, nil
}

// difference is what it takes to make the rows of a table others. Each row has the values of all columns but the reference.
type difference struct {
	table     string
	reference []string
	columns   []string
	keys      int

	removed, added, changed [][]any
}

func (d *difference) empty() bool { return len(d.removed)+len(d.added)+len(d.changed) == 0 }

func (c *child[V, R]) compare(have, want *V, marred [][]any) (difference, error) {
	d := difference{table: c.table, reference: c.reference, columns: namesOf(c.columns), keys: c.keys}
	old, err := c.values(have)
	if err != nil {
		return d, err
	}
	wanted, err := c.values(want)
	if err != nil {
		return d, err
	}
	unseen := map[string][]any{}
	for _, row := range old {
		unseen[d.key(row)] = row
	}
	for _, row := range wanted {
		before, found := unseen[d.key(row)]
		switch {
		case !found:
			d.added = append(d.added, row)
		case !slices.Equal(before, row):
			d.changed = append(d.changed, row)
		}
		delete(unseen, d.key(row))
	}
	for _, row := range old {
		if _, left := unseen[d.key(row)]; left {
			d.removed = append(d.removed, row)
		}
	}
	for _, row := range marred {
		d.mend(row, wanted)
	}
	return d, nil
}

// key is the key of a row as one comparable value.
func (d *difference) key(row []any) string { return fmt.Sprintf("%q", row[:d.keys]) }

// rowsPerInsert keeps a statement well below the number of arguments any database takes.
const rowsPerInsert = 200

// remove deletes the rows that are not wanted.
func (d *difference) remove(ctx context.Context, tx *sql.Tx, dialect Dialect, root []any) error {
	for _, row := range d.removed {
		key, is := d.whole(root, row)
		if err := remove(dialect, d.table, key, is).exec(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// write changes the rows that differ and inserts those that are missing.
func (d *difference) write(ctx context.Context, tx *sql.Tx, dialect Dialect, root []any) error {
	for _, row := range d.changed {
		key, is := d.whole(root, row)
		if err := update(dialect, d.table, d.columns[d.keys:], row[d.keys:], key, is).exec(ctx, tx); err != nil {
			return err
		}
	}
	columns := slices.Concat(d.reference, d.columns)
	for rows := range slices.Chunk(d.added, rowsPerInsert) {
		whole := make([][]any, len(rows))
		for i, row := range rows {
			whole[i] = slices.Concat(root, row)
		}
		if err := insert(dialect, d.table, columns, whole).exec(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// whole is the primary key of a row, with the values it has.
func (d *difference) whole(root, row []any) ([]string, []any) {
	return slices.Concat(d.reference, d.columns[:d.keys]), slices.Concat(root, row[:d.keys])
}

func (s *statement) exec(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, s.text.String(), s.args...)
	return err
}
