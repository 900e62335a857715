// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mutants

import (
	"context"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

func ofHeirs() []mutant {
	takesUp := "Person: a new object takes up a person of tenants it names, else the person is held"
	return []mutant{
		{"a new object takes up anybody", ofEveryPerson(takesUpAnybody), []string{takesUp}},
		{"a new object takes up nobody", ofEveryPerson(comparesUID), []string{takesUp}},
		{"a new object takes up company administrators", ofEveryPerson(takesUpWhere(func(before roster.Person) bool {
			return before.User.CompanyAdministrator
		})), []string{takesUp}},
		{"a new object takes up people of no tenant", ofEveryPerson(takesUpWhere(func(before roster.Person) bool {
			return len(before.Memberships) == 0
		})), []string{takesUp}},
		{"a new object takes up people of tenants it does not name", ofEveryPerson(takesUpWhere(func(before roster.Person) bool {
			return !before.User.CompanyAdministrator && len(before.Memberships) > 0
		})), []string{takesUp}},
		{"a new object deletes and releases anybody", ofEveryPerson(removesAnybody), []string{
			"Person: a person is not deleted or released by a new object that did not take it up",
		}},
		{"who is held is held for good", ofEveryPerson(holdsForGood), []string{"Person: who is held is taken over from the same owner"}},
		{"no UID is another UID", ofEveryPerson(comparesNoUID), []string{"Person: a stamp without UID is held from nothing"}},
	}
}

// takesUpWhere lets a new object have what its own identity had, where the person was so.
func takesUpWhere(lenient func(before roster.Person) bool) func(aggregate) bug {
	return func(in aggregate) bug {
		return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
			stored, found := have(ctx, in, value)
			if before, _ := stored.Value.(roster.Person); found && terms.From == nil && lenient(before) {
				terms.From = &stamp.Owner
			}
			return in.Put(ctx, value, stamp, terms)
		}}
	}
}

func takesUpAnybody(in aggregate) bug {
	return takesUpWhere(func(roster.Person) bool { return true })(in)
}

func removesAnybody(in aggregate) bug {
	as := func(ctx context.Context, key any, stamp store.Stamp) store.Stamp {
		if stored, err := in.Get(ctx, key); err == nil {
			stamp.UID = stored.Stamp.UID
		}
		return stamp
	}
	return bug{
		aggregate: in,
		remove: func(ctx context.Context, key any, stamp store.Stamp, terms store.Terms) error {
			return in.Delete(ctx, key, as(ctx, key, stamp), terms)
		},
		release: func(ctx context.Context, key any, stamp store.Stamp) error {
			return in.Release(ctx, key, as(ctx, key, stamp))
		},
	}
}

func holdsForGood(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		if terms.From != nil && *terms.From == stamp.Owner {
			terms.From = nil
		}
		return in.Put(ctx, value, stamp, terms)
	}}
}

func comparesNoUID(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		if stamp.UID == "" {
			stamp.UID = "none"
		}
		return in.Put(ctx, value, stamp, terms)
	}}
}
