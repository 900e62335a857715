// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestOutcomesAreRecognised(t *testing.T) {
	for name, tc := range map[string]struct {
		reason string
		err    error
		want   outcome
	}{
		"nothing":     {"no error is success", nil, succeeded},
		"waiting":     {"as returned", Waiting("A", "b", time.Second), waiting},
		"wrapped":     {"a kind may wrap an outcome", fmt.Errorf("the box: %w", Stalled("A", "b")), stalled},
		"unavailable": {"as returned", Unavailable("A", "b"), unavailable},
		"other":       {"any other error is ours", errors.New("broken"), failed},
	} {
		t.Run(name, func(t *testing.T) {
			if got := verdictOf(tc.err).outcome; got != tc.want {
				t.Errorf("%s: outcome of %v is %d, want %d", tc.reason, tc.err, got, tc.want)
			}
		})
	}
}

func TestOutcomesAreComparedByValue(t *testing.T) {
	wrapped := fmt.Errorf("the box: %w", Waiting("A", "b", time.Second))
	if !errors.Is(wrapped, Waiting("A", "b", time.Second)) {
		t.Error("an equal outcome should be found")
	}
	if errors.Is(wrapped, Stalled("A", "b")) {
		t.Error("another outcome with the same words should not be found")
	}
}
