// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import "slices"

// AdministratorOf tells whether the person of a record is a live Administrator of a tenant that is there: by role, or as the
// company's. It does not ask whether the person has logged in yet.
func (p Person) AdministratorOf(tenant string) bool {
	membership, declared := p.membership(tenant)
	switch {
	case !p.User.Active:
		return false
	case !declared:
		return p.User.CompanyAdministrator
	}
	return membership.Active && (membership.Role == Administrator || p.User.CompanyAdministrator)
}

// administersElsewhere tells whether the person is a live Administrator of every tenant in which the person has no membership.
func (p Person) administersElsewhere() bool { return p.User.Active && p.User.CompanyAdministrator }

// MayRelinquish tells whether there can be a tenant that loses a live Administrator when the person's record becomes another one.
// It looks at no tenant, so that the many changes which take nothing of the kind away cost nothing.
func (p Person) MayRelinquish(after Person) bool {
	lost := func(m Membership) bool { return p.relinquishes(after, m.Tenant) }
	return p.administersElsewhere() && !after.administersElsewhere() ||
		slices.ContainsFunc(p.Memberships, lost) || slices.ContainsFunc(after.Memberships, lost)
}

// Relinquished are those of some tenants which lose a live Administrator when the person's record becomes another one.
func (p Person) Relinquished(after Person, tenants []string) []string {
	return slices.DeleteFunc(slices.Clone(tenants), func(tenant string) bool { return !p.relinquishes(after, tenant) })
}

func (p Person) relinquishes(after Person, tenant string) bool {
	return p.AdministratorOf(tenant) && !after.AdministratorOf(tenant)
}
