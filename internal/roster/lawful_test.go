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

// lawfulWorld has all that the upright people name.
func lawfulWorld() *world {
	north, south := tenant("north", roster.Chat, roster.Phone), tenant("south", roster.Chat)
	north.RolePolicy, south.RolePolicy = roster.RolePolicyAdditive, roster.RolePolicyAdditive
	return newWorld(north, south).withGroups(group("desk", "north"), group("back", "north")).
		withOperators(operator("bert", entry("north", roster.Worker)))
}

// brokenPart is an upright person with a part that breaks a rule.
type brokenPart struct {
	rule, reason string
	spoil        func(*roster.Operator)
	// without is the person without that part; nil where it cannot be taken out.
	without func(*roster.Operator)
	// held is the tenant whose entry is held for it; empty is none, and then the person's own part is.
	held string
	// less says that the entry is less than before, since nobody can say what was meant.
	less bool
}

func brokenParts() []brokenPart {
	nothing := func(*roster.Operator) {}
	return []brokenPart{
		{"TeamNeedsManager", "a team of a Worker is none", inEntry(func(e *roster.Entry) { e.Role = roster.Worker }),
			inEntry(func(e *roster.Entry) { e.Role, e.Team = roster.Worker, nil }), "", false},
		{"TeamWithoutOneself", "nobody leads himself", inEntry(func(e *roster.Entry) { e.Team = []string{"anna", "bert"} }), nothing, "", false},
		{"AdministratorSeesEverything", "an Administrator sees all the same",
			inEntry(func(e *roster.Entry) {
				e.Role, e.Team = roster.Administrator, nil
				e.Visibility = roster.Visibility{OthersArchivedCalls: no(), LiveVisitors: no(), LiveVisitorPreview: no(), OthersOfflineMessages: no()}
			}),
			inEntry(func(e *roster.Entry) { e.Role, e.Team = roster.Administrator, nil }), "", false},
		{"PreviewNeedsVisitors", "a preview without visitors shows nothing",
			inEntry(func(e *roster.Entry) { e.Visibility.LiveVisitors, e.Visibility.LiveVisitorPreview = no(), yes() }),
			inEntry(func(e *roster.Entry) { e.Visibility.LiveVisitors = no() }), "", false},
		{"OthersOfflineMessagesNeedOfflineMessages", "others' messages without one's own are not seen",
			inEntry(func(e *roster.Entry) { e.OfflineMessages, e.Visibility.OthersOfflineMessages = no(), yes() }),
			inEntry(func(e *roster.Entry) { e.OfflineMessages = no() }), "", false},
		{"HomeTenantIsOneOfTheTenants", "a home elsewhere is none", func(o *roster.Operator) { o.HomeTenant = "west" }, func(o *roster.Operator) { o.HomeTenant = "" }, "", false},

		{"EntriesWellFormed", "a role that is none", inEntry(func(e *roster.Entry) { e.Role, e.Team = "Owner", nil }), nil, "north", true},
		{"EntriesWellFormed", "a permission that is none", inEntry(func(e *roster.Entry) { e.Permissions = append(slices.Clone(e.Permissions), "Everything") }), nil, "north", false},
		{"NoDuplicates", "a group twice", inEntry(func(e *roster.Entry) { e.Groups = append(slices.Clone(e.Groups), e.Groups[0]) }), nil, "north", false},
		{"NoDuplicates", "an entry twice", func(o *roster.Operator) { o.Entries = append(slices.Clone(o.Entries), o.Entries[0]) }, nil, "north", true},
		{"WellFormed", "an address that is none", func(o *roster.Operator) { o.Profile.Email = "anna" }, nil, "", false},
		{"CredentialFitsMode", "a provider nobody asks", func(o *roster.Operator) { o.IdentityProvider = "corp" }, nil, "", false},
	}
}

func TestWhatBreaksARuleIsNotInTheRecord(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{}
	for _, tc := range brokenParts() {
		tested[tc.rule] = true
		broken := upright()
		tc.spoil(&broken)
		wanted := roster.Want(broken, lawfulWorld())
		if len(wanted.Violations) == 0 || wanted.Violations[0].Rule != tc.rule {
			t.Fatalf("%s should break the rule %s, breaks %v", tc.reason, tc.rule, wanted.Violations)
		}
		if wanted.Whole() {
			t.Errorf("%s: a record without what is declared is not whole", tc.reason)
		}
		if wanted.Partial() != (tc.without == nil) {
			t.Errorf("%s: that the part stays as it is in the store should be %t, is %t", tc.reason, tc.without == nil, wanted.Partial())
		}
		if tc.without != nil {
			tc.isAbsent(t, wanted)
			continue
		}
		tc.addsNothing(t, wanted)
		tc.isNotNew(t, wanted)
	}
	for _, rule := range roster.RuleNames(roster.KindOperator) {
		if !tested[rule] && rule != "UserNameStays" && rule != "IdentityProviderStays" {
			t.Errorf("no case breaks the rule %s", rule)
		}
	}
}

// isAbsent expects a record as without the part.
func (p brokenPart) isAbsent(t *testing.T, wanted roster.Wanted) {
	t.Helper()
	clean := upright()
	p.without(&clean)
	if diff := cmp.Diff(roster.Compile(clean, lawfulWorld()).Person, wanted.Person); diff != "" {
		t.Errorf("%s: the record is as without that part (-want +got):\n%s", p.reason, diff)
	}
}

// addsNothing expects what is written over the record of before to be that, or less.
func (p brokenPart) addsNothing(t *testing.T, wanted roster.Wanted) {
	t.Helper()
	former := roster.Compile(upright(), lawfulWorld()).Person
	over, some := wanted.Over(&former, roster.Impediments{})
	if diff := cmp.Diff(former, over.Person); !some || (diff == "") == p.less {
		t.Errorf("%s: that something of the record of before is lost should be %t (-before +after):\n%s", p.reason, p.less, diff)
	}
	if m := over.Person.Memberships[0]; p.less && m.Active && m.Role != roster.Worker {
		t.Errorf("%s: what nobody can say is read as the least, got %+v", p.reason, m)
	}
}

// isNotNew expects a new person to be stored without the part, or not at all where it is the person's own.
func (p brokenPart) isNotNew(t *testing.T, wanted roster.Wanted) {
	t.Helper()
	anew, some := wanted.Over(nil, roster.Impediments{})
	if some != (p.held != "") {
		t.Errorf("%s: that a new person is stored should be %t, is %t", p.reason, p.held != "", some)
	}
	if some && (len(anew.Person.Memberships) != 1 || anew.Person.Memberships[0].Tenant == p.held) {
		t.Errorf("%s: the other entry alone is stored, got %+v", p.reason, anew.Person.Memberships)
	}
}

// TestABrokenManifestStillTakesAway looks that no broken part keeps alive what the same edit takes away.
func TestABrokenManifestStillTakesAway(t *testing.T) {
	t.Parallel()
	w := lawfulWorld()
	before := upright()
	before.CompanyAdministrator = true
	former := roster.Compile(before, w).Person
	for _, tc := range brokenParts() {
		for reason, take := range map[string]struct {
			away func(*roster.Operator)
			left func(roster.Person) bool
		}{
			"switched off": {func(o *roster.Operator) { o.Active = false }, func(p roster.Person) bool { return p.User.Active }},
			"no longer the company's": {func(o *roster.Operator) { o.CompanyAdministrator = false },
				func(p roster.Person) bool { return p.User.CompanyAdministrator || p.AdministratorOf("west") }},
			"taken out of a tenant":      {func(o *roster.Operator) { o.Entries = o.Entries[:1] }, func(p roster.Person) bool { return len(p.Memberships) > 1 }},
			"switched off in the tenant": {inEntry(func(e *roster.Entry) { e.Active = false }), func(p roster.Person) bool { return p.Memberships[0].Active }},
			"without a channel":          {inEntry(func(e *roster.Entry) { e.Channels = nil }), func(p roster.Person) bool { return len(p.Grants) > 0 }},
			"without a permission": {inEntry(func(e *roster.Entry) {
				e.Permissions = slices.DeleteFunc(slices.Clone(e.Permissions), func(p roster.Permission) bool { return p == roster.ViewEmails })
			}), func(p roster.Person) bool { return slices.Contains(p.Memberships[0].Permissions, roster.ViewEmails) }},
		} {
			broken := before
			tc.spoil(&broken)
			take.away(&broken)
			if over, some := roster.Want(broken, w).Over(&former, roster.Impediments{}); !some || take.left(over.Person) {
				t.Errorf("%s and %s: what is taken away should be gone: %+v", tc.reason, reason, over.Person)
			}
		}
	}
}

// TestAnEntryThatBreaksARuleKeepsItsPersonOutAllTheSame: without any entry a company administrator is in every tenant.
func TestAnEntryThatBreaksARuleKeepsItsPersonOutAllTheSame(t *testing.T) {
	t.Parallel()
	chief := asCompanyAdministrator(upright())
	away := inEntry(func(e *roster.Entry) {
		e.Active, e.Groups = false, append(slices.Clone(e.Groups), e.Groups[0])
	})
	twice := func(o *roster.Operator) { o.Entries = append(slices.Clone(o.Entries), o.Entries[0]) }
	elsewhere := upright()
	elsewhere.Entries = slices.DeleteFunc(slices.Clone(elsewhere.Entries), func(e roster.Entry) bool { return e.Tenant == "north" })
	elsewhere.HomeTenant = ""
	for _, tc := range []struct {
		reason string
		former *roster.Operator
		spoil  func(*roster.Operator)
	}{
		{"a new person is switched off in the tenant", nil, away},
		{"a new person has two entries, of which nobody can say which is meant", nil, twice},
		{"who was not in the tenant is switched off there", &elsewhere, away},
		{"who was there as the company's is switched off there", new(asCompanyAdministrator(elsewhere)), away},
		{"who was there by an entry is switched off there", new(upright()), away},
	} {
		broken := chief
		tc.spoil(&broken)
		var former *roster.Person
		if tc.former != nil {
			former = new(roster.Compile(*tc.former, lawfulWorld()).Person)
		}
		wanted := roster.Want(broken, lawfulWorld())
		if len(wanted.Violations) == 0 {
			t.Fatalf("%s: the entry should break a rule", tc.reason)
		}
		over, some := wanted.Over(former, roster.Impediments{})
		if !some {
			t.Fatalf("%s: the person should be written", tc.reason)
		}
		if over.Person.AdministratorOf("north") {
			t.Errorf("%s: the person should not be an Administrator of the tenant, the record has %+v", tc.reason, over.Person.Memberships)
		}
		if standing := over.Person.Stand("north", lawfulWorld()); standing.Live() {
			t.Errorf("%s: nothing should take effect in the tenant, the capabilities are %v", tc.reason, standing.Capabilities())
		}
	}
}

func TestAPolicyGrantsNothingByWhatBreaksARule(t *testing.T) {
	t.Parallel()
	w := lawfulWorld()
	everybody := roster.Requirement{Key: "Not a key!", Operator: "DoesNotExist"}
	for _, tc := range []struct {
		reason string
		spoil  func(*roster.Policy)
		grants bool
	}{
		{"a policy that breaks nothing", func(*roster.Policy) {}, true},
		{"a subject of two ways", func(p *roster.Policy) { p.Subjects = []roster.Subject{{Role: roster.Manager, Operator: "bert"}} }, false},
		{"beside one that is right", func(p *roster.Policy) { p.Subjects[0].Group = "desk" }, true},
		{"a selector of a key that is none would match everybody", func(p *roster.Policy) {
			p.Subjects = []roster.Subject{{Selector: &roster.Selector{MatchExpressions: []roster.Requirement{everybody}}}}
		}, false},
		{"a capacity beyond the limit", func(p *roster.Policy) { p.Capacity = 1000 }, false},
		{"a channel twice is one", func(p *roster.Policy) { p.Channels = []roster.Channel{roster.Chat, roster.Chat} }, true},
	} {
		policy := uprightPolicy()
		policy.Subjects = slices.Clone(policy.Subjects)
		tc.spoil(&policy)
		if got := policy.Grants(upright(), w); got != tc.grants {
			t.Errorf("%s: that it grants should be %t, is %t", tc.reason, tc.grants, got)
		}
		lawful := policy.Lawful()
		if got := lawful.Grants(upright(), w); got != tc.grants {
			t.Errorf("%s: its record should grant the same", tc.reason)
		}
		for _, v := range lawful.Violations() {
			if len(lawful.Subjects) > 0 {
				t.Errorf("%s: what is stored with a subject should break no rule, breaks %s", tc.reason, v)
			}
		}
	}
}

// TestTheLimitsOfATenantThatIsWrongAreTheStrictest keeps a value that is none of the schema's from being the most generous.
func TestTheLimitsOfATenantThatIsWrongAreTheStrictest(t *testing.T) {
	t.Parallel()
	north := tenant("north", roster.Chat)
	north.RolePolicy, north.MaxGroups = "Whatever", -3
	declared := in(entry("north", roster.Worker), "a", "b")
	declared.Permissions = []roster.Permission{roster.ViewEmails}
	membership := roster.Compile(operator("anna", declared), newWorld(north)).Person.Memberships[0]
	if len(membership.Groups) != 1 || len(membership.Permissions) != 0 {
		t.Errorf("one group and no permission are the least, got %+v and %+v", membership.Groups, membership.Permissions)
	}
}

func TestTheRecordOfATenantOrGroupThatIsWrongOnlyLoses(t *testing.T) {
	t.Parallel()
	former := uprightTenant().Record
	former.Channels, former.AwayRouting, former.UnassignedScope = []roster.Channel{roster.Chat, roster.Phone}, []roster.Channel{roster.Phone}, roster.ScopeAll
	wanted := former
	wanted.DisplayName, wanted.Settings.ConsoleURL, wanted.HasGroups = "\n", "nowhere", true
	wanted.Channels, wanted.AwayRouting = []roster.Channel{roster.Email, roster.Phone}, []roster.Channel{roster.Email}
	wanted.OthersMessages, wanted.UnassignedScope = "Perhaps", roster.ScopeGeneral
	want := former
	want.Channels, want.AwayRouting, want.HasGroups = []roster.Channel{roster.Phone}, nil, true
	want.OthersMessages, want.UnassignedScope = roster.MessagesDenied, roster.ScopeGeneral
	if diff := cmp.Diff(want.Canonical(), former.Narrowed(wanted)); diff != "" {
		t.Errorf("a tenant (-want +got):\n%s", diff)
	}

	for _, tc := range []struct {
		reason                     string
		former, wanted, want       []roster.Channel
		formerMost, most, wantMost int
	}{
		{"all, and some from now on", nil, []roster.Channel{roster.Chat}, []roster.Channel{roster.Chat}, 0, 3, 3},
		{"some, and all from now on", []roster.Channel{roster.Chat}, nil, []roster.Channel{roster.Chat}, 3, 0, 3},
		{"others from now on", []roster.Channel{roster.Chat, roster.Phone}, []roster.Channel{roster.Phone, roster.Email}, []roster.Channel{roster.Phone}, 3, 5, 3},
		{"none in common serves none, not all", []roster.Channel{roster.Chat}, []roster.Channel{roster.Phone}, []roster.Channel{}, 5, 3, 3},
	} {
		before, after := uprightGroup(), uprightGroup()
		after.DisplayName = "\n"
		before.Channels, before.Routing.MaxConcurrentPerOperator = tc.former, tc.formerMost
		after.Channels, after.Routing.MaxConcurrentPerOperator = tc.wanted, tc.most
		want := before
		want.Channels, want.Routing.MaxConcurrentPerOperator = tc.want, tc.wantMost
		if diff := cmp.Diff(want.Canonical(), before.Narrowed(after)); diff != "" {
			t.Errorf("a group that served %s (-want +got):\n%s", tc.reason, diff)
		}
	}
}

// TestWhatIsWrittenOverARecordNeverBreaksTheStore draws broken people, and looks that each record is one a store can hold.
func TestWhatIsWrittenOverARecordNeverBreaksTheStore(t *testing.T) {
	t.Parallel()
	w, parts := lawfulWorld(), brokenParts()
	former := roster.Compile(upright(), w).Person
	rapid.Check(t, func(t *rapid.T) {
		broken := upright()
		for range rapid.IntRange(1, 4).Draw(t, "parts") {
			rapid.SampledFrom(parts).Draw(t, "part").spoil(&broken)
		}
		over, some := roster.Want(broken, w).Over(&former, roster.Impediments{})
		if !some {
			t.Fatal("there is a record to write over")
		}
		seen := map[string]bool{}
		for _, m := range over.Person.Memberships {
			if m.Tenant == "" || seen[m.Tenant] {
				t.Fatalf("a tenant occurs twice or has no name: %+v", over.Person.Memberships)
			}
			seen[m.Tenant] = true
			groups := map[string]bool{}
			for _, g := range m.Groups {
				if groups[g.Group] {
					t.Fatalf("a group occurs twice: %+v", m.Groups)
				}
				groups[g.Group] = true
			}
		}
		if over.Person.User.Profile.Email != former.User.Profile.Email {
			t.Fatal("an address that is none is not written")
		}
	})
}
