// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

const (
	toyFinalizer = "example.com/toy"
	toyStall     = time.Minute
)

// toy is an API type with the least that lifecycle needs.
type toy struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              toySpec   `json:"spec,omitempty"`
	Status            toyStatus `json:"status,omitempty"`
}

type toySpec struct {
	Suspend bool   `json:"suspend,omitempty"`
	Value   string `json:"value,omitempty"`
}

type toyStatus struct {
	ObservedGeneration int64              `json:"observedGeneration,omitempty"`
	Conditions         []metav1.Condition `json:"conditions,omitempty"`
	Stored             string             `json:"stored,omitempty"`
}

func (t *toy) LifecycleStatus() (*int64, *[]metav1.Condition) {
	return &t.Status.ObservedGeneration, &t.Status.Conditions
}

func (t *toy) IsSuspended() bool { return t.Spec.Suspend }

func (t *toy) DeepCopyObject() runtime.Object {
	result := *t
	t.DeepCopyInto(&result.ObjectMeta)
	result.Status.Conditions = slices.Clone(t.Status.Conditions)
	return &result
}

type toyList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []toy `json:"items"`
}

func (l *toyList) DeepCopyObject() runtime.Object {
	result := &toyList{TypeMeta: l.TypeMeta}
	l.DeepCopyInto(&result.ListMeta)
	for i := range l.Items {
		result.Items = append(result.Items, *l.Items[i].DeepCopyObject().(*toy))
	}
	return result
}

func toyScheme() *runtime.Scheme {
	version := schema.GroupVersion{Group: "example.com", Version: "v1"}
	result := runtime.NewScheme()
	result.AddKnownTypeWithName(version.WithKind("Toy"), &toy{})
	result.AddKnownTypeWithName(version.WithKind("ToyList"), &toyList{})
	metav1.AddToGroupVersion(result, version)
	return result
}

// workshop is one toy, the reconciler under test, and a journal of all that the reconciler does, in order.
type workshop struct {
	t          *testing.T
	client     client.Client
	reconciler *Reconciler[*toy]
	clock      *clocktesting.FakePassiveClock
	key        client.ObjectKey

	sync       func(*toy) (Report, error)
	pending    func(*toy) (bool, error)
	remove     func(*toy) (Report, error)
	interfere  func()
	mu         sync.Mutex
	journalled []string
}

// newWorkshop creates a toy on the API server, as mend leaves it, with a kind that succeeds at everything.
func newWorkshop(t *testing.T, mend func(*toy)) *workshop {
	t.Helper()
	direct, namespace := controlPlane(t)
	w := &workshop{
		t: t, client: direct, clock: clocktesting.NewFakePassiveClock(time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)),
		key:       client.ObjectKey{Namespace: namespace, Name: "toy"},
		sync:      func(o *toy) (Report, error) { o.Status.Stored = o.Spec.Value; return Report{}, nil },
		pending:   func(o *toy) (bool, error) { return o.Status.Stored != o.Spec.Value, nil },
		remove:    func(*toy) (Report, error) { return Report{}, nil },
		interfere: func() {},
	}
	w.reconciler = New(w.journalling(direct), w, Options{
		Finalizer: toyFinalizer, StallAfter: toyStall, Clock: w.clock, Recorder: w,
	})
	object := &toy{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "toy", Finalizers: []string{toyFinalizer}}}
	object.Spec.Value = "red"
	if mend != nil {
		mend(object)
	}
	if err := direct.Create(t.Context(), object); err != nil {
		t.Fatalf("the toy should be created: %v", err)
	}
	return w
}

func (w *workshop) Sync(_ context.Context, object *toy) (Report, error) {
	w.note("sync")
	return w.sync(object)
}

func (w *workshop) Pending(_ context.Context, object *toy) (bool, error) {
	w.note("pending")
	return w.pending(object)
}

func (w *workshop) Remove(_ context.Context, object *toy) (Report, error) {
	w.note("remove")
	return w.remove(object)
}

// Eventf makes the workshop an event recorder.
func (w *workshop) Eventf(_, _ runtime.Object, kind, reason, action, _ string, args ...any) {
	w.note("event " + kind + " " + reason + " " + action + ": " + args[0].(string))
}

func (w *workshop) note(entry string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.journalled = append(w.journalled, entry)
}

// journalling returns a client that notes every write and lets a test interfere just before it.
func (w *workshop) journalling(c client.WithWatch) client.Client {
	write := func(what string) { w.interfere(); w.note("write " + what) }
	return interceptor.NewClient(c, interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			write("a new object")
			return c.Create(ctx, o, opts...)
		},
		Update: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.UpdateOption) error {
			write("object")
			return c.Update(ctx, o, opts...)
		},
		Patch: func(ctx context.Context, c client.WithWatch, o client.Object, p client.Patch, opts ...client.PatchOption) error {
			write("object")
			return c.Patch(ctx, o, p, opts...)
		},
		Delete: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.DeleteOption) error {
			write("a deletion")
			return c.Delete(ctx, o, opts...)
		},
		SubResourceUpdate: func(ctx context.Context, c client.Client, sub string, o client.Object, opts ...client.SubResourceUpdateOption) error {
			write(sub)
			return c.SubResource(sub).Update(ctx, o, opts...)
		},
		SubResourcePatch: func(ctx context.Context, c client.Client, sub string, o client.Object, p client.Patch, opts ...client.SubResourcePatchOption) error {
			write(sub)
			return c.SubResource(sub).Patch(ctx, o, p, opts...)
		},
	})
}

// pass runs one pass that is expected to return no error.
func (w *workshop) pass() reconcile.Result {
	w.t.Helper()
	result, err := w.tryPass()
	if err != nil {
		w.t.Fatalf("the pass should end without an error: %v", err)
	}
	return result
}

// tryPass runs one pass with an empty journal.
func (w *workshop) tryPass() (reconcile.Result, error) {
	w.journalled = nil
	return w.reconciler.Reconcile(w.t.Context(), reconcile.Request{NamespacedName: w.key})
}

// did fails the test unless the last pass did exactly this, in this order.
func (w *workshop) did(reason string, want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.journalled); diff != "" {
		w.t.Errorf("%s; the pass did (-want +got):\n%s", reason, diff)
	}
}

// stored returns the toy as the API server has it.
func (w *workshop) stored() *toy {
	w.t.Helper()
	object := &toy{}
	if err := w.client.Get(w.t.Context(), w.key, object); err != nil {
		w.t.Fatalf("the toy should be there: %v", err)
	}
	return object
}

// edit changes the toy as a person would.
func (w *workshop) edit(change func(*toy)) {
	w.t.Helper()
	object := w.stored()
	change(object)
	if err := w.client.Update(w.t.Context(), object); err != nil {
		w.t.Fatalf("the edit should be accepted: %v", err)
	}
}

// delete asks the API server to delete the toy.
func (w *workshop) delete() {
	w.t.Helper()
	if err := w.client.Delete(w.t.Context(), w.stored()); err != nil {
		w.t.Fatalf("the deletion should be accepted: %v", err)
	}
}

// advance lets time pass.
func (w *workshop) advance(by time.Duration) { w.clock.SetTime(w.clock.Now().Add(by)) }

// shows fails the test unless the toy's conditions are these, as "Type=Status/Reason", in this order, all of the
// generation observed.
func (w *workshop) shows(reason string, want ...string) {
	w.t.Helper()
	object := w.stored()
	if object.Status.ObservedGeneration != object.Generation {
		w.t.Errorf("%s; observedGeneration should be %d, it is %d", reason, object.Generation, object.Status.ObservedGeneration)
	}
	if diff := cmp.Diff(want, brief(object.Status.Conditions)); diff != "" {
		w.t.Errorf("%s; the conditions are (-want +got):\n%s", reason, diff)
	}
}

func brief(conditions []metav1.Condition) []string {
	var result []string
	for _, c := range conditions {
		result = append(result, c.Type+"="+string(c.Status)+"/"+c.Reason)
	}
	return result
}
