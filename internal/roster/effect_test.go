// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"testing"

	"github.com/roster-dev/roster/internal/roster"
)

func TestAPolicyHasAnEffectWhereItGrantsSomethingToSomebody(t *testing.T) {
	w := newWorld(tenant("north", roster.Chat))
	for _, tc := range []struct {
		reason  string
		change  func(*roster.Policy)
		matched int
		want    roster.Effect
	}{
		{"somebody is granted a channel of the tenant", func(*roster.Policy) {}, 1, roster.Effect{
			Effective: true, Reason: roster.EffectGranting, Message: "the policy grants at least one channel to at least one operator"}},
		{"one of the channels is enough", func(p *roster.Policy) { p.Channels = append(p.Channels, roster.Phone) }, 3, roster.Effect{
			Effective: true, Reason: roster.EffectGranting, Message: "the policy grants at least one channel to at least one operator"}},
		{"one state is enough", func(p *roster.Policy) { p.Online = false }, 1, roster.Effect{
			Effective: true, Reason: roster.EffectGranting, Message: "the policy grants at least one channel to at least one operator"}},
		{"no tenant, before all else", func(p *roster.Policy) { p.Tenant, p.Online, p.Away = "west", false, false }, 0, roster.Effect{
			Reason: roster.EffectTenantMissing, Message: `Tenant "west" does not exist; the policy takes effect once it does`}},
		{"none of the channels", func(p *roster.Policy) { p.Channels = []roster.Channel{roster.Phone} }, 1, roster.Effect{
			Reason: roster.EffectNoChannelOfTenant, Message: `Tenant "north" has none of the channels the policy grants; add one to its spec.channels`}},
		{"no state", func(p *roster.Policy) { p.Online, p.Away = false, false }, 1, roster.Effect{
			Reason: roster.EffectNothingAllowed, Message: "spec.availability denies both states, so nothing is ever routed; allow online or away"}},
		{"nobody", func(*roster.Policy) {}, 0, roster.Effect{
			Reason: roster.EffectNoMatch, Message: "no operator of the tenant matches spec.subjects"}},
	} {
		p := policy("p", "north", roster.Subject{Role: roster.Worker}, roster.Chat)
		tc.change(&p)
		if got := p.Effect(w, tc.matched); got != tc.want {
			t.Errorf("%s: the effect is %+v, want %+v", tc.reason, got, tc.want)
		}
	}
}

func TestAPolicyGrantsThroughTheEntryAsTheTenantLeavesIt(t *testing.T) {
	one := tenant("north", roster.Chat)
	one.MaxGroups = 1
	billing := policy("p", "north", roster.Subject{Group: "sales"}, roster.Chat)
	both := in(entry("north", roster.Worker), "sales", "billing")
	for _, tc := range []struct {
		reason   string
		tenants  []roster.Tenant
		operator roster.Operator
		want     bool
	}{
		{"in the group", []roster.Tenant{tenant("north")}, operator("a", both), true},
		{"in the group, which is over the maximum", []roster.Tenant{one}, operator("a", both), false},
		{"in the group alone", []roster.Tenant{one}, operator("a", in(entry("north", roster.Worker), "sales")), true},
		{"in the group, of a tenant that is not there, which counts as the strictest", nil, operator("a", both), false},
		{"in no group", []roster.Tenant{one}, operator("a", entry("north", roster.Worker)), false},
		{"no entry for the tenant", []roster.Tenant{one}, operator("a", in(entry("south", roster.Worker), "sales")), false},
	} {
		w := newWorld(tc.tenants...).withGroups(group("billing", "north"), group("sales", "north")).withPolicies(billing)
		if got := billing.Grants(tc.operator, w); got != tc.want {
			t.Errorf("%s: the policy grants is %t, want %t", tc.reason, got, tc.want)
		}
		if compiled := len(roster.Compile(tc.operator, w).Person.Grants) > 0; compiled != tc.want {
			t.Errorf("%s: the compiled person has the grant is %t, want %t, as the policy says", tc.reason, compiled, tc.want)
		}
	}
}
