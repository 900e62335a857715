// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgresserver_test

import (
	"testing"

	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

func TestServerIsKilledAndComesBackWithWhatItConfirmed(t *testing.T) {
	server := postgresserver.Own(t)
	database := server.Database(t)
	server.Run(t, database, "CREATE TABLE confirmed (n INT)")
	for n := range 3 {
		server.Run(t, database, "INSERT INTO confirmed VALUES (1)")
		if err := server.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := server.Execute(t.Context(), database, "SELECT 1"); err == nil {
			t.Error("a killed server answers; expected no connection")
		}
		if err := server.Restart(); err != nil {
			t.Fatal(err)
		}
		var rows int
		if err := server.Connect(t, database).QueryRow(t.Context(), "SELECT count(*) FROM confirmed").Scan(&rows); err != nil || rows != n+1 {
			t.Errorf("after crash %d there are %d rows (%v); expected %d", n+1, rows, err, n+1)
		}
	}
}

func TestDatabasesOfTestsAreApart(t *testing.T) {
	server := postgresserver.Own(t)
	fill := func(t testing.TB, database string) { server.Run(t, database, "CREATE TABLE of_the_template (n INT)") }
	first, second := server.Copy(t, "template", fill), server.Copy(t, "template", fill)
	server.Run(t, first, "INSERT INTO of_the_template VALUES (1)")
	var rows int
	if err := server.Connect(t, second).QueryRow(t.Context(), "SELECT count(*) FROM of_the_template").Scan(&rows); err != nil || rows != 0 {
		t.Errorf("a copy has %d rows of another (%v); expected none", rows, err)
	}
}
