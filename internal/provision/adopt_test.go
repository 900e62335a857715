// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
)

// TestAdoptionIsToldBeforeItIsDone covers what api.md says an adoption hears, each with the record of somebody else in the way.
func TestAdoptionIsToldBeforeItIsDone(t *testing.T) {
	left := store.Owner{Installation: "test", Namespace: "acme", Kind: "Operator", Name: "former"}
	elsewhere := store.Owner{Installation: "test", Namespace: "other", Kind: "Operator", Name: "former"}
	another := store.Owner{Installation: "another", Namespace: "acme", Kind: "Operator", Name: "worker"}
	nobody := store.Owner{}
	cases := map[string]struct {
		reason string
		owner  store.Owner
		asked  string
		lives  bool
		want   bool
	}{
		"nobody's, asked":                 {"true takes what has no stamp", nobody, "true", false, true},
		"nobody's, not asked":             {"nothing is taken silently", nobody, "", false, false},
		"nobody's, another named":         {"a name takes from that installation only", nobody, "another", false, false},
		"left behind, asked":              {"true takes what an object of the company left", left, "true", false, true},
		"left behind, not asked":          {"nothing is taken silently", left, "", false, false},
		"a live owner's":                  {"never from an object that is there", left, "true", true, false},
		"another namespace's":             {"companies are apart", elsewhere, "true", false, false},
		"another installation's, named":   {"its name takes from it", another, "another", false, true},
		"another installation's, unnamed": {"true is not enough for another installation", another, "true", false, false},
		"a third installation named":      {"the name must be the owner's", another, "third", false, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := memory.New()
			p := provision.New(s, provision.NewIdentity(s), provision.NewWriter(s, "test", nil))
			standing(t, s, tc.owner)
			want := person(true, "north")
			want.User.Profile.Title = "Agent"
			claim := provision.Claim{Stamp: workerStamp, Adoption: provision.Adoption{Asked: tc.asked, Lives: func(store.Owner) bool { return tc.lives }}}

			_, err := p.Ensure(t.Context(), claim, provision.Person(want))
			var adopting *provision.AdoptingError
			if told := errors.As(err, &adopting); told != tc.want {
				t.Fatalf("%s: told %t (%v), want %t", tc.reason, told, err, tc.want)
			}
			if got := stored(t, s); got.Stamp.Owner != tc.owner || got.Value.User.Profile.Title != "" {
				t.Fatalf("nothing is written before it was told, got %+v", got)
			}
			if !tc.want {
				if !errors.Is(err, store.ErrForeign) {
					t.Errorf("%s: want ErrForeign, got %v", tc.reason, err)
				}
				return
			}
			for _, part := range []string{"user.profile.title", "memberships[north]"} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the differences are told by name, got %q without %s", err, part)
				}
			}
			claim.Adoption.Told = err.Error()
			if _, err := p.Ensure(t.Context(), claim, provision.Person(want)); err != nil {
				t.Fatalf("what was told is done: %v", err)
			}
			if got := stored(t, s); got.Stamp.Owner != workerStamp.Owner || got.Value.User.Profile.Title != "Agent" {
				t.Errorf("the record is the adopter's, as it declares it, got %+v", got)
			}
		})
	}
}

func TestAdoptionTellsAnewWhatChangedSince(t *testing.T) {
	s := memory.New()
	p := provision.New(s, provision.NewIdentity(s), provision.NewWriter(s, "test", nil))
	standing(t, s, store.Owner{})
	claim := provision.Claim{Stamp: workerStamp, Adoption: provision.Adoption{Asked: provision.AdoptAny}}
	_, err := p.Ensure(t.Context(), claim, provision.Person(person(true, "north")))
	claim.Adoption.Told = err.Error()
	_, err = p.Ensure(t.Context(), claim, provision.Person(person(false, "south")))
	if adopting := (*provision.AdoptingError)(nil); !errors.As(err, &adopting) {
		t.Errorf("other differences than those told are told before anything is written, got %v", err)
	}
}

func TestANewObjectMayNotSeizeWhatTheOneBeforeItHad(t *testing.T) {
	s := memory.New()
	p := provision.New(s, provision.NewIdentity(s), provision.NewWriter(s, "test", nil))
	before := person(true, "north", "south")
	if _, err := p.Ensure(t.Context(), provision.Claim{Stamp: workerStamp}, provision.Person(before)); err != nil {
		t.Fatal(err)
	}
	anew := workerStamp
	anew.UID = "uid-2"
	claim := provision.Claim{Stamp: anew, Adoption: provision.Adoption{Lives: func(store.Owner) bool { return true }}}
	_, err := p.Ensure(t.Context(), claim, provision.Person(person(true, "north")))
	var foreign *store.ForeignError
	if !errors.As(err, &foreign) || !foreign.Held {
		t.Fatalf("a manifest that leaves out a tenant of the record is held, got %v", err)
	}
	if _, err := p.Ensure(t.Context(), claim, provision.Person(before)); err != nil {
		t.Errorf("a manifest that names every tenant takes up where the last one left: %v", err)
	}
	anew.UID = "uid-3"
	claim = provision.Claim{Stamp: anew, Adoption: provision.Adoption{Asked: provision.AdoptAny, Lives: func(store.Owner) bool { return true }}}
	_, err = p.Ensure(t.Context(), claim, provision.Person(person(true, "north")))
	var adopting *provision.AdoptingError
	if !errors.As(err, &adopting) {
		t.Fatalf("an adoption is heard where the object itself is the owner, got %v", err)
	}
	claim.Adoption.Told = err.Error()
	if _, err := p.Ensure(t.Context(), claim, provision.Person(person(true, "north"))); err != nil {
		t.Errorf("what was told is done: %v", err)
	}
}

// standing puts a record of the worker into a store for an owner; the zero owner leaves it to nobody.
func standing(t *testing.T, s store.Store, owner store.Owner) {
	t.Helper()
	stamp := store.Stamp{Owner: owner, UID: "uid-0"}
	if owner == (store.Owner{}) {
		stamp.Owner = store.Owner{Installation: "gone", Namespace: "acme", Kind: "Operator", Name: "gone"}
	}
	if _, err := s.People().Put(t.Context(), person(true), stamp, store.Terms{}); err != nil {
		t.Fatalf("putting a record in the way: %v", err)
	}
	if owner == (store.Owner{}) {
		if err := s.People().Release(t.Context(), roster.NewPersonKey("acme", "worker"), stamp); err != nil {
			t.Fatalf("releasing the record: %v", err)
		}
	}
}
