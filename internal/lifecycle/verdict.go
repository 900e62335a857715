// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"errors"
	"time"
)

type outcome int

const (
	succeeded outcome = iota
	waiting
	unavailable
	stalled
	failed
)

// verdict is an error that says how a failure ends. It is comparable, so errors.Is finds an equal one.
type verdict struct {
	outcome outcome
	reason  string
	message string
	after   time.Duration
}

// Error returns the reason and the message.
func (v verdict) Error() string { return v.reason + ": " + v.message }

// Waiting is the outcome of a pass that will heal when something other than this object changes: a missing reference, a
// name another object holds. Reason is CamelCase, never [ReasonUnavailable], and goes, like the sentence message, into
// conditions: neither names a person. After is when to look again if nothing wakes the object before; 0 leaves that to
// the watches. What waits longer than Options.StallAfter is reported as Stalled.
//
// The outcomes are compared by value: errors.Is(err, Waiting(reason, message, after)) holds for an equal one.
func Waiting(reason, message string, after time.Duration) error {
	return verdict{outcome: waiting, reason: reason, message: message, after: after}
}

// Unavailable is the outcome of a pass that could not reach the outside at all. It never stalls, is retried after 1 s,
// doubling to 5 s, each cut by up to half at random, and leaves no line in the log. Reason, best [ReasonUnavailable], and
// message are as for [Waiting].
func Unavailable(reason, message string) error {
	return verdict{outcome: unavailable, reason: reason, message: message}
}

// Stalled is the outcome of a pass that only an edit of this object can heal. It is not retried. Reason and message are
// as for [Waiting].
func Stalled(reason, message string) error {
	return verdict{outcome: stalled, reason: reason, message: message}
}

// verdictOf classifies what a kind returned; an error that is no verdict is a failure of ours, whose text stays out.
func verdictOf(err error) verdict {
	if err == nil {
		return verdict{outcome: succeeded}
	}
	var v verdict
	if errors.As(err, &v) {
		return v
	}
	return verdict{outcome: failed, reason: ReasonInternalError, message: internalErrorMessage}
}
