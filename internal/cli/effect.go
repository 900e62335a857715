// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roster-dev/roster/internal/roster"
)

// effect is what a question is about: a capability, a channel, or the routing of work on a channel.
type effect struct {
	Capability roster.Capability `json:"capability,omitempty"`
	Channel    roster.Channel    `json:"channel,omitempty"`
	// State is the state of presence in which work is routed; empty is that a grant is asked about, whatever the state.
	State roster.PresenceState `json:"state,omitempty"`
	// Group is the group whose work is routed.
	Group string `json:"group,omitempty"`
}

// sentence says that somebody has the effect in a tenant, or does not.
func (e effect) sentence(who, tenant string, has bool) string {
	not := func(with, without string) string {
		if has {
			return with
		}
		return without
	}
	switch {
	case e.Capability != "":
		return fmt.Sprintf("%s %s %s in %s", who, not("has", "does not have"), e.Capability, tenant)
	case e.State == "":
		return fmt.Sprintf("%s %s %s in %s", who, not("serves", "does not serve"), e.Channel, tenant)
	}
	work := string(e.Channel)
	if e.Group != "" {
		work += " of group " + e.Group
	}
	return fmt.Sprintf("%s %s routed to %s in %s while %s", work, not("is", "is not"), who, tenant, e.State)
}

// effectFlags say more about a channel.
type effectFlags struct {
	state choice
	group string
}

func (f *effectFlags) bind(c *cobra.Command) {
	f.state = choice{words: []string{string(roster.Online), string(roster.Away)}}
	f.state.bind(c, "state", "", "ask whether work of the channel is routed in this state of presence")
	c.Flags().StringVar(&f.group, "group", "", "ask whether work of this group is routed; without --state while Online")
	completed(c, "group", cobra.NoFileCompletions)
}

// effect is the effect a word and the flags mean. Offered are the channels of the tenant, of which some may be newer than this program.
func (f *effectFlags) effect(word string, offered []roster.Channel) (effect, error) {
	if _, known := roster.LookUpCapability(roster.Capability(word)); known {
		if f.state.value != "" || f.group != "" {
			return effect{}, fmt.Errorf("--state and --group go with a channel, and %s is a capability", word)
		}
		return effect{Capability: roster.Capability(word)}, nil
	}
	for _, channel := range slices.Concat(slices.Collect(roster.Channels()), offered) {
		if strings.EqualFold(word, string(channel)) {
			e := effect{Channel: channel, State: roster.PresenceState(f.state.value), Group: f.group}
			if e.Group != "" && e.State == "" {
				e.State = roster.Online
			}
			return e, nil
		}
	}
	return effect{}, fmt.Errorf("there is no capability and no channel %q%s", word, didYouMean(word, effectWords()))
}

// effectWords are the words for every capability and channel there is.
func effectWords() []string {
	var words []string
	for row := range roster.Capabilities() {
		words = append(words, string(row.Capability))
	}
	for channel := range roster.Channels() {
		words = append(words, string(channel))
	}
	slices.Sort(words)
	return words
}

// explain says why a person has the effect where the person stands, or why not. Granted are the grants of all entries.
func (e effect) explain(standing *roster.Standing, granted []roster.Grant) roster.Explanation {
	switch {
	case e.Capability != "":
		return standing.Explain(e.Capability)
	case e.State == "":
		return standing.ExplainChannel(e.Channel, granted)
	}
	return standing.ExplainRouting(e.Channel, e.Group, e.State, granted)
}
