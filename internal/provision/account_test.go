// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/storetest/faults"
)

// drawn is the link n.
func drawn(n int, resend string) *roster.Invitation {
	return &roster.Invitation{
		Nonce: fmt.Sprint("nonce-", n), Hash: fmt.Sprint("hash-", n), MessageID: fmt.Sprint(n, "@example.com"),
		At: now.Add(time.Duration(n) * time.Second), ValidFor: time.Hour, Request: resend,
	}
}

// wishes asks for the link 1, with requests, where they are given.
func wishes(resend, reset string) provision.AccountWish {
	return provision.AccountWish{Invitation: drawn(1, resend), Resend: resend, Reset: reset, Now: now}
}

// someAccount is a store with somebody whose account is kept, and what changes that.
type someAccount struct {
	*provision.Provisioner
	t     *testing.T
	store *faults.Store
	key   roster.PersonKey
}

func newAccount(t *testing.T, mode roster.CredentialMode, kept roster.Account) someAccount {
	t.Helper()
	p, s := newProvisioner()
	who := person(true, "north")
	who.User.CredentialMode = mode
	a := someAccount{p, t, s, who.Key()}
	if _, err := p.Ensure(t.Context(), provision.Claim{Stamp: stampOf("Operator", "worker")}, provision.Person(who.Canonical())); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Accounts().Update(t.Context(), a.key, func(roster.User, roster.Account) (roster.Account, error) { return kept, nil }); err != nil {
		t.Fatal(err)
	}
	s.Reset()
	return a
}

// ensures has a wish carried out, and expects the password and how many links there are, and that the same wish writes nothing more.
func (a someAccount) ensures(reason string, wish provision.AccountWish, want string) {
	a.t.Helper()
	is, err := a.EnsureAccount(a.t.Context(), a.key, wish)
	if err != nil {
		a.t.Fatalf("%s: %v", reason, err)
	}
	a.has(reason, is, want)
	a.store.Reset()
	if wish.Invitation != nil {
		wish.Invitation = drawn(99, wish.Resend)
	}
	if _, err := a.EnsureAccount(a.t.Context(), a.key, wish); err != nil || a.store.Counts().AccountWrites != 0 {
		a.t.Errorf("%s: what was carried out should not be again, got %v and %+v", reason, err, a.store.Counts())
	}
}

func (a someAccount) has(reason string, is store.Holder, want string) {
	a.t.Helper()
	open := 0
	for _, link := range is.Account.Links {
		if link.State(now) == roster.LinkIsValid {
			open++
		}
	}
	got := fmt.Sprintf("%q by %q, %d of %d links", is.Account.Password, is.Account.Source, open, len(is.Account.Links))
	if diff := cmp.Diff(want, got); diff != "" {
		a.t.Errorf("%s: the account should be otherwise (-want +got):\n%s", reason, diff)
	}
}

func TestWhatAnObjectWantsOfAnAccountIsCarriedOutOnce(t *testing.T) {
	mine := roster.Account{}.ChangePassword("mine", now)
	sent := roster.Account{}.Forgot(person(true).User, *drawn(0, ""))
	for _, c := range []struct {
		reason string
		kept   roster.Account
		wish   provision.AccountWish
		want   string
	}{
		{"nothing", mine, provision.AccountWish{Now: now}, `"mine" by "Person", 0 of 0 links`},
		{"a link for who has none", roster.Account{}, wishes("", ""), `"" by "", 1 of 1 links`},
		{"a new link", sent, wishes("a", ""), `"" by "", 1 of 2 links`},
		{"no link for who has a password", mine, wishes("a", ""), `"mine" by "Person", 0 of 0 links`},
		{"a reset", mine, wishes("", "r"), `"" by "", 1 of 1 links`},
		{"a reset and a new link at once", mine, wishes("a", "r"), `"" by "", 1 of 1 links`},
		{"a reset where no links are made", mine, provision.AccountWish{Reset: "r", Now: now}, `"" by "", 0 of 0 links`},
	} {
		newAccount(t, roster.ActivationLink, c.kept).ensures(c.reason, c.wish, c.want)
	}
}

func TestTheSecretOfAPersonIsHashedOnlyWhereItIsGiven(t *testing.T) {
	a := newAccount(t, roster.InitialPassword, roster.Account{})
	hashed := 0
	wish := func(version, reset string) provision.AccountWish {
		return provision.AccountWish{Secret: version, Reset: reset, Now: now, Password: func(context.Context) (string, error) {
			hashed++
			return "hash of " + version, nil
		}}
	}
	for i, c := range []struct {
		reason, version, reset, want string
		hashed                       int
	}{
		{"the first", "1", "", `"hash of 1" by "Secret", 0 of 0 links`, 1},
		{"another version", "2", "", `"hash of 2" by "Secret", 0 of 0 links`, 2},
		{"no Secret", "", "", `"hash of 2" by "Secret", 0 of 0 links`, 2},
		{"a reset", "2", "r", `"hash of 2" by "Secret", 0 of 0 links`, 3},
		{"a reset without a Secret", "", "s", `"" by "", 0 of 0 links`, 3},
	} {
		a.ensures(c.reason, wish(c.version, c.reset), c.want)
		if hashed != c.hashed {
			t.Errorf("%d, %s: %d passwords should have been hashed so far, %d were", i, c.reason, c.hashed, hashed)
		}
	}
}

func TestAResetDoesNotWaitForABetterSecret(t *testing.T) {
	a := newAccount(t, roster.InitialPassword, roster.Account{}.ChangePassword("stolen", now))
	weak := errors.New("the first password is refused")
	_, err := a.EnsureAccount(t.Context(), a.key, provision.AccountWish{Secret: "1", Reset: "r", Now: now, Password: func(context.Context) (string, error) { return "half a hash", weak }})
	if !errors.Is(err, weak) {
		t.Errorf("the error should be that of the Secret, got %v", err)
	}
	is, err := a.store.Accounts().Get(t.Context(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	a.has("a reset with a Secret that is refused", is, `"" by "", 0 of 0 links`)
}

func TestAnAccountNeedsAPersonAndAStore(t *testing.T) {
	a := newAccount(t, roster.ActivationLink, roster.Account{})
	if _, err := a.EnsureAccount(t.Context(), roster.NewPersonKey("acme", "nobody"), wishes("", "")); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the account of nobody should not be found, got %v", err)
	}
	a.store.SetDown(true)
	if _, err := a.EnsureAccount(t.Context(), a.key, wishes("", "")); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("a store that is away should be told, got %v", err)
	}
}
