// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

func TestDefaultsOfMinimalObjects(t *testing.T) {
	t.Parallel()
	c, namespace := plane.Client(t), plane.Namespace(t)

	minimalTenant := testkit.Tenant(namespace, "sales", func(t *v1alpha1.Tenant) { t.Spec = v1alpha1.TenantSpec{} })
	person := testkit.Operator(namespace, "anna", testkit.InTenant("sales", testkit.InGroups("desk")))
	department := testkit.Group(namespace, "desk", "sales")
	grant := testkit.ChannelPolicy(namespace, "desk", "sales")
	for _, object := range []client.Object{minimalTenant, person, department, grant} {
		if err := c.Create(t.Context(), object); err != nil {
			t.Fatalf("the smallest %T should be admitted: %v", object, err)
		}
	}

	compare(t, minimalTenant.Spec, v1alpha1.TenantSpec{
		Conversations: v1alpha1.ConversationSettings{
			OthersMessages: v1alpha1.MessageVisibilityAllowed, UnassignedScope: v1alpha1.UnassignedScopeGeneral,
		},
		RolePolicy:     v1alpha1.RolePolicyStrict,
		Activation:     v1alpha1.ActivationSettings{ValidFor: lasting(72 * time.Hour)},
		DeletionPolicy: v1alpha1.TenantDeletionPolicyRetain,
		Offboarding:    v1alpha1.OffboardingSettings{Retention: lasting(720 * time.Hour)},
		DriftPolicy:    v1alpha1.DriftPolicyCorrect,
	})
	compare(t, person.Spec, v1alpha1.OperatorSpec{
		UserName:       "anna",
		Profile:        v1alpha1.Profile{GivenName: "Given", FamilyName: "Family", Email: "anna@example.com"},
		Active:         new(true),
		Credential:     v1alpha1.Credential{Mode: v1alpha1.CredentialModeActivationLink},
		DeletionPolicy: v1alpha1.OperatorDeletionPolicyDeactivate,
		Tenants: []v1alpha1.OperatorTenant{{
			Tenant: "sales", Active: new(true), Role: v1alpha1.RoleWorker,
			Groups: []v1alpha1.OperatorGroup{{Name: "desk", Priority: v1alpha1.GroupPriorityNormal}},
		}},
	})
	compare(t, department.Spec, v1alpha1.GroupSpec{Tenant: "sales"})
	compare(t, grant.Spec, v1alpha1.ChannelPolicySpec{
		Tenant: "sales", Channels: []v1alpha1.Channel{v1alpha1.ChannelChat},
		Availability: v1alpha1.Availability{Online: v1alpha1.AvailabilityAllowed, Away: v1alpha1.AvailabilityAllowed},
	})
}

func TestStatusBeginsUnobserved(t *testing.T) {
	t.Parallel()
	c, namespace := plane.Client(t), plane.Namespace(t)
	objects := []lifecycleObject{
		testkit.Tenant(namespace, "sales"), testkit.Operator(namespace, "anna"),
		testkit.Group(namespace, "desk", "sales"), testkit.ChannelPolicy(namespace, "desk", "sales"),
	}
	for _, object := range objects {
		observed, conditions := object.LifecycleStatus()
		*observed = 7
		*conditions = []metav1.Condition{ready(metav1.ConditionTrue)}
		if err := c.Create(t.Context(), object); err != nil {
			t.Fatalf("%T should be admitted: %v", object, err)
		}
		if err := c.Get(t.Context(), client.ObjectKeyFromObject(object), object); err != nil {
			t.Fatalf("%T should be found: %v", object, err)
		}
		if observed, conditions := object.LifecycleStatus(); *observed != -1 || len(*conditions) > 0 {
			t.Errorf("the status of a new %T should be observedGeneration -1 alone, whatever was sent; is %d with %v", object, *observed, *conditions)
		}
		if object.IsSuspended() {
			t.Errorf("a new %T should not be suspended", object)
		}
	}
}

func TestStatusIsWrittenApartFromSpec(t *testing.T) {
	t.Parallel()
	c, namespace := plane.Client(t), plane.Namespace(t)
	person := testkit.Operator(namespace, "anna", testkit.InTenant("sales"))
	if err := c.Create(t.Context(), person); err != nil {
		t.Fatalf("the operator should be admitted: %v", err)
	}
	want := v1alpha1.OperatorStatus{
		CommonStatus: v1alpha1.CommonStatus{ObservedGeneration: 1, Conditions: []metav1.Condition{ready(metav1.ConditionTrue)}},
		State:        v1alpha1.OperatorStateInvited,
		StoreID:      "0192d3e4-0000-7000-8000-000000000001",
		SyncedDigest: "1:0192d3e4-0000-7000-8000-000000000002:0000000000000000000000000000000000000000000000000000000000000000",
		Activation:   &v1alpha1.ActivationStatus{SentTime: &metav1.Time{Time: time.Unix(1, 0)}, Attempts: 1},
		Tenants: []v1alpha1.OperatorTenantStatus{{
			Tenant: "sales", Role: v1alpha1.RoleWorker, Channels: []v1alpha1.Channel{v1alpha1.ChannelChat},
			Conversations: "own and general",
			Ineffective:   []v1alpha1.IneffectiveGrant{{What: "channel Phone", Reason: v1alpha1.ReasonChannelNotOfTenant, Message: "The tenant has no phone."}},
			Links:         &v1alpha1.OperatorLinks{Sessions: "https://console.example.com/sessions"},
		}},
	}
	person.Status = *want.DeepCopy()
	person.Spec.Suspend = true
	if err := c.Status().Update(t.Context(), person); err != nil {
		t.Fatalf("the status should be admitted: %v", err)
	}
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(person), person); err != nil {
		t.Fatalf("the operator should be found: %v", err)
	}
	compare(t, person.Status, want)
	if person.IsSuspended() || person.Generation != 1 {
		t.Errorf("a write of the status should leave the spec alone; suspended is %v, generation %d", person.IsSuspended(), person.Generation)
	}
}

// lifecycleObject is what the generic reconciler asks of a kind.
type lifecycleObject interface {
	client.Object
	LifecycleStatus() (observedGeneration *int64, conditions *[]metav1.Condition)
	IsSuspended() bool
}

func ready(status metav1.ConditionStatus) metav1.Condition {
	return metav1.Condition{
		Type: v1alpha1.ConditionReady, Status: status, Reason: v1alpha1.ReasonSucceeded,
		Message: "Stored.", LastTransitionTime: metav1.Time{Time: time.Unix(1, 0)},
	}
}

func compare[T any](t *testing.T, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%T should be as wanted (- wanted, + found):\n%s", want, diff)
	}
}
