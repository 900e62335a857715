// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/store/storetest/faults"
	"github.com/roster-dev/roster/internal/testkit"
)

// TestAConvergedCompanyCostsNothing is not parallel: it counts passes by metrics that all managers of this process share, so no
// other may be at work.
func TestAConvergedCompanyCostsNothing(t *testing.T) {
	c := newCompany(t)
	c.createAll(samples(t, c.namespace))
	c.allReady()
	quiesce(t)
	objects, err := c.objects(t.Context())
	if err != nil {
		t.Fatalf("listing the company's objects: %v", err)
	}

	passed := func(t *testing.T, wake func()) {
		t.Helper()
		c.requests.reset()
		c.store.Reset()
		before := passes(t)
		wake()
		testkit.Eventually(t, "every object is passed over", func(context.Context) (bool, string) {
			made := passes(t) - before
			return made >= len(objects), fmt.Sprintf("%d passes over %d objects", made, len(objects))
		})
		quiesce(t)
		if writes := c.requests.list(); len(writes) > 0 {
			t.Errorf("a pass over %d converged objects should write nothing to the API server, it sent %d writes, the first of them %s", len(objects), len(writes), writes[0])
		}
		if got := c.store.Counts(); got != (faults.Counts{}) {
			t.Errorf("a pass over %d converged objects should neither read nor write the store, got %+v", len(objects), got)
		}
	}
	t.Run("a second pass", func(t *testing.T) {
		passed(t, func() {
			for _, o := range objects {
				patch := client.RawPatch("application/merge-patch+json", fmt.Appendf(nil, `{"metadata":{"annotations":{%q:"now"}}}`, v1alpha1.AnnotationReconcileRequestedAt))
				if err := c.Patch(t.Context(), o, patch); err != nil {
					t.Fatalf("asking for a pass over %s: %v", describe(o), err)
				}
			}
		})
	})
	t.Run("a restart", func(t *testing.T) {
		passed(t, c.restart)
	})
}

// passes is how many passes the managers of this process have made.
func passes(t *testing.T) int {
	t.Helper()
	families, err := metrics.Registry.Gather()
	if err != nil {
		t.Fatalf("gathering metrics: %v", err)
	}
	var total float64
	for _, family := range families {
		if family.GetName() != "controller_runtime_reconcile_total" {
			continue
		}
		for _, metric := range family.GetMetric() {
			total += metric.GetCounter().GetValue()
		}
	}
	return int(total)
}

// quiesce waits until no pass was made for longer than counts may lag.
func quiesce(t *testing.T) {
	t.Helper()
	const lull = time.Second
	last, since := passes(t), time.Now()
	testkit.Eventually(t, "the managers come to rest", func(context.Context) (bool, string) {
		if now := passes(t); now != last {
			last, since = now, time.Now()
		}
		return time.Since(since) > lull, fmt.Sprintf("%d passes", last)
	})
}
