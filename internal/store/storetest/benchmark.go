// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// BenchmarkPut measures Put of a person in three tenants: new, changed in each grant, and equal.
func BenchmarkPut(b *testing.B, s store.Store) {
	person := inThreeTenants()
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			name := fmt.Sprint("new", serial.Add(1))
			person.User.UserName, person.User.Profile.Email = name, name
			put(b, s.People(), person, owner("new"))
		}
	})
	b.Run("changed", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for i := range person.Grants {
				person.Grants[i].Online = !person.Grants[i].Online
			}
			put(b, s.People(), person, owner("new"))
		}
	})
	b.Run("equal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			put(b, s.People(), person, owner("new"))
		}
	})
}

func inThreeTenants() roster.Person {
	person := roster.Person{User: people.filled("person").User}
	for _, tenant := range []string{"acme", "globex", "initech"} {
		person.Memberships = append(person.Memberships, roster.Membership{
			Tenant: tenant, Active: true, Role: roster.Worker,
			Groups: []roster.GroupMembership{{Group: "billing", Priority: roster.Primary}, {Group: "sales", Priority: roster.Normal}},
		})
		for _, channel := range []roster.Channel{roster.Chat, roster.Phone} {
			person.Grants = append(person.Grants, roster.Grant{
				Tenant: tenant, Channel: channel, Online: true, Away: true, Causes: []roster.Cause{{Kind: roster.CauseDirect}},
			})
		}
		person.Access = append(person.Access, roster.Access{Tenant: tenant, Role: roster.Worker, Capabilities: capabilitiesOf(roster.Worker)})
	}
	return person
}

// capabilitiesOf are the capabilities a role gives.
func capabilitiesOf(role roster.Role) []roster.HeldCapability {
	var held []roster.HeldCapability
	for row := range roster.Capabilities() {
		if reach := row.Of(role); reach != roster.ReachNone {
			cause := roster.Cause{Kind: roster.CauseRole, Name: string(role)}
			held = append(held, roster.HeldCapability{Capability: row.Capability, Reach: reach, Causes: []roster.Cause{cause}})
		}
	}
	return held
}

// BenchmarkWriters measures Put of new people in three tenants by 1 to 32 callers at once; puts/s is all of them together.
func BenchmarkWriters(b *testing.B, s store.Store) {
	for _, writers := range []int{1, 2, 4, 8, 16, 32} {
		b.Run(fmt.Sprint(writers), func(b *testing.B) {
			b.ReportAllocs()
			var begun atomic.Int64
			together(writers, func(int) (struct{}, error) {
				for begun.Add(1) <= int64(b.N) {
					person := inThreeTenants()
					name := fmt.Sprint("new", serial.Add(1))
					person.User.UserName, person.User.Profile.Email = name, name
					if _, err := s.People().Put(b.Context(), person, owner("new"), store.Terms{}); err != nil {
						b.Errorf("Put: %v", err)
					}
				}
				return struct{}{}, nil
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "puts/s")
		})
	}
}
