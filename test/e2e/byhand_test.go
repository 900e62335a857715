// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

// recordTables are the tables that hold part of a record. That none is forgotten, and that every column shows where it is edited, is tested of
// the stores themselves.
var recordTables = []string{
	"tenants", "tenant_channels", "tenant_away_channels", "tenant_groups", "group_channels", "channel_policies", "users", "memberships",
	"membership_groups", "membership_team", "membership_permissions", "grants", "access", "capabilities",
}

// othersTables are all the others, with why they are left out.
var othersTables = map[string]string{
	"accounts": "the person's own", "links": "what was sent", "self_profiles": "the person's own",
	"presence": "the platform's", "presence_channels": "the platform's", "removal_windows": "counted", "writer_epochs": "a writer fences anew",
	"store_identity": "the store's own", "schema_version": "the migrations'", "sqlite_sequence": "SQLite's own", "capability_sets": "has a key and no more",
}

// opened is a database that a test edits as another program would.
type opened struct {
	*sql.DB
	columns, tables, row string
	// sweep is a statement that has all records looked at, where that is needed.
	sweep string
}

func openedSQLite(db *sql.DB) opened {
	return opened{
		db, "SELECT name, type FROM pragma_table_info('%s') ORDER BY cid", "SELECT name FROM sqlite_schema WHERE type = 'table'", "rowid", "SELECT 1",
	}
}

func openedPostgreSQL(db *sql.DB) opened {
	return opened{
		db, "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '%s' ORDER BY ordinal_position",
		"SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'", "ctid",
		"SELECT pg_notify('roster_changes', '{}')",
	}
}

// pairs are the rows of a query of one or two columns.
func (o opened) pairs(t *testing.T, query string) [][2]string {
	t.Helper()
	rows, err := o.QueryContext(t.Context(), query)
	must(t, err)
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	must(t, err)
	var list [][2]string
	for rows.Next() {
		var pair [2]string
		must(t, rows.Scan([]any{&pair[0], &pair[1]}[:len(names)]...))
		list = append(list, pair)
	}
	must(t, rows.Err())
	return list
}

// edits are statements that change every column of every table of records, and that remove a row of each.
func (o opened) edits(t *testing.T) []string {
	t.Helper()
	for _, table := range o.pairs(t, o.tables) {
		if !slices.Contains(recordTables, table[0]) && othersTables[table[0]] == "" {
			t.Errorf("the table %s is new: say whether it holds part of a record", table[0])
		}
	}
	var statements []string
	for _, table := range recordTables {
		one := fmt.Sprintf("%s = (SELECT %s FROM %s LIMIT 1)", o.row, o.row, table)
		for _, c := range o.pairs(t, fmt.Sprintf(o.columns, table)) {
			if expression := otherValue(table, c[0], strings.ToUpper(c[1])); expression != "" {
				statements = append(statements, fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s", table, c[0], expression, one))
			}
		}
		if table != "users" {
			// Whoever is removed comes back under another ID, which is tested elsewhere.
			statements = append(statements, fmt.Sprintf("DELETE FROM %s WHERE %s", table, one))
		}
	}
	return statements
}

// dump is all that is in the tables of records, but for who wrote it and when.
func (o opened) dump(t *testing.T) map[string][][2]string {
	t.Helper()
	all := map[string][][2]string{}
	for _, table := range recordTables {
		var texts []string
		for _, c := range o.pairs(t, fmt.Sprintf(o.columns, table)) {
			if !strings.HasPrefix(c[0], "stamp_") && !strings.HasSuffix(c[0], "ed_at") {
				texts = append(texts, "COALESCE(CAST("+c[0]+" AS TEXT), 'NULL')")
			}
		}
		all[table] = o.pairs(t, "SELECT "+strings.Join(texts, " || '|' || ")+" AS line FROM "+table+" ORDER BY 1")
	}
	return all
}

// otherValue is another value of a column; empty is that an edit of it makes another record, or tells people something.
func otherValue(table, column, kind string) string {
	keys := map[string]string{"tenants": "company tenant", "tenant_groups": "company tenant group_name", "channel_policies": "company tenant policy_name", "users": "id company user_name"}
	if strings.HasPrefix(column, "stamp_") || strings.HasSuffix(column, "ed_at") || slices.Contains(strings.Fields(keys[table]), column) {
		return ""
	}
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

func TestEveryHandEditIsPutRight(t *testing.T) {
	t.Parallel()
	t.Run("SQLite, by sweeps", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "roster.db")
		c := newCompany(t, at(t, "sqlite://"+path), sweepingEvery(10*time.Millisecond))
		c.repairs(openedSQLite(database(t, "sqlite", path+"?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)")))
	})
	t.Run("PostgreSQL, by its feed", func(t *testing.T) {
		t.Parallel()
		server := postgresserver.Shared(t)
		url := server.URL(postgresserver.Administrator, server.Database(t))
		c := newCompany(t, at(t, url))
		c.repairs(openedPostgreSQL(database(t, "pgx", url)))
	})
}

// repairs edits all there is to edit, one thing after another, and expects each to be put right.
func (c *company) repairs(db opened) {
	c.t.Helper()
	tenant := testkit.Tenant(c.namespace, "north", func(t *v1alpha1.Tenant) { t.Spec.AwayRouting.Channels = []v1alpha1.Channel{v1alpha1.ChannelChat} })
	group := testkit.Group(c.namespace, "sales", "north", func(g *v1alpha1.Group) { g.Spec.Channels = []v1alpha1.Channel{v1alpha1.ChannelChat} })
	policy := testkit.ChannelPolicy(c.namespace, "voice", "north", testkit.For(v1alpha1.PolicySubject{Role: v1alpha1.RoleManager}))
	worker := testkit.Operator(c.namespace, "worker", testkit.InTenant("north", testkit.InGroups("sales")))
	manager := testkit.Operator(c.namespace, "manager", testkit.InTenant("north", testkit.Leading("worker"), testkit.InGroups("sales"),
		func(e *v1alpha1.OperatorTenant) { e.Permissions = []v1alpha1.Permission{v1alpha1.PermissionViewEmails} }))
	c.create(tenant, group, policy, worker, manager)
	c.allReady()
	before := db.dump(c.t)
	var took []time.Duration
	for _, statement := range db.edits(c.t) {
		begun := time.Now()
		result, err := db.ExecContext(c.t.Context(), statement)
		if err != nil {
			continue // The database itself does not let it be done: a key that others refer to.
		}
		if rows, err := result.RowsAffected(); err != nil || rows == 0 {
			c.t.Errorf("%q should change a row, it changed %d, %v", statement, rows, err)
		}
		if strings.Contains(statement, "capabilities") {
			// What people share is put right by sweeps.
			_, err := db.ExecContext(c.t.Context(), db.sweep)
			must(c.t, err)
		}
		testkit.Eventually(c.t, fmt.Sprintf("what %q did is put right", statement), func(context.Context) (bool, string) {
			diff := cmp.Diff(before, db.dump(c.t))
			if diff == "" {
				return true, ""
			}
			return false, fmt.Sprintf("%s\nstatuses: %v\ncounts: %+v", diff, c.told(c.t.Context()), c.store.Counts())
		})
		took = append(took, time.Since(begun))
	}
	if len(took) < 80 {
		c.t.Errorf("there should be more than 80 columns to edit, %d edits were made", len(took))
	}
	slices.Sort(took)
	c.t.Logf("%d edits by hand were put right, half of them within %s, the last within %s", len(took), took[len(took)/2], took[len(took)-1])
}
