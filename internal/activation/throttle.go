// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package activation

import (
	"crypto/sha256"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// ThrottledError says that somebody guessed too often, and when he may again.
type ThrottledError struct {
	RetryAfter time.Duration
}

func (e *ThrottledError) Error() string {
	return fmt.Sprintf("too many wrong passwords: the next try is heard in %s", e.RetryAfter.Round(time.Second))
}

// The limits of guessing. Each wrong guess beyond the free ones doubles the pause.
const (
	freeGuesses       = 5
	freeOfOneClient   = 50
	firstPause        = time.Second
	longestPause      = 15 * time.Minute
	forgottenAfter    = time.Hour
	rememberedClients = 20_000
)

// throttle slows down who guesses: a client for one login, and a client for all together. It never looks at a login alone, so that nobody can
// lock somebody else out. Guesses are forgiven in time, as many an hour as are free, so that an office behind one address is not slowed down
// by all that its people mistyped in a week. What it remembers is bounded; who is forgotten first is who guessed longest ago.
type throttle struct {
	mu      sync.Mutex
	guesses *lru.Cache[guesser, guesses]
}

// guesser is a client, and the login it tries, if it is not about all of them. They are kept as a hash: neither is to be found in memory.
type guesser [sha256.Size]byte

type guesses struct {
	wrong int
	// last is when the last was, and forgiven until when they were forgiven.
	last, forgiven time.Time
	until          time.Time
}

// forgive takes off what time has made up for.
func (g guesses) forgive(free int, now time.Time) guesses {
	if now.Sub(g.last) > forgottenAfter {
		return guesses{forgiven: now}
	}
	each := forgottenAfter / time.Duration(free)
	if off := int(now.Sub(g.forgiven) / each); off > 0 {
		g.wrong, g.forgiven = max(g.wrong-off, 0), g.forgiven.Add(time.Duration(off)*each)
	}
	return g
}

func newThrottle(remembered int) *throttle {
	cache, err := lru.New[guesser, guesses](remembered)
	if err != nil {
		// It has a size.
		panic(err)
	}
	return &throttle{guesses: cache}
}

// network is what of a client's address tells it from others: a host with IPv6 has as many addresses as it likes.
func network(client string) string {
	address, err := netip.ParseAddr(client)
	if err != nil {
		// A port differs from one connection to the next.
		port, err := netip.ParseAddrPort(client)
		if err != nil {
			return strings.ToLower(client)
		}
		address = port.Addr()
	}
	address = address.Unmap()
	if address.Is4() {
		return address.String()
	}
	prefix, err := address.Prefix(64)
	if err != nil {
		return address.String()
	}
	return prefix.String()
}

// guessersOf are those that a try counts for.
func guessersOf(company, login, client string) (one, all guesser) {
	from := network(client)
	return sha256.Sum256(fmt.Appendf(nil, "one %q %q %q", from, company, strings.ToLower(login))), sha256.Sum256(fmt.Appendf(nil, "all %q", from))
}

// pause is how long a try has to wait; zero is not at all.
func (t *throttle) pause(company, login, client string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	one, all := guessersOf(company, login, client)
	longest := time.Duration(0)
	for _, who := range []guesser{one, all} {
		if g, found := t.guesses.Peek(who); found {
			longest = max(longest, g.until.Sub(now))
		}
	}
	return longest
}

// wrong counts a wrong guess.
func (t *throttle) wrong(company, login, client string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	one, all := guessersOf(company, login, client)
	t.count(one, freeGuesses, now)
	t.count(all, freeOfOneClient, now)
}

func (t *throttle) count(who guesser, free int, now time.Time) {
	g, _ := t.guesses.Get(who)
	g = g.forgive(free, now)
	g.wrong++
	g.last = now
	if beyond := g.wrong - free; beyond > 0 {
		pause := longestPause
		if beyond < 12 {
			pause = min(firstPause<<(beyond-1), longestPause)
		}
		g.until = now.Add(pause)
	}
	t.guesses.Add(who, g)
}

// right forgets the wrong guesses of a client for a login. Those for all of them stay: one login that is his own is no reason to trust him.
func (t *throttle) right(company, login, client string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	one, _ := guessersOf(company, login, client)
	t.guesses.Remove(one)
}

// size is how many guessers are remembered.
func (t *throttle) size() int { return t.guesses.Len() }
