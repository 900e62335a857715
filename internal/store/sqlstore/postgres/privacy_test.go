// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

// What the server says of a value it does not take may hold the value; what the store says holds names of columns only.
func TestErrorsNeverHoldValues(t *testing.T) {
	const private = "private.person"
	server := postgresserver.Shared(t)
	cases := []struct {
		reason string
		// spoil changes the database, or the value, so that it is not taken.
		spoil func(t *testing.T, database string, p *roster.Person)
		want  string
		kind  error
	}{
		{
			"no text at all",
			func(_ *testing.T, _ string, p *roster.Person) { p.User.Profile.Title = "\x00" },
			"it has characters that are no text; valid UTF-8 without null characters is right (SQLSTATE 22021)", store.ErrRejected,
		},
		{
			"no text in a document",
			func(_ *testing.T, _ string, p *roster.Person) { p.Grants[0].Causes[0].Name = private + "\x00" },
			"it has characters that are no text; valid UTF-8 without null characters is right (SQLSTATE 22P05)", store.ErrRejected,
		},
		{
			"an empty part of a key",
			func(_ *testing.T, _ string, p *roster.Person) {
				p.Memberships = append(p.Memberships, roster.Membership{})
			},
			"a part of its key is empty; every part needs a value (SQLSTATE 23514, constraint memberships_key_check, table memberships)", store.ErrRejected,
		},
		{
			"too long for an index",
			func(_ *testing.T, _ string, p *roster.Person) { p.User.Profile.Email = private + incompressible() },
			"it is too long; a shorter one is right (SQLSTATE 54000", store.ErrRejected,
		},
		{
			"a constraint of somebody else's making",
			func(t *testing.T, database string, _ *roster.Person) {
				server.Run(t, database, "ALTER TABLE users ADD CONSTRAINT users_foreign_check CHECK (length(user_name) < 3)")
			},
			"it breaks a rule of the table (SQLSTATE 23514, constraint users_foreign_check, table users)", store.ErrRejected,
		},
		{
			"a column of somebody else's making",
			func(t *testing.T, database string, _ *roster.Person) {
				server.Run(t, database, "ALTER TABLE users ADD COLUMN needed TEXT NOT NULL")
			},
			"a part of it is missing; every part needs a value (SQLSTATE 23502, column needed, table users)", store.ErrRejected,
		},
		{
			"a trigger of somebody else's making",
			func(t *testing.T, database string, _ *roster.Person) {
				server.Run(t, database, `CREATE FUNCTION complain() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
					RAISE EXCEPTION 'no %', NEW.email USING DETAIL = NEW.email, HINT = NEW.email; END $$;
					CREATE TRIGGER complain BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION complain()`)
			},
			"reports an error (SQLSTATE P0001): see the server's log", store.ErrUnavailable,
		},
		{
			"a column of another type",
			func(t *testing.T, database string, _ *roster.Person) {
				server.Run(t, database, "DROP VIEW effective_channels CASCADE; ALTER TABLE users ALTER COLUMN title TYPE BIGINT USING NULL")
			},
			"", store.ErrRejected,
		},
		{
			"an address that is taken",
			func(t *testing.T, database string, _ *roster.Person) {
				other := person("other")
				other.User.Profile.Email = private + "@example.com"
				put(t, open(t, server.URL(postgresserver.Administrator, database)).People(), other, "other")
			},
			`spec.profile.email is taken by Object contact-centre/other of installation "production"`, store.ErrConflict,
		},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			database := migrated(t, server)
			value := person(private)
			value.User.Profile.Title = private
			c.spoil(t, database, &value)
			s := open(t, server.URL(postgresserver.Administrator, database))
			_, err := s.People().Put(t.Context(), value, stampOf("person"), store.Terms{})
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; expected %q that says %s", err, c.kind, c.want)
			}
			if err != nil && (strings.Contains(err.Error(), private) || strings.Contains(err.Error(), "\n")) {
				t.Errorf("%q holds a value, or more than a line", err)
			}
		})
	}
}

// incompressible is a text too long for an index.
func incompressible() string {
	var text strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&text, "%x", i*i*2654435761)
	}
	return text.String()
}

// Whoever writes without taking our locks is found all the same.
func TestRecordThatSomebodyElseMakesMeanwhileIsFound(t *testing.T) {
	server := postgresserver.Shared(t)
	name := migrated(t, server)
	s := open(t, server.URL(postgresserver.Administrator, name))
	other := server.Connect(t, name)
	if _, err := other.Exec(t.Context(), `BEGIN; INSERT INTO tenants (company, tenant, display_name, others_messages, unassigned_scope, settings, retired, created_at, updated_at)
		VALUES ('contact-centre', 'acme', '', '', '', '{}', FALSE, now(), now())`); err != nil {
		t.Fatal(err)
	}
	answer := make(chan error)
	go func() {
		tenant := roster.TenantRecord{Company: company, Tenant: "acme"}
		_, err := s.Tenants().Put(t.Context(), tenant, stampOf("acme"), store.Terms{})
		answer <- err
	}()
	eventually(t, "the Put waits for whoever makes the record", func() error {
		if waiting := query(t, server.Connect(t, name), "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"); len(waiting) != 1 {
			return fmt.Errorf("%d sessions wait", len(waiting))
		}
		return nil
	})
	if _, err := other.Exec(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	if err := <-answer; !errors.Is(err, store.ErrForeign) {
		t.Errorf("Put of a record that is nobody's by now: %v; expected %q", err, store.ErrForeign)
	}
}

// Two people who swap their addresses wait for each other: the server ends one, who is tried again.
func TestWritesThatWaitForEachOtherAreTriedAgain(t *testing.T) {
	server := postgresserver.Shared(t)
	s := open(t, server.URL(postgresserver.Administrator, migrated(t, server)))
	for round := range 5 {
		names := []string{fmt.Sprint("first", round), fmt.Sprint("second", round)}
		for _, name := range names {
			put(t, s.People(), person(name), name)
		}
		answers := make(chan error, len(names))
		for i, name := range names {
			go func() {
				value := person(name)
				value.User.Profile.Email = names[1-i] + "@example.com"
				_, err := s.People().Put(t.Context(), value, stampOf(name), store.Terms{})
				answers <- err
			}()
		}
		for range names {
			if err := <-answers; err != nil && !errors.Is(err, store.ErrConflict) {
				t.Errorf("Put: %v; expected it to succeed, or to say whose the address is", err)
			}
		}
	}
}
