// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"flag"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/roster/rostertest"
)

// view is all that one person may do in one tenant, as far as asking shows: every capability, every conversation out of a few hundred that
// differ in what rules look at, and all work out of a few dozen kinds.
type view struct {
	capabilities []roster.HeldCapability
	// reads and routes are the answers, in the order of the questions.
	reads, routes []bool
}

// The conversations and the work that views are made of.
var (
	allConversations = conversationsOf("north", "south")
	allWork          = workOf()
)

func conversationsOf(tenants ...string) []roster.Conversation {
	var every []roster.Conversation
	for _, tenant := range tenants {
		for _, group := range []string{"", "billing", "sales", "support", rostertest.Missing} {
			for _, kind := range []roster.ConversationKind{roster.ChatSession, roster.EmailThread, roster.ArchivedCall, roster.OfflineMessage} {
				every = append(every, roster.Conversation{Tenant: tenant, Group: group, Kind: kind})
				for _, participant := range []string{"user.1", "user.2", "user.3", rostertest.Stranger} {
					c := roster.Conversation{Tenant: tenant, Group: group, Kind: kind, Participants: []string{participant}}
					every = append(every, c)
					c.Assignee = participant
					every = append(every, c)
				}
			}
		}
	}
	return every
}

func workOf() []rostertest.Work {
	var every []rostertest.Work
	for _, channel := range []roster.Channel{roster.Chat, roster.Phone, roster.Email} {
		for _, group := range []string{"", "billing", "sales", "support"} {
			for _, state := range []roster.PresenceState{roster.Online, roster.Away} {
				for used := range 2 {
					every = append(every, rostertest.Work{Channel: channel, Group: group, Presence: roster.Presence{State: state}, Used: used})
				}
			}
		}
	}
	return every
}

// viewOf asks everything there is to ask of a person in a tenant.
func viewOf(w *rostertest.World, operator, tenant string) view {
	standing, reader := standingOf(w, operator, tenant)
	v := view{capabilities: standing.Capabilities(), reads: make([]bool, len(allConversations)), routes: make([]bool, len(allWork))}
	for i := range allConversations {
		v.reads[i] = reader.Read(&allConversations[i]).Allowed
	}
	for i, work := range allWork {
		v.routes[i] = standing.Route(work.Channel, work.Group, work.Presence, work.Used).Allowed
	}
	return v
}

func (v view) empty() bool {
	return len(v.capabilities) == 0 && !slices.Contains(v.reads, true) && !slices.Contains(v.routes, true)
}

// lack is what one view has and another has not, of each sort one.
type lack struct{ capability, read, route string }

// lacks is what another view has and this one has not; none is that this one covers the other.
func (v view) lacks(other view) lack {
	var l lack
	if uncovered := roster.Uncovered(v.capabilities, other.capabilities); len(uncovered) > 0 {
		l.capability = fmt.Sprintf("%s with reach %s", uncovered[0].Capability, uncovered[0].Reach)
	}
	if i := firstMissing(v.reads, other.reads); i >= 0 {
		l.read = fmt.Sprintf("%+v", allConversations[i])
	}
	if i := firstMissing(v.routes, other.routes); i >= 0 {
		l.route = fmt.Sprintf("%+v", allWork[i])
	}
	return l
}

// difference is how two values differ; empty is that they are equal. To find them equal is quick.
func difference(want, got any) string {
	if reflect.DeepEqual(want, got) {
		return ""
	}
	return cmp.Diff(want, got, cmp.AllowUnexported(view{}))
}

func firstMissing(have, other []bool) int {
	for i := range other {
		if other[i] && !have[i] {
			return i
		}
	}
	return -1
}

// everybody calls a function for every person of the worlds and every tenant.
func everybody(f func(operator, tenant string)) {
	for _, operator := range []string{"person-1", "person-2", "person-3"} {
		for _, tenant := range []string{"north", "south"} {
			f(operator, tenant)
		}
	}
}

// law checks a property over that many worlds at least, and says over how many.
func law(t *testing.T, worlds int, property func(t *rapid.T, source rostertest.Source, w *rostertest.World)) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	if asked, err := strconv.Atoi(checks.Value.String()); err != nil || asked < worlds {
		before := checks.Value.String()
		t.Cleanup(func() { setFlag(t, checks, before) })
		setFlag(t, checks, strconv.Itoa(worlds))
	}
	cases := 0
	rapid.Check(t, func(t *rapid.T) {
		cases++
		source := rostertest.Rapid(t)
		property(t, source, rostertest.Draw(source, company))
	})
	t.Logf("%d worlds", cases)
}

func setFlag(t *testing.T, f *flag.Flag, value string) {
	t.Helper()
	if err := f.Value.Set(value); err != nil {
		t.Fatalf("setting -%s to %s: %v", f.Name, value, err)
	}
}

// entryIn is a person's entry for a tenant, to be changed in place; nil where there is none.
func entryIn(w *rostertest.World, operator, tenant string) *roster.Entry {
	o := personIn(w, operator)
	for i := range o.Entries {
		if o.Entries[i].Tenant == tenant {
			return &o.Entries[i]
		}
	}
	return nil
}

// personIn is a person of a world, to be changed in place.
func personIn(w *rostertest.World, operator string) *roster.Operator {
	for i := range w.Operators {
		if w.Operators[i].Name == operator {
			return &w.Operators[i]
		}
	}
	panic("nobody is called " + operator)
}

// tenantIn is a tenant of a world, to be changed in place; nil where there is none.
func tenantIn(w *rostertest.World, tenant string) *roster.Tenant {
	for i := range w.Tenants {
		if w.Tenants[i].Record.Tenant == tenant {
			return &w.Tenants[i]
		}
	}
	return nil
}
