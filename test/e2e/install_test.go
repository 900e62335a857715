// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/internal/manager"
	"github.com/roster-dev/roster/internal/testkit"
)

const managersAccount = "system:serviceaccount:roster-system:roster-manager"

// versions are the resource versions of what a kustomization consists of, as the API server has it. A claim is left out: the API
// server stores a new one anew, with nothing in it changed, when it is first applied again.
func versions(t *testing.T, kustomization string) []string {
	t.Helper()
	out := mustKubectl(t, "get", "-k", kustomization, "--show-managed-fields=false",
		"-o", `jsonpath={range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name} {.metadata.resourceVersion}{"\n"}{end}`)
	return slices.DeleteFunc(strings.Split(strings.TrimSpace(out), "\n"), func(line string) bool {
		return strings.HasPrefix(line, "PersistentVolumeClaim/")
	})
}

func TestInstallingTwiceChangesNothingTheSecondTime(t *testing.T) {
	t.Parallel()
	grantRights(t)
	for name, reason := range map[string]string{
		"config/default":                  "the whole, for servers of today",
		"config/without-admission-policy": "the base of the whole, for older servers",
	} {
		t.Run(name, func(t *testing.T) {
			before := versions(t, name)
			if len(before) < 12 {
				t.Fatalf("%s should consist of CRDs, RBAC and the manager, found %v", name, before)
			}
			out := mustKubectl(t, "apply", "--server-side", "-k", name)
			if got := strings.Count(out, "serverside-applied"); got != len(before)+1 {
				t.Errorf("%s: all %d objects and the claim should be applied without a conflict, got %d:\n%s", reason, len(before), got, out)
			}
			if diff := cmp.Diff(before, versions(t, name)); diff != "" {
				t.Errorf("applying %s again should change no object (-before +after):\n%s", name, diff)
			}
		})
	}
}

func TestTheInstallationOverPostgreSQLIsAccepted(t *testing.T) {
	t.Parallel()
	grantRights(t)
	out := mustKubectl(t, "apply", "--server-side", "--dry-run=server", "-k", "config/postgresql")
	for _, part := range []string{"deployment.apps/roster-manager", "poddisruptionbudget.policy/roster-manager"} {
		if !strings.Contains(out, part) {
			t.Errorf("config/postgresql should hold %s, the API server took:\n%s", part, out)
		}
	}
	if built := mustKubectl(t, "kustomize", "config/postgresql"); strings.Contains(built, "PersistentVolumeClaim") || strings.Contains(built, "sqlite") {
		t.Error("config/postgresql should hold neither a volume claim nor an SQLite store")
	}
}

// TestTheInstallationWithActivationIsAccepted: what config/activation mounts is what its configuration names, and that is one that the manager takes.
func TestTheInstallationWithActivationIsAccepted(t *testing.T) {
	t.Parallel()
	grantRights(t)
	out := mustKubectl(t, "apply", "--server-side", "--dry-run=server", "-k", "config/activation")
	for _, part := range []string{"deployment.apps/roster-manager", "service/roster-pages", "service/roster-authentication"} {
		if !strings.Contains(out, part) {
			t.Errorf("config/activation should hold %s, the API server took:\n%s", part, out)
		}
	}
	root, err := testkit.Root()
	must(t, err)
	options, err := manager.Parse([]string{"--config=" + filepath.Join(root, "config", "activation", "config.yaml")}, io.Discard)
	must(t, err)
	built := mustKubectl(t, "kustomize", "config/activation")
	for _, path := range []string{options.Activation.KeyFile, options.Mail.PasswordFile, options.Authentication.CertificateFolder, options.Authentication.TokenFile} {
		folder := path
		if path != options.Authentication.CertificateFolder {
			folder = filepath.Dir(path)
		}
		if !strings.Contains(built, "mountPath: "+folder+"\n") {
			t.Errorf("config/activation should mount %s, where its configuration looks", folder)
		}
	}
	if options.Activation.BindAddress != ":8444" || options.Authentication.BindAddress != ":8445" {
		t.Errorf("the configuration serves at %s and %s; expected the ports of the Deployment", options.Activation.BindAddress, options.Authentication.BindAddress)
	}
}

func TestTheAdmissionPolicyIsInDefaultOnly(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"config/default": true, "config/without-admission-policy": false} {
		if got := strings.Contains(mustKubectl(t, "kustomize", name), "MutatingAdmissionPolicy"); got != want {
			t.Errorf("that %s holds a MutatingAdmissionPolicy, which older servers refuse, should be %t", name, want)
		}
	}
}

// rulesOf are the rights of a service account of roster-system in a namespace, one a line.
func rulesOf(t *testing.T, account, namespace string) []string {
	t.Helper()
	config := plane.Config(t)
	config.Impersonate = rest.ImpersonationConfig{UserName: account, Groups: []string{"system:serviceaccounts", "system:serviceaccounts:roster-system", "system:authenticated"}}
	c, err := client.New(config, client.Options{Scheme: testkit.Scheme()})
	must(t, err)
	review := &authorizationv1.SelfSubjectRulesReview{Spec: authorizationv1.SelfSubjectRulesReviewSpec{Namespace: namespace}}
	must(t, c.Create(t.Context(), review))
	if review.Status.Incomplete {
		t.Fatalf("the API server should list every right, it says %s", review.Status.EvaluationError)
	}
	var rules []string
	for _, r := range review.Status.ResourceRules {
		for _, resource := range r.Resources {
			verbs := slices.Sorted(slices.Values(r.Verbs))
			rules = append(rules, fmt.Sprintf("%s %s/%s %v", strings.Join(verbs, ","), strings.Join(r.APIGroups, ","), resource, r.ResourceNames))
		}
	}
	for _, r := range review.Status.NonResourceRules {
		rules = append(rules, fmt.Sprintf("%v %v", r.Verbs, r.NonResourceURLs))
	}
	slices.Sort(rules)
	return rules
}

func TestTheManagerMayDoWhatItNeedsAndNothingElse(t *testing.T) {
	t.Parallel()
	grantRights(t)
	var everywhere []string
	for _, kind := range []string{"tenants", "operators", "groups", "channelpolicies"} {
		everywhere = append(everywhere,
			"get,list,patch,watch identity.roster.dev/"+kind+" []",
			"patch,update identity.roster.dev/"+kind+"/status []",
			"update identity.roster.dev/"+kind+"/finalizers []")
	}
	everywhere = append(everywhere,
		"create,patch events.k8s.io/events []",
		"get /namespaces []",
		"create authentication.k8s.io/tokenreviews []",
		"create authorization.k8s.io/subjectaccessreviews []",
		"create,get,list,patch,update,watch admissionregistration.k8s.io/validatingwebhookconfigurations [roster-admission]",
		"get apiextensions.k8s.io/customresourcedefinitions [tenants.identity.roster.dev]")
	atHome := append(slices.Clone(everywhere), "create,get,update coordination.k8s.io/leases []", "create,get,patch,update /secrets [roster-webhook]")
	for namespace, want := range map[string][]string{"default": everywhere, "roster-system": atHome} {
		anybody := rulesOf(t, "system:serviceaccount:roster-system:nobody", namespace)
		got := slices.DeleteFunc(rulesOf(t, managersAccount, namespace), func(r string) bool {
			// Other tests give their managers rights on configurations of their own.
			return slices.Contains(anybody, r) || strings.Contains(r, "validatingwebhookconfigurations [test")
		})
		got = slices.Compact(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the manager's rights in the namespace %s, beside everybody's (-want +got):\n%s", namespace, diff)
		}
	}
}

func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	grantRights(t)
	c := plane.Client(t)
	const group = "identity.roster.dev"
	for _, tc := range []struct {
		reason, user, verb, group, resource, subresource string
		want                                             bool
	}{
		{"it takes finalizers away", managersAccount, "patch", group, "operators", "", true},
		{"it tells what happened", managersAccount, "patch", group, "operators", "status", true},
		{"it never replaces an object", managersAccount, "update", group, "operators", "", false},
		{"it never makes a person", managersAccount, "create", group, "operators", "", false},
		{"it never deletes a person", managersAccount, "delete", group, "operators", "", false},
		{"nothing it does needs anybody's secret", managersAccount, "get", "", "secrets", "", false},
		{"it weakens nobody else's admission", managersAccount, "update", "admissionregistration.k8s.io", "validatingwebhookconfigurations", "", false},
		{"nobody administers by writing", "stranger", "administer", group, "companies", "", false},
		{"it starts no pods", managersAccount, "create", "", "pods", "", false},
		{"its lease is at home", managersAccount, "get", "coordination.k8s.io", "leases", "", false},
		{"it grants no rights", managersAccount, "create", "rbac.authorization.k8s.io", "rolebindings", "", false},
		{"a stranger sees no people", "stranger", "list", group, "operators", "", false},
	} {
		review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
			User: tc.user,
			ResourceAttributes: &authorizationv1.ResourceAttributes{
				Namespace: "default", Verb: tc.verb, Group: tc.group, Resource: tc.resource, Subresource: tc.subresource,
			},
		}}
		must(t, c.Create(t.Context(), review))
		if review.Status.Allowed != tc.want {
			t.Errorf("that %s may %s %s %s should be %t: %s", tc.user, tc.verb, tc.resource, tc.subresource, tc.want, tc.reason)
		}
	}
}

// documents are the objects of a YAML text.
func documents(t *testing.T, text string) []*unstructured.Unstructured {
	t.Helper()
	var objects []*unstructured.Unstructured
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096)
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return objects
		}
		must(t, err)
		if object.Object != nil {
			objects = append(objects, object)
		}
	}
}

// accepted checks that the API server accepts an object as it is written, every field of it known.
func accepted(t *testing.T, namespace, where string, object *unstructured.Unstructured) {
	t.Helper()
	c := client.WithFieldValidation(plane.Client(t), metav1.FieldValidationStrict)
	namespaced, err := c.IsObjectNamespaced(object)
	if err != nil {
		t.Errorf("%s: the API server should serve %s: %v", where, object.GroupVersionKind(), err)
		return
	}
	if namespaced {
		object.SetNamespace(namespace)
	}
	if err := c.Create(t.Context(), object, client.DryRunAll); err != nil {
		t.Errorf("%s: %s %s should be accepted: %v", where, object.GetKind(), object.GetName(), err)
	}
}

// paths are the files of this repository that patterns match, below its root.
func paths(t *testing.T, patterns ...string) (root string, found []string) {
	t.Helper()
	root, err := testkit.Root()
	must(t, err)
	for _, pattern := range patterns {
		matches, err := filepath.Glob(filepath.Join(root, pattern))
		must(t, err)
		found = append(found, matches...)
	}
	return root, found
}

func textOf(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	return string(text)
}

func TestEverySampleIsAccepted(t *testing.T) {
	t.Parallel()
	namespace := plane.Namespace(t)
	root, files := paths(t, "config/samples/*.yaml", "config/samples/onboarding/*.yaml")
	listed := textOf(t, filepath.Join(root, "config", "samples", "kustomization.yaml"))
	for _, file := range files {
		name := filepath.Base(file)
		if name == "kustomization.yaml" {
			continue
		}
		if filepath.Base(filepath.Dir(file)) == "samples" && !strings.Contains(listed, "- "+name+"\n") {
			t.Errorf("config/samples/kustomization.yaml should list %s", name)
		}
		objects := documents(t, textOf(t, file))
		if len(objects) == 0 {
			t.Errorf("%s should hold an object", name)
		}
		for _, o := range objects {
			accepted(t, namespace, name, o)
		}
	}
}

// ofOthers tells whether an object is one of Flux or Argo CD, which this API server does not know.
func ofOthers(o *unstructured.Unstructured) bool {
	group := o.GroupVersionKind().Group
	return strings.HasSuffix(group, ".fluxcd.io") || group == "argoproj.io"
}

var yamlBlock = regexp.MustCompile("(?s)```ya?ml\n(.*?)```")

// TestWhatTheDocumentationShowsIsAccepted: of every block of YAML that is a whole object.
func TestWhatTheDocumentationShowsIsAccepted(t *testing.T) {
	t.Parallel()
	namespace := plane.Namespace(t)
	_, files := paths(t, "README.md", "docs/*.md")
	var tried int
	for _, file := range files {
		for i, block := range yamlBlock.FindAllStringSubmatch(textOf(t, file), -1) {
			for _, o := range documents(t, block[1]) {
				if o.GetAPIVersion() == "" || o.GetKind() == "" || ofOthers(o) {
					continue
				}
				tried++
				accepted(t, namespace, fmt.Sprintf("%s, block %d", filepath.Base(file), i+1), o)
			}
		}
	}
	if tried < 6 {
		t.Errorf("the documentation should show at least one whole object a kind, found %d", tried)
	}
}
