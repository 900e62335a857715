// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres_test

import (
	"testing"

	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/sqlstore"
	"github.com/roster-dev/roster/internal/store/sqlstore/postgres"
	"github.com/roster-dev/roster/internal/store/storetest"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

func TestMain(m *testing.M) { postgresserver.Main(m) }

func TestPostgreSQLKeepsTheLaws(t *testing.T) {
	storetest.Run(t, func(t testing.TB) store.Store {
		server := postgresserver.Shared(t)
		return open(t, server.URL(postgresserver.Administrator, migrated(t, server)))
	})
}

func BenchmarkPut(b *testing.B) {
	server := postgresserver.Own(b, postgresserver.Durable())
	storetest.BenchmarkPut(b, open(b, server.URL(postgresserver.Administrator, server.Database(b))))
}

func BenchmarkWriters(b *testing.B) {
	server := postgresserver.Own(b, postgresserver.Durable())
	storetest.BenchmarkWriters(b, open(b, server.URL(postgresserver.Administrator, server.Database(b))))
}

// migrated is a database with the tables of an empty store.
func migrated(t testing.TB, server *postgresserver.Server) string {
	t.Helper()
	return server.Copy(t, "migrated", func(t testing.TB, database string) {
		s, err := postgres.Open(server.URL(postgresserver.Administrator, database))
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.ID(t.Context())
		if closing := s.Close(); err != nil || closing != nil {
			t.Fatalf("migrating a new database: %v, %v", err, closing)
		}
	})
}

// open is the store at a URL; it is closed with the test.
func open(t testing.TB, url string, options ...postgres.Option) *sqlstore.Store {
	t.Helper()
	s, err := postgres.Open(url, options...)
	if err != nil {
		t.Fatalf("Open %s: %v", url, err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}
