// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
)

// directions are which way changes of visibility go, in their order.
func directions(changes []roster.VisibilityChange) []string {
	var ways []string
	for _, c := range changes {
		ways = append(ways, map[bool]string{true: "widened", false: "narrowed"}[c.Widened])
	}
	return ways
}

// rules are all that a tenant can say of what its people see of each other.
func rules() []roster.TenantRecord {
	var all []roster.TenantRecord
	for _, hasGroups := range []bool{false, true} {
		for _, scope := range []roster.UnassignedScope{roster.ScopeGeneral, roster.ScopeAll} {
			for _, others := range []roster.MessageVisibility{roster.MessagesAllowed, roster.MessagesDenied} {
				all = append(all, roster.TenantRecord{Tenant: "north", HasGroups: hasGroups, UnassignedScope: scope, OthersMessages: others})
			}
		}
	}
	return all
}

// readable are the conversations of others that a Worker in no group reads in a tenant, of every group and taken on or not.
func readable(facts roster.TenantRecord) map[string]bool {
	reader := roster.Reader{
		ID: "me", Tenant: "north", Live: true, Activated: true, Role: roster.Worker, Scope: roster.Scope{Unassigned: true},
		TenantHasGroups: facts.HasGroups, OthersMessages: facts.OthersMessages, UnassignedScope: facts.UnassignedScope,
	}
	read := map[string]bool{}
	for _, group := range []string{"", "sales"} {
		for _, assignee := range []string{"", "another"} {
			c := roster.Conversation{Tenant: "north", Group: group, Kind: roster.ChatSession, Assignee: assignee}
			if assignee != "" {
				c.Participants = []string{assignee}
			}
			if reader.Read(&c).Allowed {
				read[fmt.Sprintf("group %q, assignee %q", group, assignee)] = true
			}
		}
	}
	return read
}

// TestATenantsChangeIsToldExactlyWhenSomebodySeesMoreOrLess compares every change of a tenant's rules with what a Worker in no group
// reads before and after.
func TestATenantsChangeIsToldExactlyWhenSomebodySeesMoreOrLess(t *testing.T) {
	for _, before := range rules() {
		for _, after := range rules() {
			want := map[string]bool{}
			had, has := readable(before), readable(after)
			for c := range has {
				if !had[c] {
					want["widened"] = true
				}
			}
			for c := range had {
				if !has[c] {
					want["narrowed"] = true
				}
			}
			got := map[string]bool{}
			for _, way := range directions(after.VisibilityChanges(before)) {
				got[way] = true
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("from %+v to %+v, from reading %v to reading %v (-want +got):\n%s", before, after, had, has, diff)
			}
		}
	}
}

func TestATenantsChangeSaysWhy(t *testing.T) {
	plain := roster.TenantRecord{Tenant: "north", OthersMessages: roster.MessagesAllowed, UnassignedScope: roster.ScopeGeneral}
	with := func(changes ...func(*roster.TenantRecord)) roster.TenantRecord {
		r := plain
		for _, change := range changes {
			change(&r)
		}
		return r
	}
	groups := func(r *roster.TenantRecord) { r.HasGroups = true }
	all := func(r *roster.TenantRecord) { r.UnassignedScope = roster.ScopeAll }
	denied := func(r *roster.TenantRecord) { r.OthersMessages = roster.MessagesDenied }
	retired := func(r *roster.TenantRecord) { r.Retired = true }
	for name, tc := range map[string]struct {
		reason        string
		before, after roster.TenantRecord
		want          []string
	}{
		"the first group":            {"everybody saw everything before", plain, with(groups), []string{"narrowed: the tenant has groups"}},
		"the last group":             {"there is nothing left to keep anybody from anything", with(groups), plain, []string{"widened: the tenant has no groups"}},
		"the first group, under All": {"whoever is in none sees everything still", with(all), with(all, groups), nil},
		"the last group, under All":  {"whoever is in none saw everything", with(all, groups), with(all), nil},
		"All":                        {"whoever is in none sees every group", with(groups), with(groups, all), []string{"widened: conversations.unassignedScope is All"}},
		"General":                    {"whoever is in none sees the general group", with(groups, all), with(groups), []string{"narrowed: conversations.unassignedScope is General"}},
		"All, without groups":        {"nobody was kept from anything", plain, with(all), nil},
		"Denied":                     {"others' messages are hidden, F43", plain, with(denied), []string{"narrowed: conversations.othersMessages is Denied"}},
		"Allowed":                    {"others' messages are shown, F43", with(denied), plain, []string{"widened: conversations.othersMessages is Allowed"}},
		"both at once": {
			"each is told", with(groups, denied), with(groups, all), []string{"widened: conversations.unassignedScope is All", "widened: conversations.othersMessages is Allowed"},
		},
		"nothing of it":    {"a name to show concerns nobody's view", plain, with(func(r *roster.TenantRecord) { r.DisplayName = "N" }), nil},
		"coming back":      {"creating the Tenant again is no change of what was declared", with(retired), with(groups, denied), nil},
		"being retired":    {"everything ends, and the Tenant is gone", plain, with(groups, retired), nil},
		"nothing whatever": {"equal records see equally", with(groups, denied), with(groups, denied), nil},
	} {
		t.Run(name, func(t *testing.T) {
			checkChanges(t, tc.reason, tc.want, tc.after.VisibilityChanges(tc.before))
		})
	}
}

// checkChanges compares changes with "<direction>: <how the message begins>".
func checkChanges(t *testing.T, reason string, want []string, got []roster.VisibilityChange) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: expected %q, got %+v", reason, want, got)
	}
	for i, way := range directions(got) {
		if said := way + ": " + got[i].Message; !strings.HasPrefix(said, want[i]) {
			t.Errorf("%s: expected %q, got %q", reason, want[i], said)
		}
	}
}

func TestAPersonsEditIsToldWhenItChangesWhatThePersonSees(t *testing.T) {
	leading := func(e roster.Entry, team ...string) roster.Entry { e.Team = team; return e }
	worker, manager := entry("north", roster.Worker), entry("north", roster.Manager)
	person := func(entries ...roster.Entry) roster.Operator { return operator("me", entries...) }
	changed := func(o roster.Operator, change func(*roster.Operator)) roster.Operator { change(&o); return o }
	ofTheCompany := func(o *roster.Operator) { o.CompanyAdministrator = true }
	const first, last, one, two = `narrowed: in a group of Tenant "north" for the first time`, `widened: in no group of Tenant "north" any more`,
		`widened: the team in Tenant "north" has 1 member more`, `widened: the team in Tenant "north" has 2 members more`
	for name, tc := range map[string]struct {
		reason        string
		scope         roster.UnassignedScope
		before, after roster.Operator
		want          []string
	}{
		"first group":                       {"in none one sees everything", roster.ScopeAll, person(worker), person(in(worker, "sales")), []string{first}},
		"last group":                        {"in none one sees everything", roster.ScopeAll, person(in(worker, "sales")), person(worker), []string{last}},
		"first group that is not there":     {"declared names count, resolved or not", roster.ScopeAll, person(worker), person(in(worker, "absent")), []string{first}},
		"only the general group is left":    {"it is no group one is in", roster.ScopeAll, person(in(worker, "sales", "general")), person(in(worker, "general")), []string{last}},
		"second group":                      {"one more group is one more", roster.ScopeAll, person(in(worker, "sales")), person(in(worker, "sales", "care")), nil},
		"another group":                     {"one group for another", roster.ScopeAll, person(in(worker, "sales")), person(in(worker, "care")), nil},
		"first group, under General":        {"in none one sees the general group only", roster.ScopeGeneral, person(worker), person(in(worker, "sales")), nil},
		"last group, under General":         {"in none one sees the general group only", roster.ScopeGeneral, person(in(worker, "sales")), person(worker), nil},
		"first group of an Administrator":   {"who sees everything anyway", roster.ScopeAll, person(entry("north", roster.Administrator)), person(in(entry("north", roster.Administrator), "sales")), nil},
		"first group of who was promoted":   {"the role says it", roster.ScopeAll, person(worker), person(in(entry("north", roster.Administrator), "sales")), nil},
		"first group of the company's":      {"who sees everything anyway", roster.ScopeAll, changed(person(worker), ofTheCompany), changed(person(in(worker, "sales")), ofTheCompany), nil},
		"first group of a new entry":        {"it is no change of what was seen", roster.ScopeAll, person(), person(in(worker, "sales")), nil},
		"an entry that goes":                {"everything of it ends", roster.ScopeAll, person(in(worker, "sales")), person(), nil},
		"a team that grows":                 {"F51", roster.ScopeGeneral, person(leading(manager, "anna")), person(leading(manager, "anna", "bert")), []string{one}},
		"a team from nothing":               {"F51", roster.ScopeGeneral, person(manager), person(leading(manager, "anna", "bert")), []string{two}},
		"a team exchanged":                  {"whoever came is seen now", roster.ScopeGeneral, person(leading(manager, "anna")), person(leading(manager, "bert")), []string{one}},
		"a team that shrinks":               {"the Manager sees less, as was asked for", roster.ScopeGeneral, person(leading(manager, "anna", "bert")), person(leading(manager, "anna")), nil},
		"a team in another order":           {"it is a set", roster.ScopeGeneral, person(leading(manager, "anna", "bert")), person(leading(manager, "bert", "anna")), nil},
		"a team of somebody who is not":     {"who is missing is in no effective team", roster.ScopeGeneral, person(manager), person(leading(manager, "absent")), nil},
		"a team with a promotion":           {"the team is the Manager's from now on", roster.ScopeGeneral, person(worker), person(leading(manager, "anna")), []string{one}},
		"a team of the company's":           {"who sees everything anyway", roster.ScopeGeneral, changed(person(manager), ofTheCompany), changed(person(leading(manager, "anna")), ofTheCompany), nil},
		"a team of a new entry":             {"it is no change of what was seen", roster.ScopeGeneral, person(), person(leading(manager, "anna")), nil},
		"a team and the last group":         {"each is told", roster.ScopeAll, person(in(manager, "sales")), person(leading(manager, "anna")), []string{last, one}},
		"another title":                     {"it concerns nobody's view", roster.ScopeAll, person(worker), changed(person(worker), func(o *roster.Operator) { o.Profile.Title = "Lead" }), nil},
		"another role with the same groups": {"the role says it", roster.ScopeAll, person(worker), person(manager), nil},
	} {
		t.Run(name, func(t *testing.T) {
			north := tenant("north")
			north.Record.UnassignedScope = tc.scope
			w := newWorld(north).withGroups(group("sales", "north"), group("care", "north")).withOperators(operator("anna", worker), operator("bert", worker))
			before, after := roster.Compile(tc.before, w).Person, roster.Compile(tc.after, w).Person
			checkChanges(t, tc.reason, tc.want, after.VisibilityChanges(before, w))
		})
	}
}

func TestWhoComesBackAndWhoIsInATenantThatIsMissingSeesAsDeclared(t *testing.T) {
	north := tenant("north")
	north.Record.UnassignedScope = roster.ScopeAll
	w := newWorld(north)
	before := roster.Compile(operator("me", in(entry("north", roster.Worker), "sales")), w).Person
	after := roster.Compile(operator("me", entry("north", roster.Worker)), w).Person
	checkChanges(t, "the person was there", []string{"widened: in no group"}, after.VisibilityChanges(before, w))

	gone := before
	gone.User.PurgeAfter = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	checkChanges(t, "the object was deleted, and is made anew", nil, after.VisibilityChanges(gone, w))
	checkChanges(t, "nobody sees anything in a tenant that is missing", nil, after.VisibilityChanges(before, newWorld()))
}

func TestAChangeOfVisibilityNamesNobody(t *testing.T) {
	manager := entry("north", roster.Manager)
	w := newWorld(tenant("north")).withOperators(operator("secret-name", entry("north", roster.Worker)))
	before := roster.Compile(operator("me", manager), w).Person
	manager.Team = []string{"secret-name"}
	changes := roster.Compile(operator("me", manager), w).Person.VisibilityChanges(before, w)
	if len(changes) != 1 {
		t.Fatalf("a team that grew should be one change, got %+v", changes)
	}
	for _, c := range changes {
		if strings.Contains(c.Message, "secret-name") {
			t.Errorf("a user name may be an e-mail address, and the message should not hold it: %q", c.Message)
		}
	}
}
