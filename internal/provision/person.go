// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision

import (
	"context"
	"errors"
	"slices"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// PersonOutcome is what EnsurePerson came to.
type PersonOutcome struct {
	Outcome
	// Wanted is what was to be stored in the end, with all that is held.
	Wanted roster.Wanted
	// Stored says that the store has the record of Wanted.
	Stored bool
	// Settled says that nothing was read or written, since the digest speaks for the record.
	Settled bool
	// Taken says who has the e-mail address that the person wants, where the rest is stored beside the former address.
	Taken *store.ConflictError
}

// First are the owners of other objects that want the same names as a claim and come first; the zero owner is none.
type First struct {
	UserName, Email store.Owner
}

// emailField is the field whose value a driver says is taken.
const emailField = "spec.profile.email"

// EnsurePerson is Ensure for a person, of whom only that is written which nothing is in the way of. What rules, other people and
// policies hold back stays as it is in the store, and is gone where the person does not want it any more; who has nothing there yet
// gets nothing of it. The digest is empty while anything is held, so that each pass looks anew, and writes only what differs.
// Errors are those of Ensure where nothing could be written. Where a name is wanted by another that comes first, ErrForeign and
// ErrConflict name that one, unless the store's record has it already.
func (p *Provisioner) EnsurePerson(ctx context.Context, claim Claim, wanted roster.Wanted) (PersonOutcome, error) {
	wantedSum, err := claim.sum([]Record{Person(wanted.Person)})
	if err != nil {
		return PersonOutcome{Wanted: wanted}, err
	}
	var drift *Drift
	if wanted.Whole() {
		found, settled, err := p.remembered(ctx, claim, wantedSum, Person(wanted.Person))
		if settled || err != nil {
			return PersonOutcome{Outcome: found, Wanted: wanted, Stored: err == nil && found.Drift == nil, Settled: err == nil && found.Drift == nil}, err
		}
		drift = found.Drift
	}
	w := personWrite{provisioner: p, claim: claim, wanted: wanted, drifted: drift != nil}
	outcome, err := w.run(ctx)
	outcome.Drift = drift
	if err != nil || !outcome.Stored || !outcome.Wanted.Whole() || outcome.Taken != nil {
		return outcome, err
	}
	outcome.Outcome, err = p.remember(ctx, outcome.Outcome, wantedSum)
	return outcome, err
}

// personWrite is an attempt to write as much of a person as can be.
type personWrite struct {
	provisioner *Provisioner
	claim       Claim
	wanted      roster.Wanted
	// former is the record there is, once it was read; nil is none.
	former *roster.Person
	read   bool
	// drifted says that the store had the whole record before somebody else changed it.
	drifted bool
	// in is what was found to be in the way so far, and taken the error that told of the e-mail address.
	in    roster.Impediments
	taken *store.ConflictError
}

// run writes again and again while something else turns out to be in the way, which happens a few times at most.
func (w *personWrite) run(ctx context.Context) (PersonOutcome, error) {
	if err := w.giveWay(ctx); err != nil {
		return PersonOutcome{Wanted: w.wanted}, err
	}
	for {
		written, some, err := w.next(ctx)
		if err != nil {
			return PersonOutcome{Wanted: w.wanted}, err
		}
		if !some {
			return w.nothing(written)
		}
		outcome, err := w.provisioner.write(ctx, w.claim, w.record(written.Person))
		if err == nil {
			return PersonOutcome{Outcome: outcome, Wanted: written, Stored: true, Taken: w.taken}, nil
		}
		if !w.learn(err) {
			return PersonOutcome{Outcome: outcome, Wanted: written}, err
		}
	}
}

// record is what is written. No tenant has a claim to an Administrator whom another program made one.
func (w *personWrite) record(person roster.Person) Record {
	r := Person(person)
	r.terms.Administered, r.terms.Invitation = !w.drifted, w.claim.Invitation
	return r
}

// nothing is the outcome of a new person who is not stored at all.
func (w *personWrite) nothing(wanted roster.Wanted) (PersonOutcome, error) {
	if w.taken != nil {
		return PersonOutcome{Wanted: wanted}, w.taken
	}
	return PersonOutcome{Wanted: wanted}, nil
}

// next is what to write, as far as it is known what is in the way; false is nothing.
func (w *personWrite) next(ctx context.Context) (roster.Wanted, bool, error) {
	if !w.wanted.Partial() && len(w.in.LastOf) == 0 && !w.in.EmailTaken {
		return w.wanted, true, nil
	}
	if err := w.readFormer(ctx); err != nil {
		return roster.Wanted{}, false, err
	}
	written, some := w.wanted.Over(w.former, w.in)
	return written, some, nil
}

// learn tells whether an error says of something in the way that was not known to be.
func (w *personWrite) learn(err error) bool {
	if taken, ok := errors.AsType[*store.ConflictError](err); ok && !w.in.EmailTaken {
		w.in.EmailTaken, w.taken = true, taken
		return true
	}
	last, ok := errors.AsType[*store.LastAdministratorError](err)
	if !ok {
		return false
	}
	known := len(w.in.LastOf)
	all := append(slices.Clone(w.in.LastOf), last.Tenants...)
	slices.Sort(all)
	w.in.LastOf = slices.Compact(all)
	return len(w.in.LastOf) > known
}

// giveWay leaves names to those who want them, too, and come first, unless they are the person's already.
func (w *personWrite) giveWay(ctx context.Context) error {
	if w.claim.First == nil {
		return nil
	}
	first := w.claim.First()
	if first == (First{}) {
		return nil
	}
	if err := w.readFormer(ctx); err != nil {
		return err
	}
	if w.former == nil && first.UserName != (store.Owner{}) {
		return &store.ForeignError{Owner: first.UserName}
	}
	if first.Email != (store.Owner{}) && (w.former == nil || w.former.User.EmailKey() != w.wanted.Person.User.EmailKey()) {
		w.learn(&store.ConflictError{Field: emailField, Owner: first.Email})
	}
	return nil
}

// readFormer reads the record there is, once.
func (w *personWrite) readFormer(ctx context.Context) error {
	if w.read {
		return nil
	}
	stored, err := w.provisioner.store.People().Get(ctx, w.wanted.Person.Key())
	switch {
	case err == nil:
		w.former = &stored.Value
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	w.read = true
	return nil
}
