// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// DefaultStallAfter is how long an object waits before it is reported as Stalled, where Options say nothing.
const DefaultStallAfter = 2 * time.Minute

// conflictDelay gives the cache time to see the write that overtook ours.
const conflictDelay = 100 * time.Millisecond

// Object is what lifecycle asks of an API type.
type Object interface {
	client.Object
	// LifecycleStatus points at the two fields of the status that lifecycle writes.
	LifecycleStatus() (observedGeneration *int64, conditions *[]metav1.Condition)
	// IsSuspended tells whether the object asks not to be reconciled.
	IsSuspended() bool
}

// Kind is what one kind adds to the shared flow; T is a pointer type. Every method is called with a copy of its own,
// from several goroutines at once, but never twice at once for one object. An error is one of [Waiting], [Unavailable]
// and [Stalled], possibly wrapped, or else a failure of ours, which is retried.
type Kind[T Object] interface {
	// Sync makes the outside equal to the object and fills in the object's own status fields; what else it changes in
	// the object is ignored. It is idempotent. Its Report counts on an error too.
	Sync(ctx context.Context, object T) (Report, error)
	// Pending tells whether Sync would write anything. It is asked only of suspended objects and touches nothing.
	Pending(ctx context.Context, object T) (bool, error)
	// Remove undoes what Sync did, in part or in whole, as the kind's policy says. It is called while the object is
	// being deleted and carries the finalizer, and is idempotent. With no error the finalizer goes and of the Report
	// only the events count; with any error the removal is tried again.
	Remove(ctx context.Context, object T) (Report, error)
}

// Report is what a pass over one object found.
type Report struct {
	// Conditions are the kind's own, in full: one that is absent is removed from the object, except that nil beside an
	// error leaves all as they are. LastTransitionTime and ObservedGeneration are set by lifecycle, and the four types
	// that it owns are ignored here.
	Conditions []metav1.Condition
	// Message is that of Ready while it is True; empty means a general sentence.
	Message string
	// Events are sent once the status is written, or at once if no write was due.
	Events []Event
	// RequeueAfter is when to look at the object again; 0 means when something wakes it. It counts beside nil,
	// [Waiting] and [Stalled], of which the soonest wins; other errors have a backoff of their own.
	RequeueAfter time.Duration
}

// Options are what the kinds have in common.
type Options struct {
	// Finalizer is put on every object before the outside is touched; required, a domain-prefixed name.
	Finalizer string
	// StallAfter is how long an object may wait before it is reported as Stalled; default DefaultStallAfter.
	StallAfter time.Duration
	// Clock tells the time of transitions; default the real one.
	Clock clock.PassiveClock
	// Recorder takes the events; without one none is sent.
	Recorder events.EventRecorder
}

// Reconciler runs the shared flow for one kind. It implements reconcile.Reconciler and is safe for concurrent use.
type Reconciler[T Object] struct {
	client  client.Client
	kind    Kind[T]
	options Options
	backoff *backoff
}

var _ reconcile.Reconciler = &Reconciler[Object]{}

// New returns the reconciler of a kind. Its reads through c must show its own writes
// (client.CacheOptions.EnableReadYourWritesConsistency), or a pass may repeat what the last one did.
func New[T Object](c client.Client, kind Kind[T], options Options) *Reconciler[T] {
	if options.StallAfter <= 0 {
		options.StallAfter = DefaultStallAfter
	}
	if options.Clock == nil {
		options.Clock = clock.RealClock{}
	}
	return &Reconciler[T]{client: c, kind: kind, options: options, backoff: newBackoff()}
}

// Reconcile makes one pass over the object that request names. An error it returns is a failure of ours or of the API
// server; what an object lacks is said in its status and is no error.
func (r *Reconciler[T]) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	object := Empty[T]()
	if err := r.client.Get(ctx, request.NamespacedName, object); err != nil {
		if apierrors.IsNotFound(err) {
			r.backoff.forget(request)
			return reconcile.Result{}, nil
		}
		return reconcile.Result{}, fmt.Errorf("read the object: %w", err)
	}
	if !object.GetDeletionTimestamp().IsZero() {
		return r.remove(ctx, request, object)
	}
	if err := r.patchFinalizer(ctx, object, controllerutil.AddFinalizer); err != nil {
		return afterFailedWrite("finalizer", err)
	}
	if object.IsSuspended() {
		pending, err := r.kind.Pending(ctx, copyOf(object))
		return r.settle(ctx, request, object, copyOf(object), situation{phase: suspended, pending: pending, err: err})
	}
	synced := copyOf(object)
	report, err := r.kind.Sync(ctx, synced)
	return r.settle(ctx, request, object, synced, situation{phase: syncing, report: report, err: err})
}

func (r *Reconciler[T]) remove(ctx context.Context, request reconcile.Request, object T) (reconcile.Result, error) {
	if !controllerutil.ContainsFinalizer(object, r.options.Finalizer) {
		r.backoff.forget(request)
		return reconcile.Result{}, nil
	}
	removed := copyOf(object)
	report, err := r.kind.Remove(ctx, removed)
	if err != nil {
		return r.settle(ctx, request, object, removed, situation{phase: removing, report: report, err: err})
	}
	r.backoff.forget(request)
	if err := r.patchFinalizer(ctx, object, controllerutil.RemoveFinalizer); err != nil {
		return afterFailedWrite("finalizer", err)
	}
	announce(r.options.Recorder, object, report.Events)
	return reconcile.Result{}, nil
}

// patchFinalizer puts the finalizer on or takes it off, in one write or in none if it is so already.
func (r *Reconciler[T]) patchFinalizer(ctx context.Context, object T, change func(client.Object, string) bool) error {
	before := copyOf(object)
	if !change(object, r.options.Finalizer) {
		return nil
	}
	return r.client.Patch(ctx, object, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
}

// settle brings a pass to its end: conclude, write the status, send the events, say when to come again.
func (r *Reconciler[T]) settle(ctx context.Context, request reconcile.Request, before, after T, s situation) (reconcile.Result, error) {
	// A pass that was called off has learnt nothing about the object: its status must not say otherwise.
	if s.err != nil && (ctx.Err() != nil || errors.Is(s.err, context.Canceled)) {
		return reconcile.Result{}, fmt.Errorf("the pass was called off: %w", cmp.Or(ctx.Err(), s.err))
	}
	observed, previous := before.LifecycleStatus()
	s.observedGeneration, s.previous, s.generation = *observed, *previous, before.GetGeneration()
	s.now, s.stallAfter = r.options.Clock.Now(), r.options.StallAfter
	end := conclude(s)

	observed, conditions := after.LifecycleStatus()
	*observed, *conditions = end.observedGeneration, end.conditions
	if err := writeStatus(ctx, r.client, before, after); err != nil {
		result, err := afterFailedWrite("status", err)
		if end.err != nil {
			return reconcile.Result{}, errors.Join(end.err, err)
		}
		return result, err
	}
	announce(r.options.Recorder, after, end.events)
	return reconcile.Result{RequeueAfter: r.nextPass(request, end)}, end.err
}

// nextPass returns the delay until the next pass, 0 for none.
func (r *Reconciler[T]) nextPass(request reconcile.Request, end conclusion) time.Duration {
	if end.backOff {
		return r.backoff.next(request, r.options.Clock.Now())
	}
	r.backoff.forget(request)
	return end.requeueAfter
}

// afterFailedWrite tells what is worth a line in the log from what is not: an object that is gone needs nothing more,
// and one that somebody else wrote meanwhile is looked at again.
func afterFailedWrite(what string, err error) (reconcile.Result, error) {
	switch {
	case apierrors.IsNotFound(err):
		return reconcile.Result{}, nil
	case apierrors.IsConflict(err):
		return reconcile.Result{RequeueAfter: conflictDelay}, nil
	default:
		return reconcile.Result{}, fmt.Errorf("write the %s: %w", what, err)
	}
}

// Empty returns a new, empty object of a kind.
func Empty[T Object]() T { return reflect.New(reflect.TypeFor[T]().Elem()).Interface().(T) }

func copyOf[T Object](object T) T { return object.DeepCopyObject().(T) }
