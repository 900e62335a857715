// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/roster/rostertest"
)

// Whatever makes the sums of two records differ has a name: a sweep finds by the sum, and a pass looks for what it found.
func TestNothingAndNoneDiffer(t *testing.T) {
	group := roster.Group{Company: "acme", Tenant: "north", Name: "sales"}
	none := group
	none.Channels = []roster.Channel{}
	if got, err := roster.Differences(group, none); err != nil || !slices.Equal(got, []string{"channels"}) {
		t.Errorf("a group that serves all channels differs from one that serves none in channels, got %v, %v", got, err)
	}
	policy := roster.Policy{Company: "acme", Tenant: "north", Name: "voice", Subjects: []roster.Subject{{}}}
	everybody := policy
	everybody.Subjects = []roster.Subject{{Selector: &roster.Selector{}}}
	if got, err := roster.Differences(policy, everybody); err != nil || !slices.Equal(got, []string{"subjects[0].selector"}) {
		t.Errorf("a subject without a selector differs from one that selects everybody in that, got %v, %v", got, err)
	}
}

func TestDifferencesNameFieldsByTheirNaturalKeys(t *testing.T) {
	base := func() roster.Person {
		w := newWorld(tenant("north", roster.Chat)).withPolicies(policy("calls", "north", roster.Subject{Role: roster.Worker}, roster.Phone))
		o := operator("worker-1", in(entry("north", roster.Worker, roster.Chat), "billing"), entry("south", roster.Manager))
		o.Profile = roster.Profile{Email: "worker-1@example.com", Title: "Agent"}
		return roster.Compile(o, w).Person
	}
	cases := map[string]struct {
		reason string
		change func(*roster.Person)
		want   []string
	}{
		"nothing": {"equal records differ in nothing", func(*roster.Person) {}, nil},
		"a field of the user": {"a path leads to it",
			func(p *roster.Person) { p.User.Profile.Title = "Lead" }, []string{"user.profile.title"}},
		"a field that is gone": {"an absent field differs from one that is there",
			func(p *roster.Person) { p.User.Profile.Title = "" }, []string{"user.profile.title"}},
		"a field of a membership": {"a membership is called by its tenant",
			func(p *roster.Person) { p.Memberships[1].Role = roster.Worker }, []string{"memberships[south].role"}},
		"a group's priority": {"a group is called by its name",
			func(p *roster.Person) { p.Memberships[0].Groups[0].Priority = roster.Primary }, []string{"memberships[north].groups[billing].priority"}},
		"a membership that is gone": {"what only one has is named whole, with all that is in it",
			func(p *roster.Person) { p.Memberships = p.Memberships[1:] }, []string{"memberships[north]"}},
		"a group that is new": {"and as deep as it goes", func(p *roster.Person) {
			p.Memberships[1].Groups = []roster.GroupMembership{{Group: "sales", Priority: roster.Normal}}
		}, []string{"memberships[south].groups[sales]"}},
		"a team": {"a set is one field, and its members are not shown",
			func(p *roster.Person) { p.Memberships[1].Team = []string{"Lead"} }, []string{"memberships[south].team"}},
		"a grant": {"a grant is called by tenant and channel",
			func(p *roster.Person) { p.Grants[0].Away = false }, []string{"grants[north/Chat].away"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			changed := base()
			tc.change(&changed)
			got, err := roster.Differences(base(), changed)
			if err != nil {
				t.Fatalf("comparing: %v", err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
			for _, path := range got {
				if strings.Contains(path, "Lead") || strings.Contains(path, "example.com") {
					t.Errorf("a difference shows no value, got %q", path)
				}
			}
		})
	}
}

func TestDifferencesFindEveryChangeAndNoOther(t *testing.T) {
	law(t, 200, func(t *rapid.T, _ rostertest.Source, w *rostertest.World) {
		a, b := roster.Compile(w.Operators[0], w).Person, roster.Compile(w.Operators[1], w).Person
		b.User.UserName, b.User.Profile.PublicName = a.User.UserName, a.User.Profile.PublicName
		got, err := roster.Differences(a, b)
		if err != nil {
			t.Fatalf("comparing: %v", err)
		}
		if equal := cmp.Equal(a, b); equal != (len(got) == 0) {
			t.Fatalf("equal records differ in nothing and others in something: equal %t, differences %v", equal, got)
		}
	})
}

func TestValuesAreThoseOfTheFieldsThatDiffer(t *testing.T) {
	t.Parallel()
	before := roster.Person{
		User:        roster.User{UserName: "anna", Active: true, Profile: roster.Profile{Title: "Agent"}},
		Memberships: []roster.Membership{{Tenant: "north", Role: roster.Worker}},
		Grants:      []roster.Grant{{Tenant: "north", Channel: roster.Phone, Capacity: 2}},
	}
	after := roster.Person{
		User:        roster.User{UserName: "anna", Profile: roster.Profile{Title: "Lead"}},
		Memberships: []roster.Membership{{Tenant: "north", Role: roster.Manager, Team: []string{"bert"}}},
	}
	fields, err := roster.Differences(before, after)
	if err != nil {
		t.Fatal(err)
	}
	want := []map[string]string{
		{"user.active": "true", "user.profile.title": `"Agent"`, "memberships[north].role": `"Worker"`,
			"grants[north/Phone]": `{"away":false,"capacity":2,"causes":null,"channel":"Phone","online":false,"tenant":"north"}`},
		{"user.active": "false", "user.profile.title": `"Lead"`, "memberships[north].role": `"Manager"`, "memberships[north].team": `["bert"]`},
	}
	for i, record := range []roster.Person{before, after} {
		values, err := roster.Values(record, fields)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want[i], values); diff != "" {
			t.Errorf("record %d: each field should have its value, and none that the record does not have (-want +got):\n%s", i, diff)
		}
	}
}
