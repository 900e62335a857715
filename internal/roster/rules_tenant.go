// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// tenantRules are the rules of a Tenant.
var tenantRules = ruleBook[Tenant]{
	rules: []Rule[Tenant]{
		{Name: "WellFormed", Source: "F38 F40", Check: wellFormedTenant},
		{Name: "LimitsInRange", Source: "F89", Check: tenantLimits},
	},
	takesAway: Tenant.takesAway,
}

// groupRules are the rules of a Group.
var groupRules = ruleBook[Group]{
	rules: []Rule[Group]{
		{Name: "WellFormed", Source: "F19 F20", Check: wellFormedGroup},
		{Name: "GeneralIsReserved", Source: "F65", Check: generalReserved},
		{Name: "NoDuplicates", Source: "F18", Check: func(g Group) []Violation { return duplicates("spec.channels", g.Channels) }},
		{Name: "ChannelsGivenAreAtLeastOne", Source: "ours", Check: groupServesSomething},
	},
	edits: []EditRule[Group]{
		{Name: "TenantStays", Source: "F18", Check: func(before, after Group) []Violation {
			return immutable("spec.tenant", before.Tenant, after.Tenant, "delete this group and create one in the other tenant")
		}},
	},
	takesAway: Group.takesAway,
}

func wellFormedTenant(t Tenant) []Violation {
	r := t.Record
	found := slices.Concat(
		nameFormat.require("metadata.name", r.Tenant),
		shown("spec.displayName", r.DisplayName, r.Tenant),
		textFormat.check("spec.generalGroup.displayName", t.GeneralGroupName),
		oneOf("spec.conversations.othersMessages", r.OthersMessages, MessagesAllowed, MessagesDenied),
		oneOf("spec.conversations.unassignedScope", r.UnassignedScope, ScopeGeneral, ScopeAll),
		oneOf("spec.rolePolicy", t.RolePolicy, RolePolicyStrict, RolePolicyAdditive),
		oneOf("spec.chat.appearance.theme", r.Settings.Appearance.Theme, "", "Light", "Dark", "Automatic"),
		oneOf("spec.chat.appearance.position", r.Settings.Appearance.Position, "", "BottomRight", "BottomLeft"),
		colourFormat.check("spec.chat.appearance.accentColor", r.Settings.Appearance.AccentColor),
		atMost("spec.chat.behaviour.greeting", r.Settings.Behaviour.Greeting, 1000),
		oneOf("spec.chat.behaviour.offlineForm", r.Settings.Behaviour.OfflineForm, "", "Shown", "Hidden"),
		oneOf("spec.chat.behaviour.proactiveInvitation", r.Settings.Behaviour.ProactiveInvitation, "", "Enabled", "Disabled"),
		pageFormat.check("spec.integrations.facebook.pageID", r.Settings.FacebookPageID),
		localeFormat.check("spec.locale", r.Settings.Locale),
		addressFormat.check("spec.consoleURL", r.Settings.ConsoleURL),
	)
	for _, field := range r.Settings.RequiredProfile {
		found = append(found, oneOf(fmt.Sprintf("spec.profilePolicy.required[%s]", field), field, RequireTitle, RequirePhoneNumber)...)
	}
	return found
}

// shown refuses a malformed name that is shown to people. Where none was declared, the object's own name is shown.
func shown(path, text, otherwise string) []Violation {
	if text == otherwise {
		return nil
	}
	found := textFormat.require(path, text)
	for i := range found {
		found[i].BadValue = text
	}
	return found
}

func atMost(path, text string, longest int) []Violation {
	if utf8.RuneCountInString(text) <= longest {
		return nil
	}
	return []Violation{{Path: path, Reason: Invalid, Message: fmt.Sprintf("must have at most %d characters", longest)}}
}

// longestRetention is ten years.
const longestRetention = 87600 * time.Hour

func tenantLimits(t Tenant) []Violation {
	var found []Violation
	if t.MaxGroups < 0 {
		found = append(found, Violation{
			Path: "spec.groupPolicy.maxPerOperator", Reason: Invalid, BadValue: t.MaxGroups, Message: "must be at least 1; leave it out for no limit",
		})
	}
	if seconds := t.Record.Settings.Retention; seconds < 0 || seconds > int64(longestRetention/time.Second) {
		found = append(found, Violation{
			Path: "spec.offboarding.retention", Reason: Invalid, BadValue: fmt.Sprintf("%ds", seconds), Message: "must be more than 0s and at most 87600h (10 years)",
		})
	}
	return found
}

func wellFormedGroup(g Group) []Violation {
	found := slices.Concat(
		nameFormat.require("metadata.name", g.Name),
		nameFormat.require("spec.tenant", g.Tenant),
		shown("spec.displayName", g.DisplayName, g.Name),
		atMost("spec.description", g.Description, 1024),
		oneOf("spec.routing.strategy", g.Routing.Strategy, RoundRobin, LeastBusy),
	)
	if g.Routing.MaxConcurrentPerOperator < 0 {
		found = append(found, Violation{
			Path: "spec.routing.maxConcurrentPerOperator", Reason: Invalid, BadValue: g.Routing.MaxConcurrentPerOperator,
			Message: "must be at least 1; leave it out for no limit",
		})
	}
	return found
}

func generalReserved(g Group) []Violation {
	if g.Name != GeneralGroup {
		return nil
	}
	return []Violation{{
		Path: "metadata.name", Reason: Invalid, BadValue: g.Name,
		Message: "the name general is reserved for the general group, which every tenant has: choose another name",
	}}
}

// groupServesSomething refuses a list of no channels: absent it means all, and empty it would mean none.
func groupServesSomething(g Group) []Violation {
	if g.Channels == nil || len(g.Channels) > 0 {
		return nil
	}
	return []Violation{{
		Path: "spec.channels", Reason: Invalid, BadValue: []Channel{}, Message: "must name at least one channel; leave it out for all channels of the tenant",
	}}
}
