// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/roster"
)

var noon = time.Date(2031, 2, 3, 12, 0, 0, 0, time.UTC)

func TestAConfirmationSaysHowManyAndUntilWhen(t *testing.T) {
	for _, c := range []struct{ reason, text, wrong string }{
		{"the form is as documented", "12@2031-02-03T18:00:00Z", ""},
		{"a time has a zone of its own", "1@2031-02-03T13:30:00+01:00", ""},
		{"24 hours is not beyond 24 hours", "1@2031-02-04T12:00:00Z", ""},
		{"nothing", "", "it must be <count>@<expiry>"},
		{"no time", "12", "it must be <count>@<expiry>"},
		{"no count", "@2031-02-03T18:00:00Z", "it must be <count>@<expiry>"},
		{"nobody", "0@2031-02-03T18:00:00Z", "it must be <count>@<expiry>"},
		{"a sign", "+3@2031-02-03T18:00:00Z", "it must be <count>@<expiry>"},
		{"zeros that could hide a slip", "007@2031-02-03T18:00:00Z", "it must be <count>@<expiry>"},
		{"more people than there are", "99999999999@2031-02-03T18:00:00Z", "it must be <count>@<expiry>"},
		{"a day is no time", "3@2031-02-03", "must be a time of RFC 3339"},
		{"now is over", "3@2031-02-03T12:00:00Z", "it has expired"},
		{"too far ahead", "3@2031-02-04T12:00:01Z", "more than 24 hours ahead"},
	} {
		confirmation, err := roster.ParseConfirmation(c.text, noon)
		switch {
		case c.wrong == "" && (err != nil || confirmation.Text != c.text || confirmation.Count < 1 || !noon.Before(confirmation.Until)):
			t.Errorf("%s: %q should be understood, got %+v, %v", c.reason, c.text, confirmation, err)
		case c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)):
			t.Errorf("%s: %q should be refused with %q, got %v", c.reason, c.text, c.wrong, err)
		}
	}
}

func FuzzParseConfirmation(f *testing.F) {
	for _, text := range []string{"12@2031-02-03T18:00:00Z", "@", "1@", "9@2031-02-03T24:00:00Z", "1@2031-02-03T18:00:00+24:00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		confirmation, err := roster.ParseConfirmation(text, noon)
		if err == nil && (confirmation.Text != text || confirmation.Count < 1 || !confirmation.Until.After(noon) || confirmation.Until.Sub(noon) > 24*time.Hour) {
			t.Errorf("%q was understood as %+v, which no confirmation may be", text, confirmation)
		}
	})
}

// spender spends a budget at random, and counts for itself what went.
type spender struct {
	budget       roster.RemovalBudget
	confirmation roster.Confirmation
	window       roster.RemovalWindow
	at           time.Time
	live         int
	// confirmed went by the confirmation; removed went in the window that began so, with so many live.
	confirmed int
	removed   map[time.Time]int
	began     map[time.Time]int
}

func newSpender(t *rapid.T) *spender {
	s := &spender{
		budget:       roster.RemovalBudget{Window: rapid.Int64Range(1, 100).Draw(t, "window")},
		confirmation: roster.Confirmation{Text: "it", Count: rapid.IntRange(1, 3).Draw(t, "confirmed"), Until: noon.Add(50 * time.Second)},
		at:           noon, live: rapid.IntRange(1, 40).Draw(t, "live"), removed: map[time.Time]int{}, began: map[time.Time]int{},
	}
	if rapid.Bool().Draw(t, "a number") {
		s.budget.Max = rapid.IntRange(1, 5).Draw(t, "max")
	} else {
		s.budget.Percent = rapid.IntRange(1, 100).Draw(t, "percent")
	}
	return s
}

func (s *spender) spend(t *rapid.T) {
	s.at = s.at.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "seconds")) * time.Second)
	r := roster.Removing{People: 1, At: s.at, Budget: &s.budget, Live: func() (int, error) { return s.live, nil }}
	if rapid.IntRange(0, 3).Draw(t, "which") == 0 {
		r.Confirmed = s.confirmation
	}
	after, allowed, err := s.window.Spend(r)
	if err != nil {
		t.Fatalf("Spend: %v", err)
	}
	if !allowed {
		return
	}
	before := s.window
	s.window = after
	if after.Confirmed > before.Confirmed {
		s.confirmed++
	} else {
		if before.Began != after.Began {
			s.began[after.Began] = s.live
		}
		s.removed[after.Began]++
	}
	s.live--
}

// most is how many may be removed in a window that began with so many live.
func (s *spender) most(live int) int {
	if s.budget.Max > 0 {
		return s.budget.Max
	}
	return max(1, (live*s.budget.Percent+99)/100)
}

func TestNoWindowLetsMoreGoThanItsBudget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newSpender(t)
		for range rapid.IntRange(1, 60).Draw(t, "removals") {
			s.spend(t)
		}
		if s.confirmed > s.confirmation.Count {
			t.Fatalf("%d were let go by a confirmation for %d", s.confirmed, s.confirmation.Count)
		}
		for began, count := range s.removed {
			if most := s.most(s.began[began]); count > most {
				t.Fatalf("%d were removed in the window that began at %s with %d live, of which %d may be", count, began, s.began[began], most)
			}
		}
	})
}

func TestAWindowSaysWhyItCannotCount(t *testing.T) {
	away := errors.New("away")
	_, allowed, err := roster.RemovalWindow{}.Spend(roster.Removing{
		People: 1, At: noon, Budget: &roster.RemovalBudget{Percent: 10, Window: 60}, Live: func() (int, error) { return 0, away },
	})
	if allowed || !errors.Is(err, away) {
		t.Errorf("who cannot be counted may not go, and the error is the one that was met: got %t, %v", allowed, err)
	}
}

func TestWhoLeavesKeepsAllButAccess(t *testing.T) {
	membership := func(tenant string, role roster.Role, active bool) roster.Membership {
		return roster.Membership{Tenant: tenant, Role: role, Active: active}
	}
	person := roster.Person{
		User:        roster.User{Company: "acme", UserName: "worker", Active: true, Profile: roster.Profile{Title: "Head"}},
		Memberships: []roster.Membership{membership("north", roster.Administrator, true), membership("south", roster.Worker, true), membership("west", roster.Worker, false)},
	}
	chief := person
	chief.User.CompanyAdministrator = true
	marked := noon.Add(time.Minute)
	for _, c := range []struct {
		reason string
		got    roster.Person
		want   func(*roster.Person)
		held   []string
	}{
		{"who leaves is switched off, to be purged", person.Left(noon), func(p *roster.Person) { p.User.Active, p.User.PurgeAfter = false, noon }, nil},
		{"whose removal is held keeps all", person.Kept(time.Time{}), func(p *roster.Person) { p.User.Held = roster.HeldByBudget }, []string{"north", "south"}},
		{"who is to go at once is marked", person.Kept(marked), func(p *roster.Person) { p.User.Held, p.User.PurgeAfter = roster.HeldByBudget, marked }, []string{"north", "south"}},
		{"the last Administrator stays only there", person.LeftBut([]string{"north"}, time.Time{}), func(p *roster.Person) {
			p.User.Held, p.Memberships[1].Active = roster.HeldAsLastAdministrator, false
		}, []string{"north"}},
		{"the company's keeps all", chief.LeftBut([]string{"north"}, time.Time{}), func(p *roster.Person) {
			p.User.Held, p.User.CompanyAdministrator = roster.HeldAsLastAdministrator, true
		}, []string{"north", "south"}},
		{"who was held leaves", person.Kept(marked).Left(noon), func(p *roster.Person) { p.User.Active, p.User.PurgeAfter = false, noon }, nil},
	} {
		want := person
		want.Memberships = append([]roster.Membership(nil), person.Memberships...)
		c.want(&want)
		if diff := cmp.Diff(want.Canonical(), c.got.Canonical()); diff != "" {
			t.Errorf("%s (-expected +got):\n%s", c.reason, diff)
		}
		if diff := cmp.Diff(c.held, c.got.HeldFor()); diff != "" {
			t.Errorf("%s: the tenants it is held for (-expected +got):\n%s", c.reason, diff)
		}
		if c.got.HasLeft() != !c.got.User.Active {
			t.Errorf("%s: who is switched off to be purged has left, and nobody else", c.reason)
		}
	}
}

func TestLossesAreWhereSomebodyLiveCeasesToBe(t *testing.T) {
	in := func(tenants ...string) roster.Person {
		person := roster.Person{User: roster.User{Company: "acme", UserName: "worker", Active: true}}
		for _, tenant := range tenants {
			person.Memberships = append(person.Memberships, roster.Membership{Tenant: tenant, Role: roster.Worker, Active: true})
		}
		return person
	}
	off := in("north", "south").Left(noon)
	for _, c := range []struct {
		reason        string
		before, after roster.Person
		want          string
	}{
		{"gone altogether", in("north", "south"), roster.Person{}, "[{north false} {south false}]"},
		{"switched off", in("north", "south"), off, "[{north false} {south false}]"},
		{"taken out of one", in("north", "south"), in("south"), "[{north false}]"},
		{"who had nothing loses nothing", off, roster.Person{}, "[]"},
		{"who comes loses nothing", in("north"), in("north", "south"), "[]"},
	} {
		if got := fmt.Sprint(c.before.Losses(c.after)); got != c.want {
			t.Errorf("%s: losses are %s, want %s", c.reason, got, c.want)
		}
	}
	tenant := roster.TenantRecord{Company: "acme", Tenant: "north"}
	for reason, c := range map[string]struct {
		before, after roster.TenantRecord
		want          string
	}{
		"retired": {tenant, tenant.Left(noon), "[{north true}]"}, "removed": {tenant, roster.TenantRecord{}, "[{north true}]"},
		"held": {tenant, tenant.Kept(noon), "[]"}, "purged once it was retired": {tenant.Left(noon), roster.TenantRecord{}, "[]"},
	} {
		if got := fmt.Sprint(c.before.Losses(c.after)); got != c.want {
			t.Errorf("a tenant that is %s: losses are %s, want %s", reason, got, c.want)
		}
	}
}
