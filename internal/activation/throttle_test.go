// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package activation

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestGuessesOfOneClientConcernNobodyElse(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	c.sets("anna", own)
	const many = 10_000
	heard := 0
	for i := range many {
		login := "anna"
		if i%2 == 1 {
			login = fmt.Sprint("somebody", i)
		}
		if errors.Is(c.logsIn(login, "wrong", "198.51.100.9"), ErrWrong) {
			heard++
		}
	}
	if heard > freeOfOneClient+2 {
		t.Errorf("of %d guesses at once about %d should be heard, %d were", many, freeOfOneClient, heard)
	}
	if got := len(c.hashed); got != heard {
		t.Errorf("a guess that is not heard should cost nothing, %d were hashed of %d that were heard", got, heard)
	}
	expectError(t, "the right person from elsewhere", c.logsIn("anna", own, home), nil)
	if got := c.throttle.size(); got > heard+1 {
		t.Errorf("only guesses that were heard should be remembered, there are %d of %d", got, heard)
	}
}

func TestWhatIsRememberedOfGuessesIsBounded(t *testing.T) {
	t.Parallel()
	const most = 100
	throttle := newThrottle(most)
	for i := range 100 * most {
		throttle.wrong("acme", fmt.Sprint("login", i), fmt.Sprintf("2001:db8:%x::1", i), noon)
	}
	if got := throttle.size(); got != most {
		t.Errorf("at most %d guessers should be remembered, there are %d", most, got)
	}
	if newCentre(t).throttle.guesses.Resize(rememberedClients) != 0 {
		t.Errorf("a service should remember %d", rememberedClients)
	}
}

func TestPausesDoubleAndEnd(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	c.sets("anna", own)
	for i := range freeGuesses {
		expectError(t, fmt.Sprint("free guess ", i), c.logsIn("anna", "wrong", home), ErrWrong)
	}
	for i, want := range []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 512} {
		want *= time.Second
		expectError(t, fmt.Sprint("guess beyond ", i), c.logsIn("anna", "wrong", home), ErrWrong)
		// The right password waits as well: else a guesser would learn it at once.
		expectThrottled(t, fmt.Sprint("after guess ", i), c.logsIn("anna", own, home), want)
		c.clock.passes(want - 1)
		expectThrottled(t, fmt.Sprint("just before it may be heard again ", i), c.logsIn("anna", own, home), 1)
		c.clock.passes(1)
	}
	for range 20 {
		expectError(t, "a guess after the pause", c.logsIn("anna", "wrong", home), ErrWrong)
		if pause := c.throttle.pause("acme", "anna", home, c.Now()); pause > longestPause || pause < 4*time.Minute {
			t.Fatalf("a pause should be long by now, and at most %s, it is %s", longestPause, pause)
		}
		c.clock.passes(c.throttle.pause("acme", "anna", home, c.Now()))
	}
	expectError(t, "the right password after the pause", c.logsIn("anna", own, home), nil)
	for i := range freeGuesses {
		expectError(t, fmt.Sprint("after a right one guesses are free again ", i), c.logsIn("anna", "wrong", home), ErrWrong)
	}
	expectError(t, "the right one", c.logsIn("anna", own, home), nil)
}

func TestGuessesAreForgottenAfterAnHour(t *testing.T) {
	t.Parallel()
	throttle := newThrottle(10)
	guess := func(n int, now time.Time) time.Duration {
		for range n {
			throttle.wrong("acme", "anna", home, now)
		}
		return throttle.pause("acme", "anna", home, now)
	}
	if got := guess(40, noon); got != longestPause {
		t.Fatalf("after 40 guesses the pause should be %s, it is %s", longestPause, got)
	}
	later := noon.Add(forgottenAfter + 1)
	if got := guess(freeGuesses, later); got != 0 {
		t.Errorf("an hour later guesses should be free again, the pause is %s", got)
	}
	if got := guess(1, later); got != firstPause {
		t.Errorf("and count from the first, the pause should be %s, it is %s", firstPause, got)
	}
}

// TestAnOfficeIsNotLockedOutByAWeekOfSlips has many people behind one address mistype, each once in a while and never an hour apart.
func TestAnOfficeIsNotLockedOutByAWeekOfSlips(t *testing.T) {
	t.Parallel()
	throttle := newThrottle(10_000)
	now := noon
	for i := range 1000 {
		if pause := throttle.pause("acme", "anna", home, now); pause > 0 {
			t.Fatalf("somebody in a large office should log in after %d slips of others, a pause is %s", i, pause)
		}
		throttle.wrong("acme", fmt.Sprint("colleague", i), home, now)
		now = now.Add(90 * time.Second)
	}
}

func TestAClientIsKnownByItsNetwork(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason, one, other string
		same               bool
	}{
		{"an address", "192.0.2.7", "192.0.2.7", true},
		{"another address", "192.0.2.7", "192.0.2.8", false},
		{"the addresses of one network of IPv6", "2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true},
		{"another network of IPv6", "2001:db8:1:2::1", "2001:db8:1:3::1", false},
		{"two ways to write one", "2001:DB8:1:2:0:0:0:1", "2001:db8:1:2::1", true},
		{"IPv4 in IPv6", "::ffff:192.0.2.7", "192.0.2.7", true},
		{"IPv4 in IPv6 is no network of 64 bits", "::ffff:192.0.2.7", "::ffff:192.0.2.8", false},
		{"a zone", "fe80::1%eth0", "fe80::2%eth1", true},
		{"a port", "192.0.2.7:4711", "192.0.2.7:4712", true},
		{"a port of IPv6", "[2001:db8:1:2::1]:4711", "2001:db8:1:2::2", true},
		{"no address", "Terminal-7", "terminal-7", true},
		{"another one that is none", "terminal-7", "terminal-8", false},
	} {
		throttle := newThrottle(10)
		for range freeGuesses + 1 {
			throttle.wrong("acme", "anna", c.one, noon)
		}
		if got := throttle.pause("acme", "Anna", c.other, noon) > 0; got != c.same {
			t.Errorf("%s: %s should count as %s: %t", c.reason, c.other, c.one, c.same)
		}
		if throttle.pause("acme", "anna", c.one, noon) <= 0 {
			t.Errorf("%s: %s should have to wait", c.reason, c.one)
		}
	}
	throttle := newThrottle(10)
	for range freeGuesses + 1 {
		throttle.wrong("acme", "anna", home, noon)
	}
	if throttle.pause("globex", "anna", home, noon) > 0 || throttle.pause("acme", "ben", home, noon) > 0 {
		t.Error("guesses for one login should not count for another one, nor for another company")
	}
}

// TestManyGuessesAtOnceAreNoWayRound has a client send its guesses before the first is answered.
func TestManyGuessesAtOnceAreNoWayRound(t *testing.T) {
	t.Parallel()
	c := newCentreThatCosts(t, cheap, 2)
	c.sets("anna", own)
	const many = 500
	// Whoever has a turn waits until all have come so far that they wait for one.
	started, results := make(chan struct{}), make(chan error, many)
	hold := make(chan struct{})
	for range cap(c.Hasher.turns) {
		go func() {
			_ = c.Hasher.turn(t.Context(), func() error { started <- struct{}{}; <-hold; return nil })
		}()
		<-started
	}
	for range many {
		go func() { results <- c.logsIn("anna", "wrong", home) }()
	}
	for c.store.Counts().AccountReads < many {
		runtime.Gosched()
		// Each reads the account before it waits for its turn.
	}
	close(hold)
	heard := 0
	for range many {
		if errors.Is(<-results, ErrWrong) {
			heard++
		}
	}
	if most := freeGuesses + cap(c.Hasher.turns); heard > most {
		t.Errorf("of %d guesses at once at most %d should be heard, %d were", many, most, heard)
	}
}

// TestTheThrottleNeverForgetsTooMuch holds against any sequence of guesses that a pause is never above the longest, that no guess shortens it, and
// that who never guessed never waits.
func TestTheThrottleNeverForgetsTooMuch(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		throttle, now := newThrottle(50), noon
		hour := []time.Time{}
		for range rapid.IntRange(1, 60).Draw(t, "guesses") {
			now = now.Add(time.Duration(rapid.IntRange(0, 1200).Draw(t, "seconds")) * time.Second)
			before := throttle.pause("acme", "anna", home, now)
			if before > 0 {
				continue
			}
			throttle.wrong("acme", "anna", home, now)
			hour = append(hour, now)
			recent := 0
			for _, at := range hour {
				if now.Sub(at) < forgottenAfter {
					recent++
				}
			}
			after := throttle.pause("acme", "anna", home, now)
			switch {
			case after > longestPause:
				t.Fatalf("a pause should be %s at most, it is %s", longestPause, after)
			case recent > 2*freeGuesses && after == 0:
				t.Fatalf("after %d guesses in an hour there should be a pause", recent)
			case throttle.pause("acme", "anna", "203.0.113.1", now) > 0:
				t.Fatal("who never guessed should never wait")
			}
		}
	})
}
