// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/testkit"
)

var plane = testkit.NewControlPlane()

func TestMain(m *testing.M) { plane.Main(m) }

// judged are manifests on both sides of every sort of rule the API server has for one object.
var judged = map[string]struct {
	reason, text string
	refused      bool
}{
	"tenant of nothing":           {reason: "everything has a default", text: tenant("", "a")},
	"tenant without spec":         {reason: "a spec is required", text: strings.Replace(tenant("", "a"), "spec: {}", "", 1), refused: true},
	"null":                        {reason: "null is absent", text: strings.Replace(tenant("", "a"), "spec: {}", "spec: {rolePolicy: null, conversations: null}", 1)},
	"null without default":        {reason: "null is absent, whatever the default", text: strings.Replace(tenant("", "a"), "spec: {}", "spec: {displayName: null, groupPolicy: null}", 1)},
	"creation time of null":       {reason: "kubectl prints one that is not there", text: strings.Replace(tenant("", "a"), "metadata:", "metadata:\n  creationTimestamp: null", 1)},
	"unknown channel":             {reason: "channels are a list", text: strings.Replace(tenant("", "a"), "{}", "{channels: [Chat, Telex]}", 1), refused: true},
	"channel twice":               {reason: "channels are a set", text: strings.Replace(tenant("", "a"), "{}", "{channels: [Chat, Chat]}", 1), refused: true},
	"duration":                    {reason: "a duration is text", text: strings.Replace(tenant("", "a"), "{}", "{offboarding: {retention: 48h}}", 1)},
	"no duration":                 {reason: "a number is no duration", text: strings.Replace(tenant("", "a"), "{}", "{offboarding: {retention: 48}}", 1), refused: true},
	"number or percentage":        {reason: "a budget is either", text: strings.Replace(tenant("", "a"), "{}", "{offboarding: {budget: {max: 10%, window: 24h}}}", 1)},
	"neither":                     {reason: "a rule says which", text: strings.Replace(tenant("", "a"), "{}", "{offboarding: {budget: {max: 0, window: 24h}}}", 1), refused: true},
	"too small":                   {reason: "a minimum", text: strings.Replace(tenant("", "a"), "{}", "{groupPolicy: {maxPerOperator: 0}}", 1), refused: true},
	"bad URL":                     {reason: "a rule about one text", text: strings.Replace(tenant("", "a"), "{}", "{consoleURL: ftp://example.com}", 1), refused: true},
	"field of nobody":             {reason: "strict, as kubectl asks for", text: strings.Replace(tenant("", "a"), "{}", "{colour: red}", 1), refused: true},
	"field of nobody in metadata": {reason: "strict, as kubectl asks for", text: strings.Replace(tenant("", "a"), "metadata:", "metadata:\n  colour: red", 1), refused: true},
	"bad name":                    {reason: "names are Kubernetes'", text: tenant("", "A"), refused: true},
	"bad label":                   {reason: "labels are Kubernetes'", text: strings.Replace(tenant("", "a"), "metadata:", "metadata:\n  labels: {a: -}", 1), refused: true},
	"bad label name":              {reason: "labels are Kubernetes'", text: strings.Replace(tenant("", "a"), "metadata:", "metadata:\n  labels: {/: a}", 1), refused: true},
	"label of truth":              {reason: "a label is text", text: strings.Replace(tenant("", "a"), "metadata:", "metadata:\n  labels: {a: true}", 1), refused: true},
	"person":                      {reason: "the least there is of a person", text: person("anna")},
	"person without name":         {reason: "a profile is required", text: strings.Replace(person("anna"), "givenName: Given, ", "", 1), refused: true},
	"entries":                     {reason: "an entry has defaults of its own", text: person("anna", "  tenants: [{tenant: north, groups: [{name: sales}]}, {tenant: south, active: false}]")},
	"entry twice":                 {reason: "entries are by tenant", text: person("anna", "  tenants: [{tenant: north}, {tenant: north}]"), refused: true},
	"forced switch":               {reason: "an Administrator sees everything", text: person("anna", "  tenants: [{tenant: north, role: Administrator, visibility: {liveVisitors: false}}]"), refused: true},
	"team of oneself":             {reason: "a rule over metadata and spec", text: person("anna", "  tenants: [{tenant: north, role: Manager, team: [anna]}]"), refused: true},
	"home elsewhere":              {reason: "a rule over two fields", text: person("anna", "  homeTenant: north"), refused: true},
	"default of a credential":     {reason: "an object has its default if it is absent", text: person("anna", "  credential: {identityProvider: sso, mode: IdentityProvider}")},
	"number for text":             {reason: "types are strict", text: person("anna", "  kubernetesUser: 7"), refused: true},
	"text for truth":              {reason: "types are strict", text: person("anna", "  active: \"yes\""), refused: true},
	"yes":                         {reason: "the YAML of kubectl is 1.1", text: person("anna", "  active: yes")},
	"general group":               {reason: "its name is reserved", text: "apiVersion: identity.roster.dev/v1alpha1\nkind: Group\nmetadata: {name: general}\nspec: {tenant: north}\n", refused: true},
	"group of no channels":        {reason: "none would read like all", text: "apiVersion: identity.roster.dev/v1alpha1\nkind: Group\nmetadata: {name: sales}\nspec: {tenant: north, channels: []}\n", refused: true},
	"policy":                      {reason: "the least there is of a policy", text: "apiVersion: identity.roster.dev/v1alpha1\nkind: ChannelPolicy\nmetadata: {name: p}\nspec: {tenant: north, channels: [Chat], subjects: [{selector: {}}]}\n"},
	"subject of two":              {reason: "a subject is one of four", text: "apiVersion: identity.roster.dev/v1alpha1\nkind: ChannelPolicy\nmetadata: {name: p}\nspec: {tenant: north, channels: [Chat], subjects: [{role: Worker, group: sales}]}\n", refused: true},
}

func TestManifestsAreJudgedAsByTheAPIServer(t *testing.T) {
	t.Parallel()
	namespace := plane.Namespace(t)
	for name, test := range judged {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wanted, refusal := createDry(t, namespace, test.text)
			if refused := refusal != nil; refused != test.refused {
				t.Fatalf("%s; that the API server refuses it should be %t, got %v", test.reason, test.refused, refusal)
			}
			read, err := manifest.Source{Paths: []string{"-"}, Stdin: strings.NewReader(test.text), Namespace: namespace}.Read()
			if refused := err != nil; refused != test.refused {
				t.Fatalf("%s; it should be judged as by the API server, which says %v, got %v", test.reason, refusal, err)
			}
			if !test.refused {
				same(t, wanted, only(t, read))
				return
			}
			for _, field := range fieldsOf(refusal) {
				if !strings.Contains(err.Error(), field) {
					t.Errorf("%s; the refusal should name the field %q as the API server does, got %v", test.reason, field, err)
				}
			}
		})
	}
}

// TestTheSamplesAreReadAsTheAPIServerStoresThem: every default is the API server's.
func TestTheSamplesAreReadAsTheAPIServerStoresThem(t *testing.T) {
	t.Parallel()
	root, err := testkit.Root()
	if err != nil {
		t.Fatal(err)
	}
	namespace, compared := plane.Namespace(t), 0
	paths, err := filepath.Glob(filepath.Join(root, "config", "samples", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for text := range strings.SplitSeq(string(content), "\n---\n") {
			if !strings.Contains(text, "apiVersion: "+v1alpha1.GroupVersion.String()) {
				continue
			}
			text = strings.ReplaceAll(text, "namespace: harbour", "namespace: "+namespace)
			wanted, refusal := createDry(t, namespace, text)
			if refusal != nil {
				t.Fatalf("%s: the API server should take every sample, got %v", path, refusal)
			}
			read, err := manifest.Source{Paths: []string{"-"}, Stdin: strings.NewReader(text)}.Read()
			if err != nil {
				t.Fatalf("%s: every sample should be taken, got %v", path, err)
			}
			same(t, wanted, only(t, read))
			compared++
		}
	}
	if compared < 60 {
		t.Errorf("the samples should be a whole contact centre, found %d objects", compared)
	}
}

// createDry is what the API server makes of a manifest, as kubectl sends it.
func createDry(t *testing.T, namespace, text string) (*unstructured.Unstructured, error) {
	t.Helper()
	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(text), &object.Object); err != nil {
		t.Fatalf("the test's own manifest should be YAML: %v", err)
	}
	if metadata, ok := object.Object["metadata"].(map[string]any); ok {
		metadata["namespace"] = namespace
	}
	err := plane.Client(t).Create(t.Context(), object, client.DryRunAll, client.FieldValidation("Strict"))
	return object, err
}

// fieldsOf are the fields a refusal of the API server names.
func fieldsOf(refusal error) []string {
	status, ok := errors.AsType[*apierrors.StatusError](refusal)
	if !ok || status.ErrStatus.Details == nil {
		return nil
	}
	var fields []string
	for _, cause := range status.ErrStatus.Details.Causes {
		// A rule that was not asked, because of what else is wrong, is told of no field.
		if cause.Field != "<nil>" && cause.Field != "" {
			fields = append(fields, cause.Field)
		}
	}
	return fields
}

// only is the one object that was read.
func only(t *testing.T, read *manifest.Objects) client.Object {
	t.Helper()
	if read.Count() != 1 {
		t.Fatalf("one object should be read, got %v", names(read))
	}
	switch {
	case len(read.Tenants) == 1:
		return read.Tenants[0]
	case len(read.Groups) == 1:
		return read.Groups[0]
	case len(read.Policies) == 1:
		return read.Policies[0]
	}
	return read.Operators[0]
}

// same compares what is declared: spec, name and labels.
func same(t *testing.T, wanted *unstructured.Unstructured, got client.Object) {
	t.Helper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(got)
	if err != nil {
		t.Fatal(err)
	}
	read := &unstructured.Unstructured{Object: content}
	typed := got.DeepCopyObject().(client.Object)
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(wanted.Object, typed); err != nil {
		t.Fatal(err)
	}
	stored, err := runtime.DefaultUnstructuredConverter.ToUnstructured(typed)
	if err != nil {
		t.Fatal(err)
	}
	declared := func(u map[string]any) map[string]any {
		o := unstructured.Unstructured{Object: u}
		return map[string]any{"spec": u["spec"], "name": o.GetName(), "namespace": o.GetNamespace(), "labels": o.GetLabels()}
	}
	if diff := cmp.Diff(declared(stored), declared(read.Object)); diff != "" {
		t.Errorf("%s should be as the API server would store it (-API server +read):\n%s", wanted.GetName(), diff)
	}
}
