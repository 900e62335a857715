// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"testing"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

func groupLaws() []law {
	return []law{
		{"Group: all channels, none and some are three different things", func(t testing.TB, s store.Store) {
			group := groups.empty("g")
			for _, channels := range [][]roster.Channel{nil, {}, {roster.Chat}, nil, {"Semaphore"}, {}} {
				group.Channels = channels
				first := put(t, s.Groups(), group, owner("g"))
				second := put(t, s.Groups(), group, owner("g"))
				expectEqual(t, "the first and the second Put", []bool{true, false}, []bool{first.Changed, second.Changed})
				expectEqual(t, "the channels", channels, get(t, s.Groups(), group.Key()).Value.Channels)
			}
		}},
		{"Group: a general group of every tenant has the same name", func(t testing.TB, s store.Store) {
			for _, tenant := range []string{"acme", "globex"} {
				general := roster.Tenant{Record: roster.TenantRecord{Company: company, Tenant: tenant}, GeneralGroupName: tenant}.General()
				put(t, s.Groups(), general, owner(tenant))
				expectEqual(t, "the general group", general, get(t, s.Groups(), general.Key()).Value)
			}
		}},
	}
}
