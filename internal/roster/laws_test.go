// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/roster/rostertest"
)

// F37: for every state of a tenant and equal channel grants. To receive offline messages is a duty and no right: it is no capability.
func TestAdministratorCoversManagerCoversWorker(t *testing.T) {
	law(t, 3000, func(t *rapid.T, source rostertest.Source, w *rostertest.World) {
		name := rostertest.DrawOperator(source)
		entry := entryIn(w, name, "north")
		if entry == nil {
			return
		}
		for i := range w.ChannelPolicies {
			// Grants are equal where no policy asks for the role.
			w.ChannelPolicies[i].Subjects = slices.DeleteFunc(w.ChannelPolicies[i].Subjects, func(s roster.Subject) bool { return s.Role != "" })
		}
		entry.Team = []string{rostertest.DrawOperator(source)}
		var higher view
		for i, role := range []roster.Role{roster.Administrator, roster.Manager, roster.Worker} {
			entry.Role = role
			now := viewOf(w, name, "north")
			if i > 0 {
				if lacks := higher.lacks(now); lacks != (lack{}) {
					t.Fatalf("a %s has what the next higher role has not: %+v", role, lacks)
				}
			}
			higher = now
		}
	})
}

// F06: and to deactivate somebody revokes no grant, so that switches of presence stay.
func TestDeactivationRemovesEverythingAndReactivationRestoresExactly(t *testing.T) {
	law(t, 3000, func(t *rapid.T, source rostertest.Source, w *rostertest.World) {
		person := personIn(w, rostertest.DrawOperator(source))
		person.Active = true
		before := roster.Compile(*person, w)

		person.Active = false
		without := roster.Compile(*person, w)
		for _, tenant := range []string{"north", "south"} {
			if v := viewOf(w, person.Name, tenant); !v.empty() {
				t.Fatalf("a deactivated person still has %+v in %s", v, tenant)
			}
		}
		if diff := difference(before.Person.Grants, without.Person.Grants); diff != "" {
			t.Fatalf("deactivation changed grants (-active +inactive):\n%s", diff)
		}

		person.Active = true
		if diff := difference(before, roster.Compile(*person, w)); diff != "" {
			t.Fatalf("reactivation did not restore what was (-before +after):\n%s", diff)
		}
	})
}

func TestDeactivationInATenantIsOfThatTenantAlone(t *testing.T) {
	law(t, 3000, func(t *rapid.T, source rostertest.Source, w *rostertest.World) {
		name := rostertest.DrawOperator(source)
		entry := entryIn(w, name, "north")
		if entry == nil {
			return
		}
		entry.Active = true
		here, elsewhere := viewOf(w, name, "north"), viewOf(w, name, "south")
		entry.Active = false
		if v := viewOf(w, name, "north"); !v.empty() {
			t.Fatalf("whoever is deactivated in the tenant still has %+v there", v)
		}
		if diff := difference(elsewhere, viewOf(w, name, "south")); diff != "" {
			t.Fatalf("deactivation in north changed what is in south (-before +after):\n%s", diff)
		}
		entry.Active = true
		if diff := difference(here, viewOf(w, name, "north")); diff != "" {
			t.Fatalf("reactivation did not restore what was (-before +after):\n%s", diff)
		}
	})
}

// addition is one thing added to a world, in north, and where it is somebody's, to his entry there.
type addition struct {
	name string
	// add makes it, and tells whether there was anything to add. Whoever has no entry gets nothing.
	add func(source rostertest.Source, w *rostertest.World, e *roster.Entry) bool
}

func appended[E comparable](list *[]E, one E) bool {
	if slices.Contains(*list, one) {
		return false
	}
	*list = append(slices.Clone(*list), one)
	return true
}

var additions = []addition{
	{name: "a channel", add: func(source rostertest.Source, _ *rostertest.World, e *roster.Entry) bool {
		return e != nil && appended(&e.Channels, rostertest.DrawWork(source).Channel)
	}},
	{name: "a permission", add: func(source rostertest.Source, _ *rostertest.World, e *roster.Entry) bool {
		return e != nil && appended(&e.Permissions, []roster.Permission{roster.ViewSessions, roster.ViewEmails, roster.ManageFiles}[source.IntN(3)])
	}},
	{name: "a team member", add: func(source rostertest.Source, _ *rostertest.World, e *roster.Entry) bool {
		return e != nil && appended(&e.Team, rostertest.DrawOperator(source))
	}},
	{name: "a group to a person", add: func(source rostertest.Source, _ *rostertest.World, e *roster.Entry) bool {
		name := []string{"billing", "sales", "support", rostertest.Missing}[source.IntN(4)]
		if e == nil || slices.Contains(groupNames(e.Groups), name) {
			return false
		}
		return appended(&e.Groups, roster.GroupMembership{Group: name, Priority: roster.Primary})
	}},
	{name: "a group to the tenant", add: func(source rostertest.Source, w *rostertest.World, _ *roster.Entry) bool {
		name := []string{"billing", "sales", "support"}[source.IntN(3)]
		if _, found := w.Group(company, name); found {
			return false
		}
		w.Groups = append(w.Groups, roster.Group{Company: company, Tenant: "north", Name: name, Channels: []roster.Channel{roster.Chat}})
		return true
	}},
	{name: "a policy", add: func(source rostertest.Source, w *rostertest.World, _ *roster.Entry) bool {
		p := roster.Policy{Company: company, Tenant: "north", Name: "one-more", Channels: []roster.Channel{rostertest.DrawWork(source).Channel}}
		p.Online, p.Away, p.Capacity = source.IntN(2) == 0, source.IntN(2) == 0, source.IntN(3)
		p.Subjects = []roster.Subject{{Role: roster.Worker}, {Group: "billing"}, {Group: roster.GeneralGroup}}[source.IntN(3):][:1]
		w.ChannelPolicies = append(w.ChannelPolicies, p)
		return true
	}},
}

// excepted is what an addition in north took away and should not have, by the exceptions of the law: somebody who is in more groups than the
// tenant lets him may lose anything, and of the conversations, the first name of a tenant's groups closes some to all, and where
// unassignedScope is All, somebody's first group to him.
func excepted(before, after *rostertest.World, operator string, lacks lack) lack {
	was, is, tenant := entryIn(before, operator, "north"), entryIn(after, operator, "north"), tenantIn(after, "north")
	if was == nil || tenant == nil {
		return lacks
	}
	had, has := countGroups(was), countGroups(is)
	if has > had && tenant.MaxGroups != 0 && has > tenant.MaxGroups {
		return lack{}
	}
	first := !before.HasGroups(company, "north") && after.HasGroups(company, "north")
	assigned := tenant.Record.UnassignedScope == roster.ScopeAll && had == 0 && has > 0
	if first || assigned {
		lacks.read = ""
	}
	return lacks
}

func countGroups(e *roster.Entry) int {
	return len(slices.DeleteFunc(groupNames(e.Groups), func(name string) bool { return name == roster.GeneralGroup }))
}

func TestAddingNeverTakesAway(t *testing.T) {
	tried := map[string]int{}
	law(t, 6000, func(t *rapid.T, source rostertest.Source, w *rostertest.World) {
		more := additions[source.IntN(len(additions))]
		name, after := rostertest.DrawOperator(source), w.Clone()
		if !more.add(source, after, entryIn(after, name, "north")) {
			return
		}
		tried[more.name]++
		everybody(func(operator, tenant string) {
			lacks := viewOf(after, operator, tenant).lacks(viewOf(w, operator, tenant))
			if tenant == "north" {
				lacks = excepted(w, after, operator, lacks)
			}
			if lacks != (lack{}) {
				t.Fatalf("adding %s (for %s) took from %s in %s: %+v", more.name, name, operator, tenant, lacks)
			}
		})
	})
	t.Logf("added %v", tried)
	for _, more := range additions {
		if tried[more.name] < 100 {
			t.Errorf("%s was added %d times, want 100 at least", more.name, tried[more.name])
		}
	}
}

func TestTheFirstGroupNarrowsAndTheLastOneGoneWidens(t *testing.T) {
	narrowed := 0
	law(t, 3000, func(t *rapid.T, _ rostertest.Source, w *rostertest.World) {
		if w.HasGroups(company, "north") {
			return
		}
		with := w.Clone()
		with.Groups = append(with.Groups, roster.Group{Company: company, Tenant: "north", Name: "first"})
		everybody(func(operator, tenant string) {
			before, after := viewOf(w, operator, tenant), viewOf(with, operator, tenant)
			if lacks := before.lacks(after); lacks != (lack{}) {
				t.Fatalf("the first group of north gave %s in %s: %+v", operator, tenant, lacks)
			}
			if after.lacks(before).read != "" {
				narrowed++
			}
		})
	})
	t.Logf("narrowed %d views", narrowed)
	if narrowed < 100 {
		t.Errorf("the first group narrowed a view %d times, want 100 at least", narrowed)
	}
}

func TestNothingCrossesTenants(t *testing.T) {
	changed := 0
	law(t, 3000, func(t *rapid.T, source rostertest.Source, w *rostertest.World) {
		other := rostertest.Draw(source, company)
		after := w.Clone()
		after.Tenants = mixed(w.Tenants, other.Tenants, func(t roster.Tenant) bool { return t.Record.Tenant == "north" })
		after.ChannelPolicies = mixed(w.ChannelPolicies, other.ChannelPolicies, func(p roster.Policy) bool { return p.Tenant == "north" })
		after.Groups = mixed(w.Groups, other.Groups, func(g roster.Group) bool { return g.Tenant == "north" })
		for i := range after.Operators {
			after.Operators[i].Entries = mixed(w.Operators[i].Entries, other.Operators[i].Entries, func(e roster.Entry) bool { return e.Tenant == "north" })
		}
		for _, name := range []string{"person-1", "person-2", "person-3"} {
			if diff := difference(viewOf(w, name, "north"), viewOf(after, name, "north")); diff != "" {
				t.Fatalf("another south changed what %s has in north (-before +after):\n%s", name, diff)
			}
			if !reflect.DeepEqual(viewOf(w, name, "south"), viewOf(after, name, "south")) {
				changed++
			}
		}
		_, reader := standingOf(w, "person-1", "north")
		for i := range allConversations {
			if c := &allConversations[i]; c.Tenant == "south" && reader.Read(c).Allowed {
				t.Fatalf("a conversation of south is read through north: %+v", *c)
			}
		}
	})
	t.Logf("changed %d views of south", changed)
	if changed < 1000 {
		t.Errorf("another south changed a view of south %d times, want 1000 at least", changed)
	}
}

// mixed is what is of north from one list, and the rest from the other.
func mixed[E any](north, south []E, ofNorth func(E) bool) []E {
	var list []E
	for _, e := range north {
		if ofNorth(e) {
			list = append(list, e)
		}
	}
	for _, e := range south {
		if !ofNorth(e) {
			list = append(list, e)
		}
	}
	return list
}

// Note b: whether the group is in the way of work or of a view, it goes, and nobody sees more.
func TestDeletingAGroupWidensNobodysViewWhileOthersRemain(t *testing.T) {
	deleted := 0
	law(t, 3000, func(t *rapid.T, source rostertest.Source, w *rostertest.World) {
		if len(w.Groups) == 0 {
			return
		}
		gone := w.Groups[source.IntN(len(w.Groups))]
		after := w.Clone()
		after.Groups = slices.DeleteFunc(after.Groups, func(g roster.Group) bool { return g.Name == gone.Name })
		if !after.HasGroups(company, gone.Tenant) {
			return
		}
		deleted++
		everybody(func(operator, tenant string) {
			if lacks := viewOf(w, operator, tenant).lacks(viewOf(after, operator, tenant)); lacks != (lack{}) {
				t.Fatalf("deleting the group %s of %s gave %s in %s: %+v", gone.Name, gone.Tenant, operator, tenant, lacks)
			}
		})
	})
	t.Logf("deleted %d groups", deleted)
	if deleted < 500 {
		t.Errorf("a group was deleted while others remained %d times, want 500 at least", deleted)
	}
}

func TestCompilingDoesNotDependOnTheOrderOfLists(t *testing.T) {
	law(t, 3000, func(t *rapid.T, source rostertest.Source, w *rostertest.World) {
		name := rostertest.DrawOperator(source)
		declared, _ := w.Operator(company, name)
		want := roster.Compile(declared, w)
		if diff := difference(want, roster.Compile(declared, w)); diff != "" {
			t.Fatalf("the same person compiles to something else the second time (-first +second):\n%s", diff)
		}
		shuffle := rand.New(rand.NewPCG(uint64(source.IntN(1<<30)), 0))
		other := &rostertest.World{
			Company: company, Tenants: shuffled(shuffle, w.Tenants), Groups: shuffled(shuffle, w.Groups),
			Operators: shuffled(shuffle, w.Operators), ChannelPolicies: shuffled(shuffle, w.ChannelPolicies),
		}
		for i, p := range other.ChannelPolicies {
			other.ChannelPolicies[i].Channels, other.ChannelPolicies[i].Subjects = shuffled(shuffle, p.Channels), shuffled(shuffle, p.Subjects)
		}
		for i, tenant := range other.Tenants {
			other.Tenants[i].Record.Channels = shuffled(shuffle, tenant.Record.Channels)
		}
		rewritten := declared
		rewritten.Entries = shuffled(shuffle, declared.Entries)
		for i, e := range rewritten.Entries {
			e.Channels, e.Groups, e.Team, e.Permissions = shuffled(shuffle, e.Channels), shuffled(shuffle, e.Groups), shuffled(shuffle, e.Team), shuffled(shuffle, e.Permissions)
			rewritten.Entries[i] = e
		}
		got := roster.Compile(rewritten, other)
		for i := range want.Tenants {
			// The facts of a tenant are its own record as declared, in whatever order.
			want.Tenants[i].Facts, got.Tenants[i].Facts = want.Tenants[i].Facts.Canonical(), got.Tenants[i].Facts.Canonical()
		}
		if diff := difference(want, got); diff != "" {
			t.Fatalf("the same person written in another order compiles to something else (-want +got):\n%s", diff)
		}
	})
}

func shuffled[E any](source *rand.Rand, list []E) []E {
	mixed := slices.Clone(list)
	source.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	return mixed
}
