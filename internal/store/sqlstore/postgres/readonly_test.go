// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres_test

import (
	"errors"
	"testing"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/sqlstore/postgres"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

// A database without the tables is not given any, and one with them is read and refuses every write.
func TestAStoreOpenedToBeReadIsNeitherMadeNorWritten(t *testing.T) {
	server := postgresserver.Shared(t)
	database := server.Database(t)
	read, err := postgres.OpenReadOnly(server.URL(postgresserver.Administrator, database))
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	if _, err := read.ID(t.Context()); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("a database without tables should be unavailable, got %v", err)
	}
	made, err := postgres.Open(server.URL(postgresserver.Administrator, database))
	if err != nil {
		t.Fatal(err)
	}
	defer made.Close()
	id, err := made.ID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read.ID(t.Context()); err != nil || got != id {
		t.Errorf("the store should be read, want the ID %s, got %q and %v", id, got, err)
	}
	group := roster.Group{Company: "acme", Tenant: "north", Name: "sales"}
	stamp := store.Stamp{Owner: store.Owner{Installation: "i", Namespace: "acme", Kind: "Group", Name: "sales"}}
	if _, err := read.Groups().Put(t.Context(), group, stamp, store.Terms{}); err == nil {
		t.Error("a write should be refused")
	}
}
