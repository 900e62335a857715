// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// The longest delay bounds how long an object takes to heal once the outside is back.
const (
	firstRetry = time.Second
	lastRetry  = 5 * time.Second
)

// backoff spaces the retries of objects whose outside is away. It stands beside the work queue's own backoff because
// that one is had only by returning an error, which would log every object of an outage with a stack; and because there
// every wake counts as a failure, so that an object others wake often would wait longest.
type backoff struct {
	mu      sync.Mutex
	retries map[reconcile.Request]retry
}

type retry struct {
	delay time.Duration
	due   time.Time
}

func newBackoff() *backoff {
	return &backoff{retries: map[reconcile.Request]retry{}}
}

// next returns how long to wait before the next try: what is left of the last delay, or one twice as long if that is
// over. The jitter shortens, so that a herd stays spread at the longest delay too.
func (b *backoff) next(request reconcile.Request, now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	last := b.retries[request]
	if left := last.due.Sub(now); left > 0 {
		return left
	}
	delay := min(max(2*last.delay, firstRetry), lastRetry)
	wait := wait.Jitter(delay/2, 1)
	b.retries[request] = retry{delay: delay, due: now.Add(wait)}
	return wait
}

// forget makes the next failure of the object its first again.
func (b *backoff) forget(request reconcile.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.retries, request)
}
