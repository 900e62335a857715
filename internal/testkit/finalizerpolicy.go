// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/roster-dev/roster/api/v1alpha1"
)

const (
	policyTimeout = 30 * time.Second
	policyPoll    = 50 * time.Millisecond
)

// applyFinalizerPolicy returns once the policy acts: the API server takes it up some time after it is stored.
func applyFinalizerPolicy(ctx context.Context, c client.Client, root string) error {
	for _, file := range []string{"policy.yaml", "binding.yaml"} {
		if err := applyManifest(ctx, c, filepath.Join(root, "config", "finalizer-policy", file)); err != nil {
			return err
		}
	}
	// The API server may serve a kind some time after its CRD is established, so a refusal is an answer only at the end.
	var refusal error
	err := wait.PollUntilContextTimeout(ctx, policyPoll, policyTimeout, true, func(ctx context.Context) (bool, error) {
		probe := Group(metav1.NamespaceDefault, "finalizer-policy-probe", "any")
		refusal = c.Create(ctx, probe, client.DryRunAll)
		return refusal == nil && slices.Contains(probe.Finalizers, v1alpha1.Finalizer), nil
	})
	switch {
	case err == nil:
		return nil
	case refusal != nil:
		return fmt.Errorf("the finalizer policy could not be tried out within %s: %w", policyTimeout, refusal)
	}
	return fmt.Errorf("the finalizer policy of config/finalizer-policy should set %s within %s: %w", v1alpha1.Finalizer, policyTimeout, err)
}

// applyManifest applies a file that holds one object.
func applyManifest(ctx context.Context, c client.Client, path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("the manifest was not read: %w", err)
	}
	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(content, &object.Object); err != nil {
		return fmt.Errorf("%s should hold one object: %w", path, err)
	}
	if err := c.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), client.FieldOwner("testkit"), client.ForceOwnership); err != nil {
		return fmt.Errorf("%s was not applied: %w", path, err)
	}
	return nil
}
