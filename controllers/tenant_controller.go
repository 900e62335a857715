// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/translate"
)

// tenants reconciles contact centres.
type tenants struct{ *Shared }

// Sync stores the tenant with its general group, and counts its people and groups.
func (k tenants) Sync(ctx context.Context, t *v1alpha1.Tenant) (lifecycle.Report, error) {
	claim := k.claim(t, kindTenant, t.Status.SyncedDigest)
	ensured, err := k.ensure(ctx, t, claim, k.records(t)...)
	outcome := outcomeOf(ctx, claim.Stamp.Owner, err)

	t.Status.SyncedDigest = ensured.Digest
	t.Status.Operators = k.countOperators(t)
	t.Status.Groups = k.countGroups(t)
	conditions := []metav1.Condition{synced(outcome.verdict)}
	if outcome.special != nil {
		conditions = append(conditions, *outcome.special)
	}
	return lifecycle.Report{Conditions: conditions, RequeueAfter: lookAgain(ensured)}, outcome.verdict
}

// Pending tells whether the tenant's records are not the ones stored.
func (k tenants) Pending(ctx context.Context, t *v1alpha1.Tenant) (bool, error) {
	return k.Provisioner.Pending(ctx, k.claim(t, kindTenant, t.Status.SyncedDigest), k.records(t)...)
}

// Remove marks the tenant's record as retired, once the Groups and ChannelPolicies that are being deleted with it are gone.
func (k tenants) Remove(ctx context.Context, t *v1alpha1.Tenant) (lifecycle.Report, error) {
	if blocker, blocked := k.leavingWith(t); blocked {
		return lifecycle.Report{}, lifecycle.Waiting(v1alpha1.ReasonChildrenTerminating,
			fmt.Sprintf("%s is being deleted with the tenant and goes first", blocker), 0)
	}
	translated, stamp := translate.Tenant(t), k.stamp(t, kindTenant)
	err := k.Provisioner.Retire(ctx, translated.Record.Key(), stamp, translated.PurgeWhenDeleted, k.Clock.Now())
	return lifecycle.Report{}, outcomeOf(ctx, stamp.Owner, err).verdict
}

func (k tenants) records(t *v1alpha1.Tenant) []provision.Record {
	translated := translate.Tenant(t)
	return []provision.Record{provision.Tenant(translated.Record), provision.Group(translated.General())}
}

// leavingWith names an object of the tenant that is being deleted and still holds its record.
func (k tenants) leavingWith(t *v1alpha1.Tenant) (string, bool) {
	leaving := func(o client.Object) bool { return o.GetDeletionTimestamp() != nil }
	for _, g := range k.Directory.GroupsOf(t.Namespace, t.Name) {
		if leaving(g) {
			return fmt.Sprintf("Group %q", g.Name), true
		}
	}
	for _, p := range k.Directory.PoliciesOf(t.Namespace, t.Name) {
		if leaving(p) {
			return fmt.Sprintf("ChannelPolicy %q", p.Name), true
		}
	}
	return "", false
}

func (k tenants) countGroups(t *v1alpha1.Tenant) *int32 {
	groups := new(int32)
	for range k.Directory.GroupsOf(t.Namespace, t.Name) {
		*groups++
	}
	return groups
}

// countOperators counts the people of a tenant by state; somebody switched off in this tenant only counts as deactivated.
func (k tenants) countOperators(t *v1alpha1.Tenant) *v1alpha1.OperatorCounts {
	counts := &v1alpha1.OperatorCounts{}
	for _, o := range k.Directory.OperatorsOf(t.Namespace, t.Name) {
		counts.Total++
		switch {
		case !worksIn(o, v1alpha1.ObjectName(t.Name)):
			counts.Deactivated++
		case o.Status.State == v1alpha1.OperatorStateActive:
			counts.Active++
		default:
			counts.Invited++
		}
	}
	return counts
}
