// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package activation

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
)

// logged is a centre where anna logged in.
func logged(t testing.TB) (*centre, Session) {
	t.Helper()
	c := newCentre(t)
	c.sets("anna", own)
	session, err := c.LogIn(t.Context(), "acme", "anna", own, home)
	if err != nil {
		t.Fatal(err)
	}
	return c, session
}

func TestASessionIsOfWhoLoggedIn(t *testing.T) {
	t.Parallel()
	c, session := logged(t)
	self, err := c.Self(t.Context(), session)
	want := Self{UserName: "anna", GivenName: "Anežka", FamilyName: "Wintersberg-Holm", Email: "anna@mail.example.com", Company: "acme"}
	if diff := cmp.Diff(want, self); diff != "" || err != nil {
		t.Errorf("a session should tell who it is of (-want +got), %v:\n%s", err, diff)
	}
	said, err := base64.RawURLEncoding.DecodeString(strings.Split(string(session), ".")[0])
	if err != nil || strings.Contains(string(said), "Anež") || strings.Contains(string(said), "@mail") || strings.Contains(string(said), "argon2") {
		t.Errorf("what a session carries should tell no name, address or hash, it is %s, %v", said, err)
	}
}

func TestWhatEndsASession(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason  string
		happens func(*centre)
		over    bool
	}{
		{"nothing", func(*centre) {}, false},
		{"almost its time", func(c *centre) { c.clock.passes(sessionFor - time.Second) }, false},
		{"its time", func(c *centre) { c.clock.passes(sessionFor) }, true},
		{"another password", func(c *centre) { c.sets("anna", another) }, true},
		{"the same password set again", func(c *centre) { c.sets("anna", own) }, true},
		{"a reset", func(c *centre) {
			c.changes("anna", func(u roster.User, a roster.Account) roster.Account { return a.ResetPassword(u, "r", nil, noon) })
		}, true},
		{"being deactivated", func(c *centre) { c.person("anna", switchedOff) }, true},
		{"an identity provider", func(c *centre) { c.person("anna", vouched) }, true},
		{"another address", func(c *centre) { c.person("anna", elsewhere) }, false},
		{"another key", func(c *centre) { c.Key = keyOf(c.t, "b") }, true},
		{"being somebody else of that name", func(c *centre) {
			key, password := roster.NewPersonKey("acme", "anna"), c.holder("anna").Account
			if err := c.store.People().Delete(c.t.Context(), key, stampOf("anna"), noTerms); err != nil {
				c.t.Fatal(err)
			}
			c.person("anna")
			c.changes("anna", func(roster.User, roster.Account) roster.Account { return password })
		}, true},
		{"being gone", func(c *centre) {
			if err := c.store.People().Delete(c.t.Context(), roster.NewPersonKey("acme", "anna"), stampOf("anna"), noTerms); err != nil {
				c.t.Fatal(err)
			}
		}, true},
	} {
		centre, session := logged(t)
		c.happens(centre)
		_, err := centre.Self(t.Context(), session)
		if errors.Is(err, ErrOver) != c.over || !c.over && err != nil {
			t.Errorf("%s: the session should be over: %t, got %v", c.reason, c.over, err)
		}
		if !c.over {
			continue
		}
		_, change := centre.ChangePassword(t.Context(), session, own, another, home)
		_, _, _, picture := centre.Avatar(t.Context(), session)
		for method, err := range map[string]error{
			"ChangePassword": change, "Avatar": picture, "SetAvatar": centre.SetAvatar(t.Context(), session, []byte("jpeg")), "RemoveAvatar": centre.RemoveAvatar(t.Context(), session),
		} {
			expectError(t, c.reason+": "+method, err, ErrOver)
		}
	}
}

func TestASessionCannotBeForged(t *testing.T) {
	t.Parallel()
	c, session := logged(t)
	c.person("ben")
	c.sets("ben", own)
	body, signature, _ := strings.Cut(string(session), ".")
	said, _ := base64.RawURLEncoding.DecodeString(body)
	write := func(there, instead string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(said), there, instead, 1)))
	}
	_, token := c.invites("anna")
	padded := base64.RawURLEncoding.EncodeToString(append(said, strings.Repeat(" ", longestSession)...))
	for reason, forged := range map[string]string{
		"nothing":                   "",
		"no signature":              body,
		"an empty signature":        body + ".",
		"another's name":            write("anna", "ben") + "." + signature,
		"a later time":              write(fmt.Sprint(noon.Add(sessionFor).Unix()), fmt.Sprint(noon.Add(9999*time.Hour).Unix())) + "." + signature,
		"signed by its own text":    body + "." + base64.RawURLEncoding.EncodeToString([]byte(body)),
		"signed by another key":     body + "." + keyOf(t, "b").signature(body),
		"signed as a link is":       body + "." + token,
		"signed without its prefix": body + "." + base64.RawURLEncoding.EncodeToString(c.Key.of([]byte(body))),
		"a signature and more":      string(session) + "A",
		"a signature and padding":   string(session) + "=",
		"something before":          " " + string(session),
		"signed, and too long":      padded + "." + c.Key.signature(padded),
		"signed, and no JSON":       "AAAA." + c.Key.signature("AAAA"),
		"signed, and no base64":     "!." + c.Key.signature("!"),
		"signed, and empty":         "." + c.Key.signature(""),
	} {
		if _, err := c.Self(t.Context(), Session(forged)); !errors.Is(err, ErrOver) {
			t.Errorf("%s: a session that was not begun here should be over, got %v", reason, err)
		}
	}
}

func TestAPasswordIsChangedByWhoKnowsTheOldOne(t *testing.T) {
	t.Parallel()
	c, session := logged(t)
	_, token := c.invites("anna")
	for i, refused := range []struct{ reason, old, password, want string }{
		{"too weak", own, "password123", "Common"},
		{"the person's name", own, "Wintersberg1", "LikeYou"},
		{"the same again", own, own, "LikeYou"},
		{"the same in other code points", "blue kettle sings on Sundays", "ｂlue kettle sings on Sundays", "LikeYou"},
	} {
		if _, err := c.ChangePassword(t.Context(), session, refused.old, refused.password, clientOf(i)); refusal(err) != refused.want {
			t.Errorf("%s: the password should be refused as %s, got %v", refused.reason, refused.want, err)
		}
	}
	if _, err := c.ChangePassword(t.Context(), session, "wrong", another, home); !errors.Is(err, ErrWrong) {
		t.Errorf("a wrong old password should be told, got %v", err)
	}
	next, err := c.ChangePassword(t.Context(), session, own, another, home)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Self(t.Context(), next); err != nil {
		t.Errorf("the session that is answered should go on, got %v", err)
	}
	if _, err := c.Self(t.Context(), session); !errors.Is(err, ErrOver) {
		t.Errorf("every other session should be over, got %v", err)
	}
	expectError(t, "a link made before", c.SetByLink(t.Context(), token, own+"!", home), ErrLink)
	expectError(t, "the new password", c.logsIn("anna", another, home), nil)
	expectError(t, "the old one", c.logsIn("anna", own, home), ErrWrong)
}

func TestWhoHasASessionMayNotGuessForEver(t *testing.T) {
	t.Parallel()
	c, session := logged(t)
	for range freeGuesses + 1 {
		_, err := c.ChangePassword(t.Context(), session, "wrong", another, home)
		expectError(t, "a wrong old password", err, ErrWrong)
	}
	_, err := c.ChangePassword(t.Context(), session, own, another, home)
	expectThrottled(t, "one too many", err, firstPause)
}

// TestAPasswordThatIsVoidedMeanwhileStaysSo resets it while who knows it is changing it.
func TestAPasswordThatIsVoidedMeanwhileStaysSo(t *testing.T) {
	t.Parallel()
	c, session := logged(t)
	hashes := 0
	c.Hasher.counted = func(Cost) {
		if hashes++; hashes == 2 {
			c.changes("anna", func(u roster.User, a roster.Account) roster.Account { return a.ResetPassword(u, "r", nil, noon) })
		}
	}
	if _, err := c.ChangePassword(t.Context(), session, own, another, home); !errors.Is(err, ErrOver) || hashes != 2 {
		t.Errorf("a change should be refused once the password is void, got %v after %d hashes", err, hashes)
	}
	if c.holder("anna").Account.HasPassword() {
		t.Error("a password that an administrator voided should not be replaced by who knew it")
	}
}

func TestAPictureIsOfWhoLoggedIn(t *testing.T) {
	t.Parallel()
	c, session := logged(t)
	_, _, _, err := c.Avatar(t.Context(), session)
	expectError(t, "no picture", err, ErrNone)
	expectError(t, "setting one", c.SetAvatar(t.Context(), session, []byte("jpeg")), nil)
	jpeg, kind, etag, err := c.Avatar(t.Context(), session)
	if string(jpeg) != "jpeg" || kind != "image/jpeg" || etag == "" || err != nil {
		t.Errorf("the picture should be the one that was set, got %q %q %q, %v", jpeg, kind, etag, err)
	}
	if self, err := c.Self(t.Context(), session); !self.HasAvatar || err != nil {
		t.Errorf("there should be a picture, %v", err)
	}
	expectError(t, "removing it", c.RemoveAvatar(t.Context(), session), nil)
	_, _, _, err = c.Avatar(t.Context(), session)
	expectError(t, "no picture any more", err, ErrNone)
}

// FuzzSession looks for sessions that were not begun here.
func FuzzSession(f *testing.F) {
	c, session := logged(f)
	body, signature, _ := strings.Cut(string(session), ".")
	for _, seed := range []string{"", ".", body, body + "." + signature + ".", signature + "." + body, strings.ToUpper(string(session)), body[2:] + "." + signature} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if text == string(session) {
			return
		}
		if self, err := c.Self(t.Context(), Session(text)); !errors.Is(err, ErrOver) || self != (Self{}) {
			t.Errorf("%q should be no session, got %+v, %v", text, self, err)
		}
	})
}
