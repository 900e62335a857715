// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import "iter"

// Directory is where rules and compilation look up what an object refers to. Every look-up is by key or index; none walks a
// tenant's people. What it hands out is read, never changed. A tenant, policy or operator that is being deleted is not found; a
// group is found until it is gone.
type Directory interface {
	// Tenant is the live tenant of that name.
	Tenant(company, name string) (Tenant, bool)
	// Group is the group of that object name; it may belong to any tenant of the company.
	Group(company, name string) (Group, bool)
	// Operator is the person of that object name.
	Operator(company, name string) (Operator, bool)
	// HasGroups tells whether there is a group of the tenant, or an operator who declares one, be it there or not, other than the
	// general group. It is what groups there are at all, whoever is deactivated.
	HasGroups(company, tenant string) bool
	// Policies are the channel policies of a tenant, whether or not the tenant exists, in no particular order.
	Policies(company, tenant string) iter.Seq[Policy]
}

// MissingTenant is the tenant that a group or a policy names, unless it is found.
func MissingTenant(company, name string, directory Directory) []Reference {
	if _, found := directory.Tenant(company, name); found {
		return nil
	}
	return []Reference{{Kind: KindTenant, Name: name, Path: "spec.tenant"}}
}

func groupResolves(directory Directory, company, tenant, name string) bool {
	group, found := directory.Group(company, name)
	return found && group.Tenant == tenant
}
