// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"context"
	"errors"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

func TestAWriteThatWasOvertakenIsRepeatedQuietly(t *testing.T) {
	for name, tc := range map[string]struct {
		reason string
		mend   func(*toy)
		want   []string
	}{
		"status":    {"a status of another state of the object must not stand", nil, []string{"sync", "write status"}},
		"finalizer": {"the outside is not touched without the finalizer", func(o *toy) { o.Finalizers = nil }, []string{"write object"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkshop(t, tc.mend)
			once := false
			w.interfere = func() {
				if !once {
					once = true
					w.edit(func(o *toy) { o.Spec.Value = "blue" })
				}
			}
			if got := w.pass(); got.RequeueAfter <= 0 {
				t.Errorf("%s: the object should be looked at again, got %+v", tc.reason, got)
			}
			w.did(tc.reason, tc.want...)
			if got := w.stored().Status.ObservedGeneration; got != -1 {
				t.Errorf("%s: nothing may be written, observedGeneration is %d", tc.reason, got)
			}
			w.pass()
			w.shows("the next pass succeeds", "Ready=True/Succeeded")
		})
	}
}

func TestAnOvertakenWriteDoesNotHideAnErrorOfOurs(t *testing.T) {
	w := newWorkshop(t, nil)
	w.sync = func(*toy) (Report, error) { return Report{}, errBroken }
	w.interfere = func() { w.edit(func(o *toy) { o.Spec.Value = "blue" }) }
	if _, err := w.tryPass(); !errors.Is(err, errBroken) {
		t.Errorf("the error should be returned though the write was overtaken, got %v", err)
	}
}

func TestAnObjectThatVanishesUnderAWriteNeedsNothing(t *testing.T) {
	w := newWorkshop(t, nil)
	w.interfere = func() {
		w.edit(func(o *toy) { o.Finalizers = nil })
		w.delete()
	}
	if got := w.pass(); got != (reconcile.Result{}) {
		t.Errorf("an object that is gone needs no next pass, got %+v", got)
	}
}

func TestAPassThatIsCalledOffWritesNothing(t *testing.T) {
	w := newWorkshop(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	w.sync = func(*toy) (Report, error) {
		cancel()
		return Report{}, context.Canceled
	}
	if _, err := w.reconciler.Reconcile(ctx, reconcile.Request{NamespacedName: w.key}); !errors.Is(err, context.Canceled) {
		t.Errorf("the pass should say that it was called off, got %v", err)
	}
	w.did("shutting down is not the object's failure", "sync")
}
