// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/event"
)

func TestOnlyWhatConcernsThePassWakesAnObject(t *testing.T) {
	for name, tc := range map[string]struct {
		reason string
		change func(*toy)
		want   bool
	}{
		"status":             {"our own write must not wake us", func(o *toy) { o.Status.Stored, o.ResourceVersion = "blue", "2" }, false},
		"resync":             {"nothing changed", func(*toy) {}, false},
		"foreign annotation": {"kubectl and others write those", func(o *toy) { o.Annotations["kubectl.kubernetes.io/x"] = "y" }, false},
		"finalizer":          {"our own write must not wake us", func(o *toy) { o.Finalizers = append(o.Finalizers, toyFinalizer) }, false},
		"finalizer gone":     {"it may have been ours, which has to go back", func(o *toy) { o.Finalizers = nil }, true},
		"generation":         {"the spec changed", func(o *toy) { o.Generation = 2 }, true},
		"label":              {"selectors read labels", func(o *toy) { o.Labels["team"] = "b" }, true},
		"label gone":         {"selectors read labels", func(o *toy) { delete(o.Labels, "team") }, true},
		"our annotation":     {"it speaks to the manager", func(o *toy) { o.Annotations["roster.dev/adopt"] = "true" }, true},
		"its value":          {"any new value acts", func(o *toy) { o.Annotations["roster.dev/again"] = "2" }, true},
		"it is taken away":   {"an approval may be withdrawn", func(o *toy) { delete(o.Annotations, "roster.dev/again") }, true},
		"deletion":           {"it has to be removed", func(o *toy) { o.DeletionTimestamp = &metav1.Time{Time: time.Unix(1, 0)} }, true},
		"another object":     {"deleted and created between two looks", func(o *toy) { o.UID = "2" }, true},
	} {
		t.Run(name, func(t *testing.T) {
			before := func() *toy {
				return &toy{ObjectMeta: metav1.ObjectMeta{
					Finalizers: []string{"example.com/kept"},
					UID:        "1", Generation: 1, ResourceVersion: "1", Labels: map[string]string{"team": "a"},
					Annotations: map[string]string{"roster.dev/again": "1"},
				}}
			}
			after := before()
			tc.change(after)
			if got := Changed().Update(event.UpdateEvent{ObjectOld: before(), ObjectNew: after}); got != tc.want {
				t.Errorf("%s: passes = %t, want %t", tc.reason, got, tc.want)
			}
		})
	}
}

func TestTheOtherEvents(t *testing.T) {
	if !Changed().Create(event.CreateEvent{Object: &toy{}}) {
		t.Error("a create should always pass: after a restart it is how all objects are seen")
	}
	if !Changed().Generic(event.GenericEvent{Object: &toy{}}) {
		t.Error("a generic event should pass: somebody asked for the object")
	}
	if Changed().Delete(event.DeleteEvent{Object: &toy{}}) {
		t.Error("an object that is gone needs no pass")
	}
	if Changed().Update(event.UpdateEvent{}) {
		t.Error("an update without objects should not pass")
	}
}
