// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// OperatorTenant is what a person is in one tenant.
// +kubebuilder:validation:XValidation:rule="!has(self.team) || size(self.team) == 0 || self.role == 'Manager'",fieldPath=".team",reason=FieldValueForbidden,message="only the role Manager has a team: remove team or set role to Manager"
// +kubebuilder:validation:XValidation:rule="self.role != 'Administrator' || !has(self.visibility) || !has(self.visibility.othersArchivedCalls) || self.visibility.othersArchivedCalls",fieldPath=".visibility.othersArchivedCalls",message="an Administrator always sees others' archived calls: leave it out or set it to true"
// +kubebuilder:validation:XValidation:rule="self.role != 'Administrator' || !has(self.visibility) || !has(self.visibility.liveVisitors) || self.visibility.liveVisitors",fieldPath=".visibility.liveVisitors",message="an Administrator always sees live visitors: leave it out or set it to true"
// +kubebuilder:validation:XValidation:rule="self.role != 'Administrator' || !has(self.visibility) || !has(self.visibility.liveVisitorPreview) || self.visibility.liveVisitorPreview",fieldPath=".visibility.liveVisitorPreview",message="an Administrator always has the live preview: leave it out or set it to true"
// +kubebuilder:validation:XValidation:rule="self.role != 'Administrator' || !has(self.visibility) || !has(self.visibility.othersOfflineMessages) || self.visibility.othersOfflineMessages",fieldPath=".visibility.othersOfflineMessages",message="an Administrator always sees others' offline messages: leave it out or set it to true"
type OperatorTenant struct {
	// tenant is the name of the Tenant. It need not exist yet; until it does
	// the entry gives no access.
	// +required
	Tenant ObjectName `json:"tenant"`

	// active says whether the person works in this tenant. False deactivates
	// him here only. Default true.
	// +optional
	// +kubebuilder:default=true
	Active *bool `json:"active,omitempty"`

	// role is what the person is in the tenant: Administrator, Manager or
	// Worker (the default).
	// +optional
	// +kubebuilder:default=Worker
	Role Role `json:"role,omitempty"`

	// groups are the groups of the tenant that the person is in, at most 64.
	// Absent or empty: none, so that he sees what the tenant's
	// conversations.unassignedScope says.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=64
	Groups []OperatorGroup `json:"groups,omitempty"`

	// team are the names of the Operators whom the person leads, at most 200;
	// with role Manager only, and never himself. One who is not Worker or
	// Manager in the tenant has no effect. Absent or empty: nobody.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=200
	Team []ObjectName `json:"team,omitempty"`

	// channels are the channels granted to the person directly, without a
	// limit of concurrent conversations and both Online and Away.
	// ChannelPolicies add to them; channels the tenant does not have give
	// nothing. Absent or empty: none.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	Channels []Channel `json:"channels,omitempty"`

	// permissions are what the person may do beyond his role. A Worker holds
	// them only where the tenant's rolePolicy is Additive. Absent or empty:
	// none.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	Permissions []Permission `json:"permissions,omitempty"`

	// visibility says what the person sees of others' work. Each absent field
	// is what the role has.
	// +optional
	Visibility Visibility `json:"visibility,omitzero"`

	// offlineMessages says whether the person sees and receives messages that
	// visitors left while nobody was available; for an Administrator, who sees
	// them anyway, only whether he receives them. Absent: true for Manager and
	// Worker, false for Administrator.
	// +optional
	OfflineMessages *bool `json:"offlineMessages,omitempty"`

	// notifications are initial values, which the person's own notifications
	// override.
	// +optional
	Notifications InitialNotifications `json:"notifications,omitzero"`

	// profile overrides fields of the person's profile in this tenant. Each
	// absent field is that of spec.profile.
	// +optional
	Profile ProfileOverride `json:"profile,omitzero"`
}

// OperatorGroup is a person's place in one group.
type OperatorGroup struct {
	// name is the name of the Group, which must be of the same tenant. It need
	// not exist yet; until it does it gives nothing.
	// +required
	Name ObjectName `json:"name"`

	// priority is the rank of this group for the person: Primary, Normal (the
	// default) or Backup. It is kept for the platform.
	// +optional
	// +kubebuilder:default=Normal
	Priority GroupPriority `json:"priority,omitempty"`
}

// GroupPriority is the rank of a group for a person.
// +kubebuilder:validation:Enum=Primary;Normal;Backup
type GroupPriority string

const (
	// GroupPriorityPrimary is served first.
	GroupPriorityPrimary GroupPriority = "Primary"
	// GroupPriorityNormal is served after it.
	GroupPriorityNormal GroupPriority = "Normal"
	// GroupPriorityBackup is served when nobody else can.
	GroupPriorityBackup GroupPriority = "Backup"
)

// Permission is something a person may do beyond his role.
// +kubebuilder:validation:Enum=ManageFiles;ManageTemplates;ViewSessions;ViewEmails;ViewOperators;ViewVisitors;ManageCampaigns
type Permission string

const (
	// PermissionManageFiles is to manage files, others' too, and to list
	// groups.
	PermissionManageFiles Permission = "ManageFiles"
	// PermissionManageTemplates is to write templates, others' too, and to
	// list groups.
	PermissionManageTemplates Permission = "ManageTemplates"
	// PermissionViewSessions is to read others' chats and calls.
	PermissionViewSessions Permission = "ViewSessions"
	// PermissionViewEmails is to read others' e-mail conversations.
	PermissionViewEmails Permission = "ViewEmails"
	// PermissionViewOperators is to list the operators.
	PermissionViewOperators Permission = "ViewOperators"
	// PermissionViewVisitors is to list the visitors on the site.
	PermissionViewVisitors Permission = "ViewVisitors"
	// PermissionManageCampaigns is to manage campaigns.
	PermissionManageCampaigns Permission = "ManageCampaigns"
)

// Visibility says what a person sees of others' work in a tenant. An
// Administrator sees all of it: for him each field is absent or true.
// +kubebuilder:validation:XValidation:rule="!has(self.liveVisitorPreview) || !self.liveVisitorPreview || !has(self.liveVisitors) || self.liveVisitors",fieldPath=".liveVisitorPreview",message="the live preview needs liveVisitors: set liveVisitors to true or leave it out"
type Visibility struct {
	// othersArchivedCalls says whether the person sees archived calls of
	// others. Absent: true for Administrator and Manager, false for Worker.
	// +optional
	OthersArchivedCalls *bool `json:"othersArchivedCalls,omitempty"`

	// liveVisitors says whether the person sees the visitors who are on the
	// site; false still leaves their number. Absent: true for Administrator
	// and Manager, false for Worker.
	// +optional
	LiveVisitors *bool `json:"liveVisitors,omitempty"`

	// liveVisitorPreview says whether the person sees what a visitor is
	// typing. It needs liveVisitors. Absent: true for Administrator, what
	// liveVisitors is for Manager, false for Worker.
	// +optional
	LiveVisitorPreview *bool `json:"liveVisitorPreview,omitempty"`

	// othersOfflineMessages says whether the person sees offline messages
	// assigned to others. Save for an Administrator it needs offlineMessages.
	// Absent: true for Administrator, what offlineMessages is for Manager,
	// false for Worker.
	// +optional
	OthersOfflineMessages *bool `json:"othersOfflineMessages,omitempty"`
}

// InitialNotifications are values that hold until the person chooses his
// own.
type InitialNotifications struct {
	// afterConversation says whether a mail follows each finished
	// conversation. Absent: no.
	// +optional
	AfterConversation *bool `json:"afterConversation,omitempty"`

	// afterCall says whether a mail follows each answered call. Absent: no.
	// +optional
	AfterCall *bool `json:"afterCall,omitempty"`
}

// ProfileOverride is who a person is in one tenant, where that differs
// from his profile.
type ProfileOverride struct {
	// givenName is the person's first name in this tenant, at most 128
	// characters.
	// +optional
	GivenName DisplayText `json:"givenName,omitempty"`

	// familyName is the person's last name in this tenant, at most 128
	// characters.
	// +optional
	FamilyName DisplayText `json:"familyName,omitempty"`

	// publicName is the name that customers of this tenant see, at most 128
	// characters.
	// +optional
	PublicName DisplayText `json:"publicName,omitempty"`

	// title is the person's position in this tenant, at most 128 characters.
	// +optional
	Title DisplayText `json:"title,omitempty"`

	// phoneNumber is the person's telephone number in this tenant, in E.164
	// form.
	// +optional
	PhoneNumber PhoneNumber `json:"phoneNumber,omitempty"`

	// email is the person's e-mail address in this tenant. Activation and
	// reset mails never go to it.
	// +optional
	Email EmailAddress `json:"email,omitempty"`
}
