// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/roster-dev/roster/internal/roster"
)

// kinds are all kinds that the door decides on.
var kinds = []string{roster.KindOperator, roster.KindTenant, roster.KindGroup, roster.KindChannelPolicy}

// openMaps are the objects of which anybody chooses the keys; what else is written {*} in the table is a set.
var openMaps = []string{"metadata.labels", "metadata.annotations", "spec.subjects[#].selector.matchLabels"}

// standIn is a tree in which the path of a row leads to a value, and the path as a person is told it. An element of a list or set is
// there or not, and so is an object of a list that is known by a key.
func standIn(path string, value any) (tree any, shown string) {
	if path == "" {
		return value, ""
	}
	parent, step := lastStep(path)
	switch step[0] {
	case '{':
		key := strings.ReplaceAll(strings.Trim(step, "{}"), "*", "any")
		tree, shown = map[string]any{key: value}, "["+key+"]"
		if !slices.Contains(openMaps, parent) {
			tree = []any{}
			if value != nil {
				tree = []any{key}
			}
		}
	case '[':
		key := strings.Trim(step, "[]")
		if key == "#" {
			return above(parent, []any{value}, "[0]")
		}
		element := map[string]any{key: "a"}
		if inner, is := value.(map[string]any); is {
			for name, v := range inner {
				element[name] = v
			}
		}
		tree, shown = []any{element}, "[a]"
		if value == nil {
			tree = []any{}
		}
	default:
		tree, shown = map[string]any{strings.TrimPrefix(step, "."): value}, step
	}
	return above(parent, tree, shown)
}

func above(parent string, tree any, shown string) (any, string) {
	outer, before := standIn(parent, tree)
	return outer, strings.TrimPrefix(before+shown, ".")
}

// lastStep parts a path of the table before its last step.
func lastStep(path string) (parent, step string) {
	opening := map[byte]string{'}': "{", ']': "["}[path[len(path)-1]]
	if opening == "" {
		opening = "."
	}
	at := strings.LastIndex(path, opening)
	if at < 0 {
		return "", path
	}
	return path[:at], path[at:]
}

// asker is somebody who asks for a change, in a company with the one tenant a.
type asker struct {
	name string
	// company, verb, tenant and secret are what the asker has power over; person is whom the asker is.
	company, tenant, secret bool
	role                    roster.Role
}

var askers = []asker{
	{name: "somebody"},
	{name: "a company administrator by RBAC", company: true, secret: true},
	{name: "a company administrator by RBAC who may read no Secret", company: true},
	{name: "an Administrator of the tenant by RBAC", tenant: true, secret: true},
	{name: "an Administrator of the tenant by RBAC who may read no Secret", tenant: true},
	{name: "the person himself, a Worker", role: roster.Worker, secret: true},
	{name: "the person himself, a Manager", role: roster.Manager, secret: true},
}

func (a asker) requester(object string) roster.Requester {
	p := &powers{company: a.company}
	if a.tenant {
		p.tenants = []string{"a"}
	}
	if a.secret {
		p.secrets = []string{"before", "after"}
	}
	r := roster.Requester{User: me, Powers: p}
	if a.role != "" {
		r.Claimants = []roster.Operator{person(object, entry("a", a.role))}
	}
	return r
}

// may says whether the asker may change a field under a rule, of an object of the tenant a.
func (a asker) may(rule roster.FieldRule, kind string, added bool) bool {
	if rule.FreeToAdd && added || kind == roster.KindOperator && a.himself(rule.Self) {
		return true
	}
	byTenant := a.company || a.tenant
	allowed := map[roster.Authority]bool{
		roster.Anybody:               true,
		roster.AdministratorsOfAll:   byTenant,
		roster.TenantAdministrators:  byTenant,
		roster.EntryAdministrators:   byTenant,
		roster.CompanyAdministrators: a.company,
		roster.CompanyVerb:           a.company,
	}[rule.Who]
	return allowed && (rule.Reference == "" || a.secret)
}

func (a asker) himself(right roster.SelfRight) bool {
	return a.role != "" && right == roster.SelfMay || a.role == roster.Manager && right == roster.SelfAsManager
}

func TestEveryLineOfTheTableIsFollowed(t *testing.T) {
	t.Parallel()
	decisions := map[bool]int{}
	rows := 0
	for _, kind := range kinds {
		for rule := range roster.FieldRules(kind) {
			for _, field := range rule.Fields {
				rows++
				checkRow(t, kind, rule, strings.TrimSuffix(field, "?"), decisions)
			}
		}
	}
	t.Logf("%d rows, %d decisions, of which %d allow and %d refuse", rows, decisions[true]+decisions[false], decisions[true], decisions[false])
	if rows < 150 || decisions[true] < 300 || decisions[false] < 300 {
		t.Errorf("the table seems too small to be whole: %d rows", rows)
	}
}

// checkRow has every asker change what one row is about.
func checkRow(t *testing.T, kind string, rule roster.FieldRule, path string, decisions map[bool]int) {
	t.Helper()
	for _, edit := range edits(path) {
		for _, a := range askers {
			want := a.may(rule, kind, edit.before == nil)
			if saysWhose(kind, path, edit) {
				// Whose the object is before or after cannot be told, or is another's: it is the company's.
				want = a.company
			}
			before, _ := standIn(path, edit.before)
			after, shown := standIn(path, edit.after)
			got := decide(t, kind, before, after, a)
			if allowed := len(got) == 0; allowed != want {
				t.Errorf("%s %s: that %s may change it from %v to %v should be %t, is %t: %v",
					kind, path, a.name, edit.before, edit.after, want, allowed, got)
			}
			if len(got) > 0 && !slices.Contains(refusedPaths(got), shown) && rule.Reference == "" {
				t.Errorf("%s %s: the refusal should name %s, names %v", kind, path, shown, refusedPaths(got))
			}
			decisions[want]++
		}
	}
}

// saysWhose tells whether an edit of a row alone leaves nothing by which the object would be the tenant a's on both sides.
func saysWhose(kind, path string, e edit) bool {
	switch kind {
	case roster.KindOperator:
		return path == "spec" || path == "spec.tenants" || path == "spec.tenants[tenant]" && e.before == nil
	case roster.KindGroup, roster.KindChannelPolicy:
		return path == "spec" || path == "spec.tenant"
	}
	return false
}

// edit is a change of what stands at a path; nil is nothing.
type edit struct{ before, after any }

// edits are the changes of one row alone: a value that becomes another where there can be two, and its coming and going.
func edits(path string) []edit {
	_, step := lastStep(path)
	switch {
	case step == "[tenant]" || step == "[name]":
		return []edit{{nil, map[string]any{}}, {map[string]any{}, nil}}
	case step[0] == '{':
		return []edit{{nil, "after"}, {"before", nil}}
	case strings.HasSuffix(path, "SecretRef"):
		return []edit{{map[string]any{"name": "before"}, map[string]any{"name": "after"}}}
	case strings.HasSuffix(path, "SecretRef.key"):
		return nil
	}
	return []edit{{"before", "after"}}
}

// decide has an asker change one object, which belongs to the tenant a and to the asker as a person, if he is one.
func decide(t *testing.T, kind string, before, after any, a asker) []roster.Refusal {
	t.Helper()
	name := map[bool]string{true: "a", false: "object"}[kind == roster.KindTenant]
	refusals, err := roster.Authorize(
		roster.Change{Kind: kind, Company: company, Name: name, Before: belonging(kind, before), After: belonging(kind, after)},
		a.requester(name), newWorld(tenant("a")))
	if err != nil {
		t.Fatalf("a change that can be decided should be: %v", err)
	}
	return refusals
}

// belonging puts around what a row is about what says whose the object is.
func belonging(kind string, object any) map[string]any {
	whole := object.(map[string]any)
	spec, isObject := whole["spec"].(map[string]any)
	if _, there := whole["spec"]; !there {
		spec, isObject = map[string]any{}, true
		whole["spec"] = spec
	}
	if !isObject {
		// The row is that of the spec itself: it is no object, and says nothing.
		return whole
	}
	setDefault := func(name string, value any) {
		if _, there := spec[name]; !there {
			spec[name] = value
		}
	}
	switch kind {
	case roster.KindOperator:
		setDefault("tenants", []any{map[string]any{"tenant": "a"}})
		setDefault("kubernetesUser", me)
	case roster.KindGroup, roster.KindChannelPolicy:
		setDefault("tenant", "a")
	}
	return whole
}

func TestAFieldThatHasNoLineIsForWhoeverHasAll(t *testing.T) {
	t.Parallel()
	tenantAdministrator, company, self := askers[3], askers[1], askers[6]
	for _, tc := range []struct {
		reason, kind, path string
		byTenant           bool
	}{
		{"a field of an Operator", roster.KindOperator, "spec.unheardOf", true},
		{"a field of an entry", roster.KindOperator, "spec.tenants[tenant].unheardOf", true},
		{"a field of a profile", roster.KindOperator, "spec.profile.unheardOf", true},
		{"a field of the person's own notifications", roster.KindOperator, "spec.notifications.unheardOf", true},
		{"a field of the metadata", roster.KindOperator, "metadata.unheardOf", true},
		{"a field beside the spec", roster.KindOperator, "unheardOf", true},
		{"a field of a Tenant is not yet the tenant's", roster.KindTenant, "spec.unheardOf", false},
		{"a field of a Group is its tenant's", roster.KindGroup, "spec.unheardOf", true},
		{"a field of a ChannelPolicy is its tenant's", roster.KindChannelPolicy, "spec.subjects[#].unheardOf", true},
	} {
		for _, a := range []asker{tenantAdministrator, company, self, askers[0]} {
			want := a.company || a.tenant && tc.byTenant
			before, _ := standIn(tc.path, "before")
			after, _ := standIn(tc.path, "after")
			if got := decide(t, tc.kind, before, after, a); (len(got) == 0) != want {
				t.Errorf("%s: that %s may change %s should be %t: %v", tc.reason, a.name, tc.path, want, got)
			}
		}
	}
}

func TestAFieldWhoseNameLooksLikeAPathIsNotTheFieldThere(t *testing.T) {
	t.Parallel()
	self := askers[6]
	for _, name := range []string{"profile.email", "tenants[tenant].team{*}", "notifications?"} {
		before := map[string]any{"spec": map[string]any{}}
		after := map[string]any{"spec": map[string]any{name: "after"}}
		if got := decide(t, roster.KindOperator, before, after, self); len(got) == 0 {
			t.Errorf("a field named %q is in no schema, and the person himself should not write it", name)
		}
	}
}
