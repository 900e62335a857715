// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"fmt"
	"testing"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

const (
	saysTeamOfManager    = "only the role Manager has a team: remove team or set role to Manager"
	saysNotOneself       = "a team must not list the operator himself: remove his name from tenants[].team"
	saysForcedCalls      = "an Administrator always sees others' archived calls: leave it out or set it to true"
	saysForcedVisitors   = "an Administrator always sees live visitors: leave it out or set it to true"
	saysForcedPreview    = "an Administrator always has the live preview: leave it out or set it to true"
	saysForcedOffline    = "an Administrator always sees others' offline messages: leave it out or set it to true"
	saysForcedForCompany = "a company administrator is Administrator of every tenant and sees everything in it: leave tenants[].visibility out or set its fields to true"
	saysPreviewNeeds     = "the live preview needs liveVisitors: set liveVisitors to true or leave it out"
	saysOfflineNeeds     = "visibility.othersOfflineMessages true needs offlineMessages: set offlineMessages to true or leave it out, unless the role is Administrator"
)

func TestOperatorEntryIsJudgedAlone(t *testing.T) {
	testCreations(t, operator, entryCreations)
}

var entryCreations = []creation[v1alpha1.Operator]{
	{reason: "an entry needs its tenant only", change: testkit.InTenant("sales")},
	{reason: "one entry a tenant", change: inTenants("sales", "sales"), want: []cause{{"spec.tenants[1]", `Duplicate value: {"tenant":"sales"}`}}},
	{reason: "a tenant is named as objects are", change: inTenants("Sales"), want: []cause{{"spec.tenants[0].tenant", saysObjectName}}},
	{reason: "64 entries are the most", change: inManyTenants(64)},
	{reason: "65 entries are too many", change: inManyTenants(65), want: []cause{{"spec.tenants", "must have at most 64 items"}}},
	{
		reason: "enumerations are closed",
		change: testkit.InTenant("sales", testkit.As("Owner"), testkit.On("Telex"), func(e *v1alpha1.OperatorTenant) {
			e.Permissions = []v1alpha1.Permission{"ManageWorld"}
			e.Groups = []v1alpha1.OperatorGroup{{Name: "desk", Priority: "Highest"}}
		}),
		want: []cause{
			{"spec.tenants[0].role", `supported values: "Administrator", "Manager", "Worker"`},
			{"spec.tenants[0].channels[0]", `supported values: "Chat", "Phone", "Email", "Facebook", "WhatsApp"`},
			{
				"spec.tenants[0].permissions[0]",
				`supported values: "ManageFiles", "ManageTemplates", "ViewSessions", "ViewEmails", "ViewOperators", "ViewVisitors", "ManageCampaigns"`,
			},
			{"spec.tenants[0].groups[0].priority", `supported values: "Primary", "Normal", "Backup"`},
		},
	},
	{
		reason: "lists hold each thing once",
		change: testkit.InTenant("sales", testkit.On("Chat", "Chat"), testkit.InGroups("desk", "desk"), testkit.Leading("bob", "bob"),
			func(e *v1alpha1.OperatorTenant) { e.Permissions = []v1alpha1.Permission{"ViewEmails", "ViewEmails"} }),
		want: []cause{
			{"spec.tenants[0].channels[1]", `Duplicate value: "Chat"`},
			{"spec.tenants[0].groups[1]", `Duplicate value: {"name":"desk"}`},
			{"spec.tenants[0].team[1]", `Duplicate value: "bob"`},
			{"spec.tenants[0].permissions[1]", `Duplicate value: "ViewEmails"`},
		},
	},
	{
		reason: "groups and team mates are named as objects are",
		change: testkit.InTenant("sales", testkit.InGroups("the desk"), testkit.Leading("bob.")),
		want:   []cause{{"spec.tenants[0].groups[0].name", saysObjectName}, {"spec.tenants[0].team[0]", saysObjectName}},
	},
	{reason: "an operator may say that he is in the general group", change: testkit.InTenant("sales", testkit.InGroups(v1alpha1.GeneralGroup))},
	{reason: "a Manager has a team of at most 200", change: testkit.InTenant("sales", testkit.Leading(names(200)...))},
	{
		reason: "a team of 201 is too large",
		change: testkit.InTenant("sales", testkit.Leading(names(201)...)),
		want:   []cause{{"spec.tenants[0].team", "must have at most 200 items"}},
	},
	{
		reason: "a Worker, as everybody is who has no role, has no team",
		change: testkit.InTenant("sales", testkit.Leading("bob"), testkit.As("")),
		want:   []cause{{"spec.tenants[0].team", saysTeamOfManager}},
	},
	{
		reason: "an Administrator has no team",
		change: testkit.InTenant("sales", testkit.Leading("bob"), testkit.As(v1alpha1.RoleAdministrator)),
		want:   []cause{{"spec.tenants[0].team", saysTeamOfManager}},
	},
	{
		reason: "nobody leads himself",
		change: func(o *v1alpha1.Operator) {
			testkit.InTenant("sales", testkit.Leading("bob"))(o)
			testkit.InTenant("support", testkit.Leading("bob", "anna"))(o)
		},
		want: []cause{{"spec.tenants", saysNotOneself}},
	},
	{
		reason: "an Administrator sees everything",
		change: seeing(v1alpha1.RoleAdministrator, nil, v1alpha1.Visibility{
			OthersArchivedCalls: new(false), LiveVisitors: new(false), LiveVisitorPreview: new(false), OthersOfflineMessages: new(false),
		}),
		want: []cause{
			{"spec.tenants[0].visibility.othersArchivedCalls", saysForcedCalls},
			{"spec.tenants[0].visibility.liveVisitors", saysForcedVisitors},
			{"spec.tenants[0].visibility.liveVisitorPreview", saysForcedPreview},
			{"spec.tenants[0].visibility.othersOfflineMessages", saysForcedOffline},
		},
	},
	{
		reason: "an Administrator may say so",
		change: seeing(v1alpha1.RoleAdministrator, nil, v1alpha1.Visibility{
			OthersArchivedCalls: new(true), LiveVisitors: new(true), LiveVisitorPreview: new(true), OthersOfflineMessages: new(true),
		}),
	},
	{
		reason: "a Manager may see nothing of others",
		change: seeing(v1alpha1.RoleManager, new(false), v1alpha1.Visibility{
			OthersArchivedCalls: new(false), LiveVisitors: new(false), LiveVisitorPreview: new(false), OthersOfflineMessages: new(false),
		}),
	},
	{
		reason: "the preview shows live visitors",
		change: seeing(v1alpha1.RoleManager, nil, v1alpha1.Visibility{LiveVisitors: new(false), LiveVisitorPreview: new(true)}),
		want:   []cause{{"spec.tenants[0].visibility.liveVisitorPreview", saysPreviewNeeds}},
	},
	{
		reason: "the preview alone is not refused: what live visitors default to is not this object's alone to say",
		change: seeing(v1alpha1.RoleWorker, nil, v1alpha1.Visibility{LiveVisitorPreview: new(true)}),
	},
	{
		reason: "others' offline messages are offline messages",
		change: seeing(v1alpha1.RoleManager, new(false), v1alpha1.Visibility{OthersOfflineMessages: new(true)}),
		want:   []cause{{"spec.tenants", saysOfflineNeeds}},
	},
	{
		reason: "an Administrator who does not receive offline messages still sees those of others",
		change: seeing(v1alpha1.RoleAdministrator, new(false), v1alpha1.Visibility{OthersOfflineMessages: new(true)}),
	},
	{
		reason: "a company administrator is an Administrator whatever his role is",
		change: companyAdministrator(seeing(v1alpha1.RoleWorker, new(false), v1alpha1.Visibility{OthersOfflineMessages: new(true)})),
	},
	{
		reason: "a company administrator sees others' archived calls whatever his role is",
		change: companyAdministrator(seeing(v1alpha1.RoleWorker, nil, v1alpha1.Visibility{OthersArchivedCalls: new(false)})),
		want:   []cause{{"spec.tenants", saysForcedForCompany}},
	},
	{
		reason: "a company administrator sees live visitors whatever his role is",
		change: companyAdministrator(seeing(v1alpha1.RoleWorker, nil, v1alpha1.Visibility{LiveVisitors: new(false)})),
		want:   []cause{{"spec.tenants", saysForcedForCompany}},
	},
	{
		reason: "a company administrator has the preview whatever his role is",
		change: companyAdministrator(seeing(v1alpha1.RoleManager, nil, v1alpha1.Visibility{LiveVisitorPreview: new(false)})),
		want:   []cause{{"spec.tenants", saysForcedForCompany}},
	},
	{
		reason: "a company administrator sees others' offline messages whatever his role is",
		change: companyAdministrator(seeing(v1alpha1.RoleManager, nil, v1alpha1.Visibility{OthersOfflineMessages: new(false)})),
		want:   []cause{{"spec.tenants", saysForcedForCompany}},
	},
	{
		reason: "what differs in a tenant is judged as the profile is",
		change: testkit.InTenant("sales", func(e *v1alpha1.OperatorTenant) {
			e.Profile = v1alpha1.ProfileOverride{
				GivenName: " ", FamilyName: " ", PublicName: " ", Title: " ", PhoneNumber: "123", Email: "anna",
			}
		}),
		want: []cause{
			{"spec.tenants[0].profile.givenName", saysDisplayText},
			{"spec.tenants[0].profile.familyName", saysDisplayText},
			{"spec.tenants[0].profile.publicName", saysDisplayText},
			{"spec.tenants[0].profile.title", saysDisplayText},
			{"spec.tenants[0].profile.phoneNumber", saysPhone},
			{"spec.tenants[0].profile.email", saysEmail},
		},
	},
}

// fillEntry gives an entry every field that a company administrator's may have.
func fillEntry(e *v1alpha1.OperatorTenant) {
	e.Active = new(false)
	e.Role = v1alpha1.RoleWorker
	e.Groups = []v1alpha1.OperatorGroup{
		{Name: "desk", Priority: v1alpha1.GroupPriorityPrimary},
		{Name: "night.shift", Priority: v1alpha1.GroupPriorityNormal},
		{Name: "vip", Priority: v1alpha1.GroupPriorityBackup},
	}
	e.Channels = []v1alpha1.Channel{v1alpha1.ChannelChat}
	e.Permissions = []v1alpha1.Permission{
		v1alpha1.PermissionManageFiles, v1alpha1.PermissionManageTemplates, v1alpha1.PermissionViewSessions, v1alpha1.PermissionViewEmails,
		v1alpha1.PermissionViewOperators, v1alpha1.PermissionViewVisitors, v1alpha1.PermissionManageCampaigns,
	}
	e.Visibility = v1alpha1.Visibility{
		OthersArchivedCalls: new(true), LiveVisitors: new(true), LiveVisitorPreview: new(true), OthersOfflineMessages: new(true),
	}
	e.OfflineMessages = new(true)
	e.Notifications = v1alpha1.InitialNotifications{AfterConversation: new(true), AfterCall: new(true)}
	e.Profile = v1alpha1.ProfileOverride{
		GivenName: "Anna", FamilyName: "Desk", PublicName: "Desk", Title: "Clerk", PhoneNumber: "+1234567", Email: "desk@example.com",
	}
}

func inTenants(tenants ...string) func(*v1alpha1.Operator) {
	return func(o *v1alpha1.Operator) {
		for _, name := range tenants {
			testkit.InTenant(name)(o)
		}
	}
}

func inManyTenants(n int) func(*v1alpha1.Operator) { return inTenants(names(n)...) }

func names(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("name-%d", i)
	}
	return all
}

func seeing(role v1alpha1.Role, offlineMessages *bool, visibility v1alpha1.Visibility) func(*v1alpha1.Operator) {
	return testkit.InTenant("sales", testkit.As(role), func(e *v1alpha1.OperatorTenant) {
		e.OfflineMessages, e.Visibility = offlineMessages, visibility
	})
}

func companyAdministrator(change func(*v1alpha1.Operator)) func(*v1alpha1.Operator) {
	return func(o *v1alpha1.Operator) {
		change(o)
		o.Spec.CompanyAdministrator = true
	}
}
