// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestLettersGoOutAtALimitedRate(t *testing.T) {
	tests := map[string]struct {
		reason    string
		perMinute int
		took      time.Duration
	}{
		"default": {reason: "the default is one a second", took: 2 * time.Second},
		"slow":    {reason: "two a minute are one in half a minute", perMinute: 2, took: time.Minute},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, err := New(&kept{}, Options{From: "roster@example.com", PerMinute: test.perMinute})
				if err != nil {
					t.Fatalf("New: %v; expected a mailer", err)
				}
				begun := time.Now()
				for range 3 {
					if err := m.Send(t.Context(), ordinary()); err != nil {
						t.Fatalf("Send: %v; expected the letter to be handed over", err)
					}
				}
				if took := time.Since(begun); took.Round(time.Millisecond) != test.took {
					t.Errorf("three letters took %s; expected %s, because %s", took, test.took, test.reason)
				}
			})
		})
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	tests := map[string]struct {
		reason string
		ends   func(context.Context) (context.Context, context.CancelFunc)
		cause  error
	}{
		"deadline": {
			reason: "the turn comes after the deadline",
			ends: func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithTimeout(ctx, time.Second)
			},
			cause: context.DeadlineExceeded,
		},
		"cancelled": {
			reason: "the manager shuts down",
			ends: func(ctx context.Context) (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(ctx)
				time.AfterFunc(time.Second, cancel)
				return ctx, cancel
			},
			cause: context.Canceled,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := &kept{}
				m, err := New(k, Options{From: "roster@example.com", PerMinute: 1})
				if err != nil {
					t.Fatalf("New: %v; expected a mailer", err)
				}
				if err := m.Send(t.Context(), ordinary()); err != nil {
					t.Fatalf("Send: %v; expected the first letter to be handed over at once", err)
				}
				ctx, cancel := test.ends(t.Context())
				defer cancel()
				own := reasonOf(t, m.Send(ctx, ordinary()))
				if own.Reason != TimedOut || own.Permanent || !errors.Is(own, test.cause) {
					t.Errorf("the second letter failed with %v; expected TimedOut for %v, because %s", own, test.cause, test.reason)
				}
				if len(k.messages) != 1 {
					t.Errorf("%d letters were handed over; expected 1", len(k.messages))
				}
				tellsNothing(t, own)
			})
		})
	}
}

func TestABadLetterTakesNobodysTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, err := New(&kept{}, Options{From: "roster@example.com", PerMinute: 1})
		if err != nil {
			t.Fatalf("New: %v; expected a mailer", err)
		}
		begun := time.Now()
		bad := ordinary()
		bad.To = ""
		reasonOf(t, m.Send(t.Context(), bad))
		if err := m.Send(t.Context(), ordinary()); err != nil {
			t.Fatalf("Send: %v; expected the letter to be handed over", err)
		}
		if took := time.Since(begun); took != 0 {
			t.Errorf("the good letter waited %s; expected no waiting, because the bad one was not handed over", took)
		}
	})
}

func TestOptionsThatAreRefused(t *testing.T) {
	tests := map[string]struct {
		reason    string
		transport Transport
		o         Options
		says      string
	}{
		"no transport":  {reason: "there is nowhere to send to", o: Options{From: "a@example.com"}, says: "needs a transport"},
		"no sender":     {reason: "every mail has one", transport: &kept{}, says: "the sender is no mail address"},
		"odd sender":    {reason: "a server would refuse every letter", transport: &kept{}, o: Options{From: `"a b"@example.com`}, says: "the sender is no mail address"},
		"odd answers":   {reason: "nobody could answer", transport: &kept{}, o: Options{From: "a@example.com", ReplyTo: "help"}, says: "the address for answers is no mail address"},
		"negative rate": {reason: "nothing would ever go out", transport: &kept{}, o: Options{From: "a@example.com", PerMinute: -1}, says: "negative"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := New(test.transport, test.o); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("New answers %v; expected a sentence with %q, because %s", err, test.says, test.reason)
			}
		})
	}
}
