// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mutants

import (
	"context"
	"errors"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

const (
	administeredKeeps    = "Administered: only what takes the last live Administrator from tenants that are there is refused, and it names them all"
	administeredUnasked  = "Administered: a write that does not ask for it is not refused"
	administeredNever    = "Administered: a tenant that was never administered keeps nobody from anything"
	administeredTogether = "Administered: of the last two who let a tenant go at once, exactly one does"
)

func ofAdministered() []mutant {
	return []mutant{
		{"the demand to be administered is not heard", asks(func(terms *store.Terms) { terms.Administered = false }), []string{
			administeredKeeps, administeredTogether,
		}},
		{"every write is held to leave tenants administered", asks(func(terms *store.Terms) { terms.Administered = true }), []string{administeredUnasked}},
		{"only one of the tenants is named", itself(namesOneTenant), []string{administeredKeeps}},
		{"a retired tenant keeps its Administrator", guardsAll(func(t roster.TenantRecord) bool { return t.Retired }), []string{administeredKeeps}},
		{"every tenant is guarded, whoever is written", guardsAll(func(t roster.TenantRecord) bool { return !t.Retired }), []string{
			administeredKeeps, administeredNever,
		}},
		{"who lets go by leaving the company's administration is overlooked", itself(overlooksTheCompanys), []string{administeredKeeps}},
		{"whether tenants stay administered is looked at before the write, not with it", looksBeforeLettingGo, []string{administeredTogether}},
	}
}

// asks changes the terms of each put.
func asks(change func(*store.Terms)) func(store.Store) store.Store {
	return everywhere(func(in aggregate) bug {
		return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
			change(&terms)
			return in.Put(ctx, value, stamp, terms)
		}}
	})
}

func namesOneTenant(p *planted) {
	in := p.people
	p.people = bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		written, err := in.Put(ctx, value, stamp, terms)
		if last, ok := errors.AsType[*store.LastAdministratorError](err); ok {
			err = &store.LastAdministratorError{Tenants: last.Tenants[:1]}
		}
		return written, err
	}}
}

// guardsAll guards some tenants of the company against every write that is to leave tenants administered.
func guardsAll(guarded func(roster.TenantRecord) bool) func(store.Store) store.Store {
	return func(s store.Store) store.Store {
		return everywhere(func(in aggregate) bug {
			return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
				person, is := value.(roster.Person)
				if !is || !terms.Administered {
					return in.Put(ctx, value, stamp, terms)
				}
				for tenant, err := range s.Tenants().List(ctx, person.User.Company) {
					if err != nil {
						return store.Written[any]{}, err
					}
					if guarded(tenant.Value) {
						terms.Guards = append(terms.Guards, tenant.Value.Key())
					}
				}
				return in.Put(ctx, value, stamp, terms)
			}}
		})(s)
	}
}

func overlooksTheCompanys(p *planted) {
	in := p.people
	p.people = bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		if stored, found := have(ctx, in, value); found && stored.Value.(roster.Person).User.CompanyAdministrator {
			terms.Administered = false
		}
		return in.Put(ctx, value, stamp, terms)
	}}
}

// looksBeforeLettingGo lets both of two writes look whether they may before it lets either write.
func looksBeforeLettingGo(s store.Store) store.Store {
	return itself(func(p *planted) {
		in, turns := p.people, make(chan struct{})
		p.people = bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
			if terms.Administered {
				select {
				case turns <- struct{}{}:
				case <-turns:
				case <-ctx.Done():
				}
				terms.Administered = false
			}
			return in.Put(ctx, value, stamp, terms)
		}}
	})(s)
}
