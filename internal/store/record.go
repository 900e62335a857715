// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"
	"slices"
)

// Record is what a driver asks of a value it keeps: its natural key, and the one form in which equal values are equal.
type Record[K comparable, V any] interface {
	Key() K
	Canonical() V
}

// heritable is a value that not every new object of the same name may go on with.
type heritable[V any] interface {
	// MayTakeUp tells whether an object that wants this value may go on with what the object before it had.
	MayTakeUp(before V) bool
}

// CheckOwner is nil where a writer may change a record, else a ForeignError, and tells whether its stamp must be written even
// where the value is equal. Value is what the writer wants, the zero value for a deletion; from is as in Terms.
//
// The same identity is the same owner, but a person whose object was made anew, and so has another UID, must be taken up by a
// value that may; it is held otherwise. A record without a stamp is nobody's, and nobody may change it but by taking it over.
func CheckOwner[V any](have Stored[V], value V, stamp Stamp, from *Owner) (restamp bool, err error) {
	ours := have.Stamp.Owner == stamp.Owner && have.Stamp.Owner != Owner{}
	person, bound := any(value).(heritable[V])
	anew := bound && have.Stamp.UID != stamp.UID && have.Stamp.UID != "" && stamp.UID != ""
	switch {
	case from != nil && *from == have.Stamp.Owner:
		return !ours || anew, nil
	case !ours:
		return false, &ForeignError{Owner: have.Stamp.Owner}
	case anew && !person.MayTakeUp(have.Value):
		return false, &ForeignError{Owner: have.Stamp.Owner, Held: true}
	}
	return anew, nil
}

// administrative is a value by which a person may administer tenants.
type administrative[V any] interface {
	// MayRelinquish tells whether there can be a tenant that loses its Administrator when the value becomes another one.
	MayRelinquish(after V) bool
	// Relinquished are those of some tenants which do.
	Relinquished(after V, tenants []string) []string
}

// CheckAdministered is a LastAdministratorError where a write takes the last live Administrator from tenants. Nobody lists, in
// the order of their names, the tenants of the company that are not retired and that nobody but the person written is a live Administrator
// of; it is asked only where the write takes the administration of a tenant away, and what it lists must stay so until the write is
// committed.
func CheckAdministered[V any](before, after V, nobody func() ([]string, error)) error {
	person, may := any(before).(administrative[V])
	if !may || !person.MayRelinquish(after) {
		return nil
	}
	tenants, err := nobody()
	if err != nil {
		return err
	}
	if lost := person.Relinquished(after, tenants); len(lost) > 0 {
		return &LastAdministratorError{Tenants: lost}
	}
	return nil
}

// CheckEpoch is ErrFenced where a writer's epoch is not the current one of its installation, which is 0 before the first.
func CheckEpoch(stamp Stamp, current int64) error {
	if stamp.Epoch != current {
		return fmt.Errorf("%w: its epoch is %d and the current one is %d", ErrFenced, stamp.Epoch, current)
	}
	return nil
}

// CheckInstallation is ErrRejected where an installation that is to be fenced has no name.
func CheckInstallation(name string) error {
	if name == "" {
		return fmt.Errorf("%w: the installation has no name; every installation needs one", ErrRejected)
	}
	return nil
}

// CheckStamp is ErrRejected where a stamp does not name an owner in full: no record is created as nobody's.
func CheckStamp(stamp Stamp) error {
	if slices.Contains([]string{stamp.Installation, stamp.Namespace, stamp.Kind, stamp.Name}, "") {
		return fmt.Errorf("%w: its stamp names no owner; installation, namespace, kind and name are right", ErrRejected)
	}
	return nil
}
