// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/roster/rostertest"
)

func TestARecordHasOneOrderHoweverItIsWritten(t *testing.T) {
	direct, voice, night := cause(roster.CauseDirect), cause(roster.CausePolicy, "voice"), cause(roster.CausePolicy, "night")
	capability := func(c roster.Capability, causes ...roster.Cause) roster.HeldCapability {
		return roster.HeldCapability{Capability: c, Reach: whole, Causes: causes}
	}
	mixed := roster.Person{
		User: roster.User{Company: company, UserName: "Some.One"},
		Grants: []roster.Grant{
			{Tenant: "south", Channel: roster.Chat, Causes: []roster.Cause{direct}},
			{Tenant: "north", Channel: roster.Phone, Causes: []roster.Cause{voice, direct, night, voice, direct}},
			{Tenant: "north", Channel: roster.Chat, Causes: []roster.Cause{direct, direct}},
		},
		Access: []roster.Access{
			{Tenant: "north", Capabilities: []roster.HeldCapability{
				capability(roster.VisitorsList, asRole(roster.Manager), byPermission(roster.ViewVisitors), asRole(roster.Manager)),
				capability(roster.CustomersRead, asRole(roster.Manager)),
			}},
			{Tenant: "", Capabilities: []roster.HeldCapability{capability(roster.AvatarSet, asRole(roster.Worker), asRole(roster.Worker))}},
		},
	}
	want := roster.Person{
		User: roster.User{Company: company, UserName: "some.one"},
		Grants: []roster.Grant{
			{Tenant: "north", Channel: roster.Chat, Causes: []roster.Cause{direct}},
			{Tenant: "north", Channel: roster.Phone, Causes: []roster.Cause{direct, night, voice}},
			{Tenant: "south", Channel: roster.Chat, Causes: []roster.Cause{direct}},
		},
		Access: []roster.Access{
			{Tenant: "", Capabilities: []roster.HeldCapability{capability(roster.AvatarSet, asRole(roster.Worker))}},
			{Tenant: "north", Capabilities: []roster.HeldCapability{
				capability(roster.CustomersRead, asRole(roster.Manager)),
				capability(roster.VisitorsList, byPermission(roster.ViewVisitors), asRole(roster.Manager)),
			}},
		},
	}
	before := mixed.Access[0].Capabilities[0].Causes[0]
	if diff := cmp.Diff(want, mixed.Canonical()); diff != "" {
		t.Errorf("capabilities are in the order of their names and causes in theirs, each once (-want +got):\n%s", diff)
	}
	if mixed.Access[0].Capabilities[0].Causes[0] != before || mixed.Grants[0].Tenant != "south" {
		t.Error("putting a record in order changed the record it was made from, want a record of its own")
	}
}

func TestWhatCompilesIsInItsOneOrderAlready(t *testing.T) {
	law(t, 1000, func(t *rapid.T, source rostertest.Source, w *rostertest.World) {
		declared, _ := w.Operator(company, rostertest.DrawOperator(source))
		person := roster.Compile(declared, w).Person
		if diff := difference(person, person.Canonical()); diff != "" {
			t.Fatalf("a compiled record is canonical (-compiled +canonical):\n%s", diff)
		}
		for _, access := range person.Access {
			byName := func(a, b roster.HeldCapability) int {
				return strings.Compare(string(a.Capability), string(b.Capability))
			}
			if !slices.IsSortedFunc(access.Capabilities, byName) {
				t.Fatalf("capabilities are in the order of their names, got %+v", access.Capabilities)
			}
		}
	})
}
