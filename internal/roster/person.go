// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// PersonKey names a person within the store. User names are compared in lower case: make it with [NewPersonKey].
type PersonKey struct {
	Company, UserName string
}

// NewPersonKey is the key of the person with that user name, however it is written.
func NewPersonKey(company, userName string) PersonKey {
	return PersonKey{Company: company, UserName: strings.ToLower(userName)}
}

// Person is an Operator compiled, as the identity store holds it: one aggregate, written whole or not at all.
type Person struct {
	User        User         `json:"user"`
	Memberships []Membership `json:"memberships"`
	Grants      []Grant      `json:"grants"`
	Access      []Access     `json:"access"`
}

// User is a person in the company, whatever the tenants.
type User struct {
	Company string `json:"company"`
	// UserName is the login in lower case.
	UserName             string         `json:"userName"`
	Profile              Profile        `json:"profile"`
	Locale               string         `json:"locale,omitempty"`
	TimeZone             string         `json:"timeZone,omitempty"`
	HomeTenant           string         `json:"homeTenant,omitempty"`
	Active               bool           `json:"active"`
	CompanyAdministrator bool           `json:"companyAdministrator"`
	CredentialMode       CredentialMode `json:"credentialMode"`
	IdentityProvider     string         `json:"identityProvider,omitempty"`
	ConversationAlerts   []Alert        `json:"conversationAlerts,omitempty"`
	MessageAlerts        []Alert        `json:"messageAlerts,omitempty"`
	// PurgeAfter is when a person whose object is gone is purged; zero is never.
	PurgeAfter time.Time `json:"purgeAfter,omitzero"`
	// Held says why the removal of the person waits; empty is that none does.
	Held HoldReason `json:"held,omitempty"`
}

// EmailKey is the e-mail address as it is compared for uniqueness among the people of a company.
func (u User) EmailKey() string { return strings.ToLower(u.Profile.Email) }

// State is whether a person can log in, as far as the person's own record tells.
type State string

// The states.
const (
	Invited     State = "Invited"
	Active      State = "Active"
	Deactivated State = "Deactivated"
)

// State is Deactivated if not active, Active if an identity provider vouches for the person, else Invited.
func (u User) State() State {
	switch {
	case !u.Active:
		return Deactivated
	case u.CredentialMode == IdentityProvider:
		return Active
	}
	return Invited
}

// Membership is a person in one tenant. It is kept whether or not the tenant exists.
type Membership struct {
	Tenant string `json:"tenant"`
	Active bool   `json:"active"`
	Role   Role   `json:"role"`
	// Groups are the declared ones, resolved or not: a reader joins them with the groups there are.
	Groups []GroupMembership `json:"groups,omitempty"`
	// Team are the user names of the people in the effective team.
	Team        []string     `json:"team,omitempty"`
	Permissions []Permission `json:"permissions,omitempty"`
	Switches    Switches     `json:"switches"`
	// Profile overrides the user's own profile in this tenant, field by field, where not empty.
	Profile Profile `json:"profile"`
}

// Grant is that a person may serve a channel of a tenant, before the tenant's own facts cut it.
type Grant struct {
	Tenant  string  `json:"tenant"`
	Channel Channel `json:"channel"`
	// Online and Away say in which states of presence the channel may be routed.
	Online bool `json:"online"`
	Away   bool `json:"away"`
	// Capacity caps concurrent work on the channel; 0 is no cap.
	Capacity int `json:"capacity,omitempty"`
	// Causes are all the causes of the grant; without any of them it would not be.
	Causes []Cause `json:"causes"`
}

// MayTakeUp tells whether an object that declares this person may go on with the record an earlier object of the same name
// left. What the record holds must be no more than the new object speaks for, or whoever may write in one tenant could seize a
// person of another: the record is of tenants alone, and the object names every one of them.
func (p Person) MayTakeUp(before Person) bool {
	unnamed := func(m Membership) bool {
		return !slices.ContainsFunc(p.Memberships, func(own Membership) bool { return own.Tenant == m.Tenant })
	}
	return !before.User.CompanyAdministrator && len(before.Memberships) > 0 && !slices.ContainsFunc(before.Memberships, unnamed)
}

// Key is the natural key of the record.
func (p Person) Key() PersonKey { return p.User.Key() }

// Key is that of the person's record.
func (u User) Key() PersonKey { return NewPersonKey(u.Company, u.UserName) }

// Canonical is the person with every set in its one order.
func (p Person) Canonical() Person {
	p.User.UserName = strings.ToLower(p.User.UserName)
	p.User.ConversationAlerts = sorted(p.User.ConversationAlerts)
	p.User.MessageAlerts = sorted(p.User.MessageAlerts)
	p.User.PurgeAfter = instant(p.User.PurgeAfter)
	p.Memberships = orderedBy(p.Memberships, func(m Membership) string { return m.Tenant })
	for i, m := range p.Memberships {
		p.Memberships[i].Groups = orderedBy(m.Groups, func(g GroupMembership) string { return g.Group })
		p.Memberships[i].Team = sorted(m.Team)
		p.Memberships[i].Permissions = sorted(m.Permissions)
	}
	p.Grants = orderedGrants(p.Grants)
	for i, g := range p.Grants {
		p.Grants[i].Causes = orderedCauses(g.Causes)
	}
	p.Access = orderedBy(p.Access, func(a Access) string { return a.Tenant })
	for i, a := range p.Access {
		p.Access[i].Capabilities = a.canonicalCapabilities()
	}
	return p
}

// orderedGrants is what orderedBy is, by two keys.
func orderedGrants(grants []Grant) []Grant {
	if len(grants) == 0 {
		return nil
	}
	ordered := slices.Clone(grants)
	slices.SortFunc(ordered, func(a, b Grant) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Channel, b.Channel))
	})
	return ordered
}

// orderedBy returns a copy of a list map in the order of its keys; an empty one is nil.
func orderedBy[E any](list []E, key func(E) string) []E {
	if len(list) == 0 {
		return nil
	}
	ordered := slices.Clone(list)
	slices.SortFunc(ordered, func(a, b E) int { return cmp.Compare(key(a), key(b)) })
	return ordered
}
