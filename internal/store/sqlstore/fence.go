// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/roster-dev/roster/internal/store"
)

// Fence begins a new epoch of an installation, once no writer of it is between its check and its commit.
func (s *Store) Fence(ctx context.Context, installation string) (int64, error) {
	if err := store.CheckInstallation(installation); err != nil {
		return 0, err
	}
	var epoch int64
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := s.checkOpen(ctx, tx, Shared); err != nil {
			return err
		}
		if err := s.dialect.Lock(ctx, tx, Exclusively, fenceOf(installation)); err != nil {
			return err
		}
		next := insert(s.dialect, "writer_epochs", []string{"installation", "epoch"}, [][]any{{installation, 1}})
		next.say(" ON CONFLICT (installation) DO UPDATE SET epoch = writer_epochs.epoch + 1 RETURNING epoch")
		return tx.QueryRowContext(ctx, next.text.String(), next.args...).Scan(&epoch)
	})
	return epoch, err
}

// checkEpoch tells whether a writer is the one of its installation, and keeps it so until the transaction ends.
func (s *Store) checkEpoch(ctx context.Context, tx *sql.Tx, stamp store.Stamp) error {
	if err := s.dialect.Lock(ctx, tx, Shared, fenceOf(stamp.Installation)); err != nil {
		return err
	}
	var current int64
	search := &statement{dialect: s.dialect}
	search.say("SELECT epoch FROM writer_epochs WHERE installation = ").value(stamp.Installation)
	err := tx.QueryRowContext(ctx, search.text.String(), search.args...).Scan(&current)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return store.CheckEpoch(stamp, current)
}

// fenceOf is the name of the lock that writers of an installation share and who fences them has alone.
func fenceOf(installation string) string { return fmt.Sprintf("fence %q", installation) }
