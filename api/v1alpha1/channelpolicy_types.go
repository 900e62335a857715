// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ChannelPolicy grants channels of a tenant to operators by role, group,
// name or label. A policy only grants: what an operator holds is the union
// of his direct channels and of all policies that match him.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=channelpolicies,singular=channelpolicy,shortName=rcp,categories=roster,scope=Namespaced
// +kubebuilder:printcolumn:name="Tenant",type=string,JSONPath=`.spec.tenant`,description="Tenant of the policy"
// +kubebuilder:printcolumn:name="Channels",type=string,JSONPath=`.spec.channels`,description="Channels it grants"
// +kubebuilder:printcolumn:name="Matched",type=integer,JSONPath=`.status.matchedOperators`,description="Operators to whom it applies"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Whether the store equals this object"
// +kubebuilder:printcolumn:name="Reason",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,description="Why it is ready or not"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type ChannelPolicy struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is what the policy grants, and to whom.
	// +required
	Spec ChannelPolicySpec `json:"spec"`

	// status is what the manager found and did.
	// +optional
	// +kubebuilder:default={"observedGeneration":-1}
	Status ChannelPolicyStatus `json:"status,omitzero"`
}

// LifecycleStatus gives the generic reconciler its part of the status.
func (p *ChannelPolicy) LifecycleStatus() (observedGeneration *int64, conditions *[]metav1.Condition) {
	return &p.Status.ObservedGeneration, &p.Status.Conditions
}

// IsSuspended says whether spec.suspend asks the manager to leave the
// policy's record alone.
func (p *ChannelPolicy) IsSuspended() bool { return p.Spec.Suspend }

// ChannelPolicyList is a list of ChannelPolicies.
// +kubebuilder:object:root=true
type ChannelPolicyList struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard list metadata.
	// +optional
	metav1.ListMeta `json:"metadata,omitzero"`

	// items are the ChannelPolicies.
	Items []ChannelPolicy `json:"items"`
}

// ChannelPolicySpec is what a policy grants, and to whom.
type ChannelPolicySpec struct {
	// tenant is the name of the Tenant whose channels are granted. It need not
	// exist yet; it cannot be changed.
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="cannot be changed: delete this policy and create one in the other tenant"
	Tenant ObjectName `json:"tenant"`

	// channels are the channels granted, at least one. Those the tenant does
	// not have give nothing.
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Channels []Channel `json:"channels"`

	// subjects say to whom: an operator of the tenant whom any of them
	// matches. At most 64. Absent or empty: to nobody.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	Subjects []PolicySubject `json:"subjects,omitempty"`

	// availability says in which states the grant counts.
	// +optional
	// +kubebuilder:default={}
	Availability Availability `json:"availability,omitzero"`

	// capacity limits the work that the grant brings. Absent: no limit.
	// +optional
	Capacity *Capacity `json:"capacity,omitempty"`

	// suspend stops the manager from writing the record of this object;
	// deletion is never suspended. Default false.
	// +optional
	// +kubebuilder:default=false
	Suspend bool `json:"suspend,omitempty"`
}

// PolicySubject matches operators of the tenant in exactly one way.
// +kubebuilder:validation:XValidation:rule="[has(self.role), has(self.group), has(self.operator), has(self.selector)].exists_one(given, given)",message="must have exactly one of role, group, operator and selector"
type PolicySubject struct {
	// role matches those who have this role in the tenant.
	// +optional
	Role Role `json:"role,omitempty"`

	// group matches those who name this Group of the tenant, once it exists.
	// The reserved key general matches every operator of the tenant.
	// +optional
	Group ObjectName `json:"group,omitempty"`

	// operator matches the Operator of this name.
	// +optional
	Operator ObjectName `json:"operator,omitempty"`

	// selector matches the Operators with these labels; an empty selector
	// matches every operator of the tenant. At most 16 labels and 16
	// expressions.
	// +optional
	// +kubebuilder:validation:XValidation:rule="(!has(self.matchLabels) || size(self.matchLabels) <= 16) && (!has(self.matchExpressions) || size(self.matchExpressions) <= 16)",message="must have at most 16 labels and 16 expressions"
	Selector *metav1.LabelSelector `json:"selector,omitempty"`
}

// Availability says in which states of a person a grant counts.
type Availability struct {
	// online says whether the grant counts while the person is Online: Allowed
	// (the default) or Denied.
	// +optional
	// +kubebuilder:default=Allowed
	Online AvailabilityRule `json:"online,omitempty"`

	// away says whether the grant counts while the person is Away: Allowed
	// (the default) or Denied. It has effect only on channels of the tenant's
	// awayRouting.
	// +optional
	// +kubebuilder:default=Allowed
	Away AvailabilityRule `json:"away,omitempty"`
}

// AvailabilityRule says whether a grant counts.
// +kubebuilder:validation:Enum=Allowed;Denied
type AvailabilityRule string

const (
	// AvailabilityAllowed lets the grant count.
	AvailabilityAllowed AvailabilityRule = "Allowed"
	// AvailabilityDenied does not. Another grant of the channel may still
	// count.
	AvailabilityDenied AvailabilityRule = "Denied"
)

// Capacity limits the work that a grant brings.
type Capacity struct {
	// maxConcurrent is how many conversations of the channel the person has at
	// a time, from 1 to 25. Of several grants the largest counts.
	// +required
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=25
	MaxConcurrent int32 `json:"maxConcurrent"`
}

// ChannelPolicyStatus is what the manager found and did about a policy.
type ChannelPolicyStatus struct {
	CommonStatus `json:",inline"`

	// syncedDigest identifies the record that was last written in full:
	// compile version, store and hash. Absent while something is held, in
	// conflict or not yet written.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	SyncedDigest string `json:"syncedDigest,omitempty"`

	// matchedOperators counts the operators to whom the policy applies;
	// brought up to date at most once in 5 seconds. Absent: not counted yet.
	// +optional
	// +kubebuilder:validation:Minimum=0
	MatchedOperators *int32 `json:"matchedOperators,omitempty"`
}
