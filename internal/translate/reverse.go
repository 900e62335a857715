// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
)

// This file goes the other way: what somebody would declare for a record to be what it is. What a record says by default is left absent, and what
// no record says, such as which Secret holds something, has a name that may be wrong.

// unless is a value, or nothing where it is what is meant anyway.
func unless[S ~string](value, anyway string) S {
	if value == anyway {
		return ""
	}
	return S(value)
}

// placeholderSecret is the Secret of something of which the store knows that there is one, and not which.
func placeholderSecret(owner, what, key string) v1alpha1.SecretKeyRef {
	return v1alpha1.SecretKeyRef{Name: v1alpha1.ObjectName(owner + "-" + what), Key: key}
}

// TenantFor is the Tenant that declares a record and the general group beside it.
func TenantFor(r roster.TenantRecord, general roster.Group) *v1alpha1.Tenant {
	t := &v1alpha1.Tenant{ObjectMeta: metav1.ObjectMeta{Namespace: r.Company, Name: r.Tenant}}
	s := &r.Settings
	t.Spec = v1alpha1.TenantSpec{
		DisplayName:   unless[v1alpha1.DisplayText](r.DisplayName, r.Tenant),
		Channels:      each[v1alpha1.Channel](r.Channels),
		GeneralGroup:  v1alpha1.GeneralGroupSpec{DisplayName: unless[v1alpha1.DisplayText](general.DisplayName, roster.GeneralGroup)},
		Conversations: v1alpha1.ConversationSettings{OthersMessages: v1alpha1.MessageVisibility(r.OthersMessages), UnassignedScope: v1alpha1.UnassignedScope(r.UnassignedScope)},
		Chat: v1alpha1.ChatSettings{
			Appearance: v1alpha1.ChatAppearance{
				Theme: v1alpha1.ChatTheme(s.Appearance.Theme), AccentColor: s.Appearance.AccentColor,
				Position: v1alpha1.ChatPosition(s.Appearance.Position), AvatarShown: s.Appearance.AvatarShown,
			},
			Behaviour: v1alpha1.ChatBehaviour{
				Greeting: s.Behaviour.Greeting, OfflineForm: v1alpha1.OfflineForm(s.Behaviour.OfflineForm),
				ProactiveInvitation: v1alpha1.ProactiveInvitation(s.Behaviour.ProactiveInvitation),
			},
		},
		Payments:      v1alpha1.PaymentSettings{Enabled: s.Payments},
		Integrations:  v1alpha1.IntegrationSettings{DeveloperAPI: v1alpha1.DeveloperAPISettings{Enabled: s.DeveloperAPI}},
		ProfilePolicy: v1alpha1.ProfilePolicy{Required: each[v1alpha1.ProfileField](s.RequiredProfile)},
		AwayRouting:   v1alpha1.AwayRouting{Channels: each[v1alpha1.Channel](r.AwayRouting)},
		Locale:        s.Locale, ConsoleURL: s.ConsoleURL,
		Offboarding: v1alpha1.OffboardingSettings{Retention: new(seconds(s.Retention)), Budget: budgetFor(s.RemovalBudget)},
	}
	if s.FacebookPageID != "" {
		t.Spec.Integrations.Facebook = &v1alpha1.FacebookIntegration{
			PageID: s.FacebookPageID, AccessTokenSecretRef: placeholderSecret(r.Tenant, "facebook", "accessToken"),
		}
	}
	return t
}

func seconds(n int64) metav1.Duration {
	return metav1.Duration{Duration: time.Duration(n) * time.Second}
}

func budgetFor(b *roster.RemovalBudget) *v1alpha1.RemovalBudget {
	if b == nil {
		return nil
	}
	limit := &v1alpha1.RemovalBudget{Max: intstr.FromInt(b.Max), Window: seconds(b.Window)}
	if b.Percent > 0 {
		limit.Max = intstr.FromString(fmt.Sprintf("%d%%", b.Percent))
	}
	return limit
}

// GroupFor is the Group that declares a record.
func GroupFor(g roster.Group) *v1alpha1.Group {
	object := &v1alpha1.Group{ObjectMeta: metav1.ObjectMeta{Namespace: g.Company, Name: g.Name}}
	object.Spec = v1alpha1.GroupSpec{
		Tenant: v1alpha1.ObjectName(g.Tenant), DisplayName: unless[v1alpha1.DisplayText](g.DisplayName, g.Name), Description: g.Description,
		Channels: each[v1alpha1.Channel](g.Channels),
		Routing:  v1alpha1.GroupRouting{Strategy: unless[v1alpha1.RoutingStrategy](string(g.Routing.Strategy), string(roster.RoundRobin))},
	}
	if most := g.Routing.MaxConcurrentPerOperator; most > 0 {
		object.Spec.Routing.MaxConcurrentPerOperator = new(int32(most)) // #nosec G115 -- the schema bounds it, and the compiled record is compared
	}
	return object
}

// PolicyFor is the ChannelPolicy that declares a record.
func PolicyFor(p roster.Policy) *v1alpha1.ChannelPolicy {
	object := &v1alpha1.ChannelPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: p.Company, Name: p.Name}}
	object.Spec = v1alpha1.ChannelPolicySpec{
		Tenant: v1alpha1.ObjectName(p.Tenant), Channels: each[v1alpha1.Channel](p.Channels),
		Availability: v1alpha1.Availability{Online: allowed(p.Online), Away: allowed(p.Away)},
	}
	for _, s := range p.Subjects {
		object.Spec.Subjects = append(object.Spec.Subjects, v1alpha1.PolicySubject{
			Role: v1alpha1.Role(s.Role), Group: v1alpha1.ObjectName(s.Group), Operator: v1alpha1.ObjectName(s.Operator), Selector: selectorFor(s.Selector),
		})
	}
	if p.Capacity > 0 {
		object.Spec.Capacity = &v1alpha1.Capacity{MaxConcurrent: int32(p.Capacity)} // #nosec G115 -- the schema bounds it, and the compiled record is compared
	}
	return object
}

func allowed(is bool) v1alpha1.AvailabilityRule {
	if is {
		return v1alpha1.AvailabilityAllowed
	}
	return v1alpha1.AvailabilityDenied
}

func selectorFor(s *roster.Selector) *metav1.LabelSelector {
	if s == nil {
		return nil
	}
	selector := &metav1.LabelSelector{MatchLabels: s.MatchLabels}
	for _, r := range s.MatchExpressions {
		selector.MatchExpressions = append(selector.MatchExpressions,
			metav1.LabelSelectorRequirement{Key: r.Key, Operator: metav1.LabelSelectorOperator(r.Operator), Values: r.Values})
	}
	return selector
}

// OperatorFor is the Operator that declares a person's record, under a name. Names are those of the objects of other people, by user name.
func OperatorFor(p roster.Person, name string, names map[string]string) *v1alpha1.Operator {
	u := &p.User
	o := &v1alpha1.Operator{ObjectMeta: metav1.ObjectMeta{Namespace: u.Company, Name: name}}
	userName, publicName := u.UserName, u.Profile.PublicName
	if strings.EqualFold(publicName, userName) {
		// It is the user name as it was declared.
		userName, publicName = publicName, ""
	}
	o.Spec = v1alpha1.OperatorSpec{
		UserName: userName,
		Profile: v1alpha1.Profile{
			GivenName: v1alpha1.DisplayText(u.Profile.GivenName), FamilyName: v1alpha1.DisplayText(u.Profile.FamilyName),
			Email: v1alpha1.EmailAddress(u.Profile.Email), Title: v1alpha1.DisplayText(u.Profile.Title),
			PhoneNumber: v1alpha1.PhoneNumber(u.Profile.PhoneNumber), Locale: u.Locale, TimeZone: u.TimeZone, PublicName: v1alpha1.DisplayText(publicName),
		},
		Active: new(u.Active), CompanyAdministrator: u.CompanyAdministrator,
		Credential: v1alpha1.Credential{Mode: v1alpha1.CredentialMode(u.CredentialMode), IdentityProvider: u.IdentityProvider},
		Notifications: v1alpha1.Notifications{
			Conversations: each[v1alpha1.NotificationMethod](u.ConversationAlerts), Messages: each[v1alpha1.NotificationMethod](u.MessageAlerts),
		},
	}
	if u.CredentialMode == roster.InitialPassword {
		o.Spec.Credential.PasswordSecretRef = new(placeholderSecret(name, "password", "password"))
	}
	first := ""
	if len(p.Memberships) > 0 {
		first = p.Memberships[0].Tenant
	}
	o.Spec.HomeTenant = unless[v1alpha1.ObjectName](u.HomeTenant, first)
	for _, m := range p.Memberships {
		o.Spec.Tenants = append(o.Spec.Tenants, entryFor(p, m, names))
	}
	return o
}

// entryFor is the entry that declares a membership.
func entryFor(p roster.Person, m roster.Membership, names map[string]string) v1alpha1.OperatorTenant {
	entry := v1alpha1.OperatorTenant{
		Tenant: v1alpha1.ObjectName(m.Tenant), Active: new(m.Active), Role: v1alpha1.Role(m.Role), Permissions: each[v1alpha1.Permission](m.Permissions),
		Profile: v1alpha1.ProfileOverride{
			GivenName: v1alpha1.DisplayText(m.Profile.GivenName), FamilyName: v1alpha1.DisplayText(m.Profile.FamilyName),
			PublicName: v1alpha1.DisplayText(m.Profile.PublicName), Title: v1alpha1.DisplayText(m.Profile.Title),
			PhoneNumber: v1alpha1.PhoneNumber(m.Profile.PhoneNumber), Email: v1alpha1.EmailAddress(m.Profile.Email),
		},
	}
	for _, g := range m.Groups {
		entry.Groups = append(entry.Groups, v1alpha1.OperatorGroup{
			Name: v1alpha1.ObjectName(g.Group), Priority: unless[v1alpha1.GroupPriority](string(g.Priority), string(roster.Normal)),
		})
	}
	for _, member := range m.Team {
		if name, known := names[member]; known {
			entry.Team = append(entry.Team, v1alpha1.ObjectName(name))
		}
	}
	for _, g := range p.Grants {
		if g.Tenant == m.Tenant && causedBy(g, roster.CauseDirect, "") {
			entry.Channels = append(entry.Channels, v1alpha1.Channel(g.Channel))
		}
	}
	throwSwitches(&entry, p, m)
	return entry
}

func causedBy(g roster.Grant, kind roster.CauseKind, name string) bool {
	for _, cause := range g.Causes {
		if cause.Kind == kind && (name == "" || cause.Name == name) {
			return true
		}
	}
	return false
}

// throwSwitches declares the switches that are not as the role has them, and those that were declared as it does: what is due to a switch tells
// which of the two it was. Those of an Administrator are always on, so that nothing is due to them.
func throwSwitches(entry *v1alpha1.OperatorTenant, p roster.Person, m roster.Membership) {
	is, forced, elevated := m.Switches, m.Role == roster.Administrator, m.Role != roster.Worker
	entry.Notifications = v1alpha1.InitialNotifications{
		AfterConversation: thrown(is.AfterConversation, false), AfterCall: thrown(is.AfterCall, false),
	}
	if forced {
		entry.OfflineMessages = thrown(is.OfflineMessages, false)
		return
	}
	due := dueTo(p, m.Tenant)
	if p.User.CompanyAdministrator {
		// The record has the switches of an Administrator; what the role of the entry had by itself, only what is due to it tells.
		is = roster.Switches{}
		for name, on := range map[roster.Switch]*bool{
			roster.SwitchOthersArchivedCalls: &is.OthersArchivedCalls, roster.SwitchOfflineMessages: &is.OfflineMessages,
			roster.SwitchLiveVisitors: &is.LiveVisitors, roster.SwitchLiveVisitorPreview: &is.LiveVisitorPreview,
			roster.SwitchOthersOfflineMessages: &is.OthersOfflineMessages,
		} {
			*on = due[string(name)] != ""
		}
	}
	declared := func(name roster.Switch, anyway bool) *bool {
		if due[string(name)] == roster.CauseSwitch {
			return new(true)
		}
		return thrown(is.On(name), anyway)
	}
	entry.OfflineMessages = declared(roster.SwitchOfflineMessages, true)
	entry.Visibility = v1alpha1.Visibility{
		OthersArchivedCalls:   declared(roster.SwitchOthersArchivedCalls, elevated),
		LiveVisitors:          declared(roster.SwitchLiveVisitors, elevated),
		LiveVisitorPreview:    declared(roster.SwitchLiveVisitorPreview, is.LiveVisitors && elevated),
		OthersOfflineMessages: declared(roster.SwitchOthersOfflineMessages, is.OfflineMessages && elevated),
	}
}

// dueTo are the switches that what somebody may do in a tenant is due to, and whether by default.
func dueTo(p roster.Person, tenant string) map[string]roster.CauseKind {
	due := map[string]roster.CauseKind{}
	for _, access := range p.Access {
		if access.Tenant != tenant {
			continue
		}
		for _, held := range access.Capabilities {
			for _, cause := range held.Causes {
				if cause.Kind == roster.CauseSwitch || cause.Kind == roster.CauseSwitchDefault {
					due[cause.Name] = cause.Kind
				}
			}
		}
	}
	return due
}

// thrown is a switch, or nothing where it is as it is anyway.
func thrown(is, anyway bool) *bool {
	if is == anyway {
		return nil
	}
	return new(is)
}
