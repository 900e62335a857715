// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/roster/rostertest"
)

// How many worlds the core and the second opinion are compared over, how many questions of each kind are asked of each, and how often
// each answer must come up for the comparison to say anything about it.
const (
	worlds    = 200_000
	shards    = 4
	questions = 3
	often     = 400
)

// answers counts how often each reason came up.
type answers struct {
	mu     sync.Mutex
	worlds int
	reads  map[roster.ReadReason]int
	routes map[roster.RouteReason]int
}

func (a *answers) add(other *answers) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.worlds += other.worlds
	for reason, n := range other.reads {
		a.reads[reason] += n
	}
	for reason, n := range other.routes {
		a.routes[reason] += n
	}
}

func noAnswers() *answers {
	return &answers{reads: map[roster.ReadReason]int{}, routes: map[roster.RouteReason]int{}}
}

// The second opinion reads the formulas of docs/access.md over what is declared; see rostertest. It shares no code with the core, so where
// both agree on every question of 200,000 companies, the compiled form of the rules says what the formulas say.
func TestTheCoreAgreesWithTheFormulasOnWhoReadsAndWhoIsRoutedTo(t *testing.T) {
	total := noAnswers()
	t.Run("worlds", func(t *testing.T) {
		for shard := range shards {
			t.Run(fmt.Sprintf("shard %d", shard), func(t *testing.T) {
				t.Parallel()
				source := rand.New(rand.NewPCG(uint64(shard), 4))
				some := noAnswers()
				defer total.add(some)
				for range worlds / shards {
					w := rostertest.Draw(source, company)
					compare(t, source, w, some)
					some.worlds++
				}
			})
		}
	})
	if t.Failed() {
		return
	}
	if total.worlds < worlds {
		t.Errorf("compared over %d worlds, want %d", total.worlds, worlds)
	}
	t.Logf("%d worlds, %d questions of each kind", total.worlds, questions*total.worlds)
	for _, reason := range readReasons {
		if n := total.reads[reason]; n < often {
			t.Errorf("reading was decided by %s %d times, want at least %d: the worlds do not try it", reason, n, often)
		}
	}
	for _, reason := range routeReasons {
		if n := total.routes[reason]; n < often {
			t.Errorf("routing was decided by %s %d times, want at least %d: the worlds do not try it", reason, n, often)
		}
	}
	t.Logf("reading: %v", total.reads)
	t.Logf("routing: %v", total.routes)
	known := len(readReasons) + len(routeReasons)
	if got := len(total.reads) + len(total.routes); got != known {
		t.Errorf("%d reasons came up, want the %d that this test names: name the new ones here", got, known)
	}
}

var readReasons = []roster.ReadReason{
	roster.ReadAsAdministrator, roster.ReadOwn, roster.ReadGroup, roster.ReadGeneralGroup, roster.ReadNoGroups, roster.ReadUnassigned,
	roster.ReadTeam, roster.ReadSessionsOfOthers, roster.ReadEmailsOfOthers, roster.UnreadNotLive, roster.UnreadNotActivated,
	roster.UnreadOtherTenant, roster.UnreadOutOfScope, roster.UnreadOthersMessagesDenied, roster.UnreadArchivedCallsHidden,
	roster.UnreadOfflineMessagesHidden, roster.UnreadOthersOfflineMessagesHidden,
}

var routeReasons = []roster.RouteReason{
	roster.Routed, roster.UnroutedNotLive, roster.UnroutedNotActivated, roster.UnroutedNoGrant, roster.UnroutedNotInGroup,
	roster.UnroutedGroupLacks, roster.UnroutedSwitchedOff, roster.UnroutedState, roster.UnroutedAtCapacity,
}

// compare asks the core and the second opinion the same of one person and one tenant of a world.
func compare(t *testing.T, source rostertest.Source, w *rostertest.World, count *answers) {
	t.Helper()
	name, tenant := rostertest.DrawOperator(source), rostertest.DrawTenantName(source)
	standing, reader := standingOf(w, name, tenant)
	if live := rostertest.Live(w, name, tenant); live != standing.Live() {
		t.Fatalf("%s is live in %s: the core says %t and the formula %t\n%+v", name, tenant, standing.Live(), live, w)
	}
	for range questions {
		c := rostertest.DrawConversation(source, w)
		decision := reader.Read(&c)
		count.reads[decision.Reason]++
		if want := rostertest.MayRead(w, name, tenant, c); decision.Allowed != want {
			t.Fatalf("%s may read %+v in %s: the core says %t because of %s, the formula %t\n%+v", name, c, tenant, decision.Allowed, decision.Reason, want, w)
		}
		work := rostertest.DrawWork(source)
		routed := standing.Route(work.Channel, work.Group, work.Presence, work.Used)
		count.routes[routed.Reason]++
		if want := rostertest.Routable(w, name, tenant, work); routed.Allowed != want {
			t.Fatalf("%+v of %s may be routed to %s: the core says %t because of %s, the formula %t\n%+v", work, tenant, name, routed.Allowed, routed.Reason, want, w)
		}
	}
}

// standingOf is where one person of a world stands in a tenant, and what the person reads with. Store IDs are the user names.
func standingOf(w *rostertest.World, operator, tenant string) (roster.Standing, roster.Reader) {
	declared, _ := w.Operator(w.Company, operator)
	person := roster.Compile(declared, w).Person
	standing := person.Stand(tenant, w)
	reader := standing.Reader(person.User.UserName, itself)
	return standing, reader
}
