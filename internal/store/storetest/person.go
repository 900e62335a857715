// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

func personLaws() []law {
	return []law{
		{"Person: user names are one in upper and lower case", func(t testing.TB, s store.Store) {
			id := put(t, s.People(), people.filled("ann.agent"), owner("a")).ID
			shouted := people.keyed(filled[roster.Person](), company, tenant, "Ann.AGENT")
			shouted.User.Profile.Email = people.filled("ann.agent").User.Profile.Email
			expectEqual(t, "Put in upper case", store.Written[roster.Person]{ID: id}, put(t, s.People(), shouted, owner("a")))
			expectEqual(t, "the user name", "ann.agent", get(t, s.People(), roster.NewPersonKey(company, "ANN.AGENT")).Value.User.UserName)
		}},
		{"Person: an e-mail address is one person's in a company, in upper and lower case, until it is given up", emailIsUnique},
		{"Person: of many who claim the same e-mail address at once, one wins", emailIsClaimedOnce},
		{"Person: people without an e-mail address do not conflict", func(t testing.TB, s store.Store) {
			for _, name := range []string{"a", "b"} {
				put(t, s.People(), roster.Person{User: roster.User{Company: company, UserName: name}}, owner(name))
			}
		}},
		{"Person: memberships, grants and all they hold are written by difference", personByDifference},
		{"Person: each tenant, channel of a tenant and group of a membership occurs once", personWithoutRepetition},
		{"Person: memberships, grants and access are kept whether or not the tenant exists", func(t testing.TB, s store.Store) {
			person, home := people.filled("a"), tenants.empty(tenant)
			put(t, s.People(), person, owner("a"))
			put(t, s.Tenants(), home, owner("t"))
			if err := s.Tenants().Delete(t.Context(), home.Key(), owner("t"), store.Terms{}); err != nil {
				t.Fatalf("Delete of the tenant: %v", err)
			}
			expectEqual(t, "the person", person, get(t, s.People(), person.Key()).Value)
		}},
		{"Person: the ID stays when a person leaves and comes back", func(t testing.TB, s store.Store) {
			person := people.filled("a")
			id := put(t, s.People(), person, owner("a")).ID
			gone := people.filled("a")
			gone.User.Active, gone.User.PurgeAfter = false, time.Date(2032, 1, 1, 0, 0, 0, 0, time.UTC)
			expectEqual(t, "leaving", store.Written[roster.Person]{ID: id, Changed: true, Before: &person}, put(t, s.People(), gone, owner("a")))
			expectEqual(t, "coming back", store.Written[roster.Person]{ID: id, Changed: true, Before: &gone}, put(t, s.People(), person, owner("a")))
			expectEqual(t, "the ID", id, get(t, s.People(), person.Key()).ID)
		}},
		{"Person: an ID is never used again", func(t testing.TB, s store.Store) {
			seen := map[string]bool{}
			for i := range 6 {
				person := people.filled(fmt.Sprint("name", i%2))
				id := put(t, s.People(), person, owner("a")).ID
				if id == "" || seen[id] {
					t.Fatalf("person %d has the ID %q; expected one nobody had before", i, id)
				}
				seen[id] = true
				if err := s.People().Delete(t.Context(), person.Key(), owner("a"), store.Terms{}); err != nil {
					t.Fatalf("Delete: %v", err)
				}
			}
		}},
		{"Person: times are kept to the microsecond, in UTC", func(t testing.TB, s store.Store) {
			person := people.filled("a")
			person.User.PurgeAfter = time.Date(2030, 6, 1, 12, 0, 0, 123456789, time.FixedZone("two hours east", 7200))
			put(t, s.People(), person, owner("a"))
			want := time.Date(2030, 6, 1, 10, 0, 0, 123456000, time.UTC)
			expectEqual(t, "the time", want, get(t, s.People(), person.Key()).Value.User.PurgeAfter)
			if put(t, s.People(), person, owner("a")).Changed {
				t.Error("Put of the same instant changed the record; expected it to be equal")
			}
		}},
	}
}

func emailIsUnique(t testing.TB, s store.Store) {
	holder, other := people.filled("holder"), people.filled("other")
	holder.User.Profile.Email = "Post@Example.com"
	put(t, s.People(), holder, owner("holder"))
	other.User.Profile.Email = "post@example.COM"
	_, err := s.People().Put(t.Context(), other, owner("other"), store.Terms{})
	expectConflict(t, err, owner("holder").Owner)
	expectAbsent(t, s.People(), other.Key())

	elsewhere := people.keyed(filled[roster.Person](), "elsewhere", tenant, "other").Canonical()
	elsewhere.User.Profile.Email = "post@example.com"
	put(t, s.People(), elsewhere, owner("other"))

	other.User.Profile.Email = "other@example.com"
	put(t, s.People(), other, owner("other"))
	moved := other
	moved.User.Profile.Email = "POST@example.com"
	_, err = s.People().Put(t.Context(), moved, owner("other"), store.Terms{})
	expectConflict(t, err, owner("holder").Owner)
	expectEqual(t, "the person after the conflict", other.Canonical(), get(t, s.People(), other.Key()).Value)

	holder.User.Profile.Email = "new@example.com"
	put(t, s.People(), holder, owner("holder"))
	put(t, s.People(), moved, owner("other"))
	if err := s.People().Release(t.Context(), moved.Key(), owner("other")); err != nil {
		t.Fatalf("Release: %v", err)
	}
	holder.User.Profile.Email = "post@example.com"
	_, err = s.People().Put(t.Context(), holder, owner("holder"), store.Terms{})
	expectConflict(t, err, store.Owner{})
}

func emailIsClaimedOnce(t testing.TB, s store.Store) {
	claim := func(i int) (store.Written[roster.Person], error) {
		person := people.filled(fmt.Sprint("claimant", i))
		person.User.Profile.Email = "post@example.com"
		return s.People().Put(t.Context(), person, owner(fmt.Sprint("claimant", i)), store.Terms{})
	}
	outcomes := together(8, claim)
	list := all(t, s.People(), company)
	if len(list) != 1 {
		t.Fatalf("%d people hold the address; expected one", len(list))
	}
	for _, outcome := range outcomes {
		if outcome.err != nil {
			expectConflict(t, outcome.err, list[0].Stamp.Owner)
		}
	}
}

func personByDifference(t testing.TB, s store.Store) {
	membership := func(tenant string, groups ...string) roster.Membership {
		m := roster.Membership{Tenant: tenant, Active: true, Role: roster.Worker}
		for _, g := range groups {
			m.Groups = append(m.Groups, roster.GroupMembership{Group: g, Priority: roster.Normal})
		}
		return m
	}
	with := func(memberships []roster.Membership, grants ...roster.Grant) roster.Person {
		return roster.Person{User: people.filled("a").User, Memberships: memberships, Grants: grants}.Canonical()
	}
	chat := roster.Grant{Tenant: "one", Channel: roster.Chat, Online: true, Causes: []roster.Cause{{Kind: roster.CauseDirect}}}
	unknown := roster.Grant{Tenant: "two", Channel: "Semaphore", Away: true, Capacity: 3, Causes: []roster.Cause{{Kind: roster.CausePolicy, Name: "p"}}}
	wider := chat
	wider.Away, wider.Causes = true, unknown.Causes
	steps := []struct {
		reason string
		person roster.Person
	}{
		{"nothing but the user", with(nil)},
		{"a membership and a grant come", with([]roster.Membership{membership("one", "g1", "g2")}, chat)},
		{"another of each comes", with([]roster.Membership{membership("one", "g1", "g2"), membership("two", "g1")}, chat, unknown)},
		{"a group goes, another comes, a grant widens", with([]roster.Membership{membership("one", "g2", "g3"), membership("two", "g1")}, wider, unknown)},
		{"the first membership goes with all it holds", with([]roster.Membership{membership("two", "g1")}, unknown)},
		{"it comes back with less", with([]roster.Membership{membership("one"), membership("two", "g1")}, unknown)},
		{"all go", with(nil)},
	}
	for _, step := range steps {
		if !put(t, s.People(), step.person, owner("a")).Changed {
			t.Errorf("%s: Put changed nothing", step.reason)
		}
		expectEqual(t, step.reason, step.person, get(t, s.People(), step.person.Key()).Value)
	}
}

func personWithoutRepetition(t testing.TB, s store.Store) {
	user := people.filled("a").User
	twice := []roster.GroupMembership{{Group: "g", Priority: roster.Normal}, {Group: "g", Priority: roster.Backup}}
	for reason, person := range map[string]roster.Person{
		"a tenant twice":         {User: user, Memberships: []roster.Membership{{Tenant: "t"}, {Tenant: "t", Active: true}}},
		"a channel twice":        {User: user, Grants: []roster.Grant{{Tenant: "t", Channel: "c"}, {Tenant: "t", Channel: "c", Away: true}}},
		"a group twice":          {User: user, Memberships: []roster.Membership{{Tenant: "t", Groups: twice}}},
		"a tenant without name":  {User: user, Memberships: []roster.Membership{{Active: true}}},
		"a channel without name": {User: user, Grants: []roster.Grant{{Tenant: "t"}}},
	} {
		_, err := s.People().Put(t.Context(), person, owner("a"), store.Terms{})
		expectError(t, reason, err, store.ErrRejected)
		expectAbsent(t, s.People(), person.Key())
	}
}

func expectConflict(t testing.TB, err error, holder store.Owner) {
	t.Helper()
	expectError(t, "Put", err, store.ErrConflict)
	expectAs(t, "Put", err, &store.ConflictError{Field: "spec.profile.email", Owner: holder})
}
