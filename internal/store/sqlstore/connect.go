// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/roster-dev/roster/internal/store"
)

// attempt is one try to connect. All calls that come while it lasts share it, and it outlives them: a migration may take
// longer than any call waits.
type attempt struct {
	done chan struct{}
	// pools and failure are there once it is done.
	pools   *pools
	failure error
}

// connect answers the connections of the store, and makes them and the tables if need be.
func (s *Store) connect(ctx context.Context) (*pools, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	a := s.attempt()
	select {
	case <-a.done:
		return a.pools, a.failure
	case <-ctx.Done():
		return nil, s.explain(ctx, ctx.Err())
	}
}

// attempt is the attempt that succeeded or is under way, or else a new one.
func (s *Store) attempt() *attempt {
	s.connecting.Lock()
	defer s.connecting.Unlock()
	if s.latest != nil && !s.latest.failed() {
		return s.latest
	}
	a := &attempt{done: make(chan struct{})}
	s.latest = a
	go func() {
		defer close(a.done)
		a.pools, a.failure = s.open()
	}()
	return a
}

func (a *attempt) failed() bool {
	select {
	case <-a.done:
		return a.failure != nil
	default:
		return false
	}
}

func (s *Store) open() (*pools, error) {
	reads, writes, err := s.dialect.Connect()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	p := &pools{reads: reads, writes: writes, batch: newBatch(writes, s.dialect.Batch())}
	if err := s.prepare(s.living, p); err != nil {
		return nil, errors.Join(s.explain(s.living, err), p.close())
	}
	return p, nil
}

func (p *pools) close() error { return errors.Join(p.reads.Close(), p.writes.Close()) }

// prepare makes the tables what this program needs, and the store's ID if there is none.
func (s *Store) prepare(ctx context.Context, p *pools) error {
	if s.readOnly {
		return s.recognize(ctx, p.reads)
	}
	// A database that cannot be written now is found out here, at once; the migrations would try for a while.
	if err := transact(ctx, p.writes, nil, func(*sql.Tx) error { return nil }); err != nil {
		return err
	}
	migrate := func(db *sql.DB) error { return s.migrate(ctx, db) }
	if err := s.dialect.Migrating(ctx, p.writes, migrate); err != nil {
		return err
	}
	return transact(ctx, p.writes, nil, func(tx *sql.Tx) error {
		identity := insert(s.dialect, "store_identity", []string{"id"}, [][]any{{uuid.NewString()}})
		return identity.say(" ON CONFLICT DO NOTHING").exec(ctx, tx)
	})
}
