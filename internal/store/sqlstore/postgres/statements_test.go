// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

// Each statement is a round trip to the server, so a Put issues few: one transaction that reads, and writes only what differs.
func TestPutIssuesFewStatements(t *testing.T) {
	server := postgresserver.Own(t)
	name := migrated(t, server)
	s := open(t, server.URL(postgresserver.Administrator, name))
	if _, err := s.ID(t.Context()); err != nil {
		t.Fatal(err)
	}
	server.Run(t, "postgres", "ALTER DATABASE "+name+" SET log_statement = 'all'")
	s = open(t, server.URL(postgresserver.Administrator, name))
	// The rows of all that belongs to a person are read together; the last of the tables gives the statement its name here.
	read := []string{"BEGIN", "LOCK", "SELECT users", "SELECT access"}
	worker, other := person("worker"), person("somebody else")
	for _, m := range worker.Memberships {
		worker.Access = append(worker.Access, manages(m.Tenant, "files.manage", "groups.list"))
	}
	other.Access = worker.Access
	other.Access = append(other.Access, manages("umbrella", "groups.list"))
	put(t, s.People(), other, "somebody else")
	for _, c := range []struct {
		reason string
		change func()
		want   []string
	}{
		{
			"a new person", func() {},
			[]string{
				"BEGIN", "LOCK", "SELECT users", "LOCK SHARED", "SELECT writer_epochs",
				"INSERT users", "INSERT capability_sets", "INSERT memberships", "INSERT membership_groups", "INSERT grants", "INSERT access", "COMMIT",
			},
		},
		{"an equal person", func() {}, slices.Concat(read, []string{"COMMIT"})},
		{
			"one field of the person", func() { worker.User.Profile.Title = "another" },
			slices.Concat(read, []string{"LOCK SHARED", "SELECT writer_epochs", "UPDATE users", "COMMIT"}),
		},
		{
			"one field of a grant", func() { worker.Grants[0].Away = false },
			slices.Concat(read, []string{"LOCK SHARED", "SELECT writer_epochs", "UPDATE users", "UPDATE grants", "COMMIT"}),
		},
		{
			"what somebody may do already", func() { worker.Access[1] = manages("globex", "groups.list") },
			slices.Concat(read, []string{"LOCK SHARED", "SELECT writer_epochs", "UPDATE users", "INSERT capability_sets", "UPDATE access", "COMMIT"}),
		},
		{
			"what nobody may do yet", func() { worker.Access[2] = manages("initech", "files.manage") },
			slices.Concat(read, []string{
				"LOCK SHARED", "SELECT writer_epochs", "UPDATE users", "INSERT capability_sets", "INSERT capabilities", "UPDATE access", "COMMIT",
			}),
		},
		{
			"somebody made Administrator", func() { worker.Memberships[0].Role = roster.Administrator },
			slices.Concat(read, []string{"LOCK SHARED", "SELECT writer_epochs", "UPDATE users", "UPDATE memberships", "COMMIT"}),
		},
		{
			"an Administrator who lets a tenant go, which alone looks at others", func() { worker.Memberships[0].Role = roster.Manager },
			slices.Concat(read, []string{
				"LOCK SHARED", "SELECT writer_epochs", "LOCK", "SELECT memberships", "UPDATE users", "UPDATE memberships", "COMMIT",
			}),
		},
	} {
		c.change()
		begins, ends := "SELECT 'before "+c.reason+"'", "SELECT 'after "+c.reason+"'"
		logTo(t, server, name, begins)
		if _, err := s.People().Put(t.Context(), worker, stampOf("worker"), store.Terms{Administered: true}); err != nil {
			t.Fatalf("Put of %s: %v", c.reason, err)
		}
		_, log, _ := strings.Cut(logTo(t, server, name, ends), begins+"\n")
		log, _, _ = strings.Cut(log, ends)
		if diff := cmp.Diff(c.want, statements(log)); diff != "" {
			t.Errorf("Put of %s issues other statements (-expected +got):\n%s", c.reason, diff)
		}
	}
}

// manages is the access of a Manager who may do something.
func manages(tenant string, capabilities ...roster.Capability) roster.Access {
	a := roster.Access{Tenant: tenant, Role: roster.Manager}
	for _, c := range capabilities {
		a.Capabilities = append(a.Capabilities, roster.HeldCapability{Capability: c, Reach: roster.ReachTenant})
	}
	return a
}

// logTo runs a statement, and is what the server logged until it was run: a server answers before its log is read.
func logTo(t *testing.T, server *postgresserver.Server, database, statement string) string {
	t.Helper()
	server.Run(t, database, statement)
	eventually(t, "the server logs "+statement, func() error {
		if !strings.Contains(server.Log(), statement+"\n") {
			return errors.New("it is not there yet")
		}
		return nil
	})
	return server.Log()
}

// statements are those a log of the server has, in short.
func statements(log string) []string {
	var all []string
	for _, found := range regexp.MustCompile(`LOG:  (?:execute \S+|statement): (.+)`).FindAllStringSubmatch(log, -1) {
		all = append(all, short(found[1]))
	}
	return all
}

func short(statement string) string {
	verb, _, _ := strings.Cut(statement, " ")
	switch {
	case strings.Contains(statement, "pg_advisory_xact_lock_shared"):
		return "LOCK SHARED"
	case strings.Contains(statement, "pg_advisory_xact_lock"):
		return "LOCK"
	}
	tables := regexp.MustCompile(`(?:JOIN|INTO|UPDATE|FROM) (\w+)`).FindAllStringSubmatch(statement, -1)
	if len(tables) == 0 {
		return strings.ToUpper(verb)
	}
	return strings.ToUpper(verb) + " " + tables[len(tables)-1][1]
}
