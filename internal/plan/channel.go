// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"slices"

	"github.com/roster-dev/roster/internal/roster"
)

// states are the states of presence in which anything is routed.
var states = []roster.PresenceState{roster.Online, roster.Away}

// compareChannels says what is routed to somebody, in which state and how much of it at a time.
func (p *pair) compareChannels() {
	was, is := p.was.standing.Channels(), p.is.standing.Channels()
	for _, channel := range is {
		if !slices.Contains(was, channel) {
			routed := p.is.routed(channel)
			p.say(ChannelGained, served(channel, routed, p.is.capacity(channel)), p.is.channelCauses(&p.was, channel, routed))
			continue
		}
		p.compareChannel(channel)
	}
	for _, channel := range was {
		if !slices.Contains(is, channel) {
			routed := p.was.routed(channel)
			p.say(ChannelLost, served(channel, routed, p.was.capacity(channel)), p.was.channelCauses(&p.is, channel, routed))
		}
	}
	p.compareGroupWork()
}

// compareChannel says how a channel is served that somebody keeps.
func (p *pair) compareChannel(channel roster.Channel) {
	was, is := p.was.routed(channel), p.is.routed(channel)
	if added := without(is, was); len(added) > 0 {
		p.say(ChannelGained, served(channel, added, 0), p.is.channelCauses(&p.was, channel, added))
	}
	if lost := without(was, is); len(lost) > 0 {
		p.say(ChannelLost, served(channel, lost, 0), p.was.channelCauses(&p.is, channel, lost))
	}
	grant, _ := p.is.standing.Grant(channel)
	p.compareCapacity(string(channel), p.was.capacity(channel), grant.Capacity, grant.Causes)
}

// compareCapacity says how much of a kind of work somebody has at a time, of which 0 is no limit.
func (p *pair) compareCapacity(work string, was, is int, causes []roster.Cause) {
	if was == is {
		return
	}
	kind := CapacityLowered
	if is == 0 || was != 0 && is > was {
		kind = CapacityRaised
	}
	p.say(kind, fmt.Sprintf("%s from %s to %s at a time", work, limit(was), limit(is)), causes)
}

func limit(capacity int) string {
	if capacity == 0 {
		return "no limit"
	}
	return fmt.Sprint(capacity)
}

// compareGroupWork says what work of a group is routed, where the group itself decides that: who comes to it or serves other channels
// is told of by these.
func (p *pair) compareGroupWork() {
	was, is := groupsOf(&p.was.standing), groupsOf(&p.is.standing)
	for name, group := range is {
		former, stays := was[name]
		if !stays {
			continue
		}
		for _, channel := range p.is.standing.Channels() {
			p.compareGroupChannel(channel, name)
		}
		p.compareCapacity("work of group "+name, former.Routing.MaxConcurrentPerOperator, group.Routing.MaxConcurrentPerOperator,
			[]roster.Cause{{Kind: roster.CauseGroup, Name: name}})
	}
}

// compareGroupChannel compares only the states in which the channel is routed on both sides.
func (p *pair) compareGroupChannel(channel roster.Channel, group string) {
	var lost, added []roster.PresenceState
	for _, state := range states {
		if !p.was.routes(channel, "", state) || !p.is.routes(channel, "", state) {
			continue
		}
		switch was, is := p.was.routes(channel, group, state), p.is.routes(channel, group, state); {
		case was && !is:
			lost = append(lost, state)
		case is && !was:
			added = append(added, state)
		}
	}
	cause := []roster.Cause{{Kind: roster.CauseGroup, Name: group}}
	work := fmt.Sprintf("%s of group %s", channel, group)
	if len(lost) > 0 {
		p.say(GroupChannelLost, served(roster.Channel(work), lost, 0), cause)
	}
	if len(added) > 0 {
		p.say(GroupChannelGained, served(roster.Channel(work), added, 0), cause)
	}
}

func (s *side) routes(channel roster.Channel, group string, state roster.PresenceState) bool {
	return s.standing.Route(channel, group, roster.Presence{State: state}, 0).Allowed
}

// routed are the states in which a channel is routed.
func (s *side) routed(channel roster.Channel) []roster.PresenceState {
	return slices.DeleteFunc(slices.Clone(states), func(state roster.PresenceState) bool { return !s.routes(channel, "", state) })
}

func (s *side) capacity(channel roster.Channel) int {
	grant, _ := s.standing.Grant(channel)
	return grant.Capacity
}

// served says how a channel is served, such as "Phone while Online and Away, 3 at a time"; a capacity of 0 says nothing.
func served(channel roster.Channel, routed []roster.PresenceState, capacity int) string {
	phrase := string(channel) + ", routed in no state"
	if len(routed) > 0 {
		words := make([]string, 0, len(routed))
		for _, state := range routed {
			words = append(words, string(state))
		}
		phrase = fmt.Sprintf("%s while %s", channel, joined(words))
	}
	if capacity > 0 {
		phrase += fmt.Sprintf(", %d at a time", capacity)
	}
	return phrase
}

// channelCauses are what a channel comes through in some states on this side, and not on the other one: grants that are not there, else
// what the tenant allows.
func (s *side) channelCauses(other *side, channel roster.Channel, in []roster.PresenceState) []roster.Cause {
	here, there := s.allowing(channel, in), other.allowing(channel, in)
	if !other.standing.Live() {
		return here
	}
	if added := without(here, there); len(added) > 0 {
		return added
	}
	if !slices.Contains(other.standing.Facts.Channels, channel) {
		return append(slices.Clone(here), roster.Cause{Kind: CauseTenantChannels})
	}
	if slices.Contains(in, roster.Away) && !slices.Contains(other.standing.Facts.AwayRouting, channel) {
		return append(slices.Clone(here), roster.Cause{Kind: CauseAwayRouting})
	}
	return here
}

// allowing are the causes of a grant that allow one of some states; all of them where there is none to allow.
func (s *side) allowing(channel roster.Channel, in []roster.PresenceState) []roster.Cause {
	grant, _ := s.standing.Grant(channel)
	allows := func(c roster.Cause) bool {
		if c.Kind != roster.CausePolicy {
			return true
		}
		policy, known := s.world.Policies[c.Name]
		return !known || policy.Online && slices.Contains(in, roster.Online) || policy.Away && slices.Contains(in, roster.Away)
	}
	if len(in) == 0 {
		return grant.Causes
	}
	return slices.DeleteFunc(slices.Clone(grant.Causes), func(c roster.Cause) bool { return !allows(c) })
}

// without are the elements of a list that are not in another one.
func without[E comparable](list, others []E) []E {
	return slices.DeleteFunc(slices.Clone(list), func(e E) bool { return slices.Contains(others, e) })
}
