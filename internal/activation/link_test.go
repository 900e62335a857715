// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package activation

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

func TestALinkIsGoodForOnePassword(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	token := c.isSent("anna")
	seen, err := c.Look(t.Context(), token)
	want := Link{State: Valid, UserName: "anna", Company: "acme", TenantName: "", Expires: noon.Add(time.Hour)}
	if diff := cmp.Diff(want, seen); diff != "" || err != nil {
		t.Errorf("an open link tells whose it is (-want +got), %v:\n%s", err, diff)
	}
	weak := (*WeakError)(nil)
	if err := c.SetByLink(t.Context(), token, "short", home); !errors.As(err, &weak) {
		t.Errorf("a weak password should be refused, got %v", err)
	}
	expectError(t, "the link after a weak password", c.SetByLink(t.Context(), token, own, home), nil)
	expectError(t, "a second use", c.SetByLink(t.Context(), token, another, home), ErrLink)
	expectError(t, "a login by the password", c.logsIn("anna", own, home), nil)
	expectError(t, "a login by that of the second use", c.logsIn("anna", another, home), ErrWrong)
	if seen, err := c.Look(t.Context(), token); seen.State != Used || err != nil {
		t.Errorf("a link that was used should say so, it says %s, %v", seen.State, err)
	}
}

func TestTwoUsesOfALinkAtOnceSetOnePassword(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	token := c.isSent("anna")
	const many = 8
	results := make(chan error, many)
	for range many {
		go func() { results <- c.SetByLink(t.Context(), token, own, home) }()
	}
	set := 0
	for range many {
		switch err := <-results; {
		case err == nil:
			set++
		case !errors.Is(err, ErrLink):
			t.Errorf("who came too late should be told that the link is no good, got %v", err)
		}
	}
	if set != 1 {
		t.Errorf("one use of a link should set the password, %d did", set)
	}
}

func TestWhatALinkIsGoodFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason  string
		happens func(*centre) (token string)
		want    LinkState
	}{
		{"it was sent", func(c *centre) string { return c.isSent("anna") }, Valid},
		{"its mail arrived before that was stored", func(c *centre) string { _, token := c.invites("anna"); return token }, Valid},
		{"its time is over", func(c *centre) string { token := c.isSent("anna"); c.clock.passes(time.Hour); return token }, Expired},
		{"its time is almost over", func(c *centre) string { token := c.isSent("anna"); c.clock.passes(time.Hour - 1); return token }, Valid},
		{"another one was made", func(c *centre) string { token := c.isSent("anna"); c.invites("anna"); return token }, Void},
		{"the person was deactivated", func(c *centre) string { token := c.isSent("anna"); c.person("anna", switchedOff); return token }, Void},
		{"the person was deactivated for a while", func(c *centre) string {
			token := c.isSent("anna")
			c.person("anna", switchedOff)
			c.person("anna")
			return token
		}, Void},
		{"the person has another address", func(c *centre) string { token := c.isSent("anna"); c.person("anna", elsewhere); return token }, Void},
		{"an identity provider vouches", func(c *centre) string { token := c.isSent("anna"); c.person("anna", vouched); return token }, Void},
		{"the person has a password meanwhile", func(c *centre) string { token := c.isSent("anna"); c.sets("anna", own); return token }, AlreadyActive},
		{"sending it was given up", func(c *centre) string {
			link, token := c.invites("anna")
			c.changes("anna", func(_ roster.User, a roster.Account) roster.Account {
				return a.LinkUnsent(link.Hash, "Refused", time.Time{})
			})
			return token
		}, Void},
		{"it is for another address, however that came", func(c *centre) string {
			token := c.isSent("anna")
			c.changes("anna", func(_ roster.User, a roster.Account) roster.Account { a.Links[0].Email = "x@example.com"; return a })
			return token
		}, Void},
		{"there is none", func(*centre) string { return "no token" }, Unknown},
		{"nothing is given", func(*centre) string { return "" }, Unknown},
		{"it is somebody's fifth but one", func(c *centre) string {
			token := c.isSent("anna")
			for range roster.KeptLinks {
				c.invites("anna")
			}
			return token
		}, Unknown},
	} {
		centre := newCentre(t)
		token := c.happens(centre)
		seen, err := centre.Look(t.Context(), token)
		if seen.State != c.want || err != nil {
			t.Errorf("%s: the link should be %s, it is %s, %v", c.reason, c.want, seen.State, err)
		}
		if seen.State == Unknown && !cmp.Equal(Link{State: Unknown}, seen) {
			t.Errorf("%s: nothing should be told of an unknown link, got %+v", c.reason, seen)
		}
		if err := centre.SetByLink(t.Context(), token, own, home); (err == nil) != (c.want == Valid) || err != nil && !errors.Is(err, ErrLink) {
			t.Errorf("%s: a %s link should set a password or say ErrLink, got %v", c.reason, c.want, err)
		}
	}
}

func TestALongTokenIsNotLookedFor(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	for _, length := range []int{longestToken, longestToken + 1, 1 << 20} {
		c.store.Reset()
		if seen, err := c.Look(t.Context(), strings.Repeat("x", length)); seen.State != Unknown || err != nil {
			t.Errorf("a token of %d bytes should be unknown, got %s, %v", length, seen.State, err)
		}
		if asked := c.store.Counts().AccountReads; (asked == 0) != (length > longestToken) {
			t.Errorf("a token of %d bytes should be looked for only if it may be one, the store was asked %d times", length, asked)
		}
	}
	c.store.SetDown(true)
	if _, err := c.Look(t.Context(), "any"); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("that the store is away is not that a link is unknown, got %v", err)
	}
}

func TestATokenIsMadeOfTheNonceAndTheKey(t *testing.T) {
	t.Parallel()
	a := keyOf(t, "a")
	is := a.Invitation(noon, time.Hour, "example.com", "request")
	link := roster.Link{Nonce: is.Nonce, Hash: is.Hash}
	token, err := a.Token(link)
	if again, _ := a.Token(link); err != nil || again != token || hashOf(token) != is.Hash {
		t.Errorf("the same nonce should make the same token, and its hash be the invitation's: %v", err)
	}
	if len(token) != 43 || len(token) > longestToken {
		t.Errorf("a token should be 256 bits in 43 characters, it has %d", len(token))
	}
	if strings.Contains(is.MessageID, token) || !strings.HasSuffix(is.MessageID, "@example.com") || is.Request != "request" {
		t.Errorf("a mail's ID is of the domain, and no token, got %+v", is)
	}
	if other := a.Invitation(noon, time.Hour, "example.com", ""); other.Nonce == is.Nonce || other.Hash == is.Hash || other.MessageID == is.MessageID {
		t.Error("two invitations should never be of the same link")
	}
}

func TestATokenIsMadeOfNothingElse(t *testing.T) {
	t.Parallel()
	a, b := keyOf(t, "a"), keyOf(t, "b")
	is := a.Invitation(noon, time.Hour, "example.com", "")
	if _, err := b.Token(roster.Link{Nonce: is.Nonce, Hash: is.Hash}); err == nil {
		t.Error("a link should have no token by another key")
	}
	nonce := roster.Link{Nonce: is.Nonce, Hash: hashOf(b.token([]byte(strings.Repeat("n", nonceBytes))))}
	if got, err := a.Token(nonce); err == nil {
		t.Errorf("a link whose hash is of another token should have none, got %q", got)
	}
	for _, wrong := range []string{"", "!", is.Nonce[1:], is.Nonce + "AA"} {
		if _, err := a.Token(roster.Link{Nonce: wrong, Hash: is.Hash}); err == nil {
			t.Errorf("%q should be no nonce", wrong)
		}
	}
}

func TestAKeyIsLongAndRandom(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "key")
	for _, c := range []struct {
		reason string
		bytes  int
		right  bool
	}{
		{"nothing", 0, false},
		{"a byte less than enough", ShortestKey - 1, false},
		{"just enough", ShortestKey, true},
		{"the longest", LongestKey, true},
		{"a byte too many", LongestKey + 1, false},
		{"some other file", 1 << 20, false},
	} {
		if err := os.WriteFile(file, []byte(strings.Repeat("k", c.bytes)), 0o600); err != nil {
			t.Fatal(err)
		}
		key, err := ReadKey(file)
		if (err == nil) != c.right || c.right && len(key.secret) != c.bytes {
			t.Errorf("%s: a key of %d bytes should be right: %t, got %d bytes, %v", c.reason, c.bytes, c.right, len(key.secret), err)
		}
		if err != nil && strings.Contains(err.Error(), "kkk") {
			t.Errorf("%s: an error should not tell of the key: %v", c.reason, err)
		}
	}
	if _, err := ReadKey(file + ".none"); err == nil {
		t.Error("a key that is not there should be an error")
	}
}

// FuzzToken looks for links that never were: whatever is asked, nothing is found, told or changed.
func FuzzToken(f *testing.F) {
	c := newCentre(f)
	_, token := c.invites("anna")
	for _, seed := range []string{"", token[1:], token + "=", " " + token, strings.ToUpper(token), "\x00", strings.Repeat("é", 64)} {
		f.Add(seed)
	}
	before := c.holder("anna").Account
	f.Fuzz(func(t *testing.T, text string) {
		if text == token {
			return
		}
		if seen, err := c.Look(t.Context(), text); !cmp.Equal(Link{State: Unknown}, seen) || err != nil {
			t.Errorf("%q should be no link, got %+v, %v", text, seen, err)
		}
		if err := c.SetByLink(t.Context(), text, own, home); !errors.Is(err, ErrLink) {
			t.Errorf("%q should set no password, got %v", text, err)
		}
		is, err := c.store.Accounts().Get(t.Context(), roster.NewPersonKey("acme", "anna"))
		if err != nil || !cmp.Equal(before, is.Account) {
			t.Errorf("%q should change nothing, %v:\n%s", text, err, cmp.Diff(before, is.Account))
		}
	})
}
