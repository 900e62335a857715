// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package observe

import (
	"context"
	"iter"

	"github.com/roster-dev/roster/internal/store"
)

// records is one kind of aggregate of a decorated store.
type records[K comparable, V store.Record[K, V]] struct {
	store   *Store
	behind  store.Records[K, V]
	ofKey   func(K) share
	ofValue func(V) share

	get, put, remove, release, list operation
}

// newRecords decorates one kind of aggregate. Without ofValue, a value is its key's share.
func newRecords[K comparable, V store.Record[K, V]](
	s *Store, aggregate string, behind store.Records[K, V], ofKey func(K) share, ofValue func(V) share,
) *records[K, V] {
	if ofValue == nil {
		ofValue = func(value V) share { return ofKey(value.Key()) }
	}
	return &records[K, V]{
		store: s, behind: behind, ofKey: ofKey, ofValue: ofValue,
		get:     s.metrics.operation("get", aggregate),
		put:     s.metrics.operation("put", aggregate),
		remove:  s.metrics.operation("delete", aggregate),
		release: s.metrics.operation("release", aggregate),
		list:    s.metrics.operation("list", aggregate),
	}
}

// Get reads a record.
func (r *records[K, V]) Get(ctx context.Context, key K) (stored store.Stored[V], err error) {
	err = r.store.call(ctx, r.get, r.ofKey(key), func(ctx context.Context) (result, error) {
		stored, err = r.behind.Get(ctx, key)
		return succeeded, err
	})
	return stored, err
}

// Put makes a record equal to a value.
func (r *records[K, V]) Put(ctx context.Context, value V, stamp store.Stamp, terms store.Terms) (written store.Written[V], err error) {
	err = r.store.call(ctx, r.put, r.ofValue(value), func(ctx context.Context) (result, error) {
		written, err = r.behind.Put(ctx, value, stamp, terms)
		if !written.Changed {
			return unchanged, err
		}
		return succeeded, err
	})
	return written, err
}

// Delete removes a record.
func (r *records[K, V]) Delete(ctx context.Context, key K, stamp store.Stamp, terms store.Terms) error {
	return r.store.call(ctx, r.remove, r.ofKey(key), func(ctx context.Context) (result, error) {
		return succeeded, r.behind.Delete(ctx, key, stamp, terms)
	})
}

// Release removes the stamp of a record.
func (r *records[K, V]) Release(ctx context.Context, key K, stamp store.Stamp) error {
	return r.store.call(ctx, r.release, r.ofKey(key), func(ctx context.Context) (result, error) {
		return succeeded, r.behind.Release(ctx, key, stamp)
	})
}

// List streams the records of a company. Each page is a call of its own, with its own turn and time, and is read whole before
// its records are handed out: whoever ranges over them may take long, and may call the store, without keeping others waiting.
func (r *records[K, V]) List(ctx context.Context, company string) iter.Seq2[store.Stored[V], error] {
	return func(yield func(store.Stored[V], error) bool) {
		streaming, end := context.WithCancelCause(ctx)
		defer end(nil)
		next, stop := iter.Pull2(r.behind.List(streaming, company))
		defer stop()
		for more := true; more; {
			var page []store.Stored[V]
			err := r.store.call(ctx, r.list, share{company: company}, func(bounded context.Context) (_ result, err error) {
				defer context.AfterFunc(bounded, func() { end(context.Cause(bounded)) })()
				page, more, err = nextPage(next)
				return succeeded, err
			})
			for _, stored := range page {
				if !yield(stored, nil) {
					return
				}
			}
			if err != nil {
				yield(store.Stored[V]{}, err)
				return
			}
		}
	}
}

// nextPage takes as many records as a store reads at a time, and tells whether there may be more.
func nextPage[V any](next func() (store.Stored[V], error, bool)) (page []store.Stored[V], more bool, err error) {
	for len(page) < store.PageSize {
		stored, err, found := next()
		if !found || err != nil {
			return page, false, err
		}
		page = append(page, stored)
	}
	return page, true, nil
}
