// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package faults is a store for the tests of what uses one: it counts the calls that reach the store behind it, and goes
// away and comes back when told.
package faults

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// Counts are the calls since the last reset, whatever came of them. Each is one transaction; a List is one however many
// pages it reads.
type Counts struct {
	Gets, Puts, Deletes, Releases, Lists, Fences int
	// AccountReads and AccountWrites are the calls about accounts.
	AccountReads, AccountWrites int
	// Changed are the Puts that changed the store.
	Changed int
}

// Writes are the calls that changed the store, or tried to by other means than Put.
func (c Counts) Writes() int { return c.Changed + c.Deletes + c.Releases }

// Store is a store with another behind it.
type Store struct {
	behind store.Store
	down   atomic.Bool
	mu     sync.Mutex
	counts Counts
}

var _ store.Store = (*Store)(nil)

// Wrap is a store that counts and, until told otherwise, passes every call on to the one behind it.
func Wrap(behind store.Store) *Store { return &Store{behind: behind} }

// SetDown takes the store away, so that every call answers ErrUnavailable and none is counted, or brings it back.
func (s *Store) SetDown(down bool) { s.down.Store(down) }

// Counts are the calls since the last reset.
func (s *Store) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts
}

// Reset makes the counts begin anew and answers what they were.
func (s *Store) Reset() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := s.counts
	s.counts = Counts{}
	return counts
}

// Tenants are the tenants of the store behind.
func (s *Store) Tenants() store.Records[roster.TenantKey, roster.TenantRecord] {
	return records[roster.TenantKey, roster.TenantRecord]{s, s.behind.Tenants()}
}

// Groups are the groups of the store behind.
func (s *Store) Groups() store.Records[roster.GroupKey, roster.Group] {
	return records[roster.GroupKey, roster.Group]{s, s.behind.Groups()}
}

// Policies are the channel policies of the store behind.
func (s *Store) Policies() store.Records[roster.PolicyKey, roster.Policy] {
	return records[roster.PolicyKey, roster.Policy]{s, s.behind.Policies()}
}

// People are the people of the store behind.
func (s *Store) People() store.Records[roster.PersonKey, roster.Person] {
	return records[roster.PersonKey, roster.Person]{s, s.behind.People()}
}

// Accounts are those of the store behind.
func (s *Store) Accounts() store.Accounts { return accounts{s, s.behind.Accounts()} }

// ID names the store behind. It is not counted.
func (s *Store) ID(ctx context.Context) (string, error) {
	if err := s.unavailable(); err != nil {
		return "", err
	}
	return s.behind.ID(ctx)
}

// Companies passes the call on. It is not counted.
func (s *Store) Companies(ctx context.Context) ([]string, error) {
	if err := s.unavailable(); err != nil {
		return nil, err
	}
	return s.behind.Companies(ctx)
}

// Mend passes the call on, if the store behind can. It is not counted.
func (s *Store) Mend(ctx context.Context) (int, error) {
	shared, can := s.behind.(store.Mendable)
	if !can {
		return 0, store.ErrUnsupported
	}
	if err := s.unavailable(); err != nil {
		return 0, err
	}
	return shared.Mend(ctx)
}

// Watch passes the call on, if the store behind has a feed.
func (s *Store) Watch(ctx context.Context, told func(store.Change)) error {
	feed, has := s.behind.(store.Feed)
	if !has {
		return store.ErrUnsupported
	}
	if err := s.unavailable(); err != nil {
		return err
	}
	return feed.Watch(ctx, told)
}

// Fence passes the call on.
func (s *Store) Fence(ctx context.Context, installation string) (int64, error) {
	if err := s.enter(func(c *Counts) { c.Fences++ }); err != nil {
		return 0, err
	}
	return s.behind.Fence(ctx, installation)
}

// Close closes the store behind.
func (s *Store) Close() error { return s.behind.Close() }

func (s *Store) unavailable() error {
	if s.down.Load() {
		return fmt.Errorf("%w: it was taken away by a test", store.ErrUnavailable)
	}
	return nil
}

// enter counts a call, unless the store is away.
func (s *Store) enter(count func(*Counts)) error {
	if err := s.unavailable(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	count(&s.counts)
	return nil
}

type records[K comparable, V any] struct {
	store  *Store
	behind store.Records[K, V]
}

// Get passes the call on.
func (r records[K, V]) Get(ctx context.Context, key K) (store.Stored[V], error) {
	if err := r.store.enter(func(c *Counts) { c.Gets++ }); err != nil {
		return store.Stored[V]{}, err
	}
	return r.behind.Get(ctx, key)
}

// Put passes the call on.
func (r records[K, V]) Put(ctx context.Context, value V, stamp store.Stamp, terms store.Terms) (store.Written[V], error) {
	if err := r.store.enter(func(c *Counts) { c.Puts++ }); err != nil {
		return store.Written[V]{}, err
	}
	written, err := r.behind.Put(ctx, value, stamp, terms)
	if written.Changed {
		r.store.mu.Lock()
		defer r.store.mu.Unlock()
		r.store.counts.Changed++
	}
	return written, err
}

// Delete passes the call on.
func (r records[K, V]) Delete(ctx context.Context, key K, stamp store.Stamp, terms store.Terms) error {
	if err := r.store.enter(func(c *Counts) { c.Deletes++ }); err != nil {
		return err
	}
	return r.behind.Delete(ctx, key, stamp, terms)
}

// Release passes the call on.
func (r records[K, V]) Release(ctx context.Context, key K, stamp store.Stamp) error {
	if err := r.store.enter(func(c *Counts) { c.Releases++ }); err != nil {
		return err
	}
	return r.behind.Release(ctx, key, stamp)
}

// List passes the call on when it is ranged over.
func (r records[K, V]) List(ctx context.Context, company string) iter.Seq2[store.Stored[V], error] {
	return func(yield func(store.Stored[V], error) bool) {
		if err := r.store.enter(func(c *Counts) { c.Lists++ }); err != nil {
			yield(store.Stored[V]{}, err)
			return
		}
		r.behind.List(ctx, company)(yield)
	}
}
