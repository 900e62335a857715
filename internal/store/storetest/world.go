// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// Installation is the one that a world's records are of. It was fenced, so that a write needs its current epoch.
const Installation = "production"

// Content is all that the port tells of a world.
type Content struct {
	ID       string
	Tenants  []store.Stored[roster.TenantRecord]
	Groups   []store.Stored[roster.Group]
	Policies []store.Stored[roster.Policy]
	People   []store.Stored[roster.Person]
}

// abroad is the other company of a world.
const abroad = "abroad"

// Populate makes a world in an empty store, for tests of what moves or restores stores: in two companies records of every
// kind with every field set, with none, and with each single one different; some that are nobody's; more groups than
// are read at a time; and names that sort unlike words.
func Populate(t testing.TB, s store.Store) {
	t.Helper()
	epoch := fence(t, s, Installation)
	populateWith(t, s, tenants, epoch)
	populateWith(t, s, groups, epoch)
	populateWith(t, s, policies, epoch)
	populateWith(t, s, people, epoch)
	budgeted := tenants.empty("budgeted")
	budgeted.Settings.RemovalBudget = &roster.RemovalBudget{Max: 1, Window: 60}
	create(t, s, tenants, budgeted, "budgeted", epoch)
	create(t, s, people, colleague("leaver", "budgeted"), "leaver", epoch)
	leaver := colleague("leaver", "budgeted").Left(noon)
	if _, err := s.People().Put(context.Background(), leaver, during(epoch, owner("leaver")), removing(noon)); err != nil {
		t.Fatalf("Put of who leaves: %v; expected it to succeed", err)
	}
	create(t, s, people, invited("invited"), "invited", epoch)
	keep(t, s, invited("invited"), full())
	expectNil(t, "SetAvatar", s.Accounts().SetAvatar(context.Background(), invited("invited").Key(), []byte{0xff, 0xd8, 0, '\''}))
	for i := range 2 * store.PageSize / 3 {
		create(t, s, groups, groups.empty(fmt.Sprintf("many-%d", i)), fmt.Sprint(i), epoch)
	}
}

// Fill puts one record of every kind into an empty store, with every field set.
func Fill(t testing.TB, s store.Store) {
	t.Helper()
	epoch := fence(t, s, Installation)
	create(t, s, tenants, tenants.filled("filled"), "tenant", epoch)
	create(t, s, groups, groups.filled("filled"), "group", epoch)
	create(t, s, policies, policies.filled("filled"), "policy", epoch)
	create(t, s, people, people.filled("filled"), "person", epoch)
}

// Restore puts all records of a world again, each with the stamp it has, and answers how many of them that changed.
func Restore(t testing.TB, s store.Store, content Content) (changed int) {
	t.Helper()
	return restore(t, s.Tenants(), content.Tenants) + restore(t, s.Groups(), content.Groups) +
		restore(t, s.Policies(), content.Policies) + restore(t, s.People(), content.People)
}

func restore[K comparable, V store.Record[K, V]](t testing.TB, in store.Records[K, V], list []store.Stored[V]) (changed int) {
	t.Helper()
	for _, stored := range list {
		written, err := in.Put(context.Background(), stored.Value, stored.Stamp, store.Terms{})
		if err != nil {
			t.Fatalf("Put of %v: %v; expected the record to be put right", stored.Value.Key(), err)
		}
		if written.Changed {
			changed++
		}
	}
	return changed
}

func populateWith[K comparable, V store.Record[K, V]](t testing.TB, s store.Store, k kind[K, V], epoch int64) {
	t.Helper()
	create(t, s, k, k.filled("filled"), k.name+"-filled", epoch)
	create(t, s, k, k.empty("empty"), k.name+"-empty", epoch)
	create(t, s, k, k.keyed(filled[V](), abroad, tenant, "filled"), k.name+"-abroad", epoch)
	for i, v := range k.variants("variant") {
		create(t, s, k, k.keyed(v, company, tenant, fmt.Sprint("variant-", i)), fmt.Sprint(k.name, "-variant-", i), epoch)
	}
	for i, name := range []string{"a b", "B", "_", "zebra", "Äpfel & <birnen>", "'; DROP TABLE \"users\"; --", "漢字", "\U0001f642", "%_\\"} {
		create(t, s, k, k.empty(name), fmt.Sprint(k.name, "-name-", i), epoch)
	}
	orphan := k.filled("orphan")
	create(t, s, k, orphan, k.name+"-orphan", epoch)
	if err := k.of(s).Release(context.Background(), orphan.Key(), during(epoch, owner(k.name+"-orphan"))); err != nil {
		t.Fatalf("Release: %v; expected the record to become nobody's", err)
	}
}

func create[K comparable, V store.Record[K, V]](t testing.TB, s store.Store, k kind[K, V], value V, object string, epoch int64) {
	t.Helper()
	written, err := k.of(s).Put(context.Background(), value, during(epoch, owner(object)), store.Terms{})
	if err != nil || !written.Changed {
		t.Fatalf("Put of %v: %+v, %v; expected a new record", value.Key(), written, err)
	}
}

// Read reads all there is of a world.
func Read(t testing.TB, s store.Store) Content {
	t.Helper()
	id, err := s.ID(context.Background())
	if err != nil {
		t.Fatalf("ID: %v", err)
	}
	content := Content{ID: id}
	for _, company := range []string{company, abroad} {
		content.Tenants = append(content.Tenants, all(t, s.Tenants(), company)...)
		content.Groups = append(content.Groups, all(t, s.Groups(), company)...)
		content.Policies = append(content.Policies, all(t, s.Policies(), company)...)
		content.People = append(content.People, all(t, s.People(), company)...)
	}
	return content
}
