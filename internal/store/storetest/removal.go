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

// removalLaws are about writes that take people away because objects vanished, which tenants may allow so many of.
func removalLaws() []law {
	return []law{
		{"Removal: a budget lets so many go in a window, and whoever is beyond it stays as he is, until the next window", budgetLetsSoManyGo},
		{"Removal: a percentage is of the people who are live when the window begins, rounded up, and one at least", percentage},
		{"Removal: each tenant counts for itself, and where one refuses, none has counted", everyTenantCounts},
		{"Removal: what takes nobody's access away counts nowhere, and neither does an edit", countsNowhere},
		{"Removal: to retire a tenant is to remove all who are live in it", retiresAll},
		{"Removal: a confirmation lets so many go whatever the budget, and no more", confirmationLetsGo},
		{"Removal: that of a held record does nothing to one that is not held any more, or is gone", onlyHeld},
		{"Removal: of many who leave at once, exactly as many go as may", manyLeaveAtOnce},
		{"Removal: to delete the last Administrator is refused like any other write", func(t testing.TB, s store.Store) {
			put(t, s.Tenants(), tenants.empty("acme"), owner("acme"))
			last := administrator("last", "acme")
			put(t, s.People(), last, owner("last"))
			expectLastAdministrator(t, s.People().Delete(t.Context(), last.Key(), owner("last"), administered), "acme")
			expectEqual(t, "the person", last.Canonical(), get(t, s.People(), last.Key()).Value)
			put(t, s.People(), administrator("other", "acme"), owner("other"))
			expectNil(t, "Delete where there is another", s.People().Delete(t.Context(), last.Key(), owner("last"), administered))
		}},
	}
}

// noon is when removals happen, and window how long their budgets count.
var noon = time.Date(2031, 2, 3, 12, 0, 0, 0, time.UTC)

const window = time.Hour

func removing(at time.Time) store.Terms { return store.Terms{Removal: &store.Removal{At: at}} }

// budgeted puts a tenant that allows so many removals.
func budgeted(t testing.TB, s store.Store, name string, budget roster.RemovalBudget) {
	t.Helper()
	budget.Window = int64(window / time.Second)
	tenant := tenants.empty(name)
	tenant.Settings.RemovalBudget = &budget
	put(t, s.Tenants(), tenant, owner(name))
}

// colleague is a person who works in some tenants.
func colleague(name string, tenants ...string) roster.Person {
	person := worker(name)
	for _, tenant := range tenants {
		person.Memberships = append(person.Memberships, roster.Membership{Tenant: tenant, Active: true, Role: roster.Worker})
	}
	return person
}

// staff puts so many colleagues who work in some tenants.
func staff(t testing.TB, s store.Store, n int, tenants ...string) []roster.Person {
	t.Helper()
	var people []roster.Person
	for i := range n {
		person := colleague(fmt.Sprint("colleague-", i), tenants...)
		put(t, s.People(), person, owner(person.User.UserName))
		people = append(people, person)
	}
	return people
}

// leaves switches a person off, as his object vanished.
func leaves(t testing.TB, s store.Store, person roster.Person, at time.Time) error {
	return second(s.People().Put(t.Context(), person.Left(at.Add(window)), owner(person.User.UserName), removing(at)))
}

func expectOverBudget(t testing.TB, what string, err error, tenants ...string) {
	t.Helper()
	expectError(t, what, err, store.ErrOverBudget)
	expectAs(t, what, err, &store.BudgetError{Tenants: tenants})
}

func budgetLetsSoManyGo(t testing.TB, s store.Store) {
	budgeted(t, s, "acme", roster.RemovalBudget{Max: 2})
	people := staff(t, s, 5, "acme")
	expectNil(t, "the first, by a Put", leaves(t, s, people[0], noon))
	expectNil(t, "the second, by a Delete", s.People().Delete(t.Context(), people[1].Key(), owner("colleague-1"), removing(noon.Add(window/2))))
	almost := noon.Add(window - time.Microsecond)
	expectOverBudget(t, "the third, by a Put", leaves(t, s, people[2], almost), "acme")
	expectOverBudget(t, "the third, by a Delete", s.People().Delete(t.Context(), people[2].Key(), owner("colleague-2"), removing(almost)), "acme")
	expectEqual(t, "who was refused", people[2].Canonical(), get(t, s.People(), people[2].Key()).Value)
	expectNil(t, "an equal value", second(s.People().Put(t.Context(), people[2], owner("colleague-2"), removing(almost))))
	expectNil(t, "the third, once the window is over", leaves(t, s, people[2], noon.Add(window)))
	expectNil(t, "the fourth", leaves(t, s, people[3], noon.Add(2*window-time.Microsecond)))
	expectOverBudget(t, "the fifth", leaves(t, s, people[4], noon.Add(2*window-time.Microsecond)), "acme")
}

func percentage(t testing.TB, s store.Store) {
	for _, c := range []struct{ people, percent, most int }{{10, 20, 2}, {11, 20, 3}, {1, 1, 1}, {4, 100, 4}, {30, 10, 3}} {
		tenant := fmt.Sprintf("of-%d-%d", c.people, c.percent)
		budgeted(t, s, tenant, roster.RemovalBudget{Percent: c.percent})
		people := staff(t, s, c.people, tenant)
		put(t, s.People(), inactiveHere(colleague("away", tenant)), owner("away"))
		put(t, s.People(), inactive(colleague("off", tenant)), owner("off"))
		gone := 0
		for _, person := range people {
			if leaves(t, s, person, noon) == nil {
				gone++
			}
		}
		expectEqual(t, fmt.Sprintf("how many of %d may go where %d %% may", c.people, c.percent), c.most, gone)
	}
}

func everyTenantCounts(t testing.TB, s store.Store) {
	budgeted(t, s, "acme", roster.RemovalBudget{Max: 1})
	budgeted(t, s, "globex", roster.RemovalBudget{Max: 2})
	put(t, s.Tenants(), tenants.empty("unlimited"), owner("unlimited"))
	people := staff(t, s, 5, "acme", "globex", "unlimited")
	expectNil(t, "the first", leaves(t, s, people[0], noon))
	expectOverBudget(t, "the second", leaves(t, s, people[1], noon), "acme")
	only := colleague("colleague-2", "globex")
	put(t, s.People(), only, owner("colleague-2"))
	expectNil(t, "one of the other tenant, which the refused one did not count in", leaves(t, s, only, noon))
	expectOverBudget(t, "one whom both refuse", leaves(t, s, people[3], noon), "acme", "globex")
}

func countsNowhere(t testing.TB, s store.Store) {
	budgeted(t, s, "acme", roster.RemovalBudget{Max: 1})
	retired := tenants.empty("retired")
	retired.Retired, retired.Settings.RemovalBudget = true, &roster.RemovalBudget{Max: 1, Window: 1}
	put(t, s.Tenants(), retired, owner("retired"))
	for i, person := range []roster.Person{
		inactive(colleague("a", "acme")), inactiveHere(colleague("b", "acme")), ofCompany(worker("c")), colleague("d", "retired"),
		colleague("e", "retired"), colleague("f", "missing"),
	} {
		put(t, s.People(), person, owner(person.User.UserName))
		expectNil(t, fmt.Sprint("somebody who has nothing there, ", i), leaves(t, s, person, noon))
	}
	for _, person := range staff(t, s, 3, "acme") {
		expectNil(t, "an edit", second(s.People().Put(t.Context(), inactive(person), owner(person.User.UserName), store.Terms{})))
	}
	group := groups.filled("g")
	put(t, s.Groups(), group, owner("g"))
	expectNil(t, "a group", s.Groups().Delete(t.Context(), group.Key(), owner("g"), removing(noon)))
	one := colleague("one", "acme")
	put(t, s.People(), one, owner("one"))
	expectNil(t, "the one whom the budget has for all that", leaves(t, s, one, noon))
}

func retiresAll(t testing.TB, s store.Store) {
	for name, c := range map[string]struct {
		budget  roster.RemovalBudget
		refused bool
	}{
		"all": {roster.RemovalBudget{Percent: 100}, false}, "three": {roster.RemovalBudget{Max: 3}, false}, "two": {roster.RemovalBudget{Max: 2}, true},
	} {
		budgeted(t, s, name, c.budget)
		staff(t, s, 3, name)
		put(t, s.People(), inactive(colleague("off", name)), owner("off"))
		before := get(t, s.Tenants(), roster.TenantKey{Company: company, Tenant: name})
		err := second(s.Tenants().Put(t.Context(), before.Value.Left(time.Time{}), owner(name), removing(noon)))
		after := get(t, s.Tenants(), before.Value.Key()).Value
		if c.refused {
			expectOverBudget(t, name, err, name)
			expectEqual(t, "the tenant", before.Value, after)
			continue
		}
		expectNil(t, name, err)
		expectEqual(t, "whether the tenant is retired", true, after.Retired)
	}
}

func confirmationLetsGo(t testing.TB, s store.Store) {
	budgeted(t, s, "acme", roster.RemovalBudget{Max: 1})
	people := staff(t, s, 6, "acme")
	expectNil(t, "the one within the budget", leaves(t, s, people[0], noon))
	confirmed := func(text string, count int, until time.Time) store.Terms {
		terms := removing(noon)
		terms.Removal.Confirmed = map[string]roster.Confirmation{"acme": {Text: text, Count: count, Until: until}}
		return terms
	}
	leave := func(i int, terms store.Terms) error {
		return second(s.People().Put(t.Context(), people[i].Left(noon.Add(window)), owner(people[i].User.UserName), terms))
	}
	expectOverBudget(t, "one whose confirmation has expired", leave(1, confirmed("first", 2, noon)), "acme")
	expectNil(t, "the first who is confirmed", leave(1, confirmed("first", 2, noon.Add(1))))
	expectNil(t, "the second", leave(2, confirmed("first", 2, noon.Add(1))))
	expectOverBudget(t, "the third, of two", leave(3, confirmed("first", 2, noon.Add(1))), "acme")
	expectNil(t, "the third, by another confirmation", leave(3, confirmed("second", 1, noon.Add(1))))
	expectOverBudget(t, "the next, of one", leave(4, confirmed("second", 1, noon.Add(1))), "acme")
	expectNil(t, "the next window", leaves(t, s, people[4], noon.Add(window)))
}

func onlyHeld(t testing.TB, s store.Store) {
	budgeted(t, s, "acme", roster.RemovalBudget{Max: 9})
	person := staff(t, s, 1, "acme")[0].Canonical()
	key, stamp := person.Key(), owner(person.User.UserName)
	terms := removing(noon)
	terms.Removal.Held = true
	leave := func() error { return second(s.People().Put(t.Context(), person.Left(noon.Add(window)), stamp, terms)) }
	expectError(t, "to switch off who is not held", leave(), store.ErrNotFound)
	expectError(t, "to delete who is not held", s.People().Delete(t.Context(), key, stamp, terms), store.ErrNotFound)
	expectEqual(t, "who is not held", person, get(t, s.People(), key).Value)
	put(t, s.People(), person.Kept(noon), stamp)
	expectNil(t, "to switch off who is held", leave())
	put(t, s.People(), person.Kept(noon), stamp)
	expectNil(t, "to delete who is held", s.People().Delete(t.Context(), key, stamp, terms))
	expectError(t, "to switch off who is gone", leave(), store.ErrNotFound)
	expectError(t, "who is gone", second(s.People().Get(t.Context(), key)), store.ErrNotFound)
	tenant := get(t, s.Tenants(), tenants.empty("acme").Key()).Value
	retire := func() error { return second(s.Tenants().Put(t.Context(), tenant.Left(noon), owner("acme"), terms)) }
	expectError(t, "to retire a tenant that is not held", retire(), store.ErrNotFound)
	put(t, s.Tenants(), tenant.Kept(noon), owner("acme"))
	expectNil(t, "to retire a tenant that is held", retire())
}

func manyLeaveAtOnce(t testing.TB, s store.Store) {
	const most, many = 3, 8
	budgeted(t, s, "acme", roster.RemovalBudget{Max: most})
	for round := range 5 {
		people := staff(t, s, many, "acme")
		at := noon.Add(time.Duration(round) * window)
		gone := 0
		for i, outcome := range together(many, func(i int) (struct{}, error) { return struct{}{}, leaves(t, s, people[i], at) }) {
			if outcome.err == nil {
				gone++
				continue
			}
			expectOverBudget(t, "who is refused", outcome.err, "acme")
			expectEqual(t, "who is refused", people[i].Canonical(), get(t, s.People(), people[i].Key()).Value)
		}
		expectEqual(t, fmt.Sprint("how many left in round ", round), most, gone)
	}
}
