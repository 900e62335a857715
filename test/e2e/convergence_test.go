// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// dependencyOrder puts what others name before what names it.
var dependencyOrder = []string{"Tenant", "Group", "ChannelPolicy", "Operator"}

func inDependencyOrder(a, b *unstructured.Unstructured) int {
	return slices.Index(dependencyOrder, a.GetKind()) - slices.Index(dependencyOrder, b.GetKind())
}

// TestAnyOrderOfApplyConverges applies the samples one object at a time, in dependency order, in reverse, and in three random
// orders: the stores must end up equal.
func TestAnyOrderOfApplyConverges(t *testing.T) {
	t.Parallel()
	converge := func(t *testing.T, order func([]*unstructured.Unstructured)) content {
		c := newCompany(t)
		objects := samples(t, c.namespace)
		order(objects)
		c.createAll(objects)
		c.allReady()
		return c.content()
	}
	want := converge(t, func(objects []*unstructured.Unstructured) { slices.SortStableFunc(objects, inDependencyOrder) })
	if len(want.People) < 40 || len(want.Tenants) != 4 {
		t.Fatalf("the samples hold 4 tenants and about 40 people, the store got %d and %d", len(want.Tenants), len(want.People))
	}
	orders := map[string]func([]*unstructured.Unstructured){
		"reverse": func(objects []*unstructured.Unstructured) {
			slices.SortStableFunc(objects, inDependencyOrder)
			slices.Reverse(objects)
		},
	}
	for seed := range uint64(3) {
		orders[fmt.Sprintf("random-%d", seed)] = func(objects []*unstructured.Unstructured) {
			rand.New(rand.NewPCG(seed, 0)).Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
		}
	}
	for name, order := range orders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(want, converge(t, order)); diff != "" {
				t.Errorf("the store should hold the same as after an apply in dependency order (-want +got):\n%s", diff)
			}
		})
	}
}
