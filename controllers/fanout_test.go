// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"fmt"
	"math"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	toolscache "k8s.io/client-go/tools/cache"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/cache/informertest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/snapshot"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/storetest/faults"
	"github.com/roster-dev/roster/internal/testkit"
)

// crowd is a tenant with many people as the operators' controller sees it: the caches with their indexes, the watches that wake
// people, its queue, and a store in memory. There is no API server, and nobody else writes.
type crowd struct {
	operators
	t         testing.TB
	indexers  map[string]toolscache.Indexer
	informers *informertest.FakeInformers
	queue     priorityqueue.PriorityQueue[reconcile.Request]
	store     *faults.Store
}

// newCrowd is a tenant "sales" of so many people, all of them stored. Of every hundred two are in the group desk, one is Manager and
// leads the next two, one works nights, and one is a Worker with a permission.
func newCrowd(t testing.TB, people int) *crowd {
	t.Helper()
	s := faults.Wrap(memory.New())
	c := &crowd{
		t: t, store: s, indexers: map[string]toolscache.Indexer{},
		queue: priorityqueue.New[reconcile.Request]("crowd"),
	}
	t.Cleanup(c.queue.ShutDown)
	for kind, indexes := range snapshot.Indexes {
		c.indexers[kind] = toolscache.NewIndexer(toolscache.MetaNamespaceKeyFunc, indexes)
	}
	c.operators = operators{grouping: newGrouping(), Shared: &Shared{
		Directory:    snapshot.Over(c.indexers[kindTenant], c.indexers[kindGroup], c.indexers[kindOperator], c.indexers[kindPolicy]),
		Provisioner:  provision.New(s, provision.NewIdentity(s), provision.NewWriter(s, "one", nil)),
		Installation: "one", Clock: clock.RealClock{},
	}}
	c.listen()
	c.change(nil, testkit.Tenant("acme", "sales"), testkit.Tenant("acme", "care"), testkit.Group("acme", "desk", "sales"),
		testkit.ChannelPolicy("acme", "everybody", "sales", testkit.For(v1alpha1.PolicySubject{Group: v1alpha1.GeneralGroup})))
	for i := range people {
		c.change(nil, somebody(i))
	}
	c.passes()
	for i := range people {
		c.pass(c.named(fmt.Sprintf("person-%d", i)))
	}
	s.Reset()
	return c
}

// somebody is the person of that number.
func somebody(number int) *v1alpha1.Operator {
	name := func(n int) string { return fmt.Sprintf("person-%d", n) }
	o := testkit.Operator("acme", name(number))
	var entry []func(*v1alpha1.OperatorTenant)
	switch number % 100 {
	case 0, 1:
		entry = append(entry, testkit.InGroups("desk"))
	case 2:
		entry = append(entry, testkit.Leading(name(number+1), name(number+2)))
	case 5:
		o.Labels = map[string]string{"shift": "night"}
	case 6:
		entry = append(entry, func(e *v1alpha1.OperatorTenant) {
			e.Permissions = []v1alpha1.Permission{v1alpha1.PermissionViewSessions}
		})
	}
	testkit.InTenant("sales", entry...)(o)
	o.Generation = 1
	return o
}

// listen starts the watches of the operators' controller.
func (c *crowd) listen() {
	c.t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		c.t.Fatal(err)
	}
	c.informers = &informertest.FakeInformers{Scheme: scheme}
	for _, waker := range (watches{c.Shared}).wakingOperators(c.informers, c.grouping) {
		if err := waker.Start(c.t.Context(), c.queue); err != nil {
			c.t.Fatal(err)
		}
		if err := waker.(source.SyncingSource).WaitForSync(c.t.Context()); err != nil {
			c.t.Fatal(err)
		}
	}
}

// change puts objects into the caches, in the place of before if that is not nil, and tells the watches.
func (c *crowd) change(before client.Object, objects ...client.Object) {
	c.t.Helper()
	for _, o := range objects {
		informer, err := c.informers.FakeInformerFor(c.t.Context(), o)
		if err != nil {
			c.t.Fatal(err)
		}
		if err := c.indexers[kindOf(o)].Update(o); err != nil {
			c.t.Fatal(err)
		}
		if before != nil {
			informer.Update(before, o)
			continue
		}
		informer.Add(o)
	}
}

// leave takes an object out of the caches.
func (c *crowd) leave(o client.Object) {
	c.t.Helper()
	informer, err := c.informers.FakeInformerFor(c.t.Context(), o)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.indexers[kindOf(o)].Delete(o); err != nil {
		c.t.Fatal(err)
	}
	informer.Delete(o)
}

// passes makes the passes that are due, and counts them.
func (c *crowd) passes() int {
	c.t.Helper()
	last := reconcile.Request{NamespacedName: types.NamespacedName{Name: "last in line"}}
	c.queue.AddWithOpts(priorityqueue.AddOpts{Priority: new(math.MinInt)}, last)
	made := 0
	for {
		request, _, down := c.queue.GetWithPriority()
		c.queue.Done(request)
		if down || request == last {
			return made
		}
		c.pass(c.named(request.Name))
		made++
	}
}

func (c *crowd) named(name string) *v1alpha1.Operator {
	c.t.Helper()
	o, found, err := c.indexers[kindOperator].GetByKey("acme/" + name)
	if err != nil || !found {
		c.t.Fatalf("%s should be in the cache (%v)", name, err)
	}
	return o.(*v1alpha1.Operator)
}

// pass makes one pass over an operator of the cache, and keeps the status.
func (c *crowd) pass(cached *v1alpha1.Operator) {
	c.t.Helper()
	o := cached.DeepCopy()
	_, _ = c.Sync(c.t.Context(), o) // A reference that is missing is told by an error, and is no trouble here.
	o.Status.ObservedGeneration = o.Generation
	if err := c.indexers[kindOperator].Update(o); err != nil {
		c.t.Fatal(err)
	}
}

// TestAChangeRecompilesOnlyThePeopleItTouches in a tenant of 10,000.
func TestAChangeRecompilesOnlyThePeopleItTouches(t *testing.T) {
	const people = 10_000
	const inDesk, managers, nights, permitted = people / 50, people / 100, people / 100, people / 100
	c := newCrowd(t, people)
	policy := func(changes ...func(*v1alpha1.ChannelPolicy)) *v1alpha1.ChannelPolicy {
		return testkit.ChannelPolicy("acme", "some", "sales", append([]func(*v1alpha1.ChannelPolicy){testkit.Granting(v1alpha1.ChannelPhone)}, changes...)...)
	}
	to := func(s v1alpha1.PolicySubject) func(*v1alpha1.ChannelPolicy) { return testkit.For(s) }
	capped := func(p *v1alpha1.ChannelPolicy) { p.Spec.Capacity = &v1alpha1.Capacity{MaxConcurrent: 2} }
	desk, manager := to(v1alpha1.PolicySubject{Group: "desk"}), to(v1alpha1.PolicySubject{Role: v1alpha1.RoleManager})
	night := to(v1alpha1.PolicySubject{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"shift": "night"}}})
	tenant := func(changes ...func(*v1alpha1.Tenant)) *v1alpha1.Tenant {
		return testkit.Tenant("acme", "sales", changes...)
	}
	additive := func(t *v1alpha1.Tenant) { t.Spec.RolePolicy = v1alpha1.RolePolicyAdditive }
	shown := func(t *v1alpha1.Tenant) { t.Spec.DisplayName = "Sales" }
	denied := func(t *v1alpha1.Tenant) {
		t.Spec.Conversations.OthersMessages = v1alpha1.MessageVisibilityDenied
	}
	second := testkit.Group("acme", "second", "sales")
	mate := somebody(3)
	demoted := edited(somebody(3), func(o *v1alpha1.Operator) { o.Spec.Tenants[0].Role = v1alpha1.RoleAdministrator })
	for _, tc := range []struct {
		name, reason     string
		change           func()
		compiled, stored int
	}{
		{"a policy for a group", "its members", func() { c.change(nil, policy(desk)) }, inDesk, inDesk},
		{"a cap on it", "its members", func() { c.change(policy(desk), policy(desk, capped)) }, inDesk, inDesk},
		{"the policy is for a role instead", "who had it and who gets it", func() { c.change(policy(desk, capped), policy(manager)) }, inDesk + managers, inDesk + managers},
		{"and for labels", "who had it and who gets it", func() { c.change(policy(manager), policy(night)) }, managers + nights, managers + nights},
		{"for one person", "who had it and the one", func() { c.change(policy(night), policy(to(v1alpha1.PolicySubject{Operator: "person-7"}))) }, nights + 1, nights + 1},
		{"for nobody", "the one", func() { c.change(policy(to(v1alpha1.PolicySubject{Operator: "person-7"})), policy()) }, 1, 1},
		{"the policy goes", "it granted nothing", func() { c.leave(policy()) }, 0, 0},
		{"a policy of another tenant", "nobody has an entry there", func() { c.change(nil, testkit.ChannelPolicy("acme", "far", "care", manager)) }, 0, 0},
		{"a teammate is Administrator now", "who leads him, beside his own pass", func() { c.change(mate, demoted); c.pass(demoted) }, 1, 2},
		{"a second group", "nobody names it", func() { c.change(nil, second) }, 0, 0},
		{"the second group goes", "nobody names it", func() { c.leave(second) }, 0, 0},
		{"the only group goes, and is declared still", "who declares it", func() { c.leave(testkit.Group("acme", "desk", "sales")) }, inDesk, 0},
		{"it comes back", "who declares it", func() { c.change(nil, testkit.Group("acme", "desk", "sales")) }, inDesk, 0},
		{"another name of the tenant", "it shows in nobody", func() { c.change(tenant(), tenant(shown)) }, 0, 0},
		{"Workers may hold permissions", "everybody may, and those with one are written", func() { c.change(tenant(shown), tenant(shown, additive)) }, people, permitted},
		{"others' messages are hidden", "everybody's status says so, and one fact of the tenant is stored", func() { c.change(tenant(shown, additive), tenant(shown, additive, denied)) }, people, 0},
	} {
		c.store.Reset()
		tc.change()
		compiled, calls := c.passes(), c.store.Counts()
		t.Logf("%s: %d of %d people compiled, %d records written, %d read", tc.name, compiled, people, calls.Changed, calls.Gets+calls.Lists)
		if compiled != tc.compiled {
			t.Errorf("%s: it touches %s, so %d people should be compiled, %d were", tc.name, tc.reason, tc.compiled, compiled)
		}
		if calls.Puts != tc.stored || calls.Changed != tc.stored || calls.Gets+calls.Lists != 0 {
			t.Errorf("%s: %d records of people should be written and none read, got %+v", tc.name, tc.stored, calls)
		}
	}
	c.store.Reset()
	for i := range people {
		c.pass(c.named(fmt.Sprintf("person-%d", i)))
	}
	if got := c.store.Counts(); got != (faults.Counts{}) {
		t.Errorf("whoever was not woken by all these changes should come to what is stored already, got %+v", got)
	}
}

// BenchmarkAPolicyChangeInATenantOf10000 is from the event to the last record, where a hundredth of the people are touched.
func BenchmarkAPolicyChangeInATenantOf10000(b *testing.B) {
	c := newCrowd(b, 10_000)
	capped := func(most int32) *v1alpha1.ChannelPolicy {
		p := testkit.ChannelPolicy("acme", "some", "sales", testkit.For(v1alpha1.PolicySubject{Role: v1alpha1.RoleManager}))
		p.Spec.Capacity = &v1alpha1.Capacity{MaxConcurrent: most}
		return p
	}
	before := capped(1)
	c.change(nil, before)
	c.passes()
	b.ReportAllocs()
	var most int32
	for b.Loop() {
		after := capped(2 + most%2)
		most++
		c.change(before, after)
		if made := c.passes(); made != 100 {
			b.Fatalf("100 people should be compiled, %d were", made)
		}
		before = after
	}
}

// BenchmarkAPassOverEverybodyOfATenantOf10000 is what a change of the tenant costs that shows in everybody and writes nobody.
func BenchmarkAPassOverEverybodyOfATenantOf10000(b *testing.B) {
	c := newCrowd(b, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		for i := range 10_000 {
			c.pass(c.named(fmt.Sprintf("person-%d", i)))
		}
	}
}
