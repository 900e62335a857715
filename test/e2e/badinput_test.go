// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store/sqlstore/sqlite"
	"github.com/roster-dev/roster/internal/testkit"
)

// must is for steps of a test that nothing but the test itself can get wrong.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sqliteFile opens the database of a store past the store; the driver is the store's own.
func sqliteFile(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	must(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// madeStore makes the file of a store as a manager leaves it.
func madeStore(t *testing.T, path string) {
	t.Helper()
	s, err := sqlite.Open("sqlite://" + path)
	must(t, err)
	_, err = s.ID(t.Context())
	must(t, err)
	must(t, s.Close())
}

// unusable are the ways in which the file of an SQLite store cannot be used. Each spoils the file and returns what makes it good
// again.
var unusable = map[string]struct {
	reason string
	spoil  func(t *testing.T, path string) (heal func())
	want   string
}{
	"below a file": {
		reason: "the folder is none, so the file cannot be created",
		want:   "cannot be created (not a directory): make the folder",
		spoil: func(t *testing.T, path string) func() {
			folder := filepath.Dir(path)
			must(t, os.Remove(folder))
			must(t, os.WriteFile(folder, nil, 0o600))
			return func() {
				must(t, os.Remove(folder))
				must(t, os.Mkdir(folder, 0o700))
			}
		},
	},
	"a folder in its place": {
		reason: "a folder is no file",
		want:   "is a folder or no regular file: choose another path",
		spoil: func(t *testing.T, path string) func() {
			must(t, os.Mkdir(path, 0o700))
			return func() { must(t, os.Remove(path)) }
		},
	},
	"garbage": {
		reason: "what is there is not ours to overwrite",
		want:   "is no SQLite database: choose another path, or restore a backup",
		spoil: func(t *testing.T, path string) func() {
			must(t, os.WriteFile(path, []byte(strings.Repeat("no database at all\n", 1000)), 0o600))
			return func() { must(t, os.Remove(path)) }
		},
	},
	"locked": {
		reason: "another program writes and does not end",
		want:   "is locked by another program: wait until that is done, or end it",
		spoil: func(t *testing.T, path string) func() {
			madeStore(t, path)
			db := sqliteFile(t, path)
			_, err := db.ExecContext(t.Context(), "BEGIN IMMEDIATE")
			must(t, err)
			return func() {
				_, err := db.ExecContext(t.Context(), "ROLLBACK")
				must(t, err)
			}
		},
	},
	"a newer schema": {
		reason: "an older manager must not write what it does not understand",
		want:   "its schema is version 999, newer than this manager knows",
		spoil: func(t *testing.T, path string) func() {
			madeStore(t, path)
			db := sqliteFile(t, path)
			_, err := db.ExecContext(t.Context(), "INSERT INTO schema_version (version_id, is_applied) VALUES (999, true)")
			must(t, err)
			return func() {
				_, err := db.ExecContext(t.Context(), "DELETE FROM schema_version WHERE version_id = 999")
				must(t, err)
			}
		},
	},
}

func TestAStoreThatCannotBeUsedIsToldInOneSentenceAndHeals(t *testing.T) {
	t.Parallel()
	for name, tc := range unusable {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := filepath.Join(t.TempDir(), "store")
			must(t, os.Mkdir(folder, 0o700))
			path := filepath.Join(folder, "roster.db")
			s, err := sqlite.Open("sqlite://"+path, sqlite.WithBusyTimeout(50*time.Millisecond))
			must(t, err)
			t.Cleanup(func() { _ = s.Close() })
			heal := tc.spoil(t, path)

			health := freeAddress(t)
			c := newCompany(t, over(s), func(c *company) { c.options.Health.BindAddress = health })
			tenant := testkit.Tenant(c.namespace, "north")
			c.create(tenant)
			c.saysAway(tenant, tc.want, tc.reason)
			serves(t, health)
			operator := testkit.Operator(c.namespace, "worker-1", testkit.InTenant("north", testkit.On(v1alpha1.ChannelChat)))
			c.create(operator)
			says(c, operator, "Ready=False/StoreUnavailable")

			heal()
			becomesReady(c, tenant)
			becomesReady(c, operator)
			if operator.Status.StoreID == "" {
				t.Error("the healed operator should have an ID of the store")
			}
			person, err := s.People().Get(t.Context(), roster.NewPersonKey(c.namespace, "worker-1"))
			if err != nil || len(person.Value.Grants) != 1 {
				t.Errorf("the healed store should hold the operator with one grant, got %+v (%v)", person.Value, err)
			}
		})
	}
}

// saysAway waits until a tenant says that the store is away, and checks the sentence.
func (c *company) saysAway(tenant *v1alpha1.Tenant, want, why string) {
	c.t.Helper()
	says(c, tenant, "Ready=False/StoreUnavailable")
	said := message(tenant, v1alpha1.ConditionReady)
	if !strings.Contains(said, want) {
		c.t.Errorf("%s: Ready should say %q, it says %q", why, want, said)
	}
	if strings.Contains(said, "\n") || len(said) > 500 || strings.Count(said, "identity store is unavailable") != 1 ||
		!strings.HasSuffix(said, "; the manager tries again by itself") {
		c.t.Errorf("Ready should say in one sentence what is wrong and that the manager tries again, it says %q", said)
	}
	if got := reason(tenant, v1alpha1.ConditionReconciling); got != "Reconciling=True/StoreUnavailable" {
		c.t.Errorf("a store that is away is no stall: expected Reconciling=True/StoreUnavailable, got %q", got)
	}
}

// serves checks that a manager is healthy and ready.
func serves(t *testing.T, address string) {
	t.Helper()
	for _, path := range []string{"/healthz", "/readyz"} {
		testkit.Eventually(t, "the manager serves "+path, func(ctx context.Context) (bool, string) {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, http.NoBody)
			if err != nil {
				return false, err.Error()
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				return false, err.Error()
			}
			return response.StatusCode == http.StatusOK && response.Body.Close() == nil, fmt.Sprint(response.Status)
		})
	}
}

// freeAddress is an address of this machine that nobody listened on a moment ago.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	must(t, listener.Close())
	return listener.Addr().String()
}
