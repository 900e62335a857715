// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package parallel_test

import (
	"sync/atomic"
	"testing"

	"github.com/roster-dev/roster/internal/parallel"
)

func TestEverythingIsDoneOnce(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 1000} {
		times := make([]atomic.Int64, n)
		parallel.Each(n, func(i int) { times[i].Add(1) })
		for i := range times {
			if got := times[i].Load(); got != 1 {
				t.Errorf("of %d, number %d should be done once, was done %d times", n, i, got)
			}
		}
	}
}
