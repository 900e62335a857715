// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package mutants tests the laws of a store themselves: it plants one bug at a time in a store that keeps them, and expects
// each law to catch those it is there for.
package mutants

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/storetest"
)

// mutant is a way to plant a bug.
type mutant struct {
	bug   string
	plant func(store.Store) store.Store
	// caught are the sentences of laws that catch it; one without the name of an aggregate stands for all that have it.
	caught []string
}

// Run expects every law to be kept by the stores that open makes, and to catch each bug it is there for when that is planted
// in one. Every law is there for one at least.
func Run(t *testing.T, open func(t testing.TB) store.Store) {
	t.Helper()
	for _, law := range storetest.Laws() {
		t.Run(law, func(t *testing.T) {
			if complaints := storetest.Complaints(t, law, everywhere(func(in aggregate) bug { return bug{aggregate: in} })(open(t))); len(complaints) > 0 {
				t.Errorf("it finds a bug where none was planted: %s", complaints[0])
			}
			planted := plantedFor(law)
			if len(planted) == 0 {
				t.Error("no bug is planted for it; expected one at least")
			}
			for _, m := range planted {
				if !caught(t, law, m, open) {
					t.Errorf("it overlooks the planted bug that %s", m.bug)
				}
			}
		})
	}
}

// looks is how often a law may look for a planted bug: some are races, which have to be lost to be seen.
const looks = 5

func caught(t *testing.T, law string, m mutant, open func(t testing.TB) store.Store) bool {
	t.Helper()
	for range looks {
		if len(storetest.Complaints(t, law, m.plant(open(t)))) > 0 {
			return true
		}
	}
	return false
}

func plantedFor(law string) []mutant {
	return slices.DeleteFunc(all(), func(m mutant) bool {
		return !slices.ContainsFunc(m.caught, func(sentence string) bool { return law == sentence || strings.HasSuffix(law, ": "+sentence) })
	})
}

// Strays are the sentences for which bugs are planted though no law has them.
func Strays() []string {
	var strays []string
	for _, m := range all() {
		for _, sentence := range m.caught {
			if !slices.ContainsFunc(storetest.Laws(), func(law string) bool { return law == sentence || strings.HasSuffix(law, ": "+sentence) }) {
				strays = append(strays, sentence)
			}
		}
	}
	return strays
}

func all() []mutant {
	return slices.Concat(ofStores(), ofWrites(), ofOwners(), ofLists(), ofEpochs(), ofGuards(), ofAdministered(), ofTenancy(), ofPeople(), ofAccess(), ofHeirs(), ofRemovals(), ofAccounts())
}

// planted is a store with a bug in its records, or in its own methods where those are not nil.
type planted struct {
	store.Store
	tenants, groups, policies, people aggregate
	accounts                          store.Accounts

	companies func(ctx context.Context) ([]string, error)
	id        func(ctx context.Context) (string, error)
	fence     func(ctx context.Context, installation string) (int64, error)
}

// sound is a store without a bug, to plant one in.
func sound(s store.Store) planted {
	return planted{
		Store:   s,
		tenants: untyped[roster.TenantKey, roster.TenantRecord]{s.Tenants()}, groups: untyped[roster.GroupKey, roster.Group]{s.Groups()},
		policies: untyped[roster.PolicyKey, roster.Policy]{s.Policies()}, people: untyped[roster.PersonKey, roster.Person]{s.People()},
		accounts:  s.Accounts(),
		companies: s.Companies, id: s.ID, fence: s.Fence,
	}
}

// everywhere plants a bug in all aggregates.
func everywhere(b func(aggregate) bug) func(store.Store) store.Store {
	return func(s store.Store) store.Store {
		p := sound(s)
		p.tenants, p.groups, p.policies, p.people = b(p.tenants), b(p.groups), b(p.policies), b(p.people)
		return p
	}
}

// itself plants a bug in the store itself.
func itself(b func(*planted)) func(store.Store) store.Store {
	return func(s store.Store) store.Store {
		p := sound(s)
		b(&p)
		return p
	}
}

// Tenants are the tenants of the store.
func (p planted) Tenants() store.Records[roster.TenantKey, roster.TenantRecord] {
	return typed[roster.TenantKey, roster.TenantRecord]{p.tenants}
}

// Groups are the groups of the store.
func (p planted) Groups() store.Records[roster.GroupKey, roster.Group] {
	return typed[roster.GroupKey, roster.Group]{p.groups}
}

// Policies are the channel policies of the store.
func (p planted) Policies() store.Records[roster.PolicyKey, roster.Policy] {
	return typed[roster.PolicyKey, roster.Policy]{p.policies}
}

// People are the people of the store.
func (p planted) People() store.Records[roster.PersonKey, roster.Person] {
	return typed[roster.PersonKey, roster.Person]{p.people}
}

// Accounts are the accounts of the store.
func (p planted) Accounts() store.Accounts { return p.accounts }

// Companies are those with records.
func (p planted) Companies(ctx context.Context) ([]string, error) { return p.companies(ctx) }

// ID names the store.
func (p planted) ID(ctx context.Context) (string, error) { return p.id(ctx) }

// Fence begins a new epoch of an installation.
func (p planted) Fence(ctx context.Context, installation string) (int64, error) {
	return p.fence(ctx, installation)
}
