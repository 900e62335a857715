// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const guide = "../../../../docs/store.md"

// The guide names every table, and every column of the views.
func TestGuideNamesAllThereIs(t *testing.T) {
	text := readGuide(t)
	path := filepath.Join(t.TempDir(), "roster.db")
	identity(t, open(t, path))
	db := raw(t, path)
	names := slices.Concat(
		query(t, db, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"),
		query(t, db, "SELECT c.name FROM sqlite_schema AS v, pragma_table_info(v.name) AS c WHERE v.type = 'view'"))
	for _, name := range names {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("docs/store.md does not name %s; expected it to describe all that is there", name)
		}
	}
}

func readGuide(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
