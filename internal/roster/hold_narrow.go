// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import "slices"

// HoldEntries is the person as it is written while the entries of some tenants are held: one that before had no membership there gets
// none, and one that had keeps it in its former form, less what the entry takes away. Before is the zero Person where there is none.
func (p Person) HoldEntries(before Person, tenants []string) Person {
	for _, tenant := range sorted(tenants) {
		wanted := p.part(tenant)
		p = p.withoutTenant(tenant)
		was, had := before.membership(tenant)
		if wanted.membership == nil || !had {
			continue
		}
		former := before.part(tenant)
		p.Memberships = append(p.Memberships, was.narrowed(*wanted.membership))
		p.Grants = append(p.Grants, narrowedGrants(former.grants, wanted.grants)...)
		for _, access := range former.access {
			for _, other := range wanted.access {
				p.Access = append(p.Access, access.narrowed(other))
			}
		}
	}
	return p.Canonical()
}

// tenantPart is what a record says of one tenant.
type tenantPart struct {
	membership *Membership
	grants     []Grant
	access     []Access
}

func (p Person) part(tenant string) tenantPart {
	var part tenantPart
	if m, found := p.membership(tenant); found {
		part.membership = &m
	}
	for _, g := range p.Grants {
		if g.Tenant == tenant {
			part.grants = append(part.grants, g)
		}
	}
	for _, a := range p.Access {
		if a.Tenant == tenant {
			part.access = append(part.access, a)
		}
	}
	return part
}

func (p Person) withoutTenant(tenant string) Person {
	p.Memberships = slices.DeleteFunc(slices.Clone(p.Memberships), func(m Membership) bool { return m.Tenant == tenant })
	p.Grants = slices.DeleteFunc(slices.Clone(p.Grants), func(g Grant) bool { return g.Tenant == tenant })
	p.Access = slices.DeleteFunc(slices.Clone(p.Access), func(a Access) bool { return a.Tenant == tenant })
	return p
}

// narrowed is a membership in its former form, less what another has not.
func (m Membership) narrowed(other Membership) Membership {
	m.Active = m.Active && other.Active
	m.Role = lowerRole(m.Role, other.Role)
	m.Groups = common(m.Groups, func(g GroupMembership) bool {
		return slices.ContainsFunc(other.Groups, func(o GroupMembership) bool { return o.Group == g.Group })
	})
	m.Permissions = common(m.Permissions, func(p Permission) bool { return slices.Contains(other.Permissions, p) })
	m.Team = common(m.Team, func(name string) bool { return slices.Contains(other.Team, name) })
	m.Switches = m.Switches.narrowed(other.Switches)
	return m
}

func (s Switches) narrowed(other Switches) Switches {
	return Switches{
		OthersArchivedCalls:   s.OthersArchivedCalls && other.OthersArchivedCalls,
		OfflineMessages:       s.OfflineMessages && other.OfflineMessages,
		LiveVisitors:          s.LiveVisitors && other.LiveVisitors,
		LiveVisitorPreview:    s.LiveVisitorPreview && other.LiveVisitorPreview,
		OthersOfflineMessages: s.OthersOfflineMessages && other.OthersOfflineMessages,
		AfterConversation:     other.AfterConversation,
		AfterCall:             other.AfterCall,
	}
}

func narrowedGrants(former, others []Grant) []Grant {
	var kept []Grant
	for _, g := range former {
		for _, o := range others {
			if o.Channel == g.Channel {
				kept = append(kept, g.narrowed(o))
			}
		}
	}
	return kept
}

func (g Grant) narrowed(other Grant) Grant {
	g.Online, g.Away = g.Online && other.Online, g.Away && other.Away
	if g.Capacity == 0 || other.Capacity != 0 && other.Capacity < g.Capacity {
		g.Capacity = other.Capacity
	}
	g.Causes = other.Causes
	return g
}

// narrowed is the access in its former form, less what another has not. Who is in a group by either sees nothing for being in none.
func (a Access) narrowed(other Access) Access {
	a.Role = lowerRole(a.Role, other.Role)
	a.Scope = Scope{
		All:                   a.Scope.All && other.Scope.All,
		Unassigned:            a.Scope.Unassigned && other.Scope.Unassigned,
		Sessions:              a.Scope.Sessions && other.Scope.Sessions,
		Emails:                a.Scope.Emails && other.Scope.Emails,
		ArchivedCalls:         a.Scope.ArchivedCalls && other.Scope.ArchivedCalls,
		OfflineMessages:       a.Scope.OfflineMessages && other.Scope.OfflineMessages,
		OthersOfflineMessages: a.Scope.OthersOfflineMessages && other.Scope.OthersOfflineMessages,
	}
	var held []HeldCapability
	for _, h := range a.Capabilities {
		o, has := other.Capability(h.Capability)
		switch {
		case has && h.Reach.Covers(o.Reach):
			held = append(held, o)
		case has:
			held = append(held, h)
		}
	}
	a.Capabilities = held
	return a
}

func lowerRole(a, b Role) Role {
	if ranking[b] < ranking[a] {
		return b
	}
	return a
}

// common are the elements of a list that are in another, too; nil where none are.
func common[E any](list []E, inOther func(E) bool) []E {
	var both []E
	for _, e := range list {
		if inOther(e) {
			both = append(both, e)
		}
	}
	return both
}
