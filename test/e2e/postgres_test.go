// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/store/drivers"
	"github.com/roster-dev/roster/internal/store/observe"
	"github.com/roster-dev/roster/internal/store/storetest/faults"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

// at gives a company the store of a URL, decorated as the program does it.
func at(t *testing.T, url string) func(*company) {
	t.Helper()
	driver, err := drivers.Open(url)
	must(t, err)
	observed := observe.Wrap(driver, observe.Options{LongestPause: 5 * time.Second})
	t.Cleanup(func() { must(t, observed.Close()) })
	return over(observed)
}

// database opens a database past the store; the drivers are the stores' own.
func database(t *testing.T, driver, source string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, source)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// inEffect is a row of effective_channels, but for what is each store's own: IDs and the company.
type inEffect struct {
	Tenant, UserName, Channel string
	Online, Away              bool
	Capacity                  sql.NullInt64
	Causes                    any
	State                     string
}

// channelsInEffect are the rows of effective_channels in the order a database gives them.
func channelsInEffect(t *testing.T, db *sql.DB) []inEffect {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `SELECT tenant, user_name, channel, online, away, capacity, causes, state
		FROM effective_channels ORDER BY tenant, user_name, channel`)
	must(t, err)
	defer func() { _ = rows.Close() }()
	var all []inEffect
	for rows.Next() {
		var row inEffect
		var causes string
		must(t, rows.Scan(&row.Tenant, &row.UserName, &row.Channel, &row.Online, &row.Away, &row.Capacity, &causes, &row.State))
		must(t, json.Unmarshal([]byte(causes), &row.Causes))
		all = append(all, row)
	}
	must(t, rows.Err())
	return all
}

// TestTheSamplesOverPostgreSQLAreThoseOverSQLite is not parallel: it counts the passes of all managers of this process.
func TestTheSamplesOverPostgreSQLAreThoseOverSQLite(t *testing.T) {
	server := postgresserver.Own(t)
	url := server.URL(postgresserver.Administrator, server.Database(t))
	path := filepath.Join(t.TempDir(), "roster.db")
	production, embedded := newCompany(t, at(t, url)), newCompany(t, at(t, "sqlite://"+path))
	for _, c := range []*company{production, embedded} {
		c.createAll(samples(t, c.namespace))
		c.allReady()
	}

	want := channelsInEffect(t, database(t, "sqlite", path))
	if len(want) < 50 {
		t.Fatalf("the samples should bring many channels into effect, SQLite holds %d", len(want))
	}
	if diff := cmp.Diff(want, channelsInEffect(t, database(t, "pgx", url))); diff != "" {
		t.Errorf("the platform should read from PostgreSQL what it reads from SQLite, in the same order (-SQLite +PostgreSQL):\n%s", diff)
	}
	if diff := cmp.Diff(embedded.content(), production.content()); diff != "" {
		t.Errorf("PostgreSQL should hold the records that SQLite holds (-SQLite +PostgreSQL):\n%s", diff)
	}

	quiesce(t)
	objects, err := production.objects(t.Context())
	must(t, err)
	production.stop()
	production.store.Reset()
	before := passes(t)
	production.start()
	testkit.Eventually(t, "every object is passed over after the restart", func(context.Context) (bool, string) {
		made := passes(t) - before
		return made >= len(objects), fmt.Sprintf("%d passes over %d objects", made, len(objects))
	})
	quiesce(t)
	if writes := production.requests.list(); len(writes) > 0 {
		t.Errorf("a restart over %d converged objects should write nothing to the API server, it sent %d writes, the first of them %s", len(objects), len(writes), writes[0])
	}
	// A manager that begins to hear of changes sweeps once for those that it did not hear of.
	got := production.store.Counts()
	if got.Lists = 0; got != (faults.Counts{}) {
		t.Errorf("a restart over %d converged objects should neither read nor write an object of PostgreSQL, got %+v", len(objects), got)
	}
}
