// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import "slices"

// PresenceState is what a person says of being there, in one tenant (F30).
type PresenceState string

// The states of presence.
const (
	Online  PresenceState = "Online"
	Away    PresenceState = "Away"
	Offline PresenceState = "Offline"
)

// Presence is where a person is in one tenant: the state, and the channels switched off (F30, F31). A channel that was not switched
// is on.
type Presence struct {
	State PresenceState
	Off   []Channel
}

// RouteReason says why work may be routed to a person, or why not.
type RouteReason string

// Why work may be routed, and why not.
const (
	Routed               RouteReason = "Routed"
	UnroutedNotLive      RouteReason = "NotLive"
	UnroutedNotActivated RouteReason = "NotActivated"
	UnroutedNoGrant      RouteReason = "NoGrant"
	UnroutedNotInGroup   RouteReason = "NotInGroup"
	UnroutedGroupLacks   RouteReason = "ChannelNotOfGroup"
	UnroutedSwitchedOff  RouteReason = "SwitchedOff"
	UnroutedState        RouteReason = "StateNotAllowed"
	UnroutedAtCapacity   RouteReason = "AtCapacity"
)

// RouteDecision is whether work may be routed to a person, and the first reason that settles it.
type RouteDecision struct {
	Allowed bool
	Reason  RouteReason
}

// Route decides whether work of a channel and a group may be routed to the person, who has that much work on the channel already. The
// general group is named "general" or not at all (F26, F30, F31).
func (s *Standing) Route(channel Channel, group string, presence Presence, used int) RouteDecision {
	grant, granted := s.Grant(channel)
	switch {
	case !s.Live():
		return unrouted(UnroutedNotLive)
	case !s.Activated:
		return unrouted(UnroutedNotActivated)
	case !granted:
		return unrouted(UnroutedNoGrant)
	}
	groupCap, reason := s.serving(channel, group)
	most := lower(grant.Capacity, groupCap)
	switch {
	case reason != "":
		return unrouted(reason)
	case slices.Contains(presence.Off, channel):
		return unrouted(UnroutedSwitchedOff)
	case !s.allows(grant, presence.State):
		return unrouted(UnroutedState)
	case most != 0 && used >= most:
		return unrouted(UnroutedAtCapacity)
	}
	return RouteDecision{Allowed: true, Reason: Routed}
}

func unrouted(reason RouteReason) RouteDecision { return RouteDecision{Reason: reason} }

// serving is the cap a group puts on one person's work, of which 0 is none, or why the person does not serve a channel for the group.
func (s *Standing) serving(channel Channel, group string) (int, RouteReason) {
	if group == "" || group == GeneralGroup {
		return 0, ""
	}
	g, member := s.group(group)
	switch {
	case !member:
		return 0, UnroutedNotInGroup
	case g.Channels != nil && !slices.Contains(g.Channels, channel):
		return 0, UnroutedGroupLacks
	}
	return g.Routing.MaxConcurrentPerOperator, ""
}

// allows tells whether the channel of a grant is routed in a state: online by the grant alone, away by the tenant's awayRouting too.
func (s *Standing) allows(grant Grant, state PresenceState) bool {
	switch state {
	case Online:
		return grant.Online
	case Away:
		return grant.Away && slices.Contains(s.Facts.AwayRouting, grant.Channel)
	}
	return false
}

func (s *Standing) group(name string) (Group, bool) {
	i := slices.IndexFunc(s.Groups, func(g Group) bool { return g.Name == name })
	if i < 0 {
		return Group{}, false
	}
	return s.Groups[i], true
}

// lower is the lower of two caps, of which 0 is none.
func lower(a, b int) int {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}
