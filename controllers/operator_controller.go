// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"cmp"
	"context"
	"errors"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/translate"
)

// operators reconciles people.
type operators struct {
	*Shared
	grouping *grouping
}

// Sync stores the person an object compiles to, and tells in its status what takes effect.
func (k operators) Sync(ctx context.Context, o *v1alpha1.Operator) (lifecycle.Report, error) {
	account, err := k.account(ctx, o)
	if err != nil {
		return lifecycle.Report{}, err
	}
	claim := k.claim(o, kindOperator, current(o, o.Status.SyncedDigest))
	claim.Beside, claim.Invitation = account.beside(), account.wish.Invitation
	claim.First = func() provision.First { return k.first(o) }
	claim.ReportsDrift = roster.ReportsDrift(translate.Operator(o), k.Directory)
	edited := o.Status.ObservedGeneration != o.Generation || claim.Synced == ""
	ensured, err := k.Provisioner.EnsurePerson(ctx, claim, k.want(o))
	if ensured.Taken != nil {
		err = ensured.Taken
	}
	wanted := ensured.Wanted
	outcome := outcomeOf(ctx, claim.Stamp.Owner, err).holding(wanted.Holds, k.untilRelieved(o, wanted.LastOf)).breaking(wanted.Violations)
	outcome, events := k.drifting(outcome, o, claim, ensured.Drift, err)

	o.Status.SyncedDigest = ensured.Digest
	if ensured.ID != "" {
		events = append(events, anotherID(o.Status.StoreID, ensured.ID)...)
		o.Status.StoreID = ensured.ID
	}
	if ensured.Stored {
		k.unhold(claim.Stamp.Owner, wanted.Person.Key())
	}
	activated, failure := k.ensureAccount(ctx, o, account, ensured)
	if failure != nil {
		o.Status.SyncedDigest = ""
		outcome = outcomeOf(ctx, claim.Stamp.Owner, failure)
	}
	o.Status.Tenants = tenantStatuses(wanted.Tenants, o.Status.StoreID)
	return lifecycle.Report{
		Conditions:   append(outcome.conditions(wanted.Missing), channelsGranted(wanted.Tenants), activated),
		Events:       append(events, k.operatorSees(wanted.Person, ensured.Before, edited)...),
		RequeueAfter: cmp.Or(lookAgain(ensured.Outcome), k.untilFree(o, err), k.untilExpired(o, activated)),
	}, outcome.conclude(wanted.Missing)
}

func (k operators) want(o *v1alpha1.Operator) roster.Wanted {
	return roster.Want(translate.Operator(o), grouped{k.Directory, k.grouping})
}

// untilRelieved is when to look again whether somebody else administers the tenants for which a person is held: beside being woken, and
// soon where that is new, since somebody may have come between. 0 is for whoever is not held.
func (k operators) untilRelieved(o *v1alpha1.Operator, lastOf []string) time.Duration {
	known := k.last.set(client.ObjectKeyFromObject(o), lastOf)
	switch {
	case len(lastOf) == 0:
		return 0
	case known:
		return contested
	}
	return soon
}

// untilFree is when to come back to a person whose e-mail address somebody holds who declares another one by now: as soon as that is
// stored. Whoever is woken by the change of a manifest often comes before that. 0 is any other case.
func (k operators) untilFree(o *v1alpha1.Operator, err error) time.Duration {
	var conflict *store.ConflictError
	if !errors.As(err, &conflict) || conflict.Owner.Installation != k.Installation {
		return 0
	}
	holder, found := k.Directory.Operator(conflict.Owner.Namespace, conflict.Owner.Name)
	if !found || (roster.Claim{Operator: holder}).SameEmail(claimOf(o)) {
		return 0
	}
	return soon
}

// Pending tells whether the record the person compiles to is not the one stored.
func (k operators) Pending(ctx context.Context, o *v1alpha1.Operator) (bool, error) {
	account, err := k.account(ctx, o)
	if err != nil {
		return false, err
	}
	claim := k.claim(o, kindOperator, o.Status.SyncedDigest)
	claim.Beside = account.beside()
	return k.Provisioner.Pending(ctx, claim, provision.Person(k.want(o).Person))
}

// Remove does with the person's record what the deletion policy says.
func (k operators) Remove(ctx context.Context, o *v1alpha1.Operator) (lifecycle.Report, error) {
	key, stamp := roster.NewPersonKey(o.Namespace, o.Spec.UserName), k.stamp(o, kindOperator)
	leaving := provision.Leaving{Now: k.Clock.Now()}
	var departure provision.Departure
	var err error
	switch o.Spec.DeletionPolicy {
	case v1alpha1.OperatorDeletionPolicyDelete:
		departure, err = k.Provisioner.DeletePerson(ctx, k.want(o).Person, stamp, leaving)
	case v1alpha1.OperatorDeletionPolicyOrphan:
		err = k.Provisioner.OrphanPerson(ctx, key, stamp)
	default:
		departure, err = k.Provisioner.Deactivate(ctx, k.want(o).Person, stamp, leaving)
	}
	if err != nil {
		return lifecycle.Report{}, outcomeOf(ctx, stamp.Owner, err).verdict
	}
	k.doubts.forget(nameOf(o, kindOperator))
	k.hold(stamp.Owner, key, departure, nil)
	return lifecycle.Report{Events: removalHeld(departure)}, nil
}

// anotherID is the event of a person whom the store knows by another ID than before: the record was made anew, or somebody changed it.
func anotherID(before, now string) []lifecycle.Event {
	if before == "" || before == now {
		return nil
	}
	return []lifecycle.Event{{
		Type: corev1.EventTypeWarning, Reason: v1alpha1.ReasonStoreIDChanged,
		Message: "the identity store knows the person by another ID than before, by which the platform takes him for somebody new",
	}}
}

// toldAtMost is how many ineffective grants a status has room for in one tenant.
const toldAtMost = 64

func tenantStatuses(outcomes []roster.TenantOutcome, storeID string) []v1alpha1.OperatorTenantStatus {
	var statuses []v1alpha1.OperatorTenantStatus
	for _, outcome := range outcomes {
		status := v1alpha1.OperatorTenantStatus{
			Tenant:        v1alpha1.ObjectName(outcome.Tenant),
			Role:          v1alpha1.Role(outcome.Role),
			Conversations: outcome.Conversations,
			Links:         links(outcome.Facts, storeID),
		}
		if len(outcome.Obstacles) == 0 {
			for _, channel := range outcome.Channels {
				status.Channels = append(status.Channels, v1alpha1.Channel(channel))
			}
		}
		for _, ineffective := range outcome.Ineffective[:min(len(outcome.Ineffective), toldAtMost)] {
			status.Ineffective = append(status.Ineffective, v1alpha1.IneffectiveGrant{
				What: ineffective.Grant, Reason: string(ineffective.Reason), Message: ineffective.Message,
			})
		}
		statuses = append(statuses, status)
	}
	return statuses
}

// links are where what belongs to a person lies in a tenant's console (F25); nil where it has none.
func links(tenant roster.TenantRecord, storeID string) *v1alpha1.OperatorLinks {
	sessions, files, templates := tenant.HomeOf(storeID)
	if sessions == "" {
		return nil
	}
	return &v1alpha1.OperatorLinks{Sessions: sessions, Files: files, Templates: templates}
}

// channelsGranted tells whether the person can get any work at all (F26). Being deactivated takes no grant away.
func channelsGranted(outcomes []roster.TenantOutcome) metav1.Condition {
	for _, outcome := range outcomes {
		if len(outcome.Channels) > 0 {
			return is(v1alpha1.ConditionChannelsGranted, metav1.ConditionTrue, v1alpha1.ReasonGranted, "at least one channel is granted that its tenant has")
		}
	}
	return is(v1alpha1.ConditionChannelsGranted, metav1.ConditionFalse, v1alpha1.ReasonNothingGranted,
		"no channel is granted that its tenant has: the operator may log in and gets no work; grant a channel in spec.tenants[].channels or by a ChannelPolicy")
}
