// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/roster-dev/roster/internal/store"
)

func (k kind[K, V]) listLaws(of lawOf[K, V]) []law {
	return []law{
		of("companies and tenants never see each other", k.apart),
		of("list is in the order of keys, with values, stamps and IDs", func(t testing.TB, in store.Records[K, V]) {
			var want []store.Stored[V]
			for _, name := range []string{"a", "a-b", "a.b", "ab", "b", "é"} {
				value := k.filled(name)
				id := put(t, in, value, owner(name)).ID
				want = append(want, store.Stored[V]{Value: value, Stamp: owner(name), ID: id})
			}
			expectEqual(t, "List", want, all(t, in, company))
		}),
		of("a list that is left early ends", func(t testing.TB, in store.Records[K, V]) {
			put(t, in, k.filled("a"), owner("a"))
			put(t, in, k.filled("b"), owner("b"))
			for range in.List(t.Context(), company) {
				break
			}
			put(t, in, k.variantOf("a"), owner("a"))
		}),
		of("list reads any number of records in pages and is stable under concurrent writes", k.pages),
	}
}

func (k kind[K, V]) apart(t testing.TB, in store.Records[K, V]) {
	near := k.keyed(filled[V](), "one", "shared", "first").Canonical()
	far := k.keyed(filled[V](), "two", "shared", "first").Canonical()
	elsewhere := k.keyed(filled[V](), "one", "other", "second").Canonical()
	for i, value := range []V{near, far, elsewhere} {
		put(t, in, value, owner(fmt.Sprint(i)))
	}
	changed := k.keyed(k.variantOf("x"), "two", "shared", "first").Canonical()
	put(t, in, changed, owner("1"))
	expectEqual(t, "the record of the other company", near, get(t, in, near.Key()).Value)
	expectEqual(t, "the record of the other tenant", elsewhere, get(t, in, elsewhere.Key()).Value)
	expectEqual(t, "records of the first company", 2, len(all(t, in, "one")))
	expectEqual(t, "records of the second company", 1, len(all(t, in, "two")))
	expectEqual(t, "records of no company", 0, len(all(t, in, "on")))
	if err := in.Delete(t.Context(), far.Key(), owner("1"), store.Terms{}); err != nil {
		t.Fatalf("Delete: %v", err)
	}
	expectEqual(t, "records of the first company once the second lost its own", 2, len(all(t, in, "one")))
}

// pages lists more than a page, while every record that was seen is changed, some that come are deleted, and others
// are created on both sides of the reader.
func (k kind[K, V]) pages(t testing.TB, in store.Records[K, V]) {
	const many = store.PageSize + 100
	ctx := context.Background()
	name := func(i int) string { return fmt.Sprintf("record-%04d", i) }
	for i := range many {
		put(t, in, k.empty(name(i)), owner(name(i)))
	}
	gone := map[K]bool{}
	disturb := func(seen int) {
		put(t, in, k.filled(name(seen)), owner(name(seen)))
		put(t, in, k.empty(fmt.Sprintf("late-%04d", seen)), owner("late"))
		put(t, in, k.empty(fmt.Sprintf("record-%04d-late", seen)), owner("late"))
		ahead := name(min(seen+store.PageSize+50, many-1))
		if err := in.Delete(ctx, k.empty(ahead).Key(), owner(ahead), store.Terms{}); err != nil {
			t.Fatalf("Delete: %v", err)
		}
		gone[k.empty(ahead).Key()] = true
	}
	seen := map[K]int{}
	for stored, err := range in.List(ctx, company) {
		if err != nil {
			t.Fatalf("List: %v", err)
		}
		if len(seen)%400 == 0 {
			disturb(len(seen))
		}
		seen[stored.Value.Key()]++
	}
	for i := range many {
		key := k.empty(name(i)).Key()
		if count := seen[key]; !gone[key] && count != 1 {
			t.Errorf("record %d was seen %d times; expected once, as it was there throughout", i, count)
		}
	}
}
