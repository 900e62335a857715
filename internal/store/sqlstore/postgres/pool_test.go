// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

// TestAServerThatIsBackIsNotTakenToBeAwayForEachConnectionThatBroke: one call may find out; the others would be as many false
// alarms as the pool had connections.
func TestAServerThatIsBackIsNotTakenToBeAwayForEachConnectionThatBroke(t *testing.T) {
	server := postgresserver.Own(t)
	s := open(t, server.URL(postgresserver.Administrator, server.Database(t)))
	read := func() error {
		_, err := s.People().Get(t.Context(), roster.NewPersonKey("acme", "nobody"))
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	}
	if err := read(); err != nil {
		t.Fatalf("the first call should reach the server: %v", err)
	}
	var calls sync.WaitGroup
	for range 64 {
		calls.Go(func() {
			if err := read(); err != nil {
				t.Errorf("every call should reach the server: %v", err)
			}
		})
	}
	calls.Wait()
	if err := server.Kill(); err != nil {
		t.Fatalf("killing the server: %v", err)
	}
	if err := server.Restart(); err != nil {
		t.Fatalf("starting it again: %v", err)
	}
	failures := 0
	for range 32 {
		if read() != nil {
			failures++
		}
	}
	if failures > 1 {
		t.Errorf("at most one call should find a broken connection, %d of 32 did", failures)
	}
}
