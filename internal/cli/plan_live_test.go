// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/cli"
	"github.com/roster-dev/roster/internal/testkit"
)

// delivered puts the samples into a namespace of their own, labelled as Flux does.
func delivered(t *testing.T) (namespace string) {
	t.Helper()
	namespace = plane.Namespace(t)
	for _, o := range all(samples(t, namespace)) {
		o.SetLabels(merged(o.GetLabels(), map[string]string{"kustomize.toolkit.fluxcd.io/name": "company"}))
		if err := plane.Client(t).Create(t.Context(), o); err != nil {
			t.Fatalf("%s should be created: %v", o.GetName(), err)
		}
	}
	return namespace
}

// TestAClusterIsASideOfAPlan: the samples in a cluster are those of the folder, and what is being deleted is not there any more.
func TestAClusterIsASideOfAPlan(t *testing.T) {
	t.Parallel()
	namespace := delivered(t)
	c, config, exported := plane.Client(t), plane.Kubeconfig(t), export(t, namespace)
	same := run(t, "", "plan", "--kubeconfig", config, "--from", "cluster:"+namespace, "-f", exported)
	if same.code != cli.ExitYes {
		t.Errorf("the cluster should be as its manifests, got exit code %d\n%s%s", same.code, same.stdout, same.stderr)
	}
	leaving := testkit.Operator(namespace, "leaving", testkit.InTenant("retail", testkit.As(v1alpha1.RoleWorker)))
	leaving.Finalizers = []string{"example.com/keep"}
	if err := c.Create(t.Context(), leaving); err != nil {
		t.Fatal(err)
	}
	added := run(t, "", "plan", "--kubeconfig", config, "--to", "cluster:"+namespace, "--from", exported)
	if added.code != cli.ExitNo || !strings.Contains(added.stdout, "adds leaving") {
		t.Errorf("who is in the cluster alone should be told, got exit code %d\n%s%s", added.code, added.stdout, added.stderr)
	}
	if err := c.Delete(t.Context(), leaving); err != nil {
		t.Fatal(err)
	}
	if gone := run(t, "", "plan", "--kubeconfig", config, "--to", "cluster:"+namespace, "--from", exported); gone.code != cli.ExitYes {
		t.Errorf("who is being deleted should not be there, got exit code %d\n%s%s", gone.code, gone.stdout, gone.stderr)
	}
}

// TestAClusterIsASourceOfAPromotion: a tenant of the cluster can be carried into a folder that has nothing of it yet.
func TestAClusterIsASourceOfAPromotion(t *testing.T) {
	t.Parallel()
	namespace := delivered(t)
	config, exported, target := plane.Kubeconfig(t), export(t, namespace), t.TempDir()
	words := []string{"promote", "retail", "--kubeconfig", config, "--from", "cluster:" + namespace, "--to", target, "--operators"}
	done := run(t, "", words...)
	if done.code != cli.ExitYes || !strings.Contains(done.stdout, "written: promotion.lock, tenant-retail.yaml") {
		t.Fatalf("the tenant should be carried over, got exit code %d\n%s%s", done.code, done.stdout, done.stderr)
	}
	if again := run(t, "", words...); again.code != cli.ExitYes || !strings.Contains(again.stdout, "nothing to do") {
		t.Errorf("a second promotion should change nothing, got exit code %d\n%s%s", again.code, again.stdout, again.stderr)
	}
	for _, effect := range []string{"phone", "email", "stats.read"} {
		question := []string{"access", "who", effect, "--tenant", "retail", "-o", "json", "-f"}
		there := run(t, "", append(question, exported, "-n", namespace)...)
		here := run(t, "", append(question, filepath.Join(target, "tenant-retail.yaml"))...)
		holders := func(r result) int { return strings.Count(r.stdout, `"operator":`) }
		if holders(here) == 0 || holders(there)-holders(here) > 2 {
			t.Errorf("who has %s should be carried over but for company administrators, got %d of %d\n%s", effect, holders(here), holders(there), here.stderr)
		}
	}
}

func merged(labels, more map[string]string) map[string]string {
	all := map[string]string{}
	for _, from := range []map[string]string{labels, more} {
		for name, value := range from {
			all[name] = value
		}
	}
	return all
}
