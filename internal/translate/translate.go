// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package translate turns API objects into values of the core. It is pure, and complete: a field of a spec that the core or
// the store has a use for is read here and nowhere else. The company is the namespace.
package translate

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
)

// Tenant is the tenant an object declares.
func Tenant(t *v1alpha1.Tenant) roster.Tenant {
	spec := &t.Spec
	return roster.Tenant{
		Record: roster.TenantRecord{
			Company:         t.Namespace,
			Tenant:          t.Name,
			DisplayName:     cmp.Or(string(spec.DisplayName), t.Name),
			Channels:        each[roster.Channel](spec.Channels),
			OthersMessages:  roster.MessageVisibility(cmp.Or(spec.Conversations.OthersMessages, v1alpha1.MessageVisibilityAllowed)),
			UnassignedScope: roster.UnassignedScope(cmp.Or(spec.Conversations.UnassignedScope, v1alpha1.UnassignedScopeGeneral)),
			AwayRouting:     each[roster.Channel](spec.AwayRouting.Channels),
			Settings:        settings(spec),
		}.Canonical(),
		GeneralGroupName: cmp.Or(string(spec.GeneralGroup.DisplayName), roster.GeneralGroup),
		RolePolicy:       roster.RolePolicy(cmp.Or(spec.RolePolicy, v1alpha1.RolePolicyStrict)),
		MaxGroups:        int(valueOr(spec.GroupPolicy.MaxPerOperator, 0)),
		PurgeWhenDeleted: spec.DeletionPolicy == v1alpha1.TenantDeletionPolicyDelete,
		ReportsDrift:     spec.DriftPolicy == v1alpha1.DriftPolicyReport,
	}
}

func settings(spec *v1alpha1.TenantSpec) roster.Settings {
	s := roster.Settings{
		Appearance: roster.ChatAppearance{
			Theme:       string(spec.Chat.Appearance.Theme),
			AccentColor: spec.Chat.Appearance.AccentColor,
			Position:    string(spec.Chat.Appearance.Position),
			AvatarShown: spec.Chat.Appearance.AvatarShown,
		},
		Behaviour: roster.ChatBehaviour{
			Greeting:            spec.Chat.Behaviour.Greeting,
			OfflineForm:         string(spec.Chat.Behaviour.OfflineForm),
			ProactiveInvitation: string(spec.Chat.Behaviour.ProactiveInvitation),
		},
		Payments:        spec.Payments.Enabled,
		DeveloperAPI:    spec.Integrations.DeveloperAPI.Enabled,
		RequiredProfile: each[roster.ProfileField](spec.ProfilePolicy.Required),
		ConsoleURL:      spec.ConsoleURL,
		Locale:          spec.Locale,
		Retention:       wholeSeconds(valueOr(spec.Offboarding.Retention, metav1.Duration{Duration: roster.DefaultRetention})),
		RemovalBudget:   budget(spec.Offboarding.Budget),
	}
	if spec.Integrations.Facebook != nil {
		s.FacebookPageID = spec.Integrations.Facebook.PageID
	}
	return s
}

// budget is nil where there is none. One whose maximum nobody understands, since no schema looked at it, is the smallest there can be.
func budget(b *v1alpha1.RemovalBudget) *roster.RemovalBudget {
	if b == nil {
		return nil
	}
	limit := &roster.RemovalBudget{Window: wholeSeconds(b.Window)}
	if b.Max.Type == intstr.Int {
		limit.Max = int(b.Max.IntVal)
		return limit
	}
	if percent, err := strconv.Atoi(strings.TrimSuffix(b.Max.StrVal, "%")); err == nil {
		limit.Percent = percent
	}
	return limit
}

func wholeSeconds(d metav1.Duration) int64 { return int64(d.Duration / time.Second) }

// Group is the group an object declares.
func Group(g *v1alpha1.Group) roster.Group {
	return roster.Group{
		Company:     g.Namespace,
		Tenant:      string(g.Spec.Tenant),
		Name:        g.Name,
		DisplayName: cmp.Or(string(g.Spec.DisplayName), g.Name),
		Description: g.Spec.Description,
		Channels:    each[roster.Channel](g.Spec.Channels),
		Routing: roster.Routing{
			Strategy:                 roster.RoutingStrategy(cmp.Or(g.Spec.Routing.Strategy, v1alpha1.RoutingStrategyRoundRobin)),
			MaxConcurrentPerOperator: int(valueOr(g.Spec.Routing.MaxConcurrentPerOperator, 0)),
		},
	}.Canonical()
}

// Policy is the channel policy an object declares.
func Policy(p *v1alpha1.ChannelPolicy) roster.Policy {
	policy := roster.Policy{
		Company:  p.Namespace,
		Tenant:   string(p.Spec.Tenant),
		Name:     p.Name,
		Channels: each[roster.Channel](p.Spec.Channels),
		Online:   p.Spec.Availability.Online != v1alpha1.AvailabilityDenied,
		Away:     p.Spec.Availability.Away != v1alpha1.AvailabilityDenied,
	}
	for _, s := range p.Spec.Subjects {
		policy.Subjects = append(policy.Subjects, roster.Subject{
			Role: roster.Role(s.Role), Group: string(s.Group), Operator: string(s.Operator), Selector: selector(s.Selector),
		})
	}
	if p.Spec.Capacity != nil {
		policy.Capacity = int(p.Spec.Capacity.MaxConcurrent)
	}
	return policy.Canonical()
}

func selector(s *metav1.LabelSelector) *roster.Selector {
	if s == nil {
		return nil
	}
	translated := &roster.Selector{MatchLabels: s.MatchLabels}
	for _, e := range s.MatchExpressions {
		translated.MatchExpressions = append(translated.MatchExpressions,
			roster.Requirement{Key: e.Key, Operator: string(e.Operator), Values: e.Values})
	}
	return translated
}

// Operator is the person an object declares.
func Operator(o *v1alpha1.Operator) roster.Operator {
	spec := &o.Spec
	operator := roster.Operator{
		Company:  o.Namespace,
		Name:     o.Name,
		Labels:   o.Labels,
		UserName: spec.UserName,
		Profile: roster.Profile{
			GivenName:   string(spec.Profile.GivenName),
			FamilyName:  string(spec.Profile.FamilyName),
			PublicName:  string(spec.Profile.PublicName),
			Title:       string(spec.Profile.Title),
			PhoneNumber: string(spec.Profile.PhoneNumber),
			Email:       string(spec.Profile.Email),
		},
		Locale:               spec.Profile.Locale,
		TimeZone:             spec.Profile.TimeZone,
		HomeTenant:           string(spec.HomeTenant),
		Active:               valueOr(spec.Active, true),
		CompanyAdministrator: spec.CompanyAdministrator,
		CredentialMode:       roster.CredentialMode(cmp.Or(spec.Credential.Mode, v1alpha1.CredentialModeActivationLink)),
		IdentityProvider:     spec.Credential.IdentityProvider,
		Notifications: roster.Notifications{
			AfterConversation: spec.Notifications.AfterConversation,
			AfterCall:         spec.Notifications.AfterCall,
		},
		ConversationAlerts: each[roster.Alert](spec.Notifications.Conversations),
		MessageAlerts:      each[roster.Alert](spec.Notifications.Messages),
	}
	for i := range spec.Tenants {
		operator.Entries = append(operator.Entries, entry(&spec.Tenants[i]))
	}
	return operator
}

func entry(t *v1alpha1.OperatorTenant) roster.Entry {
	e := roster.Entry{
		Tenant:      string(t.Tenant),
		Active:      valueOr(t.Active, true),
		Role:        roster.Role(cmp.Or(t.Role, v1alpha1.RoleWorker)),
		Team:        each[string](t.Team),
		Channels:    each[roster.Channel](t.Channels),
		Permissions: each[roster.Permission](t.Permissions),
		Visibility: roster.Visibility{
			OthersArchivedCalls:   t.Visibility.OthersArchivedCalls,
			LiveVisitors:          t.Visibility.LiveVisitors,
			LiveVisitorPreview:    t.Visibility.LiveVisitorPreview,
			OthersOfflineMessages: t.Visibility.OthersOfflineMessages,
		},
		OfflineMessages: t.OfflineMessages,
		Notifications: roster.Notifications{
			AfterConversation: t.Notifications.AfterConversation,
			AfterCall:         t.Notifications.AfterCall,
		},
		Profile: roster.Profile{
			GivenName:   string(t.Profile.GivenName),
			FamilyName:  string(t.Profile.FamilyName),
			PublicName:  string(t.Profile.PublicName),
			Title:       string(t.Profile.Title),
			PhoneNumber: string(t.Profile.PhoneNumber),
			Email:       string(t.Profile.Email),
		},
	}
	for _, g := range t.Groups {
		e.Groups = append(e.Groups, roster.GroupMembership{
			Group:    string(g.Name),
			Priority: roster.Priority(cmp.Or(g.Priority, v1alpha1.GroupPriorityNormal)),
		})
	}
	return e
}

func valueOr[T any](declared *T, otherwise T) T {
	if declared == nil {
		return otherwise
	}
	return *declared
}

// each converts a list of names from one vocabulary to the other. An absent list stays absent, and an empty one empty.
func each[To, From ~string](from []From) []To {
	if from == nil {
		return nil
	}
	to := make([]To, len(from))
	for i, v := range from {
		to[i] = To(v)
	}
	return to
}
