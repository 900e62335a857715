// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/go-logr/logr"
)

// Options are how the pages are served. Only BaseURL has to be set.
type Options struct {
	// BaseURL is where people find the pages: an https origin with an optional path, such as https://people.example.com/roster. Requests
	// arrive with that path. Plain http is for this machine alone (localhost, 127.0.0.1, [::1]).
	BaseURL string
	// ClientIP answers the address a request came from. Without it that is the connection's, or what TrustedProxies say it is.
	ClientIP func(*http.Request) string
	// TrustedProxies are whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// RequestsPerMinute is how many requests a client may make, as many at once; 0 is 120. Clients are addresses of IPv4 and networks
	// of 64 bits of IPv6. The stylesheet does not count.
	RequestsPerMinute int
	// Log gets what went wrong, never who was concerned.
	Log logr.Logger
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// defaultRequestsPerMinute lets a few people behind one address log in at the start of a shift.
const defaultRequestsPerMinute = 120

// patience is how long a request may take, the service's work included.
const patience = 30 * time.Second

// site is the pages of one manager.
type site struct {
	people  People
	log     logr.Logger
	address func(*http.Request) string
	limit   *limiter
	origins *http.CrossOriginProtection
	// prefix is the path of the base URL, without a slash at its end; secure says that people come by https.
	prefix   string
	secure   bool
	style    stylesheet
	sheets   *sheets
	language *languages
	studio   *studio
	company  map[string]resource
	others   map[string]resource
}

// New is the handler of all pages. It refuses options that make no sense.
func New(people People, o Options) (http.Handler, error) {
	if people == nil {
		return nil, errors.New("serve pages: there is nobody to ask about people")
	}
	base, err := parseBase(o.BaseURL)
	if err != nil {
		return nil, err
	}
	if o.RequestsPerMinute < 0 {
		return nil, fmt.Errorf("serve pages: %d requests a minute must be 0 or more", o.RequestsPerMinute)
	}
	s := &site{
		people: people, log: o.Log, address: o.ClientIP, prefix: strings.TrimSuffix(base.Path, "/"),
		secure: base.Scheme == "https", style: newStylesheet(), studio: newStudio(), origins: http.NewCrossOriginProtection(),
	}
	// Behind a proxy that rewrites Host, the origin that a browser without Fetch Metadata names is still ours.
	if err := s.origins.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
		return nil, fmt.Errorf("serve pages: %w", err)
	}
	if s.language, err = readLanguages(); err != nil {
		return nil, err
	}
	if s.sheets, err = readSheets(); err != nil {
		return nil, err
	}
	if s.address == nil {
		s.address = proxies(o.TrustedProxies).client
	}
	s.limit = newLimiter(orDefault(o.RequestsPerMinute), o.Now)
	s.routes()
	return s, nil
}

func orDefault(requests int) int {
	if requests == 0 {
		return defaultRequestsPerMinute
	}
	return requests
}

// parseBase refuses what would send passwords in the clear, and what is no origin with a plain path.
func parseBase(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	if err != nil || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, errors.New("serve pages: the base URL must be an https origin with an optional path, such as https://people.example.com/roster")
	}
	if base.Scheme != "https" && (base.Scheme != "http" || !isThisMachine(base.Hostname())) {
		return nil, errors.New("serve pages: the base URL must begin with https, since passwords are sent to it; http is for this machine alone")
	}
	if p := strings.TrimSuffix(base.Path, "/"); p != "" && (path.Clean(p) != p || base.EscapedPath() != base.Path) {
		return nil, errors.New("serve pages: the path of the base URL must be plain, such as /roster")
	}
	return base, nil
}

func isThisMachine(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}
