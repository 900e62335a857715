// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// accounts passes the calls on, unless the store is away.
type accounts struct {
	store  *Store
	behind store.Accounts
}

func (a accounts) read() error  { return a.store.enter(func(c *Counts) { c.AccountReads++ }) }
func (a accounts) write() error { return a.store.enter(func(c *Counts) { c.AccountWrites++ }) }

// Get passes the call on.
func (a accounts) Get(ctx context.Context, key roster.PersonKey) (store.Holder, error) {
	if err := a.read(); err != nil {
		return store.Holder{}, err
	}
	return a.behind.Get(ctx, key)
}

// Find passes the call on.
func (a accounts) Find(ctx context.Context, company, login string) (store.Holder, error) {
	if err := a.read(); err != nil {
		return store.Holder{}, err
	}
	return a.behind.Find(ctx, company, login)
}

// ByLink passes the call on.
func (a accounts) ByLink(ctx context.Context, hash string) (store.Holder, error) {
	if err := a.read(); err != nil {
		return store.Holder{}, err
	}
	return a.behind.ByLink(ctx, hash)
}

// Update passes the call on.
func (a accounts) Update(
	ctx context.Context, key roster.PersonKey, change func(roster.User, roster.Account) (roster.Account, error),
) (store.Holder, error) {
	if err := a.write(); err != nil {
		return store.Holder{}, err
	}
	return a.behind.Update(ctx, key, change)
}

// Due passes the call on. It is not counted, as it is asked again and again.
func (a accounts) Due(ctx context.Context, now time.Time, limit int) ([]store.Due, error) {
	if err := a.store.unavailable(); err != nil {
		return nil, err
	}
	return a.behind.Due(ctx, now, limit)
}

// Changed passes the call on. It is not counted, as it is asked again and again.
func (a accounts) Changed(ctx context.Context, since time.Time, told func(store.Holder) error) error {
	if err := a.store.unavailable(); err != nil {
		return err
	}
	return a.behind.Changed(ctx, since, told)
}

// Avatar passes the call on.
func (a accounts) Avatar(ctx context.Context, key roster.PersonKey) ([]byte, time.Time, error) {
	if err := a.read(); err != nil {
		return nil, time.Time{}, err
	}
	return a.behind.Avatar(ctx, key)
}

// SetAvatar passes the call on.
func (a accounts) SetAvatar(ctx context.Context, key roster.PersonKey, jpeg []byte) error {
	if err := a.write(); err != nil {
		return err
	}
	return a.behind.SetAvatar(ctx, key, jpeg)
}
