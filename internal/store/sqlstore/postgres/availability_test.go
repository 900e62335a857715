// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/sqlstore"
	"github.com/roster-dev/roster/internal/store/sqlstore/postgres"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

func TestStoreHealsWhateverTheServerDoes(t *testing.T) {
	server := postgresserver.Own(t)
	database := server.Database(t)
	s := open(t, server.URL(postgresserver.Administrator, database))
	refused := fmt.Sprintf("the PostgreSQL server %s cannot be reached (connection refused): see that it runs, and that the host and the port of the URL are right", server.Address())

	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	for call, err := range callEach(t.Context(), s) {
		t.Run("before the server was ever there: "+call, func(t *testing.T) { expectAway(t, err, refused) })
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	expectWorks(t, "once the server is there", callEach(t.Context(), s))

	for round := range 3 {
		value := person("worker")
		value.User.Profile.Title = fmt.Sprint("round ", round)
		put(t, s.People(), value, "worker")
		if err := server.Kill(); err != nil {
			t.Fatal(err)
		}
		for call, err := range callEach(t.Context(), s) {
			if !errors.Is(err, store.ErrUnavailable) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s of a killed server: %v; expected %q in one line", call, err, store.ErrUnavailable)
			}
		}
		if err := server.Restart(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the store works again", func() error { _, err := s.ID(t.Context()); return err })
		expectWorks(t, "once the server is back", callEach(t.Context(), s))
		have, err := s.People().Get(t.Context(), value.Key())
		if diff := cmp.Diff(value.Canonical(), have.Value); err != nil || diff != "" {
			t.Errorf("what was confirmed before the crash (%v) (-expected +got):\n%s", err, diff)
		}
	}
}

func TestServerThatDoesNotAnswerIsWaitedForAndThenReported(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	s := open(t, fmt.Sprintf("postgres://roster@%s/roster?sslmode=disable", silent.Addr()), postgres.WithConnectTimeout(50*time.Millisecond))
	_, err = s.ID(t.Context())
	expectAway(t, err, fmt.Sprintf("the PostgreSQL server %s does not answer in time: see that it runs, and that the network lets this machine reach it", silent.Addr()))
}

func TestWhatKeepsTheStoreAwayIsSaidInASentence(t *testing.T) {
	server := postgresserver.Own(t)
	server.Run(t, "postgres", "CREATE ROLE somebody LOGIN")
	for _, c := range []struct {
		reason string
		// spoil makes a database that does not do, and answers the URL.
		spoil func(t *testing.T) string
		want  string
	}{
		{
			"no such database",
			func(*testing.T) string { return server.URL("somebody", "nowhere") },
			"the PostgreSQL server HOST has no database of that name (SQLSTATE 3D000): create it",
		},
		{
			"no such role",
			func(*testing.T) string { return server.URL("nobody", "postgres") },
			"the PostgreSQL server HOST does not let in the user \"nobody\" (SQLSTATE 28000): see that the password is right, and that pg_hba.conf lets this machine in",
		},
		{
			"may not make tables",
			func(t *testing.T) string {
				name := server.Database(t)
				server.Run(t, name, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
				return server.URL("somebody", name)
			},
			"the PostgreSQL server HOST does not let the user \"somebody\" do what it must (SQLSTATE 42501: permission denied for schema public): grant that",
		},
		{
			"only reads",
			func(t *testing.T) string {
				name := server.Database(t)
				server.Run(t, "postgres", fmt.Sprintf("ALTER DATABASE %s SET default_transaction_read_only = on", name))
				return server.URL(postgresserver.Administrator, name)
			},
			"the PostgreSQL server HOST only lets others read, as a standby does (SQLSTATE 25006): name the primary, or several hosts with target_session_attrs=read-write",
		},
		{
			"of a newer manager",
			func(t *testing.T) string {
				name := migrated(t, server)
				server.Run(t, name, "INSERT INTO schema_version (version_id, is_applied) VALUES (9999, TRUE)")
				return server.URL(postgresserver.Administrator, name)
			},
			"its schema is version 9999, newer than this manager knows (NEWEST): run a newer manager or restore a backup",
		},
		{
			"no room for another connection",
			func(t *testing.T) string {
				name := server.Database(t)
				server.Run(t, "postgres", fmt.Sprintf("ALTER DATABASE %s OWNER TO somebody; ALTER ROLE somebody CONNECTION LIMIT 0", name))
				return server.URL("somebody", name)
			},
			"the PostgreSQL server HOST has no resources left (SQLSTATE 53300): free disk or memory, or raise max_connections",
		},
	} {
		t.Run(c.reason, func(t *testing.T) {
			at := c.spoil(t)
			_, err := open(t, at).ID(t.Context())
			expectAway(t, err, strings.NewReplacer("HOST", server.Address(), "NEWEST", newest(t, server)).Replace(c.want))
		})
	}
}

// newest is the version of the schema this program makes.
func newest(t testing.TB, server *postgresserver.Server) string {
	t.Helper()
	return query(t, server.Connect(t, migrated(t, server)), "SELECT max(version_id) FROM schema_version")[0]
}

// Managers that start at once migrate once, whatever else they then do.
func TestStoresThatStartAtOnceMigrateOnce(t *testing.T) {
	server := postgresserver.Shared(t)
	name := server.Database(t)
	ids := make([]string, 6)
	var all sync.WaitGroup
	for i := range ids {
		s := open(t, server.URL(postgresserver.Administrator, name))
		all.Go(func() {
			var err error
			if ids[i], err = s.ID(context.Background()); err != nil {
				t.Errorf("ID of store %d, all new: %v", i, err)
			}
		})
	}
	all.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Fatalf("the IDs of one database are %q; expected one", ids)
		}
	}
	if twice := query(t, server.Connect(t, name), "SELECT version_id FROM schema_version GROUP BY 1 HAVING count(*) > 1"); len(twice) > 0 {
		t.Errorf("the migrations %v were made more than once", twice)
	}
}

// A call that gives up does not end the migration it began: the next finds it done.
func TestMigrationOutlivesTheCallThatBeganIt(t *testing.T) {
	server := postgresserver.Shared(t)
	name := server.Database(t)
	s := open(t, server.URL(postgresserver.Administrator, name))
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := s.ID(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("ID of a new store within 1 ms: %v; expected %q", err, context.DeadlineExceeded)
	}
	if _, err := s.ID(t.Context()); err != nil {
		t.Errorf("ID afterwards: %v", err)
	}
}

func TestStoreThatWasNeverReachedCloses(t *testing.T) {
	s, err := postgres.Open("postgres://roster@127.0.0.1:1/roster")
	if err != nil {
		t.Fatalf("Open: %v; expected only the URL to be checked", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// A lock that somebody holds for long costs one call its time, and no more.
func TestLockedRowIsWaitedForAndThenReported(t *testing.T) {
	server := postgresserver.Shared(t)
	name := migrated(t, server)
	s := open(t, server.URL(postgresserver.Administrator, name), postgres.WithLockTimeout(50*time.Millisecond))
	value := person("worker")
	put(t, s.People(), value, "worker")
	other := server.Connect(t, name)
	if _, err := other.Exec(t.Context(), "BEGIN; SELECT 1 FROM users FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	changed := value
	changed.User.Profile.Title = "another"
	_, err := s.People().Put(t.Context(), changed, stampOf("worker"), store.Terms{})
	expectAway(t, err, fmt.Sprintf("the PostgreSQL server %s waited too long for a lock (SQLSTATE 55P03): see what holds it in pg_locks", server.Address()))
	if _, err := s.People().Get(t.Context(), value.Key()); err != nil {
		t.Errorf("Get meanwhile: %v; expected it to read what was there", err)
	}
	if _, err := other.Exec(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	put(t, s.People(), changed, "worker")
}

// callEach makes one call of each kind; the Put is of a new record.
func callEach(ctx context.Context, s *sqlstore.Store) map[string]error {
	group := roster.Group{Company: "company", Tenant: "acme", Name: "billing"}
	errs := map[string]error{}
	_, errs["ID"] = s.ID(ctx)
	_, errs["Get"] = s.Groups().Get(ctx, group.Key())
	for _, err := range s.Groups().List(ctx, group.Company) {
		errs["List"] = err
	}
	_, errs["Put"] = s.Groups().Put(ctx, group, stampOf("billing"), store.Terms{})
	errs["Release"] = s.Groups().Release(ctx, roster.GroupKey{Company: "company"}, stampOf("billing"))
	errs["Delete"] = s.Groups().Delete(ctx, group.Key(), stampOf("billing"), store.Terms{})
	return errs
}

func expectWorks(t *testing.T, when string, errs map[string]error) {
	t.Helper()
	for call, err := range errs {
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s %s: %v; expected it to work", call, when, err)
		}
	}
}

// eventually tries until something holds, for some seconds.
func eventually(t *testing.T, what string, try func() error) {
	t.Helper()
	timeout := time.After(20 * time.Second)
	for {
		err := try()
		if err == nil {
			return
		}
		select {
		case <-timeout:
			t.Fatalf("expected that %s; in the end: %v", what, err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
