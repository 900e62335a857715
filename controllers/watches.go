// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"slices"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/translate"
)

// watches say which kind wakes which.
type watches struct{ *Shared }

// Operators are touched by a tenant that comes, goes, changes what it offers, or comes to have groups or none; by a group that comes
// or goes; by a policy that matched or matches them; by a teammate who comes, goes or changes what he is in a tenant; by
// whoever lets go of a user name or an e-mail address they claim too; and by whoever lets them go as the last Administrator.

func (w watches) operatorsByGrouping(tenant roster.TenantKey) []types.NamespacedName {
	return names(w.Directory.OperatorsOf(tenant.Company, tenant.Tenant))
}

func (w watches) operatorsByTenant(before, after *v1alpha1.Tenant) []types.NamespacedName {
	relieved := w.relievedByTenant(before, after)
	if sameOffer(before, after) {
		return relieved
	}
	t := whichever(before, after)
	return append(relieved, names(w.Directory.OperatorsOf(t.Namespace, t.Name))...)
}

func (w watches) operatorsByGroup(before, after *v1alpha1.Group) []types.NamespacedName {
	if before != nil && after != nil {
		return nil
	}
	g := whichever(before, after)
	return names(w.Directory.MembersOf(g.Namespace, string(g.Spec.Tenant), g.Name))
}

func (w watches) operatorsByPolicy(before, after *v1alpha1.ChannelPolicy) []types.NamespacedName {
	granted, grants := livePolicy(before), livePolicy(after)
	if equality.Semantic.DeepEqual(granted, grants) {
		return nil
	}
	p := whichever(before, after)
	var touched []types.NamespacedName
	for _, o := range w.Directory.OperatorsOf(p.Namespace, string(p.Spec.Tenant)) {
		if declared := translate.Operator(o); w.grants(granted, declared) || w.grants(grants, declared) {
			touched = append(touched, client.ObjectKeyFromObject(o))
		}
	}
	return touched
}

func (w watches) operatorsByOperator(before, after *v1alpha1.Operator) []types.NamespacedName {
	relieved := w.relievedByOperator(before, after)
	if before != nil && after != nil && live(before) == live(after) && before.Generation == after.Generation {
		return relieved
	}
	o := whichever(before, after)
	touched := slices.Concat(relieved, names(w.Directory.LeadersOf(o.Namespace, o.Name)))
	if before != nil && (!live(after) || before.Spec.Profile.Email != after.Spec.Profile.Email) {
		touched = append(touched, names(w.Directory.RivalsOf(before))...)
	}
	return touched
}

// Groups and policies are touched by their tenant, and policies by the groups they name.

func (w watches) groupsByTenant(before, after *v1alpha1.Tenant) []types.NamespacedName {
	if live(before) == live(after) {
		return nil
	}
	t := whichever(before, after)
	return names(w.Directory.GroupsOf(t.Namespace, t.Name))
}

func (w watches) policiesByTenant(before, after *v1alpha1.Tenant) []types.NamespacedName {
	if sameGround(before, after) {
		return nil
	}
	t := whichever(before, after)
	return names(w.Directory.PoliciesOf(t.Namespace, t.Name))
}

func (w watches) policiesByGroup(before, after *v1alpha1.Group) []types.NamespacedName {
	if before != nil && after != nil {
		return nil
	}
	g := whichever(before, after)
	policies := w.Directory.PoliciesOf(g.Namespace, string(g.Spec.Tenant))
	return names(slices.DeleteFunc(policies, func(p *v1alpha1.ChannelPolicy) bool {
		return !slices.ContainsFunc(p.Spec.Subjects, func(s v1alpha1.PolicySubject) bool { return string(s.Group) == g.Name })
	}))
}

// Whoever counts people is touched when somebody comes, goes or changes; whoever counts groups, when a group does. A tenant is
// touched by coming to have groups or none, too, and by whoever comes to administer it with the whole company, or does no more.

func tenantByGrouping(tenant roster.TenantKey) []types.NamespacedName {
	return []types.NamespacedName{{Namespace: tenant.Company, Name: tenant.Tenant}}
}

func (w watches) tenantsByOperator(before, after *v1alpha1.Operator) []types.NamespacedName {
	if sameCounted(before, after) {
		return nil
	}
	touched := entriesOf(before, after, func(t *v1alpha1.OperatorTenant) []string { return []string{string(t.Tenant)} })
	if administersCompany(before) != administersCompany(after) {
		touched = append(touched, names(w.Directory.TenantsOf(whichever(before, after).Namespace))...)
	}
	return touched
}

func (w watches) groupsByOperator(before, after *v1alpha1.Operator) []types.NamespacedName {
	if sameCounted(before, after) {
		return nil
	}
	return entriesOf(before, after, func(t *v1alpha1.OperatorTenant) []string {
		var groups []string
		for _, g := range t.Groups {
			groups = append(groups, string(g.Name))
		}
		return groups
	})
}

func (w watches) policiesByOperator(before, after *v1alpha1.Operator) []types.NamespacedName {
	if sameCounted(before, after) {
		return nil
	}
	o, was, is := whichever(before, after), person(before), person(after)
	var touched []types.NamespacedName
	for _, tenant := range entriesOf(before, after, func(t *v1alpha1.OperatorTenant) []string { return []string{string(t.Tenant)} }) {
		for _, p := range w.Directory.PoliciesOf(o.Namespace, tenant.Name) {
			policy := translate.Policy(p)
			if w.grants(policy, was) != w.grants(policy, is) {
				touched = append(touched, client.ObjectKeyFromObject(p))
			}
		}
	}
	return append(touched, w.policiesNaming(before, after)...)
}

// policiesNaming are the policies that name an operator who came or went, in whichever tenant.
func (w watches) policiesNaming(before, after *v1alpha1.Operator) []types.NamespacedName {
	if live(before) == live(after) {
		return nil
	}
	o := whichever(before, after)
	return names(w.Directory.PoliciesNaming(o.Namespace, o.Name))
}

func (w watches) tenantsByGroup(before, after *v1alpha1.Group) []types.NamespacedName {
	if before != nil && after != nil {
		return nil
	}
	g := whichever(before, after)
	return []types.NamespacedName{{Namespace: g.Namespace, Name: string(g.Spec.Tenant)}}
}

// A tenant that is being deleted waits for its groups and policies that are, and for nothing else.

func (w watches) leavingTenantsByGroup(before, after *v1alpha1.Group) []types.NamespacedName {
	g := whichever(before, after)
	return w.leavingTenant(live(after), g.Namespace, string(g.Spec.Tenant))
}

func (w watches) leavingTenantsByPolicy(before, after *v1alpha1.ChannelPolicy) []types.NamespacedName {
	p := whichever(before, after)
	return w.leavingTenant(live(after), p.Namespace, string(p.Spec.Tenant))
}

func (w watches) leavingTenant(childLive bool, company, name string) []types.NamespacedName {
	if _, found := w.Directory.Tenant(company, name); found || childLive {
		return nil
	}
	return []types.NamespacedName{{Namespace: company, Name: name}}
}
