// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/testkit"
)

// inhabitants are one of everything and more, in the order of kinds that a test names.
type inhabitants struct {
	tenants   []*v1alpha1.Tenant
	groups    []*v1alpha1.Group
	policies  []*v1alpha1.ChannelPolicy
	operators []*v1alpha1.Operator
}

// settle puts two tenants with groups, policies and a team into a company.
func settle(c *company) inhabitants {
	c.t.Helper()
	in := inhabitants{}
	for _, tenant := range []string{"north", "south"} {
		in.tenants = append(in.tenants, testkit.Tenant(c.namespace, tenant))
		in.groups = append(in.groups, testkit.Group(c.namespace, tenant+"-sales", tenant))
		in.policies = append(in.policies, testkit.ChannelPolicy(c.namespace, tenant+"-chat", tenant,
			testkit.For(v1alpha1.PolicySubject{Group: v1alpha1.ObjectName(tenant + "-sales")})))
		worker := tenant + "-worker"
		in.operators = append(in.operators,
			testkit.Operator(c.namespace, worker, testkit.InTenant(tenant, testkit.InGroups(tenant+"-sales"))),
			testkit.Operator(c.namespace, tenant+"-manager", testkit.InTenant(tenant, testkit.Leading(worker))))
	}
	c.create(asObjects(in.tenants)...)
	c.create(asObjects(in.groups)...)
	c.create(asObjects(in.policies)...)
	c.create(asObjects(in.operators)...)
	return in
}

func asObjects[T client.Object](objects []T) []client.Object {
	converted := make([]client.Object, len(objects))
	for i, o := range objects {
		converted[i] = o
	}
	return converted
}

// each waits until all of them say the same.
func (in inhabitants) each(c *company, what string) {
	c.t.Helper()
	allSay(c, in.tenants, what)
	allSay(c, in.groups, what)
	allSay(c, in.policies, what)
	allSay(c, in.operators, what)
}

// stays waits until an object that is being deleted says that it cannot go, and gives one of the reasons.
func stays[T lifecycle.Object](c *company, objects []T, reasons ...string) {
	c.t.Helper()
	for _, object := range objects {
		settled(c, object, fmt.Sprintf("is being deleted and says one of %v", reasons), func(o T) bool {
			observed, _ := o.LifecycleStatus()
			return o.GetDeletionTimestamp() != nil && *observed == o.GetGeneration() && slices.Contains(reasons, reason(o, v1alpha1.ConditionReady))
		})
	}
}

// stay waits until all of them say that they cannot go without the store; a tenant may say so of what goes before it.
func (in inhabitants) stay(c *company) {
	c.t.Helper()
	const away = "Ready=False/StoreUnavailable"
	stays(c, in.tenants, away, "Ready=False/ChildrenTerminating")
	stays(c, in.groups, away)
	stays(c, in.policies, away)
	stays(c, in.operators, away)
}

func allSay[T lifecycle.Object](c *company, objects []T, what string) {
	c.t.Helper()
	for _, o := range objects {
		says(c, o, what)
	}
}

// offboarded fails the test unless the store remembers the people and tenants, and no more of the rest than it should.
func (in inhabitants) offboarded(c *company) {
	c.t.Helper()
	for _, o := range in.operators {
		if left := c.person(o.Spec.UserName).Value.User; left.Active || left.PurgeAfter.IsZero() {
			c.t.Errorf("%s should be deactivated and wait for the purge, got %+v", o.Name, left)
		}
	}
	for _, tenant := range in.tenants {
		if !c.contactCentre(tenant.Name).Value.Retired {
			c.t.Errorf("tenant %s should be retired", tenant.Name)
		}
	}
	for _, g := range in.groups {
		if _, found := stored(c, c.store.Groups(), roster.GroupKey{Company: c.namespace, Tenant: string(g.Spec.Tenant), Group: g.Name}); found {
			c.t.Errorf("the record of the group %s should be gone", g.Name)
		}
	}
	for _, p := range in.policies {
		if _, found := stored(c, c.store.Policies(), roster.PolicyKey{Company: c.namespace, Tenant: string(p.Spec.Tenant), Policy: p.Name}); found {
			c.t.Errorf("the record of the policy %s should be gone", p.Name)
		}
	}
}

// itself is the company's namespace.
func (c *company) itself() *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: c.namespace}}
}

// vanishes waits until the company's namespace is gone. The namespace controller looks every eight seconds only, and an object
// that met no store for some time comes back to it after half a minute.
func vanishes(c *company) {
	c.t.Helper()
	mustKubectl(c.t, "wait", "--for=delete", "namespace/"+c.namespace, "--timeout=2m")
}

func TestNamespaceGoesWithEverythingInIt(t *testing.T) {
	t.Parallel()
	type departure struct {
		*company
		inhabitants
		why  string
		down bool
	}
	var departures []departure
	for name, tc := range map[string]struct {
		reason string
		first  func(inhabitants) []client.Object
	}{
		"at once":         {"whoever deletes the namespace deletes nothing before", func(inhabitants) []client.Object { return nil }},
		"tenants first":   {"a tenant does not wait for what is not being deleted", func(in inhabitants) []client.Object { return asObjects(in.tenants) }},
		"operators first": {"people leave before their tenants", func(in inhabitants) []client.Object { return asObjects(in.operators) }},
		"groups and policies first": {"what people name leaves before them",
			func(in inhabitants) []client.Object { return append(asObjects(in.groups), asObjects(in.policies)...) }},
	} {
		for _, down := range []bool{false, true} {
			c := newCompany(t)
			in := settle(c)
			in.each(c, "Ready=True/Succeeded")
			c.store.SetDown(down)
			c.remove(tc.first(in)...)
			c.remove(c.itself())
			why := fmt.Sprintf("%s, store down %t: %s", name, down, tc.reason)
			departures = append(departures, departure{company: c, inhabitants: in, why: why, down: down})
		}
	}
	for _, d := range departures {
		if d.down {
			d.stay(d.company)
			d.store.SetDown(false)
		}
	}
	for _, d := range departures {
		t.Run(d.why, func(t *testing.T) {
			c := d.within(t)
			vanishes(c)
			d.offboarded(c)
		})
	}
}

func TestNamespaceGoesWhoseObjectsWereNeverStored(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.store.SetDown(true)
	in := inhabitants{
		tenants:   []*v1alpha1.Tenant{testkit.Tenant(c.namespace, "north")},
		groups:    []*v1alpha1.Group{testkit.Group(c.namespace, "sales", "south")},
		operators: []*v1alpha1.Operator{testkit.Operator(c.namespace, "worker-1")},
	}
	c.create(in.tenants[0], in.groups[0], in.operators[0])
	in.each(c, "Ready=False/StoreUnavailable")
	c.remove(c.itself())
	in.stay(c)
	c.store.SetDown(false)
	vanishes(c)
	if _, found := stored(c, c.store.People(), roster.NewPersonKey(c.namespace, "worker-1")); found {
		t.Error("who was never stored leaves no record either, and there is one")
	}
}
