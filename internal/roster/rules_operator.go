// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"fmt"
	"slices"
)

// operatorRules are the rules of an Operator.
var operatorRules = ruleBook[Operator]{
	rules: []Rule[Operator]{
		{Name: "WellFormed", Source: "F08 F34", Check: wellFormedOperator},
		{Name: "EntriesWellFormed", Source: "F13 F36", Check: eachEntry(wellFormedEntry)},
		{Name: "NoDuplicates", Source: "F14 F18", Check: operatorDuplicates},
		{Name: "HomeTenantIsOneOfTheTenants", Source: "ours", Check: homeTenantListed},
		{Name: "CredentialFitsMode", Source: "F90", Check: credentialFitsMode},
		{Name: "TeamNeedsManager", Source: "F49 F51", Check: eachEntry(teamNeedsManager)},
		{Name: "TeamWithoutOneself", Source: "F51", Check: eachEntry(teamWithoutOneself)},
		{Name: "AdministratorSeesEverything", Source: "F42 F43", Check: eachEntry(forcedSwitches)},
		{Name: "PreviewNeedsVisitors", Source: "F84 F85", Check: eachEntry(previewNeedsVisitors)},
		{Name: "OthersOfflineMessagesNeedOfflineMessages", Source: "F83 F86", Check: eachEntry(othersNeedOfflineMessages)},
	},
	edits: []EditRule[Operator]{
		{Name: "UserNameStays", Source: "F08", Check: func(before, after Operator) []Violation {
			return immutable("spec.userName", before.UserName, after.UserName, "delete this operator and create one with the new user name")
		}},
		{Name: "IdentityProviderStays", Source: "F90", Check: func(before, after Operator) []Violation {
			if before.CredentialMode != IdentityProvider {
				return nil
			}
			return immutable("spec.credential.mode", string(before.CredentialMode), string(after.CredentialMode),
				"once it is IdentityProvider; delete this operator and create one with the other mode")
		}},
	},
	takesAway: Operator.takesAway,
}

// entryPath is the path of an entry, or of a field of it.
func entryPath(tenant, field string) string { return fmt.Sprintf("spec.tenants[%s]%s", tenant, field) }

// eachEntry is a check of each entry as a check of the whole person.
func eachEntry(check func(Operator, Entry) []Violation) func(Operator) []Violation {
	return func(o Operator) []Violation {
		var found []Violation
		for _, entry := range o.Entries {
			found = append(found, check(o, entry)...)
		}
		return found
	}
}

func wellFormedOperator(o Operator) []Violation {
	return slices.Concat(
		nameFormat.check("metadata.name", o.Name),
		loginFormat.require("spec.userName", o.UserName),
		textFormat.require("spec.profile.givenName", o.Profile.GivenName),
		textFormat.require("spec.profile.familyName", o.Profile.FamilyName),
		emailFormat.require("spec.profile.email", o.Profile.Email),
		textFormat.check("spec.profile.publicName", o.Profile.PublicName),
		textFormat.check("spec.profile.title", o.Profile.Title),
		phoneFormat.check("spec.profile.phoneNumber", o.Profile.PhoneNumber),
		localeFormat.check("spec.profile.locale", o.Locale),
		timeZoneFormat.check("spec.profile.timeZone", o.TimeZone),
		nameFormat.check("spec.homeTenant", o.HomeTenant),
		providerFormat.check("spec.credential.identityProvider", o.IdentityProvider),
		alerts("spec.notifications.conversations", o.ConversationAlerts),
		alerts("spec.notifications.messages", o.MessageAlerts),
	)
}

func alerts(path string, list []Alert) []Violation {
	var found []Violation
	for _, alert := range list {
		found = append(found, oneOf(fmt.Sprintf("%s[%s]", path, alert), alert, AlertSound, AlertDesktop, AlertEmail)...)
	}
	return found
}

func wellFormedEntry(_ Operator, e Entry) []Violation {
	at := func(field string) string { return entryPath(e.Tenant, field) }
	found := slices.Concat(
		nameFormat.require(at(".tenant"), e.Tenant),
		oneOf(at(".role"), e.Role, Administrator, Manager, Worker),
		textFormat.check(at(".profile.givenName"), e.Profile.GivenName),
		textFormat.check(at(".profile.familyName"), e.Profile.FamilyName),
		textFormat.check(at(".profile.publicName"), e.Profile.PublicName),
		textFormat.check(at(".profile.title"), e.Profile.Title),
		phoneFormat.check(at(".profile.phoneNumber"), e.Profile.PhoneNumber),
		emailFormat.check(at(".profile.email"), e.Profile.Email),
	)
	for _, g := range e.Groups {
		path := at(".groups[" + g.Group + "]")
		found = append(found, nameFormat.require(path, g.Group)...)
		found = append(found, oneOf(path+".priority", g.Priority, Primary, Normal, Backup)...)
	}
	for _, member := range e.Team {
		found = append(found, nameFormat.require(at(".team["+member+"]"), member)...)
	}
	for _, p := range e.Permissions {
		found = append(found, oneOf(at(".permissions["+string(p)+"]"), p,
			ManageFiles, ManageTemplates, ViewSessions, ViewEmails, ViewOperators, ViewVisitors, ManageCampaigns)...)
	}
	return found
}

func operatorDuplicates(o Operator) []Violation {
	tenants := make([]string, len(o.Entries))
	for i, e := range o.Entries {
		tenants[i] = e.Tenant
	}
	found := slices.Concat(
		duplicates("spec.tenants", tenants),
		duplicates("spec.notifications.conversations", o.ConversationAlerts),
		duplicates("spec.notifications.messages", o.MessageAlerts),
	)
	for _, e := range o.Entries {
		groups := make([]string, len(e.Groups))
		for i, g := range e.Groups {
			groups[i] = g.Group
		}
		found = append(found, duplicates(entryPath(e.Tenant, ".groups"), groups)...)
		found = append(found, duplicates(entryPath(e.Tenant, ".team"), e.Team)...)
		found = append(found, duplicates(entryPath(e.Tenant, ".channels"), e.Channels)...)
		found = append(found, duplicates(entryPath(e.Tenant, ".permissions"), e.Permissions)...)
	}
	return found
}

func homeTenantListed(o Operator) []Violation {
	if _, listed := o.Entry(o.HomeTenant); listed || o.HomeTenant == "" {
		return nil
	}
	return []Violation{{Path: "spec.homeTenant", Reason: Invalid, BadValue: o.HomeTenant, Message: "must be one of the tenants listed in tenants[]"}}
}

func credentialFitsMode(o Operator) []Violation {
	found := oneOf("spec.credential.mode", o.CredentialMode, ActivationLink, InitialPassword, IdentityProvider)
	const path = "spec.credential.identityProvider"
	switch {
	case o.CredentialMode == IdentityProvider && o.IdentityProvider == "":
		found = append(found, Violation{Path: path, Reason: Required, Message: "mode IdentityProvider needs identityProvider, the name of the provider"})
	case o.CredentialMode != IdentityProvider && o.IdentityProvider != "":
		found = append(found, Violation{
			Path: path, Reason: Forbidden, BadValue: o.IdentityProvider,
			Message: "identityProvider belongs to mode IdentityProvider: remove it or change the mode",
		})
	}
	return found
}

func teamNeedsManager(_ Operator, e Entry) []Violation {
	if len(e.Team) == 0 || e.Role == Manager {
		return nil
	}
	return []Violation{{
		Path: entryPath(e.Tenant, ".team"), Reason: Forbidden, BadValue: e.Team,
		Message: "only the role Manager has a team: remove team or set role to Manager",
	}}
}

func teamWithoutOneself(o Operator, e Entry) []Violation {
	if !slices.Contains(e.Team, o.Name) {
		return nil
	}
	return []Violation{{
		Path: entryPath(e.Tenant, ".team["+o.Name+"]"), Reason: Invalid, BadValue: o.Name,
		Message: "a team must not list the operator himself: remove his name",
	}}
}

// forcedSwitches refuses to switch off what an Administrator sees anyway.
func forcedSwitches(o Operator, e Entry) []Violation {
	if e.Role != Administrator && !o.CompanyAdministrator {
		return nil
	}
	var found []Violation
	for _, forced := range []Switch{SwitchOthersArchivedCalls, SwitchLiveVisitors, SwitchLiveVisitorPreview, SwitchOthersOfflineMessages} {
		if either(e.declared(forced), true) {
			continue
		}
		found = append(found, Violation{
			Path: entryPath(e.Tenant, "."+string(forced)), Reason: Invalid, BadValue: false,
			Message: "an Administrator always sees this, and so does a company administrator: leave it out or set it to true",
		})
	}
	return found
}

func previewNeedsVisitors(_ Operator, e Entry) []Violation {
	return needsSwitch(e, SwitchLiveVisitorPreview, SwitchLiveVisitors, "the live preview needs liveVisitors: set liveVisitors to true or leave it out")
}

func othersNeedOfflineMessages(o Operator, e Entry) []Violation {
	if e.Role == Administrator || o.CompanyAdministrator {
		return nil
	}
	return needsSwitch(e, SwitchOthersOfflineMessages, SwitchOfflineMessages,
		"visibility.othersOfflineMessages true needs offlineMessages: set offlineMessages to true or leave it out, unless the role is Administrator")
}

// needsSwitch refuses that a switch is set true while the one it needs is set false.
func needsSwitch(e Entry, dependent, needed Switch, remedy string) []Violation {
	if !either(e.declared(dependent), false) || either(e.declared(needed), true) {
		return nil
	}
	return []Violation{{Path: entryPath(e.Tenant, "."+string(dependent)), Reason: Invalid, BadValue: true, Message: remedy}}
}
