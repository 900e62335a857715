// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package observe

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// held is one who waits for a turn.
type held struct {
	waiter *waiter
	of     share
	// ahead is how many of the same share were there first, and overtaken how many turns each other share had since.
	ahead     int
	overtaken map[share]int
}

func (h *held) granted() bool {
	select {
	case <-h.waiter.granted:
		return true
	default:
		return false
	}
}

// crowd is turns with those who take and await them, these in the order of their arrival.
type crowd struct {
	*turns
	rt      *rapid.T
	taken   int
	waiting []*held
}

func TestTurnsAreFair(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := &crowd{turns: newTurns(rapid.IntRange(1, 4).Draw(rt, "size")), rt: rt}
		for range rapid.IntRange(1, 80).Draw(rt, "steps") {
			c.step()
			c.check()
		}
		for c.taken > 0 {
			c.end()
		}
		if len(c.waiting) > 0 || len(c.queues) > 0 || c.round.Len() > 0 || c.free != c.size {
			rt.Fatalf("%d wait, %d queues, %d of %d turns are free once all have ended; expected nothing to be left over",
				len(c.waiting), len(c.queues), c.free, c.size)
		}
	})
}

func (c *crowd) step() {
	switch what := rapid.IntRange(0, 5).Draw(c.rt, "step"); {
	case what <= 2:
		c.arrive(share{tenant: rapid.SampledFrom([]string{"a", "a", "a", "a", "b", "c"}).Draw(c.rt, "share")})
	case what <= 4 && c.taken > 0:
		c.end()
	case what == 5 && len(c.waiting) > 0:
		c.giveUp(rapid.IntRange(0, len(c.waiting)-1).Draw(c.rt, "who gives up"))
	}
}

func (c *crowd) arrive(of share) {
	h := &held{of: of, overtaken: map[share]int{}}
	for _, other := range c.waiting {
		if other.of == of {
			h.ahead++
		}
	}
	if h.waiter = c.join(of); h.waiter == nil {
		c.taken++
		return
	}
	c.waiting = append(c.waiting, h)
}

func (c *crowd) end() {
	c.give()
	c.taken--
	if len(c.waiting) == 0 {
		return
	}
	served := slices.IndexFunc(c.waiting, (*held).granted)
	if served < 0 {
		c.rt.Fatalf("a turn ended and none of %d who wait got it", len(c.waiting))
	}
	c.expectFair(served)
	c.waiting = slices.Delete(c.waiting, served, served+1)
	c.taken++
}

// expectFair checks that the one served passed over nobody.
func (c *crowd) expectFair(served int) {
	of := c.waiting[served].of
	for i, h := range c.waiting {
		if h.of == of {
			if i < served {
				c.rt.Fatalf("one of share %v was served before another that was there first", of)
			}
			continue
		}
		if h.overtaken[of]++; h.overtaken[of] > h.ahead+1 {
			c.rt.Fatalf("share %v had %d turns while one of share %v waited behind %d of its own; expected at most one more than those",
				of, h.overtaken[of], h.of, h.ahead)
		}
	}
}

func (c *crowd) giveUp(i int) {
	c.abandon(c.waiting[i].waiter)
	c.waiting = slices.Delete(c.waiting, i, i+1)
}

func (c *crowd) check() {
	taken, waiting := c.load()
	if taken != c.taken || waiting != len(c.waiting) || taken > c.size {
		c.rt.Fatalf("%d turns taken and %d awaited; expected %d and %d, and never more than %d taken", taken, waiting, c.taken, len(c.waiting), c.size)
	}
	if waiting > 0 && taken < c.size {
		c.rt.Fatalf("%d wait while only %d of %d turns are taken", waiting, taken, c.size)
	}
	if i := slices.IndexFunc(c.waiting, (*held).granted); i >= 0 {
		c.rt.Fatalf("one of share %v got a turn that nobody had ended", c.waiting[i].of)
	}
}

func TestTurnsAreNeverLostWhoeverGivesUp(t *testing.T) {
	const size, callers, calls = 3, 40, 50
	synctest.Test(t, func(t *testing.T) {
		all := newTurns(size)
		var mu sync.Mutex
		now, most, served := 0, 0, 0
		hold := func(d time.Duration) {
			mu.Lock()
			now, served = now+1, served+1
			most = max(most, now)
			mu.Unlock()
			<-time.After(d)
			mu.Lock()
			now--
			mu.Unlock()
			all.give()
		}
		var done sync.WaitGroup
		for caller := range callers {
			random := rand.New(rand.NewPCG(1, uint64(caller)))
			done.Go(func() {
				for range calls {
					// Whole milliseconds, so that turns end just as callers give up.
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.IntN(40))*time.Millisecond)
					if all.take(ctx, share{tenant: fmt.Sprint(caller % 5)}) == nil {
						hold(time.Duration(random.IntN(4)) * time.Millisecond)
					}
					cancel()
				}
			})
		}
		done.Wait()
		if taken, waiting := all.load(); taken != 0 || waiting != 0 || len(all.queues) != 0 {
			t.Errorf("%d turns taken, %d awaited, %d queues when all callers have left; expected none", taken, waiting, len(all.queues))
		}
		if most != size {
			t.Errorf("%d calls ran at once; expected %d at most, and that many under load", most, size)
		}
		if served == 0 || served == callers*calls {
			t.Errorf("%d of %d calls were served; expected that some gave up and some did not", served, callers*calls)
		}
	})
}

func TestTurnGrantedToOneWhoLeavesGoesToTheNext(t *testing.T) {
	all := newTurns(1)
	all.join(share{})
	leaving, next := all.join(share{tenant: "a"}), all.join(share{tenant: "b"})
	all.give()
	all.abandon(leaving)
	select {
	case <-next.granted:
	default:
		t.Error("nobody has the turn; expected the next to have it, since the one it was granted to had left")
	}
}
