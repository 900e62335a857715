// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/store/sqlstore"
	_ "github.com/roster-dev/roster/internal/store/sqlstore/sqlite" // registers the driver "sqlite"
)

var errRefused = errors.New("refused by the test")

// world is a batch over a file with a table of names, which a first write keeps busy until it is let go.
type world struct {
	t     *testing.T
	db    *sql.DB
	batch sqlstore.Batch
	// release ends the first write.
	release func()
	callers sync.WaitGroup
}

func newWorld(t *testing.T, most int) *world {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "test.db")+
		"?_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)&_pragma=busy_timeout(20)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	for _, statement := range []string{
		"CREATE TABLE names (name TEXT PRIMARY KEY)",
		"CREATE TABLE friends (name TEXT REFERENCES names (name) DEFERRABLE INITIALLY DEFERRED)",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	w := &world{t: t, db: db, batch: sqlstore.NewBatch(db, most)}
	begun, released := make(chan struct{}), make(chan struct{})
	w.release = sync.OnceFunc(func() { close(released) })
	t.Cleanup(w.release)
	w.callers.Go(func() {
		_ = w.batch.Run(context.Background(), func(context.Context, *sql.Tx) error {
			close(begun)
			<-released
			return nil
		})
	})
	<-begun
	return w
}

// outcome is what a caller was told; it is there once all callers are done.
type outcome struct{ err error }

// queue has another caller write, and returns once the write is queued.
func (w *world) queue(ctx context.Context, do func(context.Context, *sql.Tx) error) *outcome {
	w.t.Helper()
	told, before := &outcome{}, w.batch.Waiting()
	w.callers.Go(func() { told.err = w.batch.Run(ctx, do) })
	for w.batch.Waiting() == before {
		runtime.Gosched()
	}
	return told
}

// settle lets the first write go and waits until all callers are answered.
func (w *world) settle() {
	w.release()
	w.callers.Wait()
}

// insert writes a name.
func insert(name string) func(context.Context, *sql.Tx) error {
	return func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO names VALUES (?)", name)
		return err
	}
}

// expectNames expects the names that are there, in their order.
func (w *world) expectNames(want ...string) {
	w.t.Helper()
	rows, err := w.db.QueryContext(context.Background(), "SELECT name FROM names ORDER BY name")
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var have []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			w.t.Fatal(err)
		}
		have = append(have, name)
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	if diff := cmp.Diff(want, have); diff != "" {
		w.t.Errorf("names that were written (-expected +got):\n%s", diff)
	}
}

func expectTold(t *testing.T, what string, told *outcome, want error) {
	t.Helper()
	if !errors.Is(told.err, want) {
		t.Errorf("%s was told %v; expected %v", what, told.err, want)
	}
}

func TestWritesThatWaitShareTransactionsOfABoundedSize(t *testing.T) {
	w := newWorld(t, 4)
	var shared []*sql.Tx
	var names []string
	for i := range 10 {
		name := fmt.Sprint("name ", i)
		names = append(names, name)
		w.queue(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			shared = append(shared, tx)
			return insert(name)(ctx, tx)
		})
	}
	w.settle()
	w.expectNames(names...)
	var sizes []int
	for len(shared) > 0 {
		others := slices.IndexFunc(shared, func(tx *sql.Tx) bool { return tx != shared[0] })
		if others < 0 {
			others = len(shared)
		}
		sizes, shared = append(sizes, others), shared[others:]
	}
	if want := []int{4, 4, 2}; !slices.Equal(sizes, want) {
		t.Errorf("10 writes were committed by %v; expected %v, as 4 share a transaction at most and none waits for more", sizes, want)
	}
}

func TestWriteThatFailsIsUndoneAlone(t *testing.T) {
	w := newWorld(t, 64)
	first := w.queue(t.Context(), insert("first"))
	failing := w.queue(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		return errors.Join(insert("failing")(ctx, tx), errRefused)
	})
	taken := w.queue(t.Context(), insert("first"))
	last := w.queue(t.Context(), insert("last"))
	w.settle()
	expectTold(t, "the first write", first, nil)
	expectTold(t, "the failing write", failing, errRefused)
	if taken.err == nil {
		t.Error("a write of a name that another one of the same transaction took succeeded; expected it to fail")
	}
	expectTold(t, "the last write", last, nil)
	w.expectNames("first", "last")
}

func TestCallerWhoLeavesBeforeItsTurnLeavesAtOnceAndWithoutTrace(t *testing.T) {
	w := newWorld(t, 64)
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	w.callers.Go(func() { left <- w.batch.Run(ctx, insert("left")) })
	for w.batch.Waiting() == 0 {
		runtime.Gosched()
	}
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("the caller who left was told %v; expected %v while the write before is still under way", err, context.Canceled)
	}
	other := w.queue(t.Context(), insert("other"))
	w.settle()
	expectTold(t, "the other", other, nil)
	w.expectNames("other")
}

func TestCallerWhoLeavesDuringItsTurnLeavesNoTrace(t *testing.T) {
	w := newWorld(t, 64)
	ctx, cancel := context.WithCancel(t.Context())
	first := w.queue(t.Context(), insert("first"))
	leaving := w.queue(ctx, func(ctx context.Context, tx *sql.Tx) error {
		cancel()
		return insert("leaving")(ctx, tx)
	})
	last := w.queue(t.Context(), insert("last"))
	w.settle()
	expectTold(t, "the first", first, nil)
	expectTold(t, "the caller who left", leaving, context.Canceled)
	expectTold(t, "the last", last, nil)
	w.expectNames("first", "last")
}

func TestCallerWhoLeavesAfterItsTurnIsToldThatItHappened(t *testing.T) {
	w := newWorld(t, 64)
	ctx, cancel := context.WithCancel(t.Context())
	late := w.queue(ctx, insert("late"))
	w.queue(t.Context(), func(context.Context, *sql.Tx) error {
		cancel()
		return nil
	})
	w.settle()
	expectTold(t, "the caller who left too late", late, nil)
	w.expectNames("late")
}

func TestNobodyIsAnsweredBeforeTheCommit(t *testing.T) {
	w := newWorld(t, 64)
	first := make(chan error, 1)
	w.callers.Go(func() { first <- w.batch.Run(context.Background(), insert("first")) })
	for w.batch.Waiting() == 0 {
		runtime.Gosched()
	}
	begun, release := make(chan struct{}), make(chan struct{})
	w.queue(t.Context(), func(context.Context, *sql.Tx) error {
		close(begun)
		<-release
		return nil
	})
	w.release()
	<-begun
	select {
	case err := <-first:
		t.Errorf("the first was told %v while the transaction was open; expected it to wait for the commit", err)
	default:
	}
	close(release)
	w.callers.Wait()
	if err := <-first; err != nil {
		t.Errorf("the first was told %v; expected that it is committed", err)
	}
}

func TestCommitThatFailsFailsAll(t *testing.T) {
	w := newWorld(t, 64)
	first := w.queue(t.Context(), insert("first"))
	refused := w.queue(t.Context(), func(context.Context, *sql.Tx) error { return errRefused })
	dangling := w.queue(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO friends VALUES ('nobody')")
		return err
	})
	w.settle()
	for what, told := range map[string]*outcome{"the first": first, "the one that was refused": refused, "the culprit": dangling} {
		if told.err == nil || errors.Is(told.err, errRefused) {
			t.Errorf("%s was told %v; expected all to be told that the commit failed", what, told.err)
		}
	}
	w.expectNames()
	if err := w.batch.Run(t.Context(), insert("later")); err != nil {
		t.Errorf("a later write: %v; expected it to succeed", err)
	}
	w.expectNames("later")
}

func TestWriteThatBreaksTheTransactionBreaksNoOther(t *testing.T) {
	w := newWorld(t, 64)
	first := w.queue(t.Context(), insert("first"))
	breaking := w.queue(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "ROLLBACK")
		return errors.Join(err, errRefused)
	})
	last := w.queue(t.Context(), insert("last"))
	w.settle()
	expectTold(t, "the first", first, nil)
	expectTold(t, "the one that ended the transaction, as a full disk would", breaking, errRefused)
	expectTold(t, "the last", last, nil)
	w.expectNames("first", "last")
}

func TestTransactionThatCannotBeginFailsAll(t *testing.T) {
	w := newWorld(t, 64)
	first, second := w.queue(t.Context(), insert("first")), w.queue(t.Context(), insert("second"))
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	w.settle()
	for what, told := range map[string]*outcome{"the first": first, "the second": second} {
		if told.err == nil {
			t.Errorf("%s was told that it is written; expected an error, as no transaction can begin", what)
		}
	}
}
