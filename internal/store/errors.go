// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"errors"
	"fmt"
	"strings"
)

// The errors of a store. A driver wraps what its vendor says and answers one of these to errors.Is.
var (
	// ErrNotFound says that there is no such record.
	ErrNotFound = errors.New("record not found")
	// ErrConflict says that another record holds a value that must be unique; see ConflictError.
	ErrConflict = errors.New("value is taken")
	// ErrForeign says that the record is another owner's, or nobody's; see ForeignError.
	ErrForeign = errors.New("record belongs to another owner")
	// ErrLastAdministrator says that the write would leave a tenant without a live Administrator; see LastAdministratorError.
	ErrLastAdministrator = errors.New("tenant would have no live Administrator")
	// ErrOverBudget says that the removal is beyond what a tenant allows in a time; see BudgetError.
	ErrOverBudget = errors.New("removal is beyond the budget")
	// ErrUnsupported says that the store has no such feature.
	ErrUnsupported = errors.New("identity store has no such feature")
	// ErrFenced says that the writer is no longer, or not, the one of its installation: only a writer that fences anew can
	// succeed.
	ErrFenced = errors.New("this manager is no longer the writer of its installation")
	// ErrUnavailable says that the store cannot be reached or used at present: the same call may succeed later.
	ErrUnavailable = errors.New("identity store is unavailable")
	// ErrRejected says that the store refuses the value: only another value can succeed.
	ErrRejected = errors.New("identity store refuses the value")
)

// ConflictError is the ErrConflict of a field, with whose record holds the value.
type ConflictError struct {
	// Field is the field of the manifest whose value is taken, such as "spec.profile.email".
	Field string
	// Owner is whose record holds it; the zero owner is nobody.
	Owner Owner
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s is taken by %s", e.Field, e.Owner)
}

// Unwrap makes it an ErrConflict.
func (e *ConflictError) Unwrap() error { return ErrConflict }

// ForeignError is the ErrForeign of a record, with whose it is.
type ForeignError struct {
	// Owner is whose the record is; the zero owner is nobody.
	Owner Owner
	// Held says that the owner is the writer's own, but the object was made anew since, and may not simply go on with this
	// record: somebody who may make such an object could seize what the one before it had.
	Held bool
}

func (e *ForeignError) Error() string {
	if e.Held {
		return fmt.Sprintf("the record is held for an earlier %s", e.Owner)
	}
	return fmt.Sprintf("the record belongs to %s", e.Owner)
}

// Unwrap makes it an ErrForeign.
func (e *ForeignError) Unwrap() error { return ErrForeign }

// LastAdministratorError is the ErrLastAdministrator of tenants.
type LastAdministratorError struct {
	// Tenants are all those which would have no live Administrator, in the order of their names.
	Tenants []string
}

func (e *LastAdministratorError) Error() string {
	return fmt.Sprintf("no live Administrator would be left in: %s", strings.Join(e.Tenants, ", "))
}

// Unwrap makes it an ErrLastAdministrator.
func (e *LastAdministratorError) Unwrap() error { return ErrLastAdministrator }

// BudgetError is the ErrOverBudget of tenants.
type BudgetError struct {
	// Tenants are all those whose budget does not allow the removal, in the order of their names.
	Tenants []string
}

func (e *BudgetError) Error() string {
	return fmt.Sprintf("the removal is beyond the budget of: %s", strings.Join(e.Tenants, ", "))
}

// Unwrap makes it an ErrOverBudget.
func (e *BudgetError) Unwrap() error { return ErrOverBudget }

// String names the owner as a message would.
func (o Owner) String() string {
	if o == (Owner{}) {
		return "no object"
	}
	return fmt.Sprintf("%s %s/%s of installation %q", o.Kind, o.Namespace, o.Name, o.Installation)
}
