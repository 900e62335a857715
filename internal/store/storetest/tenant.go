// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"testing"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

func tenantLaws() []law {
	return []law{
		{"Tenant: retiring and declaring again changes nothing else", func(t testing.TB, s store.Store) {
			live := tenants.filled(tenant)
			live.Retired, live.PurgeAfter, live.Held = false, time.Time{}, ""
			retired := live
			retired.Retired, retired.PurgeAfter = true, time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
			for _, value := range []roster.TenantRecord{live, retired, live} {
				put(t, s.Tenants(), value, owner("t"))
				expectEqual(t, "the tenant", value, get(t, s.Tenants(), value.Key()).Value)
			}
		}},
		{"Tenant: channels nobody knows yet are kept", func(t testing.TB, s store.Store) {
			value := tenants.empty(tenant)
			value.Channels, value.AwayRouting = []roster.Channel{roster.Chat, "Semaphore"}, []roster.Channel{"Semaphore"}
			put(t, s.Tenants(), value, owner("t"))
			expectEqual(t, "the tenant", value, get(t, s.Tenants(), value.Key()).Value)
		}},
	}
}
