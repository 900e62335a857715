// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision_test

import (
	"context"
	"errors"
	"testing"

	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
)

// lease is a lease that one of several managers holds.
type lease struct{ holder string }

func (l *lease) of(name string) provision.Lease {
	return func(context.Context) (bool, error) { return l.holder == name, nil }
}

func TestAManagerWithoutTheLeaseBeginsNoEpoch(t *testing.T) {
	s, l := memory.New(), &lease{holder: "b"}
	a, b := provision.NewWriter(s, "test", l.of("a")), provision.NewWriter(s, "test", l.of("b"))
	first, err := b.Epoch(t.Context())
	if err != nil || first != 1 {
		t.Fatalf("the holder begins the first epoch, got %d (%v)", first, err)
	}
	if _, err := a.Epoch(t.Context()); !errors.Is(err, store.ErrFenced) {
		t.Errorf("a manager without the lease hears ErrFenced, got %v", err)
	}
	if next, err := s.Fence(t.Context(), "test"); err != nil || next != 2 {
		t.Errorf("and disturbs nobody: the next epoch should be 2, got %d (%v)", next, err)
	}
}

func TestALeaseThatGoesWhileAnEpochBeginsIsNoticed(t *testing.T) {
	s, l := memory.New(), &lease{holder: "a"}
	looks := 0
	a := provision.NewWriter(s, "test", func(context.Context) (bool, error) {
		looks++
		return looks == 1, nil
	})
	if _, err := a.Epoch(t.Context()); !errors.Is(err, store.ErrFenced) {
		t.Errorf("the lease went between the two looks, so the epoch is nobody's; got %v", err)
	}
	l.holder = "b"
	if epoch, err := provision.NewWriter(s, "test", l.of("b")).Epoch(t.Context()); err != nil || epoch != 2 {
		t.Errorf("the new holder begins the next epoch, got %d (%v)", epoch, err)
	}
}

func TestAFencedHolderBeginsAnewAndAFencedLoserStops(t *testing.T) {
	s, l := memory.New(), &lease{holder: "a"}
	managers := map[string]*provision.Provisioner{}
	for _, name := range []string{"a", "b"} {
		managers[name] = provision.New(s, provision.NewIdentity(s), provision.NewWriter(s, "test", l.of(name)))
	}
	write := func(name string, active bool) error {
		_, err := managers[name].Ensure(t.Context(), provision.Claim{Stamp: workerStamp}, provision.Person(person(active)))
		return err
	}
	if err := write("a", true); err != nil {
		t.Fatalf("the holder writes: %v", err)
	}
	l.holder = "b"
	if err := write("b", false); err != nil {
		t.Fatalf("the new holder writes: %v", err)
	}
	for range 2 {
		if err := write("a", true); !errors.Is(err, store.ErrFenced) {
			t.Errorf("the loser's late write is refused, got %v", err)
		}
	}
	if stored(t, s).Value.User.Active {
		t.Error("no stale write reaches the store")
	}
	l.holder = "a"
	if err := write("a", true); err != nil {
		t.Errorf("whoever holds the lease again writes again: %v", err)
	}
	if err := write("b", false); !errors.Is(err, store.ErrFenced) {
		t.Errorf("and the other is refused, got %v", err)
	}
}

func TestALeaseThatCannotBeLookedAtStopsWriting(t *testing.T) {
	away := errors.New("the API server is away")
	w := provision.NewWriter(memory.New(), "test", func(context.Context) (bool, error) { return false, away })
	if _, err := w.Epoch(t.Context()); !errors.Is(err, away) {
		t.Errorf("without a look at the lease nothing is written, got %v", err)
	}
}

// TestAllWhoWaitForAnEpochShareOneAttempt: a store that hangs costs its time-out once, not once for each worker.
func TestAllWhoWaitForAnEpochShareOneAttempt(t *testing.T) {
	looks, answer := make(chan struct{}), make(chan struct{})
	w := provision.NewWriter(memory.New(), "test", func(context.Context) (bool, error) {
		looks <- struct{}{}
		<-answer
		return true, nil
	})
	impatient, leave := context.WithCancel(t.Context())
	epochs := make(chan int64, 3)
	ask := func(ctx context.Context) {
		epoch, err := w.Epoch(ctx)
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("every one who waits is answered: %v", err)
		}
		epochs <- epoch
	}
	go ask(impatient)
	<-looks
	go ask(t.Context())
	go ask(t.Context())
	leave()
	if epoch := <-epochs; epoch != 0 {
		t.Errorf("whoever leaves has no epoch, got %d", epoch)
	}
	answer <- struct{}{}
	<-looks // The second look of the same attempt: it outlived whoever began it.
	answer <- struct{}{}
	if first, second := <-epochs, <-epochs; first != 1 || second != 1 {
		t.Errorf("those who stayed share the first epoch, got %d and %d", first, second)
	}
}
