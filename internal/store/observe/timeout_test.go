// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package observe_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/observe"
)

func TestHowACallEnds(t *testing.T) {
	const timeout = 3 * time.Second
	tests := map[string]struct {
		reason string
		first  func(context.Context) error
		// patience is how long the caller waits; zero is forever.
		patience time.Duration
		want     error
		not      error
		says     string
		after    time.Duration
	}{
		"in time": {
			reason: "a store that answers in time is left alone", first: takes(timeout - 1), after: timeout - 1,
		},
		"slow": {
			reason: "a store that takes too long is away to whoever asks",
			first:  hangs, want: store.ErrUnavailable, not: context.DeadlineExceeded, says: "did not answer within 3s", after: timeout,
		},
		"slow, told in other words": {
			reason: "a driver need not know why its call ended",
			first: func(ctx context.Context) error {
				<-ctx.Done()
				return errors.New("connection closed")
			},
			want: store.ErrUnavailable, says: "did not answer within 3s", after: timeout,
		},
		"slow, but answered": {
			reason: "an answer that comes with the end of the time is still one",
			first: func(ctx context.Context) error {
				<-ctx.Done()
				return store.ErrNotFound
			},
			want: store.ErrNotFound, after: timeout,
		},
		"slow, and the driver says why": {
			reason: "what a driver says of its trouble is better than that it took long",
			first: func(ctx context.Context) error {
				<-ctx.Done()
				return fmt.Errorf("%w: the disk is full", store.ErrUnavailable)
			},
			want: store.ErrUnavailable, says: "the disk is full", after: timeout,
		},
		"caller's time": {
			reason: "the caller's own end is no word about the store",
			first:  hangs, patience: time.Second, want: context.DeadlineExceeded, not: store.ErrUnavailable, after: time.Second,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := observe.Wrap(script(test.first), observe.Options{Timeout: timeout})
				ctx := t.Context()
				if test.patience > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.patience)
					defer cancel()
				}
				begun := time.Now()
				_, err := s.ID(ctx)
				if took := time.Since(begun); took != test.after {
					t.Errorf("the call ended after %s; expected %s, because %s", took, test.after, test.reason)
				}
				if !errors.Is(err, test.want) || test.not != nil && errors.Is(err, test.not) {
					t.Errorf("%v; expected %v and not %v, because %s", err, test.want, test.not, test.reason)
				}
				if err != nil && !strings.Contains(err.Error(), test.says) {
					t.Errorf("%v; expected it to say %q, because %s", err, test.says, test.reason)
				}
			})
		})
	}
}

func TestCallerThatGivesUpWhileWaitingNeverReachesTheStore(t *testing.T) {
	tests := map[string]struct {
		reason  string
		options observe.Options
	}{
		"for a turn":   {"the only turn is taken", observe.Options{Concurrency: 1, Timeout: time.Hour}},
		"for the pace": {"one call a minute is all there is", observe.Options{Concurrency: 1, Timeout: time.Hour, Rate: 1. / 60}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				behind := script(takes(30 * time.Second))
				s := observe.Wrap(behind, test.options)
				go func() { _, _ = s.ID(t.Context()) }()
				synctest.Wait()
				if test.options.Rate > 0 {
					<-time.After(40 * time.Second)
				}
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				if _, err := s.ID(ctx); !errors.Is(err, context.Canceled) {
					t.Errorf("%v; expected the caller's own %v, as %s", err, context.Canceled, test.reason)
				}
				if calls := behind.calls.Load(); calls != 1 {
					t.Errorf("%d calls reached the store; expected only the first, as %s", calls, test.reason)
				}
				<-time.After(2 * time.Minute)
				if _, err := s.ID(t.Context()); err != nil {
					t.Errorf("a later call: %v; expected who gave up to have left no trace", err)
				}
			})
		})
	}
}

func TestCallThatCannotBeginInTimeEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := observe.Wrap(script(takes(0)), observe.Options{Concurrency: 1, Rate: 1. / 60})
		if _, err := s.ID(t.Context()); err != nil {
			t.Fatalf("the first call: %v; expected the pace to allow it", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		if _, err := s.ID(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) > 0 {
			t.Errorf("%v after %s; expected %v at once, as the pace allows no call within the caller's second",
				err, time.Since(begun), context.DeadlineExceeded)
		}
	})
}

func TestPaceBoundsCallsASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := observe.Wrap(script(takes(0)), observe.Options{Concurrency: 5, Rate: 10})
		begun := time.Now()
		for range 25 {
			if _, err := s.ID(t.Context()); err != nil {
				t.Fatalf("ID: %v", err)
			}
		}
		if took := time.Since(begun).Round(time.Millisecond); took != 2*time.Second {
			t.Errorf("25 calls at 10 a second took %s; expected 2s, as 5 of them are a burst", took)
		}
	})
}

func TestListHasTimeForEachPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		behind := script(takes(0))
		fill(t, behind, 2*store.PageSize+1)
		behind.first = takes(2 * time.Second)
		s := observe.Wrap(behind, observe.Options{Timeout: 3 * time.Second})
		read := 0
		for _, err := range s.Groups().List(t.Context(), company) {
			if err != nil {
				t.Fatalf("record %d: %v; expected 2 s a page to be in time, however many there are", read, err)
			}
			if read++; read%100 == 0 {
				<-time.After(time.Minute)
			}
		}
		if read != 2*store.PageSize+1 {
			t.Errorf("%d records; expected all of them, however long the reader took", read)
		}
	})
}

func TestListThatHangsEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		behind := script(takes(0))
		fill(t, behind, 2*store.PageSize)
		pages := 0
		behind.first = func(ctx context.Context) error {
			if pages++; pages == 2 {
				return hangs(ctx)
			}
			return nil
		}
		s := observe.Wrap(behind, observe.Options{Timeout: 3 * time.Second})
		read, begun := 0, time.Now()
		var last error
		for _, err := range s.Groups().List(t.Context(), company) {
			if last = err; err == nil {
				read++
			}
		}
		if read != store.PageSize || !errors.Is(last, store.ErrUnavailable) || time.Since(begun) != 3*time.Second {
			t.Errorf("%d records and %v after %s; expected the first page, and ErrUnavailable 3s into the second", read, last, time.Since(begun))
		}
	})
}
