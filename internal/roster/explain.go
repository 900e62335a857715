// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"fmt"
	"slices"
	"strings"
)

// ObstacleReason says what kind of thing keeps something from taking effect.
type ObstacleReason string

// The reasons. Those of [Ineffective] name the same things.
const (
	ReasonDeactivated         ObstacleReason = "Deactivated"
	ReasonDeactivatedInTenant ObstacleReason = "DeactivatedInTenant"
	ReasonNotActivated        ObstacleReason = "NotActivated"
	ReasonNoEntry             ObstacleReason = "NoEntry"
	ReasonTenantMissing       ObstacleReason = "TenantMissing"
	ReasonRoleLacks           ObstacleReason = "RoleLacks"
	ReasonSwitchOff           ObstacleReason = "SwitchOff"
	ReasonNotGranted          ObstacleReason = "NotGranted"
	ReasonChannelNotOfTenant  ObstacleReason = "ChannelNotOfTenant"
	// ReasonNotWorkerOrManager: a member of a team is neither in the same tenant.
	ReasonNotWorkerOrManager ObstacleReason = "NotWorkerOrManager"
	// ReasonStrictRolePolicy: the tenant lets no Worker have additive permissions.
	ReasonStrictRolePolicy ObstacleReason = "StrictRolePolicy"
	// ReasonTooManyGroups: the tenant lets nobody be in so many groups.
	ReasonTooManyGroups ObstacleReason = "TooManyGroups"
	// ReasonOutOfScope and ReasonOthersMessagesDenied keep a conversation closed.
	ReasonOutOfScope           ObstacleReason = "OutOfScope"
	ReasonOthersMessagesDenied ObstacleReason = "OthersMessagesDenied"
)

// Obstacle is one thing that keeps something from taking effect, with what would remove it.
type Obstacle struct {
	Reason  ObstacleReason `json:"reason"`
	Message string         `json:"message"`
}

// Explanation says whether a person has something in a tenant, and why or why not.
type Explanation struct {
	// Allowed says whether; Reach how far, where the effect is a capability.
	Allowed bool  `json:"allowed"`
	Reach   Reach `json:"reach,omitempty"`
	// Causes are all the causes of what is allowed: removing them all removes it.
	Causes []Cause `json:"causes,omitempty"`
	// Obstacles are what stands in the way of what is not.
	Obstacles []Obstacle `json:"obstacles,omitempty"`
}

// Explain says why the person has a capability, or why not.
func (s *Standing) Explain(capability Capability) Explanation {
	if held, has := s.Access.Capability(capability); has {
		if len(s.Obstacles) > 0 {
			return Explanation{Obstacles: s.Obstacles}
		}
		if capability == ConversationInitiate && len(s.Grants) == 0 {
			return Explanation{Obstacles: []Obstacle{s.noChannel()}}
		}
		return Explanation{Allowed: true, Reach: held.Reach, Causes: held.Causes}
	}
	obstacles := slices.Clone(s.Obstacles)
	if s.Declared || len(obstacles) == 0 {
		obstacles = append(obstacles, s.lacks(capability)...)
	}
	return Explanation{Obstacles: obstacles}
}

// lacks are what keeps a person who is there from a capability.
func (s *Standing) lacks(capability Capability) []Obstacle {
	row, known := LookUpCapability(capability)
	if !known {
		return []Obstacle{{ReasonRoleLacks, fmt.Sprintf("there is no capability %q", capability)}}
	}
	role := s.Access.Role
	if row.Of(role) == ReachNone {
		return []Obstacle{{ReasonRoleLacks, fmt.Sprintf("the role %s does not have it; %s", role, row.givenBy())}}
	}
	var off []Obstacle
	for _, needed := range row.Needs {
		if !s.Membership.Switches.On(needed) {
			off = append(off, Obstacle{ReasonSwitchOff, fmt.Sprintf("the switch %s is off; set %s of the entry to true", needed, needed)})
		}
	}
	if len(off) == 0 && capability == ConversationInitiate {
		off = append(off, s.noChannel())
	}
	return off
}

// givenBy says which roles and permissions have a capability.
func (r CapabilityRow) givenBy() string {
	ways := make([]string, 0, len(r.Permissions)+1)
	for _, role := range []Role{Manager, Administrator} {
		if r.Of(role) != ReachNone {
			ways = append(ways, "the role "+string(role))
			break
		}
	}
	for _, p := range r.Permissions {
		ways = append(ways, "the permission "+string(p))
	}
	return strings.Join(ways, " or ") + " would give it"
}

func (s *Standing) noChannel() Obstacle {
	return Obstacle{ReasonNotGranted, "no channel is in effect; grant one in channels of the entry or by a ChannelPolicy"}
}

// ExplainChannel says why the person may serve a channel, or why not. Before are the grants of the person's record.
func (s *Standing) ExplainChannel(channel Channel, before []Grant) Explanation {
	granted := slices.ContainsFunc(before, func(g Grant) bool { return g.Tenant == s.Tenant && g.Channel == channel })
	obstacles := slices.Clone(s.Obstacles)
	switch grant, has := s.Grant(channel); {
	case has:
		return Explanation{Allowed: true, Causes: grant.Causes}
	case !granted:
		obstacles = append(obstacles, Obstacle{ReasonNotGranted, fmt.Sprintf("nothing grants the channel %s; add it to channels of the entry, or write a ChannelPolicy that matches", channel)})
	case s.Facts.Tenant != "" && !slices.Contains(s.Facts.Channels, channel):
		obstacles = append(obstacles, Obstacle{ReasonChannelNotOfTenant, channelNotOfTenant(channel, s.Tenant)})
	}
	return Explanation{Obstacles: obstacles}
}

func channelNotOfTenant(channel Channel, tenant string) string {
	return fmt.Sprintf("the tenant does not have the channel %s; add it to spec.channels of Tenant %q", channel, tenant)
}

// roleCauses are why the person has what everybody of the tenant has.
func (s *Standing) roleCauses() []Cause {
	if h, has := s.Access.Capability(ConversationRead); has {
		return h.Causes
	}
	return nil
}

// ExplainReading says why the person may read a conversation of somebody else, or why not. Names are the user names of those who
// take part.
func (s *Standing) ExplainReading(reader Reader, c Conversation, name func(id string) string) Explanation {
	decision := reader.Read(&c)
	if !decision.Allowed {
		return Explanation{Obstacles: s.unread(decision.Reason)}
	}
	if reader.Scope.All {
		return Explanation{Allowed: true, Reach: ReachTenant, Causes: s.administratorCauses()}
	}
	e := Explanation{Allowed: true, Reach: ReachScope}
	if slices.Contains(c.Participants, reader.ID) {
		return Explanation{Allowed: true, Reach: ReachSelf, Causes: []Cause{{Kind: CauseOwn}}}
	}
	e.Causes = append(e.Causes, s.teamCauses(&reader, &c, name)...)
	if reader.OthersMessages != MessagesDenied || c.Assignee == "" {
		e.Causes = append(e.Causes, s.scopeCauses(&reader, &c)...)
	}
	e.Causes = orderedCauses(append(e.Causes, s.gateCauses(&c)...))
	return e
}

// administratorCauses are why every conversation of the tenant is open.
func (s *Standing) administratorCauses() []Cause {
	return slices.DeleteFunc(slices.Clone(s.roleCauses()), func(c Cause) bool {
		return c.Kind == CauseRole && c.Name != string(Administrator)
	})
}

func (s *Standing) teamCauses(reader *Reader, c *Conversation, name func(string) string) []Cause {
	var causes []Cause
	if reader.Role != Manager {
		return nil
	}
	for _, p := range c.Participants {
		if _, led := slices.BinarySearch(reader.Team, p); led {
			causes = append(causes, Cause{Kind: CauseTeam, Name: name(p)})
		}
	}
	return causes
}

func (s *Standing) scopeCauses(reader *Reader, c *Conversation) []Cause {
	var causes []Cause
	if c.general() {
		causes = append(causes, Cause{Kind: CauseRole, Name: string(reader.Role)})
	}
	if reader.serves(c.Group) {
		causes = append(causes, Cause{Kind: CauseGroup, Name: c.Group})
	}
	if !reader.TenantHasGroups {
		causes = append(causes, Cause{Kind: CauseNoGroups})
	}
	if reader.UnassignedScope == ScopeAll && reader.Scope.Unassigned {
		causes = append(causes, Cause{Kind: CauseUnassigned})
	}
	if reader.Scope.Sessions && c.Kind.isSession() {
		causes = append(causes, Cause{Kind: CausePermission, Name: string(ViewSessions)})
	}
	if reader.Scope.Emails && c.Kind == EmailThread {
		causes = append(causes, Cause{Kind: CausePermission, Name: string(ViewEmails)})
	}
	return causes
}

// gateCauses are the switches without which a conversation within the scope would be closed.
func (s *Standing) gateCauses(c *Conversation) []Cause {
	capability := map[bool]map[ConversationKind]Capability{
		true:  {ArchivedCall: ArchivedCallReadOthers, OfflineMessage: OfflineMessageReadOthers},
		false: {OfflineMessage: OfflineMessageRead},
	}[c.Assignee != ""][c.Kind]
	held, has := s.Access.Capability(capability)
	if !has {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(held.Causes), func(c Cause) bool {
		return c.Kind != CauseSwitch && c.Kind != CauseSwitchDefault
	})
}

// unread is what would open a conversation that a person may not read.
func (s *Standing) unread(reason ReadReason) []Obstacle {
	switch reason {
	case UnreadNotLive:
		return s.Obstacles
	case UnreadNotActivated:
		return []Obstacle{{ReasonNotActivated, "the operator has not set a password yet, and cannot log in"}}
	case UnreadOtherTenant:
		return []Obstacle{{ReasonNoEntry, "the conversation is of another tenant"}}
	case UnreadOthersMessagesDenied:
		return []Obstacle{{ReasonOthersMessagesDenied, "the tenant hides the messages of others; conversations.othersMessages of the Tenant would show them"}}
	case UnreadArchivedCallsHidden:
		return []Obstacle{switchedOff(SwitchOthersArchivedCalls)}
	case UnreadOfflineMessagesHidden:
		return []Obstacle{switchedOff(SwitchOfflineMessages)}
	case UnreadOthersOfflineMessagesHidden:
		return []Obstacle{switchedOff(SwitchOthersOfflineMessages)}
	}
	return []Obstacle{{ReasonOutOfScope, "the conversation is of a group the operator is not in; add the group to the entry"}}
}

func switchedOff(s Switch) Obstacle {
	return Obstacle{ReasonSwitchOff, fmt.Sprintf("the switch %s is off; set %s of the entry to true", s, s)}
}

// named is how many groups a phrase names before it counts them, and namedLength how long their names may be together: a phrase
// has at most 256 bytes, so that a status has room for it.
const (
	named       = 3
	namedLength = 128
)

// Conversations says in a short phrase whose conversations the person may read in the tenant, once logged in.
func (s *Standing) Conversations() string {
	r := s.Reader("", func(string) (string, bool) { return "", false })
	switch {
	case len(s.Obstacles) > 0:
		return "none: " + obstaclePhrases[s.Obstacles[0].Reason]
	case r.Scope.All:
		return "all"
	}
	phrase := strings.Join(s.parts(&r), ", ")
	if r.OthersMessages == MessagesDenied {
		phrase += "; others' messages are hidden"
	}
	return phrase
}

var obstaclePhrases = map[ObstacleReason]string{
	ReasonDeactivated:         "deactivated",
	ReasonDeactivatedInTenant: "deactivated in this tenant",
	ReasonNoEntry:             "no entry for this tenant",
	ReasonTenantMissing:       "the tenant does not exist",
}

// parts are whose conversations are in the scope of somebody who is no Administrator.
func (s *Standing) parts(r *Reader) []string {
	switch {
	case !r.TenantHasGroups:
		return []string{"all: the tenant has no groups"}
	case r.UnassignedScope == ScopeAll && r.Scope.Unassigned:
		return []string{"all: in no group"}
	}
	parts := []string{"own", "general group"}
	switch count := len(r.Groups); {
	case count > named || len(strings.Join(r.Groups, "")) > namedLength:
		parts = append(parts, plural(count, "group"))
	case count == 1:
		parts = append(parts, "group "+r.Groups[0])
	case count > 0:
		parts = append(parts, "groups "+strings.Join(r.Groups, " and "))
	}
	if count := len(s.Membership.Team); r.Role == Manager && count > 0 {
		parts = append(parts, fmt.Sprintf("team of %d", count))
	}
	if r.Scope.Sessions {
		parts = append(parts, "all sessions")
	}
	if r.Scope.Emails {
		parts = append(parts, "all e-mails")
	}
	return parts
}

// plural counts things: "1 group", "2 groups".
func plural(count int, thing string) string {
	if count == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", count, thing)
}
