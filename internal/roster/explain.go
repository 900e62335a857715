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
			return Explanation{Obstacles: []Obstacle{noChannel()}}
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
		return []Obstacle{{ReasonRoleLacks, fmt.Sprintf("the role %s does not have it; %s", role, row.givenTo(role))}}
	}
	var off []Obstacle
	for _, needed := range row.Needs {
		if !s.Membership.Switches.On(needed) {
			off = append(off, switchedOff(needed))
		}
	}
	if len(off) == 0 && capability == ConversationInitiate {
		off = append(off, noChannel())
	}
	return off
}

// givenTo says which higher role and which permissions would give a capability to somebody of a role.
func (r CapabilityRow) givenTo(lacking Role) string {
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
	remedy := strings.Join(ways, " or ") + " would give it"
	if lacking == Worker && len(r.Permissions) > 0 {
		remedy += "; a Worker holds permissions only where spec.rolePolicy of the Tenant is Additive"
	}
	return remedy
}

func noChannel() Obstacle {
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

// ExplainReading says why the person may read a conversation, with all causes, or why not, with all obstacles. The reader is the person's
// own, and name is the user name of a store ID.
func (s *Standing) ExplainReading(reader Reader, c Conversation, name func(id string) string) Explanation {
	if decision := reader.Read(&c); !decision.Allowed {
		return Explanation{Obstacles: s.unread(&reader, &c)}
	}
	e := Explanation{Allowed: true, Reach: ReachSelf}
	if reader.takesPart(&c) {
		e.Causes = append(e.Causes, Cause{Kind: CauseOwn})
	}
	if causes := s.scopeCauses(&reader, &c, name); len(causes) > 0 {
		e.Reach = ReachScope
		e.Causes = append(e.Causes, causes...)
	}
	if reader.Scope.All {
		e.Reach = ReachTenant
		e.Causes = append(e.Causes, s.administratorCauses()...)
	}
	e.Causes = orderedCauses(e.Causes)
	return e
}

// administratorCauses are why every conversation of the tenant is open.
func (s *Standing) administratorCauses() []Cause {
	held, _ := s.Access.Capability(ConversationRead)
	return slices.DeleteFunc(slices.Clone(held.Causes), func(c Cause) bool {
		return c.Kind == CauseRole && c.Name != string(Administrator)
	})
}

// scopeCauses are why the role of the entry alone opens a conversation to the person, whoever takes part. It may be a lower role than
// the one in effect, which a company administrator falls back to; an Administrator by the entry has no scope.
func (s *Standing) scopeCauses(reader *Reader, c *Conversation, name func(string) string) []Cause {
	gate, open := s.gateCauses(c)
	if !open || s.Membership.Role != Manager && s.Membership.Role != Worker {
		return nil
	}
	var causes []Cause
	for _, p := range c.Participants {
		if _, member := slices.BinarySearch(reader.Team, p); member && s.Membership.Role == Manager {
			causes = append(causes, Cause{Kind: CauseTeam, Name: name(p)})
		}
	}
	if !reader.closedToOthers(c) {
		causes = append(causes, s.openingCauses(reader, c)...)
	}
	if len(causes) == 0 {
		return nil
	}
	return append(causes, gate...)
}

// openingCauses are what brings a conversation of others into the scope.
func (s *Standing) openingCauses(reader *Reader, c *Conversation) []Cause {
	var causes []Cause
	for _, way := range []struct {
		open  bool
		cause Cause
	}{
		{c.general(), Cause{CauseRole, string(s.Membership.Role)}},
		{reader.serves(c.Group), Cause{CauseGroup, c.Group}},
		{!reader.TenantHasGroups, Cause{Kind: CauseNoGroups}},
		{reader.UnassignedScope == ScopeAll && reader.Scope.Unassigned, Cause{Kind: CauseUnassigned}},
		{reader.Scope.Sessions && c.Kind.isSession(), Cause{CausePermission, string(ViewSessions)}},
		{reader.Scope.Emails && c.Kind == EmailThread, Cause{CausePermission, string(ViewEmails)}},
	} {
		if way.open {
			causes = append(causes, way.cause)
		}
	}
	return causes
}

// gateCauses are the switches without which a conversation within the scope of the entry's role would be closed, and whether they let it
// be open.
func (s *Standing) gateCauses(c *Conversation) ([]Cause, bool) {
	capability := OfflineMessageRead
	switch assigned := c.Assignee != ""; {
	case assigned && c.Kind == ArchivedCall:
		capability = ArchivedCallReadOthers
	case assigned && c.Kind == OfflineMessage:
		capability = OfflineMessageReadOthers
	case c.Kind != OfflineMessage:
		return nil, true
	}
	held, _ := s.Access.Capability(capability)
	byRole := slices.ContainsFunc(held.Causes, func(c Cause) bool { return c.Kind == CauseRole })
	return slices.DeleteFunc(slices.Clone(held.Causes), func(c Cause) bool {
		return c.Kind != CauseSwitch && c.Kind != CauseSwitchDefault
	}), byRole
}

// unread are what keeps a conversation from the person: with all of them gone it would be open.
func (s *Standing) unread(reader *Reader, c *Conversation) []Obstacle {
	obstacles := slices.Clone(s.Obstacles)
	switch {
	case c.Tenant != s.Tenant:
		return append(obstacles, Obstacle{ReasonNoEntry, "the conversation is of another tenant"})
	case s.Live() && !s.Activated:
		obstacles = append(obstacles, notActivated())
	}
	if s.Access.Role == "" || s.Facts.Tenant == "" || reader.Scope.All || reader.takesPart(c) {
		return obstacles
	}
	if !reader.leadsParticipant(c) {
		obstacles = append(obstacles, s.outOfScope(reader, c)...)
	}
	return append(obstacles, reader.closedSwitches(c)...)
}

// outOfScope are what keeps a conversation of others out of the scope of somebody who is not their Manager.
func (s *Standing) outOfScope(reader *Reader, c *Conversation) []Obstacle {
	var obstacles []Obstacle
	if reader.opened(c) == "" {
		obstacles = append(obstacles, Obstacle{ReasonOutOfScope, fmt.Sprintf(
			"the operator is not in the group %q of the conversation, or it is gone; add it to groups of the entry", c.Group)})
	}
	if reader.closedToOthers(c) {
		obstacles = append(obstacles, Obstacle{ReasonOthersMessagesDenied, fmt.Sprintf(
			"operators do not see each other's messages; set spec.conversations.othersMessages of Tenant %q to Allowed", s.Tenant)})
	}
	return obstacles
}

// closedSwitches are the switches that keep a conversation of somebody else closed.
func (r *Reader) closedSwitches(c *Conversation) []Obstacle {
	var obstacles []Obstacle
	for _, needed := range []struct {
		by bool
		on bool
		it Switch
	}{
		{c.Kind == ArchivedCall && c.Assignee != "", r.Scope.ArchivedCalls, SwitchOthersArchivedCalls},
		{c.Kind == OfflineMessage, r.Scope.OfflineMessages, SwitchOfflineMessages},
		{c.Kind == OfflineMessage && c.Assignee != "", r.Scope.OthersOfflineMessages, SwitchOthersOfflineMessages},
	} {
		if needed.by && !needed.on {
			obstacles = append(obstacles, switchedOff(needed.it))
		}
	}
	return obstacles
}

func notActivated() Obstacle {
	return Obstacle{ReasonNotActivated, "the operator has not set a password yet, and cannot log in"}
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
	if r.OthersMessages != MessagesDenied {
		return phrase
	}
	phrase += "; others' messages are hidden"
	if r.Role == Manager && len(s.Membership.Team) > 0 {
		phrase += ", the team's are not"
	}
	return phrase
}

var obstaclePhrases = map[ObstacleReason]string{
	ReasonDeactivated:         "deactivated",
	ReasonDeactivatedInTenant: "deactivated in this tenant",
	ReasonNoEntry:             "no entry for this tenant",
	ReasonTenantMissing:       "the tenant does not exist",
	ReasonProfileIncomplete:   "the profile lacks what the tenant demands",
	ReasonInvalid:             "the entry breaks a rule",
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
