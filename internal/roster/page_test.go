// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
)

var update = flag.Bool("update", false, "write the table of capabilities in docs/access.md anew")

// page is what people read of access; the table between the marks is the catalogue.
const (
	page  = "../../docs/access.md"
	begin = "<!-- capabilities: begin -->\n"
	end   = "<!-- capabilities: end -->\n"
)

// written is the catalogue as the table of the page.
func written() string {
	var b strings.Builder
	b.WriteString("| capability | Administrator | Manager | Worker | needs, of a Manager or a Worker | or by permission | from |\n|---|---|---|---|---|---|---|\n")
	for row := range roster.Capabilities() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s |\n", row.Capability, reachWord(row.Administrator), reachWord(row.Manager), reachWord(row.Worker),
			coded(row.Needs), coded(row.Permissions), row.Source)
	}
	return b.String()
}

func reachWord(r roster.Reach) string {
	if r == roster.ReachNone {
		return "-"
	}
	return strings.ToLower(string(r))
}

func coded[S ~string](values []S) string {
	var words []string
	for _, v := range values {
		words = append(words, "`"+string(v)+"`")
	}
	return strings.Join(words, ", ")
}

func TestThePageShowsTheCatalogue(t *testing.T) {
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatalf("reading the page: %v", err)
	}
	before, rest, opened := strings.Cut(string(content), begin)
	table, after, closed := strings.Cut(rest, end)
	if !opened || !closed {
		t.Fatalf("%s has no table between %q and %q", page, begin, end)
	}
	if *update {
		if err := os.WriteFile(page, []byte(before+begin+written()+end+after), 0o644); err != nil {
			t.Fatalf("writing the page: %v", err)
		}
		return
	}
	if diff := cmp.Diff(table, written()); diff != "" {
		t.Errorf("the table of %s is not the catalogue; run this test with -update (-page +catalogue):\n%s", page, diff)
	}
}

func TestThePageNamesEverySwitchAndReach(t *testing.T) {
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatalf("reading the page: %v", err)
	}
	for row := range roster.Capabilities() {
		for _, needed := range row.Needs {
			if !strings.Contains(string(content), "| `"+string(needed)+"` |") {
				t.Errorf("%s needs the switch %s, which the page has no line for", row.Capability, needed)
			}
		}
		for _, reach := range []roster.Reach{row.Administrator, row.Manager, row.Worker} {
			if !strings.Contains(string(content), "\n| "+reachWord(reach)+" | ") {
				t.Errorf("%s has the reach %q, which the page does not explain", row.Capability, reachWord(reach))
			}
		}
	}
}
