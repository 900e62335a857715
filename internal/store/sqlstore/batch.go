// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"context"
	"database/sql"
	"sync"
	"sync/atomic"
)

// batch runs the writes that come while another one is under way in one transaction, each in a savepoint of its own, so that
// they share a commit. A write that comes alone does not wait for others. It is safe for concurrent use.
type batch struct {
	writes *sql.DB
	// most is how many writes share a transaction at most.
	most int

	// mu guards the queue, and whether somebody works it off.
	mu      sync.Mutex
	queue   []*write
	working bool
}

// write is one that waits for its turn or has it.
type write struct {
	ctx context.Context
	do  func(context.Context, *sql.Tx) error
	// begun is set by whoever comes first: its turn, or its caller, who leaves without it.
	begun atomic.Bool
	// answer holds what came of it, once that is settled.
	answer chan error
}

// newBatch is the batch over a pool, or nil where writes do not share transactions.
func newBatch(writes *sql.DB, most int) *batch {
	if most <= 1 {
		return nil
	}
	return &batch{writes: writes, most: most}
}

// run does what is to be done in a transaction, and answers when it is committed or left no trace. A caller whose context ends
// before its turn leaves at once. What is to be done may be run more than once, each time as if for the first.
func (b *batch) run(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &write{ctx: ctx, do: do, answer: make(chan error, 1)}
	b.add(w)
	select {
	case err := <-w.answer:
		return err
	case <-ctx.Done():
		if w.begin() {
			return ctx.Err()
		}
		return <-w.answer
	}
}

func (b *batch) add(w *write) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.queue = append(b.queue, w)
	if !b.working {
		b.working = true
		go b.work()
	}
}

// work runs what is queued until nothing is.
func (b *batch) work() {
	for {
		switch writes := b.next(); len(writes) {
		case 0:
			return
		case 1:
			writes[0].alone(b.writes)
		default:
			b.together(writes)
		}
	}
}

// next takes the writes of one transaction off the queue; where there are none, the work is done.
func (b *batch) next() []*write {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(len(b.queue), b.most)
	next := b.queue[:n:n]
	b.queue = b.queue[n:]
	b.working = n > 0
	return next
}

// together runs writes in one transaction. None is answered before it is committed, since what one found may be what another
// has just written. Where one of them breaks the transaction, each is run again in its own.
func (b *batch) together(writes []*write) {
	tx, err := b.writes.BeginTx(context.Background(), nil)
	if err != nil {
		settle(writes, func(int) error { return err })
		return
	}
	answers := make([]error, len(writes))
	for i, w := range writes {
		if !w.begin() {
			continue
		}
		if answers[i], err = w.within(tx); err != nil {
			_ = tx.Rollback()
			for _, w := range writes {
				w.alone(b.writes)
			}
			return
		}
	}
	if err := tx.Commit(); err != nil {
		settle(writes, func(int) error { return err })
		return
	}
	settle(writes, func(i int) error { return answers[i] })
}

func settle(writes []*write, answer func(i int) error) {
	for i, w := range writes {
		w.answer <- answer(i)
	}
}

// begin tells whether the turn of the write, or its caller, comes first.
func (w *write) begin() bool { return w.begun.CompareAndSwap(false, true) }

// alone runs a write in a transaction of its own. One whose caller left finds its context at an end.
func (w *write) alone(writes *sql.DB) {
	w.begin()
	w.answer <- transact(w.ctx, writes, nil, func(tx *sql.Tx) error { return w.do(w.ctx, tx) })
}

// within runs a write in a savepoint, of which nothing is left where the answer is an error. Its statements outlive its caller's
// context, as to interrupt one of them would roll back the whole transaction. The transaction is broken where err is one.
func (w *write) within(tx *sql.Tx) (answer, err error) {
	ctx := context.WithoutCancel(w.ctx)
	if _, err := tx.ExecContext(ctx, "SAVEPOINT write"); err != nil {
		return nil, err
	}
	answer = w.do(ctx, tx)
	if answer == nil {
		answer = w.ctx.Err()
	}
	if answer != nil {
		if _, err := tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT write"); err != nil {
			return nil, err
		}
	}
	_, err = tx.ExecContext(ctx, "RELEASE SAVEPOINT write")
	return answer, err
}
