// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/roster"
)

// life is that of an account to which anything happens that may, and what is known of it without asking it.
type life struct {
	person  roster.Person
	account roster.Account
	now     time.Time
	drawn   int
	secrets int
	// over are links that were seen to be good for nothing, and why.
	over map[string]roster.LinkState
}

func newLife(*rapid.T) *life {
	l := &life{person: invited(), now: noon, over: map[string]roster.LinkState{}}
	l.account = roster.Account{}.Follow(roster.Person{}, l.person, l.invitation(), l.now)
	return l
}

func (l *life) invitation() *roster.Invitation {
	l.drawn++
	is := invitation(l.drawn)
	is.At = l.now
	return is
}

// become makes the person's record another one.
func (l *life) become(t *rapid.T, change func(*roster.User)) {
	before := l.person
	l.person = changed(l.person, change)
	var by *roster.Invitation
	if rapid.Bool().Draw(t, "with links") {
		by = l.invitation()
	}
	l.account = l.account.Follow(before, l.person, by, l.now)
	if again := l.account.Follow(l.person, l.person, by, l.now); !cmp.Equal(l.account, again) {
		t.Fatalf("to follow twice should be to follow once:\n%s", cmp.Diff(l.account, again))
	}
	if before.User.Active && !l.person.User.Active {
		for _, link := range l.account.Links {
			if link.State(l.now) == roster.LinkIsValid {
				t.Fatalf("who is switched off should have no link, %s is valid", link.Hash)
			}
		}
	}
	if before.HasLeft() && before.User.EmailKey() != l.person.User.EmailKey() && l.account.HasPassword() {
		t.Fatal("who comes back with another address should have no password")
	}
}

// request has an object ask for something, by a value that may have acted before.
func (l *life) request(t *rapid.T, kind string, act func(roster.Account, string, roster.Invitation) roster.Account) {
	value := fmt.Sprint(kind, rapid.IntRange(1, 3).Draw(t, "value"))
	is := l.invitation()
	before := l.account
	l.account = act(l.account, value, *is)
	if last := map[string]string{"resend": before.ResendRequest, "reset": before.ResetRequest}[kind]; last == value && !cmp.Equal(before, l.account) {
		t.Fatalf("the request %s acted before, and again:\n%s", value, cmp.Diff(before, l.account))
	}
	again := act(l.account, value, *l.invitation())
	if !cmp.Equal(l.account, again) {
		t.Fatalf("the request %s should act once:\n%s", value, cmp.Diff(l.account, again))
	}
}

// anyLink is one of those that are kept, or that never was.
func (l *life) anyLink(t *rapid.T) string {
	hashes := []string{"never was"}
	for _, link := range l.account.Links {
		hashes = append(hashes, link.Hash)
	}
	return rapid.SampledFrom(hashes).Draw(t, "link")
}

func (l *life) use(t *rapid.T) {
	hash := l.anyLink(t)
	before := l.account
	var state roster.LinkState
	l.account, state = l.account.UseLink(l.person.User, hash, "by link", l.now)
	switch i := slices.IndexFunc(l.account.Links, func(link roster.Link) bool { return link.Hash == hash }); {
	case state != roster.LinkIsValid && !cmp.Equal(before, l.account):
		t.Fatalf("a link that is %s should change nothing:\n%s", state, cmp.Diff(before, l.account))
	case state == roster.LinkIsValid && l.account.Links[i].End != roster.LinkUsed:
		t.Fatalf("the link %s was used and should say so, it says %q", hash, l.account.Links[i].End)
	case state == roster.LinkIsValid && !l.person.User.LogsIn():
		t.Fatal("who cannot log in should set no password")
	}
}

// happens are the things that may, by what they are.
func (l *life) happens() map[string]func(*rapid.T) {
	edit := func(change func(*roster.User)) func(*rapid.T) { return func(t *rapid.T) { l.become(t, change) } }
	return map[string]func(*rapid.T){
		"switched off":  edit(switchedOff),
		"switched on":   edit(func(u *roster.User) { u.Active, u.PurgeAfter = true, time.Time{} }),
		"left":          edit(left),
		"moved":         edit(elsewhere),
		"moved back":    edit(func(u *roster.User) { u.Profile.Email = "anna@example.com" }),
		"in capitals":   edit(shouted),
		"vouched for":   edit(vouched),
		"given":         edit(func(u *roster.User) { u.CredentialMode, u.IdentityProvider = roster.InitialPassword, "" }),
		"invited":       edit(func(u *roster.User) { u.CredentialMode, u.IdentityProvider = roster.ActivationLink, "" }),
		"back changed":  edit(func(u *roster.User) { elsewhere(u); u.PurgeAfter = time.Time{} }),
		"nothing":       edit(func(*roster.User) {}),
		"a link's use":  l.use,
		"a link's mail": func(t *rapid.T) { l.account = l.account.LinkSent(l.anyLink(t), l.now) },
		"a put off mail": func(t *rapid.T) {
			l.account = l.account.LinkUnsent(l.anyLink(t), "TryLater", l.now.Add(time.Minute))
		},
		"a mail given up": func(t *rapid.T) { l.account = l.account.LinkUnsent(l.anyLink(t), "Refused", time.Time{}) },
		"forgotten":       func(*rapid.T) { l.account = l.account.Forgot(l.person.User, *l.invitation()) },
		"changed": func(*rapid.T) {
			if l.person.User.LogsIn() && l.account.HasPassword() {
				l.account = l.account.ChangePassword("changed", l.now)
			}
		},
		"resent": func(t *rapid.T) {
			l.request(t, "resend", func(a roster.Account, value string, by roster.Invitation) roster.Account {
				by.Request = value
				return a.Resend(l.person.User, by)
			})
		},
		"reset": func(t *rapid.T) {
			l.request(t, "reset", func(a roster.Account, value string, by roster.Invitation) roster.Account {
				return a.ResetPassword(l.person.User, value, &by, l.now)
			})
		},
		"a Secret": func(t *rapid.T) {
			l.secrets += rapid.IntRange(0, 1).Draw(t, "changed")
			before := l.account
			l.account = l.account.GivePassword(l.person.User, "secret", fmt.Sprint(l.secrets), l.now)
			if before.Source == roster.ByPerson && !cmp.Equal(before, l.account) {
				t.Fatal("a Secret should not replace the password that the person set")
			}
		},
		"time passes": func(t *rapid.T) {
			l.now = l.now.Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "minutes")) * time.Minute)
		},
	}
}

// check holds the laws against the account as it is.
func (l *life) check(t *rapid.T) {
	a, u := l.account, l.person.User
	if len(a.Links) > roster.KeptLinks {
		t.Fatalf("at most %d links should be kept, there are %d", roster.KeptLinks, len(a.Links))
	}
	open := 0
	for _, link := range a.Links {
		l.checkLink(t, link)
		if link.End == "" {
			open++
		}
	}
	if open > 1 {
		t.Fatalf("one link should be open at most, %d are: %s", open, inWords(a))
	}
	if u.CredentialMode == roster.IdentityProvider && (a.HasPassword() || open > 0) {
		t.Fatalf("who is vouched for should have neither password nor link: %s", inWords(a))
	}
	if a.HasPassword() != (a.Source != "") || a.MustChange && a.Source != roster.BySecret {
		t.Fatalf("a password has a source, and one of a Secret alone is to be changed: %+v", a)
	}
}

// checkLink sees that a link that is over stays so. One is, that sets no password.
func (l *life) checkLink(t *rapid.T, link roster.Link) {
	u, state := l.person.User, link.State(l.now)
	_, usable := l.account.UseLink(u, link.Hash, "x", l.now)
	was, over := l.over[link.Hash]
	switch {
	case link.End != "" && !link.NextTry.IsZero():
		t.Fatalf("the link %s is %s and should not be mailed any more", link.Hash, link.End)
	case over && (state == roster.LinkIsValid || usable == roster.LinkIsValid):
		t.Fatalf("the link %s was %s and should never be valid again", link.Hash, was)
	case usable == roster.LinkIsValid && !u.LogsIn():
		t.Fatalf("who cannot log in should have no link, %s can be used", link.Hash)
	case usable != roster.LinkIsValid:
		l.over[link.Hash] = usable
	}
}

func TestAnAccountKeepsItsLawsWhateverHappens(t *testing.T) {
	t.Parallel()
	checkTimes(t, 20, func(t *rapid.T) {
		l := newLife(t)
		actions := l.happens()
		actions[""] = l.check
		t.Repeat(actions)
	})
}

func TestAnAccountSharesNothingWithTheOneItWas(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := newLife(t)
		names := make([]string, 0)
		for name := range l.happens() {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range rapid.SliceOfN(rapid.SampledFrom(names), 1, 30).Draw(t, "happenings") {
			before, copied := l.account, l.account
			copied.Links = slices.Clone(l.account.Links)
			l.happens()[name](t)
			if diff := cmp.Diff(copied, before); diff != "" {
				t.Fatalf("%s should leave the account it was asked of as it is (-before +after):\n%s", name, diff)
			}
		}
	})
}
