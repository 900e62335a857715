// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/sqlstore"
)

// switching is a store with one person, and what the platform says of that person.
type switching struct {
	*sqlstore.Store
	t      testing.TB
	person roster.Person
	id     string
}

// switched is a store with somebody who holds Chat and Phone in the tenant acme.
func switched(t testing.TB, s *sqlstore.Store) *switching {
	t.Helper()
	w := smallCompany()
	w.Operators[1].Entries[0].Channels = []roster.Channel{roster.Chat, roster.Phone}
	found(t, s, w)
	sw := &switching{Store: s, t: t, person: roster.Compile(w.Operators[1], w).Person}
	sw.put(func(*roster.Person) {})
	return sw
}

// put writes the person, changed.
func (s *switching) put(change func(*roster.Person)) {
	s.t.Helper()
	person := s.person
	person.Grants = slices.Clone(person.Grants)
	person.Memberships = slices.Clone(person.Memberships)
	change(&person)
	s.id = settleOne(s.t, s.People(), person)
}

// is says where the person is.
func (s *switching) is(state roster.PresenceState) {
	s.t.Helper()
	run(s.t, s.Store, fmt.Sprintf("INSERT INTO presence (user_id, tenant, state) VALUES ('%s', 'acme', '%s') "+
		"ON CONFLICT (user_id, tenant) DO UPDATE SET state = excluded.state", s.id, state))
}

// off switches a channel off.
func (s *switching) off(channel roster.Channel) error {
	return s.Execute(s.t.Context(), fmt.Sprintf("INSERT INTO presence_channels (user_id, tenant, channel, switched_on) VALUES ('%s', 'acme', '%s', FALSE) "+
		"ON CONFLICT (user_id, tenant, channel) DO UPDATE SET switched_on = excluded.switched_on", s.id, channel))
}

// switches are those of the person, and routes the channels that work may come by.
func (s *switching) switches() []string {
	s.t.Helper()
	return ask(s.t, s.Store, "SELECT channel, switched_on FROM presence_channels ORDER BY channel")
}

func (s *switching) routes() []string {
	s.t.Helper()
	return ask(s.t, s.Store, "SELECT channel FROM effective_routes WHERE user_name = 'worker' AND group_name = 'general' AND routable ORDER BY channel")
}

func (s *switching) expect(reason string, switches, routes []string) {
	s.t.Helper()
	if got := s.switches(); !slices.Equal(got, switches) {
		s.t.Errorf("%s: the switches are %q; expected %q", reason, got, switches)
	}
	if got := s.routes(); !slices.Equal(got, routes) {
		s.t.Errorf("%s: work may come by %q; expected %q", reason, got, routes)
	}
}

// withSwitches runs a test of a person's switches over every database.
func withSwitches(t *testing.T, test func(t *testing.T, s *switching)) {
	for database, open := range databases {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			test(t, switched(t, open(t)))
		})
	}
}

func TestChannelsAreSwitchedWhileOnlineOrAwayAndIfGranted(t *testing.T) {
	withSwitches(t, func(t *testing.T, s *switching) {
		if err := s.off(roster.Chat); err == nil {
			t.Error("a channel is switched of somebody who never was there; expected it to be refused")
		}
		for _, c := range []struct {
			state    roster.PresenceState
			channel  roster.Channel
			accepted bool
			reason   string
		}{
			{roster.Online, roster.Chat, true, "online"},
			{roster.Away, roster.Chat, true, "away, switched before"},
			{roster.Away, roster.Phone, true, "away"},
			{roster.Offline, roster.Chat, false, "offline, switched before"},
			{roster.Online, roster.Email, false, "a channel nobody granted"},
			{roster.Away, "Semaphore", false, "a channel nobody knows"},
		} {
			s.is(c.state)
			if err := s.off(c.channel); (err == nil) != c.accepted {
				t.Errorf("%s: switching %s: %v; expected it to be accepted: %t", c.reason, c.channel, err, c.accepted)
			}
		}
		if err := s.Execute(t.Context(), "UPDATE presence SET state = 'Busy'"); err == nil {
			t.Error("somebody is Busy; expected only Online, Away and Offline to be states")
		}
	})
}

func TestANewSwitchIsOn(t *testing.T) {
	withSwitches(t, func(t *testing.T, s *switching) {
		s.is(roster.Online)
		s.expect("without any switch", nil, []string{"Chat", "Phone"})
		run(t, s.Store, fmt.Sprintf("INSERT INTO presence_channels (user_id, tenant, channel) VALUES ('%s', 'acme', 'Chat')", s.id))
		s.expect("with a switch nobody turned", []string{"Chat|1"}, []string{"Chat", "Phone"})
	})
}

func TestRevokingAGrantDropsItsSwitch(t *testing.T) {
	withSwitches(t, func(t *testing.T, s *switching) {
		s.is(roster.Away)
		for _, channel := range []roster.Channel{roster.Chat, roster.Phone} {
			if err := s.off(channel); err != nil {
				t.Fatalf("switching %s: %v", channel, err)
			}
		}
		both := []string{"Chat|0", "Phone|0"}
		s.put(func(p *roster.Person) { p.Grants[0].Capacity, p.Grants[0].Causes = 7, nil })
		s.expect("a grant that changed", both, nil)
		s.put(func(p *roster.Person) { p.User.Active = false })
		s.expect("a person who is deactivated", both, nil)
		s.is(roster.Offline)
		s.put(func(p *roster.Person) { p.Memberships[0].Active = false })
		s.expect("a person who is deactivated in the tenant and went offline", both, nil)
		s.put(func(*roster.Person) {})
		s.is(roster.Online)
		s.expect("a person who is back, with all that was switched off", both, nil)
		s.is(roster.Offline)
		s.put(func(p *roster.Person) { p.Grants = p.Grants[1:] })
		s.expect("a grant that was revoked while offline", both[1:], nil)
		s.put(func(*roster.Person) {})
		s.is(roster.Online)
		s.expect("the grant again", both[1:], []string{"Chat"})
		s.put(func(p *roster.Person) { p.Memberships, p.Grants, p.Access = nil, nil, nil })
		s.expect("a person who left the tenant", nil, nil)
	})
}

func TestPresenceGoesWithThePerson(t *testing.T) {
	withSwitches(t, func(t *testing.T, s *switching) {
		s.is(roster.Online)
		if err := s.off(roster.Chat); err != nil {
			t.Fatalf("switching a channel: %v", err)
		}
		stored, err := s.People().Get(t.Context(), s.person.Key())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.People().Delete(t.Context(), s.person.Key(), stored.Stamp, store.Terms{}); err != nil {
			t.Fatalf("Delete: %v", err)
		}
		for _, table := range []string{"presence", "presence_channels"} {
			if rows := ask(t, s.Store, "SELECT * FROM "+table); len(rows) > 0 {
				t.Errorf("%s has %q of somebody who is gone; expected nothing", table, rows)
			}
		}
	})
}

func TestARouteHasTheLowerOfTheCapsOfChannelAndGroup(t *testing.T) {
	withSwitches(t, func(t *testing.T, s *switching) {
		group := roster.Group{Company: company, Tenant: "acme", Name: "billing"}
		for _, c := range []struct {
			ofGrant, ofGroup int
			want             string
		}{{0, 0, ""}, {2, 0, "2"}, {0, 3, "3"}, {2, 1, "1"}, {1, 2, "1"}, {2, 2, "2"}} {
			s.put(func(p *roster.Person) { p.Grants[0].Capacity = c.ofGrant })
			group.Routing.MaxConcurrentPerOperator = c.ofGroup
			settleOne(t, s.Groups(), group)
			for name, want := range map[string]string{"billing": c.want, "general": fmt.Sprint(c.ofGrant)} {
				if want == "0" {
					want = ""
				}
				got := ask(t, s.Store, "SELECT capacity FROM effective_routes WHERE user_name = 'worker' AND channel = 'Chat' AND group_name = '"+name+"'")
				if !slices.Equal(got, []string{want}) {
					t.Errorf("the channel's cap is %d and the group's %d: the capacity in %s is %q; expected %q, of which nothing is no cap",
						c.ofGrant, c.ofGroup, name, got, want)
				}
			}
		}
	})
}
