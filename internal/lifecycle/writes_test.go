// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"errors"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

var errBroken = errors.New("the record of Jane Doe is broken")

func TestANewObjectCostsOneStatusWriteAndAConvergedOneNone(t *testing.T) {
	w := newWorkshop(t, nil)

	w.pass()
	w.did("a new object with its finalizer costs one status write and no event", "sync", "write status")
	w.shows("it is in effect", "Ready=True/Succeeded")
	if got := w.stored().Status.Stored; got != "red" {
		t.Errorf("the kind's own status field should be stored in the same write, it is %q", got)
	}

	w.advance(time.Hour)
	before := w.stored().ResourceVersion
	w.pass()
	w.did("a converged object costs nothing, however late the pass", "sync")
	if after := w.stored().ResourceVersion; after != before {
		t.Errorf("the resource version of a converged object should stay %s, it is %s", before, after)
	}
}

func TestEveryFailureIsWrittenOnce(t *testing.T) {
	for name, tc := range map[string]struct {
		reason    string
		err       error
		want      []string
		wantError bool
	}{
		"waiting": {
			reason: "what waits is looked at again, and its status written once",
			err:    Waiting("MissingReference", "the box does not exist", 20*time.Second),
			want:   []string{"Ready=False/MissingReference", "Reconciling=True/MissingReference"},
		},
		"unavailable": {
			reason: "the store being away is not the object's fault and no error of ours",
			err:    Unavailable("StoreUnavailable", "the store does not answer"),
			want:   []string{"Ready=False/StoreUnavailable", "Reconciling=True/StoreUnavailable"},
		},
		"stalled": {
			reason: "only an edit heals it",
			err:    Stalled("StoreRejected", "the store refuses the value; use another"),
			want:   []string{"Ready=False/StoreRejected", "Stalled=True/StoreRejected"},
		},
		"plain": {
			reason:    "an error of ours is returned, so that it is logged and retried",
			err:       errBroken,
			want:      []string{"Ready=False/InternalError", "Reconciling=True/InternalError"},
			wantError: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkshop(t, nil)
			w.sync = func(*toy) (Report, error) { return Report{}, tc.err }
			_, err := w.tryPass()
			if (err != nil) != tc.wantError {
				t.Errorf("%s: error returned = %v, want one: %t", tc.reason, err, tc.wantError)
			}
			w.shows(tc.reason, tc.want...)

			w.advance(5 * time.Second)
			if _, err = w.tryPass(); (err != nil) != tc.wantError {
				t.Errorf("%s: error returned = %v, want one: %t", tc.reason, err, tc.wantError)
			}
			w.did("the same outcome again is no change", "sync")
		})
	}
}

func TestTheTextOfAnErrorStaysOutOfTheStatus(t *testing.T) {
	w := newWorkshop(t, nil)
	w.sync = func(*toy) (Report, error) { return Report{}, errBroken }
	if _, err := w.tryPass(); !errors.Is(err, errBroken) {
		t.Errorf("the error should reach the log by being returned, got %v", err)
	}
	for _, c := range w.stored().Status.Conditions {
		if strings.Contains(c.Message, "Jane") {
			t.Errorf("no text of an error may reach a condition, %s says %q", c.Type, c.Message)
		}
	}
}

func TestWhatAKindChangesBesideTheStatusIsIgnored(t *testing.T) {
	w := newWorkshop(t, nil)
	w.pass()
	w.sync = func(o *toy) (Report, error) {
		o.Spec.Value, o.Labels = "sorted", map[string]string{"a": "b"}
		return Report{}, nil
	}
	w.pass()
	w.did("a kind that sorts its copy of the spec costs no write", "sync")

	w.sync = func(o *toy) (Report, error) {
		o.Spec.Value, o.Status.Stored = "sorted", "blue"
		return Report{}, nil
	}
	w.pass()
	w.did("the status is written", "sync", "write status")
	if got := w.stored(); got.Spec.Value != "red" || got.Status.Stored != "blue" {
		t.Errorf("only the status may change, got spec %q and status %q", got.Spec.Value, got.Status.Stored)
	}
}

func TestAWaitingObjectStallsAndHeals(t *testing.T) {
	w := newWorkshop(t, nil)
	w.sync = func(*toy) (Report, error) {
		return Report{}, Waiting("MissingReference", "the box does not exist", 45*time.Second)
	}
	if got := w.pass(); got.RequeueAfter != 45*time.Second {
		t.Errorf("the next pass should come when the kind asked for it, after 45s, it comes after %s", got.RequeueAfter)
	}
	w.advance(45 * time.Second)
	if got := w.pass(); got.RequeueAfter != 15*time.Second {
		t.Errorf("the next pass should come when the object would stall, after 15s, it comes after %s", got.RequeueAfter)
	}
	w.advance(15 * time.Second)
	w.pass()
	w.did("Stalled replaces Reconciling in one write, and a person is told",
		"sync", "write status", "event Warning MissingReference Reconcile: the box does not exist")
	w.shows("it has waited for the time to stall", "Ready=False/MissingReference", "Stalled=True/MissingReference")

	w.advance(time.Hour)
	w.pass()
	w.did("a stalled object that still waits is no news", "sync")

	w.edit(func(o *toy) { o.Spec.Value = "blue" })
	w.pass()
	w.shows("a new generation starts anew", "Ready=False/MissingReference", "Reconciling=True/MissingReference")

	w.sync = func(*toy) (Report, error) { return Report{}, nil }
	w.pass()
	w.shows("what it waited for came", "Ready=True/Succeeded")
}

func TestTheOutsideBeingAwayIsRetriedWithAGrowingDelay(t *testing.T) {
	w := newWorkshop(t, nil)
	w.sync = func(*toy) (Report, error) {
		return Report{}, Unavailable("StoreUnavailable", "the store does not answer")
	}
	for _, limit := range []time.Duration{1, 2, 4, 5, 5} {
		limit *= time.Second
		if got := w.pass().RequeueAfter; got < limit/2 || got > limit {
			t.Errorf("the next try should come after %s to %s, it comes after %s", limit/2, limit, got)
		}
		w.advance(time.Hour)
	}
	w.shows("it never stalls", "Ready=False/StoreUnavailable", "Reconciling=True/StoreUnavailable")

	w.sync = func(*toy) (Report, error) { return Report{}, nil }
	if got := w.pass(); got != (reconcile.Result{}) {
		t.Errorf("a healed object needs no next pass, got %+v", got)
	}
	w.sync = func(*toy) (Report, error) {
		return Report{}, Unavailable("StoreUnavailable", "the store does not answer")
	}
	if got := w.pass().RequeueAfter; got > time.Second {
		t.Errorf("a new outage should be retried within 1s, it is after %s", got)
	}
}

func TestTheKindsConditionsAreWrittenInFull(t *testing.T) {
	w := newWorkshop(t, nil)
	resolved := metav1.Condition{Type: "Resolved", Status: metav1.ConditionTrue, Reason: "AllResolved", Message: "all there"}
	held := metav1.Condition{Type: "Held", Status: metav1.ConditionTrue, Reason: "Taken", Message: "the name is taken"}
	w.sync = func(*toy) (Report, error) { return Report{Conditions: []metav1.Condition{resolved, held}}, nil }
	w.pass()
	w.shows("Ready comes first, then the kind's own by name", "Ready=True/Succeeded", "Held=True/Taken", "Resolved=True/AllResolved")

	w.sync = func(*toy) (Report, error) { return Report{Conditions: []metav1.Condition{held, resolved}}, nil }
	w.pass()
	w.did("another order is no change", "sync")

	w.sync = func(*toy) (Report, error) {
		return Report{}, Unavailable("StoreUnavailable", "the store does not answer")
	}
	w.pass()
	w.shows("a pass that did not get so far leaves them", "Ready=False/StoreUnavailable", "Reconciling=True/StoreUnavailable",
		"Held=True/Taken", "Resolved=True/AllResolved")

	w.sync = func(*toy) (Report, error) { return Report{Conditions: []metav1.Condition{resolved}}, nil }
	w.pass()
	w.shows("one that is reported no more goes", "Ready=True/Succeeded", "Resolved=True/AllResolved")
}

func TestAnObjectThatIsGoneNeedsNothing(t *testing.T) {
	w := newWorkshop(t, func(o *toy) { o.Finalizers = nil })
	w.delete()
	if got := w.pass(); got != (reconcile.Result{}) {
		t.Errorf("an object that is gone needs no next pass, got %+v", got)
	}
	w.did("an object that is gone needs nothing")
}
