// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/roster-dev/roster/internal/roster"
)

// me is the name in Kubernetes of whoever asks in tests of authority.
const me = "me@idp"

// leaves is an object as what stands at each of its paths, as a person would write them: "spec.tenants[a].role". An element of a set
// stands for itself, and an entry or a group by a path of its own.
type leaves map[string]string

// with is a copy in which some paths have other values; an empty one is taken away, with all below it.
func (l leaves) with(pairs ...string) leaves {
	changed := maps.Clone(l)
	for i := 0; i < len(pairs); i += 2 {
		path, value := pairs[i], pairs[i+1]
		if value != "" {
			changed[path] = value
			continue
		}
		maps.DeleteFunc(changed, func(p, _ string) bool {
			return p == path || strings.HasPrefix(p, path+".") || strings.HasPrefix(p, path+"[")
		})
	}
	return changed
}

// tenantsOfTests are all the tenants there are in tests of authority.
var tenantsOfTests = []string{"a", "b", "c"}

// entries are the tenants an Operator names.
func (l leaves) entries() []string {
	return slices.DeleteFunc(slices.Clone(tenantsOfTests), func(name string) bool {
		_, named := l["spec.tenants["+name+"]"]
		return !named
	})
}

var entryLeaf = regexp.MustCompile(`^spec\.tenants\[([a-z-]+)\]`)

// setsOfTests are the lists whose elements are plain names.
var setsOfTests = []string{"channels", "permissions", "team", "conversations", "messages", "required", "finalizers"}

// tree is the object as decoded JSON, the lists in no particular order.
func (l leaves) tree() map[string]any {
	if l == nil {
		return nil
	}
	tree := map[string]any{}
	for _, path := range slices.Sorted(maps.Keys(l)) {
		plant(tree, path, l[path])
	}
	return tree
}

// plant puts a value at a path of a tree.
func plant(tree map[string]any, path, value string) {
	name, rest, deeper := cutStep(path)
	if open := strings.Index(name, "["); open >= 0 {
		list, key := name[:open], strings.TrimSuffix(name[open+1:], "]")
		switch {
		case slices.Contains(setsOfTests, list):
			elements, _ := tree[list].([]any)
			tree[list] = append(elements, key)
		case list == "tenants":
			plantElement(tree, list, "tenant", key, rest, value, deeper)
		case list == "groups":
			plantElement(tree, list, "name", key, "priority", value, true)
		case list == "subjects":
			elements, _ := tree[list].([]any)
			subject := map[string]any{}
			plant(subject, rest, value)
			tree[list] = append(elements, subject)
		default:
			plant(child(tree, list), escaped(key), value)
		}
		return
	}
	if deeper {
		plant(child(tree, name), rest, value)
		return
	}
	tree[unescaped(name)] = plain(value)
}

// cutStep parts a path at the first dot outside brackets.
func cutStep(path string) (step, rest string, deeper bool) {
	depth := 0
	for i, c := range path {
		switch {
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == '.' && depth == 0:
			return path[:i], path[i+1:], true
		}
	}
	return path, "", false
}

func escaped(key string) string   { return strings.ReplaceAll(key, ".", "\x00") }
func unescaped(key string) string { return strings.ReplaceAll(key, "\x00", ".") }

func child(tree map[string]any, name string) map[string]any {
	inner, found := tree[name].(map[string]any)
	if !found {
		inner = map[string]any{}
		tree[name] = inner
	}
	return inner
}

func plantElement(tree map[string]any, list, key, name, rest, value string, deeper bool) {
	elements, _ := tree[list].([]any)
	i := slices.IndexFunc(elements, func(e any) bool { return e.(map[string]any)[key] == name })
	if i < 0 {
		i = len(elements)
		elements = append(elements, map[string]any{key: name})
		tree[list] = elements
	}
	if deeper {
		plant(elements[i].(map[string]any), rest, value)
	}
}

func plain(value string) any {
	switch value {
	case "true":
		return true
	case "false":
		return false
	}
	return value
}

// powers are what a requester may do by RBAC, and what was asked.
type powers struct {
	company bool
	tenants []string
	secrets []string
	err     error
	asked   []string
}

func (p *powers) AdministersCompany() (bool, error) {
	p.asked = append(p.asked, "companies")
	return p.company, p.err
}

func (p *powers) AdministersTenant(tenant string) (bool, error) {
	p.asked = append(p.asked, "tenants/"+tenant)
	return slices.Contains(p.tenants, tenant), p.err
}

func (p *powers) ReadsSecret(name string) (bool, error) {
	p.asked = append(p.asked, "secrets/"+name)
	return slices.Contains(p.secrets, name), p.err
}

// person is an Operator who claims to be the requester.
func person(name string, entries ...roster.Entry) roster.Operator {
	return roster.Operator{Company: company, Name: name, UserName: name, Active: true, Entries: entries}
}

// refusedPaths are all fields of some refusals, in order; "" is the object as a whole.
func refusedPaths(refusals []roster.Refusal) []string {
	var paths []string
	for _, r := range refusals {
		if len(r.Paths) == 0 {
			paths = append(paths, "")
		}
		paths = append(paths, r.Paths...)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// anOperator is an Operator with every field of the schema set, in the tenants a and b.
func anOperator() leaves {
	l := leaves{
		"apiVersion": "identity.roster.dev/v1alpha1", "kind": "Operator",
		"metadata.name": "anna", "metadata.labels[tier]": "gold", "metadata.annotations[note]": "x", "metadata.annotations[roster.dev/resend-activation-at]": "1",
		"metadata.finalizers[identity.roster.dev/finalizer]": "x", "metadata.finalizers[other.example.com/wait]": "x",
		"metadata.ownerReferences": "x", "metadata.resourceVersion": "1", "metadata.generation": "1", "metadata.managedFields": "x",
		"spec.userName": "anna", "spec.profile.givenName": "x", "spec.profile.familyName": "x", "spec.profile.email": "x", "spec.profile.title": "x",
		"spec.profile.phoneNumber": "x", "spec.profile.locale": "x", "spec.profile.timeZone": "x", "spec.profile.publicName": "x",
		"spec.homeTenant": "a", "spec.active": "true", "spec.suspend": "false", "spec.deletionPolicy": "Deactivate",
		"spec.credential.mode": "InitialPassword", "spec.credential.passwordSecretRef.name": "first", "spec.credential.passwordSecretRef.key": "password",
		"spec.notifications.afterCall": "true", "spec.notifications.afterConversation": "true",
		"spec.notifications.conversations[Sound]": "x", "spec.notifications.messages[Sound]": "x",
		"spec.kubernetesUser": me, "status": "x",
	}
	for _, tenant := range []string{"a", "b"} {
		at := "spec.tenants[" + tenant + "]"
		maps.Copy(l, leaves{
			at: "x", at + ".active": "true", at + ".role": "Worker", at + ".groups[desk]": "Normal", at + ".channels[Chat]": "x",
			at + ".permissions[ViewEmails]": "x", at + ".team[bert]": "x", at + ".visibility.othersArchivedCalls": "true", at + ".offlineMessages": "true",
			at + ".notifications.afterCall": "true", at + ".profile.givenName": "x", at + ".profile.publicName": "x",
			at + ".profile.title": "x", at + ".profile.email": "x", at + ".profile.phoneNumber": "x",
		})
	}
	return l
}

func aTenant() leaves {
	return leaves{
		"apiVersion": "identity.roster.dev/v1alpha1", "kind": "Tenant",
		"metadata.name": "a", "metadata.labels[tier]": "gold", "metadata.annotations[note]": "x",
		"metadata.finalizers[identity.roster.dev/finalizer]": "x", "metadata.ownerReferences": "x", "metadata.generation": "1",
		"spec.displayName": "A", "spec.channels[Chat]": "x", "spec.conversations.othersMessages": "Allowed", "spec.payments.enabled": "false",
		"spec.integrations.facebook.pageID": "1", "spec.integrations.facebook.accessTokenSecretRef.name": "page",
		"spec.integrations.facebook.accessTokenSecretRef.key": "token", "spec.rolePolicy": "Strict", "status": "x",
	}
}

func aGroup() leaves {
	return leaves{
		"apiVersion": "identity.roster.dev/v1alpha1", "kind": "Group",
		"metadata.name": "desk", "metadata.labels[tier]": "gold", "metadata.annotations[note]": "x",
		"metadata.finalizers[identity.roster.dev/finalizer]": "x", "metadata.generation": "1",
		"spec.tenant": "a", "spec.displayName": "Desk", "spec.channels[Chat]": "x", "spec.routing.strategy": "RoundRobin", "status": "x",
	}
}

func aPolicy() leaves {
	return leaves{
		"apiVersion": "identity.roster.dev/v1alpha1", "kind": "ChannelPolicy",
		"metadata.name": "all", "metadata.labels[tier]": "gold", "metadata.annotations[note]": "x",
		"metadata.finalizers[identity.roster.dev/finalizer]": "x", "metadata.generation": "1",
		"spec.tenant": "a", "spec.channels[Chat]": "x", "spec.subjects[0].role": "Worker", "spec.availability.online": "Allowed", "status": "x",
	}
}
