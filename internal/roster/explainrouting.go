// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"fmt"
	"slices"
)

// The reasons for which granted work is not routed.
const (
	ReasonNotInGroup        ObstacleReason = "NotInGroup"
	ReasonChannelNotOfGroup ObstacleReason = "ChannelNotOfGroup"
	ReasonStateNotAllowed   ObstacleReason = "StateNotAllowed"
)

// ExplainRouting says why work of a channel and a group may be routed to the person in a state of presence, with every channel
// switched on and no work at hand, or why not. The general group is named "general" or not at all. Before are the grants of the
// person's record (F26, F30).
func (s *Standing) ExplainRouting(channel Channel, group string, state PresenceState, before []Grant) Explanation {
	granted := s.ExplainChannel(channel, before)
	if !granted.Allowed {
		return granted
	}
	decision := s.Route(channel, group, Presence{State: state}, 0)
	if !decision.Allowed {
		return Explanation{Obstacles: s.unroutedBecause(decision.Reason, channel, group, state)}
	}
	if group != "" && group != GeneralGroup {
		granted.Causes = orderedCauses(append(slices.Clone(granted.Causes), Cause{Kind: CauseGroup, Name: group}))
	}
	return granted
}

// unroutedBecause is what would let work be routed that a grant in effect covers.
func (s *Standing) unroutedBecause(reason RouteReason, channel Channel, group string, state PresenceState) []Obstacle {
	switch reason {
	case UnroutedNotActivated:
		return []Obstacle{notActivated()}
	case UnroutedNotInGroup:
		return []Obstacle{{ReasonNotInGroup, fmt.Sprintf("the operator is not in the group %q, or the tenant has no such group; add it to groups of the entry", group)}}
	case UnroutedGroupLacks:
		return []Obstacle{{ReasonChannelNotOfGroup, fmt.Sprintf("the group is not served on the channel %s; add it to spec.channels of Group %q", channel, group)}}
	}
	return s.stateObstacles(channel, state)
}

// stateObstacles are what keeps a granted channel from being routed in a state.
func (s *Standing) stateObstacles(channel Channel, state PresenceState) []Obstacle {
	if state != Online && state != Away {
		return []Obstacle{{ReasonStateNotAllowed, fmt.Sprintf("nothing is routed to somebody who is %s", state)}}
	}
	var obstacles []Obstacle
	grant, _ := s.Grant(channel)
	if state == Online && !grant.Online || state == Away && !grant.Away {
		obstacles = append(obstacles, Obstacle{ReasonStateNotAllowed, fmt.Sprintf(
			"every policy that grants %s denies it to somebody who is %s; allow it in spec.availability of one, or add the channel to channels of the entry", channel, state)})
	}
	if state == Away && !slices.Contains(s.Facts.AwayRouting, channel) {
		obstacles = append(obstacles, Obstacle{ReasonStateNotAllowed, fmt.Sprintf(
			"the tenant routes no %s to somebody who is Away; add it to spec.awayRouting.channels of Tenant %q", channel, s.Tenant)})
	}
	return obstacles
}
