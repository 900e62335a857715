// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Group is a department of a tenant: a set of operators to whom
// conversations are routed.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=groups,singular=group,shortName=rgrp,categories=roster,scope=Namespaced
// +kubebuilder:printcolumn:name="Tenant",type=string,JSONPath=`.spec.tenant`,description="Tenant of the group"
// +kubebuilder:printcolumn:name="Members",type=integer,JSONPath=`.status.members`,description="Operators in the group"
// +kubebuilder:printcolumn:name="Live",type=integer,JSONPath=`.status.activeMembers`,description="Those of them who are not deactivated"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Whether the store equals this object"
// +kubebuilder:printcolumn:name="Reason",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,description="Why it is ready or not"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="self.metadata.name != 'general'",fieldPath=".metadata",message="the name general is reserved for the general group, which every tenant has: choose another name"
type Group struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata. The name is the group's key;
	// general is reserved.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is what the group should be.
	// +required
	Spec GroupSpec `json:"spec"`

	// status is what the manager found and did.
	// +optional
	// +kubebuilder:default={"observedGeneration":-1}
	Status GroupStatus `json:"status,omitzero"`
}

// LifecycleStatus gives the generic reconciler its part of the status.
func (g *Group) LifecycleStatus() (observedGeneration *int64, conditions *[]metav1.Condition) {
	return &g.Status.ObservedGeneration, &g.Status.Conditions
}

// IsSuspended says whether spec.suspend asks the manager to leave the
// group's record alone.
func (g *Group) IsSuspended() bool { return g.Spec.Suspend }

// GroupList is a list of Groups.
// +kubebuilder:object:root=true
type GroupList struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard list metadata.
	// +optional
	metav1.ListMeta `json:"metadata,omitzero"`

	// items are the Groups.
	Items []Group `json:"items"`
}

// GroupSpec is what a group should be.
type GroupSpec struct {
	// tenant is the name of the Tenant the group belongs to. It need not exist
	// yet; it cannot be changed.
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="cannot be changed: delete this group and create one in the other tenant"
	Tenant ObjectName `json:"tenant"`

	// displayName is the name shown to people, at most 128 characters. Absent:
	// metadata.name is shown.
	// +optional
	DisplayName DisplayText `json:"displayName,omitempty"`

	// description says what the group is for, at most 1024 characters.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Description string `json:"description,omitempty"`

	// channels are the channels on which the group is served, at least one
	// where given. Absent: all channels of the tenant.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Channels []Channel `json:"channels,omitempty"`

	// routing says how conversations are handed to the group's operators; it
	// is kept for the platform.
	// +optional
	Routing GroupRouting `json:"routing,omitzero"`

	// suspend stops the manager from writing the record of this object;
	// deletion is never suspended. Default false.
	// +optional
	// +kubebuilder:default=false
	Suspend bool `json:"suspend,omitempty"`
}

// GroupRouting says how conversations are handed to a group's operators.
type GroupRouting struct {
	// strategy is who is next: RoundRobin (each in turn) or LeastBusy (who has
	// the fewest conversations). Absent: the platform's own choice.
	// +optional
	Strategy RoutingStrategy `json:"strategy,omitempty"`

	// maxConcurrentPerOperator is how many conversations of the group one
	// operator has at a time, at least 1. Absent: no limit beside those of the
	// operator's grants.
	// +optional
	// +kubebuilder:validation:Minimum=1
	MaxConcurrentPerOperator *int32 `json:"maxConcurrentPerOperator,omitempty"`
}

// RoutingStrategy says which operator is next.
// +kubebuilder:validation:Enum=RoundRobin;LeastBusy
type RoutingStrategy string

const (
	// RoutingStrategyRoundRobin takes each operator in turn.
	RoutingStrategyRoundRobin RoutingStrategy = "RoundRobin"
	// RoutingStrategyLeastBusy takes the one with the fewest conversations.
	RoutingStrategyLeastBusy RoutingStrategy = "LeastBusy"
)

// GroupStatus is what the manager found and did about a group.
type GroupStatus struct {
	CommonStatus `json:",inline"`

	// syncedDigest identifies the record that was last written in full:
	// compile version, store and hash. Absent while something is held, in
	// conflict or not yet written.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	SyncedDigest string `json:"syncedDigest,omitempty"`

	// members counts the operators in the group; brought up to date at most
	// once in 5 seconds. Absent: not counted yet.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Members *int32 `json:"members,omitempty"`

	// activeMembers counts those of them who are not deactivated. Absent: not
	// counted yet.
	// +optional
	// +kubebuilder:validation:Minimum=0
	ActiveMembers *int32 `json:"activeMembers,omitempty"`
}
