// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

// couldNotTell marks an error as one that leaves the question open; nil stays nil.
func couldNotTell(err error) error {
	if err == nil {
		return nil
	}
	return unknownError{err}
}
