// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// account is one that was kept.
type account struct {
	is      roster.Account
	changed time.Time
}

// avatar is the picture a person set.
type avatar struct {
	jpeg []byte
	set  time.Time
}

// accounts are the accounts of a store.
type accounts struct{ store *Store }

// Accounts are what people log in by.
func (s *Store) Accounts() store.Accounts { return accounts{s} }

// follow is what an account does once a person's record became another one. The caller holds the lock.
func (s *Store) follow(before, after roster.Person, terms store.Terms) {
	if roster.Follows(before, after, terms.Invitation) {
		s.save(after.Key(), s.accounts[after.Key()].is.Follow(before, after, terms.Invitation, time.Now()))
	}
}

func (s *Store) forgetAccount(key roster.PersonKey) {
	delete(s.accounts, key)
	delete(s.avatars, key)
}

// save keeps an account that differs. The caller holds the lock.
func (s *Store) save(key roster.PersonKey, next roster.Account) {
	if have := s.accounts[key].is; !reflect.DeepEqual(have, next) {
		s.accounts[key] = account{copied(next), time.Now().UTC().Truncate(time.Microsecond)}
	}
}

// copied is an account that shares nothing.
func copied(a roster.Account) roster.Account {
	a.Links = slices.Clone(a.Links)
	return a
}

// holder is a person with the account. The caller holds the lock.
func (s *Store) holder(key roster.PersonKey) (store.Holder, error) {
	row, found := s.people.rows[key]
	if !found {
		return store.Holder{}, store.ErrNotFound
	}
	stored, err := row.stored()
	kept := s.accounts[key]
	is := store.Holder{ID: row.id, User: stored.Value.User, Owner: row.stamp.Owner, Account: copied(kept.is), Changed: kept.changed}
	home := is.User.HomeTenant
	for _, m := range stored.Value.Memberships {
		if is.User.HomeTenant == "" && (home == "" || m.Tenant < home) {
			home = m.Tenant
		}
	}
	is.Home = s.tenants.rows[roster.TenantKey{Company: key.Company, Tenant: home}].value
	return is, err
}

// Get reads the account of a person.
func (a accounts) Get(ctx context.Context, key roster.PersonKey) (store.Holder, error) {
	if err := ctx.Err(); err != nil {
		return store.Holder{}, err
	}
	a.store.mu.RLock()
	defer a.store.mu.RUnlock()
	return a.store.holder(key)
}

// Find reads the account of whoever logs in by a name.
func (a accounts) Find(ctx context.Context, company, login string) (store.Holder, error) {
	if err := ctx.Err(); err != nil {
		return store.Holder{}, err
	}
	a.store.mu.RLock()
	defer a.store.mu.RUnlock()
	key := roster.NewPersonKey(company, login)
	if _, found := a.store.people.rows[key]; !found {
		key = a.store.people.holders[company+"/"+strings.ToLower(login)]
	}
	return a.store.holder(key)
}

// ByLink reads the account that has a link.
func (a accounts) ByLink(ctx context.Context, hash string) (store.Holder, error) {
	if err := ctx.Err(); err != nil {
		return store.Holder{}, err
	}
	a.store.mu.RLock()
	defer a.store.mu.RUnlock()
	key, _ := a.store.linked(hash)
	return a.store.holder(key)
}

// linked is who has a link. The caller holds the lock.
func (s *Store) linked(hash string) (roster.PersonKey, bool) {
	for key, kept := range s.accounts {
		if slices.ContainsFunc(kept.is.Links, func(l roster.Link) bool { return l.Hash == hash }) {
			return key, true
		}
	}
	return roster.PersonKey{}, false
}

// Update makes an account what change answers.
func (a accounts) Update(
	ctx context.Context, key roster.PersonKey, change func(roster.User, roster.Account) (roster.Account, error),
) (store.Holder, error) {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return store.Holder{}, err
	}
	is, err := a.store.holder(key)
	if err != nil {
		return is, err
	}
	next, err := change(is.User, is.Account)
	if err != nil {
		return is, err
	}
	for i, link := range next.Links {
		whose, taken := a.store.linked(link.Hash)
		twice := slices.ContainsFunc(next.Links[:i], func(l roster.Link) bool { return l.Hash == link.Hash })
		if taken && whose != key || twice {
			return is, fmt.Errorf("%w: two links have one hash; each has its own", store.ErrRejected)
		}
	}
	a.store.save(key, next)
	return a.store.holder(key)
}

// Due are links that are to be sent by now.
func (a accounts) Due(ctx context.Context, now time.Time, limit int) ([]store.Due, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	a.store.mu.RLock()
	defer a.store.mu.RUnlock()
	var due []store.Due
	for key, kept := range a.store.accounts {
		for _, link := range kept.is.Links {
			if link.NextTry.IsZero() || link.NextTry.After(now) {
				continue
			}
			is, err := a.store.holder(key)
			if err != nil {
				return nil, err
			}
			due = append(due, store.Due{Holder: is, Link: link})
		}
	}
	slices.SortFunc(due, func(a, b store.Due) int {
		if by := a.Link.NextTry.Compare(b.Link.NextTry); by != 0 {
			return by
		}
		return strings.Compare(a.Link.Hash, b.Link.Hash)
	})
	return due[:min(len(due), limit)], nil
}

// Changed hands over the accounts that changed.
func (a accounts) Changed(ctx context.Context, since time.Time, told func(store.Holder) error) error {
	changed, err := a.changed(ctx, since)
	if err != nil {
		return err
	}
	for _, is := range changed {
		if err := told(is); err != nil {
			return err
		}
	}
	return nil
}

func (a accounts) changed(ctx context.Context, since time.Time) ([]store.Holder, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	a.store.mu.RLock()
	defer a.store.mu.RUnlock()
	var changed []store.Holder
	for _, key := range slices.Collect(maps.Keys(a.store.accounts)) {
		if a.store.accounts[key].changed.Before(since) {
			continue
		}
		is, err := a.store.holder(key)
		if err != nil {
			return nil, err
		}
		is.Home = roster.TenantRecord{}
		changed = append(changed, is)
	}
	slices.SortFunc(changed, func(a, b store.Holder) int {
		if by := a.Changed.Compare(b.Changed); by != 0 {
			return by
		}
		return strings.Compare(a.ID, b.ID)
	})
	return changed, nil
}

// Avatar is the picture a person set of himself.
func (a accounts) Avatar(ctx context.Context, key roster.PersonKey) ([]byte, time.Time, error) {
	if err := ctx.Err(); err != nil {
		return nil, time.Time{}, err
	}
	a.store.mu.RLock()
	defer a.store.mu.RUnlock()
	picture, found := a.store.avatars[key]
	if !found {
		return nil, time.Time{}, store.ErrNotFound
	}
	return bytes.Clone(picture.jpeg), picture.set, nil
}

// SetAvatar sets it, or removes it.
func (a accounts) SetAvatar(ctx context.Context, key roster.PersonKey, jpeg []byte) error {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := a.store.holder(key); err != nil {
		return err
	}
	delete(a.store.avatars, key)
	if len(jpeg) > 0 {
		a.store.avatars[key] = avatar{bytes.Clone(jpeg), time.Now().UTC().Truncate(time.Microsecond)}
	}
	return nil
}
