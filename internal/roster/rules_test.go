// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
)

// upright is an Operator that breaks no rule, with most fields set.
func upright() roster.Operator {
	return roster.Operator{
		Company: company, Name: "anna", UserName: "Anna.Worker",
		Profile: roster.Profile{
			GivenName: "Given", FamilyName: "Family", Email: "anna@example.com", PublicName: "Anna", Title: "Agent", PhoneNumber: "+420123456789",
		},
		Locale: "cs-CZ", TimeZone: "Europe/Prague", HomeTenant: "north", Active: true, CredentialMode: roster.ActivationLink,
		ConversationAlerts: []roster.Alert{roster.AlertSound}, MessageAlerts: []roster.Alert{roster.AlertEmail},
		Entries: []roster.Entry{
			{
				Tenant: "north", Active: true, Role: roster.Manager, Team: []string{"bert"}, Channels: []roster.Channel{roster.Chat},
				Permissions: []roster.Permission{roster.ViewEmails},
				Groups:      []roster.GroupMembership{{Group: "desk", Priority: roster.Normal}, {Group: "back", Priority: roster.Backup}},
			},
			{Tenant: "south", Active: true, Role: roster.Worker},
		},
	}
}

func uprightTenant() roster.Tenant {
	return roster.Tenant{
		Record: roster.TenantRecord{
			Company: company, Tenant: "north", DisplayName: "North", Channels: []roster.Channel{roster.Chat},
			OthersMessages: roster.MessagesAllowed, UnassignedScope: roster.ScopeGeneral,
			Settings: roster.Settings{
				Appearance: roster.ChatAppearance{Theme: "Dark", AccentColor: "#1a73e8", Position: "BottomLeft"},
				Behaviour:  roster.ChatBehaviour{Greeting: "Hello", OfflineForm: "Shown", ProactiveInvitation: "Disabled"}, FacebookPageID: "123",
				RequiredProfile: []roster.ProfileField{roster.RequireTitle}, ConsoleURL: "https://console.example.com/north", Retention: 3600,
			},
		},
		GeneralGroupName: "Everybody", RolePolicy: roster.RolePolicyStrict, MaxGroups: 1,
	}
}

func uprightGroup() roster.Group {
	return roster.Group{
		Company: company, Tenant: "north", Name: "desk", DisplayName: "Front desk", Description: "Comes first", Channels: []roster.Channel{roster.Chat},
		Routing: roster.Routing{Strategy: roster.RoundRobin, MaxConcurrentPerOperator: 3},
	}
}

func uprightPolicy() roster.Policy {
	return roster.Policy{
		Company: company, Tenant: "north", Name: "all", Channels: []roster.Channel{roster.Chat}, Online: true, Away: true, Capacity: 25,
		Subjects: []roster.Subject{
			{Role: roster.Worker}, {Group: roster.GeneralGroup}, {Operator: "anna"},
			{Selector: &roster.Selector{
				MatchLabels:      map[string]string{"example.com/tier": "gold", "plain": ""},
				MatchExpressions: []roster.Requirement{{Key: "team", Operator: "In", Values: []string{"a", "B-1"}}, {Key: "x", Operator: "DoesNotExist"}},
			}},
		},
	}
}

func yes() *bool { value := true; return &value }
func no() *bool  { value := false; return &value }

// brokenRule is a value that breaks rules, and what is told of it: "rule path reason".
type brokenRule[V any] struct {
	reason string
	spoil  func(*V)
	want   []string
}

// checkRules looks that each value breaks what it should, that a value which breaks nothing breaks nothing, and that no rule was left out.
func checkRules[V any](t *testing.T, kind string, upright func() V, violations func(V) []roster.Violation, edits []string, cases []brokenRule[V]) {
	t.Helper()
	if got := violations(upright()); len(got) > 0 {
		t.Fatalf("a %s that is upright should break no rule, breaks %v", kind, got)
	}
	broken := map[string]bool{}
	for _, tc := range cases {
		value := upright()
		tc.spoil(&value)
		var got []string
		for _, v := range violations(value) {
			got = append(got, fmt.Sprintf("%s %s %s", v.Rule, v.Path, v.Reason))
			broken[v.Rule] = true
			if v.Message == "" {
				t.Errorf("%s: a violation should say what would be right", tc.reason)
			}
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s (-should be broken +is broken):\n%s", kind, tc.reason, diff)
		}
	}
	for _, name := range roster.RuleNames(kind) {
		if !broken[name] && !slices.Contains(edits, name) {
			t.Errorf("no case breaks the rule %s of a %s: it was not tested", name, kind)
		}
	}
}

// inEntry spoils the entry of north.
func inEntry(spoil func(*roster.Entry)) func(*roster.Operator) {
	return func(o *roster.Operator) {
		o.Entries = slices.Clone(o.Entries)
		spoil(&o.Entries[0])
	}
}

func TestRulesOfAnOperator(t *testing.T) {
	t.Parallel()
	administrator := func(visibility roster.Visibility) func(*roster.Operator) {
		return inEntry(func(e *roster.Entry) {
			e.Role, e.Team, e.Visibility = roster.Administrator, nil, visibility
		})
	}
	checkRules(t, roster.KindOperator, upright, roster.Operator.Violations, []string{"UserNameStays", "IdentityProviderStays"}, []brokenRule[roster.Operator]{
		{"nobody is without a login, names and an address (F08)", func(o *roster.Operator) { o.UserName, o.Profile = "", roster.Profile{} }, []string{
			"WellFormed spec.userName Required", "WellFormed spec.profile.givenName Required", "WellFormed spec.profile.familyName Required", "WellFormed spec.profile.email Required"}},
		{"a login with a space", func(o *roster.Operator) { o.UserName = "anna worker" }, []string{"WellFormed spec.userName Invalid"}},
		{"a login that is too long", func(o *roster.Operator) { o.UserName = strings.Repeat("a", 255) }, []string{"WellFormed spec.userName Invalid"}},
		{"what is known of a person is malformed", func(o *roster.Operator) {
			o.Profile.Email, o.Profile.PhoneNumber, o.Profile.Title, o.Profile.PublicName = "anna", "123", " ", "a\nb"
		}, []string{"WellFormed spec.profile.email Invalid", "WellFormed spec.profile.publicName Invalid", "WellFormed spec.profile.title Invalid", "WellFormed spec.profile.phoneNumber Invalid"}},
		{"a language and a time zone nobody speaks of", func(o *roster.Operator) { o.Locale, o.TimeZone = "czech!", "Local" }, []string{
			"WellFormed spec.profile.locale Invalid", "WellFormed spec.profile.timeZone Invalid"}},
		{"an alert that is none", func(o *roster.Operator) { o.ConversationAlerts = []roster.Alert{"Smoke"} }, []string{"WellFormed spec.notifications.conversations[Smoke] Invalid"}},
		{"an object's name with a capital", func(o *roster.Operator) { o.Name = "Anna" }, []string{"WellFormed metadata.name Invalid"}},
		{"an entry with values that are none", inEntry(func(e *roster.Entry) {
			e.Role, e.Permissions, e.Groups, e.Team = "Owner", []roster.Permission{"Everything"}, []roster.GroupMembership{{Group: "Desk", Priority: "First"}}, nil
		}), []string{"EntriesWellFormed spec.tenants[north].role Invalid", "EntriesWellFormed spec.tenants[north].groups[Desk] Invalid",
			"EntriesWellFormed spec.tenants[north].groups[Desk].priority Invalid", "EntriesWellFormed spec.tenants[north].permissions[Everything] Invalid"}},
		{"an entry of no tenant", func(o *roster.Operator) { o.Entries = append(o.Entries, roster.Entry{Role: roster.Worker}) }, []string{"EntriesWellFormed spec.tenants[].tenant Required"}},
		{"an entry's profile", inEntry(func(e *roster.Entry) {
			e.Profile = roster.Profile{GivenName: "\t", Email: "x", PhoneNumber: "x", PublicName: "\t", FamilyName: "\t", Title: "\t"}
		}), []string{"EntriesWellFormed spec.tenants[north].profile.givenName Invalid", "EntriesWellFormed spec.tenants[north].profile.familyName Invalid",
			"EntriesWellFormed spec.tenants[north].profile.publicName Invalid", "EntriesWellFormed spec.tenants[north].profile.title Invalid",
			"EntriesWellFormed spec.tenants[north].profile.phoneNumber Invalid", "EntriesWellFormed spec.tenants[north].profile.email Invalid"}},
		{"a teammate by a name no object has", inEntry(func(e *roster.Entry) { e.Team = []string{"Bert!"} }), []string{"EntriesWellFormed spec.tenants[north].team[Bert!] Invalid"}},
		{"a channel nobody has heard of is kept, as the list will grow", inEntry(func(e *roster.Entry) { e.Channels = []roster.Channel{"Telepathy"} }), nil},
		{"everything twice", func(o *roster.Operator) {
			o.Entries = append(slices.Clone(o.Entries), o.Entries[1], o.Entries[1])
			inEntry(func(e *roster.Entry) {
				e.Groups, e.Team = append(e.Groups, e.Groups[0]), []string{"bert", "bert", "bert"}
				e.Channels, e.Permissions = append(e.Channels, roster.Chat), append(e.Permissions, roster.ViewEmails)
			})(o)
			o.MessageAlerts = []roster.Alert{roster.AlertSound, roster.AlertSound}
			o.ConversationAlerts = o.MessageAlerts
		}, []string{"NoDuplicates spec.tenants[south] Duplicate", "NoDuplicates spec.notifications.conversations[Sound] Duplicate", "NoDuplicates spec.notifications.messages[Sound] Duplicate",
			"NoDuplicates spec.tenants[north].groups[desk] Duplicate", "NoDuplicates spec.tenants[north].team[bert] Duplicate",
			"NoDuplicates spec.tenants[north].channels[Chat] Duplicate", "NoDuplicates spec.tenants[north].permissions[ViewEmails] Duplicate"}},
		{"a home elsewhere", func(o *roster.Operator) { o.HomeTenant = "west" }, []string{"HomeTenantIsOneOfTheTenants spec.homeTenant Invalid"}},
		{"no home is the first of the tenants", func(o *roster.Operator) { o.HomeTenant = "" }, nil},
		{"a provider is wanting", func(o *roster.Operator) { o.CredentialMode = roster.IdentityProvider }, []string{"CredentialFitsMode spec.credential.identityProvider Required"}},
		{"a provider nobody asks", func(o *roster.Operator) { o.IdentityProvider = "corp" }, []string{"CredentialFitsMode spec.credential.identityProvider Forbidden"}},
		{"a provider by a name that is none", func(o *roster.Operator) { o.CredentialMode, o.IdentityProvider = roster.IdentityProvider, "Corp!" }, []string{"WellFormed spec.credential.identityProvider Invalid"}},
		{"a way to log in that is none", func(o *roster.Operator) { o.CredentialMode = "Handshake" }, []string{"CredentialFitsMode spec.credential.mode Invalid"}},
		{"a team without the Manager role (F51)", inEntry(func(e *roster.Entry) { e.Role = roster.Worker }), []string{"TeamNeedsManager spec.tenants[north].team Forbidden"}},
		{"a Manager needs no team", inEntry(func(e *roster.Entry) { e.Team = nil }), nil},
		{"oneself in the team", inEntry(func(e *roster.Entry) { e.Team = []string{"anna", "bert"} }), []string{"TeamWithoutOneself spec.tenants[north].team[anna] Invalid"}},
		{"an Administrator who shall not see (F42)", administrator(roster.Visibility{OthersArchivedCalls: no(), LiveVisitors: no(), LiveVisitorPreview: no(), OthersOfflineMessages: no()}), []string{
			"AdministratorSeesEverything spec.tenants[north].visibility.othersArchivedCalls Invalid", "AdministratorSeesEverything spec.tenants[north].visibility.liveVisitors Invalid",
			"AdministratorSeesEverything spec.tenants[north].visibility.liveVisitorPreview Invalid", "AdministratorSeesEverything spec.tenants[north].visibility.othersOfflineMessages Invalid"}},
		{"an Administrator who shall see", administrator(roster.Visibility{OthersArchivedCalls: yes(), LiveVisitors: yes()}), nil},
		{"an Administrator who receives no offline messages", func(o *roster.Operator) {
			administrator(roster.Visibility{OthersOfflineMessages: yes()})(o)
			inEntry(func(e *roster.Entry) { e.OfflineMessages = no() })(o)
		}, nil},
		{"a company administrator who shall not see", func(o *roster.Operator) {
			o.CompanyAdministrator = true
			inEntry(func(e *roster.Entry) { e.Visibility.LiveVisitors = no() })(o)
		}, []string{"AdministratorSeesEverything spec.tenants[north].visibility.liveVisitors Invalid"}},
		{"a Manager may be kept from seeing", inEntry(func(e *roster.Entry) {
			e.Visibility = roster.Visibility{OthersArchivedCalls: no(), LiveVisitors: no(), LiveVisitorPreview: no(), OthersOfflineMessages: no()}
		}), nil},
		{"the preview without the visitors (F85)", inEntry(func(e *roster.Entry) { e.Visibility = roster.Visibility{LiveVisitors: no(), LiveVisitorPreview: yes()} }), []string{
			"PreviewNeedsVisitors spec.tenants[north].visibility.liveVisitorPreview Invalid"}},
		{"the preview where the visitors are the role's default", inEntry(func(e *roster.Entry) { e.Visibility = roster.Visibility{LiveVisitorPreview: yes()} }), nil},
		{"others' offline messages without one's own (F86)", inEntry(func(e *roster.Entry) { e.Visibility.OthersOfflineMessages, e.OfflineMessages = yes(), no() }), []string{
			"OthersOfflineMessagesNeedOfflineMessages spec.tenants[north].visibility.othersOfflineMessages Invalid"}},
		{"others' offline messages of a company administrator", func(o *roster.Operator) {
			o.CompanyAdministrator = true
			inEntry(func(e *roster.Entry) { e.Visibility.OthersOfflineMessages, e.OfflineMessages = yes(), no() })(o)
		}, nil},
	})
}

func TestRulesOfATenant(t *testing.T) {
	t.Parallel()
	record := func(spoil func(*roster.TenantRecord)) func(*roster.Tenant) {
		return func(t *roster.Tenant) { spoil(&t.Record) }
	}
	checkRules(t, roster.KindTenant, uprightTenant, roster.Tenant.Violations, nil, []brokenRule[roster.Tenant]{
		{"names", func(t *roster.Tenant) {
			t.Record.Tenant, t.Record.DisplayName, t.GeneralGroupName = "North", " ", "a\nb"
		}, []string{
			"WellFormed metadata.name Invalid", "WellFormed spec.displayName Invalid", "WellFormed spec.generalGroup.displayName Invalid"}},
		{"no name to show", record(func(r *roster.TenantRecord) { r.DisplayName = "" }), []string{"WellFormed spec.displayName Required"}},
		{"a long name of the object is shown where there is no other", func(t *roster.Tenant) {
			t.Record.Tenant = strings.Repeat("n", 200)
			t.Record.DisplayName = t.Record.Tenant
		}, nil},
		{"who sees what", record(func(r *roster.TenantRecord) { r.OthersMessages, r.UnassignedScope = "Perhaps", "Half" }), []string{
			"WellFormed spec.conversations.othersMessages Invalid", "WellFormed spec.conversations.unassignedScope Invalid"}},
		{"a policy that is none", func(t *roster.Tenant) { t.RolePolicy = "Lax" }, []string{"WellFormed spec.rolePolicy Invalid"}},
		{"the chat", record(func(r *roster.TenantRecord) {
			r.Settings.Appearance = roster.ChatAppearance{Theme: "Blue", AccentColor: "blue", Position: "Top"}
			r.Settings.Behaviour = roster.ChatBehaviour{Greeting: strings.Repeat("é", 1001), OfflineForm: "x", ProactiveInvitation: "x"}
		}), []string{"WellFormed spec.chat.appearance.theme Invalid", "WellFormed spec.chat.appearance.position Invalid", "WellFormed spec.chat.appearance.accentColor Invalid",
			"WellFormed spec.chat.behaviour.greeting Invalid", "WellFormed spec.chat.behaviour.offlineForm Invalid", "WellFormed spec.chat.behaviour.proactiveInvitation Invalid"}},
		{"the page", record(func(r *roster.TenantRecord) { r.Settings.FacebookPageID = "page" }), []string{"WellFormed spec.integrations.facebook.pageID Invalid"}},
		{"a language nobody speaks of", record(func(r *roster.TenantRecord) { r.Settings.Locale = "czech!" }), []string{"WellFormed spec.locale Invalid"}},
		{"a script for a console", record(func(r *roster.TenantRecord) { r.Settings.ConsoleURL = "javascript:alert(1)" }), []string{"WellFormed spec.consoleURL Invalid"}},
		{"somebody's password in the address of a console", record(func(r *roster.TenantRecord) { r.Settings.ConsoleURL = "https://user:password@console.example.com" }), []string{"WellFormed spec.consoleURL Invalid"}},
		{"a field nobody can demand", record(func(r *roster.TenantRecord) { r.Settings.RequiredProfile = []roster.ProfileField{"Shoes"} }), []string{"WellFormed spec.profilePolicy.required[Shoes] Invalid"}},
		{"fewer groups than none", func(t *roster.Tenant) { t.MaxGroups = -1 }, []string{"LimitsInRange spec.groupPolicy.maxPerOperator Invalid"}},
		{"people kept for longer than ten years", record(func(r *roster.TenantRecord) { r.Settings.Retention = int64((87601 * time.Hour).Seconds()) }), []string{"LimitsInRange spec.offboarding.retention Invalid"}},
		{"or for less than no time", record(func(r *roster.TenantRecord) { r.Settings.Retention = -1 }), []string{"LimitsInRange spec.offboarding.retention Invalid"}},
	})
}

func TestRulesOfAGroup(t *testing.T) {
	t.Parallel()
	checkRules(t, roster.KindGroup, uprightGroup, roster.Group.Violations, []string{"TenantStays"}, []brokenRule[roster.Group]{
		{"names", func(g *roster.Group) { g.Name, g.Tenant, g.DisplayName = "Desk", "", "\t" }, []string{
			"WellFormed metadata.name Invalid", "WellFormed spec.tenant Required", "WellFormed spec.displayName Invalid"}},
		{"a long description", func(g *roster.Group) { g.Description = strings.Repeat("é", 1025) }, []string{"WellFormed spec.description Invalid"}},
		{"routing", func(g *roster.Group) { g.Routing = roster.Routing{Strategy: "Dice", MaxConcurrentPerOperator: -1} }, []string{
			"WellFormed spec.routing.strategy Invalid", "WellFormed spec.routing.maxConcurrentPerOperator Invalid"}},
		{"the name of the general group (F65)", func(g *roster.Group) { g.Name = roster.GeneralGroup }, []string{"GeneralIsReserved metadata.name Invalid"}},
		{"a channel twice", func(g *roster.Group) { g.Channels = []roster.Channel{roster.Chat, roster.Chat} }, []string{"NoDuplicates spec.channels[Chat] Duplicate"}},
		{"no channel at all", func(g *roster.Group) { g.Channels = []roster.Channel{} }, []string{"ChannelsGivenAreAtLeastOne spec.channels Invalid"}},
		{"all channels", func(g *roster.Group) { g.Channels = nil }, nil},
	})
}

func TestRulesOfAChannelPolicy(t *testing.T) {
	t.Parallel()
	subject := func(s roster.Subject) func(*roster.Policy) {
		return func(p *roster.Policy) { p.Subjects = []roster.Subject{s} }
	}
	selector := func(s roster.Selector) func(*roster.Policy) { return subject(roster.Subject{Selector: &s}) }
	expression := func(key, operator string, values ...string) func(*roster.Policy) {
		return selector(roster.Selector{MatchExpressions: []roster.Requirement{{Key: key, Operator: operator, Values: values}}})
	}
	const at = "spec.subjects[0].selector.matchExpressions[0]"
	checkRules(t, roster.KindChannelPolicy, uprightPolicy, roster.Policy.Violations, []string{"TenantStays"}, []brokenRule[roster.Policy]{
		{"names", func(p *roster.Policy) { p.Name, p.Tenant = "All", "" }, []string{"WellFormed metadata.name Invalid", "WellFormed spec.tenant Required"}},
		{"nothing granted", func(p *roster.Policy) { p.Channels = nil }, []string{"WellFormed spec.channels Required"}},
		{"more at a time than there can be", func(p *roster.Policy) { p.Capacity = 26 }, []string{"WellFormed spec.capacity.maxConcurrent Invalid"}},
		{"fewer than none", func(p *roster.Policy) { p.Capacity = -1 }, []string{"WellFormed spec.capacity.maxConcurrent Invalid"}},
		{"without a limit", func(p *roster.Policy) { p.Capacity = 0 }, nil},
		{"nobody in particular", func(p *roster.Policy) { p.Subjects = nil }, nil},
		{"a channel twice", func(p *roster.Policy) { p.Channels = []roster.Channel{roster.Chat, roster.Chat} }, []string{"NoDuplicates spec.channels[Chat] Duplicate"}},
		{"a subject that is nothing", subject(roster.Subject{}), []string{"SubjectsHaveOneWay spec.subjects[0] Invalid"}},
		{"a subject that is two things", subject(roster.Subject{Role: roster.Worker, Group: "desk"}), []string{"SubjectsHaveOneWay spec.subjects[0] Invalid"}},
		{"a role and names that are none", func(p *roster.Policy) {
			p.Subjects = []roster.Subject{{Role: "Owner"}, {Group: "Desk!"}, {Operator: "-anna"}}
		}, []string{"SubjectsWellFormed spec.subjects[0].role Invalid", "SubjectsWellFormed spec.subjects[1].group Invalid", "SubjectsWellFormed spec.subjects[2].operator Invalid"}},
		{"everybody", selector(roster.Selector{}), nil},
		{"labels no object can have", selector(roster.Selector{MatchLabels: map[string]string{"": "x", "a b": "x", "ok": "not ok", "UP.example/x": "x", strings.Repeat("d.", 127) + "x/y": "x", "long": strings.Repeat("v", 64)}}), []string{
			"SelectorsUnderstood spec.subjects[0].selector.matchLabels[] Required",
			"SelectorsUnderstood spec.subjects[0].selector.matchLabels[UP.example/x] Invalid",
			"SelectorsUnderstood spec.subjects[0].selector.matchLabels[a b] Invalid",
			"SelectorsUnderstood spec.subjects[0].selector.matchLabels[" + strings.Repeat("d.", 127) + "x/y] Invalid",
			"SelectorsUnderstood spec.subjects[0].selector.matchLabels[long] Invalid",
			"SelectorsUnderstood spec.subjects[0].selector.matchLabels[ok] Invalid"}},
		{"an operator nobody understands", expression("x", "Near", "y"), []string{"SelectorsUnderstood " + at + " Invalid"}},
		{"one of nothing", expression("x", "In"), []string{"SelectorsUnderstood " + at + " Invalid"}},
		{"existence with values", expression("x", "Exists", "y"), []string{"SelectorsUnderstood " + at + " Invalid"}},
		{"no key, and a value no label has", expression("", "NotIn", "a/b"), []string{"SelectorsUnderstood " + at + ".key Required", "SelectorsUnderstood " + at + ".values[0] Invalid"}},
	})
}

func TestAViolationRepeatsNothingThatIsKnownOfAPerson(t *testing.T) {
	t.Parallel()
	o := upright()
	o.Profile = roster.Profile{GivenName: "secret\n", FamilyName: "secret\n", Email: "secret", PublicName: "secret\n", Title: "secret\n", PhoneNumber: "secret"}
	o.Entries[0].Profile = o.Profile
	found := o.Violations()
	if len(found) != 12 {
		t.Fatalf("six fields of each profile should be malformed, found %v", found)
	}
	for _, v := range found {
		if v.BadValue != nil || strings.Contains(v.String(), "secret") {
			t.Errorf("%s repeats what stands there: %v", v, v.BadValue)
		}
	}
}

func TestWhatCannotBeChangedIsRefusedWhateverItWas(t *testing.T) {
	t.Parallel()
	renamed, left, moved, regranted := upright(), upright(), uprightGroup(), uprightPolicy()
	renamed.UserName = "other"
	provided := upright()
	provided.CredentialMode, provided.IdentityProvider = roster.IdentityProvider, "corp"
	moved.Tenant, regranted.Tenant = "south", "south"
	first := func(refused, _ []roster.Violation) []string {
		var names []string
		for _, v := range refused {
			names = append(names, v.Rule+" "+v.Path)
		}
		return names
	}
	o, g, p := upright(), uprightGroup(), uprightPolicy()
	for _, tc := range []struct {
		reason string
		got    []string
		want   []string
	}{
		{"a login", first(roster.CheckOperator(&o, renamed)), []string{"UserNameStays spec.userName"}},
		{"away from an identity provider", first(roster.CheckOperator(&provided, left)), []string{"IdentityProviderStays spec.credential.mode"}},
		{"to an identity provider", first(roster.CheckOperator(&o, provided)), nil},
		{"another provider", first(roster.CheckOperator(&provided, func() roster.Operator { p := provided; p.IdentityProvider = "next"; return p }())), nil},
		{"the tenant of a group", first(roster.CheckGroup(&g, moved)), []string{"TenantStays spec.tenant"}},
		{"the tenant of a policy", first(roster.CheckPolicy(&p, regranted)), []string{"TenantStays spec.tenant"}},
		{"a new object becomes what it says", first(roster.CheckOperator(nil, renamed)), nil},
	} {
		if diff := cmp.Diff(tc.want, tc.got); diff != "" {
			t.Errorf("%s (-should be refused +is refused):\n%s", tc.reason, diff)
		}
	}
}
