// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/roster-dev/roster/config/crd"
	"github.com/roster-dev/roster/internal/roster"
)

// schema is what a CustomResourceDefinition says of a value.
type schema struct {
	Properties           map[string]*schema `json:"properties"`
	AdditionalProperties *schema            `json:"additionalProperties"`
	Items                *schema            `json:"items"`
	ListType             string             `json:"x-kubernetes-list-type"`
	ListMapKeys          []string           `json:"x-kubernetes-list-map-keys"`
	Validations          []struct {
		Rule string `json:"rule"`
	} `json:"x-kubernetes-validations"`
	MaxLength int `json:"maxLength"`
}

// schemas are the schemas of all kinds, by kind.
func schemas(t *testing.T) map[string]*schema {
	t.Helper()
	found := map[string]*schema{}
	files, err := crd.Bases.ReadDir("bases")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := crd.Bases.ReadFile("bases/" + file.Name())
		if err != nil {
			t.Fatal(err)
		}
		var definition struct {
			Spec struct {
				Names    struct{ Kind string }
				Versions []struct {
					Schema struct {
						OpenAPIV3Schema *schema `json:"openAPIV3Schema"`
					}
				}
			}
		}
		if err := yaml.Unmarshal(content, &definition); err != nil {
			t.Fatal(err)
		}
		found[definition.Spec.Names.Kind] = definition.Spec.Versions[0].Schema.OpenAPIV3Schema
	}
	return found
}

// paths are the paths of a schema below one, as the table writes them. The field a list is known by is the list's own.
func (s *schema) paths(at string) []string {
	var paths []string
	add := func(path string, inner *schema) {
		paths = append(append(paths, path), inner.paths(path)...)
	}
	for name, inner := range s.Properties {
		add(strings.TrimPrefix(at+"."+name, "."), inner)
	}
	if s.AdditionalProperties != nil {
		add(at+"{*}", s.AdditionalProperties)
	}
	if s.Items == nil {
		return paths
	}
	switch s.ListType {
	case "set":
		add(at+"{*}", s.Items)
	case "map":
		element := at + "[" + s.ListMapKeys[0] + "]"
		add(element, s.Items)
		paths = slices.DeleteFunc(paths, func(path string) bool { return path == element+"."+s.ListMapKeys[0] })
	default:
		add(at+"[#]", s.Items)
	}
	return paths
}

// tablePaths are the paths of a kind's table.
func tablePaths(kind string) []string {
	var paths []string
	for rule := range roster.FieldRules(kind) {
		for _, field := range rule.Fields {
			paths = append(paths, strings.TrimSuffix(field, "?"))
		}
	}
	return paths
}

// withoutLine are the paths of a schema that the table of a kind says nothing of. The status is the manager's as a whole.
func withoutLine(kind string, s *schema) []string {
	lines := tablePaths(kind)
	missing := slices.DeleteFunc(s.paths(""), func(path string) bool {
		return slices.Contains(lines, path) || strings.HasPrefix(path, "status.")
	})
	slices.Sort(missing)
	return missing
}

func TestEveryFieldOfTheSchemasHasALine(t *testing.T) {
	t.Parallel()
	all := schemas(t)
	if diff := cmp.Diff(slices.Sorted(slices.Values(kinds)), slices.Sorted(maps.Keys(all))); diff != "" {
		t.Fatalf("every kind that has a schema should have a table (-tables +schemas):\n%s", diff)
	}
	for kind, s := range all {
		for _, path := range withoutLine(kind, s) {
			t.Errorf("%s: nobody has said who may change %s: give it a line in fields.go", kind, path)
		}
		known := s.paths("")
		count := 0
		for _, path := range tablePaths(kind) {
			// The schema leaves the metadata to the API server.
			if !strings.HasPrefix(path, "metadata.") && !slices.Contains(known, path) {
				t.Errorf("%s: the table says who may change %s, which is in no schema, or there in another form", kind, path)
			}
			count++
		}
		t.Logf("%s: %d paths in the schema outside the status, %d in the table", kind, len(slices.DeleteFunc(known, func(p string) bool { return strings.HasPrefix(p, "status.") })), count)
	}
}

func TestNoFieldHasTwoLines(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		seen := map[string]bool{}
		for _, path := range tablePaths(kind) {
			if seen[path] {
				t.Errorf("%s: %s has two lines, and only one of them counts", kind, path)
			}
			seen[path] = true
		}
	}
}

func TestAFieldAddedToASchemaIsFoundToHaveNoLine(t *testing.T) {
	t.Parallel()
	planted := &schema{Properties: map[string]*schema{"inner": {}}}
	for _, tc := range []struct {
		reason, kind string
		plant        func(*schema)
		want         []string
	}{
		{"a field of a spec, with one inside", roster.KindTenant, func(s *schema) { s.Properties["spec"].Properties["planted"] = planted },
			[]string{"spec.planted", "spec.planted.inner"}},
		{"a field of an entry", roster.KindOperator, func(s *schema) { s.Properties["spec"].Properties["tenants"].Items.Properties["planted"] = &schema{} },
			[]string{"spec.tenants[tenant].planted"}},
		{"a field of a subject", roster.KindChannelPolicy, func(s *schema) { s.Properties["spec"].Properties["subjects"].Items.Properties["planted"] = &schema{} },
			[]string{"spec.subjects[#].planted"}},
		{"a set that became a list in which places count", roster.KindGroup, func(s *schema) { s.Properties["spec"].Properties["channels"].ListType = "atomic" },
			[]string{"spec.channels[#]"}},
		{"a map", roster.KindGroup, func(s *schema) { s.Properties["spec"].Properties["planted"] = &schema{AdditionalProperties: &schema{}} },
			[]string{"spec.planted", "spec.planted{*}"}},
		{"a field beside the spec", roster.KindGroup, func(s *schema) { s.Properties["planted"] = &schema{} }, []string{"planted"}},
	} {
		s := schemas(t)[tc.kind]
		tc.plant(s)
		if diff := cmp.Diff(tc.want, withoutLine(tc.kind, s)); diff != "" {
			t.Errorf("%s should be found to have no line (-want +got):\n%s", tc.reason, diff)
		}
	}
}
