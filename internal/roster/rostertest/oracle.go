// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package rostertest

import (
	"math"
	"slices"
	"strings"

	"github.com/roster-dev/roster/internal/roster"
)

// MayRead tells whether an operator may read a conversation through a tenant: read(u,c) for T of docs/access.md, formula by formula. The
// operator is given by object name; whoever takes part in the conversation by user name, in lower case.
func MayRead(w *World, operator, tenant string, c roster.Conversation) bool {
	f, known := w.factsOf(operator, tenant)
	return known && f.live() && f.activated() && c.Tenant == tenant && (f.scope(c) || f.widened(c)) && f.gate(c)
}

// Routable tells whether work of a tenant may be routed to an operator, given by object name: routable(u,ch,g) of docs/access.md, line by
// line.
func Routable(w *World, operator, tenant string, work Work) bool {
	f, known := w.factsOf(operator, tenant)
	if !known || !f.live() || !f.activated() {
		return false
	}
	grants := f.grantsOf(work.Channel)
	group, serves := f.serves(work)
	return len(grants) > 0 && serves &&
		!slices.Contains(work.Presence.Off, work.Channel) &&
		f.stateAllows(grants, work) &&
		work.Used < min(capOf(largestCap(grants)), capOf(group.Routing.MaxConcurrentPerOperator))
}

// capOf is a cap of which 0 is none as a number.
func capOf(most int) int {
	if most == 0 {
		return math.MaxInt
	}
	return most
}

// serves: g = general or (g in G(u) and (g.channels absent or ch in g.channels)). The general group caps nothing.
func (f facts) serves(work Work) (roster.Group, bool) {
	if work.Group == "" || work.Group == roster.GeneralGroup {
		return roster.Group{}, true
	}
	group, member := f.groups()[work.Group]
	return group, member && (group.Channels == nil || slices.Contains(group.Channels, work.Channel))
}

// Live is live(u) of docs/access.md for an operator, given by object name, and a tenant.
func Live(w *World, operator, tenant string) bool {
	f, known := w.factsOf(operator, tenant)
	return known && f.live()
}

// facts are what the formulas of one operator and one tenant quantify over.
type facts struct {
	world    *World
	operator roster.Operator
	// tenant is nil where there is none, and entry where the operator has none for it.
	tenant *roster.Tenant
	entry  *roster.Entry
	name   string
}

func (w *World) factsOf(operator, tenant string) (facts, bool) {
	f := facts{world: w, name: tenant}
	for i := range w.Tenants {
		if w.Tenants[i].Record.Tenant == tenant {
			f.tenant = &w.Tenants[i]
		}
	}
	for _, o := range w.Operators {
		if o.Name != operator {
			continue
		}
		f.operator = o
		f.entry = entryOf(o, tenant)
		return f, true
	}
	return f, false
}

func entryOf(o roster.Operator, tenant string) *roster.Entry {
	for i := range o.Entries {
		if o.Entries[i].Tenant == tenant {
			return &o.Entries[i]
		}
	}
	return nil
}

// live(u) := A.active and (M.active, or A.companyAdministrator and no M) and T exists and is not retired.
func (f facts) live() bool {
	member := f.entry != nil && f.entry.Active || f.entry == nil && f.operator.CompanyAdministrator
	return f.operator.Active && member && f.tenant != nil && !f.tenant.Record.Retired
}

func (f facts) activated() bool { return f.operator.CredentialMode == roster.IdentityProvider }

// administrator: the role of the entry, or one of every tenant of the company.
func (f facts) administrator() bool {
	return f.operator.CompanyAdministrator || f.entry != nil && f.entry.Role == roster.Administrator
}

func (f facts) manager() bool {
	return !f.administrator() && f.entry != nil && f.entry.Role == roster.Manager
}

// declared(u) := names in M(u,T).groups, resolved or not, other than the general group.
func declared(entry *roster.Entry) map[string]roster.Priority {
	names := map[string]roster.Priority{}
	if entry == nil {
		return names
	}
	for _, g := range entry.Groups {
		if g.Group != roster.GeneralGroup {
			names[g.Group] = g.Priority
		}
	}
	return names
}

// groups are G(u): those of declared(u) that resolve to a Group of T, less those that are over the tenant's maximum by priority and then
// by name, whether or not they resolve.
func (f facts) groups() map[string]roster.Group {
	names := declared(f.entry)
	resolved := map[string]roster.Group{}
	for _, g := range f.world.Groups {
		if priority, named := names[g.Name]; named && g.Tenant == f.name && f.within(g.Name, priority, names) {
			resolved[g.Name] = g
		}
	}
	return resolved
}

// within: fewer names than the maximum come before this one.
func (f facts) within(name string, priority roster.Priority, names map[string]roster.Priority) bool {
	maximum := 1
	if f.tenant != nil {
		maximum = f.tenant.MaxGroups
	}
	before := 0
	for other, theirs := range names {
		if rankOf(theirs) < rankOf(priority) || theirs == priority && other < name {
			before++
		}
	}
	return maximum == 0 || before < maximum
}

func rankOf(p roster.Priority) int {
	return slices.Index([]roster.Priority{roster.Primary, roster.Normal, roster.Backup}, p)
}

// holds: an additive permission, which a Worker holds under rolePolicy Additive only.
func (f facts) holds(p roster.Permission) bool {
	if f.entry == nil || !slices.Contains(f.entry.Permissions, p) {
		return false
	}
	return f.entry.Role != roster.Worker || f.tenant != nil && f.tenant.RolePolicy == roster.RolePolicyAdditive
}

// noDepts(T): no Group object of T, and nobody declares one.
func (f facts) noDepts() bool {
	for _, g := range f.world.Groups {
		if g.Tenant == f.name {
			return false
		}
	}
	for _, o := range f.world.Operators {
		if len(declared(entryOf(o, f.name))) > 0 {
			return false
		}
	}
	return true
}

// team: the user names of those whom a Manager names and who are Worker or Manager in the tenant; a company administrator is neither.
func (f facts) team() map[string]bool {
	members := map[string]bool{}
	for _, o := range f.world.Operators {
		entry := entryOf(o, f.name)
		lower := entry != nil && entry.Role != roster.Administrator && !o.CompanyAdministrator
		if lower && o.Name != f.operator.Name && slices.Contains(f.entry.Team, o.Name) {
			members[strings.ToLower(o.UserName)] = true
		}
	}
	return members
}

func (f facts) own(c roster.Conversation) bool {
	return slices.Contains(c.Participants, strings.ToLower(f.operator.UserName))
}

// others(u,c) := othersMessages(T) = Allowed or c.assignee = null or own(u,c).
func (f facts) others(c roster.Conversation) bool {
	return f.tenant.Record.OthersMessages == roster.MessagesAllowed || c.Assignee == "" || f.own(c)
}

func (f facts) scope(c roster.Conversation) bool {
	if f.administrator() {
		return true
	}
	if f.manager() {
		team := f.team()
		for _, p := range c.Participants {
			if team[p] {
				return true
			}
		}
	}
	_, dept := f.groups()[c.Group]
	general := c.Group == "" || c.Group == roster.GeneralGroup
	unassigned := f.tenant.Record.UnassignedScope == roster.ScopeAll && len(declared(f.entry)) == 0
	return f.own(c) || (dept || general || f.noDepts() || unassigned) && f.others(c)
}

// widened(u,c) := others(u,c) and ((ViewSessions and c is a session) or (ViewEmails and c is an e-mail)). A session is a chat or a call.
func (f facts) widened(c roster.Conversation) bool {
	session := c.Kind == roster.ChatSession || c.Kind == roster.Call || c.Kind == roster.ArchivedCall
	return f.others(c) && (f.holds(roster.ViewSessions) && session || f.holds(roster.ViewEmails) && c.Kind == roster.EmailThread)
}

func (f facts) gate(c roster.Conversation) bool {
	if f.administrator() || f.own(c) {
		return true
	}
	manager := f.manager()
	offline := f.on(f.entry.OfflineMessages, true)
	switch c.Kind {
	case roster.ArchivedCall:
		return c.Assignee == "" || f.on(f.entry.Visibility.OthersArchivedCalls, manager)
	case roster.OfflineMessage:
		return offline && (c.Assignee == "" || f.on(f.entry.Visibility.OthersOfflineMessages, manager))
	}
	return true
}

// on: an explicit value, else what the role has.
func (f facts) on(explicit *bool, otherwise bool) bool {
	return explicit != nil && *explicit || explicit == nil && otherwise
}

// grant is one cause of a grant: the person's own channel, or a policy.
type grant struct {
	online, away bool
	capacity     int
}

// grantsOf are the causes of a channel that the tenant has: direct, and every policy of the tenant that matches.
func (f facts) grantsOf(channel roster.Channel) []grant {
	if f.entry == nil || !slices.Contains(f.tenant.Record.Channels, channel) {
		return nil
	}
	var grants []grant
	if slices.Contains(f.entry.Channels, channel) {
		grants = append(grants, grant{online: true, away: true})
	}
	for _, p := range f.world.ChannelPolicies {
		if p.Tenant == f.name && slices.Contains(p.Channels, channel) && slices.ContainsFunc(p.Subjects, f.isSubject) {
			grants = append(grants, grant{online: p.Online, away: p.Away, capacity: p.Capacity})
		}
	}
	return grants
}

func (f facts) isSubject(s roster.Subject) bool {
	if s.Selector != nil {
		return f.isSelected(*s.Selector)
	}
	_, inGroup := f.groups()[s.Group]
	return s.Role != "" && f.entry.Role == s.Role || s.Operator != "" && f.operator.Name == s.Operator ||
		s.Group == roster.GeneralGroup || s.Group != "" && inGroup
}

func (f facts) isSelected(s roster.Selector) bool {
	for key, value := range s.MatchLabels {
		if f.operator.Labels[key] != value {
			return false
		}
	}
	for _, e := range s.MatchExpressions {
		value, present := f.operator.Labels[e.Key]
		listed := present && slices.Contains(e.Values, value)
		if !map[string]bool{"In": listed, "NotIn": !listed, "Exists": present, "DoesNotExist": !present}[e.Operator] {
			return false
		}
	}
	return true
}

// stateAllows: (state = Online and grant.online) or (state = Away and grant.away and ch in awayRouting.channels). Of several grants any may
// allow a state.
func (f facts) stateAllows(grants []grant, work Work) bool {
	online := slices.ContainsFunc(grants, func(g grant) bool { return g.online })
	away := slices.ContainsFunc(grants, func(g grant) bool { return g.away })
	return work.Presence.State == roster.Online && online ||
		work.Presence.State == roster.Away && away && slices.Contains(f.tenant.Record.AwayRouting, work.Channel)
}

// largestCap is the largest capacity of the grants; 0 is no cap, which is larger than any.
func largestCap(grants []grant) int {
	largest := 0
	for _, g := range grants {
		if g.capacity == 0 {
			return 0
		}
		largest = max(largest, g.capacity)
	}
	return largest
}
