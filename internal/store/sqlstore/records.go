// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// records is one kind of aggregate in a store.
type records[K comparable, V store.Record[K, V]] struct {
	store *Store
	kind  *aggregate[K, V]
	// follow changes what hangs on a record that was written, in the same transaction; nil is that nothing does.
	follow func(ctx context.Context, tx *sql.Tx, s *Store, have, want *record[V], terms store.Terms) error
}

// Get reads a record in one transaction.
func (r records[K, V]) Get(ctx context.Context, key K) (store.Stored[V], error) {
	have, err := r.read(ctx, key)
	if err != nil {
		return store.Stored[V]{}, err
	}
	if have == nil {
		return store.Stored[V]{}, store.ErrNotFound
	}
	return have.stored(), nil
}

// read is the record with a key, or nil.
func (r records[K, V]) read(ctx context.Context, key K) (*record[V], error) {
	var have *record[V]
	err := r.store.view(ctx, func(tx *sql.Tx) (err error) {
		have, err = r.find(ctx, tx, key)
		return err
	})
	return have, err
}

func (r records[K, V]) find(ctx context.Context, tx *sql.Tx, key K) (*record[V], error) {
	found, err := r.kind.load(ctx, tx, r.store, func(s *statement) { r.kind.one(s, key) })
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// findToWrite is find for a transaction that may write the record, or create it: until it ends no other one does. What it
// reads is whole, though it takes several statements, and costs no write where none is needed.
func (r records[K, V]) findToWrite(ctx context.Context, tx *sql.Tx, key K) (*record[V], error) {
	name := fmt.Sprintf("%s %q", r.kind.table, r.kind.key(key))
	if err := r.store.dialect.Lock(ctx, tx, Exclusively, name); err != nil {
		return nil, err
	}
	return r.find(ctx, tx, key)
}

// Put makes a record equal to a value. Where writers exclude one another an equal record costs a read alone.
func (r records[K, V]) Put(ctx context.Context, value V, stamp store.Stamp, terms store.Terms) (store.Written[V], error) {
	if err := store.CheckStamp(stamp); err != nil {
		return store.Written[V]{}, err
	}
	want := &record[V]{value: value.Canonical(), stamp: stamp}
	if r.store.dialect.ReadsFirst() {
		have, err := r.read(ctx, want.value.Key())
		if err != nil {
			return store.Written[V]{}, err
		}
		if have != nil {
			p, err := r.planChange(have, want, terms.From)
			if err != nil || p.empty() {
				return store.Written[V]{ID: have.id}, err
			}
		}
	}
	return r.write(ctx, want, terms)
}

// attempts is how often a Put is tried when whoever holds a unique value lets go of it just then.
const attempts = 3

func (r records[K, V]) write(ctx context.Context, want *record[V], terms store.Terms) (store.Written[V], error) {
	for range attempts {
		written := store.Written[V]{}
		err := r.store.change(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
			written, err = r.writeIn(ctx, tx, want, terms)
			return err
		})
		if err == nil {
			return written, nil
		}
		var taken *takenError
		if !errors.As(err, &taken) {
			return store.Written[V]{}, err
		}
		if err := r.conflict(ctx, want, taken); err != nil {
			return store.Written[V]{}, err
		}
	}
	return store.Written[V]{}, fmt.Errorf("%w: a unique value keeps changing hands; trying again is right", store.ErrUnavailable)
}

// writeIn writes what differs, if anything does by now.
func (r records[K, V]) writeIn(ctx context.Context, tx *sql.Tx, want *record[V], terms store.Terms) (store.Written[V], error) {
	have, err := r.findToWrite(ctx, tx, want.value.Key())
	if err != nil {
		return store.Written[V]{}, err
	}
	p, err := r.planWrite(have, want, terms.From)
	if err != nil || have != nil && p.empty() {
		return store.Written[V]{ID: want.id}, err
	}
	if err := r.store.checkEpoch(ctx, tx, want.stamp); err != nil {
		return store.Written[V]{}, err
	}
	if have == nil || p.changesValue() {
		if err := r.checkTerms(ctx, tx, valueOf(have), want.value, want.value.Key(), terms); err != nil {
			return store.Written[V]{}, err
		}
	}
	if err := r.writePlan(ctx, tx, have, want, p, terms); err != nil {
		return store.Written[V]{}, err
	}
	written := store.Written[V]{ID: want.id, Changed: true}
	if have != nil {
		written.Before = &have.value
	}
	return written, nil
}

// writePlan writes the rows of a record, and changes what hangs on it.
func (r records[K, V]) writePlan(ctx context.Context, tx *sql.Tx, have, want *record[V], p plan, terms store.Terms) error {
	isNew := have == nil
	if isNew {
		if err := r.clear(ctx, tx, want); err != nil {
			return err
		}
	}
	if err := r.writeRoot(ctx, tx, want, isNew); err != nil {
		return err
	}
	if err := r.writeParts(ctx, tx, want, p); err != nil || r.follow == nil {
		return err
	}
	return r.follow(ctx, tx, r.store, have, want, terms)
}

// clear removes what is left of the parts of a record whose root another program removed, where the database did not see to its references:
// SQLite leaves that to each program. The parts of lasting records have an ID that nobody has again.
func (r records[K, V]) clear(ctx context.Context, tx *sql.Tx, want *record[V]) error {
	if r.kind.lasting {
		return nil
	}
	_, root := r.kind.identity(want)
	for _, part := range slices.Backward(r.kind.parts) {
		table, reference, _ := part.selection()
		if err := remove(r.store.dialect, table, reference, root).exec(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// planWrite is what it takes to make a record, or another of one that is the writer's to change. It gives what is wanted its ID.
func (r records[K, V]) planWrite(have, want *record[V], from *store.Owner) (plan, error) {
	if have == nil {
		want.id = r.kind.newID()
		return r.plan(&record[V]{}, want)
	}
	want.id = have.id
	return r.planChange(have, want, from)
}

// valueOf is the value of a record, the zero value where there is none.
func valueOf[V any](have *record[V]) V {
	if have == nil {
		have = &record[V]{}
	}
	return have.value
}

// checkTerms looks at what the terms of a write say of other people, and spends the budgets of tenants.
func (r records[K, V]) checkTerms(ctx context.Context, tx *sql.Tx, before, after V, key K, terms store.Terms) error {
	written := writtenPerson(key)
	if err := r.store.checkGuards(ctx, tx, written, terms.Guards); err != nil {
		return err
	}
	if terms.Administered {
		err := store.CheckAdministered(before, after, func() ([]string, error) {
			return r.store.withoutAnother(ctx, tx, written.Company, written)
		})
		if err != nil {
			return err
		}
	}
	company, _ := r.kind.key(key)[0].(string)
	return store.CheckRemoval(before, after, terms.Removal, &ledger{ctx: ctx, tx: tx, store: r.store, company: company})
}

// planChange is what it takes to make a record another, if it is the writer's to change.
func (r records[K, V]) planChange(have, want *record[V], from *store.Owner) (plan, error) {
	restamp, err := store.CheckOwner(have.stored(), want.value, want.stamp, from)
	if err != nil {
		return plan{}, err
	}
	p, err := r.plan(have, want)
	p.stamp = restamp
	return p, err
}

// plan is what it takes to make a record another.
func (r records[K, V]) plan(have, want *record[V]) (plan, error) {
	same, err := r.kind.sameRoot(&have.value, &want.value)
	p := plan{root: !same || have.rootMarred}
	for i, part := range r.kind.parts {
		if err != nil {
			return p, err
		}
		var d difference
		d, err = part.compare(&have.value, &want.value, have.marredRows(i))
		p.parts = append(p.parts, d)
	}
	return p, err
}

type plan struct {
	// stamp says that the stamp is written even where the value is equal.
	stamp, root bool
	parts       []difference
}

func (p *plan) empty() bool { return !p.stamp && !p.changesValue() }

func (p *plan) changesValue() bool {
	return p.root || slices.ContainsFunc(p.parts, func(d difference) bool { return !d.empty() })
}

// writeRoot writes the root's row whole: every change refreshes its stamp and the time of the last change.
func (r records[K, V]) writeRoot(ctx context.Context, tx *sql.Tx, want *record[V], created bool) error {
	now := r.store.now()
	columns, values, err := r.kind.rootValues(want)
	if err != nil {
		return err
	}
	at, err := instant{&now}.Value()
	if err != nil {
		return err
	}
	columns, values = append(columns, "updated_at"), append(values, at)
	if created {
		columns, values = append(columns, "created_at"), append(values, at)
		return insert(r.store.dialect, r.kind.table, columns, [][]any{values}).exec(ctx, tx)
	}
	key, is := r.kind.identity(want)
	columns, values = r.kind.changeable(columns, values)
	return update(r.store.dialect, r.kind.table, columns, values, key, is).exec(ctx, tx)
}

// writeParts removes from the leaves up and writes from the root down, as references between the tables need it.
func (r records[K, V]) writeParts(ctx context.Context, tx *sql.Tx, want *record[V], p plan) error {
	if r.kind.precede != nil {
		if err := r.kind.precede(ctx, tx, r.store, &want.value, p.parts); err != nil {
			return err
		}
	}
	_, root := r.kind.identity(want)
	for _, d := range slices.Backward(p.parts) {
		if err := d.remove(ctx, tx, r.store.dialect, root); err != nil {
			return err
		}
	}
	for _, d := range p.parts {
		if err := d.write(ctx, tx, r.store.dialect, root); err != nil {
			return err
		}
	}
	return nil
}

// conflict says who holds the unique value of a record; nil is nobody any more.
func (r records[K, V]) conflict(ctx context.Context, want *record[V], taken *takenError) error {
	u := r.kind.unique
	if (u == nil || taken.constraint != u.constraint) && strings.HasPrefix(taken.constraint, r.kind.table+"_") {
		// Somebody who takes no locks of ours made the record meanwhile.
		return nil
	}
	if u == nil || taken.constraint != u.constraint {
		return fmt.Errorf("%w: part of it occurs twice; each once is right", store.ErrRejected)
	}
	columns, values, err := r.kind.rootValues(want)
	if err != nil {
		return err
	}
	held := make([]any, len(u.columns))
	for i, name := range u.columns {
		held[i] = values[slices.Index(columns, name)]
	}
	where := func(s *statement) { s.equal("r.", u.columns, held, " AND ") }
	return r.store.view(ctx, func(tx *sql.Tx) error {
		holders, err := r.kind.load(ctx, tx, r.store, where)
		if err != nil || len(holders) == 0 {
			return err
		}
		return &store.ConflictError{Field: u.field, Owner: holders[0].stamp.Owner}
	})
}

// writtenPerson is the person a guard does not count, if the record is one.
func writtenPerson(key any) roster.PersonKey {
	person, _ := key.(roster.PersonKey)
	return person
}

// Delete removes a record with all its parts.
func (r records[K, V]) Delete(ctx context.Context, key K, stamp store.Stamp, terms store.Terms) error {
	return r.store.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		have, err := r.owned(ctx, tx, key, stamp)
		if err != nil {
			return err
		}
		var none V
		if err := r.checkTerms(ctx, tx, have.value, none, key, terms); err != nil {
			return err
		}
		names, is := r.kind.identity(have)
		return remove(r.store.dialect, r.kind.table, names, is).exec(ctx, tx)
	})
}

// Release removes the stamp of a record.
func (r records[K, V]) Release(ctx context.Context, key K, stamp store.Stamp) error {
	return r.store.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		have, err := r.owned(ctx, tx, key, stamp)
		if err != nil {
			return err
		}
		have.stamp = store.Stamp{}
		return r.writeRoot(ctx, tx, have, false)
	})
}

// owned is the record, if it is the writer's to change.
func (r records[K, V]) owned(ctx context.Context, tx *sql.Tx, key K, stamp store.Stamp) (*record[V], error) {
	have, err := r.findToWrite(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	if have == nil {
		return nil, store.ErrNotFound
	}
	var none V
	if _, err := store.CheckOwner(have.stored(), none, stamp, nil); err != nil {
		return nil, err
	}
	return have, r.store.checkEpoch(ctx, tx, stamp)
}

// List streams the records of a company, a transaction for each page.
func (r records[K, V]) List(ctx context.Context, company string) iter.Seq2[store.Stored[V], error] {
	return func(yield func(store.Stored[V], error) bool) {
		var after *K
		for {
			page, err := r.page(ctx, company, after)
			if err != nil {
				yield(store.Stored[V]{}, err)
				return
			}
			for _, have := range page {
				if !yield(have.stored(), nil) {
					return
				}
			}
			if len(page) < store.PageSize {
				return
			}
			last := page[len(page)-1].value.Key()
			after = &last
		}
	}
}

func (r records[K, V]) page(ctx context.Context, company string, after *K) ([]*record[V], error) {
	var page []*record[V]
	err := r.store.view(ctx, func(tx *sql.Tx) (err error) {
		page, err = r.kind.load(ctx, tx, r.store, func(s *statement) { r.kind.page(s, company, after) })
		return err
	})
	return page, err
}
