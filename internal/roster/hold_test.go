// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/roster"
)

// demanding is a tenant that demands fields of a profile.
func demanding(name string, fields ...roster.ProfileField) roster.Tenant {
	t := tenant(name, roster.Chat, roster.Phone)
	t.Record.Settings.RequiredProfile = fields
	return t
}

func TestWhatThePoliciesOfATenantHoldBack(t *testing.T) {
	t.Parallel()
	strict, additive, narrow := tenant("strict"), tenant("additive"), tenant("narrow")
	strict.RolePolicy, additive.RolePolicy, narrow.MaxGroups = roster.RolePolicyStrict, roster.RolePolicyAdditive, 1
	w := newWorld(strict, additive, narrow, demanding("formal", roster.RequireTitle, roster.RequirePhoneNumber), demanding("plain"))
	with := func(e roster.Entry, permissions ...roster.Permission) roster.Entry {
		e.Permissions = permissions
		return e
	}
	titled := entry("formal", roster.Worker)
	titled.Profile.Title = "Agent"
	first := in(entry("narrow", roster.Worker), "a", "b", "c", roster.GeneralGroup)
	first.Groups[2].Priority = roster.Primary
	for _, tc := range []struct {
		reason   string
		operator roster.Operator
		want     []string
	}{
		{"a Worker's permissions where the policy is strict", operator("anna", with(entry("strict", roster.Worker), roster.ViewEmails, roster.ManageFiles)),
			[]string{"spec.tenants[strict].permissions[ManageFiles] StrictRolePolicy", "spec.tenants[strict].permissions[ViewEmails] StrictRolePolicy"}},
		{"a Manager's are not", operator("anna", with(entry("strict", roster.Manager), roster.ViewEmails)), nil},
		{"nor a Worker's where they add", operator("anna", with(entry("additive", roster.Worker), roster.ViewEmails)), nil},
		{"groups over the maximum, the last by priority and then by name; the general group is none", operator("anna", first),
			[]string{"spec.tenants[narrow].groups[a] TooManyGroups", "spec.tenants[narrow].groups[b] TooManyGroups"}},
		{"an entry whose profile lacks something", operator("anna", titled, entry("plain", roster.Worker)), []string{"spec.tenants[formal] ProfileIncomplete"}},
		{"one that is switched off is written", operator("anna", inactiveIn(titled)), nil},
		{"one whose tenant is not there gives nothing anyway", operator("anna", with(entry("absent", roster.Worker), roster.ViewEmails)), nil},
		{"what the person has everywhere counts in the tenant", func() roster.Operator {
			o := operator("anna", titled)
			o.Profile.PhoneNumber = "+420123456789"
			return o
		}(), nil},
	} {
		var got []string
		for _, h := range roster.Holds(tc.operator, w) {
			got = append(got, h.Path+" "+string(h.Reason))
			if !strings.HasPrefix(h.String(), h.Path+" is held: ") {
				t.Errorf("%s: the sentence should begin with what is held: %s", tc.reason, h)
			}
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-should be held +is held):\n%s", tc.reason, diff)
		}
	}
}

func TestAHoldSaysWhatWouldEndIt(t *testing.T) {
	t.Parallel()
	held := roster.Holds(operator("anna", entry("formal", roster.Worker)), newWorld(demanding("formal", roster.RequireTitle, roster.RequirePhoneNumber)))
	for _, tc := range []struct {
		hold roster.Hold
		want string
	}{
		{held[0], `spec.tenants[formal] is held: Tenant "formal" demands phoneNumber and title of its operators, so the entry is not written, and one that is there ` +
			`only loses what is taken away; set phoneNumber and title in spec.profile or in the entry's profile`},
		{roster.HoldOfEmail("bert"), `spec.profile.email is held: Operator "bert" has it, so the former address stays, and a new person is not written; choose another, or free this one`},
		{roster.HoldOfEmail(""), `spec.profile.email is held: somebody who was deleted and is not purged yet has it, so the former address stays, and a new person is not written; choose another, or free this one`},
		{roster.HoldOfAdministrator([]string{"south", "north"}), `spec.tenants is held: nobody else is a live Administrator of "north" and "south", so the person stays active and ` +
			`Administrator there; make somebody else Administrator first`},
		{roster.HoldOfAdministrator([]string{"d", "c", "b", "a", "e"}), `spec.tenants is held: nobody else is a live Administrator of "a", "b", "c" and 2 more, so the person stays active and ` +
			`Administrator there; make somebody else Administrator first`},
	} {
		if got := tc.hold.String(); got != tc.want {
			t.Errorf("a hold says\n%s\nand should say\n%s", got, tc.want)
		}
	}
}

func TestAHeldAddressIsTheFormerOne(t *testing.T) {
	t.Parallel()
	before := roster.Person{User: roster.User{Profile: roster.Profile{Email: "former", Title: "former"}}}
	wanted := roster.Person{User: roster.User{Profile: roster.Profile{Email: "taken", Title: "wanted"}}}
	if got := wanted.HoldEmail(before).User.Profile; got != (roster.Profile{Email: "former", Title: "wanted"}) {
		t.Errorf("the address alone should be the former one, got %+v", got)
	}
}

func TestAHeldEntryIsTheFormerOneLessWhatIsTakenAway(t *testing.T) {
	t.Parallel()
	w := newWorld(demanding("north"), demanding("south")).withGroups(group("desk", "north"), group("back", "north")).
		withOperators(operator("bert", entry("north", roster.Worker)), operator("carl", entry("north", roster.Worker)))
	entryOf := func(change func(*roster.Entry)) roster.Operator {
		north := in(entry("north", roster.Manager, roster.Chat, roster.Phone), "desk")
		north.Team, north.Permissions, north.Profile.Title = []string{"bert"}, []roster.Permission{roster.ViewEmails, roster.ViewSessions}, "Lead"
		change(&north)
		return operator("anna", north, entry("south", roster.Worker, roster.Chat))
	}
	before := entryOf(func(*roster.Entry) {})
	former := roster.Compile(before, w).Person
	held := func(o roster.Operator) roster.Person {
		return roster.Compile(o, w).Person.HoldEntries(former, []string{"north"})
	}
	for _, tc := range []struct {
		reason string
		change func(*roster.Entry)
		// as is what the entry then comes to.
		as func(*roster.Entry)
	}{
		{"nothing changed", func(*roster.Entry) {}, func(*roster.Entry) {}},
		{"what is added waits", func(e *roster.Entry) {
			e.Channels = append(e.Channels, roster.WhatsApp)
			*e = in(*e, "back")
			e.Team, e.Permissions, e.Role = []string{"bert", "carl"}, append(e.Permissions, roster.ManageFiles), roster.Manager
			e.Profile.Title = ""
		}, func(*roster.Entry) {}},
		{"a higher role waits", func(e *roster.Entry) { e.Role, e.Team, e.OfflineMessages = roster.Administrator, nil, yes() }, func(e *roster.Entry) { e.Team = nil }},
		{"a lower role does not", func(e *roster.Entry) { e.Role, e.Team = roster.Worker, nil }, func(e *roster.Entry) { e.Role, e.Team = roster.Worker, nil }},
		{"switched off is switched off", func(e *roster.Entry) { e.Active = false }, func(e *roster.Entry) { e.Active = false }},
		{"what is taken away is gone", func(e *roster.Entry) {
			e.Channels, e.Permissions, e.Team, e.Visibility.LiveVisitors = []roster.Channel{roster.Phone}, []roster.Permission{roster.ViewEmails}, nil, no()
		}, func(e *roster.Entry) {
			e.Channels, e.Permissions, e.Team, e.Visibility.LiveVisitors = []roster.Channel{roster.Phone}, []roster.Permission{roster.ViewEmails}, nil, no()
		}},
	} {
		got, want := held(entryOf(tc.change)), roster.Compile(entryOf(tc.as), w).Person
		// Who has less than the role gives of itself cannot say why in the words of one declaration.
		withoutCauses := cmpopts.IgnoreFields(roster.HeldCapability{}, "Causes")
		if diff := cmp.Diff(want, got, withoutCauses); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
		}
	}

	moved := entryOf(func(e *roster.Entry) { e.Groups = nil; *e = in(*e, "back") })
	if got := held(moved); len(got.Memberships[0].Groups) > 0 || got.Access[0].Scope.Unassigned {
		t.Errorf("who left a group and waits for another is in none, and sees nothing for it: %+v %+v", got.Memberships[0].Groups, got.Access[0].Scope)
	}
	gone := before
	gone.Entries = gone.Entries[1:]
	if got, want := held(gone), roster.Compile(gone, w).Person; !cmp.Equal(got, want) {
		t.Errorf("an entry that is taken away is gone, whatever is held:\n%s", cmp.Diff(want, got))
	}
	fresh := roster.Compile(before, w).Person.HoldEntries(roster.Person{}, []string{"north"})
	if len(fresh.Memberships) != 1 || len(fresh.Grants) != 1 || len(fresh.Access) != 1 || fresh.Memberships[0].Tenant != "south" {
		t.Errorf("an entry that is new is not written while it is held, and others are: %+v", fresh)
	}
}

// TestAHeldEntryGivesNoMoreThanEither draws what a person was and what he shall be.
func TestAHeldEntryGivesNoMoreThanEither(t *testing.T) {
	t.Parallel()
	w := newWorld(demanding("north")).withGroups(group("desk", "north"), group("back", "north")).
		withOperators(operator("bert", entry("north", roster.Worker)))
	draw := func(t *rapid.T, name string) roster.Operator {
		e := in(entry("north", rapid.SampledFrom([]roster.Role{roster.Administrator, roster.Manager, roster.Worker}).Draw(t, name+" role"),
			rapid.SliceOfDistinct(rapid.SampledFrom([]roster.Channel{roster.Chat, roster.Phone}), rapid.ID).Draw(t, name+" channels")...),
			rapid.SliceOfDistinct(rapid.SampledFrom([]string{"desk", "back"}), rapid.ID).Draw(t, name+" groups")...)
		e.Active = rapid.IntRange(0, 4).Draw(t, name+" active") > 0
		e.Permissions = rapid.SliceOfDistinct(rapid.SampledFrom([]roster.Permission{roster.ViewEmails, roster.ViewVisitors}), rapid.ID).Draw(t, name+" permissions")
		e.OfflineMessages = rapid.SampledFrom([]*bool{nil, yes(), no()}).Draw(t, name+" offline messages")
		e.Visibility.LiveVisitors = rapid.SampledFrom([]*bool{nil, yes(), no()}).Draw(t, name+" visitors")
		if e.Role == roster.Manager {
			e.Team = rapid.SampledFrom([][]string{nil, {"bert"}}).Draw(t, name+" team")
		}
		return operator("anna", e)
	}
	rapid.Check(t, func(t *rapid.T) {
		former := roster.Compile(draw(t, "before"), w).Person
		wanted := roster.Compile(draw(t, "after"), w).Person
		held := wanted.HoldEntries(former, []string{"north"}).Stand("north", w)
		checkNoMore(t, "before", held, former.Stand("north", w))
		checkNoMore(t, "as declared", held, wanted.Stand("north", w))
	})
}

// checkNoMore looks that one standing gives nothing that another does not.
func checkNoMore(t *rapid.T, name string, held, other roster.Standing) {
	if held.Live() && !other.Live() {
		t.Fatalf("who is not live %s is not live while held", name)
	}
	for _, c := range held.Capabilities() {
		if h, has := other.Access.Capability(c.Capability); !has || !h.Reach.Covers(c.Reach) {
			t.Fatalf("%s reaches further than %s: %+v, %+v", c.Capability, name, c, h)
		}
	}
	for _, g := range held.Grants {
		if !slices.ContainsFunc(other.Grants, func(o roster.Grant) bool { return o.Channel == g.Channel }) {
			t.Fatalf("%s is granted while held and not %s", g.Channel, name)
		}
	}
	mine, theirs := held.Access.Scope, other.Access.Scope
	for part, has := range map[string][2]bool{
		"all": {mine.All, theirs.All}, "unassigned": {mine.Unassigned, theirs.Unassigned}, "emails": {mine.Emails, theirs.Emails},
	} {
		if has[0] && !has[1] {
			t.Fatalf("the scope is wider by %s than %s", part, name)
		}
	}
}
