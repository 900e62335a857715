// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// company is whose records the small world of these tests are.
const company = "contact-centre"

// populate makes a small world: a live tenant, a retired one and one that is not there, and people in all of them.
func populate(t *testing.T, s store.Store) {
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
	for _, person := range inhabitants() {
		put(t, s.People(), person, person.User.UserName)
	}
}

// inhabitants are people who hold the same grants in all tenants, and differ in one thing each.
func inhabitants() []roster.Person {
	person := func(name string, edit func(*roster.Person)) roster.Person {
		p := roster.Person{User: roster.User{
			Company: company, UserName: name, Active: true, CredentialMode: roster.ActivationLink,
			Profile: roster.Profile{Email: name + "@example.com", PublicName: name},
		}}
		for _, tenant := range []string{"acme", "globex", "initech"} {
			p.Memberships = append(p.Memberships, roster.Membership{
				Tenant: tenant, Active: true, Role: roster.Worker, Groups: groupsNamed("billing"),
			})
			p.Grants = append(p.Grants,
				grant(tenant, roster.Chat, 0, roster.Cause{Kind: roster.CauseDirect}),
				grant(tenant, roster.Phone, 2, roster.Cause{Kind: roster.CausePolicy, Name: "voice"}),
				grant(tenant, roster.Email, 0, roster.Cause{Kind: roster.CauseDirect}))
		}
		edit(&p)
		return p
	}
	return []roster.Person{
		person("worker", func(p *roster.Person) {
			p.Access = []roster.Access{permitted("acme"), permitted("globex"), permitted("initech")}
		}),
		person("vouched", func(p *roster.Person) { p.User.CredentialMode = roster.IdentityProvider; p.Grants = p.Grants[:1] }),
		person("never-away", func(p *roster.Person) { p.Grants = p.Grants[:1]; p.Grants[0].Away = false }),
		person("deactivated", func(p *roster.Person) { p.User.Active = false }),
		person("deactivated-in-acme", func(p *roster.Person) { p.Memberships[0].Active = false }),
		person("no-member", func(p *roster.Person) { p.Memberships = nil }),
		person("held", func(p *roster.Person) { p.User.Held = roster.HeldByBudget; p.Grants = p.Grants[:1] }),
	}
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

const everyChannel = `SELECT tenant, user_name, channel, online, away, capacity, causes, state FROM effective_channels
	WHERE company = ? ORDER BY tenant, user_name, channel`

func TestEffectiveChannelsAreThoseOfLivePeopleInLiveTenants(t *testing.T) {
	path := filepath.Join(t.TempDir(), "roster.db")
	s := open(t, path)
	populate(t, s)
	direct := `[{"kind":"Direct"}]`
	steps := []struct {
		reason string
		change func(*roster.TenantRecord)
		want   []string
	}{
		{"as the tenant was declared", func(*roster.TenantRecord) {}, []string{
			"acme|held|Chat|1|1||" + direct + "|Invited",
			"acme|never-away|Chat|1|0||" + direct + "|Invited",
			"acme|vouched|Chat|1|1||" + direct + "|Active",
			"acme|worker|Chat|1|1||" + direct + "|Invited",
			`acme|worker|Phone|1|0|2|[{"kind":"Policy","name":"voice"}]|Invited`,
		}},
		{"with another channel", func(r *roster.TenantRecord) { r.Channels = []roster.Channel{roster.Email} }, []string{
			"acme|worker|Email|1|0||" + direct + "|Invited",
		}},
		{"with another channel while away", func(r *roster.TenantRecord) {
			r.Channels, r.AwayRouting = []roster.Channel{roster.Email}, []roster.Channel{roster.Email}
		}, []string{
			"acme|worker|Email|1|1||" + direct + "|Invited",
		}},
		{"retired", func(r *roster.TenantRecord) { r.Retired = true }, nil},
	}
	for _, step := range steps {
		stored, err := s.Tenants().Get(t.Context(), roster.TenantKey{Company: company, Tenant: "acme"})
		if err != nil {
			t.Fatalf("Get: %v", err)
		}
		step.change(&stored.Value)
		put(t, s.Tenants(), stored.Value, "acme")
		if diff := cmp.Diff(step.want, query(t, raw(t, path), everyChannel, company)); diff != "" {
			t.Errorf("%s (-expected +got):\n%s", step.reason, diff)
		}
	}
}

func TestAMissingTenantComesAndGoesForEverybodyAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "roster.db")
	s := open(t, path)
	populate(t, s)
	initech := roster.TenantRecord{Company: company, Tenant: "initech", Channels: []roster.Channel{roster.Phone}}
	put(t, s.Tenants(), initech, "initech")
	people := "SELECT user_name FROM effective_channels WHERE tenant = 'initech' ORDER BY user_name"
	want := []string{"deactivated-in-acme", "worker"}
	if got := query(t, raw(t, path), people); !slices.Equal(got, want) {
		t.Errorf("people with channels in the new tenant: %v; expected %v", got, want)
	}
	if err := s.Tenants().Delete(t.Context(), initech.Key(), stampOf("Object", "initech"), store.Terms{}); err != nil {
		t.Fatalf("Delete: %v", err)
	}
	if got := query(t, raw(t, path), people); len(got) != 0 {
		t.Errorf("people with channels in a tenant that is gone: %v; expected none", got)
	}
}

// What readers ask for costs what the answer does, not what the store holds: no table is read from end to end.
func TestReadersAreServedByIndexes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "roster.db")
	populate(t, open(t, path))
	db := raw(t, path)
	for reason, question := range map[string]string{
		"one person by ID":          "SELECT * FROM effective_channels WHERE user_id = 'x'",
		"one person by name":        "SELECT * FROM effective_channels WHERE company = 'x' AND user_name = 'x'",
		"one channel of a tenant":   "SELECT * FROM effective_channels WHERE company = 'x' AND tenant = 'x' AND channel = 'x'",
		"one person's access":       "SELECT * FROM effective_access WHERE company = 'x' AND tenant = 'x' AND user_id = 'x'",
		"the same by name":          "SELECT * FROM effective_access WHERE company = 'x' AND tenant = 'x' AND user_name = 'x'",
		"the access in a tenant":    "SELECT * FROM effective_access WHERE company = 'x' AND tenant = 'x'",
		"one person's capabilities": "SELECT * FROM effective_capabilities WHERE company = 'x' AND tenant = 'x' AND user_name = 'x'",
		"who has a capability":      "SELECT * FROM effective_capabilities WHERE company = 'x' AND tenant = 'x' AND capability = 'x'",
		"one person's groups":       "SELECT * FROM effective_groups WHERE company = 'x' AND tenant = 'x' AND user_name = 'x'",
		"one person's team":         "SELECT * FROM effective_teams WHERE company = 'x' AND tenant = 'x' AND user_name = 'x'",
		"one person's routes":       "SELECT * FROM effective_routes WHERE company = 'x' AND tenant = 'x' AND user_name = 'x'",
		"the routes of a group":     "SELECT * FROM effective_routes WHERE company = 'x' AND tenant = 'x' AND channel = 'x' AND group_name = 'x' AND routable",
		"the people of a tenant":    "SELECT * FROM memberships WHERE company = 'x' AND tenant = 'x'",
		"the company's own":         "SELECT * FROM users WHERE company = 'x' AND company_administrator",
		"a person by address":       "SELECT * FROM users WHERE company = 'x' AND email_key = 'x'",
		"a person by object":        "SELECT * FROM users WHERE stamp_installation = 'x' AND stamp_namespace = 'x' AND stamp_kind = 'x' AND stamp_name = 'x'",
		"a page of people":          "SELECT * FROM users AS r WHERE r.company = 'x' AND (r.user_name) > ('x') ORDER BY r.company, r.user_name LIMIT 500",
		"a page of groups":          "SELECT * FROM tenant_groups AS r WHERE r.company = 'x' AND (r.tenant, r.group_name) > ('x', 'x') ORDER BY r.company, r.tenant, r.group_name LIMIT 500",
		"the grants of such a page": "SELECT * FROM users AS r JOIN grants AS p ON p.user_id = r.id WHERE r.company = 'x' AND (r.user_name) >= ('x') AND (r.user_name) <= ('y')",
	} {
		for _, step := range query(t, db, "EXPLAIN QUERY PLAN "+question) {
			if strings.Contains(step, "SCAN") || strings.Contains(step, "TEMP B-TREE") {
				t.Errorf("%s: the plan has the step %q; expected searches of indexes only", reason, step)
			}
		}
	}
}
