// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
)

func cause(kind roster.CauseKind, name ...string) roster.Cause {
	return roster.Cause{Kind: kind, Name: strings.Join(name, "")}
}

func asRole(r roster.Role) roster.Cause             { return cause(roster.CauseRole, string(r)) }
func byPermission(p roster.Permission) roster.Cause { return cause(roster.CausePermission, string(p)) }
func bySwitch(s roster.Switch) roster.Cause         { return cause(roster.CauseSwitch, string(s)) }
func byDefault(s roster.Switch) roster.Cause        { return cause(roster.CauseSwitchDefault, string(s)) }

// explained is a person of the tenant north, which has Chat and Phone and the groups billing and sales.
func explained(change func(*roster.Operator, *world), e ...roster.Entry) (roster.Standing, roster.Person) {
	north := tenant("north", roster.Chat, roster.Phone)
	north.RolePolicy, north.Record.OthersMessages = roster.RolePolicyAdditive, roster.MessagesAllowed
	w := newWorld(north).withGroups(group("billing", "north"), group("sales", "north")).
		withOperators(operator("mate", entry("north", roster.Worker)), operator("other", entry("north", roster.Worker)))
	person := operator("someone", e...)
	person.CredentialMode = roster.IdentityProvider
	if change != nil {
		change(&person, w)
	}
	record := roster.Compile(person, w).Person
	return record.Stand("north", w), record
}

func companyAdministrator(o *roster.Operator, _ *world) { o.CompanyAdministrator = true }

func TestACapabilityNamesAllItsCauses(t *testing.T) {
	worker, manager, administrator := entry("north", roster.Worker), entry("north", roster.Manager), entry("north", roster.Administrator)
	s4On := declaring(roster.Worker, map[roster.Switch]*bool{s4: new(true)})
	for name, tc := range map[string]struct {
		reason     string
		entry      []roster.Entry
		change     func(*roster.Operator, *world)
		capability roster.Capability
		reach      roster.Reach
		causes     []roster.Cause
	}{
		"a role": {"the preset of the role", []roster.Entry{worker}, nil, roster.CustomersRead, whole, []roster.Cause{asRole(roster.Worker)}},
		"a permission": {"an additive permission", []roster.Entry{permitted(worker, roster.ViewSessions)}, nil,
			roster.SessionsReadOthers, whole, []roster.Cause{byPermission(roster.ViewSessions)}},
		"two permissions": {"every permission that gives it, in order", []roster.Entry{permitted(worker, roster.ManageTemplates, roster.ManageFiles)}, nil,
			roster.GroupsList, whole, []roster.Cause{byPermission(roster.ManageFiles), byPermission(roster.ManageTemplates)}},
		"a role and a permission": {"both give it", []roster.Entry{permitted(manager, roster.ManageTemplates)}, nil,
			roster.TemplatesWrite, whole, []roster.Cause{byPermission(roster.ManageTemplates), asRole(roster.Manager)}},
		"a switch that is set": {"the role and the switch it needs", []roster.Entry{s4On}, nil,
			roster.ArchivedCallReadOthers, scope, []roster.Cause{asRole(roster.Worker), bySwitch(s4)}},
		"a switch by default": {"the default of the role, as such", []roster.Entry{manager}, nil,
			roster.ArchivedCallReadOthers, scope, []roster.Cause{asRole(roster.Manager), byDefault(s4)}},
		"two switches": {"every switch it needs", []roster.Entry{declaring(roster.Manager, map[roster.Switch]*bool{s5: new(true)})}, nil,
			roster.OfflineMessageReadOthers, scope, []roster.Cause{asRole(roster.Manager), bySwitch(s5), byDefault(s8)}},
		"an Administrator": {"no switch is named that does not restrict him (F42)", []roster.Entry{administrator}, nil,
			roster.OfflineMessageReadOthers, whole, []roster.Cause{asRole(roster.Administrator)}},
		"a company administrator": {"without an entry there is but one cause", nil, companyAdministrator,
			roster.PaymentsEnable, whole, []roster.Cause{cause(roster.CauseCompanyAdministrator)}},
		"a company administrator with a lower role": {"the widest reach counts, and what would remain is named", []roster.Entry{manager}, companyAdministrator,
			roster.StatsRead, whole, []roster.Cause{cause(roster.CauseCompanyAdministrator), asRole(roster.Manager)}},
		"a company administrator with a lower role and a switch off": {"the role alone does not give it", []roster.Entry{worker}, companyAdministrator,
			roster.VisitorsList, whole, []roster.Cause{cause(roster.CauseCompanyAdministrator)}},
		"visitors by permission, the switch off": {"a permission is on top of the preset", []roster.Entry{permitted(worker, roster.ViewVisitors)}, nil,
			roster.VisitorsList, whole, []roster.Cause{byPermission(roster.ViewVisitors)}},
	} {
		t.Run(name, func(t *testing.T) {
			standing, _ := explained(tc.change, tc.entry...)
			want := roster.Explanation{Allowed: true, Reach: tc.reach, Causes: tc.causes}
			if diff := cmp.Diff(want, standing.Explain(tc.capability)); diff != "" {
				t.Errorf("%s: explanation differs (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestWhatIsNotHadNamesItsObstaclesAndTheRemedy(t *testing.T) {
	worker := entry("north", roster.Worker)
	inactive := worker
	inactive.Active = false
	type obstacle = roster.Obstacle
	deactivated := obstacle{Reason: roster.ReasonDeactivated, Message: "the operator is deactivated; set spec.active to true"}
	for name, tc := range map[string]struct {
		reason     string
		entry      []roster.Entry
		change     func(*roster.Operator, *world)
		capability roster.Capability
		want       []obstacle
	}{
		"the role lacks it": {"the lowest role that has it", []roster.Entry{worker}, nil, roster.ReportsGenerate, []obstacle{
			{Reason: roster.ReasonRoleLacks, Message: "the role Worker does not have it; the role Manager would give it"}}},
		"only an Administrator": {"the only role that has it", []roster.Entry{entry("north", roster.Manager)}, nil, roster.OperatorCreate, []obstacle{
			{Reason: roster.ReasonRoleLacks, Message: "the role Manager does not have it; the role Administrator would give it"}}},
		"a permission would do": {"the permission too, and where a Worker may hold one (F63)", []roster.Entry{worker}, nil, roster.FilesManage, []obstacle{
			{Reason: roster.ReasonRoleLacks, Message: "the role Worker does not have it; the role Administrator or the permission ManageFiles would give it; " +
				"a Worker holds permissions only where spec.rolePolicy of the Tenant is Additive"}}},
		"a permission for a Manager": {"no word of Workers", []roster.Entry{entry("north", roster.Manager)}, nil, roster.FilesManage, []obstacle{
			{Reason: roster.ReasonRoleLacks, Message: "the role Manager does not have it; the role Administrator or the permission ManageFiles would give it"}}},
		"switches": {"every switch that is off", []roster.Entry{worker}, nil, roster.VisitorsPreview, []obstacle{
			{Reason: roster.ReasonSwitchOff, Message: "the switch visibility.liveVisitors is off; set visibility.liveVisitors of the entry to true"},
			{Reason: roster.ReasonSwitchOff, Message: "the switch visibility.liveVisitorPreview is off; set visibility.liveVisitorPreview of the entry to true"}}},
		"no channel": {"a channel is needed (F76)", []roster.Entry{worker}, nil, roster.ConversationInitiate, []obstacle{
			{Reason: roster.ReasonNotGranted, Message: "no channel is in effect; grant one in channels of the entry or by a ChannelPolicy"}}},
		"no channel of the tenant's": {"a grant is not enough", []roster.Entry{entry("north", roster.Worker, roster.Facebook)}, nil, roster.ConversationInitiate, []obstacle{
			{Reason: roster.ReasonNotGranted, Message: "no channel is in effect; grant one in channels of the entry or by a ChannelPolicy"}}},
		"deactivated": {"what is had and does not take effect", []roster.Entry{worker}, func(o *roster.Operator, _ *world) { o.Active = false },
			roster.CustomersRead, []obstacle{deactivated}},
		"deactivated, and lacks it": {"both stand in the way", []roster.Entry{worker}, func(o *roster.Operator, _ *world) { o.Active = false },
			roster.ReportsGenerate, []obstacle{deactivated,
				{Reason: roster.ReasonRoleLacks, Message: "the role Worker does not have it; the role Manager would give it"}}},
		"deactivated in the tenant": {"the entry is inactive", []roster.Entry{inactive}, nil, roster.CustomersRead, []obstacle{
			{Reason: roster.ReasonDeactivatedInTenant, Message: "the operator is deactivated in this tenant; set active of the entry to true"}}},
		"no entry": {"nothing is known of a role", nil, nil, roster.CustomersRead, []obstacle{
			{Reason: roster.ReasonNoEntry, Message: "the operator has no entry for this tenant; add one to spec.tenants"}}},
		"no tenant": {"a tenant that does not exist", []roster.Entry{worker}, func(_ *roster.Operator, w *world) { delete(w.tenants, "north") },
			roster.CustomersRead, []obstacle{{Reason: roster.ReasonTenantMissing, Message: "the tenant does not exist; it takes effect once it does"}}},
		"no such capability": {"a word that is none", []roster.Entry{worker}, nil, "tea.make", []obstacle{
			{Reason: roster.ReasonRoleLacks, Message: `there is no capability "tea.make"`}}},
	} {
		t.Run(name, func(t *testing.T) {
			standing, _ := explained(tc.change, tc.entry...)
			if diff := cmp.Diff(roster.Explanation{Obstacles: tc.want}, standing.Explain(tc.capability)); diff != "" {
				t.Errorf("%s: explanation differs (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestAChannelIsExplained(t *testing.T) {
	calls := func(_ *roster.Operator, w *world) {
		w.withPolicies(policy("calls", "north", roster.Subject{Role: roster.Worker}, roster.Phone, roster.Chat))
	}
	for name, tc := range map[string]struct {
		reason  string
		entry   roster.Entry
		change  func(*roster.Operator, *world)
		channel roster.Channel
		want    roster.Explanation
	}{
		"granted directly": {"the entry grants it", entry("north", roster.Worker, roster.Chat), nil, roster.Chat,
			roster.Explanation{Allowed: true, Causes: []roster.Cause{cause(roster.CauseDirect)}}},
		"granted twice": {"the policy is named as well", entry("north", roster.Worker, roster.Chat), calls, roster.Chat,
			roster.Explanation{Allowed: true, Causes: []roster.Cause{cause(roster.CauseDirect), cause(roster.CausePolicy, "calls")}}},
		"not granted": {"nothing grants it", entry("north", roster.Worker, roster.Chat), nil, roster.Phone,
			roster.Explanation{Obstacles: []roster.Obstacle{{Reason: roster.ReasonNotGranted,
				Message: "nothing grants the channel Phone; add it to channels of the entry, or write a ChannelPolicy that matches"}}}},
		"not of the tenant": {"the tenant is the ceiling (F27)", entry("north", roster.Worker, roster.Email), nil, roster.Email,
			roster.Explanation{Obstacles: []roster.Obstacle{{Reason: roster.ReasonChannelNotOfTenant,
				Message: `the tenant does not have the channel Email; add it to spec.channels of Tenant "north"`}}}},
		"deactivated": {"the grant is there and does not take effect", entry("north", roster.Worker, roster.Chat),
			func(o *roster.Operator, _ *world) { o.Active = false }, roster.Chat,
			roster.Explanation{Obstacles: []roster.Obstacle{{Reason: roster.ReasonDeactivated, Message: "the operator is deactivated; set spec.active to true"}}}},
		"no tenant": {"of a missing tenant's channels nothing is said", entry("north", roster.Worker, roster.Email),
			func(_ *roster.Operator, w *world) { delete(w.tenants, "north") }, roster.Email,
			roster.Explanation{Obstacles: []roster.Obstacle{{Reason: roster.ReasonTenantMissing, Message: "the tenant does not exist; it takes effect once it does"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			standing, record := explained(tc.change, tc.entry)
			if diff := cmp.Diff(tc.want, standing.ExplainChannel(tc.channel, record.Grants)); diff != "" {
				t.Errorf("%s: explanation differs (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestReadingNamesAllItsCauses(t *testing.T) {
	worker, manager, administrator := entry("north", roster.Worker), entry("north", roster.Manager), entry("north", roster.Administrator)
	without := func(_ *roster.Operator, w *world) { clear(w.groups) }
	unassignedAll := func(_ *roster.Operator, w *world) {
		north := w.tenants["north"]
		north.Record.UnassignedScope = roster.ScopeAll
		w.withTenant(north)
	}
	hidden := func(_ *roster.Operator, w *world) {
		north := w.tenants["north"]
		north.Record.OthersMessages = roster.MessagesDenied
		w.withTenant(north)
	}
	s4On := declaring(roster.Worker, map[roster.Switch]*bool{s4: new(true)})
	for name, tc := range map[string]struct {
		reason string
		entry  []roster.Entry
		change func(*roster.Operator, *world)
		c      roster.Conversation
		reach  roster.Reach
		causes []roster.Cause
	}{
		"Administrator":         {"the role", []roster.Entry{administrator}, nil, of(roster.ChatSession, "sales", "mate"), whole, []roster.Cause{asRole(roster.Administrator)}},
		"company administrator": {"the company", nil, companyAdministrator, of(roster.ChatSession, "sales", "mate"), whole, []roster.Cause{cause(roster.CauseCompanyAdministrator)}},
		"company administrator with a lower role": {"and what the role would leave", []roster.Entry{in(worker, "sales")}, companyAdministrator, of(roster.ChatSession, "sales", "mate"), whole,
			[]roster.Cause{cause(roster.CauseCompanyAdministrator), cause(roster.CauseGroup, "sales")}},
		"company administrator with a closed switch": {"the role would leave nothing", []roster.Entry{in(worker, "sales")}, companyAdministrator, of(roster.ArchivedCall, "sales", "mate"), whole,
			[]roster.Cause{cause(roster.CauseCompanyAdministrator)}},
		"company administrator with an open switch": {"the switch would leave it open", []roster.Entry{in(s4On, "sales")}, companyAdministrator, of(roster.ArchivedCall, "sales", "mate"), whole,
			[]roster.Cause{cause(roster.CauseCompanyAdministrator), cause(roster.CauseGroup, "sales"), bySwitch(s4)}},
		"own":                      {"takes part", []roster.Entry{worker}, nil, of(roster.ChatSession, "sales", "someone"), self, []roster.Cause{cause(roster.CauseOwn)}},
		"own, and of the group":    {"would be read without taking part, too", []roster.Entry{in(worker, "sales")}, nil, of(roster.ChatSession, "sales", "someone"), scope, []roster.Cause{cause(roster.CauseGroup, "sales"), cause(roster.CauseOwn)}},
		"own, others hidden":       {"would not be read without taking part", []roster.Entry{in(worker, "sales")}, hidden, of(roster.ChatSession, "sales", "someone"), self, []roster.Cause{cause(roster.CauseOwn)}},
		"own call, S4 off":         {"would not be read without taking part", []roster.Entry{in(worker, "sales")}, nil, of(roster.ArchivedCall, "sales", "someone"), self, []roster.Cause{cause(roster.CauseOwn)}},
		"an Administrator's own":   {"both", []roster.Entry{administrator}, nil, of(roster.ChatSession, "sales", "someone"), whole, []roster.Cause{cause(roster.CauseOwn), asRole(roster.Administrator)}},
		"the general group":        {"by being of the tenant", []roster.Entry{worker}, nil, of(roster.ChatSession, "", "mate"), scope, []roster.Cause{asRole(roster.Worker)}},
		"no groups":                {"the tenant has none", []roster.Entry{worker}, without, of(roster.ChatSession, "gone", "mate"), scope, []roster.Cause{cause(roster.CauseNoGroups)}},
		"in no group":              {"under All", []roster.Entry{worker}, unassignedAll, of(roster.ChatSession, "sales", "mate"), scope, []roster.Cause{cause(roster.CauseUnassigned)}},
		"teammates":                {"each that takes part", []roster.Entry{leading(manager, "other", "mate")}, nil, of(roster.ChatSession, "sales", "other", "mate", "third"), scope, []roster.Cause{cause(roster.CauseTeam, "mate"), cause(roster.CauseTeam, "other")}},
		"a teammate's call":        {"and the switch", []roster.Entry{leading(manager, "mate")}, nil, of(roster.ArchivedCall, "sales", "mate"), scope, []roster.Cause{byDefault(s4), cause(roster.CauseTeam, "mate")}},
		"a teammate's, all hidden": {"the group does not count then", []roster.Entry{leading(in(manager, "sales"), "mate")}, hidden, of(roster.ChatSession, "sales", "mate"), scope, []roster.Cause{cause(roster.CauseTeam, "mate")}},
		"permissions": {"beside the group", []roster.Entry{permitted(in(worker, "sales"), roster.ViewSessions, roster.ViewEmails)}, nil, of(roster.Call, "sales", "mate"), scope,
			[]roster.Cause{cause(roster.CauseGroup, "sales"), byPermission(roster.ViewSessions)}},
		"an e-mail": {"by the permission", []roster.Entry{permitted(worker, roster.ViewSessions, roster.ViewEmails)}, nil, of(roster.EmailThread, "sales", "mate"), scope,
			[]roster.Cause{byPermission(roster.ViewEmails)}},
		"an offline message nobody took": {"S5", []roster.Entry{in(worker, "sales")}, nil, unassigned(roster.OfflineMessage, "sales"), scope,
			[]roster.Cause{cause(roster.CauseGroup, "sales"), byDefault(s5)}},
		"an offline message of another": {"S5 and S8", []roster.Entry{in(manager, "sales")}, nil, of(roster.OfflineMessage, "sales", "mate"), scope,
			[]roster.Cause{cause(roster.CauseGroup, "sales"), byDefault(s5), byDefault(s8)}},
	} {
		t.Run(name, func(t *testing.T) {
			standing, _ := explained(tc.change, tc.entry...)
			got := standing.ExplainReading(standing.Reader("someone", itself), tc.c, func(id string) string { return id })
			if diff := cmp.Diff(roster.Explanation{Allowed: true, Reach: tc.reach, Causes: tc.causes}, got); diff != "" {
				t.Errorf("%s: explanation differs (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestAConversationThatIsClosedNamesAllItsObstacles(t *testing.T) {
	worker := entry("north", roster.Worker)
	hidden := func(_ *roster.Operator, w *world) {
		north := w.tenants["north"]
		north.Record.OthersMessages = roster.MessagesDenied
		w.withTenant(north)
	}
	for name, tc := range map[string]struct {
		reason string
		entry  []roster.Entry
		change func(*roster.Operator, *world)
		c      roster.Conversation
		want   []string
	}{
		"another group": {"the group", []roster.Entry{worker}, nil, of(roster.ChatSession, "sales", "mate"), []string{
			`OutOfScope: the operator is not in the group "sales" of the conversation, or it is gone; add it to groups of the entry`}},
		"others hidden": {"the ceiling", []roster.Entry{in(worker, "sales")}, hidden, of(roster.ChatSession, "sales", "mate"), []string{
			`OthersMessagesDenied: operators do not see each other's messages; set spec.conversations.othersMessages of Tenant "north" to Allowed`}},
		"everything": {"all at once", []roster.Entry{worker}, hidden, of(roster.ArchivedCall, "sales", "mate"), []string{
			`OutOfScope: the operator is not in the group "sales" of the conversation, or it is gone; add it to groups of the entry`,
			`OthersMessagesDenied: operators do not see each other's messages; set spec.conversations.othersMessages of Tenant "north" to Allowed`,
			`SwitchOff: the switch visibility.othersArchivedCalls is off; set visibility.othersArchivedCalls of the entry to true`}},
		"both switches": {"S8 needs S5", []roster.Entry{in(declaring(roster.Worker, map[roster.Switch]*bool{s5: new(false)}), "sales")}, nil, of(roster.OfflineMessage, "sales", "mate"), []string{
			`SwitchOff: the switch offlineMessages is off; set offlineMessages of the entry to true`,
			`SwitchOff: the switch visibility.othersOfflineMessages is off; set visibility.othersOfflineMessages of the entry to true`}},
		"a teammate's call": {"the team is in scope, the switch is off", []roster.Entry{leading(declaring(roster.Manager, map[roster.Switch]*bool{s4: new(false)}), "mate")}, hidden, of(roster.ArchivedCall, "sales", "mate"), []string{
			`SwitchOff: the switch visibility.othersArchivedCalls is off; set visibility.othersArchivedCalls of the entry to true`}},
		"not activated": {"cannot log in", []roster.Entry{entry("north", roster.Administrator)}, func(o *roster.Operator, _ *world) { o.CredentialMode = roster.ActivationLink },
			of(roster.ChatSession, "sales", "mate"), []string{`NotActivated: the operator has not set a password yet, and cannot log in`}},
		"deactivated and out of scope": {"both", []roster.Entry{worker}, func(o *roster.Operator, _ *world) { o.Active = false }, of(roster.ChatSession, "sales", "mate"), []string{
			`Deactivated: the operator is deactivated; set spec.active to true`,
			`OutOfScope: the operator is not in the group "sales" of the conversation, or it is gone; add it to groups of the entry`}},
		"deactivated, the own": {"nothing else", []roster.Entry{worker}, func(o *roster.Operator, _ *world) { o.Active = false }, of(roster.ChatSession, "sales", "someone"), []string{
			`Deactivated: the operator is deactivated; set spec.active to true`}},
		"no entry": {"nothing is known of a scope", nil, nil, of(roster.ChatSession, "sales", "mate"), []string{
			`NoEntry: the operator has no entry for this tenant; add one to spec.tenants`}},
		"no tenant": {"nothing is known of its rules", []roster.Entry{worker}, func(_ *roster.Operator, w *world) { delete(w.tenants, "north") }, of(roster.ChatSession, "sales", "mate"), []string{
			`TenantMissing: the tenant does not exist; it takes effect once it does`}},
		"another tenant": {"nothing crosses tenants", []roster.Entry{worker}, nil, roster.Conversation{Tenant: "south"}, []string{
			`NoEntry: the conversation is of another tenant`}},
	} {
		t.Run(name, func(t *testing.T) {
			standing, _ := explained(tc.change, tc.entry...)
			e := standing.ExplainReading(standing.Reader("someone", itself), tc.c, func(id string) string { return id })
			var got []string
			for _, o := range e.Obstacles {
				got = append(got, string(o.Reason)+": "+o.Message)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" || e.Allowed || len(e.Causes) > 0 {
				t.Errorf("%s: allowed %t, causes %v, obstacles differ (-want +got):\n%s", tc.reason, e.Allowed, e.Causes, diff)
			}
		})
	}
}

func TestACauseIsSaidInAFewWords(t *testing.T) {
	for _, tc := range []struct {
		cause roster.Cause
		want  string
	}{
		{cause(roster.CauseDirect), "granted directly"},
		{cause(roster.CausePolicy, "calls"), `ChannelPolicy "calls"`},
		{asRole(roster.Manager), "role Manager"},
		{cause(roster.CauseCompanyAdministrator), "company administrator"},
		{byPermission(roster.ViewSessions), "permission ViewSessions"},
		{bySwitch(s5), "switch offlineMessages"},
		{byDefault(s4), "switch visibility.othersArchivedCalls by default of the role"},
		{cause(roster.CauseGroup, "billing"), `group "billing"`},
		{cause(roster.CauseNoGroups), "the tenant has no groups"},
		{cause(roster.CauseUnassigned), "in no group, and the tenant's unassignedScope is All"},
		{cause(roster.CauseTeam, "mate"), `team member "mate"`},
		{cause(roster.CauseOwn), "takes part in it"},
		{cause("Unheard", "of"), "Unheard of"},
	} {
		if got := tc.cause.String(); got != tc.want {
			t.Errorf("cause %+v is said as %q, want %q", tc.cause, got, tc.want)
		}
	}
}

func TestConversationsAreSaidInAShortPhrase(t *testing.T) {
	worker, manager := entry("north", roster.Worker), entry("north", roster.Manager)
	inactive := worker
	inactive.Active = false
	rule := func(messages roster.MessageVisibility, unassigned roster.UnassignedScope, groups ...string) func(*roster.Operator, *world) {
		return func(_ *roster.Operator, w *world) {
			north := w.tenants["north"]
			north.Record.OthersMessages, north.Record.UnassignedScope = messages, unassigned
			w.withTenant(north)
			clear(w.groups)
			for _, name := range groups {
				w.withGroups(group(name, "north"))
			}
		}
	}
	long := strings.Repeat("x", 60)
	for name, tc := range map[string]struct {
		entry  []roster.Entry
		change func(*roster.Operator, *world)
		want   string
	}{
		"an Administrator":               {[]roster.Entry{entry("north", roster.Administrator)}, nil, "all"},
		"a company administrator":        {nil, companyAdministrator, "all"},
		"in no group":                    {[]roster.Entry{worker}, nil, "own, general group"},
		"in a group":                     {[]roster.Entry{in(worker, "billing")}, nil, "own, general group, group billing"},
		"in a group that is not there":   {[]roster.Entry{in(worker, "ghost")}, nil, "own, general group"},
		"in two groups":                  {[]roster.Entry{in(worker, "sales", "billing")}, nil, "own, general group, groups billing and sales"},
		"in four groups":                 {[]roster.Entry{in(worker, "a", "b", "c", "d")}, rule(roster.MessagesAllowed, roster.ScopeGeneral, "a", "b", "c", "d"), "own, general group, 4 groups"},
		"in groups with long names":      {[]roster.Entry{in(worker, "a"+long, "b"+long, "c"+long)}, rule(roster.MessagesAllowed, roster.ScopeGeneral, "a"+long, "b"+long, "c"+long), "own, general group, 3 groups"},
		"a Manager with a team":          {[]roster.Entry{leading(in(manager, "sales"), "mate", "other")}, nil, "own, general group, group sales, team of 2"},
		"with permissions":               {[]roster.Entry{permitted(worker, roster.ViewSessions, roster.ViewEmails)}, nil, "own, general group, all sessions, all e-mails"},
		"a tenant without groups":        {[]roster.Entry{worker}, rule(roster.MessagesAllowed, roster.ScopeGeneral), "all: the tenant has no groups"},
		"in no group under All":          {[]roster.Entry{worker}, rule(roster.MessagesAllowed, roster.ScopeAll, "a"), "all: in no group"},
		"in a group under All":           {[]roster.Entry{in(worker, "a")}, rule(roster.MessagesAllowed, roster.ScopeAll, "a"), "own, general group, group a"},
		"others hidden":                  {[]roster.Entry{worker}, rule(roster.MessagesDenied, roster.ScopeGeneral, "a"), "own, general group; others' messages are hidden"},
		"others hidden, but of the team": {[]roster.Entry{leading(manager, "mate")}, rule(roster.MessagesDenied, roster.ScopeGeneral, "a"), "own, general group, team of 1; others' messages are hidden, the team's are not"},
		"not activated yet":              {[]roster.Entry{worker}, func(o *roster.Operator, _ *world) { o.CredentialMode = roster.ActivationLink }, "own, general group"},
		"deactivated":                    {[]roster.Entry{worker}, func(o *roster.Operator, _ *world) { o.Active = false }, "none: deactivated"},
		"deactivated in the tenant":      {[]roster.Entry{inactive}, nil, "none: deactivated in this tenant"},
		"no entry":                       {nil, nil, "none: no entry for this tenant"},
		"no tenant":                      {[]roster.Entry{worker}, func(_ *roster.Operator, w *world) { delete(w.tenants, "north") }, "none: the tenant does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			standing, _ := explained(tc.change, tc.entry...)
			if got := standing.Conversations(); got != tc.want {
				t.Errorf("whose conversations %s reads is said as %q, want %q", name, got, tc.want)
			}
		})
	}
}

// Note f: statistics, working time and reports (F57 to F59, F77, F78).
func TestStatisticsReachOneselfTheTeamOrEverybody(t *testing.T) {
	lead := leading(in(entry("north", roster.Manager), "billing"), "mate")
	for name, tc := range map[string]struct {
		entry      roster.Entry
		change     func(*roster.Operator, *world)
		capability roster.Capability
		want       []string
	}{
		"a Worker's statistics":         {in(entry("north", roster.Worker), "billing"), nil, roster.StatsRead, []string{"someone"}},
		"a Worker's working time":       {entry("north", roster.Worker), nil, roster.WorktimeRead, []string{"someone"}},
		"a Worker's reports":            {entry("north", roster.Worker), nil, roster.ReportsGenerate, nil},
		"a Manager's statistics":        {lead, nil, roster.StatsRead, []string{"mate", "someone"}},
		"a Manager's reports":           {lead, nil, roster.ReportsExport, []string{"mate", "someone"}},
		"an Administrator's":            {entry("north", roster.Administrator), nil, roster.ReportsGenerate, []string{"mate", "other", "someone"}},
		"an Administrator's profiles":   {entry("north", roster.Administrator), nil, roster.ProfileWrite, []string{"someone"}},
		"what reaches no person":        {lead, nil, roster.ConversationRead, nil},
		"a deactivated Manager's":       {lead, func(o *roster.Operator, _ *world) { o.Active = false }, roster.StatsRead, nil},
		"a Worker who names a teammate": {leading(entry("north", roster.Worker), "mate"), nil, roster.StatsRead, []string{"someone"}},
	} {
		standing, _ := explained(tc.change, tc.entry)
		var got []string
		for _, name := range []string{"mate", "other", "someone"} {
			if standing.Oversees(tc.capability, name) {
				got = append(got, name)
			}
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s reach %v, want %v (in the group billing are others, who are no team)", name, got, tc.want)
		}
	}
}

func TestHomesLieUnderTheConsole(t *testing.T) {
	at := func(console string) roster.TenantRecord {
		return roster.TenantRecord{Settings: roster.Settings{ConsoleURL: console}}
	}
	for _, tc := range []struct {
		reason string
		tenant roster.TenantRecord
		id     string
		want   [3]string
	}{
		{"a console (F25)", at("https://console.example.com"), "7f", [3]string{
			"https://console.example.com/people/7f/sessions", "https://console.example.com/people/7f/files", "https://console.example.com/people/7f/templates"}},
		{"a path, and a slash too many", at("https://example.com/a//"), "7f", [3]string{
			"https://example.com/a/people/7f/sessions", "https://example.com/a/people/7f/files", "https://example.com/a/people/7f/templates"}},
		{"no console", at(""), "7f", [3]string{}},
		{"a person without an ID yet", at("https://console.example.com"), "", [3]string{}},
	} {
		sessions, files, templates := tc.tenant.HomeOf(tc.id)
		if got := [3]string{sessions, files, templates}; got != tc.want {
			t.Errorf("%s: the links are %v, want %v", tc.reason, got, tc.want)
		}
	}
}
