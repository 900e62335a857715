// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const guide = "../../../../docs/store.md"

// The queries of the guide for readers answer what it says they do, over the small world of these tests.
func TestQueriesOfTheGuideAnswerWhatItSays(t *testing.T) {
	text := readGuide(t)
	path := filepath.Join(t.TempDir(), "roster.db")
	populate(t, open(t, path))
	examples := regexp.MustCompile("(?s)```sql\n(.*?)```\n```text\n(.*?)```").FindAllStringSubmatch(text, -1)
	if len(examples) < 3 {
		t.Fatalf("the guide has %d queries with results; expected three at least", len(examples))
	}
	for _, example := range examples {
		want := strings.Split(strings.TrimSpace(example[2]), "\n")
		if got := query(t, raw(t, path), example[1]); !slices.Equal(got, want) {
			t.Errorf("%s answers %q; the guide says %q", example[1], got, want)
		}
	}
}

// The guide names every table, and every column of the view.
func TestGuideNamesAllThereIs(t *testing.T) {
	text := readGuide(t)
	path := filepath.Join(t.TempDir(), "roster.db")
	identity(t, open(t, path))
	db := raw(t, path)
	names := slices.Concat(
		query(t, db, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"),
		query(t, db, "SELECT name FROM pragma_table_info('effective_channels')"))
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
