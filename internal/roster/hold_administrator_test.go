// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/roster/rostertest"
)

func TestTheLastAdministratorStaysAndAllElseIsAsDeclared(t *testing.T) {
	t.Parallel()
	administrator := func(tenant string, channels ...roster.Channel) roster.Entry {
		return entry(tenant, roster.Administrator, channels...)
	}
	titled := func(o roster.Operator) roster.Operator {
		o.Profile.Title = "New"
		return o
	}
	chief := asCompanyAdministrator(operator("anna"))
	for _, tc := range []struct {
		reason               string
		before, wanted, want roster.Operator
		lastOf               []string
	}{
		{"of nothing", operator("anna", administrator("north")), titled(operator("anna")), titled(operator("anna")), nil},
		{"demoted: the role stays, the channels go",
			operator("anna", administrator("north", roster.Chat)), titled(operator("anna", entry("north", roster.Worker))),
			titled(operator("anna", administrator("north"))), []string{"north"}},
		{"demoted in two, of which one has another",
			operator("anna", administrator("north"), administrator("south")), operator("anna", entry("north", roster.Worker), entry("south", roster.Worker)),
			operator("anna", administrator("north"), entry("south", roster.Worker)), []string{"north"}},
		{"taken out: the role alone stays",
			operator("anna", in(administrator("north", roster.Chat), "desk")), titled(operator("anna")), titled(operator("anna", administrator("north"))), []string{"north"}},
		{"switched off in the tenant: the rest of the entry is as declared",
			operator("anna", administrator("north")), operator("anna", inactiveIn(in(administrator("north", roster.Phone), "desk"))),
			operator("anna", in(administrator("north", roster.Phone), "desk")), []string{"north"}},
		{"switched off: other tenants are",
			operator("anna", administrator("north"), entry("south", roster.Manager)), inactive(operator("anna", administrator("north"), entry("south", roster.Manager))),
			operator("anna", administrator("north"), inactiveIn(entry("south", roster.Manager))), []string{"north"}},
		{"switched off and the company's own, who is Administrator by role: the company goes",
			asCompanyAdministrator(operator("anna", administrator("north"))), inactive(asCompanyAdministrator(operator("anna", administrator("north")))),
			operator("anna", administrator("north")), []string{"north"}},
		{"the company's own, dropped: held whole", chief, titled(operator("anna", entry("south", roster.Worker))),
			titled(asCompanyAdministrator(operator("anna", entry("south", roster.Worker)))), []string{"north"}},
		{"the company's own, switched off: held whole, and entries are switched off", chief, inactive(operator("anna", entry("south", roster.Worker))),
			asCompanyAdministrator(operator("anna", inactiveIn(entry("south", roster.Worker)))), []string{"north"}},
		{"the company's own gets an entry that is switched off: it is on", chief, asCompanyAdministrator(operator("anna", inactiveIn(entry("north", roster.Worker)))),
			asCompanyAdministrator(operator("anna", entry("north", roster.Worker))), []string{"north"}},
		{"by role in one and as the company's in another",
			asCompanyAdministrator(operator("anna", administrator("north"))), operator("anna"),
			asCompanyAdministrator(operator("anna", administrator("north"))), []string{"north", "south"}},
	} {
		before := roster.Compile(tc.before, newWorld()).Person
		declared := tc.wanted
		got := tc.wanted.HoldAdministrator(before, tc.lastOf)
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
		}
		if diff := cmp.Diff(declared, tc.wanted); diff != "" {
			t.Errorf("%s: what was declared should stay as it was (-before +after):\n%s", tc.reason, diff)
		}
	}
}

// TestWhoIsHeldStaysAdministratorAndGetsNothing draws what a person was and shall be, and which of the tenants that are let go of
// have nobody else.
func TestWhoIsHeldStaysAdministratorAndGetsNothing(t *testing.T) {
	held := 0
	law(t, 5000, func(t *rapid.T, source rostertest.Source, w *rostertest.World) {
		name := rostertest.DrawOperator(source)
		is, here := w.Operator(company, name)
		shall, there := rostertest.Draw(source, company).Operator(company, name)
		if !here || !there {
			return
		}
		before, wanted := roster.Compile(is, w).Person, roster.Compile(shall, w).Person
		lastOf := slices.DeleteFunc(before.Relinquished(wanted, tenantNames(w)), func(string) bool { return source.IntN(2) == 0 })
		if len(lastOf) == 0 {
			return
		}
		held++
		after := roster.Compile(shall.HoldAdministrator(before, lastOf), w).Person
		if lost := before.Relinquished(after, lastOf); len(lost) > 0 {
			t.Fatalf("%s is held as the last of %v, and lets %v go", name, lastOf, lost)
		}
		for _, tenant := range tenantNames(w) {
			getsNothing(t, w, tenant, before, wanted, after)
		}
	})
	if held < 200 {
		t.Errorf("%d people were held, want 200 at least", held)
	}
}

// getsNothing expects that in a tenant nobody comes to administer it, or to be live, who neither was nor shall be.
func getsNothing(t *rapid.T, w *rostertest.World, tenant string, before, wanted, after roster.Person) {
	if after.AdministratorOf(tenant) && !before.AdministratorOf(tenant) && !wanted.AdministratorOf(tenant) {
		t.Fatalf("%s comes to administer %s by being held", after.User.UserName, tenant)
	}
	is, was, shall := after.Stand(tenant, w), before.Stand(tenant, w), wanted.Stand(tenant, w)
	if is.Live() && !was.Live() && !shall.Live() {
		t.Fatalf("%s is live in %s by being held, where neither was so", after.User.UserName, tenant)
	}
}

func tenantNames(w *rostertest.World) []string {
	var names []string
	for i := range w.Tenants {
		names = append(names, w.Tenants[i].Record.Tenant)
	}
	return names
}
