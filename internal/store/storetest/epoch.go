// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/store"
)

// during is a stamp of a writer's epoch.
func during(epoch int64, stamp store.Stamp) store.Stamp {
	stamp.Epoch = epoch
	return stamp
}

func fence(t testing.TB, s store.Store, installation string) int64 {
	t.Helper()
	epoch, err := s.Fence(context.Background(), installation)
	if err != nil {
		t.Fatalf("Fence: %v; expected a new epoch", err)
	}
	return epoch
}

func epochLaws() []law {
	return []law{
		{"Epoch: each fence begins the next one of its installation alone", func(t testing.TB, s store.Store) {
			for i, installation := range []string{"one", "one", "other", "one", "One"} {
				expectEqual(t, "the epoch of "+installation, []int64{1, 2, 1, 3, 1}[i], fence(t, s, installation))
			}
		}},
		{"Epoch: of many who fence at once, each has one of its own", func(t testing.TB, s store.Store) {
			var mu sync.Mutex
			seen := map[int64]bool{}
			together(8, func(int) (int64, error) {
				epoch, err := s.Fence(t.Context(), "one")
				mu.Lock()
				defer mu.Unlock()
				expectNil(t, "Fence", err)
				seen[epoch] = true
				return epoch, err
			})
			expectEqual(t, "different epochs", 8, len(seen))
			expectEqual(t, "the next", 9, fence(t, s, "one"))
		}},
		{"Epoch: an installation without name is not fenced", func(t testing.TB, s store.Store) {
			_, err := s.Fence(t.Context(), "")
			expectError(t, "Fence", err, store.ErrRejected)
		}},
		{"Epoch: a fence cancelled before it begins leaves no trace", func(t testing.TB, s store.Store) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err := s.Fence(ctx, "one")
			expectError(t, "Fence", err, context.Canceled)
			expectEqual(t, "the epoch afterwards", 1, fence(t, s, "one"))
		}},
	}
}

func (k kind[K, V]) epochLaws() []law {
	of := func(sentence string, check func(t testing.TB, s store.Store)) law {
		return law{k.name + ": " + sentence, check}
	}
	return []law{
		of("a writer whose epoch is over writes nothing", func(t testing.TB, s store.Store) {
			first := during(fence(t, s, "production"), owner("a"))
			put(t, k.of(s), k.filled("a"), first)
			k.release(t, s, "nobody's", first)
			put(t, k.of(s), k.filled("theirs"), elsewhere("a"))
			second := during(fence(t, s, "production"), owner("a"))
			k.expectFenced(t, s, first, first)
			put(t, k.of(s), k.variantOf("a"), second)
			expectEqual(t, "the epoch the record tells", second, get(t, k.of(s), k.filled("a").Key()).Stamp)
		}),
		of("a writer without epoch is one until its installation is fenced", func(t testing.TB, s store.Store) {
			put(t, k.of(s), k.filled("a"), owner("a"))
			k.release(t, s, "nobody's", owner("a"))
			put(t, k.of(s), k.filled("theirs"), elsewhere("a"))
			fence(t, s, "production")
			k.expectFenced(t, s, owner("a"), owner("a"))
		}),
		of("an epoch that has not begun is no writer's", func(t testing.TB, s store.Store) {
			put(t, k.of(s), k.filled("a"), owner("a"))
			k.release(t, s, "nobody's", owner("a"))
			put(t, k.of(s), k.filled("theirs"), elsewhere("a"))
			k.expectFenced(t, s, during(1, owner("a")), owner("a"))
			fence(t, s, "production")
			k.expectFenced(t, s, during(2, owner("a")), owner("a"))
		}),
		of("fencing an installation leaves the writers of others alone", func(t testing.TB, s store.Store) {
			put(t, k.of(s), k.filled("a"), elsewhere("a"))
			fence(t, s, "production")
			put(t, k.of(s), k.variantOf("a"), elsewhere("a"))
			epoch := fence(t, s, "staging")
			fence(t, s, "production")
			put(t, k.of(s), k.filled("a"), during(epoch, elsewhere("a")))
			expectNil(t, "Delete", k.of(s).Delete(t.Context(), k.filled("a").Key(), during(epoch, elsewhere("a")), store.Terms{}))
		}),
		of("put of an equal value needs no epoch, as nothing is written", func(t testing.TB, s store.Store) {
			first := during(fence(t, s, "production"), owner("a"))
			id := put(t, k.of(s), k.filled("a"), first).ID
			fence(t, s, "production")
			for _, stamp := range []store.Stamp{first, owner("a"), during(9, owner("a"))} {
				expectEqual(t, "Put of an equal value", store.Written[V]{ID: id}, put(t, k.of(s), k.filled("a"), stamp))
			}
			expectEqual(t, "the stamp", first, get(t, k.of(s), k.filled("a").Key()).Stamp)
		}),
		of("once an epoch is over, no write of it that was under way lands", k.overForWritesUnderWay),
	}
}

// release puts a record and makes it nobody's.
func (k kind[K, V]) release(t testing.TB, s store.Store, name string, stamp store.Stamp) {
	t.Helper()
	put(t, k.of(s), k.filled(name), stamp)
	expectNil(t, "Release", k.of(s).Release(t.Context(), k.filled(name).Key(), stamp))
}

// expectFenced expects that a writer changes nothing: not the record "a", which is its own, nor "nobody's", nor "theirs".
func (k kind[K, V]) expectFenced(t testing.TB, s store.Store, stamp, whose store.Stamp) {
	t.Helper()
	before := all(t, k.of(s), company)
	key := k.filled("a").Key()
	putOf := func(value V, terms store.Terms) func() error {
		return func() error {
			_, err := k.of(s).Put(t.Context(), value, stamp, terms)
			return err
		}
	}
	calls := map[string]func() error{
		"Put of a new value":       putOf(k.filled("new"), store.Terms{}),
		"Put of a changed value":   putOf(k.variantOf("a"), store.Terms{}),
		"take-over from nobody":    putOf(k.filled("nobody's"), from(store.Owner{})),
		"take-over from elsewhere": putOf(k.variantOf("theirs"), from(elsewhere("a").Owner)),
		"Delete":                   func() error { return k.of(s).Delete(t.Context(), key, stamp, store.Terms{}) },
		"Release":                  func() error { return k.of(s).Release(t.Context(), key, stamp) },
	}
	for name, call := range calls {
		expectError(t, name, call(), store.ErrFenced)
	}
	expectEqual(t, "all records", before, all(t, k.of(s), company))
	expectEqual(t, "whose the record is", whose.Owner, get(t, k.of(s), key).Stamp.Owner)
}

// overForWritesUnderWay has writers of one epoch write without end, begins the next, and expects what was there by then to stay.
func (k kind[K, V]) overForWritesUnderWay(t testing.TB, s store.Store) {
	stamp := during(fence(t, s, "production"), owner("a"))
	shapes := []V{k.filled("a"), k.variantOf("a")}
	put(t, k.of(s), shapes[0], stamp)
	for range 4 {
		var writers sync.WaitGroup
		var over atomic.Bool
		begun := make(chan struct{}, 4)
		for i := range cap(begun) {
			writers.Go(func() {
				var err error
				for n, late := 0, 0; err == nil && late < 10; n++ {
					if over.Load() {
						late++
					}
					_, err = k.of(s).Put(t.Context(), shapes[(i+n)%2], stamp, store.Terms{})
					if n == 1 {
						begun <- struct{}{}
					}
				}
				if !errors.Is(err, store.ErrFenced) {
					t.Errorf("Put: %v; expected writers to be told that they are fenced", err)
				}
			})
		}
		for range cap(begun) {
			<-begun
		}
		next := fence(t, s, "production")
		over.Store(true)
		settled := get(t, k.of(s), shapes[0].Key())
		writers.Wait()
		if diff := cmp.Diff(settled, get(t, k.of(s), shapes[0].Key())); diff != "" {
			t.Errorf("a write of the epoch before landed after the fence (-at the fence +now):\n%s", diff)
		}
		stamp = during(next, owner("a"))
		put(t, k.of(s), shapes[0], stamp)
	}
}
