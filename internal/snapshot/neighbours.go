// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package snapshot

import (
	"iter"
	"slices"

	toolscache "k8s.io/client-go/tools/cache"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/translate"
)

var _ roster.Neighbours = (*Snapshot)(nil)

// Rivals are the other operators who declare the user name or the e-mail address of an operator, those who are being deleted left
// out; who declares both comes twice.
func (s *Snapshot) Rivals(operator roster.Operator) iter.Seq[roster.Operator] {
	return func(yield func(roster.Operator) bool) {
		for _, claim := range claims(operator.Company, operator.UserName, operator.Profile.Email) {
			for _, rival := range indexed[*v1alpha1.Operator](s.operators, byClaim, operator.Company+"/"+claim) {
				if rival.Name != operator.Name && !terminating(rival) && !yield(translate.Operator(rival)) {
					return
				}
			}
		}
	}
}

// TenantNames are the names of the tenants of a company, those that are being deleted left out.
func (s *Snapshot) TenantNames(company string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, tenant := range s.TenantsOf(company) {
			if !terminating(tenant) && !yield(tenant.Name) {
				return
			}
		}
	}
}

// HasGroupsBeside tells what HasGroups would if one Group or Operator of that name were not there. Where a tenant has another Group it
// costs as much as the tenant has groups, else as many people declare one.
func (s *Snapshot) HasGroupsBeside(company, tenant, kind, name string) bool {
	beside := func(indexer toolscache.Indexer, index, except string) bool {
		keys, err := indexer.IndexKeys(index, company+"/"+tenant)
		return err == nil && slices.ContainsFunc(keys, func(key string) bool { return key != except })
	}
	group, operator := "", ""
	switch kind {
	case roster.KindGroup:
		group = company + "/" + name
	case roster.KindOperator:
		operator = company + "/" + name
	}
	return beside(s.groups, byTenant, group) || beside(s.operators, byDeclaring, operator)
}
