// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package snapshot

import (
	"maps"
	"slices"
	"strings"

	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
)

// Declares are the keys of the records that an object declares, such as a roster.PersonKey, also while it is being deleted; false is that there
// is no such object. A Tenant declares its general group, too.
func (s *Snapshot) Declares(kind, company, name string) (keys []any, found bool) {
	switch kind {
	case "Tenant":
		_, found = lookUp[*v1alpha1.Tenant](s.tenants, company, name)
		keys = []any{roster.TenantKey{Company: company, Tenant: name}, roster.GroupKey{Company: company, Tenant: name, Group: roster.GeneralGroup}}
	case "Group":
		var g *v1alpha1.Group
		if g, found = lookUp[*v1alpha1.Group](s.groups, company, name); found {
			keys = []any{roster.GroupKey{Company: company, Tenant: string(g.Spec.Tenant), Group: name}}
		}
	case "ChannelPolicy":
		var p *v1alpha1.ChannelPolicy
		if p, found = lookUp[*v1alpha1.ChannelPolicy](s.policies, company, name); found {
			keys = []any{roster.PolicyKey{Company: company, Tenant: string(p.Spec.Tenant), Policy: name}}
		}
	case "Operator":
		var o *v1alpha1.Operator
		if o, found = lookUp[*v1alpha1.Operator](s.operators, company, name); found {
			keys = []any{roster.NewPersonKey(company, o.Spec.UserName)}
		}
	}
	return keys, found
}

// DeclaringRecord names the objects that declare the record of a key, by kind; none is that there is none. Two Operators may claim one user name.
func (s *Snapshot) DeclaringRecord(key any) (kind, company string, names []string) {
	switch key := key.(type) {
	case roster.TenantKey:
		kind, company, names = "Tenant", key.Company, []string{key.Tenant}
	case roster.GroupKey:
		kind, company, names = "Group", key.Company, []string{key.Group}
		if key.Group == roster.GeneralGroup {
			kind, names = "Tenant", []string{key.Tenant}
		}
	case roster.PolicyKey:
		kind, company, names = "ChannelPolicy", key.Company, []string{key.Policy}
	case roster.PersonKey:
		kind, company = "Operator", key.Company
		for _, o := range indexed[*v1alpha1.Operator](s.operators, byClaim, company+"/"+claims(company, key.UserName, "")[0]) {
			names = append(names, o.Name)
		}
	}
	return kind, company, slices.DeleteFunc(names, func(name string) bool {
		declared, found := s.Declares(kind, company, name)
		return !found || !slices.Contains(declared, key)
	})
}

// Companies are the namespaces that have objects, in order.
func (s *Snapshot) Companies() []string {
	named := map[string]bool{}
	for _, indexer := range []toolscache.Indexer{s.tenants, s.groups, s.operators, s.policies} {
		for _, value := range indexer.ListIndexFuncValues(byNamespace) {
			named[strings.TrimSuffix(value, "/")] = true
		}
	}
	return slices.Sorted(maps.Keys(named))
}

// Of hands out the objects of a company, one kind after another.
func (s *Snapshot) Of(company string, tenant func(*v1alpha1.Tenant), group func(*v1alpha1.Group), policy func(*v1alpha1.ChannelPolicy), operator func(*v1alpha1.Operator)) {
	each(s.tenants, company, tenant)
	each(s.groups, company, group)
	each(s.policies, company, policy)
	each(s.operators, company, operator)
}

func each[T client.Object](indexer toolscache.Indexer, company string, do func(T)) {
	for _, object := range indexed[T](indexer, byNamespace, company+"/") {
		do(object)
	}
}
