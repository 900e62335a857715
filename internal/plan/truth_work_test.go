// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package plan_test

import (
	"slices"
	"strings"

	"github.com/roster-dev/roster/internal/plan"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/roster/rostertest"
)

// routable asks the formula whether work is routed to somebody who has so much of it.
func routable(w *rostertest.World, name, tenant string, channel roster.Channel, group string, state roster.PresenceState, used int) bool {
	return rostertest.Live(w, name, tenant) && rostertest.Routable(w, name, tenant, rostertest.Work{
		Channel: channel, Group: group, Presence: roster.Presence{State: state}, Used: used,
	})
}

// says tells whether a kind is said with a phrase that begins with the channel and names the state.
func (t *trial) says(kind plan.Kind, work string, state roster.PresenceState) bool {
	return slices.ContainsFunc(t.said[kind], func(what string) bool {
		return strings.HasPrefix(what, work+" while ") && strings.Contains(what, string(state))
	})
}

// saysExactly checks that work is said to be gained or lost if and only if it is.
func (t *trial) saysExactly(kind plan.Kind, work string, state roster.PresenceState, so bool) {
	t.Helper()
	if got := t.says(kind, work, state); got != so {
		t.Errorf("%s of %s while %s: it is %t, and said %t", kind, work, state, so, got)
	}
}

// judgeRouting asks the formula about every channel, group and state, and about every amount of work at hand.
func (t *trial) judgeRouting(name, tenant string) {
	for _, channel := range channels {
		for _, state := range []roster.PresenceState{roster.Online, roster.Away} {
			was, is := routable(t.before, name, tenant, channel, "", state, 0), routable(t.after, name, tenant, channel, "", state, 0)
			t.saysExactly(plan.ChannelGained, string(channel), state, is && !was)
			t.saysExactly(plan.ChannelLost, string(channel), state, was && !is)
			for _, group := range groups {
				t.judgeGroupWork(name, tenant, channel, group, state, was && is)
			}
			if was && is {
				t.judgeCapacity(name, tenant, channel, state)
			}
		}
	}
}

// judgeGroupWork: work of a group that is routed otherwise is explained by the channel, by coming to the group or leaving it, or is said.
func (t *trial) judgeGroupWork(name, tenant string, channel roster.Channel, group string, state roster.PresenceState, kept bool) {
	was, is := routable(t.before, name, tenant, channel, group, state, 0), routable(t.after, name, tenant, channel, group, state, 0)
	stays := inGroup(t.before, name, tenant, group) && inGroup(t.after, name, tenant, group)
	work := string(channel) + " of group " + group
	own := kept && stays
	t.saysExactly(plan.GroupChannelGained, work, state, own && is && !was)
	t.saysExactly(plan.GroupChannelLost, work, state, own && was && !is)
	if was == is || own {
		return
	}
	if !t.explains(channel, group, state) {
		t.Errorf("%s in %s: %s while %s is routed otherwise, and nothing says so", name, tenant, work, state)
	}
}

// explains tells whether it is said that somebody serves a channel otherwise, or comes to a group or leaves it.
func (t *trial) explains(channel roster.Channel, group string, state roster.PresenceState) bool {
	return t.says(plan.ChannelGained, string(channel), state) || t.says(plan.ChannelLost, string(channel), state) ||
		slices.Contains(t.said[plan.GroupJoined], "group "+group) || slices.Contains(t.said[plan.GroupLeft], "group "+group)
}

// judgeCapacity: one more piece of work is routed before and not after, or the other way round, if and only if that is said.
func (t *trial) judgeCapacity(name, tenant string, channel roster.Channel, state roster.PresenceState) {
	most := func(w *rostertest.World) int {
		for used := range 9 {
			if !routable(w, name, tenant, channel, "", state, used) {
				return used
			}
		}
		return 9
	}
	was, is := most(t.before), most(t.after)
	for kind, so := range map[plan.Kind]bool{plan.CapacityLowered: is < was, plan.CapacityRaised: is > was} {
		got := slices.ContainsFunc(t.said[kind], func(what string) bool { return strings.HasPrefix(what, string(channel)+" from ") })
		if got != so {
			t.Errorf("%s of %s in %s for %s: it is %t, and said %t (from %d to %d)", kind, name, tenant, channel, so, got, was, is)
		}
	}
}

// judgeReading draws conversations: one that is read on one side alone is covered by something that is said.
func (t *trial) judgeReading(name, tenant string) {
	for range talks {
		c := rostertest.DrawConversation(t.source, t.before)
		if c.Tenant != tenant {
			continue
		}
		was, is := t.mayRead(t.before, name, c), t.mayRead(t.after, name, c)
		if was == is {
			continue
		}
		kind, team := plan.ReadingLost, plan.TeamMemberLost
		if is {
			kind, team = plan.ReadingGained, plan.TeamMemberGained
		}
		covered := slices.ContainsFunc(t.said[kind], func(what string) bool { return covers(what, c) }) ||
			slices.ContainsFunc(t.said[team], func(member string) bool {
				return slices.Contains(c.Participants, strings.Replace(member, "person-", "user.", 1))
			}) || len(t.said[plan.AccessBegun]) > 0 && slices.Contains(c.Participants, strings.Replace(name, "person-", "user.", 1))
		if !covered {
			t.Errorf("%s reads %+v: before %t, after %t, and nothing says so; said %v", name, c, was, is, t.said)
		}
	}
}

func (t *trial) mayRead(w *rostertest.World, name string, c roster.Conversation) bool {
	return rostertest.Live(w, name, c.Tenant) && rostertest.MayRead(w, name, c.Tenant, c)
}

// covers tells whether a phrase is about a conversation.
func covers(what string, c roster.Conversation) bool {
	if about, known := coversTaken(what, c); known {
		return about
	}
	kinds, where, _ := strings.Cut(what, " of ")
	word := map[roster.ConversationKind]string{
		roster.ChatSession: "chats", roster.Call: "calls", roster.ArchivedCall: "calls", roster.EmailThread: "e-mails", roster.OfflineMessage: "offline messages",
	}[c.Kind]
	if kinds != "conversations" && !strings.Contains(kinds, word) {
		return false
	}
	general := c.Group == "" || c.Group == roster.GeneralGroup
	switch where {
	case "every group":
		return !general
	case "the general group":
		// The switch for offline messages opens them everywhere.
		return general || c.Kind == roster.OfflineMessage
	}
	return where == "group "+c.Group
}

// coversTaken is about the phrases that say who took a conversation on, wherever it belongs; false is that it is none of them.
func coversTaken(what string, c roster.Conversation) (about, known bool) {
	switch what {
	case "conversations that others took on":
		return c.Assignee != "", true
	case "archived calls of others":
		return c.Kind == roster.ArchivedCall && c.Assignee != "", true
	case "offline messages that others took on":
		return c.Kind == roster.OfflineMessage && c.Assignee != "", true
	case "offline messages that nobody took on":
		// The switch for offline messages opens them everywhere, and those that others took on only with it.
		return c.Kind == roster.OfflineMessage, true
	}
	return false, false
}

// witnessReading finds for everything said of reading a conversation that is read on one side alone.
func (t *trial) witnessReading(name, tenant string) {
	for kind, lost := range map[plan.Kind]bool{plan.ReadingLost: true, plan.ReadingGained: false} {
		for _, what := range t.said[kind] {
			found := false
			if kinds, _, one := strings.Cut(what, " of group "); one && slices.Contains(t.said[kind], kinds+" of every group") {
				t.Errorf("%s of %s in %s: %q is said though it is of every group", kind, name, tenant, what)
			}
			for _, c := range conversationsOf(what, tenant) {
				was, is := t.mayRead(t.before, name, c), t.mayRead(t.after, name, c)
				found = found || was == lost && is != lost
			}
			if !found {
				t.Errorf("%s of %s in %s: %q is said, and no conversation shows it", kind, name, tenant, what)
			}
		}
	}
}

// conversationsOf are the conversations a phrase could be about.
func conversationsOf(what, tenant string) []roster.Conversation {
	var all []roster.Conversation
	for _, group := range append([]string{"", rostertest.Missing}, groups...) {
		for _, kind := range []roster.ConversationKind{roster.ChatSession, roster.Call, roster.ArchivedCall, roster.EmailThread, roster.OfflineMessage} {
			for _, by := range []string{"", rostertest.Stranger, "user.1", "user.2", "user.3"} {
				c := roster.Conversation{Tenant: tenant, Group: group, Kind: kind, Assignee: by}
				if by != "" {
					c.Participants = []string{by}
				}
				if covers(what, c) {
					all = append(all, c)
				}
			}
		}
	}
	return all
}

// judgeLife recomputes who comes and goes.
func (t *trial) judgeLife(name string) {
	was, wasThere := t.before.Operator(company, name)
	is, isThere := t.after.Operator(company, name)
	// Who is not there is the zero Operator, who is neither active nor Administrator of anything.
	added := !wasThere && isThere
	want := map[plan.Kind]bool{
		plan.PersonAdded:                added,
		plan.PersonDeactivated:          was.Active && !is.Active,
		plan.PersonReactivated:          is.Active && !was.Active && !added,
		plan.CompanyAdministratorGained: is.CompanyAdministrator && !was.CompanyAdministrator,
		plan.CompanyAdministratorLost:   was.CompanyAdministrator && !is.CompanyAdministrator,
	}
	for kind, so := range want {
		got := slices.ContainsFunc(t.change.People, func(s plan.Statement) bool { return s.Kind == kind && slices.Contains(s.Subjects, name) })
		if got != so {
			t.Errorf("%s of %s: it is %t, and said %t", kind, name, so, got)
		}
	}
}

// judgeAdministrators counts the live Administrators of each tenant as they are declared.
func (t *trial) judgeAdministrators() {
	of := func(w *rostertest.World, tenant string) []string {
		var names []string
		for _, o := range w.Operators {
			if o.AdministratorOf(tenant) {
				names = append(names, o.Name)
			}
		}
		slices.Sort(names)
		return names
	}
	for _, tenant := range tenants {
		_, was := t.before.Tenant(company, tenant)
		_, is := t.after.Tenant(company, tenant)
		want := of(t.before, tenant)
		if !was || !is || len(of(t.after, tenant)) > 0 {
			want = nil
		}
		var got []string
		for _, s := range t.change.Held {
			if s.Kind == plan.LastAdministrator && s.Tenant == tenant {
				got = s.Subjects
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("the last Administrators of %s are %v, and said %v", tenant, want, got)
		}
	}
}
