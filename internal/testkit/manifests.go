// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"fmt"
	"strings"

	"github.com/roster-dev/roster/api/v1alpha1"
)

// Choices is where drawn manifests come from: a seeded *rand.Rand of math/rand/v2, or a property test.
type Choices interface {
	// IntN is a number from 0 up to but without n.
	IntN(n int) int
}

// DrawManifests are n manifests of a namespace, as decoded JSON: tenants, groups, policies and people who name each other, and sometimes
// what is not there. About one in three breaks a rule of some sort: of the schema, in CEL, or of the core alone. Each has a name of its own.
func DrawManifests(choices Choices, namespace string, n int) []map[string]any {
	d := drawing{choices, namespace, n}
	var all []map[string]any
	for i := range n {
		var object map[string]any
		switch {
		case i < 3:
			object = d.tenant([]string{"north", "south", "west"}[i])
		case i%6 == 3:
			object = d.group(fmt.Sprintf("group-%d", i))
		case i%6 == 4:
			object = d.policy(fmt.Sprintf("policy-%d", i))
		default:
			object = d.operator(fmt.Sprintf("person-%d", i))
		}
		if d.oneIn(3) {
			d.spoil(object)
		}
		all = append(all, object)
	}
	return all
}

type drawing struct {
	Choices

	namespace string
	n         int
}

func (d drawing) oneIn(n int) bool { return d.IntN(n) == 0 }

func one[E any](d drawing, from ...E) E { return from[d.IntN(len(from))] }

// someOf is a part of a list, each element with the chance of one in so many.
func someOf(d drawing, in int, list ...string) []any {
	part := []any{}
	for _, e := range list {
		if d.oneIn(in) {
			part = append(part, e)
		}
	}
	return part
}

func (d drawing) object(kind, name string, spec map[string]any) map[string]any {
	return map[string]any{
		"apiVersion": v1alpha1.GroupVersion.String(), "kind": kind, "metadata": map[string]any{"name": name, "namespace": d.namespace}, "spec": spec,
	}
}

// aTenant is the name of a tenant that is there, or sometimes of none.
func (d drawing) aTenant() string {
	return one(d, "north", "north", "north", "south", "south", "west", "nowhere")
}

func (d drawing) aGroup() string {
	return one(d, fmt.Sprintf("group-%d", d.IntN(d.n)/6*6+3), "group-3", "general", "ghosts")
}

func (d drawing) aPerson() string { return fmt.Sprintf("person-%d", d.IntN(d.n)) }

func (d drawing) tenant(name string) map[string]any {
	spec := map[string]any{"channels": someOf(d, 2, "Chat", "Phone", "Email", "WhatsApp")}
	if d.oneIn(2) {
		spec["rolePolicy"] = one(d, "Strict", "Additive")
	}
	if d.oneIn(3) {
		spec["groupPolicy"] = map[string]any{"maxPerOperator": int64(1 + d.IntN(2))}
	}
	if d.oneIn(3) {
		spec["profilePolicy"] = map[string]any{"required": []any{one(d, "Title", "PhoneNumber")}}
	}
	if d.oneIn(3) {
		spec["awayRouting"] = map[string]any{"channels": someOf(d, 2, "Chat", "Email")}
	}
	return d.object("Tenant", name, spec)
}

func (d drawing) group(name string) map[string]any {
	spec := map[string]any{"tenant": d.aTenant()}
	if d.oneIn(3) {
		spec["channels"] = []any{one(d, "Chat", "Phone", "Facebook")}
	}
	return d.object("Group", name, spec)
}

func (d drawing) policy(name string) map[string]any {
	subjects := []any{}
	for range 1 + d.IntN(2) {
		subjects = append(subjects, d.subject())
	}
	spec := map[string]any{"tenant": d.aTenant(), "channels": []any{one(d, "Chat", "Phone", "Email")}, "subjects": subjects}
	if d.oneIn(4) {
		spec["availability"] = map[string]any{"online": one(d, "Allowed", "Denied"), "away": "Denied"}
	}
	return d.object("ChannelPolicy", name, spec)
}

func (d drawing) subject() map[string]any {
	switch d.IntN(5) {
	case 0:
		return map[string]any{"role": one(d, "Worker", "Manager", "Administrator")}
	case 1:
		return map[string]any{"group": d.aGroup()}
	case 2:
		return map[string]any{"operator": d.aPerson()}
	case 3:
		return map[string]any{"selector": map[string]any{"matchLabels": map[string]any{one(d, "shift", "example.com/shift", "not a key!", "-"): one(d, "day", "night", "no value!")}}}
	}
	expression := map[string]any{"key": one(d, "shift", "a/b/c", ""), "operator": one(d, "In", "NotIn", "Exists", "Like")}
	if d.oneIn(2) {
		expression["values"] = []any{one(d, "day", "no value!")}
	}
	return map[string]any{"selector": map[string]any{"matchExpressions": []any{expression}}}
}

func (d drawing) operator(name string) map[string]any {
	login := name
	if d.oneIn(8) {
		login = one(d, d.aPerson(), strings.ToUpper(d.aPerson()), name+"@example.com")
	}
	profile := map[string]any{"givenName": "Given", "familyName": "Family", "email": one(d, name, name, name, name, d.aPerson()) + "@example.com"}
	if d.oneIn(3) {
		profile["title"] = "Head"
	}
	if d.oneIn(12) {
		profile["publicName"] = "somebody@example.com"
	}
	spec := map[string]any{"userName": login, "profile": profile}
	if d.oneIn(6) {
		spec["active"] = false
	}
	if d.oneIn(12) {
		spec["companyAdministrator"] = true
	}
	if d.oneIn(8) {
		spec["kubernetesUser"] = one(d, "same@idp", name+"@idp")
	}
	entries := []any{}
	for _, tenant := range []string{"north", "south", "nowhere"} {
		if d.oneIn(2) {
			entries = append(entries, d.entry(tenant))
		}
	}
	spec["tenants"] = entries
	object := d.object("Operator", name, spec)
	if d.oneIn(3) {
		object["metadata"].(map[string]any)["labels"] = map[string]any{"shift": one(d, "day", "night")}
	}
	return object
}

func (d drawing) entry(tenant string) map[string]any {
	entry := map[string]any{"tenant": tenant, "role": one(d, "Worker", "Worker", "Manager", "Administrator"), "channels": someOf(d, 3, "Chat", "Phone", "Email", "Instagram")}
	if d.oneIn(5) {
		entry["active"] = false
	}
	if d.oneIn(3) {
		entry["permissions"] = someOf(d, 3, "ViewSessions", "ViewEmails", "ManageFiles")
	}
	if d.oneIn(2) {
		groups := []any{}
		for _, g := range []string{"general", "ghosts", "group-3", "group-9"} {
			if d.oneIn(3) {
				groups = append(groups, map[string]any{"name": g, "priority": one(d, "Primary", "Normal", "Backup")})
			}
		}
		entry["groups"] = groups
	}
	if entry["role"] == "Manager" && d.oneIn(2) {
		entry["team"] = []any{d.aPerson()}
	}
	if d.oneIn(4) {
		entry["notifications"] = map[string]any{"afterConversation": true, "afterCall": d.oneIn(2)}
	}
	return entry
}
