// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/sqlstore"
	"github.com/roster-dev/roster/internal/store/sqlstore/postgres"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

// feed is what a store tells of changes.
type feed struct {
	t     *testing.T
	told  chan store.Change
	ended chan error
	stop  context.CancelFunc
}

// watch begins to listen, and has heard the first word.
func watch(t *testing.T, s *sqlstore.Store) *feed {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	f := &feed{t: t, told: make(chan store.Change, 1000), ended: make(chan error, 1), stop: cancel}
	go func() { f.ended <- s.Watch(ctx, func(c store.Change) { f.told <- c }) }()
	t.Cleanup(cancel)
	f.hears("that the feed begins", store.Change{})
	return f
}

const patience = 20 * time.Second

// hears waits for one change, and expects which it is.
func (f *feed) hears(reason string, want store.Change) {
	f.t.Helper()
	select {
	case got := <-f.told:
		if diff := cmp.Diff(want, got); diff != "" {
			f.t.Errorf("%s (-expected +told):\n%s", reason, diff)
		}
	case err := <-f.ended:
		f.t.Fatalf("the feed ended before it told %s: %v", reason, err)
	case <-time.After(patience):
		f.t.Fatalf("%s is not told within %s", reason, patience)
	}
}

// ends waits for the end of the feed.
func (f *feed) ends() error {
	f.t.Helper()
	select {
	case err := <-f.ended:
		return err
	case <-time.After(patience):
		f.t.Fatalf("the feed did not end within %s", patience)
		return nil
	}
}

func TestTheFeedTellsWhatOthersChange(t *testing.T) {
	t.Parallel()
	server := postgresserver.Shared(t)
	name := server.Database(t)
	s := open(t, server.URL(postgresserver.Administrator, name))
	w := world(t, s)
	f := watch(t, s)
	person := store.Change{Key: roster.PersonKey{Company: "acme", UserName: "worker"}}
	tenant := store.Change{Key: roster.TenantKey{Company: "acme", Tenant: "north"}}
	group := store.Change{Key: roster.GroupKey{Company: "acme", Tenant: "north", Group: "sales"}}
	policy := store.Change{Key: roster.PolicyKey{Company: "acme", Tenant: "north", Policy: "voice"}}
	for statement, want := range map[string]store.Change{
		"UPDATE tenants SET display_name = 'Mine' WHERE tenant = 'north'":                      tenant,
		"DELETE FROM tenant_channels WHERE tenant = 'north' AND channel = 'Chat'":              tenant,
		"UPDATE tenant_groups SET description = 'Mine' WHERE group_name = 'sales'":             group,
		"INSERT INTO group_channels VALUES ('acme', 'north', 'sales', 'Fax')":                  group,
		"UPDATE channel_policies SET capacity = 3 WHERE policy_name = 'voice'":                 policy,
		"UPDATE users SET title = 'Chief' WHERE user_name = 'worker'":                          person,
		"UPDATE memberships SET role = 'Administrator' WHERE user_id = (SELECT id FROM users)": person,
		"DELETE FROM grants WHERE channel = 'Chat'":                                            person,
		"UPDATE access SET sees_all = TRUE":                                                    person,
		"INSERT INTO membership_team SELECT id, 'north', 'mate' FROM users":                    person,
		"INSERT INTO membership_permissions SELECT id, 'north', 'ViewEmails' FROM users":       person,
		"UPDATE membership_groups SET priority = 'Backup'":                                     person,
	} {
		server.Run(t, name, statement)
		f.hears(statement, want)
	}
	server.Run(t, name, "UPDATE tenant_groups SET group_name = 'other' WHERE group_name = 'spare'")
	f.hears("the former key", store.Change{Key: roster.GroupKey{Company: "acme", Tenant: "north", Group: "spare"}})
	f.hears("the new key", store.Change{Key: roster.GroupKey{Company: "acme", Tenant: "north", Group: "other"}})
	server.Run(t, name, "BEGIN; UPDATE users SET title = 'Nobody'; ROLLBACK")
	server.Run(t, name, "SET roster.writer = 'on'; UPDATE users SET title = 'By a writer'")
	w.change(t, s)
	server.Run(t, name, "TRUNCATE access")
	f.hears("a table that was emptied, after what is not told: a transaction rolled back, and what writers do", store.Change{})
	server.Run(t, name, "DELETE FROM users")
	f.hears("a person who is removed, once", person)
	f.stop()
	if err := f.ends(); !errors.Is(err, context.Canceled) {
		t.Errorf("a feed that is stopped: %v; expected the error of its context", err)
	}
}

// small is a company whose records a feed tells of.
type small struct {
	tenant roster.TenantRecord
	person roster.Person
	stamp  store.Stamp
}

func world(t *testing.T, s *sqlstore.Store) small {
	t.Helper()
	w := small{
		tenant: roster.TenantRecord{Company: "acme", Tenant: "north", Channels: []roster.Channel{roster.Chat, roster.Phone}},
		person: roster.Person{
			User:        roster.User{Company: "acme", UserName: "worker", Active: true},
			Memberships: []roster.Membership{{Tenant: "north", Active: true, Role: roster.Worker, Groups: []roster.GroupMembership{{Group: "sales", Priority: roster.Normal}}}},
			Grants:      []roster.Grant{{Tenant: "north", Channel: roster.Chat, Online: true}},
			Access:      []roster.Access{{Tenant: "north", Role: roster.Worker}},
		},
		stamp: store.Stamp{Owner: store.Owner{Installation: "feed", Namespace: "acme", Kind: "Any", Name: "any"}},
	}
	keep(t, s.Tenants(), w.tenant, w.stamp)
	for _, name := range []string{"sales", "spare"} {
		keep(t, s.Groups(), roster.Group{Company: "acme", Tenant: "north", Name: name}, w.stamp)
	}
	keep(t, s.Policies(), roster.Policy{Company: "acme", Tenant: "north", Name: "voice"}, w.stamp)
	keep(t, s.People(), w.person, w.stamp)
	return w
}

func keep[K comparable, V any](t *testing.T, in store.Records[K, V], value V, stamp store.Stamp) {
	t.Helper()
	if _, err := in.Put(t.Context(), value, stamp, store.Terms{}); err != nil {
		t.Fatalf("Put of %v: %v", value, err)
	}
}

// change writes, releases and removes records as a manager does.
func (w small) change(t *testing.T, s *sqlstore.Store) {
	t.Helper()
	w.tenant.DisplayName, w.person.User.Locale = "Changed", "en"
	keep(t, s.Tenants(), w.tenant, w.stamp)
	keep(t, s.People(), w.person, w.stamp)
	policy := roster.PolicyKey{Company: "acme", Tenant: "north", Policy: "voice"}
	group := roster.GroupKey{Company: "acme", Tenant: "north", Group: "sales"}
	if err := errors.Join(s.Policies().Delete(t.Context(), policy, w.stamp, store.Terms{}), s.Groups().Release(t.Context(), group, w.stamp)); err != nil {
		t.Fatal(err)
	}
}

func TestTheFeedSaysWhenItBreaksOff(t *testing.T) {
	t.Parallel()
	server := postgresserver.Shared(t)
	name := server.Database(t)
	s := open(t, server.URL(postgresserver.Administrator, name), postgres.WithHeartbeat(50*time.Millisecond))
	f := watch(t, s)
	server.Run(t, name, fmt.Sprintf("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s' AND query LIKE '%%current_schema%%' AND pid <> pg_backend_pid()", name))
	server.Run(t, name, fmt.Sprintf("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s' AND pid <> pg_backend_pid()", name))
	if err := f.ends(); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("a feed whose connection is ended: %v; expected that the store is unavailable", err)
	}
	watch(t, s).stop()
}

func TestTheFeedsOfTwoSchemasAreApart(t *testing.T) {
	t.Parallel()
	server := postgresserver.Shared(t)
	name := server.Database(t)
	server.Run(t, name, "CREATE SCHEMA one; CREATE SCHEMA two")
	url := server.URL(postgresserver.Administrator, name)
	first, second := open(t, inSchema(url, "one")), open(t, inSchema(url, "two"))
	world(t, first)
	world(t, second)
	f := watch(t, first)
	server.Run(t, name, "UPDATE two.users SET title = 'Chief'")
	server.Run(t, name, "UPDATE one.tenant_groups SET description = 'Mine' WHERE group_name = 'sales'")
	f.hears("what happens in its own schema", store.Change{Key: roster.GroupKey{Company: "acme", Tenant: "north", Group: "sales"}})
}

// inSchema is a URL whose tables are in a schema.
func inSchema(url, schema string) string { return url + "&search_path=" + schema }
