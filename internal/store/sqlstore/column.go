// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// column is one column of a table whose rows are values of type R.
type column[R any] struct {
	name string
	// at is where in a row the column is. What it answers can be both bound to a statement and scanned into.
	at func(*R) any
}

// plain is a column that holds a field as it is.
func plain[R, T any](name string, at func(*R) *T) column[R] {
	return column[R]{name, func(r *R) any { return direct[T]{at(r)} }}
}

type direct[T any] struct{ field *T }

// Value implements driver.Valuer.
func (d direct[T]) Value() (driver.Value, error) {
	return driver.DefaultParameterConverter.ConvertValue(*d.field)
}

// Scan implements sql.Scanner.
func (d direct[T]) Scan(from any) error {
	var value sql.Null[T]
	err := value.Scan(from)
	*d.field = value.V
	return err
}

// optional is a column that is null where the field is empty.
func optional[R any, T ~string | ~int | ~int64](name string, at func(*R) *T) column[R] {
	return column[R]{name, func(r *R) any { return nullable[T]{at(r)} }}
}

// document is a column that holds a field as JSON, and is null where that is null.
func document[R, T any](name string, at func(*R) *T) column[R] {
	return column[R]{name, func(r *R) any { return encoded{at(r)} }}
}

// moment is a column that holds a time, and is null where that is zero.
func moment[R any](name string, at func(*R) *time.Time) column[R] {
	return column[R]{name, func(r *R) any { return instant{at(r)} }}
}

// derived is a column that follows from the others: it is written and never read.
func derived[R any](name string, of func(*R) string) column[R] {
	return column[R]{name, func(r *R) any { return followed(of(r)) }}
}

type nullable[T ~string | ~int | ~int64] struct{ field *T }

// Value implements driver.Valuer.
func (n nullable[T]) Value() (driver.Value, error) {
	var zero T
	if *n.field == zero {
		return nil, nil
	}
	return driver.DefaultParameterConverter.ConvertValue(*n.field)
}

// Scan implements sql.Scanner.
func (n nullable[T]) Scan(from any) error {
	var value sql.Null[T]
	err := value.Scan(from)
	*n.field = value.V
	return err
}

type encoded struct{ field any }

// Value implements driver.Valuer.
func (e encoded) Value() (driver.Value, error) {
	text, err := json.Marshal(e.field)
	if err != nil || string(text) == "null" {
		return nil, err
	}
	return string(text), nil
}

// Scan implements sql.Scanner.
func (e encoded) Scan(from any) error {
	switch from := from.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(from), e.field)
	case []byte:
		return json.Unmarshal(from, e.field)
	}
	return fmt.Errorf("a %T is no JSON document", from)
}

// timeFormat is RFC 3339 of one width, so that it sorts as text where the database keeps times as text.
const timeFormat = "2006-01-02T15:04:05.000000Z"

type instant struct{ field *time.Time }

// Value implements driver.Valuer.
func (i instant) Value() (driver.Value, error) {
	if i.field.IsZero() {
		return nil, nil
	}
	if year := i.field.UTC().Year(); year < 0 || year > 9999 {
		return nil, fmt.Errorf("the year %d is none of RFC 3339, which has 0 to 9999", year)
	}
	return i.field.UTC().Format(timeFormat), nil
}

// Scan implements sql.Scanner.
func (i instant) Scan(from any) error {
	switch from := from.(type) {
	case nil:
		*i.field = time.Time{}
		return nil
	case time.Time:
		*i.field = from.UTC()
		return nil
	case string:
		at, err := time.Parse(time.RFC3339Nano, from)
		*i.field = at.UTC()
		return err
	}
	return fmt.Errorf("a %T is no time", from)
}

// allOf is a column that says that a set of channels is nil, which is all of them.
type allOf struct{ set *[]roster.Channel }

// Value implements driver.Valuer.
func (a allOf) Value() (driver.Value, error) { return *a.set == nil, nil }

// Scan implements sql.Scanner.
func (a allOf) Scan(from any) error {
	all, err := driver.Bool.ConvertValue(from)
	if err == nil && all == false {
		*a.set = []roster.Channel{}
	}
	return err
}

type followed string

// Value implements driver.Valuer.
func (f followed) Value() (driver.Value, error) {
	if f == "" {
		return nil, nil
	}
	return string(f), nil
}

// Scan implements sql.Scanner.
func (followed) Scan(any) error { return nil }

// ignored is where a column goes that is not read.
type ignored struct{}

// Scan implements sql.Scanner.
func (ignored) Scan(any) error { return nil }

// valuesOf are the values of a row as a database is given them.
func valuesOf[R any](columns []column[R], row *R) ([]any, error) {
	values := make([]any, len(columns))
	for i, c := range columns {
		value, err := driver.DefaultParameterConverter.ConvertValue(c.at(row))
		if err != nil {
			return nil, fmt.Errorf("%w: column %s: %w", store.ErrRejected, c.name, err)
		}
		values[i] = value
	}
	return values, nil
}

// destinations are where the columns of a row are scanned into.
func destinations[R any](columns []column[R], row *R) []any {
	into := make([]any, len(columns))
	for i, c := range columns {
		into[i] = c.at(row)
	}
	return into
}

func namesOf[R any](columns []column[R]) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return names
}
