// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/snapshot"
)

// grouping tells when a tenant comes to have groups, or has none any more: by the first Group, or the first operator who declares one,
// and by the last of them. It counts by events, each once and in their order, and so knows the first of many that come at once. Each
// controller has one of its own, which has counted the initial list before the first pass. It is safe for concurrent use.
type grouping struct {
	mu       sync.Mutex
	objects  map[roster.TenantKey]int
	declared map[roster.TenantKey]int
}

// grouped is the Directory of a controller that a grouping wakes. Groups and operators reach the cache apart from each other, so that a
// pass between the last Group and the first declared name sees neither, and nothing that comes later says so; therefore it
// asks what was counted as well. Whatever a pass sees then is either what stays, or ends with a wake.
type grouped struct {
	*snapshot.Snapshot
	counted *grouping
}

// HasGroups tells whether a tenant has a group, or somebody who declares one, by the cache or as counted.
func (g grouped) HasGroups(company, tenant string) bool {
	return g.Snapshot.HasGroups(company, tenant) || g.counted.has(roster.TenantKey{Company: company, Tenant: tenant})
}

func newGrouping() *grouping {
	return &grouping{objects: map[roster.TenantKey]int{}, declared: map[roster.TenantKey]int{}}
}

// sources wake whom a tenant touches by coming to have groups or none, at once.
func (g *grouping) sources(c cache.Cache, touches func(roster.TenantKey) []types.NamespacedName) []source.Source {
	return []source.Source{
		source.Kind(c, &v1alpha1.Group{}, wakeCounting(each(g.byGroup, touches))),
		source.Kind(c, &v1alpha1.Operator{}, wakeCounting(each(g.byOperator, touches))),
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

// byGroup counts a Group that came or went, and names its tenant where that was the first of its groups or the last.
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

// count changes a count of a tenant, and tells whether the tenant has groups since, or has none since.
func (g *grouping) count(counts map[roster.TenantKey]int, tenant roster.TenantKey, change int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	had := g.objects[tenant]+g.declared[tenant] > 0
	if counts[tenant] += change; counts[tenant] == 0 {
		delete(counts, tenant)
	}
	return had != (g.objects[tenant]+g.declared[tenant] > 0)
}

func (g *grouping) has(tenant roster.TenantKey) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.objects[tenant]+g.declared[tenant] > 0
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
