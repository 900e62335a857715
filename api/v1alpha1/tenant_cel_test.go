// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

const (
	saysConsoleURL = "must be an http or https URL with a host and without user, query or fragment, such as https://console.example.com"
	saysColour     = "must be a colour as #RRGGBB, such as #1a73e8"
	saysPage       = "must be the numeric ID of the Facebook page"
	saysBudget     = "must be a number of at least 1 or a percentage from 1% to 100%"
)

func TestTenantIsJudgedAlone(t *testing.T) {
	testCreations(t, tenant, tenantCreations)
}

func tenant(namespace string) *v1alpha1.Tenant { return testkit.Tenant(namespace, "sales") }

var tenantCreations = []creation[v1alpha1.Tenant]{
	{reason: "the base is valid", change: func(*v1alpha1.Tenant) {}},
	{reason: "a tenant needs nothing but a name", change: func(t *v1alpha1.Tenant) { t.Spec = v1alpha1.TenantSpec{} }},
	{reason: "every field can be given", change: fillTenant},
	{
		reason: "a channel outside the list is refused",
		change: func(t *v1alpha1.Tenant) { t.Spec.Channels = []v1alpha1.Channel{"Telex"} },
		want:   []cause{{"spec.channels[0]", `supported values: "Chat", "Phone", "Email", "Facebook", "WhatsApp"`}},
	},
	{
		reason: "a channel twice is refused",
		change: func(t *v1alpha1.Tenant) { t.Spec.Channels = []v1alpha1.Channel{"Chat", "Chat"} },
		want:   []cause{{"spec.channels[1]", `Duplicate value: "Chat"`}},
	},
	{reason: "a display name may be in any script", change: func(t *v1alpha1.Tenant) { t.Spec.DisplayName = "Přepážka 営業 \u200d" }},
	{
		reason: "a display name of blanks, no-break ones too, is refused",
		change: func(t *v1alpha1.Tenant) { t.Spec.DisplayName = " \u00a0" },
		want:   []cause{{"spec.displayName", saysDisplayText}},
	},
	{
		reason: "a general group's name of two lines is refused",
		change: func(t *v1alpha1.Tenant) { t.Spec.GeneralGroup.DisplayName = "first\nsecond" },
		want:   []cause{{"spec.generalGroup.displayName", saysDisplayText}},
	},
	{
		reason: "too long a display name is refused",
		change: func(t *v1alpha1.Tenant) { t.Spec.DisplayName = v1alpha1.DisplayText(strings.Repeat("x", 129)) },
		want:   []cause{{"spec.displayName", "Too long: may not be more than 128 bytes"}},
	},
	{
		reason: "enumerations are closed",
		change: func(t *v1alpha1.Tenant) {
			t.Spec.Conversations.OthersMessages = "Sometimes"
			t.Spec.Conversations.UnassignedScope = "None"
			t.Spec.RolePolicy = "Loose"
			t.Spec.DeletionPolicy = "Orphan"
			t.Spec.DriftPolicy = "Ignore"
			t.Spec.Chat.Appearance.Theme = "Pink"
			t.Spec.Chat.Appearance.Position = "TopLeft"
			t.Spec.Chat.Behaviour.OfflineForm = "Maybe"
			t.Spec.Chat.Behaviour.ProactiveInvitation = "Maybe"
			t.Spec.ProfilePolicy.Required = []v1alpha1.ProfileField{"ShoeSize"}
		},
		want: []cause{
			{"spec.conversations.othersMessages", `supported values: "Allowed", "Denied"`},
			{"spec.conversations.unassignedScope", `supported values: "General", "All"`},
			{"spec.rolePolicy", `supported values: "Strict", "Additive"`},
			{"spec.deletionPolicy", `supported values: "Retain", "Delete"`},
			{"spec.driftPolicy", `supported values: "Correct", "Report"`},
			{"spec.chat.appearance.theme", `supported values: "Light", "Dark", "Automatic"`},
			{"spec.chat.appearance.position", `supported values: "BottomRight", "BottomLeft"`},
			{"spec.chat.behaviour.offlineForm", `supported values: "Shown", "Hidden"`},
			{"spec.chat.behaviour.proactiveInvitation", `supported values: "Enabled", "Disabled"`},
			{"spec.profilePolicy.required[0]", `supported values: "Title", "PhoneNumber"`},
		},
	},
	{
		reason: "a colour by name is refused",
		change: func(t *v1alpha1.Tenant) { t.Spec.Chat.Appearance.AccentColor = "red" },
		want:   []cause{{"spec.chat.appearance.accentColor", saysColour}},
	},
	{
		reason: "a page by name, and its token in an unnamed place, are refused",
		change: func(t *v1alpha1.Tenant) {
			t.Spec.Integrations.Facebook = &v1alpha1.FacebookIntegration{
				PageID:               "our-page",
				AccessTokenSecretRef: v1alpha1.SecretKeyRef{Name: "Page_Token", Key: "a/b"},
			}
		},
		want: []cause{
			{"spec.integrations.facebook.pageID", saysPage},
			{"spec.integrations.facebook.accessTokenSecretRef.name", saysObjectName},
			{"spec.integrations.facebook.accessTokenSecretRef.key", saysSecretKey},
		},
	},
	{
		reason: "a limit of no groups is refused",
		change: func(t *v1alpha1.Tenant) { t.Spec.GroupPolicy.MaxPerOperator = new(int32(0)) },
		want:   []cause{{"spec.groupPolicy.maxPerOperator", "should be greater than or equal to 1"}},
	},
	{reason: "a console may have a port and a path", change: consoleAt("http://[2001:db8::1]:8443/console/")},
	{reason: "a language is a tag", change: func(t *v1alpha1.Tenant) { t.Spec.Locale = "czech!" }, want: []cause{{"spec.locale", saysLocale}}},
	{reason: "a language may have a region", change: func(t *v1alpha1.Tenant) { t.Spec.Locale = "cs-CZ" }},
	{reason: "a console needs a scheme", change: consoleAt("console.example.com"), want: []cause{{"spec.consoleURL", saysConsoleURL}}},
	{reason: "a console is not a file", change: consoleAt("file:///console"), want: []cause{{"spec.consoleURL", saysConsoleURL}}},
	{reason: "a console needs a host", change: consoleAt("https:///console"), want: []cause{{"spec.consoleURL", saysConsoleURL}}},
	{reason: "a console has no query", change: consoleAt("https://console.example.com?a=b"), want: []cause{{"spec.consoleURL", saysConsoleURL}}},
	{reason: "a console has no fragment", change: consoleAt("https://console.example.com#a"), want: []cause{{"spec.consoleURL", saysConsoleURL}}},
	{reason: "a console has no user", change: consoleAt("https://me@console.example.com"), want: []cause{{"spec.consoleURL", saysConsoleURL}}},
	{
		reason: "a link that never works is refused",
		change: func(t *v1alpha1.Tenant) { t.Spec.Activation.ValidFor = lasting(0) },
		want:   []cause{{"spec.activation.validFor", saysDuration}},
	},
	{
		reason: "a link cannot expire before it is sent",
		change: func(t *v1alpha1.Tenant) { t.Spec.Activation.ValidFor = lasting(-time.Hour) },
		want:   []cause{{"spec.activation.validFor", saysDuration}},
	},
	{
		reason: "a link finer than a second is refused",
		change: func(t *v1alpha1.Tenant) { t.Spec.Activation.ValidFor = lasting(1500 * time.Millisecond) },
		want:   []cause{{"spec.activation.validFor", saysDuration}},
	},
	{
		reason: "ten years of retention are the most",
		change: func(t *v1alpha1.Tenant) { t.Spec.Offboarding.Retention = lasting(87600 * time.Hour) },
	},
	{
		reason: "more than ten years of retention are refused",
		change: func(t *v1alpha1.Tenant) { t.Spec.Offboarding.Retention = lasting(87600*time.Hour + time.Second) },
		want:   []cause{{"spec.offboarding.retention", saysDuration}},
	},
	{reason: "a budget may be a number", change: budget(intstr.FromInt32(1), time.Hour)},
	{reason: "a budget may be a percentage", change: budget(intstr.FromString("100%"), time.Hour)},
	{
		reason: "a budget of nobody in no time is refused",
		change: budget(intstr.FromInt32(0), 0),
		want:   []cause{{"spec.offboarding.budget.max", saysBudget}, {"spec.offboarding.budget.window", saysDuration}},
	},
	{reason: "a budget of 0% is refused", change: budget(intstr.FromString("0%"), time.Hour), want: []cause{{"spec.offboarding.budget.max", saysBudget}}},
	{reason: "a budget of 101% is refused", change: budget(intstr.FromString("101%"), time.Hour), want: []cause{{"spec.offboarding.budget.max", saysBudget}}},
	{reason: "a budget in words is refused", change: budget(intstr.FromString("ten"), time.Hour), want: []cause{{"spec.offboarding.budget.max", saysBudget}}},
}

func fillTenant(t *v1alpha1.Tenant) {
	t.Spec = v1alpha1.TenantSpec{
		DisplayName: "Sales",
		Channels: []v1alpha1.Channel{
			v1alpha1.ChannelChat, v1alpha1.ChannelPhone, v1alpha1.ChannelEmail, v1alpha1.ChannelFacebook, v1alpha1.ChannelWhatsApp,
		},
		GeneralGroup: v1alpha1.GeneralGroupSpec{DisplayName: "Everybody"},
		Conversations: v1alpha1.ConversationSettings{
			OthersMessages: v1alpha1.MessageVisibilityDenied, UnassignedScope: v1alpha1.UnassignedScopeAll,
		},
		Chat: v1alpha1.ChatSettings{
			Appearance: v1alpha1.ChatAppearance{
				Theme: v1alpha1.ChatThemeDark, AccentColor: "#1A73e8", Position: v1alpha1.ChatPositionBottomLeft, AvatarShown: new(false),
			},
			Behaviour: v1alpha1.ChatBehaviour{
				Greeting: "Hello,\nhow can we help?", OfflineForm: v1alpha1.OfflineFormHidden,
				ProactiveInvitation: v1alpha1.ProactiveInvitationEnabled,
			},
		},
		Payments: v1alpha1.PaymentSettings{Enabled: true},
		Integrations: v1alpha1.IntegrationSettings{
			Facebook: &v1alpha1.FacebookIntegration{
				PageID: "1234567890", AccessTokenSecretRef: v1alpha1.SecretKeyRef{Name: "page", Key: "token_1.txt"},
			},
			DeveloperAPI: v1alpha1.DeveloperAPISettings{Enabled: true},
		},
		ProfilePolicy:  v1alpha1.ProfilePolicy{Required: []v1alpha1.ProfileField{v1alpha1.ProfileFieldTitle, v1alpha1.ProfileFieldPhoneNumber}},
		GroupPolicy:    v1alpha1.GroupPolicy{MaxPerOperator: new(int32(1))},
		RolePolicy:     v1alpha1.RolePolicyAdditive,
		AwayRouting:    v1alpha1.AwayRouting{Channels: []v1alpha1.Channel{v1alpha1.ChannelEmail}},
		Activation:     v1alpha1.ActivationSettings{ValidFor: lasting(90 * time.Minute)},
		ConsoleURL:     "https://console.example.com",
		DeletionPolicy: v1alpha1.TenantDeletionPolicyDelete,
		Offboarding: v1alpha1.OffboardingSettings{
			Retention: lasting(time.Second),
			Budget:    &v1alpha1.RemovalBudget{Max: intstr.FromString("10%"), Window: *lasting(24 * time.Hour)},
		},
		DriftPolicy: v1alpha1.DriftPolicyReport,
		Suspend:     true,
	}
}

func consoleAt(address string) func(*v1alpha1.Tenant) {
	return func(t *v1alpha1.Tenant) { t.Spec.ConsoleURL = address }
}

func budget(limit intstr.IntOrString, window time.Duration) func(*v1alpha1.Tenant) {
	return func(t *v1alpha1.Tenant) {
		t.Spec.Offboarding.Budget = &v1alpha1.RemovalBudget{Max: limit, Window: *lasting(window)}
	}
}

func lasting(d time.Duration) *metav1.Duration { return &metav1.Duration{Duration: d} }
