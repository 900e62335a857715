// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/snapshot"
)

// grouping tells when a tenant may come to have groups, or have none any more: when its first Group comes or its last goes, and when
// the first operator declares a group in it or the last one does no more. It counts by events, each once and in their
// order, and so knows the first of many that come at once. It is safe for concurrent use.
//
// Where a tenant has both Groups and declared names, the first or the last of one of them changes nothing; it is told all the same. The
// two kinds reach the cache apart from each other, and a pass between the last of one and the first of the other sees neither.
type grouping struct {
	mu       sync.Mutex
	objects  map[roster.TenantKey]int
	declared map[roster.TenantKey]int
}

func newGrouping() *grouping {
	return &grouping{objects: map[roster.TenantKey]int{}, declared: map[roster.TenantKey]int{}}
}

// sources wake whom a tenant touches by coming to have groups or none, at once.
func (g *grouping) sources(mgr ctrl.Manager, touches func(roster.TenantKey) []types.NamespacedName) []source.Source {
	return []source.Source{
		source.Kind(mgr.GetCache(), &v1alpha1.Group{}, wakeCounting(each(g.byGroup, touches))),
		source.Kind(mgr.GetCache(), &v1alpha1.Operator{}, wakeCounting(each(g.byOperator, touches))),
	}
}

// each is what all of the tenants touch that a change names.
func each[T object](named func(before, after T) []roster.TenantKey, touches func(roster.TenantKey) []types.NamespacedName) touched[T] {
	return func(before, after T) []types.NamespacedName {
		var found []types.NamespacedName
		for _, tenant := range named(before, after) {
			found = append(found, touches(tenant)...)
		}
		return found
	}
}

// byGroup counts a Group that came or went, and names its tenant where that was the first or the last.
func (g *grouping) byGroup(before, after *v1alpha1.Group) []roster.TenantKey {
	if before != nil && after != nil {
		return nil
	}
	group, change := whichever(before, after), 1
	if after == nil {
		change = -1
	}
	tenant := roster.TenantKey{Company: group.Namespace, Tenant: string(group.Spec.Tenant)}
	if !g.count(g.objects, tenant, change) {
		return nil
	}
	return []roster.TenantKey{tenant}
}

// byOperator counts an operator who declares groups where before there was none, or none where there were, and names the tenants in
// which that was the first or the last.
func (g *grouping) byOperator(before, after *v1alpha1.Operator) []roster.TenantKey {
	if before != nil && after != nil && before.Generation == after.Generation {
		return nil
	}
	var flipped []roster.TenantKey
	declared, declares := declaring(before), declaring(after)
	for change, tenants := range map[int][]string{1: without(declares, declared), -1: without(declared, declares)} {
		for _, name := range tenants {
			tenant := roster.TenantKey{Company: whichever(before, after).Namespace, Tenant: name}
			if g.count(g.declared, tenant, change) {
				flipped = append(flipped, tenant)
			}
		}
	}
	return flipped
}

// count changes a count of a tenant, and tells whether that was the first or the last.
func (g *grouping) count(counts map[roster.TenantKey]int, tenant roster.TenantKey, change int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	had := counts[tenant] > 0
	counts[tenant] += change
	has := counts[tenant] > 0
	if !has {
		delete(counts, tenant)
	}
	return had != has
}

func declaring(o *v1alpha1.Operator) []string {
	if o == nil {
		return nil
	}
	return snapshot.DeclaringTenants(o)
}

// without are the names that others are not among.
func without(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(others, name) })
}
