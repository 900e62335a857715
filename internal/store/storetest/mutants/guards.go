// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mutants

import (
	"context"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

func ofGuards() []mutant {
	return []mutant{
		{"guards are not heard", everywhere(hearsGuards(0, 0)), []string{
			"Guard: of all people, only another live Administrator lets one go", "Guard: a new person is let in only as the guard says",
			"Guard: the other aggregates are guarded likewise, and nobody is left out of the count",
			"Guard: of the last two Administrators who are demoted at once, exactly one is",
		}},
		{"a delete hears no guard", everywhere(hearsGuards(9, 0)), []string{"Guard: of all people, only another live Administrator lets one go"}},
		{"a put hears no guard", everywhere(hearsGuards(0, 9)), []string{"Guard: of all people, only another live Administrator lets one go"}},
		{"only the first guard is heard", everywhere(hearsGuards(1, 1)), []string{"Guard: every guarded tenant is counted for itself"}},
		{"a put of an equal value is guarded", everywhere(guardsEqual), []string{
			"Guard: put of an equal value is not guarded, as nothing is written",
			"Person: taking up writes the stamp even where the value is equal, unguarded, and is done once",
		}},
		{"a guard is looked at before the write, not with it", guardedBefore, []string{
			"Guard: of the last two Administrators who are demoted at once, exactly one is",
		}},
	}
}

// hearsGuards hears the first guards of a put and of a delete, as many as said.
func hearsGuards(ofPut, ofDelete int) func(aggregate) bug {
	return func(in aggregate) bug {
		return bug{
			aggregate: in,
			put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
				terms.Guards = terms.Guards[:min(len(terms.Guards), ofPut)]
				return in.Put(ctx, value, stamp, terms)
			},
			remove: func(ctx context.Context, key any, stamp store.Stamp, terms store.Terms) error {
				terms.Guards = terms.Guards[:min(len(terms.Guards), ofDelete)]
				return in.Delete(ctx, key, stamp, terms)
			},
		}
	}
}

func guardsEqual(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		if len(terms.Guards) > 0 && same(ctx, in, value) {
			return store.Written[any]{}, &store.LastAdministratorError{Tenants: []string{terms.Guards[0].Tenant}}
		}
		return in.Put(ctx, value, stamp, terms)
	}}
}

// guardedBefore lets both of two guarded writes look before it lets either write.
func guardedBefore(s store.Store) store.Store {
	return itself(func(p *planted) {
		in, turns := p.people, make(chan struct{})
		look := func(ctx context.Context, guards []roster.TenantKey) {
			if len(guards) == 0 {
				return
			}
			select {
			case turns <- struct{}{}:
			case <-turns:
			case <-ctx.Done():
			}
		}
		p.people = bug{
			aggregate: in,
			put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
				look(ctx, terms.Guards)
				terms.Guards = nil
				return in.Put(ctx, value, stamp, terms)
			},
			remove: func(ctx context.Context, key any, stamp store.Stamp, terms store.Terms) error {
				look(ctx, terms.Guards)
				terms.Guards = nil
				return in.Delete(ctx, key, stamp, terms)
			},
		}
	})(s)
}
