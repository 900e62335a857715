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
	Routed              RouteReason = "Routed"
	UnroutedNotLive     RouteReason = "NotLive"
	UnroutedNotActivate RouteReason = "NotActivated"
	UnroutedNoGrant     RouteReason = "NoGrant"
	UnroutedNotInGroup  RouteReason = "NotInGroup"
	UnroutedGroupLacks  RouteReason = "ChannelNotOfGroup"
	UnroutedSwitchedOff RouteReason = "SwitchedOff"
	UnroutedState       RouteReason = "StateNotAllowed"
	UnroutedAtCapacity  RouteReason = "AtCapacity"
)

// RouteDecision is whether work may be routed to a person, and the first reason that settles it.
type RouteDecision struct {
	Allowed bool
	Reason  RouteReason
}

// Route decides whether work of a channel and a group may be routed to the person, who has that much work on the channel already. The
// general group is named "general" or not at all.
func (s *Standing) Route(channel Channel, group string, presence Presence, used int) RouteDecision {
	no := func(reason RouteReason) RouteDecision { return RouteDecision{Reason: reason} }
	if !s.Live() {
		return no(UnroutedNotLive)
	}
	if !s.Activated {
		return no(UnroutedNotActivate)
	}
	grant, granted := s.Grant(channel)
	if !granted {
		return no(UnroutedNoGrant)
	}
	most := grant.Capacity
	if group != "" && group != GeneralGroup {
		g, member := s.group(group)
		switch {
		case !member:
			return no(UnroutedNotInGroup)
		case g.Channels != nil && !slices.Contains(g.Channels, channel):
			return no(UnroutedGroupLacks)
		}
		most = lower(most, g.Routing.MaxConcurrentPerOperator)
	}
	switch {
	case slices.Contains(presence.Off, channel):
		return no(UnroutedSwitchedOff)
	case !s.allows(grant, presence.State):
		return no(UnroutedState)
	case most != 0 && used >= most:
		return no(UnroutedAtCapacity)
	}
	return RouteDecision{Allowed: true, Reason: Routed}
}

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
