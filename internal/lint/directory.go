// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"cmp"
	"iter"
	"slices"
	"sync"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/parallel"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/snapshot"
	"github.com/roster-dev/roster/internal/translate"
)

// directory is the snapshot that the manager looks things up in, over manifests. Unlike a cache these do not change, so what everybody
// asks for is translated and counted once. It is safe for concurrent use.
type directory struct {
	*snapshot.Snapshot

	// people are all Operators, by company and name.
	people map[string]roster.Operator
	// byClaim and byUser are those who are not being deleted, in the order of their names: by user name and e-mail address as they are
	// compared, and by user of Kubernetes.
	byClaim, byUser map[string][]roster.Operator

	mu        sync.Mutex
	tenants   map[roster.TenantKey]tenant
	policies  map[roster.TenantKey][]roster.Policy
	hasGroups map[roster.TenantKey]bool
}

// tenant is a Tenant that was looked for.
type tenant struct {
	roster.Tenant

	found bool
}

var _ roster.Neighbours = (*directory)(nil)

// newDirectory holds the objects of declarations.
func newDirectory(declarations []*manifest.Declaration) *directory {
	var objects []client.Object
	var people []*v1alpha1.Operator
	for _, declaration := range declarations {
		if declaration.Object == nil {
			continue
		}
		objects = append(objects, declaration.Object)
		if o, is := declaration.Object.(*v1alpha1.Operator); is {
			people = append(people, o)
		}
	}
	d := &directory{
		Snapshot: snapshot.Holding(objects), people: map[string]roster.Operator{}, byClaim: map[string][]roster.Operator{}, byUser: map[string][]roster.Operator{},
		tenants: map[roster.TenantKey]tenant{}, policies: map[roster.TenantKey][]roster.Policy{}, hasGroups: map[roster.TenantKey]bool{},
	}
	slices.SortFunc(people, func(a, b *v1alpha1.Operator) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	translated := make([]roster.Operator, len(people))
	parallel.Each(len(people), func(i int) { translated[i] = translate.Operator(people[i]) })
	for i, o := range people {
		d.add(o, translated[i])
	}
	return d
}

func (d *directory) add(object *v1alpha1.Operator, o roster.Operator) {
	d.people[o.Company+"/"+o.Name] = o
	if object.DeletionTimestamp != nil {
		return
	}
	for _, claim := range claims(o) {
		d.byClaim[claim] = append(d.byClaim[claim], o)
	}
	if user := object.Spec.KubernetesUser; user != "" {
		d.byUser[o.Company+"/"+user] = append(d.byUser[o.Company+"/"+user], o)
	}
}

// claims are the names an operator holds alone in a company, as they are compared.
func claims(o roster.Operator) []string {
	email := roster.User{Profile: o.Profile}.EmailKey()
	return []string{o.Company + "/user name/" + roster.NewPersonKey(o.Company, o.UserName).UserName, o.Company + "/e-mail/" + email}
}

// translated is an Operator as the core's value.
func (d *directory) translated(object *v1alpha1.Operator) roster.Operator {
	return d.people[object.Namespace+"/"+object.Name]
}

// Operator is the person of that object name.
func (d *directory) Operator(company, name string) (roster.Operator, bool) {
	if object, found := d.OperatorObject(company, name); !found || object.DeletionTimestamp != nil {
		return roster.Operator{}, false
	}
	return d.people[company+"/"+name], true
}

// Rivals are the other operators who declare the user name or the e-mail address of an operator, in the order of their names.
func (d *directory) Rivals(operator roster.Operator) iter.Seq[roster.Operator] {
	return func(yield func(roster.Operator) bool) {
		for _, claim := range claims(operator) {
			rivals := d.byClaim[claim]
			for i := range rivals {
				if rivals[i].Name != operator.Name && !yield(rivals[i]) {
					return
				}
			}
		}
	}
}

// Tenant is the live tenant of that name.
func (d *directory) Tenant(company, name string) (roster.Tenant, bool) {
	t := remembered(d, d.tenants, company, name, func() tenant {
		t, found := d.Snapshot.Tenant(company, name)
		return tenant{t, found}
	})
	return t.Tenant, t.found
}

// HasGroups tells whether there is a group of the tenant, or somebody who declares one.
func (d *directory) HasGroups(company, name string) bool {
	return remembered(d, d.hasGroups, company, name, func() bool { return d.Snapshot.HasGroups(company, name) })
}

// Policies are the channel policies of a tenant, in the order of their names.
func (d *directory) Policies(company, name string) iter.Seq[roster.Policy] {
	return slices.Values(remembered(d, d.policies, company, name, func() []roster.Policy {
		return slices.SortedFunc(d.Snapshot.Policies(company, name), func(a, b roster.Policy) int { return cmp.Compare(a.Name, b.Name) })
	}))
}

// remembered is what was found of a tenant, looked up once.
func remembered[V any](d *directory, of map[roster.TenantKey]V, company, name string, look func() V) V {
	d.mu.Lock()
	defer d.mu.Unlock()
	key := roster.TenantKey{Company: company, Tenant: name}
	value, asked := of[key]
	if !asked {
		value = look()
		of[key] = value
	}
	return value
}
