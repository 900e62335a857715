// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package store

import "context"

// Renewable is a store that can be told that it is not what its managers remember.
type Renewable interface {
	// Renew gives the store another ID and answers it. Whoever starts over the store then compares every object with it, once, and
	// writes what differs. It is for a store that was restored from a backup, and for one that a copy was made of and that
	// is to be written to again. No manager may run over the store meanwhile: it would go on by the old ID. An error that is no
	// ErrUnavailable: the store holds nothing.
	Renew(ctx context.Context) (id string, err error)
}

// Copyable is a store that can move into another place.
type Copyable interface {
	// CopyTo makes another store, which must be empty, what this one is: its ID, all records with their IDs, stamps and times, and
	// the epochs of writers. It happens whole or not at all, and no manager can write to this store while it lasts, nor
	// afterwards, until Renew. Told is called with the number of rows of each table that is copied; they count once all is. Stores
	// can be copied where both are databases of one family; errors say which condition does not hold, or are ErrUnavailable
	// or ErrRejected.
	CopyTo(ctx context.Context, to Store, told func(table string, rows int)) error
}
