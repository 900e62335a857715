// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/translate"
)

// tenants reconciles contact centres.
type tenants struct {
	*Shared
	grouping *grouping
}

// Sync stores the tenant with its general group, counts its people and groups, and tells whether somebody is there for it.
func (k tenants) Sync(ctx context.Context, t *v1alpha1.Tenant) (lifecycle.Report, error) {
	declared := translate.Tenant(t)
	violations := declared.Violations()
	claim := k.claim(t, kindTenant, remembered(t.Status.SyncedDigest, violations))
	claim.ReportsDrift = declared.ReportsDrift
	record, records := k.records(declared)
	ensured, err := k.ensure(ctx, t, claim, records...)
	outcome, events := k.drifting(outcomeOf(ctx, claim.Stamp.Owner, err).breaking(violations), t, claim, ensured.Drift, err)
	if err == nil {
		k.unhold(claim.Stamp.Owner, record.Key())
	}

	t.Status.SyncedDigest = remembered(ensured.Digest, violations)
	t.Status.Operators = k.countOperators(t)
	t.Status.Groups = k.countGroups(t)
	conditions := append(attendance(roster.Attend(t.Name, k.Directory.People(t.Namespace, t.Name))), synced(outcome.verdict))
	waiting, alarms, again := k.offboarding(t)
	return lifecycle.Report{
		Conditions:   slices.Concat(conditions, outcome.special, waiting),
		Events:       slices.Concat(events, alarms, tenantSees(record, ensured.Before, t.Status.Operators.Total)),
		RequeueAfter: cmp.Or(lookAgain(ensured), again),
	}, outcome.verdict
}

// Pending tells whether the tenant's records are not the ones stored.
func (k tenants) Pending(ctx context.Context, t *v1alpha1.Tenant) (bool, error) {
	_, records := k.records(translate.Tenant(t))
	return k.Provisioner.Pending(ctx, k.claim(t, kindTenant, t.Status.SyncedDigest), records...)
}

// records are a tenant's own and that of its general group. Of a tenant that breaks a rule only what it takes away is stored.
func (k tenants) records(declared roster.Tenant) (roster.TenantRecord, []provision.Record) {
	record := declared.CompileRecord(grouped{k.Directory, k.grouping})
	if len(declared.Violations()) > 0 {
		return record, []provision.Record{provision.LessOfTenant(record)}
	}
	return record, []provision.Record{provision.Tenant(record), provision.GeneralGroup(declared.General())}
}

// Remove marks the tenant's record as retired, once the Groups and ChannelPolicies that are being deleted with it are gone.
func (k tenants) Remove(ctx context.Context, t *v1alpha1.Tenant) (lifecycle.Report, error) {
	if blocker, blocked := k.leavingWith(t); blocked {
		return lifecycle.Report{}, lifecycle.Waiting(v1alpha1.ReasonChildrenTerminating,
			fmt.Sprintf("%s is being deleted with the tenant and goes first", blocker), 0)
	}
	translated, stamp := translate.Tenant(t), k.stamp(t, kindTenant)
	departure, err := k.Provisioner.Retire(ctx, translated.Record.Key(), stamp, translated.PurgeWhenDeleted, provision.Leaving{Now: k.Clock.Now()})
	if err != nil {
		return lifecycle.Report{}, outcomeOf(ctx, stamp.Owner, err).verdict
	}
	k.doubts.forget(nameOf(t, kindTenant))
	k.hold(stamp.Owner, translated.Record.Key(), departure, nil)
	return lifecycle.Report{Events: removalHeld(departure)}, nil
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

// attendance tells whether somebody is there to administer a tenant, and for what visitors leave.
func attendance(a roster.Attendance) []metav1.Condition {
	administered := is(v1alpha1.ConditionAdministered, metav1.ConditionTrue, v1alpha1.ReasonHasAdministrator, "the tenant has a live Administrator")
	if !a.Administered {
		administered = is(v1alpha1.ConditionAdministered, metav1.ConditionFalse, v1alpha1.ReasonNoAdministrator,
			"the tenant has no live Administrator; give an operator the role Administrator in it")
	}
	attended := is(v1alpha1.ConditionOfflineMessagesAttended, metav1.ConditionTrue, v1alpha1.ReasonAttended, "somebody receives the messages that visitors leave")
	if !a.OfflineMessages {
		attended = is(v1alpha1.ConditionOfflineMessagesAttended, metav1.ConditionFalse, v1alpha1.ReasonNobodyAttends,
			"nobody receives the messages that visitors leave; set offlineMessages to true in the entry of an operator who is active")
	}
	return []metav1.Condition{administered, attended}
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
