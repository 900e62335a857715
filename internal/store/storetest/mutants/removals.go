// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mutants

import (
	"context"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// The laws about removals.
const (
	removalBudget       = "Removal: a budget lets so many go in a window, and whoever is beyond it stays as he is, until the next window"
	removalPercentage   = "Removal: a percentage is of the people who are live when the window begins, rounded up, and one at least"
	removalEveryTenant  = "Removal: each tenant counts for itself, and where one refuses, none has counted"
	removalNowhere      = "Removal: what takes nobody's access away counts nowhere, and neither does an edit"
	removalRetires      = "Removal: to retire a tenant is to remove all who are live in it"
	removalConfirmation = "Removal: a confirmation lets so many go whatever the budget, and no more"
	removalOnlyHeld     = "Removal: that of a held record does nothing to one that is not held any more, or is gone"
	removalTogether     = "Removal: of many who leave at once, exactly as many go as may"
	removalLast         = "Removal: to delete the last Administrator is refused like any other write"
)

func ofRemovals() []mutant {
	return []mutant{
		{"removals are not counted", removes(func(terms *store.Terms) { terms.Removal = nil }), []string{
			removalBudget, removalPercentage, removalEveryTenant, removalRetires, removalConfirmation, removalTogether, removalOnlyHeld,
		}},
		{"every write is a removal", removes(func(terms *store.Terms) {
			if terms.Removal == nil {
				terms.Removal = &store.Removal{At: time.Date(2031, 2, 3, 12, 0, 0, 0, time.UTC)}
			}
		}), []string{removalNowhere}},
		{"confirmations are not heard", removes(func(terms *store.Terms) {
			if terms.Removal != nil {
				terms.Removal = &store.Removal{At: terms.Removal.At, Held: terms.Removal.Held}
			}
		}), []string{removalConfirmation}},
		{"confirmations never end", removes(func(terms *store.Terms) {
			if terms.Removal != nil {
				for tenant, confirmed := range terms.Removal.Confirmed {
					confirmed.Count, confirmed.Until = 1000, confirmed.Until.AddDate(1, 0, 0)
					terms.Removal.Confirmed[tenant] = confirmed
				}
			}
		}), []string{removalConfirmation}},
		{"a record goes whether or not it is held still", removes(func(terms *store.Terms) {
			if terms.Removal != nil {
				terms.Removal = &store.Removal{At: terms.Removal.At, Confirmed: terms.Removal.Confirmed}
			}
		}), []string{removalOnlyHeld}},
		{"a deletion does not ask whether the tenant stays administered", everywhere(func(in aggregate) bug {
			return bug{aggregate: in, remove: func(ctx context.Context, key any, stamp store.Stamp, terms store.Terms) error {
				terms.Administered = false
				return in.Delete(ctx, key, stamp, terms)
			}}
		}), []string{removalLast}},
		{"a deletion is not counted", everywhere(func(in aggregate) bug {
			return bug{aggregate: in, remove: func(ctx context.Context, key any, stamp store.Stamp, terms store.Terms) error {
				terms.Removal = nil
				return in.Delete(ctx, key, stamp, terms)
			}}
		}), []string{removalBudget, removalOnlyHeld}},
		{"who is refused is switched off all the same", itself(switchesOffWhoIsRefused), []string{removalBudget, removalTogether}},
	}
}

// removes changes the terms of each write.
func removes(change func(*store.Terms)) func(store.Store) store.Store {
	return everywhere(func(in aggregate) bug {
		return bug{
			aggregate: in,
			put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
				change(&terms)
				return in.Put(ctx, value, stamp, terms)
			},
			remove: func(ctx context.Context, key any, stamp store.Stamp, terms store.Terms) error {
				change(&terms)
				return in.Delete(ctx, key, stamp, terms)
			},
		}
	})
}

func switchesOffWhoIsRefused(p *planted) {
	in := p.people
	p.people = bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		written, err := in.Put(ctx, value, stamp, terms)
		if person, is := value.(roster.Person); is && err != nil && terms.Removal != nil {
			_, _ = in.Put(ctx, person, stamp, store.Terms{})
		}
		return written, err
	}}
}
