// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

var dump = flag.Bool("dump", false, "write the dump of the newest version into testdata, as each release does")

// The dumps in testdata are of a store of each released version that holds the small world of these tests. Opened by this
// program, each holds what it held; the first ones knew nothing of access yet.
func TestOldVersionsAreMigratedWithWhatTheyHold(t *testing.T) {
	server := postgresserver.Shared(t)
	fresh := migrated(t, server)
	s := open(t, server.URL(postgresserver.Administrator, fresh))
	populate(t, s)
	held := content(t, s)
	if *dump {
		path := filepath.Join("testdata", "version-"+newest(t, server)+".sql")
		if err := os.WriteFile(path, []byte(server.Dump(t, fresh)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob("testdata/version-*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no dumps (%v); expected one of each released version", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name := server.Database(t)
			server.Run(t, name, string(text))
			const identities = "SELECT 'the store', id FROM store_identity UNION ALL SELECT user_name, id FROM users ORDER BY 1"
			before := query(t, server.Connect(t, name), identities)
			s := open(t, server.URL(postgresserver.Administrator, name))
			want := held
			if slices.Contains([]string{"version-1.sql", "version-4.sql"}, filepath.Base(file)) {
				want = withoutAccess(held)
			}
			if diff := cmp.Diff(want, content(t, s)); diff != "" {
				t.Errorf("what the store holds after the migration (-expected +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, query(t, server.Connect(t, name), identities)); diff != "" {
				t.Errorf("the identities (-before +after the migration):\n%s", diff)
			}
			if version := query(t, server.Connect(t, name), "SELECT max(version_id) FROM schema_version")[0]; version != newest(t, server) {
				t.Errorf("the version is %s; expected %s", version, newest(t, server))
			}
		})
	}
}

// withoutAccess is content of before there was access.
func withoutAccess(all []any) []any {
	before := slices.Clone(all)
	for i := range before {
		if person, ok := before[i].(store.Stored[roster.Person]); ok {
			person.Value.Access = nil
			before[i] = person
		}
	}
	return before
}

// content is what a store holds of the company, but for the IDs it gave.
func content(t testing.TB, s store.Store) []any {
	t.Helper()
	var all []any
	all = append(all, listed(t, s.Tenants())...)
	all = append(all, listed(t, s.Groups())...)
	all = append(all, listed(t, s.Policies())...)
	return append(all, listed(t, s.People())...)
}

func listed[K comparable, V any](t testing.TB, in store.Records[K, V]) []any {
	t.Helper()
	var all []any
	for stored, err := range in.List(t.Context(), company) {
		if err != nil {
			t.Fatalf("List: %v", err)
		}
		stored.ID = ""
		all = append(all, stored)
	}
	return all
}
