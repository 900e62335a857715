// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package activation

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/roster-dev/roster/internal/roster"
)

// hears makes the links of all who wait, as Run does.
func (c *centre) hears() {
	c.t.Helper()
	for {
		select {
		case f := <-c.forgotten:
			if err := c.invite(c.t.Context(), f); err != nil {
				c.t.Errorf("making a link: %v", err)
			}
		default:
			return
		}
	}
}

func (c *centre) forgets(login, client string) {
	c.t.Helper()
	if err := c.Forgot(c.t.Context(), "acme", login, client); err != nil {
		c.t.Errorf("whoever forgot a password should be told nothing else, got %v", err)
	}
	c.hears()
}

func TestWhoForgotAPasswordIsMailedALink(t *testing.T) {
	t.Parallel()
	for _, login := range []string{"anna", "Anna", "ANNA@mail.example.com"} {
		c := newCentre(t)
		c.sets("anna", own)
		c.forgets(login, home)
		link, found := c.holder("anna").Account.Link()
		if !found || link.Purpose != roster.Reset || link.ValidFor != 3600 || link.Email != "anna@mail.example.com" || !link.NextTry.Equal(noon) {
			t.Errorf("%s: a link to reset should be due, got %+v", login, link)
		}
		expectError(t, "the password until the link is used", c.logsIn("anna", own, home), nil)
	}
}

func TestWhoForgotIsToldTheSameWhoeverItIs(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	c.person("off")
	c.sets("off", own)
	c.person("off", switchedOff)
	c.person("vouched", vouched)
	c.person("given", func(u *roster.User) { u.CredentialMode = roster.InitialPassword })
	for i, login := range []string{"nobody", "nobody@mail.example.com", "off", "vouched", "given", "", "\x00", strings.Repeat("x", 5000)} {
		c.store.Reset()
		c.hashed = nil
		if err := c.Forgot(t.Context(), "acme", login, clientOf(i)); err != nil || c.store.Counts().AccountReads > 0 || len(c.hashed) > 0 {
			t.Errorf("%.20q: an answer should not wait for whether there is somebody, got %v and %+v", login, err, c.store.Counts())
		}
		c.hears()
	}
	for _, name := range []string{"off", "vouched", "given"} {
		if links := c.holder(name).Account.Links; len(links) > 0 {
			t.Errorf("%s should be sent nothing, got %+v", name, links)
		}
	}
	c.store.SetDown(true)
	if err := c.Forgot(t.Context(), "acme", "anna", "another client"); err != nil {
		t.Errorf("nor for a store, got %v", err)
	}
}

func TestNobodysMailboxIsFilledByOthers(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	c.sets("anna", own)
	links := func() int { return len(c.holder("anna").Account.Links) }
	for i := range 20 {
		c.forgets("anna", clientOf(i))
	}
	if got := links(); got != 1 {
		t.Errorf("twenty who ask at once should be one link, they are %d", got)
	}
	c.clock.passes(betweenLinks - 1)
	if c.forgets("anna", home); links() != 1 {
		t.Errorf("just before %s there should be no other link", betweenLinks)
	}
	c.clock.passes(1)
	if c.forgets("anna", home); links() != 2 {
		t.Errorf("after %s there should be another link", betweenLinks)
	}
}

func TestAClientThatAsksForManyIsNotHeard(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	const many = 30
	for i := range many {
		name := fmt.Sprint("person", i)
		c.person(name)
		c.sets(name, own)
		c.forgets(name, "198.51.100.9")
	}
	sent := 0
	for i := range many {
		sent += len(c.holder(fmt.Sprint("person", i)).Account.Links)
	}
	if sent != freeGuesses+1 {
		t.Errorf("one client should have at most %d links made at once, it had %d", freeGuesses+1, sent)
	}
	c.sets("anna", own)
	if c.forgets("anna", home); len(c.holder("anna").Account.Links) != 1 {
		t.Error("another client should be heard all the same")
	}
	expectError(t, "a login from the client that asked", c.logsIn("person1", own, "198.51.100.9"), nil)
}

func TestFewWaitForALinkAtOnce(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	for i := range 3 * waitingRequests {
		if err := c.Forgot(t.Context(), "acme", "anna", fmt.Sprint("client", i)); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(c.forgotten); got != waitingRequests {
		t.Errorf("%d should wait at most, %d do", waitingRequests, got)
	}
}

func TestLinksOfWhoForgotAreMadeUntilTheManagerEnds(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	c.sets("anna", own)
	ctx, cancel := context.WithCancel(t.Context())
	told := make(chan roster.PersonKey, 1)
	c.Changed = func(key roster.PersonKey) { told <- key }
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	if err := c.Forgot(t.Context(), "acme", "anna", home); err != nil {
		t.Fatal(err)
	}
	select {
	case key := <-told:
		if key != roster.NewPersonKey("acme", "anna") || len(c.holder("anna").Account.Links) != 1 {
			t.Errorf("it should be told that anna has a link, %v was", key)
		}
	case <-time.After(10 * time.Second):
		t.Error("a link should have been made")
	}
	cancel()
	expectError(t, "a manager that ends", <-ended, nil)
}
