// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// administeredLaws are about writes that are not to take the last Administrator from a tenant, whichever tenants those are.
func administeredLaws() []law {
	return []law{
		{"Administered: only what takes the last live Administrator from tenants that are there is refused, and it names them all", administeredKeeps},
		{"Administered: a write that does not ask for it is not refused", func(t testing.TB, s store.Store) {
			put(t, s.Tenants(), tenants.empty("acme"), owner("acme"))
			put(t, s.People(), administrator("last", "acme"), owner("last"))
			put(t, s.People(), worker("last"), owner("last"))
			expectEqual(t, "the person", worker("last").Canonical(), get(t, s.People(), worker("last").Key()).Value)
		}},
		{"Administered: a tenant that was never administered keeps nobody from anything", func(t testing.TB, s store.Store) {
			put(t, s.Tenants(), tenants.empty("acme"), owner("acme"))
			for _, change := range []roster.Person{member("acme"), member(), inactive(member("acme"))} {
				_, err := s.People().Put(t.Context(), change, owner("a"), administered)
				expectNil(t, "Put", err)
			}
			expectNil(t, "Put of a record of another kind", second(s.Groups().Put(t.Context(), groups.empty("g"), owner("g"), administered)))
			expectNil(t, "Put of a changed record of another kind", second(s.Groups().Put(t.Context(), groups.filled("g"), owner("g"), administered)))
		}},
		{"Administered: of the last two who let a tenant go at once, exactly one does", lastTwoLetGo},
	}
}

var administered = store.Terms{Administered: true}

func second[V any](_ V, err error) error { return err }

// as is the person "last" in a tenant.
func as(role roster.Role, tenant string) roster.Person {
	person := administrator("last", tenant)
	person.Memberships[0].Role = role
	return person
}

func inactive(p roster.Person) roster.Person {
	p.User.Active = false
	return p
}

func inactiveHere(p roster.Person) roster.Person {
	p.Memberships = slices.Clone(p.Memberships)
	p.Memberships[0].Active = false
	return p
}

func ofCompany(p roster.Person) roster.Person {
	p.User.CompanyAdministrator = true
	return p
}

// administeredKeeps has the tenants acme and globex, one that is retired, and one of another company.
func administeredKeeps(t testing.TB, s store.Store) {
	for _, name := range []string{"acme", "globex", "retired"} {
		tenant := tenants.empty(name)
		tenant.Retired = name == "retired"
		put(t, s.Tenants(), tenant, owner(name))
	}
	put(t, s.Tenants(), tenants.keyed(roster.TenantRecord{}, "elsewhere", "", "abroad"), owner("abroad"))
	both := administrator("last", "acme", "globex")
	chief := ofCompany(worker("last"))
	cases := []struct {
		reason        string
		before, after roster.Person
		other         *roster.Person
		lost          []string
	}{
		{"demoted to Manager", as(roster.Administrator, "acme"), as(roster.Manager, "acme"), nil, []string{"acme"}},
		{"taken out of the tenant", as(roster.Administrator, "acme"), worker("last"), nil, []string{"acme"}},
		{"moved to another tenant", as(roster.Administrator, "acme"), as(roster.Administrator, "globex"), nil, []string{"acme"}},
		{"deactivated in the tenant", as(roster.Administrator, "acme"), inactiveHere(as(roster.Administrator, "acme")), nil, []string{"acme"}},
		{"deactivated in the company", as(roster.Administrator, "acme"), inactive(as(roster.Administrator, "acme")), nil, []string{"acme"}},
		{"taken out of two tenants", both, worker("last"), nil, []string{"acme", "globex"}},
		{"taken out of two, one of which has another", both, worker("last"), new(administrator("other", "globex")), []string{"acme"}},
		{"the company's, dropped", chief, worker("last"), nil, []string{"acme", "globex"}},
		{"the company's, deactivated", chief, inactive(chief), nil, []string{"acme", "globex"}},
		{"the company's, Administrator of one tenant from now on", chief, as(roster.Administrator, "acme"), nil, []string{"globex"}},
		{"the company's, deactivated in a tenant from now on", chief, ofCompany(inactiveHere(as(roster.Worker, "globex"))), nil, []string{"globex"}},
		{"the company's and Worker in a tenant, dropped", ofCompany(as(roster.Worker, "acme")), as(roster.Worker, "acme"), nil, []string{"acme", "globex"}},
		{"the company's, dropped where others administer one by role", chief, worker("last"), new(administrator("other", "globex")), []string{"acme"}},
		{"demoted where the other one is deactivated", as(roster.Administrator, "acme"), worker("last"), new(inactive(administrator("other", "acme"))), []string{"acme"}},

		{"demoted where there is another", as(roster.Administrator, "acme"), as(roster.Worker, "acme"), new(administrator("other", "acme")), nil},
		{"demoted where there is one of the company", as(roster.Administrator, "acme"), as(roster.Worker, "acme"), new(ofCompany(worker("other"))), nil},
		{"the company's, dropped where there is another", chief, worker("last"), new(ofCompany(worker("other"))), nil},
		{"demoted and made the company's", as(roster.Administrator, "acme"), ofCompany(as(roster.Worker, "acme")), nil, nil},
		{"no longer the company's, but Administrator of all tenants", chief, both, nil, nil},
		{"demoted from Manager", as(roster.Manager, "acme"), as(roster.Worker, "acme"), nil, nil},
		{"deactivated though not in effect", inactiveHere(as(roster.Administrator, "acme")), inactive(as(roster.Worker, "acme")), nil, nil},
		{"otherwise changed", as(roster.Administrator, "acme"), administrator("last", "acme", "globex"), nil, nil},
		{"demoted in a retired tenant", as(roster.Administrator, "retired"), worker("last"), nil, nil},
		{"demoted in a tenant that is not there", as(roster.Administrator, "missing"), worker("last"), nil, nil},
		{"demoted in a tenant that only another company has", as(roster.Administrator, "abroad"), worker("last"), nil, nil},
	}
	for _, c := range cases {
		put(t, s.People(), c.before, owner("last"))
		if c.other != nil {
			put(t, s.People(), *c.other, owner("other"))
		}
		before := get(t, s.People(), c.before.Key())
		_, err := s.People().Put(t.Context(), c.after, owner("last"), administered)
		if c.lost == nil {
			expectNil(t, c.reason, err)
			expectEqual(t, c.reason+": the person", c.after.Canonical(), get(t, s.People(), c.after.Key()).Value)
		} else {
			expectAs(t, c.reason, err, &store.LastAdministratorError{Tenants: c.lost})
			expectEqual(t, c.reason+": the person", before, get(t, s.People(), c.before.Key()))
		}
		for _, stored := range all(t, s.People(), company) {
			expectNil(t, "clearing up", s.People().Delete(t.Context(), stored.Value.Key(), stored.Stamp, store.Terms{}))
		}
	}
}

// rounds is how often two of the last Administrators meet: a race is not lost every time.
const rounds = 50

func lastTwoLetGo(t testing.TB, s store.Store) {
	put(t, s.Tenants(), tenants.empty("acme"), owner("acme"))
	// They let go in different ways, of which each must see the others.
	ways := []struct{ before, after roster.Person }{
		{administrator("first", "acme"), inactive(administrator("first", "acme"))},
		{administrator("second", "acme"), worker("second")},
		{ofCompany(worker("third")), worker("third")},
	}
	for round := range rounds {
		two := []int{round % len(ways), (round + 1) % len(ways)}
		for _, way := range two {
			put(t, s.People(), ways[way].before, owner(fmt.Sprint(way)))
		}
		outcomes := together(len(two), func(i int) (store.Written[roster.Person], error) {
			return s.People().Put(t.Context(), ways[two[i]].after, owner(fmt.Sprint(two[i])), administered)
		})
		refused := 0
		for i, outcome := range outcomes {
			if outcome.err != nil {
				expectLastAdministrator(t, outcome.err, "acme")
				expectEqual(t, "who is refused", ways[two[i]].before.Canonical(), get(t, s.People(), ways[two[i]].before.Key()).Value)
				refused++
			}
		}
		expectEqual(t, fmt.Sprint("refused writes of round ", round), 1, refused)
		for _, way := range two {
			put(t, s.People(), ways[way].after, owner(fmt.Sprint(way)))
		}
	}
}
