// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/store/sqlstore"
	"github.com/roster-dev/roster/internal/store/sqlstore/postgres"
	"github.com/roster-dev/roster/internal/store/sqlstore/sqlite"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

// firstVersions run SQL over a database of the first version of the schema, and open it with this program, which migrates it.
var firstVersions = map[string]func(t testing.TB, statements string) *sqlstore.Store{
	"SQLite": func(t testing.TB, statements string) *sqlstore.Store {
		path := filepath.Join(t.TempDir(), "roster.db")
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = db.ExecContext(t.Context(), dumped(t, "sqlite")+statements)
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatalf("making a file of the first version: %v", err)
		}
		return closing(t)(sqlite.Open("sqlite://" + path))
	},
	"PostgreSQL": func(t testing.TB, statements string) *sqlstore.Store {
		server := postgresserver.Shared(t)
		database := server.Database(t)
		// A dump leaves the connection without a schema to look in.
		server.Run(t, database, dumped(t, "postgres")+"; SET search_path = public; "+statements)
		return closing(t)(postgres.Open(server.URL(postgresserver.Administrator, database)))
	},
}

func dumped(t testing.TB, driver string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(driver, "testdata", "version-1.sql"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What a tenant says of its groups after a migration is what the manager is going to say: otherwise everybody's view would change for
// a moment, and people would be told.
func TestMigrationTellsWhichTenantsHaveGroups(t *testing.T) {
	const statements = `
		DELETE FROM users; DELETE FROM tenant_groups; DELETE FROM tenants;
		INSERT INTO tenants (company, tenant, display_name, others_messages, unassigned_scope, settings, retired, created_at, updated_at)
			SELECT company, tenant, '', 'Allowed', 'General', '{}', retired, '2030-01-01T00:00:00Z', '2030-01-01T00:00:00Z' FROM (
				SELECT 'acme' AS company, 'nothing' AS tenant, FALSE AS retired UNION ALL SELECT 'acme', 'general', FALSE
				UNION ALL SELECT 'acme', 'group', FALSE UNION ALL SELECT 'acme', 'declared', FALSE
				UNION ALL SELECT 'acme', 'retired', TRUE UNION ALL SELECT 'other', 'group', FALSE UNION ALL SELECT 'other', 'declared', FALSE
			) AS t;
		INSERT INTO tenant_groups (company, tenant, group_name, display_name, all_channels, routing_strategy, created_at, updated_at)
			SELECT 'acme', tenant, group_name, '', TRUE, '', '2030-01-01T00:00:00Z', '2030-01-01T00:00:00Z' FROM (
				SELECT 'general' AS tenant, 'general' AS group_name UNION ALL SELECT 'group', 'general' UNION ALL SELECT 'group', 'billing'
				UNION ALL SELECT 'retired', 'billing'
			) AS g;
		INSERT INTO users (id, company, user_name, active, company_administrator, credential_mode, created_at, updated_at)
			VALUES ('one', 'acme', 'one', FALSE, FALSE, '', '2030-01-01T00:00:00Z', '2030-01-01T00:00:00Z');
		INSERT INTO memberships (user_id, company, tenant, active, role, others_archived_calls, offline_messages, live_visitors,
				live_visitor_preview, others_offline_messages, after_conversation, after_call)
			SELECT 'one', 'acme', tenant, FALSE, 'Worker', FALSE, FALSE, FALSE, FALSE, FALSE, FALSE, FALSE
			FROM (SELECT 'declared' AS tenant UNION ALL SELECT 'general') AS m;
		INSERT INTO membership_groups VALUES ('one', 'declared', 'gone', 'Normal'), ('one', 'general', 'general', 'Normal');`
	want := []string{
		"acme|declared|1", "acme|general|0", "acme|group|1", "acme|nothing|0", "acme|retired|1", "other|declared|0", "other|group|0",
	}
	for database, open := range firstVersions {
		t.Run(database, func(t *testing.T) {
			s := open(t, statements)
			got := ask(t, s, "SELECT company, tenant, has_groups FROM tenants ORDER BY company, tenant")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("which tenants have groups, be it that somebody who is deactivated names one (-expected +got):\n%s", diff)
			}
		})
	}
}

// A cause had the name of a policy in a field of its own.
func TestMigrationNamesCausesAlike(t *testing.T) {
	const statements = `
		DELETE FROM grants;
		INSERT INTO grants (user_id, company, tenant, channel, online, away, causes)
			SELECT id, company, 'acme', 'Chat', TRUE, TRUE, '[{"kind":"Direct"},{"kind":"Policy","policy":"a"},{"kind":"Policy","policy":"policy"}]'
			FROM users WHERE user_name = 'worker';`
	for database, open := range firstVersions {
		t.Run(database, func(t *testing.T) {
			got := lines(t, open(t, statements), "SELECT causes FROM grants")
			want := lines(t, databases[database](t), `SELECT '[{"kind":"Direct"},{"kind":"Policy","name":"a"},{"kind":"Policy","name":"policy"}]' AS causes`)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the causes of a grant (-expected +got):\n%s", diff)
			}
		})
	}
}
