// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest_test

import (
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/manifest"
)

func TestAKustomizationIsBuilt(t *testing.T) {
	t.Parallel()
	folder := files(t, map[string]string{
		"base/kustomization.yaml": "resources:\n- a.yaml\n- list.yaml\nbuildMetadata: [managedByLabel]\n",
		"base/a.yaml":             "# a\n---\n" + tenant("", "a") + "---\n" + tenant("", "b"),
		"base/list.yaml":          "apiVersion: v1\nkind: List\nitems:\n- " + indent(tenant("", "listed")) + "\n- " + indent(person("anna", "  tenants: [{tenant: a, rolle: Manager}]")) + "\n",
		"over/kustomization.yml":  "resources: [../base]\nnamespace: acme\nnameSuffix: -test\npatches:\n- patch: |\n    - {op: add, path: /spec/displayName, value: \"\"}\n  target: {kind: Tenant, name: a}\n",
	})
	found, err := manifest.Source{Kustomization: filepath.Join(folder, "over")}.Inspect()
	if err != nil {
		t.Fatal(err)
	}
	var at manifest.Locator
	where := map[string]string{}
	for _, d := range found.Declarations {
		position := at.Field(d, "spec.tenants[a].rolle")
		relative, err := filepath.Rel(folder, position.File)
		if err != nil {
			t.Fatal(err)
		}
		where[d.Namespace+"/"+d.Name] = relative + ":" + string(rune('0'+position.Line/10)) + string(rune('0'+position.Line%10))
	}
	want := map[string]string{"acme/a-test": "base/a.yaml:07", "acme/b-test": "base/a.yaml:13", "acme/listed-test": "base/list.yaml:08", "acme/anna-test": "base/list.yaml:16"}
	if diff := cmp.Diff(want, where); diff != "" {
		t.Errorf("what is built should be found in the file it comes from, however it is called by then (-want +got):\n%s", diff)
	}
}

// TestNothingIsFetchedForAKustomization: each of these would ask the network, and a listener looks that none does.
func TestNothingIsFetchedForAKustomization(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			t.Errorf("somebody asked from %s", connection.RemoteAddr())
			_ = connection.Close()
		}
	}()
	address := "http://" + listener.Addr().String() + "/x.yaml"
	for name, test := range map[string]struct {
		content string
		want    string
	}{
		"resource":                       {"resources: [" + address + "]\n", "nothing is fetched"},
		"repository":                     {"resources: [\"https://" + listener.Addr().String() + "/org/repo?ref=main\"]\n", "nothing is fetched"},
		"repository by ssh":              {"resources: [\"git@127.0.0.1:org/repo\"]\n", "nothing is fetched"},
		"repository of a folder's name":  {"resources: [github.com/org/repo]\n", "nothing is fetched"},
		"component":                      {"components: [" + address + "]\n", "nothing is fetched"},
		"patch":                          {"resources: [a.yaml]\npatches:\n- path: " + address + "\n", "nothing is fetched"},
		"strategic patch":                {"resources: [a.yaml]\npatchesStrategicMerge: [" + address + "]\n", "nothing is fetched"},
		"generated":                      {"configMapGenerator: [{name: a, files: [\"k=" + address + "\"]}]\n", "nothing is fetched"},
		"openapi":                        {"resources: [a.yaml]\nopenapi: {path: " + address + "}\n", "nothing is fetched"},
		"crds":                           {"resources: [a.yaml]\ncrds: [" + address + "]\n", "nothing is fetched"},
		"of a transformer":               {"resources: [a.yaml]\ntransformers: [patch.yaml]\n", "nothing is fetched"},
		"in an inline one":               {"resources: [a.yaml]\ntransformers:\n- |\n  apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: p}\n  path: " + address + "\n", "nothing is fetched"},
		"in the second of a transformer": {"resources: [a.yaml]\ntransformers:\n- |\n  apiVersion: builtin\n  kind: AnnotationsTransformer\n  metadata: {name: q}\n  annotations: {a: b}\n  ---\n  apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: p}\n  path: " + address + "\n", "nothing is fetched"},
		"of a base":                      {"resources: [base]\n", "nothing is fetched"},
		"a missing file":                 {"resources: [nowhere.yaml]\n", `resources: "nowhere.yaml" is no file or folder of this machine`},
		"a missing base":                 {"bases: [nowhere]\n", `bases: "nowhere" is no file or folder of this machine`},
		"a chart":                        {"helmCharts: [{name: x, repo: \"" + address + "\"}]\n", "build the kustomization"},
		"a file elsewhere":               {"resources: [../outside.yaml]\n", "build the kustomization"},
		"no YAML":                        {"resources: [\n", "build the kustomization"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := files(t, map[string]string{
				"k/kustomization.yaml": test.content, "k/a.yaml": tenant("", "a"), "outside.yaml": tenant("", "b"),
				"k/patch.yaml":              "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: p}\npath: " + address + "\n",
				"k/base/kustomization.yaml": "resources: [" + address + "]\n", "k/github.com/org/repo/kustomization.yaml": "resources: []\n",
			})
			_, err := manifest.Source{Kustomization: filepath.Join(folder, "k")}.Inspect()
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("expected one line with %q, got %v", test.want, err)
			}
		})
	}
}
