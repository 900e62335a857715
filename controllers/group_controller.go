// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"

	"k8s.io/utils/ptr"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/translate"
)

// groups reconciles departments.
type groups struct{ *Shared }

// Sync stores the group and counts its members.
func (k groups) Sync(ctx context.Context, g *v1alpha1.Group) (lifecycle.Report, error) {
	violations := translate.Group(g).Violations()
	claim := k.claim(g, kindGroup, remembered(g.Status.SyncedDigest, violations))
	claim.ReportsDrift = roster.TenantReportsDrift(g.Namespace, string(g.Spec.Tenant), k.Directory)
	ensured, err := k.ensure(ctx, g, claim, groupRecord(g))
	outcome, events := k.drifting(outcomeOf(ctx, claim.Stamp.Owner, err).breaking(violations), g, claim, ensured.Drift, err)
	missing := roster.MissingTenant(g.Namespace, string(g.Spec.Tenant), k.Directory)

	g.Status.SyncedDigest = remembered(ensured.Digest, violations)
	g.Status.Members, g.Status.ActiveMembers = k.countMembers(g)
	return lifecycle.Report{
		Conditions: outcome.conditions(missing), Events: events, RequeueAfter: lookAgain(ensured),
	}, outcome.conclude(missing)
}

// Pending tells whether the group's record is not the one stored.
func (k groups) Pending(ctx context.Context, g *v1alpha1.Group) (bool, error) {
	return k.Provisioner.Pending(ctx, k.claim(g, kindGroup, g.Status.SyncedDigest), groupRecord(g))
}

// groupRecord is the record of a group. Of one that breaks a rule only what it takes away is stored.
func groupRecord(g *v1alpha1.Group) provision.Record {
	if group := translate.Group(g); len(group.Violations()) > 0 {
		return provision.LessOfGroup(group)
	}
	return provision.Group(translate.Group(g))
}

// Remove removes the group's record.
func (k groups) Remove(ctx context.Context, g *v1alpha1.Group) (lifecycle.Report, error) {
	key := roster.GroupKey{Company: g.Namespace, Tenant: string(g.Spec.Tenant), Group: g.Name}
	stamp := k.stamp(g, kindGroup)
	k.doubts.forget(nameOf(g, kindGroup))
	return lifecycle.Report{}, outcomeOf(ctx, stamp.Owner, k.Provisioner.DeleteGroup(ctx, key, stamp)).verdict
}

func (k groups) countMembers(g *v1alpha1.Group) (members, active *int32) {
	members, active = new(int32), new(int32)
	for _, o := range k.Directory.MembersOf(g.Namespace, string(g.Spec.Tenant), g.Name) {
		*members++
		if worksIn(o, g.Spec.Tenant) {
			*active++
		}
	}
	return members, active
}

// worksIn tells whether a person is switched on, everywhere and in the tenant.
func worksIn(o *v1alpha1.Operator, tenant v1alpha1.ObjectName) bool {
	if !ptr.Deref(o.Spec.Active, true) {
		return false
	}
	for i := range o.Spec.Tenants {
		if o.Spec.Tenants[i].Tenant == tenant {
			return ptr.Deref(o.Spec.Tenants[i].Active, true)
		}
	}
	return false
}
