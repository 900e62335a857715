// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres_test

import (
	"slices"
	"testing"

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
		if _, err := db.Exec(t.Context(), "SELECT count(*) FROM "+table); err != nil {
			t.Errorf("reading %s: %v; expected a reader to be let, also for tables that come later", table, err)
		}
	}
	for _, statement := range []string{
		"UPDATE users SET active = FALSE", "DELETE FROM grants", "INSERT INTO tenant_channels VALUES ('a', 'b', 'c')",
		"TRUNCATE memberships", "CREATE TABLE mine (n INT)", "DROP VIEW effective_channels", "UPDATE effective_channels SET capacity = 1",
	} {
		if _, err := db.Exec(t.Context(), statement); err == nil {
			t.Errorf("%s succeeds; expected a reader not to be let", statement)
		}
	}
}
