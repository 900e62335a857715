// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"fmt"
	"testing"

	"github.com/roster-dev/roster/internal/roster"
)

// callCentre is a tenant with groups and policies, and a Manager of it in two groups with a team of ten.
func callCentre() (*world, roster.Operator) {
	w := newWorld(tenant("north", roster.Chat, roster.Phone, roster.Email)).withGroups(group("billing", "north"), group("sales", "north"))
	lead := in(entry("north", roster.Manager, roster.Chat), "billing", "sales")
	lead.Permissions = []roster.Permission{roster.ViewSessions, roster.ManageFiles}
	for i := range 10 {
		name := fmt.Sprintf("worker-%d", i)
		w.withOperators(operator(name, in(entry("north", roster.Worker), "billing")))
		lead.Team = append(lead.Team, name)
	}
	w.withPolicies(
		policy("calls", "north", roster.Subject{Role: roster.Manager}, roster.Phone),
		policy("night", "north", roster.Subject{Selector: &roster.Selector{MatchLabels: map[string]string{"shift": "night"}}}, roster.Email),
	)
	person := operator("lead", lead)
	person.Labels = map[string]string{"shift": "night"}
	person.CredentialMode = roster.IdentityProvider
	w.withOperators(person)
	return w, person
}

// itself is a store whose IDs are the user names.
func itself(userName string) (string, bool) { return userName, true }

// someConversations are some that the lead of the call centre reads, for one reason and another, and some that he does not.
func someConversations() []roster.Conversation {
	return []roster.Conversation{
		{Tenant: "north", Kind: roster.ChatSession},
		{Tenant: "north", Group: "sales", Kind: roster.Call, Participants: []string{"someone"}, Assignee: "someone"},
		{Tenant: "north", Group: "gone", Kind: roster.EmailThread, Participants: []string{"worker-9"}, Assignee: "worker-9"},
		{Tenant: "north", Group: "gone", Kind: roster.ArchivedCall, Participants: []string{"lead"}, Assignee: "lead"},
		{Tenant: "north", Group: "gone", Kind: roster.EmailThread, Participants: []string{"a", "b", "c"}, Assignee: "a"},
		{Tenant: "south", Kind: roster.OfflineMessage},
	}
}

func BenchmarkCompile(b *testing.B) {
	w, lead := callCentre()
	worker, _ := w.Operator(company, "worker-1")
	for name, person := range map[string]roster.Operator{"Manager with a team of ten": lead, "Worker": worker} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				roster.Compile(person, w)
			}
		})
	}
}

// BenchmarkWant is what a pass over an object computes before it compares a digest: the rules, the holds and the record.
func BenchmarkWant(b *testing.B) {
	w, lead := callCentre()
	b.ReportAllocs()
	for b.Loop() {
		roster.Want(lead, w)
	}
}

func BenchmarkStand(b *testing.B) {
	w, lead := callCentre()
	person := roster.Compile(lead, w).Person
	b.ReportAllocs()
	for b.Loop() {
		person.Stand("north", w)
	}
}

func BenchmarkRead(b *testing.B) {
	w, lead := callCentre()
	standing := roster.Compile(lead, w).Person.Stand("north", w)
	reader, conversations := standing.Reader("lead", itself), someConversations()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		reader.Read(&conversations[i%len(conversations)])
	}
}

func BenchmarkRoute(b *testing.B) {
	w, lead := callCentre()
	standing := roster.Compile(lead, w).Person.Stand("north", w)
	presence := roster.Presence{State: roster.Online, Off: []roster.Channel{roster.Email}}
	groups := []string{"", "billing", "sales", "gone"}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		standing.Route(roster.Phone, groups[i%len(groups)], presence, 1)
	}
}

func BenchmarkExplain(b *testing.B) {
	w, lead := callCentre()
	standing := roster.Compile(lead, w).Person.Stand("north", w)
	reader, conversations := standing.Reader("lead", itself), someConversations()
	same := func(id string) string { return id }
	b.Run("a capability", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			standing.Explain(roster.VisitorsList)
		}
	})
	b.Run("reading", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			standing.ExplainReading(reader, conversations[i%len(conversations)], same)
		}
	})
}
