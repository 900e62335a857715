// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	strictjson "sigs.k8s.io/json"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/parallel"
)

// head is what tells an object's kind, and a list's items.
type head struct {
	metav1.TypeMeta `json:",inline"`

	Items []json.RawMessage `json:"items"`
}

// found is a declaration with the JSON it is read from.
type found struct {
	*Declaration

	content []byte
	kind    metav1.TypeMeta
}

// declarations are the objects of documents, and what of the documents is none, in their order.
func declarations(documents []*document) []found {
	perDocument := make([][]found, len(documents))
	parallel.Each(len(documents), func(i int) { perDocument[i] = documents[i].declarations() })
	// Documents that say nothing do not count.
	number, file := 0, ""
	var all []found
	for i, d := range documents {
		if d.file != file {
			number, file = 0, d.file
		}
		if d.fault == "" && d.silent() {
			continue
		}
		number++
		for _, f := range perDocument[i] {
			f.position.number = number
			all = append(all, f)
		}
		d.content = nil
	}
	return all
}

// declarations are the objects of one document.
func (d *document) declarations() []found {
	if err := d.convert(); err != nil {
		problem := Problem{Rule: RuleSyntax, Message: err.Error()}
		if syntax, ok := errors.AsType[*syntaxError](err); ok {
			problem.line = syntax.line
		}
		return []found{{Declaration: d.refused(nil, problem)}}
	}
	return d.take(d.content, metav1.TypeMeta{}, nil)
}

// refused is a part of a document of which no object can be made.
func (d *document) refused(items []int, problem Problem) *Declaration {
	return &Declaration{Problems: []Problem{problem}, document: d, position: d.at(items), items: items}
}

// at is the position of an object within lists.
func (d *document) at(items []int) position {
	at := d.position
	if len(items) > 0 {
		at.item = items[len(items)-1] + 1
	}
	return at
}

// take takes the objects of a part of a document, whose kind is that of a list where it does not say its own.
func (d *document) take(content []byte, listed metav1.TypeMeta, items []int) []found {
	refused := func(err error) []found {
		return []found{{Declaration: d.refused(items, Problem{Rule: RuleManifest, Message: err.Error()})}}
	}
	var h head
	if err := strictjson.UnmarshalCaseSensitivePreserveInts(content, &h); err != nil {
		if strings.HasPrefix(string(content), "{") {
			return refused(errors.New("apiVersion and kind must be text, and items a list"))
		}
		// A list or a lone value is no manifest, but a patch or the values of a chart.
		return nil
	}
	kind := metav1.TypeMeta{APIVersion: cmp.Or(h.APIVersion, listed.APIVersion), Kind: cmp.Or(h.Kind, listed.Kind)}
	ours, list, err := classify(kind)
	switch {
	case err != nil:
		return refused(err)
	case list:
		of := metav1.TypeMeta{}
		if ours {
			of = metav1.TypeMeta{APIVersion: kind.APIVersion, Kind: strings.TrimSuffix(kind.Kind, "List")}
		}
		var all []found
		for i, item := range h.Items {
			all = append(all, d.take(item, of, append(slices.Clone(items), i))...)
		}
		return all
	case ours:
		return []found{{Declaration: &Declaration{Kind: kind.Kind, document: d, position: d.at(items), items: items}, content: content, kind: kind}}
	}
	return nil
}

// kinds make an empty object of each kind.
var kinds = map[string]func() client.Object{
	"Tenant":        func() client.Object { return &v1alpha1.Tenant{} },
	"Group":         func() client.Object { return &v1alpha1.Group{} },
	"ChannelPolicy": func() client.Object { return &v1alpha1.ChannelPolicy{} },
	"Operator":      func() client.Object { return &v1alpha1.Operator{} },
}

// classify tells whether a kind is one of ours, and whether it is a list. What is neither is somebody else's and passed over; an
// error is a kind that was surely meant to be ours.
func classify(kind metav1.TypeMeta) (ours, list bool, err error) {
	if kind.Kind == "" && kind.APIVersion == "" {
		return false, false, nil
	}
	if kind.Kind == "" || kind.APIVersion == "" {
		return false, false, errors.New("a manifest has both apiVersion and kind")
	}
	if kind.Kind == "List" && kind.APIVersion == "v1" {
		return false, true, nil
	}
	group, version, _ := strings.Cut(kind.APIVersion, "/")
	_, known := kinds[strings.TrimSuffix(kind.Kind, "List")]
	switch {
	case group != v1alpha1.GroupVersion.Group && !strings.Contains(group, "roster.dev"):
		return false, false, nil
	case group != v1alpha1.GroupVersion.Group || version != v1alpha1.GroupVersion.Version:
		return false, false, fmt.Errorf("apiVersion: there is no %q; write %s", kind.APIVersion, v1alpha1.GroupVersion)
	case !known:
		return false, false, fmt.Errorf("kind: there is no %q; there are %s", kind.Kind, strings.Join(slices.Sorted(maps.Keys(kinds)), ", "))
	}
	return true, strings.HasSuffix(kind.Kind, "List"), nil
}

// reading is one reading of objects.
type reading struct {
	namespace   string
	definitions map[string]*definition
}

// admit judges one object of a kind of ours, and makes what it can of it.
func (r *reading) admit(f found) {
	if f.kind.Kind == "" {
		return
	}
	d, object := f.Declaration, map[string]any{}
	duplicates, err := strictjson.UnmarshalStrict(f.content, &object)
	if err != nil {
		d.Problems = append(d.Problems, Problem{Rule: RuleSyntax, Message: err.Error()})
		return
	}
	for _, duplicate := range duplicates {
		d.Problems = append(d.Problems, Problem{Rule: RuleSyntax, Message: duplicate.Error()})
	}
	u := &unstructured.Unstructured{Object: object}
	u.SetGroupVersionKind(schema.FromAPIVersionAndKind(f.kind.APIVersion, f.kind.Kind))
	if meta, ok := object["metadata"].(map[string]any); ok && (meta["namespace"] == nil || meta["namespace"] == "") {
		meta["namespace"] = r.namespace
	}
	d.Problems = append(d.Problems, r.definitions[d.Kind].admit(object)...)
	d.Namespace, d.Name = u.GetNamespace(), u.GetName()
	d.read(object)
}

// read makes an object of what was judged. Of one with values of other types the rest is read, so that whoever names it finds it.
func (d *Declaration) read(object map[string]any) {
	typed := kinds[d.Kind]()
	err := runtime.DefaultUnstructuredConverter.FromUnstructured(object, typed)
	if err != nil {
		for _, p := range slices.Backward(d.Problems) {
			remove(object, steps(p.Path))
		}
		typed = kinds[d.Kind]()
		err = errors.Join(err, runtime.DefaultUnstructuredConverter.FromUnstructured(object, typed))
	}
	switch {
	case err != nil && len(d.Problems) == 0:
		d.Problems = append(d.Problems, Problem{Rule: RuleSchema, Message: err.Error()})
	case typed.GetName() != "" && typed.GetName() == d.Name:
		d.Object = typed
	}
}

// remove takes a field, or an element of a list by its number, out of a value.
func remove(from any, path []step) {
	if len(path) == 0 {
		return
	}
	last := len(path) == 1
	switch from := from.(type) {
	case map[string]any:
		if last {
			delete(from, path[0].name)
			return
		}
		remove(from[path[0].name], path[1:])
	case []any:
		i, err := strconv.Atoi(path[0].name)
		switch {
		case err != nil || i < 0 || i >= len(from):
		case last:
			// An element that is null is read as one that says nothing.
			from[i] = nil
		default:
			remove(from[i], path[1:])
		}
	}
}
