// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"time"

	"github.com/roster-dev/roster/internal/roster"
)

// Accounts is what people log in by, beside their records. It goes with the record of a person, and stays as it is while a manifest is synced
// but for what roster.Account.Follow says. Every call is one transaction.
type Accounts interface {
	// Get reads the account of a person, which is empty where nothing was kept yet. ErrNotFound: there is no such person.
	Get(ctx context.Context, key roster.PersonKey) (Holder, error)
	// Find reads the account of whoever logs in by a name in a company: a user name, or else an e-mail address, in any case of letters.
	// ErrNotFound: nobody does.
	Find(ctx context.Context, company, login string) (Holder, error)
	// ByLink reads the account that has a link, by the hash of the link's token. ErrNotFound: none has.
	ByLink(ctx context.Context, hash string) (Holder, error)
	// Update makes an account what change answers, and answers what it is then. Change is given what there is, by itself until the
	// transaction ends; it may be called more than once, and its error ends the transaction without a write. An equal account is not
	// written. ErrNotFound: there is no such person. ErrRejected: two links have one hash.
	Update(ctx context.Context, key roster.PersonKey, change func(roster.User, roster.Account) (roster.Account, error)) (Holder, error)
	// Due are links that are to be sent by now, the longest due first, at most so many, each with its account.
	Due(ctx context.Context, now time.Time, limit int) ([]Due, error)
	// Changed hands over the accounts that changed at or after a time, in the order of their changes and a page at a time; the zero time is
	// all. An account that changes meanwhile may be handed over again. An error of told ends it.
	Changed(ctx context.Context, since time.Time, told func(Holder) error) error
	// Avatar is the picture a person set of himself, as a JPEG, and when. ErrNotFound: there is none.
	Avatar(ctx context.Context, key roster.PersonKey) (jpeg []byte, set time.Time, err error)
	// SetAvatar sets it, or removes it where nothing is given. ErrNotFound: there is no such person.
	SetAvatar(ctx context.Context, key roster.PersonKey, jpeg []byte) error
}

// Holder is a person and the account.
type Holder struct {
	// ID is that of the person's record.
	ID   string
	User roster.User
	// Owner is whose record the person's is.
	Owner Owner
	// Home is the record of the person's home tenant, or of the first by name where none is named; the zero record where there is none.
	Home    roster.TenantRecord
	Account roster.Account
	// Changed is when the account was last changed; zero is never.
	Changed time.Time
}

// Due is a link that is to be sent.
type Due struct {
	Holder
	Link roster.Link
}
