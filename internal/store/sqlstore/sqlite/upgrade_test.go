// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The dumps in testdata are of a file of each released version that holds the small world of these tests. Opened by this
// program, each holds what it held; the first one knew nothing of access yet. A release adds its own: sqlite3 roster.db .dump.
func TestOldVersionsAreMigratedWithWhatTheyHold(t *testing.T) {
	fresh := open(t, filepath.Join(t.TempDir(), "roster.db"))
	populate(t, fresh)
	held, heldFirst := content(t, fresh), content(t, fresh)
	for i := range heldFirst.people {
		heldFirst.people[i].Value.Access = nil
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
			path := filepath.Join(t.TempDir(), "roster.db")
			db := raw(t, path)
			execute(t, db, string(text))
			const identities = "SELECT 'the store', id FROM store_identity UNION ALL SELECT user_name, id FROM users ORDER BY 1"
			before := query(t, db, identities)
			want := held
			if filepath.Base(file) == "version-1.sql" {
				want = heldFirst
			}
			if diff := cmp.Diff(unidentified(want), unidentified(content(t, open(t, path)))); diff != "" {
				t.Errorf("what the store holds after the migration (-expected +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, query(t, db, identities)); diff != "" {
				t.Errorf("the identities (-before +after the migration):\n%s", diff)
			}
		})
	}
}

// unidentified is content without the IDs the store gave.
func unidentified(all everything) []any {
	for i := range all.people {
		all.people[i].ID = ""
	}
	return []any{all.tenants, all.groups, all.policies, all.people}
}
