// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"testing"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/testkit"
)

// crowd is a company of that many people in two tenants with groups, teams and policies.
func crowd(people int) *manifest.Objects {
	const company, perGroup, perTeam = "harbour", 50, 20
	objects := &manifest.Objects{Tenants: []*v1alpha1.Tenant{testkit.Tenant(company, "north"), testkit.Tenant(company, "south")}}
	for g := range people/perGroup + 1 {
		objects.Groups = append(objects.Groups, testkit.Group(company, fmt.Sprintf("group-%d", g), "north"))
	}
	for i, subject := range []v1alpha1.PolicySubject{{Role: v1alpha1.RoleWorker}, {Group: "group-0"}, {Operator: "person-7"}} {
		policy := testkit.ChannelPolicy(company, fmt.Sprintf("policy-%d", i), "north", testkit.For(subject), testkit.Granting(v1alpha1.ChannelPhone))
		objects.Policies = append(objects.Policies, policy)
	}
	for i := range people {
		entry := testkit.InGroups(fmt.Sprintf("group-%d", i/perGroup))
		if i%perTeam == 0 {
			var team []string
			for j := range perTeam - 1 {
				team = append(team, fmt.Sprintf("person-%d", i+j+1))
			}
			entry = testkit.Leading(team...)
		}
		objects.Operators = append(objects.Operators, testkit.Operator(company, fmt.Sprintf("person-%d", i), testkit.InTenant("north", entry), testkit.InTenant("south")))
	}
	return objects
}

func BenchmarkWhoOf10000People(b *testing.B) {
	const people = 10_000
	w := newWorld(crowd(people), "")
	company := w.companies["harbour"]
	for _, e := range []effect{{Capability: roster.StatsRead}, {Channel: roster.Phone}, {Channel: roster.Phone, State: roster.Away}} {
		b.Run(e.sentence("who", "north", true), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if found := len(company.who(e, "north").People); found == 0 && e.State == "" {
					b.Fatal("somebody should be found")
				}
			}
		})
	}
}

func BenchmarkIndexing10000People(b *testing.B) {
	objects := crowd(10_000)
	b.ReportAllocs()
	for b.Loop() {
		newWorld(objects, "")
	}
}
