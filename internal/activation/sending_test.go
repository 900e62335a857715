// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package activation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// post is a mail server.
type post struct {
	*centre
	letters []Letter
	// answers are what it says to the next letters, and during is what happens while it does.
	answers []*Unsent
	during  func(Letter)
}

func newPost(t *testing.T) *post {
	t.Helper()
	return &post{centre: newCentre(t)}
}

func (p *post) take(_ context.Context, l Letter) *Unsent {
	p.letters = append(p.letters, l)
	if p.during != nil {
		p.during(l)
	}
	if len(p.answers) == 0 {
		return nil
	}
	answer := p.answers[0]
	p.answers = p.answers[1:]
	return answer
}

// looks has a sender look once for what is due, and expects how many letters it wrote.
func (p *post) looks(reason string, s *sender, letters int) error {
	p.t.Helper()
	p.letters = nil
	err := s.sendDue(p.t.Context())
	if len(p.letters) != letters {
		p.t.Errorf("%s: %d letters should be written, %d were", reason, letters, len(p.letters))
	}
	return err
}

func (p *post) link(name string) roster.Link {
	p.t.Helper()
	link, _ := p.holder(name).Account.Link()
	return link
}

func TestALinkIsMailedOnce(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	_, token := p.invites("anna")
	p.clock.passes(time.Minute)
	s := newSender(p.Service, p.take)
	expectError(t, "sending", p.looks("a link that is due", s, 1), nil)
	link := p.link("anna")
	l := p.letters[0]
	if l.Token != token || l.Link.Email != "anna@mail.example.com" || l.Link.MessageID != link.MessageID || l.ID != p.holder("anna").ID || !l.Expires.Equal(noon.Add(time.Hour+time.Minute)) {
		t.Errorf("a letter should have the link, the address, the ID and the time that ends it, got %+v", l)
	}
	if !link.Expires.Equal(l.Expires) || !link.Sent.Equal(p.Now()) || link.Attempts != 1 {
		t.Errorf("a link should live from when it was sent, as its letter says, got %+v", link)
	}
	expectError(t, "the next look", p.looks("a link that was sent", s, 0), nil)
	expectError(t, "the link of the letter", p.SetByLink(t.Context(), l.Token, own, home), nil)
}

func TestALetterIsInThePersonsLanguage(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	tenant := roster.TenantRecord{Company: "acme", Tenant: "north", DisplayName: "North", Settings: roster.Settings{Locale: "cs"}}
	if _, err := p.store.Tenants().Put(t.Context(), tenant, stampOf("north"), noTerms); err != nil {
		t.Fatal(err)
	}
	p.person("ben", func(u *roster.User) { u.Locale = "de" })
	p.invites("anna")
	p.invites("ben")
	expectError(t, "sending", p.looks("two links", newSender(p.Service, p.take), 2), nil)
	got := map[string]string{}
	for _, l := range p.letters {
		got[l.User.UserName] = l.TenantName + " " + l.Locale
	}
	if diff := cmp.Diff(map[string]string{"anna": "North cs", "ben": "North de"}, got); diff != "" {
		t.Errorf("a letter should be in the person's language, or else the tenant's (-want +got):\n%s", diff)
	}
}

func TestALinkIsTriedAgainLaterAndLater(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.invites("anna")
	s := newSender(p.Service, p.take)
	for i, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 30 * time.Minute, 30 * time.Minute} {
		p.answers = []*Unsent{{Reason: "TryLater"}}
		expectError(t, "a try", p.looks(fmt.Sprint("try ", i), s, 1), nil)
		link := p.link("anna")
		if got := link.NextTry.Sub(p.Now()); got != want || link.Failure != "TryLater" || link.Attempts != i+1 {
			t.Errorf("after try %d the next should be in %s, it is in %s: %+v", i, want, got, link)
		}
		p.clock.passes(want - 1)
		expectError(t, "too early", p.looks("just before the next try", s, 0), nil)
		p.clock.passes(1)
	}
	expectError(t, "the last try", p.looks("a try that works", s, 1), nil)
	if link := p.link("anna"); link.Failure != "" || !link.Expires.Equal(p.Now().Add(time.Hour)) {
		t.Errorf("a link that was sent at last should live its time from then, got %+v", link)
	}
}

func TestALinkIsGivenUpOnce(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	link, token := p.invites("anna")
	s := newSender(p.Service, p.take)
	p.answers = []*Unsent{{Reason: "NoSuchMailbox", Permanent: true}}
	expectError(t, "a try", p.looks("a mailbox that is not there", s, 1), nil)
	p.clock.passes(1000 * time.Hour)
	expectError(t, "later", p.looks("a link that was given up", s, 0), nil)
	if got := p.link("anna"); got.Failure != "NoSuchMailbox" || !got.NextTry.IsZero() {
		t.Errorf("a link should say why it was given up, got %+v", got)
	}
	if seen, err := p.Look(t.Context(), token); seen.State != Void || err != nil {
		t.Errorf("a link that was given up should be void, it is %s, %v", seen.State, err)
	}

	p.person("ben")
	link, _ = p.invites("ben")
	p.changes("ben", func(_ roster.User, a roster.Account) roster.Account {
		for range mostAttempts - 1 {
			a = a.LinkUnsent(link.Hash, "TryLater", p.Now())
		}
		return a
	})
	p.answers = []*Unsent{{Reason: "TryLater"}}
	expectError(t, "the last try", p.looks("the last try", s, 1), nil)
	if got := p.link("ben"); !got.NextTry.IsZero() || got.Attempts != mostAttempts {
		t.Errorf("a link should be given up after %d tries, got %+v", mostAttempts, got)
	}
}

func TestALinkOfAnotherKeyIsNotMailed(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.invites("anna")
	p.Key = keyOf(t, "b")
	expectError(t, "a look", p.looks("a link of another key", newSender(p.Service, p.take), 0), nil)
	if got := p.link("anna"); got.Failure != "AnotherKey" || !got.NextTry.IsZero() {
		t.Errorf("a link whose token cannot be made should say so, got %+v", got)
	}
}

// TestNobodyIsWrittenToAfterAll has something happen while the letter before is being sent: the batch was read before that.
func TestNobodyIsWrittenToAfterAll(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason  string
		happens func(*post)
		letters []string
	}{
		{"nothing", func(*post) {}, []string{"anna", "ben"}},
		{"ben is deactivated", func(p *post) { p.person("ben", switchedOff) }, []string{"anna"}},
		{"ben has another address", func(p *post) { p.person("ben", elsewhere) }, []string{"anna"}},
		{"an identity provider vouches for ben", func(p *post) { p.person("ben", vouched) }, []string{"anna"}},
		{"ben has a password", func(p *post) { p.sets("ben", own) }, []string{"anna"}},
		{"ben's link is put off by another manager", func(p *post) {
			p.changes("ben", func(_ roster.User, a roster.Account) roster.Account {
				return a.LinkUnsent(a.Links[0].Hash, "TryLater", p.Now().Add(time.Hour))
			})
		}, []string{"anna"}},
		{"ben's link is sent by another manager", func(p *post) {
			p.changes("ben", func(_ roster.User, a roster.Account) roster.Account { return a.LinkSent(a.Links[0].Hash, p.Now()) })
		}, []string{"anna"}},
		{"ben has another link", func(p *post) { p.invites("ben") }, []string{"anna", "ben"}},
		{"ben is gone", func(p *post) {
			if err := p.store.People().Delete(p.t.Context(), roster.NewPersonKey("acme", "ben"), stampOf("ben"), noTerms); err != nil {
				p.t.Fatal(err)
			}
		}, []string{"anna"}},
		{"anna is gone while she is written to", func(p *post) {
			if err := p.store.People().Delete(p.t.Context(), roster.NewPersonKey("acme", "anna"), stampOf("anna"), noTerms); err != nil {
				p.t.Fatal(err)
			}
		}, []string{"anna", "ben"}},
	} {
		p := newPost(t)
		p.invites("anna")
		p.clock.passes(time.Second)
		p.person("ben")
		p.invites("ben")
		p.during = func(Letter) { p.during = nil; c.happens(p) }
		if err := p.sends(); err != nil {
			t.Errorf("%s: sending should work, got %v", c.reason, err)
		}
		var got []string
		for _, l := range p.letters {
			got = append(got, l.User.UserName)
		}
		if diff := cmp.Diff(c.letters, got); diff != "" {
			t.Errorf("%s: who is written to (-want +got):\n%s", c.reason, diff)
		}
		p.letters = nil
		if err := p.sends(); err != nil || len(p.letters) > 0 {
			t.Errorf("%s: nobody should be written to again, got %d letters, %v", c.reason, len(p.letters), err)
		}
	}
}

// sends looks once, by a sender that remembers nothing.
func (p *post) sends() error { return newSender(p.Service, p.take).sendDue(p.t.Context()) }

// TestALinkThatSaysItIsDueThoughItEndedEndsTheLook heals what another program may have written.
func TestALinkThatSaysItIsDueThoughItEndedEndsTheLook(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.invites("anna")
	p.changes("anna", func(_ roster.User, a roster.Account) roster.Account {
		a.Links = slices.Clone(a.Links)
		a.Links[0].End = roster.LinkVoid
		return a
	})
	expectError(t, "a look", p.looks("a link that ended", newSender(p.Service, p.take), 0), nil)
	if got := p.link("anna"); !got.NextTry.IsZero() {
		t.Errorf("a link that ended should be due no more, got %+v", got)
	}
}

func TestAStoreThatIsAwayHasNobodyWrittenToTwice(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	_, token := p.invites("anna")
	s := newSender(p.Service, p.take)
	p.during = func(Letter) { p.store.SetDown(true) }
	expectError(t, "what came of it cannot be stored", p.looks("the store goes away meanwhile", s, 1), store.ErrUnavailable)
	expectError(t, "the store is away still", p.looks("no store", s, 0), store.ErrUnavailable)
	sent := p.Now()
	p.clock.passes(10 * time.Minute)
	p.store.SetDown(false)
	expectError(t, "the store is back", p.looks("a letter that was sent before", s, 0), nil)
	if link := p.link("anna"); !link.Sent.Equal(sent) || !link.Expires.Equal(sent.Add(time.Hour)) || link.Attempts != 1 {
		t.Errorf("what came of it should be stored as it was then, got %+v", link)
	}
	expectError(t, "the link", p.SetByLink(t.Context(), token, own, home), nil)
	if len(s.unstored) > 0 {
		t.Errorf("nothing should be remembered of what is stored, %d are", len(s.unstored))
	}
}

// failing is a store that reads, and whose writes fail.
type failing struct {
	store.Accounts
	err error
}

func (f *failing) Update(ctx context.Context, key roster.PersonKey, change func(roster.User, roster.Account) (roster.Account, error)) (store.Holder, error) {
	if f.err != nil {
		return store.Holder{}, f.err
	}
	return f.Accounts.Update(ctx, key, change)
}

func TestAStoreThatOnlyReadsHasNobodyWrittenToTwice(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.person("ben")
	p.invites("anna")
	p.invites("ben")
	full := &failing{p.store.Accounts(), errors.New("the disk is full")}
	p.accounts = full
	p.answers = []*Unsent{nil, {Reason: "TryLater"}}
	s := newSender(p.Service, p.take)
	expectError(t, "a first look", p.looks("two links, neither of which is stored", s, 2), full.err)
	for range 5 {
		p.clock.passes(time.Hour)
		expectError(t, "another look", p.looks("nothing was stored yet", s, 0), full.err)
	}
	full.err = nil
	p.answers = nil
	expectError(t, "a look that stores", p.looks("what was put off is long due", s, 1), nil)
	for _, name := range []string{"anna", "ben"} {
		if link := p.link(name); link.Sent.IsZero() || !link.NextTry.IsZero() {
			t.Errorf("the link of %s should be sent by now, got %+v", name, link)
		}
	}
}

// TestAManagerThatEndsBetweenTheAnswersSendsTheSameMail is the one case in which a mail is sent twice.
func TestAManagerThatEndsBetweenTheAnswersSendsTheSameMail(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.invites("anna")
	p.during = func(Letter) { p.store.SetDown(true) }
	expectError(t, "the first manager", p.looks("the first manager", newSender(p.Service, p.take), 1), store.ErrUnavailable)
	first := p.letters[0]
	p.store.SetDown(false)
	p.during = nil
	expectError(t, "the second manager", p.looks("the second manager", newSender(p.Service, p.take), 1), nil)
	if second := p.letters[0]; second.Link.MessageID != first.Link.MessageID || second.Token != first.Token {
		t.Errorf("a mail that is sent again should be the same, got %s and %s", first.Link.MessageID, second.Link.MessageID)
	}
}

func TestAManagerThatEndsWhileItSendsStoresWhatCame(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason string
		answer *Unsent
		sent   bool
	}{
		{"the server took it", nil, true},
		{"the server was not reached as the manager ends", &Unsent{Reason: "TimedOut"}, false},
	} {
		p := newPost(t)
		p.invites("anna")
		ctx, cancel := context.WithCancel(t.Context())
		p.during = func(Letter) { cancel() }
		p.answers = []*Unsent{c.answer}
		if err := newSender(p.Service, p.take).sendDue(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: a manager that ends should stop, got %v", c.reason, err)
		}
		if link := p.link("anna"); link.Sent.IsZero() == c.sent || link.Failure != "" {
			t.Errorf("%s: the link should be sent: %t, got %+v", c.reason, c.sent, link)
		}
	}
}

func TestSendingGoesOnUntilTheManagerEnds(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.invites("anna")
	ctx, cancel := context.WithCancel(t.Context())
	p.during = func(Letter) { cancel() }
	expectError(t, "a manager that ends", p.SendAll(ctx, p.take), nil)
	if len(p.letters) != 1 {
		t.Errorf("the first look should be at once, %d letters were written", len(p.letters))
	}
}
