// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"context"
	"database/sql"
)

// Batch is a batch as its tests see it.
type Batch struct{ behind *batch }

// NewBatch is a batch over a pool.
func NewBatch(writes *sql.DB, most int) Batch { return Batch{newBatch(writes, most)} }

// Run does what is to be done in a transaction.
func (b Batch) Run(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	return b.behind.run(ctx, do)
}

// Waiting is how many writes are queued.
func (b Batch) Waiting() int {
	b.behind.mu.Lock()
	defer b.behind.mu.Unlock()
	return len(b.behind.queue)
}
