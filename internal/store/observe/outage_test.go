// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package observe_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/observe"
)

// outage is a store that answers as the test says at the time.
type outage struct {
	*scripted
	mu     sync.Mutex
	answer error
	// reached are the times of the calls that got through.
	reached []time.Time
}

func newOutage(answer error) *outage {
	o := &outage{answer: answer}
	o.scripted = script(func(context.Context) error {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.reached = append(o.reached, time.Now())
		return o.answer
	})
	return o
}

func (o *outage) become(answer error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.answer = answer
}

// take answers the times of the calls since it was last asked.
func (o *outage) take() []time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	reached := o.reached
	o.reached = nil
	return reached
}

var errAway = fmt.Errorf("%w: nobody listens at its address", store.ErrUnavailable)

// open makes as many calls as it takes to open the breaker.
func open(t *testing.T, s store.Store, o *outage) {
	t.Helper()
	for range 5 {
		_, _ = s.ID(t.Context())
	}
	if reached := o.take(); len(reached) != 5 {
		t.Fatalf("%d calls reached a store that is away; expected the first 5 to", len(reached))
	}
}

func TestStoreThatIsAwayIsSparedAndSaysTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away := newOutage(errAway)
		s := observe.Wrap(away, observe.Options{})
		open(t, s, away)
		ended, end := context.WithCancel(t.Context())
		end()
		if _, err := s.ID(ended); !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrUnavailable) {
			t.Errorf("a call whose context has ended: %v; expected only %v", err, context.Canceled)
		}
		for range 100 {
			_, err := s.ID(t.Context())
			if !errors.Is(err, store.ErrUnavailable) || err.Error() != errAway.Error() {
				t.Fatalf("%v; expected %q in the words it has when the store says it, so that no condition changes", err, errAway)
			}
		}
		if reached := away.take(); len(reached) != 0 {
			t.Errorf("%d more calls reached the store; expected none before the pause has ended", len(reached))
		}
	})
}

func TestOnlyUnavailabilityInARowCountsAsFailure(t *testing.T) {
	tests := map[string]struct {
		reason  string
		answers []error
	}{
		"answers":     {"an error that is an answer comes from a store that is there", []error{store.ErrConflict, store.ErrNotFound, store.ErrRejected}},
		"interrupted": {"one answer in between says that the store is there", []error{errAway, errAway, errAway, errAway, nil}},
		"unknown":     {"an error nobody knows is not known to be an outage", []error{errors.New("odd")}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			flaky := newOutage(nil)
			s := observe.Wrap(flaky, observe.Options{})
			for i := range 50 {
				flaky.become(test.answers[i%len(test.answers)])
				_, _ = s.ID(t.Context())
			}
			if reached := flaky.take(); len(reached) != 50 {
				t.Errorf("%d of 50 calls reached the store; expected all, because %s", len(reached), test.reason)
			}
		})
	}
}

func TestCallThatItsCallerEndedIsNoWordAboutTheStore(t *testing.T) {
	tests := map[string]struct {
		reason string
		ended  error
	}{
		"plain":              {"a context's error is the caller's", context.Canceled},
		"as unavailability":  {"a driver may take the end of a call for the store's", fmt.Errorf("%w: %w", store.ErrUnavailable, context.Canceled)},
		"in a driver's word": {"a driver may wrap it", fmt.Errorf("the call ended early: %w", context.Canceled)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				away := newOutage(errAway)
				s := observe.Wrap(away, observe.Options{})
				ended := func() {
					ctx, cancel := context.WithCancel(t.Context())
					away.first = func(context.Context) error {
						cancel()
						return test.ended
					}
					_, _ = s.ID(ctx)
				}
				fails := away.first
				for range 10 {
					ended()
				}
				if away.first = fails; away.calls.Load() != 10 {
					t.Errorf("%d of 10 calls reached the store; expected all, as %s", away.calls.Load(), test.reason)
				}
				for range 4 {
					_, _ = s.ID(t.Context())
				}
				ended()
				away.first = fails
				_, _ = s.ID(t.Context())
				before := away.calls.Load()
				if _, _ = s.ID(t.Context()); away.calls.Load() != before {
					t.Errorf("a call reached the store after 5 failures; expected an ended call among them to change nothing, as %s", test.reason)
				}
			})
		})
	}
}

func TestWhatWasAskedBeforeTheOutageSaysNothingOfIt(t *testing.T) {
	tests := map[string]struct {
		reason string
		late   error
	}{
		"success": {"the store answered before it went away", nil},
		"failure": {"it tells what is known, and makes no pause longer", errAway},
		"end":     {"its caller left, and was not the one to find out whether the store is back", context.Canceled},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				away, s := openWithOneUnderWay(t, 200*time.Millisecond, test.late)
				<-time.After(300 * time.Millisecond)
				expectRefused(t, s, 2)
				<-time.After(700*time.Millisecond + tick)
				_, _ = s.ID(t.Context())
				if reached := len(away.take()); reached != 1 {
					t.Errorf("%d calls reached the store within a second of the outage; expected one after the pause, as %s", reached, test.reason)
				}
			})
			synctest.Test(t, func(t *testing.T) {
				away, s := openWithOneUnderWay(t, 2*time.Second, test.late)
				<-time.After(time.Second + tick)
				away.first = takes(3 * time.Second)
				var finder sync.WaitGroup
				finder.Go(func() { _, _ = s.ID(t.Context()) })
				<-time.After(2 * time.Second)
				expectRefused(t, s, 2)
				finder.Wait()
			})
		})
	}
}

// openWithOneUnderWay opens the breaker after a call has begun that comes to late after a while.
func openWithOneUnderWay(t *testing.T, after time.Duration, late error) (*outage, store.Store) {
	t.Helper()
	away := newOutage(errAway)
	s := observe.Wrap(away, observe.Options{})
	fails := away.first
	away.first = func(context.Context) error {
		<-time.After(after)
		return late
	}
	go func() { _, _ = s.ID(t.Context()) }()
	synctest.Wait()
	away.first = fails
	open(t, s, away)
	return away, s
}

func TestPausesGrowAndDiffer(t *testing.T) {
	pauses := map[time.Duration]bool{}
	for range 5 {
		synctest.Test(t, func(t *testing.T) {
			away := newOutage(errAway)
			s := observe.Wrap(away, observe.Options{})
			open(t, s, away)
			last := time.Now()
			for _, bounds := range [][2]time.Duration{
				{500 * time.Millisecond, time.Second}, {time.Second, 2 * time.Second}, {2 * time.Second, 4 * time.Second},
				{4 * time.Second, 8 * time.Second}, {7500 * time.Millisecond, 15 * time.Second}, {7500 * time.Millisecond, 15 * time.Second},
			} {
				next := probe(t, s, away)
				pause := next.Sub(last)
				if last = next; pause < bounds[0] || pause > bounds[1]+tick {
					t.Errorf("a pause of %s; expected one from %s to %s", pause, bounds[0], bounds[1])
				}
				pauses[pause] = true
			}
		})
	}
	if len(pauses) < 20 {
		t.Errorf("%d different pauses of 30; expected most to differ, so that managers of one store do not return together", len(pauses))
	}
}

const tick = time.Millisecond

// probe calls until a call gets through, and answers when it did.
func probe(t *testing.T, s store.Store, o *outage) time.Time {
	t.Helper()
	for range 20_000 {
		_, _ = s.ID(t.Context())
		if reached := o.take(); len(reached) > 0 {
			return reached[0]
		}
		<-time.After(tick)
	}
	t.Fatal("no call reached the store in 20 s; expected one after 15 s at the latest")
	return time.Time{}
}

func TestStoreThatIsBackIsUsedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away := newOutage(errAway)
		s := observe.Wrap(away, observe.Options{})
		open(t, s, away)
		for range 6 {
			probe(t, s, away)
		}
		away.become(nil)
		probe(t, s, away)
		for range 10 {
			if _, err := s.ID(t.Context()); err != nil {
				t.Fatalf("%v; expected one success to end the refusals", err)
			}
		}
		away.take()
		away.become(errAway)
		open(t, s, away)
		begun := time.Now()
		if pause := probe(t, s, away).Sub(begun); pause > time.Second+tick {
			t.Errorf("the first pause of the next outage was %s; expected it to be short again", pause)
		}
	})
}

func TestOneCallAtATimeFindsOutWhetherTheStoreIsBack(t *testing.T) {
	tests := map[string]struct {
		reason string
		// patience is how long the first caller waits for the store, which takes 2 s to answer.
		patience time.Duration
		reached  int
	}{
		"answered":  {"the rest are refused while one finds out", time.Minute, 1},
		"abandoned": {"a caller who leaves finds nothing out, and another does instead", time.Second, 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				away := newOutage(errAway)
				s := observe.Wrap(away, observe.Options{Concurrency: 1})
				open(t, s, away)
				<-time.After(time.Second + tick)
				away.first = takes(2 * time.Second)
				before := away.calls.Load()
				ctx, cancel := context.WithTimeout(t.Context(), test.patience)
				defer cancel()
				var first sync.WaitGroup
				first.Go(func() { _, _ = s.ID(ctx) })
				synctest.Wait()
				expectRefused(t, s, 50)
				<-time.After(1500 * time.Millisecond)
				if test.reached > 1 {
					first.Wait()
					if _, err := s.ID(t.Context()); err != nil {
						t.Errorf("the next call: %v; expected it to get through, as %s", err, test.reason)
					}
				} else {
					expectRefused(t, s, 50)
				}
				first.Wait()
				if reached := away.calls.Load() - before; reached != int64(test.reached) {
					t.Errorf("%d calls reached the store; expected %d, as %s", reached, test.reached, test.reason)
				}
			})
		})
	}
}

func expectRefused(t *testing.T, s store.Store, calls int) {
	t.Helper()
	begun := time.Now()
	var all sync.WaitGroup
	for range calls {
		all.Go(func() {
			if _, err := s.ID(t.Context()); !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("%v; expected a refusal, as the store is not known to be back", err)
			}
		})
	}
	all.Wait()
	if took := time.Since(begun); took > 0 {
		t.Errorf("the refusals took %s; expected them at once", took)
	}
}

func TestThoseWhoWaitedAreToldOfTheOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		behind := script(hangs)
		s := observe.Wrap(behind, observe.Options{Concurrency: 5})
		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() {
				if _, err := s.ID(t.Context()); !errors.Is(err, store.ErrUnavailable) {
					t.Errorf("%v; expected %v", err, store.ErrUnavailable)
				}
			})
		}
		begun := time.Now()
		all.Wait()
		// Each of the failures before the one that opens the breaker makes room for a call.
		if took, reached := time.Since(begun), behind.calls.Load(); took > 20*time.Second || reached > 9 {
			t.Errorf("1000 calls to a store that hangs took %s, and %d reached it; expected at most 20s and 9, as the rest is told what the first 5 found",
				took, reached)
		}
	})
}

func TestCallThatPanicsLeavesItsTurn(t *testing.T) {
	behind := script(func(context.Context) error { panic("a driver's mistake") })
	s := observe.Wrap(behind, observe.Options{Concurrency: 1})
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed; expected it to reach the caller")
			}
		}()
		_, _ = s.ID(t.Context())
	}()
	behind.first = func(context.Context) error { return nil }
	if _, err := s.ID(t.Context()); err != nil {
		t.Errorf("the next call: %v; expected it to get its turn", err)
	}
}

func TestCloseReachesTheStoreAtAnyTime(t *testing.T) {
	closed := &closing{Store: memory.New()}
	if err := observe.Wrap(closed, observe.Options{}).Close(); err != nil || !closed.closed {
		t.Errorf("Close: %v, and the store behind was closed: %t; expected it to be", err, closed.closed)
	}
}

type closing struct {
	store.Store
	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return c.Store.Close()
}
