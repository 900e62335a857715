// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Operator is a person who works in the contact centres of the company:
// who he is, and what he is in each tenant.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=operators,singular=operator,shortName=rop,categories=roster,scope=Namespaced
// +kubebuilder:selectablefield:JSONPath=`.spec.active`
// +kubebuilder:selectablefield:JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="User",type=string,JSONPath=`.spec.userName`,description="Login"
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`,description="Invited, Active or Deactivated"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Whether the store equals this object"
// +kubebuilder:printcolumn:name="Reason",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,description="Why it is ready or not"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="!has(self.spec.tenants) || self.spec.tenants.all(t, !has(t.team) || !(self.metadata.name in t.team))",fieldPath=".spec.tenants",message="a team must not list the operator himself: remove his name from tenants[].team"
type Operator struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata. The labels are what
	// ChannelPolicies select by.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is what the person should be.
	// +required
	Spec OperatorSpec `json:"spec"`

	// status is what the manager found and did.
	// +optional
	// +kubebuilder:default={"observedGeneration":-1}
	Status OperatorStatus `json:"status,omitzero"`
}

// LifecycleStatus gives the generic reconciler its part of the status.
func (o *Operator) LifecycleStatus() (observedGeneration *int64, conditions *[]metav1.Condition) {
	return &o.Status.ObservedGeneration, &o.Status.Conditions
}

// IsSuspended says whether spec.suspend asks the manager to leave the
// person's record alone.
func (o *Operator) IsSuspended() bool { return o.Spec.Suspend }

// OperatorList is a list of Operators.
// +kubebuilder:object:root=true
type OperatorList struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard list metadata.
	// +optional
	metav1.ListMeta `json:"metadata,omitzero"`

	// items are the Operators.
	Items []Operator `json:"items"`
}

// OperatorSpec is what a person should be.
// +kubebuilder:validation:XValidation:rule="!has(self.homeTenant) || (has(self.tenants) && self.tenants.exists(t, t.tenant == self.homeTenant))",fieldPath=".homeTenant",message="must be one of the tenants listed in tenants[]"
// +kubebuilder:validation:XValidation:rule="!has(self.tenants) || (has(self.companyAdministrator) && self.companyAdministrator) || self.tenants.all(t, t.role == 'Administrator' || !has(t.visibility) || !has(t.visibility.othersOfflineMessages) || !t.visibility.othersOfflineMessages || !has(t.offlineMessages) || t.offlineMessages)",fieldPath=".tenants",message="visibility.othersOfflineMessages true needs offlineMessages: set offlineMessages to true or leave it out, unless the role is Administrator"
// +kubebuilder:validation:XValidation:rule="!has(self.tenants) || !has(self.companyAdministrator) || !self.companyAdministrator || self.tenants.all(t, !has(t.visibility) || ((!has(t.visibility.othersArchivedCalls) || t.visibility.othersArchivedCalls) && (!has(t.visibility.liveVisitors) || t.visibility.liveVisitors) && (!has(t.visibility.liveVisitorPreview) || t.visibility.liveVisitorPreview) && (!has(t.visibility.othersOfflineMessages) || t.visibility.othersOfflineMessages)))",fieldPath=".tenants",message="a company administrator is Administrator of every tenant and sees everything in it: leave tenants[].visibility out or set its fields to true"
type OperatorSpec struct {
	// userName is the login: ASCII letters, digits and . _ @ + -, beginning
	// with a letter or digit, at most 254 characters. It is compared in lower
	// case, is unique in the company and cannot be changed.
	// +required
	// +kubebuilder:validation:MaxLength=254
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z0-9][A-Za-z0-9._@+-]*$')",message="must be a login: ASCII letters, digits and . _ @ + -, beginning with a letter or digit"
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="cannot be changed: delete this operator and create one with the new user name"
	UserName string `json:"userName"`

	// profile is who the person is.
	// +required
	Profile Profile `json:"profile"`

	// homeTenant is the tenant whose mail template and locale apply to the
	// person; one of tenants[]. Absent: the first of them by name.
	// +optional
	HomeTenant ObjectName `json:"homeTenant,omitempty"`

	// active says whether the person may log in and work at all. False
	// deactivates: everything else is kept, and true brings it back. Default
	// true.
	// +optional
	// +kubebuilder:default=true
	Active *bool `json:"active,omitempty"`

	// companyAdministrator makes the person Administrator of every tenant of
	// the company, and of the company itself. Default false.
	// +optional
	// +kubebuilder:default=false
	CompanyAdministrator bool `json:"companyAdministrator,omitempty"`

	// kubernetesUser is the name of the Kubernetes user this person is, at
	// most 256 characters, for self-service and for acting by role. Where two
	// Operators claim one user, neither is that user. Absent: none.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	KubernetesUser string `json:"kubernetesUser,omitempty"`

	// credential says how the person proves who he is.
	// +optional
	// +kubebuilder:default={"mode":"ActivationLink"}
	Credential Credential `json:"credential,omitzero"`

	// notifications are the person's own choice of what he is told of, and
	// how.
	// +optional
	Notifications Notifications `json:"notifications,omitzero"`

	// deletionPolicy says what deleting this object does. Deactivate (the
	// default): the person is deactivated, and purged after the retention of
	// his tenants. Delete: he is removed at once. Orphan: his record stays as
	// it is and is no longer Roster's.
	// +optional
	// +kubebuilder:default=Deactivate
	DeletionPolicy OperatorDeletionPolicy `json:"deletionPolicy,omitempty"`

	// tenants say what the person is in each tenant, one entry per tenant, at
	// most 64. Absent or empty: he is in none and has no permission.
	// +optional
	// +listType=map
	// +listMapKey=tenant
	// +kubebuilder:validation:MaxItems=64
	Tenants []OperatorTenant `json:"tenants,omitempty"`

	// suspend stops the manager from writing the record of this object;
	// deletion is never suspended. Default false.
	// +optional
	// +kubebuilder:default=false
	Suspend bool `json:"suspend,omitempty"`
}

// Profile is who a person is.
type Profile struct {
	// givenName is the person's first name, at most 128 characters.
	// +required
	GivenName DisplayText `json:"givenName"`

	// familyName is the person's last name, at most 128 characters.
	// +required
	FamilyName DisplayText `json:"familyName"`

	// email is the person's e-mail address: ASCII, at most 254 characters,
	// compared in lower case, unique among the company's people until they are
	// purged. Activation and reset mails go to this address only.
	// +required
	Email EmailAddress `json:"email"`

	// title is the person's position, at most 128 characters. Needed where a
	// tenant's profilePolicy asks for it.
	// +optional
	Title DisplayText `json:"title,omitempty"`

	// phoneNumber is the person's telephone number in E.164 form, such as
	// +420123456789. Needed where a tenant's profilePolicy asks for it.
	// +optional
	PhoneNumber PhoneNumber `json:"phoneNumber,omitempty"`

	// locale is the language of mails to the person as a BCP 47 tag, such as
	// en or cs-CZ. Absent: the home tenant's.
	// +optional
	// +kubebuilder:validation:MaxLength=35
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$')",message="must be a language tag of BCP 47, such as en or cs-CZ"
	Locale string `json:"locale,omitempty"`

	// timeZone is the person's time zone by its IANA name, such as UTC or
	// Europe/Prague. Absent: the platform's own.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self != 'Local' && self.matches('^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$')",message="must be an IANA time zone name, such as UTC or Europe/Prague"
	TimeZone string `json:"timeZone,omitempty"`

	// publicName is the name customers see, at most 128 characters. It should
	// not be an e-mail address. Absent: userName.
	// +optional
	PublicName DisplayText `json:"publicName,omitempty"`
}

// Credential says how a person proves who he is.
// +kubebuilder:validation:XValidation:rule="self.mode != 'InitialPassword' || has(self.passwordSecretRef)",fieldPath=".passwordSecretRef",reason=FieldValueRequired,message="mode InitialPassword needs passwordSecretRef, the Secret with the first password"
// +kubebuilder:validation:XValidation:rule="self.mode == 'InitialPassword' || !has(self.passwordSecretRef)",fieldPath=".passwordSecretRef",reason=FieldValueForbidden,message="passwordSecretRef belongs to mode InitialPassword: remove it or change the mode"
// +kubebuilder:validation:XValidation:rule="self.mode != 'IdentityProvider' || has(self.identityProvider)",fieldPath=".identityProvider",reason=FieldValueRequired,message="mode IdentityProvider needs identityProvider, the name of the provider"
// +kubebuilder:validation:XValidation:rule="self.mode == 'IdentityProvider' || !has(self.identityProvider)",fieldPath=".identityProvider",reason=FieldValueForbidden,message="identityProvider belongs to mode IdentityProvider: remove it or change the mode"
type Credential struct {
	// mode is the way. ActivationLink (the default): a mail with a link to set
	// a password. InitialPassword: a first password from a Secret, to be
	// changed at the first login. IdentityProvider: another system vouches;
	// this mode cannot be left again.
	// +optional
	// +kubebuilder:default=ActivationLink
	// +kubebuilder:validation:XValidation:rule="oldSelf != 'IdentityProvider' || self == 'IdentityProvider'",message="cannot be changed once it is IdentityProvider: delete this operator and create one with the other mode"
	Mode CredentialMode `json:"mode,omitempty"`

	// passwordSecretRef names the Secret with the first password; with mode
	// InitialPassword always, else never.
	// +optional
	PasswordSecretRef *SecretKeyRef `json:"passwordSecretRef,omitempty"`

	// identityProvider is the name of the identity provider, at most 63
	// characters; with mode IdentityProvider always, else never.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="!format.dns1123Label().validate(self).hasValue()",message="must be the name of an identity provider: lower-case letters, digits and '-', beginning and ending with a letter or digit"
	IdentityProvider string `json:"identityProvider,omitempty"`
}

// CredentialMode is a way in which a person proves who he is.
// +kubebuilder:validation:Enum=ActivationLink;InitialPassword;IdentityProvider
type CredentialMode string

const (
	// CredentialModeActivationLink sends a mail with a link to set a password.
	CredentialModeActivationLink CredentialMode = "ActivationLink"
	// CredentialModeInitialPassword takes the first password from a Secret.
	CredentialModeInitialPassword CredentialMode = "InitialPassword"
	// CredentialModeIdentityProvider lets another system vouch for the person.
	CredentialModeIdentityProvider CredentialMode = "IdentityProvider"
)

// Notifications are a person's own choice of what he is told of, and how.
type Notifications struct {
	// afterConversation says whether a mail follows each finished
	// conversation. Absent: what the tenant entry's notifications say.
	// +optional
	AfterConversation *bool `json:"afterConversation,omitempty"`

	// afterCall says whether a mail follows each answered call. Absent: what
	// the tenant entry's notifications say.
	// +optional
	AfterCall *bool `json:"afterCall,omitempty"`

	// conversations are the ways in which new conversations are announced:
	// Sound, Desktop, Email. Absent or empty: none.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=8
	Conversations []NotificationMethod `json:"conversations,omitempty"`

	// messages are the ways in which new messages are announced: Sound,
	// Desktop, Email. Absent or empty: none.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=8
	Messages []NotificationMethod `json:"messages,omitempty"`
}

// NotificationMethod is a way of telling a person something.
// +kubebuilder:validation:Enum=Sound;Desktop;Email
type NotificationMethod string

const (
	// NotificationSound plays a sound.
	NotificationSound NotificationMethod = "Sound"
	// NotificationDesktop shows a notice on the desktop.
	NotificationDesktop NotificationMethod = "Desktop"
	// NotificationEmail sends a mail.
	NotificationEmail NotificationMethod = "Email"
)

// OperatorDeletionPolicy says what deleting an Operator does.
// +kubebuilder:validation:Enum=Deactivate;Delete;Orphan
type OperatorDeletionPolicy string

const (
	// OperatorDeletionPolicyDeactivate deactivates the person, who is purged
	// after the retention.
	OperatorDeletionPolicyDeactivate OperatorDeletionPolicy = "Deactivate"
	// OperatorDeletionPolicyDelete removes the person at once.
	OperatorDeletionPolicyDelete OperatorDeletionPolicy = "Delete"
	// OperatorDeletionPolicyOrphan leaves the record as it is and gives it up.
	OperatorDeletionPolicyOrphan OperatorDeletionPolicy = "Orphan"
)
