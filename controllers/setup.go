// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package controllers is the reconcile edge: per kind, what to store, what to tell in the status, and what wakes it. The flow of
// a pass is lifecycle's, the rules are the core's, and what is written is decided by provision.
package controllers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/snapshot"
	"github.com/roster-dev/roster/internal/store"
)

// The kinds, as stamps name them.
const (
	kindTenant   = "Tenant"
	kindOperator = "Operator"
	kindGroup    = "Group"
	kindPolicy   = "ChannelPolicy"
)

// Kinds are the names of all of them.
func Kinds() []string { return []string{kindTenant, kindOperator, kindGroup, kindPolicy} }

// DefaultCountWindow is how often the counts of a parent may change.
const DefaultCountWindow = 5 * time.Second

// disbelief is when an object that is believed to be stored, because the store was not reached yet, is looked at again.
const disbelief = 30 * time.Second

// Shared is what the controllers have in common.
type Shared struct {
	Directory   *snapshot.Snapshot
	Provisioner *provision.Provisioner
	// Installation is whose records this manager stamps.
	Installation string
	Clock        clock.PassiveClock
	// CountWindow is how often the counts of a parent may change.
	CountWindow time.Duration
	// Concurrency is how many objects of a kind are reconciled at once.
	Concurrency int
	// StallAfter is how long an object may wait before it is reported as stalled.
	StallAfter time.Duration
	// Activation is how people come to log in; nil is that this manager sees to none of it.
	Activation *Activation
	// Live reads from the API server itself, past every cache.
	Live client.Reader

	last   lastOnes
	doubts doubts
	// accounts are the people whose accounts changed since a pass looked.
	accounts doubts
	holds    holds
	leavers  leavers
	figures  figures
	// nudges wake the objects of a kind.
	nudges map[string]*nudge
	// asked is that somebody asks for a sweep.
	asked chan struct{}
}

// Setup registers the controllers of the four kinds with a manager.
func Setup(mgr ctrl.Manager, shared *Shared) error {
	shared.prepare()
	w, c := watches{shared}, mgr.GetCache()
	ofTenants, ofOperators := newGrouping(), newGrouping()
	return errors.Join(
		add(mgr, shared, kindTenant, tenants{shared, ofTenants}, w.wakingTenants(c, ofTenants)),
		add(mgr, shared, kindGroup, groups{shared}, w.wakingGroups(c)),
		add(mgr, shared, kindPolicy, policies{shared}, w.wakingPolicies(c)),
		add(mgr, shared, kindOperator, operators{shared, ofOperators}, w.wakingOperators(c, ofOperators)),
	)
}

// prepare makes what the controllers and the sweeper share.
func (s *Shared) prepare() {
	s.asked = make(chan struct{}, 1)
	s.nudges = map[string]*nudge{kindTenant: {}, kindGroup: {}, kindPolicy: {}, kindOperator: {}}
}

func add[T lifecycle.Object](mgr ctrl.Manager, shared *Shared, kind string, adapter lifecycle.Kind[T], wakers []source.Source) error {
	reconciler := lifecycle.New(mgr.GetClient(), adapter, lifecycle.Options{
		Finalizer:  v1alpha1.Finalizer,
		StallAfter: shared.StallAfter,
		Clock:      shared.Clock,
		Recorder:   mgr.GetEventRecorder("roster"),
	})
	b := ctrl.NewControllerManagedBy(mgr).
		For(lifecycle.Empty[T](), builder.WithPredicates(lifecycle.Changed())).
		WithOptions(controller.Options{MaxConcurrentReconciles: shared.Concurrency})
	for _, waker := range append(wakers, shared.nudges[kind]) {
		b = b.WatchesRawSource(waker)
	}
	if err := b.Complete(&settling{shared, kind, reconciler}); err != nil {
		return fmt.Errorf("set up the controller of %s objects: %w", kind, err)
	}
	return nil
}

// stamp says whose a record is.
func (s *Shared) stamp(o client.Object, kind string) store.Stamp {
	return store.Stamp{
		Owner:      store.Owner{Installation: s.Installation, Namespace: o.GetNamespace(), Kind: kind, Name: o.GetName()},
		UID:        string(o.GetUID()),
		Generation: o.GetGeneration(),
	}
}

// ensure stores an object's records.
func (s *Shared) ensure(ctx context.Context, o lifecycle.Object, claim provision.Claim, records ...provision.Record) (provision.Outcome, error) {
	claim.Synced = current(o, claim.Synced)
	return s.Provisioner.Ensure(ctx, claim, records...)
}

// current is what an object remembers of its records, if it speaks for the spec at hand: where the pass over an edit was cut short
// after it wrote the store, the digest of the spec before it would be believed again once the edit is undone.
func current(o lifecycle.Object, digest string) string {
	if observed, _ := o.LifecycleStatus(); *observed != o.GetGeneration() {
		return ""
	}
	return digest
}

// claim is in whose name an object's records are stored, with the digest the object remembers of them.
func (s *Shared) claim(o lifecycle.Object, kind, digest string) provision.Claim {
	_, conditions := o.LifecycleStatus()
	adoption := provision.Adoption{Asked: o.GetAnnotations()[v1alpha1.AnnotationAdopt], Lives: s.lives}
	if told := meta.FindStatusCondition(*conditions, v1alpha1.ConditionConflict); told != nil && told.Reason == v1alpha1.ReasonAdopting {
		adoption.Told = told.Message
	}
	return provision.Claim{Stamp: s.stamp(o, kind), Synced: digest, Adoption: adoption, Doubted: s.doubted(o, kind)}
}

// lives tells whether the object that owns a record of this installation is there and not leaving.
func (s *Shared) lives(owner store.Owner) bool {
	var found bool
	switch owner.Kind {
	case kindTenant:
		_, found = s.Directory.Tenant(owner.Namespace, owner.Name)
	case kindGroup:
		_, found = s.Directory.Group(owner.Namespace, owner.Name)
	case kindOperator:
		_, found = s.Directory.Operator(owner.Namespace, owner.Name)
	case kindPolicy:
		found = s.Directory.HasPolicy(owner.Namespace, owner.Name)
	}
	return found
}

// lookAgain is when to come back to an object whose record is believed to be stored.
func lookAgain(ensured provision.Outcome) time.Duration {
	if ensured.Believed {
		return disbelief
	}
	return 0
}
