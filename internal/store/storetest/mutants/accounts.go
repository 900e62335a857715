// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mutants

import (
	"context"
	"slices"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// The laws about accounts.
const (
	accountRoundTrip  = "Account: it is empty until something is kept, is found by each name of its person, and comes back as it was kept"
	accountUnchanged  = "Account: an equal one is not written, and an error of the change writes nothing"
	accountTogether   = "Account: changes at once are made one after another"
	accountInvitation = "Account: an invitation makes one link, in the transaction that makes or changes the person, for whoever needs one"
	accountFollows    = "Account: it goes with its person, and is void where the rules say so"
	accountDue        = "Account: links that are due are told, the longest due first"
	accountsChanged   = "Account: those that changed are told in the order of their changes"
	accountPicture    = "Account: a picture comes back as it was set, and goes"
)

type change = func(roster.User, roster.Account) (roster.Account, error)

// accountBug is a bug in accounts: what is not nil stands in for the sound.
type accountBug struct {
	store.Accounts
	find    func(ctx context.Context, company, login string) (store.Holder, error)
	update  func(ctx context.Context, key roster.PersonKey, c change) (store.Holder, error)
	due     func(ctx context.Context, now time.Time, limit int) ([]store.Due, error)
	changed func(ctx context.Context, since time.Time, told func(store.Holder) error) error
	set     func(ctx context.Context, key roster.PersonKey, jpeg []byte) error
}

// Find has the bug, if there is one.
func (b accountBug) Find(ctx context.Context, company, login string) (store.Holder, error) {
	if b.find != nil {
		return b.find(ctx, company, login)
	}
	return b.Accounts.Find(ctx, company, login)
}

// Update has the bug, if there is one.
func (b accountBug) Update(ctx context.Context, key roster.PersonKey, c change) (store.Holder, error) {
	if b.update != nil {
		return b.update(ctx, key, c)
	}
	return b.Accounts.Update(ctx, key, c)
}

// Due has the bug, if there is one.
func (b accountBug) Due(ctx context.Context, now time.Time, limit int) ([]store.Due, error) {
	if b.due != nil {
		return b.due(ctx, now, limit)
	}
	return b.Accounts.Due(ctx, now, limit)
}

// Changed has the bug, if there is one.
func (b accountBug) Changed(ctx context.Context, since time.Time, told func(store.Holder) error) error {
	if b.changed != nil {
		return b.changed(ctx, since, told)
	}
	return b.Accounts.Changed(ctx, since, told)
}

// SetAvatar has the bug, if there is one.
func (b accountBug) SetAvatar(ctx context.Context, key roster.PersonKey, jpeg []byte) error {
	if b.set != nil {
		return b.set(ctx, key, jpeg)
	}
	return b.Accounts.SetAvatar(ctx, key, jpeg)
}

func inAccounts(plant func(sound store.Accounts) accountBug) func(store.Store) store.Store {
	return itself(func(p *planted) {
		bug := plant(p.accounts)
		bug.Accounts = p.accounts
		p.accounts = bug
	})
}

func ofAccounts() []mutant {
	return []mutant{
		{"a person is found by the user name alone", inAccounts(func(in store.Accounts) accountBug {
			return accountBug{find: func(ctx context.Context, company, login string) (store.Holder, error) {
				return in.Get(ctx, roster.NewPersonKey(company, login))
			}}
		}), []string{accountRoundTrip}},
		{"one link is kept only", inAccounts(func(in store.Accounts) accountBug {
			return accountBug{update: func(ctx context.Context, key roster.PersonKey, c change) (store.Holder, error) {
				return in.Update(ctx, key, func(u roster.User, a roster.Account) (roster.Account, error) {
					next, err := c(u, a)
					next.Links = next.Links[:min(1, len(next.Links))]
					return next, err
				})
			}}
		}), []string{accountRoundTrip}},
		{"an error of the change is passed over", inAccounts(func(in store.Accounts) accountBug {
			return accountBug{update: func(ctx context.Context, key roster.PersonKey, c change) (store.Holder, error) {
				return in.Update(ctx, key, func(u roster.User, a roster.Account) (roster.Account, error) {
					next, _ := c(u, a)
					return next, nil
				})
			}}
		}), []string{accountUnchanged}},
		{"the change is made of what was read before", inAccounts(readsBeforehand), []string{accountTogether}},
		{"invitations are not heard", itself(func(p *planted) {
			p.people = bug{aggregate: p.people, put: uninvited(p.people)}
		}), []string{accountInvitation, accountDue}},
		{"an invitation is a transaction of its own", itself(invitesBeside), []string{accountInvitation}},
		{"a picture outlives its person", itself(keepsPictures), []string{accountFollows}},
		{"what is due is told in the order of the names, and all of it", inAccounts(func(in store.Accounts) accountBug {
			return accountBug{due: func(ctx context.Context, now time.Time, _ int) ([]store.Due, error) {
				due, err := in.Due(ctx, now, 1000)
				slices.Reverse(due)
				return due, err
			}}
		}), []string{accountDue}},
		{"all accounts are told, whenever they changed", inAccounts(func(in store.Accounts) accountBug {
			return accountBug{changed: func(ctx context.Context, _ time.Time, told func(store.Holder) error) error {
				return in.Changed(ctx, time.Time{}, told)
			}}
		}), []string{accountsChanged}},
		{"a picture is set once", inAccounts(func(in store.Accounts) accountBug {
			return accountBug{set: func(ctx context.Context, key roster.PersonKey, jpeg []byte) error {
				if _, _, err := in.Avatar(ctx, key); err == nil {
					return nil
				}
				return in.SetAvatar(ctx, key, jpeg)
			}}
		}), []string{accountPicture}},
	}
}

// readsBeforehand makes the change outside the transaction.
func readsBeforehand(in store.Accounts) accountBug {
	return accountBug{update: func(ctx context.Context, key roster.PersonKey, c change) (store.Holder, error) {
		is, err := in.Get(ctx, key)
		if err != nil {
			return is, err
		}
		next, err := c(is.User, is.Account)
		if err != nil {
			return is, err
		}
		// Whoever changes it meanwhile is given time to.
		time.Sleep(time.Millisecond)
		return in.Update(ctx, key, func(roster.User, roster.Account) (roster.Account, error) { return next, nil })
	}}
}

type putting = func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error)

func uninvited(in aggregate) putting {
	return func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		terms.Invitation = nil
		return in.Put(ctx, value, stamp, terms)
	}
}

// invitesBeside makes the link whether or not the person is written.
func invitesBeside(p *planted) {
	in, accounts := p.people, p.accounts
	p.people = bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		person, is := value.(roster.Person)
		if !is || terms.Invitation == nil {
			return in.Put(ctx, value, stamp, terms)
		}
		_, _ = in.Put(ctx, value, stamp, store.Terms{})
		_, _ = accounts.Update(ctx, person.Key(), func(_ roster.User, a roster.Account) (roster.Account, error) {
			return a.Follow(roster.Person{}, person, terms.Invitation, terms.Invitation.At), nil
		})
		return in.Put(ctx, value, stamp, terms)
	}}
}

// keepsPictures sets the picture of whoever is gone again for whoever is made anew.
func keepsPictures(p *planted) {
	in, accounts := p.people, p.accounts
	pictures := map[roster.PersonKey][]byte{}
	p.people = bug{
		aggregate: in,
		remove: func(ctx context.Context, key any, stamp store.Stamp, terms store.Terms) error {
			if person, is := key.(roster.PersonKey); is {
				pictures[person], _, _ = accounts.Avatar(ctx, person)
			}
			return in.Delete(ctx, key, stamp, terms)
		},
		put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
			written, err := in.Put(ctx, value, stamp, terms)
			if person, is := value.(roster.Person); is && pictures[person.Key()] != nil {
				_ = accounts.SetAvatar(ctx, person.Key(), pictures[person.Key()])
			}
			return written, err
		},
	}
}
