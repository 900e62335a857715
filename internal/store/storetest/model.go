// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/store"
)

// model is what a store of one aggregate is, said as simply as can be.
type model[K comparable, V store.Record[K, V]] struct {
	kind kind[K, V]
	in   store.Records[K, V]
	rows map[K]store.Stored[V]
}

// serial numbers what must be new to a store each time, such as the company of a random sequence.
var serial atomic.Int64

// modelled makes random sequences of calls and expects of each what the model says.
func (k kind[K, V]) modelled(t testing.TB, in store.Records[K, V]) {
	rapid.Check(t, func(rt *rapid.T) {
		company := fmt.Sprint("company", serial.Add(1))
		m := model[K, V]{kind: k, in: in, rows: map[K]store.Stored[V]{}}
		for range rapid.IntRange(1, 10).Draw(rt, "calls") {
			m.call(rt, company)
		}
		m.list(rt, company)
	})
}

func (m model[K, V]) call(rt *rapid.T, company string) {
	name := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "name")
	value := m.kind.keyed(drawn[V](rt), company, tenant, name)
	if m.kind.claim != nil {
		value = m.kind.claim(value, rapid.SampledFrom([]string{"", "one", "ONE", "two"}).Draw(rt, "unique value"))
	}
	value = value.Canonical()
	stamp := owner(rapid.SampledFrom([]string{"x", "y"}).Draw(rt, "owner"))
	switch rapid.IntRange(0, 5).Draw(rt, "call") {
	case 0:
		m.remove(rt, value.Key(), stamp)
	case 1:
		m.release(rt, value.Key(), stamp)
	default:
		m.put(rt, value, stamp)
	}
	m.get(rt, value.Key())
}

// drawn is the filled value with up to three edits, so that equal ones and near ones come up often.
func drawn[V any](rt *rapid.T) V {
	v := filled[V]()
	for range rapid.IntRange(0, 3).Draw(rt, "edits") {
		list := edits(&v)
		list[rapid.IntRange(0, len(list)-1).Draw(rt, "edit")]()
	}
	return v
}

func (m model[K, V]) put(rt *rapid.T, value V, stamp store.Stamp) {
	have, found := m.rows[value.Key()]
	written, err := m.in.Put(context.Background(), value, stamp, store.Terms{})
	switch {
	case found && have.Stamp.Owner != stamp.Owner:
		m.answers(rt, "Put on another's record", store.ErrForeign, err)
	case found && cmp.Equal(have.Value, value):
		m.answers(rt, "Put of an equal value", nil, err)
		m.expect(rt, "what it did", store.Written[V]{ID: have.ID}, written)
	case m.taken(value):
		m.answers(rt, "Put of a value that is taken", store.ErrConflict, err)
	default:
		m.answers(rt, "Put", nil, err)
		if !written.Changed || found && written.ID != have.ID {
			rt.Fatalf("Put answered %+v; expected a change, and the ID %q if that is one", written, have.ID)
		}
		m.expect(rt, "whether something was there before", found, written.Before != nil)
		if found {
			m.expect(rt, "what was there before", have.Value, *written.Before)
		}
		m.rows[value.Key()] = store.Stored[V]{Value: value, Stamp: stamp, ID: written.ID}
	}
}

func (m model[K, V]) taken(value V) bool {
	for key, have := range m.rows {
		if key != value.Key() && m.kind.claim != nil && m.kind.unique(value) != "" && m.kind.unique(have.Value) == m.kind.unique(value) {
			return true
		}
	}
	return false
}

// refusal is the error of a call that needs the record to be the stamp's owner's.
func (m model[K, V]) refusal(key K, stamp store.Stamp) error {
	have, found := m.rows[key]
	switch {
	case !found:
		return store.ErrNotFound
	case have.Stamp.Owner != stamp.Owner:
		return store.ErrForeign
	}
	return nil
}

func (m model[K, V]) remove(rt *rapid.T, key K, stamp store.Stamp) {
	want := m.refusal(key, stamp)
	m.answers(rt, "Delete", want, m.in.Delete(context.Background(), key, stamp, store.Terms{}))
	if want == nil {
		delete(m.rows, key)
	}
}

func (m model[K, V]) release(rt *rapid.T, key K, stamp store.Stamp) {
	want := m.refusal(key, stamp)
	m.answers(rt, "Release", want, m.in.Release(context.Background(), key, stamp))
	if want == nil {
		have := m.rows[key]
		have.Stamp = store.Stamp{}
		m.rows[key] = have
	}
}

func (m model[K, V]) get(rt *rapid.T, key K) {
	have, found := m.rows[key]
	stored, err := m.in.Get(context.Background(), key)
	if !found {
		m.answers(rt, "Get", store.ErrNotFound, err)
		return
	}
	m.answers(rt, "Get", nil, err)
	m.expect(rt, "the record", have, stored)
}

func (m model[K, V]) list(rt *rapid.T, company string) {
	seen := map[K]store.Stored[V]{}
	for stored, err := range m.in.List(context.Background(), company) {
		m.answers(rt, "List", nil, err)
		seen[stored.Value.Key()] = stored
	}
	m.expect(rt, "the records of the company", m.rows, seen)
}

// answers expects an error, or none where want is nil.
func (m model[K, V]) answers(rt *rapid.T, what string, want, got error) {
	rt.Helper()
	if !errors.Is(got, want) {
		rt.Fatalf("%s: %v; expected %v", what, got, want)
	}
}

func (m model[K, V]) expect(rt *rapid.T, what string, want, got any) {
	rt.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		rt.Fatalf("%s (-expected +got):\n%s", what, diff)
	}
}
