// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

func TestSuspendedOperatorIsNotWrittenUntilResumed(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	operator := testkit.Operator(c.namespace, "worker-1", testkit.InTenant("north", testkit.On(v1alpha1.ChannelChat)))
	c.create(testkit.Tenant(c.namespace, "north"), operator)
	becomesReady(c, operator)
	before := c.person("worker-1")
	c.store.Reset()

	edit(c, operator, func(o *v1alpha1.Operator) { o.Spec.Suspend = true })
	says(c, operator, "Suspended=True/Suspended")
	if got := reason(operator, v1alpha1.ConditionReady); got != "Ready=True/Succeeded" {
		t.Errorf("nothing waits, so Ready stays True, got %s", got)
	}

	edit(c, operator, func(o *v1alpha1.Operator) { o.Spec.Profile.Title = "Head" })
	says(c, operator, "Ready=False/Suspended")
	if got := reason(operator, v1alpha1.ConditionReconciling) + reason(operator, v1alpha1.ConditionStalled); got != "" {
		t.Errorf("a suspended object is neither Reconciling nor Stalled, got %s", got)
	}
	if got := c.store.Counts().Writes(); got != 0 {
		t.Errorf("nothing should be written while suspended, got %d writes", got)
	}
	if diff := cmp.Diff(before, c.person("worker-1")); diff != "" {
		t.Errorf("the record should be as it was (-want +got):\n%s", diff)
	}

	edit(c, operator, func(o *v1alpha1.Operator) { o.Spec.Suspend = false })
	becomesReady(c, operator)
	if got := reason(operator, v1alpha1.ConditionSuspended); got != "" {
		t.Errorf("Suspended should be absent once resumed, got %s", got)
	}
	if got := c.person("worker-1").Value.User.Profile.Title; got != "Head" {
		t.Errorf("the change that waited should be written, the store holds the title %q", got)
	}
}

func TestSuspendedOperatorMissesWhatOthersChangeUntilResumed(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	operator := testkit.Operator(c.namespace, "worker-1", testkit.InTenant("north"))
	c.create(testkit.Tenant(c.namespace, "north"), operator)
	becomesReady(c, operator)
	edit(c, operator, func(o *v1alpha1.Operator) { o.Spec.Suspend = true })
	says(c, operator, "Suspended=True/Suspended")

	c.create(testkit.ChannelPolicy(c.namespace, "chat", "north", testkit.For(v1alpha1.PolicySubject{Group: "general"})))
	says(c, operator, "Ready=False/Suspended")
	if got := c.person("worker-1").Value.Grants; len(got) != 0 {
		t.Errorf("a policy should not reach a suspended operator's record, which holds %+v", got)
	}
	edit(c, operator, func(o *v1alpha1.Operator) { o.Spec.Suspend = false })
	becomesReady(c, operator)
	c.works(operator, "Chat", "Chat")
}

func TestOperatorBornSuspendedIsNotStored(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	operator := testkit.Operator(c.namespace, "worker-1", func(o *v1alpha1.Operator) { o.Spec.Suspend = true })
	c.create(operator)
	says(c, operator, "Ready=False/Suspended")
	if got := c.store.Counts().Puts; got != 0 {
		t.Errorf("nothing should be written while suspended, got %d puts", got)
	}
	edit(c, operator, func(o *v1alpha1.Operator) { o.Spec.Suspend = false })
	becomesReady(c, operator)
	c.person("worker-1")
}

func TestSuspendedObjectsAreDeletedAllTheSame(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	tenant, operator := testkit.Tenant(c.namespace, "north"), testkit.Operator(c.namespace, "worker-1")
	c.create(tenant, operator)
	becomesReady(c, tenant)
	becomesReady(c, operator)
	edit(c, tenant, func(t *v1alpha1.Tenant) { t.Spec.Suspend = true })
	edit(c, operator, func(o *v1alpha1.Operator) { o.Spec.Suspend = true })
	says(c, tenant, "Suspended=True/Suspended")
	says(c, operator, "Suspended=True/Suspended")
	c.remove(tenant, operator)
	c.gone(tenant, operator)
	if c.person("worker-1").Value.User.Active || !c.contactCentre("north").Value.Retired {
		t.Error("deletion is never suspended: the person should be deactivated and the tenant retired")
	}
}
