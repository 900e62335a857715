// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"testing"

	"github.com/roster-dev/roster/internal/roster"
)

func may(reason roster.ReadReason) roster.ReadDecision {
	return roster.ReadDecision{Allowed: true, Reason: reason}
}

func mayNot(reason roster.ReadReason) roster.ReadDecision { return roster.ReadDecision{Reason: reason} }

// of is a conversation of the tenant north between others: the last of those who take part is the assignee.
func of(kind roster.ConversationKind, group string, participants ...string) roster.Conversation {
	c := roster.Conversation{Tenant: "north", Group: group, Kind: kind, Participants: participants}
	if len(participants) > 0 {
		c.Assignee = participants[len(participants)-1]
	}
	return c
}

// unassigned is a conversation that others take part in and nobody has taken on.
func unassigned(kind roster.ConversationKind, group string, participants ...string) roster.Conversation {
	c := of(kind, group, participants...)
	c.Assignee = ""
	return c
}

func permitted(e roster.Entry, permissions ...roster.Permission) roster.Entry {
	e.Permissions = permissions
	return e
}

func leading(e roster.Entry, team ...string) roster.Entry {
	e.Team = team
	return e
}

// readingScene is the tenant north with the groups billing and sales, and somebody called reader there; mate is a Worker, away a
// deactivated one, and boss an Administrator.
type readingScene struct {
	entry    roster.Entry
	tenant   func(*roster.Tenant)
	operator func(*roster.Operator)
	groups   []roster.Group
}

func (s readingScene) decide(c roster.Conversation) roster.ReadDecision {
	north := tenant("north", roster.Chat)
	north.RolePolicy, north.Record.OthersMessages, north.Record.UnassignedScope = roster.RolePolicyAdditive, roster.MessagesAllowed, roster.ScopeGeneral
	if s.tenant != nil {
		s.tenant(&north)
	}
	if s.groups == nil {
		s.groups = []roster.Group{group("billing", "north"), group("sales", "north")}
	}
	away := operator("away", entry("north", roster.Worker))
	away.Active = false
	reader := operator("reader", s.entry)
	reader.CredentialMode = roster.IdentityProvider
	if s.operator != nil {
		s.operator(&reader)
	}
	w := newWorld(north, tenant("south")).withGroups(s.groups...).
		withOperators(reader, away, operator("mate", entry("north", roster.Worker)), operator("boss", entry("north", roster.Administrator)))
	standing := roster.Compile(reader, w).Person.Stand("north", w)
	r := standing.Reader("reader", itself)
	return r.Read(&c)
}

func denied(t *roster.Tenant)   { t.Record.OthersMessages = roster.MessagesDenied }
func allScope(t *roster.Tenant) { t.Record.UnassignedScope = roster.ScopeAll }

func TestReadingFollowsTheFormulas(t *testing.T) {
	worker, manager, administrator := entry("north", roster.Worker), entry("north", roster.Manager), entry("north", roster.Administrator)
	noGroups := []roster.Group{}
	for name, tc := range map[string]struct {
		reason string
		scene  readingScene
		c      roster.Conversation
		want   roster.ReadDecision
	}{
		// scope(Administrator), F42
		"Administrator, any group":            {"sees all (F42)", readingScene{entry: administrator}, of(roster.ChatSession, "sales", "mate"), may(roster.ReadAsAdministrator)},
		"Administrator, a group that is gone": {"and of groups that are gone (note b)", readingScene{entry: administrator}, of(roster.ChatSession, "gone", "mate"), may(roster.ReadAsAdministrator)},
		"Administrator, archived call":        {"no switch restricts him (F42)", readingScene{entry: declaring(roster.Administrator, map[roster.Switch]*bool{s4: new(false), s5: new(false), s8: new(false)})}, of(roster.ArchivedCall, "sales", "mate"), may(roster.ReadAsAdministrator)},
		"Administrator, offline message":      {"S5 is about delivery for him (F83)", readingScene{entry: administrator}, of(roster.OfflineMessage, "sales", "mate"), may(roster.ReadAsAdministrator)},
		"Administrator under the ceiling":     {"the ceiling is his own decision (F43)", readingScene{entry: administrator, tenant: denied}, of(roster.ChatSession, "sales", "mate"), may(roster.ReadAsAdministrator)},
		"company administrator by no entry":   {"is Administrator of every tenant", readingScene{entry: entry("south", roster.Worker), operator: func(o *roster.Operator) { o.CompanyAdministrator = true }}, of(roster.ChatSession, "sales", "mate"), may(roster.ReadAsAdministrator)},
		"company administrator as a Worker":   {"whatever the entry says", readingScene{entry: worker, operator: func(o *roster.Operator) { o.CompanyAdministrator = true }}, of(roster.ArchivedCall, "sales", "mate"), may(roster.ReadAsAdministrator)},

		// own(u,c), and note e
		"own chat of another group":   {"never withdrawn by scope", readingScene{entry: worker}, of(roster.ChatSession, "sales", "mate", "reader"), may(roster.ReadOwn)},
		"joined, not the assignee":    {"to have joined is enough", readingScene{entry: worker, tenant: denied}, of(roster.ChatSession, "sales", "reader", "mate"), may(roster.ReadOwn)},
		"own archived call":           {"always readable (note e)", readingScene{entry: worker}, of(roster.ArchivedCall, "sales", "reader"), may(roster.ReadOwn)},
		"own offline message":         {"always readable (note e, F83)", readingScene{entry: declaring(roster.Worker, map[roster.Switch]*bool{s5: new(false)})}, of(roster.OfflineMessage, "sales", "reader"), may(roster.ReadOwn)},
		"joined another's call":       {"one's own (note e)", readingScene{entry: worker}, of(roster.ArchivedCall, "", "reader", "mate"), may(roster.ReadOwn)},
		"somebody of a similar name":  {"the store's ID decides, and nothing like it", readingScene{entry: worker}, of(roster.ChatSession, "sales", "Reader"), mayNot(roster.UnreadOutOfScope)},
		"nobody takes part at all":    {"an empty name is nobody", readingScene{entry: worker}, of(roster.ChatSession, "sales"), mayNot(roster.UnreadOutOfScope)},
		"a Manager, own in the group": {"the first reason that settles it is named", readingScene{entry: in(manager, "sales")}, of(roster.ChatSession, "sales", "reader"), may(roster.ReadOwn)},

		// dept, general: F53, F64, F65
		"Worker, own group":               {"sees the own department's (F64)", readingScene{entry: in(worker, "billing")}, of(roster.ChatSession, "billing", "mate"), may(roster.ReadGroup)},
		"Worker, one of two own groups":   {"every group counts (F18)", readingScene{entry: in(worker, "sales", "billing")}, of(roster.Call, "sales", "mate"), may(roster.ReadGroup)},
		"Worker, no group named":          {"a conversation without a group is the general group's (F65)", readingScene{entry: in(worker, "billing")}, of(roster.ChatSession, "", "mate"), may(roster.ReadGeneralGroup)},
		"Worker, the general group named": {"and so is one that names it (F65)", readingScene{entry: in(worker, "billing")}, of(roster.EmailThread, "general", "mate"), may(roster.ReadGeneralGroup)},
		"Worker, another group":           {"does not see another department's (F64)", readingScene{entry: in(worker, "billing")}, of(roster.ChatSession, "sales", "mate"), mayNot(roster.UnreadOutOfScope)},
		"Manager, own group":              {"sees the own department's (F53)", readingScene{entry: in(manager, "billing")}, of(roster.ChatSession, "billing", "boss"), may(roster.ReadGroup)},
		"Manager, the general group":      {"and the general department's (F53)", readingScene{entry: in(manager, "billing")}, of(roster.ChatSession, "", "boss"), may(roster.ReadGeneralGroup)},
		"Manager, another group":          {"and no other's", readingScene{entry: in(manager, "billing")}, of(roster.ChatSession, "sales", "boss"), mayNot(roster.UnreadOutOfScope)},
		"a group of another tenant": {"a name that resolves to a group of another tenant does not resolve", readingScene{entry: in(worker, "sales"),
			groups: []roster.Group{group("billing", "north"), group("sales", "south")}}, of(roster.ChatSession, "sales", "mate"), mayNot(roster.UnreadOutOfScope)},

		// noDepts: F66, note a, note b
		"no groups, Worker":                     {"with no departments, all (F66)", readingScene{entry: worker, groups: noGroups}, of(roster.ChatSession, "gone", "mate"), may(roster.ReadNoGroups)},
		"no groups, Manager":                    {"and the Manager too, by monotony", readingScene{entry: manager, groups: noGroups}, of(roster.ChatSession, "gone", "boss"), may(roster.ReadNoGroups)},
		"a declared group that is not there":    {"it is a department, be it there or not", readingScene{entry: in(worker, "ghost"), groups: noGroups}, of(roster.ChatSession, "gone", "mate"), mayNot(roster.UnreadOutOfScope)},
		"the general group declared alone":      {"it is no department", readingScene{entry: in(worker, "general"), groups: noGroups}, of(roster.ChatSession, "gone", "mate"), may(roster.ReadNoGroups)},
		"groups of another tenant only":         {"nothing crosses tenants", readingScene{entry: worker, groups: []roster.Group{group("sales", "south")}}, of(roster.ChatSession, "gone", "mate"), may(roster.ReadNoGroups)},
		"in no group while there are some":      {"sees own and general only (note a)", readingScene{entry: worker}, of(roster.ChatSession, "sales", "mate"), mayNot(roster.UnreadOutOfScope)},
		"Worker, a group that is gone":          {"it is not general: deleting must not widen (note b)", readingScene{entry: in(worker, "billing")}, of(roster.ChatSession, "gone", "mate"), mayNot(roster.UnreadOutOfScope)},
		"declares the group that is gone":       {"it does not resolve (note b)", readingScene{entry: in(worker, "gone")}, of(roster.ChatSession, "gone", "mate"), mayNot(roster.UnreadOutOfScope)},
		"a group that is gone, ViewSessions":    {"is widened all the same (note b)", readingScene{entry: permitted(worker, roster.ViewSessions)}, of(roster.ChatSession, "gone", "mate"), may(roster.ReadSessionsOfOthers)},
		"a group that is gone, ViewEmails":      {"is widened all the same (note b)", readingScene{entry: permitted(worker, roster.ViewEmails)}, of(roster.EmailThread, "gone", "mate"), may(roster.ReadEmailsOfOthers)},
		"a group that is gone, in no group":     {"is open under All (note b)", readingScene{entry: worker, tenant: allScope}, of(roster.ChatSession, "gone", "mate"), may(roster.ReadUnassigned)},
		"a group that is gone, team":            {"the team's is still read (note b)", readingScene{entry: leading(manager, "mate")}, of(roster.ChatSession, "gone", "mate"), may(roster.ReadTeam)},
		"a group that is gone, the own":         {"one's own is still read (note b)", readingScene{entry: worker}, of(roster.ChatSession, "gone", "reader"), may(roster.ReadOwn)},
		"two groups under a maximum of one":     {"those over the maximum are absent, by name (note g)", readingScene{entry: in(worker, "sales", "billing"), tenant: func(t *roster.Tenant) { t.MaxGroups = 1 }}, of(roster.ChatSession, "sales", "mate"), mayNot(roster.UnreadOutOfScope)},
		"the one that is kept":                  {"the first by name is kept (note g)", readingScene{entry: in(worker, "sales", "billing"), tenant: func(t *roster.Tenant) { t.MaxGroups = 1 }}, of(roster.ChatSession, "billing", "mate"), may(roster.ReadGroup)},
		"a missing name before it":              {"declared names are counted, be they there or not (note g)", readingScene{entry: in(worker, "absent", "billing"), tenant: func(t *roster.Tenant) { t.MaxGroups = 1 }}, of(roster.ChatSession, "billing", "mate"), mayNot(roster.UnreadOutOfScope)},
		"in no group under All":                 {"unassignedScope All opens every group (note a)", readingScene{entry: worker, tenant: allScope}, of(roster.ChatSession, "sales", "mate"), may(roster.ReadUnassigned)},
		"in the general group alone, under All": {"the general group does not make one assigned", readingScene{entry: in(worker, "general"), tenant: allScope}, of(roster.ChatSession, "sales", "mate"), may(roster.ReadUnassigned)},
		"in a group under All":                  {"All is for those in no group", readingScene{entry: in(worker, "billing"), tenant: allScope}, of(roster.ChatSession, "sales", "mate"), mayNot(roster.UnreadOutOfScope)},
		"in a missing group under All":          {"a declared group is one, resolved or not", readingScene{entry: in(worker, "ghost"), tenant: allScope}, of(roster.ChatSession, "sales", "mate"), mayNot(roster.UnreadOutOfScope)},
		"a Manager in no group under All":       {"All is for a Manager too", readingScene{entry: manager, tenant: allScope}, of(roster.ChatSession, "sales", "mate"), may(roster.ReadUnassigned)},

		// team(u,c), F52, note d
		"Manager, a teammate's":           {"sees his consultants' conversations (F52)", readingScene{entry: leading(in(manager, "billing"), "mate")}, of(roster.ChatSession, "sales", "mate"), may(roster.ReadTeam)},
		"Manager, a teammate who joined":  {"some participant is enough", readingScene{entry: leading(manager, "mate")}, of(roster.ChatSession, "sales", "mate", "boss"), may(roster.ReadTeam)},
		"Manager, a deactivated teammate": {"his archive stays visible", readingScene{entry: leading(manager, "away")}, of(roster.ChatSession, "sales", "away"), may(roster.ReadTeam)},
		"Manager, an Administrator in the team": {"who is no Worker or Manager is not in the team", readingScene{entry: leading(manager, "boss")},
			of(roster.ChatSession, "sales", "boss"), mayNot(roster.UnreadOutOfScope)},
		"Manager, somebody else's":           {"and no other's", readingScene{entry: leading(manager, "mate")}, of(roster.ChatSession, "sales", "boss"), mayNot(roster.UnreadOutOfScope)},
		"Manager, a teammate's, ceiling":     {"the ceiling is not over a Manager's team", readingScene{entry: leading(manager, "mate"), tenant: denied}, of(roster.ChatSession, "sales", "mate"), may(roster.ReadTeam)},
		"Manager, a teammate's call":         {"S4 is true by default (note d)", readingScene{entry: leading(manager, "mate")}, of(roster.ArchivedCall, "sales", "mate"), may(roster.ReadTeam)},
		"Manager, a teammate's call, S4 off": {"S4 gates team calls too (note d)", readingScene{entry: leading(declaring(roster.Manager, map[roster.Switch]*bool{s4: new(false)}), "mate")}, of(roster.ArchivedCall, "sales", "mate"), mayNot(roster.UnreadArchivedCallsHidden)},
		"Worker with a team":                 {"a team is a Manager's (F49)", readingScene{entry: leading(worker, "mate")}, of(roster.ChatSession, "sales", "mate"), mayNot(roster.UnreadOutOfScope)},

		// others(u,c), F43
		"ceiling, taken on by another":       {"others' messages are hidden (F43)", readingScene{entry: in(worker, "billing"), tenant: denied}, of(roster.ChatSession, "billing", "mate"), mayNot(roster.UnreadOthersMessagesDenied)},
		"ceiling, general group":             {"the general group's too (F43)", readingScene{entry: worker, tenant: denied}, of(roster.ChatSession, "", "mate"), mayNot(roster.UnreadOthersMessagesDenied)},
		"ceiling, no groups":                 {"and where there are no groups (F43)", readingScene{entry: worker, tenant: denied, groups: noGroups}, of(roster.ChatSession, "", "mate"), mayNot(roster.UnreadOthersMessagesDenied)},
		"ceiling, nobody has taken it on":    {"what nobody has taken on is open", readingScene{entry: in(worker, "billing"), tenant: denied}, unassigned(roster.ChatSession, "billing", "mate"), may(roster.ReadGroup)},
		"ceiling, a Manager, not his team":   {"only the team is excepted", readingScene{entry: leading(in(manager, "billing"), "away"), tenant: denied}, of(roster.ChatSession, "billing", "mate"), mayNot(roster.UnreadOthersMessagesDenied)},
		"ceiling, ViewSessions":              {"a permission widens the scope, never the ceiling", readingScene{entry: permitted(worker, roster.ViewSessions), tenant: denied}, of(roster.ChatSession, "sales", "mate"), mayNot(roster.UnreadOthersMessagesDenied)},
		"ceiling, out of scope all the same": {"what is out of scope says so first", readingScene{entry: worker, tenant: denied}, of(roster.ChatSession, "sales", "mate"), mayNot(roster.UnreadOutOfScope)},

		// gate(u,c): S4, S5, S8
		"Worker, archived call of another":   {"S4 is false by default (F82)", readingScene{entry: in(worker, "billing")}, of(roster.ArchivedCall, "billing", "mate"), mayNot(roster.UnreadArchivedCallsHidden)},
		"Worker with S4":                     {"S4 opens it within the scope (F82)", readingScene{entry: in(declaring(roster.Worker, map[roster.Switch]*bool{s4: new(true)}), "billing")}, of(roster.ArchivedCall, "billing", "mate"), may(roster.ReadGroup)},
		"Worker with S4, out of scope":       {"a switch never widens the scope", readingScene{entry: in(declaring(roster.Worker, map[roster.Switch]*bool{s4: new(true)}), "billing")}, of(roster.ArchivedCall, "sales", "mate"), mayNot(roster.UnreadOutOfScope)},
		"archived call that nobody took":     {"is no other consultant's", readingScene{entry: in(worker, "billing")}, unassigned(roster.ArchivedCall, "billing"), may(roster.ReadGroup)},
		"a running call of another":          {"S4 is about archived ones", readingScene{entry: in(worker, "billing")}, of(roster.Call, "billing", "mate"), may(roster.ReadGroup)},
		"offline message nobody took, S5":    {"S5 is true by default (F83)", readingScene{entry: in(worker, "billing")}, unassigned(roster.OfflineMessage, "billing"), may(roster.ReadGroup)},
		"offline message nobody took, no S5": {"without S5 it is closed (F83)", readingScene{entry: in(declaring(roster.Worker, map[roster.Switch]*bool{s5: new(false)}), "billing")}, unassigned(roster.OfflineMessage, "billing"), mayNot(roster.UnreadOfflineMessagesHidden)},
		"offline message of another, no S8":  {"S8 is false by default for a Worker (F86)", readingScene{entry: in(worker, "billing")}, of(roster.OfflineMessage, "billing", "mate"), mayNot(roster.UnreadOthersOfflineMessagesHidden)},
		"offline message of another, S8":     {"S8 opens it (F86)", readingScene{entry: in(declaring(roster.Worker, map[roster.Switch]*bool{s8: new(true)}), "billing")}, of(roster.OfflineMessage, "billing", "mate"), may(roster.ReadGroup)},
		"offline message of another, Manager": {"S8 defaults to S5 for a Manager (F86)", readingScene{entry: in(manager, "billing")},
			of(roster.OfflineMessage, "billing", "mate"), may(roster.ReadGroup)},
		"offline message, S8 without S5":  {"S8 needs S5", readingScene{entry: in(declaring(roster.Manager, map[roster.Switch]*bool{s5: new(false), s8: new(true)}), "billing")}, of(roster.OfflineMessage, "billing", "mate"), mayNot(roster.UnreadOfflineMessagesHidden)},
		"ViewSessions and S4":             {"a permission widens the scope, never the gate", readingScene{entry: permitted(worker, roster.ViewSessions)}, of(roster.ArchivedCall, "sales", "mate"), mayNot(roster.UnreadArchivedCallsHidden)},
		"ViewEmails, no offline messages": {"an offline message is no e-mail", readingScene{entry: permitted(worker, roster.ViewEmails)}, unassigned(roster.OfflineMessage, "sales"), mayNot(roster.UnreadOutOfScope)},

		// widened(u,c), note g
		"ViewSessions, a chat":             {"a session is a chat or a call (note g)", readingScene{entry: permitted(worker, roster.ViewSessions)}, of(roster.ChatSession, "sales", "mate"), may(roster.ReadSessionsOfOthers)},
		"ViewSessions, a call":             {"a session is a chat or a call (note g)", readingScene{entry: permitted(worker, roster.ViewSessions)}, of(roster.Call, "sales", "mate"), may(roster.ReadSessionsOfOthers)},
		"ViewSessions, an e-mail":          {"an e-mail is no session (note g)", readingScene{entry: permitted(worker, roster.ViewSessions)}, of(roster.EmailThread, "sales", "mate"), mayNot(roster.UnreadOutOfScope)},
		"ViewEmails, an e-mail":            {"opens e-mails", readingScene{entry: permitted(manager, roster.ViewEmails)}, of(roster.EmailThread, "sales", "mate"), may(roster.ReadEmailsOfOthers)},
		"ViewEmails, a chat":               {"and no chats", readingScene{entry: permitted(manager, roster.ViewEmails)}, of(roster.ChatSession, "sales", "mate"), mayNot(roster.UnreadOutOfScope)},
		"ViewSessions under a Strict rule": {"a Worker holds no permission there (F63)", readingScene{entry: permitted(worker, roster.ViewSessions), tenant: func(t *roster.Tenant) { t.RolePolicy = roster.RolePolicyStrict }}, of(roster.ChatSession, "sales", "mate"), mayNot(roster.UnreadOutOfScope)},
		"a Manager under a Strict rule":    {"the rule is about Workers (F63)", readingScene{entry: permitted(manager, roster.ViewSessions), tenant: func(t *roster.Tenant) { t.RolePolicy = roster.RolePolicyStrict }}, of(roster.ChatSession, "sales", "mate"), may(roster.ReadSessionsOfOthers)},

		// live, activated (note h), tenant
		"deactivated":       {"not live (F06)", readingScene{entry: administrator, operator: func(o *roster.Operator) { o.Active = false }}, of(roster.ChatSession, "", "reader"), mayNot(roster.UnreadNotLive)},
		"not activated yet": {"reading counts activation (note h)", readingScene{entry: administrator, operator: func(o *roster.Operator) { o.CredentialMode = roster.ActivationLink }}, of(roster.ChatSession, "", "reader"), mayNot(roster.UnreadNotActivated)},
		"no entry":          {"no entry, no view", readingScene{entry: entry("south", roster.Administrator)}, of(roster.ChatSession, "", "reader"), mayNot(roster.UnreadNotLive)},
		"another tenant's":  {"nothing crosses tenants, one's own neither", readingScene{entry: administrator}, roster.Conversation{Tenant: "south", Participants: []string{"reader"}, Assignee: "reader"}, mayNot(roster.UnreadOtherTenant)},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tc.scene.decide(tc.c); got != tc.want {
				t.Errorf("%s: reading is %t because of %s, want %t because of %s", tc.reason, got.Allowed, got.Reason, tc.want.Allowed, tc.want.Reason)
			}
		})
	}
}

func TestNobodyReadsInATenantThatDoesNotExist(t *testing.T) {
	w := newWorld()
	for _, role := range []roster.Role{roster.Administrator, roster.Worker} {
		person := operator("reader", entry("north", role, roster.Chat))
		person.CredentialMode, person.CompanyAdministrator = roster.IdentityProvider, role == roster.Administrator
		standing := roster.Compile(person, w).Person.Stand("north", w)
		r := standing.Reader("reader", itself)
		c := of(roster.ChatSession, "", "reader")
		if got, want := r.Read(&c), mayNot(roster.UnreadNotLive); got != want {
			t.Errorf("%s of a tenant that does not exist: reading is %+v, want %+v", role, got, want)
		}
	}
}

// A team is of people with a store ID: who has none, and an ID that is used again, are nobody's.
func TestATeammateWithoutAnIDIsInNoConversation(t *testing.T) {
	w := newWorld(tenant("north")).withGroups(group("billing", "north")).withOperators(operator("mate", entry("north", roster.Worker)))
	lead := operator("lead", leading(entry("north", roster.Manager), "mate"))
	lead.CredentialMode = roster.IdentityProvider
	standing := roster.Compile(lead, w).Person.Stand("north", w)
	known := standing.Reader("id-1", func(string) (string, bool) { return "id-2", true })
	demoted := known
	demoted.Role = roster.Worker
	unknown := standing.Reader("id-1", func(string) (string, bool) { return "", false })
	for _, tc := range []struct {
		reason string
		reader roster.Reader
		c      roster.Conversation
		want   roster.ReadDecision
	}{
		{"the teammate by ID", known, of(roster.ChatSession, "billing", "id-2"), may(roster.ReadTeam)},
		{"the teammate's user name is no ID", known, of(roster.ChatSession, "billing", "mate"), mayNot(roster.UnreadOutOfScope)},
		{"a team is heard of a Manager alone, wherever the reader comes from", demoted, of(roster.ChatSession, "billing", "id-2"), mayNot(roster.UnreadOutOfScope)},
		{"a teammate without an ID", unknown, of(roster.ChatSession, "billing", "id-2"), mayNot(roster.UnreadOutOfScope)},
		{"a participant without an ID is not that teammate", unknown, of(roster.ChatSession, "billing", ""), mayNot(roster.UnreadOutOfScope)},
	} {
		if got := tc.reader.Read(&tc.c); got != tc.want {
			t.Errorf("%s: reading is %+v, want %+v", tc.reason, got, tc.want)
		}
	}
}

func TestDecidingWhoReadsAllocatesNothing(t *testing.T) {
	w, lead := callCentre()
	standing := roster.Compile(lead, w).Person.Stand("north", w)
	reader := standing.Reader("lead", itself)
	var decision roster.ReadDecision
	for _, c := range someConversations() {
		if allocations := testing.AllocsPerRun(100, func() { decision = reader.Read(&c) }); allocations != 0 {
			t.Errorf("deciding %+v with %s allocates %v times, want none", c, decision.Reason, allocations)
		}
	}
}
