// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package rostertest

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/roster"
)

// Source is where a generator's choices come from: a seeded *rand.Rand of math/rand/v2, or a property test.
type Source interface {
	// IntN is a number from 0 up to but without n.
	IntN(n int) int
}

// Rapid is a property test as a source: a failing world is shrunk towards the first of every choice.
func Rapid(t *rapid.T) Source { return choices{t} }

type choices struct{ *rapid.T }

// IntN draws the next choice.
func (c choices) IntN(n int) int { return rapid.IntRange(0, n-1).Draw(c.T, "choice") }

// The names are few, so that what is drawn refers to each other often, and to nothing sometimes. Missing is a name that no object
// ever has.
var (
	tenantNames   = []string{"north", "south"}
	groupNames    = []string{"billing", "sales", "support"}
	operatorNames = []string{"person-1", "person-2", "person-3"}
	channels      = []roster.Channel{roster.Chat, roster.Phone, roster.Email}
	permissions   = []roster.Permission{
		roster.ViewSessions, roster.ViewEmails, roster.ViewVisitors, roster.ManageFiles, roster.ManageTemplates, roster.ViewOperators,
		roster.ManageCampaigns,
	}
)

// Missing is a name that operators use for groups and teammates, and that no object ever has.
const Missing = "ghost"

// Stranger takes part in conversations and is nobody of the company.
const Stranger = "stranger"

// Draw makes a company of up to two tenants, three groups, three people and two policies, in which every rule of access finds something
// to do. The names of the tenants are north and south, of the people person-1 to person-3; their user names differ from those, in case
// too.
func Draw(source Source, company string) *World {
	w := &World{Company: company}
	grouped := source.IntN(4)
	for _, name := range tenantNames {
		if nearlyAlways(source) {
			w.Tenants = append(w.Tenants, drawTenant(source, company, name))
		}
	}
	for _, name := range groupNames {
		if grouped > 1 && source.IntN(2) == 0 {
			w.Groups = append(w.Groups, drawGroup(source, company, name))
		}
	}
	for _, name := range operatorNames {
		w.Operators = append(w.Operators, drawOperator(source, company, name, grouped > 0))
	}
	for i := range source.IntN(3) {
		w.ChannelPolicies = append(w.ChannelPolicies, drawPolicy(source, company, fmt.Sprintf("policy-%d", i+1)))
	}
	return w
}

func drawTenant(source Source, company, name string) roster.Tenant {
	return roster.Tenant{
		Record: roster.TenantRecord{
			Company:         company,
			Tenant:          name,
			Channels:        most(source, channels),
			OthersMessages:  pick(source, roster.MessagesAllowed, roster.MessagesAllowed, roster.MessagesDenied),
			UnassignedScope: pick(source, roster.ScopeGeneral, roster.ScopeAll),
			AwayRouting:     most(source, channels),
		},
		RolePolicy: pick(source, roster.RolePolicyAdditive, roster.RolePolicyStrict),
		MaxGroups:  pick(source, 0, 0, 2, 1),
	}
}

func drawGroup(source Source, company, name string) roster.Group {
	return roster.Group{
		Company:  company,
		Tenant:   pick(source, "north", "north", "north", "south"),
		Name:     name,
		Channels: pick(source, nil, nil, []roster.Channel{roster.Chat, roster.Phone}, []roster.Channel{}),
		Routing:  roster.Routing{Strategy: roster.RoundRobin, MaxConcurrentPerOperator: pick(source, 0, 0, 1, 2)},
	}
}

func drawOperator(source Source, company, name string, grouped bool) roster.Operator {
	o := roster.Operator{
		Company:        company,
		Name:           name,
		UserName:       strings.Replace(name, "person-", "User.", 1),
		Labels:         map[string]string{"shift": pick(source, "day", "night")},
		Active:         nearlyAlways(source),
		CredentialMode: roster.IdentityProvider,
		Notifications:  roster.Notifications{AfterConversation: drawSwitch(source), AfterCall: drawSwitch(source)},
	}
	if !nearlyAlways(source) {
		o.CredentialMode = roster.ActivationLink
	}
	o.CompanyAdministrator = !nearlyAlways(source)
	if nearlyAlways(source) {
		o.Entries = append(o.Entries, drawEntry(source, "north", grouped))
	}
	if source.IntN(2) == 0 {
		o.Entries = append(o.Entries, drawEntry(source, "south", grouped))
	}
	return o
}

func drawEntry(source Source, tenant string, grouped bool) roster.Entry {
	e := roster.Entry{
		Tenant:   tenant,
		Active:   nearlyAlways(source),
		Role:     pick(source, roster.Worker, roster.Worker, roster.Worker, roster.Manager, roster.Manager, roster.Administrator),
		Channels: most(source, channels),
		Visibility: roster.Visibility{
			OthersArchivedCalls: drawSwitch(source), LiveVisitors: drawSwitch(source), LiveVisitorPreview: drawSwitch(source),
			OthersOfflineMessages: drawSwitch(source),
		},
		OfflineMessages: drawSwitch(source),
		Notifications:   roster.Notifications{AfterConversation: drawSwitch(source), AfterCall: drawSwitch(source)},
	}
	if source.IntN(3) == 0 {
		e.Permissions = some(source, permissions)
	}
	if e.Role == roster.Manager && source.IntN(3) > 0 {
		e.Team = append(some(source, operatorNames), some(source, []string{Missing})...)
	}
	if grouped && source.IntN(3) > 0 {
		for _, name := range some(source, append([]string{roster.GeneralGroup, Missing}, groupNames...)) {
			e.Groups = append(e.Groups, roster.GroupMembership{Group: name, Priority: pick(source, roster.Normal, roster.Primary, roster.Backup)})
		}
	}
	return e
}

// drawSwitch is absent as often as it is set.
func drawSwitch(source Source) *bool {
	return pick(source, nil, nil, new(true), new(false))
}

func drawPolicy(source Source, company, name string) roster.Policy {
	p := roster.Policy{
		Company:  company,
		Tenant:   pick(source, "north", "north", "north", "south"),
		Name:     name,
		Channels: most(source, channels),
		Online:   source.IntN(4) < 3,
		Away:     source.IntN(2) == 0,
		Capacity: pick(source, 0, 1, 2),
	}
	for range 1 + source.IntN(2) {
		p.Subjects = append(p.Subjects, drawSubject(source))
	}
	return p
}

func drawSubject(source Source) roster.Subject {
	expression := func(operator string, values ...string) roster.Subject {
		return roster.Subject{Selector: &roster.Selector{MatchExpressions: []roster.Requirement{{Key: "shift", Operator: operator, Values: values}}}}
	}
	switch source.IntN(9) {
	case 0:
		return roster.Subject{Role: pick(source, roster.Worker, roster.Manager, roster.Administrator)}
	case 1, 2:
		return roster.Subject{Group: pick(source, groupNames...)}
	case 3:
		return roster.Subject{Group: roster.GeneralGroup}
	case 4:
		return roster.Subject{Operator: pick(source, append(operatorNames, Missing)...)}
	case 5:
		return roster.Subject{Selector: &roster.Selector{MatchLabels: map[string]string{"shift": "night"}}}
	case 6:
		return expression("In", "day", "night")
	case 7:
		return expression("NotIn", "night")
	}
	return expression(pick(source, "Exists", "DoesNotExist"))
}

// DrawConversation makes a conversation of the world. Those who take part are given by user name, as it is compared; a store's test maps
// them to IDs.
func DrawConversation(source Source, w *World) roster.Conversation {
	c := roster.Conversation{
		Tenant: DrawTenantName(source),
		Group:  pick(source, append([]string{"", roster.GeneralGroup, "", Missing}, groupNames...)...),
		Kind: pick(source, roster.ChatSession, roster.Call, roster.EmailThread, roster.ArchivedCall, roster.OfflineMessage,
			roster.ArchivedCall, roster.OfflineMessage),
	}
	for _, name := range append([]string{Stranger}, w.UserNames()...) {
		if source.IntN(4) == 0 {
			c.Participants = append(c.Participants, name)
		}
	}
	if len(c.Participants) > 0 && source.IntN(4) > 0 {
		c.Assignee = pick(source, c.Participants...)
	}
	return c
}

// Work is what is to be routed, and where the person it may be routed to is.
type Work struct {
	Channel roster.Channel
	// Group is empty or general for the general group.
	Group    string
	Presence roster.Presence
	// Used is how much work of the kind the person has.
	Used int
}

// DrawWork makes work to be routed in the world. A channel is switched off whether or not the person was granted it.
func DrawWork(source Source) Work {
	work := Work{
		Channel:  pick(source, channels...),
		Group:    pick(source, append([]string{"", roster.GeneralGroup, Missing}, groupNames...)...),
		Presence: roster.Presence{State: pick(source, roster.Online, roster.Online, roster.Online, roster.Away, roster.Away, roster.Offline)},
		Used:     source.IntN(3),
	}
	if source.IntN(3) == 0 {
		work.Presence.Off = some(source, channels)
	}
	return work
}

// DrawOperator is the object name of one of the people of a world.
func DrawOperator(source Source) string { return pick(source, operatorNames...) }

// DrawTenantName is the name of a tenant, be it there or not; mostly the one that everything is drawn for first.
func DrawTenantName(source Source) string {
	return pick(source, "north", "north", "north", "north", "north", "south")
}

func pick[E any](source Source, from ...E) E { return from[source.IntN(len(from))] }

// nearlyAlways is false one time in sixteen.
func nearlyAlways(source Source) bool { return source.IntN(16) < 15 }

// some is a part of a set, about half of it, in the set's order.
func some[E any](source Source, set []E) []E {
	return slices.DeleteFunc(slices.Clone(set), func(E) bool { return source.IntN(2) == 0 })
}

// most is a part of a set, about three quarters of it, in the set's order.
func most[E any](source Source, set []E) []E {
	return slices.DeleteFunc(slices.Clone(set), func(E) bool { return source.IntN(4) == 3 })
}
