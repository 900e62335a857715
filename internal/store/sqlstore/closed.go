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

// closed is what the epochs of a store are raised by once a copy of it was made. No writer has such an epoch and nobody is given
// another one, so that nothing is written that the copy would lack.
const closed int64 = 1 << 62

// errMoved says of a store that a copy of it was made.
var errMoved = fmt.Errorf("%w: it was copied to another store, which has taken its place: give the manager the URL of that one; "+
	"to go on with this one all the same, run \"manager store restored\" on it", store.ErrUnavailable)

// allFences is the name of the lock that whoever fences shares with others who do, and whoever closes the store has alone.
const allFences = "fences"

// checkOpen is errMoved where the store is closed, and keeps it as it is until the transaction ends.
func (s *Store) checkOpen(ctx context.Context, tx *sql.Tx, how Locking) error {
	if err := s.dialect.Lock(ctx, tx, how, allFences); err != nil {
		return err
	}
	search := &statement{dialect: s.dialect}
	search.say("SELECT EXISTS (SELECT 1 FROM writer_epochs WHERE epoch >= ").value(closed).say(")")
	moved := false
	err := tx.QueryRowContext(ctx, search.text.String(), search.args...).Scan(&moved)
	if err == nil && moved {
		return errMoved
	}
	return err
}

// installations are those that were fenced, and those that have records all the same.
const installations = "SELECT installation FROM writer_epochs UNION SELECT stamp_installation FROM tenants" +
	" UNION SELECT stamp_installation FROM tenant_groups UNION SELECT stamp_installation FROM channel_policies" +
	" UNION SELECT stamp_installation FROM users"

// silence keeps every manager from writing until the transaction ends: those that write wait, and none begins to.
func (s *Store) silence(ctx context.Context, tx *sql.Tx) error {
	if err := s.checkOpen(ctx, tx, Exclusively); err != nil {
		return err
	}
	var fences []string
	search := &statement{dialect: s.dialect}
	search.say("SELECT installation FROM (", installations, ") AS i WHERE installation IS NOT NULL ORDER BY installation")
	err := search.each(ctx, tx, func(rows *sql.Rows) error {
		var installation string
		err := rows.Scan(&installation)
		fences = append(fences, fenceOf(installation))
		return err
	})
	if err != nil {
		return err
	}
	return s.dialect.Lock(ctx, tx, Exclusively, fences...)
}

// shut closes a silenced store to every manager.
func (s *Store) shut(ctx context.Context, tx *sql.Tx) error {
	raise := &statement{dialect: s.dialect}
	if err := raise.say("UPDATE writer_epochs SET epoch = epoch + ").value(closed).exec(ctx, tx); err != nil {
		return err
	}
	// One that was never fenced would begin with the first epoch.
	begin := &statement{dialect: s.dialect}
	begin.say("INSERT INTO writer_epochs (installation, epoch) SELECT installation, CAST(").value(closed)
	begin.say(" AS BIGINT) FROM (", installations, ") AS i WHERE installation IS NOT NULL ON CONFLICT (installation) DO NOTHING")
	return begin.exec(ctx, tx)
}

// Renew gives the store another ID, and opens it to managers if it was closed; each of them has to fence anew.
func (s *Store) Renew(ctx context.Context) (string, error) {
	id, empty := uuid.NewString(), false
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if empty, err = s.empty(ctx, tx); err != nil || empty {
			return err
		}
		name := &statement{dialect: s.dialect}
		if err := name.say("UPDATE store_identity SET id = ").value(id).exec(ctx, tx); err != nil {
			return err
		}
		open := &statement{dialect: s.dialect}
		return open.say("UPDATE writer_epochs SET epoch = epoch % ").value(closed).say(" + 1").exec(ctx, tx)
	})
	if err == nil && empty {
		return "", errors.New("the identity store holds nothing, so it is none that was restored: see that its URL is right")
	}
	return id, err
}
