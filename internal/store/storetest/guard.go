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

func guardLaws() []law {
	return []law{
		{"Guard: of all people, only another live Administrator lets one go", guardCounts},
		{"Guard: every guarded tenant is counted for itself", func(t testing.TB, s store.Store) {
			put(t, s.People(), administrator("last", "acme", "globex"), owner("last"))
			put(t, s.People(), administrator("other", "acme"), owner("other"))
			_, err := s.People().Put(t.Context(), worker("last"), owner("last"), guards("acme", "globex"))
			expectLastAdministrator(t, err, "globex")
			put(t, s.People(), worker("last"), owner("last"), guard("acme"))
		}},
		{"Guard: a new person is let in only as the guard says", func(t testing.TB, s store.Store) {
			_, err := s.People().Put(t.Context(), worker("new"), owner("new"), guards("acme"))
			expectLastAdministrator(t, err, "acme")
			expectAbsent(t, s.People(), worker("new").Key())
		}},
		{"Guard: put of an equal value is not guarded, as nothing is written", func(t testing.TB, s store.Store) {
			put(t, s.People(), worker("only"), owner("only"))
			if put(t, s.People(), worker("only"), owner("only"), guard("acme")).Changed {
				t.Error("Put of an equal value changed the record")
			}
		}},
		{"Guard: the other aggregates are guarded likewise, and nobody is left out of the count", func(t testing.TB, s store.Store) {
			group := groups.filled("g")
			_, err := s.Groups().Put(t.Context(), group, owner("g"), guards("acme"))
			expectLastAdministrator(t, err, "acme")
			put(t, s.People(), administrator("only", "acme"), owner("only"))
			put(t, s.Groups(), group, owner("g"), guard("acme"))
			if err := s.Groups().Delete(t.Context(), group.Key(), owner("g"), guards("acme")); err != nil {
				t.Errorf("Delete: %v", err)
			}
		}},
		{"Guard: of the last two Administrators who are demoted at once, exactly one is", lastTwo},
	}
}

func guard(tenant string) roster.TenantKey {
	return roster.TenantKey{Company: company, Tenant: tenant}
}

func guards(tenants ...string) store.Terms {
	var terms store.Terms
	for _, tenant := range tenants {
		terms.Guards = append(terms.Guards, guard(tenant))
	}
	return terms
}

func worker(name string) roster.Person {
	return roster.Person{User: roster.User{Company: company, UserName: name, Active: true}}
}

func administrator(name string, tenants ...string) roster.Person {
	person := worker(name)
	for _, tenant := range tenants {
		person.Memberships = append(person.Memberships, roster.Membership{Tenant: tenant, Active: true, Role: roster.Administrator})
	}
	return person
}

func expectLastAdministrator(t testing.TB, err error, tenants ...string) {
	t.Helper()
	expectError(t, "the guarded write", err, store.ErrLastAdministrator)
	expectAs(t, "the guarded write", err, &store.LastAdministratorError{Tenants: tenants})
}

func guardCounts(t testing.TB, s store.Store) {
	cases := []struct {
		reason string
		other  func(*roster.Person)
		counts bool
	}{
		{"an Administrator", func(*roster.Person) {}, true},
		{"an Administrator whose removal is held", func(p *roster.Person) { p.User.Held = roster.HeldByBudget }, true},
		{"an Administrator with a day of purge", func(p *roster.Person) { p.User.PurgeAfter = time.Unix(1, 0) }, true},
		{"an Administrator deactivated in the company", func(p *roster.Person) { p.User.Active = false }, false},
		{"an Administrator deactivated in the tenant", func(p *roster.Person) { p.Memberships[0].Active = false }, false},
		{"a Manager", func(p *roster.Person) { p.Memberships[0].Role = roster.Manager }, false},
		{"an Administrator of another tenant", func(p *roster.Person) { p.Memberships[0].Tenant = "globex" }, false},
		{"an Administrator of another company", func(p *roster.Person) { p.User.Company = "elsewhere" }, false},
		{"a company administrator without membership", func(p *roster.Person) {
			p.User.CompanyAdministrator, p.Memberships = true, nil
		}, true},
		{"a company administrator with another membership only", func(p *roster.Person) {
			p.User.CompanyAdministrator, p.Memberships[0].Tenant = true, "globex"
		}, true},
		{"a company administrator who is Worker in the tenant", func(p *roster.Person) {
			p.User.CompanyAdministrator, p.Memberships[0].Role = true, roster.Worker
		}, true},
		{"a company administrator deactivated in the tenant", func(p *roster.Person) {
			p.User.CompanyAdministrator, p.Memberships[0].Active = true, false
		}, false},
		{"a company administrator deactivated in the company", func(p *roster.Person) {
			p.User.CompanyAdministrator, p.Memberships, p.User.Active = true, nil, false
		}, false},
		{"a company administrator of another company", func(p *roster.Person) {
			p.User.CompanyAdministrator, p.Memberships, p.User.Company = true, nil, "elsewhere"
		}, false},
	}
	last := administrator("last", "acme")
	for i, c := range cases {
		other := administrator(fmt.Sprint("other", i), "acme")
		c.other(&other)
		put(t, s.People(), last, owner("last"))
		put(t, s.People(), other, owner("other"))
		before := get(t, s.People(), last.Key())

		demoted := worker("last")
		_, putErr := s.People().Put(t.Context(), demoted, owner("last"), guards("acme"))
		if c.counts {
			expectNil(t, c.reason+": demotion", putErr)
			put(t, s.People(), last, owner("last"))
		} else {
			expectLastAdministrator(t, putErr, "acme")
			expectEqual(t, c.reason+": the last Administrator", before, get(t, s.People(), last.Key()))
		}
		deleteErr := s.People().Delete(t.Context(), last.Key(), owner("last"), guards("acme"))
		if c.counts {
			expectNil(t, c.reason+": deletion", deleteErr)
		} else {
			expectLastAdministrator(t, deleteErr, "acme")
			expectEqual(t, c.reason+": the last Administrator", before, get(t, s.People(), last.Key()))
		}
		expectNil(t, "deletion of the other", s.People().Delete(t.Context(), other.Key(), owner("other"), store.Terms{}))
	}
}

func lastTwo(t testing.TB, s store.Store) {
	for round := range 5 {
		names := []string{fmt.Sprint("first", round), fmt.Sprint("second", round)}
		for _, name := range names {
			put(t, s.People(), administrator(name, "acme"), owner(name))
		}
		outcomes := together(2, func(i int) (struct{}, error) {
			if i == 0 {
				return struct{}{}, s.People().Delete(t.Context(), roster.NewPersonKey(company, names[0]), owner(names[0]), guards("acme"))
			}
			_, err := s.People().Put(t.Context(), worker(names[1]), owner(names[1]), guards("acme"))
			return struct{}{}, err
		})
		refused := 0
		for _, outcome := range outcomes {
			if outcome.err != nil {
				expectLastAdministrator(t, outcome.err, "acme")
				refused++
			}
		}
		expectEqual(t, "refused writes", 1, refused)
		for _, stored := range all(t, s.People(), company) {
			expectNil(t, "clearing up", s.People().Delete(t.Context(), stored.Value.Key(), stored.Stamp, store.Terms{}))
		}
	}
}
