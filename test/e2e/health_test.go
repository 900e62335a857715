// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/storetest/faults"
	"github.com/roster-dev/roster/internal/testkit"
)

// healthTool computes kstatus on every state of every object of a company that a watch shows, as Flux and others do.
type healthTool struct {
	*company
	mu   sync.Mutex
	seen map[string][]status.Status
}

// watchHealth begins before anything is created, so that no state is missed.
func watchHealth(c *company) *healthTool {
	c.t.Helper()
	h := &healthTool{company: c, seen: map[string][]status.Status{}}
	ctx, cancel := context.WithCancel(context.WithoutCancel(c.t.Context()))
	var watching sync.WaitGroup
	for _, kind := range kinds {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind + "List"))
		w, err := c.Watch(ctx, list, client.InNamespace(c.namespace))
		if err != nil {
			cancel()
			c.t.Fatalf("watching %s objects: %v", kind, err)
		}
		watching.Go(func() {
			for event := range w.ResultChan() {
				h.see(event)
			}
		})
	}
	c.t.Cleanup(func() {
		cancel()
		watching.Wait()
	})
	return h
}

// see keeps what changed: the same status twice in a row is once.
func (h *healthTool) see(event watch.Event) {
	object, ok := event.Object.(*unstructured.Unstructured)
	if !ok || event.Type == watch.Deleted {
		return
	}
	result, err := status.Compute(object)
	if err != nil {
		h.t.Errorf("kstatus of %s %s should be computed: %v", object.GetKind(), object.GetName(), err)
		return
	}
	agree(h.t, object, result.Status)
	h.mu.Lock()
	defer h.mu.Unlock()
	key := object.GetKind() + " " + object.GetName()
	if states := h.seen[key]; len(states) == 0 || states[len(states)-1] != result.Status {
		h.seen[key] = append(states, result.Status)
	}
}

// went waits until the health of an object ends as it should, and fails the test unless it came there by the given steps.
func (h *healthTool) went(o client.Object, steps ...status.Status) {
	h.t.Helper()
	var seen []status.Status
	testkit.Eventually(h.t, fmt.Sprintf("%s is %s to a health tool", describe(o), steps[len(steps)-1]), func(context.Context) (bool, string) {
		h.mu.Lock()
		defer h.mu.Unlock()
		seen = slices.Clone(h.seen[describe(o)])
		return len(seen) >= len(steps) && seen[len(seen)-1] == steps[len(steps)-1], fmt.Sprint(seen)
	})
	if diff := cmp.Diff(steps, seen); diff != "" {
		h.t.Errorf("the health of %s should go these steps (-want +got):\n%s", describe(o), diff)
	}
}

func TestHealthToolsSeeProgressAndThenSuccess(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	h := watchHealth(c)
	worker := testkit.Operator(c.namespace, "worker-1", testkit.InTenant("north", testkit.InGroups("sales")))
	leader := testkit.Operator(c.namespace, "leader", testkit.InTenant("north", testkit.Leading("worker-1")))
	policy := testkit.ChannelPolicy(c.namespace, "chat", "north", testkit.For(v1alpha1.PolicySubject{Group: "sales"}))
	group, tenant := testkit.Group(c.namespace, "sales", "north"), testkit.Tenant(c.namespace, "north")
	inReverse := []client.Object{leader, worker, policy, group, tenant}
	c.create(inReverse...)
	out := mustKubectl(t, "-n", c.namespace, "wait", "--for=condition=Ready", "tenants,groups,channelpolicies,operators.identity.roster.dev", "--all", "--timeout=30s")
	for _, named := range []string{"tenant.identity.roster.dev/north", "group.identity.roster.dev/sales", "channelpolicy.identity.roster.dev/chat", "operator.identity.roster.dev/worker-1", "operator.identity.roster.dev/leader"} {
		if !strings.Contains(out, named+" condition met") {
			t.Errorf("kubectl wait should see %s become Ready, it says:\n%s", named, out)
		}
	}
	settled(c, tenant, "has counted everybody", func(t *v1alpha1.Tenant) bool {
		return t.Status.Operators.Invited == 2 && *t.Status.Groups == 1
	})
	settled(c, policy, "has counted whom it matches", func(p *v1alpha1.ChannelPolicy) bool { return *p.Status.MatchedOperators == 1 })
	for _, o := range inReverse {
		h.went(o, status.InProgressStatus, status.CurrentStatus)
	}
}

func TestHealthToolsSeeAStallAndItsHealing(t *testing.T) {
	t.Parallel()
	c := newCompany(t, stallingSoon)
	h := watchHealth(c)
	operator := testkit.Operator(c.namespace, "worker-1", testkit.InTenant("north"))
	group := testkit.Group(c.namespace, "sales", "north")
	policy := testkit.ChannelPolicy(c.namespace, "chat", "north", testkit.For(v1alpha1.PolicySubject{Group: "sales"}))
	waiting := []client.Object{operator, group, policy}
	c.create(waiting...)
	for _, o := range waiting {
		h.went(o, status.InProgressStatus, status.FailedStatus)
	}
	c.create(testkit.Tenant(c.namespace, "north"))
	for _, o := range waiting {
		h.went(o, status.InProgressStatus, status.FailedStatus, status.CurrentStatus)
	}
}

func TestHealthToolsSeeNoFailureWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	away := faults.Wrap(memory.New())
	c := newCompany(t, stallingSoon, over(away))
	h := watchHealth(c)
	away.SetDown(true)
	tenant, group := testkit.Tenant(c.namespace, "north"), testkit.Group(c.namespace, "sales", "south")
	operator := testkit.Operator(c.namespace, "worker-1")
	c.create(tenant, group, operator)
	says(c, tenant, "Ready=False/StoreUnavailable")
	says(c, group, "Ready=False/StoreUnavailable")
	says(c, operator, "Ready=False/StoreUnavailable")
	// Retries come after at least 0.5 s, 1 s and 2 s: by the twelfth, each of the three has met the outage after it would have stalled.
	testkit.Eventually(t, "each object is tried again after the time to stall", func(context.Context) (bool, string) {
		return c.store.Counts().Fences >= 12, fmt.Sprintf("%+v", c.store.Counts())
	})
	away.SetDown(false)
	h.went(tenant, status.InProgressStatus, status.CurrentStatus)
	h.went(operator, status.InProgressStatus, status.CurrentStatus)
	h.went(group, status.InProgressStatus, status.FailedStatus)
	c.create(testkit.Tenant(c.namespace, "south"))
	h.went(group, status.InProgressStatus, status.FailedStatus, status.CurrentStatus)
}

func TestHealthToolsSeeWhatIsSuspended(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	h := watchHealth(c)
	tenant := testkit.Tenant(c.namespace, "north")
	c.create(tenant)
	h.went(tenant, status.InProgressStatus, status.CurrentStatus)
	edit(c, tenant, func(t *v1alpha1.Tenant) { t.Spec.Suspend = true })
	settled(c, tenant, "is suspended", func(t *v1alpha1.Tenant) bool {
		return t.Status.ObservedGeneration == t.Generation && meta.IsStatusConditionTrue(t.Status.Conditions, v1alpha1.ConditionSuspended)
	})
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("Tenant"))
	must(t, c.Get(t.Context(), client.ObjectKeyFromObject(tenant), object))
	if argo, err := argoHealth(object); argo != "Suspended" || err != nil {
		t.Errorf("Argo CD takes a suspended tenant for %s (%v); expected Suspended", argo, err)
	}
	must(t, c.Delete(t.Context(), tenant))
}
