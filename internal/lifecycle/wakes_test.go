// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

// TestInAManagerAnObjectIsSyncedOncePerChange runs the reconciler as production does: behind the cache, the predicate
// and the work queue.
func TestInAManagerAnObjectIsSyncedOncePerChange(t *testing.T) {
	w := newWorkshop(t, func(o *toy) { o.Finalizers = nil })
	run(t, w)

	w.until("the toy is in effect", func(o *toy) bool { return o.Status.Stored == "red" && o.Status.ObservedGeneration == 1 })
	w.edit(func(o *toy) { o.Spec.Value = "blue" })
	w.until("the edit is in effect", func(o *toy) bool { return o.Status.Stored == "blue" && o.Status.ObservedGeneration == 2 })
	w.edit(func(o *toy) { o.Spec.Value = "green" })
	w.until("the second edit is in effect", func(o *toy) bool { return o.Status.Stored == "green" })

	w.mu.Lock()
	defer w.mu.Unlock()
	w.did("the finalizer and the status written for one change wake nobody before the next",
		"write object", "sync", "write status", "sync", "write status", "sync", "write status")
}

// run starts a manager with one controller for the toys of the workshop's namespace until the test ends.
func run(t *testing.T, w *workshop) {
	t.Helper()
	rest, err := startAPIServer()
	if err != nil {
		t.Fatalf("the API server should start: %v", err)
	}
	yes := true
	manager, err := ctrl.NewManager(rest, ctrl.Options{
		Scheme:     w.client.Scheme(),
		Logger:     logr.Discard(),
		Metrics:    metricsserver.Options{BindAddress: "0"},
		Cache:      cache.Options{DefaultNamespaces: map[string]cache.Config{w.key.Namespace: {}}},
		Client:     client.Options{Cache: &client.CacheOptions{EnableReadYourWritesConsistency: &yes}},
		Controller: config.Controller{SkipNameValidation: &yes},
	})
	if err != nil {
		t.Fatalf("the manager should be made: %v", err)
	}
	reconciler := New(w.journalling(watching{manager.GetClient()}), w, w.reconciler.options)
	err = ctrl.NewControllerManagedBy(manager).Named("toy").For(&toy{}, builder.WithPredicates(Changed())).Complete(reconciler)
	if err != nil {
		t.Fatalf("the controller should be made: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- manager.Start(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the manager should end without an error: %v", err)
		}
	})
}

// watching lends the manager's client the Watch that the interceptor asks for and nothing here uses.
type watching struct{ client.Client }

func (watching) Watch(context.Context, client.ObjectList, ...client.ListOption) (watch.Interface, error) {
	return nil, errors.New("nothing here watches through the client")
}

// until waits for the stored toy to be as the test expects.
func (w *workshop) until(expected string, is func(*toy) bool) {
	w.t.Helper()
	err := wait.PollUntilContextTimeout(w.t.Context(), 20*time.Millisecond, 20*time.Second, true, func(context.Context) (bool, error) {
		return is(w.stored()), nil
	})
	if err != nil {
		w.t.Fatalf("expected that %s within 20s; the status is %+v", expected, w.stored().Status)
	}
}
