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

// connect answers the connections of the store, and makes them and the tables if need be.
func (s *Store) connect(ctx context.Context) (*pools, error) {
	select {
	case s.connecting <- struct{}{}:
		defer func() { <-s.connecting }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s.pools != nil {
		return s.pools, nil
	}
	reads, writes, err := s.dialect.Connect()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	p := &pools{reads, writes}
	if err := s.prepare(ctx, p); err != nil {
		return nil, errors.Join(s.explain(ctx, err), reads.Close(), writes.Close())
	}
	s.pools = p
	return p, nil
}

// prepare makes the tables what this program needs, and the store's ID if there is none.
func (s *Store) prepare(ctx context.Context, p *pools) error {
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
