// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mutants

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

func ofPeople() []mutant {
	return []mutant{
		{"user names are two in upper and lower case", editing(func(p *roster.Person) {
			if p.User.UserName != strings.ToLower(p.User.UserName) {
				p.User.UserName += ".upper"
			}
		}), []string{"Person: user names are one in upper and lower case"}},
		{"an address that is taken is left out", ofEveryPerson(leavesTakenAddressOut), []string{
			"Person: an e-mail address is one person's in a company, in upper and lower case, until it is given up",
			"Person: of many who claim the same e-mail address at once, one wins",
		}},
		{"no address is an address", ofEveryPerson(takesNoAddressForOne), []string{"Person: people without an e-mail address do not conflict"}},
		{"grants that end stay", ofEveryPerson(keepsGrants), []string{
			"Person: memberships, grants and all they hold are written by difference",
		}},
		{"a tenant that goes takes its memberships along", itself(endsMemberships), []string{
			"Person: memberships, grants and access are kept whether or not the tenant exists",
		}},
		{"a change is a new person", ofEveryPerson(changesByNewPeople), []string{"Person: the ID stays when a person leaves and comes back"}},
		{"the user name is the ID", ofEveryPerson(namesPeopleByUserName), []string{"Person: an ID is never used again"}},
		{"times are kept to the second", editing(func(p *roster.Person) {
			p.User.PurgeAfter = p.User.PurgeAfter.Truncate(time.Second)
		}), []string{"Person: times are kept to the microsecond, in UTC"}},
		{"people have no ID", ofEveryPerson(leavesIDOut), []string{"Person: an ID is never used again"}},
	}
}

func ofEveryPerson(b func(aggregate) bug) func(store.Store) store.Store {
	return itself(func(p *planted) { p.people = b(p.people) })
}

func leavesTakenAddressOut(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		written, err := in.Put(ctx, value, stamp, terms)
		if !errors.Is(err, store.ErrConflict) {
			return written, err
		}
		person, _ := value.(roster.Person)
		person.User.Profile.Email = ""
		return in.Put(ctx, person, stamp, terms)
	}}
}

func takesNoAddressForOne(in aggregate) bug {
	var once sync.Once
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		first := false
		once.Do(func() { first = true })
		if person, _ := value.(roster.Person); !first && person.User.Profile.Email == "" {
			return store.Written[any]{}, &store.ConflictError{Field: "spec.profile.email"}
		}
		return in.Put(ctx, value, stamp, terms)
	}}
}

func keepsGrants(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		person, _ := value.(roster.Person)
		stored, _ := have(ctx, in, value)
		before, _ := stored.Value.(roster.Person)
		person.Grants = slices.Clone(person.Grants)
		for _, old := range before.Grants {
			if !slices.ContainsFunc(person.Grants, func(g roster.Grant) bool { return g.Tenant == old.Tenant && g.Channel == old.Channel }) {
				person.Grants = append(person.Grants, old)
			}
		}
		return in.Put(ctx, person, stamp, terms)
	}}
}

func endsMemberships(p *planted) {
	endsWithTenants(p, func(person *roster.Person) { person.Memberships = nil })
}

// endsWithTenants takes something from everybody when a tenant goes.
func endsWithTenants(p *planted, take func(*roster.Person)) {
	tenants := p.tenants
	p.tenants = bug{aggregate: tenants, remove: func(ctx context.Context, key any, stamp store.Stamp, terms store.Terms) error {
		if err := tenants.Delete(ctx, key, stamp, terms); err != nil {
			return err
		}
		members, err := collect(ctx, p.people, companyOf(key))
		for _, stored := range members {
			person, _ := stored.Value.(roster.Person)
			take(&person)
			_, failed := p.people.Put(ctx, person, stored.Stamp, store.Terms{})
			err = errors.Join(err, failed)
		}
		return err
	}}
}

func changesByNewPeople(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		if stored, found := have(ctx, in, value); found && !same(ctx, in, value) {
			if err := in.Delete(ctx, keyOf(value), stored.Stamp, store.Terms{}); err != nil {
				return store.Written[any]{}, err
			}
		}
		return in.Put(ctx, value, stamp, terms)
	}}
}

// identified gives people other IDs.
func identified(in aggregate, id func(key any) string) bug {
	name := func(stored store.Stored[any]) store.Stored[any] {
		stored.ID = id(keyOf(stored.Value))
		return stored
	}
	return bug{
		aggregate: in,
		put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
			written, err := in.Put(ctx, value, stamp, terms)
			written.ID = id(keyOf(value))
			return written, err
		},
		get: func(ctx context.Context, key any) (store.Stored[any], error) {
			stored, err := in.Get(ctx, key)
			return name(stored), err
		},
		list: func(ctx context.Context, company string) iter.Seq2[store.Stored[any], error] {
			return func(yield func(store.Stored[any], error) bool) {
				in.List(ctx, company)(func(stored store.Stored[any], err error) bool { return yield(name(stored), err) })
			}
		},
	}
}

func namesPeopleByUserName(in aggregate) bug {
	return identified(in, func(key any) string {
		person, _ := key.(roster.PersonKey)
		return person.UserName
	})
}

func leavesIDOut(in aggregate) bug { return identified(in, func(any) string { return "" }) }
