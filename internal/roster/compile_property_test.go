// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/roster"
)

// The names below are few, so that generated objects refer to each other often, and to nothing sometimes.
var (
	someChannels = rapid.SliceOfNDistinct(rapid.SampledFrom([]roster.Channel{roster.Chat, roster.Phone, roster.Email, roster.Facebook, roster.WhatsApp}), 0, 5, rapid.ID)
	someRole     = rapid.SampledFrom([]roster.Role{roster.Administrator, roster.Manager, roster.Worker})
	tenantName   = rapid.SampledFrom([]string{"north", "south", "west"})
	groupName    = rapid.SampledFrom([]string{"billing", "sales", roster.GeneralGroup})
	personName   = rapid.SampledFrom([]string{"person-1", "person-2", "person-3", "person-4"})
)

func drawEntry(t *rapid.T, tenant string) roster.Entry {
	e := entry(tenant, someRole.Draw(t, "role"), someChannels.Draw(t, "channels")...)
	e = in(e, rapid.SliceOfNDistinct(groupName, 0, 3, rapid.ID).Draw(t, "groups")...)
	e.Active = rapid.Bool().Draw(t, "entry active")
	if e.Role == roster.Manager {
		e.Team = rapid.SliceOfNDistinct(personName, 0, 4, rapid.ID).Draw(t, "team")
	}
	return e
}

func drawOperator(t *rapid.T, name string) roster.Operator {
	var entries []roster.Entry
	for _, tenant := range rapid.SliceOfNDistinct(tenantName, 0, 3, rapid.ID).Draw(t, "tenants") {
		entries = append(entries, drawEntry(t, tenant))
	}
	o := operator(name, entries...)
	o.Active = rapid.Bool().Draw(t, "active")
	o.Labels = map[string]string{"shift": rapid.SampledFrom([]string{"day", "night"}).Draw(t, "shift")}
	return o
}

func drawPolicy(t *rapid.T, name string) roster.Policy {
	subject := rapid.SampledFrom([]roster.Subject{
		{Role: roster.Worker}, {Role: roster.Manager}, {Group: "billing"}, {Group: roster.GeneralGroup}, {Operator: "person-1"},
		{Selector: &roster.Selector{MatchLabels: map[string]string{"shift": "night"}}},
	}).Draw(t, "subject")
	p := policy(name, tenantName.Draw(t, "policy tenant"), subject, someChannels.Draw(t, "policy channels")...)
	p.Online, p.Away = rapid.Bool().Draw(t, "online"), rapid.Bool().Draw(t, "away")
	p.Capacity = rapid.IntRange(0, 25).Draw(t, "capacity")
	return p
}

func drawWorld(t *rapid.T) *world {
	w := newWorld()
	for _, name := range rapid.SliceOfNDistinct(tenantName, 0, 3, rapid.ID).Draw(t, "existing tenants") {
		w.tenants[name] = tenant(name, someChannels.Draw(t, "tenant channels")...)
	}
	if rapid.Bool().Draw(t, "billing exists") {
		w.withGroups(group("billing", tenantName.Draw(t, "billing tenant")))
	}
	for i := range 4 {
		w.withOperators(drawOperator(t, fmt.Sprintf("person-%d", i+1)))
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "policies") {
		w.withPolicies(drawPolicy(t, fmt.Sprintf("policy-%d", i)))
	}
	return w
}

func TestCompilingDoesNotDependOnTheOrderOfLists(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		o := w.operators["person-1"]
		want := roster.Compile(o, w)
		shuffle := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		mixed := o
		mixed.Entries = append([]roster.Entry(nil), o.Entries...)
		shuffle.Shuffle(len(mixed.Entries), func(i, j int) { mixed.Entries[i], mixed.Entries[j] = mixed.Entries[j], mixed.Entries[i] })
		for i, e := range mixed.Entries {
			e.Channels = append([]roster.Channel(nil), e.Channels...)
			shuffle.Shuffle(len(e.Channels), func(a, b int) { e.Channels[a], e.Channels[b] = e.Channels[b], e.Channels[a] })
			e.Groups = append([]roster.GroupMembership(nil), e.Groups...)
			shuffle.Shuffle(len(e.Groups), func(a, b int) { e.Groups[a], e.Groups[b] = e.Groups[b], e.Groups[a] })
			e.Team = append([]string(nil), e.Team...)
			shuffle.Shuffle(len(e.Team), func(a, b int) { e.Team[a], e.Team[b] = e.Team[b], e.Team[a] })
			mixed.Entries[i] = e
		}
		if diff := cmp.Diff(want, roster.Compile(mixed, w)); diff != "" {
			t.Fatalf("the same person written in another order compiles to something else (-want +got):\n%s", diff)
		}
	})
}

func TestAddingAPolicyNeverTakesAGrantAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		o := w.operators["person-1"]
		before := roster.Compile(o, w).Person.Grants
		w.withPolicies(drawPolicy(t, "one-more"))
		after := map[string]roster.Grant{}
		for _, g := range roster.Compile(o, w).Person.Grants {
			after[g.Tenant+"/"+string(g.Channel)] = g
		}
		for _, was := range before {
			is, kept := after[was.Tenant+"/"+string(was.Channel)]
			widerCap := is.Capacity == 0 || was.Capacity != 0 && is.Capacity >= was.Capacity
			if !kept || was.Online && !is.Online || was.Away && !is.Away || !widerCap {
				t.Fatalf("a policy only grants: %+v became %+v", was, is)
			}
		}
	})
}

func TestRemovingEveryCauseOfAGrantRemovesIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		o := w.operators["person-1"]
		grants := roster.Compile(o, w).Person.Grants
		if len(grants) == 0 {
			return
		}
		victim := rapid.SampledFrom(grants).Draw(t, "grant")
		for _, cause := range victim.Causes {
			if cause.Kind == roster.CausePolicy {
				delete(w.policies, cause.Name)
				continue
			}
			for i, e := range o.Entries {
				if e.Tenant == victim.Tenant {
					o.Entries[i].Channels = without(e.Channels, victim.Channel)
				}
			}
		}
		for _, g := range roster.Compile(o, w).Person.Grants {
			if g.Tenant == victim.Tenant && g.Channel == victim.Channel {
				t.Fatalf("the causes of %+v are gone and it is still there as %+v", victim, g)
			}
		}
	})
}

func TestEffectiveChannelsAreGrantedAndOfferedByALiveTenant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		compiled := roster.Compile(w.operators["person-1"], w)
		granted := map[string]bool{}
		for _, g := range compiled.Person.Grants {
			granted[g.Tenant+"/"+string(g.Channel)] = true
		}
		for _, outcome := range compiled.Tenants {
			offered := map[roster.Channel]bool{}
			for _, c := range w.tenants[outcome.Tenant].Record.Channels {
				offered[c] = true
			}
			for _, c := range outcome.Channels {
				if !offered[c] || !granted[outcome.Tenant+"/"+string(c)] {
					t.Fatalf("%s is in effect in %s: offered %t, granted %t", c, outcome.Tenant, offered[c], granted[outcome.Tenant+"/"+string(c)])
				}
			}
		}
	})
}

func without(channels []roster.Channel, unwanted roster.Channel) []roster.Channel {
	var kept []roster.Channel
	for _, c := range channels {
		if c != unwanted {
			kept = append(kept, c)
		}
	}
	return kept
}
