// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

// Go's types cannot tell an absent field from an empty one, nor leave a required one out; manifests can.
var manifestCases = []struct {
	reason string
	base   func(namespace string) client.Object
	change func(manifest map[string]any)
	want   []cause
}{
	{
		reason: "empty lists are the same as none",
		base:   aPersonInSales,
		change: func(m map[string]any) {
			entry := firstEntry(m)
			for _, list := range []string{"team", "channels", "groups", "permissions"} {
				entry[list] = []any{}
			}
		},
	},
	{
		reason: "an operator may have an empty list of tenants",
		base:   aPersonInSales,
		change: func(m map[string]any) { spec(m)["tenants"] = []any{} },
	},
	{
		reason: "a tenant may have an empty list of channels",
		base:   aTenant,
		change: func(m map[string]any) { spec(m)["channels"] = []any{} },
	},
	{
		reason: "a group that gives channels gives one: none would read like all",
		base:   aGroup,
		change: func(m map[string]any) { spec(m)["channels"] = []any{} },
		want:   []cause{{"spec.channels", "should have at least 1 items"}},
	},
	{
		reason: "a policy grants at least one channel",
		base:   aPolicy,
		change: func(m map[string]any) { spec(m)["channels"] = []any{} },
		want:   []cause{{"spec.channels", "should have at least 1 items"}},
	},
	{
		reason: "a policy may have an empty list of subjects",
		base:   aPolicy,
		change: func(m map[string]any) { spec(m)["subjects"] = []any{} },
	},
	{
		reason: "absent and null are one",
		base:   aPersonInSales,
		change: func(m map[string]any) {
			spec(m)["active"] = nil
			firstEntry(m)["role"] = nil
			spec(m)["credential"] = nil
		},
	},
	{reason: "a tenant has a spec", base: aTenant, change: without("spec"), want: required("spec")},
	{reason: "a group has a tenant", base: aGroup, change: without("spec", "tenant"), want: required("spec.tenant")},
	{reason: "a policy has a tenant", base: aPolicy, change: without("spec", "tenant"), want: required("spec.tenant")},
	{reason: "a policy has channels", base: aPolicy, change: without("spec", "channels"), want: required("spec.channels")},
	{reason: "a person has a login", base: aPersonInSales, change: without("spec", "userName"), want: required("spec.userName")},
	{reason: "a person has a profile", base: aPersonInSales, change: without("spec", "profile"), want: required("spec.profile")},
	{
		reason: "a profile has names and an e-mail address",
		base:   aPersonInSales,
		change: func(m map[string]any) { spec(m)["profile"] = map[string]any{} },
		want:   required("spec.profile.givenName", "spec.profile.familyName", "spec.profile.email"),
	},
	{
		reason: "an entry has a tenant",
		base:   aPersonInSales,
		change: func(m map[string]any) { delete(firstEntry(m), "tenant") },
		want:   required("spec.tenants[0].tenant"),
	},
	{
		reason: "a membership of a group has its name",
		base:   aPersonInSales,
		change: func(m map[string]any) { firstEntry(m)["groups"] = []any{map[string]any{"priority": "Backup"}} },
		want:   required("spec.tenants[0].groups[0].name"),
	},
	{
		reason: "a capacity has its number",
		base:   aPolicy,
		change: func(m map[string]any) { spec(m)["capacity"] = map[string]any{} },
		want:   required("spec.capacity.maxConcurrent"),
	},
	{
		reason: "a budget has its number and its window",
		base:   aTenant,
		change: func(m map[string]any) { spec(m)["offboarding"] = map[string]any{"budget": map[string]any{}} },
		want:   required("spec.offboarding.budget.max", "spec.offboarding.budget.window"),
	},
	{
		reason: "a Facebook page has its ID and its token",
		base:   aTenant,
		change: func(m map[string]any) {
			spec(m)["integrations"] = map[string]any{"facebook": map[string]any{"accessTokenSecretRef": map[string]any{}}}
		},
		want: required(
			"spec.integrations.facebook.pageID",
			"spec.integrations.facebook.accessTokenSecretRef.name",
			"spec.integrations.facebook.accessTokenSecretRef.key",
		),
	},
}

func TestManifestsAreJudgedAsWritten(t *testing.T) {
	t.Parallel()
	c, namespace := plane.Client(t), plane.Namespace(t)
	for _, tc := range manifestCases {
		t.Run(tc.reason, func(t *testing.T) {
			t.Parallel()
			m := manifest(t, tc.base(namespace))
			tc.change(m.Object)
			expect(t, tc.want, c.Create(t.Context(), m, client.DryRunAll))
		})
	}
}

func TestServerSideApplyTakesOwnershipOfNothingElse(t *testing.T) {
	t.Parallel()
	c, namespace := plane.Client(t), plane.Namespace(t)
	for owner, tenant := range map[string]string{"first": "sales", "second": "support"} {
		m := manifest(t, testkit.Operator(namespace, "anna", testkit.InTenant(tenant, testkit.On(v1alpha1.ChannelChat))))
		if err := c.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(m), client.FieldOwner(owner)); err != nil {
			t.Fatalf("%s should apply its own entry beside the other's: %v", owner, err)
		}
	}
	found := &v1alpha1.Operator{}
	if err := c.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: "anna"}, found); err != nil {
		t.Fatalf("the operator should be found: %v", err)
	}
	got := map[v1alpha1.ObjectName][]v1alpha1.Channel{}
	for i := range found.Spec.Tenants {
		got[found.Spec.Tenants[i].Tenant] = found.Spec.Tenants[i].Channels
	}
	want := map[v1alpha1.ObjectName][]v1alpha1.Channel{"sales": {v1alpha1.ChannelChat}, "support": {v1alpha1.ChannelChat}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries of two appliers should stand side by side, by tenant (- wanted, + found):\n%s", diff)
	}
}

func aTenant(namespace string) client.Object { return tenant(namespace) }
func aGroup(namespace string) client.Object  { return group(namespace) }
func aPolicy(namespace string) client.Object { return policy(namespace) }
func aPersonInSales(namespace string) client.Object {
	return testkit.Operator(namespace, "anna", testkit.InTenant("sales"))
}

func manifest(t *testing.T, o client.Object) *unstructured.Unstructured {
	t.Helper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
	if err != nil {
		t.Fatalf("%T should have a manifest: %v", o, err)
	}
	m := &unstructured.Unstructured{Object: content}
	gvk, err := plane.Client(t).GroupVersionKindFor(o)
	if err != nil {
		t.Fatalf("%T should have a kind: %v", o, err)
	}
	m.SetGroupVersionKind(gvk)
	return m
}

func spec(m map[string]any) map[string]any { return m["spec"].(map[string]any) }

func firstEntry(m map[string]any) map[string]any {
	return spec(m)["tenants"].([]any)[0].(map[string]any)
}

func without(path ...string) func(map[string]any) {
	return func(m map[string]any) { unstructured.RemoveNestedField(m, path...) }
}

func required(fields ...string) []cause {
	var causes []cause
	for _, field := range fields {
		causes = append(causes, cause{field, "Required value"})
	}
	return causes
}
