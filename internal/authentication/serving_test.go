// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package authentication_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr/funcr"
	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/activation"
	"github.com/roster-dev/roster/internal/authentication"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
)

const (
	token    = "a-token-of-a-platform-1"
	password = "blue kettle sings on Sundays"
	body     = `{"company":"acme","login":"anna","password":"` + password + `","client":"192.0.2.7"}`
)

// answers are an Authenticator that says what a test has it say.
type answers struct {
	is  activation.Authenticated
	err error
	// asked is what it was asked last, and times how often.
	asked activation.Attempt
	times int
}

func (a *answers) Authenticate(_ context.Context, attempt activation.Attempt) (activation.Authenticated, error) {
	a.asked, a.times = attempt, a.times+1
	return a.is, a.err
}

// right is that anna logged in.
func right() *answers {
	return &answers{is: activation.Authenticated{Holder: store.Holder{ID: "id-1", User: roster.User{UserName: "anna"}}}}
}

// tokens is a file with tokens.
func tokens(t testing.TB, lines ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// platform asks a handler.
type platform struct {
	http.Handler
	// said is what was logged.
	mu   sync.Mutex
	said []string
}

func newPlatform(by authentication.Authenticator, tokenFile string) *platform {
	p := &platform{}
	log := funcr.New(func(prefix, args string) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.said = append(p.said, prefix+args)
	}, funcr.Options{})
	p.Handler = authentication.New(authentication.Handler{Authenticator: by, TokenFile: tokenFile, Log: log})
	return p
}

func (p *platform) asks(method, path, authorization, body string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	recorder := httptest.NewRecorder()
	p.ServeHTTP(recorder, request)
	return recorder
}

// logsIn asks with a token.
func (p *platform) logsIn(body string) *httptest.ResponseRecorder {
	return p.asks(http.MethodPost, authentication.Path, "Bearer "+token, body)
}

// text is an answer as it goes over the wire, the status and the headers included.
func text(r *httptest.ResponseRecorder) string { return fmt.Sprint(r.Code, r.Header(), r.Body) }

func read(t testing.TB, r *httptest.ResponseRecorder) authentication.Response {
	t.Helper()
	var response authentication.Response
	if err := json.Unmarshal(r.Body.Bytes(), &response); err != nil {
		t.Errorf("an answer should be JSON, it is %q: %v", r.Body, err)
	}
	return response
}

func TestWhatAPlatformIsAnswered(t *testing.T) {
	t.Parallel()
	mustChange := right()
	mustChange.is.MustChange = true
	for _, c := range []struct {
		reason string
		by     *answers
		status int
		want   authentication.Response
		after  string
		logged bool
	}{
		{"the password is right", right(), 200, authentication.Response{Authenticated: true, ID: "id-1", UserName: "anna"}, "", false},
		{"it is to be changed", mustChange, 200, authentication.Response{Authenticated: true, ID: "id-1", UserName: "anna", MustChangePassword: true}, "", false},
		{"it is wrong", &answers{err: activation.ErrWrong}, 200, authentication.Response{Reason: "WrongCredentials"}, "", false},
		{"somebody guesses", &answers{err: &activation.ThrottledError{RetryAfter: 90 * time.Second}}, 429, authentication.Response{Reason: "Throttled", RetryAfterSeconds: 90}, "90", false},
		{"the pause is no whole second", &answers{err: fmt.Errorf("wrapped: %w", &activation.ThrottledError{RetryAfter: 1})}, 429, authentication.Response{Reason: "Throttled", RetryAfterSeconds: 1}, "1", false},
		{"too many log in at once", &answers{err: activation.ErrBusy}, 503, authentication.Response{Reason: "Busy"}, "", false},
		{"the store is away", &answers{err: fmt.Errorf("wrapped: %w", store.ErrUnavailable)}, 503, authentication.Response{Reason: "Unavailable"}, "", false},
		{"something else is wrong", &answers{err: errors.New("a bug")}, 503, authentication.Response{Reason: "Unavailable"}, "", true},
		{"an error has somebody with it", &answers{is: right().is, err: activation.ErrWrong}, 200, authentication.Response{Reason: "WrongCredentials"}, "", false},
	} {
		p := newPlatform(c.by, tokens(t, token))
		r := p.logsIn(body)
		if diff := cmp.Diff(c.want, read(t, r)); diff != "" || r.Code != c.status {
			t.Errorf("%s: the answer should have the status %d, it has %d (-want +got):\n%s", c.reason, c.status, r.Code, diff)
		}
		want := activation.Attempt{Company: "acme", Login: "anna", Password: password, Client: "192.0.2.7"}
		if diff := cmp.Diff(want, c.by.asked); diff != "" || c.by.times != 1 {
			t.Errorf("%s: it should be asked once for what was sent, it was %d times (-want +got):\n%s", c.reason, c.by.times, diff)
		}
		headers := map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Retry-After": c.after}
		for name, want := range headers {
			if got := r.Header().Get(name); got != want {
				t.Errorf("%s: the header %s should be %q, it is %q", c.reason, name, want, got)
			}
		}
		if (len(p.said) > 0) != c.logged {
			t.Errorf("%s: it should be logged: %t, got %q", c.reason, c.logged, p.said)
		}
	}
}

func TestWhichRequestsAreRefused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 513)
	const bad, object, after = "BadRequest", "the body must be one JSON object with company, login, password and client", "nothing after it"
	for _, c := range []struct{ reason, body, message string }{
		{"nothing", "", object},
		{"no JSON", "company=acme", object},
		{"half of it", body[:30], object},
		{"null", "null", "company is required"},
		{"a list", "[" + body + "]", object},
		{"a text", `"acme"`, object},
		{"a number for a text", `{"company":7,"login":"anna","password":"p","client":"c"}`, object},
		{"an unknown field", `{"company":"acme","login":"anna","password":"p","client":"c","otp":"123"}`, object},
		{"two objects", body + body, after},
		{"something after it", body + " x", after},
		{"no company", `{"login":"anna","password":"p","client":"c"}`, "company is required"},
		{"an empty company", `{"company":"","login":"anna","password":"p","client":"c"}`, "company is required"},
		{"no login", `{"company":"acme","password":"p","client":"c"}`, "login is required"},
		{"no client", `{"company":"acme","login":"anna","password":"p"}`, "client is required"},
		{"a long company", `{"company":"` + long + `","login":"anna","password":"p","client":"c"}`, "company must have at most 512 bytes"},
		{"a long login", `{"company":"acme","login":"` + long + `","password":"p","client":"c"}`, "login must have at most 512 bytes"},
		{"a long client", `{"company":"acme","login":"anna","password":"p","client":"` + long + `"}`, "client must have at most 512 bytes"},
		{"more than a request has", `{"company":"acme","login":"anna","password":"` + strings.Repeat("x", 16<<10) + `","client":"c"}`, object},
		{"blanks without end", body + strings.Repeat(" ", 16<<10), after},
	} {
		by := right()
		p := newPlatform(by, tokens(t, token))
		r := p.logsIn(c.body)
		got := read(t, r)
		if r.Code != 400 || got.Reason != bad || got.Authenticated || !strings.Contains(got.Message, c.message) || by.times != 0 {
			t.Errorf("%s: it should be refused unasked, since %s, got %d and %+v", c.reason, c.message, r.Code, got)
		}
		if len(p.said) > 0 {
			t.Errorf("%s: what somebody sends should not be logged, got %q", c.reason, p.said)
		}
	}
	for _, c := range []struct{ reason, body string }{
		{"no password is a wrong one", `{"company":"acme","login":"anna","client":"c"}`},
		{"the longest fields", `{"company":"` + long[1:] + `","login":"` + long[1:] + `","password":"p","client":"` + long[1:] + `"}`},
		{"blanks around it", " \n" + body + "\n "},
	} {
		by := right()
		if r := newPlatform(by, tokens(t, token)).logsIn(c.body); r.Code != 200 || by.times != 1 {
			t.Errorf("%s: it should be asked, got %d", c.reason, r.Code)
		}
	}
}

func TestItIsServedAtOnePathByOneMethod(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"POST", authentication.Path, 200},
		{"GET", authentication.Path, 405},
		{"HEAD", authentication.Path, 405},
		{"PUT", authentication.Path, 405},
		{"OPTIONS", authentication.Path, 405},
		{"POST", authentication.Path + "/", 404},
		{"POST", "/", 404},
		{"POST", "/v2/authenticate", 404},
		{"GET", "/metrics", 404},
	} {
		by := right()
		r := newPlatform(by, tokens(t, token)).asks(c.method, c.path, "Bearer "+token, body)
		if r.Code != c.status || (by.times == 1) != (c.status == 200) {
			t.Errorf("%s %s should be answered with %d, it was with %d", c.method, c.path, c.status, r.Code)
		}
	}
}

func TestWhichTokensAreKnown(t *testing.T) {
	t.Parallel()
	other, short := "another-token-of-another-platform", "short-token-of-19-ch"[:19]
	several := []string{token, "", "  " + other + "\t\r", short}
	for _, c := range []struct {
		reason        string
		known         []string
		authorization string
		right         bool
	}{
		{"the one", []string{token}, "Bearer " + token, true},
		{"the first of several", several, "Bearer " + token, true},
		{"another of several, with blanks in the file", several, "Bearer " + other, true},
		{"twice in the file", []string{token, other, token, token}, "Bearer " + token, true},
		{"the name of the scheme in other letters", several, "bearer " + token, true},
		{"none", several, "", false},
		{"an empty one", several, "Bearer ", false},
		{"no scheme", several, token, false},
		{"another scheme", several, "Basic " + token, false},
		{"another token", several, "Bearer no-token-of-any-platform", false},
		{"half of one", several, "Bearer " + token[:len(token)-1], false},
		{"one and more", several, "Bearer " + token + "1", false},
		{"two lines at once", several, "Bearer " + token + "\n" + other, false},
		{"one that is too short, though it is in the file", several, "Bearer " + short, false},
		{"an empty file", nil, "Bearer " + token, false},
		{"an empty file and an empty token", nil, "Bearer", false},
	} {
		by := right()
		p := newPlatform(by, tokens(t, c.known...))
		r := p.asks(http.MethodPost, authentication.Path, c.authorization, body)
		if (r.Code == 200) != c.right || (by.times == 1) != c.right {
			t.Errorf("%s: the token should be known: %t, got %d", c.reason, c.right, r.Code)
		}
		if c.right {
			continue
		}
		if got := read(t, r); r.Code != 401 || got.Reason != "Unauthorized" || r.Header().Get("WWW-Authenticate") != `Bearer realm="roster"` {
			t.Errorf("%s: who is not known should be told so, got %d and %+v", c.reason, r.Code, got)
		}
		if len(p.said) > 0 {
			t.Errorf("%s: a wrong token should not be logged, got %q", c.reason, p.said)
		}
	}
}

func TestATokenIsRotatedWithoutARestart(t *testing.T) {
	t.Parallel()
	file := tokens(t, token)
	p := newPlatform(right(), file)
	const next = "the-next-token-of-a-platform"
	status := func(token string) int {
		return p.asks(http.MethodPost, authentication.Path, "Bearer "+token, body).Code
	}
	for _, step := range []struct {
		reason    string
		lines     string
		old, next int
	}{
		{"before", token, 200, 401},
		{"both", token + "\n" + next + "\n", 200, 200},
		{"after", next + "\n", 401, 200},
	} {
		if err := os.WriteFile(file, []byte(step.lines), 0o600); err != nil {
			t.Fatal(err)
		}
		if a, b := status(token), status(next); a != step.old || b != step.next {
			t.Errorf("%s: the old and the next token should be answered with %d and %d, got %d and %d", step.reason, step.old, step.next, a, b)
		}
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if got := status(next); got != 401 || len(p.said) != 1 || strings.Contains(strings.Join(p.said, ""), next) {
		t.Errorf("that the file is gone should be logged, and no token be right, got %d and %q", got, p.said)
	}
	if r := newPlatform(right(), "").logsIn(body); r.Code != 401 {
		t.Errorf("where there is no file no token should be right, got %d", r.Code)
	}
}

// service is a real one, over a store in which anna set a password and ben did not.
func service(t testing.TB) *activation.Service {
	t.Helper()
	s := memory.New()
	for _, name := range []string{"anna", "ben"} {
		person := roster.Person{User: roster.User{
			Company: "acme", UserName: name, Active: true, CredentialMode: roster.ActivationLink, Profile: roster.Profile{Email: name + "@example.com"},
		}}
		stamp := store.Stamp{Owner: store.Owner{Installation: "test", Namespace: "acme", Kind: "Operator", Name: name}, UID: "uid", Generation: 1}
		if _, err := s.People().Put(t.Context(), person.Canonical(), stamp, store.Terms{}); err != nil {
			t.Fatal(err)
		}
	}
	hasher, err := activation.NewHasher(activation.Cost{Memory: 8, Iterations: 1, Parallelism: 1}, 2)
	if err != nil {
		t.Fatal(err)
	}
	key, err := activation.NewKey([]byte(strings.Repeat("k", activation.ShortestKey)))
	if err != nil {
		t.Fatal(err)
	}
	hash, err := hasher.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Accounts().Update(t.Context(), roster.NewPersonKey("acme", "anna"), func(_ roster.User, a roster.Account) (roster.Account, error) {
		return a.ChangePassword(hash, time.Now()), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return activation.New(s.Accounts(), activation.Options{Key: key, Hasher: hasher, ResetValidFor: time.Hour, Domain: "example.com", Now: time.Now})
}

func TestNobodyLearnsWhoIsThere(t *testing.T) {
	t.Parallel()
	p := newPlatform(service(t), tokens(t, token))
	login := func(name, password string) string {
		sent, err := json.Marshal(authentication.Request{Company: "acme", Login: name, Password: password, Client: "client of " + name})
		if err != nil {
			t.Fatal(err)
		}
		return text(p.logsIn(string(sent)))
	}
	if got := login("anna", password); !strings.Contains(got, `"authenticated":true`) {
		t.Fatalf("anna should log in, else nothing is tried here:\n%s", got)
	}
	wrong := login("anna", "wrong")
	for _, c := range []struct{ reason, name, password string }{
		{"somebody who has no password", "ben", password},
		{"somebody who is not there", "nobody", password},
		{"an address that is not there", "nobody@example.com", password},
		{"no password", "anna", ""},
		{"a password that is too long", "anna", strings.Repeat("x", 2000)},
		{"the same for who is not there", "nobody", strings.Repeat("x", 2000)},
	} {
		if diff := cmp.Diff(wrong, login(c.name, c.password)); diff != "" {
			t.Errorf("%s: the answer should be that to a wrong password, byte by byte (-wrong +got):\n%s", c.reason, diff)
		}
	}
	guessed := func(name string) (all []string) {
		for range 8 {
			all = append(all, text(p.logsIn(fmt.Sprintf(`{"company":"acme","login":%q,"password":"wrong","client":"guesser of %s"}`, name, name))))
		}
		return all
	}
	known, unknown := guessed("anna"), guessed("nobody")
	if diff := cmp.Diff(known, unknown); diff != "" || !strings.Contains(known[7], "Throttled") {
		t.Errorf("who guesses should be slowed down in the same way (-known +unknown):\n%s\n%s", diff, known[7])
	}
}

func FuzzRequest(f *testing.F) {
	for _, seed := range []string{body, "", "null", "[]", body + body, `{"company":"a","login":"b","client":"c"}`, `{"COMPANY":"a","login":"b","client":"c","password":"\ud800"}`, `{"company":"a","company":"","login":"b","client":"c"}`} {
		f.Add(seed)
	}
	known := tokens(f, token)
	f.Fuzz(func(t *testing.T, body string) {
		by := right()
		p := newPlatform(by, known)
		r := p.logsIn(body)
		if len(p.said) > 0 {
			t.Errorf("nothing of a request should be logged, got %q", p.said)
		}
		if got := read(t, r); r.Code == 400 {
			expectRefused(t, body, by, got)
			return
		}
		asked := by.asked
		if r.Code != 200 || by.times != 1 || !json.Valid([]byte(body)) {
			t.Errorf("%q should be asked once if it is JSON, or else refused, got %d", body, r.Code)
		}
		if shortest, longest := min(len(asked.Company), len(asked.Login), len(asked.Client)), max(len(asked.Company), len(asked.Login), len(asked.Client)); shortest == 0 || longest > 512 {
			t.Errorf("%q should be refused, it was asked as %+v", body, asked)
		}
	})
}

// expectRefused expects that a request was refused unasked, in one sentence.
func expectRefused(t *testing.T, body string, by *answers, got authentication.Response) {
	t.Helper()
	if by.times != 0 || got.Authenticated || got.Reason != "BadRequest" || got.Message == "" || len(got.Message) > 120 {
		t.Errorf("%q should be refused unasked and in one sentence, got %+v", body, got)
	}
}
