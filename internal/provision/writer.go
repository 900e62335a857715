// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/roster-dev/roster/internal/store"
)

// Lease tells whether this manager holds the lease of its installation at this moment, from a source that is never stale.
type Lease func(ctx context.Context) (held bool, err error)

// Writer is this manager's right to write: the epoch of the lease it holds. A store refuses the writes of any epoch but the
// newest, so that a manager which lost its lease cannot write, however late it learns of it. It is safe for concurrent use.
type Writer struct {
	store        store.Store
	installation string
	lease        Lease

	mu    sync.Mutex
	epoch int64
	// begun is the attempt to begin an epoch that is under way, which all who ask meanwhile share.
	begun *attempt
}

// attempt is one attempt to begin an epoch.
type attempt struct {
	done  chan struct{}
	epoch int64
	err   error
}

// NewWriter is the right to write for an installation. Without a lease there is one writer by construction, and epochs only
// count its starts.
func NewWriter(s store.Store, installation string, lease Lease) *Writer {
	if lease == nil {
		lease = func(context.Context) (bool, error) { return true, nil }
	}
	return &Writer{store: s, installation: installation, lease: lease}
}

// Epoch is what to stamp writes with. The first call begins a new epoch, and so does the first after a refused write, as long as the
// lease is held. ErrFenced: the lease is another manager's.
//
// The lease is looked at before the epoch is begun, so that a manager without it disturbs nobody; and after, since the lease may
// have gone to a manager whose epoch is older than the one just begun: that manager finds itself fenced, holds the lease, and
// begins a newer one.
func (w *Writer) Epoch(ctx context.Context) (int64, error) {
	w.mu.Lock()
	if epoch := w.epoch; epoch != 0 {
		w.mu.Unlock()
		return epoch, nil
	}
	a := w.begun
	if a == nil {
		a = &attempt{done: make(chan struct{})}
		w.begun = a
		go w.begin(context.WithoutCancel(ctx), a)
	}
	w.mu.Unlock()
	select {
	case <-a.done:
		return a.epoch, a.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// begin carries an attempt out. It outlives whoever asked first, since others wait for it.
func (w *Writer) begin(ctx context.Context, a *attempt) {
	a.epoch, a.err = w.next(ctx)
	w.mu.Lock()
	w.epoch, w.begun = a.epoch, nil
	w.mu.Unlock()
	close(a.done)
}

// next begins an epoch between two looks at the lease; 0 beside an error.
func (w *Writer) next(ctx context.Context) (int64, error) {
	if err := w.holdsLease(ctx); err != nil {
		return 0, err
	}
	epoch, err := w.store.Fence(ctx, w.installation)
	if err != nil {
		return 0, err
	}
	if err := w.holdsLease(ctx); err != nil {
		return 0, err
	}
	return epoch, nil
}

// fenced says that the store refused a write of an epoch.
func (w *Writer) fenced(epoch int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.epoch == epoch {
		w.epoch = 0
	}
}

// write runs writes under the current epoch, and makes the next ones begin another where the store says that it is over.
func (w *Writer) write(ctx context.Context, stamp store.Stamp, writes func(store.Stamp) error) error {
	epoch, err := w.Epoch(ctx)
	if err != nil {
		return err
	}
	stamp.Epoch = epoch
	err = writes(stamp)
	if errors.Is(err, store.ErrFenced) {
		w.fenced(epoch)
	}
	return err
}

func (w *Writer) holdsLease(ctx context.Context) error {
	held, err := w.lease(ctx)
	if err != nil {
		return fmt.Errorf("look at the lease before writing: %w", err)
	}
	if !held {
		return fmt.Errorf("%w: another manager holds the lease", store.ErrFenced)
	}
	return nil
}
