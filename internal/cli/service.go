// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"strconv"

	"github.com/roster-dev/roster/internal/roster"
)

// service is how somebody serves a channel.
type service struct {
	// Online and Away say in which states of presence work is routed; work of a group may have further conditions.
	Online bool `json:"online"`
	Away   bool `json:"away"`
	// Capacity is how many conversations there are at a time; absent is no limit.
	Capacity int `json:"capacity,omitempty"`
}

// serviceOf is how a channel that is in effect is served.
func serviceOf(standing *roster.Standing, channel roster.Channel) *service {
	routed := func(state roster.PresenceState) bool {
		return standing.Route(channel, roster.GeneralGroup, roster.Presence{State: state}, 0).Allowed
	}
	grant, _ := standing.Grant(channel)
	return &service{Online: routed(roster.Online), Away: routed(roster.Away), Capacity: grant.Capacity}
}

var serviceHeadings = []string{"ONLINE", "AWAY", "AT A TIME"}

func (s *service) cells() []string {
	capacity := "no limit"
	if s.Capacity > 0 {
		capacity = strconv.Itoa(s.Capacity)
	}
	return []string{yesNo(s.Online), yesNo(s.Away), capacity}
}

// yesNo is a truth as a word.
func yesNo(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}
