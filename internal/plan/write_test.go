// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/roster-dev/roster/internal/plan"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/roster/rostertest"
)

// crowd is a world of so many people of one tenant, each with a group of fifty, resolved with look-ups that do not walk it.
func crowd(people int, active bool) *plan.World {
	w := &plan.World{
		Company: company, Declared: true, Tenants: map[string]roster.TenantRecord{}, Groups: map[string]roster.Group{},
		Policies: map[string]roster.Policy{}, People: map[string]plan.Person{},
	}
	tenant := roster.TenantRecord{Company: company, Tenant: "north", Channels: channels, AwayRouting: channels, HasGroups: true}
	w.Tenants["north"] = tenant
	few := &rostertest.World{Company: company, Tenants: []roster.Tenant{{Record: tenant}}}
	for i := range people {
		name := fmt.Sprintf("person-%05d", i)
		group := fmt.Sprintf("group-%d", i/50)
		w.Groups[group] = roster.Group{Company: company, Tenant: "north", Name: group}
		o := roster.Operator{
			Company: company, Name: name, UserName: name, Active: active || i%3 > 0, CredentialMode: roster.IdentityProvider, IdentityProvider: "corporate",
			Entries: []roster.Entry{{
				Tenant: "north", Active: true, Role: roster.Worker, Channels: channels[:1+i%3], Groups: []roster.GroupMembership{{Group: group}},
			}},
		}
		if !active {
			o.Entries[0].Channels = channels
		}
		w.People[name] = plan.Person{Name: name, Record: roster.Compile(o, few).Person}
		w.Objects = append(w.Objects, plan.Object{Kind: plan.KindOperator, Name: name, Content: o})
	}
	return w
}

func planOf(t testing.TB, before, after *plan.World) *plan.Plan {
	t.Helper()
	change, err := plan.Compare(before, after)
	if err != nil {
		t.Fatal(err)
	}
	made, err := plan.New("before", "after", []*plan.Company{change})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// TestABigPlanFitsIntoAComment: what people read is bounded, and JSON has everybody.
func TestABigPlanFitsIntoAComment(t *testing.T) {
	t.Parallel()
	const people, most = 10_000, 65_536
	made := planOf(t, crowd(people, true), crowd(people, false))
	for form, text := range map[string]string{"text": made.Text(), "Markdown": made.Markdown()} {
		if len(text) > most {
			t.Errorf("the %s should have at most %d characters, got %d", form, most, len(text))
		}
		if strings.Count(text, "<details>") != strings.Count(text, "</details>") {
			t.Errorf("the %s should close what it opens", form)
		}
		if want := "deactivates 3,334 operators (person-00000, person-00003, person-00006, person-00009, person-00012 and 3,329 more)"; !strings.Contains(strings.ReplaceAll(text, "`", ""), want) {
			t.Errorf("the %s should say %q, got\n%.2000s", form, want, text)
		}
	}
	whole, err := made.JSON()
	if err != nil || !strings.Contains(string(whole), `"person-09999"`) {
		t.Errorf("JSON should name everybody, got an error %v and %d bytes", err, len(whole))
	}
}

// TestManyTenantsAreCutAtWholeLines: nobody has so many statements of one kind that the rest is not seen, but many tenants have.
func TestManyTenantsAreCutAtWholeLines(t *testing.T) {
	t.Parallel()
	change := &plan.Company{Company: company}
	for i := range 3000 {
		change.Access = append(change.Access, plan.Statement{
			Kind: plan.GroupLeft, Tenant: fmt.Sprintf("tenant-%04d", i), What: []string{"group sales"}, Subjects: []string{"person-1"},
		})
	}
	made, err := plan.New("before", "after", []*plan.Company{change})
	if err != nil {
		t.Fatal(err)
	}
	text := made.Markdown()
	if len(text) > 65_536 || !strings.Contains(text, "The rest is left out; `-o json` has all of it.") || !strings.HasSuffix(text, made.Hash+"`\n") {
		t.Errorf("the Markdown should end with what is left out and with the hash, got %d characters that end with\n%s", len(text), text[len(text)-300:])
	}
}

// TestNamesAreNotReadAsMarkdown: a name of a file or a company cannot write into a comment.
func TestNamesAreNotReadAsMarkdown(t *testing.T) {
	t.Parallel()
	made, err := plan.New("a`b", "c", []*plan.Company{{Company: "acme", People: []plan.Statement{{Kind: plan.PersonAdded, Subjects: []string{"a`@everybody`"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(made.Markdown(), "\n") {
		if strings.Count(line, "`")%2 != 0 || strings.Contains(line, "`@") {
			t.Errorf("every name should be code, got %q", line)
		}
	}
}

// TestComparingTakesTimeInProportion: four times the people are at most some four times the work.
func TestComparingTakesTimeInProportion(t *testing.T) {
	work := func(people int) float64 {
		before, after := crowd(people, true), crowd(people, false)
		return testing.AllocsPerRun(1, func() { planOf(t, before, after) })
	}
	small, large := work(500), work(2000)
	if ratio := large / small; ratio > 4.6 {
		t.Errorf("four times the people should be some four times the allocations, got %.1f times (%.0f and %.0f)", ratio, small, large)
	}
}

func TestEveryKindOfStatementHasASentence(t *testing.T) {
	t.Parallel()
	for _, kind := range plan.Kinds() {
		s := plan.Statement{Kind: kind, Tenant: "north", What: []string{"something"}, Subjects: []string{"person-1"}}
		if text := s.Sentence(); text == "" || strings.ContainsAny(text, "{}") {
			t.Errorf("%s should have a sentence, got %q", kind, text)
		}
	}
	if !slices.IsSortedFunc(plan.Kinds(), func(a, b plan.Kind) int { return slices.Index(plan.Kinds(), a) - slices.Index(plan.Kinds(), b) }) {
		t.Error("each kind should be there once")
	}
}

func BenchmarkComparing10000People(b *testing.B) {
	before, after := crowd(10_000, true), crowd(10_000, false)
	b.ReportAllocs()
	for b.Loop() {
		planOf(b, before, after)
	}
}
