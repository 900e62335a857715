// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package observe

import (
	"context"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// accounts are the accounts of a decorated store.
type accounts struct {
	store  *Store
	behind store.Accounts

	get, find, byLink, update, due, changed, avatar, setAvatar operation
}

func newAccounts(s *Store, behind store.Accounts) *accounts {
	named := func(name string) operation { return s.metrics.operation(name, "account") }
	return &accounts{
		store: s, behind: behind,
		get: named("get"), find: named("find"), byLink: named("by_link"), update: named("update"), due: named("due"),
		changed: named("changed"), avatar: named("avatar"), setAvatar: named("set_avatar"),
	}
}

// Get reads the account of a person.
func (a *accounts) Get(ctx context.Context, key roster.PersonKey) (is store.Holder, err error) {
	err = a.store.call(ctx, a.get, shareOfPersonKey(key), func(ctx context.Context) (result, error) {
		is, err = a.behind.Get(ctx, key)
		return succeeded, err
	})
	return is, err
}

// Find reads the account of whoever logs in by a name.
func (a *accounts) Find(ctx context.Context, company, login string) (is store.Holder, err error) {
	err = a.store.call(ctx, a.find, share{company: company}, func(ctx context.Context) (result, error) {
		is, err = a.behind.Find(ctx, company, login)
		return succeeded, err
	})
	return is, err
}

// ByLink reads the account that has a link.
func (a *accounts) ByLink(ctx context.Context, hash string) (is store.Holder, err error) {
	err = a.store.call(ctx, a.byLink, share{}, func(ctx context.Context) (result, error) {
		is, err = a.behind.ByLink(ctx, hash)
		return succeeded, err
	})
	return is, err
}

// Update makes an account what change answers. An error of change is the caller's own, and says nothing of the store.
func (a *accounts) Update(
	ctx context.Context, key roster.PersonKey, change func(roster.User, roster.Account) (roster.Account, error),
) (is store.Holder, err error) {
	var refused error
	err = a.store.call(ctx, a.update, shareOfPersonKey(key), func(ctx context.Context) (result, error) {
		is, err = a.behind.Update(ctx, key, func(u roster.User, have roster.Account) (next roster.Account, err error) {
			next, err = change(u, have)
			refused = err
			return next, err
		})
		if refused != nil {
			return unchanged, nil
		}
		return succeeded, err
	})
	if refused != nil && err == nil {
		err = refused
	}
	return is, err
}

// Due are links that are to be sent by now.
func (a *accounts) Due(ctx context.Context, now time.Time, limit int) (due []store.Due, err error) {
	err = a.store.call(ctx, a.due, share{}, func(ctx context.Context) (result, error) {
		due, err = a.behind.Due(ctx, now, limit)
		return succeeded, err
	})
	return due, err
}

// Changed hands over the accounts of a company that changed. They are handed over once all were read, so that whoever is told may take long.
func (a *accounts) Changed(ctx context.Context, since time.Time, told func(store.Holder) error) error {
	var all []store.Holder
	err := a.store.call(ctx, a.changed, share{}, func(ctx context.Context) (result, error) {
		all = nil
		return succeeded, a.behind.Changed(ctx, since, func(is store.Holder) error {
			all = append(all, is)
			return nil
		})
	})
	if err != nil {
		return err
	}
	for _, is := range all {
		if err := told(is); err != nil {
			return err
		}
	}
	return nil
}

// Avatar is the picture a person set of himself.
func (a *accounts) Avatar(ctx context.Context, key roster.PersonKey) (jpeg []byte, set time.Time, err error) {
	err = a.store.call(ctx, a.avatar, shareOfPersonKey(key), func(ctx context.Context) (result, error) {
		jpeg, set, err = a.behind.Avatar(ctx, key)
		return succeeded, err
	})
	return jpeg, set, err
}

// SetAvatar sets it, or removes it.
func (a *accounts) SetAvatar(ctx context.Context, key roster.PersonKey, jpeg []byte) error {
	return a.store.call(ctx, a.setAvatar, shareOfPersonKey(key), func(ctx context.Context) (result, error) {
		return succeeded, a.behind.SetAvatar(ctx, key, jpeg)
	})
}
