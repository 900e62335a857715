// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"context"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

const (
	eventuallyPoll    = 20 * time.Millisecond
	eventuallyTimeout = 30 * time.Second
)

// Eventually waits until condition is done and fails the test when it is not within 30 seconds. What is the expectation
// as a clause, such as "operator anna is Ready"; report is what condition saw, shown in the failure.
func Eventually(t testing.TB, what string, condition func(ctx context.Context) (done bool, report string)) {
	t.Helper()
	eventuallyWithin(t, eventuallyTimeout, what, condition)
}

func eventuallyWithin(t testing.TB, limit time.Duration, what string, condition func(ctx context.Context) (done bool, report string)) {
	t.Helper()
	seen := "nothing"
	err := wait.PollUntilContextTimeout(t.Context(), eventuallyPoll, limit, true, func(ctx context.Context) (bool, error) {
		done, report := condition(ctx)
		// The look that the deadline cuts short sees only that it was cut short.
		if ctx.Err() == nil || done {
			seen = report
		}
		return done, nil
	})
	if err != nil {
		t.Fatalf("expected within %s: %s; last seen: %s", limit, what, seen)
	}
}
