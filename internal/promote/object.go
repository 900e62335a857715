// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package promote

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/roster-dev/roster/internal/manifest"
)

// Object is one object as a source declares it, with its defaults.
type Object struct {
	Kind, Namespace, Name string
	// fields are what it says, each under its path, see [written].
	fields map[string]leaf
	// raw is how the source wrote it, without defaults; nil where only a cluster has it. Foreign are the fields of it that are not carried over,
	// since they are the target's own.
	raw     *document
	foreign [][]string
	// renamed are the fields that name something which is called otherwise in the target.
	renamed [][]string
}

// leaf is one field: a value, or a list, which is compared whole.
type leaf struct {
	path  []string
	value any
}

// kindOperator is the kind of people, who may be in several tenants.
const kindOperator = "Operator"

func (o *Object) id() string { return o.Kind + "/" + o.Name }

// objectsOf are the objects of the four kinds, by kind and name.
func objectsOf(all *manifest.Objects) (map[string]*Object, error) {
	found := map[string]*Object{}
	add := func(kind, namespace, name string, labels map[string]string, spec any) error {
		o := &Object{Kind: kind, Namespace: namespace, Name: name, fields: map[string]leaf{}}
		encoded, err := json.Marshal(map[string]any{"metadata": map[string]any{"labels": OwnLabels(labels)}, "spec": spec})
		if err != nil {
			return err
		}
		var tree map[string]any
		if err := json.Unmarshal(encoded, &tree); err != nil {
			return err
		}
		o.flatten(nil, tree)
		if other, twice := found[o.id()]; twice {
			return fmt.Errorf("%s is of the companies %s and %s: promote out of one company, and into one", o.id(), other.Namespace, namespace)
		}
		found[o.id()] = o
		return nil
	}
	for _, t := range all.Tenants {
		if err := add("Tenant", t.Namespace, t.Name, t.Labels, t.Spec); err != nil {
			return nil, err
		}
	}
	for _, g := range all.Groups {
		if err := add("Group", g.Namespace, g.Name, g.Labels, g.Spec); err != nil {
			return nil, err
		}
	}
	for _, p := range all.Policies {
		if err := add("ChannelPolicy", p.Namespace, p.Name, p.Labels, p.Spec); err != nil {
			return nil, err
		}
	}
	for _, o := range all.Operators {
		if err := add(kindOperator, o.Namespace, o.Name, o.Labels, o.Spec); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// delivery are the beginnings of labels by which tools know what they delivered into a cluster.
var delivery = []string{"kustomize.toolkit.fluxcd.io/", "helm.toolkit.fluxcd.io/", "argocd.argoproj.io/", "app.kubernetes.io/instance", "app.kubernetes.io/managed-by"}

// OwnLabels are the labels but for those of delivery; none is nil.
func OwnLabels(labels map[string]string) map[string]string {
	kept := maps.Clone(labels)
	maps.DeleteFunc(kept, func(name, _ string) bool {
		return slices.ContainsFunc(delivery, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
	})
	if len(kept) == 0 {
		return nil
	}
	return kept
}

// flatten notes the fields below a path. The entries of an Operator are told apart by their tenants.
func (o *Object) flatten(path []string, node any) {
	switch node := node.(type) {
	case nil:
		return
	case map[string]any:
		for name, child := range node {
			o.flatten(append(slices.Clone(path), name), child)
		}
		return
	case []any:
		if o.Kind == kindOperator && written(path) == "spec."+entries {
			for _, e := range node {
				entry, _ := e.(map[string]any)
				tenant, _ := entry[entryKey].(string)
				o.flatten(append(slices.Clone(path), entryStep(tenant)), e)
			}
			return
		}
	}
	o.fields[written(path)] = leaf{path, node}
}

// written is a path as people write it: "spec.tenants[retail].role". A name with a dot or a slash stands in brackets, too.
func written(path []string) string {
	var text strings.Builder
	for i, step := range path {
		switch {
		case isEntry(step):
			text.WriteString(step)
		case strings.ContainsAny(step, "./"):
			text.WriteString("[" + step + "]")
		default:
			if i > 0 {
				text.WriteString(".")
			}
			text.WriteString(step)
		}
	}
	return text.String()
}

// canonical is a value as text, by which equal ones are equal. The lists of our kinds are sets.
func canonical(value any) string {
	encoded, err := json.Marshal(ordered(value))
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(encoded)
}

func ordered(value any) any {
	switch value := value.(type) {
	case []any:
		texts := map[string]any{}
		for _, e := range value {
			texts[canonical(e)] = ordered(e)
		}
		list := []any{}
		for _, text := range slices.Sorted(maps.Keys(texts)) {
			list = append(list, texts[text])
		}
		return list
	case map[string]any:
		next := map[string]any{}
		for name, child := range value {
			next[name] = ordered(child)
		}
		return next
	}
	return value
}

// hash names a field's value; empty is that it is not there.
func (o *Object) hash(path string) string {
	if o == nil {
		return ""
	}
	l, there := o.fields[path]
	if !there {
		return ""
	}
	sum := sha256.Sum256([]byte(canonical(l.value)))
	return hex.EncodeToString(sum[:8])
}

// inOrder are the objects of a map by kind, what is named before what names it, and by name.
func inOrder(objects map[string]*Object) []string {
	rank := func(id string) int {
		kind, _, _ := strings.Cut(id, "/")
		return slices.Index(kinds, kind)
	}
	return slices.SortedFunc(maps.Keys(objects), func(a, b string) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b)) })
}

// paths are the paths of some objects together, in order.
func paths(objects ...*Object) []string {
	found := map[string]bool{}
	for _, o := range objects {
		if o != nil {
			for path := range o.fields {
				found[path] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// pathOf is a path of one of two objects, in steps.
func pathOf(path string, objects ...*Object) []string {
	for _, o := range objects {
		if o != nil {
			if l, there := o.fields[path]; there {
				return l.path
			}
		}
	}
	return nil
}

// tenants are the tenants an object belongs to.
func (o *Object) tenants() []string {
	switch o.Kind {
	case "Tenant":
		return []string{o.Name}
	case kindOperator:
		var names []string
		for _, l := range o.fields {
			if len(l.path) > 3 && l.path[1] == entries && l.path[3] == entryKey {
				names = append(names, entryName(l.path[2]))
			}
		}
		return names
	}
	tenant, _ := o.fields["spec.tenant"].value.(string)
	return []string{tenant}
}

// of narrows an Operator to what belongs to one tenant: the person's own part and that entry. To be Administrator of the company, and
// where else somebody is at home, is none of a tenant's business.
func (o *Object) of(tenant string) *Object {
	if o == nil || o.Kind != kindOperator {
		return o
	}
	narrow := &Object{Kind: o.Kind, Namespace: o.Namespace, Name: o.Name, fields: map[string]leaf{}, raw: o.raw, renamed: o.renamed}
	for path, l := range o.fields {
		foreign := len(l.path) > 2 && l.path[1] == entries && l.path[2] != entryStep(tenant)
		if !foreign && path != "spec.homeTenant" && path != "spec.companyAdministrator" {
			narrow.fields[path] = l
		}
	}
	return narrow
}
