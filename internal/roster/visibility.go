// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"fmt"
	"slices"
)

// VisibilityChange is that people see more or less of each other's conversations than before, though nobody's role or permission was
// changed. It names nobody.
type VisibilityChange struct {
	// Widened says that they see more, else they see less.
	Widened bool
	// Message says who sees what from now on, and why.
	Message string
}

// VisibilityChanges are how what the people of a tenant see differs from what they saw before: by the first group of the tenant or
// its last, and by its two rules on conversations. A tenant that was retired comes back, and nobody sees more or less by that than
// was declared.
func (t TenantRecord) VisibilityChanges(before TenantRecord) []VisibilityChange {
	if before.Retired || t.Retired {
		return nil
	}
	var changes []VisibilityChange
	if now := t.opensEverything(); now != before.opensEverything() {
		changes = append(changes, VisibilityChange{Widened: now, Message: t.unassignedSee(before.HasGroups != t.HasGroups)})
	}
	if denied := t.OthersMessages == MessagesDenied; denied != (before.OthersMessages == MessagesDenied) {
		message := "conversations.othersMessages is Allowed: operators see the conversations that others have taken on, within their scope"
		if denied {
			message = "conversations.othersMessages is Denied: operators see no conversation that somebody else has taken on; only a Manager sees the team's, and an Administrator all"
		}
		changes = append(changes, VisibilityChange{Widened: !denied, Message: message})
	}
	return changes
}

// opensEverything tells whether an operator in no group has every conversation of the tenant in the scope.
func (t TenantRecord) opensEverything() bool { return !t.HasGroups || t.UnassignedScope == ScopeAll }

// unassignedSee says what an operator in no group sees, and because of what: of groups that came or went, or of the tenant's rule.
func (t TenantRecord) unassignedSee(byGroups bool) string {
	switch {
	case byGroups && t.HasGroups:
		return "the tenant has groups from now on: an operator sees the general group's conversations and those of the operator's own groups"
	case byGroups:
		return "the tenant has no groups any more: every operator sees the conversations of the whole tenant"
	case t.opensEverything():
		return "conversations.unassignedScope is All: an operator in no group sees the conversations of every group"
	}
	return "conversations.unassignedScope is General: an operator in no group sees the general group's conversations only"
}

// VisibilityChanges are how what a person sees differs from before, by an edit of what the person declares: by the first group, or the
// last one taken out, where the tenant opens everything to whoever is in none; and by a Manager's team that grew (F51). The
// tenants are the directory's. Entries that come, and a person who was deleted and comes back, are no changes.
func (p Person) VisibilityChanges(before Person, directory Directory) []VisibilityChange {
	if !before.User.PurgeAfter.IsZero() {
		return nil
	}
	var changes []VisibilityChange
	for _, m := range p.Memberships {
		was, found := before.membership(m.Tenant)
		if !found || p.seesAll(m) || before.seesAll(was) {
			continue
		}
		if tenant, there := directory.Tenant(p.User.Company, m.Tenant); there && tenant.Record.UnassignedScope == ScopeAll && m.unassigned() != was.unassigned() {
			changes = append(changes, m.byGroups())
		}
		if grown := m.grown(was); grown > 0 {
			changes = append(changes, VisibilityChange{Widened: true, Message: fmt.Sprintf(
				"the team in Tenant %q has %s more: the Manager sees their conversations", m.Tenant, plural(grown, "member"))})
		}
	}
	return changes
}

// seesAll tells whether the person is Administrator of a membership's tenant, so that neither groups nor team matter.
func (p Person) seesAll(m Membership) bool {
	return p.User.CompanyAdministrator || m.Role == Administrator
}

func (m Membership) unassigned() bool {
	return !slices.ContainsFunc(m.Groups, func(g GroupMembership) bool { return g.Group != GeneralGroup })
}

// byGroups is the change of a membership that came to its first group or lost its last, under unassignedScope All.
func (m Membership) byGroups() VisibilityChange {
	if m.unassigned() {
		return VisibilityChange{Widened: true, Message: fmt.Sprintf(
			"in no group of Tenant %q any more, whose conversations.unassignedScope is All: the operator sees the conversations of every group", m.Tenant)}
	}
	return VisibilityChange{Message: fmt.Sprintf(
		"in a group of Tenant %q for the first time: the operator sees the general group's conversations and those of the operator's own groups, no longer those of every group", m.Tenant)}
}

// grown is how many people are in the team who were not in it before.
func (m Membership) grown(before Membership) int {
	count := 0
	for _, member := range m.Team {
		if !slices.Contains(before.Team, member) {
			count++
		}
	}
	return count
}
