// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"k8s.io/kube-openapi/pkg/validation/strfmt"
	"k8s.io/kube-openapi/pkg/validation/validate"

	"github.com/roster-dev/roster/internal/plan"
)

// planSchema is the published schema, with each reference replaced by what it names, since the validator knows no references.
func planSchema(t *testing.T) map[string]any {
	t.Helper()
	content, err := os.ReadFile("../../docs/plan.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(content, &schema); err != nil {
		t.Fatalf("the schema should be JSON: %v", err)
	}
	named := schema["$defs"].(map[string]any)
	delete(schema, "$defs")
	var whole func(any) any
	whole = func(node any) any {
		switch node := node.(type) {
		case map[string]any:
			if name, is := node["$ref"].(string); is {
				return whole(named[strings.TrimPrefix(name, "#/$defs/")])
			}
			resolved := map[string]any{}
			for name, child := range node {
				resolved[name] = whole(child)
			}
			return resolved
		case []any:
			resolved := make([]any, 0, len(node))
			for _, child := range node {
				resolved = append(resolved, whole(child))
			}
			return resolved
		}
		return node
	}
	return whole(schema).(map[string]any)
}

func TestPlansAreAsThePublishedSchemaSays(t *testing.T) {
	t.Parallel()
	encoded, err := json.Marshal(planSchema(t))
	if err != nil {
		t.Fatal(err)
	}
	var schema spec.Schema
	if err := json.Unmarshal(encoded, &schema); err != nil {
		t.Fatal(err)
	}
	validator := validate.NewSchemaValidator(&schema, nil, "", strfmt.Default)
	kept, err := filepath.Glob("testdata/plan/*.json")
	if err != nil || len(kept) < len(plans) {
		t.Fatalf("every plan should be kept as JSON, found %d: %v", len(kept), err)
	}
	for _, path := range kept {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var made map[string]any
		if err := json.Unmarshal(content, &made); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if problems := validator.Validate(made); !problems.IsValid() {
			t.Errorf("%s: it should be as docs/plan.schema.json says: %v", path, problems.AsError())
		}
		made["surplus"] = true
		if validator.Validate(made).IsValid() {
			t.Errorf("%s: the schema should refuse a field it does not know", path)
		}
	}
}

func TestThePublishedSchemaNamesEveryKindOfStatement(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../docs/plan.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs struct {
			Statement struct {
				Properties struct {
					Kind struct{ Enum []plan.Kind }
				}
			}
		} `json:"$defs"`
	}
	if err := json.Unmarshal(content, &schema); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(plan.Kinds(), schema.Defs.Statement.Properties.Kind.Enum); diff != "" {
		t.Errorf("docs/plan.schema.json should name the kinds there are (-there are +named):\n%s", diff)
	}
}
