// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// AskSweep has all records swept soon, since any of them may have changed.
func (s *Shared) AskSweep() {
	select {
	case s.asked <- struct{}{}:
	default:
	}
}

// Suspect has the objects looked at that declare a record which another program changed. A record that none declares is what only a
// sweep knows what to do about.
func (s *Shared) Suspect(change store.Change) {
	kind, company, names := s.Directory.DeclaringRecord(change.Key)
	if len(names) == 0 {
		s.AskSweep()
	}
	for _, name := range names {
		s.suspect(kind, types.NamespacedName{Namespace: company, Name: name})
	}
}

func (s *Shared) suspect(kind string, name types.NamespacedName) {
	s.doubts.add(objectName{kind, name})
	s.nudges[kind].wake(0, name)
}

// isDue tells whether it is time to go on with a record that no object declares, and remembers since when that is so.
func (w *Sweeper) isDue(company string, f provision.Finding, missing map[any]time.Time) bool {
	if f.Purge {
		return true
	}
	since, known := w.missing[company][f.Key]
	if !known {
		since = w.Clock.Now()
	}
	missing[f.Key] = since
	return w.Clock.Now().Sub(since) >= w.OffboardAfter
}

// left has a record looked at that no object declares.
func (w *Sweeper) left(f provision.Finding) {
	if _, known := w.nudges[f.Owner.Kind]; !known {
		return
	}
	if _, _, names := w.Directory.DeclaringRecord(f.Key); len(names) > 0 && names[0] == f.Owner.Name {
		return
	}
	w.leavers.add(f.Owner, f.Key)
	w.nudges[f.Owner.Kind].wake(0, types.NamespacedName{Namespace: f.Owner.Namespace, Name: f.Owner.Name})
}

// retry has those looked at that are held as the last Administrator: somebody else may be one by now.
func (w *Sweeper) retry(waiting map[any]held) {
	for _, record := range waiting {
		if record.reason == roster.HeldAsLastAdministrator && record.owner.Kind == kindOperator {
			w.wakeHeld([]held{record})
		}
	}
}

// declared is what the objects of a company remember.
func (s *Shared) declared(company string) provision.Declared {
	d := provision.Declared{
		Tenants: map[roster.TenantKey]provision.Memory{}, Groups: map[roster.GroupKey]provision.Memory{},
		Policies: map[roster.PolicyKey]provision.Memory{}, People: map[roster.PersonKey]provision.Memory{},
	}
	s.Directory.Of(company,
		func(t *v1alpha1.Tenant) {
			remember(s, d.Tenants, roster.TenantKey{Company: company, Tenant: t.Name}, t, kindTenant, t.Status.SyncedDigest, "")
		},
		func(g *v1alpha1.Group) {
			key := roster.GroupKey{Company: company, Tenant: string(g.Spec.Tenant), Group: g.Name}
			remember(s, d.Groups, key, g, kindGroup, g.Status.SyncedDigest, "")
		},
		func(p *v1alpha1.ChannelPolicy) {
			key := roster.PolicyKey{Company: company, Tenant: string(p.Spec.Tenant), Policy: p.Name}
			remember(s, d.Policies, key, p, kindPolicy, p.Status.SyncedDigest, "")
		},
		func(o *v1alpha1.Operator) {
			remember(s, d.People, roster.NewPersonKey(company, o.Spec.UserName), o, kindOperator, o.Status.SyncedDigest, o.Status.StoreID)
		})
	return d
}

// remember adds what an object remembers, unless it is being deleted. Of two that claim one name it is the one that was stored.
func remember[K comparable](s *Shared, in map[K]provision.Memory, key K, o interface {
	lifecycle.Object
	client.Object
}, kind, digest, id string) {
	if other, claimed := in[key]; o.GetDeletionTimestamp() != nil || claimed && other.Synced != "" {
		return
	}
	stamp := s.stamp(o, kind)
	in[key] = provision.Memory{Owner: stamp.Owner, UID: stamp.UID, Synced: current(o, digest), Beside: s.beside(o), ID: id, Drifted: tellsOfDrift(o)}
}

// beside is what an object remembers besides its record. Where that cannot be told, a pass finds out.
func (s *Shared) beside(o client.Object) string {
	operator, is := o.(*v1alpha1.Operator)
	if !is {
		return ""
	}
	account, err := operators{Shared: s}.account(context.Background(), operator)
	if err != nil {
		return ""
	}
	return account.beside()
}
