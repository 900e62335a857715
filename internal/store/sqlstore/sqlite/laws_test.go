// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/sqlstore"
	"github.com/roster-dev/roster/internal/store/sqlstore/sqlite"
	"github.com/roster-dev/roster/internal/store/storetest"
)

func TestSQLiteKeepsTheLaws(t *testing.T) {
	storetest.Run(t, func(t testing.TB) store.Store { return open(t, filepath.Join(t.TempDir(), "roster.db")) })
}

func BenchmarkPut(b *testing.B) {
	storetest.BenchmarkPut(b, open(b, filepath.Join(b.TempDir(), "roster.db")))
}

func BenchmarkWriters(b *testing.B) {
	storetest.BenchmarkWriters(b, open(b, filepath.Join(b.TempDir(), "roster.db")))
}

// open is the store in a file; it is closed with the test.
func open(t testing.TB, path string, options ...sqlite.Option) *sqlstore.Store {
	t.Helper()
	s, err := sqlite.Open("sqlite://"+path, options...)
	if err != nil {
		t.Fatalf("Open %s: %v", path, err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}
