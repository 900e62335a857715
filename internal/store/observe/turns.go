// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package observe

import (
	"container/list"
	"context"
	"sync"
)

// turns is a semaphore that is fair between shares: those with calls waiting are served round robin, and the calls of one
// share in the order of their arrival. However many calls one share has waiting, a call of another share that has no more
// waiting is served after at most one of each share's.
type turns struct {
	size int

	mu sync.Mutex
	// free is how many turns nobody has; while there are any, nobody waits.
	free, waiting int
	queues        map[share]*queue
	// round holds the queues, none of them empty, the next to be served first.
	round list.List
}

// queue is the calls of one share that wait.
type queue struct {
	share   share
	waiters list.List
	place   *list.Element
}

// waiter is one call that waits. It has a place as long as it does.
type waiter struct {
	granted chan struct{}
	queue   *queue
	place   *list.Element
}

func newTurns(size int) *turns {
	return &turns{size: size, free: size, queues: map[share]*queue{}}
}

// take waits for a turn, which give ends, or answers the error of ctx.
func (t *turns) take(ctx context.Context, of share) error {
	w := t.join(of)
	if w == nil {
		return nil
	}
	select {
	case <-w.granted:
		return nil
	case <-ctx.Done():
		t.abandon(w)
		return ctx.Err()
	}
}

// join takes a turn that is free, or joins those who wait.
func (t *turns) join(of share) *waiter {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.free > 0 {
		t.free--
		return nil
	}
	q, found := t.queues[of]
	if !found {
		q = &queue{share: of}
		q.place = t.round.PushBack(q)
		t.queues[of] = q
	}
	w := &waiter{granted: make(chan struct{}), queue: q}
	w.place = q.waiters.PushBack(w)
	t.waiting++
	return w
}

// abandon takes one who waits away, or gives back the turn that was granted meanwhile.
func (t *turns) abandon(w *waiter) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if w.place == nil {
		t.pass()
		return
	}
	t.remove(w)
}

// give ends a turn.
func (t *turns) give() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pass()
}

// pass hands a turn that ended to the next in the round. The caller holds the lock.
func (t *turns) pass() {
	first := t.round.Front()
	if first == nil {
		t.free++
		return
	}
	q := first.Value.(*queue)
	t.round.MoveToBack(first)
	w := q.waiters.Front().Value.(*waiter)
	t.remove(w)
	close(w.granted)
}

// remove takes one who waits out of the queue, and out of the round a queue that is then empty. The caller holds the lock.
func (t *turns) remove(w *waiter) {
	w.queue.waiters.Remove(w.place)
	w.place = nil
	t.waiting--
	if w.queue.waiters.Len() == 0 {
		t.round.Remove(w.queue.place)
		delete(t.queues, w.queue.share)
	}
}

// load is how many turns are taken, and how many calls wait for one.
func (t *turns) load() (taken, waiting int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.size - t.free, t.waiting
}
