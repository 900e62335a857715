// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package memory_test

import (
	"testing"

	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/storetest"
)

func TestMemoryKeepsTheLaws(t *testing.T) {
	storetest.Run(t, func(testing.TB) store.Store { return memory.New() })
}

func BenchmarkPut(b *testing.B) {
	storetest.BenchmarkPut(b, memory.New())
}
