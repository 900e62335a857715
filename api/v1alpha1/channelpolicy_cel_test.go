// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"fmt"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

const (
	saysOneWay            = "must have exactly one of role, group, operator and selector"
	saysSelectorSize      = "must have at most 16 labels and 16 expressions"
	saysPolicyTenantFixed = "cannot be changed: delete this policy and create one in the other tenant"
)

func TestChannelPolicyIsJudgedAlone(t *testing.T) {
	testCreations(t, policy, policyCreations)
}

func TestChannelPolicyChanges(t *testing.T) {
	testUpdates(t, policy, policyUpdates)
}

func policy(namespace string) *v1alpha1.ChannelPolicy {
	return testkit.ChannelPolicy(namespace, "desk", "sales")
}

var policyCreations = []creation[v1alpha1.ChannelPolicy]{
	{reason: "a policy for nobody is valid", change: func(*v1alpha1.ChannelPolicy) {}},
	{reason: "every field can be given", change: fillPolicy},
	{
		reason: "a policy grants something",
		change: testkit.Granting(),
		want:   []cause{{"spec.channels", `Required value`}},
	},
	{reason: "a channel twice is refused", change: testkit.Granting("Chat", "Chat"), want: []cause{{"spec.channels[1]", `Duplicate value: "Chat"`}}},
	{
		reason: "a tenant is named as objects are",
		change: func(p *v1alpha1.ChannelPolicy) { p.Spec.Tenant = "sales_cz" },
		want:   []cause{{"spec.tenant", saysObjectName}},
	},
	{reason: "a subject matches in some way", change: testkit.For(v1alpha1.PolicySubject{}), want: []cause{{"spec.subjects[0]", saysOneWay}}},
	{
		reason: "a subject matches in one way",
		change: testkit.For(
			v1alpha1.PolicySubject{Role: v1alpha1.RoleWorker},
			v1alpha1.PolicySubject{Role: v1alpha1.RoleWorker, Group: "desk"},
			v1alpha1.PolicySubject{Operator: "anna", Selector: &metav1.LabelSelector{}},
		),
		want: []cause{{"spec.subjects[1]", saysOneWay}, {"spec.subjects[2]", saysOneWay}},
	},
	{
		reason: "subjects are named as objects are",
		change: testkit.For(v1alpha1.PolicySubject{Group: "The Desk"}, v1alpha1.PolicySubject{Operator: "Anna"}),
		want:   []cause{{"spec.subjects[0].group", saysObjectName}, {"spec.subjects[1].operator", saysObjectName}},
	},
	{reason: "a selector may have 16 labels", change: testkit.For(selectingLabels(16))},
	{
		reason: "a selector of 17 labels is too large",
		change: testkit.For(selectingLabels(17)),
		want:   []cause{{"spec.subjects[0].selector", saysSelectorSize}},
	},
	{
		reason: "a selector of 17 expressions is too large",
		change: testkit.For(v1alpha1.PolicySubject{Selector: &metav1.LabelSelector{MatchExpressions: make([]metav1.LabelSelectorRequirement, 17)}}),
		want:   []cause{{"spec.subjects[0].selector", saysSelectorSize}},
	},
	{
		reason: "enumerations are closed",
		change: func(p *v1alpha1.ChannelPolicy) {
			p.Spec.Channels = []v1alpha1.Channel{"Telex"}
			p.Spec.Subjects = []v1alpha1.PolicySubject{{Role: "Owner"}}
			p.Spec.Availability = v1alpha1.Availability{Online: "Maybe", Away: "Maybe"}
		},
		want: []cause{
			{"spec.channels[0]", `supported values: "Chat", "Phone", "Email", "Facebook", "WhatsApp"`},
			{"spec.subjects[0].role", `supported values: "Administrator", "Manager", "Worker"`},
			{"spec.availability.online", `supported values: "Allowed", "Denied"`},
			{"spec.availability.away", `supported values: "Allowed", "Denied"`},
		},
	},
	{reason: "one conversation at a time is the least", change: capacity(0), want: []cause{{"spec.capacity.maxConcurrent", "should be greater than or equal to 1"}}},
	{reason: "25 conversations at a time are the most", change: capacity(26), want: []cause{{"spec.capacity.maxConcurrent", "should be less than or equal to 25"}}},
}

var policyUpdates = []update[v1alpha1.ChannelPolicy]{
	{
		reason: "a policy stays with its tenant",
		after:  func(p *v1alpha1.ChannelPolicy) { p.Spec.Tenant = "support" },
		want:   []cause{{"spec.tenant", saysPolicyTenantFixed}},
	},
	{reason: "all but the tenant can change", after: fillPolicy},
}

func fillPolicy(p *v1alpha1.ChannelPolicy) {
	p.Spec = v1alpha1.ChannelPolicySpec{
		Tenant:   p.Spec.Tenant,
		Channels: []v1alpha1.Channel{v1alpha1.ChannelEmail, v1alpha1.ChannelWhatsApp},
		Subjects: []v1alpha1.PolicySubject{
			{Role: v1alpha1.RoleWorker},
			{Group: "desk"},
			{Operator: "anna"},
			{Selector: &metav1.LabelSelector{}},
			{Selector: &metav1.LabelSelector{
				MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "shift", Operator: metav1.LabelSelectorOpExists}},
			}},
		},
		Availability: v1alpha1.Availability{Online: v1alpha1.AvailabilityAllowed, Away: v1alpha1.AvailabilityDenied},
		Capacity:     &v1alpha1.Capacity{MaxConcurrent: 25},
		Suspend:      true,
	}
}

func capacity(n int32) func(*v1alpha1.ChannelPolicy) {
	return func(p *v1alpha1.ChannelPolicy) { p.Spec.Capacity = &v1alpha1.Capacity{MaxConcurrent: n} }
}

func selectingLabels(n int) v1alpha1.PolicySubject {
	labels := make(map[string]string, n)
	for i := range n {
		labels[fmt.Sprintf("label-%d", i)] = "x"
	}
	return v1alpha1.PolicySubject{Selector: &metav1.LabelSelector{MatchLabels: labels}}
}
