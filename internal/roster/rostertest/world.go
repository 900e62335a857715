// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package rostertest is what tests of access share: small generated companies, and a second opinion on who may read and who may be
// routed to. The opinion is written straight from the formulas of docs/access.md, over what is declared, and shares no code with
// the core; so it can judge the core as well as the views of an identity store.
package rostertest

import (
	"iter"
	"slices"
	"strings"

	"github.com/roster-dev/roster/internal/roster"
)

// World is a small company as declared, and a Directory over it. Look-ups walk its lists, so keep it small.
type World struct {
	// Company is the company of everything in the world; a look-up with another one finds nothing.
	Company         string
	Tenants         []roster.Tenant
	Groups          []roster.Group
	Operators       []roster.Operator
	ChannelPolicies []roster.Policy
}

var _ roster.Directory = (*World)(nil)

// Clone is a world whose lists can be changed without changing this one's: those of the world, and the entries of its people. What
// hangs deeper is shared and must be replaced whole.
func (w *World) Clone() *World {
	clone := *w
	clone.Tenants, clone.Groups, clone.ChannelPolicies = slices.Clone(w.Tenants), slices.Clone(w.Groups), slices.Clone(w.ChannelPolicies)
	clone.Operators = slices.Clone(w.Operators)
	for i := range clone.Operators {
		clone.Operators[i].Entries = slices.Clone(clone.Operators[i].Entries)
	}
	return &clone
}

// Tenant is the tenant of that name.
func (w *World) Tenant(company, name string) (roster.Tenant, bool) {
	return find(w, company, w.Tenants, func(t roster.Tenant) bool { return t.Record.Tenant == name })
}

// Group is the group of that object name.
func (w *World) Group(company, name string) (roster.Group, bool) {
	return find(w, company, w.Groups, func(g roster.Group) bool { return g.Name == name })
}

// Operator is the person of that object name.
func (w *World) Operator(company, name string) (roster.Operator, bool) {
	return find(w, company, w.Operators, func(o roster.Operator) bool { return o.Name == name })
}

// HasGroups tells whether there is a group of the tenant, or an operator who declares one, other than the general group.
func (w *World) HasGroups(company, tenant string) bool {
	if company != w.Company {
		return false
	}
	declares := func(o roster.Operator) bool {
		entry, _ := o.Entry(tenant)
		return slices.ContainsFunc(entry.Groups, func(g roster.GroupMembership) bool { return g.Group != roster.GeneralGroup })
	}
	return slices.ContainsFunc(w.Groups, func(g roster.Group) bool { return g.Tenant == tenant }) || slices.ContainsFunc(w.Operators, declares)
}

// Policies are the channel policies of a tenant, in the order of the list.
func (w *World) Policies(company, tenant string) iter.Seq[roster.Policy] {
	return func(yield func(roster.Policy) bool) {
		for _, p := range w.ChannelPolicies {
			if company == w.Company && p.Tenant == tenant && !yield(p) {
				return
			}
		}
	}
}

// UserNames are the user names of everybody, as they are compared, in the order of the list.
func (w *World) UserNames() []string {
	names := make([]string, 0, len(w.Operators))
	for _, o := range w.Operators {
		names = append(names, strings.ToLower(o.UserName))
	}
	return names
}

func find[E any](w *World, company string, list []E, wanted func(E) bool) (E, bool) {
	var none E
	if company != w.Company {
		return none, false
	}
	i := slices.IndexFunc(list, wanted)
	if i < 0 {
		return none, false
	}
	return list[i], true
}
