// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
)

// Shorthand of the table below, as docs/access.md writes it.
const (
	none    = roster.ReachNone
	self    = roster.ReachSelf
	channel = roster.ReachChannels
	team    = roster.ReachTeam // and self
	scope   = roster.ReachScope
	admins  = roster.ReachAdministered
	whole   = roster.ReachTenant
)

// tableRow is one line of the table "Role x capability", or one of several that it writes in a line.
type tableRow struct {
	features                       string
	capability                     roster.Capability
	administrator, manager, worker roster.Reach
	// needs are the switches that a Manager and a Worker need, and by the permissions that give it to anybody.
	needs []roster.Switch
	by    []roster.Permission
}

var (
	s4   = roster.SwitchOthersArchivedCalls
	s5   = roster.SwitchOfflineMessages
	s6   = roster.SwitchLiveVisitors
	s7   = roster.SwitchLiveVisitorPreview
	s8   = roster.SwitchOthersOfflineMessages
	only = func(permissions ...roster.Permission) []roster.Permission { return permissions }
	with = func(switches ...roster.Switch) []roster.Switch { return switches }
)

// table is written from the page and not from the core's own rows.
var table = []tableRow{
	{"F44 F50", "operator.create", whole, none, none, nil, nil},
	{"F47", "administrator.grant", whole, none, none, nil, nil},
	{"F03 F92", "operator.update", whole, none, none, nil, nil},
	{"F06", "operator.deactivate", whole, none, none, nil, nil},
	{"F06", "operator.reactivate", whole, none, none, nil, nil},
	{"F93", "operator.delete", admins, none, none, nil, nil},
	{"F25", "files.manage", whole, none, none, nil, only(roster.ManageFiles)},
	{"F26", "groups.list", whole, none, none, nil, only(roster.ManageFiles, roster.ManageTemplates)},
	{"F26", "operators.list", whole, none, none, nil, only(roster.ViewOperators)},
	{"F26", "campaigns.manage", whole, none, none, nil, only(roster.ManageCampaigns)},
	{"F26", "sessions.read.others", whole, none, none, nil, only(roster.ViewSessions)},
	{"F26", "emails.read.others", whole, none, none, nil, only(roster.ViewEmails)},
	{"F45", "group.create", whole, none, none, nil, nil},
	{"F13 F46", "group.assign", whole, none, none, nil, nil},
	{"F19", "group.settings.write", whole, none, none, nil, nil},
	{"F26", "channels.grant", whole, none, none, nil, nil},
	{"F43", "switches.write", whole, none, none, nil, nil},
	{"F51", "team.write", whole, team, none, nil, nil},
	{"F38", "tenant.settings.write", whole, none, none, nil, nil},
	{"F41", "payments.enable", whole, none, none, nil, nil},
	{"F39", "api.access", whole, none, none, nil, nil},
	{"F40", "integration.facebook.manage", whole, none, none, nil, nil},
	{"F42 F52 F53 F64 F65 F66", "conversation.read", whole, scope, scope, nil, nil},
	{"F42 F82", "archived-call.read.others", whole, scope, scope, with(s4), nil},
	{"F83", "offline-message.read", whole, scope, scope, with(s5), nil},
	{"F86", "offline-message.read.others", whole, scope, scope, with(s5, s8), nil},
	{"F76", "conversation.initiate", channel, channel, channel, nil, nil},
	{"F55 F74", "customers.read", whole, whole, whole, nil, nil},
	{"F75", "visitors.count", whole, whole, whole, nil, nil},
	{"F56 F84", "visitors.list", whole, whole, whole, with(s6), only(roster.ViewVisitors)},
	{"F85", "visitors.preview", whole, whole, whole, with(s6, s7), nil},
	{"F60", "templates.read", whole, whole, whole, nil, nil},
	{"F61", "templates.write", whole, whole, none, nil, only(roster.ManageTemplates)},
	{"F57 F78", "stats.read", whole, team, self, nil, nil},
	{"F57 F77", "worktime.read", whole, team, self, nil, nil},
	{"F58", "reports.generate", whole, team, none, nil, nil},
	{"F59", "reports.export", whole, team, none, nil, nil},
	{"F54 F73 F87 F88", "notifications.write", self, self, self, nil, nil},
	{"F67 F68 F70 F71 F72", "profile.write", admins, self, self, nil, nil},
	{"F48 F69", "avatar.set", self, self, self, nil, nil},
	{"F25", "sessions.open.others", whole, scope, none, nil, nil},
	{"F25", "files.open.others", whole, none, none, nil, only(roster.ManageFiles)},
	{"F25", "templates.open.others", whole, none, none, nil, only(roster.ManageTemplates)},
	{"F30 F31", "presence.write", self, self, self, nil, nil},
	{"ours", "presence.write.others", whole, none, none, nil, nil},
}

func (r tableRow) of(role roster.Role) roster.Reach {
	return map[roster.Role]roster.Reach{roster.Administrator: r.administrator, roster.Manager: r.manager, roster.Worker: r.worker}[role]
}

// holding is one way an entry may be written.
type holding struct {
	role                 roster.Role
	policy               roster.RolePolicy
	permissions          []roster.Permission
	on                   map[roster.Switch]bool
	companyAdministrator bool
}

// reach is what the table says that somebody has of a capability: the widest of what the role, the permissions and the company give.
func (r tableRow) reach(h holding) roster.Reach {
	effective := map[roster.Switch]bool{s4: h.on[s4], s5: h.on[s5], s6: h.on[s6], s7: h.on[s6] && h.on[s7], s8: h.on[s5] && h.on[s8]}
	if h.companyAdministrator {
		return r.administrator
	}
	if h.role != roster.Worker || h.policy == roster.RolePolicyAdditive {
		if slices.ContainsFunc(h.permissions, func(p roster.Permission) bool { return slices.Contains(r.by, p) }) {
			return whole
		}
	}
	lacking := slices.ContainsFunc(r.needs, func(s roster.Switch) bool { return !effective[s] })
	if lacking && h.role != roster.Administrator {
		return none
	}
	return r.of(h.role)
}

// entry is the holding as somebody would declare it, with a channel to start conversations on.
func (h holding) entry() roster.Entry {
	e := entry("north", h.role, roster.Chat)
	e.Permissions = h.permissions
	e.Visibility = roster.Visibility{
		OthersArchivedCalls: new(h.on[s4]), LiveVisitors: new(h.on[s6]), LiveVisitorPreview: new(h.on[s7]), OthersOfflineMessages: new(h.on[s8]),
	}
	e.OfflineMessages = new(h.on[s5])
	return e
}

// holdings are every role, under either policy, with no permission, each alone and all, with every setting of the switches, and with the
// company on top or not.
func holdings() []holding {
	all := []roster.Permission{
		roster.ManageFiles, roster.ManageTemplates, roster.ViewSessions, roster.ViewEmails, roster.ViewOperators, roster.ViewVisitors, roster.ManageCampaigns,
	}
	permitted := [][]roster.Permission{nil, all}
	for _, p := range all {
		permitted = append(permitted, []roster.Permission{p})
	}
	var every []holding
	for _, role := range []roster.Role{roster.Administrator, roster.Manager, roster.Worker} {
		for _, policy := range []roster.RolePolicy{roster.RolePolicyStrict, roster.RolePolicyAdditive} {
			for _, permissions := range permitted {
				for bits := range 64 {
					on := map[roster.Switch]bool{}
					for i, s := range []roster.Switch{s4, s5, s6, s7, s8} {
						on[s] = bits&(1<<i) != 0
					}
					every = append(every, holding{role, policy, permissions, on, bits&32 != 0})
				}
			}
		}
	}
	return every
}

func TestEveryRoleHasTheCapabilitiesOfTheTable(t *testing.T) {
	cases := 0
	for _, h := range holdings() {
		north := tenant("north", roster.Chat)
		north.RolePolicy = h.policy
		w := newWorld(north)
		person := operator("someone", h.entry())
		person.CompanyAdministrator = h.companyAdministrator
		standing := roster.Compile(person, w).Person.Stand("north", w)
		got := map[roster.Capability]roster.Reach{}
		for _, held := range standing.Capabilities() {
			got[held.Capability] = held.Reach
		}
		for _, row := range table {
			cases++
			if want := row.reach(h); got[row.capability] != want {
				t.Fatalf("%s (%s): %+v has it with reach %q, want %q", row.capability, row.features, h, got[row.capability], want)
			}
			delete(got, row.capability)
		}
		for extra := range got {
			t.Fatalf("%+v has %s, which the table does not know", h, extra)
		}
	}
	t.Logf("%d cases of role x permissions x switches x capability", cases)
}

func TestTheCatalogueAndTheTableHaveTheSameRows(t *testing.T) {
	features := map[roster.Capability]string{}
	for _, row := range table {
		features[row.capability] = row.features
	}
	for row := range roster.Capabilities() {
		want, known := features[row.Capability]
		delete(features, row.Capability)
		if source := row.Source; !known || source != want && source != want+", a Worker's is ours" {
			t.Errorf("%s is from %q, want it from %q", row.Capability, source, want)
		}
		if found, there := roster.LookUpCapability(row.Capability); !there || cmp.Diff(found, row) != "" {
			t.Errorf("looking up %s gives %+v, want the row itself", row.Capability, found)
		}
	}
	for missing := range features {
		t.Errorf("the catalogue lacks %s, which the table has", missing)
	}
	if row, found := roster.LookUpCapability("tea.make"); found {
		t.Errorf("there is no capability tea.make, got %+v", row)
	}
}

func TestStartingAConversationNeedsAChannelInEffect(t *testing.T) {
	for _, role := range []roster.Role{roster.Administrator, roster.Manager, roster.Worker} {
		for _, tc := range []struct {
			reason   string
			channels []roster.Channel
			want     bool
		}{
			{"a granted channel of the tenant (F76)", []roster.Channel{roster.Chat}, true},
			{"no channel at all", nil, false},
			{"a granted channel that the tenant does not have", []roster.Channel{roster.Facebook}, false},
		} {
			w := newWorld(tenant("north", roster.Chat))
			standing := roster.Compile(operator("someone", entry("north", role, tc.channels...)), w).Person.Stand("north", w)
			has := slices.ContainsFunc(standing.Capabilities(), func(h roster.HeldCapability) bool { return h.Capability == roster.ConversationInitiate })
			if has != tc.want || standing.Explain(roster.ConversationInitiate).Allowed != tc.want {
				t.Errorf("%s with %s: may start a conversation is %t and explained as %t, want %t",
					role, tc.reason, has, standing.Explain(roster.ConversationInitiate).Allowed, tc.want)
			}
		}
	}
}

func TestAReachCoversTheNarrowerOnesOfItsKind(t *testing.T) {
	covered := map[roster.Reach][]roster.Reach{
		none:    {none},
		self:    {none, self},
		channel: {none, channel},
		team:    {none, self, team},
		scope:   {none, scope},
		admins:  {none, self, admins},
		whole:   {none, self, channel, team, scope, admins, whole},
	}
	for wide, narrower := range covered {
		for other := range covered {
			if got, want := wide.Covers(other), slices.Contains(narrower, other); got != want {
				t.Errorf("reach %q covers %q: got %t, want %t", wide, other, got, want)
			}
		}
	}
}

func TestWhatIsNotCoveredIsNamed(t *testing.T) {
	held := func(c roster.Capability, r roster.Reach) roster.HeldCapability {
		return roster.HeldCapability{Capability: c, Reach: r}
	}
	have := []roster.HeldCapability{held(roster.StatsRead, team), held(roster.CustomersRead, whole)}
	for _, tc := range []struct {
		reason       string
		wanted, want []roster.HeldCapability
	}{
		{"nothing is wanted", nil, nil},
		{"less than what is held", []roster.HeldCapability{held(roster.StatsRead, self), held(roster.CustomersRead, whole)}, nil},
		{"more of what is held", []roster.HeldCapability{held(roster.StatsRead, whole)}, []roster.HeldCapability{held(roster.StatsRead, whole)}},
		{"what is not held, in the order it was wanted",
			[]roster.HeldCapability{held(roster.TeamWrite, team), held(roster.StatsRead, team), held(roster.AvatarSet, self)},
			[]roster.HeldCapability{held(roster.TeamWrite, team), held(roster.AvatarSet, self)}},
	} {
		if diff := cmp.Diff(tc.want, roster.Uncovered(have, tc.wanted)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
		}
	}
}
