// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

// oneOfEach are an object of each kind, which belong together.
func oneOfEach(namespace string) map[string]client.Object {
	return map[string]client.Object{
		"rten": testkit.Tenant(namespace, "north"), "rgrp": testkit.Group(namespace, "desk", "north"),
		"rcp": testkit.ChannelPolicy(namespace, "chats", "north", testkit.For(v1alpha1.PolicySubject{Group: "desk"})),
		"rop": testkit.Operator(namespace, "worker", testkit.InTenant("north", testkit.InGroups("desk"))),
	}
}

// TestCascadingDeletionsFinish: in foreground and with orphans, Kubernetes' garbage collector takes finalizers away by updates, which nobody
// may be asked about.
func TestCascadingDeletionsFinish(t *testing.T) {
	t.Parallel()
	for _, cascade := range []string{"foreground", "orphan", "background"} {
		t.Run(cascade, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t)
			objects := oneOfEach(c.namespace)
			for _, o := range objects {
				c.create(o)
			}
			for kind, o := range objects {
				mustKubectl(t, "wait", "--for=condition=Ready", "--timeout=30s", "-n", c.namespace, kind, o.GetName())
			}
			for kind, o := range objects {
				mustKubectl(t, "delete", "--cascade="+cascade, "--wait=true", "--timeout=30s", "-n", c.namespace, kind, o.GetName())
				if err := c.Get(t.Context(), client.ObjectKeyFromObject(o), o); !apierrors.IsNotFound(err) {
					t.Errorf("%s should be gone after kubectl delete --cascade=%s, got %v", describe(o), cascade, err)
				}
			}
		})
	}
}

// TestAnOwnedObjectGoesWhileNobodyAnswers deletes the owner of objects with no manager running: the garbage collector's own requests pass.
func TestAnOwnedObjectGoesWhileNobodyAnswers(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	owner := testkit.Group(c.namespace, "owner", "north")
	c.create(testkit.Tenant(c.namespace, "north"), owner)
	becomesReady(c, owner)
	owned := testkit.Group(c.namespace, "owned", "north", func(g *v1alpha1.Group) {
		g.OwnerReferences = []metav1.OwnerReference{{APIVersion: v1alpha1.GroupVersion.String(), Kind: "Group", Name: owner.Name, UID: owner.UID}}
	})
	c.create(owned)
	becomesReady(c, owned)
	if err := c.Delete(t.Context(), owner, client.PropagationPolicy(metav1.DeletePropagationForeground)); err != nil {
		t.Fatal(err)
	}
	c.stop()
	testkit.Eventually(t, "the garbage collector deletes what is owned", func(ctx context.Context) (bool, string) {
		err := c.Get(ctx, client.ObjectKeyFromObject(owned), owned)
		return apierrors.IsNotFound(err) || err == nil && owned.DeletionTimestamp != nil, reportOf(err)
	})
	c.start()
	c.gone(owned, owner)
}

// TestAReplaceWithoutOurFinalizerGetsItBack in the same request.
func TestAReplaceWithoutOurFinalizerGetsItBack(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	objects := oneOfEach(c.namespace)
	for _, o := range objects {
		c.create(o)
	}
	for kind, o := range objects {
		mustKubectl(t, "wait", "--for=condition=Ready", "--timeout=60s", "-n", c.namespace, kind, o.GetName())
		manifest, err := applicable(c.Scheme(), o)
		must(t, err)
		manifest.SetFinalizers(nil)
		text, err := yaml.Marshal(manifest)
		must(t, err)
		file := filepath.Join(t.TempDir(), "manifest.yaml")
		must(t, os.WriteFile(file, text, 0o600))
		mustKubectl(t, "replace", "-f", file)
		if err := c.Get(t.Context(), client.ObjectKeyFromObject(o), o); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(o.GetFinalizers(), v1alpha1.Finalizer) {
			t.Errorf("%s that is replaced without our finalizer should have it again, it has %v", describe(o), o.GetFinalizers())
		}
	}
}
