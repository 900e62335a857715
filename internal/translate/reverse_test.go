// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package translate_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/roster/rostertest"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/translate"
)

// TestWhatIsDeclaredForARecordCompilesToIt: of companies of any kind, each record that is compiled is compiled again from what is declared for it.
func TestWhatIsDeclaredForARecordCompilesToIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		world := rostertest.Draw(rostertest.Rapid(t), "acme")
		same := func(what string, want, got any) {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s should be compiled again from what is declared for it (-record +again):\n%s", what, diff)
			}
		}
		for _, tenant := range world.Tenants {
			record := tenant.CompileRecord(world).Canonical()
			again := translate.Tenant(translate.TenantFor(record, tenant.General()))
			same("a tenant", record.Channels, again.Record.Channels)
			same("the away routing of a tenant", record.AwayRouting, again.Record.AwayRouting)
		}
		for _, policy := range world.ChannelPolicies {
			same("a policy", policy.Canonical(), translate.Policy(translate.PolicyFor(policy.Canonical())))
		}
		names := map[string]string{}
		for _, o := range world.Operators {
			names[roster.NewPersonKey(o.Company, o.UserName).UserName] = o.Name
		}
		for i, o := range world.Operators {
			record := roster.Compile(o, world).Person
			declared := translate.Operator(translate.OperatorFor(record, o.Name, names))
			declared.Labels = o.Labels
			other := world.Clone()
			other.Operators[i] = declared
			same("a person", record, roster.Compile(declared, other).Person)
		}
	})
}

// TestEveryFieldOfARecordIsDeclared: of objects that have every field.
func TestEveryFieldOfARecordIsDeclared(t *testing.T) {
	t.Parallel()
	tenant := &v1alpha1.Tenant{}
	tenant.Namespace, tenant.Name = "acme", "north"
	testkit.FillFields(&tenant.Spec)
	tenant.Spec.Offboarding.Budget.Max.Type, tenant.Spec.Offboarding.Budget.Max.StrVal = 1, "10%"
	want := translate.Tenant(tenant)
	again := translate.Tenant(translate.TenantFor(want.Record, want.General()))
	if diff := cmp.Diff(want.Record, again.Record); diff != "" {
		t.Errorf("a Tenant with every field should be declared whole (-record +again):\n%s", diff)
	}
	if want.GeneralGroupName != again.GeneralGroupName {
		t.Errorf("the general group is called %q; expected %q", again.GeneralGroupName, want.GeneralGroupName)
	}
	group := &v1alpha1.Group{}
	group.Namespace, group.Name = "acme", "sales"
	testkit.FillFields(&group.Spec)
	if diff := cmp.Diff(translate.Group(group), translate.Group(translate.GroupFor(translate.Group(group)))); diff != "" {
		t.Errorf("a Group with every field should be declared whole (-record +again):\n%s", diff)
	}
	policy := &v1alpha1.ChannelPolicy{}
	policy.Namespace, policy.Name = "acme", "calls"
	testkit.FillFields(&policy.Spec)
	if diff := cmp.Diff(translate.Policy(policy), translate.Policy(translate.PolicyFor(translate.Policy(policy)))); diff != "" {
		t.Errorf("a ChannelPolicy with every field should be declared whole (-record +again):\n%s", diff)
	}
}
