// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// company is whose records the small world of these tests are.
const company = "contact-centre"

// populate makes the small world that the guide's queries and the dumps of old versions are about: a change of it leaves
// those as they are.
func populate(t testing.TB, s store.Store) {
	t.Helper()
	acme := roster.TenantRecord{
		Company: company, Tenant: "acme", DisplayName: "Acme", OthersMessages: roster.MessagesAllowed, UnassignedScope: roster.ScopeGeneral,
		Channels: []roster.Channel{roster.Chat, roster.Phone}, AwayRouting: []roster.Channel{roster.Chat}, HasGroups: true,
	}
	globex := acme
	globex.Tenant, globex.DisplayName, globex.Retired = "globex", "Globex", true
	put(t, s.Tenants(), acme, "acme")
	put(t, s.Tenants(), globex, "globex")
	put(t, s.Groups(), roster.Group{Company: company, Tenant: "acme", Name: "billing", DisplayName: "Billing"}, "billing")
	put(t, s.Policies(), roster.Policy{
		Company: company, Tenant: "acme", Name: "voice", Channels: []roster.Channel{roster.Phone},
		Subjects: []roster.Subject{{Role: roster.Worker}}, Online: true, Capacity: 2,
	}, "voice")
	worker := person("worker")
	worker.Access = []roster.Access{permitted("acme"), permitted("globex"), permitted("initech")}
	left := person("left")
	left.User.Active = false
	put(t, s.People(), worker, "worker")
	put(t, s.People(), left, "left")
}

// person is somebody in three tenants, one of which is retired and one of which does not exist.
func person(name string) roster.Person {
	p := roster.Person{User: roster.User{
		Company: company, UserName: name, Active: true, CredentialMode: roster.ActivationLink,
		Profile: roster.Profile{Email: name + "@example.com", PublicName: name},
	}}
	for _, tenant := range []string{"acme", "globex", "initech"} {
		p.Memberships = append(p.Memberships, roster.Membership{
			Tenant: tenant, Active: true, Role: roster.Worker, Groups: []roster.GroupMembership{{Group: "billing", Priority: roster.Normal}},
		})
		p.Grants = append(p.Grants,
			grant(tenant, roster.Chat, 0, roster.Cause{Kind: roster.CauseDirect}),
			grant(tenant, roster.Phone, 2, roster.Cause{Kind: roster.CausePolicy, Name: "voice"}))
	}
	return p
}

// permitted is access that two capabilities, with their causes, make.
func permitted(tenant string) roster.Access {
	role := roster.Cause{Kind: roster.CauseRole, Name: string(roster.Worker)}
	return roster.Access{
		Tenant: tenant, Role: roster.Worker, Scope: roster.Scope{OfflineMessages: true},
		Capabilities: []roster.HeldCapability{
			{Capability: roster.ConversationRead, Reach: roster.ReachScope, Causes: []roster.Cause{role}},
			{Capability: roster.StatsRead, Reach: roster.ReachSelf, Causes: []roster.Cause{role}},
		},
	}
}

func grant(tenant string, channel roster.Channel, capacity int, cause roster.Cause) roster.Grant {
	return roster.Grant{Tenant: tenant, Channel: channel, Online: true, Away: true, Capacity: capacity, Causes: []roster.Cause{cause}}
}

func stampOf(name string) store.Stamp {
	return store.Stamp{Owner: store.Owner{Installation: "production", Namespace: company, Kind: "Object", Name: name}, UID: "uid", Generation: 1}
}

func put[K comparable, V any](t testing.TB, in store.Records[K, V], value V, name string) {
	t.Helper()
	if _, err := in.Put(context.Background(), value, stampOf(name), store.Terms{}); err != nil {
		t.Fatalf("Put %s: %v", name, err)
	}
}

// query is the result of a query, a line per row, as other programs see it.
func query(t testing.TB, in *pgx.Conn, text string) []string {
	t.Helper()
	rows, err := in.Query(context.Background(), text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	lines, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		values, err := row.Values()
		return line(values), err
	})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return lines
}

// line is a row as the guide for readers shows it.
func line(values []any) string {
	cells := make([]string, len(values))
	for i, value := range values {
		switch value := value.(type) {
		case nil:
		case bool:
			cells[i] = map[bool]string{true: "1", false: "0"}[value]
		default:
			cells[i] = fmt.Sprint(value)
		}
	}
	return strings.Join(cells, "|")
}
