// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package activation

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// everybody are people who log in or cannot, for whatever reason, by login.
func everybody(c *centre) []string {
	c.sets("anna", own)
	for name, change := range map[string]func(*roster.User){"off": switchedOff, "vouched": vouched, "given": func(u *roster.User) { u.CredentialMode = roster.InitialPassword }} {
		c.person(name)
		c.sets(name, own)
		c.person(name, change)
	}
	c.person("invited")
	c.person("odd")
	c.changes("odd", func(_ roster.User, a roster.Account) roster.Account { return a.ChangePassword("no hash", noon) })
	c.hashed = nil
	return []string{"anna", "ANNA@mail.example.com", "off", "vouched", "given", "invited", "odd", "nobody", "nobody@mail.example.com", "", strings.Repeat("x", 5000)}
}

func TestAWrongPasswordIsTheSameForEverybody(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	var before []Cost
	for i, login := range everybody(c) {
		for _, password := range []string{"wrong", "", strings.Repeat("long", LongestPassword)} {
			c.hashed = nil
			is, err := c.Authenticate(t.Context(), Attempt{Company: "acme", Login: login, Password: password, Client: clientOf(i)})
			if !errors.Is(err, ErrWrong) || err.Error() != ErrWrong.Error() || !cmp.Equal(Authenticated{}, is) {
				t.Errorf("%.40q with %.40q should be told ErrWrong and nothing else, got %v, %+v", login, password, err, is)
			}
			if before != nil && !cmp.Equal(before, c.hashed) {
				t.Errorf("%.40q with %.40q should cost the same as everybody, %v, it cost %v", login, password, before, c.hashed)
			}
			before = c.hashed
		}
	}
	if !cmp.Equal([]Cost{cheap}, before) {
		t.Errorf("a wrong password should cost one hash, it cost %v", before)
	}
}

// clientOf is an address of its own.
func clientOf(i int) string { return "client-" + strings.Repeat("i", i) }

func TestWhoMayLogIn(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	may := map[string]bool{"anna": true, "ANNA@mail.example.com": true, "given": true}
	for i, login := range everybody(c) {
		is, err := c.Authenticate(t.Context(), Attempt{Company: "acme", Login: login, Password: own, Client: clientOf(i)})
		if (err == nil) != may[login] {
			t.Errorf("%.40q should log in: %t, got %v", login, may[login], err)
		}
		if err == nil && !strings.EqualFold(is.User.UserName, strings.TrimSuffix(login, "@mail.example.com")) {
			t.Errorf("%q should be known, got %q", login, is.User.UserName)
		}
	}
	if _, err := c.Authenticate(t.Context(), Attempt{Company: "globex", Login: "anna", Password: own, Client: home}); !errors.Is(err, ErrWrong) {
		t.Errorf("anna is nobody in another company, got %v", err)
	}
}

func TestAPasswordOfASecretIsToBeChanged(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	c.person("given", func(u *roster.User) { u.CredentialMode = roster.InitialPassword })
	hash, err := c.Hasher.Hash(t.Context(), own)
	if err != nil {
		t.Fatal(err)
	}
	c.changes("given", func(u roster.User, a roster.Account) roster.Account { return a.GivePassword(u, hash, "1", noon) })
	for _, must := range []bool{true, false} {
		is, err := c.Authenticate(t.Context(), Attempt{Company: "acme", Login: "given", Password: map[bool]string{true: own, false: another}[must], Client: home})
		if err != nil || is.MustChange != must {
			t.Fatalf("the password should have to be changed: %t, got %t, %v", must, is.MustChange, err)
		}
		if !must {
			break
		}
		session, err := c.LogIn(t.Context(), "acme", "given", own, home)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.ChangePassword(t.Context(), session, own, another, home); err != nil {
			t.Fatalf("the person should set another one, got %v", err)
		}
	}
}

func TestAPasswordIsHashedAnewOnceHashesCostMore(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	c.sets("anna", own)
	old := c.holder("anna").Account.Password
	dearer := Cost{Memory: 16, Iterations: 2, Parallelism: 2}
	c.Hasher = c.counts(newHasher(t, dearer, 1))
	expectError(t, "a wrong password", c.logsIn("anna", "wrong", home), ErrWrong)
	if got := c.holder("anna").Account.Password; got != old {
		t.Error("a wrong password should not be hashed anew")
	}
	session, err := c.LogIn(t.Context(), "acme", "anna", own, home)
	if err != nil {
		t.Fatal(err)
	}
	is := c.holder("anna").Account
	if is.Password == old || !strings.Contains(is.Password, "$m=16,t=2,p=2$") || is.Source != roster.ByPerson {
		t.Errorf("a right password should be hashed by the cost of today, got %+v", is)
	}
	if _, err := c.Self(t.Context(), session); err != nil {
		t.Errorf("the session that began with that login should go on, got %v", err)
	}
	c.hashed = nil
	expectError(t, "the next login", c.logsIn("anna", own, home), nil)
	if !cmp.Equal([]Cost{dearer}, c.hashed) || c.holder("anna").Account.Password != is.Password {
		t.Errorf("a password should be hashed anew once, the next login cost %v", c.hashed)
	}
}

func TestALoginWorksWhereItCannotBeHashedAnew(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	c.sets("anna", own)
	c.Hasher = newHasher(t, Cost{Memory: 16, Iterations: 1, Parallelism: 1}, 1)
	// The store goes away between the password and its new hash.
	c.Hasher.counted = func(cost Cost) { c.store.SetDown(cost.Memory == 16) }
	session, err := c.LogIn(t.Context(), "acme", "anna", own, home)
	c.store.SetDown(false)
	if err != nil {
		t.Fatalf("a login should work though the store takes no new hash, got %v", err)
	}
	if _, err := c.Self(t.Context(), session); err != nil {
		t.Errorf("and its session go on, got %v", err)
	}
}

func TestWhatIsNoGuessIsNotCounted(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	c.sets("anna", own)
	c.store.SetDown(true)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range 3 * freeGuesses {
		expectError(t, "the store is away", c.logsIn("anna", "wrong", home), store.ErrUnavailable)
	}
	c.store.SetDown(false)
	full := make(chan struct{})
	go func() {
		_ = c.Hasher.turn(context.Background(), func() error { full <- struct{}{}; <-full; return nil })
	}()
	<-full
	for range 3 * freeGuesses {
		_, err := c.Authenticate(ended, Attempt{Company: "acme", Login: "anna", Password: "wrong", Client: home})
		if err == nil || errors.Is(err, ErrWrong) {
			t.Errorf("who waited in vain should not be told whether the password is right, got %v", err)
		}
	}
	full <- struct{}{}
	expectError(t, "the right password after all that", c.logsIn("anna", own, home), nil)
	if got := c.throttle.size(); got != 0 {
		t.Errorf("nothing of that was a guess, %d are remembered", got)
	}
}
