// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

// perTenant is how many people a tenant of a crowd has: so many a worked query may read.
const perTenant = 100

// crowd fills a database with people, each with a membership and two grants, and lets the server look at them once.
func crowd(t testing.TB, server *postgresserver.Server, database string, people int) {
	t.Helper()
	for _, statement := range []string{
		fmt.Sprintf(`INSERT INTO tenants (company, tenant, display_name, others_messages, unassigned_scope, settings, retired, created_at, updated_at)
			SELECT 'contact-centre', 'tenant' || n, '', 'Allowed', 'General', '{}', FALSE, now(), now() FROM generate_series(0, %d) n`, people/perTenant),
		"INSERT INTO tenant_channels SELECT company, tenant, channel FROM tenants, unnest(ARRAY['Chat', 'Phone']) channel",
		fmt.Sprintf(`INSERT INTO users (id, company, user_name, email, email_key, active, company_administrator, credential_mode, created_at, updated_at)
			SELECT 'id' || n, 'contact-centre', 'user' || n, n || '@example.com', n || '@example.com', TRUE, FALSE, 'ActivationLink', now(), now()
			FROM generate_series(1, %d) n`, people),
		fmt.Sprintf(`INSERT INTO memberships (user_id, company, tenant, active, role, others_archived_calls, offline_messages, live_visitors,
				live_visitor_preview, others_offline_messages, after_conversation, after_call)
			SELECT id, company, 'tenant' || substr(id, 3)::int / %d, TRUE, 'Worker', TRUE, TRUE, TRUE, TRUE, TRUE, TRUE, TRUE FROM users`, perTenant),
		`INSERT INTO grants (user_id, company, tenant, channel, online, away, capacity, causes)
			SELECT m.user_id, m.company, m.tenant, channel, TRUE, TRUE, 2, '[{"kind":"Policy","name":"voice"}]'
			FROM memberships m, unnest(ARRAY['Chat', 'Phone']) channel`,
		"VACUUM ANALYZE",
	} {
		server.Run(t, database, statement)
	}
}

// asked is what readers ask a crowd, and the store itself, often: what each answers is a small part of what there is.
var asked = map[string]string{
	"one channel of a tenant":   "SELECT user_name, capacity FROM effective_channels WHERE company = 'contact-centre' AND tenant = 'tenant7' AND channel = 'Phone' AND online",
	"the channels of a person":  "SELECT tenant, channel, away FROM effective_channels WHERE company = 'contact-centre' AND user_name = 'user777' ORDER BY tenant, channel",
	"a person by ID":            "SELECT * FROM effective_channels WHERE user_id = 'id777'",
	"the causes in a tenant":    "SELECT e.user_name, cause->>'name' FROM effective_channels AS e, jsonb_array_elements(e.causes) AS cause WHERE e.company = 'contact-centre' AND e.tenant = 'tenant7' AND cause->>'kind' = 'Policy'",
	"a person by address":       "SELECT * FROM users WHERE company = 'contact-centre' AND email_key = '777@example.com'",
	"a person by object":        "SELECT * FROM users WHERE stamp_installation = 'x' AND stamp_namespace = 'x' AND stamp_kind = 'x' AND stamp_name = 'x'",
	"a tenant's Administrators": "SELECT 1 FROM memberships AS m JOIN users AS u ON u.id = m.user_id WHERE m.company = 'contact-centre' AND m.tenant = 'tenant7' AND m.role = 'Administrator' AND m.active AND u.active",
	"the company's own":         "SELECT 1 FROM users WHERE company = 'contact-centre' AND company_administrator",
	"a page of people":          "SELECT * FROM users AS r WHERE r.company = 'contact-centre' AND (r.user_name) > ('user2') ORDER BY r.company, r.user_name LIMIT 100",
}

func TestReadersAreServedByIndexes(t *testing.T) {
	server := postgresserver.Shared(t)
	database := migrated(t, server)
	crowd(t, server, database, 5000)
	db := server.Connect(t, database)
	for reason, question := range asked {
		for _, step := range query(t, db, "EXPLAIN "+question) {
			for _, table := range []string{"grants", "users", "memberships"} {
				if strings.Contains(step, "Seq Scan on "+table+" ") {
					t.Errorf("%s: the plan has the step %q; expected no large table to be read from end to end", reason, step)
				}
			}
		}
	}
}

func BenchmarkReadersOfHundredThousandPeople(b *testing.B) {
	server := postgresserver.Shared(b)
	database := migrated(b, server)
	crowd(b, server, database, 100_000)
	db := server.Connect(b, database)
	for reason, question := range asked {
		b.Run(strings.ReplaceAll(reason, " ", "-"), func(b *testing.B) {
			for b.Loop() {
				rows, err := db.Query(b.Context(), question)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]any, error) { return row.Values() }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
