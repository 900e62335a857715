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
	if err := s.lockAdministrators(ctx, tx, guards); err != nil {
		return err
	}
	var nobody []string
	for _, tenant := range guards {
		found := false
		search := &statement{dialect: s.dialect}
		search.say("SELECT ").administered(
			func() { search.value(tenant.Company) }, func() { search.value(tenant.Tenant) }, written)
		if err := tx.QueryRowContext(ctx, search.text.String(), search.args...).Scan(&found); err != nil {
			return err
		}
		if !found {
			nobody = append(nobody, tenant.Tenant)
		}
	}
	if len(nobody) > 0 {
		return &store.LastAdministratorError{Tenants: slices.Sorted(slices.Values(nobody))}
	}
	return nil
}

// withoutAnother are the tenants of a company that are not retired and have no live Administrator but the person written.
func (s *Store) withoutAnother(ctx context.Context, tx *sql.Tx, company string, written roster.PersonKey) ([]string, error) {
	if err := s.lockAdministrators(ctx, tx, []roster.TenantKey{{Company: company}}); err != nil {
		return nil, err
	}
	search := &statement{dialect: s.dialect}
	search.say("SELECT t.tenant FROM tenants AS t WHERE t.company = ").value(company).say(" AND NOT t.retired AND NOT (")
	search.administered(func() { search.say("t.company") }, func() { search.say("t.tenant") }, written).say(") ORDER BY t.tenant")
	var nobody []string
	err := search.each(ctx, tx, func(rows *sql.Rows) error {
		var tenant string
		err := rows.Scan(&tenant)
		nobody = append(nobody, tenant)
		return err
	})
	return nobody, err
}

// lockAdministrators keeps other guarded writes of the companies away until this one is committed, so that what is counted stays
// true. The locks have names, as a tenant need not have a row, and are taken in one order, as two writes may share them. There is
// one a company, as whoever administers the company does so in all its tenants, and guarded writes are rare.
func (s *Store) lockAdministrators(ctx context.Context, tx *sql.Tx, of []roster.TenantKey) error {
	names := make([]string, len(of))
	for i, tenant := range of {
		names[i] = fmt.Sprintf("administrators %q", tenant.Company)
	}
	slices.Sort(names)
	return s.dialect.Lock(ctx, tx, Exclusively, slices.Compact(names)...)
}

// administered appends whether a tenant has a live Administrator other than the person written. It looks for those by role and those
// of the company apart, so that each search has its index.
func (s *statement) administered(company, tenant func(), written roster.PersonKey) *statement {
	others := func() {
		s.say(" AND u.active AND NOT (u.company = ").value(written.Company)
		s.say(" AND u.user_name = ").value(written.UserName).say(")")
	}
	s.say("EXISTS (SELECT 1 FROM memberships AS m JOIN users AS u ON u.id = m.user_id WHERE m.company = ")
	company()
	s.say(" AND m.tenant = ")
	tenant()
	s.say(" AND m.role = ").value(string(roster.Administrator)).say(" AND m.active")
	others()
	s.say(") OR EXISTS (SELECT 1 FROM users AS u LEFT JOIN memberships AS m ON m.user_id = u.id AND m.tenant = ")
	tenant()
	s.say(" WHERE u.company = ")
	company()
	s.say(" AND u.company_administrator AND (m.user_id IS NULL OR m.active)")
	others()
	return s.say(")")
}
