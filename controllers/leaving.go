// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// leavers are the records that no object declares and that something is to be done about, by the object that declared each. They are safe
// for concurrent use.
type leavers struct {
	mu sync.Mutex
	of map[store.Owner][]any
}

func (l *leavers) add(owner store.Owner, keys ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == nil {
		l.of = map[store.Owner][]any{}
	}
	for _, key := range keys {
		if !slices.Contains(l.of[owner], key) {
			l.of[owner] = append(l.of[owner], key)
		}
	}
}

func (l *leavers) take(owner store.Owner) []any {
	l.mu.Lock()
	defer l.mu.Unlock()
	keys := l.of[owner]
	delete(l.of, owner)
	return keys
}

// settling is the reconciler of a kind that also goes on with records whose objects are gone. It does so under the name of the object, which
// the queue hands out once at a time: an object of that name that comes back is never stored while its former record is taken out.
type settling struct {
	*Shared
	kind string
	next reconcile.Reconciler
}

// Reconcile settles what is left under a name, and then passes over the object of that name, if there is one.
func (r *settling) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	again, unsettled := r.settle(ctx, r.kind, request.NamespacedName)
	result, err := r.next.Reconcile(ctx, request)
	if again > 0 && (result.RequeueAfter == 0 || again < result.RequeueAfter) {
		result.RequeueAfter = again
	}
	return result, errors.Join(unsettled, err)
}

// settle goes on with the records that an object left. It answers when to come again, if that is to be.
func (s *Shared) settle(ctx context.Context, kind string, name types.NamespacedName) (time.Duration, error) {
	owner := store.Owner{Installation: s.Installation, Namespace: name.Namespace, Kind: kind, Name: name.Name}
	keys := s.leavers.take(owner)
	for _, key := range s.holds.of(owner) {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return 0, nil
	}
	declared, there := s.Directory.Declares(kind, name.Namespace, name.Name)
	if !there {
		// The cache may be behind: a replica that takes over, a watch that broke off.
		gone, err := s.goneFor(ctx, kind, name)
		if err != nil || !gone {
			s.leavers.add(owner, keys...)
			return soon, err
		}
	}
	var again time.Duration
	var failed error
	for _, key := range keys {
		if there && slices.Contains(declared, key) {
			continue
		}
		if err := s.settleRecord(ctx, owner, key); err != nil {
			s.leavers.add(owner, key)
			again, failed = contested, errors.Join(failed, unlessAway(err))
		}
	}
	return again, failed
}

// unlessAway is an error that is worth a line in the log: the store says itself when it is away.
func unlessAway(err error) error {
	if errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrFenced) {
		return nil
	}
	return err
}

// goneFor asks the API server itself whether an object is gone.
func (s *Shared) goneFor(ctx context.Context, kind string, name types.NamespacedName) (bool, error) {
	live := &metav1.PartialObjectMetadata{}
	live.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind))
	err := s.Live.Get(ctx, name, live)
	if err != nil && !apierrors.IsNotFound(err) {
		return false, fmt.Errorf("ask whether %s %s is gone: %w", kind, name, err)
	}
	return err != nil, nil
}

// settleRecord goes on with one record.
func (s *Shared) settleRecord(ctx context.Context, owner store.Owner, key any) error {
	leaving := provision.Leaving{Now: s.Clock.Now(), Confirmed: s.confirmations(owner.Namespace)}
	var departure provision.Departure
	var err error
	switch key := key.(type) {
	case roster.PersonKey:
		departure, err = s.Provisioner.SettlePerson(ctx, key, owner, leaving)
	case roster.TenantKey:
		departure, err = s.Provisioner.SettleTenant(ctx, key, owner, leaving)
	case roster.GroupKey:
		err = s.Provisioner.DeleteGroup(ctx, key, store.Stamp{Owner: owner})
	case roster.PolicyKey:
		err = s.Provisioner.DeletePolicy(ctx, key, store.Stamp{Owner: owner})
	}
	if err != nil {
		return err
	}
	if departure.Held == "" {
		s.figures.change(func(now *Figures) { now.Settled++ })
		ctrl.LoggerFrom(ctx).Info("a record whose object is gone was settled", "kind", owner.Kind)
	}
	s.hold(owner, key, departure, leaving.Confirmed)
	return nil
}

// hold remembers what leaving came to, and wakes the tenants that tell of it.
func (s *Shared) hold(owner store.Owner, key any, departure provision.Departure, confirmations map[string]roster.Confirmation) {
	var news []string
	if departure.Held == "" {
		news = s.holds.release(owner.Namespace, key, confirmations)
	} else {
		news = s.holds.set(owner.Namespace, key, held{owner, departure.Held, departure.Tenants})
	}
	if _, person := key.(roster.PersonKey); person {
		var lastOf []string
		if departure.Held == roster.HeldAsLastAdministrator {
			lastOf = departure.Tenants
		}
		s.last.set(types.NamespacedName{Namespace: owner.Namespace, Name: owner.Name}, lastOf)
	}
	s.tellTenants(owner.Namespace, news)
}

// unhold says that an object declares a record again: nothing of it is held any more.
func (s *Shared) unhold(owner store.Owner, key any) {
	s.tellTenants(owner.Namespace, s.holds.release(owner.Namespace, key, nil))
}

// tellTenants wakes tenants, within the window in which what they count may change.
func (s *Shared) tellTenants(company string, tenants []string) {
	for _, tenant := range tenants {
		s.nudges[kindTenant].wake(s.CountWindow, types.NamespacedName{Namespace: company, Name: tenant})
	}
}
