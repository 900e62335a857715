// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
)

func TestTooManyRequestsHaveToWait(t *testing.T) {
	now := time.Date(2027, 1, 1, 8, 0, 0, 0, time.UTC)
	d := open(t, func(o *Options) { o.RequestsPerMinute, o.Now = 3, func() time.Time { return now } })
	for range 3 {
		wantStatus(t, d.get("/acme/login"), http.StatusOK)
	}
	for range 5 {
		answer := d.get("/acme/login")
		wantStatus(t, answer, http.StatusTooManyRequests)
		if got := answer.header.Get("Retry-After"); got != "20" {
			t.Errorf("a third of a minute should bring the next request, and %q seconds should", got)
		}
	}
	wantStatus(t, d.get(newStylesheet().path), http.StatusOK)
	now = now.Add(20 * time.Second)
	wantStatus(t, d.get("/acme/login"), http.StatusOK)
	wantStatus(t, d.get("/acme/login"), http.StatusTooManyRequests)
}

func TestTheLimiterForgets(t *testing.T) {
	l := newLimiter(1, nil)
	for i := range 3 * remembered {
		address := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		if _, admitted := l.admit(address.String()); !admitted {
			t.Fatalf("a new client should be admitted: %s", address)
		}
	}
	if got := l.clients.Len(); got != remembered {
		t.Errorf("the limiter should know %d clients at most, and knows %d", remembered, got)
	}
}

func TestWhoIsOneClient(t *testing.T) {
	tests := map[string]struct {
		reason, one, other string
		same               bool
	}{
		"two of IPv4":      {"each is a client", "203.0.113.1", "203.0.113.2", false},
		"two forms":        {"IPv4 within IPv6 is IPv4", "203.0.113.1", "::ffff:203.0.113.1", true},
		"a network":        {"one subscriber has a whole one", "2001:db8::1", "2001:db8::ffff:2", true},
		"another network":  {"it is somebody else's", "2001:db8::1", "2001:db8:0:1::1", false},
		"no addresses":     {"whatever is none shares what one has", "a", "b", true},
		"none, and a long": {"and nothing is kept of it", "", strings.Repeat("x", 1<<20), true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := neighbourhood(test.one) == neighbourhood(test.other); got != test.same {
				t.Errorf("%s: the same: %v, and should be: %v", test.reason, got, test.same)
			}
		})
	}
}

func TestWhereARequestCameFrom(t *testing.T) {
	trusted := proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	tests := map[string]struct {
		reason, remote, want string
		forwarded            []string
	}{
		"directly":         {"nobody stands between", "203.0.113.1:4000", "203.0.113.1", nil},
		"a forged header":  {"a stranger's word is not taken", "203.0.113.1:4000", "203.0.113.1", []string{"198.51.100.1"}},
		"through a proxy":  {"a trusted one says where from", "10.0.0.1:4000", "198.51.100.1", []string{"198.51.100.1"}},
		"through two":      {"the last that is not trusted", "10.0.0.1:4000", "198.51.100.1", []string{"192.0.2.1, 198.51.100.1, 10.0.0.2"}},
		"two headers":      {"they are one list", "10.0.0.1:4000", "198.51.100.1", []string{"192.0.2.1", "198.51.100.1"}},
		"all trusted":      {"the first of them", "10.0.0.1:4000", "10.0.0.3", []string{"10.0.0.3, 10.0.0.2"}},
		"nonsense":         {"what cannot be read ends the list", "10.0.0.1:4000", "10.0.0.2", []string{"192.0.2.1, _hidden, 10.0.0.2"}},
		"without a header": {"the proxy itself asks", "10.0.0.1:4000", "10.0.0.1", nil},
		"IPv6":             {"a zone is of no use elsewhere", "[fe80::1%eth0]:4000", "fe80::1", nil},
		"no address":       {"such as a socket of the machine", "@", "unknown", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := &http.Request{RemoteAddr: test.remote, Header: http.Header{"X-Forwarded-For": test.forwarded}}
			if got := trusted.client(r); got != test.want {
				t.Errorf("%s: it should be %s, and is %s", test.reason, test.want, got)
			}
		})
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	tests := map[string]struct {
		reason, base string
		per          int
		good         bool
	}{
		"an origin":        {"all that is needed", "https://people.example.com", 0, true},
		"with a slash":     {"the same", "https://people.example.com/", 0, true},
		"with a path":      {"an ingress may put the pages anywhere", "https://people.example.com/a/b/", 0, true},
		"this machine":     {"nothing leaves it", "http://localhost:8080", 0, true},
		"plain http":       {"passwords would be in the clear", "http://people.example.com", 0, false},
		"nothing":          {"links need it", "", 0, false},
		"no host":          {"nobody is there", "https:///people", 0, false},
		"a user":           {"it would be in every address", "https://me@people.example.com", 0, false},
		"a query":          {"no page is below it", "https://people.example.com/?a=b", 0, false},
		"dots":             {"no browser would send them", "https://people.example.com/a/../b", 0, false},
		"escapes":          {"only plain characters are compared", "https://people.example.com/a%20b", 0, false},
		"another scheme":   {"browsers refuse it", "ftp://people.example.com", 0, false},
		"below no request": {"nobody could see a page", "https://people.example.com", -1, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := New(newFake(), Options{BaseURL: test.base, RequestsPerMinute: test.per})
			if (err == nil) != test.good {
				t.Errorf("%s: should be taken: %v, but: %v", test.reason, test.good, err)
			}
		})
	}
	if _, err := New(nil, Options{BaseURL: base}); err == nil {
		t.Error("pages about nobody should be refused")
	}
}

func TestPagesBelowAPath(t *testing.T) {
	d := open(t, func(o *Options) { o.BaseURL = base + "/people" })
	page := d.get("/people/acme/login").body
	wantText(t, page, `action="/people/acme/login"`)
	wantText(t, page, `href="/people/style-`)
	for _, path := range []string{"/acme/login", "/people", "/peopleacme/login"} {
		wantStatus(t, d.get(path), http.StatusNotFound)
	}
}

func TestTheServerIsBounded(t *testing.T) {
	var logged strings.Builder
	server := NewServer(http.NotFoundHandler(), funcr.New(func(_, args string) { logged.WriteString(args) }, funcr.Options{}))
	for name, bound := range map[string]time.Duration{
		"ReadHeaderTimeout": server.ReadHeaderTimeout, "ReadTimeout": server.ReadTimeout, "WriteTimeout": server.WriteTimeout, "IdleTimeout": server.IdleTimeout,
	} {
		if bound <= 0 || bound > 2*time.Minute {
			t.Errorf("%s should be at most two minutes, and is %v", name, bound)
		}
	}
	if server.MaxHeaderBytes == 0 {
		t.Error("headers should be bounded")
	}
	fmt.Fprintln(server.ErrorLog.Writer(), "http: TLS handshake error from 203.0.113.1:4000: EOF")
	if logged.Len() > 0 {
		t.Errorf("what concerns one connection should not be logged: %s", logged.String())
	}
	fmt.Fprintln(server.ErrorLog.Writer(), "http: Accept error: too many open files; retrying in 5ms")
	wantText(t, logged.String(), "too many open files")
}

func TestTheServerServes(t *testing.T) {
	d := open(t)
	server := NewServer(d.handler, logr.Discard())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	answer, err := http.Get("http://" + listener.Addr().String() + "/acme/login")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	wantStatus(t, &reply{status: answer.StatusCode}, http.StatusOK)
	server.Close()
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("the server should end as it was told to, and says: %v", err)
	}
	options := httptest.NewRequest(http.MethodOptions, "*", http.NoBody)
	wantStatus(t, d.send(options), http.StatusNotFound)
}
