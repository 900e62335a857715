// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package store is the port to the identity store: what a driver must offer, in the values of the core, and the errors it
// answers with. A driver maps records; it decides nothing. The laws every driver keeps are the subtests of package storetest.
package store

import (
	"context"
	"iter"

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

	// ID names this store for good. It is made with the store and replaced only when the store is restored from a backup.
	ID(ctx context.Context) (string, error)
	// Close releases what the store holds. No other method may be called after it.
	Close() error
}

// Records is one kind of aggregate in a store. Every call is one transaction: it happens whole or not at all, also when
// its context is cancelled, and no reader sees half of an aggregate.
type Records[K comparable, V any] interface {
	// Get reads a record. ErrNotFound: there is none.
	Get(ctx context.Context, key K) (Stored[V], error)
	// Put makes the record equal to value, by difference, and creates it with the stamp where there is none. A record
	// that is equal already is not written, whatever the information in its stamp.
	// ErrForeign: the record exists and its stamp has another identity, or none. ErrConflict: a unique value is taken.
	// ErrLastAdministrator: a guard does not hold. ErrRejected: the store cannot hold the value.
	Put(ctx context.Context, value V, stamp Stamp, guards ...Guard) (Written, error)
	// Delete removes a record. ErrNotFound: there is none. ErrForeign and ErrLastAdministrator as for Put.
	Delete(ctx context.Context, key K, stamp Stamp, guards ...Guard) error
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
}

// Written is what a Put did.
type Written struct {
	// ID as in Stored.
	ID string
	// Changed is false where the record was equal already.
	Changed bool
}

// Owner is whose a record is: one object of one installation. A rebuilt cluster or a restored namespace that declares the
// same object is the same owner.
type Owner struct {
	Installation, Namespace, Kind, Name string
}

// Stamp is what a record carries of its owner.
type Stamp struct {
	Owner
	// UID and Generation of the object, and the Epoch of the manager, at the last change. They inform people and are never compared.
	UID        string
	Generation int64
	Epoch      int64
}

// Guard makes a write depend on what the store holds when it is committed: in the tenant, somebody other than the person
// written must be a live Administrator.
type Guard struct {
	Tenant roster.TenantKey
}
