// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/plan"
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
	Labels map[string]string `json:"labels,omitempty"`
	Spec   any               `json:"spec"`
}

// has notes an object, and tells whether it is there: one that is being deleted is not.
func has(d *plan.Declaration, kind string, o client.Object, spec any) bool {
	if o.GetDeletionTimestamp() != nil {
		return false
	}
	d.Objects = append(d.Objects, plan.Object{Kind: kind, Name: o.GetName(), Content: content{ownLabels(o.GetLabels()), spec}})
	return true
}

// delivery are the labels by which tools that deliver manifests know their own, by their beginnings. A folder does not have them.
var delivery = []string{"kustomize.toolkit.fluxcd.io/", "helm.toolkit.fluxcd.io/", "argocd.argoproj.io/", "app.kubernetes.io/instance", "app.kubernetes.io/managed-by"}

// ownLabels are the labels but for those of delivery; none is nil.
func ownLabels(labels map[string]string) map[string]string {
	own := maps.Clone(labels)
	maps.DeleteFunc(own, func(name, _ string) bool {
		return slices.ContainsFunc(delivery, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
	})
	if len(own) == 0 {
		return nil
	}
	return own
}
