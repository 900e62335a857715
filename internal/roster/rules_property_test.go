// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/roster"
)

// faults spoil an Operator, each by a rule of its own.
var faults = []func(*roster.Operator){
	func(o *roster.Operator) { o.UserName = "a b" },
	func(o *roster.Operator) { o.Profile.Email = "nowhere" },
	func(o *roster.Operator) { o.HomeTenant = "west" },
	func(o *roster.Operator) { o.IdentityProvider = "corp" },
	inEntry(func(e *roster.Entry) { e.Role = roster.Worker }),
	inEntry(func(e *roster.Entry) { e.Team = []string{"anna", "bert"} }),
	inEntry(func(e *roster.Entry) { e.Team = []string{"bert", "bert"} }),
	inEntry(func(e *roster.Entry) {
		e.Role, e.Visibility = roster.Administrator, roster.Visibility{LiveVisitors: no(), OthersArchivedCalls: no()}
	}),
	inEntry(func(e *roster.Entry) { e.Visibility = roster.Visibility{LiveVisitors: no(), LiveVisitorPreview: yes()} }),
	inEntry(func(e *roster.Entry) { e.OfflineMessages, e.Visibility.OthersOfflineMessages = no(), yes() }),
	inEntry(func(e *roster.Entry) { e.Permissions = []roster.Permission{"Everything"} }),
	inEntry(func(e *roster.Entry) { e.Visibility.OthersOfflineMessages = yes() }),
	inEntry(func(e *roster.Entry) { e.Visibility.LiveVisitorPreview = yes() }),
	func(o *roster.Operator) { o.CompanyAdministrator = true },
}

// checkTimes checks a law in so many times a hundred cases.
func checkTimes(t *testing.T, hundreds int, law func(*rapid.T)) {
	t.Helper()
	for range hundreds {
		rapid.Check(t, law)
	}
}

func drawFaulty(t *rapid.T, name string) roster.Operator {
	o := upright()
	for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(faults)-1), 0, 4).Draw(t, name) {
		faults[i](&o)
	}
	return o
}

func TestAnUpdateIsRefusedOnlyForWhatItBreaksAnew(t *testing.T) {
	t.Parallel()
	cases, refusals := 0, 0
	checkTimes(t, 30, func(t *rapid.T) {
		before, after := drawFaulty(t, "before"), drawFaulty(t, "after")
		after.UserName = before.UserName
		cases++
		refused, tolerated := roster.CheckOperator(&before, after)
		old := before.Violations()
		for _, v := range refused {
			if slices.ContainsFunc(old, func(o roster.Violation) bool { return cmp.Equal(o, v) }) {
				t.Fatalf("%v was broken before and should be tolerated", v)
			}
		}
		if len(refused)+len(tolerated) != len(after.Violations()) {
			t.Fatalf("what is broken should be refused or told: %v, refused %v, told %v", after.Violations(), refused, tolerated)
		}
		refusals += len(refused)
		if again, _ := roster.CheckOperator(&after, after); len(again) > 0 {
			t.Fatalf("an update of nothing should never be refused: %v", again)
		}
		if all, none := roster.CheckOperator(nil, after); len(all) != len(after.Violations()) || len(none) > 0 {
			t.Fatalf("a new object should be refused for all it breaks: %v, told %v", all, none)
		}
	})
	t.Logf("%d cases, %d refusals", cases, refusals)
}

// takings take something away from a person, where it is there.
var takings = map[string]func(*rapid.T, *roster.Operator){
	"the account":           func(_ *rapid.T, o *roster.Operator) { o.Active = false },
	"the company":           func(_ *rapid.T, o *roster.Operator) { o.CompanyAdministrator = false },
	"an entry":              func(t *rapid.T, o *roster.Operator) { o.Entries = drop(t, o.Entries) },
	"the home":              func(_ *rapid.T, o *roster.Operator) { o.HomeTenant = "" },
	"an entry's activity":   entryTaking(func(_ *rapid.T, e *roster.Entry) { e.Active = false }),
	"a team member":         entryTaking(func(t *rapid.T, e *roster.Entry) { e.Team = drop(t, e.Team) }),
	"a group":               entryTaking(func(t *rapid.T, e *roster.Entry) { e.Groups = drop(t, e.Groups) }),
	"a channel":             entryTaking(func(t *rapid.T, e *roster.Entry) { e.Channels = drop(t, e.Channels) }),
	"a permission":          entryTaking(func(t *rapid.T, e *roster.Entry) { e.Permissions = drop(t, e.Permissions) }),
	"archived calls":        entryTaking(func(_ *rapid.T, e *roster.Entry) { e.Visibility.OthersArchivedCalls = no() }),
	"visitors":              entryTaking(func(_ *rapid.T, e *roster.Entry) { e.Visibility.LiveVisitors = no() }),
	"the preview":           entryTaking(func(_ *rapid.T, e *roster.Entry) { e.Visibility.LiveVisitorPreview = no() }),
	"offline messages":      entryTaking(func(_ *rapid.T, e *roster.Entry) { e.OfflineMessages = no() }),
	"others' such messages": entryTaking(func(_ *rapid.T, e *roster.Entry) { e.Visibility.OthersOfflineMessages = no() }),
	"rank": entryTaking(func(_ *rapid.T, e *roster.Entry) {
		e.Role = map[roster.Role]roster.Role{roster.Administrator: roster.Manager, roster.Manager: roster.Worker, roster.Worker: roster.Worker}[e.Role]
	}),
}

func entryTaking(take func(*rapid.T, *roster.Entry)) func(*rapid.T, *roster.Operator) {
	return func(t *rapid.T, o *roster.Operator) {
		if len(o.Entries) == 0 {
			return
		}
		o.Entries = slices.Clone(o.Entries)
		take(t, &o.Entries[rapid.IntRange(0, len(o.Entries)-1).Draw(t, "entry")])
	}
}

func drop[E any](t *rapid.T, list []E) []E {
	if len(list) == 0 {
		return list
	}
	i := rapid.IntRange(0, len(list)-1).Draw(t, "element")
	return slices.Delete(slices.Clone(list), i, i+1)
}

func TestTakingAwayAlwaysWorks(t *testing.T) {
	t.Parallel()
	names := make([]string, 0, len(takings))
	for name := range takings {
		names = append(names, name)
	}
	slices.Sort(names)
	cases, broken := 0, 0
	checkTimes(t, 30, func(t *rapid.T) {
		before := drawFaulty(t, "before")
		after := before
		for _, name := range rapid.SliceOfN(rapid.SampledFrom(names), 1, 5).Draw(t, "takings") {
			takings[name](t, &after)
		}
		cases++
		refused, tolerated := roster.CheckOperator(&before, after)
		if len(refused) > 0 {
			t.Fatalf("what only takes away should never be refused: %v\nbefore %+v\nafter %+v", refused, before, after)
		}
		if len(tolerated) > len(before.Violations()) {
			broken++
		}
	})
	t.Logf("%d cases, %d of which broke a rule anew", cases, broken)
	if broken == 0 {
		t.Error("no case broke a rule by taking away: the law was not tried")
	}
}

// TestADemotionIsTakingAwayAndNothingElse demotes a Manager whose team stays, which breaks a rule, and gives him something besides: then
// the rule is held against him.
func TestADemotionIsTakingAwayAndNothingElse(t *testing.T) {
	t.Parallel()
	before := upright()
	before.Active, before.Entries[1].Active = false, false
	before.Entries[0].Visibility = roster.Visibility{OthersArchivedCalls: no(), LiveVisitors: no(), LiveVisitorPreview: no(), OthersOfflineMessages: no()}
	before.Entries[0].OfflineMessages = no()
	demote := inEntry(func(e *roster.Entry) { e.Role = roster.Worker })
	for reason, tc := range map[string]struct {
		give    func(*roster.Operator)
		refused bool
	}{
		"nothing":                     {func(*roster.Operator) {}, false},
		"the account":                 {func(o *roster.Operator) { o.Active = true }, true},
		"the company":                 {func(o *roster.Operator) { o.CompanyAdministrator = true }, true},
		"another title":               {func(o *roster.Operator) { o.Profile.Title = "Boss" }, true},
		"another label":               {func(o *roster.Operator) { o.Labels = map[string]string{"tier": "gold"} }, true},
		"another home":                {func(o *roster.Operator) { o.HomeTenant = "south" }, true},
		"no home":                     {func(o *roster.Operator) { o.HomeTenant = "" }, false},
		"another way to be told":      {func(o *roster.Operator) { o.Notifications.AfterCall = yes() }, true},
		"an entry":                    {func(o *roster.Operator) { o.Entries = append(o.Entries, entry("west", roster.Worker)) }, true},
		"activity elsewhere":          {func(o *roster.Operator) { o.Entries[1].Active = true }, true},
		"rank elsewhere":              {func(o *roster.Operator) { o.Entries[1].Role = roster.Manager }, true},
		"a channel":                   {inEntry(func(e *roster.Entry) { e.Channels = append(e.Channels, roster.Phone) }), true},
		"a group":                     {inEntry(func(e *roster.Entry) { e.Groups = append(e.Groups, roster.GroupMembership{Group: "new"}) }), true},
		"another priority":            {inEntry(func(e *roster.Entry) { e.Groups = []roster.GroupMembership{{Group: "desk", Priority: roster.Primary}} }), true},
		"a permission":                {inEntry(func(e *roster.Entry) { e.Permissions = append(e.Permissions, roster.ManageFiles) }), true},
		"a team member":               {inEntry(func(e *roster.Entry) { e.Team = append(e.Team, "carl") }), true},
		"archived calls":              {inEntry(func(e *roster.Entry) { e.Visibility.OthersArchivedCalls = yes() }), true},
		"visitors":                    {inEntry(func(e *roster.Entry) { e.Visibility.LiveVisitors = yes() }), true},
		"offline messages":            {inEntry(func(e *roster.Entry) { e.OfflineMessages = nil }), true},
		"a name in the tenant":        {inEntry(func(e *roster.Entry) { e.Profile.PublicName = "Boss" }), true},
		"initial notifications":       {inEntry(func(e *roster.Entry) { e.Notifications.AfterCall = yes() }), true},
		"a switch that is off anyway": {inEntry(func(e *roster.Entry) { e.Visibility.LiveVisitors = nil }), false},
		"one entry less":              {func(o *roster.Operator) { o.Entries = o.Entries[:1] }, false},
	} {
		after := before
		after.Entries = slices.Clone(before.Entries)
		demote(&after)
		tc.give(&after)
		refused, tolerated := roster.CheckOperator(&before, after)
		if len(refused) > 0 != tc.refused || len(refused)+len(tolerated) == 0 {
			t.Errorf("with %s besides, that a team is left to a Worker should be refused: %t; refused is %v, told %v", reason, tc.refused, refused, tolerated)
		}
	}
}

func TestADemotedAdministratorSawOfflineMessagesBefore(t *testing.T) {
	t.Parallel()
	before := upright()
	inEntry(func(e *roster.Entry) {
		e.Role, e.Team, e.Visibility = roster.Administrator, []string{"anna"}, roster.Visibility{LiveVisitors: no()}
	})(&before)
	after := before
	inEntry(func(e *roster.Entry) { e.Role = roster.Manager })(&after)
	if refused, _ := roster.CheckOperator(&before, after); len(refused) > 0 {
		t.Errorf("an Administrator saw offline messages whatever the switch, so that a demotion gives nothing: refused %v", refused)
	}
}

func TestTakingAwayFromTenantsGroupsAndPolicies(t *testing.T) {
	t.Parallel()
	group, policy, north := uprightGroup(), uprightPolicy(), uprightTenant()
	policy.Subjects[0].Operator = "anna" // Two ways at once, which is tolerated as it was so before.
	north.Record.Channels, north.Record.AwayRouting = []roster.Channel{roster.Chat, roster.Phone}, []roster.Channel{roster.Chat}
	north.Record.Settings.Payments, north.Record.Settings.DeveloperAPI = true, true

	// A rule is broken by what is taken away: a group without any channel, a policy without any. And it is refused with a gift.
	bare := group
	bare.Channels = []roster.Channel{}
	given := bare
	given.DisplayName = "Other"
	unlimited := roster.Group{Channels: nil, Tenant: "north", Name: "desk", DisplayName: "desk", Routing: roster.Routing{Strategy: roster.RoundRobin}}
	unlimitedBare := unlimited
	unlimitedBare.Channels = []roster.Channel{}
	idle := policy
	idle.Channels, idle.Subjects, idle.Online, idle.Away, idle.Capacity = nil, policy.Subjects[1:], false, false, 3
	more := func(change func(*roster.Policy)) roster.Policy { p := idle; change(&p); return p }
	quiet := north
	quiet.Record.Channels, quiet.Record.AwayRouting = []roster.Channel{roster.Phone}, nil
	quiet.Record.Settings.Payments, quiet.Record.Settings.DeveloperAPI = false, false
	quiet.MaxGroups = north.MaxGroups

	refusedGroup := func(before, after roster.Group) int { r, _ := roster.CheckGroup(&before, after); return len(r) }
	refusedPolicy := func(after roster.Policy) int { r, _ := roster.CheckPolicy(&policy, after); return len(r) }
	refusedTenant := func(after roster.Tenant) int { r, _ := roster.CheckTenant(&north, after); return len(r) }
	spoiledTenant := func(change func(*roster.Tenant)) roster.Tenant { t := quiet; change(&t); return t }
	for _, tc := range []struct {
		reason    string
		got, want int
	}{
		{"a group's last channel", refusedGroup(group, bare), 0},
		{"all channels of a group that had all", refusedGroup(unlimited, unlimitedBare), 0},
		{"a group's last channel, with another name", refusedGroup(group, given), 1},
		{"a policy's channels, a subject, states and work", refusedPolicy(idle), 0},
		{"the same, and another subject", refusedPolicy(more(func(p *roster.Policy) {
			p.Subjects = append(slices.Clone(p.Subjects), roster.Subject{Role: roster.Manager})
		})), 1},
		{"the same without a limit", refusedPolicy(more(func(p *roster.Policy) { p.Capacity = 0 })), 1},
		{"parts of what a tenant offers", refusedTenant(quiet), 0},
		{"a page that is none besides", refusedTenant(spoiledTenant(func(t *roster.Tenant) { t.Record.Settings.FacebookPageID = "x" })), 1},
	} {
		if tc.got != tc.want {
			t.Errorf("taking away %s should be refused for %d reasons, is for %d", tc.reason, tc.want, tc.got)
		}
	}
	states := idle
	states.Online, states.Away = true, false
	denied := policy
	denied.Online, denied.Away = false, false
	if refused, _ := roster.CheckPolicy(&denied, states); len(refused) == 0 {
		t.Error("a state more is no taking away, so that a policy without channels should be refused")
	}
}
