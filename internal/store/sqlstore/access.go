// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"sync"

	"github.com/roster-dev/roster/internal/roster"
)

// accessRow is a person's access in a tenant. Its capabilities are a set, which is kept once for all who have it: a set follows
// from the role, the switches and the permissions, so that there are few of them.
type accessRow struct {
	company string
	row     roster.Access
	set     string
}

var accesses = accessPart{child[roster.Person, accessRow]{
	table: "access", reference: byUser, keys: 1,
	columns: []column[accessRow]{
		plain("tenant", func(a *accessRow) *string { return &a.row.Tenant }),
		plain("company", func(a *accessRow) *string { return &a.company }),
		plain("role", func(a *accessRow) *roster.Role { return &a.row.Role }),
		plain("sees_all", func(a *accessRow) *bool { return &a.row.Scope.All }),
		plain("unassigned", func(a *accessRow) *bool { return &a.row.Scope.Unassigned }),
		plain("sessions", func(a *accessRow) *bool { return &a.row.Scope.Sessions }),
		plain("emails", func(a *accessRow) *bool { return &a.row.Scope.Emails }),
		plain("archived_calls", func(a *accessRow) *bool { return &a.row.Scope.ArchivedCalls }),
		plain("offline_messages", func(a *accessRow) *bool { return &a.row.Scope.OfflineMessages }),
		plain("others_offline_messages", func(a *accessRow) *bool { return &a.row.Scope.OthersOfflineMessages }),
		optional("capability_set", func(a *accessRow) *string { return &a.set }),
	},
	rows: func(p *roster.Person) []accessRow {
		rows := make([]accessRow, len(p.Access))
		for i, a := range p.Access {
			rows[i] = accessRow{company: p.User.Company, row: a, set: setOf(a.Capabilities)}
		}
		return rows
	},
	add: func(p *roster.Person, a accessRow) (bool, string) {
		p.Access = append(p.Access, a.row)
		return true, repeats(a.company, p)
	},
}}

// accessPart remembers which set each access names, for the sets to be read once all rows are.
type accessPart struct {
	child[roster.Person, accessRow]
}

func (p *accessPart) scan(rows *sql.Rows, part int, key, padding []any, pick func() *record[roster.Person]) error {
	row, of, err := p.read(rows, part, key, padding, pick)
	if err == nil {
		of.sets = append(of.sets, row.set)
	}
	return err
}

// setOf names a set of capabilities in canonical form by what it holds: 32 hexadecimal digits, and the empty set by nothing.
func setOf(held []roster.HeldCapability) string {
	if len(held) == 0 {
		return ""
	}
	text := make([]byte, 0, 128*len(held))
	for _, h := range held {
		text = strconv.AppendQuote(text, string(h.Capability))
		text = strconv.AppendQuote(text, string(h.Reach))
		for _, c := range h.Causes {
			text = strconv.AppendQuote(append(text, '+'), string(c.Kind))
			text = strconv.AppendQuote(text, c.Name)
		}
		text = append(text, ';')
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// mostSets is how many sets are remembered at most: far more than there are, short of somebody making them up.
const mostSets = 4096

// dictionary remembers sets of capabilities that hold what their names say. A name says all of a set, so what is remembered
// stays true whatever becomes of the database. It is safe for concurrent use.
type dictionary struct {
	mu   sync.RWMutex
	sets map[string][]roster.HeldCapability
}

func (d *dictionary) find(name string) ([]roster.HeldCapability, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	set, found := d.sets[name]
	return set, found
}

// unknown are those of the names whose sets are not remembered, each once.
func (d *dictionary) unknown(names []string) []string {
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	return slices.DeleteFunc(names, func(name string) bool {
		_, known := d.find(name)
		return known || name == ""
	})
}

// remember keeps those of the sets that are what their names say.
func (d *dictionary) remember(sets map[string][]roster.HeldCapability) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.sets == nil || len(d.sets)+len(sets) > mostSets {
		d.sets = map[string][]roster.HeldCapability{}
	}
	for name, set := range sets {
		if setOf(set) == name {
			d.sets[name] = set
		}
	}
}

// readSets gives each access of people the capabilities of its set.
func readSets(ctx context.Context, q querier, s *Store, people []*record[roster.Person]) error {
	var names []string
	for _, p := range people {
		names = append(names, p.sets...)
	}
	found, err := s.readSets(ctx, q, s.sets.unknown(names))
	if err != nil {
		return err
	}
	for _, p := range people {
		for i, name := range p.sets {
			set, known := s.sets.find(name)
			if !known {
				set = found[name]
			}
			p.value.Access[i].Capabilities = copyOf(set)
		}
	}
	return nil
}

// copyOf is a set that shares nothing with the one that is remembered.
func copyOf(set []roster.HeldCapability) []roster.HeldCapability {
	own := slices.Clone(set)
	for i := range own {
		own[i].Causes = slices.Clone(own[i].Causes)
	}
	return own
}

type memberRow struct {
	set  string
	held roster.HeldCapability
}

// members are the columns of a set's capabilities.
var members = []column[memberRow]{
	plain("capability_set", func(m *memberRow) *string { return &m.set }),
	plain("capability", func(m *memberRow) *roster.Capability { return &m.held.Capability }),
	plain("reach", func(m *memberRow) *roster.Reach { return &m.held.Reach }),
	document("causes", func(m *memberRow) *[]roster.Cause { return &m.held.Causes }),
}

// readSets reads sets by their names, and remembers those that are what the names say.
func (s *Store) readSets(ctx context.Context, q querier, names []string) (map[string][]roster.HeldCapability, error) {
	sets := map[string][]roster.HeldCapability{}
	for some := range slices.Chunk(names, rowsPerInsert) {
		search := &statement{dialect: s.dialect}
		search.say("SELECT ").list("", namesOf(members)).say(" FROM capabilities WHERE capability_set IN ").tuple(anyOf(some))
		search.say(" ORDER BY capability_set, capability")
		err := search.each(ctx, q, func(rows *sql.Rows) error {
			var m memberRow
			err := rows.Scan(destinations(members, &m)...)
			sets[m.set] = append(sets[m.set], m.held)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if len(sets) > 0 {
		s.sets.remember(sets)
	}
	return sets, nil
}

func anyOf(names []string) []any {
	list := make([]any, len(names))
	for i, name := range names {
		list[i] = name
	}
	return list
}

// writeSets makes the sets that the accesses of a person name, those that are not there. One is never changed or removed: somebody
// else may name it.
func writeSets(ctx context.Context, tx *sql.Tx, s *Store, person *roster.Person, parts []difference) error {
	if !slices.ContainsFunc(parts, func(d difference) bool { return d.table == accesses.table && len(d.added)+len(d.changed) > 0 }) {
		return nil
	}
	sets := map[string][]roster.HeldCapability{}
	for _, a := range person.Access {
		if len(a.Capabilities) > 0 {
			sets[setOf(a.Capabilities)] = a.Capabilities
		}
	}
	for names := range slices.Chunk(slices.Sorted(maps.Keys(sets)), rowsPerInsert) {
		created, err := s.nameSets(ctx, tx, names)
		if err != nil {
			return err
		}
		if err := s.fillSets(ctx, tx, sets, created, ""); err != nil {
			return err
		}
		known := slices.DeleteFunc(names, func(name string) bool { return slices.Contains(created, name) })
		if err := s.mendSets(ctx, tx, sets, known); err != nil {
			return err
		}
	}
	return nil
}

// nameSets reserves the names of sets, and answers those that nobody reserved before. Whoever does so at the same time is waited for.
func (s *Store) nameSets(ctx context.Context, tx *sql.Tx, names []string) (created []string, err error) {
	rows := make([][]any, len(names))
	for i, name := range names {
		rows[i] = []any{name}
	}
	reserve := insert(s.dialect, "capability_sets", []string{"capability_set"}, rows)
	reserve.say(" ON CONFLICT DO NOTHING RETURNING capability_set")
	err = reserve.each(ctx, tx, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		created = append(created, name)
		return err
	})
	return created, err
}

// fillSets writes the capabilities of sets.
func (s *Store) fillSets(ctx context.Context, tx *sql.Tx, sets map[string][]roster.HeldCapability, names []string, otherwise string) error {
	var list [][]any
	for _, name := range names {
		for _, held := range sets[name] {
			values, err := valuesOf(members, &memberRow{name, held})
			if err != nil {
				return err
			}
			list = append(list, values)
		}
	}
	for rows := range slices.Chunk(list, rowsPerInsert) {
		if err := insert(s.dialect, "capabilities", namesOf(members), rows).say(otherwise).exec(ctx, tx); err != nil {
			return err
		}
	}
	for _, name := range names {
		s.sets.remember(map[string][]roster.HeldCapability{name: copyOf(sets[name])})
	}
	return nil
}

// mendSets looks at sets that were there before but were not read yet, and writes those anew that somebody changed.
func (s *Store) mendSets(ctx context.Context, tx *sql.Tx, sets map[string][]roster.HeldCapability, names []string) error {
	if _, err := s.readSets(ctx, tx, s.sets.unknown(names)); err != nil {
		return err
	}
	changed := s.sets.unknown(names)
	if len(changed) == 0 {
		return nil
	}
	forget := &statement{dialect: s.dialect}
	forget.say("DELETE FROM capabilities WHERE capability_set IN ").tuple(anyOf(changed))
	if err := forget.exec(ctx, tx); err != nil {
		return err
	}
	// Where somebody else mends the same, what that one writes is as right.
	return s.fillSets(ctx, tx, sets, changed, " ON CONFLICT DO NOTHING")
}
