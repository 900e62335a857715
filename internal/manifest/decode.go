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
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	strictjson "sigs.k8s.io/json"

	"github.com/roster-dev/roster/api/v1alpha1"
)

// head is what tells an object's kind, and a list's items.
type head struct {
	metav1.TypeMeta `json:",inline"`

	Items []json.RawMessage `json:"items"`
}

// take takes the objects of a document, whose kind is that of a list where it does not say its own.
func (r *reading) take(d document, listed metav1.TypeMeta) {
	var h head
	if err := strictjson.UnmarshalCaseSensitivePreserveInts(d.content, &h); err != nil {
		if strings.HasPrefix(string(d.content), "{") {
			r.problem(d.position, "", errors.New("apiVersion and kind must be text, and items a list"))
		}
		// A list or a lone value is no manifest, but a patch or the values of a chart.
		return
	}
	kind := metav1.TypeMeta{APIVersion: cmp.Or(h.APIVersion, listed.APIVersion), Kind: cmp.Or(h.Kind, listed.Kind)}
	ours, list, err := classify(kind)
	switch {
	case err != nil:
		r.problem(d.position, "", err)
	case list:
		of := metav1.TypeMeta{}
		if ours {
			of = metav1.TypeMeta{APIVersion: kind.APIVersion, Kind: strings.TrimSuffix(kind.Kind, "List")}
		}
		for i, item := range h.Items {
			at := d.position
			at.item = i + 1
			r.take(document{at, item}, of)
		}
	case ours:
		r.admit(d, kind)
	}
}

// kinds are where the objects of each kind go.
var kinds = map[string]func(*Objects, map[string]any) error{
	"Tenant":        into(func(o *Objects) *[]*v1alpha1.Tenant { return &o.Tenants }),
	"Group":         into(func(o *Objects) *[]*v1alpha1.Group { return &o.Groups }),
	"ChannelPolicy": into(func(o *Objects) *[]*v1alpha1.ChannelPolicy { return &o.Policies }),
	"Operator":      into(func(o *Objects) *[]*v1alpha1.Operator { return &o.Operators }),
}

// into appends an object to a list of its kind.
func into[T any](list func(*Objects) *[]*T) func(*Objects, map[string]any) error {
	return func(o *Objects, content map[string]any) error {
		object := new(T)
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(content, object); err != nil {
			return err
		}
		*list(o) = append(*list(o), object)
		return nil
	}
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

// admit takes one object of a kind of ours.
func (r *reading) admit(d document, kind metav1.TypeMeta) {
	object := map[string]any{}
	duplicates, err := strictjson.UnmarshalStrict(d.content, &object)
	if err != nil {
		r.problem(d.position, kind.Kind, err)
		return
	}
	for _, duplicate := range duplicates {
		r.problem(d.position, kind.Kind, duplicate)
	}
	u := &unstructured.Unstructured{Object: object}
	u.SetGroupVersionKind(schema.FromAPIVersionAndKind(kind.APIVersion, kind.Kind))
	if meta, ok := object["metadata"].(map[string]any); ok && (meta["namespace"] == nil || meta["namespace"] == "") {
		meta["namespace"] = r.namespace
	}
	problems := r.definitions[kind.Kind].admit(object)
	name := fmt.Sprintf("%s %q", kind.Kind, u.GetName())
	for _, problem := range problems {
		r.problem(d.position, name, problem)
	}
	if len(problems)+len(duplicates) > 0 {
		return
	}
	key := kind.Kind + "/" + u.GetNamespace() + "/" + u.GetName()
	if before, declared := r.seen[key]; declared {
		r.problem(d.position, name, fmt.Errorf("it is declared already in %s; leave one of the two out", before))
		return
	}
	r.seen[key] = d.position
	if err := kinds[kind.Kind](&r.objects, object); err != nil {
		r.problem(d.position, name, err)
	}
}
