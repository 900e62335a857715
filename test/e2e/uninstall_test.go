// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"os/exec"
	"strings"
	"testing"

	"github.com/go-logr/logr/testr"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"

	"github.com/roster-dev/roster/internal/manager"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/storetest/faults"
	"github.com/roster-dev/roster/internal/testkit"
)

// cluster is one of the test's own, with everything of config/default in it and a manager that runs beside it under the names a manager
// in the cluster has.
func cluster(t *testing.T) (kubectl func(args ...string) (string, error), c *company, running *running) {
	t.Helper()
	own := testkit.NewControlPlane(testkit.WithControllerManager(), testkit.WithFinalizerPolicy())
	t.Cleanup(func() {
		if err := own.Stop(); err != nil {
			t.Error(err)
		}
	})
	root, err := testkit.Root()
	must(t, err)
	kubectl = func(args ...string) (string, error) {
		command := exec.CommandContext(t.Context(), program(), append([]string{"--kubeconfig", own.Kubeconfig(t)}, args...)...)
		command.Dir = root
		out, err := command.CombinedOutput()
		return string(out), err
	}
	if out, err := kubectl("apply", "--server-side", "--force-conflicts", "-k", "config/default"); err != nil {
		t.Fatalf("installing: %v\n%s", err, out)
	}
	c = &company{WithWatch: own.Client(t), t: t, namespace: "acme", store: faults.Wrap(memory.New())}
	c.options = unmanaged(t, c.store).options
	c.options.Namespace = ""
	address := freeAddress(t)
	c.options.Webhook.BindAddress, c.options.Webhook.URL = address, "https://"+address
	c.options.LeaderElection.Namespace = "roster-system"
	c.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: c.namespace}})
	config := own.Config(t)
	config.Impersonate = rest.ImpersonationConfig{
		UserName: managersAccount, Groups: []string{"system:serviceaccounts", "system:serviceaccounts:roster-system", "system:authenticated"},
	}
	running = launch(t, config, c.options, c.store, testr.NewWithInterface(quiet{t: t}, testr.Options{}))
	testkit.Eventually(t, "the API server is told to ask about changes", func(ctx context.Context) (bool, string) {
		err := c.Get(ctx, configurationName, &admissionregistrationv1.ValidatingWebhookConfiguration{})
		return err == nil, reportOf(err)
	})
	for kind, o := range oneOfEach(c.namespace) {
		c.create(o)
		if out, err := kubectl("wait", "--for=create", "-n", c.namespace, kind, o.GetName()); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	return kubectl, c, running
}

// configurationName is the name the manager of a whole cluster gives its webhook configuration.
var configurationName = types.NamespacedName{Name: manager.Defaults().Webhook.Configuration}

// unregistered waits until there is no configuration, and then makes sure that none comes back.
func (c *company) unregistered() {
	c.t.Helper()
	testkit.Eventually(c.t, "there is no webhook configuration", func(ctx context.Context) (bool, string) {
		err := c.Get(ctx, configurationName, &admissionregistrationv1.ValidatingWebhookConfiguration{})
		return apierrors.IsNotFound(err), reportOf(err)
	})
}

// target is what a target of the Makefile does, a command a line, as make would run it.
func target(t *testing.T, name string) []string {
	t.Helper()
	root, err := testkit.Root()
	must(t, err)
	command := exec.CommandContext(t.Context(), "make", "--dry-run", "--no-print-directory", "-C", root, name, "KUBECTL=kubectl", "KUSTOMIZE=/bin/true")
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("make --dry-run %s: %v\n%s", name, err, out)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// TestUninstallingLeavesNoWebhookBehind runs what `make uninstall` runs, while the manager is there, which would make a configuration
// that is missing again.
func TestUninstallingLeavesNoWebhookBehind(t *testing.T) {
	t.Parallel()
	kubectl, c, running := cluster(t)
	var ran int
	for _, line := range target(t, "uninstall") {
		args := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "kubectl delete validatingwebhookconfiguration"):
			args = args[1:]
		case strings.HasPrefix(line, "/bin/true build config/crd | kubectl delete"):
			args = []string{"delete", "--ignore-not-found", "-k", "config/crd", "--timeout=60s"}
		default:
			t.Fatalf("make uninstall runs %q, which this test does not know", line)
		}
		if out, err := kubectl(args...); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
		ran++
	}
	if ran != 3 {
		t.Errorf("make uninstall should remove the configuration, the definitions, and the configuration again; it ran %d commands", ran)
	}
	c.unregistered()
	must(t, running.stop())
	c.unregistered()
}

// TestAConfigurationGoesWithOurKinds however they are removed, and whoever is there to see it.
func TestAConfigurationGoesWithOurKinds(t *testing.T) {
	t.Parallel()
	kubectl, c, running := cluster(t)
	for _, kind := range []string{"rcp", "rop", "rgrp", "rten"} {
		if out, err := kubectl("delete", "-n", c.namespace, kind, "--all", "--timeout=60s"); err != nil {
			t.Fatalf("deleting the objects: %v\n%s", err, out)
		}
	}
	must(t, running.stop())
	if out, err := kubectl("delete", "--ignore-not-found", "-k", "config/default", "--wait=false"); err != nil {
		t.Fatalf("deleting everything that was installed: %v\n%s", err, out)
	}
	c.unregistered()
}
