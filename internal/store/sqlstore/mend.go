// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

var _ store.Mendable = (*Store)(nil)

// Mend puts right the sets of capabilities, and what is said beside people of their accounts.
func (s *Store) Mend(ctx context.Context) (mended int, err error) {
	sets, err := s.mendDamaged(ctx)
	if err != nil {
		return sets, err
	}
	passwords, err := s.mendPasswords(ctx)
	return sets + passwords, err
}

// saidOtherwise are the people of whom another program said that they have a password, or have none.
const saidOtherwise = `users WHERE has_password <> EXISTS (
    SELECT 1 FROM accounts AS a WHERE a.user_id = users.id AND a.password_hash IS NOT NULL
)`

// mendPasswords says beside people again whether they have a password.
func (s *Store) mendPasswords(ctx context.Context) (mended int, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+saidOtherwise).Scan(&mended)
	})
	if err != nil || mended == 0 {
		return 0, err
	}
	return mended, s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, strings.Replace("UPDATE "+saidOtherwise, " WHERE", " SET has_password = NOT has_password WHERE", 1))
		return err
	})
}

// mendDamaged looks at all sets of capabilities, of which there are few. One that is not what its name says is written anew where it is known what
// that is, and else taken away: then it shows in the people who have it, and the next of them who is written brings it back.
func (s *Store) mendDamaged(ctx context.Context) (mended int, err error) {
	damaged, err := s.damagedSets(ctx)
	if err != nil || len(damaged) == 0 {
		return 0, err
	}
	err = s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		forget := &statement{dialect: s.dialect}
		if err := forget.say("DELETE FROM capabilities WHERE capability_set IN ").tuple(anyOf(damaged)).exec(ctx, tx); err != nil {
			return err
		}
		known := map[string][]roster.HeldCapability{}
		for _, name := range damaged {
			if set, found := s.sets.find(name); found {
				known[name] = set
			}
		}
		names := slices.Sorted(maps.Keys(known))
		if len(names) == 0 {
			return nil
		}
		if _, err := s.nameSets(ctx, tx, names); err != nil {
			return err
		}
		return s.fillSets(ctx, tx, known, names, " ON CONFLICT DO NOTHING")
	})
	return len(damaged), err
}

// damagedSets are the names of those that do not hold what they say, and of those that are remembered and gone though somebody has them; at most
// as many as one statement takes.
func (s *Store) damagedSets(ctx context.Context) ([]string, error) {
	held := map[string][]roster.HeldCapability{}
	err := s.view(ctx, func(tx *sql.Tx) error {
		search := &statement{dialect: s.dialect}
		search.say("SELECT ").list("", namesOf(members)).say(" FROM capabilities ORDER BY capability_set, capability")
		if err := search.each(ctx, tx, func(rows *sql.Rows) error {
			var m memberRow
			read, into := cells(members, &m)
			if err := rows.Scan(into...); err != nil {
				return err
			}
			if len(marredColumns(members, &m, read)) > 0 {
				// No set has a capability without a name, so that this one is not what its own says.
				m.held = roster.HeldCapability{}
			}
			held[m.set] = append(held[m.set], m.held)
			return nil
		}); err != nil {
			return err
		}
		named := &statement{dialect: s.dialect}
		named.say("SELECT DISTINCT capability_set FROM access WHERE capability_set IS NOT NULL")
		return named.each(ctx, tx, func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			if _, found := held[name]; !found {
				held[name] = nil
			}
			return err
		})
	})
	var damaged []string
	for name, set := range held {
		_, known := s.sets.find(name)
		if setOf(set) != name && (len(set) > 0 || known) {
			damaged = append(damaged, name)
		}
	}
	slices.Sort(damaged)
	return damaged[:min(len(damaged), rowsPerInsert)], err
}
