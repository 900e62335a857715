// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr/funcr"

	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
)

// unsteady is a store that is away for a cause, until there is none.
type unsteady struct {
	store.Store

	mu    sync.Mutex
	cause string
	asked []time.Time
}

func (s *unsteady) ID(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, time.Now())
	if s.cause != "" {
		return "", fmt.Errorf("%w: %s", store.ErrUnavailable, s.cause)
	}
	return s.Store.ID(ctx)
}

func (s *unsteady) because(cause string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cause = cause
}

// reaching starts to reach a store in a bubble of its own time; what was said so far is in the first result.
func reaching(ctx context.Context, s store.Store) (said func() []string, ended chan error) {
	var mu sync.Mutex
	var lines []string
	log := funcr.New(func(_, line string) {
		mu.Lock()
		defer mu.Unlock()
		lines = append(lines, line)
	}, funcr.Options{})
	ended = make(chan error, 1)
	go func() { ended <- (&reach{identity: provision.NewIdentity(s), log: log}).Start(ctx) }()
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(lines)
	}, ended
}

func TestAStoreThatIsThereIsReachedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.New()
		said, ended := reaching(t.Context(), s)
		synctest.Wait()
		if err := <-ended; err != nil {
			t.Errorf("reaching should end without an error, got %v", err)
		}
		id, err := s.ID(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf(`"level"=0 "msg"="the identity store is reached" "storeID"=%q`, id)
		if got := said(); len(got) != 1 || got[0] != want {
			t.Errorf("the log should say once %s, it says %v", want, got)
		}
	})
}

func TestAStoreThatIsAwayIsSaidOncePerCauseAndHeals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &unsteady{Store: memory.New(), cause: "it is locked"}
		said, ended := reaching(t.Context(), s)
		lines := func(after time.Duration, want int, reason string) {
			t.Helper()
			time.Sleep(after)
			synctest.Wait()
			if got := said(); len(got) != want {
				t.Fatalf("%s: the log should have %d lines, it has %v", reason, want, got)
			}
		}
		lines(0, 1, "it is said at once")
		lines(time.Hour, 1, "the same cause is not said again")
		s.because("it is full")
		lines(time.Minute, 2, "another cause is said within a minute")
		s.because("")
		lines(time.Minute, 3, "it is reached within a minute of being there")
		if err := <-ended; err != nil {
			t.Errorf("reaching should end without an error, got %v", err)
		}
		for i := 1; i < len(s.asked); i++ {
			if pause := s.asked[i].Sub(s.asked[i-1]); pause < time.Second || pause > 45*time.Second {
				t.Errorf("between two tries there should be from 1 s to 30 s and its jitter, there were %s", pause)
			}
		}
	})
}

func TestReachingEndsWithTheManager(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		said, ended := reaching(ctx, &unsteady{Store: memory.New(), cause: "it is locked"})
		time.Sleep(10 * time.Second)
		stop()
		synctest.Wait()
		if err := <-ended; err != nil {
			t.Errorf("a manager that is stopped meanwhile should end without an error, got %v", err)
		}
		if got := said(); len(got) != 1 {
			t.Errorf("that it is stopped should not be said as a cause, the log says %v", got)
		}
	})
}

func TestAReplicaThatWaitsForTheLeaseReachesTheStore(t *testing.T) {
	if (&reach{}).NeedLeaderElection() {
		t.Error("reaching the store should not wait for the lease")
	}
}
