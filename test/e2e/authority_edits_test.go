// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

// who is the authority over a field, as the page on admission has it.
type who func(r requester) bool

func anybody(requester) bool         { return true }
func ofCompany(r requester) bool     { return r.company }
func ofCompanyVerb(r requester) bool { return r.companyVerb }
func self(r requester) bool          { return r.self }
func readsFirst(r requester) bool    { return r.readsSecrets }

func administers(tenants ...string) who {
	return func(r requester) bool {
		for _, t := range tenants {
			if !r.administers(t) {
				return false
			}
		}
		return true
	}
}

func or(a, b who) who  { return func(r requester) bool { return a(r) || b(r) } }
func and(a, b who) who { return func(r requester) bool { return a(r) && b(r) } }

var (
	// ofNorth and ofSouth are Administrators of one tenant, ofBoth of all that the edited Operator names.
	ofNorth, ofSouth, ofBoth = administers("north"), administers("south"), administers("north", "south")
)

// attempt is one change of an object of the table.
type attempt[T client.Object] struct {
	// path is the row of the table of fields it belongs to.
	path string
	who  who
	make func(T)
	// immutable says that the schema refuses it, whoever asks.
	immutable bool
	// takesAway says that it takes something away, which a server-side apply of what is left does not.
	takesAway bool
}

const (
	labelled   = "team"
	ownNote    = "roster.dev/note"
	otherNote  = "example.com/note"
	otherFinal = "example.com/finalizer"
)

func metadataEdits[T client.Object](owners, annotators who) []attempt[T] {
	return []attempt[T]{
		{path: "metadata.labels{*}", who: owners, make: func(o T) { o.SetLabels(map[string]string{labelled: "b"}) }},
		{path: "metadata.labels{*}", who: owners, make: func(o T) { o.SetLabels(nil) }, takesAway: true},
		{path: "metadata.annotations{roster.dev/*}", who: annotators, make: func(o T) { annotate(o, ownNote, "b") }},
		{path: "metadata.ownerReferences", who: owners, make: func(o T) {
			o.SetOwnerReferences([]metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: "any", UID: "6ec22f7f-0000-4000-8000-000000000000"}})
		}},
		{path: "metadata.finalizers{*}", who: anybody, make: func(o T) { o.SetFinalizers(append(o.GetFinalizers(), otherFinal)) }},
		// The API server puts ours back before anybody is asked, so that taking it away changes nothing.
		{path: "metadata.finalizers{identity.roster.dev/finalizer}", who: anybody, make: func(o T) { o.SetFinalizers(nil) }, takesAway: true},
	}
}

func annotate(o client.Object, key, value string) {
	annotations := map[string]string{}
	for k, v := range o.GetAnnotations() {
		annotations[k] = v
	}
	annotations[key] = value
	o.SetAnnotations(annotations)
}

func entryOf(o *v1alpha1.Operator, tenant string) *v1alpha1.OperatorTenant {
	for i := range o.Spec.Tenants {
		if string(o.Spec.Tenants[i].Tenant) == tenant {
			return &o.Spec.Tenants[i]
		}
	}
	return &v1alpha1.OperatorTenant{}
}

// inNorth changes what the Operator is in north.
func inNorth(change func(*v1alpha1.OperatorTenant)) func(*v1alpha1.Operator) {
	return func(o *v1alpha1.Operator) { change(entryOf(o, "north")) }
}

// edited is the Operator of the table: Manager in north, Worker in south, and a Kubernetes user himself.
func edited(namespace string) *v1alpha1.Operator {
	return testkit.Operator(namespace, "edited",
		testkit.InTenant("north", testkit.Leading("north-worker"), testkit.InGroups("desk"), testkit.On(v1alpha1.ChannelChat), func(t *v1alpha1.OperatorTenant) {
			t.Permissions = []v1alpha1.Permission{v1alpha1.PermissionViewEmails}
		}),
		testkit.InTenant("south"),
		func(o *v1alpha1.Operator) {
			o.Labels, o.Annotations = map[string]string{labelled: "a"}, map[string]string{ownNote: "a", otherNote: "a"}
			o.Spec.KubernetesUser, o.Spec.HomeTenant = "edited@idp", "north"
			o.Spec.Credential = v1alpha1.Credential{Mode: v1alpha1.CredentialModeInitialPassword, PasswordSecretRef: &v1alpha1.SecretKeyRef{Name: "first", Key: "password"}}
		})
}

var operatorEdits = append(metadataEdits[*v1alpha1.Operator](ofBoth, ofBoth), []attempt[*v1alpha1.Operator]{
	{path: "spec.userName", immutable: true, make: func(o *v1alpha1.Operator) { o.Spec.UserName = "another" }},
	{path: "spec.profile.givenName", who: ofBoth, make: func(o *v1alpha1.Operator) { o.Spec.Profile.GivenName = "Other" }},
	{path: "spec.profile.familyName", who: ofBoth, make: func(o *v1alpha1.Operator) { o.Spec.Profile.FamilyName = "Other" }},
	{path: "spec.profile.phoneNumber", who: ofBoth, make: func(o *v1alpha1.Operator) { o.Spec.Profile.PhoneNumber = "+420123456789" }},
	{path: "spec.profile.locale", who: ofBoth, make: func(o *v1alpha1.Operator) { o.Spec.Profile.Locale = "cs-CZ" }},
	{path: "spec.profile.timeZone", who: ofBoth, make: func(o *v1alpha1.Operator) { o.Spec.Profile.TimeZone = "Europe/Prague" }},
	{path: "spec.homeTenant", who: ofBoth, make: func(o *v1alpha1.Operator) { o.Spec.HomeTenant = "south" }},
	{path: "spec.active", who: ofBoth, make: func(o *v1alpha1.Operator) { o.Spec.Active = new(false) }},
	{path: "spec.suspend", who: ofBoth, make: func(o *v1alpha1.Operator) { o.Spec.Suspend = true }},
	{path: "spec.deletionPolicy", who: ofBoth, make: func(o *v1alpha1.Operator) { o.Spec.DeletionPolicy = v1alpha1.OperatorDeletionPolicyOrphan }},
	{path: "spec.credential.mode", who: ofBoth, make: func(o *v1alpha1.Operator) {
		o.Spec.Credential = v1alpha1.Credential{Mode: v1alpha1.CredentialModeActivationLink}
	}, takesAway: true},
	{path: "spec.credential.identityProvider", who: ofBoth, make: func(o *v1alpha1.Operator) {
		o.Spec.Credential = v1alpha1.Credential{Mode: v1alpha1.CredentialModeIdentityProvider, IdentityProvider: "idp"}
	}, takesAway: true},
	{path: "spec.credential.passwordSecretRef.name", who: and(ofBoth, readsFirst), make: func(o *v1alpha1.Operator) { o.Spec.Credential.PasswordSecretRef.Name = "second" }},
	{path: "spec.credential.passwordSecretRef.key", who: and(ofBoth, readsFirst), make: func(o *v1alpha1.Operator) { o.Spec.Credential.PasswordSecretRef.Key = "other" }},
	{path: "spec.profile.email", who: or(ofBoth, self), make: func(o *v1alpha1.Operator) { o.Spec.Profile.Email = "other@example.com" }},
	{path: "spec.profile.publicName", who: or(ofBoth, self), make: func(o *v1alpha1.Operator) { o.Spec.Profile.PublicName = "Other" }},
	{path: "spec.profile.title", who: or(ofBoth, self), make: func(o *v1alpha1.Operator) { o.Spec.Profile.Title = "Other" }},
	{path: "spec.notifications.afterConversation", who: or(ofCompanyVerb, self), make: func(o *v1alpha1.Operator) { o.Spec.Notifications.AfterConversation = new(true) }},
	{path: "spec.notifications.afterCall", who: or(ofCompanyVerb, self), make: func(o *v1alpha1.Operator) { o.Spec.Notifications.AfterCall = new(true) }},
	{path: "spec.notifications.conversations{*}", who: or(ofCompanyVerb, self), make: func(o *v1alpha1.Operator) {
		o.Spec.Notifications.Conversations = []v1alpha1.NotificationMethod{v1alpha1.NotificationSound}
	}},
	{path: "spec.notifications.messages{*}", who: or(ofCompanyVerb, self), make: func(o *v1alpha1.Operator) {
		o.Spec.Notifications.Messages = []v1alpha1.NotificationMethod{v1alpha1.NotificationEmail}
	}},
	{path: "spec.companyAdministrator", who: ofCompany, make: func(o *v1alpha1.Operator) { o.Spec.CompanyAdministrator = true }},
	{path: "spec.kubernetesUser", who: ofCompany, make: func(o *v1alpha1.Operator) { o.Spec.KubernetesUser = "platform" }},
	{path: "metadata.annotations{roster.dev/adopt}", who: ofCompany, make: func(o *v1alpha1.Operator) { annotate(o, v1alpha1.AnnotationAdopt, "true") }},
	{path: "metadata.annotations{*}", who: anybody, make: func(o *v1alpha1.Operator) { annotate(o, otherNote, "b") }},
	{path: "spec.tenants[tenant]", who: administers("north", "south", "west"), make: testkit.InTenant("west")},
	{path: "spec.tenants[tenant]", who: ofSouth, make: func(o *v1alpha1.Operator) { o.Spec.Tenants = o.Spec.Tenants[:1] }, takesAway: true},
	{path: "spec.tenants[tenant].active", who: ofNorth, make: inNorth(func(t *v1alpha1.OperatorTenant) { t.Active = new(false) })},
	{path: "spec.tenants[tenant].role", who: ofSouth, make: func(o *v1alpha1.Operator) { entryOf(o, "south").Role = v1alpha1.RoleAdministrator }},
	{path: "spec.tenants[tenant].groups[name]", who: ofNorth, make: inNorth(func(t *v1alpha1.OperatorTenant) {
		t.Groups = append(t.Groups, v1alpha1.OperatorGroup{Name: "hall"})
	})},
	{path: "spec.tenants[tenant].groups[name].priority", who: ofNorth, make: inNorth(func(t *v1alpha1.OperatorTenant) { t.Groups[0].Priority = v1alpha1.GroupPriorityPrimary })},
	{path: "spec.tenants[tenant].channels{*}", who: ofNorth, make: inNorth(func(t *v1alpha1.OperatorTenant) {
		t.Channels = append(t.Channels, v1alpha1.ChannelPhone)
	})},
	{path: "spec.tenants[tenant].permissions{*}", who: ofNorth, make: inNorth(func(t *v1alpha1.OperatorTenant) {
		t.Permissions = append(t.Permissions, v1alpha1.PermissionManageFiles)
	})},
	{path: "spec.tenants[tenant].visibility.othersArchivedCalls", who: ofNorth, make: inNorth(func(t *v1alpha1.OperatorTenant) { t.Visibility.OthersArchivedCalls = new(true) })},
	{path: "spec.tenants[tenant].visibility.liveVisitors", who: ofNorth, make: inNorth(func(t *v1alpha1.OperatorTenant) { t.Visibility.LiveVisitors = new(true) })},
	{path: "spec.tenants[tenant].visibility.liveVisitorPreview", who: ofNorth, make: inNorth(func(t *v1alpha1.OperatorTenant) { t.Visibility.LiveVisitorPreview = new(false) })},
	{path: "spec.tenants[tenant].visibility.othersOfflineMessages", who: ofNorth, make: inNorth(func(t *v1alpha1.OperatorTenant) { t.Visibility.OthersOfflineMessages = new(false) })},
	{path: "spec.tenants[tenant].offlineMessages", who: ofNorth, make: inNorth(func(t *v1alpha1.OperatorTenant) { t.OfflineMessages = new(true) })},
	{path: "spec.tenants[tenant].notifications.afterConversation", who: ofNorth, make: inNorth(func(t *v1alpha1.OperatorTenant) { t.Notifications.AfterConversation = new(true) })},
	{path: "spec.tenants[tenant].notifications.afterCall", who: ofNorth, make: inNorth(func(t *v1alpha1.OperatorTenant) { t.Notifications.AfterCall = new(true) })},
	{path: "spec.tenants[tenant].profile.givenName", who: ofNorth, make: inNorth(func(t *v1alpha1.OperatorTenant) { t.Profile.GivenName = "Other" })},
	{path: "spec.tenants[tenant].profile.familyName", who: ofNorth, make: inNorth(func(t *v1alpha1.OperatorTenant) { t.Profile.FamilyName = "Other" })},
	{path: "spec.tenants[tenant].profile.phoneNumber", who: ofNorth, make: inNorth(func(t *v1alpha1.OperatorTenant) { t.Profile.PhoneNumber = "+420123456789" })},
	{path: "spec.tenants[tenant].profile.publicName", who: or(ofNorth, self), make: inNorth(func(t *v1alpha1.OperatorTenant) { t.Profile.PublicName = "Other" })},
	{path: "spec.tenants[tenant].profile.title", who: or(ofNorth, self), make: inNorth(func(t *v1alpha1.OperatorTenant) { t.Profile.Title = "Other" })},
	{path: "spec.tenants[tenant].profile.email", who: or(ofNorth, self), make: inNorth(func(t *v1alpha1.OperatorTenant) { t.Profile.Email = "other@example.com" })},
	{path: "spec.tenants[tenant].team{*}", who: or(ofNorth, self), make: inNorth(func(t *v1alpha1.OperatorTenant) { t.Team = append(t.Team, "north-manager") })},
	{path: "spec.tenants[tenant].team{*}", who: or(ofNorth, self), make: inNorth(func(t *v1alpha1.OperatorTenant) { t.Team = nil }), takesAway: true},
}...)

// north is the Tenant of the table.
func north(namespace string) *v1alpha1.Tenant {
	return testkit.Tenant(namespace, "north", func(t *v1alpha1.Tenant) {
		t.Labels, t.Annotations = map[string]string{labelled: "a"}, map[string]string{ownNote: "a"}
		t.Spec.Integrations.Facebook = &v1alpha1.FacebookIntegration{PageID: "100", AccessTokenSecretRef: v1alpha1.SecretKeyRef{Name: "first", Key: "token"}}
		// Written as a program writes them, which is what the edits of this table are compared with.
		t.Spec.Activation.ValidFor, t.Spec.Offboarding.Retention = &metav1.Duration{Duration: 72 * time.Hour}, &metav1.Duration{Duration: 720 * time.Hour}
		t.Spec.Offboarding.Budget = &v1alpha1.RemovalBudget{Max: intstr.FromInt32(5), Window: metav1.Duration{Duration: time.Hour}}
	})
}

var tenantEdits = append(metadataEdits[*v1alpha1.Tenant](ofCompany, ofNorth), []attempt[*v1alpha1.Tenant]{
	{path: "metadata.annotations{*}", who: ofNorth, make: func(t *v1alpha1.Tenant) { annotate(t, otherNote, "b") }},
	{path: "spec.displayName", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.DisplayName = "Other" }},
	{path: "spec.channels{*}", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.Channels = append(t.Spec.Channels, v1alpha1.ChannelEmail) }},
	{path: "spec.generalGroup.displayName", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.GeneralGroup.DisplayName = "Other" }},
	{path: "spec.conversations.othersMessages", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.Conversations.OthersMessages = v1alpha1.MessageVisibilityDenied }},
	{path: "spec.conversations.unassignedScope", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.Conversations.UnassignedScope = v1alpha1.UnassignedScopeAll }},
	{path: "spec.chat.appearance.theme", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.Chat.Appearance.Theme = v1alpha1.ChatThemeDark }},
	{path: "spec.chat.appearance.accentColor", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.Chat.Appearance.AccentColor = "#102030" }},
	{path: "spec.chat.appearance.position", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.Chat.Appearance.Position = v1alpha1.ChatPositionBottomLeft }},
	{path: "spec.chat.appearance.avatarShown", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.Chat.Appearance.AvatarShown = new(true) }},
	{path: "spec.chat.behaviour.greeting", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.Chat.Behaviour.Greeting = "Hello" }},
	{path: "spec.chat.behaviour.offlineForm", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.Chat.Behaviour.OfflineForm = v1alpha1.OfflineFormShown }},
	{path: "spec.chat.behaviour.proactiveInvitation", who: ofNorth, make: func(t *v1alpha1.Tenant) {
		t.Spec.Chat.Behaviour.ProactiveInvitation = v1alpha1.ProactiveInvitationEnabled
	}},
	{path: "spec.payments.enabled", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.Payments.Enabled = true }},
	{path: "spec.integrations.developerAPI.enabled", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.Integrations.DeveloperAPI.Enabled = true }},
	{path: "spec.integrations.facebook.pageID", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.Integrations.Facebook.PageID = "200" }},
	{path: "spec.integrations.facebook.accessTokenSecretRef.name", who: and(ofNorth, readsFirst), make: func(t *v1alpha1.Tenant) {
		t.Spec.Integrations.Facebook.AccessTokenSecretRef.Name = "second"
	}},
	{path: "spec.integrations.facebook.accessTokenSecretRef.key", who: and(ofNorth, readsFirst), make: func(t *v1alpha1.Tenant) {
		t.Spec.Integrations.Facebook.AccessTokenSecretRef.Key = "other"
	}},
	{path: "spec.profilePolicy.required{*}", who: ofNorth, make: func(t *v1alpha1.Tenant) {
		t.Spec.ProfilePolicy.Required = []v1alpha1.ProfileField{v1alpha1.ProfileFieldTitle}
	}},
	{path: "spec.groupPolicy.maxPerOperator", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.GroupPolicy.MaxPerOperator = new(int32(1)) }},
	{path: "spec.rolePolicy", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.RolePolicy = v1alpha1.RolePolicyAdditive }},
	{path: "spec.awayRouting.channels{*}", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.AwayRouting.Channels = []v1alpha1.Channel{v1alpha1.ChannelChat} }},
	{path: "spec.activation.validFor", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.Activation.ValidFor = &metav1.Duration{Duration: time.Hour} }},
	{path: "spec.locale", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.Locale = "cs-CZ" }},
	{path: "spec.consoleURL", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.ConsoleURL = "https://console.example.com" }},
	{path: "spec.deletionPolicy", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.DeletionPolicy = v1alpha1.TenantDeletionPolicyDelete }},
	{path: "spec.offboarding.retention", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.Offboarding.Retention = &metav1.Duration{Duration: 48 * time.Hour} }},
	{path: "spec.offboarding.budget.max", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.Offboarding.Budget.Max = intstr.FromInt32(6) }},
	{path: "spec.offboarding.budget.window", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.Offboarding.Budget.Window = metav1.Duration{Duration: 2 * time.Hour} }},
	{path: "spec.driftPolicy", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.DriftPolicy = v1alpha1.DriftPolicyReport }},
	{path: "spec.suspend", who: ofNorth, make: func(t *v1alpha1.Tenant) { t.Spec.Suspend = true }},
}...)

// desk is the Group of the table.
func desk(namespace string) *v1alpha1.Group {
	return testkit.Group(namespace, "desk", "north", func(g *v1alpha1.Group) {
		g.Labels, g.Annotations = map[string]string{labelled: "a"}, map[string]string{ownNote: "a"}
	})
}

var groupEdits = append(metadataEdits[*v1alpha1.Group](ofNorth, ofNorth), []attempt[*v1alpha1.Group]{
	{path: "metadata.annotations{*}", who: ofNorth, make: func(g *v1alpha1.Group) { annotate(g, otherNote, "b") }},
	{path: "spec.tenant", immutable: true, make: func(g *v1alpha1.Group) { g.Spec.Tenant = "south" }},
	{path: "spec.displayName", who: ofNorth, make: func(g *v1alpha1.Group) { g.Spec.DisplayName = "Other" }},
	{path: "spec.description", who: ofNorth, make: func(g *v1alpha1.Group) { g.Spec.Description = "Other" }},
	{path: "spec.channels{*}", who: ofNorth, make: func(g *v1alpha1.Group) { g.Spec.Channels = []v1alpha1.Channel{v1alpha1.ChannelChat} }},
	{path: "spec.routing.strategy", who: ofNorth, make: func(g *v1alpha1.Group) { g.Spec.Routing.Strategy = v1alpha1.RoutingStrategyLeastBusy }},
	{path: "spec.routing.maxConcurrentPerOperator", who: ofNorth, make: func(g *v1alpha1.Group) { g.Spec.Routing.MaxConcurrentPerOperator = new(int32(3)) }},
	{path: "spec.suspend", who: ofNorth, make: func(g *v1alpha1.Group) { g.Spec.Suspend = true }},
}...)

// grants is the ChannelPolicy of the table, with a subject of each form.
func grants(namespace string) *v1alpha1.ChannelPolicy {
	return testkit.ChannelPolicy(namespace, "grants", "north", testkit.For(
		v1alpha1.PolicySubject{Role: v1alpha1.RoleWorker}, v1alpha1.PolicySubject{Group: "desk"}, v1alpha1.PolicySubject{Operator: "edited"},
		v1alpha1.PolicySubject{Selector: &metav1.LabelSelector{
			MatchLabels:      map[string]string{labelled: "a"},
			MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "shift", Operator: metav1.LabelSelectorOpIn, Values: []string{"early"}}},
		}},
	), func(p *v1alpha1.ChannelPolicy) {
		p.Labels, p.Annotations = map[string]string{labelled: "a"}, map[string]string{ownNote: "a"}
		p.Spec.Capacity = &v1alpha1.Capacity{MaxConcurrent: 2}
	})
}

// selecting changes the selector of the policy.
func selecting(change func(*metav1.LabelSelector)) func(*v1alpha1.ChannelPolicy) {
	return func(p *v1alpha1.ChannelPolicy) { change(p.Spec.Subjects[3].Selector) }
}

var policyEdits = append(metadataEdits[*v1alpha1.ChannelPolicy](ofNorth, ofNorth), []attempt[*v1alpha1.ChannelPolicy]{
	{path: "metadata.annotations{*}", who: ofNorth, make: func(p *v1alpha1.ChannelPolicy) { annotate(p, otherNote, "b") }},
	{path: "spec.tenant", immutable: true, make: func(p *v1alpha1.ChannelPolicy) { p.Spec.Tenant = "south" }},
	{path: "spec.channels{*}", who: ofNorth, make: func(p *v1alpha1.ChannelPolicy) { p.Spec.Channels = append(p.Spec.Channels, v1alpha1.ChannelPhone) }},
	{path: "spec.subjects[#]", who: ofNorth, make: func(p *v1alpha1.ChannelPolicy) { p.Spec.Subjects = p.Spec.Subjects[:2] }},
	{path: "spec.subjects[#].role", who: ofNorth, make: func(p *v1alpha1.ChannelPolicy) { p.Spec.Subjects[0].Role = v1alpha1.RoleManager }},
	{path: "spec.subjects[#].group", who: ofNorth, make: func(p *v1alpha1.ChannelPolicy) { p.Spec.Subjects[1].Group = "hall" }},
	{path: "spec.subjects[#].operator", who: ofNorth, make: func(p *v1alpha1.ChannelPolicy) { p.Spec.Subjects[2].Operator = "north-worker" }},
	{path: "spec.subjects[#].selector", who: ofNorth, make: func(p *v1alpha1.ChannelPolicy) {
		p.Spec.Subjects[3] = v1alpha1.PolicySubject{Role: v1alpha1.RoleManager}
	}},
	{path: "spec.subjects[#].selector.matchLabels{*}", who: ofNorth, make: selecting(func(s *metav1.LabelSelector) { s.MatchLabels = map[string]string{labelled: "b"} })},
	{path: "spec.subjects[#].selector.matchExpressions[#]", who: ofNorth, make: selecting(func(s *metav1.LabelSelector) { s.MatchExpressions = nil })},
	{path: "spec.subjects[#].selector.matchExpressions[#].key", who: ofNorth, make: selecting(func(s *metav1.LabelSelector) { s.MatchExpressions[0].Key = "desk" })},
	{path: "spec.subjects[#].selector.matchExpressions[#].operator", who: ofNorth, make: selecting(func(s *metav1.LabelSelector) {
		s.MatchExpressions[0].Operator = metav1.LabelSelectorOpNotIn
	})},
	{path: "spec.subjects[#].selector.matchExpressions[#].values[#]", who: ofNorth, make: selecting(func(s *metav1.LabelSelector) { s.MatchExpressions[0].Values = []string{"late"} })},
	{path: "spec.availability.online", who: ofNorth, make: func(p *v1alpha1.ChannelPolicy) { p.Spec.Availability.Online = v1alpha1.AvailabilityDenied }},
	{path: "spec.availability.away", who: ofNorth, make: func(p *v1alpha1.ChannelPolicy) { p.Spec.Availability.Away = v1alpha1.AvailabilityDenied }},
	{path: "spec.capacity.maxConcurrent", who: ofNorth, make: func(p *v1alpha1.ChannelPolicy) { p.Spec.Capacity.MaxConcurrent = 3 }},
	{path: "spec.suspend", who: ofNorth, make: func(p *v1alpha1.ChannelPolicy) { p.Spec.Suspend = true }},
}...)
