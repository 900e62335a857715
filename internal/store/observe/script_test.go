// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package observe_test

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
)

// scripted is a store whose every call does first what the test says, with the call's context.
type scripted struct {
	store.Store
	first func(context.Context) error
	calls atomic.Int64
}

func script(first func(context.Context) error) *scripted {
	return &scripted{Store: memory.New(), first: first}
}

func (s *scripted) begin(ctx context.Context) error {
	s.calls.Add(1)
	return s.first(ctx)
}

func (s *scripted) ID(ctx context.Context) (string, error) {
	if err := s.begin(ctx); err != nil {
		return "", err
	}
	return s.Store.ID(ctx)
}

func (s *scripted) People() store.Records[roster.PersonKey, roster.Person] {
	return scriptedRecords[roster.PersonKey, roster.Person]{s.Store.People(), s}
}

func (s *scripted) Groups() store.Records[roster.GroupKey, roster.Group] {
	return scriptedRecords[roster.GroupKey, roster.Group]{s.Store.Groups(), s}
}

type scriptedRecords[K comparable, V any] struct {
	store.Records[K, V]
	store *scripted
}

func (r scriptedRecords[K, V]) Get(ctx context.Context, key K) (store.Stored[V], error) {
	if err := r.store.begin(ctx); err != nil {
		return store.Stored[V]{}, err
	}
	return r.Records.Get(ctx, key)
}

func (r scriptedRecords[K, V]) Put(ctx context.Context, value V, stamp store.Stamp, terms store.Terms) (store.Written[V], error) {
	if err := r.store.begin(ctx); err != nil {
		return store.Written[V]{}, err
	}
	return r.Records.Put(ctx, value, stamp, terms)
}

// List begins anew with every page.
func (r scriptedRecords[K, V]) List(ctx context.Context, company string) iter.Seq2[store.Stored[V], error] {
	return func(yield func(store.Stored[V], error) bool) {
		read := 0
		for stored, err := range r.Records.List(ctx, company) {
			if read%store.PageSize == 0 && err == nil {
				err = r.store.begin(ctx)
			}
			read++
			if !yield(stored, err) || err != nil {
				return
			}
		}
	}
}

// hangs waits for the end of the call.
func hangs(ctx context.Context) error {
	<-ctx.Done()
	return fmt.Errorf("the call ended early: %w", ctx.Err())
}

// takes lets a call take its time.
func takes(d time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-time.After(d):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

const company = "company"

var stamp = store.Stamp{Owner: store.Owner{Installation: "production", Namespace: company, Kind: "Kind", Name: "a"}}

func groupOf(tenant, name string) roster.Group {
	return roster.Group{Company: company, Tenant: tenant, Name: name}
}

func personOf(tenant, name string) roster.Person {
	return roster.Person{User: roster.User{Company: company, UserName: name, HomeTenant: tenant}}
}

// fill puts groups into a store.
func fill(t *testing.T, s store.Store, n int) {
	t.Helper()
	for i := range n {
		group := groupOf("acme", fmt.Sprintf("group-%04d", i))
		if _, err := s.Groups().Put(t.Context(), group, stamp, store.Terms{}); err != nil {
			t.Fatalf("Put: %v", err)
		}
	}
}
