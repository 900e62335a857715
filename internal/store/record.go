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

// CheckOwner is nil where the owner may change a record that carries the stamp, else a ForeignError. A record without a stamp
// is nobody's, and nobody may change it.
func CheckOwner(record Stamp, owner Owner) error {
	if record.Owner == (Owner{}) || record.Owner != owner {
		return &ForeignError{Owner: record.Owner}
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
