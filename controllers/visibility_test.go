// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/snapshot"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/storetest/faults"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/translate"
)

// writing are controllers over a store in memory and a cache that holds objects, of which others can take their place.
type writing struct {
	*Shared
	t     *testing.T
	store *faults.Store
	world map[string]client.Object
}

func writingTo(t *testing.T, objects ...client.Object) *writing {
	t.Helper()
	s := faults.Wrap(memory.New())
	w := &writing{t: t, store: s, world: map[string]client.Object{}, Shared: &Shared{
		Provisioner:  provision.New(s, provision.NewIdentity(s), provision.NewWriter(s, "one", nil)),
		Installation: "one", Clock: clock.RealClock{},
	}}
	w.show(objects...)
	return w
}

// known is what a cache knows an object by.
func known(o client.Object) string { return fmt.Sprintf("%T %s", o, client.ObjectKeyFromObject(o)) }

// show makes the cache hold objects, besides what it held.
func (w *writing) show(objects ...client.Object) {
	w.t.Helper()
	for _, o := range objects {
		w.world[known(o)] = o
	}
	w.Directory = w.cache()
}

// hide takes an object out of the cache.
func (w *writing) hide(o client.Object) {
	w.t.Helper()
	delete(w.world, known(o))
	w.Directory = w.cache()
}

func (w *writing) cache() *snapshot.Snapshot {
	objects := make([]client.Object, 0, len(w.world))
	for _, o := range w.world {
		objects = append(objects, o)
	}
	return watching(w.t, objects...).Directory
}

// pass makes one pass over an object that the cache holds, with the status that lifecycle would write, and answers the reasons of its
// events.
func pass[T lifecycle.Object](w *writing, sync func(T) (lifecycle.Report, error), o T) []string {
	w.t.Helper()
	w.show(o)
	report, _ := sync(o)
	observed, _ := o.LifecycleStatus()
	*observed = o.GetGeneration()
	var reasons []string
	for _, e := range report.Events {
		if e.Type != "" || e.Message == "" {
			w.t.Errorf("a change of visibility should be told as a normal event with a sentence, got %+v", e)
		}
		reasons = append(reasons, e.Reason)
	}
	return reasons
}

// expect compares the reasons of a pass's events with those wanted.
func (w *writing) expect(why string, got []string, want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("%s (-want +got):\n%s", why, diff)
	}
}

const narrowed, widened = v1alpha1.ReasonVisibilityNarrowed, v1alpha1.ReasonVisibilityWidened

func TestATenantTellsWhenItsPeopleSeeMoreOrLess(t *testing.T) {
	w := writingTo(t)
	sync := func(tenant *v1alpha1.Tenant) (lifecycle.Report, error) {
		return tenants{w.Shared, newGrouping()}.Sync(t.Context(), tenant)
	}
	sales, desk := edited(testkit.Tenant("acme", "sales")), testkit.Group("acme", "desk", "sales")
	denied := func(t *v1alpha1.Tenant) {
		t.Spec.Conversations.OthersMessages = v1alpha1.MessageVisibilityDenied
	}

	w.expect("a new tenant changes nobody's view", pass(w, sync, sales))
	w.show(desk)
	w.expect("the first group of a tenant without people narrows nobody's", pass(w, sync, sales))
	w.hide(desk)
	w.expect("nor does the last widen it", pass(w, sync, sales))
	w.show(testkit.Operator("acme", "anna", testkit.InTenant("sales")))
	w.expect("who comes changes nobody's view", pass(w, sync, sales))
	w.show(desk)
	w.expect("the first group narrows", pass(w, sync, sales), narrowed)
	w.expect("it is told once", pass(w, sync, sales))
	w.show(testkit.Group("acme", "back", "sales"))
	w.expect("the second changes nothing", pass(w, sync, sales))
	w.expect("others' messages are hidden", pass(w, sync, edited(sales, denied)), narrowed)
	w.expect("another name to show concerns nobody's view", pass(w, sync, edited(sales, func(t *v1alpha1.Tenant) { t.Spec.DisplayName = "S" })))

	// A manager that restarts with other rules of compiling looks at every record again.
	sales.Status.SyncedDigest = "1:another:digest"
	w.expect("an upgrade changes nobody's view", pass(w, sync, sales))

	w.store.SetDown(true)
	w.hide(desk)
	w.hide(testkit.Group("acme", "back", "sales"))
	w.expect("nothing is written while the store is away", pass(w, sync, sales))
	w.store.SetDown(false)
	w.expect("the last group widens, once that is stored", pass(w, sync, sales), widened)

	if _, err := w.Provisioner.Retire(t.Context(), translate.Tenant(sales).Record.Key(), w.stamp(sales, kindTenant), false, provision.Leaving{Now: w.Clock.Now()}); err != nil {
		t.Fatal(err)
	}
	again := edited(testkit.Tenant("acme", "sales"))
	w.expect("a tenant that is made anew changes nobody's view", pass(w, sync, again))
}

func TestAnOperatorTellsWhenHisEditChangesWhatHeSees(t *testing.T) {
	open := testkit.Tenant("acme", "sales", func(t *v1alpha1.Tenant) {
		t.Spec.Conversations.UnassignedScope = v1alpha1.UnassignedScopeAll
	})
	w := writingTo(t, open, testkit.Group("acme", "desk", "sales"), worker())
	sync := func(o *v1alpha1.Operator) (lifecycle.Report, error) {
		return operators{w.Shared, newGrouping()}.Sync(t.Context(), o)
	}
	leading := func(team ...v1alpha1.ObjectName) func(*v1alpha1.Operator) {
		return func(o *v1alpha1.Operator) { o.Spec.Tenants[0].Team = team }
	}
	groups := func(names ...string) func(*v1alpha1.Operator) {
		return func(o *v1alpha1.Operator) {
			o.Spec.Tenants[0].Groups = nil
			testkit.InGroups(names...)(&o.Spec.Tenants[0])
		}
	}
	o := edited(testkit.Operator("acme", "lead", testkit.InTenant("sales", testkit.Leading())))

	w.expect("a new person changes nothing", pass(w, sync, o))
	w.expect("the team grew, F51", pass(w, sync, edited(o, leading("worker"))), widened)
	w.expect("it is told once", pass(w, sync, o))
	w.expect("the first group narrows where in none one sees everything", pass(w, sync, edited(o, groups("desk"))), narrowed)
	w.expect("the last one taken out widens", pass(w, sync, edited(o, groups())), widened)

	w.expect("somebody who does not exist is in no team", pass(w, sync, edited(o, leading("worker", "mate"))))
	w.show(testkit.Operator("acme", "mate", testkit.InTenant("sales")))
	w.expect("who comes to exist is nobody's edit of the team", pass(w, sync, o))

	w.show(testkit.Operator("acme", "third", testkit.InTenant("sales")))
	w.store.SetDown(true)
	w.expect("nothing is written while the store is away", pass(w, sync, edited(o, leading("worker", "mate", "third"))))
	w.store.SetDown(false)
	w.expect("the edit is told once it is stored", pass(w, sync, o), widened)

	if _, err := (operators{w.Shared, newGrouping()}).Remove(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	again := edited(testkit.Operator("acme", "lead", testkit.InTenant("sales", testkit.Leading("worker", "mate", "third"), testkit.InGroups("desk"))))
	w.expect("a person who comes back changes nothing", pass(w, sync, again))
}
