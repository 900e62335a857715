// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/sqlstore"
	"github.com/roster-dev/roster/internal/store/sqlstore/postgres"
	"github.com/roster-dev/roster/internal/store/sqlstore/sqlite"
	"github.com/roster-dev/roster/internal/store/storetest"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

func TestMain(m *testing.M) { postgresserver.Main(m) }

// databases make empty stores, by the name of their database. Their clock is one at which a time with a zero at its end is told.
var databases = map[string]func(t testing.TB) *sqlstore.Store{
	"SQLite": func(t testing.TB) *sqlstore.Store {
		return closing(t)(sqlite.Open("sqlite://"+filepath.Join(t.TempDir(), "roster.db"), sqlite.WithClock(clock)))
	},
	"PostgreSQL": func(t testing.TB) *sqlstore.Store {
		server := postgresserver.Shared(t)
		database := server.Copy(t, "migrated", func(t testing.TB, database string) {
			s, err := postgres.Open(server.URL(postgresserver.Administrator, database))
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.ID(t.Context())
			if err := errors.Join(err, s.Close()); err != nil {
				t.Fatalf("migrating a new database: %v", err)
			}
		})
		return closing(t)(postgres.Open(server.URL(postgresserver.Administrator, database), postgres.WithClock(clock)))
	},
}

func clock() time.Time {
	return time.Date(2031, 2, 3, 23, 5, 6, 120_000_000, time.FixedZone("east", 9*60*60))
}

// tablesOf lists what a database has.
var tablesOf = map[string]string{
	"SQLite":     "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
	"PostgreSQL": "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY name",
}

// closing closes a store with the test.
func closing(t testing.TB) func(*sqlstore.Store, error) *sqlstore.Store {
	t.Helper()
	return func(s *sqlstore.Store, err error) *sqlstore.Store {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
		return s
	}
}

// untold is for copies of which the numbers do not matter.
func untold(string, int) {}

func lines(t testing.TB, s *sqlstore.Store, query string) []string {
	t.Helper()
	found, err := s.Lines(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return found
}

// views are those for readers.
var views = []string{
	"effective_access", "effective_capabilities", "effective_channels", "effective_groups", "effective_routes", "effective_teams",
}

// settle has the platform say where people are: all switched their channels off while they were online, and some left since.
func settle(t testing.TB, s *sqlstore.Store) {
	t.Helper()
	err := s.Execute(t.Context(),
		"INSERT INTO presence (user_id, tenant, state) SELECT DISTINCT user_id, tenant, 'Online' FROM grants",
		"INSERT INTO presence_channels (user_id, tenant, channel, switched_on) SELECT user_id, tenant, channel, FALSE FROM grants",
		"UPDATE presence SET state = 'Offline' WHERE tenant = (SELECT MAX(tenant) FROM presence)",
	)
	if err != nil {
		t.Fatalf("saying where people are: %v", err)
	}
}

// dump is all there is in the tables a copy takes along, and in the views for readers.
func dump(t testing.TB, s *sqlstore.Store) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, name := range slices.Concat(sqlstore.CopiedTables(), views, []string{"store_identity"}) {
		found[name] = lines(t, s, "SELECT * FROM "+name)
		slices.Sort(found[name])
	}
	return found
}

func expectNothing(t testing.TB, s *sqlstore.Store) {
	t.Helper()
	for _, name := range sqlstore.CopiedTables() {
		if rows := lines(t, s, "SELECT * FROM "+name); len(rows) > 0 {
			t.Errorf("%s has %d rows; expected the store to be as empty as before", name, len(rows))
		}
	}
}

func expectSaid(t testing.TB, what string, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%s: %v; expected one line with %q", what, err, want)
	}
}

// write changes a record of a world, as a manager with an epoch does.
func write(s store.Store, epoch int64, content storetest.Content) error {
	record := content.Groups[0]
	record.Value.DisplayName += " changed"
	record.Stamp.Epoch = epoch
	_, err := s.Groups().Put(context.Background(), record.Value, record.Stamp, store.Terms{})
	return err
}

func TestACopyIsTheStoreInAnotherPlace(t *testing.T) {
	for source := range databases {
		for target := range databases {
			t.Run(source+" to "+target, func(t *testing.T) {
				t.Parallel()
				from, to := databases[source](t), databases[target](t)
				storetest.Populate(t, from)
				settle(t, from)
				content, rows := storetest.Read(t, from), dump(t, from)
				told := map[string]int{}
				if err := from.CopyTo(t.Context(), to, func(table string, n int) { told[table] = n }); err != nil {
					t.Fatalf("CopyTo: %v", err)
				}
				if diff := cmp.Diff(content, storetest.Read(t, to)); diff != "" {
					t.Errorf("what the port tells of the copy (-store +copy):\n%s", diff)
				}
				if diff := cmp.Diff(rows, dump(t, to)); diff != "" {
					t.Errorf("what is in the tables of the copy (-store +copy):\n%s", diff)
				}
				for _, name := range sqlstore.CopiedTables() {
					if told[name] != len(rows[name]) || told[name] == 0 {
						t.Errorf("%d rows of %s are told; expected %d, and some", told[name], name, len(rows[name]))
					}
				}
				expectEqualRecordsToBeNoWrites(t, to, content)
				expectSwitchesWatched(t, to)
				if err := write(to, 1, content); err != nil {
					t.Errorf("writing to the copy: %v; expected the writer of the store to be that of the copy", err)
				}
				if epoch, err := to.Fence(t.Context(), storetest.Installation); epoch != 2 || err != nil {
					t.Errorf("the next epoch of the copy is %d (%v); expected 2, so that every writer before is fenced", epoch, err)
				}
			})
		}
	}
}

// The rule of switches, which the copy itself is not held to, is there again.
func expectSwitchesWatched(t *testing.T, s *sqlstore.Store) {
	t.Helper()
	for state, want := range map[string]bool{"Online": true, "Offline": false} {
		err := s.Execute(t.Context(),
			"UPDATE presence_channels SET switched_on = TRUE WHERE tenant = (SELECT MAX(tenant) FROM presence WHERE state = '"+state+"')")
		if (err == nil) != want {
			t.Errorf("switching channels of people who are %s in the copy: %v; expected it to succeed: %t", state, err, want)
		}
	}
}

func expectEqualRecordsToBeNoWrites(t *testing.T, s store.Store, content storetest.Content) {
	t.Helper()
	for _, person := range content.People {
		if person.Stamp.Owner == (store.Owner{}) {
			continue
		}
		written, err := s.People().Put(t.Context(), person.Value, person.Stamp, store.Terms{})
		if err != nil || written.Changed || written.ID != person.ID {
			t.Errorf("Put of an equal person: %+v, %v; expected no write and the ID %s", written, err, person.ID)
		}
	}
}

// A table that a migration adds is to be added to what a copy takes along.
func TestACopyTakesEveryTableAlong(t *testing.T) {
	for name, open := range databases {
		want := append(sqlstore.CopiedTables(), "schema_version", "store_identity")
		for i := range want {
			want[i] = "name=" + want[i]
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, lines(t, open(t), tablesOf[name])); diff != "" {
			t.Errorf("tables of %s (-copied +there):\n%s", name, diff)
		}
	}
}

func TestACopyThatEndsEarlyLeavesNoTrace(t *testing.T) {
	for source, target := range map[string]string{"SQLite": "PostgreSQL", "PostgreSQL": "SQLite"} {
		t.Run(source+" to "+target, func(t *testing.T) {
			t.Parallel()
			from, to := databases[source](t), databases[target](t)
			storetest.Populate(t, from)
			content := storetest.Read(t, from)
			for _, last := range []string{"tenants", "users", "writer_epochs"} {
				ctx, cancel := context.WithCancel(t.Context())
				err := from.CopyTo(ctx, to, func(table string, _ int) {
					if table == last {
						cancel()
					}
				})
				if !errors.Is(err, context.Canceled) {
					t.Errorf("a copy cancelled after %s: %v; expected it to say so", last, err)
				}
				expectNothing(t, to)
			}
			if err := write(from, 1, content); err != nil {
				t.Errorf("writing to the store: %v; expected it to be open, as there is no copy", err)
			}
			if err := from.CopyTo(t.Context(), to, untold); err != nil {
				t.Errorf("copying once more: %v; expected nothing to be in the way", err)
			}
		})
	}
}

func TestNoManagerWritesToAStoreThatWasCopied(t *testing.T) {
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, content := copied(t, open)
			if err := write(from, 1, content); !errors.Is(err, store.ErrFenced) {
				t.Errorf("writing with the latest epoch: %v; expected ErrFenced", err)
			}
			_, err := from.Fence(t.Context(), storetest.Installation)
			if !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("Fence: %v; expected ErrUnavailable", err)
			}
			expectSaid(t, "Fence", err, "copied to another store")
			err = from.CopyTo(t.Context(), open(t), untold)
			expectSaid(t, "copying it again", err, "copied to another store")
			if diff := cmp.Diff(content, storetest.Read(t, from)); diff != "" {
				t.Errorf("what the store holds (-before +after):\n%s", diff)
			}
		})
	}
}

func TestManagersWriteAgainToAStoreThatWasRenewed(t *testing.T) {
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, content := copied(t, open)
			id, err := from.Renew(t.Context())
			if now, idErr := from.ID(t.Context()); err != nil || idErr != nil || id != now || id == content.ID {
				t.Errorf("Renew: %q, %v; expected another ID, which the store has now (%q, %v)", id, err, now, idErr)
			}
			if err := write(from, 1, content); !errors.Is(err, store.ErrFenced) {
				t.Errorf("writing with an epoch of before: %v; expected ErrFenced", err)
			}
			epoch, err := from.Fence(t.Context(), storetest.Installation)
			if err != nil || epoch != 3 {
				t.Errorf("Fence of a renewed store: %d, %v; expected the epoch after the ones before, 3", epoch, err)
			}
			if err := write(from, epoch, content); err != nil {
				t.Errorf("writing to a renewed store: %v", err)
			}
			if err := from.CopyTo(t.Context(), open(t), untold); err != nil {
				t.Errorf("copying a renewed store: %v", err)
			}
		})
	}
}

// Managers of before there were epochs left records and no epoch.
func TestAStoreThatWasNeverFencedIsClosedLikeAnyOther(t *testing.T) {
	for name, open := range databases {
		from, to := open(t), open(t)
		group := roster.Group{Company: "acme", Tenant: "north", Name: "billing"}
		stamp := store.Stamp{Owner: store.Owner{Installation: "old", Namespace: "acme", Kind: "Group", Name: "billing"}}
		put := func(s store.Store) error {
			group.DisplayName += "."
			_, err := s.Groups().Put(t.Context(), group, stamp, store.Terms{})
			return err
		}
		if err := put(from); err != nil {
			t.Fatal(err)
		}
		if err := from.CopyTo(t.Context(), to, untold); err != nil {
			t.Fatal(err)
		}
		if err := put(from); !errors.Is(err, store.ErrFenced) {
			t.Errorf("%s: writing without epoch: %v; expected ErrFenced", name, err)
		}
		_, err := from.Fence(t.Context(), "old")
		expectSaid(t, name, err, "copied to another store")
		if err := put(to); err != nil {
			t.Errorf("%s: writing to the copy: %v; expected it to be as open as the store was", name, err)
		}
		if epoch, err := to.Fence(t.Context(), "old"); epoch != 1 || err != nil {
			t.Errorf("%s: Fence of the copy: %d, %v; expected 1", name, epoch, err)
		}
	}
}

// copied is a store of which a copy was made, and what it held by then.
func copied(t *testing.T, open func(testing.TB) *sqlstore.Store) (*sqlstore.Store, storetest.Content) {
	t.Helper()
	from := open(t)
	storetest.Populate(t, from)
	content := storetest.Read(t, from)
	if err := from.CopyTo(t.Context(), open(t), untold); err != nil {
		t.Fatal(err)
	}
	return from, content
}

func TestWritersWaitForACopyAndThenHearOfIt(t *testing.T) {
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := open(t), open(t)
			storetest.Populate(t, from)
			content := storetest.Read(t, from)
			written, fenced := make(chan error, 1), make(chan error, 1)
			err := from.CopyTo(t.Context(), to, func(table string, _ int) {
				if table != "tenants" {
					return
				}
				go func() { written <- write(from, 1, content) }()
				go func() {
					_, err := from.Fence(context.Background(), "another")
					fenced <- err
				}()
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := <-written; !errors.Is(err, store.ErrFenced) {
				t.Errorf("a write that came meanwhile: %v; expected ErrFenced", err)
			}
			if err := <-fenced; !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("a new installation that came meanwhile: %v; expected ErrUnavailable", err)
			}
			if diff := cmp.Diff(content, storetest.Read(t, to)); diff != "" {
				t.Errorf("what the copy holds (-store +copy):\n%s", diff)
			}
		})
	}
}

func TestACopyThatCannotBeMadeIsRefusedInASentence(t *testing.T) {
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			full, fenced := open(t), open(t)
			storetest.Populate(t, full)
			if _, err := fenced.Fence(t.Context(), "one"); err != nil {
				t.Fatal(err)
			}
			const occupiedSentence = "the store to copy to holds something already; an empty one is right"
			for _, c := range []struct {
				reason   string
				from     *sqlstore.Store
				to       store.Store
				sentence string
			}{
				{"a manager wrote to it already", full, fenced, occupiedSentence},
				{"records would be mixed, and one store is named twice", full, full, occupiedSentence},
				{"the URL is wrong", open(t), open(t), "it holds nothing; see that its URL is right"},
				{"it would end with the program", full, memory.New(), "one of SQLite or PostgreSQL is right"},
			} {
				before := storetest.Read(t, c.to)
				expectSaid(t, c.reason, c.from.CopyTo(t.Context(), c.to, untold), c.sentence)
				if diff := cmp.Diff(before, storetest.Read(t, c.to)); diff != "" {
					t.Errorf("%s: the target (-before +after):\n%s", c.reason, diff)
				}
			}
			if _, err := full.Fence(t.Context(), storetest.Installation); err != nil {
				t.Errorf("Fence: %v; expected the store to be open, as there is no copy", err)
			}
		})
	}
}

func TestAnErrorOfACopyNamesTheStoreItIsOf(t *testing.T) {
	from := databases["SQLite"](t)
	storetest.Populate(t, from)
	away := closing(t)(postgres.Open("postgres://nobody@127.0.0.1:1/nowhere"))
	err := from.CopyTo(t.Context(), away, untold)
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("%v; expected ErrUnavailable", err)
	}
	expectSaid(t, "copying to a server that is away", err, "127.0.0.1:1")
	expectSaid(t, "copying from a server that is away", away.CopyTo(t.Context(), from, untold), "the store to copy to holds something already")
	expectSaid(t, "copying from a server that is away", away.CopyTo(t.Context(), databases["SQLite"](t), untold), "127.0.0.1:1")
}

func TestOnlyAStoreThatHoldsSomethingIsRenewed(t *testing.T) {
	for name, open := range databases {
		s := open(t)
		before, err := s.ID(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Renew(t.Context())
		expectSaid(t, name, err, "see that its URL is right")
		if after, err := s.ID(t.Context()); after != before || err != nil {
			t.Errorf("%s: the ID is %q (%v); expected %q still", name, after, err, before)
		}
	}
}
