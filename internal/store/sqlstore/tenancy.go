// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"time"

	"github.com/roster-dev/roster/internal/roster"
)

var tenants = aggregate[roster.TenantKey, roster.TenantRecord]{
	table: "tenants",
	key:   func(k roster.TenantKey) []any { return []any{k.Company, k.Tenant} },
	columns: []column[roster.TenantRecord]{
		plain("company", func(t *roster.TenantRecord) *string { return &t.Company }),
		plain("tenant", func(t *roster.TenantRecord) *string { return &t.Tenant }),
		plain("display_name", func(t *roster.TenantRecord) *string { return &t.DisplayName }),
		plain("others_messages", func(t *roster.TenantRecord) *roster.MessageVisibility { return &t.OthersMessages }),
		plain("unassigned_scope", func(t *roster.TenantRecord) *roster.UnassignedScope { return &t.UnassignedScope }),
		document("settings", func(t *roster.TenantRecord) *roster.Settings { return &t.Settings }),
		plain("has_groups", func(t *roster.TenantRecord) *bool { return &t.HasGroups }),
		plain("retired", func(t *roster.TenantRecord) *bool { return &t.Retired }),
		moment("purge_after", func(t *roster.TenantRecord) *time.Time { return &t.PurgeAfter }),
		optional("held", func(t *roster.TenantRecord) *roster.HoldReason { return &t.Held }),
	},
	parts: []part[roster.TenantRecord]{
		channelsOf("tenant_channels", []string{"company", "tenant"}, func(t *roster.TenantRecord) *[]roster.Channel { return &t.Channels }),
		channelsOf("tenant_away_channels", []string{"company", "tenant"}, func(t *roster.TenantRecord) *[]roster.Channel { return &t.AwayRouting }),
	},
}

var groups = aggregate[roster.GroupKey, roster.Group]{
	table: "tenant_groups",
	key:   func(k roster.GroupKey) []any { return []any{k.Company, k.Tenant, k.Group} },
	columns: []column[roster.Group]{
		plain("company", func(g *roster.Group) *string { return &g.Company }),
		plain("tenant", func(g *roster.Group) *string { return &g.Tenant }),
		plain("group_name", func(g *roster.Group) *string { return &g.Name }),
		plain("display_name", func(g *roster.Group) *string { return &g.DisplayName }),
		optional("description", func(g *roster.Group) *string { return &g.Description }),
		{"all_channels", func(g *roster.Group) any { return allOf{&g.Channels} }},
		plain("routing_strategy", func(g *roster.Group) *roster.RoutingStrategy { return &g.Routing.Strategy }),
		optional("max_concurrent_per_operator", func(g *roster.Group) *int { return &g.Routing.MaxConcurrentPerOperator }),
	},
	parts: []part[roster.Group]{
		channelsOf("group_channels", []string{"company", "tenant", "group_name"}, func(g *roster.Group) *[]roster.Channel { return &g.Channels }),
	},
}

var policies = aggregate[roster.PolicyKey, roster.Policy]{
	table: "channel_policies",
	key:   func(k roster.PolicyKey) []any { return []any{k.Company, k.Tenant, k.Policy} },
	columns: []column[roster.Policy]{
		plain("company", func(p *roster.Policy) *string { return &p.Company }),
		plain("tenant", func(p *roster.Policy) *string { return &p.Tenant }),
		plain("policy_name", func(p *roster.Policy) *string { return &p.Name }),
		document("channels", func(p *roster.Policy) *[]roster.Channel { return &p.Channels }),
		document("subjects", func(p *roster.Policy) *[]roster.Subject { return &p.Subjects }),
		plain("online", func(p *roster.Policy) *bool { return &p.Online }),
		plain("away", func(p *roster.Policy) *bool { return &p.Away }),
		optional("capacity", func(p *roster.Policy) *int { return &p.Capacity }),
	},
}

// channelsOf maps a set of channels to a table with a row for each.
func channelsOf[V any](table string, reference []string, set func(*V) *[]roster.Channel) *child[V, roster.Channel] {
	return &child[V, roster.Channel]{
		table: table, reference: reference, keys: 1,
		columns: []column[roster.Channel]{plain("channel", func(c *roster.Channel) *roster.Channel { return c })},
		rows:    func(v *V) []roster.Channel { return *set(v) },
		add: func(v *V, c roster.Channel) (bool, string) {
			*set(v) = append(*set(v), c)
			return true, ""
		},
	}
}
