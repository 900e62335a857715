// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// OperatorStatus is what the manager found and did about a person. It
// holds no name, e-mail address or phone number.
type OperatorStatus struct {
	CommonStatus `json:",inline"`

	// state is Invited until the person has set a password, then Active;
	// Deactivated while he is switched off. Absent: not stored yet.
	// +optional
	State OperatorState `json:"state,omitempty"`

	// storeID is the person's identity in the store. It outlives this object:
	// whoever comes back keeps it.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	StoreID string `json:"storeID,omitempty"`

	// syncedDigest identifies the record that was last written in full:
	// compile version, store and hash. Absent while something is held, in
	// conflict or not yet written.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	SyncedDigest string `json:"syncedDigest,omitempty"`

	// activation tells of the activation link. Absent: none was sent.
	// +optional
	Activation *ActivationStatus `json:"activation,omitempty"`

	// tenants tell what the entries of spec.tenants come to.
	// +optional
	// +listType=map
	// +listMapKey=tenant
	// +kubebuilder:validation:MaxItems=64
	Tenants []OperatorTenantStatus `json:"tenants,omitempty"`
}

// OperatorState is how far a person's account has come.
// +kubebuilder:validation:Enum=Invited;Active;Deactivated
type OperatorState string

const (
	// OperatorStateInvited is a person who has not set a password yet.
	OperatorStateInvited OperatorState = "Invited"
	// OperatorStateActive is a person who can log in.
	OperatorStateActive OperatorState = "Active"
	// OperatorStateDeactivated is a person who is switched off.
	OperatorStateDeactivated OperatorState = "Deactivated"
)

// ActivationStatus tells of a person's activation link; never of its
// token.
type ActivationStatus struct {
	// sentTime is when the latest link was sent.
	// +optional
	SentTime *metav1.Time `json:"sentTime,omitempty"`

	// expiresTime is when it ceases to work.
	// +optional
	ExpiresTime *metav1.Time `json:"expiresTime,omitempty"`

	// usedTime is when the person set a password with it.
	// +optional
	UsedTime *metav1.Time `json:"usedTime,omitempty"`

	// attempts is how often sending was tried.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Attempts int32 `json:"attempts,omitempty"`
}

// OperatorTenantStatus tells what one entry of spec.tenants comes to.
type OperatorTenantStatus struct {
	// tenant is the name of the tenant.
	// +required
	Tenant ObjectName `json:"tenant"`

	// role is the role the person has in it: Administrator in every tenant for
	// a company administrator, whatever the entry says.
	// +optional
	Role Role `json:"role,omitempty"`

	// channels are the channels on which the person can work: direct grants
	// and those of ChannelPolicies, cut to the channels of the tenant. Absent
	// or empty: none, as for somebody who is deactivated.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	Channels []Channel `json:"channels,omitempty"`

	// conversations says in a short phrase whose conversations the person sees
	// once he can log in, such as "all", "own, general group, groups sales and
	// care, team of 3" or "none: deactivated". It is for people to read; a
	// program asks the store.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Conversations string `json:"conversations,omitempty"`

	// ineffective lists what the entry grants without effect, and why: a
	// channel the tenant does not have, a member of the team who cannot be
	// one, a permission or a group beyond the tenant's policies, or the whole
	// entry while it is held. At most 64, the first ones.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	Ineffective []IneffectiveGrant `json:"ineffective,omitempty"`

	// links lead to the person's work in the tenant's console. Absent: the
	// tenant has no consoleURL, or the person is not stored yet.
	// +optional
	Links *OperatorLinks `json:"links,omitempty"`
}

// IneffectiveGrant is something granted that has no effect.
type IneffectiveGrant struct {
	// what is the thing granted, by kind and name, such as "channel Phone" or
	// "group sales".
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=320
	What string `json:"what"`

	// reason is why it has no effect, as one word in CamelCase.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason"`

	// message is the reason as a sentence that says what would help.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Message string `json:"message,omitempty"`
}

// OperatorLinks lead to a person's work.
type OperatorLinks struct {
	// sessions is the address of the person's chats and calls.
	// +optional
	// +kubebuilder:validation:MaxLength=2048
	Sessions string `json:"sessions,omitempty"`

	// files is the address of the person's files.
	// +optional
	// +kubebuilder:validation:MaxLength=2048
	Files string `json:"files,omitempty"`

	// templates is the address of the person's templates.
	// +optional
	// +kubebuilder:validation:MaxLength=2048
	Templates string `json:"templates,omitempty"`
}
