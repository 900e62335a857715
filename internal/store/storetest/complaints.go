// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/roster-dev/roster/internal/store"
)

// Complaints are what the law with a sentence finds wrong with a store that is empty; none is that the store keeps it. It is
// for tests of the laws themselves: t does not fail by them, but lends its context and its end.
func Complaints(t testing.TB, sentence string, s store.Store) []string {
	t.Helper()
	i := slices.IndexFunc(laws(), func(l law) bool { return l.sentence == sentence })
	if i < 0 {
		t.Fatalf("there is no law %q", sentence)
	}
	r := &reporter{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer r.recover()
		laws()[i].check(r, s)
	}()
	<-done
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.complaints
}

// reporter is a test that keeps what it is told. Like one, it is not to be told to end by another goroutine than its own.
type reporter struct {
	testing.TB
	mu         sync.Mutex
	complaints []string
}

func (r *reporter) complain(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.complaints = append(r.complaints, text)
}

// recover makes a panic a complaint, as it would fail the test of a store.
func (r *reporter) recover() {
	if panicked := recover(); panicked != nil {
		r.complain(fmt.Sprint("panic: ", panicked))
	}
}

// Helper does nothing, as no line is reported.
func (r *reporter) Helper() {}

// Name is that of the law's place in no test.
func (r *reporter) Name() string { return "law" }

// Log drops what is no complaint.
func (r *reporter) Log(...any) {}

// Logf drops what is no complaint.
func (r *reporter) Logf(string, ...any) {}

// Error complains.
func (r *reporter) Error(args ...any) { r.complain(fmt.Sprint(args...)) }

// Errorf complains.
func (r *reporter) Errorf(format string, args ...any) { r.complain(fmt.Sprintf(format, args...)) }

// Fail complains without a word.
func (r *reporter) Fail() { r.complain("failed") }

// Failed tells whether there are complaints.
func (r *reporter) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.complaints) > 0
}

// FailNow complains and ends the law.
func (r *reporter) FailNow() {
	r.Fail()
	runtime.Goexit()
}

// Fatal complains and ends the law.
func (r *reporter) Fatal(args ...any) {
	r.Error(args...)
	runtime.Goexit()
}

// Fatalf complains and ends the law.
func (r *reporter) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}
