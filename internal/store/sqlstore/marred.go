// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// A record is marred where the database holds for it what no value would have been written as: another program changed a column that
// repeats or follows from others, wrote a form that is read as the same value, or what is no value at all. Such a record is read as far as
// it can be, so that one bad row keeps nobody from the others, and whatever is put next mends it.

// readColumn is a column of a row as it is read: what the database holds, and where that goes.
type readColumn struct {
	to         sql.Scanner
	raw        any
	unreadable bool
}

// Scan implements sql.Scanner.
func (c *readColumn) Scan(from any) error {
	if bytes, ok := from.([]byte); ok {
		from = string(bytes)
	}
	c.raw = from
	c.unreadable = c.to.Scan(from) != nil
	return nil
}

// cells are where the columns of a row are scanned into, so that it shows which of them are marred.
func cells[R any](columns []column[R], row *R) ([]readColumn, []any) {
	list, into := make([]readColumn, len(columns)), make([]any, len(columns))
	for i, c := range columns {
		list[i].to, _ = c.at(row).(sql.Scanner)
		into[i] = &list[i]
	}
	return list, into
}

// marredColumns are the columns of a row that was read which do not hold what the row would be written as.
func marredColumns[R any](columns []column[R], row *R, read []readColumn) []string {
	var marred []string
	for i := range read {
		// What follows from other columns is known only now.
		if !read[i].sound(columns[i].at(row)) {
			marred = append(marred, columns[i].name)
		}
	}
	return marred
}

// sound tells whether the column holds what would be written of the row.
func (c *readColumn) sound(of any) bool {
	if c.unreadable {
		return false
	}
	written, err := driver.DefaultParameterConverter.ConvertValue(of)
	if err != nil {
		return false
	}
	if written == nil || c.raw == nil {
		return written == c.raw
	}
	switch of.(type) {
	case encoded:
		return sameDocument(written, c.raw)
	case instant:
		return sameMoment(written, c.raw)
	}
	return samePlain(written, c.raw)
}

// samePlain compares a value with what a database answers for it: databases have no booleans, or answer everything as text.
func samePlain(written, raw any) bool {
	switch written := written.(type) {
	case bool:
		truths := []any{false, int64(0), "false", "0"}
		if written {
			truths = []any{true, int64(1), "true", "1"}
		}
		return slices.Contains(truths, raw)
	case int64:
		if text, ok := raw.(string); ok {
			return text == strconv.FormatInt(written, 10)
		}
	}
	return written == raw
}

func sameDocument(written, raw any) bool {
	wanted, isText := written.(string)
	text, wasText := raw.(string)
	if !isText || !wasText {
		return false
	}
	if wanted == text {
		return true
	}
	var a, b any
	return json.Unmarshal([]byte(wanted), &a) == nil && json.Unmarshal([]byte(text), &b) == nil && reflect.DeepEqual(a, b)
}

func sameMoment(written, raw any) bool {
	at, isTime := raw.(time.Time)
	if !isTime {
		return written == raw
	}
	wanted, err := instant{&at}.Value()
	return err == nil && wanted == written
}

// flaw is a row of a part that is marred.
type flaw struct {
	part int
	// row are the values it has, as far as it could be read.
	row []any
}

// mar notes what is marred of a record: columns of a table, or the whole of a row where none is named.
func (r *record[V]) mar(table string, columns ...string) {
	if len(columns) == 0 {
		r.marred = append(r.marred, table)
	}
	for _, name := range columns {
		r.marred = append(r.marred, table+"."+name)
	}
}

// told are the names of what is marred, in order, each once.
func (r *record[V]) told() []string {
	if len(r.marred) == 0 {
		return nil
	}
	slices.Sort(r.marred)
	return slices.Compact(r.marred)
}

// marredRows are the rows of a part that are marred.
func (r *record[V]) marredRows(part int) [][]any {
	var rows [][]any
	for _, f := range r.flaws {
		if f.part == part {
			rows = append(rows, f.row)
		}
	}
	return rows
}

// mend adds the rows to a difference that are to be written anew, or removed, because they are marred.
func (d *difference) mend(row []any, wanted [][]any) {
	key := d.key(row)
	same := func(other []any) bool { return d.key(other) == key }
	i := slices.IndexFunc(wanted, same)
	switch {
	case i >= 0 && !slices.ContainsFunc(d.changed, same) && !slices.ContainsFunc(d.added, same):
		d.changed = append(d.changed, wanted[i])
	case i < 0 && !slices.ContainsFunc(d.removed, same):
		d.removed = append(d.removed, row)
	}
}
