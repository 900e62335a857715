// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/google/uuid"
	"github.com/pressly/goose/v3"

	"github.com/roster-dev/roster/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// versionTable is where the version of the schema is kept.
const versionTable = "schema_version"

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
	if err := s.migrate(ctx, p.writes); err != nil {
		return err
	}
	return transact(ctx, p.writes, nil, func(tx *sql.Tx) error {
		identity := insert(s.dialect, "store_identity", []string{"id"}, [][]any{{uuid.NewString()}})
		return identity.say(" ON CONFLICT DO NOTHING").exec(ctx, tx)
	})
}

func (s *Store) migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	schema, err := goose.NewProvider(goose.Dialect(s.dialect.Migrations()), db, files,
		goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	have, known, err := schema.GetVersions(ctx)
	if err != nil {
		return err
	}
	if have > known {
		return fmt.Errorf("%w: its schema is version %d, newer than this manager knows (%d): run a newer manager or restore a backup",
			store.ErrUnavailable, have, known)
	}
	if _, err := schema.Up(ctx); err != nil {
		return s.concurrently(ctx, schema, err)
	}
	return nil
}

// concurrently forgives that a migration failed where another program made the same one meanwhile.
func (s *Store) concurrently(ctx context.Context, schema *goose.Provider, failure error) error {
	pending, err := schema.HasPending(ctx)
	if err != nil || pending {
		return failure
	}
	return nil
}
