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
		i := slices.IndexFunc(o.Entries, func(e Entry) bool { return e.Tenant == tenant })
		switch was, declared := before.membership(tenant); {
		case !declared || was.Role != Administrator:
			o.CompanyAdministrator = true
			if i >= 0 {
				o.Entries[i].Active = true
			}
		case i >= 0:
			o.Entries[i].Active, o.Entries[i].Role = true, Administrator
		default:
			o.Entries = append(o.Entries, Entry{Tenant: tenant, Active: true, Role: Administrator})
		}
	}
	return o
}
