// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheCookieOfASession(t *testing.T) {
	tests := map[string]struct{ reason, base, want string }{
		"https": {"no other host and no plain http may set it", base, "__Host-roster-session=signed.1; Path=/; HttpOnly; Secure; SameSite=Strict"},
		"path":  {"the prefix of its name wants the path of the whole host", base + "/people", "__Host-roster-session=signed.1; Path=/; HttpOnly; Secure; SameSite=Strict"},
		"http":  {"this machine has no certificate", "http://127.0.0.1:8080", "roster-session=signed.1; Path=/; HttpOnly; SameSite=Strict"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := open(t, func(o *Options) { o.BaseURL = test.base })
			prefix := strings.TrimPrefix(test.base, base)
			if name == "http" {
				prefix = ""
			}
			answer := d.post(prefix+"/acme/login", "login", "jana.novakova", "password", password)
			wantStatus(t, answer, http.StatusSeeOther)
			if diff := cmp.Diff([]string{test.want}, answer.header.Values("Set-Cookie")); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.reason, diff)
			}
			if hsts := answer.header.Get("Strict-Transport-Security"); (hsts == "") != (name == "http") {
				t.Errorf("only https should be asked to stay so: %q", hsts)
			}
			if got, want := answer.header.Get("Location"), prefix+"/acme/account"; got != want {
				t.Errorf("logging in should lead to %q, and leads to %q", want, got)
			}
		})
	}
}

func TestASessionThatIsNoCookieIsRefused(t *testing.T) {
	for _, session := range []Session{"", "a;b", "a\r\nb", Session(strings.Repeat("a", longestSession+1))} {
		d := open(t)
		handler, err := New(signing{d.people, session}, Options{BaseURL: base})
		if err != nil {
			t.Fatal(err)
		}
		d.handler = handler
		answer := d.post("/acme/login", "login", "jana.novakova", "password", password)
		wantStatus(t, answer, http.StatusInternalServerError)
		if got := answer.header.Get("Set-Cookie"); got != "" {
			t.Errorf("no cookie should be set, and is: %q", got)
		}
	}
}

func TestLoggingOutTakesTheCookie(t *testing.T) {
	answer := open(t).loggedIn().post("/acme/logout")
	wantStatus(t, answer, http.StatusSeeOther)
	const want = "__Host-roster-session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict"
	if got := answer.header.Get("Set-Cookie"); got != want {
		t.Errorf("the cookie should be taken by %q, and is by %q", want, got)
	}
}

func TestOnlyASessionOfTheCompanyIsLetIn(t *testing.T) {
	tests := map[string]struct {
		reason, cookie, path, to string
		taken                    bool
	}{
		"none":            {"nobody is logged in", "", "/acme/account", "/acme/login", false},
		"void":            {"the service does not know it", "forged", "/acme/account", "/acme/login?said=over", true},
		"other company":   {"it is good elsewhere, and stays so", "signed.0", "/other/account", "/other/login", false},
		"too long":        {"nothing so long was ever signed", strings.Repeat("a", longestSession+1), "/acme/account", "/acme/login", false},
		"picture":         {"a picture is of the person, too", "forged", "/acme/account/avatar", "/acme/login?said=over", true},
		"others' picture": {"a picture is of the person, too", "signed.0", "/other/account/avatar", "/other/login", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := open(t)
			d.people.avatar = []byte("x")
			if test.cookie != "" {
				d.cookie = &http.Cookie{Name: "__Host-roster-session", Value: test.cookie}
			}
			answer := d.get(test.path)
			wantStatus(t, answer, http.StatusSeeOther)
			if got := answer.header.Get("Location"); got != test.to {
				t.Errorf("%s: it should lead to %q, and leads to %q", test.reason, test.to, got)
			}
			if taken := answer.header.Get("Set-Cookie") != ""; taken != test.taken {
				t.Errorf("%s: the cookie is taken: %v, and should be: %v", test.reason, taken, test.taken)
			}
		})
	}
}

func TestNothingOfTheAccountIsDoneForAnotherCompany(t *testing.T) {
	d := open(t).loggedIn()
	d.post("/other/account/password", "current", password, "new", another, "repeat", another)
	d.post("/other/account/avatar/remove")
	if diff := cmp.Diff(map[string]int{"Self": 2}, d.people.calls); diff != "" {
		t.Errorf("only who it is should be asked (-want +got):\n%s", diff)
	}
}

func TestASessionThatEndsMeanwhileLeadsToLogIn(t *testing.T) {
	d := open(t).loggedIn()
	d.people.fails["ChangePassword"] = ErrOver
	answer := d.post("/acme/account/password", "current", password, "new", another, "repeat", another)
	if got := answer.header.Get("Location"); got != "/acme/login?said=over" {
		t.Errorf("it should lead to log in, and leads to %q", got)
	}
}

func TestChangingThePasswordGoesOnWithTheNewSession(t *testing.T) {
	d := open(t).loggedIn()
	answer := d.post("/acme/account/password", "current", password, "new", another, "repeat", another)
	wantStatus(t, answer, http.StatusSeeOther)
	if got := answer.header.Get("Set-Cookie"); !strings.HasPrefix(got, "__Host-roster-session=signed.1;") {
		t.Errorf("the cookie should be of the new session, and is %q", got)
	}
}

func TestForgottenPasswordsTellNothing(t *testing.T) {
	d := open(t)
	for _, login := range []string{"jana.novakova", " nobody\u0000 "} {
		answer := d.post("/acme/forgot", "login", login)
		wantStatus(t, answer, http.StatusSeeOther)
		if got := answer.header.Get("Location"); got != "/acme/forgot?sent=1" {
			t.Errorf("everybody should be told the same, and %q is led to %q", login, got)
		}
	}
	if diff := cmp.Diff([]string{"acme/jana.novakova", "acme/nobody"}, d.people.forgot); diff != "" {
		t.Errorf("the service should be asked for both (-want +got):\n%s", diff)
	}
}

func TestThrottledSaysWhenToComeBack(t *testing.T) {
	d := open(t)
	d.people.fails["LogIn"] = &ThrottledError{RetryAfter: 90_500_000_000}
	answer := d.post("/acme/login", "login", "jana.novakova", "password", "x")
	if got := answer.header.Get("Retry-After"); got != "91" {
		t.Errorf("programs should be told to wait 91 seconds, and are told %q", got)
	}
	wantText(t, answer.body, "Try again in 2 min.")
}

func TestAnAvatarIsAskedForAnewAndSentOnce(t *testing.T) {
	d := open(t).loggedIn()
	wantStatus(t, d.upload(asPNG(t, picture(300, 200))), http.StatusSeeOther)
	answer := d.get("/acme/account/avatar")
	wantStatus(t, answer, http.StatusOK)
	etag := answer.header.Get("ETag")
	if answer.header.Get("Content-Type") != "image/jpeg" || len(etag) < 3 || etag[0] != '"' || !bytes.Equal([]byte(answer.body), d.people.avatar) {
		t.Errorf("the picture should be sent as a JPEG with a strong tag: %v", answer.header)
	}
	r := httptest.NewRequest(http.MethodGet, base+"/acme/account/avatar", http.NoBody)
	r.Header.Set("If-None-Match", etag)
	wantStatus(t, d.send(r), http.StatusNotModified)
}

func TestAnAvatarOfAnotherKindIsNotServed(t *testing.T) {
	d := open(t).loggedIn()
	handler, err := New(drawing{d.people}, Options{BaseURL: base})
	if err != nil {
		t.Fatal(err)
	}
	d.handler = handler
	answer := d.get("/acme/account/avatar")
	wantStatus(t, answer, http.StatusInternalServerError)
	if page := answer.body; strings.Contains(page, "<svg") {
		t.Error("what may hold a script should not be served")
	}
}

func TestTheServiceIsToldTheClient(t *testing.T) {
	d := open(t, func(o *Options) { o.ClientIP = func(*http.Request) string { return "203.0.113.9" } })
	d.post("/acme/login", "login", "jana", "password", "x")
	d.post("/acme/forgot", "login", "jana")
	d.post("/activate", "token", token, "new", another, "repeat", another)
	if got, want := fmt.Sprint(d.people.clients), "map[203.0.113.9:true]"; got != want {
		t.Errorf("the service should be told %s, and is told %s", want, got)
	}
}
