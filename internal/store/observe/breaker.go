// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package observe

import (
	"math/rand/v2"
	"sync"
	"time"
)

// breaker refuses calls to a store that is away. It is closed until a number of calls in a row fail; then it is open for a
// pause, after which it is half open: one call at a time is let through. If that succeeds the breaker is closed, and if
// it fails the next pause is longer. Pauses are random within bounds, so that the managers of one store do not all come back
// to it at once. gobreaker has one fixed pause, which is why this is not gobreaker.
type breaker struct {
	patience          int
	shortest, longest time.Duration

	mu sync.Mutex
	// period counts how often the breaker was opened or closed.
	period int
	// failures are those in a row while the breaker is closed.
	failures int
	// last is the failure that opened the breaker, nil while that is closed, and until when that refuses every call.
	last  error
	until time.Time
	// ceiling is the most the next pause can be.
	ceiling time.Duration
	probing bool
}

// pass is a call's leave to reach the store. What the call comes to matters only in the period it was let through in.
type pass struct{ period int }

func newBreaker(patience int, shortest, longest time.Duration) *breaker {
	b := &breaker{patience: patience, shortest: shortest, longest: longest}
	b.ceiling = b.firstCeiling()
	return b
}

// firstCeiling leaves the first pause, too, room to be random in.
func (b *breaker) firstCeiling() time.Duration { return min(2*b.shortest, b.longest) }

// refusal is why a call would not be let through: the failure last seen, in the words it had, so that whoever reports it
// reports the same thing for as long as it lasts.
func (b *breaker) refusal() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refuse()
}

// admit lets a call through, or answers the refusal.
func (b *breaker) admit() (pass, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.refuse(); err != nil {
		return pass{}, err
	}
	b.probing = b.last != nil
	return pass{b.period}, nil
}

func (b *breaker) refuse() error {
	if b.last != nil && (b.probing || time.Now().Before(b.until)) {
		return b.last
	}
	return nil
}

// succeed says that the store answered.
func (b *breaker) succeed(p pass) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p.period != b.period {
		return
	}
	b.failures = 0
	if b.last != nil {
		b.period++
		b.last, b.probing = nil, false
		b.ceiling = b.firstCeiling()
	}
}

// fail says that the store was away, and how.
func (b *breaker) fail(p pass, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p.period != b.period {
		return
	}
	b.failures++
	if b.last == nil && b.failures < b.patience {
		return
	}
	b.period++
	b.failures, b.last, b.probing = 0, err, false
	b.until = time.Now().Add(b.pause())
}

// pause is a random time up to the ceiling, which it raises.
func (b *breaker) pause() time.Duration {
	least := max(b.shortest, b.ceiling/2)
	pause := least + rand.N(b.ceiling-least+1) // #nosec G404 -- nobody gains by guessing it
	b.ceiling = min(2*b.ceiling, b.longest)
	return pause
}

// release lets another call through in place of one that came to nothing. After succeed or fail it changes nothing.
func (b *breaker) release(p pass) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p.period == b.period {
		b.probing = false
	}
}

// The states of a breaker.
const (
	closed   = "closed"
	open     = "open"
	halfOpen = "half_open"
)

func (b *breaker) state() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.last == nil:
		return closed
	case time.Now().Before(b.until):
		return open
	}
	return halfOpen
}
