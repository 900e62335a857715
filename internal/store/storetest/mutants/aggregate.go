// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mutants

import (
	"context"
	"iter"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// aggregate is the records of a store of whichever kind, so that a bug is planted in all four by one function.
type aggregate interface {
	Get(ctx context.Context, key any) (store.Stored[any], error)
	Put(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error)
	Delete(ctx context.Context, key any, stamp store.Stamp, terms store.Terms) error
	Release(ctx context.Context, key any, stamp store.Stamp) error
	List(ctx context.Context, company string) iter.Seq2[store.Stored[any], error]
}

// untyped makes records an aggregate.
type untyped[K comparable, V store.Record[K, V]] struct{ in store.Records[K, V] }

// Get reads a record.
func (u untyped[K, V]) Get(ctx context.Context, key any) (store.Stored[any], error) {
	stored, err := u.in.Get(ctx, key.(K))
	return store.Stored[any]{Value: stored.Value, Stamp: stored.Stamp, ID: stored.ID}, err
}

// Put makes a record equal to a value.
func (u untyped[K, V]) Put(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
	written, err := u.in.Put(ctx, value.(V), stamp, terms)
	some := store.Written[any]{ID: written.ID, Changed: written.Changed}
	if written.Before != nil {
		var before any = *written.Before
		some.Before = &before
	}
	return some, err
}

// Delete removes a record.
func (u untyped[K, V]) Delete(ctx context.Context, key any, stamp store.Stamp, terms store.Terms) error {
	return u.in.Delete(ctx, key.(K), stamp, terms)
}

// Release removes the stamp of a record.
func (u untyped[K, V]) Release(ctx context.Context, key any, stamp store.Stamp) error {
	return u.in.Release(ctx, key.(K), stamp)
}

// List streams the records of a company.
func (u untyped[K, V]) List(ctx context.Context, company string) iter.Seq2[store.Stored[any], error] {
	return func(yield func(store.Stored[any], error) bool) {
		for stored, err := range u.in.List(ctx, company) {
			if !yield(store.Stored[any]{Value: stored.Value, Stamp: stored.Stamp, ID: stored.ID}, err) {
				return
			}
		}
	}
}

// typed makes an aggregate records again.
type typed[K comparable, V store.Record[K, V]] struct{ in aggregate }

func typedOf[V any](stored store.Stored[any]) store.Stored[V] {
	value, _ := stored.Value.(V)
	return store.Stored[V]{Value: value, Stamp: stored.Stamp, ID: stored.ID}
}

// Get reads a record.
func (r typed[K, V]) Get(ctx context.Context, key K) (store.Stored[V], error) {
	stored, err := r.in.Get(ctx, key)
	return typedOf[V](stored), err
}

// Put makes a record equal to a value.
func (r typed[K, V]) Put(ctx context.Context, value V, stamp store.Stamp, terms store.Terms) (store.Written[V], error) {
	some, err := r.in.Put(ctx, value, stamp, terms)
	written := store.Written[V]{ID: some.ID, Changed: some.Changed}
	if some.Before != nil {
		before, _ := (*some.Before).(V)
		written.Before = &before
	}
	return written, err
}

// Delete removes a record.
func (r typed[K, V]) Delete(ctx context.Context, key K, stamp store.Stamp, terms store.Terms) error {
	return r.in.Delete(ctx, key, stamp, terms)
}

// Release removes the stamp of a record.
func (r typed[K, V]) Release(ctx context.Context, key K, stamp store.Stamp) error {
	return r.in.Release(ctx, key, stamp)
}

// List streams the records of a company.
func (r typed[K, V]) List(ctx context.Context, company string) iter.Seq2[store.Stored[V], error] {
	return func(yield func(store.Stored[V], error) bool) {
		r.in.List(ctx, company)(func(stored store.Stored[any], err error) bool { return yield(typedOf[V](stored), err) })
	}
}

// keyOf is the key of a value of any aggregate.
func keyOf(value any) any {
	switch value := value.(type) {
	case roster.TenantRecord:
		return value.Key()
	case roster.Group:
		return value.Key()
	case roster.Policy:
		return value.Key()
	case roster.Person:
		return value.Key()
	}
	panic("a value of no aggregate")
}

// have is the record in the place of a value, if there is one.
func have(ctx context.Context, in aggregate, value any) (stored store.Stored[any], found bool) {
	stored, err := in.Get(context.WithoutCancel(ctx), keyOf(value))
	return stored, err == nil
}

// same tells whether a record is there and equal to a value.
func same(ctx context.Context, in aggregate, value any) bool {
	stored, found := have(ctx, in, value)
	return found && cmp.Equal(stored.Value, value)
}

// bug replaces methods of an aggregate, those that are not nil.
type bug struct {
	aggregate
	get     func(ctx context.Context, key any) (store.Stored[any], error)
	put     func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error)
	remove  func(ctx context.Context, key any, stamp store.Stamp, terms store.Terms) error
	release func(ctx context.Context, key any, stamp store.Stamp) error
	list    func(ctx context.Context, company string) iter.Seq2[store.Stored[any], error]
}

// Get reads a record.
func (b bug) Get(ctx context.Context, key any) (store.Stored[any], error) {
	if b.get == nil {
		return b.aggregate.Get(ctx, key)
	}
	return b.get(ctx, key)
}

// Put makes a record equal to a value.
func (b bug) Put(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
	if b.put == nil {
		return b.aggregate.Put(ctx, value, stamp, terms)
	}
	return b.put(ctx, value, stamp, terms)
}

// Delete removes a record.
func (b bug) Delete(ctx context.Context, key any, stamp store.Stamp, terms store.Terms) error {
	if b.remove == nil {
		return b.aggregate.Delete(ctx, key, stamp, terms)
	}
	return b.remove(ctx, key, stamp, terms)
}

// Release removes the stamp of a record.
func (b bug) Release(ctx context.Context, key any, stamp store.Stamp) error {
	if b.release == nil {
		return b.aggregate.Release(ctx, key, stamp)
	}
	return b.release(ctx, key, stamp)
}

// List streams the records of a company.
func (b bug) List(ctx context.Context, company string) iter.Seq2[store.Stored[any], error] {
	if b.list == nil {
		return b.aggregate.List(ctx, company)
	}
	return b.list(ctx, company)
}
