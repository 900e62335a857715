// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/sqlstore"
	"github.com/roster-dev/roster/internal/store/sqlstore/sqlite"
)

func TestContentSurvivesARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "roster.db")
	first, err := sqlite.Open("sqlite://" + path)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	populate(t, first)
	id, before := identity(t, first), content(t, first)
	if err := first.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	second := open(t, path)
	if again := identity(t, second); again != id {
		t.Errorf("the ID after a restart is %q; expected %q", again, id)
	}
	if diff := cmp.Diff(before, content(t, second)); diff != "" {
		t.Errorf("content after a restart (-before +after):\n%s", diff)
	}
	for _, person := range before.people {
		written, err := second.People().Put(t.Context(), person.Value, person.Stamp, store.Terms{})
		if err != nil || written.Changed {
			t.Errorf("Put of what is there: %+v, %v; expected no change", written, err)
		}
	}
}

func TestTwoStoresShareOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "roster.db")
	stores := []*sqlstore.Store{open(t, path), open(t, path)}
	ids := make([]string, len(stores))
	var both sync.WaitGroup
	for i, s := range stores {
		both.Go(func() {
			id, err := s.ID(context.Background())
			if err != nil {
				t.Errorf("ID of store %d, both new: %v", i, err)
			}
			ids[i] = id
		})
	}
	both.Wait()
	if ids[0] != ids[1] || ids[0] == "" {
		t.Errorf("the IDs of one file are %q and %q; expected one", ids[0], ids[1])
	}
	group := roster.Group{Company: "company", Tenant: "acme", Name: "billing"}
	if _, err := stores[0].Groups().Put(t.Context(), group, stampOf("Group", "billing"), store.Terms{}); err != nil {
		t.Fatalf("Put: %v", err)
	}
	if _, err := stores[1].Groups().Put(t.Context(), group, stampOf("Group", "other"), store.Terms{}); !errors.Is(err, store.ErrForeign) {
		t.Errorf("Put through the other store: %v; expected %q", err, store.ErrForeign)
	}
}

// Two programs that write one file wait for each other: none is sent away, and a guard sees what the other has done.
func TestTwoStoresWriteOneFileAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "roster.db")
	stores := []*sqlstore.Store{open(t, path), open(t, path)}
	administrator := func(name string, role roster.Role) roster.Person {
		return roster.Person{
			User:        roster.User{Company: company, UserName: name, Active: true},
			Memberships: []roster.Membership{{Tenant: "acme", Active: true, Role: role}},
		}
	}
	guards := []roster.TenantKey{{Company: company, Tenant: "acme"}}
	names := []string{"first", "second"}
	for round := range 20 {
		for i, s := range stores {
			put(t, s.People(), administrator(names[i], roster.Administrator), names[i])
		}
		errs := make([]error, len(stores))
		var both sync.WaitGroup
		for i, s := range stores {
			both.Go(func() {
				_, errs[i] = s.People().Put(t.Context(), administrator(names[i], roster.Worker), stampOf("Object", names[i]), store.Terms{Guards: guards})
			})
		}
		both.Wait()
		refused := slices.DeleteFunc(errs, func(err error) bool { return err == nil })
		if len(refused) != 1 || !errors.Is(refused[0], store.ErrLastAdministrator) {
			t.Fatalf("round %d: %v; expected one of two demotions to be refused as the last Administrator's", round, refused)
		}
	}
}

func TestFileIsInWALMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "roster.db")
	identity(t, open(t, path))
	if mode := query(t, raw(t, path), "PRAGMA journal_mode"); !slices.Equal(mode, []string{"wal"}) {
		t.Errorf("the journal mode is %v; expected wal", mode)
	}
}

func TestTimesOfARecordAreItsCreationAndItsLastChange(t *testing.T) {
	path := filepath.Join(t.TempDir(), "roster.db")
	now := time.Date(2030, 1, 2, 3, 4, 5, 678000, time.UTC)
	s := open(t, path, sqlite.WithClock(func() time.Time { return now }))
	group := roster.Group{Company: "company", Tenant: "acme", Name: "billing"}
	times := func(reason, want string) {
		t.Helper()
		if _, err := s.Groups().Put(t.Context(), group, stampOf("Group", "billing"), store.Terms{}); err != nil {
			t.Fatalf("%s: %v", reason, err)
		}
		got := query(t, raw(t, path), "SELECT created_at, updated_at FROM tenant_groups")
		if !slices.Equal(got, []string{want}) {
			t.Errorf("%s: the times are %v; expected %s", reason, got, want)
		}
	}
	times("a new record", "2030-01-02T03:04:05.000678Z|2030-01-02T03:04:05.000678Z")
	now = now.Add(time.Hour)
	times("an equal one", "2030-01-02T03:04:05.000678Z|2030-01-02T03:04:05.000678Z")
	group.DisplayName = "Billing"
	times("a changed one", "2030-01-02T03:04:05.000678Z|2030-01-02T04:04:05.000678Z")
}

// Rows that stay are not written: their place in the file is the proof.
func TestOnlyRowsThatDifferAreWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "roster.db")
	s := open(t, path)
	person := roster.Person{
		User:        roster.User{Company: "company", UserName: "ann"},
		Memberships: []roster.Membership{{Tenant: "a", Groups: groupsNamed("x", "y")}, {Tenant: "b"}},
		Grants:      []roster.Grant{{Tenant: "a", Channel: "Chat"}, {Tenant: "a", Channel: "Phone"}},
	}
	put(t, s.People(), person, "ann")
	other := raw(t, path)
	for _, table := range []string{"users", "memberships", "membership_groups", "grants"} {
		for _, event := range []string{"INSERT", "UPDATE", "DELETE"} {
			execute(t, other, "CREATE TABLE IF NOT EXISTS written (what TEXT)")
			execute(t, other, "CREATE TRIGGER "+table+event+" AFTER "+event+" ON "+table+
				" BEGIN INSERT INTO written VALUES ('"+event+" "+table+"'); END")
		}
	}
	put(t, s.People(), person, "ann")
	person.Memberships[0].Groups = groupsNamed("y", "z")
	person.Grants[1].Away = true
	put(t, s.People(), person, "ann")
	want := []string{"UPDATE users", "DELETE membership_groups", "INSERT membership_groups", "UPDATE grants"}
	if got := query(t, other, "SELECT what FROM written ORDER BY rowid"); !slices.Equal(got, want) {
		t.Errorf("the writes were %q; expected %q", got, want)
	}
}

func groupsNamed(names ...string) []roster.GroupMembership {
	var list []roster.GroupMembership
	for _, name := range names {
		list = append(list, roster.GroupMembership{Group: name, Priority: roster.Normal})
	}
	return list
}

func stampOf(kind, name string) store.Stamp {
	return store.Stamp{Owner: store.Owner{Installation: "production", Namespace: "company", Kind: kind, Name: name}, UID: "uid", Generation: 1}
}

func put[K comparable, V any](t *testing.T, in store.Records[K, V], value V, name string) {
	t.Helper()
	if _, err := in.Put(t.Context(), value, stampOf("Object", name), store.Terms{}); err != nil {
		t.Fatalf("Put %s: %v", name, err)
	}
}

func identity(t *testing.T, s store.Store) string {
	t.Helper()
	id, err := s.ID(t.Context())
	if err != nil {
		t.Fatalf("ID: %v", err)
	}
	return id
}

// everything is what a store holds of a company.
type everything struct {
	tenants  []store.Stored[roster.TenantRecord]
	groups   []store.Stored[roster.Group]
	policies []store.Stored[roster.Policy]
	people   []store.Stored[roster.Person]
}

// Equal makes everything comparable to cmp.
func (e everything) Equal(other everything) bool {
	return cmp.Equal(e.tenants, other.tenants) && cmp.Equal(e.groups, other.groups) &&
		cmp.Equal(e.policies, other.policies) && cmp.Equal(e.people, other.people)
}

func content(t *testing.T, s store.Store) everything {
	t.Helper()
	return everything{list(t, s.Tenants()), list(t, s.Groups()), list(t, s.Policies()), list(t, s.People())}
}

func list[K comparable, V any](t *testing.T, in store.Records[K, V]) []store.Stored[V] {
	t.Helper()
	var all []store.Stored[V]
	for stored, err := range in.List(t.Context(), company) {
		if err != nil {
			t.Fatalf("List: %v", err)
		}
		all = append(all, stored)
	}
	if len(all) == 0 {
		t.Fatal("the company has no such records; expected some to compare")
	}
	return all
}
