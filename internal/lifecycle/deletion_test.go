// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

func TestDeletionRemovesAndLetsGo(t *testing.T) {
	w := newWorkshop(t, nil)
	w.pass()
	w.delete()
	w.remove = func(*toy) (Report, error) {
		return Report{Events: []Event{{Type: corev1.EventTypeNormal, Reason: "Kept", Message: "the record stays"}}}, nil
	}
	w.pass()
	w.did("a removal costs one write, and its events follow it", "remove", "write object", "event Normal Kept Reconcile: the record stays")
	if err := w.client.Get(t.Context(), w.key, &toy{}); !apierrors.IsNotFound(err) {
		t.Errorf("the object should be gone, got %v", err)
	}
}

func TestDeletionWaitsForTheOthersButNeedsNothingMoreOfUs(t *testing.T) {
	w := newWorkshop(t, func(o *toy) { o.Finalizers = append(o.Finalizers, "example.com/other") })
	w.delete()
	w.pass()
	w.did("our finalizer goes", "remove", "write object")
	w.pass()
	w.did("an object that no longer carries it is not removed twice")
}

func TestAFailingRemovalIsReportedAndRetried(t *testing.T) {
	for name, tc := range map[string]struct {
		reason       string
		err          error
		want         []string
		wantAfter    time.Duration
		wantReturned bool
	}{
		"waiting": {
			reason: "the kind says when to look again", err: Waiting("ChildrenTerminating", "two parts remain", 20*time.Second),
			want: []string{"Ready=False/ChildrenTerminating", "Reconciling=True/ChildrenTerminating"}, wantAfter: 20 * time.Second,
		},
		"waiting for a watch": {
			reason: "a removal is retried even where the kind relies on a watch", err: Waiting("ChildrenTerminating", "two parts remain", 0),
			want: []string{"Ready=False/ChildrenTerminating", "Reconciling=True/ChildrenTerminating"}, wantAfter: time.Second,
		},
		"unavailable": {
			reason: "a dead store says so and is asked again", err: Unavailable("StoreUnavailable", "the store does not answer"),
			want: []string{"Ready=False/StoreUnavailable", "Reconciling=True/StoreUnavailable"}, wantAfter: time.Second,
		},
		"stalled": {
			reason: "no edit is awaited of an object that is being deleted", err: Stalled("StoreRejected", "the store refuses"),
			want: []string{"Ready=False/StoreRejected", "Reconciling=True/StoreRejected"}, wantAfter: time.Second,
		},
		"plain": {
			reason: "an error of ours is returned", err: errBroken, wantReturned: true,
			want: []string{"Ready=False/InternalError", "Reconciling=True/InternalError"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkshop(t, nil)
			w.pass()
			w.delete()
			w.remove = func(*toy) (Report, error) { return Report{}, tc.err }
			result, err := w.tryPass()
			w.did(tc.reason, "remove", "write status")
			w.shows(tc.reason, tc.want...)
			if got := result.RequeueAfter; got > tc.wantAfter || got < tc.wantAfter/2 {
				t.Errorf("%s: the next pass should come after about %s, it comes after %s", tc.reason, tc.wantAfter, got)
			}
			if (err != nil) != tc.wantReturned {
				t.Errorf("%s: error returned = %v, want one: %t", tc.reason, err, tc.wantReturned)
			}

			w.advance(time.Hour)
			_, _ = w.tryPass()
			w.did("a removal never stalls, and the same outcome again is no change", "remove")

			w.remove = func(*toy) (Report, error) { return Report{}, nil }
			w.pass()
			w.did("the removal succeeds", "remove", "write object")
		})
	}
}

func TestDeletionIsNeverSuspended(t *testing.T) {
	w := newWorkshop(t, func(o *toy) { o.Spec.Suspend = true })
	w.pass()
	w.delete()
	w.remove = func(*toy) (Report, error) {
		return Report{}, Unavailable("StoreUnavailable", "the store does not answer")
	}
	w.pass()
	w.shows("a suspended object is removed like any other", "Ready=False/StoreUnavailable", "Reconciling=True/StoreUnavailable")
}

func TestAFinalizerThatSomebodyElseTakesOffIsNoError(t *testing.T) {
	w := newWorkshop(t, nil)
	w.delete()
	w.interfere = func() { w.edit(func(o *toy) { o.Finalizers = nil }) }
	w.pass()
	w.did("the object was let go under our hands", "remove", "write object")
}
