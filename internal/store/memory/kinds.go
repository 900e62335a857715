// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"slices"
	"strings"

	"github.com/roster-dev/roster/internal/roster"
)

// kind is all that one kind of aggregate does not share with the others.
type kind[K comparable, V any] struct {
	// parts are the parts of a key, the company first, in the order lists are sorted by.
	parts func(K) []string
	// flaw says what no store could hold of a value; empty is nothing.
	flaw func(V) string
	// unique is a value no two records share; empty is none. uniqueField is the field of the manifest it comes from.
	unique      func(V) string
	uniqueField string
	// lasting records have an ID.
	lasting bool
}

var tenants = kind[roster.TenantKey, roster.TenantRecord]{
	parts:  func(k roster.TenantKey) []string { return []string{k.Company, k.Tenant} },
	flaw:   func(t roster.TenantRecord) string { return unnamed(t.Company, t.Tenant) },
	unique: func(roster.TenantRecord) string { return "" },
}

var groups = kind[roster.GroupKey, roster.Group]{
	parts:  func(k roster.GroupKey) []string { return []string{k.Company, k.Tenant, k.Group} },
	flaw:   func(g roster.Group) string { return unnamed(g.Company, g.Tenant, g.Name) },
	unique: func(roster.Group) string { return "" },
}

var policies = kind[roster.PolicyKey, roster.Policy]{
	parts:  func(k roster.PolicyKey) []string { return []string{k.Company, k.Tenant, k.Policy} },
	flaw:   func(p roster.Policy) string { return unnamed(p.Company, p.Tenant, p.Name) },
	unique: func(roster.Policy) string { return "" },
}

var people = kind[roster.PersonKey, roster.Person]{
	parts: func(k roster.PersonKey) []string { return []string{k.Company, k.UserName} },
	flaw:  personFlaw,
	unique: func(p roster.Person) string {
		if p.User.Profile.Email == "" {
			return ""
		}
		return p.User.Company + "/" + p.User.EmailKey()
	},
	uniqueField: "spec.profile.email",
	lasting:     true,
}

func personFlaw(p roster.Person) string {
	keys := make([][]string, 0, len(p.Memberships)+len(p.Grants))
	for _, m := range p.Memberships {
		keys = append(keys, []string{m.Tenant})
		if repeated(m.Groups, func(g roster.GroupMembership) string { return g.Group }) {
			return "a membership names a group twice; each once is right"
		}
	}
	for _, g := range p.Grants {
		keys = append(keys, []string{g.Tenant, string(g.Channel)})
	}
	if flaw := accessFlaw(p.Access); flaw != "" {
		return flaw
	}
	if repeated(keys, func(parts []string) string { return strings.Join(parts, "/") }) {
		return "a tenant, or a channel of a tenant, occurs twice; each once is right"
	}
	return unnamed(append(slices.Concat(keys...), p.User.Company, p.User.UserName)...)
}

// accessFlaw allows an empty tenant: it stands for all tenants without a membership.
func accessFlaw(access []roster.Access) string {
	if repeated(access, func(a roster.Access) string { return a.Tenant }) {
		return "a tenant has access twice; each once is right"
	}
	for _, a := range access {
		if repeated(a.Capabilities, func(h roster.HeldCapability) string { return string(h.Capability) }) {
			return "a capability occurs twice; each once is right"
		}
		if slices.ContainsFunc(a.Capabilities, func(h roster.HeldCapability) bool { return h.Capability == "" }) {
			return unnamed("")
		}
	}
	return ""
}

func repeated[E any](list []E, key func(E) string) bool {
	seen := map[string]bool{}
	for _, e := range list {
		seen[key(e)] = true
	}
	return len(seen) < len(list)
}

func unnamed(names ...string) string {
	if slices.Contains(names, "") {
		return "a part of its key is empty; every part needs a value"
	}
	return ""
}
