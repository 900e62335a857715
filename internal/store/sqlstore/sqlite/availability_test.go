// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/sqlstore"
	"github.com/roster-dev/roster/internal/store/sqlstore/sqlite"
)

// A store whose file cannot be used opens, says of each call what is wrong and what would be right, and works as soon as
// the cause is gone.
func TestStoreSaysWhyItIsAwayAndHeals(t *testing.T) {
	cases := []struct {
		reason string
		// spoil makes the path unusable and answers how to mend it.
		spoil func(t *testing.T, path string) (mend func())
		want  string
	}{
		{
			"the folder is missing",
			func(t *testing.T, path string) func() {
				return func() { makeFolder(t, filepath.Dir(path)) }
			},
			"the SQLite file PATH cannot be created (no such file or directory): make the folder FOLDER exist and be writable, or choose another path",
		},
		{
			"the folder is a file",
			func(t *testing.T, path string) func() {
				writeFile(t, filepath.Dir(path), "a file in the place of the folder")
				return func() { removeAll(t, filepath.Dir(path)); makeFolder(t, filepath.Dir(path)) }
			},
			"the SQLite file PATH cannot be created (not a directory): make the folder FOLDER exist and be writable, or choose another path",
		},
		{
			"a folder is in the place of the file",
			func(t *testing.T, path string) func() {
				makeFolder(t, path)
				return func() { removeAll(t, path) }
			},
			"the path PATH of the SQLite file is a folder or no regular file: choose another path",
		},
		{
			"the file is something else",
			func(t *testing.T, path string) func() {
				makeFolder(t, filepath.Dir(path))
				writeFile(t, path, strings.Repeat("this is no database\n", 100))
				return func() { removeAll(t, path) }
			},
			"the SQLite file PATH is no SQLite database: choose another path, or restore a backup",
		},
		{
			"another program holds the file",
			func(t *testing.T, path string) func() {
				makeFolder(t, filepath.Dir(path))
				other := raw(t, path)
				execute(t, other, "BEGIN EXCLUSIVE")
				return func() { execute(t, other, "COMMIT") }
			},
			"the SQLite file PATH is locked by another program: wait until that is done, or end it",
		},
		{
			"the schema is newer",
			func(t *testing.T, path string) func() {
				makeFolder(t, filepath.Dir(path))
				if _, err := open(t, path).ID(t.Context()); err != nil {
					t.Fatalf("making the file: %v", err)
				}
				execute(t, raw(t, path), "INSERT INTO schema_version (version_id, is_applied) VALUES (99, TRUE)")
				return func() { execute(t, raw(t, path), "DELETE FROM schema_version WHERE version_id = 99") }
			},
			"its schema is version 99, newer than this manager knows (13): run a newer manager or restore a backup",
		},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "folder", "roster.db")
			mend := c.spoil(t, path)
			s := open(t, path, sqlite.WithBusyTimeout(20*time.Millisecond))
			want := "identity store is unavailable: " + strings.NewReplacer("PATH", path, "FOLDER", filepath.Dir(path)).Replace(c.want)
			for call, err := range callEach(t.Context(), s) {
				if !errors.Is(err, store.ErrUnavailable) || err.Error() != want {
					t.Errorf("%s: %v; expected %q", call, err, want)
				}
			}
			mend()
			for call, err := range callEach(t.Context(), s) {
				if err != nil && !errors.Is(err, store.ErrNotFound) {
					t.Errorf("%s once the cause is gone: %v; expected it to work", call, err)
				}
			}
		})
	}
}

// A store in use survives that another program holds its file for a while.
func TestLockedFileIsWaitedForAndThenReported(t *testing.T) {
	path := filepath.Join(t.TempDir(), "roster.db")
	s := open(t, path, sqlite.WithBusyTimeout(20*time.Millisecond))
	if err := callEach(t.Context(), s)["ID"]; err != nil {
		t.Fatalf("ID: %v", err)
	}
	other := raw(t, path)
	execute(t, other, "BEGIN IMMEDIATE")
	calls := callEach(t.Context(), s)
	if !errors.Is(calls["Put"], store.ErrUnavailable) {
		t.Errorf("Put while another program writes: %v; expected %q", calls["Put"], store.ErrUnavailable)
	}
	if !errors.Is(calls["Get"], store.ErrNotFound) {
		t.Errorf("Get while another program writes: %v; expected it to read what was there", calls["Get"])
	}
	execute(t, other, "COMMIT")
	if err := callEach(t.Context(), s)["Put"]; err != nil {
		t.Errorf("Put afterwards: %v", err)
	}
}

func TestStoreThatWasNeverReachedCloses(t *testing.T) {
	s, err := sqlite.Open("sqlite:///nowhere/at/all/roster.db")
	if err != nil {
		t.Fatalf("Open: %v; expected only the URL to be checked", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func TestCallThatIsCancelledDoesNotConnect(t *testing.T) {
	path := filepath.Join(t.TempDir(), "roster.db")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open(t, path).ID(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("ID with a cancelled context: %v; expected %q", err, context.Canceled)
	}
}

// callEach makes one call of each kind; the Put is of a new record.
func callEach(ctx context.Context, s *sqlstore.Store) map[string]error {
	group := roster.Group{Company: "company", Tenant: "acme", Name: "billing"}
	stamp := store.Stamp{Owner: store.Owner{Installation: "production", Namespace: "company", Kind: "Group", Name: "billing"}}
	errs := map[string]error{}
	_, errs["ID"] = s.ID(ctx)
	_, errs["Get"] = s.Groups().Get(ctx, group.Key())
	for _, err := range s.Groups().List(ctx, group.Company) {
		errs["List"] = err
	}
	_, errs["Put"] = s.Groups().Put(ctx, group, stamp, store.Terms{})
	errs["Release"] = s.Groups().Release(ctx, roster.GroupKey{Company: "company"}, stamp)
	errs["Delete"] = s.Groups().Delete(ctx, group.Key(), stamp, store.Terms{})
	return errs
}

// raw is a connection of another program to a file.
func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatalf("opening %s: %v", path, err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func execute(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func makeFolder(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func removeAll(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

// query is the result of a query, a line per row, as other programs see it.
func query(t *testing.T, db *sql.DB, text string, args ...any) []string {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), text, args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line(values))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// line is a row as the command line of SQLite prints it.
func line(values []any) string {
	cells := make([]string, len(values))
	for i, value := range values {
		switch value := value.(type) {
		case nil:
		case bool:
			cells[i] = map[bool]string{true: "1", false: "0"}[value]
		default:
			cells[i] = fmt.Sprint(value)
		}
	}
	return strings.Join(cells, "|")
}
