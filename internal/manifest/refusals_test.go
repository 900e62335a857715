// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/manifest"
)

// person is the manifest of an operator whose spec ends in the given lines, indented as in spec.
func person(name string, lines ...string) string {
	return fmt.Sprintf(`apiVersion: identity.roster.dev/v1alpha1
kind: Operator
metadata:
  name: %s
spec:
  userName: %s
  profile: {givenName: Given, familyName: Family, email: %s@example.com}
`, name, name, name) + strings.Join(lines, "\n") + "\n"
}

func TestARefusalSaysWhereAndWhat(t *testing.T) {
	t.Parallel()
	head := "apiVersion: identity.roster.dev/v1alpha1\n"
	tests := map[string]struct {
		reason, text string
		want         []string
	}{
		"unknown field": {
			reason: "a misspelt field would be dropped by a lax reader, and with it what it says",
			text:   "# comment\n---\n" + person("anna", "  tenants: [{tenant: north, rolle: Manager}]"),
			want:   []string{`stdin:3: document 1: Operator "anna": spec.tenants[0].rolle: there is no such field; see 'kubectl explain'`},
		},
		"unknown field of metadata": {
			reason: "metadata is the API server's own",
			text:   strings.Replace(tenant("", "a"), "metadata:", "metadata:\n  labls: {a: b}", 1),
			want:   []string{`stdin:1: document 1: Tenant "a": metadata.labls: there is no such field; see 'kubectl explain'`},
		},
		"unknown value": {
			reason: "the values there are stand in the answer",
			text:   person("anna", "  tenants: [{tenant: north, role: Wroker}]"),
			want:   []string{`stdin:1: document 1: Operator "anna": spec.tenants[0].role: Unsupported value: "Wroker": supported values: "Administrator", "Manager", "Worker"`},
		},
		"rule across fields": {
			reason: "the rules of the CRD are asked too",
			text:   person("anna", "  tenants: [{tenant: north, visibility: {liveVisitors: false, liveVisitorPreview: true}}]"),
			want:   []string{`stdin:1: document 1: Operator "anna": spec.tenants[0].visibility.liveVisitorPreview: Invalid value: the live preview needs liveVisitors: set liveVisitors to true or leave it out`},
		},
		"two of a set": {
			reason: "the API server allows an entry of a tenant once",
			text:   person("anna", "  tenants: [{tenant: north}, {tenant: north}]"),
			want:   []string{`stdin:1: document 1: Operator "anna": spec.tenants[1]: Duplicate value: {"tenant":"north"}`},
		},
		"several problems": {
			reason: "they come all at once, of all documents",
			text:   person("Anna", "  credential: {mode: Post}") + "---\n" + strings.Replace(person("bert"), "userName: bert", "userName: 7", 1),
			want: []string{
				`stdin:1: document 1: Operator "Anna": metadata.name: Invalid value: "Anna": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
				`stdin:1: document 1: Operator "Anna": spec.credential.mode: Unsupported value: "Post": supported values: "ActivationLink", "InitialPassword", "IdentityProvider"`,
				`stdin:10: document 2: Operator "bert": spec.userName: Invalid value: "integer": spec.userName in body must be of type string: "integer"`,
			},
		},
		"no name": {
			reason: "nothing could refer to it",
			text:   head + "kind: Tenant\nspec: {}\n",
			want:   []string{`stdin:1: document 1: Tenant "": metadata.name: Required value: an object has a name`},
		},
		"metadata of another type": {
			reason: "it is no accident that would be passed over",
			text:   head + "kind: Tenant\nmetadata: north\nspec: {}\n",
			want:   []string{`stdin:1: document 1: Tenant "": metadata: Invalid value: it must be of type object, and is of type string`},
		},
		"label of another type": {
			reason: "YAML takes an unquoted true for a truth",
			text:   strings.Replace(tenant("", "a"), "metadata:", "metadata:\n  labels: {a: true}", 1),
			want:   []string{`stdin:1: document 1: Tenant "a": metadata.labels: Invalid value: it must be of type string, and is of type bool`},
		},
		"declared twice": {
			reason: "which one counts would depend on the order of files",
			text:   tenant("acme", "a") + "---\n" + tenant("acme", "b") + "---\n" + tenant("acme", "a"),
			want:   []string{`stdin:15: document 3: Tenant "a": metadata.name: it is declared already in stdin:1: document 1; leave one of the two out`},
		},
		"item of a list": {
			reason: "the number of the item says which",
			text:   "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Namespace}\n- {apiVersion: identity.roster.dev/v1alpha1, kind: Group, metadata: {name: g}, spec: {}}\n",
			want:   []string{`stdin:1: document 1, item 2: Group "g": spec.tenant: Required value`},
		},
		"kind of ours misspelt": {
			reason: "it was meant to be ours",
			text:   head + "kind: Operater\nmetadata: {name: a}\n",
			want:   []string{`stdin:1: document 1: kind: there is no "Operater"; there are ChannelPolicy, Group, Operator, Tenant`},
		},
		"version of ours unknown": {
			reason: "it was meant to be ours",
			text:   "apiVersion: identity.roster.dev/v1\nkind: Operator\nmetadata: {name: a}\n",
			want:   []string{`stdin:1: document 1: apiVersion: there is no "identity.roster.dev/v1"; write identity.roster.dev/v1alpha1`},
		},
		"group of ours misspelt": {
			reason: "it was meant to be ours",
			text:   "apiVersion: roster.dev/v1alpha1\nkind: Operator\nmetadata: {name: a}\n",
			want:   []string{`stdin:1: document 1: apiVersion: there is no "roster.dev/v1alpha1"; write identity.roster.dev/v1alpha1`},
		},
		"half a kind": {
			reason: "one of the two was forgotten",
			text:   "kind: Operator\nmetadata: {name: a}\n---\napiVersion: v1\n",
			want: []string{
				"stdin:1: document 1: a manifest has both apiVersion and kind",
				"stdin:4: document 2: a manifest has both apiVersion and kind",
			},
		},
		"kind of another type": {
			reason: "nobody could tell whose it is",
			text:   "apiVersion: v1\nkind: [Operator]\n",
			want:   []string{"stdin:1: document 1: apiVersion and kind must be text, and items a list"},
		},
		"JSON with a key twice": {
			reason: "the parser would take the last one",
			text:   `{"apiVersion":"identity.roster.dev/v1alpha1","kind":"Tenant","metadata":{"name":"a"},"spec":{"suspend":true,"suspend":false}}`,
			want:   []string{`stdin:1: document 1: Tenant "a": duplicate field "spec.suspend"`},
		},
		"template of a name": {
			reason: "an object whose name the API server makes up is nobody's to ask about",
			text:   head + "kind: Tenant\nmetadata: {generateName: a-}\nspec: {}\n",
			want:   []string{`stdin:1: document 1: Tenant "": metadata.name: Required value: an object has a name`},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := manifest.Source{Paths: []string{"-"}, Stdin: strings.NewReader(test.text)}.Read()
			if err == nil {
				t.Fatalf("%s; expected a refusal, got none", test.reason)
			}
			if diff := cmp.Diff(test.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("%s; the lines of the refusal differ (-want +got):\n%s", test.reason, diff)
			}
		})
	}
}

func TestManyProblemsAreCounted(t *testing.T) {
	t.Parallel()
	const wrong = 50
	var text strings.Builder
	for i := range wrong {
		text.WriteString(person(fmt.Sprintf("person-%d", i), "  actve: true") + "---\n")
	}
	_, err := manifest.Source{Paths: []string{"-"}, Stdin: strings.NewReader(text.String())}.Read()
	if err == nil {
		t.Fatal("a misspelt field should be refused")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 21 || lines[20] != "and 30 more" {
		t.Errorf("of %d problems the first 20 should be told and the rest counted, got %d lines, of which the last is %q", wrong, len(lines), lines[len(lines)-1])
	}
}
