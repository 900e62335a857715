// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/cli"
	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/testkit"
)

var plane = testkit.NewControlPlane()

func TestMain(m *testing.M) { plane.Main(m) }

// TestAClusterAnswersAsItsManifestsDo: of every person and tenant of the samples, and of a person with a status, the answers of the
// cluster are those of its exported objects.
func TestAClusterAnswersAsItsManifestsDo(t *testing.T) {
	t.Parallel()
	namespace := plane.Namespace(t)
	objects := samples(t, namespace)
	c := plane.Client(t)
	for _, o := range all(objects) {
		if err := c.Create(t.Context(), o); err != nil {
			t.Fatalf("%s should be created: %v", o.GetName(), err)
		}
	}
	activated := objects.Operators[0]
	activated.Status.State = v1alpha1.OperatorStateActive
	if err := c.Status().Update(t.Context(), activated); err != nil {
		t.Fatalf("%s should get a status: %v", activated.Name, err)
	}
	exported := export(t, namespace)
	same := func(question string) string {
		t.Helper()
		words := append([]string{"access"}, strings.Fields(question+" -o json")...)
		live := run(t, "", append(words, "--kubeconfig", plane.Kubeconfig(t), "-n", namespace)...)
		offline := run(t, "", append(words, "-f", exported)...)
		if live.code == cli.ExitError {
			t.Fatalf("%s: the cluster should answer, got %s", question, live.stderr)
		}
		if diff := cmp.Diff(offline, live, cmp.AllowUnexported(result{})); diff != "" {
			t.Errorf("%s: the cluster should answer as its manifests do (-manifests +cluster):\n%s", question, diff)
		}
		return live.stdout
	}
	for _, o := range objects.Operators {
		same("show " + o.Name)
	}
	for _, tenant := range objects.Tenants {
		for _, effect := range []string{"phone", "email --state away", "stats.read", "operator.create"} {
			same("who " + effect + " --tenant " + tenant.Name)
		}
	}
	same("why bronze-lapwing phone --tenant retail")
	same("read bronze-lapwing --tenant retail --kind chat --group retail-sales --assignee pewter-fogbank")
	if answer := same("show " + activated.Name); !strings.Contains(answer, `"state": "Active"`) {
		t.Errorf("the state should be that of the status, got %s", answer)
	}
}

// TestListingFourKindsIsAllTheRightItTakes: a person with a Role of that in one namespace gets an answer there, and nowhere else.
func TestListingFourKindsIsAllTheRightItTakes(t *testing.T) {
	t.Parallel()
	here, elsewhere := plane.Namespace(t), plane.Namespace(t)
	c := plane.Client(t)
	for _, o := range []client.Object{
		testkit.Tenant(here, "north"), testkit.Tenant(elsewhere, "north"),
		testkit.Operator(here, "anna", testkit.InTenant("north", testkit.On(v1alpha1.ChannelPhone))),
		&rbacv1.Role{
			ObjectMeta: metav1.ObjectMeta{Namespace: here, Name: "asks"},
			Rules: []rbacv1.PolicyRule{{
				APIGroups: []string{v1alpha1.GroupVersion.Group}, Resources: []string{"tenants", "groups", "channelpolicies", "operators"}, Verbs: []string{"list"},
			}},
		},
		&rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Namespace: here, Name: "asks"},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "asks"},
			Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: here}},
		},
	} {
		if err := c.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(namespace string) result {
		return run(t, "", "access", "why", "anna", "phone", "--kubeconfig", plane.Kubeconfig(t), "--as", here, "-n", namespace)
	}
	testkit.Eventually(t, "the authorizer knows the new Role", func(context.Context) (bool, string) {
		got := ask(here)
		return got.code == cli.ExitYes, fmt.Sprintf("exit code %d: %s", got.code, got.stderr)
	})
	want := fmt.Sprintf(`rosterctl: list the tenants of namespace %q: tenants.identity.roster.dev is forbidden: User %q cannot list resource "tenants"`, elsewhere, here)
	if got := ask(elsewhere); got.code != cli.ExitError || !strings.HasPrefix(got.stderr, want) {
		t.Errorf("elsewhere the exit code should be 2 and stderr begin with %q, got %d and %q", want, got.code, got.stderr)
	}
}

// samples are the objects of config/samples for another namespace.
func samples(t *testing.T, namespace string) *manifest.Objects {
	t.Helper()
	root, err := testkit.Root()
	if err != nil {
		t.Fatal(err)
	}
	objects, err := manifest.Source{Paths: []string{filepath.Join(root, "config", "samples")}}.Read()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all(objects) {
		o.SetNamespace(namespace)
	}
	return objects
}

func all(objects *manifest.Objects) []client.Object {
	var found []client.Object
	for _, o := range objects.Tenants {
		found = append(found, o)
	}
	for _, o := range objects.Groups {
		found = append(found, o)
	}
	for _, o := range objects.Policies {
		found = append(found, o)
	}
	for _, o := range objects.Operators {
		found = append(found, o)
	}
	return found
}

// export writes the objects of a namespace into a folder, a list a kind.
func export(t *testing.T, namespace string) string {
	t.Helper()
	folder := t.TempDir()
	for name, list := range map[string]client.ObjectList{
		"tenants": &v1alpha1.TenantList{}, "groups": &v1alpha1.GroupList{}, "policies": &v1alpha1.ChannelPolicyList{}, "operators": &v1alpha1.OperatorList{},
	} {
		if err := plane.Client(t).List(t.Context(), list, client.InNamespace(namespace)); err != nil {
			t.Fatal(err)
		}
		kind, err := plane.Client(t).GroupVersionKindFor(list)
		if err != nil {
			t.Fatal(err)
		}
		list.GetObjectKind().SetGroupVersionKind(kind)
		content, err := yaml.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name+".yaml"), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}
