// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package observe

import "github.com/roster-dev/roster/internal/roster"

// share is on whose account a call waits: a tenant's, or a company's where the call is about no one tenant. The zero share is
// the store's own.
type share struct{ company, tenant string }

func shareOfTenant(k roster.TenantKey) share { return share{k.Company, k.Tenant} }

func shareOfGroup(k roster.GroupKey) share { return share{k.Company, k.Tenant} }

func shareOfPolicy(k roster.PolicyKey) share { return share{k.Company, k.Tenant} }

// shareOfPersonKey is the company's, since a key does not say where a person works.
func shareOfPersonKey(k roster.PersonKey) share { return share{company: k.Company} }

// shareOfPerson is the home tenant's: writes of people are most of what there is to do, and one tenant's must not hold up
// those of the others of its company.
func shareOfPerson(p roster.Person) share { return share{p.User.Company, p.User.HomeTenant} }
