// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roster-dev/roster/internal/testkit"
)

// TestTheQuestionsAreThoseOfTheManual but for the names, and the first, which is the demo's own.
func TestTheQuestionsAreThoseOfTheManual(t *testing.T) {
	root, err := testkit.Root()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "store.md"))
	if err != nil {
		t.Fatal(err)
	}
	names := strings.NewReplacer(
		"'harbour'", "'contact-centre'", "'travel'", "'acme'", "'retail'", "'acme'", "'energy'", "'acme'",
		"'bronze.lapwing'", "'lead'", "'sandstone.aspen'", "'worker'",
	)
	for _, q := range questions[1:] {
		if manual := names.Replace(q.query); !strings.Contains(string(page), manual) {
			t.Errorf("docs/store.md should hold the query for %q, with its own names:\n%s", q.asks, manual)
		}
	}
}
