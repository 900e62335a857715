// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/translate"
)

// entryStatus is what the status says of the first entry of an operator, who is stored, among other objects.
func entryStatus(t *testing.T, operator *v1alpha1.Operator, others ...client.Object) v1alpha1.OperatorTenantStatus {
	t.Helper()
	directory := watching(t, append(others, operator)...).Directory
	return tenantStatuses(roster.Compile(translate.Operator(operator), directory).Tenants, "id-1")[0]
}

func TestTheStatusSaysWhatAnEntryComesTo(t *testing.T) {
	sales := func(changes ...func(*v1alpha1.Tenant)) *v1alpha1.Tenant {
		return testkit.Tenant("acme", "sales", changes...)
	}
	console := func(t *v1alpha1.Tenant) { t.Spec.ConsoleURL = "https://console.example.com/" }
	one := func(t *v1alpha1.Tenant) { t.Spec.GroupPolicy.MaxPerOperator = new(int32(1)) }
	openly := func(t *v1alpha1.Tenant) {
		t.Spec.Conversations.UnassignedScope = v1alpha1.UnassignedScopeAll
	}
	additive := func(t *v1alpha1.Tenant) { t.Spec.RolePolicy = v1alpha1.RolePolicyAdditive }
	permitted := func(e *v1alpha1.OperatorTenant) {
		e.Permissions = []v1alpha1.Permission{v1alpha1.PermissionViewSessions}
	}
	anna := func(entry ...func(*v1alpha1.OperatorTenant)) *v1alpha1.Operator {
		return testkit.Operator("acme", "anna", testkit.InTenant("sales", entry...))
	}
	with := func(o *v1alpha1.Operator, change func(*v1alpha1.Operator)) *v1alpha1.Operator { change(o); return o }
	off := func(o *v1alpha1.Operator) { o.Spec.Active = new(false) }
	desk, back := testkit.Group("acme", "desk", "sales"), testkit.Group("acme", "back", "sales")
	chat := []v1alpha1.Channel{v1alpha1.ChannelChat}
	ineffective := func(what, reason, message string) []v1alpha1.IneffectiveGrant {
		return []v1alpha1.IneffectiveGrant{{What: what, Reason: reason, Message: message}}
	}
	for name, tc := range map[string]struct {
		reason   string
		operator *v1alpha1.Operator
		others   []client.Object
		want     v1alpha1.OperatorTenantStatus
	}{
		"no groups in the tenant": {
			"F66", anna(testkit.On(v1alpha1.ChannelChat)), []client.Object{sales()},
			v1alpha1.OperatorTenantStatus{Role: v1alpha1.RoleWorker, Channels: chat, Conversations: "all: the tenant has no groups"},
		},
		"a group": {
			"F64, F65", anna(testkit.InGroups("desk")), []client.Object{sales(), desk},
			v1alpha1.OperatorTenantStatus{Role: v1alpha1.RoleWorker, Conversations: "own, general group, group desk"},
		},
		"in no group, and the tenant opens everything": {
			"unassignedScope is All", anna(), []client.Object{sales(openly), desk},
			v1alpha1.OperatorTenantStatus{Role: v1alpha1.RoleWorker, Conversations: "all: in no group"},
		},
		"a team": {
			"F52", anna(testkit.Leading("worker")), []client.Object{sales(), desk, worker()},
			v1alpha1.OperatorTenantStatus{Role: v1alpha1.RoleManager, Conversations: "own, general group, team of 1"},
		},
		"an Administrator": {
			"F42", anna(testkit.As(v1alpha1.RoleAdministrator)), []client.Object{sales(), desk},
			v1alpha1.OperatorTenantStatus{Role: v1alpha1.RoleAdministrator, Conversations: "all"},
		},
		"a company administrator with a lower role": {
			"the role in effect counts, F05", with(anna(), func(o *v1alpha1.Operator) { o.Spec.CompanyAdministrator = true }), []client.Object{sales(), desk},
			v1alpha1.OperatorTenantStatus{Role: v1alpha1.RoleAdministrator, Conversations: "all"},
		},
		"deactivated": {
			"nothing of it has an effect, F06", with(anna(testkit.On(v1alpha1.ChannelChat)), off), []client.Object{sales()},
			v1alpha1.OperatorTenantStatus{Role: v1alpha1.RoleWorker, Conversations: "none: deactivated"},
		},
		"deactivated in the tenant": {
			"nothing of it has an effect, F06", anna(testkit.On(v1alpha1.ChannelChat), func(e *v1alpha1.OperatorTenant) { e.Active = new(false) }), []client.Object{sales()},
			v1alpha1.OperatorTenantStatus{Role: v1alpha1.RoleWorker, Conversations: "none: deactivated in this tenant"},
		},
		"no such tenant": {
			"it takes effect once there is one", anna(testkit.On(v1alpha1.ChannelChat)), nil,
			v1alpha1.OperatorTenantStatus{
				Role: v1alpha1.RoleWorker, Conversations: "none: the tenant does not exist",
				Ineffective: ineffective("channel Chat", v1alpha1.ReasonTenantMissing, `Tenant "sales" does not exist; the grant takes effect once it does`),
			},
		},
		"a channel the tenant has not": {
			"F27", anna(testkit.On(v1alpha1.ChannelEmail, v1alpha1.ChannelChat)), []client.Object{sales()},
			v1alpha1.OperatorTenantStatus{
				Role: v1alpha1.RoleWorker, Channels: chat, Conversations: "all: the tenant has no groups",
				Ineffective: ineffective("channel Email", v1alpha1.ReasonChannelNotOfTenant, `the tenant does not have the channel Email; add it to spec.channels of Tenant "sales"`),
			},
		},
		"a permission of a Worker": {
			"F63", anna(permitted), []client.Object{sales(), desk},
			v1alpha1.OperatorTenantStatus{
				Role: v1alpha1.RoleWorker, Conversations: "own, general group",
				Ineffective: ineffective("permission ViewSessions", v1alpha1.ReasonStrictRolePolicy,
					`a Worker holds no permissions in this tenant; give the operator the role Manager, or set spec.rolePolicy of Tenant "sales" to Additive`),
			},
		},
		"a permission of a Worker, where the tenant lets him": {
			"rolePolicy is Additive", anna(permitted), []client.Object{sales(additive), desk},
			v1alpha1.OperatorTenantStatus{Role: v1alpha1.RoleWorker, Conversations: "own, general group, all sessions"},
		},
		"one group too many": {
			"F89", anna(testkit.InGroups("desk", "back")), []client.Object{sales(one), desk, back},
			v1alpha1.OperatorTenantStatus{
				Role: v1alpha1.RoleWorker, Conversations: "own, general group, group back",
				Ineffective: ineffective("group desk", v1alpha1.ReasonTooManyGroups,
					`an operator is in at most 1 groups of this tenant; take the operator out of another, or raise spec.groupPolicy.maxPerOperator of Tenant "sales"`),
			},
		},
		"a member of the team who is in another tenant": {
			"F49", anna(testkit.Leading("nurse")), []client.Object{sales(), desk, testkit.Operator("acme", "nurse", testkit.InTenant("care"))},
			v1alpha1.OperatorTenantStatus{
				Role: v1alpha1.RoleManager, Conversations: "own, general group",
				Ineffective: ineffective("team member nurse", v1alpha1.ReasonNotWorkerOrManager, "the operator has no entry for this tenant; add one, or take the operator out of the team"),
			},
		},
		"a console": {
			"F25", anna(), []client.Object{sales(console)},
			v1alpha1.OperatorTenantStatus{
				Role: v1alpha1.RoleWorker, Conversations: "all: the tenant has no groups",
				Links: &v1alpha1.OperatorLinks{
					Sessions:  "https://console.example.com/people/id-1/sessions",
					Files:     "https://console.example.com/people/id-1/files",
					Templates: "https://console.example.com/people/id-1/templates",
				},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			tc.want.Tenant = "sales"
			if diff := cmp.Diff(tc.want, entryStatus(t, tc.operator, tc.others...)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestNobodyWhoIsNotStoredHasLinks(t *testing.T) {
	sales := testkit.Tenant("acme", "sales", func(t *v1alpha1.Tenant) { t.Spec.ConsoleURL = "https://console.example.com" })
	directory := watching(t, sales).Directory
	compiled := roster.Compile(translate.Operator(testkit.Operator("acme", "anna", testkit.InTenant("sales"))), directory)
	if got := tenantStatuses(compiled.Tenants, "")[0].Links; got != nil {
		t.Errorf("an address needs the store's ID, and without one there should be none, got %+v", got)
	}
}

// TestTheLongestStatusIsAdmitted: the limits are those of the API's schema.
func TestTheLongestStatusIsAdmitted(t *testing.T) {
	long := func(first string) string { return first + strings.Repeat("x", 252) }
	sales := testkit.Tenant("acme", long("t"), func(t *v1alpha1.Tenant) {
		t.Spec.RolePolicy, t.Spec.ConsoleURL = v1alpha1.RolePolicyAdditive, "https://"+strings.Repeat("c", 1016)
		t.Spec.Conversations.OthersMessages = v1alpha1.MessageVisibilityDenied
		t.Spec.GroupPolicy.MaxPerOperator = new(int32(3))
		t.Spec.Channels = nil
	})
	var team []string
	for i := range 200 {
		team = append(team, long(fmt.Sprintf("m%d", i))[:253])
	}
	objects := []client.Object{sales}
	entry := func(e *v1alpha1.OperatorTenant) {
		e.Permissions = []v1alpha1.Permission{v1alpha1.PermissionViewSessions, v1alpha1.PermissionViewEmails}
		e.Channels = []v1alpha1.Channel{"Chat", "Phone", "Email", "Facebook", "WhatsApp"}
		for i := range 64 {
			name := long(string(rune('a' + i%26)))[:252-i]
			e.Groups = append(e.Groups, v1alpha1.OperatorGroup{Name: v1alpha1.ObjectName(name)})
			objects = append(objects, testkit.Group("acme", name, long("t")))
		}
	}
	for i, name := range team {
		// Every other member is somebody who cannot be one.
		role := []v1alpha1.Role{v1alpha1.RoleWorker, v1alpha1.RoleAdministrator}[i%2]
		objects = append(objects, testkit.Operator("acme", name, testkit.InTenant(long("t"), testkit.As(role))))
	}
	status := entryStatus(t, testkit.Operator("acme", "anna", testkit.InTenant(long("t"), testkit.Leading(team...), entry)), objects...)
	if len(status.Conversations) > 256 || !strings.Contains(status.Conversations, "team of 100") {
		t.Errorf("the phrase should have room for 256 characters and be whole, has %d: %s", len(status.Conversations), status.Conversations)
	}
	if len(status.Ineffective) != toldAtMost {
		t.Errorf("61 groups, 100 members and 5 channels have no effect, of which %d should be told, %d are", toldAtMost, len(status.Ineffective))
	}
	tooLong := func(g v1alpha1.IneffectiveGrant) bool {
		return len(g.What) > 320 || len(g.Message) > 1024 || len(g.Reason) > 64
	}
	if slices.ContainsFunc(status.Ineffective, tooLong) {
		t.Errorf("every ineffective grant should fit the schema, got %+v", status.Ineffective)
	}
	if status.Links == nil || len(status.Links.Templates) > 2048 {
		t.Errorf("the longest address should fit the schema, got %+v", status.Links)
	}
}

// TestEveryReasonOfTheCoreIsOneOfTheAPIs: people look reasons up in the API's documentation.
func TestEveryReasonOfTheCoreIsOneOfTheAPIs(t *testing.T) {
	for _, same := range []struct{ core, api string }{
		{string(roster.ReasonTenantMissing), v1alpha1.ReasonTenantMissing},
		{string(roster.ReasonChannelNotOfTenant), v1alpha1.ReasonChannelNotOfTenant},
		{string(roster.ReasonNotWorkerOrManager), v1alpha1.ReasonNotWorkerOrManager},
		{string(roster.ReasonStrictRolePolicy), v1alpha1.ReasonStrictRolePolicy},
		{string(roster.ReasonTooManyGroups), v1alpha1.ReasonTooManyGroups},
		{string(roster.EffectTenantMissing), v1alpha1.ReasonTenantMissing},
		{string(roster.EffectNoChannelOfTenant), v1alpha1.ReasonNoChannelOfTenant},
		{string(roster.EffectNothingAllowed), v1alpha1.ReasonNothingAllowed},
		{string(roster.EffectNoMatch), v1alpha1.ReasonNoMatch},
		{string(roster.EffectGranting), v1alpha1.ReasonGranting},
	} {
		if same.core != same.api {
			t.Errorf("the core's reason %q should be the API's %q", same.core, same.api)
		}
	}
}

func TestWhatATenantSaysOfItsAttendance(t *testing.T) {
	for _, tc := range []struct {
		attendance roster.Attendance
		want       []string
	}{
		{roster.Attendance{}, []string{"Administered=False/NoAdministrator", "OfflineMessagesAttended=False/NobodyAttends"}},
		{roster.Attendance{Administered: true}, []string{"Administered=True/HasAdministrator", "OfflineMessagesAttended=False/NobodyAttends"}},
		{roster.Attendance{OfflineMessages: true}, []string{"Administered=False/NoAdministrator", "OfflineMessagesAttended=True/Attended"}},
		{roster.Attendance{Administered: true, OfflineMessages: true}, []string{"Administered=True/HasAdministrator", "OfflineMessagesAttended=True/Attended"}},
	} {
		conditions := attendance(tc.attendance)
		if diff := cmp.Diff(tc.want, shown(conditions)); diff != "" {
			t.Errorf("of %+v (-want +got):\n%s", tc.attendance, diff)
		}
		if slices.ContainsFunc(conditions, func(c metav1.Condition) bool {
			return c.Status == metav1.ConditionFalse && !strings.Contains(c.Message, ";")
		}) {
			t.Errorf("a condition that is False should say what would help, after a semicolon: %+v", conditions)
		}
	}
}
