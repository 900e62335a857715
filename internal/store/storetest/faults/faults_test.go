// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package faults_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/storetest"
	"github.com/roster-dev/roster/internal/store/storetest/faults"
)

func TestWrappedStoreKeepsTheLaws(t *testing.T) {
	storetest.Run(t, func(testing.TB) store.Store { return faults.Wrap(memory.New()) })
}

var (
	group = roster.Group{Company: "company", Tenant: "acme", Name: "billing"}
	stamp = store.Stamp{Owner: store.Owner{Installation: "production", Namespace: "company", Kind: "Group", Name: "billing"}}
)

// callEach makes one call of each kind and one Put more, which changes nothing.
func callEach(t *testing.T, s store.Store) []error {
	t.Helper()
	groups := s.Groups()
	var errs []error
	for range 2 {
		_, err := groups.Put(t.Context(), group, stamp, store.Terms{})
		errs = append(errs, err)
	}
	_, err := groups.Get(t.Context(), group.Key())
	errs = append(errs, err)
	for _, listed := range groups.List(t.Context(), group.Company) {
		errs = append(errs, listed)
	}
	errs = append(errs, groups.Release(t.Context(), group.Key(), stamp))
	return append(errs, groups.Delete(t.Context(), group.Key(), stamp, store.Terms{}))
}

func TestCallsAreCounted(t *testing.T) {
	s := faults.Wrap(memory.New())
	callEach(t, s)
	want := faults.Counts{Gets: 1, Puts: 2, Changed: 1, Deletes: 1, Releases: 1, Lists: 1}
	if diff := cmp.Diff(want, s.Counts()); diff != "" {
		t.Errorf("counts (-expected +got):\n%s", diff)
	}
	if writes := s.Reset().Writes(); writes != 3 {
		t.Errorf("%d writes; expected 3: a Put that changed, a Release and a Delete", writes)
	}
	if s.Counts() != (faults.Counts{}) {
		t.Errorf("counts after a reset: %+v; expected none", s.Counts())
	}
}

func TestStoreGoesAwayAndComesBack(t *testing.T) {
	s := faults.Wrap(memory.New())
	s.SetDown(true)
	for i, err := range callEach(t, s) {
		if !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("call %d of a store that is away: %v; expected %q", i, err, store.ErrUnavailable)
		}
	}
	if _, err := s.ID(t.Context()); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("ID of a store that is away: %v; expected %q", err, store.ErrUnavailable)
	}
	if s.Counts() != (faults.Counts{}) {
		t.Errorf("counts while away: %+v; expected none, as nothing reached the store", s.Counts())
	}
	s.SetDown(false)
	if _, err := s.Groups().Put(t.Context(), group, stamp, store.Terms{}); err != nil {
		t.Errorf("Put once the store is back: %v", err)
	}
}
