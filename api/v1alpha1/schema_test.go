// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// ownBounds are the schemas that are not ours to bound: what lies below them is Kubernetes' own type.
var ownBounds = map[string]string{
	"channelpolicies spec.subjects[].selector": "metav1.LabelSelector; a rule of ours bounds its lists",
}

func TestEveryFieldIsBoundedAndExplained(t *testing.T) {
	t.Parallel()
	walkSchemas(t, func(field string, schema map[string]any) {
		if schema["description"] == nil && !strings.HasSuffix(field, "[]") {
			t.Errorf("%s should have a description", field)
		}
		if want := missingBound(schema); want != "" {
			t.Errorf("%s should have %s", field, want)
		}
	})
}

// missingBound says which limit the schema lacks.
func missingBound(schema map[string]any) string {
	switch {
	case schema["x-kubernetes-int-or-string"] == true:
		return lacking(schema, "maxLength")
	case schema["type"] == "array":
		return lacking(schema, "maxItems", "x-kubernetes-list-type")
	case schema["type"] == "string" && schema["enum"] == nil && schema["format"] != "date-time":
		return lacking(schema, "maxLength")
	case schema["additionalProperties"] != nil:
		return lacking(schema, "maxProperties")
	}
	return ""
}

func lacking(schema map[string]any, keys ...string) string {
	keys = slices.DeleteFunc(keys, func(key string) bool { return schema[key] != nil })
	return strings.Join(keys, " and ")
}

var index = regexp.MustCompile(`\[\d+\]`)

func TestEveryRuleHasACase(t *testing.T) {
	t.Parallel()
	tried := broken()
	walkSchemas(t, func(field string, schema map[string]any) {
		if strings.Contains(field, " status") {
			return
		}
		rules, _ := schema["x-kubernetes-validations"].([]any)
		for _, r := range rules {
			rule := r.(map[string]any)
			path, _ := rule["fieldPath"].(string)
			if strings.HasSuffix(field, " ") {
				path = strings.TrimPrefix(path, ".")
			}
			if key := fmt.Sprintf("%s%s: %s", field, path, rule["message"]); !tried[key] {
				t.Errorf("a case of the tables should break the rule %s", key)
			}
		}
	})
}

// broken returns the rules that the cases of all tables break, by field and message.
func broken() map[string]bool {
	rules := map[string]bool{}
	note := func(resource string, causes []cause) {
		for _, c := range causes {
			rules[resource+" "+index.ReplaceAllString(c.field, "[]")+": "+c.says] = true
		}
	}
	noteTables("tenants", note, tenantCreations, nil)
	noteTables("operators", note, operatorCreations, operatorUpdates)
	noteTables("operators", note, entryCreations, nil)
	noteTables("groups", note, groupCreations, groupUpdates)
	noteTables("channelpolicies", note, policyCreations, policyUpdates)
	return rules
}

func noteTables[T any](resource string, note func(resource string, causes []cause), creations []creation[T], updates []update[T]) {
	for _, c := range creations {
		note(resource, c.want)
	}
	for _, c := range updates {
		note(resource, c.want)
	}
}

// walkSchemas visits every schema of the generated CRDs but the root's standard fields. A field is the resource, a space
// and the path, "operators spec.tenants[].team[]".
func walkSchemas(t *testing.T, visit func(field string, schema map[string]any)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "config", "crd", "bases", "*.yaml"))
	if err != nil || len(files) != 4 {
		t.Fatalf("config/crd/bases should hold the four CRDs, holds %v (%v)", files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("the CRD should be readable: %v", err)
		}
		var crd struct {
			Spec struct {
				Names    struct{ Plural string }
				Versions []struct {
					Schema struct{ OpenAPIV3Schema map[string]any }
				}
			}
		}
		if err := yaml.Unmarshal(content, &crd); err != nil {
			t.Fatalf("%s should be a CRD: %v", file, err)
		}
		root := crd.Spec.Versions[0].Schema.OpenAPIV3Schema
		for _, standard := range []string{"apiVersion", "kind", "metadata"} {
			delete(root["properties"].(map[string]any), standard)
		}
		walkSchema(crd.Spec.Names.Plural+" ", root, visit)
	}
}

func walkSchema(field string, schema map[string]any, visit func(field string, schema map[string]any)) {
	visit(field, schema)
	if ownBounds[field] != "" {
		return
	}
	properties, _ := schema["properties"].(map[string]any)
	for name, property := range properties {
		separator := "."
		if strings.HasSuffix(field, " ") {
			separator = ""
		}
		walkSchema(field+separator+name, property.(map[string]any), visit)
	}
	if items, ok := schema["items"].(map[string]any); ok {
		walkSchema(field+"[]", items, visit)
	}
}
