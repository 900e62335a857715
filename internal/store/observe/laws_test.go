// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package observe_test

import (
	"path/filepath"
	"testing"

	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/observe"
	"github.com/roster-dev/roster/internal/store/sqlstore/sqlite"
	"github.com/roster-dev/roster/internal/store/storetest"
)

func TestDecoratedStoreKeepsTheLaws(t *testing.T) {
	stores := []struct {
		name, reason string
		options      observe.Options
		open         func(t testing.TB) store.Store
	}{
		{"memory", "the defaults change nothing of what a store answers", observe.Options{}, openMemory},
		{"one at a time", "a list that is ranged over holds no turn that a call in its loop waits for", observe.Options{Concurrency: 1}, openMemory},
		{"sqlite", "a driver whose calls fail in more ways than one answers the same errors", observe.Options{}, openSQLite},
	}
	for _, s := range stores {
		t.Run(s.name, func(t *testing.T) {
			t.Log(s.reason)
			storetest.Run(t, func(t testing.TB) store.Store { return observe.Wrap(s.open(t), s.options) })
		})
	}
}

func openMemory(testing.TB) store.Store { return memory.New() }

func openSQLite(t testing.TB) store.Store {
	t.Helper()
	s, err := sqlite.Open("sqlite://" + filepath.Join(t.TempDir(), "roster.db"))
	if err != nil {
		t.Fatalf("open a store to decorate: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

func BenchmarkPut(b *testing.B) {
	b.Run("bare", func(b *testing.B) { storetest.BenchmarkPut(b, memory.New()) })
	b.Run("decorated", func(b *testing.B) { storetest.BenchmarkPut(b, observe.Wrap(memory.New(), observe.Options{})) })
}

func BenchmarkID(b *testing.B) {
	for name, s := range map[string]store.Store{"bare": memory.New(), "decorated": observe.Wrap(memory.New(), observe.Options{})} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.ID(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
