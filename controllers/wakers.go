// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"time"

	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/roster-dev/roster/api/v1alpha1"
)

// Which kinds wake the objects of a kind, besides themselves. Counts are brought up to date in a window; all else is at once.

func (w watches) wakingTenants(c cache.Cache, g *grouping) []source.Source {
	return append(g.sources(c, tenantByGrouping),
		wokenBy(c, &v1alpha1.Operator{}, w.CountWindow, w.tenantsByOperator),
		wokenBy(c, &v1alpha1.Group{}, w.CountWindow, w.tenantsByGroup),
		wokenBy(c, &v1alpha1.Group{}, 0, w.leavingTenantsByGroup),
		wokenBy(c, &v1alpha1.ChannelPolicy{}, 0, w.leavingTenantsByPolicy))
}

func (w watches) wakingGroups(c cache.Cache) []source.Source {
	return []source.Source{
		wokenBy(c, &v1alpha1.Tenant{}, 0, w.groupsByTenant),
		wokenBy(c, &v1alpha1.Operator{}, w.CountWindow, w.groupsByOperator),
	}
}

func (w watches) wakingPolicies(c cache.Cache) []source.Source {
	return []source.Source{
		wokenBy(c, &v1alpha1.Tenant{}, 0, w.policiesByTenant),
		wokenBy(c, &v1alpha1.Group{}, 0, w.policiesByGroup),
		wokenBy(c, &v1alpha1.Operator{}, w.CountWindow, w.policiesByOperator),
	}
}

func (w watches) wakingOperators(c cache.Cache, g *grouping) []source.Source {
	return append(g.sources(c, w.operatorsByGrouping),
		wokenBy(c, &v1alpha1.Tenant{}, 0, w.operatorsByTenant),
		wokenBy(c, &v1alpha1.Group{}, 0, w.operatorsByGroup),
		wokenBy(c, &v1alpha1.ChannelPolicy{}, 0, w.operatorsByPolicy),
		wokenBy(c, &v1alpha1.Operator{}, 0, w.operatorsByOperator))
}

func wokenBy[T object](c cache.Cache, kind T, window time.Duration, by touched[T]) source.Source {
	return source.Kind(c, kind, wake(window, by))
}
