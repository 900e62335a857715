// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"

	"github.com/spf13/cobra"
)

// usageError is that a command was called wrongly.
type usageError struct{ error }

// Unwrap is the error itself.
func (e usageError) Unwrap() error { return e.error }

// unknownError is that a command could not tell what it was asked.
type unknownError struct{ error }

// Unwrap is the error itself.
func (e unknownError) Unwrap() error { return e.error }

// telling is the run of a command whose exit code tells a call that is wrong from an answer that is not to be had.
func telling(run func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		err := run(c, args)
		var usage usageError
		if err == nil || errors.Is(err, errNo) || errors.As(err, &usage) {
			return err
		}
		return couldNotTell(err)
	}
}

// couldNotTell marks an error as one that leaves the question open; nil stays nil.
func couldNotTell(err error) error {
	if err == nil {
		return nil
	}
	return unknownError{err}
}

// codeOf is the exit code of a command that failed.
func codeOf(err error) int {
	if _, unknown := errors.AsType[unknownError](err); unknown {
		return ExitUnknown
	}
	return ExitError
}
