// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	toolscache "k8s.io/client-go/tools/cache"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/snapshot"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/storetest/faults"
)

// island is a company with its manager and its store in this process: objects in a map stand for the API server, and passes are made one
// by one, in whatever order the dice say.
type island struct {
	random  *rand.Rand
	clock   *clocktesting.FakeClock
	store   *faults.Store
	memory  *memory.Store
	objects map[objectName]client.Object
	uids    int
	// steps are what was done, for people.
	steps []string

	shared  *Shared
	sweeper *Sweeper
	tenants tenants
	people  operators
	indexes map[string]toolscache.Indexer

	// removals are what the model knows of those who were removed, by tenant.
	removals map[string]*ledgerOf
	// lost are people whose record somebody removed by hand, or who were removed or purged as they should be; ids are what the store called
	// each, by user name.
	ids map[string]string
	// leavingForGood are those whose object was being deleted by the policy Delete as the pass began.
	leavingForGood []string
	wrong          []string
}

// ledgerOf is the model's own count of a tenant's removals.
type ledgerOf struct {
	began      time.Time
	live, gone int
	// spent is how many may have gone by the budgets there were, at most.
	spent         int
	confirmations map[string]int
}

// world is what the store has.
type world struct {
	people  map[string]store.Stored[roster.Person]
	tenants map[string]roster.TenantRecord
}

// live counts who is live in a tenant.
func (w world) live(tenant string) int {
	live := 0
	for _, p := range w.people {
		if p.Value.LiveMember(tenant) {
			live++
		}
	}
	return live
}

func (w world) administered(tenant string) bool {
	for _, p := range w.people {
		if p.Value.AdministratorOf(tenant) {
			return true
		}
	}
	return false
}

func newIsland(seed uint64) *island {
	w := &island{
		random: rand.New(rand.NewPCG(seed, 0)), clock: clocktesting.NewFakeClock(time.Date(2031, 2, 3, 12, 0, 0, 0, time.UTC)),
		memory: memory.New(), objects: map[objectName]client.Object{}, removals: map[string]*ledgerOf{}, ids: map[string]string{},
	}
	w.store = faults.Wrap(w.memory)
	w.boot()
	return w
}

// boot starts a manager that knows nothing but what objects and store say.
func (w *island) boot() {
	w.indexes = map[string]toolscache.Indexer{}
	for kind, indexes := range snapshot.Indexes {
		w.indexes[kind] = toolscache.NewIndexer(toolscache.MetaNamespaceKeyFunc, indexes)
	}
	w.shared = &Shared{
		Directory:    snapshot.Over(w.indexes[kindTenant], w.indexes[kindGroup], w.indexes[kindOperator], w.indexes[kindPolicy]),
		Provisioner:  provision.New(w.store, provision.NewIdentity(w.store), provision.NewWriter(w.store, "one", nil)),
		Installation: "one", Clock: w.clock, Live: alive{w},
	}
	w.shared.prepare()
	w.sweeper = &Sweeper{Shared: w.shared, Store: w.store, Company: island1}
	w.tenants, w.people = tenants{w.shared, newGrouping()}, operators{w.shared, newGrouping()}
	for name, o := range w.objects {
		_ = w.indexes[name.kind].Add(o)
	}
}

// island1 is the company's name.
const island1 = "island"

// alive is the API server to whoever asks it itself.
type alive struct{ *island }

// Get implements client.Reader.
func (a alive) Get(_ context.Context, key client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	kind := into.GetObjectKind().GroupVersionKind().Kind
	if kind == "Namespace" {
		return nil
	}
	if _, there := a.objects[objectName{kind, key}]; !there {
		return apierrors.NewNotFound(schema.GroupResource{Resource: kind}, key.Name)
	}
	return nil
}

// List implements client.Reader.
func (alive) List(context.Context, client.ObjectList, ...client.ListOption) error {
	return errors.New("nothing lists past the cache")
}

func nameIn(kind, name string) objectName {
	return objectName{kind, types.NamespacedName{Namespace: island1, Name: name}}
}

// apply makes an object what it should be, as kubectl apply does, and keeps the status of one that is there.
func (w *island) apply(kind string, o client.Object) {
	name := nameIn(kind, o.GetName())
	o.SetNamespace(island1)
	if before, there := w.objects[name]; there {
		if before.GetDeletionTimestamp() != nil {
			return
		}
		o.SetUID(before.GetUID())
		o.SetCreationTimestamp(before.GetCreationTimestamp())
		o.SetGeneration(before.GetGeneration() + 1)
		keepStatus(before, o)
	} else {
		w.uids++
		o.SetUID(types.UID(fmt.Sprint("uid-", w.uids)))
		o.SetGeneration(1)
		o.SetCreationTimestamp(metav1.NewTime(w.clock.Now()))
		observed, _ := o.(lifecycle.Object).LifecycleStatus()
		*observed = -1
	}
	w.show(name, o)
}

func keepStatus(from, to client.Object) {
	switch from := from.(type) {
	case *v1alpha1.Tenant:
		to.(*v1alpha1.Tenant).Status = *from.Status.DeepCopy()
	case *v1alpha1.Operator:
		to.(*v1alpha1.Operator).Status = *from.Status.DeepCopy()
	}
}

func (w *island) show(name objectName, o client.Object) {
	w.objects[name] = o
	_ = w.indexes[name.kind].Update(o)
}

func (w *island) vanish(name objectName) {
	if o, there := w.objects[name]; there {
		delete(w.objects, name)
		_ = w.indexes[name.kind].Delete(o)
	}
}

// remove begins to delete an object.
func (w *island) remove(name objectName) {
	if o, there := w.objects[name]; there && o.GetDeletionTimestamp() == nil {
		leaving := o.DeepCopyObject().(client.Object)
		now := metav1.NewTime(w.clock.Now())
		leaving.SetDeletionTimestamp(&now)
		w.show(name, leaving)
	}
}

// pass makes one pass over a name, and looks at what it did to people.
func (w *island) pass(name objectName) {
	before := w.world()
	w.leavingForGood = nil
	for _, o := range w.objects {
		if operator, is := o.(*v1alpha1.Operator); is && operator.DeletionTimestamp != nil && operator.Spec.DeletionPolicy == v1alpha1.OperatorDeletionPolicyDelete {
			w.leavingForGood = append(w.leavingForGood, operator.Spec.UserName)
		}
	}
	r := &settling{Shared: w.shared, kind: name.kind, next: passer{w, name}}
	_, _ = r.Reconcile(context.Background(), reconcile.Request{NamespacedName: name.NamespacedName})
	w.watch(before, w.world())
}

// world is what the store has, past every fault of it.
func (w *island) world() world {
	is := world{w.stored(), map[string]roster.TenantRecord{}}
	for stored, err := range w.memory.Tenants().List(context.Background(), island1) {
		if err == nil {
			is.tenants[stored.Value.Tenant] = stored.Value
		}
	}
	return is
}

// passer does what lifecycle does of a pass.
type passer struct {
	*island
	name objectName
}

// Reconcile implements reconcile.Reconciler.
func (p passer) Reconcile(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
	o, there := p.objects[p.name]
	if !there {
		return reconcile.Result{}, nil
	}
	after := o.DeepCopyObject().(lifecycle.Object)
	var report lifecycle.Report
	var err error
	switch o := after.(type) {
	case *v1alpha1.Tenant:
		report, err = oneOf(ctx, lifecycle.Kind[*v1alpha1.Tenant](p.tenants), o)
	case *v1alpha1.Operator:
		report, err = oneOf(ctx, lifecycle.Kind[*v1alpha1.Operator](p.people), o)
	}
	if o.GetDeletionTimestamp() != nil {
		if err == nil {
			p.vanish(p.name)
		}
		return reconcile.Result{}, nil
	}
	if errors.Is(err, context.Canceled) {
		return reconcile.Result{}, nil
	}
	observed, conditions := after.LifecycleStatus()
	*observed = after.GetGeneration()
	if report.Conditions != nil {
		*conditions = report.Conditions
	}
	p.show(p.name, after)
	return reconcile.Result{}, nil
}

func oneOf[T lifecycle.Object](ctx context.Context, kind lifecycle.Kind[T], o T) (lifecycle.Report, error) {
	switch {
	case o.GetDeletionTimestamp() != nil:
		return kind.Remove(ctx, o)
	case o.IsSuspended():
		_, err := kind.Pending(ctx, o)
		return lifecycle.Report{}, err
	}
	return kind.Sync(ctx, o)
}

// names are those of all objects, and of the owners of what is left, in a random order.
func (w *island) names() []objectName {
	named := map[objectName]bool{}
	for name := range w.objects {
		named[name] = true
	}
	for owner := range w.shared.leavers.of {
		named[nameIn(owner.Kind, owner.Name)] = true
	}
	for _, record := range w.shared.holds.all(island1) {
		named[nameIn(record.owner.Kind, record.owner.Name)] = true
	}
	list := slices.SortedFunc(maps.Keys(named), func(a, b objectName) int {
		return slices.Compare([]string{a.kind, a.Name}, []string{b.kind, b.Name})
	})
	w.random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// rest makes passes and sweeps until nothing more happens.
func (w *island) rest() {
	w.store.SetDown(false)
	for range 12 {
		before := fmt.Sprint(w.stored(), w.digests())
		for _, name := range w.names() {
			w.pass(name)
		}
		if err := w.sweeper.sweepCompany(context.Background(), island1); err != nil {
			w.complain("a sweep failed: %v", err)
		}
		for _, name := range w.names() {
			w.pass(name)
		}
		if fmt.Sprint(w.stored(), w.digests()) == before {
			return
		}
	}
	w.complain("12 rounds of passes and sweeps did not come to rest")
}

func (w *island) digests() map[objectName]string {
	all := map[objectName]string{}
	for name, o := range w.objects {
		_, conditions := o.(lifecycle.Object).LifecycleStatus()
		for _, c := range *conditions {
			all[name] += c.Type + string(c.Status) + c.Reason + " "
		}
	}
	return all
}

func (w *island) complain(format string, args ...any) {
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

// stored are the people in the store, by user name.
func (w *island) stored() map[string]store.Stored[roster.Person] {
	all := map[string]store.Stored[roster.Person]{}
	for stored, err := range w.memory.People().List(context.Background(), island1) {
		if err == nil {
			all[stored.Value.User.UserName] = stored
		}
	}
	return all
}

// declares tells who declares a person: a live object, or none.
func (w *island) declares(userName string) *v1alpha1.Operator {
	for _, o := range w.objects {
		if operator, is := o.(*v1alpha1.Operator); is && operator.Spec.UserName == userName && operator.DeletionTimestamp == nil {
			return operator
		}
	}
	return nil
}

func isHeld(o *v1alpha1.Operator) bool {
	return meta.IsStatusConditionTrue(o.Status.Conditions, v1alpha1.ConditionHeld) || meta.IsStatusConditionTrue(o.Status.Conditions, v1alpha1.ConditionConflict)
}
