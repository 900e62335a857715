// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"iter"
	"maps"
	"slices"

	"github.com/roster-dev/roster/internal/roster"
)

const company = "acme"

// world is a Directory over plain maps.
type world struct {
	tenants   map[string]roster.Tenant
	groups    map[string]roster.Group
	operators map[string]roster.Operator
	policies  map[string]roster.Policy
}

func newWorld(tenants ...roster.Tenant) *world {
	w := &world{
		tenants:   map[string]roster.Tenant{},
		groups:    map[string]roster.Group{},
		operators: map[string]roster.Operator{},
		policies:  map[string]roster.Policy{},
	}
	for _, t := range tenants {
		w.tenants[t.Record.Tenant] = t
	}
	return w
}

func (w *world) withTenant(t roster.Tenant) { w.tenants[t.Record.Tenant] = t }

func (w *world) withGroups(groups ...roster.Group) *world {
	for _, g := range groups {
		w.groups[g.Name] = g
	}
	return w
}

func (w *world) withOperators(operators ...roster.Operator) *world {
	for _, o := range operators {
		w.operators[o.Name] = o
	}
	return w
}

func (w *world) withPolicies(policies ...roster.Policy) *world {
	for _, p := range policies {
		w.policies[p.Name] = p
	}
	return w
}

func (w *world) Tenant(_, name string) (roster.Tenant, bool) { t, ok := w.tenants[name]; return t, ok }
func (w *world) Group(_, name string) (roster.Group, bool)   { g, ok := w.groups[name]; return g, ok }
func (w *world) Operator(_, name string) (roster.Operator, bool) {
	o, ok := w.operators[name]
	return o, ok
}

func (w *world) Policies(_, tenant string) iter.Seq[roster.Policy] {
	return func(yield func(roster.Policy) bool) {
		for _, name := range slices.Sorted(maps.Keys(w.policies)) {
			if p := w.policies[name]; p.Tenant == tenant && !yield(p) {
				return
			}
		}
	}
}

func (w *world) HasGroups(_, tenant string) bool {
	for _, g := range w.groups {
		if g.Tenant == tenant {
			return true
		}
	}
	for _, o := range w.operators {
		e, _ := o.Entry(tenant)
		if slices.ContainsFunc(e.Groups, func(g roster.GroupMembership) bool { return g.Group != roster.GeneralGroup }) {
			return true
		}
	}
	return false
}

func tenant(name string, channels ...roster.Channel) roster.Tenant {
	return roster.Tenant{Record: roster.TenantRecord{Company: company, Tenant: name, Channels: channels}}
}

func group(name, tenant string) roster.Group {
	return roster.Group{Company: company, Tenant: tenant, Name: name}
}

func operator(name string, entries ...roster.Entry) roster.Operator {
	return roster.Operator{Company: company, Name: name, UserName: name, Active: true, Entries: entries}
}

func entry(tenant string, role roster.Role, channels ...roster.Channel) roster.Entry {
	return roster.Entry{Tenant: tenant, Active: true, Role: role, Channels: channels}
}

func in(e roster.Entry, groups ...string) roster.Entry {
	for _, g := range groups {
		e.Groups = append(e.Groups, roster.GroupMembership{Group: g, Priority: roster.Normal})
	}
	return e
}

func policy(name, tenant string, subject roster.Subject, channels ...roster.Channel) roster.Policy {
	return roster.Policy{
		Company: company, Tenant: tenant, Name: name, Channels: channels,
		Subjects: []roster.Subject{subject}, Online: true, Away: true,
	}
}
