// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

func TestBackoffGrowsWithTriesAndNotWithWakes(t *testing.T) {
	b, now := newBackoff(), time.Unix(1000, 0)
	request := reconcile.Request{NamespacedName: types.NamespacedName{Name: "one"}}
	for _, longest := range []time.Duration{1, 2, 4, 5, 5, 5} {
		longest *= time.Second
		delay := b.next(request, now)
		if delay < longest/2 || delay > longest {
			t.Fatalf("the delay should double up to 5 s and be cut by up to half, got %s where %s is the longest", delay, longest)
		}
		half := now.Add(delay / 2)
		for range 10 {
			if left, want := b.next(request, half), now.Add(delay).Sub(half); left != want {
				t.Fatalf("an object that others wake should wait out its delay, got %s instead of the %s that are left", left, want)
			}
		}
		now = now.Add(delay)
	}
	b.forget(request)
	if delay := b.next(request, now); delay > time.Second {
		t.Errorf("the first failure after a success should be retried within a second, got %s", delay)
	}
}
