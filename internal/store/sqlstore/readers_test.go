// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/roster/rostertest"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/sqlstore"
)

// company is whose records the small world of the guide for readers are.
const company = "contact-centre"

// smallCompany is what docs/store.md says its answers are of.
func smallCompany() *rostertest.World {
	person := func(name string, role roster.Role, edit func(*roster.Operator, *roster.Entry)) roster.Operator {
		o := roster.Operator{
			Company: company, Name: name, UserName: name, Active: true, CredentialMode: roster.IdentityProvider,
			Profile: roster.Profile{Email: name + "@example.com"},
		}
		entry := roster.Entry{Tenant: "acme", Active: true, Role: role}
		edit(&o, &entry)
		o.Entries = []roster.Entry{entry}
		return o
	}
	boss := person("boss", "", func(*roster.Operator, *roster.Entry) {})
	boss.CompanyAdministrator, boss.Entries = true, nil
	channels := []roster.Channel{roster.Chat, roster.Phone}
	return &rostertest.World{
		Company: company,
		Tenants: []roster.Tenant{{Record: roster.TenantRecord{
			Company: company, Tenant: "acme", Channels: channels, AwayRouting: channels,
			OthersMessages: roster.MessagesAllowed, UnassignedScope: roster.ScopeGeneral,
		}}},
		Groups: []roster.Group{{Company: company, Tenant: "acme", Name: "billing"}, {Company: company, Tenant: "acme", Name: "sales"}},
		ChannelPolicies: []roster.Policy{{
			Company: company, Tenant: "acme", Name: "voice", Channels: []roster.Channel{roster.Phone},
			Subjects: []roster.Subject{{Role: roster.Worker}}, Online: true, Capacity: 2,
		}},
		Operators: []roster.Operator{
			boss,
			person("worker", roster.Worker, func(_ *roster.Operator, e *roster.Entry) {
				e.Groups, e.Channels = []roster.GroupMembership{{Group: "billing", Priority: roster.Normal}}, []roster.Channel{roster.Chat}
			}),
			person("lead", roster.Manager, func(_ *roster.Operator, e *roster.Entry) {
				e.Groups, e.Channels = []roster.GroupMembership{{Group: "sales", Priority: roster.Primary}}, []roster.Channel{roster.Phone}
				e.Team = []string{"worker"}
			}),
			person("new", roster.Worker, func(o *roster.Operator, e *roster.Entry) {
				o.CredentialMode, e.Channels = roster.ActivationLink, []roster.Channel{roster.Chat}
			}),
		},
	}
}

// found puts a company into a store as a manager does, and answers the IDs of its people by user name.
func found(t testing.TB, s store.Store, w *rostertest.World) map[string]string {
	t.Helper()
	ids := map[string]string{}
	for i, tenant := range w.Tenants {
		settleOne(t, s.Tenants(), tenant.CompileRecord(w))
		if i == 0 {
			// One is enough to tell whether its record counts where it should not.
			settleOne(t, s.Groups(), tenant.General())
		}
	}
	for _, group := range w.Groups {
		settleOne(t, s.Groups(), group)
	}
	for _, operator := range w.Operators {
		person := roster.Compile(operator, w).Person
		ids[person.User.UserName] = settleOne(t, s.People(), person)
	}
	return ids
}

// settleOne puts a record and answers its ID.
func settleOne[K comparable, V store.Record[K, V]](t testing.TB, in store.Records[K, V], value V) string {
	t.Helper()
	stamp := store.Stamp{Owner: store.Owner{Installation: "production", Namespace: company, Kind: "Object", Name: "object"}}
	written, err := in.Put(context.Background(), value, stamp, store.Terms{})
	if err != nil {
		t.Fatalf("Put of %v: %v", value.Key(), err)
	}
	return written.ID
}

func ask(t testing.TB, s *sqlstore.Store, question string) []string {
	t.Helper()
	reader, err := s.Reader(context.Background())
	if err != nil {
		t.Fatalf("%s: %v", question, err)
	}
	answer, err := reader.Answer(context.Background(), question)
	if err := errors.Join(err, reader.Close()); err != nil {
		t.Fatalf("%s: %v", question, err)
	}
	return answer
}

func run(t testing.TB, s *sqlstore.Store, statements ...string) {
	t.Helper()
	if err := s.Execute(context.Background(), statements...); err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
}

// example is a piece of SQL in the guide for readers, with what it answers.
type example struct {
	language, text string
	// answer is nil where the guide says none.
	answer []string
}

// examples are those of the guide that a database understands.
func examples(t testing.TB, database string) []example {
	t.Helper()
	text, err := os.ReadFile("../../../docs/store.md")
	if err != nil {
		t.Fatal(err)
	}
	language := map[string]string{"SQLite": "sqlite", "PostgreSQL": "postgresql"}[database]
	var all []example
	pattern := regexp.MustCompile("(?s)```(sql|sqlite|postgresql)\n(.*?)```\n(?:```text\n(.*?)```\n)?")
	for _, match := range pattern.FindAllStringSubmatch(string(text), -1) {
		e := example{language: match[1], text: match[2]}
		if match[3] != "" {
			e.answer = strings.Split(strings.TrimSpace(match[3]), "\n")
		}
		if e.language == "sql" || e.language == language {
			all = append(all, e)
		}
	}
	return all
}

// exampleWith is the one example of the guide, for a database, that has some text.
func exampleWith(t testing.TB, database, text string) string {
	t.Helper()
	all := slices.DeleteFunc(examples(t, database), func(e example) bool { return !strings.Contains(e.text, text) })
	if len(all) != 1 {
		t.Fatalf("docs/store.md has %d examples for %s with %q; expected one", len(all), database, text)
	}
	return all[0].text
}

// naming replaces what stands for the IDs of people in the guide.
func naming(text string, ids map[string]string) string {
	for name, id := range ids {
		text = strings.ReplaceAll(text, "id-of-"+name, id)
	}
	return text
}

// TestExamplesOfTheGuideAnswerWhatItSays runs all SQL of the guide over the small company it is about.
func TestExamplesOfTheGuideAnswerWhatItSays(t *testing.T) {
	for database, open := range databases {
		t.Run(database, func(t *testing.T) {
			s := open(t)
			ids := found(t, s, smallCompany())
			for _, id := range ids {
				run(t, s, "INSERT INTO presence (user_id, tenant, state) VALUES ('"+id+"', 'acme', 'Online')")
			}
			answered := 0
			for _, e := range examples(t, database) {
				if e.answer == nil {
					run(t, s, naming(e.text, ids))
					continue
				}
				answered++
				if got := ask(t, s, naming(e.text, ids)); !slices.Equal(got, e.answer) {
					t.Errorf("%s answers\n%s\nand the guide says\n%s", e.text, strings.Join(got, "\n"), strings.Join(e.answer, "\n"))
				}
			}
			if answered < 10 {
				t.Errorf("the guide has %d questions with answers for %s; expected ten at least", answered, database)
			}
		})
	}
}
