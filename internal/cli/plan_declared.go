// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"maps"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/plan"
	"github.com/roster-dev/roster/internal/promote"
	"github.com/roster-dev/roster/internal/translate"
)

// declaredOrigin are objects as one side of a comparison.
type declaredOrigin struct{ of *world }

func declared(w *world) origin { return declaredOrigin{w} }

func (d declaredOrigin) companies() []string { return slices.Sorted(maps.Keys(d.of.companies)) }

func (d declaredOrigin) world(company string, former *plan.World) *plan.World {
	declaration := &plan.Declaration{Company: company, Deletions: map[string]plan.Deletion{}}
	d.of.directory.Of(company,
		func(t *v1alpha1.Tenant) {
			if has(declaration, plan.KindTenant, t, t.Spec) {
				declaration.Tenants = append(declaration.Tenants, translate.Tenant(t))
			}
		},
		func(g *v1alpha1.Group) {
			if has(declaration, plan.KindGroup, g, g.Spec) {
				declaration.Groups = append(declaration.Groups, translate.Group(g))
			}
		},
		func(p *v1alpha1.ChannelPolicy) {
			if has(declaration, plan.KindChannelPolicy, p, p.Spec) {
				declaration.Policies = append(declaration.Policies, translate.Policy(p))
			}
		},
		func(o *v1alpha1.Operator) {
			if has(declaration, plan.KindOperator, o, o.Spec) {
				declaration.Operators = append(declaration.Operators, translate.Operator(o))
				declaration.Deletions[o.Name] = plan.Deletion(o.Spec.DeletionPolicy)
			}
		},
	)
	return plan.Declare(*declaration, d.of.directory, former)
}

// content is what of a manifest is compared. Annotations are orders to the manager, and say nothing of what is to be.
type content struct {
	Metadata struct {
		Labels map[string]string `json:"labels,omitempty"`
	} `json:"metadata"`
	Spec any `json:"spec"`
}

// has notes an object, and tells whether it is there: one that is being deleted is not.
func has(d *plan.Declaration, kind string, o client.Object, spec any) bool {
	if o.GetDeletionTimestamp() != nil {
		return false
	}
	says := content{Spec: spec}
	says.Metadata.Labels = promote.OwnLabels(o.GetLabels())
	d.Objects = append(d.Objects, plan.Object{Kind: kind, Name: o.GetName(), Content: says})
	return true
}
