// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/cli"
	"github.com/roster-dev/roster/internal/testkit"
)

// TestAPersonEditsHisOwnOperatorWithTheRoleMadeForHim: RBAC lets him at that one object, and admission at the fields that are his.
func TestAPersonEditsHisOwnOperatorWithTheRoleMadeForHim(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	worker := testkit.Operator(c.namespace, "worker", testkit.InTenant("north"), func(o *v1alpha1.Operator) { o.Spec.KubernetesUser = "worker@idp" })
	other := testkit.Operator(c.namespace, "other", testkit.InTenant("north"))
	c.create(testkit.Tenant(c.namespace, "north"), worker, other)
	becomesReady(c, worker)

	var manifests, complaint bytes.Buffer
	if code := cli.Main(t.Context(), []string{"rosterctl", "rbac", "worker", "--kubeconfig", plane.Kubeconfig(t), "-n", c.namespace}, cli.Build{},
		strings.NewReader(""), &manifests, &complaint); code != cli.ExitYes {
		t.Fatalf("rosterctl rbac should make a Role: %s", complaint.String())
	}
	file := filepath.Join(t.TempDir(), "rbac.yaml")
	must(t, os.WriteFile(file, manifests.Bytes(), 0o600))
	mustKubectl(t, "apply", "--server-side", "-f", file)

	config := plane.Config(t)
	config.Impersonate = rest.ImpersonationConfig{UserName: "worker@idp", Groups: []string{"system:authenticated"}}
	himself, err := client.New(config, client.Options{Scheme: testkit.Scheme()})
	must(t, err)
	titled := func(o *v1alpha1.Operator) { o.Spec.Profile.Title = "Head" }
	if err := changing(worker, titled)(t.Context(), himself); err != nil {
		t.Errorf("his title is his own, got %v", err)
	}
	promoted := func(o *v1alpha1.Operator) { o.Spec.Tenants[0].Role = v1alpha1.RoleAdministrator }
	if err := changing(worker, promoted)(t.Context(), himself); outcomeOf(err) != forbidden {
		t.Errorf("his role is not, and admission should say so; got %v", err)
	}
	if err := changing(other, titled)(t.Context(), himself); !apierrors.IsForbidden(err) || outcomeOf(err) == forbidden {
		t.Errorf("RBAC should keep him from somebody else's Operator, got %v", err)
	}
}
