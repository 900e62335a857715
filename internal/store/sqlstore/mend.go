// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

var _ store.Mendable = (*Store)(nil)

// Mend looks at all sets of capabilities, of which there are few. One that is not what its name says is written anew where it is known what that
// is, and else taken away: then it shows in the people who have it, and the next of them who is written brings it back.
func (s *Store) Mend(ctx context.Context) (mended int, err error) {
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
