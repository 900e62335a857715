// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// accountLaws are about what people log in by.
func accountLaws() []law {
	return []law{
		{"Account: it is empty until something is kept, is found by each name of its person, and comes back as it was kept", accountRoundTrip},
		{"Account: an equal one is not written, and an error of the change writes nothing", accountUnchanged},
		{"Account: changes at once are made one after another", accountChangesTogether},
		{"Account: an invitation makes one link, in the transaction that makes or changes the person, for whoever needs one", accountInvitation},
		{"Account: it goes with its person, and is void where the rules say so", accountFollows},
		{"Account: links that are due are told, the longest due first", accountDue},
		{"Account: those that changed are told in the order of their changes", accountsChanged},
		{"Account: a picture comes back as it was set, and goes", accountPicture},
	}
}

// invited is a person who is to set a password by a link.
func invited(name string) roster.Person {
	person := worker(name)
	person.User.CredentialMode, person.User.Profile.Email = roster.ActivationLink, name+"@example.com"
	return person.Canonical()
}

// invitation is one of so many.
func invitation(n int) *roster.Invitation {
	return &roster.Invitation{
		Nonce: fmt.Sprint("nonce-", n), Hash: fmt.Sprint("hash-", n), MessageID: fmt.Sprintf("%d@example.com", n), At: noon.Add(time.Duration(n) * time.Second),
		ValidFor: window, Request: fmt.Sprint("request-", n),
	}
}

// keep makes an account what it is to be.
func keep(t testing.TB, s store.Store, of roster.Person, account roster.Account) store.Holder {
	t.Helper()
	is, err := s.Accounts().Update(t.Context(), of.Key(), func(roster.User, roster.Account) (roster.Account, error) { return account, nil })
	expectNil(t, "Update", err)
	return is
}

func accountOf(t testing.TB, s store.Store, of roster.Person) store.Holder {
	t.Helper()
	is, err := s.Accounts().Get(t.Context(), of.Key())
	expectNil(t, "Get the account", err)
	return is
}

// full is an account with every field, and two links.
func full() roster.Account {
	a := roster.Account{}.Follow(roster.Person{}, invited("somebody"), invitation(1), noon).LinkSent("hash-1", noon)
	a = a.GivePassword(roster.User{Active: true, CredentialMode: roster.InitialPassword}, "$argon2id$x", "uid/7", noon.Add(time.Minute))
	a.ResetRequest = "reset"
	a = a.Resend(invited("somebody").User, roster.Invitation{Request: "again"})
	a.Links = append([]roster.Link{{
		Hash: "hash-2", Nonce: "nonce-2", Purpose: roster.Reset, Email: "else@example.com", MessageID: "2@example.com", ValidFor: 60,
		Issued: noon, Attempts: 3, NextTry: noon.Add(time.Hour), Failure: "TryLater",
	}}, a.Links...)
	return a
}

func accountRoundTrip(t testing.TB, s store.Store) {
	person := invited("anna")
	person.Memberships = []roster.Membership{{Tenant: "globex", Active: true, Role: roster.Worker}, {Tenant: "acme", Active: true, Role: roster.Worker}}
	_, err := s.Accounts().Get(t.Context(), person.Key())
	expectError(t, "the account of nobody", err, store.ErrNotFound)
	put(t, s.Tenants(), tenants.empty("acme"), owner("acme"))
	id := put(t, s.People(), person, owner("anna")).ID
	home := get(t, s.Tenants(), tenants.empty("acme").Key()).Value
	expectEqual(t, "the account of somebody of whom nothing is kept", store.Holder{ID: id, User: person.User, Owner: owner("anna").Owner, Home: home}, accountOf(t, s, person))

	kept := keep(t, s, person, full())
	expectEqual(t, "what Update answers", full(), kept.Account)
	for name, find := range map[string]func() (store.Holder, error){
		"by key":                  func() (store.Holder, error) { return s.Accounts().Get(t.Context(), person.Key()) },
		"by user name":            func() (store.Holder, error) { return s.Accounts().Find(t.Context(), company, "ANNA") },
		"by e-mail address":       func() (store.Holder, error) { return s.Accounts().Find(t.Context(), company, "Anna@Example.com") },
		"by the latest link":      func() (store.Holder, error) { return s.Accounts().ByLink(t.Context(), "hash-2") },
		"by the link before that": func() (store.Holder, error) { return s.Accounts().ByLink(t.Context(), "hash-1") },
	} {
		found, err := find()
		expectNil(t, name, err)
		expectEqual(t, name, kept, found)
	}
	for name, find := range map[string]func() (store.Holder, error){
		"in another company": func() (store.Holder, error) { return s.Accounts().Find(t.Context(), "elsewhere", "anna") },
		"another login":      func() (store.Holder, error) { return s.Accounts().Find(t.Context(), company, "ann") },
		"no login":           func() (store.Holder, error) { return s.Accounts().Find(t.Context(), company, "") },
		"no such link":       func() (store.Holder, error) { return s.Accounts().ByLink(t.Context(), "hash-3") },
	} {
		_, err := find()
		expectError(t, name, err, store.ErrNotFound)
	}
	fewer := full()
	fewer.Links = fewer.Links[:1]
	expectEqual(t, "an account that lost a link", fewer, keep(t, s, person, fewer).Account)
	expectEqual(t, "the same, read again", fewer, accountOf(t, s, person).Account)
	expectEqual(t, "an account that lost everything", roster.Account{}, keep(t, s, person, roster.Account{}).Account)
}

func accountUnchanged(t testing.TB, s store.Store) {
	person, other := invited("anna"), invited("ben")
	put(t, s.People(), person, owner("anna"))
	put(t, s.People(), other, owner("ben"))
	kept := keep(t, s, person, full())
	expectEqual(t, "an account that is equal", kept, keep(t, s, person, full()))
	refusal := errors.New("not today")
	_, err := s.Accounts().Update(t.Context(), person.Key(), func(roster.User, roster.Account) (roster.Account, error) { return roster.Account{}, refusal })
	expectError(t, "an Update whose change is refused", err, refusal)
	_, err = s.Accounts().Update(t.Context(), other.Key(), func(roster.User, roster.Account) (roster.Account, error) { return full(), nil })
	expectError(t, "a link of somebody else", err, store.ErrRejected)
	_, err = s.Accounts().Update(t.Context(), invited("nobody").Key(), func(roster.User, roster.Account) (roster.Account, error) { return full(), nil })
	expectError(t, "the account of nobody", err, store.ErrNotFound)
	expectEqual(t, "the account after all that", kept, accountOf(t, s, person))
	expectEqual(t, "the other account", roster.Account{}, accountOf(t, s, other).Account)
}

func accountChangesTogether(t testing.TB, s store.Store) {
	const many = 8
	person := invited("anna")
	put(t, s.People(), person, owner("anna"))
	keep(t, s, person, full())
	for _, o := range together(many, func(int) (store.Holder, error) {
		return s.Accounts().Update(context.Background(), person.Key(), func(_ roster.User, a roster.Account) (roster.Account, error) {
			return a.LinkUnsent("hash-2", "TimedOut", noon), nil
		})
	}) {
		expectNil(t, "one of many changes", o.err)
	}
	link, _ := accountOf(t, s, person).Account.Link()
	expectEqual(t, "the tries that were counted", 3+many, link.Attempts)
}

func accountInvitation(t testing.TB, s store.Store) {
	n := 0
	writes := func(person roster.Person) []string {
		n++
		_, err := s.People().Put(t.Context(), person, owner(person.User.UserName), store.Terms{Invitation: invitation(n)})
		expectNil(t, "Put with an invitation", err)
		var links []string
		for _, link := range accountOf(t, s, person).Account.Links {
			links = append(links, fmt.Sprintf("%s %s %s", link.Hash, link.Email, link.End))
		}
		return links
	}
	anna := invited("anna")
	expectEqual(t, "a new person's links", []string{"hash-1 anna@example.com "}, writes(anna))
	anna.User.Profile.Title = "Agent"
	expectEqual(t, "after an edit", []string{"hash-1 anna@example.com "}, writes(anna))
	anna.User.Profile.Email = "else@example.com"
	expectEqual(t, "with another address", []string{"hash-3 else@example.com ", "hash-1 anna@example.com Void"}, writes(anna))
	vouched := worker("vouched")
	vouched.User.CredentialMode, vouched.User.Profile.Email = roster.IdentityProvider, "vouched@example.com"
	expectEqual(t, "who is vouched for", nil, writes(vouched))
	off := invited("off")
	off.User.Active = false
	expectEqual(t, "who is switched off", nil, writes(off))
	off.User.Active = true
	expectEqual(t, "who is switched on", []string{"hash-6 off@example.com "}, writes(off))
	keep(t, s, off, roster.Account{}.ChangePassword("$argon2id$x", noon))
	off.User.Profile.Email = "on@example.com"
	expectEqual(t, "who has a password", nil, writes(off))
	stranger := invited("stranger")
	_, err := s.People().Put(t.Context(), stranger, owner("stranger"), store.Terms{Invitation: invitation(99), Guards: []roster.TenantKey{{Company: company, Tenant: "none"}}})
	expectError(t, "a Put that is refused", err, store.ErrLastAdministrator)
	_, err = s.Accounts().ByLink(t.Context(), "hash-99")
	expectError(t, "the link of a Put that was refused", err, store.ErrNotFound)
}

func accountFollows(t testing.TB, s store.Store) {
	person := invited("anna")
	person.Memberships = []roster.Membership{{Tenant: "acme", Active: true, Role: roster.Worker}}
	put(t, s.People(), person, owner("anna"))
	account := full().ChangePassword("$argon2id$mine", noon)
	account.Links[0].End = ""
	keep(t, s, person, account)
	put(t, s.People(), person.Left(noon), owner("anna"))
	left := accountOf(t, s, person).Account
	expectEqual(t, "the password of who left", "$argon2id$mine", left.Password)
	expectEqual(t, "the link of who left", roster.LinkVoid, left.Links[0].End)
	put(t, s.People(), person, owner("anna"))
	expectEqual(t, "who comes back as he was", left, accountOf(t, s, person).Account)
	put(t, s.People(), person.Left(noon), owner("anna"))
	person.User.Profile.Email = "else@example.com"
	put(t, s.People(), person, owner("anna"))
	expectEqual(t, "the password of who comes back with another address", "", accountOf(t, s, person).Account.Password)

	expectNil(t, "SetAvatar", s.Accounts().SetAvatar(t.Context(), person.Key(), []byte("picture")))
	keep(t, s, person, full())
	expectNil(t, "Delete", s.People().Delete(t.Context(), person.Key(), owner("anna"), store.Terms{}))
	_, err := s.Accounts().ByLink(t.Context(), "hash-1")
	expectError(t, "the link of who is gone", err, store.ErrNotFound)
	put(t, s.People(), person, owner("anna"))
	expectEqual(t, "the account of who is made anew", roster.Account{}, accountOf(t, s, person).Account)
	_, _, err = s.Accounts().Avatar(t.Context(), person.Key())
	expectError(t, "the picture of who is made anew", err, store.ErrNotFound)
}

func accountDue(t testing.TB, s store.Store) {
	for i, name := range []string{"anna", "ben", "cleo"} {
		_, err := s.People().Put(t.Context(), invited(name), owner(name), store.Terms{Invitation: invitation(9 - i)})
		expectNil(t, "Put", err)
	}
	due := func(now time.Time, limit int) []string {
		t.Helper()
		links, err := s.Accounts().Due(t.Context(), now, limit)
		expectNil(t, "Due", err)
		var names []string
		for _, link := range links {
			names = append(names, fmt.Sprintf("%s %s", link.User.UserName, link.Link.Hash))
		}
		return names
	}
	expectEqual(t, "before the first", nil, due(noon.Add(6*time.Second), 10))
	expectEqual(t, "all that are due", []string{"cleo hash-7", "ben hash-8"}, due(noon.Add(8*time.Second), 10))
	expectEqual(t, "no more than asked", []string{"cleo hash-7"}, due(noon.Add(time.Hour), 1))
	update := func(name string, change func(roster.Account) roster.Account) {
		_, err := s.Accounts().Update(t.Context(), invited(name).Key(), func(_ roster.User, a roster.Account) (roster.Account, error) { return change(a), nil })
		expectNil(t, "Update", err)
	}
	update("cleo", func(a roster.Account) roster.Account { return a.LinkSent("hash-7", noon) })
	update("ben", func(a roster.Account) roster.Account {
		return a.LinkUnsent("hash-8", "TryLater", noon.Add(time.Minute))
	})
	expectEqual(t, "one was sent and one put off", []string{"anna hash-9"}, due(noon.Add(time.Minute-time.Second), 10))
	expectEqual(t, "when it was put off to", []string{"anna hash-9", "ben hash-8"}, due(noon.Add(time.Minute), 10))
}

func accountsChanged(t testing.TB, s store.Store) {
	stranger := people.keyed(roster.Person{}, "elsewhere", "", "stranger")
	everybody := []roster.Person{invited("cleo"), stranger, invited("anna"), invited("ben")}
	for i, person := range everybody {
		put(t, s.People(), person, owner(fmt.Sprint(i)))
	}
	changed := func(since time.Time) []string {
		t.Helper()
		var names []string
		expectNil(t, "Changed", s.Accounts().Changed(t.Context(), since, func(is store.Holder) error {
			names = append(names, is.User.UserName)
			return nil
		}))
		return names
	}
	expectEqual(t, "before any is kept", nil, changed(time.Time{}))
	var at []time.Time
	last := time.Time{}
	for n, person := range everybody[:3] {
		// Each is later than the one before it, however coarse the clock is.
		for before := last; !last.After(before); n++ {
			last = keep(t, s, person, roster.Account{ResetRequest: fmt.Sprint(n)}).Changed
		}
		at = append(at, last)
	}
	expectEqual(t, "all", []string{"cleo", "stranger", "anna"}, changed(time.Time{}))
	expectEqual(t, "from the first on", []string{"cleo", "stranger", "anna"}, changed(at[0]))
	expectEqual(t, "from the second on", []string{"stranger", "anna"}, changed(at[1]))
	expectEqual(t, "after the last", nil, changed(last.Add(time.Microsecond)))
	stop := errors.New("enough")
	expectError(t, "one who wants no more", s.Accounts().Changed(t.Context(), time.Time{}, func(store.Holder) error { return stop }), stop)
}

func accountPicture(t testing.TB, s store.Store) {
	person := invited("anna")
	expectError(t, "a picture of nobody", s.Accounts().SetAvatar(t.Context(), person.Key(), []byte("x")), store.ErrNotFound)
	put(t, s.People(), person, owner("anna"))
	for _, picture := range [][]byte{{0xff, 0xd8, 0, 1, 2}, []byte("another")} {
		expectNil(t, "SetAvatar", s.Accounts().SetAvatar(t.Context(), person.Key(), picture))
		have, set, err := s.Accounts().Avatar(t.Context(), person.Key())
		expectNil(t, "Avatar", err)
		expectEqual(t, "the picture", picture, have)
		expectEqual(t, "whether it says when it was set", false, set.IsZero())
	}
	expectNil(t, "SetAvatar to nothing", s.Accounts().SetAvatar(t.Context(), person.Key(), nil))
	_, _, err := s.Accounts().Avatar(t.Context(), person.Key())
	expectError(t, "a picture that was removed", err, store.ErrNotFound)
	expectNil(t, "SetAvatar to nothing again", s.Accounts().SetAvatar(t.Context(), person.Key(), nil))
}
