// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"testing"
	"time"
)

func TestSuspend(t *testing.T) {
	w := newWorkshop(t, nil)
	w.pass()

	w.edit(func(o *toy) { o.Spec.Suspend = true })
	w.pass()
	w.did("a suspended object is asked what waits and never synced", "pending", "write status")
	w.shows("nothing waits, so Ready is as it was", "Ready=True/Succeeded", "Suspended=True/Suspended")
	w.pass()
	w.did("suspended is a state of rest", "pending")

	w.edit(func(o *toy) { o.Spec.Value = "blue" })
	w.pass()
	w.shows("a change waits", "Ready=False/Suspended", "Suspended=True/Suspended")
	if got := w.stored().Status.Stored; got != "red" {
		t.Errorf("nothing may be synced while suspended, the status says %q", got)
	}

	w.edit(func(o *toy) { o.Spec.Suspend = false })
	w.pass()
	w.did("a resumed object is synced", "sync", "write status")
	w.shows("the change is in effect", "Ready=True/Succeeded")
}

func TestSuspendingEndsReconcilingAndStalled(t *testing.T) {
	for name, outcome := range map[string]error{
		"Reconciling": Waiting("MissingReference", "the box does not exist", 0),
		"Stalled":     Stalled("MissingReference", "the box does not exist"),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkshop(t, nil)
			w.sync = func(o *toy) (Report, error) {
				o.Status.Stored = o.Spec.Value
				return Report{}, outcome
			}
			w.pass()
			w.edit(func(o *toy) { o.Spec.Suspend = true })
			if got := w.pass(); got.RequeueAfter != 0 {
				t.Errorf("a suspended object needs no next pass, it comes after %s", got.RequeueAfter)
			}
			w.shows("nothing is under way, and Ready is as it was", "Ready=False/MissingReference", "Suspended=True/Suspended")
		})
	}
}

func TestWhatCannotBeToldWhileSuspended(t *testing.T) {
	w := newWorkshop(t, nil)
	w.pass()
	w.edit(func(o *toy) { o.Spec.Suspend = true })
	w.pending = func(*toy) (bool, error) { return false, Unavailable("StoreUnavailable", "the store does not answer") }
	if got := w.pass(); got.RequeueAfter <= 0 || got.RequeueAfter > time.Second {
		t.Errorf("it should be asked again within 1s, it is after %s", got.RequeueAfter)
	}
	w.shows("the spec changed and nobody can tell what waits", "Ready=False/Suspended", "Suspended=True/Suspended")

	w.pending = func(*toy) (bool, error) { return false, nil }
	w.pass()
	w.shows("nothing waits, but Ready=True is not for us to claim unseen", "Ready=False/Suspended", "Suspended=True/Suspended")
	w.pass()
	w.did("which is a state of rest", "pending")
}

func TestWhatPendingDoesToItsCopyIsForgotten(t *testing.T) {
	w := newWorkshop(t, func(o *toy) { o.Spec.Suspend = true })
	w.pending = func(o *toy) (bool, error) {
		o.Status.Stored = "meddled"
		return true, nil
	}
	w.pass()
	if got := w.stored().Status.Stored; got != "" {
		t.Errorf("Pending touches nothing, the status says %q", got)
	}
}
