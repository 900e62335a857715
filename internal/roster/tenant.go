// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import "time"

// GeneralGroup is the reserved key of the group every tenant has and every operator of the tenant serves.
const GeneralGroup = "general"

// DefaultRetention is how long a deactivated person is kept where the tenant says nothing.
const DefaultRetention = 720 * time.Hour

// TenantKey names a tenant within the store.
type TenantKey struct {
	Company, Tenant string
}

// MessageVisibility says whether operators of a tenant see each other's messages (F43).
type MessageVisibility string

// The values of MessageVisibility.
const (
	MessagesAllowed MessageVisibility = "Allowed"
	MessagesDenied  MessageVisibility = "Denied"
)

// UnassignedScope says what an operator in no group sees while the tenant has groups.
type UnassignedScope string

// The values of UnassignedScope.
const (
	ScopeGeneral UnassignedScope = "General"
	ScopeAll     UnassignedScope = "All"
)

// RolePolicy says whether a Worker may hold additive permissions.
type RolePolicy string

// The values of RolePolicy.
const (
	RolePolicyStrict   RolePolicy = "Strict"
	RolePolicyAdditive RolePolicy = "Additive"
)

// Tenant is one contact centre of a company, as declared.
type Tenant struct {
	Record TenantRecord
	// GeneralGroupName is what people call the general group.
	GeneralGroupName string
	// RolePolicy says whether a Worker may hold additive permissions.
	RolePolicy RolePolicy
	// MaxGroups is how many groups an operator may be in; 0 is unlimited.
	MaxGroups int
	// PurgeWhenDeleted says that the record goes for good after its retention once the tenant is deleted.
	PurgeWhenDeleted bool
	// ReportsDrift says that what somebody else changed in the store is told and not put right.
	ReportsDrift bool
}

// CompileRecord is what the store holds of the tenant: what is declared, and the facts that others make.
func (t Tenant) CompileRecord(directory Directory) TenantRecord {
	record := t.Record
	record.HasGroups = directory.HasGroups(record.Company, record.Tenant)
	return record
}

// strictest are the policies of a tenant that is not there.
var strictest = Tenant{RolePolicy: RolePolicyStrict, MaxGroups: 1}

// tenantOrStrictest is a tenant, or what counts in its place where it is not there.
func tenantOrStrictest(directory Directory, company, name string) Tenant {
	if tenant, found := directory.Tenant(company, name); found {
		return tenant
	}
	return strictest
}

// General is the general group of the tenant, which no Group object declares.
func (t Tenant) General() Group {
	return Group{
		Company:     t.Record.Company,
		Tenant:      t.Record.Tenant,
		Name:        GeneralGroup,
		DisplayName: t.GeneralGroupName,
		Routing:     Routing{Strategy: RoundRobin},
	}
}

// TenantRecord is what the identity store holds of a tenant.
type TenantRecord struct {
	Company         string            `json:"company"`
	Tenant          string            `json:"tenant"`
	DisplayName     string            `json:"displayName"`
	Channels        []Channel         `json:"channels"`
	OthersMessages  MessageVisibility `json:"othersMessages"`
	UnassignedScope UnassignedScope   `json:"unassignedScope"`
	// AwayRouting lists the channels still routed to an operator who is Away.
	AwayRouting []Channel `json:"awayRouting"`
	Settings    Settings  `json:"settings"`
	// HasGroups says that the tenant has groups, or that somebody declares one: then views are by group.
	HasGroups bool `json:"hasGroups"`
	// Retired says that the Tenant object is gone: nobody has access in the tenant until it is declared again.
	Retired bool `json:"retired"`
	// PurgeAfter is when a retired tenant's record goes for good; zero is never.
	PurgeAfter time.Time `json:"purgeAfter,omitzero"`
	// Held says why the removal of the tenant waits; empty is that none does.
	Held HoldReason `json:"held,omitempty"`
}

// Key is the natural key of the record.
func (t TenantRecord) Key() TenantKey { return TenantKey{t.Company, t.Tenant} }

// Canonical is the record with every set in its one order.
func (t TenantRecord) Canonical() TenantRecord {
	t.Channels = sorted(t.Channels)
	t.AwayRouting = sorted(t.AwayRouting)
	t.Settings.RequiredProfile = sorted(t.Settings.RequiredProfile)
	t.PurgeAfter = instant(t.PurgeAfter)
	return t
}

// Settings are the parts of a tenant that a chat or phone platform reads as one document.
type Settings struct {
	Appearance      ChatAppearance `json:"appearance"`
	Behaviour       ChatBehaviour  `json:"behaviour"`
	Payments        bool           `json:"payments"`
	DeveloperAPI    bool           `json:"developerAPI"`
	FacebookPageID  string         `json:"facebookPageID,omitempty"`
	RequiredProfile []ProfileField `json:"requiredProfile,omitempty"`
	ConsoleURL      string         `json:"consoleURL,omitempty"`
	// Locale is the language of mails to people of the tenant who have no other; empty is English.
	Locale string `json:"locale,omitempty"`
	// Retention is how long people who left are kept before they are purged, in whole seconds.
	Retention int64 `json:"retentionSeconds"`
	// RemovalBudget limits how many people may be removed in a time by objects that vanish; nil sets no limit.
	RemovalBudget *RemovalBudget `json:"removalBudget,omitempty"`
}

// Retention is how long a person who left is kept: the longest of the tenants the person was in, or the default where there
// was none.
func Retention(tenants []TenantRecord) time.Duration {
	var longest time.Duration
	for _, t := range tenants {
		longest = max(longest, time.Duration(t.Settings.Retention)*time.Second)
	}
	if longest == 0 {
		return DefaultRetention
	}
	return longest
}

// ChatAppearance is how the chat looks (F38).
type ChatAppearance struct {
	Theme       string `json:"theme,omitempty"`
	AccentColor string `json:"accentColor,omitempty"`
	Position    string `json:"position,omitempty"`
	AvatarShown *bool  `json:"avatarShown,omitempty"`
}

// ChatBehaviour is how the chat behaves (F38).
type ChatBehaviour struct {
	Greeting            string `json:"greeting,omitempty"`
	OfflineForm         string `json:"offlineForm,omitempty"`
	ProactiveInvitation string `json:"proactiveInvitation,omitempty"`
}

// ProfileField names an extra field a tenant demands of its operators' profiles.
type ProfileField string

// The fields a tenant can demand.
const (
	RequireTitle       ProfileField = "Title"
	RequirePhoneNumber ProfileField = "PhoneNumber"
)

// HoldReason says why a removal is recorded and not carried out.
type HoldReason string

// The reasons of a hold.
const (
	HeldByBudget            HoldReason = "Budget"
	HeldAsLastAdministrator HoldReason = "LastAdministrator"
)

// instant is a time as every store can keep it: UTC, whole microseconds.
func instant(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}
