// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"fmt"
	"testing"

	"github.com/roster-dev/roster/internal/store"
)

// elsewhere is the stamp of an object of another installation.
func elsewhere(name string) store.Stamp {
	stamp := owner(name)
	stamp.Installation, stamp.UID = "staging", "uid in staging"
	return stamp
}

// from are the terms that take a record over from an owner.
func from(o store.Owner) store.Terms { return store.Terms{From: &o} }

// restamped is what a Put of an equal value does that wrote the stamp, or did not.
func restamped[V any](id string, value V, changed bool) store.Written[V] {
	if !changed {
		return store.Written[V]{ID: id}
	}
	return store.Written[V]{ID: id, Changed: true, Before: &value}
}

func (k kind[K, V]) takeOverLaws(of lawOf[K, V]) []law {
	return []law{
		of("a record is taken over from exactly whose it is", k.takesOver),
		of("a take-over writes the stamp even where the value is equal, and is done once", func(t testing.TB, in store.Records[K, V]) {
			value := k.filled("a")
			id := put(t, in, value, elsewhere("a")).ID
			for i, changed := range []bool{true, false} {
				written, err := in.Put(t.Context(), value, owner("a"), from(elsewhere("a").Owner))
				expectNil(t, "Put", err)
				expectEqual(t, fmt.Sprint("what Put ", i, " did"), restamped(id, value, changed), written)
				expectEqual(t, "the record", store.Stored[V]{Value: value, Stamp: owner("a"), ID: id}, get(t, in, value.Key()))
			}
		}),
		of("where nothing is there to take over, or it is one's own, a put is like any other", func(t testing.TB, in store.Records[K, V]) {
			for _, value := range []V{k.filled("a"), k.variantOf("a")} {
				written, err := in.Put(t.Context(), value, owner("a"), from(elsewhere("a").Owner))
				if err != nil || !written.Changed {
					t.Errorf("Put: %+v, %v; expected it to write", written, err)
				}
				expectEqual(t, "the record", value, get(t, in, value.Key()).Value)
				expectEqual(t, "its stamp", owner("a"), get(t, in, value.Key()).Stamp)
			}
		}),
		of("of many who take over the same record at once, one wins", k.takenOverOnce),
	}
}

func (k kind[K, V]) takesOver(t testing.TB, in store.Records[K, V]) {
	nobody, other := store.Owner{}, owner("another").Owner
	cases := []struct {
		reason string
		whose  store.Stamp
		from   store.Owner
		taken  bool
	}{
		{"nobody's, from nobody", store.Stamp{}, nobody, true},
		{"nobody's, from somebody", store.Stamp{}, other, false},
		{"nobody's, from the taker itself", store.Stamp{}, owner("taker").Owner, false},
		{"another object's, from it", owner("another"), other, true},
		{"another object's, from nobody", owner("another"), nobody, false},
		{"another object's, from the taker itself", owner("another"), owner("taker").Owner, false},
		{"another installation's, from it", elsewhere("another"), elsewhere("another").Owner, true},
		{"another installation's, from the same object of this one", elsewhere("another"), other, false},
		{"another installation's, from nobody", elsewhere("another"), nobody, false},
	}
	for i, c := range cases {
		before, after := k.filled(fmt.Sprint("record", i)), k.variantOf(fmt.Sprint("record", i))
		id := put(t, in, before, owner("another")).ID
		k.handTo(t, in, before, c.whose)
		written, err := in.Put(t.Context(), after, owner("taker"), from(c.from))
		want := store.Stored[V]{Value: after, Stamp: owner("taker"), ID: id}
		if c.taken {
			expectNil(t, c.reason, err)
			expectEqual(t, c.reason+": what Put did", store.Written[V]{ID: id, Changed: true, Before: &before}, written)
		} else {
			expectAs(t, c.reason, err, &store.ForeignError{Owner: c.whose.Owner})
			want.Value, want.Stamp = before, c.whose
		}
		expectEqual(t, c.reason+": the record", want, get(t, in, before.Key()))
	}
}

// handTo makes a record that is the object "another"'s somebody else's, or nobody's.
func (k kind[K, V]) handTo(t testing.TB, in store.Records[K, V], value V, whose store.Stamp) {
	t.Helper()
	switch whose {
	case owner("another"):
	case store.Stamp{}:
		expectNil(t, "Release", in.Release(t.Context(), value.Key(), owner("another")))
	default:
		_, err := in.Put(t.Context(), value, whose, from(owner("another").Owner))
		expectNil(t, "Put by the next owner", err)
	}
}

func (k kind[K, V]) takenOverOnce(t testing.TB, in store.Records[K, V]) {
	for _, whose := range []store.Stamp{elsewhere("a"), {}} {
		value := k.filled("a")
		put(t, in, value, elsewhere("a"))
		if whose == (store.Stamp{}) {
			expectNil(t, "Release", in.Release(t.Context(), value.Key(), elsewhere("a")))
		}
		won := 0
		for i, outcome := range together(8, func(i int) (store.Written[V], error) {
			return in.Put(t.Context(), value, owner(fmt.Sprint("taker ", i)), from(whose.Owner))
		}) {
			if outcome.err != nil {
				expectError(t, "a take-over that lost", outcome.err, store.ErrForeign)
				continue
			}
			won++
			expectEqual(t, "the stamp", owner(fmt.Sprint("taker ", i)), get(t, in, value.Key()).Stamp)
		}
		expectEqual(t, "take-overs that won", 1, won)
		expectNil(t, "clearing up", in.Delete(t.Context(), value.Key(), get(t, in, value.Key()).Stamp, store.Terms{}))
	}
}
