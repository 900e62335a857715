// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

const (
	firstRetry = time.Second
	lastRetry  = 30 * time.Second
)

// backoff spaces the retries of objects whose outside is away. It stands beside the work queue's own backoff because
// that one is had only by returning an error, which would log every object of an outage with a stack.
type backoff struct {
	limiter workqueue.TypedRateLimiter[reconcile.Request]
}

func newBackoff() backoff {
	return backoff{limiter: workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](firstRetry, lastRetry)}
}

// next returns how long to wait before the next try. The jitter shortens, so that a herd stays spread at the longest
// delay too.
func (b backoff) next(request reconcile.Request) time.Duration {
	return wait.Jitter(b.limiter.When(request)/2, 1)
}

// forget makes the next failure of the object its first again.
func (b backoff) forget(request reconcile.Request) { b.limiter.Forget(request) }
