// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// AdoptAny is the value of roster.dev/adopt that takes over what nobody owns, or what an object of the same installation and
// namespace left behind. Any other value is the name of an installation to take over from.
const AdoptAny = "true"

// Adoption is what an object asks for with roster.dev/adopt.
type Adoption struct {
	// Asked is the value of the annotation; empty asks for nothing.
	Asked string
	// Told is the text of the AdoptingError that people were told last; empty is nothing yet.
	Told string
	// Lives tells whether an owner's object exists in this installation and namespace.
	Lives func(store.Owner) bool
}

// AdoptingError says that a record is about to be taken over, and in which fields it will change. Nothing is written until the
// same was told before.
type AdoptingError struct {
	// Owner is whose the record is; the zero owner is nobody.
	Owner store.Owner
	// Differences are the names of the fields that will change.
	Differences []string
}

// differencesAtMost bounds a message: whoever wants to know all reads the store.
const differencesAtMost = 20

func (e *AdoptingError) Error() string {
	if len(e.Differences) == 0 {
		return fmt.Sprintf("about to take over the record of %s, which is equal", e.Owner)
	}
	shown, more := e.Differences, ""
	if len(shown) > differencesAtMost {
		more = fmt.Sprintf(" and %d more", len(shown)-differencesAtMost)
		shown = shown[:differencesAtMost]
	}
	return fmt.Sprintf("about to take over the record of %s, which differs in %s%s", e.Owner, strings.Join(shown, ", "), more)
}

// hears tells whether an adoption may take a record that a writer was refused.
func (a Adoption) hears(refused *store.ForeignError, writer store.Owner) bool {
	owner := refused.Owner
	switch {
	case owner == store.Owner{}:
		return a.Asked == AdoptAny
	case owner.Installation != writer.Installation:
		return a.Asked == owner.Installation
	}
	return a.Asked == AdoptAny && owner.Namespace == writer.Namespace && (refused.Held || !a.Lives(owner))
}

// put writes a record, and where it is another's and the claim hears so, first tells what will change and then takes it over.
func (c Claim) put(ctx context.Context, s store.Store, r Record) (store.Written[any], error) {
	written, err := r.put(ctx, s, c.Stamp, r.terms)
	var foreign *store.ForeignError
	if !errors.As(err, &foreign) || !c.Adoption.hears(foreign, c.Stamp.Owner) {
		return written, err
	}
	stored, err := r.get(ctx, s)
	if err != nil {
		return store.Written[any]{}, err
	}
	differences, err := roster.Differences(stored.Value, r.canonical)
	if err != nil {
		return store.Written[any]{}, err
	}
	adopting := &AdoptingError{Owner: foreign.Owner, Differences: differences}
	if c.Adoption.Told != adopting.Error() {
		return store.Written[any]{}, adopting
	}
	terms := r.terms
	terms.From = &foreign.Owner
	return r.put(ctx, s, c.Stamp, terms)
}
