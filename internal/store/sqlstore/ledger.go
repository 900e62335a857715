// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// ledger is what the store knows of the removals of a company, within one transaction.
type ledger struct {
	ctx     context.Context
	tx      *sql.Tx
	store   *Store
	company string
}

var _ store.Ledger = (*ledger)(nil)

// Budget is that of a tenant that is there and not retired. It keeps other removals of the tenant away until the transaction ends: tenants
// are asked for in the order of their names, so that two transactions do not wait for each other.
func (l *ledger) Budget(tenant string) (*roster.RemovalBudget, bool, error) {
	if err := l.store.dialect.Lock(l.ctx, l.tx, Exclusively, fmt.Sprintf("removals %q", []string{l.company, tenant})); err != nil {
		return nil, false, err
	}
	var settings roster.Settings
	search := &statement{dialect: l.store.dialect}
	search.say("SELECT settings FROM tenants WHERE ").equal("", tenantKey, l.key(tenant), " AND ").say(" AND NOT retired")
	found, err := l.one(search, encoded{&settings})
	return settings.RemovalBudget, found, err
}

// windowColumns are those of a removal window, but for the key.
var windowColumns = []column[roster.RemovalWindow]{
	moment("began_at", func(w *roster.RemovalWindow) *time.Time { return &w.Began }),
	plain("live", func(w *roster.RemovalWindow) *int { return &w.Live }),
	plain("removed", func(w *roster.RemovalWindow) *int { return &w.Removed }),
	optional("confirmation", func(w *roster.RemovalWindow) *string { return &w.Confirmation }),
	plain("confirmed", func(w *roster.RemovalWindow) *int { return &w.Confirmed }),
}

// tenantKey are the columns by which a table names a tenant.
var tenantKey = []string{"company", "tenant"}

func (l *ledger) key(tenant string) []any { return []any{l.company, tenant} }

// Window is what a tenant's removals came to.
func (l *ledger) Window(tenant string) (window roster.RemovalWindow, err error) {
	search := &statement{dialect: l.store.dialect}
	search.say("SELECT ").list("", namesOf(windowColumns)).say(" FROM removal_windows WHERE ").equal("", tenantKey, l.key(tenant), " AND ")
	_, err = l.one(search, destinations(windowColumns, &window)...)
	return window, err
}

// Keep replaces it.
func (l *ledger) Keep(tenant string, window roster.RemovalWindow) error {
	values, err := valuesOf(windowColumns, &window)
	if err != nil {
		return err
	}
	names := namesOf(windowColumns)
	keep := insert(l.store.dialect, "removal_windows", slices.Concat(tenantKey, names), [][]any{slices.Concat(l.key(tenant), values)})
	return keep.orUpdate("company, tenant", names).exec(l.ctx, l.tx)
}

// Live counts the people who are live in a tenant by a membership.
func (l *ledger) Live(tenant string) (live int, err error) {
	search := &statement{dialect: l.store.dialect}
	search.say("SELECT COUNT(*) FROM memberships AS m JOIN users AS u ON u.id = m.user_id WHERE ").equal("m.", tenantKey, l.key(tenant), " AND ")
	_, err = l.one(search.say(" AND m.active AND u.active"), &live)
	return live, err
}

// one reads the one row of a search, if there is one.
func (l *ledger) one(search *statement, into ...any) (found bool, err error) {
	err = l.tx.QueryRowContext(l.ctx, search.text.String(), search.args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}
