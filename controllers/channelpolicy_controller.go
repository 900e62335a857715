// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/translate"
)

// policies reconciles channel policies. What they grant is stored with the people they match, when those are reconciled.
type policies struct{ *Shared }

// Sync stores the policy, without what breaks a rule, and tells whether what it grants can take effect.
func (k policies) Sync(ctx context.Context, p *v1alpha1.ChannelPolicy) (lifecycle.Report, error) {
	policy := translate.Policy(p)
	violations := policy.Violations()
	claim := k.claim(p, kindPolicy, p.Status.SyncedDigest)
	claim.ReportsDrift = roster.TenantReportsDrift(policy.Company, policy.Tenant, k.Directory)
	ensured, err := k.ensure(ctx, p, claim, provision.Policy(policy.Lawful()))
	outcome, events := k.drifting(outcomeOf(ctx, claim.Stamp.Owner, err).breaking(violations), p, claim, ensured.Drift, err)
	missing := policy.Missing(k.Directory)
	matched := k.countMatched(policy)

	p.Status.SyncedDigest = ensured.Digest
	p.Status.MatchedOperators = &matched
	return lifecycle.Report{
		Conditions:   append(outcome.conditions(missing), k.effective(policy, matched)),
		Events:       events,
		RequeueAfter: lookAgain(ensured),
	}, outcome.conclude(missing)
}

// Pending tells whether the policy's record is not the one stored.
func (k policies) Pending(ctx context.Context, p *v1alpha1.ChannelPolicy) (bool, error) {
	return k.Provisioner.Pending(ctx, k.claim(p, kindPolicy, p.Status.SyncedDigest), provision.Policy(translate.Policy(p).Lawful()))
}

// Remove removes the policy's record.
func (k policies) Remove(ctx context.Context, p *v1alpha1.ChannelPolicy) (lifecycle.Report, error) {
	key := roster.PolicyKey{Company: p.Namespace, Tenant: string(p.Spec.Tenant), Policy: p.Name}
	stamp := k.stamp(p, kindPolicy)
	k.doubts.forget(nameOf(p, kindPolicy))
	return lifecycle.Report{}, outcomeOf(ctx, stamp.Owner, k.Provisioner.DeletePolicy(ctx, key, stamp)).verdict
}

func (k policies) countMatched(policy roster.Policy) int32 {
	var matched int32
	for _, o := range k.Directory.OperatorsOf(policy.Company, policy.Tenant) {
		if k.grants(policy, translate.Operator(o)) {
			matched++
		}
	}
	return matched
}

// effective tells whether anything the policy grants can take effect, and if not, what stands in its way first.
func (k policies) effective(policy roster.Policy, matched int32) metav1.Condition {
	effect := policy.Effect(k.Directory, int(matched))
	status := metav1.ConditionFalse
	if effect.Effective {
		status = metav1.ConditionTrue
	}
	return is(v1alpha1.ConditionEffective, status, string(effect.Reason), effect.Message)
}
