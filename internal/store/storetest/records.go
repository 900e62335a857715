// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/store"
)

// recordLaws are the laws every aggregate keeps.
func recordLaws[K comparable, V store.Record[K, V]](k kind[K, V]) []law {
	of := func(sentence string, check func(t testing.TB, in store.Records[K, V])) law {
		return law{k.name + ": " + sentence, func(t testing.TB, s store.Store) { check(t, k.of(s)) }}
	}
	return slices.Concat(k.writeLaws(of), k.ownershipLaws(of), k.listLaws(of), k.concurrencyLaws(of), k.epochLaws(), []law{
		of("any sequence of calls does what a map would do", k.modelled),
	})
}

// lawOf makes a law of one aggregate.
type lawOf[K comparable, V any] func(sentence string, check func(t testing.TB, in store.Records[K, V])) law

func (k kind[K, V]) writeLaws(of lawOf[K, V]) []law {
	return []law{
		of("what was never written is not found", func(t testing.TB, in store.Records[K, V]) {
			absent := k.filled("absent").Key()
			expectAbsent(t, in, absent)
			expectError(t, "Delete", in.Delete(t.Context(), absent, owner("a"), store.Terms{}), store.ErrNotFound)
			expectError(t, "Release", in.Release(t.Context(), absent, owner("a")), store.ErrNotFound)
		}),
		of("every field is kept, and so is its absence", k.keepsEveryField),
		of("a change of any one field is written", k.writesAnyDifference),
		of("put of an equal value changes nothing and says so", k.putOfEqual),
		of("a put tells the value it replaced, and none where it replaced none", k.tellsBefore),
		of("values are compared and read in canonical form, whatever the order of their sets", k.putInAnyOrder),
		of("a changing put refreshes what the stamp tells", func(t testing.TB, in store.Records[K, V]) {
			before, after := k.generations("a")
			put(t, in, before, owner("a"))
			put(t, in, after, anew(owner("a")))
			expectEqual(t, "stamp", anew(owner("a")), get(t, in, before.Key()).Stamp)
		}),
		of("a deleted record is gone and can be written anew", func(t testing.TB, in store.Records[K, V]) {
			value := k.filled("a")
			put(t, in, value, owner("a"))
			if err := in.Delete(t.Context(), value.Key(), owner("a"), store.Terms{}); err != nil {
				t.Fatalf("Delete: %v", err)
			}
			expectAbsent(t, in, value.Key())
			expectError(t, "the second Delete", in.Delete(t.Context(), value.Key(), owner("a"), store.Terms{}), store.ErrNotFound)
			if !put(t, in, value, owner("b")).Changed {
				t.Error("Put after Delete changed nothing; expected a new record")
			}
			expectEqual(t, "the new record", value, get(t, in, value.Key()).Value)
		}),
		of("a value given or received can be changed without changing the store", k.copies),
		of("a key with an empty part is refused", func(t testing.TB, in store.Records[K, V]) {
			_, err := in.Put(t.Context(), k.empty(""), owner("a"), store.Terms{})
			expectError(t, "Put", err, store.ErrRejected)
		}),
		of("keys are case-sensitive but for user names", k.keyCase),
		of("a call cancelled before it begins leaves no trace", k.cancelledBefore),
		of("a put cancelled while it runs happens whole or not at all", k.cancelledDuring),
	}
}

func (k kind[K, V]) keepsEveryField(t testing.TB, in store.Records[K, V]) {
	for i, value := range []V{k.filled("a"), k.empty("a"), k.filled("a")} {
		if !put(t, in, value, owner("a")).Changed {
			t.Errorf("write %d changed nothing; expected it to", i)
		}
		stored := get(t, in, value.Key())
		expectEqual(t, "the record", value, stored.Value)
		expectEqual(t, "its stamp", owner("a"), stored.Stamp)
	}
}

func (k kind[K, V]) writesAnyDifference(t testing.TB, in store.Records[K, V]) {
	original := k.filled("a")
	put(t, in, original, owner("a"))
	for _, variant := range k.variants("a") {
		difference := cmp.Diff(original, variant)
		if difference == "" {
			continue
		}
		if !put(t, in, variant, owner("a")).Changed {
			t.Errorf("Put changed nothing, though the value differs:\n%s", difference)
		}
		expectEqual(t, "the changed record", variant, get(t, in, original.Key()).Value)
		put(t, in, original, owner("a"))
		expectEqual(t, "the record changed back", original, get(t, in, original.Key()).Value)
	}
}

func (k kind[K, V]) putOfEqual(t testing.TB, in store.Records[K, V]) {
	for _, value := range []V{k.filled("a"), k.empty("a")} {
		first := put(t, in, value, owner("a"))
		stamp := owner("a")
		stamp.Generation = 99
		second := put(t, in, value, stamp)
		expectEqual(t, "the second Put", store.Written[V]{ID: first.ID}, second)
		expectEqual(t, "the stamp", owner("a"), get(t, in, value.Key()).Stamp)
	}
}

func (k kind[K, V]) tellsBefore(t testing.TB, in store.Records[K, V]) {
	first, second := k.filled("a"), k.variantOf("a")
	for _, step := range []struct {
		reason string
		value  V
		before *V
	}{
		{"a new record", first, nil},
		{"an equal value", first, nil},
		{"a change", second, &first},
		{"an equal value after a change", second, nil},
		{"a change back", first, &second},
	} {
		expectEqual(t, step.reason+": what was there before", step.before, put(t, in, step.value, owner("a")).Before)
	}
	if err := in.Delete(t.Context(), first.Key(), owner("a"), store.Terms{}); err != nil {
		t.Fatalf("Delete: %v", err)
	}
	expectEqual(t, "a record made anew: what was there before", nil, put(t, in, second, owner("a")).Before)
}

func (k kind[K, V]) putInAnyOrder(t testing.TB, in store.Records[K, V]) {
	value := k.filled("a")
	put(t, in, value, owner("a"))
	reversed := k.filled("a")
	reverseLists(&reversed)
	differs := !cmp.Equal(value, reversed.Canonical())
	if put(t, in, reversed, owner("a")).Changed != differs {
		t.Errorf("Changed is %v; expected it to say whether the canonical forms differ", !differs)
	}
	expectEqual(t, "the record", reversed.Canonical(), get(t, in, value.Key()).Value)
}

func (k kind[K, V]) copies(t testing.TB, in store.Records[K, V]) {
	given := k.filled("a")
	put(t, in, given, owner("a"))
	key := given.Key()
	for _, edit := range edits(&given) {
		edit()
	}
	received := get(t, in, key).Value
	expectEqual(t, "the record after the given value was changed", k.filled("a"), received)
	for _, edit := range edits(&received) {
		edit()
	}
	expectEqual(t, "the record after the received value was changed", k.filled("a"), get(t, in, key).Value)
}

func (k kind[K, V]) keyCase(t testing.TB, in store.Records[K, V]) {
	lower, upper := k.filled("name"), k.keyed(filled[V](), "Company", "Acme", "NAME")
	put(t, in, lower, owner("a"))
	put(t, in, upper, owner("b"))
	expectEqual(t, "the record in lower case", lower, get(t, in, lower.Key()).Value)
	expectEqual(t, "the record in upper case", upper.Canonical(), get(t, in, upper.Key()).Value)
	expectEqual(t, "records of the company in lower case", 1, len(all(t, in, company)))
}

func (k kind[K, V]) cancelledBefore(t testing.TB, in store.Records[K, V]) {
	kept := k.filled("kept")
	put(t, in, kept, owner("a"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := in.Put(ctx, k.filled("new"), owner("a"), store.Terms{})
	expectError(t, "Put", err, context.Canceled)
	_, err = in.Get(ctx, kept.Key())
	expectError(t, "Get", err, context.Canceled)
	expectError(t, "Delete", in.Delete(ctx, kept.Key(), owner("a"), store.Terms{}), context.Canceled)
	expectError(t, "Release", in.Release(ctx, kept.Key(), owner("a")), context.Canceled)
	for _, listed := range in.List(ctx, company) {
		expectError(t, "List", listed, context.Canceled)
	}
	list := all(t, in, company)
	if len(list) != 1 {
		t.Fatalf("%d records; expected the one from before", len(list))
	}
	expectEqual(t, "the record", kept, list[0].Value)
	expectEqual(t, "its stamp", owner("a"), list[0].Stamp)
}

func (k kind[K, V]) cancelledDuring(t testing.TB, in store.Records[K, V]) {
	value := k.filled("a")
	other := k.variantOf("a")
	put(t, in, value, owner("a"))
	for i := range 40 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*25*time.Microsecond)
		_, err := in.Put(ctx, other, owner("a"), store.Terms{})
		cancel()
		have := get(t, in, value.Key()).Value
		switch {
		case cmp.Equal(have, other):
			value, other = other, value
		case err == nil:
			t.Fatalf("Put succeeded and the record is not what was put:\n%s", cmp.Diff(other, have))
		default:
			expectEqual(t, "the record after a Put that failed", value, have)
		}
	}
}

// variantOf is a value that differs from the filled one in every field.
func (k kind[K, V]) variantOf(name string) V {
	v := filled[V]()
	for _, edit := range edits(&v) {
		edit()
	}
	return k.keyed(v, company, tenant, name).Canonical()
}

func (k kind[K, V]) concurrencyLaws(of lawOf[K, V]) []law {
	return []law{
		of("a reader never sees half a record", k.neverHalf),
		of("of many who write the same new record at once, one changes the store", func(t testing.TB, in store.Records[K, V]) {
			changed := 0
			for _, outcome := range together(8, func(int) (store.Written[V], error) {
				return in.Put(t.Context(), k.filled("a"), owner("a"), store.Terms{})
			}) {
				if outcome.err != nil {
					t.Errorf("Put: %v; expected each to succeed", outcome.err)
				}
				if outcome.answer.Changed {
					changed++
				}
			}
			expectEqual(t, "puts that changed the store", 1, changed)
		}),
		of("of many who change a record at once, each tells what the one before it wrote", k.tellsBeforeInTurn),
		of("of many owners who claim the same new record at once, one wins", func(t testing.TB, in store.Records[K, V]) {
			claim := func(i int) (store.Written[V], error) {
				return in.Put(t.Context(), k.filled("a"), owner(fmt.Sprint("claimant ", i)), store.Terms{})
			}
			won := 0
			for _, outcome := range together(8, claim) {
				if outcome.err == nil {
					won++
					continue
				}
				expectError(t, "a Put that lost", outcome.err, store.ErrForeign)
			}
			expectEqual(t, "puts that won", 1, won)
		}),
	}
}

// tellsBeforeInTurn has many write a different value each. Every value that was there but the last is then told once, as what a
// write replaced.
func (k kind[K, V]) tellsBeforeInTurn(t testing.TB, in store.Records[K, V]) {
	first, later := k.filled("a"), k.different("a", 8)
	put(t, in, first, owner("a"))
	var told []V
	for i, outcome := range together(len(later), func(i int) (store.Written[V], error) {
		return in.Put(t.Context(), later[i], owner("a"), store.Terms{})
	}) {
		if outcome.err != nil || outcome.answer.Before == nil {
			t.Fatalf("Put %d: %+v, %v; expected it to tell what it replaced", i, outcome.answer, outcome.err)
		}
		told = append(told, *outcome.answer.Before)
	}
	told = append(told, get(t, in, first.Key()).Value)
	for _, value := range append(later, first) {
		times := 0
		for _, v := range told {
			if cmp.Equal(v, value) {
				times++
			}
		}
		expectEqual(t, "how often a value was replaced, or is there at the end", 1, times)
	}
}

// different are some values with the same key, no two of which are equal, nor one to the filled one.
func (k kind[K, V]) different(name string, most int) []V {
	list := []V{k.filled(name)}
	for _, variant := range k.variants(name) {
		known := slices.ContainsFunc(list, func(v V) bool { return cmp.Equal(v, variant) })
		if !known && len(list) <= most {
			list = append(list, variant)
		}
	}
	return list[1:]
}

func (k kind[K, V]) neverHalf(t testing.TB, in store.Records[K, V]) {
	shapes := []V{k.filled("a"), k.variantOf("a")}
	key := shapes[0].Key()
	put(t, in, shapes[0], owner("a"))
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for open := true; open; {
				select {
				case <-done:
					open = false
				default:
				}
				stored, err := in.Get(t.Context(), key)
				expectOneOf(t, shapes, stored.Value, err)
				for listed, err := range in.List(t.Context(), company) {
					expectOneOf(t, shapes, listed.Value, err)
				}
			}
		})
	}
	for i := range 60 {
		put(t, in, shapes[(i+1)%2], owner("a"))
	}
	close(done)
	readers.Wait()
}

func expectOneOf[V any](t testing.TB, shapes []V, have V, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("reading: %v", err)
		return
	}
	if !cmp.Equal(have, shapes[0]) && !cmp.Equal(have, shapes[1]) {
		t.Errorf("read a record nobody wrote; it differs from one that was written by:\n%s", cmp.Diff(shapes[0], have))
	}
}

// outcome is what one of many calls answered.
type outcome[A any] struct {
	answer A
	err    error
}

// together makes n calls at once.
func together[A any](n int, call func(int) (A, error)) []outcome[A] {
	outcomes := make([]outcome[A], n)
	var callers sync.WaitGroup
	for i := range n {
		callers.Go(func() { outcomes[i].answer, outcomes[i].err = call(i) })
	}
	callers.Wait()
	return outcomes
}
