// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manager_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/drivers"
)

// left is a store at a URL in which north, whose budget is one person in an hour, has five workers; and the manager that runs over it.
type left struct {
	t       *testing.T
	url     string
	store   store.Store
	manager *provision.Provisioner
}

func newLeft(t *testing.T) *left {
	t.Helper()
	l := &left{t: t, url: newURL(t)}
	o := declared()
	o.records["tenant"] = provision.Tenant(roster.TenantRecord{
		Company: "acme", Tenant: "north", Channels: []roster.Channel{roster.Chat},
		Settings: roster.Settings{RemovalBudget: &roster.RemovalBudget{Max: 1, Window: 3600}},
	})
	o.pass(t, l.url)
	opened, err := drivers.Open(l.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	l.store = opened
	l.manager = provision.New(opened, provision.NewIdentity(opened), provision.NewWriter(opened, "test", nil))
	return l
}

// ownerOf is the stamp of what declared says.
func ownerOf(name string) store.Stamp {
	return store.Stamp{Owner: store.Owner{Installation: "test", Namespace: "acme", Kind: "Object", Name: name}, UID: "uid", Generation: 1}
}

// deactivate deletes the object of a worker.
func (l *left) deactivate(i int) provision.Departure {
	l.t.Helper()
	person := worker(i, "Agent")
	departure, err := l.manager.Deactivate(l.t.Context(), person, ownerOf(person.User.UserName), provision.Leaving{Now: time.Now()})
	if err != nil {
		l.t.Fatal(err)
	}
	return departure
}

// list is what the command prints, a line a record, with one blank between cells and without the times.
func (l *left) list(args ...string) []string {
	l.t.Helper()
	stdout, _, err := command(l.t, append([]string{"store", "list", "--installation=test", "--store=" + l.url}, args...)...)
	if err != nil {
		l.t.Fatalf("store list: %v", err)
	}
	var lines []string
	for line := range strings.Lines(stdout) {
		cells := strings.Fields(line)
		for i, cell := range cells {
			if _, err := time.Parse(time.RFC3339, cell); err == nil {
				cells[i] = "<time>"
			}
		}
		lines = append(lines, strings.Join(cells, " "))
	}
	return lines[1:]
}

func (l *left) release(people int) (string, error) {
	l.t.Helper()
	stdout, _, err := command(l.t, "store", "release", "--installation=test", "--store="+l.url, "--namespace=acme", fmt.Sprint("--people=", people))
	return stdout, err
}

func (l *left) lists(why string, want ...string) {
	l.t.Helper()
	if diff := cmp.Diff(want, l.list()); diff != "" {
		l.t.Errorf("%s: store list (-want +got):\n%s", why, diff)
	}
}

func TestTheListTellsOfWhatWaitsAndOfWhatIsAnothers(t *testing.T) {
	l := newLeft(t)
	foreign := roster.Person{User: roster.User{Company: "acme", UserName: "ours-not", Active: true}}
	stamp := store.Stamp{Owner: store.Owner{Installation: "other", Namespace: "acme", Kind: "Operator", Name: "ours-not"}}
	if _, err := l.store.People().Put(t.Context(), foreign, stamp, store.Terms{}); err != nil {
		t.Fatal(err)
	}
	l.lists("whom an object may declare is not listed", "acme person ours-not Foreign - - other: Operator acme/ours-not")
	l.deactivate(0)
	if departure := l.deactivate(1); departure.Held != roster.HeldByBudget {
		t.Fatalf("the second who leaves within the hour: %+v; expected to be held", departure)
	}
	if err := l.store.People().Release(t.Context(), foreign.Key(), stamp); err != nil {
		t.Fatal(err)
	}
	l.lists("one left, one is held, and one is nobody's",
		"acme person ours-not Foreign - - nobody",
		"acme person worker-0 Left - <time> test: Object acme/worker-0",
		"acme person worker-1 Held: Budget north - test: Object acme/worker-1")
	if elsewhere := l.list("--namespace=emca"); len(elsewhere) > 0 {
		t.Errorf("of another company the list has %q; expected nothing", elsewhere)
	}
}

func TestWhoIsHeldIsLetGoAtTheStore(t *testing.T) {
	l := newLeft(t)
	for i := range 3 {
		l.deactivate(i)
	}
	if said, err := l.release(3); err == nil || !strings.Contains(err.Error(), "2 would lose") || said != "" {
		t.Errorf("a release of 3: %q, %v; expected that 2 would go, and nobody does", said, err)
	}
	l.lists("who counted otherwise lets nobody go",
		"acme person worker-0 Left - <time> test: Object acme/worker-0",
		"acme person worker-1 Held: Budget north - test: Object acme/worker-1",
		"acme person worker-2 Held: Budget north - test: Object acme/worker-2")
	if said, err := l.release(2); err != nil || said != "person worker-1: let go\nperson worker-2: let go\n" {
		t.Errorf("a release of 2: %q, %v; expected that they go", said, err)
	}
	l.lists("they left",
		"acme person worker-0 Left - <time> test: Object acme/worker-0",
		"acme person worker-1 Left - <time> test: Object acme/worker-1",
		"acme person worker-2 Left - <time> test: Object acme/worker-2")
	for i := range 5 {
		stored, err := l.store.People().Get(t.Context(), worker(i, "").Key())
		if want := i > 2; err != nil || stored.Value.User.Active != want {
			t.Errorf("worker-%d: active %t (%v); expected %t", i, stored.Value.User.Active, err, want)
		}
	}
	// The manager that ran meanwhile notices by its next write that another one wrote, and goes on.
	retry(t, func() error {
		_, err := l.manager.Deactivate(t.Context(), worker(3, "Agent"), ownerOf("worker-3"), provision.Leaving{Now: time.Now()})
		return err
	})
}

// retry is what a controller does after a refused write.
func retry(t *testing.T, do func() error) {
	t.Helper()
	err := do()
	if errors.Is(err, store.ErrFenced) {
		err = do()
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("the manager after a release: %v; expected that it goes on", err)
	}
}

func TestAHeldTenantIsLetGoByTheNumberOfItsPeople(t *testing.T) {
	l := newLeft(t)
	l.deactivate(0)
	l.deactivate(1)
	north := roster.TenantKey{Company: "acme", Tenant: "north"}
	departure, err := l.manager.Retire(t.Context(), north, ownerOf("tenant"), false, provision.Leaving{Now: time.Now()})
	if err != nil || departure.Held != roster.HeldByBudget {
		t.Fatalf("retire a tenant of four: %+v, %v; expected to be held", departure, err)
	}
	l.lists("the tenant is held, and one of its people alone",
		"acme tenant north Held: Budget north - test: Object acme/tenant",
		"acme person worker-0 Left - <time> test: Object acme/worker-0",
		"acme person worker-1 Held: Budget north - test: Object acme/worker-1")
	if _, err := l.release(2); err == nil || !strings.Contains(err.Error(), "4 would lose") {
		t.Errorf("a release of 2: %v; expected that 4 would lose something: three in the tenant, and the one who is held in it", err)
	}
	if said, err := l.release(4); err != nil || said != "tenant north: let go\nperson worker-1: let go\n" {
		t.Errorf("a release of 4: %q, %v; expected that the tenant goes", said, err)
	}
	l.lists("the tenant is retired for as long as nobody declares it",
		"acme tenant north Left - never test: Object acme/tenant",
		"acme person worker-0 Left - <time> test: Object acme/worker-0",
		"acme person worker-1 Left - <time> test: Object acme/worker-1")
}
