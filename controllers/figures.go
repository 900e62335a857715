// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"maps"
	"slices"
	"sync"

	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
)

// Figures are what the manager counted of drift and of leaving since it was started, by kind where that tells something.
type Figures struct {
	// Corrected and Reported are the changes of others that were put right, and told.
	Corrected, Reported map[string]int
	// Foreign, Waiting and Missing are records of others, of objects that are gone and whose purge or confirmation is to come, and of
	// objects that vanished, as of the last sweep.
	Foreign, Waiting, Missing int
	// Held are the removals that wait, by reason.
	Held map[roster.HoldReason]int
	// Settled are the records whose objects were gone and that were offboarded or purged.
	Settled int
	// Sweeps are those that ended, and Mended what they put right that records share.
	Sweeps, Mended int
}

// figures are Figures that grow. They are safe for concurrent use.
type figures struct {
	mu  sync.Mutex
	now Figures
	// swept are the foreign and waiting records of each company.
	swept map[string]map[provision.Found]int
}

func (f *figures) change(how func(*Figures)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	how(&f.now)
}

func (f *figures) drift(kind string, corrected bool) {
	f.change(func(now *Figures) {
		if now.Corrected == nil {
			now.Corrected, now.Reported = map[string]int{}, map[string]int{}
		}
		if corrected {
			now.Corrected[kind]++
		} else {
			now.Reported[kind]++
		}
	})
}

// sweep takes over what the sweep of a company counted.
func (f *figures) sweep(company string, counts map[provision.Found]int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.swept == nil {
		f.swept = map[string]map[provision.Found]int{}
	}
	f.swept[company] = counts
}

// Figures are the figures of now.
func (s *Shared) Figures() Figures {
	held, _ := s.holds.count()
	s.figures.mu.Lock()
	defer s.figures.mu.Unlock()
	now := s.figures.now
	now.Corrected, now.Reported, now.Held = maps.Clone(now.Corrected), maps.Clone(now.Reported), held
	for _, counts := range s.figures.swept {
		now.Foreign += counts[provision.Foreign]
		now.Waiting += counts[provision.Waiting]
		now.Missing += counts[provision.Left]
	}
	return now
}

// count is how many removals are held, by reason, and in which companies.
func (h *holds) count() (byReason map[roster.HoldReason]int, companies []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	byReason = map[roster.HoldReason]int{}
	for name, c := range h.companies {
		for _, record := range c.records {
			byReason[record.reason]++
		}
		if len(c.records) > 0 {
			companies = append(companies, name)
		}
	}
	slices.Sort(companies)
	return byReason, companies
}

func union(some, others []string) []string {
	all := slices.Concat(some, others)
	slices.Sort(all)
	return slices.Compact(all)
}
