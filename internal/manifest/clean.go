// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	strictjson "sigs.k8s.io/json"

	"github.com/roster-dev/roster/api/v1alpha1"
)

// Cleaner makes manifests of objects.
type Cleaner struct{ definitions map[string]*definition }

// NewCleaner is a Cleaner by the definitions of the four kinds.
func NewCleaner() (*Cleaner, error) {
	known, err := definitions()
	if err != nil {
		return nil, fmt.Errorf("read the definitions of the four kinds: %w", err)
	}
	return &Cleaner{known}, nil
}

// Clean is the manifest of an object of a kind: its name, namespace, labels and annotations, and its spec without what the API server would fill
// in again. Annotations by which something was asked of the manager or noted by kubectl are left out, and so are the status and all that the API
// server sets. Refused are what the API server would refuse of it.
func (c *Cleaner) Clean(kind string, object client.Object) (content map[string]any, refused []Problem, err error) {
	encoded, err := json.Marshal(object)
	if err != nil {
		return nil, nil, fmt.Errorf("encode %s %q: %w", kind, object.GetName(), err)
	}
	var all map[string]any
	if err := strictjson.UnmarshalCaseSensitivePreserveInts(encoded, &all); err != nil {
		return nil, nil, fmt.Errorf("encode %s %q: %w", kind, object.GetName(), err)
	}
	spec, _ := all["spec"].(map[string]any)
	content = map[string]any{
		"apiVersion": v1alpha1.GroupVersion.String(), "kind": kind, "metadata": metadataToKeep(object), "spec": spec,
	}
	definition := c.definitions[kind]
	if refused := definition.admit(runtime.DeepCopyJSON(content)); len(refused) > 0 {
		return content, refused, nil
	}
	full, err := definition.filled(kind, content)
	if err != nil {
		return nil, nil, err
	}
	return definition.minimal(kind, content, full), nil, nil
}

// minimal is content without what it means anyway. Nearly always that is every field that has its default, and every object that is empty, so
// that this is tried first, and one field after another only where it means something else.
func (d *definition) minimal(kind string, content map[string]any, full client.Object) map[string]any {
	specified := d.fields.Properties["spec"]
	for _, careful := range []bool{false, true} {
		m := minimizing{kind: kind, definition: d, root: runtime.DeepCopyJSON(content), full: full, careful: careful}
		if spec, is := m.root["spec"].(map[string]any); is {
			m.walk(spec, &specified)
		}
		if m.same() {
			return m.root
		}
	}
	return content
}

func metadataToKeep(object client.Object) map[string]any {
	kept := map[string]any{"name": object.GetName(), "namespace": object.GetNamespace()}
	if labels := textMap(object.GetLabels(), func(string) bool { return true }); len(labels) > 0 {
		kept["labels"] = labels
	}
	lasting := func(key string) bool {
		return !strings.HasPrefix(key, v1alpha1.AnnotationPrefix) && !strings.HasPrefix(key, "kubectl.kubernetes.io/")
	}
	if annotations := textMap(object.GetAnnotations(), lasting); len(annotations) > 0 {
		kept["annotations"] = annotations
	}
	return kept
}

func textMap(from map[string]string, keep func(string) bool) map[string]any {
	kept := map[string]any{}
	for key, value := range from {
		if keep(key) {
			kept[key] = value
		}
	}
	return kept
}

// filled is the object that content means, once its absent fields have their defaults.
func (d *definition) filled(kind string, content map[string]any) (client.Object, error) {
	whole := runtime.DeepCopyJSON(content)
	defaulting.PruneNonNullableNullsWithoutDefaults(whole, d.fields)
	defaulting.Default(whole, d.fields)
	object := kinds[kind]()
	return object, runtime.DefaultUnstructuredConverter.FromUnstructured(whole, object)
}

// minimizing takes out of content what it means anyway.
type minimizing struct {
	kind       string
	definition *definition
	root       map[string]any
	// full is what it is to mean, and careful that this is seen to at each step.
	full    client.Object
	careful bool
}

// keeps tells whether a step leaves the meaning as it is.
func (m *minimizing) keeps() bool { return !m.careful || m.same() }

// same tells whether the content means what it did.
func (m *minimizing) same() bool {
	now, err := m.definition.filled(m.kind, m.root)
	return err == nil && equality.Semantic.DeepEqual(m.full, now)
}

// walk goes through the fields of an object, the innermost first.
func (m *minimizing) walk(object map[string]any, fields *schema.Structural) {
	for name, value := range object {
		field, known := fields.Properties[name]
		if !known {
			continue
		}
		m.inside(value, &field)
		m.shorter(object, name)
		if value := object[name]; isEmpty(value) || field.Default.Object != nil && reflect.DeepEqual(value, field.Default.Object) {
			m.without(object, name)
		}
	}
}

// inside goes through what a field holds.
func (m *minimizing) inside(value any, field *schema.Structural) {
	switch value := value.(type) {
	case map[string]any:
		m.walk(value, field)
	case []any:
		for _, element := range value {
			if object, is := element.(map[string]any); is && field.Items != nil {
				m.walk(object, field.Items)
			}
		}
	}
}

func isEmpty(value any) bool {
	object, is := value.(map[string]any)
	return is && len(object) == 0
}

// without leaves a field out, if that means the same.
func (m *minimizing) without(object map[string]any, name string) {
	value := object[name]
	delete(object, name)
	if !m.keeps() {
		object[name] = value
	}
}

// wordy is a duration as it is encoded, with units that say nothing.
var wordy = regexp.MustCompile(`^(?:[0-9]+h)?(?:[0-9]+m)?[0-9.]+s$`)

// shorter writes a duration as people do, such as 72h for 72h0m0s, if that means the same.
func (m *minimizing) shorter(object map[string]any, name string) {
	text, is := object[name].(string)
	if !is || !wordy.MatchString(text) {
		return
	}
	short := strings.TrimSuffix(text, "0s")
	if strings.HasSuffix(short, "h0m") {
		short = strings.TrimSuffix(short, "0m")
	}
	if short == "" || strings.Trim(short[len(short)-1:], "hm") != "" {
		return
	}
	object[name] = short
	if !m.keeps() {
		object[name] = text
	}
}
