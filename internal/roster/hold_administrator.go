// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import "slices"

// HoldAdministrator is an Operator as it is compiled while nobody else is a live Administrator of some tenants, of which the
// person of the record before was one: active, and Administrator of these. Every other part is as declared. Where the person is
// deactivated, the other entries are, and the company is administered no more, unless the person was Administrator of one of the
// tenants as the company's: then that right is held whole, as it has no parts.
func (o Operator) HoldAdministrator(before Person, tenants []string) Operator {
	if len(tenants) == 0 {
		return o
	}
	o.Entries = slices.Clone(o.Entries)
	if !o.Active {
		o.Active, o.CompanyAdministrator = true, false
		for i := range o.Entries {
			o.Entries[i].Active = false
		}
	}
	for _, tenant := range sorted(tenants) {
		if was, declared := before.membership(tenant); declared && was.Role == Administrator {
			o.holdRole(tenant)
		} else {
			o.holdCompany(before, tenant)
		}
	}
	return o
}

// holdRole makes the person a live Administrator of a tenant by role.
func (o *Operator) holdRole(tenant string) {
	if e := o.entryOf(tenant); e != nil {
		e.Active, e.Role = true, Administrator
		return
	}
	o.Entries = append(o.Entries, Entry{Tenant: tenant, Active: true, Role: Administrator})
}

// holdCompany makes the person company administrator, live in a tenant. Where the person was switched off, that stays so.
func (o *Operator) holdCompany(before Person, tenant string) {
	if !o.CompanyAdministrator {
		o.CompanyAdministrator = true
		for _, m := range before.Memberships {
			if !m.Active {
				o.switchOff(m.Tenant)
			}
		}
	}
	if e := o.entryOf(tenant); e != nil {
		e.Active = true
	}
}

// switchOff makes the person have no part in a tenant, not even as the company's.
func (o *Operator) switchOff(tenant string) {
	if e := o.entryOf(tenant); e != nil {
		e.Active = false
		return
	}
	o.Entries = append(o.Entries, Entry{Tenant: tenant, Role: Worker})
}

// keepOut parts tenants whose entries are held: for some an entry has to be written all the same, which says no more than that the
// person is switched off there, since without any the company's administrator would be in the tenant. The others are held.
func (o Operator) keepOut(before Person, tenants []string) (Operator, []string) {
	o.Entries = slices.Clone(o.Entries)
	held := slices.DeleteFunc(tenants, func(tenant string) bool {
		e := o.entryOf(tenant)
		if _, had := before.membership(tenant); had || e == nil || e.Active || !o.CompanyAdministrator {
			return false
		}
		*e = Entry{Tenant: tenant, Role: Worker}
		return true
	})
	return o, held
}

// entryOf is the entry for a tenant, to be changed; nil where there is none.
func (o *Operator) entryOf(tenant string) *Entry {
	i := slices.IndexFunc(o.Entries, func(e Entry) bool { return e.Tenant == tenant })
	if i < 0 {
		return nil
	}
	return &o.Entries[i]
}
