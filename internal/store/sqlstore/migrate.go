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
	"path"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"

	"github.com/roster-dev/roster/internal/store"
)

// migrations are those of every database, and a folder for each database that has further ones. They share one sequence of
// numbers, since the version of the schema is one number.
//
//go:embed migrations
var migrations embed.FS

// versionTable is where the version of the schema is kept.
const versionTable = "schema_version"

// layers are folders that look like one.
type layers []string

// migrationsOf are the migrations of a database.
func migrationsOf(d Dialect) fs.FS {
	const folder = "migrations"
	return layers{folder, path.Join(folder, d.Migrations())}
}

// Open opens a file of whichever folder has it.
func (l layers) Open(name string) (fs.File, error) {
	for _, folder := range l {
		file, err := migrations.Open(path.Join(folder, name))
		if !errors.Is(err, fs.ErrNotExist) {
			return file, err
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// ReadDir lists the files of all folders; a folder that is not there has none.
func (l layers) ReadDir(name string) ([]fs.DirEntry, error) {
	var all []fs.DirEntry
	for _, folder := range l {
		entries, err := migrations.ReadDir(path.Join(folder, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		all = append(all, entries...)
	}
	slices.SortFunc(all, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return all, nil
}

// schemaOf are the migrations of a database, none of which is run by that.
func (s *Store) schemaOf(db *sql.DB) (*goose.Provider, error) {
	return goose.NewProvider(goose.Dialect(s.dialect.Migrations()), db, migrationsOf(s.dialect),
		goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true))
}

// recognize tells whether the tables are those this program knows, without changing them.
func (s *Store) recognize(ctx context.Context, db *sql.DB) error {
	schema, err := s.schemaOf(db)
	if err != nil {
		return err
	}
	var known, have int64
	for _, source := range schema.ListSources() {
		known = max(known, source.Version)
	}
	// The one query that every version of the schema answers.
	if err := db.QueryRowContext(ctx, "SELECT MAX(version_id) FROM "+versionTable).Scan(&have); err != nil {
		return err
	}
	if have != known {
		return fmt.Errorf("%w: its schema is version %d and this program reads version %d: use the program of the manager's release",
			store.ErrUnavailable, have, known)
	}
	return nil
}

func (s *Store) migrate(ctx context.Context, db *sql.DB) error {
	schema, err := s.schemaOf(db)
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
