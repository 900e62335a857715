// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"testing"

	"github.com/roster-dev/roster/internal/store"
)

func (k kind[K, V]) ownershipLaws(of lawOf[K, V]) []law {
	return []law{
		of("another owner's record is never changed, deleted or released", func(t *testing.T, in store.Records[K, V]) {
			value := k.filled("a")
			put(t, in, value, owner("a"))
			for _, stranger := range strangers() {
				k.expectUntouchable(t, in, stranger, owner("a"))
			}
		}),
		of("nobody's record is never changed, deleted or released", func(t *testing.T, in store.Records[K, V]) {
			value := k.filled("a")
			put(t, in, value, owner("a"))
			if err := in.Release(t.Context(), value.Key(), owner("a")); err != nil {
				t.Fatalf("Release: %v", err)
			}
			k.expectUntouchable(t, in, owner("a"), store.Stamp{})
			k.expectUntouchable(t, in, store.Stamp{Owner: owner("a").Owner}, store.Stamp{})
		}),
		of("release leaves the record as it is, to nobody", func(t *testing.T, in store.Records[K, V]) {
			value := k.filled("a")
			id := put(t, in, value, owner("a")).ID
			if err := in.Release(t.Context(), value.Key(), owner("a")); err != nil {
				t.Fatalf("Release: %v", err)
			}
			expectEqual(t, "the record", store.Stored[V]{Value: value, ID: id}, get(t, in, value.Key()))
		}),
		of("the same object with a new UID is the same owner", func(t *testing.T, in store.Records[K, V]) {
			value := k.filled("a")
			put(t, in, value, owner("a"))
			rebuilt := owner("a")
			rebuilt.UID, rebuilt.Generation, rebuilt.Epoch = "of the rebuilt cluster", 1, 1
			put(t, in, k.variantOf("a"), rebuilt)
			if err := in.Delete(t.Context(), value.Key(), owner("a")); err != nil {
				t.Errorf("Delete: %v; expected the same owner to be heard", err)
			}
		}),
		of("a record is not created as nobody's", func(t *testing.T, in store.Records[K, V]) {
			nameless := owner("")
			for _, stamp := range []store.Stamp{{UID: "of no owner"}, nameless} {
				_, err := in.Put(t.Context(), k.filled("a"), stamp)
				expectError(t, "Put", err, store.ErrRejected)
			}
			expectAbsent(t, in, k.filled("a").Key())
		}),
	}
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
func (k kind[K, V]) expectUntouchable(t *testing.T, in store.Records[K, V], stranger, whose store.Stamp) {
	t.Helper()
	key := k.filled("a").Key()
	before := get(t, in, key)
	calls := map[string]func() error{
		"Put": func() error {
			_, err := in.Put(t.Context(), k.variantOf("a"), stranger)
			return err
		},
		"Put of an equal value": func() error {
			_, err := in.Put(t.Context(), k.filled("a"), stranger)
			return err
		},
		"Delete":  func() error { return in.Delete(t.Context(), key, stranger) },
		"Release": func() error { return in.Release(t.Context(), key, stranger) },
	}
	for name, call := range calls {
		err := call()
		expectError(t, name, err, store.ErrForeign)
		expectAs(t, err, &store.ForeignError{Owner: whose.Owner})
	}
	expectEqual(t, "the record", before, get(t, in, key))
}
