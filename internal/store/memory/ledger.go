// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// ledger is what the store knows of the removals of a company. The caller holds the lock.
type ledger struct {
	store   *Store
	company string
}

var _ store.Ledger = ledger{}

func (l ledger) key(tenant string) roster.TenantKey {
	return roster.TenantKey{Company: l.company, Tenant: tenant}
}

// Budget is that of a tenant that is there and not retired.
func (l ledger) Budget(tenant string) (*roster.RemovalBudget, bool, error) {
	row, found := l.store.tenants.rows[l.key(tenant)]
	if !found || row.value.Retired {
		return nil, false, nil
	}
	return row.value.Settings.RemovalBudget, true, nil
}

// Window is what a tenant's removals came to.
func (l ledger) Window(tenant string) (roster.RemovalWindow, error) {
	return l.store.windows[l.key(tenant)], nil
}

// Keep replaces it.
func (l ledger) Keep(tenant string, window roster.RemovalWindow) error {
	l.store.windows[l.key(tenant)] = window
	return nil
}

// Live counts the people who are live in a tenant by a membership.
func (l ledger) Live(tenant string) (int, error) {
	live := 0
	for key, row := range l.store.people.rows {
		if key.Company == l.company && row.value.LiveMember(tenant) {
			live++
		}
	}
	return live, nil
}
