// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"sigs.k8s.io/yaml"

	"github.com/roster-dev/roster/internal/manifest"
)

var problem = regexp.MustCompile(`^(stdin:\d+: document \d+(, item \d+)*: .|and \d+ more$)`)

// FuzzManifestsAreReadOrRefused: whatever the text, every line of a refusal says where, and what was taken is taken again, the same,
// from the manifests it makes.
func FuzzManifestsAreReadOrRefused(f *testing.F) {
	for _, test := range judged {
		f.Add(test.text)
	}
	f.Add("apiVersion: v1\nkind: List\nitems:\n- " + indent(tenant("acme", "listed")) + "\n- []\n- 7\n- {}\n")
	f.Add("apiVersion: identity.roster.dev/v1alpha1\nkind: TenantList\nitems:\n- metadata: {name: typed}\n  spec: {}\n- null\n")
	f.Add(tenant("a", "b") + "...\n--- x\n" + person("anna") + "---\n{\"a\": [1]}\n")
	f.Add(`{"apiVersion":"identity.roster.dev/v1alpha1","kind":"Tenant","metadata":{"name":"a"},"spec":{}}{"kind":7}`)
	f.Add("a: &a [*a]\n---\n? {}\n: {}\n---\n!!binary x\n")
	f.Fuzz(func(t *testing.T, text string) {
		located(t, text)
		read, err := manifest.Source{Paths: []string{"-"}, Stdin: strings.NewReader(text)}.Read()
		if err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if !problem.MatchString(line) {
					t.Errorf("every line of a refusal should say where the problem is, got %q", line)
				}
			}
			return
		}
		again, err := manifest.Source{Paths: []string{"-"}, Stdin: strings.NewReader(written(t, read))}.Read()
		if err != nil {
			t.Fatalf("what was read should be read again from its own manifests, got %v", err)
		}
		if diff := cmp.Diff(read, again, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("what was read should be read again as it was (-first +second):\n%s", diff)
		}
	})
}

// written are the manifests of objects.
func written(t *testing.T, objects *manifest.Objects) string {
	t.Helper()
	var text strings.Builder
	for _, list := range []any{objects.Tenants, objects.Groups, objects.Policies, objects.Operators} {
		content, err := yaml.Marshal(map[string]any{"apiVersion": "v1", "kind": "List", "items": list})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "---\n%s", content)
	}
	return text.String()
}

// located looks that every problem is found on a line that there is.
func located(t *testing.T, text string) {
	t.Helper()
	found, err := manifest.Source{Paths: []string{"-"}, Stdin: strings.NewReader(text)}.Inspect()
	if err != nil {
		t.Fatal(err)
	}
	var at manifest.Locator
	for _, d := range found.Declarations {
		for _, p := range append(d.Problems, manifest.Problem{Path: "spec.tenants[north].groups[0].name"}) {
			// A parser that stops at the end tells of the line after the last.
			if where := at.Problem(d, p); where.Line < 1 || where.Line > strings.Count(text, "\n")+2 || where.Column < 1 {
				t.Errorf("%s should be found on a line of the text, got %+v", p, where)
			}
		}
	}
}
