// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/internal/manifest"
)

// tenant is the manifest of a tenant; an empty namespace is left out.
func tenant(namespace, name string) string {
	text := "apiVersion: identity.roster.dev/v1alpha1\nkind: Tenant\nmetadata:\n  name: " + name + "\n"
	if namespace != "" {
		text += "  namespace: " + namespace + "\n"
	}
	return text + "spec: {}\n"
}

// files writes files into a new folder, by their paths in it.
func files(t *testing.T, contents map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for path, content := range contents {
		path = filepath.Join(folder, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// names are the objects of a reading as "<kind> <namespace>/<name>", in the order of these.
func names(o *manifest.Objects) []string {
	var found []string
	add := func(kind string, object client.Object) {
		found = append(found, fmt.Sprintf("%s %s/%s", kind, object.GetNamespace(), object.GetName()))
	}
	for _, x := range o.Tenants {
		add("Tenant", x)
	}
	for _, x := range o.Groups {
		add("Group", x)
	}
	for _, x := range o.Policies {
		add("ChannelPolicy", x)
	}
	for _, x := range o.Operators {
		add("Operator", x)
	}
	slices.Sort(found)
	return found
}

func TestManifestsAreFoundWhereTheyAreSaidToBe(t *testing.T) {
	t.Parallel()
	folder := files(t, map[string]string{
		"a.yaml":                       tenant("acme", "a"),
		"deep/er/b.yml":                tenant("acme", "b") + "---\n" + tenant("acme", "b-2"),
		"deep/c.json":                  `{"apiVersion":"identity.roster.dev/v1alpha1","kind":"Tenant","metadata":{"name":"c"},"spec":{}}`,
		"notes.txt":                    tenant("acme", "text"),
		"README.md":                    tenant("acme", "readme"),
		"kustomization.yaml":           "resources: [a.yaml]\n",
		"deep/kustomization.yml":       "not even: [yaml\n",
		".hidden.yaml":                 tenant("acme", "hidden"),
		".git/config.yaml":             tenant("acme", "git"),
		"others.yaml":                  "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nnonsense: 1\n---\napiVersion: apps/v1\nkind: Deployment\n---\napiVersion: example.com/v1\nkind: Operator\n",
		"values.yaml":                  "replicas: 3\n---\n- op: add\n  path: /spec\n---\njust text\n",
		"lists/core.yaml":              "apiVersion: v1\nkind: List\nitems:\n- " + indent(tenant("acme", "listed")) + "\n- {apiVersion: v1, kind: Namespace, metadata: {name: x}}\n",
		"lists/nested.yaml":            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - " + strings.ReplaceAll(indent(tenant("acme", "nested")), "\n", "\n  ") + "\n",
		"lists/typed.yaml":             "apiVersion: identity.roster.dev/v1alpha1\nkind: TenantList\nmetadata: {resourceVersion: \"1\"}\nitems:\n- metadata: {name: typed, namespace: acme}\n  spec: {}\n",
		"lists/empty.yaml":             "apiVersion: v1\nkind: List\nitems: []\n",
		"outside/linked/elsewhere.txt": "",
	})
	if err := os.Symlink(filepath.Join(folder, "deep"), filepath.Join(folder, "outside", "link")); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		reason    string
		paths     []string
		stdin     string
		namespace string
		want      []string
	}{
		"folder": {
			reason: "all below it counts, but for what is no manifest of ours", paths: []string{folder},
			want: []string{
				"Tenant acme/a", "Tenant acme/b", "Tenant acme/b-2", "Tenant acme/listed", "Tenant acme/nested", "Tenant acme/typed", "Tenant default/c",
			},
		},
		"files": {
			reason: "a file that is named is read, whatever it is called", paths: []string{filepath.Join(folder, "notes.txt"), filepath.Join(folder, ".hidden.yaml")},
			want: []string{"Tenant acme/hidden", "Tenant acme/text"},
		},
		"twice": {
			reason: "a path is read once, or all of it would be declared twice", paths: []string{filepath.Join(folder, "a.yaml"), filepath.Join(folder, "a.yaml")},
			want: []string{"Tenant acme/a"},
		},
		"stdin": {
			reason: "stdin and files go together", paths: []string{"-", filepath.Join(folder, "a.yaml")}, stdin: tenant("", "piped"),
			want: []string{"Tenant acme/a", "Tenant default/piped"},
		},
		"namespace": {
			reason: "an object's own namespace wins", paths: []string{filepath.Join(folder, "deep")}, namespace: "harbour",
			want: []string{"Tenant acme/b", "Tenant acme/b-2", "Tenant harbour/c"},
		},
		"empty namespace": {
			reason: "an empty one is none", paths: []string{"-"}, namespace: "harbour", stdin: strings.Replace(tenant("x", "a"), "x", `""`, 1),
			want: []string{"Tenant harbour/a"},
		},
		"link": {
			reason: "a link to a folder that is named is followed", paths: []string{filepath.Join(folder, "outside", "link")},
			want: []string{"Tenant acme/b", "Tenant acme/b-2", "Tenant default/c"},
		},
		"nothing": {reason: "that nothing is found is for the caller to judge", paths: []string{filepath.Join(folder, "values.yaml")}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := manifest.Source{Paths: test.paths, Stdin: strings.NewReader(test.stdin), Namespace: test.namespace}.Read()
			if err != nil {
				t.Fatalf("%s; expected objects, got %v", test.reason, err)
			}
			if diff := cmp.Diff(test.want, names(found)); diff != "" || found.Count() != len(test.want) {
				t.Errorf("%s; %d objects were counted, and they differ (-want +got):\n%s", test.reason, found.Count(), diff)
			}
		})
	}
}

// indent makes a manifest the item of a list.
func indent(manifest string) string {
	return strings.ReplaceAll(strings.TrimSuffix(manifest, "\n"), "\n", "\n  ")
}

func TestWhatCannotBeReadIsNamed(t *testing.T) {
	t.Parallel()
	folder := files(t, map[string]string{"a.yaml/b.txt": ""})
	for path, reason := range map[string]string{
		filepath.Join(folder, "missing.yaml"): "a file that is not there",
		filepath.Join(folder, "no", "folder"): "a folder that is not there",
	} {
		_, err := manifest.Source{Paths: []string{path}}.Read()
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s should be an error that names %s, got %v", reason, path, err)
		}
	}
}
