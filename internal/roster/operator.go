// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"slices"
	"strings"
)

// CredentialMode says how a person gets a credential.
type CredentialMode string

// The credential modes.
const (
	ActivationLink   CredentialMode = "ActivationLink"
	InitialPassword  CredentialMode = "InitialPassword"
	IdentityProvider CredentialMode = "IdentityProvider"
)

// Priority is how a group ranks among the groups of one person; kept for the platform.
type Priority string

// The priorities, the highest first.
const (
	Primary Priority = "Primary"
	Normal  Priority = "Normal"
	Backup  Priority = "Backup"
)

// rank orders the priorities, the highest first.
func (p Priority) rank() int {
	switch p {
	case Primary:
		return 0
	case Backup:
		return 2
	}
	return 1
}

// Alert is a way a person is told of conversations and messages (F54, F73).
type Alert string

// The alerts.
const (
	AlertSound   Alert = "Sound"
	AlertDesktop Alert = "Desktop"
	AlertEmail   Alert = "Email"
)

// Profile is what is known of a person. In an entry it overrides the person's own, field by field, where not empty.
type Profile struct {
	GivenName   string `json:"givenName,omitempty"`
	FamilyName  string `json:"familyName,omitempty"`
	PublicName  string `json:"publicName,omitempty"`
	Title       string `json:"title,omitempty"`
	PhoneNumber string `json:"phoneNumber,omitempty"`
	Email       string `json:"email,omitempty"`
}

// Operator is a person, as declared.
type Operator struct {
	Company string
	// Name is the name of the object, by which teams and policies refer to the person.
	Name   string
	Labels map[string]string
	// UserName is the login as declared; it is compared in lower case.
	UserName             string
	Profile              Profile
	Locale, TimeZone     string
	HomeTenant           string
	Active               bool
	CompanyAdministrator bool
	CredentialMode       CredentialMode
	IdentityProvider     string
	// Notifications are the person's own mail switches, which win over an entry's.
	Notifications      Notifications
	ConversationAlerts []Alert
	MessageAlerts      []Alert
	Entries            []Entry
}

// Entry is what an Operator declares for one tenant.
type Entry struct {
	Tenant string
	Active bool
	Role   Role
	Groups []GroupMembership
	// Team are names of Operators, with the Manager role only.
	Team            []string
	Channels        []Channel
	Permissions     []Permission
	Visibility      Visibility
	OfflineMessages *bool // S5, F83
	Notifications   Notifications
	Profile         Profile
}

// GroupMembership is that a person declares a group, with its rank among the person's groups.
type GroupMembership struct {
	Group    string   `json:"group"`
	Priority Priority `json:"priority"`
}

// Entry is what the person declares for a tenant; false where nothing.
func (o Operator) Entry(tenant string) (Entry, bool) {
	i := slices.IndexFunc(o.Entries, func(e Entry) bool { return e.Tenant == tenant })
	if i < 0 {
		return Entry{}, false
	}
	return o.Entries[i], true
}

// unassigned tells whether an entry declares no group.
func (e Entry) unassigned() bool {
	return !slices.ContainsFunc(e.Groups, func(g GroupMembership) bool { return g.Group != GeneralGroup })
}

// RoleIn is the role of the person in a tenant, which a company administrator has in every one; false where there is none.
func (o Operator) RoleIn(tenant string) (Role, bool) {
	entry, found := o.Entry(tenant)
	if o.CompanyAdministrator {
		return Administrator, true
	}
	return entry.Role, found
}

// LiveIn tells whether the person is live in a tenant that exists: active, and in the tenant so. A company administrator who has
// no entry there is live by being one.
func (o Operator) LiveIn(tenant string) bool {
	entry, found := o.Entry(tenant)
	return o.Active && (entry.Active || o.CompanyAdministrator && !found)
}

// AdministratorOf tells whether the person is a live Administrator of a tenant that exists. It does not ask whether the person has
// logged in yet.
func (o Operator) AdministratorOf(tenant string) bool {
	role, found := o.RoleIn(tenant)
	return found && role == Administrator && o.LiveIn(tenant)
}

func (e Entry) declares(group string) bool {
	return slices.ContainsFunc(e.Groups, func(g GroupMembership) bool { return g.Group == group })
}

// Home is the tenant whose mail template and locale apply: the declared one, else the first by name.
func (o Operator) Home() string {
	if o.HomeTenant != "" || len(o.Entries) == 0 {
		return o.HomeTenant
	}
	return slices.MinFunc(o.Entries, func(a, b Entry) int { return strings.Compare(a.Tenant, b.Tenant) }).Tenant
}
