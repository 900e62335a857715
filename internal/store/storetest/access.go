// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"testing"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// accessLaws are about what people may do, and about the fact of a tenant that all of it depends on.
func accessLaws() []law {
	return []law{
		{"Person: access and capabilities are written by difference", accessByDifference},
		{"Person: each access, and each capability of it, occurs once", accessWithoutRepetition},
		{"Person: access to all other tenants is kept beside access to each", func(t testing.TB, s store.Store) {
			person := allowed("a", access("acme", "files.manage"), access("", "groups.list", "files.manage"))
			put(t, s.People(), person, owner("a"))
			expectEqual(t, "the person", person, get(t, s.People(), person.Key()).Value)
		}},
		{"Person: whoever may do the same keeps it when another one's changes", func(t testing.TB, s store.Store) {
			one, other := allowed("one", access("acme", "files.manage", "groups.list")), allowed("other", access("acme", "files.manage", "groups.list"))
			less := allowed("one", access("acme", "files.manage"))
			put(t, s.People(), one, owner("one"))
			put(t, s.People(), other, owner("other"))
			put(t, s.People(), less, owner("one"))
			expectEqual(t, "the one that changed", less, get(t, s.People(), one.Key()).Value)
			expectEqual(t, "the other", other, get(t, s.People(), other.Key()).Value)
			expectNil(t, "Delete", s.People().Delete(t.Context(), one.Key(), owner("one"), store.Terms{}))
			expectEqual(t, "the other, alone", other, get(t, s.People(), other.Key()).Value)
			put(t, s.People(), one, owner("one"))
			expectEqual(t, "the one that came back", one, get(t, s.People(), one.Key()).Value)
		}},
		{"Person: of many new people who may do the same, each is written", func(t testing.TB, s store.Store) {
			person := func(i int) roster.Person {
				return allowed(string(rune('a'+i)), access("acme", "files.manage", "groups.list"), access("globex", "groups.list"))
			}
			for i, outcome := range together(8, func(i int) (store.Written[roster.Person], error) {
				return s.People().Put(t.Context(), person(i), owner("a"), store.Terms{})
			}) {
				expectNil(t, "Put", outcome.err)
				expectEqual(t, "the person", person(i), get(t, s.People(), person(i).Key()).Value)
			}
		}},
		{"Tenant: whether it has groups is what the record says, whatever groups there are", func(t testing.TB, s store.Store) {
			value, group := tenants.empty(tenant), groups.empty("g")
			for i, has := range []bool{true, false, true, false} {
				value.HasGroups = has
				put(t, s.Tenants(), value, owner("t"))
				if i == 1 {
					put(t, s.Groups(), group, owner("g"))
				}
				expectEqual(t, "whether the tenant has groups", has, get(t, s.Tenants(), value.Key()).Value.HasGroups)
			}
		}},
	}
}

// allowed is somebody who may do something.
func allowed(name string, access ...roster.Access) roster.Person {
	person := worker(name)
	person.Access = access
	return person.Canonical()
}

// access is that somebody may do something in a tenant.
func access(tenant string, capabilities ...roster.Capability) roster.Access {
	a := roster.Access{Tenant: tenant, Role: roster.Manager}
	for _, c := range capabilities {
		cause := roster.Cause{Kind: roster.CauseRole, Name: string(roster.Manager)}
		a.Capabilities = append(a.Capabilities, roster.HeldCapability{Capability: c, Reach: roster.ReachTenant, Causes: []roster.Cause{cause}})
	}
	return a
}

func accessByDifference(t testing.TB, s store.Store) {
	higher := access("one", "b", "c")
	higher.Role, higher.Scope.All = roster.Administrator, true
	narrower := access("one", "b", "c")
	narrower.Capabilities[0].Reach = roster.ReachTeam
	caused := access("one", "b", "c")
	caused.Capabilities[1].Causes = append(caused.Capabilities[1].Causes, roster.Cause{Kind: roster.CausePermission, Name: "ManageFiles"})
	steps := []struct {
		reason string
		access []roster.Access
	}{
		{"access comes", []roster.Access{access("one", "a", "b")}},
		{"a capability goes and another comes", []roster.Access{access("one", "b", "c")}},
		{"a capability reaches less far", []roster.Access{narrower}},
		{"a capability has another cause", []roster.Access{caused}},
		{"the role and the scope change", []roster.Access{higher}},
		{"access to another tenant and to all others comes", []roster.Access{higher, access("two", "a"), access("", "a")}},
		{"the first goes", []roster.Access{access("two", "a"), access("", "a")}},
		{"it may do nothing", []roster.Access{access("two"), access("", "a")}},
		{"all goes", nil},
	}
	for _, step := range steps {
		person := allowed("a", step.access...)
		if !put(t, s.People(), person, owner("a")).Changed {
			t.Errorf("%s: Put changed nothing", step.reason)
		}
		expectEqual(t, step.reason, person, get(t, s.People(), person.Key()).Value)
	}
}

func accessWithoutRepetition(t testing.TB, s store.Store) {
	for reason, person := range map[string]roster.Person{
		"a tenant twice":            allowed("a", access("one", "a"), access("one", "b")),
		"all other tenants twice":   allowed("a", access("", "a"), access("", "b")),
		"a capability twice":        allowed("a", access("one", "a", "a")),
		"a capability without name": allowed("a", access("one", "a", "")),
	} {
		_, err := s.People().Put(t.Context(), person, owner("a"), store.Terms{})
		expectError(t, reason, err, store.ErrRejected)
		expectAbsent(t, s.People(), person.Key())
	}
}
