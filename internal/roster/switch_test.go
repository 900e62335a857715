// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/roster-dev/roster/internal/roster"
)

// defaults are the lines S4 to S8 of the table "Switches": what each role has where nothing is declared.
var defaults = []struct {
	feature string
	it      roster.Switch
	// needs is the switch without which it is off, except for an Administrator.
	needs                          roster.Switch
	administrator, manager, worker string
}{
	{"S4 F82", roster.SwitchOthersArchivedCalls, "", "forced", "true", "false"},
	{"S5 F83", roster.SwitchOfflineMessages, "", "false", "true", "true"},
	{"S6 F84", roster.SwitchLiveVisitors, "", "forced", "true", "false"},
	{"S7 F85", roster.SwitchLiveVisitorPreview, roster.SwitchLiveVisitors, "forced", "true", "false"},
	{"S8 F86", roster.SwitchOthersOfflineMessages, roster.SwitchOfflineMessages, "forced", "true", "false"},
}

// expected is the effective value of every switch: forced, else explicit, else the default; and off while the one it needs is. The lines
// stand in an order in which that one comes first.
func expected(role roster.Role, declared map[roster.Switch]*bool) map[roster.Switch]bool {
	on := map[roster.Switch]bool{}
	for _, line := range defaults {
		byRole := map[roster.Role]string{roster.Administrator: line.administrator, roster.Manager: line.manager, roster.Worker: line.worker}[role]
		switch explicit := declared[line.it]; {
		case byRole == "forced":
			on[line.it] = true
			continue
		case explicit != nil:
			on[line.it] = *explicit
		default:
			on[line.it] = byRole == "true"
		}
		if line.needs != "" {
			on[line.it] = on[line.it] && on[line.needs]
		}
	}
	return on
}

func declaring(role roster.Role, declared map[roster.Switch]*bool) roster.Entry {
	e := entry("north", role)
	e.OfflineMessages = declared[roster.SwitchOfflineMessages]
	e.Visibility = roster.Visibility{
		OthersArchivedCalls:   declared[roster.SwitchOthersArchivedCalls],
		LiveVisitors:          declared[roster.SwitchLiveVisitors],
		LiveVisitorPreview:    declared[roster.SwitchLiveVisitorPreview],
		OthersOfflineMessages: declared[roster.SwitchOthersOfflineMessages],
	}
	return e
}

func TestEverySwitchIsExplicitOrTheDefaultOfTheRoleOrForced(t *testing.T) {
	ways := []*bool{nil, new(true), new(false)}
	cases := 0
	for _, role := range []roster.Role{roster.Administrator, roster.Manager, roster.Worker} {
		for _, companyAdministrator := range []bool{false, true} {
			for combination := range 3 * 3 * 3 * 3 * 3 {
				declared := map[roster.Switch]*bool{}
				for rest, i := combination, 0; i < len(defaults); rest, i = rest/3, i+1 {
					declared[defaults[i].it] = ways[rest%3]
				}
				inEffect := role
				if companyAdministrator {
					inEffect = roster.Administrator
				}
				person := operator("someone", declaring(role, declared))
				person.CompanyAdministrator = companyAdministrator
				got := roster.Compile(person, newWorld()).Person.Memberships[0].Switches
				for it, want := range expected(inEffect, declared) {
					cases++
					if got.On(it) != want {
						t.Fatalf("%s, company administrator %t, declared %s: %s is %t, want %t",
							role, companyAdministrator, said(declared), it, got.On(it), want)
					}
				}
			}
		}
	}
	t.Logf("%d cases", cases)
	if on := (roster.Switches{OthersArchivedCalls: true}).On("visibility.unheardOf"); on {
		t.Error("a switch that there is not is on, want it off")
	}
}

func said(declared map[roster.Switch]*bool) string {
	text := ""
	for _, line := range defaults {
		if value := declared[line.it]; value != nil {
			text += fmt.Sprintf("%s=%t ", line.it, *value)
		}
	}
	return text
}

// S9 and S10 (F87, F88): the person's own choice, else the entry's initial value, else off.
func TestMailIsSentAsThePersonChoseElseAsTheEntryBegan(t *testing.T) {
	ways := []*bool{nil, new(true), new(false)}
	for _, own := range ways {
		for _, initial := range ways {
			want := own != nil && *own || own == nil && initial != nil && *initial
			e := entry("north", roster.Worker)
			e.Notifications = roster.Notifications{AfterConversation: initial}
			person := operator("someone", e)
			person.Notifications = roster.Notifications{AfterConversation: own}
			got := roster.Compile(person, newWorld()).Person.Memberships[0].Switches
			if got.AfterConversation != want || got.AfterCall {
				t.Errorf("S9 with own %s and initial %s is %t, want %t; S10, of which nobody spoke, is %t, want false",
					word(own), word(initial), got.AfterConversation, want, got.AfterCall)
			}

			e.Notifications = roster.Notifications{AfterCall: initial}
			person = operator("someone", e)
			person.Notifications = roster.Notifications{AfterCall: own}
			got = roster.Compile(person, newWorld()).Person.Memberships[0].Switches
			if got.AfterCall != want || got.AfterConversation {
				t.Errorf("S10 with own %s and initial %s is %t, want %t; S9, of which nobody spoke, is %t, want false",
					word(own), word(initial), got.AfterCall, want, got.AfterConversation)
			}
		}
	}
}

func word(value *bool) string {
	if value == nil {
		return "absent"
	}
	return fmt.Sprint(*value)
}

// S1 (F06, F79): inactive in the company or in the tenant, nothing of the person takes effect.
func TestWhoeverIsInactiveHasNothing(t *testing.T) {
	for _, tc := range []struct {
		reason                       string
		active, there, administrator bool
		entry                        bool
		want                         bool
	}{
		{"active in both", true, true, false, true, true},
		{"inactive in the company (F06)", false, true, false, true, false},
		{"inactive in the tenant", true, false, false, true, false},
		{"inactive in both", false, false, false, true, false},
		{"no entry for the tenant", true, true, false, false, false},
		{"a company administrator without an entry", true, true, true, false, true},
		{"a company administrator whose entry is inactive: the entry is heard", true, false, true, true, false},
		{"an inactive company administrator without an entry", false, true, true, false, false},
	} {
		person := operator("someone")
		if tc.entry {
			e := entry("north", roster.Worker, roster.Chat)
			e.Active = tc.there
			person = operator("someone", e)
		}
		person.Active, person.CompanyAdministrator, person.CredentialMode = tc.active, tc.administrator, roster.IdentityProvider
		w := newWorld(tenant("north", roster.Chat))
		standing := roster.Compile(person, w).Person.Stand("north", w)
		reader := standing.Reader("someone", itself)
		read := reader.Read(&roster.Conversation{Tenant: "north", Participants: []string{"someone"}}).Allowed
		routed := standing.Route(roster.Chat, "", roster.Presence{State: roster.Online}, 0).Allowed
		if standing.Live() != tc.want || (len(standing.Capabilities()) > 0) != tc.want || read != tc.want || routed != (tc.want && tc.entry) {
			t.Errorf("%s: live %t, %d capabilities, reads his own conversation %t, is routed to %t; want all of it: %t, and routed to where granted",
				tc.reason, standing.Live(), len(standing.Capabilities()), read, routed, tc.want)
		}
		if person.LiveIn("north") != tc.want {
			t.Errorf("%s: the declared person is live: %t, want %t", tc.reason, person.LiveIn("north"), tc.want)
		}
	}
}

// S2 and S3 (F80, F81) are the channels Phone and Chat, and there is no second switch.
func TestCallsAndChatsAreTakenByChannel(t *testing.T) {
	w := newWorld(tenant("north", roster.Chat, roster.Phone))
	for _, tc := range []struct {
		reason  string
		granted []roster.Channel
		want    []roster.Channel
	}{
		{"neither: channels deny by default", nil, []roster.Channel{}},
		{"takes calls", []roster.Channel{roster.Phone}, []roster.Channel{roster.Phone}},
		{"takes chats", []roster.Channel{roster.Chat}, []roster.Channel{roster.Chat}},
		{"takes both", []roster.Channel{roster.Phone, roster.Chat}, []roster.Channel{roster.Chat, roster.Phone}},
	} {
		standing := roster.Compile(operator("someone", entry("north", roster.Worker, tc.granted...)), w).Person.Stand("north", w)
		if got := standing.Channels(); !slices.Equal(got, tc.want) {
			t.Errorf("%s: effective channels are %v, want %v", tc.reason, got, tc.want)
		}
	}
}
