// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"testing"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store/storetest/faults"
)

// TestAnEditWhoseStatusWriteWasLostIsNotForgotten is the manager that dies between the store and the status, and a person who
// undoes the edit before it is back: the status then remembers the digest of the very manifest at hand, and the store holds
// another.
func TestAnEditWhoseStatusWriteWasLostIsNotForgotten(t *testing.T) {
	w := writingTo(t)
	s, shared := w.store, w.Shared
	pass := func(o *v1alpha1.Operator) {
		t.Helper()
		if _, err := (operators{shared, newGrouping()}).Sync(t.Context(), o); err != nil {
			t.Fatalf("a pass over %s: %v", o.Name, err)
		}
	}
	o := lead()
	o.Spec.Tenants, o.Generation = nil, 1
	pass(o)
	o.Status.ObservedGeneration = 1

	edited := o.DeepCopy()
	edited.Spec.Profile.Title, edited.Generation = "Lead", 2
	pass(edited) // The status of edited goes down with the manager.

	o.Generation = 3
	pass(o)
	person, err := s.People().Get(t.Context(), roster.NewPersonKey("acme", "lead"))
	if err != nil || person.Value.User.Profile.Title != "" {
		t.Errorf("the store should hold what the manifest says once more, no title; it holds %q (%v)", person.Value.User.Profile.Title, err)
	}

	if pending, err := (operators{shared, newGrouping()}).Pending(t.Context(), o); err != nil || pending {
		t.Errorf("an object that is suspended in the same edit has nothing pending, got %t (%v)", pending, err)
	}
	o.Status.ObservedGeneration = 3
	s.Reset()
	pass(o)
	if got := s.Counts(); got != (faults.Counts{}) {
		t.Errorf("a pass whose status was written is believed, got %+v", got)
	}
}

// TestAWriteWithoutAnAnswerIsNotRemembered: it may have happened.
func TestAWriteWithoutAnAnswerIsNotRemembered(t *testing.T) {
	w := writingTo(t)
	s, shared := w.store, w.Shared
	o := lead()
	o.Spec.Tenants, o.Generation, o.Status.ObservedGeneration = nil, 1, 1
	if _, err := (operators{shared, newGrouping()}).Sync(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	s.SetDown(true)
	o.Spec.Profile.Title, o.Generation = "Lead", 2
	if _, err := (operators{shared, newGrouping()}).Sync(t.Context(), o); err == nil || o.Status.SyncedDigest != "" {
		t.Errorf("a pass that failed should remember no digest, got %q (%v)", o.Status.SyncedDigest, err)
	}
}
