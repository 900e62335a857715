// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"fmt"
	"testing"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// heirLaws are about people whose object was made anew.
func heirLaws() []law {
	return []law{
		{"Person: a new object takes up a person of tenants it names, else the person is held", personTakenUp},
		{"Person: a person is not deleted or released by a new object that did not take it up", func(t testing.TB, s store.Store) {
			person := member(tenant)
			id := put(t, s.People(), person, owner("a")).ID
			held := &store.ForeignError{Owner: owner("a").Owner, Held: true}
			expectAs(t, "Delete", s.People().Delete(t.Context(), person.Key(), anew(owner("a")), store.Terms{}), held)
			expectAs(t, "Release", s.People().Release(t.Context(), person.Key(), anew(owner("a"))), held)
			expectEqual(t, "the person", store.Stored[roster.Person]{Value: person, Stamp: owner("a"), ID: id}, get(t, s.People(), person.Key()))
			put(t, s.People(), person, anew(owner("a")))
			expectNil(t, "Delete once the person is taken up", s.People().Delete(t.Context(), person.Key(), anew(owner("a")), store.Terms{}))
		}},
		{"Person: taking up writes the stamp even where the value is equal, unguarded, and is done once", func(t testing.TB, s store.Store) {
			person := member(tenant)
			id := put(t, s.People(), person, owner("a")).ID
			for i, changed := range []bool{true, false} {
				written := put(t, s.People(), person, anew(owner("a")), guard(tenant))
				expectEqual(t, fmt.Sprint("what Put ", i, " did"), restamped(id, person, changed), written)
				expectEqual(t, "the stamp", anew(owner("a")), get(t, s.People(), person.Key()).Stamp)
			}
		}},
		{"Person: who is held is taken over from the same owner", func(t testing.TB, s store.Store) {
			person := people.filled("a")
			id := put(t, s.People(), person, owner("a")).ID
			written, err := s.People().Put(t.Context(), person, anew(owner("a")), from(owner("a").Owner))
			expectNil(t, "Put", err)
			expectEqual(t, "what it did", restamped(id, person, true), written)
			expectEqual(t, "the stamp", anew(owner("a")), get(t, s.People(), person.Key()).Stamp)
		}},
		{"Person: a stamp without UID is held from nothing", func(t testing.TB, s store.Store) {
			nameless := owner("a")
			nameless.UID = ""
			put(t, s.People(), people.filled("a"), owner("a"))
			put(t, s.People(), people.variantOf("a"), nameless)
			put(t, s.People(), people.filled("a"), anew(owner("a")))
			expectNil(t, "Delete", s.People().Delete(t.Context(), people.filled("a").Key(), nameless, store.Terms{}))
		}},
	}
}

// member is the person "a" in tenants.
func member(tenants ...string) roster.Person {
	person := worker("a")
	for _, t := range tenants {
		person.Memberships = append(person.Memberships, roster.Membership{Tenant: t, Active: true, Role: roster.Worker})
	}
	return person
}

func personTakenUp(t testing.TB, s store.Store) {
	chief := member("acme")
	chief.User.CompanyAdministrator = true
	gone := member("acme")
	gone.User.Active, gone.Memberships[0].Active = false, false
	cases := []struct {
		reason        string
		before, after roster.Person
		held          bool
	}{
		{"the same tenant", member("acme"), administrator("a", "acme"), false},
		{"a tenant more", member("acme"), member("acme", "globex"), false},
		{"a tenant less", member("acme", "globex"), member("acme"), true},
		{"another tenant", member("acme"), member("globex"), true},
		{"a person who left", gone, member("acme"), false},
		{"a person who left another tenant", gone, member("globex"), true},
		{"a person of no tenant", member(), member("acme"), true},
		{"the equal person of no tenant", member(), member(), true},
		{"a tenant's person, by an object of no tenant", member("acme"), member(), true},
		{"a company administrator", chief, member("acme"), true},
		{"the equal company administrator", chief, chief, true},
		{"a tenant's person who becomes a company administrator", member("acme"), chief, false},
	}
	for _, c := range cases {
		before := store.Stored[roster.Person]{Value: c.before.Canonical(), Stamp: owner("a")}
		before.ID = put(t, s.People(), c.before, owner("a")).ID
		_, err := s.People().Put(t.Context(), c.after, anew(owner("a")), store.Terms{})
		if c.held {
			expectAs(t, c.reason, err, &store.ForeignError{Owner: owner("a").Owner, Held: true})
			expectEqual(t, c.reason+": the record", before, get(t, s.People(), c.before.Key()))
		} else {
			expectNil(t, c.reason, err)
			want := store.Stored[roster.Person]{Value: c.after.Canonical(), Stamp: anew(owner("a")), ID: before.ID}
			expectEqual(t, c.reason+": the record", want, get(t, s.People(), c.before.Key()))
		}
		expectNil(t, "clearing up", s.People().Delete(t.Context(), c.before.Key(), get(t, s.People(), c.before.Key()).Stamp, store.Terms{}))
	}
}
