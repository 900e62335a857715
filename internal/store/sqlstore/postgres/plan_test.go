// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
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
			SELECT 'id' || n, 'contact-centre', 'user' || n, n || '@example.com', n || '@example.com', TRUE, FALSE, 'IdentityProvider', now(), now()
			FROM generate_series(1, %d) n`, people),
		fmt.Sprintf(`INSERT INTO memberships (user_id, company, tenant, active, role, others_archived_calls, offline_messages, live_visitors,
				live_visitor_preview, others_offline_messages, after_conversation, after_call)
			SELECT id, company, 'tenant' || substr(id, 3)::int / %d, TRUE, 'Worker', TRUE, TRUE, TRUE, TRUE, TRUE, TRUE, TRUE FROM users`, perTenant),
		`INSERT INTO grants (user_id, company, tenant, channel, online, away, capacity, causes)
			SELECT m.user_id, m.company, m.tenant, channel, TRUE, TRUE, 2, '[{"kind":"Policy","name":"voice"}]'
			FROM memberships m, unnest(ARRAY['Chat', 'Phone']) channel`,
		`INSERT INTO tenant_groups (company, tenant, group_name, display_name, all_channels, routing_strategy, created_at, updated_at)
			SELECT company, tenant, group_name, '', TRUE, 'RoundRobin', now(), now() FROM tenants, unnest(ARRAY['general', 'billing', 'sales']) group_name`,
		`INSERT INTO membership_groups SELECT user_id, tenant, group_name, 'Normal' FROM memberships, unnest(ARRAY['billing', 'sales']) group_name`,
		fmt.Sprintf(`INSERT INTO membership_team SELECT user_id, tenant, 'user' || (substr(user_id, 3)::int / %[1]d * %[1]d + n)
			FROM memberships, generate_series(1, 5) n WHERE substr(user_id, 3)::int %% 10 = 7`, perTenant),
		"INSERT INTO capability_sets SELECT 'set' || n FROM generate_series(0, 9) n",
		`INSERT INTO capabilities SELECT capability_set, 'capability' || n, 'Tenant', '[{"kind":"Role","name":"Worker"}]'
			FROM capability_sets, generate_series(1, 20) n`,
		"INSERT INTO capabilities VALUES ('set7', 'rare', 'Tenant', '[]')",
		`INSERT INTO access (user_id, company, tenant, role, sees_all, unassigned, sessions, emails, archived_calls, offline_messages,
				others_offline_messages, capability_set)
			SELECT user_id, company, tenant, 'Worker', FALSE, FALSE, FALSE, FALSE, FALSE, TRUE, FALSE, 'set' || substr(user_id, 3)::int % 10
			FROM memberships`,
		"INSERT INTO presence SELECT user_id, tenant, 'Online' FROM memberships",
		"INSERT INTO presence_channels SELECT user_id, tenant, channel, TRUE FROM grants",
		"VACUUM ANALYZE",
	} {
		server.Run(t, database, statement)
	}
}

// asked is what readers ask a crowd, and the store itself, often: what each answers is a small part of what there is.
func asked(t testing.TB) map[string]string {
	questions := maps.Clone(queries)
	questions["may a person read"] = mayRead(t)
	return questions
}

// mayRead is the question of the guide for readers, about one of the crowd.
func mayRead(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("../../../../docs/store.md")
	if err != nil {
		t.Fatal(err)
	}
	question := regexp.MustCompile("(?s)```sql\n([^`]*AS may_read;)\n```").FindStringSubmatch(string(text))
	if question == nil {
		t.Fatal("docs/store.md has no query that tells who may_read; expected one")
	}
	return strings.NewReplacer("acme", "tenant7", "id-of-lead", "id777", "id-of-worker", "id778").Replace(question[1])
}

var queries = map[string]string{
	"one channel of a tenant":   "SELECT user_name, capacity FROM effective_channels WHERE company = 'contact-centre' AND tenant = 'tenant7' AND channel = 'Phone' AND online AND state = 'Active'",
	"the channels of a person":  "SELECT tenant, channel, away FROM effective_channels WHERE company = 'contact-centre' AND user_name = 'user777' ORDER BY tenant, channel",
	"a person by ID":            "SELECT * FROM effective_channels WHERE user_id = 'id777'",
	"the causes in a tenant":    "SELECT e.user_name, cause->>'name' FROM effective_channels AS e, jsonb_array_elements(e.causes) AS cause WHERE e.company = 'contact-centre' AND e.tenant = 'tenant7' AND cause->>'kind' = 'Policy'",
	"a person's access":         "SELECT * FROM effective_access WHERE company = 'contact-centre' AND tenant = 'tenant7' AND user_id = 'id777'",
	"a person's capabilities":   "SELECT capability, reach FROM effective_capabilities WHERE company = 'contact-centre' AND tenant = 'tenant7' AND user_name = 'user777'",
	"who has a capability":      "SELECT user_name, reach FROM effective_capabilities WHERE company = 'contact-centre' AND tenant = 'tenant7' AND capability = 'capability7' AND state = 'Active'",
	"who has a rare capability": "SELECT user_name, reach FROM effective_capabilities WHERE company = 'contact-centre' AND tenant = 'tenant7' AND capability = 'rare' AND state = 'Active'",
	"a person's groups":         "SELECT group_name FROM effective_groups WHERE company = 'contact-centre' AND tenant = 'tenant7' AND user_name = 'user777'",
	"a person's team":           "SELECT member FROM effective_teams WHERE company = 'contact-centre' AND tenant = 'tenant7' AND user_name = 'user777'",
	"a person's routes":         "SELECT channel, group_name, routable FROM effective_routes WHERE company = 'contact-centre' AND tenant = 'tenant7' AND user_name = 'user777'",
	"the routes of a group":     "SELECT user_name, capacity FROM effective_routes WHERE company = 'contact-centre' AND tenant = 'tenant7' AND channel = 'Phone' AND group_name = 'billing' AND routable",
	"a person by address":       "SELECT * FROM users WHERE company = 'contact-centre' AND email_key = '777@example.com'",
	"a person by object":        "SELECT * FROM users WHERE stamp_installation = 'x' AND stamp_namespace = 'x' AND stamp_kind = 'x' AND stamp_name = 'x'",
	"a tenant's Administrators": "SELECT 1 FROM memberships AS m JOIN users AS u ON u.id = m.user_id WHERE m.company = 'contact-centre' AND m.tenant = 'tenant7' AND m.role = 'Administrator' AND m.active AND u.active",
	"the tenants with no other Administrator": "SELECT t.tenant FROM tenants AS t WHERE t.company = 'contact-centre' AND NOT t.retired AND NOT (" +
		"EXISTS (SELECT 1 FROM memberships AS m JOIN users AS u ON u.id = m.user_id WHERE m.company = t.company AND m.tenant = t.tenant AND m.role = 'Administrator' AND m.active" +
		" AND u.active AND NOT (u.company = 'contact-centre' AND u.user_name = 'user7')) OR EXISTS (SELECT 1 FROM users AS u LEFT JOIN memberships AS m ON m.user_id = u.id AND m.tenant = t.tenant" +
		" WHERE u.company = t.company AND u.company_administrator AND (m.user_id IS NULL OR m.active) AND u.active AND NOT (u.company = 'contact-centre' AND u.user_name = 'user7'))) ORDER BY t.tenant",
	"the company's own": "SELECT 1 FROM users WHERE company = 'contact-centre' AND company_administrator",
	"a page of people":  "SELECT * FROM users AS r WHERE r.company = 'contact-centre' AND (r.user_name) > ('user2') ORDER BY r.company, r.user_name LIMIT 100",
}

func TestReadersAreServedByIndexes(t *testing.T) {
	server := postgresserver.Shared(t)
	database := migrated(t, server)
	crowd(t, server, database, 5000)
	db := server.Connect(t, database)
	for reason, question := range asked(t) {
		for _, step := range query(t, db, "EXPLAIN "+question) {
			for _, table := range []string{"grants", "users", "memberships", "membership_groups", "membership_team", "access", "presence", "presence_channels"} {
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
	for reason, question := range asked(b) {
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
