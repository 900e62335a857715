// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/roster/rostertest"
)

func TestRoutingIsExplained(t *testing.T) {
	grant := func(change func(*roster.Grant)) roster.Grant {
		g := roster.Grant{Tenant: "north", Channel: roster.Phone, Online: true, Away: true, Causes: []roster.Cause{{Kind: roster.CausePolicy, Name: "phone"}}}
		if change != nil {
			change(&g)
		}
		return g
	}
	there := func(grants ...roster.Grant) roster.Standing {
		return roster.Standing{
			Tenant: "north", Activated: true, Declared: true, Grants: grants,
			Facts:  roster.TenantRecord{Tenant: "north", Channels: []roster.Channel{roster.Phone}, AwayRouting: []roster.Channel{roster.Phone}},
			Groups: []roster.Group{{Name: "sales"}, {Name: "social", Channels: []roster.Channel{roster.Chat}}},
		}
	}
	with := func(s roster.Standing, change func(*roster.Standing)) roster.Standing {
		change(&s)
		return s
	}
	tests := map[string]struct {
		reason   string
		standing roster.Standing
		group    string
		state    roster.PresenceState
		want     []roster.ObstacleReason
		causes   []roster.Cause
	}{
		"online": {
			reason: "a grant is enough", standing: there(grant(nil)), state: roster.Online,
			causes: []roster.Cause{{Kind: roster.CausePolicy, Name: "phone"}},
		},
		"in a group": {
			reason: "without the group it would not be", standing: there(grant(nil)), group: "sales", state: roster.Away,
			causes: []roster.Cause{{Kind: roster.CauseGroup, Name: "sales"}, {Kind: roster.CausePolicy, Name: "phone"}},
		},
		"general group": {
			reason: "everybody is in it, so it is no cause", standing: there(grant(nil)), group: roster.GeneralGroup, state: roster.Online,
			causes: []roster.Cause{{Kind: roster.CausePolicy, Name: "phone"}},
		},
		"no grant": {
			reason: "the first thing missing is the grant", standing: there(), group: "billing", state: roster.Offline,
			want: []roster.ObstacleReason{roster.ReasonNotGranted},
		},
		"not live": {
			reason: "what keeps everything away keeps this away", state: roster.Online,
			standing: with(there(grant(nil)), func(s *roster.Standing) { s.Obstacles = []roster.Obstacle{{Reason: roster.ReasonDeactivated}} }),
			want:     []roster.ObstacleReason{roster.ReasonDeactivated},
		},
		"not activated": {
			reason: "who cannot log in is not there", state: roster.Online,
			standing: with(there(grant(nil)), func(s *roster.Standing) { s.Activated = false }),
			want:     []roster.ObstacleReason{roster.ReasonNotActivated},
		},
		"another group": {
			reason: "work of a group is for its members", standing: there(grant(nil)), group: "billing", state: roster.Online,
			want: []roster.ObstacleReason{roster.ReasonNotInGroup},
		},
		"channel of another group": {
			reason: "a group may be served on some channels only", standing: there(grant(nil)), group: "social", state: roster.Online,
			want: []roster.ObstacleReason{roster.ReasonChannelNotOfGroup},
		},
		"denied while online": {
			reason: "a policy may deny a state", state: roster.Online,
			standing: there(grant(func(g *roster.Grant) { g.Online = false })),
			want:     []roster.ObstacleReason{roster.ReasonStateNotAllowed},
		},
		"denied twice while away": {
			reason: "both the grant and the tenant have to allow it", state: roster.Away,
			standing: with(there(grant(func(g *roster.Grant) { g.Away = false })), func(s *roster.Standing) { s.Facts.AwayRouting = nil }),
			want:     []roster.ObstacleReason{roster.ReasonStateNotAllowed, roster.ReasonStateNotAllowed},
		},
		"offline": {
			reason: "nobody is routed work there", standing: there(grant(nil)), state: roster.Offline,
			want: []roster.ObstacleReason{roster.ReasonStateNotAllowed},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := test.standing.ExplainRouting(roster.Phone, test.group, test.state, test.standing.Grants)
			var reasons []roster.ObstacleReason
			for _, o := range got.Obstacles {
				reasons = append(reasons, o.Reason)
			}
			if diff := cmp.Diff(test.want, reasons); diff != "" {
				t.Errorf("%s; obstacles differ (-want +got):\n%s", test.reason, diff)
			}
			if diff := cmp.Diff(test.causes, got.Causes); diff != "" || got.Allowed != (test.want == nil) {
				t.Errorf("%s; it is allowed: %t, and causes differ (-want +got):\n%s", test.reason, got.Allowed, diff)
			}
		})
	}
}

// TestAnExplanationOfRoutingAgreesWithTheDecision: what is allowed has causes, what is not has obstacles, in every world.
func TestAnExplanationOfRoutingAgreesWithTheDecision(t *testing.T) {
	const worlds = 3000
	source := rand.New(rand.NewPCG(7, 11))
	outcomes := map[bool]int{}
	states := []roster.PresenceState{roster.Online, roster.Away, roster.Offline}
	for range worlds {
		w := rostertest.Draw(source, "company")
		for _, o := range w.Operators {
			person := roster.Compile(o, w).Person
			for _, e := range o.Entries {
				standing := person.Stand(e.Tenant, w)
				channels := slices.Collect(roster.Channels())
				channel, state := channels[source.IntN(3)], states[source.IntN(3)]
				group := []string{"", "billing", "sales", rostertest.Missing}[source.IntN(4)]
				want := standing.Route(channel, group, roster.Presence{State: state}, 0)
				got := standing.ExplainRouting(channel, group, state, person.Grants)
				if got.Allowed != want.Allowed || got.Allowed != (len(got.Causes) > 0) || got.Allowed == (len(got.Obstacles) > 0) {
					t.Fatalf("the decision is %+v, and the explanation should say the same with causes or obstacles, got %+v", want, got)
				}
				outcomes[got.Allowed]++
			}
		}
	}
	if outcomes[true] < worlds/10 || outcomes[false] < worlds/10 {
		t.Errorf("both outcomes should be frequent, got %v", outcomes)
	}
}
