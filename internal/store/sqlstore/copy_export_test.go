// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// CopiedTables are the names of the tables a copy takes along.
func CopiedTables() []string {
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = t.name
	}
	return names
}

// KeyOf is the primary key of a table.
func KeyOf(name string) []string {
	for _, t := range tables {
		if t.name == name {
			return t.key
		}
	}
	return nil
}

// Lines answers the rows of a query, each as a line in which equal values of any database are equal.
func (s *Store) Lines(ctx context.Context, query string) ([]string, error) {
	var lines []string
	err := s.view(ctx, func(tx *sql.Tx) error {
		return (&statement{dialect: s.dialect}).say(query).each(ctx, tx, func(rows *sql.Rows) error {
			names, err := rows.Columns()
			if err != nil {
				return err
			}
			values, into := make([]any, len(names)), make([]any, len(names))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				return err
			}
			cells := make([]string, len(names))
			for i, name := range names {
				cells[i] = name + "=" + cell(values[i])
			}
			lines = append(lines, strings.Join(cells, "|"))
			return nil
		})
	})
	return lines, err
}

func cell(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case bool:
		return map[bool]string{true: "1", false: "0"}[value]
	case []byte:
		return cell(string(value))
	case time.Time:
		return value.UTC().Format("2006-01-02T15:04:05.000000Z")
	case string:
		var document any
		if strings.IndexAny(value, "[{") == 0 && json.Unmarshal([]byte(value), &document) == nil {
			return fmt.Sprintf("%#v", document)
		}
		return value
	}
	return fmt.Sprint(value)
}
