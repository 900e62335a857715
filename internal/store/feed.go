// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package store

import "context"

// Feed is a store that tells when another program than a manager changes a record.
type Feed interface {
	// Watch tells of every such change until ctx ends or the feed breaks off. It begins with a change of nothing in particular, once
	// nothing can be missed any more: what happened before is not known. Changes of one record that come together may be told once,
	// and one may be told that came to nothing. Told is called for one change at a time. ErrUnsupported: the store has no feed.
	// ErrUnavailable: there is none at present, or it broke off.
	Watch(ctx context.Context, told func(Change)) error
}

// Change is that another program changed a record, made or removed it.
type Change struct {
	// Key is the record's: a roster.TenantKey, GroupKey, PolicyKey or PersonKey. Nil is that any record may have changed.
	Key any
}

// Mendable is a store in which records share something that no Put of one of them looks at again.
type Mendable interface {
	// Mend puts right what was changed of it by another program, as far as the store knows what it should be, and answers how many
	// parts it mended. What it does not know shows in the records from then on. ErrUnsupported: nothing is shared.
	Mend(ctx context.Context) (mended int, err error)
}
