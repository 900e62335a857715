// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"

	"github.com/roster-dev/roster/internal/roster"
)

// Whose conversations somebody reads is found out by asking the core about conversations that stand for all others. Where one belongs
// and of which kind it is, whether somebody else took it on, and which switch hides it, decide each for itself; so one question of each
// tells of all: a conversation nobody took on, in the general group, in each group of the person, and in a group that is nobody's.

// elsewhere is a group that no tenant has: a name of an object never begins with a slash.
const elsewhere = "/elsewhere"

// stranger takes conversations on and is in nobody's team: no user name begins with a slash.
const stranger = "/stranger"

// opening are the kinds of conversations of one place that are open while nobody took them on.
type opening struct{ sessions, emails, offline bool }

func (r *readerIn) opening(group string) opening {
	return opening{
		sessions: r.reads(roster.ChatSession, group, ""),
		emails:   r.reads(roster.EmailThread, group, ""),
		offline:  r.reads(roster.OfflineMessage, group, ""),
	}
}

// less is what is open here and not there.
func (o opening) less(there opening) opening {
	return opening{o.sessions && !there.sessions, o.emails && !there.emails, o.offline && !there.offline}
}

func (o opening) any() bool { return o.sessions || o.emails || o.offline }

// kinds says which kinds of conversations they are.
func (o opening) kinds() string {
	if o.sessions && o.emails {
		return choose(o.offline, "conversations", "chats, calls and e-mails")
	}
	var kinds []string
	if o.sessions {
		kinds = append(kinds, "chats", "calls")
	}
	if o.emails {
		kinds = append(kinds, "e-mails")
	}
	if o.offline {
		kinds = append(kinds, "offline messages")
	}
	return joined(kinds)
}

// readerIn is somebody who reads in a tenant.
type readerIn struct {
	*side

	tenant string
}

func (r *readerIn) conversation(kind roster.ConversationKind, group, assignee string) roster.Conversation {
	c := roster.Conversation{Tenant: r.tenant, Group: group, Kind: kind, Assignee: assignee}
	if assignee != "" {
		c.Participants = []string{assignee}
	}
	return c
}

func (r *readerIn) reads(kind roster.ConversationKind, group, assignee string) bool {
	c := r.conversation(kind, group, assignee)
	return r.reader.Read(&c).Allowed
}

// readsTaken tells whether conversations of a kind are read that somebody else took on: anybody, or at least one of the team.
func (r *readerIn) readsTaken(kind roster.ConversationKind) (by string, open bool) {
	for _, by := range append([]string{stranger}, r.reader.Team...) {
		if r.reads(kind, "", by) {
			return by, true
		}
	}
	return "", false
}

func (r *readerIn) causes(kind roster.ConversationKind, group, assignee string) []roster.Cause {
	c := r.conversation(kind, group, assignee)
	return r.standing.ExplainReading(r.reader, c, r.nameOf).Causes
}

// compareReading says whose conversations somebody reads.
func (p *pair) compareReading() {
	was, is := &readerIn{&p.was, p.tenant}, &readerIn{&p.is, p.tenant}
	p.compareReadingOf(is, was, ReadingGained)
	p.compareReadingOf(was, is, ReadingLost)
}

// compareReadingOf says what somebody reads here and does not there.
func (p *pair) compareReadingOf(here, there *readerIn, kind Kind) {
	everywhere := here.opening(elsewhere).less(there.opening(elsewhere))
	general := here.opening("").less(there.opening(""))
	if everywhere.any() {
		p.saysReading(kind, here, everywhere, elsewhere, "of every group")
	}
	switch {
	case general == opening{offline: true}:
		// The switch opens them in every group of the person alike.
		p.saysReading(kind, here, general, "", "that nobody took on")
	case general.any():
		p.saysReading(kind, here, general, "", "of the general group")
	}
	for _, group := range here.reader.Groups {
		own := here.opening(group).less(there.opening(group)).less(everywhere)
		if !own.sessions && !own.emails && general.offline {
			// The switch for offline messages opens them everywhere alike: it is told once.
			own.offline = false
		}
		if own.any() {
			p.saysReading(kind, here, own, group, "of group "+group)
		}
	}
	p.compareTaken(here, there, kind)
}

func (p *pair) saysReading(kind Kind, here *readerIn, open opening, group, where string) {
	asked := roster.OfflineMessage
	switch {
	case open.sessions:
		asked = roster.ChatSession
	case open.emails:
		asked = roster.EmailThread
	}
	p.say(kind, fmt.Sprintf("%s %s", open.kinds(), where), here.causes(asked, group, ""))
}

// compareTaken says what of the conversations that somebody else took on is read here and not there.
func (p *pair) compareTaken(here, there *readerIn, kind Kind) {
	for _, taken := range []struct {
		kind roster.ConversationKind
		what string
	}{
		{roster.ChatSession, "conversations that others took on"},
		{roster.ArchivedCall, "archived calls of others"},
		{roster.OfflineMessage, "offline messages that others took on"},
	} {
		if taken.kind == roster.ChatSession {
			// Those of the team are told of by the team.
			if here.reads(taken.kind, "", stranger) && !there.reads(taken.kind, "", stranger) {
				p.say(kind, taken.what, here.causes(taken.kind, "", stranger))
			}
			continue
		}
		by, open := here.readsTaken(taken.kind)
		if _, too := there.readsTaken(taken.kind); open && !too {
			p.say(kind, taken.what, here.causes(taken.kind, "", by))
		}
	}
}
