// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"slices"
	"testing"

	"github.com/roster-dev/roster/internal/store"
)

func (k kind[K, V]) ownershipLaws(of lawOf[K, V]) []law {
	laws := []law{
		of("another owner's record is never changed, deleted or released", func(t testing.TB, in store.Records[K, V]) {
			value := k.filled("a")
			put(t, in, value, owner("a"))
			for _, stranger := range strangers() {
				k.expectUntouchable(t, in, stranger, owner("a"))
			}
		}),
		of("nobody's record is never changed, deleted or released", func(t testing.TB, in store.Records[K, V]) {
			value := k.filled("a")
			put(t, in, value, owner("a"))
			if err := in.Release(t.Context(), value.Key(), owner("a")); err != nil {
				t.Fatalf("Release: %v", err)
			}
			k.expectUntouchable(t, in, owner("a"), store.Stamp{})
			k.expectUntouchable(t, in, store.Stamp{Owner: owner("a").Owner}, store.Stamp{})
		}),
		of("release leaves the record as it is, to nobody", func(t testing.TB, in store.Records[K, V]) {
			value := k.filled("a")
			id := put(t, in, value, owner("a")).ID
			if err := in.Release(t.Context(), value.Key(), owner("a")); err != nil {
				t.Fatalf("Release: %v", err)
			}
			expectEqual(t, "the record", store.Stored[V]{Value: value, ID: id}, get(t, in, value.Key()))
		}),
		of("a record is not created as nobody's", func(t testing.TB, in store.Records[K, V]) {
			nameless := owner("")
			for _, stamp := range []store.Stamp{{UID: "of no owner"}, nameless} {
				_, err := in.Put(t.Context(), k.filled("a"), stamp, store.Terms{})
				expectError(t, "Put", err, store.ErrRejected)
			}
			expectAbsent(t, in, k.filled("a").Key())
		}),
		of("the same object with a new UID is the same owner", func(t testing.TB, in store.Records[K, V]) {
			before, after := k.generations("a")
			put(t, in, before, owner("a"))
			put(t, in, after, anew(owner("a")))
			expectEqual(t, "the record", after, get(t, in, after.Key()).Value)
			expectNil(t, "Delete", in.Delete(t.Context(), after.Key(), anew(owner("a")), store.Terms{}))
		}),
	}
	if k.heritable == nil {
		laws = append(laws, of("a new UID is never compared", k.neverComparesUID))
	}
	return slices.Concat(laws, k.takeOverLaws(of))
}

func (k kind[K, V]) neverComparesUID(t testing.TB, in store.Records[K, V]) {
	value := k.filled("a")
	put(t, in, value, owner("a"))
	expectEqual(t, "Put of an equal value", store.Written[V]{}, put(t, in, value, anew(owner("a"))))
	expectEqual(t, "the stamp", owner("a"), get(t, in, value.Key()).Stamp)
	expectNil(t, "Release", in.Release(t.Context(), value.Key(), anew(owner("a"))))
	put(t, in, k.filled("b"), owner("b"))
	expectNil(t, "Delete", in.Delete(t.Context(), k.filled("b").Key(), anew(owner("b")), store.Terms{}))
}

// strangers differ from the owner "a" in one part of its identity each.
func strangers() []store.Stamp {
	list := make([]store.Stamp, 4)
	for i := range list {
		list[i] = owner("a")
	}
	list[0].Installation = "staging"
	list[1].Namespace = "another"
	list[2].Kind = "Another"
	list[3].Name = "another"
	return list
}

// expectUntouchable expects that the record "a" is not the stranger's to write.
func (k kind[K, V]) expectUntouchable(t testing.TB, in store.Records[K, V], stranger, whose store.Stamp) {
	t.Helper()
	key := k.filled("a").Key()
	before := get(t, in, key)
	calls := map[string]func() error{
		"Put": func() error {
			_, err := in.Put(t.Context(), k.variantOf("a"), stranger, store.Terms{})
			return err
		},
		"Put of an equal value": func() error {
			_, err := in.Put(t.Context(), k.filled("a"), stranger, store.Terms{})
			return err
		},
		"Delete":  func() error { return in.Delete(t.Context(), key, stranger, store.Terms{}) },
		"Release": func() error { return in.Release(t.Context(), key, stranger) },
	}
	for name, call := range calls {
		err := call()
		expectError(t, name, err, store.ErrForeign)
		expectAs(t, name, err, &store.ForeignError{Owner: whose.Owner})
	}
	expectEqual(t, "the record", before, get(t, in, key))
}
