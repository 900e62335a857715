// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package memory is the reference driver of the identity store: it keeps everything in the process, and is the store of
// every test that is not about another driver.
package memory

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/google/uuid"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// Store is an identity store in memory. It is empty when made and forgotten when closed.
type Store struct {
	id string
	// mu makes every call one transaction over all aggregates, since a guard of one reads another.
	mu       sync.RWMutex
	tenants  *records[roster.TenantKey, roster.TenantRecord]
	groups   *records[roster.GroupKey, roster.Group]
	policies *records[roster.PolicyKey, roster.Policy]
	people   *records[roster.PersonKey, roster.Person]
	// epochs are the current ones of the installations that were fenced.
	epochs map[string]int64
	// accounts are those that were kept, and avatars the pictures.
	accounts map[roster.PersonKey]account
	avatars  map[roster.PersonKey]avatar
	// windows are what the removals of tenants came to.
	windows map[roster.TenantKey]roster.RemovalWindow
}

var _ store.Store = (*Store)(nil)

// New is an empty store with an ID of its own.
func New() *Store {
	s := &Store{
		id: uuid.NewString(), epochs: map[string]int64{}, windows: map[roster.TenantKey]roster.RemovalWindow{},
		accounts: map[roster.PersonKey]account{}, avatars: map[roster.PersonKey]avatar{},
	}
	s.tenants = newRecords(s, tenants)
	s.groups = newRecords(s, groups)
	s.policies = newRecords(s, policies)
	s.people = newRecords(s, people)
	s.people.follow, s.people.forgotten = s.follow, s.forgetAccount
	return s
}

// Tenants are the tenants of the store.
func (s *Store) Tenants() store.Records[roster.TenantKey, roster.TenantRecord] { return s.tenants }

// Groups are the groups of the store.
func (s *Store) Groups() store.Records[roster.GroupKey, roster.Group] { return s.groups }

// Policies are the channel policies of the store.
func (s *Store) Policies() store.Records[roster.PolicyKey, roster.Policy] { return s.policies }

// People are the people of the store.
func (s *Store) People() store.Records[roster.PersonKey, roster.Person] { return s.people }

// Companies are the names of the companies that have records.
func (s *Store) Companies(ctx context.Context) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	named := map[string]bool{}
	s.tenants.companies(named)
	s.groups.companies(named)
	s.policies.companies(named)
	s.people.companies(named)
	return slices.Sorted(maps.Keys(named)), nil
}

// ID names the store.
func (s *Store) ID(ctx context.Context) (string, error) { return s.id, ctx.Err() }

// Fence begins a new epoch of an installation.
func (s *Store) Fence(ctx context.Context, installation string) (int64, error) {
	if err := store.CheckInstallation(installation); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.epochs[installation]++
	return s.epochs[installation], nil
}

// checkEpoch tells whether a writer is still the one of its installation. The caller holds the lock.
func (s *Store) checkEpoch(stamp store.Stamp) error {
	return store.CheckEpoch(stamp, s.epochs[stamp.Installation])
}

// Close has nothing to release.
func (s *Store) Close() error { return nil }

// checkGuards counts the live Administrators of each guarded tenant, but for the person written. The caller holds the lock.
func (s *Store) checkGuards(written any, guards []roster.TenantKey) error {
	var nobody []string
	for _, tenant := range guards {
		if !s.administered(tenant, written) {
			nobody = append(nobody, tenant.Tenant)
		}
	}
	if len(nobody) > 0 {
		return &store.LastAdministratorError{Tenants: slices.Sorted(slices.Values(nobody))}
	}
	return nil
}

// withoutAnother are the tenants of a company that are not retired and have no live Administrator but the person written. The
// caller holds the lock.
func (s *Store) withoutAnother(company string, written any) []string {
	var nobody []string
	for key, row := range s.tenants.rows {
		if key.Company == company && !row.value.Retired && !s.administered(key, written) {
			nobody = append(nobody, key.Tenant)
		}
	}
	slices.Sort(nobody)
	return nobody
}

func (s *Store) administered(tenant roster.TenantKey, written any) bool {
	for key, row := range s.people.rows {
		if key.Company == tenant.Company && any(key) != written && row.value.AdministratorOf(tenant.Tenant) {
			return true
		}
	}
	return false
}
