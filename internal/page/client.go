// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/time/rate"
)

// proxies are the networks whose word on where a request came from is taken.
type proxies []netip.Prefix

func (p proxies) trust(address netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}

// client is the last address on the way here that is none of the trusted proxies. Whatever stands before it anybody can write.
func (p proxies) client(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	last, err := parseAddress(host)
	if err != nil {
		return "unknown"
	}
	way := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(way) - 1; i >= 0 && p.trust(last); i-- {
		address, err := parseAddress(strings.TrimSpace(way[i]))
		if err != nil {
			break
		}
		last = address
	}
	return last.String()
}

// parseAddress takes the address of IPv4 out of one of IPv6 that stands for it.
func parseAddress(text string) (netip.Addr, error) {
	address, err := netip.ParseAddr(text)
	return address.Unmap().WithZone(""), err
}

// remembered bounds how many clients the limiter knows. Whoever was away longest is forgotten, and starts anew.
const remembered = 10_000

// limiter admits so many requests of a client. It is safe for concurrent use.
type limiter struct {
	perMinute int
	now       func() time.Time

	mu      sync.Mutex
	clients *simplelru.LRU[string, *rate.Limiter]
}

func newLimiter(perMinute int, now func() time.Time) *limiter {
	if now == nil {
		now = time.Now
	}
	clients, err := simplelru.NewLRU[string, *rate.Limiter](remembered, nil)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &limiter{perMinute: perMinute, now: now, clients: clients}
}

// admit takes one request from what a client has left, or tells how long until there is one.
func (l *limiter) admit(client string) (time.Duration, bool) {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	key := neighbourhood(client)
	left, known := l.clients.Get(key)
	if !known {
		left = rate.NewLimiter(rate.Limit(float64(l.perMinute)/60), l.perMinute)
		l.clients.Add(key, left)
	}
	reservation := left.ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}
	return wait, wait <= 0
}

// neighbourhood is what a client is counted as: with IPv6 one subscriber has a network of 64 bits to choose addresses from.
func neighbourhood(client string) string {
	address, err := parseAddress(client)
	if err != nil {
		// All whose address is no address share what one has.
		return "unknown"
	}
	if address.Is4() {
		return address.String()
	}
	network, err := address.Prefix(64)
	if err != nil {
		return "unknown"
	}
	return network.String()
}
