// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Finalizer is on every object of this group while the identity store may
// hold a record of it. The manager alone takes it away, once the
// transaction that starts the removal has committed.
const Finalizer = "identity.roster.dev/finalizer"

// GeneralGroup is the reserved key of the general group, which every
// tenant has. No Group may bear it.
const GeneralGroup = "general"

// AnnotationPrefix begins every annotation the manager hears. A change of
// one wakes the object; it does not raise the generation.
const AnnotationPrefix = "roster.dev/"

const (
	// AnnotationAdopt takes over a store record with the same natural key:
	// "true" one that has no stamp, or one of this installation and namespace
	// whose object is gone; the name of another installation one that is
	// stamped by it. A record whose owner lives is never taken.
	AnnotationAdopt = AnnotationPrefix + "adopt"

	// AnnotationReconcileRequestedAt asks for one pass now; any new value acts
	// once.
	AnnotationReconcileRequestedAt = AnnotationPrefix + "reconcile-requested-at"

	// AnnotationResendActivationAt sends, on an Operator, a new activation
	// link; any new value acts once.
	AnnotationResendActivationAt = AnnotationPrefix + "resend-activation-at"

	// AnnotationResetPasswordAt voids, on an Operator, the password and sends
	// a link to set a new one; any new value acts once.
	AnnotationResetPasswordAt = AnnotationPrefix + "reset-password-at"

	// AnnotationConfirmRemovals releases held removals, on a Tenant or, where
	// the Tenant is gone, on the namespace. Its value is <count>@<RFC 3339
	// expiry>, the expiry at most 24 hours ahead.
	AnnotationConfirmRemovals = AnnotationPrefix + "confirm-removals"
)

// CommonStatus is the part of the status that every kind has.
type CommonStatus struct {
	// observedGeneration is the metadata.generation that the conditions
	// describe; -1 until the first pass has ended. It is set when a pass
	// fails, too.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions say how the object is. Ready is always among them after the
	// first pass; Reconciling, Stalled, Suspended, Held, Conflict, Drifted and
	// OffboardingHeld are present only while they are True.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// ObjectName is the name of an object in the same namespace. The object
// need not exist yet.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=253
// +kubebuilder:validation:XValidation:rule="!self.matches('^[-.]|[^-a-z0-9.]|[-.]$')",message="must be the name of an object: lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit"
type ObjectName string

// DisplayText is one line of text shown to people, in any script, at most
// 128 characters.
// +kubebuilder:validation:MaxLength=128
// +kubebuilder:validation:XValidation:rule=`self.matches(r'^\P{Cc}*[^\p{Cc}\p{Z}]\P{Cc}*$')`,message="must be one line of text with at least one visible character"
type DisplayText string

// EmailAddress is an ASCII e-mail address of at most 254 characters;
// compared in lower case.
// +kubebuilder:validation:MaxLength=254
// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[A-Za-z0-9!#$%&\x27*+/=?^_\x60{|}~-]+(\.[A-Za-z0-9!#$%&\x27*+/=?^_\x60{|}~-]+)*@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$')`,message="must be an e-mail address in ASCII, such as name@example.com"
type EmailAddress string

// PhoneNumber is a telephone number in the E.164 form: a plus sign, the
// country code and the number, digits only.
// +kubebuilder:validation:MaxLength=16
// +kubebuilder:validation:XValidation:rule=`self.matches(r'^\+[1-9][0-9]{1,14}$')`,message="must be a phone number in E.164 form: '+', country code and number, digits only, such as +420123456789"
type PhoneNumber string

// Channel is a way in which customers reach a contact centre. The list
// will grow: readers pass over values they do not know.
// +kubebuilder:validation:Enum=Chat;Phone;Email;Facebook;WhatsApp
type Channel string

const (
	// ChannelChat is the web chat.
	ChannelChat Channel = "Chat"
	// ChannelPhone is telephone calls.
	ChannelPhone Channel = "Phone"
	// ChannelEmail is e-mail conversations.
	ChannelEmail Channel = "Email"
	// ChannelFacebook is messages to the tenant's Facebook page.
	ChannelFacebook Channel = "Facebook"
	// ChannelWhatsApp is WhatsApp messages.
	ChannelWhatsApp Channel = "WhatsApp"
)

// Role is what a person is in one tenant. An Administrator may do all that
// a Manager may, and a Manager all that a Worker may.
// +kubebuilder:validation:Enum=Administrator;Manager;Worker
type Role string

const (
	// RoleAdministrator runs the tenant: its settings, its people, all its
	// conversations.
	RoleAdministrator Role = "Administrator"
	// RoleManager leads a team and sees its work.
	RoleManager Role = "Manager"
	// RoleWorker serves customers.
	RoleWorker Role = "Worker"
)

// SecretKeyRef names one key of a Secret in the same namespace.
type SecretKeyRef struct {
	// name is the name of the Secret.
	// +required
	Name ObjectName `json:"name"`

	// key is the key in the Secret's data.
	// +required
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[-._a-zA-Z0-9]+$')",message="must be a key of a Secret: letters, digits, '-', '_' and '.'"
	Key string `json:"key"`
}
