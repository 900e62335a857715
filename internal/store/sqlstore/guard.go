// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// checkGuards looks, in each guarded tenant, for a live Administrator other than the person written.
func (s *Store) checkGuards(ctx context.Context, tx *sql.Tx, written roster.PersonKey, guards []roster.TenantKey) error {
	if err := s.lockGuards(ctx, tx, guards); err != nil {
		return err
	}
	for _, tenant := range guards {
		found := false
		search := s.administrators(tenant, written)
		if err := tx.QueryRowContext(ctx, search.text.String(), search.args...).Scan(&found); err != nil {
			return err
		}
		if !found {
			return &store.LastAdministratorError{Tenant: tenant.Tenant}
		}
	}
	return nil
}

// lockGuards keeps other guarded writes of the tenants away until this one is committed, so that what is counted stays
// true. The locks have names, as a tenant need not have a row, and are taken in one order, as two writes may share them.
func (s *Store) lockGuards(ctx context.Context, tx *sql.Tx, guards []roster.TenantKey) error {
	names := make([]string, len(guards))
	for i, tenant := range guards {
		names[i] = fmt.Sprintf("administrators %q", []string{tenant.Company, tenant.Tenant})
	}
	slices.Sort(names)
	return s.dialect.Lock(ctx, tx, Exclusively, names...)
}

// administrators looks for those by role and those of the company apart, so that each search has its index.
func (s *Store) administrators(tenant roster.TenantKey, written roster.PersonKey) *statement {
	q := &statement{dialect: s.dialect}
	others := func() {
		q.say(" AND u.active AND NOT (u.company = ").value(written.Company)
		q.say(" AND u.user_name = ").value(written.UserName).say(")")
	}
	q.say("SELECT EXISTS (SELECT 1 FROM memberships AS m JOIN users AS u ON u.id = m.user_id WHERE m.company = ").value(tenant.Company)
	q.say(" AND m.tenant = ").value(tenant.Tenant).say(" AND m.role = ").value(string(roster.Administrator)).say(" AND m.active")
	others()
	q.say(") OR EXISTS (SELECT 1 FROM users AS u LEFT JOIN memberships AS m ON m.user_id = u.id AND m.tenant = ").value(tenant.Tenant)
	q.say(" WHERE u.company = ").value(tenant.Company).say(" AND u.company_administrator AND (m.user_id IS NULL OR m.active)")
	others()
	return q.say(")")
}
