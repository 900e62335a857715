// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"slices"
	"strings"
)

// Access is what a person may do in one tenant, before the tenant's own facts: the store keeps it so, and readers join the two.
type Access struct {
	// Tenant is the tenant. Empty stands for every tenant of the company in which the person has no entry; only a company
	// administrator has such a record.
	Tenant string `json:"tenant"`
	// Role is the role in effect: a company administrator is Administrator, whatever the entry says.
	Role  Role  `json:"role"`
	Scope Scope `json:"scope"`
	// Capabilities are what the person may do, in the order of their names.
	Capabilities []HeldCapability `json:"capabilities"`
}

// Scope is a person's own part in whether a conversation can be read. Groups and team are the membership's.
type Scope struct {
	// All is every conversation of the tenant, whatever the rest says.
	All bool `json:"all,omitempty"`
	// Unassigned says that the person declares no group, resolved or not.
	Unassigned bool `json:"unassigned,omitempty"`
	// Sessions and Emails widen the scope to all of the kind.
	Sessions bool `json:"sessions,omitempty"`
	Emails   bool `json:"emails,omitempty"`
	// ArchivedCalls opens archived calls of others, OfflineMessages those offline messages that nobody took on, and
	// OthersOfflineMessages those that others did, each within the scope.
	ArchivedCalls         bool `json:"archivedCalls,omitempty"`
	OfflineMessages       bool `json:"offlineMessages,omitempty"`
	OthersOfflineMessages bool `json:"othersOfflineMessages,omitempty"`
}

// Capability is the capability of that name, as the person has it; false where not.
func (a Access) Capability(c Capability) (HeldCapability, bool) {
	i := slices.IndexFunc(a.Capabilities, func(h HeldCapability) bool { return h.Capability == c })
	if i < 0 {
		return HeldCapability{}, false
	}
	return a.Capabilities[i], true
}

// canonicalCapabilities are the capabilities in their one order. What is in order is handed back as it is.
func (a Access) canonicalCapabilities() []HeldCapability {
	byName := func(x, y HeldCapability) int { return strings.Compare(string(x.Capability), string(y.Capability)) }
	disordered := func(h HeldCapability) bool { return !ascending(h.Causes) }
	if slices.IsSortedFunc(a.Capabilities, byName) && !slices.ContainsFunc(a.Capabilities, disordered) {
		return a.Capabilities
	}
	held := slices.SortedFunc(slices.Values(a.Capabilities), byName)
	for i, h := range held {
		held[i].Causes = orderedCauses(h.Causes)
	}
	return held
}

// access is what an entry comes to. The entry is as its tenant's policies leave it, and initiates says that there is a
// channel to start a conversation on.
func (o Operator) access(entry Entry, initiates bool) Access {
	role := entry.Role
	if o.CompanyAdministrator {
		role = Administrator
	}
	effective := entry.switches(role, o.Notifications)
	all := role == Administrator
	return Access{
		Tenant: entry.Tenant,
		Role:   role,
		Scope: Scope{
			All:                   all,
			Unassigned:            entry.unassigned(),
			Sessions:              slices.Contains(entry.Permissions, ViewSessions),
			Emails:                slices.Contains(entry.Permissions, ViewEmails),
			ArchivedCalls:         effective.OthersArchivedCalls,
			OfflineMessages:       all || effective.OfflineMessages,
			OthersOfflineMessages: effective.OthersOfflineMessages,
		},
		Capabilities: o.capabilities(entry, initiates),
	}
}

// accessElsewhere is what a company administrator has in the tenants that no entry names. There is no channel there.
func (o Operator) accessElsewhere() Access {
	return Access{
		Role: Administrator,
		Scope: Scope{
			All: true, Unassigned: true, ArchivedCalls: true, OfflineMessages: true, OthersOfflineMessages: true,
		},
		Capabilities: o.capabilities(Entry{}, false),
	}
}

// capabilities are what an entry gives with all causes, in the order of names: what a company administrator has, what permissions give,
// and what the role of the entry does.
func (o Operator) capabilities(entry Entry, initiates bool) []HeldCapability {
	own := entry.switches(entry.Role, o.Notifications)
	permissions := sorted(entry.Permissions)
	held := make([]HeldCapability, 0, len(alphabetic))
	for i := range alphabetic {
		row := &alphabetic[i]
		if row.Capability == ConversationInitiate && !initiates {
			continue
		}
		h := HeldCapability{Capability: row.Capability}
		if o.CompanyAdministrator {
			h.add(row.Administrator, companyAdministratorAlone)
		}
		for _, p := range permissions {
			if slices.Contains(row.Permissions, p) {
				h.add(ReachTenant, []Cause{{Kind: CausePermission, Name: string(p)}})
			}
		}
		h.byRole(row, entry, own)
		if h.Reach != ReachNone {
			held = append(held, h)
		}
	}
	return held
}

// Most capabilities have one cause, which all who have it share.
var (
	companyAdministratorAlone = []Cause{{Kind: CauseCompanyAdministrator}}
	roleAlone                 = map[Role][]Cause{
		Administrator: {{Kind: CauseRole, Name: string(Administrator)}},
		Manager:       {{Kind: CauseRole, Name: string(Manager)}},
		Worker:        {{Kind: CauseRole, Name: string(Worker)}},
	}
)

// byRole adds what the role of the entry gives. An Administrator is never restricted by a switch (F42).
func (h *HeldCapability) byRole(row *CapabilityRow, entry Entry, own Switches) {
	reach, needs := row.Of(entry.Role), row.Needs
	if entry.Role == Administrator {
		needs = nil
	}
	if reach == ReachNone || slices.ContainsFunc(needs, func(s Switch) bool { return !own.On(s) }) {
		return
	}
	h.add(reach, roleAlone[entry.Role])
	for _, s := range needs {
		kind := CauseSwitchDefault
		if entry.declared(s) != nil {
			kind = CauseSwitch
		}
		h.add(reach, []Cause{{Kind: kind, Name: string(s)}})
	}
}

// add is one more way to have a capability. The causes are shared: they are never appended to.
func (h *HeldCapability) add(reach Reach, causes []Cause) {
	switch {
	case reach == ReachNone:
		return
	case h.Causes == nil:
		h.Causes = causes
	default:
		h.Causes = slices.Concat(h.Causes, causes)
	}
	if !h.Reach.Covers(reach) {
		h.Reach = reach
	}
}
