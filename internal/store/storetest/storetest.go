// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package storetest holds the laws of an identity store: every driver and every decorator of one keeps them all.
package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// law is one thing every store keeps.
type law struct {
	sentence string
	check    func(t testing.TB, s store.Store)
}

// Run checks every law, each on an empty store of its own, which open makes and closes with the test.
func Run(t *testing.T, open func(t testing.TB) store.Store) {
	t.Helper()
	for _, l := range laws() {
		t.Run(l.sentence, func(t *testing.T) { l.check(t, open(t)) })
	}
}

// Laws are the sentences of all laws, in the order they are checked.
func Laws() []string {
	var sentences []string
	for _, l := range laws() {
		sentences = append(sentences, l.sentence)
	}
	return sentences
}

func laws() []law {
	return slices.Concat(
		storeLaws(),
		recordLaws(tenants),
		recordLaws(groups),
		recordLaws(policies),
		recordLaws(people),
		tenantLaws(),
		groupLaws(),
		policyLaws(),
		personLaws(),
		accessLaws(),
		heirLaws(),
		guardLaws(),
		administeredLaws(),
		epochLaws(),
		removalLaws(),
		accountLaws(),
	)
}

func storeLaws() []law {
	return []law{{
		"the store names the companies that have records, of whichever kind, in order",
		func(t testing.TB, s store.Store) {
			named := func(want ...string) {
				t.Helper()
				got, err := s.Companies(t.Context())
				if err != nil {
					t.Fatalf("Companies: %v; expected them", err)
				}
				expectEqual(t, "the companies", want, slices.Concat(got))
			}
			named()
			tenant, group := tenants.keyed(roster.TenantRecord{}, "b", "", "acme"), groups.keyed(roster.Group{}, "d", "acme", "sales")
			put(t, s.Tenants(), tenant, owner("t"))
			put(t, s.Groups(), group, owner("g"))
			put(t, s.Policies(), policies.keyed(roster.Policy{}, "a", "acme", "voice"), owner("p"))
			put(t, s.People(), people.keyed(roster.Person{}, "c", "", "one"), owner("1"))
			put(t, s.People(), people.keyed(roster.Person{}, "c", "", "two"), owner("2"))
			put(t, s.People(), people.keyed(roster.Person{}, "b", "", "three"), owner("3"))
			named("a", "b", "c", "d")
			expectNil(t, "Delete", s.Groups().Delete(t.Context(), group.Key(), owner("g"), store.Terms{}))
			expectNil(t, "Delete", s.Tenants().Delete(t.Context(), tenant.Key(), owner("t"), store.Terms{}))
			named("a", "b", "c")
		},
	}, {
		"the store keeps its ID",
		func(t testing.TB, s store.Store) {
			first, err := s.ID(t.Context())
			if err != nil || first == "" {
				t.Fatalf("ID: %q, %v; a store has an ID from the start", first, err)
			}
			if again, err := s.ID(t.Context()); again != first || err != nil {
				t.Fatalf("ID: %q, %v; expected %q again", again, err, first)
			}
		},
	}}
}

// owner is a stamp of one object of the installation, as the store's users make them.
func owner(name string) store.Stamp {
	return store.Stamp{
		Owner: store.Owner{Installation: "production", Namespace: "company", Kind: "Kind", Name: name},
		UID:   "uid-of-" + name, Generation: 3,
	}
}

func put[K comparable, V any](t testing.TB, in store.Records[K, V], value V, stamp store.Stamp, guards ...roster.TenantKey) store.Written[V] {
	t.Helper()
	written, err := in.Put(context.Background(), value, stamp, store.Terms{Guards: guards})
	if err != nil {
		t.Fatalf("Put: %v; expected it to succeed", err)
	}
	return written
}

func get[K comparable, V any](t testing.TB, in store.Records[K, V], key K) store.Stored[V] {
	t.Helper()
	stored, err := in.Get(context.Background(), key)
	if err != nil {
		t.Fatalf("Get %v: %v; expected the record", key, err)
	}
	return stored
}

func all[K comparable, V any](t testing.TB, in store.Records[K, V], company string) []store.Stored[V] {
	t.Helper()
	var list []store.Stored[V]
	for stored, err := range in.List(context.Background(), company) {
		if err != nil {
			t.Fatalf("List %s: %v; expected the records", company, err)
		}
		list = append(list, stored)
	}
	return list
}

func expectEqual[T any](t testing.TB, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-expected +got):\n%s", what, diff)
	}
}

func expectError(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v; expected %q", what, err, want)
	}
}

func expectAbsent[K comparable, V any](t testing.TB, in store.Records[K, V], key K) {
	t.Helper()
	_, err := in.Get(context.Background(), key)
	expectError(t, "Get of what was never written", err, store.ErrNotFound)
}

func expectNil(t testing.TB, what string, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v; expected it to succeed", what, err)
	}
}

// expectAs expects an error that tells what want tells.
func expectAs[E error](t testing.TB, what string, err error, want E) {
	t.Helper()
	got, ok := errors.AsType[E](err)
	if !ok {
		t.Errorf("%s: %v; expected %q, as a %T", what, err, want, want)
		return
	}
	expectEqual(t, what+": what the error tells", want, got)
}
