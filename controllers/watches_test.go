// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/snapshot"
	"github.com/roster-dev/roster/internal/testkit"
)

// watching are the watches over a cache that holds objects.
func watching(t *testing.T, objects ...client.Object) watches {
	t.Helper()
	indexers := map[string]toolscache.Indexer{}
	for kind, indexes := range snapshot.Indexes {
		indexers[kind] = toolscache.NewIndexer(toolscache.MetaNamespaceKeyFunc, indexes)
	}
	for _, o := range objects {
		if err := indexers[kindOf(o)].Add(o); err != nil {
			t.Fatal(err)
		}
	}
	return watches{&Shared{Directory: snapshot.Over(indexers[kindTenant], indexers[kindGroup], indexers[kindOperator], indexers[kindPolicy])}}
}

// kindOf is the kind of an object, as stamps name it.
func kindOf(o client.Object) string {
	switch o.(type) {
	case *v1alpha1.Tenant:
		return kindTenant
	case *v1alpha1.Group:
		return kindGroup
	case *v1alpha1.ChannelPolicy:
		return kindPolicy
	}
	return kindOperator
}

// around is the world in which things change: two tenants, a group and a policy each, and four people, of whom lead leads the
// team {worker} in sales.
func around() []client.Object {
	return []client.Object{
		testkit.Tenant("acme", "sales"), testkit.Tenant("acme", "care"),
		testkit.Group("acme", "desk", "sales"), testkit.Group("acme", "hall", "care"),
		lead(), worker(), testkit.Operator("acme", "nurse", testkit.InTenant("care", testkit.InGroups("hall"))), testkit.Operator("acme", "guest"),
		testkit.Operator("other", "worker", testkit.InTenant("sales", testkit.InGroups("desk"))),
		workersPolicy(),
		testkit.ChannelPolicy("acme", "of-desk", "sales", testkit.For(v1alpha1.PolicySubject{Group: "desk"})),
		testkit.ChannelPolicy("acme", "of-worker", "care", testkit.For(v1alpha1.PolicySubject{Operator: "worker"})),
	}
}

func lead() *v1alpha1.Operator {
	return testkit.Operator("acme", "lead", testkit.InTenant("sales", testkit.Leading("worker")))
}

func worker() *v1alpha1.Operator {
	return testkit.Operator("acme", "worker", testkit.InTenant("sales", testkit.As(v1alpha1.RoleWorker), testkit.InGroups("desk")))
}

func workersPolicy() *v1alpha1.ChannelPolicy {
	return testkit.ChannelPolicy("acme", "workers", "sales", testkit.For(v1alpha1.PolicySubject{Role: v1alpha1.RoleWorker}))
}

// going is an object as it is while it is being deleted.
func going[T client.Object](o T) T {
	o.SetDeletionTimestamp(&metav1.Time{Time: time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)})
	return o
}

// edited is an object after an edit of its spec.
func edited[T client.Object](o T, changes ...func(T)) T {
	o.SetGeneration(o.GetGeneration() + 1)
	for _, change := range changes {
		change(o)
	}
	return o
}

// change is a change of an object, and who is touched by it.
type change[T object] struct {
	name, reason  string
	before, after T
	want          []string
}

// check checks changes against one of the watches; names are those in the company acme.
func check[T object](t *testing.T, by touched[T], changes []change[T]) {
	t.Helper()
	for _, tc := range changes {
		t.Run(tc.name, func(t *testing.T) {
			t.Helper()
			if diff := cmp.Diff(tc.want, sortedOnce(by(tc.before, tc.after))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func sortedOnce(touched []types.NamespacedName) []string {
	var found []string
	for _, n := range touched {
		if n.Namespace == "acme" {
			found = append(found, n.Name)
			continue
		}
		found = append(found, n.String())
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func TestWhoIsTouchedByATenant(t *testing.T) {
	w := watching(t, around()...)
	sales := func(changes ...func(*v1alpha1.Tenant)) *v1alpha1.Tenant {
		return testkit.Tenant("acme", "sales", changes...)
	}
	fewer := func(t *v1alpha1.Tenant) { t.Spec.Channels = t.Spec.Channels[:1] }
	strictly := func(t *v1alpha1.Tenant) { t.Spec.GroupPolicy.MaxPerOperator = new(int32(1)) }
	hidden := func(t *v1alpha1.Tenant) {
		t.Spec.Conversations.OthersMessages = v1alpha1.MessageVisibilityDenied
	}
	// of says who is touched where everybody concerned is: by coming, going, by what is granted and to whom if grants, and by what
	// shows in people only if people.
	of := func(grants, people bool, everybody ...string) []change[*v1alpha1.Tenant] {
		var byOffer, byRules []string
		if grants {
			byOffer = everybody
		}
		if people {
			byRules = everybody
		}
		return []change[*v1alpha1.Tenant]{
			{"created", "the reference resolves", nil, sales(), everybody},
			{"created going", "it never was there", nil, going(sales()), nil},
			{"its deletion begins", "it is not found any more", sales(), going(sales()), everybody},
			{"gone", "it was not found before", going(sales()), nil, nil},
			{"gone at once", "it had no finalizer", sales(), nil, everybody},
			{"other channels", "what is granted is cut otherwise", sales(), edited(sales(fewer)), byOffer},
			{"same channels in another order", "it is a set", sales(), edited(sales(func(t *v1alpha1.Tenant) { slices.Reverse(t.Spec.Channels) })), nil},
			{"another limit of groups", "who is in which group changes", sales(), edited(sales(strictly)), byOffer},
			{"other rules on conversations", "people see otherwise, and are granted the same", sales(), edited(sales(hidden)), byRules},
			{"other channels while going", "nobody gets anything from it", going(sales()), going(edited(sales(fewer))), nil},
			{"another name to show", "nothing of it is compiled", sales(), edited(sales(func(t *v1alpha1.Tenant) { t.Spec.DisplayName = "S" })), nil},
			{"suspended", "its own record is concerned only", sales(), edited(sales(func(t *v1alpha1.Tenant) { t.Spec.Suspend = true })), nil},
			{"status", "it is our own write", sales(), sales(func(t *v1alpha1.Tenant) { t.Status.SyncedDigest = "x" }), nil},
			{"in another company", "nothing crosses its border", nil, testkit.Tenant("third", "sales"), nil},
		}
	}
	t.Run("operators", func(t *testing.T) { check(t, w.operatorsByTenant, of(true, true, "lead", "worker")) })
	t.Run("policies", func(t *testing.T) { check(t, w.policiesByTenant, of(true, false, "of-desk", "workers")) })
	t.Run("groups", func(t *testing.T) { check(t, w.groupsByTenant, of(false, false, "desk")) })
}

func TestWhoIsTouchedByAGroup(t *testing.T) {
	desk := func(changes ...func(*v1alpha1.Group)) *v1alpha1.Group {
		return testkit.Group("acme", "desk", "sales", changes...)
	}
	of := func(everybody ...string) []change[*v1alpha1.Group] {
		return []change[*v1alpha1.Group]{
			{"created", "the reference resolves", nil, desk(), everybody},
			{"its deletion begins", "it is found until it is gone", desk(), going(desk()), nil},
			{"gone", "it is not found any more", going(desk()), nil, everybody},
			{"other channels", "nothing of it is compiled into anybody", desk(), edited(desk(func(g *v1alpha1.Group) { g.Spec.Channels = []v1alpha1.Channel{v1alpha1.ChannelChat} })), nil},
			{"suspended", "it is still there", desk(), edited(desk(func(g *v1alpha1.Group) { g.Spec.Suspend = true })), nil},
			{"status", "it is our own write", desk(), desk(func(g *v1alpha1.Group) { g.Status.SyncedDigest = "x" }), nil},
		}
	}
	w := watching(t, around()...)
	t.Run("operators", func(t *testing.T) { check(t, w.operatorsByGroup, of("worker")) })
	t.Run("policies", func(t *testing.T) { check(t, w.policiesByGroup, of("of-desk")) })
	t.Run("tenants", func(t *testing.T) { check(t, w.tenantsByGroup, of("sales")) })
	t.Run("tenants that are there", func(t *testing.T) {
		check(t, w.leavingTenantsByGroup, []change[*v1alpha1.Group]{{"gone", "a tenant that stays waits for nobody", going(desk()), nil, nil}})
	})
	leaving := watching(t, going(testkit.Tenant("acme", "sales")))
	t.Run("tenants that are leaving", func(t *testing.T) {
		check(t, leaving.leavingTenantsByGroup, []change[*v1alpha1.Group]{
			{"gone", "the tenant waits for that", going(desk()), nil, []string{"sales"}},
			{"its deletion begins", "the tenant has to wait now", desk(), going(desk()), []string{"sales"}},
			{"live", "a tenant does not wait for what stays", desk(), edited(desk()), nil},
		})
	})
}

func TestWhoIsTouchedByAPolicy(t *testing.T) {
	to := func(s v1alpha1.PolicySubject) func(*v1alpha1.ChannelPolicy) {
		return func(p *v1alpha1.ChannelPolicy) { p.Spec.Subjects = []v1alpha1.PolicySubject{s} }
	}
	policy := func(changes ...func(*v1alpha1.ChannelPolicy)) *v1alpha1.ChannelPolicy {
		p := workersPolicy()
		for _, change := range changes {
			change(p)
		}
		return p
	}
	phone := testkit.Granting(v1alpha1.ChannelPhone)
	w := watching(t, around()...)
	check(t, w.operatorsByPolicy, []change[*v1alpha1.ChannelPolicy]{
		{"created", "it grants to those it matches", nil, policy(), []string{"worker"}},
		{"its deletion begins", "it grants nothing any more", policy(), going(policy()), []string{"worker"}},
		{"gone", "it granted nothing before", going(policy()), nil, nil},
		{"gone at once", "it had no finalizer", policy(), nil, []string{"worker"}},
		{"another channel", "those it matches get another one", policy(), edited(policy(phone)), []string{"worker"}},
		{"a capacity", "those it matches are capped", policy(), edited(policy(func(p *v1alpha1.ChannelPolicy) { p.Spec.Capacity = &v1alpha1.Capacity{MaxConcurrent: 3} })), []string{"worker"}},
		{"another role", "who matched and who matches", policy(), edited(policy(to(v1alpha1.PolicySubject{Role: v1alpha1.RoleManager}))), []string{"lead", "worker"}},
		{"everybody of the tenant", "the others of the tenant are not concerned", policy(), edited(policy(to(v1alpha1.PolicySubject{Group: "general"}))), []string{"lead", "worker"}},
		{"somebody of another tenant", "there is no entry to grant to", nil, policy(to(v1alpha1.PolicySubject{Operator: "nurse"})), nil},
		{"a group that is missing", "it matches nobody", nil, policy(to(v1alpha1.PolicySubject{Group: "absent"})), nil},
		{"a label nobody has", "it matches nobody", nil, policy(to(v1alpha1.PolicySubject{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"a": "b"}}})), nil},
		{"suspended", "what it grants stays", policy(), edited(policy(func(p *v1alpha1.ChannelPolicy) { p.Spec.Suspend = true })), nil},
		{"status", "it is our own write", policy(), policy(func(p *v1alpha1.ChannelPolicy) { p.Status.SyncedDigest = "x" }), nil},
		{"labels", "nothing of them is compiled", policy(), policy(func(p *v1alpha1.ChannelPolicy) { p.Labels = map[string]string{"a": "b"} }), nil},
	})
	leaving := watching(t, going(testkit.Tenant("acme", "sales")))
	t.Run("tenants that are leaving", func(t *testing.T) {
		check(t, leaving.leavingTenantsByPolicy, []change[*v1alpha1.ChannelPolicy]{
			{"gone", "the tenant waits for that", going(policy()), nil, []string{"sales"}},
			{"live", "a tenant does not wait for what stays", policy(), edited(policy()), nil},
		})
	})
}

func TestWhoIsTouchedByAnOperator(t *testing.T) {
	w := watching(t, around()...)
	inCare := func(o *v1alpha1.Operator) {
		o.Spec.Tenants = nil
		testkit.InTenant("care", testkit.InGroups("hall"))(o)
	}
	asManager := func(o *v1alpha1.Operator) { o.Spec.Tenants[0].Role = v1alpha1.RoleManager }
	written := worker()
	written.Status.SyncedDigest = "x"
	labelled := worker()
	labelled.Labels = map[string]string{"shift": "night"}
	active := worker()
	active.Status.State = v1alpha1.OperatorStateActive

	// Who counts the worker: sales, desk and the policies that match; who names the worker: lead, and the policy of-worker.
	type who struct{ leaders, tenants, groups, policies []string }
	lead, sales, desk := []string{"lead"}, []string{"sales"}, []string{"desk"}
	for _, tc := range []struct {
		name, reason  string
		before, after *v1alpha1.Operator
		want          who
	}{
		{"created", "references to him resolve, and he counts", nil, worker(), who{lead, sales, desk, []string{"of-desk", "of-worker", "workers"}}},
		{"his deletion begins", "references to him do not resolve; he counts until he is gone", worker(), going(worker()), who{lead, sales, desk, []string{"of-worker"}}},
		{"gone", "he does not count any more", going(worker()), nil, who{lead, sales, desk, []string{"of-desk", "workers"}}},
		{"gone at once", "he had no finalizer", worker(), nil, who{lead, sales, desk, []string{"of-desk", "of-worker", "workers"}}},
		{"another tenant", "the old and the new one count", worker(), edited(worker(), inCare), who{lead, []string{"care", "sales"}, []string{"desk", "hall"}, []string{"of-desk", "of-worker", "workers"}}},
		{"another role", "who leads him may, and policies match him otherwise", worker(), edited(worker(), asManager), who{lead, sales, desk, []string{"workers"}}},
		{"other labels", "policies may match him otherwise, and none does", worker(), labelled, who{nil, sales, desk, nil}},
		{"another state", "states are counted", worker(), active, who{nil, sales, desk, nil}},
		{"status", "it is our own write", worker(), written, who{}},
		{"nobody's teammate", "no team, tenant or group names him", nil, testkit.Operator("acme", "guest"), who{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := who{
				leaders: sortedOnce(w.operatorsByOperator(tc.before, tc.after)), tenants: sortedOnce(w.tenantsByOperator(tc.before, tc.after)),
				groups: sortedOnce(w.groupsByOperator(tc.before, tc.after)), policies: sortedOnce(w.policiesByOperator(tc.before, tc.after)),
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(who{})); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

// TestWhoAdministersTheCompanyTouchesAllItsTenants: a company administrator is Administrator of each, with or without an entry.
func TestWhoAdministersTheCompanyTouchesAllItsTenants(t *testing.T) {
	w := watching(t, append(around(), testkit.Tenant("other", "sales"))...)
	boss := func(changes ...func(*v1alpha1.Operator)) *v1alpha1.Operator {
		return testkit.Operator("acme", "boss", append([]func(*v1alpha1.Operator){func(o *v1alpha1.Operator) { o.Spec.CompanyAdministrator = true }}, changes...)...)
	}
	inactive := func(o *v1alpha1.Operator) { o.Spec.Active = new(false) }
	plain := func(o *v1alpha1.Operator) { o.Spec.CompanyAdministrator = false }
	titled := func(o *v1alpha1.Operator) { o.Spec.Profile.Title = "Head" }
	all := []string{"care", "sales"}
	check(t, w.tenantsByOperator, []change[*v1alpha1.Operator]{
		{"comes", "each has an Administrator", nil, boss(), all},
		{"comes deactivated", "nobody is there for them", nil, boss(inactive), nil},
		{"is deactivated", "each may have none", boss(), edited(boss(inactive)), all},
		{"is activated again", "each has one", boss(inactive), edited(boss()), all},
		{"is company administrator no more", "each may have none", boss(), edited(boss(plain)), all},
		{"leaves", "each may have none", boss(), going(boss()), all},
		{"is gone", "it was so before", going(boss()), nil, nil},
		{"has another title", "it concerns no tenant", boss(), edited(boss(titled)), nil},
	})
}

func TestNobodyInAnotherCompanyIsTouched(t *testing.T) {
	w := watching(t, around()...)
	other := testkit.Operator("other", "worker", testkit.InTenant("sales", testkit.InGroups("desk")))
	for name, got := range map[string][]types.NamespacedName{
		"operators by operator": w.operatorsByOperator(nil, other),
		"tenants by operator":   w.tenantsByOperator(nil, other),
		"groups by operator":    w.groupsByOperator(nil, other),
		"policies by operator":  w.policiesByOperator(nil, other),
		"operators by tenant":   w.operatorsByTenant(nil, testkit.Tenant("other", "sales")),
		"operators by group":    w.operatorsByGroup(nil, testkit.Group("other", "desk", "sales")),
		"operators by policy":   w.operatorsByPolicy(nil, testkit.ChannelPolicy("other", "workers", "sales", testkit.For(v1alpha1.PolicySubject{Group: "general"}))),
	} {
		for _, n := range got {
			if n.Namespace != "other" {
				t.Errorf("%s: a change in the company other should touch nobody in %s, touches %s", name, n.Namespace, n)
			}
		}
	}
}
