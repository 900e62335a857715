// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// Execute runs statements as another program would, one that writes where the manager never does.
func (s *Store) Execute(ctx context.Context, statements ...string) error {
	return s.once(ctx, func(tx *sql.Tx) error {
		for _, text := range statements {
			if err := (&statement{dialect: s.dialect}).say(text).exec(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// Reader is one connection of another program, which has its queries prepared.
type Reader struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

// Reader opens a connection.
func (s *Store) Reader(ctx context.Context) (*Reader, error) {
	p, err := s.connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, err := p.reads.Conn(ctx)
	return &Reader{conn: conn, prepared: map[string]*sql.Stmt{}}, err
}

// Close ends the connection, and what was prepared with it.
func (r *Reader) Close() error {
	var failures []error
	for _, prepared := range r.prepared {
		failures = append(failures, prepared.Close())
	}
	return errors.Join(append(failures, r.conn.Close())...)
}

// Answer is what a query answers, a line per row as the guide for readers shows it.
func (r *Reader) Answer(ctx context.Context, query string, args ...any) (answer []string, err error) {
	rows, err := r.query(ctx, query, args)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		answer = append(answer, shown(values))
	}
	return answer, rows.Err()
}

func (r *Reader) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	if r.prepared[query] == nil {
		prepared, err := r.conn.PrepareContext(ctx, query) //nolint:sqlclosecheck // Close closes it
		if err != nil {
			return nil, err
		}
		r.prepared[query] = prepared
	}
	return r.prepared[query].QueryContext(ctx, args...)
}

func shown(values []any) string {
	cells := make([]string, len(values))
	for i, value := range values {
		switch value := value.(type) {
		case nil:
		case bool:
			cells[i] = map[bool]string{true: "1", false: "0"}[value]
		case []byte:
			cells[i] = string(value)
		default:
			cells[i] = fmt.Sprint(value)
		}
	}
	return strings.Join(cells, "|")
}

// Forget makes the store know no more of the sets in the database than one that was just opened.
func (s *Store) Forget() {
	s.sets.mu.Lock()
	defer s.sets.mu.Unlock()
	s.sets.sets = nil
}

// Placeholder is how the n-th argument of a query is written.
func (s *Store) Placeholder(n int) string { return s.dialect.Placeholder(n) }
