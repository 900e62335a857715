// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"
)

// queue is the work queue of a controller.
type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// enqueueLow queues an object behind what people edit.
func enqueueLow(q queue, name types.NamespacedName, after time.Duration) {
	request := reconcile.Request{NamespacedName: name}
	if prioritized, ok := q.(priorityqueue.PriorityQueue[reconcile.Request]); ok {
		prioritized.AddWithOpts(priorityqueue.AddOpts{Priority: new(handler.LowPriority), After: after}, request)
		return
	}
	q.AddAfter(request, after)
}

// nudge is a source by which the manager itself wakes objects of a kind, be they there or not. It is safe for concurrent use.
type nudge struct {
	mu    sync.Mutex
	queue queue
	// waiting are those who were woken before there was a queue.
	waiting []types.NamespacedName
}

var _ source.Source = (*nudge)(nil)

// Start implements source.Source.
func (n *nudge) Start(_ context.Context, q queue) error {
	n.mu.Lock()
	waiting := n.waiting
	n.queue, n.waiting = q, nil
	n.mu.Unlock()
	n.wake(0, waiting...)
	return nil
}

// wake queues objects once in a time however often they are woken in it.
func (n *nudge) wake(after time.Duration, names ...types.NamespacedName) {
	n.mu.Lock()
	q := n.queue
	if q == nil {
		n.waiting = append(n.waiting, names...)
	}
	n.mu.Unlock()
	if q == nil {
		return
	}
	for _, name := range names {
		enqueueLow(q, name, after)
	}
}
