// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mutants_test

import (
	"flag"
	"os"
	"testing"

	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/storetest/mutants"
)

func TestMain(m *testing.M) {
	flag.Parse()
	// A planted bug is to be found, not to be made small or kept.
	for name, value := range map[string]string{"rapid.shrinktime": "0s", "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

func TestEveryLawCatchesWhatItIsThereFor(t *testing.T) {
	mutants.Run(t, func(testing.TB) store.Store { return memory.New() })
}

func TestEveryBugIsPlantedForALaw(t *testing.T) {
	for _, stray := range mutants.Strays() {
		t.Errorf("a bug is planted for %q, which is no law", stray)
	}
}
