// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres_test

import (
	"slices"
	"testing"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

// ours are the tables and views of the store, as rows r of pg_class.
const ours = "pg_class r WHERE r.relnamespace = 'public'::regnamespace AND r.relkind IN ('r', 'v')"

func TestEverythingHasAComment(t *testing.T) {
	server := postgresserver.Shared(t)
	db := server.Connect(t, migrated(t, server))
	for what, search := range map[string]string{
		"schema":        "SELECT 'public' WHERE obj_description('public'::regnamespace) NOT LIKE 'Roster:%'",
		"table or view": "SELECT r.relname FROM " + ours + " AND obj_description(r.oid) IS NULL",
		"column": "SELECT r.relname || '.' || a.attname FROM pg_attribute a, " + ours +
			" AND a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped AND col_description(r.oid, a.attnum) IS NULL",
	} {
		for _, name := range query(t, db, search) {
			t.Errorf("the %s %s has no comment; expected the schema to explain itself: a migration in migrations/postgres adds it", what, name)
		}
	}
	if tables := query(t, db, "SELECT r.relname FROM "+ours); len(tables) < 10 {
		t.Errorf("there are the tables %v; expected this test to look at all of them", tables)
	}
}

func TestEveryConstraintHasANameOfItsOwn(t *testing.T) {
	server := postgresserver.Shared(t)
	db := server.Connect(t, migrated(t, server))
	search := "SELECT c.conname FROM pg_constraint c, " + ours + " AND c.conrelid = r.oid AND r.relname <> 'schema_version' AND c.conname !~ ('^' || r.relname || '_')"
	if names := query(t, db, search); len(names) > 0 {
		t.Errorf("the constraints %v do not begin with the name of their table; expected each to be named so", names)
	}
}

// The platform says where people are, and changes nothing else.
func TestThePlatformWritesPresenceOnly(t *testing.T) {
	server := postgresserver.Shared(t)
	name := migrated(t, server)
	s := open(t, server.URL(postgresserver.Administrator, name))
	populate(t, s)
	db := server.Connect(t, name)
	id := query(t, db, "SELECT id FROM users WHERE user_name = 'worker'")[0]
	if _, err := db.Exec(t.Context(), "SET ROLE roster_platform"); err != nil {
		t.Fatalf("becoming the platform: %v; expected the migration to have made the role", err)
	}
	for statement, allowed := range map[string]bool{
		"DELETE FROM presence WHERE FALSE":                           true,
		"DELETE FROM presence_channels WHERE FALSE":                  true,
		"SELECT * FROM users":                                        false,
		"SELECT * FROM effective_channels":                           false,
		"UPDATE users SET active = FALSE":                            false,
		"DELETE FROM grants":                                         false,
		"UPDATE access SET sees_all = TRUE":                          false,
		"INSERT INTO capability_sets VALUES ('mine')":                false,
		"UPDATE capabilities SET reach = 'Tenant'":                   false,
		"UPDATE presence SET tenant = 'globex'":                      false,
		"UPDATE presence_channels SET channel = 'Email'":             false,
		"TRUNCATE presence":                                          false,
		"ALTER TABLE presence_channels DISABLE TRIGGER USER":         false,
		"DROP TRIGGER presence_channels_accept ON presence_channels": false,
		"CREATE TABLE mine (n INT)":                                  false,
	} {
		if _, err := db.Exec(t.Context(), statement); (err == nil) != allowed {
			t.Errorf("%s: %v; expected the platform to be let: %t", statement, err, allowed)
		}
	}
	for _, statement := range []string{"RESET ROLE", "CREATE SCHEMA roster_platform AUTHORIZATION roster_platform", "SET ROLE roster_platform",
		"CREATE TABLE roster_platform.presence AS SELECT user_id, tenant, 'Online' AS state FROM public.presence",
		"INSERT INTO roster_platform.presence VALUES ('" + id + "', 'acme', 'Online')"} {
		if _, err := db.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if _, err := db.Exec(t.Context(), "INSERT INTO presence_channels VALUES ('"+id+"', 'acme', 'Chat', FALSE)"); err == nil {
		t.Error("a channel is switched by a table of the platform's own, called presence; expected the store's to count")
	}
	if _, err := db.Exec(t.Context(), "DROP TABLE roster_platform.presence"); err != nil {
		t.Fatal(err)
	}
	present := "INSERT INTO presence (user_id, tenant, state) VALUES ('" + id + "', 'acme', 'Away') " +
		"ON CONFLICT (user_id, tenant) DO UPDATE SET state = excluded.state"
	switched := "INSERT INTO presence_channels (user_id, tenant, channel, switched_on) VALUES ('" + id + "', 'acme', 'Chat', FALSE) " +
		"ON CONFLICT (user_id, tenant, channel) DO UPDATE SET switched_on = excluded.switched_on"
	for _, statement := range []string{present, present, switched, switched, "SELECT state FROM presence", "SELECT switched_on FROM presence_channels"} {
		if _, err := db.Exec(t.Context(), statement); err != nil {
			t.Errorf("%s: %v; expected the platform to be let", statement, err)
		}
	}
}

// No locale changes the order of a listing.
func TestTextIsOrderedByItsBytes(t *testing.T) {
	server := postgresserver.Shared(t)
	db := server.Connect(t, migrated(t, server))
	columns := query(t, db, "SELECT r.relname || '.' || a.attname FROM pg_attribute a, "+ours+
		` AND r.relkind = 'r' AND a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'text'::regtype
		AND a.attcollation <> (SELECT oid FROM pg_collation WHERE collname = 'C' AND collnamespace = 'pg_catalog'::regnamespace)`)
	if len(columns) > 0 {
		t.Errorf("the columns %v are ordered by a locale; expected COLLATE \"C\": a migration in migrations/postgres sets it", columns)
	}
}

func TestReadersReadAndDoNotWrite(t *testing.T) {
	server := postgresserver.Shared(t)
	name := migrated(t, server)
	populate(t, open(t, server.URL(postgresserver.Administrator, name)))
	db := server.Connect(t, name)
	server.Run(t, name, "CREATE TABLE later (n INT)")
	if _, err := db.Exec(t.Context(), "SET ROLE roster_reader"); err != nil {
		t.Fatalf("becoming the reader: %v; expected the migration to have made the role", err)
	}
	if got := query(t, db, "SELECT user_name FROM effective_channels WHERE tenant = 'acme' AND channel = 'Phone'"); !slices.Equal(got, []string{"worker"}) {
		t.Errorf("a reader finds %v; expected the worker", got)
	}
	for _, table := range query(t, db, "SELECT r.relname FROM "+ours) {
		_, err := db.Exec(t.Context(), "SELECT count(*) FROM "+table)
		if secret := slices.Contains([]string{"accounts", "links", "logins"}, table); (err != nil) != secret {
			t.Errorf("reading %s: %v; expected a reader to be let, also for tables that come later, but for those with hashes", table, err)
		}
	}
	for _, statement := range []string{
		"UPDATE users SET active = FALSE", "DELETE FROM grants", "INSERT INTO tenant_channels VALUES ('a', 'b', 'c')",
		"TRUNCATE memberships", "CREATE TABLE mine (n INT)", "DROP VIEW effective_channels", "UPDATE effective_channels SET capacity = 1",
		"DELETE FROM presence", "UPDATE presence SET state = 'Offline'", "UPDATE capabilities SET reach = 'Tenant'", "DELETE FROM access",
	} {
		if _, err := db.Exec(t.Context(), statement); err == nil {
			t.Errorf("%s succeeds; expected a reader not to be let", statement)
		}
	}
}

// Whoever checks passwords itself reads no more than that takes.
func TestAuthenticatorsReadLoginsAlone(t *testing.T) {
	server := postgresserver.Shared(t)
	name := migrated(t, server)
	s := open(t, server.URL(postgresserver.Administrator, name))
	populate(t, s)
	for _, password := range []string{"", "$argon2id$x"} {
		_, err := s.Accounts().Update(t.Context(), roster.NewPersonKey(company, "worker"), func(_ roster.User, a roster.Account) (roster.Account, error) {
			a.Password = password
			return a, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	db := server.Connect(t, name)
	if _, err := db.Exec(t.Context(), "SET ROLE roster_authenticator"); err != nil {
		t.Fatalf("becoming the authenticator: %v; expected the migration to have made the role", err)
	}
	if got := query(t, db, "SELECT user_name || ' ' || password_hash FROM logins"); !slices.Equal(got, []string{"worker $argon2id$x"}) {
		t.Errorf("an authenticator finds %v; expected the worker with the hash", got)
	}
	for _, table := range query(t, db, "SELECT r.relname FROM "+ours+" AND r.relname <> 'logins'") {
		if _, err := db.Exec(t.Context(), "SELECT count(*) FROM "+table); err == nil {
			t.Errorf("reading %s succeeds; expected an authenticator not to be let", table)
		}
	}
}
