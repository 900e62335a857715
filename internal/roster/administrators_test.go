// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/roster/rostertest"
)

func TestWhoLetsGoOfWhichTenants(t *testing.T) {
	t.Parallel()
	person := func(o roster.Operator) roster.Person { return roster.Compile(o, newWorld()).Person }
	administers := func(tenants ...string) roster.Person {
		var entries []roster.Entry
		for _, name := range tenants {
			entries = append(entries, entry(name, roster.Administrator))
		}
		return person(operator("anna", entries...))
	}
	chief := person(asCompanyAdministrator(operator("anna")))
	for _, tc := range []struct {
		reason        string
		before, after roster.Person
		want          []string
	}{
		{"nothing changes", administers("north"), administers("north"), nil},
		{"a tenant more", administers("north"), administers("north", "south"), nil},
		{"a tenant less", administers("north", "south"), administers("north"), []string{"south"}},
		{"a Manager was none", person(operator("anna", entry("north", roster.Manager))), administers(), nil},
		{"demoted", administers("north"), person(operator("anna", entry("north", roster.Worker))), []string{"north"}},
		{"switched off in the tenant", administers("north"), person(operator("anna", inactiveIn(entry("north", roster.Administrator)))), []string{"north"}},
		{"switched off", administers("north"), person(inactive(operator("anna", entry("north", roster.Administrator)))), []string{"north"}},
		{"who was switched off had nothing", person(inactive(operator("anna", entry("north", roster.Administrator)))), administers(), nil},
		{"the company's own administers all", chief, administers(), []string{"north", "south", "west"}},
		{"but for the one that stays by role", chief, administers("west"), []string{"north", "south"}},
		{"and gets an entry that is switched off", chief, person(asCompanyAdministrator(operator("anna", inactiveIn(entry("south", roster.Worker))))), []string{"south"}},
		{"an entry that is on takes nothing from the company's own", chief, person(asCompanyAdministrator(operator("anna", entry("south", roster.Worker)))), nil},
		{"one switched off had nothing there", person(asCompanyAdministrator(operator("anna", inactiveIn(entry("south", roster.Worker))))), administers(), []string{"north", "west"}},
		{"made the company's own instead", administers("north"), chief, nil},
	} {
		got := tc.before.Relinquished(tc.after, []string{"north", "south", "west"})
		if diff := cmp.Diff(tc.want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: the tenants let go of (-want +got):\n%s", tc.reason, diff)
		}
		if may := tc.before.MayRelinquish(tc.after); may != (len(tc.want) > 0) {
			t.Errorf("%s: whether a tenant may be let go of should be %t, is %t", tc.reason, len(tc.want) > 0, may)
		}
	}
}

func inactive(o roster.Operator) roster.Operator {
	o.Active = false
	return o
}

// TestTheRecordAndTheManifestAgreeOnWhoAdministers compares the two ways to say it, and with the formula of who is live.
func TestTheRecordAndTheManifestAgreeOnWhoAdministers(t *testing.T) {
	found := 0
	law(t, 3000, func(t *rapid.T, source rostertest.Source, w *rostertest.World) {
		name, tenant := rostertest.DrawOperator(source), rostertest.DrawTenantName(source)
		declared, there := w.Operator(company, name)
		if !there {
			return
		}
		record := roster.Compile(declared, w).Person
		if record.AdministratorOf(tenant) != declared.AdministratorOf(tenant) {
			t.Fatalf("%s in %s: the record says %t and the manifest %t", name, tenant, record.AdministratorOf(tenant), declared.AdministratorOf(tenant))
		}
		_, exists := w.Tenant(company, tenant)
		if record.AdministratorOf(tenant) {
			found++
			if exists && !rostertest.Live(w, name, tenant) {
				t.Fatalf("%s administers %s and is not live there", name, tenant)
			}
		}
	})
	if found < 300 {
		t.Errorf("%d Administrators were drawn, want 300 at least", found)
	}
}

// TestWhoeverLetsGoIsAskedFor draws two states of a person: no tenant is let go of without the question that costs nothing.
func TestWhoeverLetsGoIsAskedFor(t *testing.T) {
	lost := 0
	law(t, 3000, func(t *rapid.T, source rostertest.Source, w *rostertest.World) {
		other := rostertest.Draw(source, company)
		name := rostertest.DrawOperator(source)
		is, here := w.Operator(company, name)
		shall, there := other.Operator(company, name)
		if !here || !there {
			return
		}
		before, after := roster.Compile(is, w).Person, roster.Compile(shall, other).Person
		tenants := before.Relinquished(after, []string{"north", "south", "west", rostertest.DrawTenantName(source)})
		if len(tenants) > 0 {
			lost++
		}
		if len(tenants) > 0 && !before.MayRelinquish(after) {
			t.Fatalf("%s lets go of %v, and nobody would look", name, tenants)
		}
	})
	if lost < 100 {
		t.Errorf("%d people let go of a tenant, want 100 at least", lost)
	}
}
