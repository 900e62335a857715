// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Tenant is one contact centre of the company: its channels, its rules and
// the defaults of its people.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=tenants,singular=tenant,shortName=rten,categories=roster,scope=Namespaced
// +kubebuilder:printcolumn:name="Channels",type=string,JSONPath=`.spec.channels`,description="Channels the tenant has"
// +kubebuilder:printcolumn:name="Operators",type=integer,JSONPath=`.status.operators.total`,description="People with an entry for the tenant"
// +kubebuilder:printcolumn:name="Active",type=integer,JSONPath=`.status.operators.active`,description="Those of them who can work"
// +kubebuilder:printcolumn:name="Invited",type=integer,JSONPath=`.status.operators.invited`,description="Those who have not set a password yet"
// +kubebuilder:printcolumn:name="Groups",type=integer,JSONPath=`.status.groups`,description="Groups of the tenant"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Whether the store equals this object"
// +kubebuilder:printcolumn:name="Reason",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,description="Why it is ready or not"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type Tenant struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata. The name is the tenant's key,
	// to which Operators, Groups and ChannelPolicies refer.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is what the tenant should be.
	// +required
	Spec TenantSpec `json:"spec"`

	// status is what the manager found and did.
	// +optional
	// +kubebuilder:default={"observedGeneration":-1}
	Status TenantStatus `json:"status,omitzero"`
}

// LifecycleStatus gives the generic reconciler its part of the status.
func (t *Tenant) LifecycleStatus() (observedGeneration *int64, conditions *[]metav1.Condition) {
	return &t.Status.ObservedGeneration, &t.Status.Conditions
}

// IsSuspended says whether spec.suspend asks the manager to leave the
// tenant's record alone.
func (t *Tenant) IsSuspended() bool { return t.Spec.Suspend }

// TenantList is a list of Tenants.
// +kubebuilder:object:root=true
type TenantList struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard list metadata.
	// +optional
	metav1.ListMeta `json:"metadata,omitzero"`

	// items are the Tenants.
	Items []Tenant `json:"items"`
}

// TenantSpec is what a tenant should be.
type TenantSpec struct {
	// displayName is the name shown to people, at most 128 characters. Absent:
	// metadata.name is shown.
	// +optional
	DisplayName DisplayText `json:"displayName,omitempty"`

	// channels are the channels the tenant has. A grant of any other channel
	// has no effect until it is listed here. Absent or empty: none.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	Channels []Channel `json:"channels,omitempty"`

	// generalGroup describes the general group. Every tenant has one; it
	// cannot be deleted, and its reserved key is general. Conversations
	// without a group belong to it.
	// +optional
	GeneralGroup GeneralGroupSpec `json:"generalGroup,omitzero"`

	// conversations say how far operators see the conversations of others.
	// +optional
	// +kubebuilder:default={}
	Conversations ConversationSettings `json:"conversations,omitzero"`

	// chat holds settings of the web chat that change how it looks and
	// behaves.
	// +optional
	Chat ChatSettings `json:"chat,omitzero"`

	// payments switch payments within conversations. Absent: off.
	// +optional
	Payments PaymentSettings `json:"payments,omitzero"`

	// integrations connect the tenant to other systems. Absent: to none.
	// +optional
	Integrations IntegrationSettings `json:"integrations,omitzero"`

	// profilePolicy says which further profile fields the tenant demands of
	// its operators. Absent: none.
	// +optional
	ProfilePolicy ProfilePolicy `json:"profilePolicy,omitzero"`

	// groupPolicy limits the groups of one operator. Absent: no limit.
	// +optional
	GroupPolicy GroupPolicy `json:"groupPolicy,omitzero"`

	// rolePolicy says whether a Worker may hold additive permissions: Strict
	// (the default) no, Additive yes. Under Strict such a permission is held
	// back and named in the Operator's condition Held.
	// +optional
	// +kubebuilder:default=Strict
	RolePolicy RolePolicy `json:"rolePolicy,omitempty"`

	// awayRouting says what is still routed to an operator who is Away.
	// Absent: nothing.
	// +optional
	AwayRouting AwayRouting `json:"awayRouting,omitzero"`

	// activation holds settings of the links by which new people set their
	// password.
	// +optional
	// +kubebuilder:default={}
	Activation ActivationSettings `json:"activation,omitzero"`

	// locale is the language of mails to the tenant's people who name none, as
	// a BCP 47 tag, such as en or cs-CZ. Absent: English.
	// +optional
	// +kubebuilder:validation:MaxLength=35
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$')",message="must be a language tag of BCP 47, such as en or cs-CZ"
	Locale string `json:"locale,omitempty"`

	// consoleURL is the address under which the links to a person's sessions,
	// files and templates lie, at most 1024 characters: an http or https URL
	// without user, query or fragment. Absent: no links.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule=`isURL(self) && url(self).getScheme() in ['http', 'https'] && url(self).getHostname() != '' && !self.matches('[@?#]')`,message="must be an http or https URL with a host and without user, query or fragment, such as https://console.example.com"
	ConsoleURL string `json:"consoleURL,omitempty"`

	// deletionPolicy says what deleting this object does. Retain (the
	// default): the tenant is marked retired, its people lose their access in
	// it, and creating it again restores all. Delete: the same, then it is
	// purged after the retention.
	// +optional
	// +kubebuilder:default=Retain
	DeletionPolicy TenantDeletionPolicy `json:"deletionPolicy,omitempty"`

	// offboarding says how long deactivated people are kept and how many may
	// vanish at once.
	// +optional
	// +kubebuilder:default={}
	Offboarding OffboardingSettings `json:"offboarding,omitzero"`

	// driftPolicy says what happens to a record that something else changed in
	// the store. Correct (the default): it is written again. Report: the
	// condition Drifted names the fields, and the next change of the manifest
	// writes the whole record.
	// +optional
	// +kubebuilder:default=Correct
	DriftPolicy DriftPolicy `json:"driftPolicy,omitempty"`

	// suspend stops the manager from writing the record of this object;
	// deletion is never suspended. It concerns the tenant's own record only,
	// not its people or groups. Default false.
	// +optional
	// +kubebuilder:default=false
	Suspend bool `json:"suspend,omitempty"`
}

// GeneralGroupSpec describes the general group of a tenant.
type GeneralGroupSpec struct {
	// displayName is the name shown to people, at most 128 characters. Absent:
	// the key, general, is shown.
	// +optional
	DisplayName DisplayText `json:"displayName,omitempty"`
}

// ConversationSettings say how far operators see the conversations of
// others.
type ConversationSettings struct {
	// othersMessages says whether operators see each other's messages: Allowed
	// (the default) or Denied. Whoever has the Manager role sees his team's
	// either way, and an Administrator all.
	// +optional
	// +kubebuilder:default=Allowed
	OthersMessages MessageVisibility `json:"othersMessages,omitempty"`

	// unassignedScope says what an operator who is in no group sees while the
	// tenant has groups. General (the default): his own and the general
	// group's conversations. All: those of every group.
	// +optional
	// +kubebuilder:default=General
	UnassignedScope UnassignedScope `json:"unassignedScope,omitempty"`
}

// MessageVisibility says whether messages of others are seen.
// +kubebuilder:validation:Enum=Allowed;Denied
type MessageVisibility string

const (
	// MessageVisibilityAllowed lets operators see each other's messages.
	MessageVisibilityAllowed MessageVisibility = "Allowed"
	// MessageVisibilityDenied hides them.
	MessageVisibilityDenied MessageVisibility = "Denied"
)

// UnassignedScope says what an operator in no group sees while the tenant
// has groups.
// +kubebuilder:validation:Enum=General;All
type UnassignedScope string

const (
	// UnassignedScopeGeneral is one's own conversations and the general
	// group's.
	UnassignedScopeGeneral UnassignedScope = "General"
	// UnassignedScopeAll is the conversations of every group.
	UnassignedScopeAll UnassignedScope = "All"
)

// PaymentSettings switch payments within conversations. Only an
// Administrator of the tenant may change them.
type PaymentSettings struct {
	// enabled switches payments on. Default false.
	// +optional
	// +kubebuilder:default=false
	Enabled bool `json:"enabled,omitempty"`
}

// IntegrationSettings connect a tenant to other systems. Only an
// Administrator of the tenant may change them.
type IntegrationSettings struct {
	// facebook connects the tenant's Facebook page. Absent: none is connected.
	// +optional
	Facebook *FacebookIntegration `json:"facebook,omitempty"`

	// developerAPI opens the platform's programming interface to the tenant.
	// Absent: it is closed.
	// +optional
	DeveloperAPI DeveloperAPISettings `json:"developerAPI,omitzero"`
}

// FacebookIntegration connects a Facebook page.
type FacebookIntegration struct {
	// pageID is the numeric ID of the page.
	// +required
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^[0-9]+$')",message="must be the numeric ID of the Facebook page"
	PageID string `json:"pageID"`

	// accessTokenSecretRef names the Secret with the page's access token.
	// +required
	AccessTokenSecretRef SecretKeyRef `json:"accessTokenSecretRef"`
}

// DeveloperAPISettings open the platform's programming interface.
type DeveloperAPISettings struct {
	// enabled opens the interface. Default false.
	// +optional
	// +kubebuilder:default=false
	Enabled bool `json:"enabled,omitempty"`
}

// ProfilePolicy says which further profile fields a tenant demands.
type ProfilePolicy struct {
	// required lists the profile fields that every operator of the tenant must
	// have, beside givenName, familyName and email: Title, PhoneNumber. The
	// entry of an operator without one is held back. Absent or empty: none.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=8
	Required []ProfileField `json:"required,omitempty"`
}

// ProfileField is a field of a profile that a tenant can demand.
// +kubebuilder:validation:Enum=Title;PhoneNumber
type ProfileField string

const (
	// ProfileFieldTitle is profile.title.
	ProfileFieldTitle ProfileField = "Title"
	// ProfileFieldPhoneNumber is profile.phoneNumber.
	ProfileFieldPhoneNumber ProfileField = "PhoneNumber"
)

// GroupPolicy limits the groups of one operator.
type GroupPolicy struct {
	// maxPerOperator is how many groups of the tenant one operator may be in,
	// at least 1; those beyond it, by priority and then by name, are held
	// back. 1 makes groups departments, of which everybody has one. Absent: no
	// limit.
	// +optional
	// +kubebuilder:validation:Minimum=1
	MaxPerOperator *int32 `json:"maxPerOperator,omitempty"`
}

// RolePolicy says whether a Worker may hold additive permissions.
// +kubebuilder:validation:Enum=Strict;Additive
type RolePolicy string

const (
	// RolePolicyStrict keeps additive permissions from Workers.
	RolePolicyStrict RolePolicy = "Strict"
	// RolePolicyAdditive lets Workers hold them.
	RolePolicyAdditive RolePolicy = "Additive"
)

// AwayRouting says what is still routed to an operator who is Away.
type AwayRouting struct {
	// channels are the channels that are still routed to an operator who is
	// Away, where a grant allows that too. Absent or empty: none.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	Channels []Channel `json:"channels,omitempty"`
}

// ActivationSettings are settings of activation links.
type ActivationSettings struct {
	// validFor is how long an activation link lives: more than zero, at most
	// 10 years. Default 72h.
	// +optional
	// +kubebuilder:default="72h"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=21
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$') && duration(self) > duration('0s') && duration(self) <= duration('87600h')",message="must be a duration in hours, minutes and seconds, such as 72h or 1h30m, more than 0s and at most 87600h (10 years)"
	ValidFor *metav1.Duration `json:"validFor,omitempty"`
}

// TenantDeletionPolicy says what deleting a Tenant does.
// +kubebuilder:validation:Enum=Retain;Delete
type TenantDeletionPolicy string

const (
	// TenantDeletionPolicyRetain marks the tenant retired and keeps it.
	TenantDeletionPolicyRetain TenantDeletionPolicy = "Retain"
	// TenantDeletionPolicyDelete marks it retired and purges it after the
	// retention.
	TenantDeletionPolicyDelete TenantDeletionPolicy = "Delete"
)

// OffboardingSettings say how people leave.
type OffboardingSettings struct {
	// retention is how long a deactivated person is kept before the purge:
	// more than zero, at most 10 years. Of several tenants the longest counts.
	// Default 720h.
	// +optional
	// +kubebuilder:default="720h"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=21
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$') && duration(self) > duration('0s') && duration(self) <= duration('87600h')",message="must be a duration in hours, minutes and seconds, such as 72h or 1h30m, more than 0s and at most 87600h (10 years)"
	Retention *metav1.Duration `json:"retention,omitempty"`

	// budget limits how many people may be removed within a window by objects
	// that vanish; an edit never counts. Removals beyond it are held until
	// they are confirmed. Absent: no limit.
	// +optional
	Budget *RemovalBudget `json:"budget,omitempty"`
}

// RemovalBudget limits removals within a window.
type RemovalBudget struct {
	// max is how many people may be removed within the window: a number of at
	// least 1, or a percentage from 1% to 100% of the live people at the
	// window's start, rounded up and at least 1.
	// +required
	// +kubebuilder:validation:XIntOrString
	// +kubebuilder:validation:MaxLength=10
	// +kubebuilder:validation:XValidation:rule="type(self) == int ? int(self) > 0 : string(self).matches('^([1-9][0-9]?|100)%$')",message="must be a number of at least 1 or a percentage from 1% to 100%"
	Max intstr.IntOrString `json:"max"`

	// window is the time over which removals are counted: more than zero, at
	// most 10 years.
	// +required
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=21
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$') && duration(self) > duration('0s') && duration(self) <= duration('87600h')",message="must be a duration in hours, minutes and seconds, such as 72h or 1h30m, more than 0s and at most 87600h (10 years)"
	Window metav1.Duration `json:"window"`
}

// DriftPolicy says what happens to a record that something else changed in
// the store.
// +kubebuilder:validation:Enum=Correct;Report
type DriftPolicy string

const (
	// DriftPolicyCorrect writes the record again.
	DriftPolicyCorrect DriftPolicy = "Correct"
	// DriftPolicyReport only says so.
	DriftPolicyReport DriftPolicy = "Report"
)

// TenantStatus is what the manager found and did about a tenant.
type TenantStatus struct {
	CommonStatus `json:",inline"`

	// syncedDigest identifies the record that was last written in full:
	// compile version, store and hash. Absent while something is held, in
	// conflict or not yet written.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	SyncedDigest string `json:"syncedDigest,omitempty"`

	// operators counts the people with an entry for the tenant; brought up to
	// date at most once in 5 seconds. Absent: not counted yet.
	// +optional
	Operators *OperatorCounts `json:"operators,omitempty"`

	// groups counts the Group objects of the tenant, so without the general
	// group. Absent: not counted yet.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Groups *int32 `json:"groups,omitempty"`
}

// OperatorCounts counts people by state; active, invited and deactivated
// add up to total.
type OperatorCounts struct {
	// total is the number of people.
	// +required
	// +kubebuilder:validation:Minimum=0
	Total int32 `json:"total"`

	// active is the number of those who can log in.
	// +required
	// +kubebuilder:validation:Minimum=0
	Active int32 `json:"active"`

	// invited is the number of those who have not set a password yet.
	// +required
	// +kubebuilder:validation:Minimum=0
	Invited int32 `json:"invited"`

	// deactivated is the number of those who are switched off, everywhere or
	// in this tenant.
	// +required
	// +kubebuilder:validation:Minimum=0
	Deactivated int32 `json:"deactivated"`
}
