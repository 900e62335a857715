// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package store is the port to the identity store: what a driver must offer, in the values of the core, and the errors it
// answers with. A driver maps records; it decides nothing. The laws every driver keeps are the subtests of package storetest.
package store

import (
	"context"
	"iter"
	"time"

	"github.com/roster-dev/roster/internal/roster"
)

// PageSize is how many records a List reads at a time.
const PageSize = 500

// Store is an identity store. Its methods are safe for concurrent use.
type Store interface {
	// Tenants, Groups, Policies and People are the aggregates it keeps.
	Tenants() Records[roster.TenantKey, roster.TenantRecord]
	Groups() Records[roster.GroupKey, roster.Group]
	Policies() Records[roster.PolicyKey, roster.Policy]
	People() Records[roster.PersonKey, roster.Person]
	// Accounts are what people log in by.
	Accounts() Accounts

	Epochs

	// Companies are the names of the companies that have records, in order.
	Companies(ctx context.Context) ([]string, error)
	// ID names this store for good. It is made with the store and replaced only when the store is restored from a backup.
	ID(ctx context.Context) (string, error)
	// Close releases what the store holds. No other method may be called after it.
	Close() error
}

// Epochs tell the one writer of an installation from those before it, which may not know yet that they are replaced.
type Epochs interface {
	// Fence begins a new epoch of an installation and answers it; the first is 1. From then on a write whose stamp has another
	// epoch of that installation, or none, answers ErrFenced and writes nothing, however far it got before. ErrRejected: the
	// installation has no name.
	Fence(ctx context.Context, installation string) (epoch int64, err error)
}

// Records is one kind of aggregate in a store. Every call is one transaction: it happens whole or not at all, also when
// its context is cancelled, and no reader sees half of an aggregate.
type Records[K comparable, V any] interface {
	// Get reads a record. ErrNotFound: there is none.
	Get(ctx context.Context, key K) (Stored[V], error)
	// Put makes the record equal to value, by difference, and creates it with the stamp where there is none. A record
	// that is equal already is not written, and needs neither guard nor epoch, unless it is taken over or taken up: then
	// the stamp is written. One that is marred is written, too.
	// ErrForeign: the record exists and is not the stamp's to write, see CheckOwner. ErrConflict: a unique value is taken.
	// ErrLastAdministrator: a guard does not hold, or a tenant would not be administered. ErrOverBudget: a tenant's budget does not allow
	// the removal. ErrRejected: the store cannot hold the value. ErrFenced: the stamp's epoch is not the installation's current one.
	Put(ctx context.Context, value V, stamp Stamp, terms Terms) (Written[V], error)
	// Delete removes a record, if the terms are kept; From is nothing to it. ErrNotFound: there is none. ErrForeign, ErrLastAdministrator,
	// ErrOverBudget and ErrFenced as for Put; a record that a new object must take up first is not its to delete.
	Delete(ctx context.Context, key K, stamp Stamp, terms Terms) error
	// Release removes the stamp and leaves the record as it is, to nobody. Errors as for Delete.
	Release(ctx context.Context, key K, stamp Stamp) error
	// List streams the records of a company in the order of their keys, reading PageSize at a time. It is stable under
	// concurrent writes: a record that is there throughout is seen exactly once. The stream ends after an error.
	List(ctx context.Context, company string) iter.Seq2[Stored[V], error]
}

// Stored is a record as it was read.
type Stored[V any] struct {
	// Value is the record, in canonical form.
	Value V
	// Stamp says whose the record is; the zero stamp is nobody's.
	Stamp Stamp
	// ID is the store's own, lasting name of a person: it stays when the person leaves and comes back, and is never used
	// again. Other aggregates have none.
	ID string
	// Marred are the names, the driver's own, of what is kept beside the value and should follow from it but does not, such as
	// "users.email_key": another program changed it. They are in order, each once. Whatever is put next mends it.
	Marred []string
}

// Written is what a Put did.
type Written[V any] struct {
	// ID as in Stored.
	ID string
	// Changed is false where the record was equal already and its stamp was not written either.
	Changed bool
	// Before is the value the write replaced, in canonical form, read in the same transaction; it equals the new one where the
	// stamp alone was written. Nil: the record is new, or was not changed.
	Before *V
}

// Owner is whose a record is: one object of one installation. A rebuilt cluster or a restored namespace that declares the
// same object is the same owner.
type Owner struct {
	Installation, Namespace, Kind, Name string
}

// Stamp is what a record carries of its owner.
type Stamp struct {
	Owner
	// UID of the object at the last change: it tells an object that was made anew from the one before, see CheckOwner. Empty
	// tells nothing.
	UID string
	// Generation of the object at the last change. It informs people and is never compared.
	Generation int64
	// Epoch of the writer, as Fence answered it; 0 is a writer of an installation that was never fenced. What a record carries
	// informs people; a writer's own is compared with the installation's current one.
	Epoch int64
}

// Terms are what a Put depends on besides the stamp. The zero Terms are none.
type Terms struct {
	// Guards are tenants in which somebody other than the person written must be a live Administrator when the write is
	// committed.
	Guards []roster.TenantKey
	// Administered demands the same of every tenant that loses the person as a live Administrator by this write, if the store
	// has it and it is not retired. Which these are is told by the record that is replaced, read in the same transaction; a write that
	// takes no administration away costs nothing for it. It is for people, and nothing to the other aggregates.
	Administered bool
	// Removal says that the write removes people because an object vanished, which counts against the budgets of tenants; nil is that it
	// does not.
	Removal *Removal
	// Invitation makes a link for the person, in the same transaction, if he needs one once he is written: see roster.Account.Follow. Nil is none.
	Invitation *roster.Invitation
	// From is the owner the record may be taken over from by this write, besides being the stamp's already; the zero owner is
	// nobody. It must be exactly whose the record is when the write is committed. Nil is no one. The stamp's own owner lets a
	// new object have what it would be held from.
	From *Owner
}

// Removal is a write by which live people of tenants cease to be, since the object that declared them, or the Tenant, is gone. Which
// tenants and how many people these are is told by the record that is replaced, read in the same transaction: see CheckRemoval.
type Removal struct {
	// At is when it is.
	At time.Time
	// Confirmed are the confirmations that people gave for tenants of the company, by the tenant's name.
	Confirmed map[string]roster.Confirmation
	// Held says that the record is to go because its removal was held. Where that is so no more when the write is committed, since an
	// object declares the record again, the write answers ErrNotFound.
	Held bool
}
