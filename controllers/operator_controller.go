// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"cmp"
	"context"
	"errors"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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
	compiled := k.compile(o)
	claim := k.claim(o, kindOperator, o.Status.SyncedDigest)
	edited := o.Status.ObservedGeneration != o.Generation || claim.Synced == ""
	ensured, err := k.ensure(ctx, o, claim, provision.Person(compiled.Person))
	outcome := outcomeOf(ctx, claim.Stamp.Owner, err)

	o.Status.SyncedDigest = ensured.Digest
	if ensured.ID != "" {
		o.Status.StoreID = ensured.ID
	}
	if outcome.verdict == nil {
		o.Status.State = v1alpha1.OperatorState(compiled.Person.User.State())
	}
	o.Status.Tenants = tenantStatuses(compiled.Tenants, o.Status.StoreID)
	return lifecycle.Report{
		Conditions:   append(outcome.conditions(compiled.Missing), channelsGranted(compiled.Tenants)),
		Events:       k.operatorSees(compiled.Person, ensured.Before, edited),
		RequeueAfter: cmp.Or(lookAgain(ensured), k.untilFree(compiled.Person, err)),
	}, outcome.conclude(compiled.Missing)
}

func (k operators) compile(o *v1alpha1.Operator) roster.Compiled {
	return roster.Compile(translate.Operator(o), grouped{k.Directory, k.grouping})
}

// untilFree is when to come back to a person whose e-mail address somebody holds who declares another one by now: as soon as that is
// stored. Whoever is woken by the change of a manifest often comes before that. 0 is any other case.
func (k operators) untilFree(person roster.Person, err error) time.Duration {
	var conflict *store.ConflictError
	if !errors.As(err, &conflict) || conflict.Owner.Installation != k.Installation {
		return 0
	}
	holder, found := k.Directory.Operator(conflict.Owner.Namespace, conflict.Owner.Name)
	if !found || (roster.User{Profile: holder.Profile}).EmailKey() == person.User.EmailKey() {
		return 0
	}
	return soon
}

// Pending tells whether the record the person compiles to is not the one stored.
func (k operators) Pending(ctx context.Context, o *v1alpha1.Operator) (bool, error) {
	compiled := k.compile(o)
	return k.Provisioner.Pending(ctx, k.claim(o, kindOperator, o.Status.SyncedDigest), provision.Person(compiled.Person))
}

// Remove does with the person's record what the deletion policy says.
func (k operators) Remove(ctx context.Context, o *v1alpha1.Operator) (lifecycle.Report, error) {
	key, stamp := roster.NewPersonKey(o.Namespace, o.Spec.UserName), k.stamp(o, kindOperator)
	var err error
	switch o.Spec.DeletionPolicy {
	case v1alpha1.OperatorDeletionPolicyDelete:
		err = k.Provisioner.DeletePerson(ctx, key, stamp)
	case v1alpha1.OperatorDeletionPolicyOrphan:
		err = k.Provisioner.OrphanPerson(ctx, key, stamp)
	default:
		err = k.Provisioner.Deactivate(ctx, k.compile(o).Person, stamp, k.Clock.Now())
	}
	return lifecycle.Report{}, outcomeOf(ctx, stamp.Owner, err).verdict
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
