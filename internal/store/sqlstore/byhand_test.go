// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/sqlstore"
	"github.com/roster-dev/roster/internal/store/storetest"
)

// notRecords are the tables that hold nothing of a record, with why.
var notRecords = map[string]string{
	"presence":          "the platform says where people are",
	"presence_channels": "the platform says what they switched",
	"accounts":          "it is the person's own, and nothing says what it should be",
	"links":             "it is what was sent",
	"self_profiles":     "it is the person's own",
	"removal_windows":   "it is what was counted, and nothing says what it should be",
	"writer_epochs":     "a writer whose epoch is not there fences anew",
}

// onlyShown are the columns of which an edit makes another record, or one of another owner: it shows, and the record that was is written anew or
// in conflict.
func onlyShown(table, column string) bool {
	return strings.HasPrefix(column, "stamp_") || slices.Contains([]string{
		"tenants.company", "tenants.tenant", "tenant_groups.company", "tenant_groups.tenant", "tenant_groups.group_name", "channel_policies.company",
		"channel_policies.tenant", "channel_policies.policy_name", "users.id", "users.company", "users.user_name",
	}, table+"."+column)
}

// notLookedAt are columns that only tell people something.
var notLookedAt = []string{"created_at", "updated_at"}

// columns are those of a table with their types, as the database has them.
func columns(t testing.TB, s *sqlstore.Store, database, table string) [][2]string {
	t.Helper()
	question := "SELECT name, type FROM pragma_table_info('" + table + "') ORDER BY cid"
	if database == "PostgreSQL" {
		question = "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = '" + table + "' ORDER BY ordinal_position"
	}
	var list [][2]string
	for _, line := range ask(t, s, question) {
		name, kind, _ := strings.Cut(line, "|")
		list = append(list, [2]string{name, strings.ToUpper(kind)})
	}
	return list
}

// another is an expression for another value of a column.
func another(column, kind string) string {
	switch {
	case kind == "BOOLEAN":
		return "NOT " + column
	case kind == "BIGINT":
		return "COALESCE(" + column + ", 0) + 7"
	case kind == "JSONB":
		return `'[{"edited": "by hand"}]'`
	case strings.HasPrefix(kind, "TIMESTAMP"):
		return "'2001-02-03T04:05:06.000000Z'"
	}
	return "'edited by hand'"
}

// first is a condition that one row of a table has.
func first(database, table string) string {
	row := map[string]string{"SQLite": "rowid", "PostgreSQL": "ctid"}[database]
	return fmt.Sprintf("%s = (SELECT %s FROM %s LIMIT 1)", row, row, table)
}

// hand is what somebody does to the tables.
type hand struct {
	what, statement string
	// shown says that nothing mends it.
	shown bool
}

// hands are an edit of each column of each table that holds part of a record, the removal of a row of each, and a row too many. They are made of
// the schema, so that a column that is added is among them.
func hands(t testing.TB, s *sqlstore.Store, database string) []hand {
	t.Helper()
	var list []hand
	for _, table := range sqlstore.CopiedTables() {
		if notRecords[table] != "" {
			continue
		}
		all := columns(t, s, database, table)
		if len(all) == 0 {
			t.Fatalf("the table %s has no columns", table)
		}
		for _, c := range all {
			if name := c[0]; !slices.Contains(notLookedAt, name) {
				statement := fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s", table, name, another(name, c[1]), first(database, table))
				list = append(list, hand{"the column " + table + "." + name, statement, onlyShown(table, name)})
			}
		}
		list = append(list, hand{"a row of " + table + " that is gone", fmt.Sprintf("DELETE FROM %s WHERE %s", table, first(database, table)), false})
		if key := sqlstore.KeyOf(table); len(key) > 1 && table != "users" && !slices.ContainsFunc(all, func(c [2]string) bool { return c[0] == "created_at" }) {
			list = append(list, hand{"a row of " + table + " too many", tooMany(table, all, key[len(key)-1]), false})
		}
	}
	return list
}

// tooMany copies a row under another key.
func tooMany(table string, all [][2]string, key string) string {
	var names, values []string
	for _, c := range all {
		names, values = append(names, c[0]), append(values, c[0])
		if c[0] == key {
			values[len(values)-1] = "'stray'"
		}
	}
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s LIMIT 1", table, strings.Join(names, ", "), strings.Join(values, ", "), table)
}

func TestWhatIsEditedByHandShowsAndIsMended(t *testing.T) {
	for database, open := range databases {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			full := func() *sqlstore.Store {
				s := open(t)
				storetest.Fill(t, s)
				return s
			}
			s := full()
			for _, h := range hands(t, s, database) {
				if !t.Run(h.what, func(t *testing.T) { byHand(t, s, h) }) || h.shown {
					s = full()
				}
			}
		})
	}
}

// byHand does something to a store that is filled, and expects that it shows and is mended.
func byHand(t *testing.T, s *sqlstore.Store, h hand) {
	before := storetest.Read(t, s)
	if err := s.Execute(t.Context(), h.statement); err != nil {
		t.Logf("the database does not let it be done: %v", err)
		return
	}
	mended, err := s.Mend(t.Context())
	if err != nil {
		t.Fatalf("Mend: %v", err)
	}
	if diff := cmp.Diff(before, storetest.Read(t, s)); diff == "" && mended == 0 {
		t.Fatalf("%q shows nowhere; expected it to be in the records, or to be mended", h.statement)
	}
	if h.shown {
		return
	}
	changed := storetest.Restore(t, s, before)
	if changed+mended == 0 {
		t.Errorf("nothing was written; expected the record to be put right")
	}
	// A person whose row is gone comes back under another ID.
	if diff := cmp.Diff(before, storetest.Read(t, s), cmpopts.IgnoreFields(store.Stored[roster.Person]{}, "ID")); diff != "" {
		t.Errorf("the records once they were put right (-before +after):\n%s", diff)
	}
	if again := storetest.Restore(t, s, before); again > 0 {
		t.Errorf("putting it right once more changed %d records; expected that nothing is left to change", again)
	}
}
