// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func sourceOf(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// visits are requests to every address, and what they answer.
func visits() map[string]func(*desk) *reply {
	all := map[string]func(*desk) *reply{
		"stylesheet":       func(d *desk) *reply { return d.get(newStylesheet().path) },
		"avatar":           inside(withAvatar(getting("/acme/account/avatar"))),
		"avatar/none":      inside(getting("/acme/account/avatar")),
		"set":              submitting("/activate", "token", token, "new", another, "repeat", another),
		"forget":           submitting("/acme/forgot", "login", "jana"),
		"log in":           submitting("/acme/login", "login", "jana.novakova", "password", password),
		"log out":          inside(submitting("/acme/logout")),
		"change":           inside(submitting("/acme/account/password", "current", password, "new", another, "repeat", another)),
		"upload":           func(d *desk) *reply { return d.loggedIn().upload(asPNG(d.t, picture(40, 30))) },
		"remove":           inside(submitting("/acme/account/avatar/remove")),
		"account/stranger": getting("/acme/account"),
	}
	for _, s := range states() {
		all["state/"+s.name] = s.visit
	}
	return all
}

func TestEveryAnswerKeepsToItself(t *testing.T) {
	want := map[string]string{
		"Content-Security-Policy":   "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"Referrer-Policy":           "no-referrer",
		"X-Content-Type-Options":    "nosniff",
		"Strict-Transport-Security": "max-age=31536000",
		"Cache-Control":             "no-store",
	}
	kept := map[string]string{"stylesheet": "public, max-age=31536000, immutable", "avatar": "private, no-cache"}
	for name, visit := range visits() {
		t.Run(name, func(t *testing.T) {
			answer := visit(open(t))
			got := map[string]string{}
			for header := range want {
				got[header] = answer.header.Get(header)
			}
			want := want
			if cache, ok := kept[name]; ok {
				want = map[string]string{}
				for header, value := range got {
					want[header] = value
				}
				want["Cache-Control"] = cache
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the headers should be these (-want +got):\n%s", diff)
			}
			if to := answer.header.Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//")) {
				t.Errorf("nothing should lead to another host, and this leads to %q", to)
			}
		})
	}
}

// TestTokensAndPasswordsStayWhereTheyAre looks for them wherever else they could turn up.
func TestTokensAndPasswordsStayWhereTheyAre(t *testing.T) {
	secrets := []string{token, password, another, "jana.novakova", "Nováková", "jana@acme", "signed.0"}
	for name, visit := range visits() {
		for _, failure := range []error{nil, ErrUnavailable, errBroken, ErrOver, ErrLink, ErrWrong, &WeakError{}, &ThrottledError{}} {
			t.Run(fmt.Sprintf("%s/%v", name, failure), func(t *testing.T) {
				d := open(t)
				for _, method := range []string{"SetByLink", "Forgot", "LogIn", "ChangePassword", "SetAvatar", "RemoveAvatar"} {
					d.people.fails[method] = failure
				}
				answer := visit(d)
				headers := fmt.Sprint(answer.header)
				for _, secret := range secrets {
					if strings.Contains(headers, secret) {
						t.Errorf("no header should have %q: %s", secret, headers)
					}
					if strings.Contains(d.log(), secret) {
						t.Errorf("the log should not have %q: %s", secret, d.log())
					}
				}
				page := answer.body
				if strings.Contains(strings.ReplaceAll(page, `<input type="hidden" name="token" value="`+token+`">`, ""), token) {
					t.Error("the token should be in the hidden field alone")
				}
			})
		}
	}
}

func TestAPanicIsLoggedWithoutWhatItSays(t *testing.T) {
	for name, value := range map[string]any{"a text": "token " + token, "an error": errors.New("token " + token)} {
		t.Run(name, func(t *testing.T) {
			d := open(t)
			handler, err := New(panicking{d.people, value}, Options{BaseURL: base, Log: d.handler.(*site).log})
			if err != nil {
				t.Fatal(err)
			}
			d.handler = handler
			wantStatus(t, d.get("/activate/"+token), http.StatusInternalServerError)
			wantText(t, d.log(), `"page"="activate"`)
			if strings.Contains(d.log(), token) {
				t.Errorf("the log should not have the token: %s", d.log())
			}
		})
	}
}

type panicking struct {
	*fake
	value any
}

func (p panicking) Look(context.Context, string) (Link, error) { panic(p.value) }

func TestOpeningALinkUsesNothingUp(t *testing.T) {
	d := open(t)
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodGet} {
		r := httptest.NewRequest(method, base+"/activate/"+token, http.NoBody)
		wantStatus(t, d.send(r), http.StatusOK)
	}
	if d.people.asked("SetByLink") != 0 || d.people.links[token].State != Valid {
		t.Error("a link should be as good after it was opened as before")
	}
	wantStatus(t, d.post("/activate", "token", token, "new", another, "repeat", another), http.StatusSeeOther)
	wantStatus(t, d.post("/activate", "token", token, "new", password, "repeat", password), http.StatusGone)
	if d.people.password != another {
		t.Error("the first use should be the only one")
	}
}

func TestALinkThatWentBadMeanwhileIsLookedAtAgain(t *testing.T) {
	for _, now := range []LinkState{Used, Expired, Void, Valid} {
		t.Run(string(now), func(t *testing.T) {
			d := open(t)
			handler, err := New(fading{d.people, now}, Options{BaseURL: base})
			if err != nil {
				t.Fatal(err)
			}
			d.handler = handler
			answer := d.post("/activate", "token", token, "new", another, "repeat", another)
			wantStatus(t, answer, http.StatusGone)
		})
	}
}

// fading is people whose links turn bad while they are used.
type fading struct {
	*fake
	into LinkState
}

func (f fading) SetByLink(context.Context, string, string, string) error {
	f.link(f.into)
	return fmt.Errorf("set by link: %w", ErrLink)
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	tests := map[string]struct {
		reason, site, origin string
		want                 int
	}{
		"same origin":           {"our own page sends it", "same-origin", "null", http.StatusSeeOther},
		"typed":                 {"no page sent it", "none", "", http.StatusSeeOther},
		"other site":            {"another site sends it", "cross-site", "https://evil.example", http.StatusForbidden},
		"sister host":           {"another host of the domain is another site, too", "same-site", "https://evil.example.com", http.StatusForbidden},
		"old browser":           {"the origin is ours", "", base, http.StatusSeeOther},
		"old browser elsewhere": {"the origin is not ours", "", "https://evil.example", http.StatusForbidden},
		"old browser in hiding": {"an origin that is hidden may be any", "", "null", http.StatusForbidden},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{"/acme/account/password", "/acme/logout", "/acme/account/avatar/remove"} {
				d := open(t).loggedIn()
				r := posting(path, "current", password, "new", another, "repeat", another)
				r.Header.Del("Sec-Fetch-Site")
				r.Header.Del("Origin")
				if test.site != "" {
					r.Header.Set("Sec-Fetch-Site", test.site)
				}
				if test.origin != "" {
					r.Header.Set("Origin", test.origin)
				}
				answer := d.send(r)
				if answer.status != test.want {
					t.Errorf("%s: POST %s should answer %d, and answers %d", test.reason, path, test.want, answer.status)
				}
				if refused := test.want == http.StatusForbidden; refused && (len(d.people.calls) > 0 || answer.header.Get("Set-Cookie") != "") {
					t.Errorf("%s: nothing should happen", test.reason)
				}
			}
		})
	}
}

func TestTheStoreIsAway(t *testing.T) {
	tests := map[string]struct {
		method string
		visit  func(*desk) *reply
	}{
		"look":   {"Look", getting("/activate/" + token)},
		"set":    {"SetByLink", submitting("/activate", "token", token, "new", another, "repeat", another)},
		"forgot": {"Forgot", submitting("/acme/forgot", "login", "jana")},
		"log in": {"LogIn", submitting("/acme/login", "login", "jana", "password", "x")},
		"self":   {"Self", inside(getting("/acme/account"))},
		"change": {"ChangePassword", inside(submitting("/acme/account/password", "current", password, "new", another, "repeat", another))},
		"avatar": {"Avatar", inside(getting("/acme/account/avatar"))},
		"upload": {"SetAvatar", func(d *desk) *reply { return d.loggedIn().upload(asPNG(d.t, picture(9, 9))) }},
		"remove": {"RemoveAvatar", inside(submitting("/acme/account/avatar/remove"))},
	}
	for name, test := range tests {
		for _, err := range []error{fmt.Errorf("read: %w", ErrUnavailable), context.DeadlineExceeded} {
			t.Run(fmt.Sprint(name, "/", err), func(t *testing.T) {
				d := open(t)
				d.people.fails[test.method] = err
				answer := test.visit(d)
				wantStatus(t, answer, http.StatusServiceUnavailable)
				if got := answer.header.Get("Retry-After"); got != "30" {
					t.Errorf("the answer should say to come back in 30 seconds, and says %q", got)
				}
				if answer.header.Get("Set-Cookie") != "" {
					t.Error("the session should stay as it is")
				}
				wantText(t, answer.body, "Try again later")
			})
		}
	}
}

func TestOtherMethodsAreRefused(t *testing.T) {
	tests := map[string]string{
		"/activate": "POST", "/activate/" + token: "GET, HEAD", "/done": "GET, HEAD", newStylesheet().path: "GET, HEAD",
		"/acme/login": "GET, HEAD, POST", "/acme/forgot": "GET, HEAD, POST", "/acme/logout": "POST", "/acme/account": "GET, HEAD",
		"/acme/account/password": "POST", "/acme/account/avatar": "GET, HEAD, POST", "/acme/account/avatar/remove": "POST",
	}
	for path, allow := range tests {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodTrace} {
			if strings.Contains(allow, method) {
				continue
			}
			t.Run(method+path, func(t *testing.T) {
				r := posting(path)
				r.Method = method
				answer := open(t).loggedIn().send(r)
				wantStatus(t, answer, http.StatusMethodNotAllowed)
				if got := answer.header.Get("Allow"); got != allow {
					t.Errorf("the answer should say that %s is allowed, and says %q", allow, got)
				}
			})
		}
	}
}

func TestOnlyPlainPathsLeadAnywhere(t *testing.T) {
	for _, path := range []string{
		"/", "//", "/acme", "/acme/", "/acme/login/", "/Acme/login", "/a.b/login", "/-acme/login", "/" + strings.Repeat("a", 64) + "/login",
		"/acme/../login", "/acme/%2e%2e/login", "/acme%2Flogin", "/acme//login", "//evil.example/login", "/%5Cevil.example/login", "/acme/l%6Fgin",
		"/acme/account/avatar/../../login", "/activate/", "/activate/a/b", "/text/en.json", "/templates/layout.html", "/style.css", "/style-0.css", "/favicon.ico",
	} {
		t.Run(path, func(t *testing.T) {
			d := open(t).loggedIn()
			answer := d.get(path)
			wantStatus(t, answer, http.StatusNotFound)
			if answer.header.Get("Location") != "" || len(d.people.calls) > 0 {
				t.Errorf("%s should lead nowhere and ask nothing", path)
			}
		})
	}
}

func TestACompanyMayBeCalledActivate(t *testing.T) {
	wantText(t, open(t).get("/activate/login").body, `action="/activate/login"`)
}

func TestNoAddressLeadsAway(t *testing.T) {
	for _, query := range []string{
		"/done?company=//evil.example", "/done?company=evil.example%2F&lang=//evil.example", "/done?lang=xx", "/acme/login?next=https://evil.example&said=x",
		"/acme/forgot?sent=https://evil.example",
	} {
		page := open(t).get(query).body
		if strings.Contains(page, "evil") {
			t.Errorf("%s should leave nothing of it in the page:\n%s", query, page)
		}
	}
	answer := open(t).post("/acme/login?next=https://evil.example", "login", "jana.novakova", "password", password, "next", "https://evil.example")
	if got := answer.header.Get("Location"); got != "/acme/account" {
		t.Errorf("logging in should lead to the account, and leads to %q", got)
	}
}

func TestBodiesAreBounded(t *testing.T) {
	long := strings.Repeat("x", longestForm)
	for _, path := range []string{"/activate", "/acme/forgot", "/acme/login"} {
		answer := open(t).post(path, "login", long, "token", token, "new", long, "repeat", long)
		wantStatus(t, answer, http.StatusRequestEntityTooLarge)
	}
	wantStatus(t, open(t).loggedIn().post("/acme/account/password", "current", long), http.StatusRequestEntityTooLarge)
	d := open(t).loggedIn()
	wantStatus(t, d.upload(make([]byte, longestUpload)), http.StatusRequestEntityTooLarge)
	if d.people.asked("SetAvatar") != 0 {
		t.Error("a picture that is too large should not be set")
	}
}

func TestPasswordsAreBounded(t *testing.T) {
	long := strings.Repeat("ř", longestPassword/2) // of two bytes each
	wantStatus(t, open(t).post("/activate", "token", token, "new", long, "repeat", long), http.StatusSeeOther)
	for name, visit := range map[string]func(*desk) *reply{
		"set":     submitting("/activate", "token", token, "new", long+"x", "repeat", long+"x"),
		"log in":  submitting("/acme/login", "login", "jana.novakova", "password", long+"x"),
		"current": inside(submitting("/acme/account/password", "current", long+"x", "new", another, "repeat", another)),
		"new":     inside(submitting("/acme/account/password", "current", password, "new", long+"x", "repeat", long+"x")),
	} {
		d := open(t)
		wantStatus(t, visit(d), http.StatusUnprocessableEntity)
		if d.people.asked("SetByLink")+d.people.asked("LogIn")+d.people.asked("ChangePassword") > 0 {
			t.Errorf("%s: nobody should have to hash a password of more than %d bytes", name, longestPassword)
		}
	}
}

func TestDamagedFormsAreRefused(t *testing.T) {
	tests := map[string]struct {
		reason, path, kind, body string
		want                     int
	}{
		"no form":         {"JSON is none", "/acme/login", "application/json", "{}", 415},
		"no kind":         {"a browser says what it sends", "/acme/login", "", "login=a", 415},
		"damaged":         {"it cannot be decoded", "/acme/login", "application/x-www-form-urlencoded", "login=%zz", 400},
		"no upload":       {"a file comes another way", "/acme/account/avatar", "application/x-www-form-urlencoded", "avatar=x", 415},
		"no boundary":     {"where parts begin is not said", "/acme/account/avatar", "multipart/form-data", "x", 400},
		"damaged upload":  {"it ends too early", "/acme/account/avatar", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"avatar\"\r\n\r\nx", 400},
		"without a file":  {"another field is no picture", "/acme/account/avatar", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--\r\n", 422},
		"an empty upload": {"nothing was chosen", "/acme/account/avatar", "multipart/form-data; boundary=b", "--b--\r\n", 422},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := posting(test.path)
			r.Header.Set("Content-Type", test.kind)
			r.Body = io.NopCloser(strings.NewReader(test.body))
			if got := open(t).loggedIn().send(r).status; got != test.want {
				t.Errorf("%s: the answer should be %d, and is %d", test.reason, test.want, got)
			}
		})
	}
}
