// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

// added is what was put into a queue.
type added struct {
	Name     string
	After    time.Duration
	Priority int
}

// prioritized is a queue with priorities that remembers what was put into it.
type prioritized struct {
	priorityqueue.PriorityQueue[reconcile.Request]
	added []added
}

func (q *prioritized) AddWithOpts(o priorityqueue.AddOpts, requests ...reconcile.Request) {
	for _, r := range requests {
		q.added = append(q.added, added{r.Name, o.After, *o.Priority})
	}
}

// plain is a queue without priorities that remembers what was put into it.
type plain struct {
	workqueue.TypedRateLimitingInterface[reconcile.Request]
	added []added
}

func (q *plain) AddAfter(r reconcile.Request, after time.Duration) {
	q.added = append(q.added, added{Name: r.Name, After: after})
}

// told is how a waker that wakes by name whatever it is told of sees a change.
func told(before, after *v1alpha1.Group) []types.NamespacedName {
	switch {
	case before == nil:
		return []types.NamespacedName{{Name: after.Name + " came"}}
	case after == nil:
		return []types.NamespacedName{{Name: before.Name + " went"}}
	}
	return []types.NamespacedName{{Name: after.Name + " changed"}}
}

func TestWakingComesAfterWhatPeopleEdit(t *testing.T) {
	group := testkit.Group("acme", "desk", "sales")
	again := group.DeepCopy()
	again.UID = "another"
	const low = handler.LowPriority
	for name, tc := range map[string]struct {
		reason string
		window time.Duration
		event  any
		want   []added
	}{
		"create":                {"it is at once, and last in line", 0, event.TypedCreateEvent[*v1alpha1.Group]{Object: group}, []added{{"desk came", 0, low}}},
		"create, with a window": {"counts are gathered", time.Second, event.TypedCreateEvent[*v1alpha1.Group]{Object: group}, []added{{"desk came", time.Second, low}}},
		"initial list":          {"every object is looked at then anyway", 0, event.TypedCreateEvent[*v1alpha1.Group]{Object: group, IsInInitialList: true}, nil},
		"update":                {"both states are known", time.Second, event.TypedUpdateEvent[*v1alpha1.Group]{ObjectOld: group, ObjectNew: group}, []added{{"desk changed", time.Second, low}}},
		"another of that name":  {"it went and came back", 0, event.TypedUpdateEvent[*v1alpha1.Group]{ObjectOld: group, ObjectNew: again}, []added{{"desk went", 0, low}, {"desk came", 0, low}}},
		"delete":                {"the last state is known", 0, event.TypedDeleteEvent[*v1alpha1.Group]{Object: group}, []added{{"desk went", 0, low}}},
	} {
		t.Run(name, func(t *testing.T) {
			with, without := &prioritized{}, &plain{}
			waker := wake(tc.window, told)
			for _, q := range []workqueue.TypedRateLimitingInterface[reconcile.Request]{with, without} {
				switch e := tc.event.(type) {
				case event.TypedCreateEvent[*v1alpha1.Group]:
					waker.Create(t.Context(), e, q)
				case event.TypedUpdateEvent[*v1alpha1.Group]:
					waker.Update(t.Context(), e, q)
				case event.TypedDeleteEvent[*v1alpha1.Group]:
					waker.Delete(t.Context(), e, q)
				}
			}
			if diff := cmp.Diff(tc.want, with.added); diff != "" {
				t.Errorf("%s: in a queue with priorities (-want +got):\n%s", tc.reason, diff)
			}
			var want []added
			for _, a := range tc.want {
				want = append(want, added{Name: a.Name, After: a.After})
			}
			if diff := cmp.Diff(want, without.added); diff != "" {
				t.Errorf("%s: in a queue without priorities (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

// TestManyWakesInAWindowAreOne: with the queue of production, and without waiting for the window to end.
func TestManyWakesInAWindowAreOne(t *testing.T) {
	q := priorityqueue.New[reconcile.Request]("wakes")
	defer q.ShutDown()
	group := testkit.Group("acme", "desk", "sales")
	same := func(*v1alpha1.Group, *v1alpha1.Group) []types.NamespacedName {
		return []types.NamespacedName{{Namespace: "acme", Name: "sales"}}
	}
	for range 100 {
		wake(0, same).Update(t.Context(), event.TypedUpdateEvent[*v1alpha1.Group]{ObjectOld: group, ObjectNew: group}, q)
	}
	q.AddWithOpts(priorityqueue.AddOpts{Priority: new(handler.LowPriority - 1)}, reconcile.Request{NamespacedName: types.NamespacedName{Name: "last"}})
	for _, want := range []string{"acme/sales", "/last"} {
		got, priority, _ := q.GetWithPriority()
		if got.String() != want {
			t.Fatalf("a hundred changes should be one wake: expected %s next, got %s with priority %d", want, got, priority)
		}
		q.Done(got)
	}
}
