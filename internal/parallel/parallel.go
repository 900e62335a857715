// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package parallel does many small things at once.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Each does something for every number from 0 up to but without n, on as many processors as there are, and returns once all is done.
func Each(n int, do func(i int)) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	workers.Wait()
}
