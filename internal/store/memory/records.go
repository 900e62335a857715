// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/google/uuid"

	"github.com/roster-dev/roster/internal/store"
)

// records keeps one kind of aggregate.
type records[K comparable, V store.Record[K, V]] struct {
	store *Store
	kind  kind[K, V]
	rows  map[K]row[V]
	// follow changes what hangs on a record that was written, and forgotten removes it; nil is that nothing does.
	follow    func(before, after V, terms store.Terms)
	forgotten func(K)
	// holders are the keys of the records that hold each unique value.
	holders map[string]K
}

// row is a record as it is kept. Only its encoded form is handed out, decoded anew each time, so that nobody can change
// what the store holds through a value it was given or gave.
type row[V any] struct {
	encoded string
	value   V
	stamp   store.Stamp
	id      string
}

func newRecords[K comparable, V store.Record[K, V]](s *Store, k kind[K, V]) *records[K, V] {
	return &records[K, V]{store: s, kind: k, rows: map[K]row[V]{}, holders: map[string]K{}}
}

// Get reads a record.
func (r *records[K, V]) Get(ctx context.Context, key K) (store.Stored[V], error) {
	if err := ctx.Err(); err != nil {
		return store.Stored[V]{}, err
	}
	r.store.mu.RLock()
	defer r.store.mu.RUnlock()
	have, found := r.rows[key]
	if !found {
		return store.Stored[V]{}, store.ErrNotFound
	}
	return have.stored()
}

// Put makes a record equal to a value.
func (r *records[K, V]) Put(ctx context.Context, value V, stamp store.Stamp, terms store.Terms) (store.Written[V], error) {
	next, err := r.row(value, stamp)
	if err != nil {
		return store.Written[V]{}, err
	}
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return store.Written[V]{}, err
	}
	key := next.value.Key()
	written := store.Written[V]{ID: next.id, Changed: true}
	have, found := r.rows[key]
	same, restamp := false, false
	if found {
		next.id, same = have.id, have.encoded == next.encoded
		restamp, err = store.CheckOwner(store.Stored[V]{Value: have.value, Stamp: have.stamp}, next.value, stamp, terms.From)
		if err != nil || same && !restamp {
			return store.Written[V]{ID: have.id}, err
		}
		if written, err = have.replaced(); err != nil {
			return store.Written[V]{}, err
		}
	}
	if err := r.store.checkEpoch(stamp); err != nil {
		return store.Written[V]{}, err
	}
	if !same {
		if err := r.admit(key, have, next.value, terms); err != nil {
			return store.Written[V]{}, err
		}
	}
	r.forget(key)
	r.keep(key, next)
	if r.follow != nil {
		r.follow(have.value, next.value, terms)
	}
	return written, nil
}

// row is a value as it would be kept if it were new.
func (r *records[K, V]) row(value V, stamp store.Stamp) (row[V], error) {
	if err := store.CheckStamp(stamp); err != nil {
		return row[V]{}, err
	}
	if flaw := r.kind.flaw(value.Canonical()); flaw != "" {
		return row[V]{}, fmt.Errorf("%w: %s", store.ErrRejected, flaw)
	}
	encoded, err := json.Marshal(value.Canonical())
	if err != nil {
		return row[V]{}, fmt.Errorf("%w: %w", store.ErrRejected, err)
	}
	next := row[V]{encoded: string(encoded), stamp: stamp}
	if r.kind.lasting {
		next.id = uuid.NewString()
	}
	err = json.Unmarshal(encoded, &next.value)
	return next, err
}

// admit checks what the write depends on in other records. Before is what is replaced, without a value where nothing is.
func (r *records[K, V]) admit(key K, before row[V], value V, terms store.Terms) error {
	holder, taken := r.holders[r.kind.unique(value)]
	if taken && holder != key {
		return &store.ConflictError{Field: r.kind.uniqueField, Owner: r.rows[holder].stamp.Owner}
	}
	return r.keepTerms(key, before.value, value, terms)
}

// keepTerms checks what the terms say of other people, and spends the budgets of tenants: nothing may keep the write from happening after
// it.
func (r *records[K, V]) keepTerms(key K, before, after V, terms store.Terms) error {
	if err := r.store.checkGuards(key, terms.Guards); err != nil {
		return err
	}
	company := r.kind.parts(key)[0]
	if terms.Administered {
		nobody := func() ([]string, error) { return r.store.withoutAnother(company, key), nil }
		if err := store.CheckAdministered(before, after, nobody); err != nil {
			return err
		}
	}
	return store.CheckRemoval(before, after, terms.Removal, ledger{r.store, company})
}

func (r *records[K, V]) keep(key K, next row[V]) {
	r.rows[key] = next
	if unique := r.kind.unique(next.value); unique != "" {
		r.holders[unique] = key
	}
}

func (r *records[K, V]) forget(key K) {
	if have, found := r.rows[key]; found {
		delete(r.holders, r.kind.unique(have.value))
		delete(r.rows, key)
	}
}

// Delete removes a record.
func (r *records[K, V]) Delete(ctx context.Context, key K, stamp store.Stamp, terms store.Terms) error {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	have, err := r.owned(ctx, key, stamp)
	if err != nil {
		return err
	}
	var none V
	if err := r.keepTerms(key, have.value, none, terms); err != nil {
		return err
	}
	r.forget(key)
	if r.forgotten != nil {
		r.forgotten(key)
	}
	return nil
}

// Release removes the stamp of a record.
func (r *records[K, V]) Release(ctx context.Context, key K, stamp store.Stamp) error {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	have, err := r.owned(ctx, key, stamp)
	if err != nil {
		return err
	}
	have.stamp = store.Stamp{}
	r.rows[key] = have
	return nil
}

// owned is the record if the stamp's owner may change it. The caller holds the lock.
func (r *records[K, V]) owned(ctx context.Context, key K, stamp store.Stamp) (row[V], error) {
	if err := ctx.Err(); err != nil {
		return row[V]{}, err
	}
	have, found := r.rows[key]
	if !found {
		return row[V]{}, store.ErrNotFound
	}
	var none V
	if _, err := store.CheckOwner(store.Stored[V]{Value: have.value, Stamp: have.stamp}, none, stamp, nil); err != nil {
		return row[V]{}, err
	}
	return have, r.store.checkEpoch(stamp)
}

// List streams the records of a company.
func (r *records[K, V]) List(ctx context.Context, company string) iter.Seq2[store.Stored[V], error] {
	return func(yield func(store.Stored[V], error) bool) {
		after := []string{company}
		for {
			page, err := r.page(ctx, after)
			for _, stored := range page {
				if !yield(stored, nil) {
					return
				}
			}
			if err != nil {
				yield(store.Stored[V]{}, err)
				return
			}
			if len(page) < store.PageSize {
				return
			}
			after = r.kind.parts(page[len(page)-1].Value.Key())
		}
	}
}

// companies adds the companies that have such records. The caller holds the lock.
func (r *records[K, V]) companies(named map[string]bool) {
	for key := range r.rows {
		named[r.kind.parts(key)[0]] = true
	}
}

// page reads the first records of a company whose keys come after the given one, as far as it is given.
func (r *records[K, V]) page(ctx context.Context, after []string) ([]store.Stored[V], error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r.store.mu.RLock()
	defer r.store.mu.RUnlock()
	var keys []K
	for key := range r.rows {
		if parts := r.kind.parts(key); parts[0] == after[0] && slices.Compare(parts, after) > 0 {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b K) int { return slices.Compare(r.kind.parts(a), r.kind.parts(b)) })
	var page []store.Stored[V]
	for _, key := range keys[:min(len(keys), store.PageSize)] {
		stored, err := r.rows[key].stored()
		if err != nil {
			return page, err
		}
		page = append(page, stored)
	}
	return page, nil
}

// replaced is what a write over the row tells.
func (r row[V]) replaced() (store.Written[V], error) {
	before, err := r.stored()
	return store.Written[V]{ID: r.id, Changed: true, Before: &before.Value}, err
}

func (r row[V]) stored() (store.Stored[V], error) {
	stored := store.Stored[V]{Stamp: r.stamp, ID: r.id}
	err := json.Unmarshal([]byte(r.encoded), &stored.Value)
	return stored, err
}
