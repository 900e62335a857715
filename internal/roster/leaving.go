// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"slices"
	"time"
)

// Left is the person's record once the object that declared it is gone: switched off, to be purged later.
func (p Person) Left(purgeAfter time.Time) Person {
	p.User.Active, p.User.PurgeAfter, p.User.Held = false, purgeAfter, ""
	return p.Canonical()
}

// HasLeft tells whether the person's record is one whose object is gone, and waits for nothing but its purge.
func (p Person) HasLeft() bool { return !p.User.Active && !p.User.PurgeAfter.IsZero() }

// LeftBut is the person's record once the object that declared it is gone, while nobody else is a live Administrator of some tenants: active
// and Administrator of these, and switched off in every other one. A company administrator keeps all: the right has no parts. At is set
// where the person is to be purged as soon as he may go.
func (p Person) LeftBut(lastOf []string, at time.Time) Person {
	p.User.Held, p.User.PurgeAfter = HeldAsLastAdministrator, at
	if p.User.CompanyAdministrator {
		return p
	}
	p.Memberships = slices.Clone(p.Memberships)
	for i, m := range p.Memberships {
		p.Memberships[i].Active = m.Active && slices.Contains(lastOf, m.Tenant)
	}
	return p
}

// Kept is the person's record as it is, once the object that declared it is gone and the removal is beyond what a tenant allows. At is set
// where the person is to be purged as soon as he may go.
func (p Person) Kept(at time.Time) Person {
	p.User.Held, p.User.PurgeAfter = HeldByBudget, at
	return p.Canonical()
}

// IsHeld tells whether the person's object is gone and his removal is held, with whatever he keeps because of that.
func (p Person) IsHeld() bool { return p.User.Held != "" }

// HeldFor are the tenants in which the person has something only because his removal is held, in order; none where it is not.
func (p Person) HeldFor() []string {
	var tenants []string
	for _, m := range p.Memberships {
		if p.User.Held != "" && p.LiveMember(m.Tenant) {
			tenants = append(tenants, m.Tenant)
		}
	}
	slices.Sort(tenants)
	return tenants
}

// Left is the tenant's record once its object is gone: nobody has anything in it. It is purged later where that is asked.
func (t TenantRecord) Left(purgeAfter time.Time) TenantRecord {
	t.Retired, t.PurgeAfter, t.Held = true, purgeAfter, ""
	return t.Canonical()
}

// Kept is the tenant's record as it is, once its object is gone and to end all its people's access is beyond its budget. At is set where
// it is to be purged after its retention once it may go.
func (t TenantRecord) Kept(at time.Time) TenantRecord {
	t.Held, t.PurgeAfter = HeldByBudget, at
	return t.Canonical()
}

// IsHeld tells whether the tenant's object is gone and its removal is held.
func (t TenantRecord) IsHeld() bool { return t.Held != "" }

// ReportsDrift tells whether what somebody else changed of a person in the store is told and not put right: all tenants the person has an
// entry for say so. One that is not there does not.
func ReportsDrift(operator Operator, directory Directory) bool {
	corrects := func(e Entry) bool { return !TenantReportsDrift(operator.Company, e.Tenant, directory) }
	return len(operator.Entries) > 0 && !slices.ContainsFunc(operator.Entries, corrects)
}

// TenantReportsDrift tells the same of what belongs to one tenant.
func TenantReportsDrift(company, tenant string, directory Directory) bool {
	found, there := directory.Tenant(company, tenant)
	return there && found.ReportsDrift
}
