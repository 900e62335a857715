// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import "errors"

// unknown is the error of a command that could not tell.
type unknown struct{ error }

// Unwrap is what went wrong.
func (u unknown) Unwrap() error { return u.error }

// couldNotTell marks an error as one that leaves the question open; nil stays nil.
func couldNotTell(err error) error {
	if err == nil {
		return nil
	}
	return unknown{err}
}

// failureOf is the exit code of an error.
func failureOf(err error) int {
	if _, open := errors.AsType[unknown](err); open {
		return ExitUnknown
	}
	return ExitError
}
