// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision

import (
	"cmp"
	"context"
	"reflect"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// AccountWish is what an object wants of a person's account. What of it was carried out before is not carried out again.
type AccountWish struct {
	// Invitation makes a link, if the person needs one; nil is that no links are made.
	Invitation *roster.Invitation
	// Resend and Reset are requests for a new link, and to void the password; empty is none.
	Resend, Reset string
	// Secret is the version of the Secret that gives the person a first password, and Password hashes that; empty is that none does.
	Secret   string
	Password func(context.Context) (hash string, err error)
	// Now is when.
	Now time.Time
}

// EnsureAccount makes the account of a person whose record is stored what an object wants of it, and answers what it is. Where nothing is to be
// done it is read only. ErrNotFound: there is no such person. The password of a Secret is hashed only if it is given; where that fails, all else
// is carried out still, so that a request to void a password never waits for a better Secret.
func (p *Provisioner) EnsureAccount(ctx context.Context, key roster.PersonKey, wish AccountWish) (store.Holder, error) {
	is, err := p.store.Accounts().Get(ctx, key)
	if err != nil {
		return is, err
	}
	hash := ""
	var refused error
	if asked := wish.asked(is.User, is.Account); wish.Secret != "" && asked.TakesSecret(is.User, wish.Secret) {
		if hash, refused = wish.Password(ctx); refused != nil {
			hash = ""
		}
	}
	if reflect.DeepEqual(wish.carriedOut(is.User, is.Account, hash), is.Account) {
		return is, refused
	}
	is, err = p.store.Accounts().Update(ctx, key, func(u roster.User, a roster.Account) (roster.Account, error) { return wish.carriedOut(u, a, hash), nil })
	return is, cmp.Or(err, refused)
}

// asked is the account once requests are carried out.
func (w AccountWish) asked(u roster.User, a roster.Account) roster.Account {
	a = a.ResetPassword(u, w.Reset, w.Invitation, w.Now)
	if w.Invitation != nil {
		a = a.Resend(u, *w.Invitation)
	}
	return a
}

// carriedOut is the account once everything is, with the hash of the Secret's password.
func (w AccountWish) carriedOut(u roster.User, a roster.Account, hash string) roster.Account {
	person := roster.Person{User: u}
	a = w.asked(u, a).Follow(person, person, w.Invitation, w.Now)
	if hash != "" {
		a = a.GivePassword(u, hash, w.Secret, w.Now)
	}
	return a
}
