// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import "slices"

// ConversationKind is what a conversation is, as far as reading it goes.
type ConversationKind string

// The kinds of conversations. A session is a chat or a call, archived or not.
const (
	ChatSession    ConversationKind = "Chat"
	Call           ConversationKind = "Call"
	ArchivedCall   ConversationKind = "ArchivedCall"
	EmailThread    ConversationKind = "Email"
	OfflineMessage ConversationKind = "OfflineMessage"
)

func (k ConversationKind) isSession() bool { return k == ChatSession || k == Call || k == ArchivedCall }

// Conversation is what a platform knows of a conversation somebody wants to read.
type Conversation struct {
	Tenant string
	// Group is the name of the group it belongs to, whether or not that is there; empty is the general group.
	Group string
	Kind  ConversationKind
	// Participants are those who took part, by store ID; Assignee is one of them, or empty where nobody took it on.
	Participants []string
	Assignee     string
}

func (c *Conversation) general() bool { return c.Group == "" || c.Group == GeneralGroup }

// Reader is what deciding needs to know of a person who wants to read conversations of one tenant.
type Reader struct {
	// ID is the store's own name of the person: a user name can be used again by somebody else.
	ID, Tenant      string
	Live, Activated bool
	Role            Role
	Scope           Scope
	// Groups are the groups the person is in that are there, and Team the effective team by store ID; both in order.
	Groups, Team []string
	// TenantHasGroups, OthersMessages and UnassignedScope are the tenant's own facts.
	TenantHasGroups bool
	OthersMessages  MessageVisibility
	UnassignedScope UnassignedScope
}

// Reader is the person of a standing as a reader, by the store's own name. The IDs of the team come from idOf; who has none is in no
// conversation.
func (s *Standing) Reader(id string, idOf func(userName string) (string, bool)) Reader {
	r := Reader{
		ID: id, Tenant: s.Tenant, Live: s.Live(), Activated: s.Activated, Role: s.Access.Role, Scope: s.Access.Scope,
		TenantHasGroups: s.Facts.HasGroups, OthersMessages: s.Facts.OthersMessages, UnassignedScope: s.Facts.UnassignedScope,
	}
	for _, g := range s.Groups {
		r.Groups = append(r.Groups, g.Name)
	}
	for _, member := range s.Membership.Team {
		if id, known := idOf(member); known {
			r.Team = append(r.Team, id)
		}
	}
	slices.Sort(r.Groups)
	slices.Sort(r.Team)
	return r
}

// ReadReason says why a conversation can be read, or why not.
type ReadReason string

// Why a conversation can be read.
const (
	ReadAsAdministrator  ReadReason = "Administrator"
	ReadOwn              ReadReason = "Own"
	ReadGroup            ReadReason = "Group"
	ReadGeneralGroup     ReadReason = "GeneralGroup"
	ReadNoGroups         ReadReason = "NoGroups"
	ReadUnassigned       ReadReason = "Unassigned"
	ReadTeam             ReadReason = "Team"
	ReadSessionsOfOthers ReadReason = "ViewSessions"
	ReadEmailsOfOthers   ReadReason = "ViewEmails"
)

// Why a conversation cannot be read.
const (
	UnreadNotLive                     ReadReason = "NotLive"
	UnreadNotActivated                ReadReason = "NotActivated"
	UnreadOtherTenant                 ReadReason = "OtherTenant"
	UnreadOutOfScope                  ReadReason = "OutOfScope"
	UnreadOthersMessagesDenied        ReadReason = "OthersMessagesDenied"
	UnreadArchivedCallsHidden         ReadReason = "ArchivedCallsHidden"
	UnreadOfflineMessagesHidden       ReadReason = "OfflineMessagesHidden"
	UnreadOthersOfflineMessagesHidden ReadReason = "OthersOfflineMessagesHidden"
)

// ReadDecision is whether a person may read a conversation, and the first reason that settles it.
type ReadDecision struct {
	Allowed bool
	Reason  ReadReason
}

// Read decides whether a person may read a conversation (F42, F52, F53, F64 to F66, F82, F83, F86). It allocates nothing.
func (r *Reader) Read(c *Conversation) ReadDecision {
	switch {
	case !r.Live:
		return ReadDecision{Reason: UnreadNotLive}
	case !r.Activated:
		return ReadDecision{Reason: UnreadNotActivated}
	case c.Tenant != r.Tenant:
		return ReadDecision{Reason: UnreadOtherTenant}
	case r.Scope.All:
		return ReadDecision{Allowed: true, Reason: ReadAsAdministrator}
	case r.takesPart(c):
		return ReadDecision{Allowed: true, Reason: ReadOwn}
	}
	reason, inScope := r.inScope(c)
	if !inScope {
		return ReadDecision{Reason: reason}
	}
	if hidden := r.hidden(c); hidden != "" {
		return ReadDecision{Reason: hidden}
	}
	return ReadDecision{Allowed: true, Reason: reason}
}

// inScope decides the scope of somebody who neither is Administrator nor takes part.
func (r *Reader) inScope(c *Conversation) (ReadReason, bool) {
	if r.leadsParticipant(c) {
		return ReadTeam, true
	}
	reason := r.opened(c)
	switch {
	case reason == "":
		return UnreadOutOfScope, false
	case r.closedToOthers(c):
		return UnreadOthersMessagesDenied, false
	}
	return reason, true
}

// closedToOthers tells whether the tenant keeps a conversation from all but those who take part and their Manager.
func (r *Reader) closedToOthers(c *Conversation) bool {
	return r.OthersMessages == MessagesDenied && c.Assignee != ""
}

// opened is what brings a conversation of others into the scope: its group, or an additive permission whatever the group; empty where
// nothing does.
func (r *Reader) opened(c *Conversation) ReadReason {
	switch {
	case c.general():
		return ReadGeneralGroup
	case r.serves(c.Group):
		return ReadGroup
	case !r.TenantHasGroups:
		return ReadNoGroups
	case r.UnassignedScope == ScopeAll && r.Scope.Unassigned:
		return ReadUnassigned
	case r.Scope.Sessions && c.Kind.isSession():
		return ReadSessionsOfOthers
	case r.Scope.Emails && c.Kind == EmailThread:
		return ReadEmailsOfOthers
	}
	return ""
}

// hidden is the switch that keeps a conversation of somebody else closed though it is in the scope; empty where none does.
func (r *Reader) hidden(c *Conversation) ReadReason {
	switch {
	case c.Kind == ArchivedCall && c.Assignee != "" && !r.Scope.ArchivedCalls:
		return UnreadArchivedCallsHidden
	case c.Kind == OfflineMessage && !r.Scope.OfflineMessages:
		return UnreadOfflineMessagesHidden
	case c.Kind == OfflineMessage && c.Assignee != "" && !r.Scope.OthersOfflineMessages:
		return UnreadOthersOfflineMessagesHidden
	}
	return ""
}

// takesPart tells whether a conversation is the person's own ; that is never withdrawn.
func (r *Reader) takesPart(c *Conversation) bool { return slices.Contains(c.Participants, r.ID) }

func (r *Reader) serves(group string) bool {
	_, found := slices.BinarySearch(r.Groups, group)
	return found
}

func (r *Reader) leadsParticipant(c *Conversation) bool {
	return slices.ContainsFunc(c.Participants, r.leads)
}

// leads tells whether somebody is of the team of a Manager, by store ID.
func (r *Reader) leads(id string) bool {
	_, found := slices.BinarySearch(r.Team, id)
	return found && r.Role == Manager
}
