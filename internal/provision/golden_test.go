// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

var update = flag.Bool("update", false, "write the golden file of a compile version that has none yet")

// TestRecordsChangeOnlyWithTheCompileVersion holds the promise that a digest speaks for a record: what compiles and encodes
// differently must be named by another CompileVersion, or objects would be believed to be stored in a form they are not.
func TestRecordsChangeOnlyWithTheCompileVersion(t *testing.T) {
	golden := filepath.Join("testdata", fmt.Sprintf("compile-v%d.golden", roster.CompileVersion))
	got := encodeCorpus(t)
	want, err := os.ReadFile(golden)
	if os.IsNotExist(err) && *update {
		if err := os.WriteFile(golden, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err != nil {
		t.Fatalf("the corpus of compile version %d: %v; run this test with -update once, after raising roster.CompileVersion", roster.CompileVersion, err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("the corpus compiles to something else than compile version %d said (-want +got):\n%s\n"+
			"If that is meant, raise roster.CompileVersion and run this test with -update.", roster.CompileVersion, diff)
	}
}

func encodeCorpus(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	for _, c := range corpus() {
		wanted, err := sum(store.Owner{Installation: "golden", Namespace: "acme", Kind: "Any", Name: c.name}, c.records)
		if err != nil {
			t.Fatalf("sum of %s: %v", c.name, err)
		}
		fmt.Fprintf(&out, "%s %s\n", c.name, wanted)
		for _, r := range c.records {
			encoded, err := json.MarshalIndent(r.canonical, "", "  ")
			if err != nil {
				t.Fatalf("encode %s: %v", c.name, err)
			}
			fmt.Fprintf(&out, "%s\n", encoded)
		}
	}
	return out.Bytes()
}

type specimen struct {
	name    string
	records []Record
}

// corpus has a specimen of each kind with every field set, and one with none.
func corpus() []specimen {
	north := roster.Tenant{
		GeneralGroupName: "Front desk",
		Record: roster.TenantRecord{
			Company: "acme", Tenant: "north", DisplayName: "North",
			Channels:        []roster.Channel{roster.Phone, roster.Chat},
			OthersMessages:  roster.MessagesDenied,
			UnassignedScope: roster.ScopeAll,
			AwayRouting:     []roster.Channel{roster.Email},
			Settings: roster.Settings{
				Appearance:      roster.ChatAppearance{Theme: "Dark", AccentColor: "#102030", Position: "BottomLeft", AvatarShown: new(true)},
				Behaviour:       roster.ChatBehaviour{Greeting: "Hello", OfflineForm: "Shown", ProactiveInvitation: "Disabled"},
				Payments:        true,
				DeveloperAPI:    true,
				FacebookPageID:  "1234",
				RequiredProfile: []roster.ProfileField{roster.RequireTitle, roster.RequirePhoneNumber},
				ConsoleURL:      "https://console.example.com",
				Retention:       3600,
			},
		},
	}
	full := roster.Group{
		Company: "acme", Tenant: "north", Name: "billing", DisplayName: "Billing", Description: "Invoices",
		Channels: []roster.Channel{roster.Phone, roster.Email}, Routing: roster.Routing{Strategy: roster.LeastBusy, MaxConcurrentPerOperator: 4},
	}
	policy := roster.Policy{
		Company: "acme", Tenant: "north", Name: "calls", Channels: []roster.Channel{roster.Phone, roster.WhatsApp},
		Subjects: []roster.Subject{
			{Role: roster.Worker}, {Group: "billing"}, {Operator: "lead"},
			{Selector: &roster.Selector{
				MatchLabels:      map[string]string{"shift": "night", "floor": "2"},
				MatchExpressions: []roster.Requirement{{Key: "site", Operator: "In", Values: []string{"b", "a"}}},
			}},
		},
		Online: true, Capacity: 3,
	}
	worker := roster.Operator{Company: "acme", Name: "worker", UserName: "worker", Active: true,
		Entries: []roster.Entry{{Tenant: "north", Active: true, Role: roster.Worker}}}
	world := directory{tenants: map[string]roster.Tenant{"north": north}, groups: map[string]roster.Group{"billing": full},
		operators: map[string]roster.Operator{"worker": worker}, policies: []roster.Policy{policy}}
	return []specimen{
		{"tenant", []Record{Tenant(north.CompileRecord(world)), Group(north.General())}},
		{"empty-tenant", []Record{Tenant(roster.TenantRecord{Company: "acme", Tenant: "south"})}},
		{"retired-tenant", []Record{Tenant(roster.TenantRecord{Company: "acme", Tenant: "west", Retired: true, PurgeAfter: time.Date(2030, 1, 2, 3, 4, 5, 6789, time.UTC), Held: roster.HeldByBudget})}},
		{"group", []Record{Group(full)}},
		{"group-of-all-channels", []Record{Group(roster.Group{Company: "acme", Tenant: "north", Name: "all"})}},
		{"group-of-no-channel", []Record{Group(roster.Group{Company: "acme", Tenant: "north", Name: "none", Channels: []roster.Channel{}})}},
		{"policy", []Record{Policy(policy)}},
		{"lead", []Record{Person(roster.Compile(lead(), world).Person)}},
		{"worker", []Record{Person(roster.Compile(worker, world).Person)}},
		{"nobody", []Record{Person(roster.Compile(roster.Operator{Company: "acme", UserName: "nobody"}, directory{}).Person)}},
	}
}

// lead is a person with every field set.
func lead() roster.Operator {
	profile := roster.Profile{GivenName: "Amber", FamilyName: "Field", PublicName: "Amber", Title: "Lead", PhoneNumber: "+15550100", Email: "Lead@example.com"}
	return roster.Operator{
		Company: "acme", Name: "lead", UserName: "Lead.One", Labels: map[string]string{"site": "a"}, Profile: profile,
		Locale: "en-GB", TimeZone: "Europe/Prague", HomeTenant: "north", Active: true, CompanyAdministrator: true,
		CredentialMode: roster.IdentityProvider, IdentityProvider: "company-idp",
		Notifications:      roster.Notifications{AfterCall: new(true)},
		ConversationAlerts: []roster.Alert{roster.AlertSound, roster.AlertDesktop},
		MessageAlerts:      []roster.Alert{roster.AlertEmail},
		Entries: []roster.Entry{
			{
				Tenant: "south", Role: roster.Worker, Channels: []roster.Channel{roster.Facebook},
				Visibility: roster.Visibility{OthersArchivedCalls: new(true), LiveVisitors: new(true), LiveVisitorPreview: new(true), OthersOfflineMessages: new(true)},
			},
			{
				Tenant: "north", Active: true, Role: roster.Manager, Team: []string{"worker", "ghost"},
				Groups:          []roster.GroupMembership{{Group: "sales", Priority: roster.Backup}, {Group: "billing", Priority: roster.Primary}},
				Channels:        []roster.Channel{roster.WhatsApp, roster.Chat},
				Permissions:     []roster.Permission{roster.ViewSessions, roster.ManageFiles},
				OfflineMessages: new(false),
				Notifications:   roster.Notifications{AfterConversation: new(true)},
				Profile:         profile,
			},
		},
	}
}

type directory struct {
	tenants   map[string]roster.Tenant
	groups    map[string]roster.Group
	operators map[string]roster.Operator
	policies  []roster.Policy
}

func (d directory) Tenant(_, name string) (roster.Tenant, bool) {
	t, ok := d.tenants[name]
	return t, ok
}
func (d directory) Group(_, name string) (roster.Group, bool) { g, ok := d.groups[name]; return g, ok }
func (d directory) Operator(_, name string) (roster.Operator, bool) {
	o, ok := d.operators[name]
	return o, ok
}

func (d directory) HasGroups(_, tenant string) bool {
	for _, g := range d.groups {
		if g.Tenant == tenant {
			return true
		}
	}
	return false
}

func (d directory) Policies(_, tenant string) iter.Seq[roster.Policy] {
	return func(yield func(roster.Policy) bool) {
		for _, p := range d.policies {
			if p.Tenant == tenant && !yield(p) {
				return
			}
		}
	}
}
