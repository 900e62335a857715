// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"testing"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// health is what Flux, and all that computes kstatus, makes of the toy on the API server.
func (w *workshop) health() status.Status {
	w.t.Helper()
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(schema.GroupVersionKind{Group: "example.com", Version: "v1", Kind: "Toy"})
	if err := w.client.Get(w.t.Context(), w.key, object); err != nil {
		w.t.Fatalf("the toy should be there: %v", err)
	}
	result, err := status.Compute(object)
	if err != nil {
		w.t.Fatalf("its status should be computed: %v", err)
	}
	return result.Status
}

func (w *workshop) isSeenAs(reason string, want status.Status) {
	w.t.Helper()
	if got := w.health(); got != want {
		w.t.Errorf("%s: tools should see %s, they see %s", reason, want, got)
	}
}

func TestToolsBelieveTheStatusFromTheFirstWriteOn(t *testing.T) {
	outcomes := map[string]struct {
		reason string
		err    error
		wait   time.Duration
		want   status.Status
	}{
		"in effect":     {"the outside equals the object", nil, 0, status.CurrentStatus},
		"waiting":       {"it will heal", Waiting("MissingReference", "the box does not exist", 0), 0, status.InProgressStatus},
		"waited enough": {"it does not heal", Waiting("MissingReference", "the box does not exist", 0), toyStall, status.FailedStatus},
		"store away":    {"it heals however long it takes", Unavailable("StoreUnavailable", "no answer"), time.Hour, status.InProgressStatus},
		"stalled":       {"a person has to act", Stalled("StoreRejected", "use another value"), 0, status.FailedStatus},
		"our failure":   {"it is tried again", errBroken, time.Hour, status.InProgressStatus},
	}
	for name, tc := range outcomes {
		t.Run(name, func(t *testing.T) {
			w := newWorkshop(t, nil)
			w.isSeenAs("no pass was made yet", status.InProgressStatus)
			w.sync = func(*toy) (Report, error) { return Report{}, tc.err }
			_, _ = w.tryPass()
			w.advance(tc.wait)
			_, _ = w.tryPass()
			w.isSeenAs(tc.reason, tc.want)

			w.edit(func(o *toy) { o.Spec.Value = "blue" })
			w.isSeenAs("the edit was not looked at yet", status.InProgressStatus)
			w.sync = func(*toy) (Report, error) { return Report{}, nil }
			w.pass()
			w.isSeenAs("it healed", status.CurrentStatus)

			w.edit(func(o *toy) { o.Spec.Suspend = true })
			w.pending = func(*toy) (bool, error) { return false, nil }
			w.pass()
			w.isSeenAs("suspended, and nothing waits", status.CurrentStatus)
			w.edit(func(o *toy) { o.Spec.Value = "green" })
			w.pending = func(*toy) (bool, error) { return true, nil }
			w.pass()
			w.isSeenAs("suspended, and a change waits", status.InProgressStatus)

			w.delete()
			w.isSeenAs("it is being deleted", status.TerminatingStatus)
			w.remove = func(*toy) (Report, error) { return Report{}, tc.err }
			if tc.err != nil {
				_, _ = w.tryPass()
				w.isSeenAs("its removal failed", status.TerminatingStatus)
			}
		})
	}
}
