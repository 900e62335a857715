// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"testing"

	"github.com/roster-dev/roster/internal/roster"
)

// routingScene is a Worker of the tenant north who was granted Chat directly, in the groups billing, which serves all channels, and
// phones, which serves Phone alone.
type routingScene struct {
	entry    func(*roster.Entry)
	operator func(*roster.Operator)
	tenant   func(*roster.Tenant)
	group    func(*roster.Group)
	policies []roster.Policy
}

func (s routingScene) standing() roster.Standing {
	north := tenant("north", roster.Chat, roster.Phone)
	if s.tenant != nil {
		s.tenant(&north)
	}
	billing, phones := group("billing", "north"), group("phones", "north")
	phones.Channels = []roster.Channel{roster.Phone}
	if s.group != nil {
		s.group(&billing)
	}
	e := in(entry("north", roster.Worker, roster.Chat), "billing", "phones", "ghost")
	if s.entry != nil {
		s.entry(&e)
	}
	worker := operator("worker", e)
	worker.CredentialMode = roster.IdentityProvider
	if s.operator != nil {
		s.operator(&worker)
	}
	w := newWorld(north).withGroups(billing, phones, group("sales", "north")).withPolicies(s.policies...)
	return roster.Compile(worker, w).Person.Stand("north", w)
}

func TestRoutingFollowsTheFormulaLineByLine(t *testing.T) {
	online, away := roster.Presence{State: roster.Online}, roster.Presence{State: roster.Away}
	routesAway := func(t *roster.Tenant) { t.Record.AwayRouting = []roster.Channel{roster.Chat} }
	granting := func(online, away bool, capacity int) []roster.Policy {
		p := policy("calls", "north", roster.Subject{Role: roster.Worker}, roster.Phone)
		p.Online, p.Away, p.Capacity = online, away, capacity
		return []roster.Policy{p}
	}
	for name, tc := range map[string]struct {
		reason   string
		scene    routingScene
		channel  roster.Channel
		group    string
		presence roster.Presence
		used     int
		want     roster.RouteReason
	}{
		"all is well": {"a granted channel, online, for the general group (F26, F30)", routingScene{}, roster.Chat, "", online, 0, roster.Routed},

		// live(u) and activated(u)
		"deactivated": {"not live (F06)", routingScene{operator: func(o *roster.Operator) { o.Active = false }},
			roster.Chat, "", online, 0, roster.UnroutedNotLive},
		"deactivated in the tenant": {"not live (S1, F79)", routingScene{entry: func(e *roster.Entry) { e.Active = false }},
			roster.Chat, "", online, 0, roster.UnroutedNotLive},
		"not activated": {"routing counts activation (note h)", routingScene{operator: func(o *roster.Operator) { o.CredentialMode = roster.ActivationLink }},
			roster.Chat, "", online, 0, roster.UnroutedNotActivated},

		// ch in channels(u,T), direct and policy grants, cut to the tenant
		"no grant":                   {"channels deny by default (F28)", routingScene{}, roster.Phone, "", online, 0, roster.UnroutedNoGrant},
		"by a policy":                {"a policy grants as well", routingScene{policies: granting(true, true, 0)}, roster.Phone, "", online, 0, roster.Routed},
		"a channel the tenant lacks": {"grants are cut to the tenant (F27)", routingScene{entry: func(e *roster.Entry) { e.Channels = []roster.Channel{roster.Facebook} }}, roster.Facebook, "", online, 0, roster.UnroutedNoGrant},

		// g = general or (g in G(u) and (g.channels absent or ch in g.channels))
		"the general group by its name": {"everybody serves it", routingScene{}, roster.Chat, roster.GeneralGroup, online, 0, roster.Routed},
		"an own group":                  {"its channels are absent: all", routingScene{}, roster.Chat, "billing", online, 0, roster.Routed},
		"a group of others":             {"only its own people serve a group", routingScene{}, roster.Chat, "sales", online, 0, roster.UnroutedNotInGroup},
		"a declared group, not there":   {"it does not resolve", routingScene{}, roster.Chat, "ghost", online, 0, roster.UnroutedNotInGroup},
		"a group over the maximum": {"it compiles as absent (note g)", routingScene{tenant: func(t *roster.Tenant) { t.MaxGroups = 1 }},
			roster.Chat, "phones", online, 0, roster.UnroutedNotInGroup},
		"a channel the group lacks":  {"the group serves a part of the channels", routingScene{}, roster.Chat, "phones", online, 0, roster.UnroutedGroupLacks},
		"a channel the group serves": {"and that part it does", routingScene{policies: granting(true, true, 0)}, roster.Phone, "phones", online, 0, roster.Routed},
		"a group that serves none": {"empty is none, unlike absent", routingScene{group: func(g *roster.Group) { g.Channels = []roster.Channel{} }},
			roster.Chat, "billing", online, 0, roster.UnroutedGroupLacks},

		// presence.channels[ch] != off
		"switched off": {"the person's own switch (F30)", routingScene{}, roster.Chat, "",
			roster.Presence{State: roster.Online, Off: []roster.Channel{roster.Phone, roster.Chat}}, 0, roster.UnroutedSwitchedOff},
		"another switched off": {"one channel's switch is not another's (F30)", routingScene{}, roster.Chat, "",
			roster.Presence{State: roster.Online, Off: []roster.Channel{roster.Phone}}, 0, roster.Routed},
		"switched off while away": {"switches count in Away too (F31)", routingScene{tenant: routesAway}, roster.Chat, "",
			roster.Presence{State: roster.Away, Off: []roster.Channel{roster.Chat}}, 0, roster.UnroutedSwitchedOff},

		// the state
		"offline":                           {"nothing is routed to whoever is offline", routingScene{tenant: routesAway}, roster.Chat, "", roster.Presence{State: roster.Offline}, 0, roster.UnroutedState},
		"no state at all":                   {"whoever never said is not there", routingScene{tenant: routesAway}, roster.Chat, "", roster.Presence{}, 0, roster.UnroutedState},
		"away":                              {"the tenant routes nothing to whoever is away unless it says so", routingScene{}, roster.Chat, "", away, 0, roster.UnroutedState},
		"away, and the tenant routes it":    {"a direct grant allows both states", routingScene{tenant: routesAway}, roster.Chat, "", away, 0, roster.Routed},
		"away, and another is routed":       {"awayRouting is by channel", routingScene{tenant: routesAway, policies: granting(true, true, 0)}, roster.Phone, "", away, 0, roster.UnroutedState},
		"a policy that denies away":         {"both must allow it", routingScene{tenant: func(t *roster.Tenant) { t.Record.AwayRouting = []roster.Channel{roster.Phone} }, policies: granting(true, false, 0)}, roster.Phone, "", away, 0, roster.UnroutedState},
		"a policy that denies online":       {"a grant may be for Away alone", routingScene{policies: granting(false, true, 0)}, roster.Phone, "", online, 0, roster.UnroutedState},
		"a policy for away, and away":       {"and then is heard while away", routingScene{tenant: func(t *roster.Tenant) { t.Record.AwayRouting = []roster.Channel{roster.Phone} }, policies: granting(false, true, 0)}, roster.Phone, "", away, 0, roster.Routed},
		"a direct grant beside such policy": {"a state is allowed if any grant allows it", routingScene{entry: func(e *roster.Entry) { e.Channels = []roster.Channel{roster.Phone} }, policies: granting(false, false, 1)}, roster.Phone, "", online, 5, roster.Routed},

		// used < min(grant cap, g.routing.maxConcurrentPerOperator)
		"below the cap of the grant": {"one less than the cap", routingScene{policies: granting(true, true, 2)}, roster.Phone, "", online, 1, roster.Routed},
		"at the cap of the grant":    {"the cap is not exceeded", routingScene{policies: granting(true, true, 2)}, roster.Phone, "", online, 2, roster.UnroutedAtCapacity},
		"no cap":                     {"a direct grant has none", routingScene{}, roster.Chat, "", online, 1000, roster.Routed},
		"at the cap of the group": {"the lower of both counts", routingScene{group: func(g *roster.Group) { g.Routing.MaxConcurrentPerOperator = 1 }, policies: granting(true, true, 2)},
			roster.Phone, "billing", online, 1, roster.UnroutedAtCapacity},
		"at the cap of the grant in a group": {"the lower of both counts", routingScene{group: func(g *roster.Group) { g.Routing.MaxConcurrentPerOperator = 3 }, policies: granting(true, true, 2)},
			roster.Phone, "billing", online, 2, roster.UnroutedAtCapacity},
		"a capped group, a grant without": {"no cap is no cap of the grant's, not of the group's", routingScene{group: func(g *roster.Group) { g.Routing.MaxConcurrentPerOperator = 3 }},
			roster.Chat, "billing", online, 3, roster.UnroutedAtCapacity},
		"a capped group, for the general one": {"a group's cap is for its own work", routingScene{group: func(g *roster.Group) { g.Routing.MaxConcurrentPerOperator = 1 }},
			roster.Chat, "", online, 3, roster.Routed},
	} {
		t.Run(name, func(t *testing.T) {
			standing := tc.scene.standing()
			got := standing.Route(tc.channel, tc.group, tc.presence, tc.used)
			if want := (roster.RouteDecision{Allowed: tc.want == roster.Routed, Reason: tc.want}); got != want {
				t.Errorf("%s: routing is %t because of %s, want %t because of %s", tc.reason, got.Allowed, got.Reason, want.Allowed, want.Reason)
			}
		})
	}
}
