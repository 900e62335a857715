// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/translate"
)

// object is a pointer to an API type: its zero value is no object.
type object interface {
	comparable
	client.Object
}

// touched names the objects of one kind that a change of an object of another kind touches. Before is nil when the object
// was created, after when it is gone.
type touched[T object] func(before, after T) []types.NamespacedName

// wake enqueues what a change touches, once in a window however many changes there are; a window of 0 is at once. What others
// wake comes after what people edit. The initial list wakes nobody: every object is looked at then anyway.
func wake[T object](window time.Duration, by touched[T]) handler.TypedEventHandler[T, reconcile.Request] {
	return waking(window, by, func(T) {})
}

// wakeCounting is wake at once for what counts objects: it is asked of the initial list, too.
func wakeCounting[T object](by touched[T]) handler.TypedEventHandler[T, reconcile.Request] {
	var none T
	return waking(0, by, func(initial T) { by(none, initial) })
}

func waking[T object](window time.Duration, by touched[T], initially func(T)) handler.TypedEventHandler[T, reconcile.Request] {
	enqueue := func(q queue, before, after T) {
		for _, name := range by(before, after) {
			enqueueLow(q, name, window)
		}
	}
	var none T
	return handler.TypedFuncs[T, reconcile.Request]{
		CreateFunc: func(_ context.Context, e event.TypedCreateEvent[T], q queue) {
			if e.IsInInitialList {
				initially(e.Object)
				return
			}
			enqueue(q, none, e.Object)
		},
		UpdateFunc: func(_ context.Context, e event.TypedUpdateEvent[T], q queue) {
			// A watch that was away meanwhile sees an object that went and came back as one that changed.
			if e.ObjectOld.GetUID() != e.ObjectNew.GetUID() {
				enqueue(q, e.ObjectOld, none)
				enqueue(q, none, e.ObjectNew)
				return
			}
			enqueue(q, e.ObjectOld, e.ObjectNew)
		},
		DeleteFunc: func(_ context.Context, e event.TypedDeleteEvent[T], q queue) { enqueue(q, e.Object, none) },
	}
}

// live tells whether an object is there and not being deleted.
func live[T object](o T) bool {
	var none T
	return o != none && o.GetDeletionTimestamp() == nil
}

// whichever is the newer state of an object that may have come or gone.
func whichever[T object](before, after T) T {
	var none T
	if after != none {
		return after
	}
	return before
}

// livePolicy is what a policy grants: nothing where it is not there or being deleted.
func livePolicy(p *v1alpha1.ChannelPolicy) roster.Policy {
	if !live(p) {
		return roster.Policy{}
	}
	return translate.Policy(p)
}

// sameOffer tells whether a change of a tenant leaves the records and the statuses of its people as they were.
func sameOffer(before, after *v1alpha1.Tenant) bool {
	return live(before) == live(after) && (!live(after) || reflect.DeepEqual(offer(before), offer(after)))
}

// offer is what of a tenant shows in its people: all but what is left out here.
func offer(t *v1alpha1.Tenant) roster.Tenant {
	offered := translate.Tenant(t)
	offered.GeneralGroupName, offered.PurgeWhenDeleted, offered.ReportsDrift = "", false, false
	record := &offered.Record
	record.DisplayName, record.AwayRouting = "", nil
	settings := &record.Settings
	settings.Appearance, settings.Behaviour = roster.ChatAppearance{}, roster.ChatBehaviour{}
	settings.Payments, settings.DeveloperAPI, settings.FacebookPageID = false, false, ""
	settings.Retention, settings.RemovalBudget, settings.Locale = 0, nil, ""
	return offered
}

// sameGround tells whether a change of a tenant leaves what its policies grant, and to whom, as it was.
func sameGround(before, after *v1alpha1.Tenant) bool {
	if live(before) != live(after) || !live(after) {
		return live(before) == live(after)
	}
	was, is := translate.Tenant(before), translate.Tenant(after)
	return slices.Equal(was.Record.Channels, is.Record.Channels) && was.MaxGroups == is.MaxGroups
}

// administersCompany tells whether a person is Administrator of every tenant there is.
func administersCompany(o *v1alpha1.Operator) bool {
	return live(o) && o.Spec.CompanyAdministrator && ptr.Deref(o.Spec.Active, true)
}

// sameCounted tells whether a change of a person leaves every count of people as it was.
func sameCounted(before, after *v1alpha1.Operator) bool {
	return before != nil && after != nil && live(before) == live(after) && before.Generation == after.Generation &&
		before.Status.State == after.Status.State && maps.Equal(before.Labels, after.Labels)
}

// entriesOf names what the entries of a person name, before or after a change, each once.
func entriesOf(before, after *v1alpha1.Operator, named func(*v1alpha1.OperatorTenant) []string) []types.NamespacedName {
	found := map[types.NamespacedName]bool{}
	for _, o := range []*v1alpha1.Operator{before, after} {
		if o == nil {
			continue
		}
		for i := range o.Spec.Tenants {
			for _, name := range named(&o.Spec.Tenants[i]) {
				found[types.NamespacedName{Namespace: o.Namespace, Name: name}] = true
			}
		}
	}
	touched := make([]types.NamespacedName, 0, len(found))
	for name := range found {
		touched = append(touched, name)
	}
	return touched
}

func names[T object](objects []T) []types.NamespacedName {
	found := make([]types.NamespacedName, 0, len(objects))
	for _, o := range objects {
		found = append(found, client.ObjectKeyFromObject(o))
	}
	return found
}

// person is whom an object declares: nobody where there is none.
func person(o *v1alpha1.Operator) roster.Operator {
	if o == nil {
		return roster.Operator{}
	}
	return translate.Operator(o)
}

// grants tells whether a policy grants to a person; nobody and no policy grant nothing.
func (s *Shared) grants(policy roster.Policy, person roster.Operator) bool {
	return policy.Grants(person, s.Directory)
}
