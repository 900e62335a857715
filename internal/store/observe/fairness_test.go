// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package observe_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/observe"
)

// TestTenantWithManyWritesKeepsNobodyWaiting measures waits in calls, each of which takes a second of the test's time.
func TestTenantWithManyWritesKeepsNobodyWaiting(t *testing.T) {
	const many = 10_000
	tests := map[string]struct {
		reason string
		call   func(t *testing.T, s *observe.Store) error
	}{
		"person of another tenant": {"a person's home tenant is whose write it is", func(t *testing.T, s *observe.Store) error {
			_, err := s.People().Put(t.Context(), personOf("small", "newcomer"), stamp, store.Terms{})
			return err
		}},
		"group of another tenant": {"a group is its tenant's", func(t *testing.T, s *observe.Store) error {
			_, err := s.Groups().Put(t.Context(), groupOf("small", "newcomers"), stamp, store.Terms{})
			return err
		}},
		"reading a person": {"a read names no tenant and waits for none", func(t *testing.T, s *observe.Store) error {
			_, err := s.People().Get(t.Context(), personOf("large", "person-0").Key())
			return err
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := observe.Wrap(script(takes(time.Second)), observe.Options{Concurrency: 2})
				write := func(i int) {
					if _, err := s.People().Put(t.Context(), personOf("large", fmt.Sprint("person-", i)), stamp, store.Terms{}); err != nil {
						t.Errorf("a write of the large tenant: %v; expected none to be lost", err)
					}
				}
				write(0)
				var writes sync.WaitGroup
				for i := range many {
					writes.Go(func() { write(i + 1) })
				}
				<-time.After(1500 * time.Millisecond)
				begun := time.Now()
				if err := test.call(t, s); err != nil {
					t.Errorf("the other call: %v", err)
				}
				if took := time.Since(begun); took > 2*time.Second {
					t.Errorf("the other call took %s while %d writes waited; expected less than 2s, as %s", took, many, test.reason)
				}
				writes.Wait()
			})
		})
	}
}
