// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package activation

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr/funcr"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/storetest/faults"
)

const (
	own     = "blue kettle sings on Sundays"
	another = "seven lamps below the river"
	home    = "192.0.2.7"
)

// cheap is the least that a hash costs.
var cheap = Cost{Memory: 8, Iterations: 1, Parallelism: 1}

var noon = time.Date(2031, 2, 3, 12, 0, 0, 0, time.UTC)

// clock stands still until told.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) passes(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// said is what was logged.
type said struct {
	mu    sync.Mutex
	lines []string
}

func (s *said) add(prefix, args string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, prefix+" "+args)
}

func (s *said) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n")
}

// centre is a service over a store in memory, where anna of acme is to set a password, and what it did.
type centre struct {
	*Service
	t     testing.TB
	store *faults.Store
	clock *clock
	said  *said
	// hashed are the costs of the hashes that were computed.
	hashed []Cost
	mu     sync.Mutex
}

func keyOf(t testing.TB, with string) Key {
	t.Helper()
	key, err := NewKey([]byte(strings.Repeat(with, ShortestKey)))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newCentre(t testing.TB) *centre { return newCentreThatCosts(t, cheap, 4) }

func newCentreThatCosts(t testing.TB, cost Cost, atOnce int) *centre {
	t.Helper()
	c := &centre{t: t, store: faults.Wrap(memory.New()), clock: &clock{at: noon}, said: &said{}}
	hasher, err := NewHasher(cost, atOnce)
	if err != nil {
		t.Fatal(err)
	}
	c.Service = New(c.store.Accounts(), Options{
		Key: keyOf(t, "a"), Hasher: c.counts(hasher), ResetValidFor: time.Hour, Domain: "example.com", Now: c.clock.now,
		Audit: funcr.New(c.said.add, funcr.Options{}),
	})
	c.person("anna")
	return c
}

// counts has the hashes of a hasher counted.
func (c *centre) counts(hasher *Hasher) *Hasher {
	hasher.counted = func(cost Cost) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.hashed = append(c.hashed, cost)
	}
	return hasher
}

// person stores somebody who works in the tenant north, as changed.
func (c *centre) person(name string, changes ...func(*roster.User)) {
	c.t.Helper()
	user := roster.User{
		Company: "acme", UserName: name, Active: true, CredentialMode: roster.ActivationLink,
		Profile: roster.Profile{GivenName: "Anežka", FamilyName: "Wintersberg-Holm", Email: name + "@mail.example.com"},
	}
	for _, change := range changes {
		change(&user)
	}
	person := roster.Person{User: user, Memberships: []roster.Membership{{Tenant: "north", Active: true, Role: roster.Worker}}}
	if _, err := c.store.People().Put(c.t.Context(), person.Canonical(), stampOf(name), noTerms); err != nil {
		c.t.Fatalf("storing %s: %v", name, err)
	}
}

func stampOf(name string) store.Stamp {
	return store.Stamp{Owner: store.Owner{Installation: "test", Namespace: "acme", Kind: "Operator", Name: name}, UID: "uid", Generation: 1}
}

var noTerms store.Terms

func switchedOff(u *roster.User) { u.Active = false }
func vouched(u *roster.User)     { u.CredentialMode, u.IdentityProvider = roster.IdentityProvider, "corp" }
func elsewhere(u *roster.User)   { u.Profile.Email = "else@mail.example.com" }

func (c *centre) holder(name string) store.Holder {
	c.t.Helper()
	is, err := c.store.Accounts().Get(c.t.Context(), roster.NewPersonKey("acme", name))
	if err != nil {
		c.t.Fatalf("the account of %s: %v", name, err)
	}
	return is
}

func (c *centre) changes(name string, change func(roster.User, roster.Account) roster.Account) store.Holder {
	c.t.Helper()
	is, err := c.store.Accounts().Update(c.t.Context(), roster.NewPersonKey("acme", name), func(u roster.User, a roster.Account) (roster.Account, error) {
		return change(u, a), nil
	})
	if err != nil {
		c.t.Fatalf("changing the account of %s: %v", name, err)
	}
	return is
}

// sets gives somebody a password.
func (c *centre) sets(name, password string) {
	c.t.Helper()
	hash, err := c.Hasher.Hash(c.t.Context(), password)
	if err != nil {
		c.t.Fatal(err)
	}
	c.changes(name, func(_ roster.User, a roster.Account) roster.Account { return a.ChangePassword(hash, c.Now()) })
	c.hashed = nil
}

// invites makes a link for somebody, and answers it and its token.
func (c *centre) invites(name string) (roster.Link, string) {
	c.t.Helper()
	is := c.changes(name, func(u roster.User, a roster.Account) roster.Account {
		return a.Forgot(u, c.Key.Invitation(c.Now(), time.Hour, "example.com", ""))
	})
	link, found := is.Account.Link()
	token, err := c.Key.Token(link)
	if !found || err != nil {
		c.t.Fatalf("%s should have a link, and it a token: %t, %v", name, found, err)
	}
	return link, token
}

// isSent is invites once the link was mailed.
func (c *centre) isSent(name string) (token string) {
	c.t.Helper()
	link, token := c.invites(name)
	c.changes(name, func(_ roster.User, a roster.Account) roster.Account { return a.LinkSent(link.Hash, c.Now()) })
	return token
}

// logsIn tells whether somebody does by a password, from an address.
func (c *centre) logsIn(login, password, client string) error {
	_, err := c.Authenticate(c.t.Context(), Attempt{Company: "acme", Login: login, Password: password, Client: client})
	return err
}

func expectError(t testing.TB, reason string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: the error should be %v, it is %v", reason, want, got)
	}
}

// expectThrottled expects a pause.
func expectThrottled(t testing.TB, reason string, got error, want time.Duration) {
	t.Helper()
	throttled := (*ThrottledError)(nil)
	if !errors.As(got, &throttled) || throttled.RetryAfter != want {
		t.Errorf("%s: the next try should be heard in %s, got %v", reason, want, got)
	}
}
