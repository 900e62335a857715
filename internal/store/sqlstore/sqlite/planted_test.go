// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/storetest/mutants"
)

// TestThePlantedBugsAreCaughtOverSQLite takes minutes, and over memory the same is part of every run.
func TestThePlantedBugsAreCaughtOverSQLite(t *testing.T) {
	if os.Getenv("ROSTER_PLANT") == "" {
		t.Skip("only make bench plants bugs over the SQL drivers (ROSTER_PLANT=1)")
	}
	mutants.Run(t, func(t testing.TB) store.Store { return open(t, filepath.Join(t.TempDir(), "roster.db")) })
}
