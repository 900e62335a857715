// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/roster/rostertest"
)

func TestAddingAPolicyNeverTakesAGrantAway(t *testing.T) {
	law(t, 2000, func(t *rapid.T, source rostertest.Source, w *rostertest.World) {
		declared, _ := w.Operator(company, rostertest.DrawOperator(source))
		before := roster.Compile(declared, w).Person.Grants
		for _, p := range rostertest.Draw(source, company).ChannelPolicies {
			p.Name = "one-more-" + p.Name
			w.ChannelPolicies = append(w.ChannelPolicies, p)
		}
		after := map[string]roster.Grant{}
		for _, g := range roster.Compile(declared, w).Person.Grants {
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

func TestEffectiveChannelsAreGrantedAndOfferedByALiveTenant(t *testing.T) {
	effective := 0
	law(t, 2000, func(t *rapid.T, source rostertest.Source, w *rostertest.World) {
		declared, _ := w.Operator(company, rostertest.DrawOperator(source))
		compiled := roster.Compile(declared, w)
		for _, outcome := range compiled.Tenants {
			for _, c := range outcome.Channels {
				effective++
				offered := slices.Contains(tenantIn(w, outcome.Tenant).Record.Channels, c)
				granted := slices.ContainsFunc(compiled.Person.Grants, func(g roster.Grant) bool { return g.Tenant == outcome.Tenant && g.Channel == c })
				if !offered || !granted {
					t.Fatalf("%s is in effect in %s: offered %t, granted %t", c, outcome.Tenant, offered, granted)
				}
			}
		}
	})
	if effective < 1000 {
		t.Errorf("%d channels were in effect, want 1000 at least", effective)
	}
}
