// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
)

func TestCompileReportsWhatIsMissingAndWhatHasNoEffect(t *testing.T) {
	lead := entry("north", roster.Manager, roster.Chat, roster.WhatsApp)
	lead.Team = []string{"worker-1", "admin-1", "worker-south", "ghost", "lead-1"}
	absent := entry("west", roster.Worker, roster.Phone)
	w := newWorld(tenant("north", roster.Chat)).
		withGroups(group("billing", "north"), group("southern", "south")).
		withOperators(
			operator("worker-1", entry("north", roster.Worker)),
			operator("admin-1", entry("north", roster.Administrator)),
			operator("worker-south", entry("south", roster.Worker)),
		)

	got := roster.Compile(operator("lead-1", absent, in(lead, "southern", "billing", "nowhere", roster.GeneralGroup)), w)

	wantMissing := []roster.Reference{
		{Kind: roster.KindGroup, Name: "nowhere", Path: "spec.tenants[north].groups[nowhere]"},
		{Kind: roster.KindGroup, Name: "southern", Path: "spec.tenants[north].groups[southern]"},
		{Kind: roster.KindOperator, Name: "ghost", Path: "spec.tenants[north].team[ghost]"},
		{Kind: roster.KindTenant, Name: "west", Path: "spec.tenants[west].tenant"},
	}
	if diff := cmp.Diff(wantMissing, got.Missing); diff != "" {
		t.Errorf("a group of another tenant, and names that nothing has, are missing references (-want +got):\n%s", diff)
	}
	north := got.Tenants[0]
	if diff := cmp.Diff([]roster.Channel{roster.Chat}, north.Channels); diff != "" {
		t.Errorf("effective channels are cut to the tenant's (-want +got):\n%s", diff)
	}
	reasons := map[string]roster.ObstacleReason{}
	for _, outcome := range got.Tenants {
		for _, i := range outcome.Ineffective {
			reasons[outcome.Tenant+"/"+i.Grant] = i.Reason
		}
	}
	wantReasons := map[string]roster.ObstacleReason{
		"north/channel WhatsApp":         roster.ReasonChannelNotOfTenant,
		"north/team member admin-1":      roster.ReasonNotWorkerOrManager,
		"north/team member worker-south": roster.ReasonNotWorkerOrManager,
		"west/channel Phone":             roster.ReasonTenantMissing,
	}
	if diff := cmp.Diff(wantReasons, reasons); diff != "" {
		t.Errorf("what has no effect is told with its reason (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"worker-1"}, got.Person.Memberships[0].Team); diff != "" {
		t.Errorf("a team holds the user names of Workers and Managers of the tenant, and never its own Manager (-want +got):\n%s", diff)
	}
	if len(got.Person.Memberships) != 2 || len(got.Person.Grants) != 3 {
		t.Errorf("memberships and grants are kept whether or not the tenant exists: got %d memberships and %d grants, want 2 and 3",
			len(got.Person.Memberships), len(got.Person.Grants))
	}
}

func TestCompileComputesTheDefaultsThatAreNotConstants(t *testing.T) {
	o := operator("Worker.One", entry("south", roster.Worker), entry("north", roster.Worker))
	user := roster.Compile(o, newWorld()).Person.User
	if user.HomeTenant != "north" {
		t.Errorf("home tenant = %q, want the first by name, north", user.HomeTenant)
	}
	if user.Profile.PublicName != "Worker.One" {
		t.Errorf("public name = %q, want the user name as it was declared", user.Profile.PublicName)
	}
	if user.UserName != "worker.one" {
		t.Errorf("user name = %q, want lower case", user.UserName)
	}
	o.HomeTenant, o.Profile.PublicName = "south", "Sunny"
	user = roster.Compile(o, newWorld()).Person.User
	if user.HomeTenant != "south" || user.Profile.PublicName != "Sunny" {
		t.Errorf("declared values win: home tenant %q and public name %q, want south and Sunny", user.HomeTenant, user.Profile.PublicName)
	}
	if none := roster.Compile(operator("loner"), newWorld()).Person; none.User.HomeTenant != "" || none.Memberships != nil {
		t.Errorf("a person without tenants has no home and no membership, got %q and %v", none.User.HomeTenant, none.Memberships)
	}
}

func TestSwitchesFollowTheRoleUnlessDeclared(t *testing.T) {
	yes, no := new(true), new(false)
	cases := map[string]struct {
		reason string
		entry  roster.Entry
		own    roster.Notifications
		want   roster.Switches
	}{
		"Administrator": {
			reason: "S4, S6, S7 and S8 are forced; S5 is delivery only and off",
			entry:  entry("north", roster.Administrator),
			want:   roster.Switches{OthersArchivedCalls: true, LiveVisitors: true, LiveVisitorPreview: true, OthersOfflineMessages: true},
		},
		"Administrator who declares false": {
			reason: "a forced switch stays true where a validity rule was not there to refuse the false",
			entry: roster.Entry{Role: roster.Administrator, Visibility: roster.Visibility{
				OthersArchivedCalls: no, LiveVisitors: no, LiveVisitorPreview: no, OthersOfflineMessages: no}},
			want: roster.Switches{OthersArchivedCalls: true, LiveVisitors: true, LiveVisitorPreview: true, OthersOfflineMessages: true},
		},
		"Manager": {
			reason: "S7 defaults to S6 and S8 to S5",
			entry:  entry("north", roster.Manager),
			want: roster.Switches{OthersArchivedCalls: true, OfflineMessages: true, LiveVisitors: true,
				LiveVisitorPreview: true, OthersOfflineMessages: true},
		},
		"Manager without S5 and S6": {
			reason: "a dependent switch is false while the one it needs is",
			entry: roster.Entry{Role: roster.Manager, OfflineMessages: no,
				Visibility: roster.Visibility{LiveVisitors: no, LiveVisitorPreview: yes, OthersOfflineMessages: yes}},
			want: roster.Switches{OthersArchivedCalls: true},
		},
		"Worker": {
			reason: "a Worker sees and receives offline messages and nothing of others",
			entry:  entry("north", roster.Worker),
			want:   roster.Switches{OfflineMessages: true},
		},
		"Worker who is given everything": {
			reason: "explicit values win",
			entry: roster.Entry{Role: roster.Worker, OfflineMessages: yes, Visibility: roster.Visibility{
				OthersArchivedCalls: yes, LiveVisitors: yes, LiveVisitorPreview: yes, OthersOfflineMessages: yes}},
			want: roster.Switches{OthersArchivedCalls: true, OfflineMessages: true, LiveVisitors: true,
				LiveVisitorPreview: true, OthersOfflineMessages: true},
		},
		"mail": {
			reason: "the person's own choice wins over the entry's initial value, switch by switch",
			entry:  roster.Entry{Role: roster.Worker, OfflineMessages: no, Notifications: roster.Notifications{AfterConversation: yes, AfterCall: yes}},
			own:    roster.Notifications{AfterCall: no},
			want:   roster.Switches{AfterConversation: true},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			tc.entry.Tenant = "north"
			o := operator("someone", tc.entry)
			o.Notifications = tc.own
			got := roster.Compile(o, newWorld()).Person.Memberships[0].Switches
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestStateComesFromTheRecordItself(t *testing.T) {
	cases := []struct {
		reason string
		user   roster.User
		want   roster.State
	}{
		{"an inactive person is Deactivated, whoever vouches", roster.User{CredentialMode: roster.IdentityProvider}, roster.Deactivated},
		{"an identity provider vouches for the person", roster.User{Active: true, CredentialMode: roster.IdentityProvider}, roster.Active},
		{"without a credential a person is Invited", roster.User{Active: true, CredentialMode: roster.ActivationLink}, roster.Invited},
	}
	for _, tc := range cases {
		if got := tc.user.State(); got != tc.want {
			t.Errorf("%s: state = %s, want %s", tc.reason, got, tc.want)
		}
	}
}

func TestRetentionIsTheLongestOfThePersonsTenants(t *testing.T) {
	kept := func(d time.Duration) roster.TenantRecord {
		return roster.TenantRecord{Settings: roster.Settings{Retention: int64(d / time.Second)}}
	}
	cases := []struct {
		reason  string
		tenants []roster.TenantRecord
		want    time.Duration
	}{
		{"nobody knows better", nil, roster.DefaultRetention},
		{"a tenant that says nothing leaves the default", []roster.TenantRecord{kept(0)}, roster.DefaultRetention},
		{"the longest wins, in any order", []roster.TenantRecord{kept(time.Hour), kept(3 * time.Hour), kept(2 * time.Hour)}, 3 * time.Hour},
	}
	for _, tc := range cases {
		if got := roster.Retention(tc.tenants); got != tc.want {
			t.Errorf("%s: retention = %s, want %s", tc.reason, got, tc.want)
		}
	}
}
