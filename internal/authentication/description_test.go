// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package authentication_test

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/roster-dev/roster/internal/authentication"
)

// description is docs/authenticate.yaml, as far as it is held against the code.
type description struct {
	OpenAPI string `json:"openapi"`
	Paths   map[string]map[string]struct {
		Security    []map[string][]string `json:"security"`
		RequestBody struct {
			Content map[string]content `json:"content"`
		} `json:"requestBody"`
		Responses map[string]struct {
			Content map[string]content `json:"content"`
		} `json:"responses"`
	} `json:"paths"`
	Components struct {
		SecuritySchemes map[string]struct{ Type string } `json:"securitySchemes"`
		Schemas         map[string]schema                `json:"schemas"`
	} `json:"components"`
}

type content struct {
	Schema struct {
		Ref string `json:"$ref"`
	} `json:"schema"`
	Example  json.RawMessage `json:"example"`
	Examples map[string]struct {
		Value json.RawMessage `json:"value"`
	} `json:"examples"`
}

type schema struct {
	Description string
	Type        string
	Additional  *bool    `json:"additionalProperties"`
	Required    []string `json:"required"`
	Enum        []string `json:"enum"`
	MaxLength   int      `json:"maxLength"`
	Properties  map[string]schema
}

func described(t *testing.T) description {
	t.Helper()
	text, err := os.ReadFile("../../docs/authenticate.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var d description
	if err := yaml.Unmarshal(text, &d); err != nil {
		t.Fatalf("the description should be YAML: %v", err)
	}
	return d
}

// fields are the fields of a type as JSON has them, each with its type in a schema.
func fields(of any) map[string]string {
	kinds := map[reflect.Kind]string{reflect.String: "string", reflect.Bool: "boolean", reflect.Int: "integer"}
	all := map[string]string{}
	for _, field := range reflect.VisibleFields(reflect.TypeOf(of)) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		all[name] = kinds[field.Type.Kind()]
	}
	return all
}

func TestEveryFieldIsDescribedAndNoOther(t *testing.T) {
	t.Parallel()
	d := described(t)
	for name, of := range map[string]any{"Request": authentication.Request{}, "Response": authentication.Response{}} {
		is, found := d.Components.Schemas[name]
		got := map[string]string{}
		for field, property := range is.Properties {
			got[field] = property.Type
			if property.Description == "" {
				t.Errorf("%s.%s should have a description", name, field)
			}
		}
		if diff := cmp.Diff(fields(of), got); diff != "" || !found {
			t.Errorf("the description of %s should have the fields of the code (-code +description):\n%s", name, diff)
		}
		if is.Additional == nil || *is.Additional {
			t.Errorf("%s should be described as having no other fields", name)
		}
	}
	if got := slices.Sorted(maps.Keys(d.Components.Schemas)); !slices.Equal(got, []string{"Request", "Response"}) {
		t.Errorf("nothing else should be described, got %q", got)
	}
	for _, name := range []string{"company", "login", "client"} {
		property := d.Components.Schemas["Request"].Properties[name]
		long := strings.Replace(`{"company":"a","login":"b","client":"c"}`, `"`+name+`":"`, `"`+name+`":"`+strings.Repeat("x", property.MaxLength), 1)
		by := right()
		if r := newPlatform(by, tokens(t, token)).logsIn(long); property.MaxLength == 0 || r.Code != 400 {
			t.Errorf("%s should be bounded as described, by %d, a longer one was answered with %d", name, property.MaxLength, r.Code)
		}
	}
}

func TestWhatIsDescribedIsServed(t *testing.T) {
	t.Parallel()
	d := described(t)
	if !strings.HasPrefix(d.OpenAPI, "3.1.") {
		t.Errorf("the description should be OpenAPI 3.1, it is %q", d.OpenAPI)
	}
	post, found := d.Paths[authentication.Path]["post"]
	if !found || len(d.Paths) != 1 || len(d.Paths[authentication.Path]) != 1 {
		t.Fatalf("POST %s should be described, and nothing else", authentication.Path)
	}
	if got := slices.Sorted(maps.Keys(post.Responses)); !slices.Equal(got, []string{"200", "400", "401", "429", "503"}) {
		t.Errorf("every status should be described, got %q", got)
	}
	types := map[string]string{}
	for name, scheme := range d.Components.SecuritySchemes {
		types[name] = scheme.Type
	}
	var used []string
	for _, one := range post.Security {
		used = slices.Concat(used, slices.Collect(maps.Keys(one)))
	}
	if diff := cmp.Diff(map[string]string{"bearer": "http", "certificate": "mutualTLS"}, types); diff != "" || !slices.Equal(used, []string{"bearer", "certificate"}) {
		t.Errorf("either way to be known should be described, and one suffice, got %q (-want +got):\n%s", used, diff)
	}
	expectExamples(t, "Request", post.RequestBody.Content["application/json"], &authentication.Request{})
	for status, response := range post.Responses {
		expectExamples(t, "Response", response.Content["application/json"], &authentication.Response{})
		if len(response.Content) != 1 {
			t.Errorf("the response %s should be described as JSON alone", status)
		}
	}
}

// expectExamples expects that the examples of a content are what the code reads and writes.
func expectExamples(t *testing.T, name string, c content, into any) {
	t.Helper()
	if c.Schema.Ref != "#/components/schemas/"+name {
		t.Errorf("the schema should be that of %s, it is %q", name, c.Schema.Ref)
	}
	examples := []json.RawMessage{c.Example}
	for _, example := range c.Examples {
		examples = append(examples, example.Value)
	}
	there := 0
	for _, example := range examples {
		if len(example) == 0 {
			continue
		}
		there++
		decoder := json.NewDecoder(strings.NewReader(string(example)))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(into); err != nil {
			t.Errorf("an example of %s should be one: %s: %v", name, example, err)
		}
	}
	if there == 0 {
		t.Errorf("each content should have an example, one of %s has none", name)
	}
}

// TestEveryReasonIsDescribed reads them from the source: whoever adds one adds it to the description.
func TestEveryReasonIsDescribed(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("authentication.go")
	if err != nil {
		t.Fatal(err)
	}
	var reasons []string
	for _, match := range regexp.MustCompile(`Reason: "(\w+)"`).FindAllSubmatch(source, -1) {
		reasons = append(reasons, string(match[1]))
	}
	slices.Sort(reasons)
	described := slices.Sorted(slices.Values(described(t).Components.Schemas["Response"].Properties["reason"].Enum))
	if diff := cmp.Diff(slices.Compact(reasons), described); diff != "" {
		t.Errorf("the description should have every reason and no other (-code +description):\n%s", diff)
	}
}
