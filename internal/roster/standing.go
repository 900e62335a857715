// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"slices"
	"strings"
)

// Standing is what a person's record comes to in one tenant once the tenant's own facts are joined. It is what the views of an
// identity store show.
type Standing struct {
	Company, Tenant, UserName string
	// Obstacles are what keeps everything of the person from taking effect in the tenant; none is that the person is live.
	Obstacles []Obstacle
	// Activated says that the person can log in, being live.
	Activated bool
	// Declared says that the person has an entry for the tenant.
	Declared bool
	// Membership is the person's entry; the zero value where there is none.
	Membership Membership
	// Access is what the person may do; without a role where there is nothing.
	Access Access
	// Grants are the channels in effect, in their order.
	Grants []Grant
	// Groups are the groups the person is in that are there, in the order of their names; without the general group.
	Groups []Group
	// Facts are the tenant's own; the zero value where it does not exist.
	Facts TenantRecord
}

// Live tells whether anything of the person takes effect in the tenant.
func (s *Standing) Live() bool { return len(s.Obstacles) == 0 }

// Stand is the standing of a person in a tenant of the directory.
func (p Person) Stand(tenant string, directory Directory) Standing {
	s := Standing{Company: p.User.Company, Tenant: tenant, UserName: p.User.UserName}
	s.Membership, s.Declared = p.membership(tenant)
	s.Access = p.accessIn(tenant, s.Declared)
	s.Obstacles = p.obstacles(s.Membership, s.Declared)
	if found, exists := directory.Tenant(p.User.Company, tenant); exists {
		s.Facts = found.CompileRecord(directory)
	} else {
		s.Obstacles = append(s.Obstacles, Obstacle{ReasonTenantMissing, "the tenant does not exist; it takes effect once it does"})
	}
	s.Activated = p.User.State() == Active
	for _, g := range p.Grants {
		if g.Tenant == tenant && slices.Contains(s.Facts.Channels, g.Channel) {
			s.Grants = append(s.Grants, g)
		}
	}
	for _, m := range s.Membership.Groups {
		if g, found := directory.Group(p.User.Company, m.Group); found && g.Tenant == tenant && m.Group != GeneralGroup {
			s.Groups = append(s.Groups, g)
		}
	}
	return s
}

func (p Person) membership(tenant string) (Membership, bool) {
	i := slices.IndexFunc(p.Memberships, func(m Membership) bool { return m.Tenant == tenant })
	if i < 0 {
		return Membership{}, false
	}
	return p.Memberships[i], true
}

// accessIn is the person's access in a tenant: the entry's, or what a company administrator has without one.
func (p Person) accessIn(tenant string, declared bool) Access {
	at := ""
	if declared {
		at = tenant
	}
	i := slices.IndexFunc(p.Access, func(a Access) bool { return a.Tenant == at })
	if i < 0 {
		return Access{}
	}
	return p.Access[i]
}

// obstacles are what of a person and the entry for a tenant keeps the person from being live there.
func (p Person) obstacles(membership Membership, declared bool) []Obstacle {
	var obstacles []Obstacle
	if !p.User.Active {
		obstacles = append(obstacles, Obstacle{ReasonDeactivated, "the operator is deactivated; set spec.active to true"})
	}
	switch {
	case declared && !membership.Active:
		obstacles = append(obstacles, Obstacle{ReasonDeactivatedInTenant, "the operator is deactivated in this tenant; set active of the entry to true"})
	case !declared && !p.User.CompanyAdministrator:
		obstacles = append(obstacles, Obstacle{ReasonNoEntry, "the operator has no entry for this tenant; add one to spec.tenants"})
	}
	return obstacles
}

// Capabilities are what the person may do in the tenant now: nothing unless live.
func (s *Standing) Capabilities() []HeldCapability {
	if !s.Live() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.Access.Capabilities), func(h HeldCapability) bool {
		return h.Capability == ConversationInitiate && len(s.Grants) == 0
	})
}

// Channels are the channels in effect: none unless live.
func (s *Standing) Channels() []Channel {
	if !s.Live() {
		return nil
	}
	channels := make([]Channel, 0, len(s.Grants))
	for _, g := range s.Grants {
		channels = append(channels, g.Channel)
	}
	return channels
}

// Grant is the grant in effect of a channel; false where there is none.
func (s *Standing) Grant(channel Channel) (Grant, bool) {
	i := slices.IndexFunc(s.Grants, func(g Grant) bool { return g.Channel == channel })
	if i < 0 || !s.Live() {
		return Grant{}, false
	}
	return s.Grants[i], true
}

// HomeOf is where what belongs to a person lies under a tenant's console: the addresses of sessions, files and templates (F25).
// All are empty where the tenant has no console or the person no ID yet.
func (t TenantRecord) HomeOf(id string) (sessions, files, templates string) {
	if t.Settings.ConsoleURL == "" || id == "" {
		return "", "", ""
	}
	home := strings.TrimRight(t.Settings.ConsoleURL, "/") + "/people/" + id
	return home + "/sessions", home + "/files", home + "/templates"
}
