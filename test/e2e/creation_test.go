// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/testkit"
)

func isReady[T lifecycle.Object](o T) bool {
	observed, conditions := o.LifecycleStatus()
	return *observed == o.GetGeneration() && meta.IsStatusConditionTrue(*conditions, v1alpha1.ConditionReady)
}

func becomesReady[T lifecycle.Object](c *company, objects ...T) {
	c.t.Helper()
	for _, o := range objects {
		settled(c, o, "becomes Ready", isReady)
	}
}

// reason is the reason of a condition, with its status: "Ready=False/MissingReference". It is empty where there is none.
func reason[T lifecycle.Object](o T, conditionType string) string {
	_, conditions := o.LifecycleStatus()
	if found := meta.FindStatusCondition(*conditions, conditionType); found != nil {
		return fmt.Sprintf("%s=%s/%s", conditionType, found.Status, found.Reason)
	}
	return ""
}

func TestCreatingAnOperatorCostsOneStatusWriteAndOneTransaction(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	tenant := testkit.Tenant(c.namespace, "north")
	c.create(tenant)
	becomesReady(c, tenant)
	settled(c, tenant, "has counted nobody", func(t *v1alpha1.Tenant) bool { return t.Status.Operators != nil })
	c.requests.reset()
	c.store.Reset()

	operator := testkit.Operator(c.namespace, "worker-1", testkit.InTenant("north", testkit.On(v1alpha1.ChannelChat)))
	c.create(operator)
	becomesReady(c, operator)
	settled(c, tenant, "has counted the operator", func(t *v1alpha1.Tenant) bool { return t.Status.Operators.Total == 1 })

	base := "PATCH /apis/identity.roster.dev/v1alpha1/namespaces/" + c.namespace
	want := []string{base + "/operators/worker-1/status", base + "/tenants/north/status"}
	if diff := cmp.Diff(want, c.requests.list()); diff != "" {
		t.Errorf("one Operator costs one status write on it, and one on its Tenant for the count (-want +got):\n%s", diff)
	}
	if got := c.store.Counts(); got.Puts != 1 || got.Changed != 1 || got.Gets+got.Lists+got.Deletes+got.Releases != 0 {
		t.Errorf("one Operator costs one store transaction, got %+v", got)
	}
	var events eventsv1.EventList
	if err := c.List(t.Context(), &events, client.InNamespace(c.namespace)); err != nil || len(events.Items) != 0 {
		t.Errorf("nothing abnormal happened, so there is no Event: got %d (%v)", len(events.Items), err)
	}
	if operator.Status.StoreID == "" || operator.Status.State != v1alpha1.OperatorStateInvited {
		t.Errorf("the status names the store's ID and the state Invited, got %q and %q", operator.Status.StoreID, operator.Status.State)
	}
	person, err := c.store.People().Get(t.Context(), roster.NewPersonKey(c.namespace, "worker-1"))
	if err != nil || len(person.Value.Grants) != 1 || person.ID != operator.Status.StoreID {
		t.Errorf("the store holds the person with one grant under the ID of the status, got %+v (%v)", person, err)
	}
}
