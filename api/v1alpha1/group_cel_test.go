// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"testing"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

const (
	saysGeneralReserved  = "the name general is reserved for the general group, which every tenant has: choose another name"
	saysGroupTenantFixed = "cannot be changed: delete this group and create one in the other tenant"
)

func TestGroupIsJudgedAlone(t *testing.T) {
	testCreations(t, group, groupCreations)
}

func TestGroupChanges(t *testing.T) {
	testUpdates(t, group, groupUpdates)
}

func group(namespace string) *v1alpha1.Group { return testkit.Group(namespace, "desk", "sales") }

var groupCreations = []creation[v1alpha1.Group]{
	{reason: "a group needs its tenant only", change: func(*v1alpha1.Group) {}},
	{reason: "every field can be given", change: fillGroup},
	{
		reason: "the general group is every tenant's already",
		change: func(g *v1alpha1.Group) { g.Name = v1alpha1.GeneralGroup },
		want:   []cause{{"metadata", saysGeneralReserved}},
	},
	{reason: "a name may begin with general", change: func(g *v1alpha1.Group) { g.Name = "general-enquiries" }},
	{reason: "a tenant is needed", change: func(g *v1alpha1.Group) { g.Spec.Tenant = "" }, want: []cause{{"spec.tenant", "should be at least 1 chars long"}}},
	{reason: "a tenant is named as objects are", change: func(g *v1alpha1.Group) { g.Spec.Tenant = "Sales" }, want: []cause{{"spec.tenant", saysObjectName}}},
	{
		reason: "a blank display name is refused",
		change: func(g *v1alpha1.Group) { g.Spec.DisplayName = " " },
		want:   []cause{{"spec.displayName", saysDisplayText}},
	},
	{
		reason: "enumerations are closed, and a limit is at least 1",
		change: func(g *v1alpha1.Group) {
			g.Spec.Channels = []v1alpha1.Channel{"Telex"}
			g.Spec.Routing = v1alpha1.GroupRouting{Strategy: "Random", MaxConcurrentPerOperator: new(int32(0))}
		},
		want: []cause{
			{"spec.channels[0]", `supported values: "Chat", "Phone", "Email", "Facebook", "WhatsApp"`},
			{"spec.routing.strategy", `supported values: "RoundRobin", "LeastBusy"`},
			{"spec.routing.maxConcurrentPerOperator", "should be greater than or equal to 1"},
		},
	},
}

var groupUpdates = []update[v1alpha1.Group]{
	{
		reason: "a group stays in its tenant",
		after:  func(g *v1alpha1.Group) { g.Spec.Tenant = "support" },
		want:   []cause{{"spec.tenant", saysGroupTenantFixed}},
	},
	{reason: "all but the tenant can change", after: fillGroup},
}

func fillGroup(g *v1alpha1.Group) {
	g.Spec = v1alpha1.GroupSpec{
		Tenant:      g.Spec.Tenant,
		DisplayName: "The desk",
		Description: "Takes what comes.\nDay and night.",
		Channels:    []v1alpha1.Channel{v1alpha1.ChannelChat, v1alpha1.ChannelPhone},
		Routing:     v1alpha1.GroupRouting{Strategy: v1alpha1.RoutingStrategyLeastBusy, MaxConcurrentPerOperator: new(int32(3))},
		Suspend:     true,
	}
}
