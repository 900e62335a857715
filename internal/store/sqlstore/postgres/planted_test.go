// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres_test

import (
	"os"
	"testing"

	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/storetest/mutants"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

// TestThePlantedBugsAreCaughtOverPostgreSQL takes minutes, and over memory the same is part of every run.
func TestThePlantedBugsAreCaughtOverPostgreSQL(t *testing.T) {
	if os.Getenv("ROSTER_PLANT") == "" {
		t.Skip("only make bench plants bugs over the SQL drivers (ROSTER_PLANT=1)")
	}
	mutants.Run(t, func(t testing.TB) store.Store {
		server := postgresserver.Shared(t)
		return open(t, server.URL(postgresserver.Administrator, migrated(t, server)))
	})
}
