// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mutants

import (
	"context"
	"slices"
	"sync"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

func ofAccess() []mutant {
	byDifference := []string{"Person: access and capabilities are written by difference"}
	return []mutant{
		{"capabilities that end stay", ofEveryPerson(keepsCapabilities), byDifference},
		{"how far a capability reaches stays", ofEveryPerson(keepsReach), byDifference},
		{"causes of capabilities are left out", editingAccess(func(a *roster.Access) {
			for i := range a.Capabilities {
				a.Capabilities[i].Causes = a.Capabilities[i].Causes[:min(1, len(a.Capabilities[i].Causes))]
			}
		}), byDifference},
		{"the scope is left out", editingAccess(func(a *roster.Access) { a.Scope = roster.Scope{} }), byDifference},
		{"whoever may do nothing has no access", editing(func(p *roster.Person) {
			p.Access = slices.DeleteFunc(slices.Clone(p.Access), func(a roster.Access) bool { return len(a.Capabilities) == 0 })
		}), byDifference},
		{"a capability that occurs twice is one", editingAccess(func(a *roster.Access) {
			a.Capabilities = slices.CompactFunc(a.Capabilities, func(a, b roster.HeldCapability) bool { return a.Capability == b.Capability })
		}), []string{"Person: each access, and each capability of it, occurs once"}},
		{"access to all other tenants is access to none", editing(func(p *roster.Person) {
			p.Access = slices.DeleteFunc(slices.Clone(p.Access), func(a roster.Access) bool { return a.Tenant == "" })
		}), []string{"Person: access to all other tenants is kept beside access to each"}},
		{"what some may do alike changes with one of them", ofEveryPerson(changesAlike), []string{
			"Person: whoever may do the same keeps it when another one's changes",
		}},
		{"what some may do alike is claimed by one", ofEveryPerson(claimsAlike), []string{
			"Person: of many new people who may do the same, each is written",
		}},
		{"a tenant that goes takes access along", itself(endsAccess), []string{
			"Person: memberships, grants and access are kept whether or not the tenant exists",
		}},
		{"a tenant has groups where there are some", itself(countsGroups), []string{
			"Tenant: whether it has groups is what the record says, whatever groups there are",
		}},
	}
}

// editingAccess changes what people may do before they are put.
func editingAccess(edit func(*roster.Access)) func(store.Store) store.Store {
	return editing(func(p *roster.Person) {
		p.Access = slices.Clone(p.Access)
		for i := range p.Access {
			p.Access[i].Capabilities = slices.Clone(p.Access[i].Capabilities)
			edit(&p.Access[i])
		}
	})
}

// editingAfter changes what a person may do by what it was before.
func editingAfter(in aggregate, edit func(before, a *roster.Access)) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		person, _ := value.(roster.Person)
		stored, _ := have(ctx, in, value)
		before, _ := stored.Value.(roster.Person)
		person.Access = slices.Clone(person.Access)
		for i := range person.Access {
			for _, a := range before.Access {
				if a.Tenant == person.Access[i].Tenant {
					person.Access[i].Capabilities = slices.Clone(person.Access[i].Capabilities)
					edit(&a, &person.Access[i])
				}
			}
		}
		return in.Put(ctx, person, stamp, terms)
	}}
}

func keepsCapabilities(in aggregate) bug {
	return editingAfter(in, func(before, a *roster.Access) {
		for _, held := range before.Capabilities {
			if _, still := a.Capability(held.Capability); !still {
				a.Capabilities = append(a.Capabilities, held)
			}
		}
	})
}

func keepsReach(in aggregate) bug {
	return editingAfter(in, func(before, a *roster.Access) {
		for i, held := range a.Capabilities {
			if old, had := before.Capability(held.Capability); had {
				a.Capabilities[i].Reach = old.Reach
			}
		}
	})
}

// changesAlike gives everybody who may do the same as somebody what that one may do next.
func changesAlike(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		person, _ := value.(roster.Person)
		stored, _ := have(ctx, in, value)
		before, _ := stored.Value.(roster.Person)
		written, err := in.Put(ctx, value, stamp, terms)
		if err != nil || len(before.Access) == 0 {
			return written, err
		}
		others, err := collect(ctx, in, person.User.Company)
		for _, stored := range others {
			other, _ := stored.Value.(roster.Person)
			if err == nil && cmp.Equal(other.Access, before.Access) {
				other.Access = person.Access
				_, err = in.Put(ctx, other, stored.Stamp, store.Terms{})
			}
		}
		return written, err
	}}
}

// claimsAlike refuses whoever may do the same as somebody before.
func claimsAlike(in aggregate) bug {
	var mu sync.Mutex
	claimed := false
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		mu.Lock()
		taken := claimed
		claimed = true
		mu.Unlock()
		if taken {
			return store.Written[any]{}, store.ErrRejected
		}
		return in.Put(ctx, value, stamp, terms)
	}}
}

func endsAccess(p *planted) {
	endsWithTenants(p, func(person *roster.Person) { person.Access = nil })
}

func countsGroups(p *planted) {
	tenants := p.tenants
	p.tenants = bug{aggregate: tenants, get: func(ctx context.Context, key any) (store.Stored[any], error) {
		stored, err := tenants.Get(ctx, key)
		if tenant, ok := stored.Value.(roster.TenantRecord); ok {
			groups, failed := collect(ctx, p.groups, tenant.Company)
			if tenant.HasGroups = len(groups) > 0; failed != nil {
				return stored, failed
			}
			stored.Value = tenant
		}
		return stored, err
	}}
}
