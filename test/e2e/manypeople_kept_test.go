// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/drivers"
)

var keptIn = flag.String("kept", "", "keep the converged company in this `folder`, and go on with the one that is there; relative to the package")

// kept is a converged company between two runs: etcd's data, and a copy of the store. Where the two do not belong together, such as after
// a run that was stopped, the manager makes them, as it does after any restart.
type kept struct{ folder string }

// keeps begins anew where the folder holds nothing, or a company of another size.
func keeps(t *testing.T) kept {
	t.Helper()
	if *keptIn == "" {
		return kept{}
	}
	folder, err := filepath.Abs(*keptIn)
	must(t, err)
	k := kept{folder}
	if k.namespace() == "" {
		must(t, os.RemoveAll(k.folder))
		must(t, os.MkdirAll(k.folder, 0o700))
	}
	must(t, plane.Keep(filepath.Join(k.folder, "etcd")))
	return k
}

// namespace is that of the company that is kept; empty is none.
func (k kept) namespace() string {
	if k.folder == "" {
		return ""
	}
	said, err := os.ReadFile(filepath.Join(k.folder, "company"))
	var namespace string
	var people int
	if _, failed := fmt.Sscan(string(said), &namespace, &people); err != nil || failed != nil || people != *manyPeople {
		return ""
	}
	return namespace
}

// restore makes an empty store the one that is kept.
func (k kept) restore(t *testing.T, url string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(k.folder, "store.db"))
	must(t, err)
	// Nobody can write to a store that a copy was made of, so that what is copied is a copy itself.
	passing := filepath.Join(t.TempDir(), "store.db")
	must(t, os.WriteFile(passing, data, 0o600))
	move(t, "sqlite://"+passing, url)
}

// save keeps the company. Nobody can write to its store afterwards.
func (k kept) save(t *testing.T, namespace, url string) {
	t.Helper()
	if k.folder == "" {
		return
	}
	saved := filepath.Join(k.folder, "store.db")
	move(t, url, "sqlite://"+saved+".new")
	must(t, os.Rename(saved+".new", saved))
	must(t, os.WriteFile(filepath.Join(k.folder, "company"), fmt.Appendf(nil, "%s %d\n", namespace, *manyPeople), 0o600))
}

// move makes an empty store what another one is.
func move(t *testing.T, from, to string) {
	t.Helper()
	source, err := drivers.Open(from)
	must(t, err)
	defer func() { must(t, source.Close()) }()
	target, err := drivers.Open(to)
	must(t, err)
	defer func() { must(t, target.Close()) }()
	copyable, can := source.(store.Copyable)
	if !can {
		t.Fatalf("the store at %s should be one that can be copied", from)
	}
	must(t, copyable.CopyTo(t.Context(), target, func(string, int) {}))
}

// goesOn waits until the manager has made a kept company and its store one.
func (m *many) goesOn() {
	m.t.Helper()
	begun := time.Now()
	m.within(5*time.Minute, "all people are Ready", m.allObserved)
	m.within(2*time.Minute, "every person was passed over", func(ctx context.Context) (bool, error) { return m.passes(ctx) >= *manyPeople, nil })
	m.t.Logf("%d people, kept: Ready after %.1f s, %.0f writes to the store", *manyPeople, time.Since(begun).Seconds(), m.stored())
}
