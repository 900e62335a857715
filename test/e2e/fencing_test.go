// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/sqlstore/postgres"
	"github.com/roster-dev/roster/internal/store/sqlstore/sqlite"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

// step is one at which a test may stop whoever uses a store: before or after a call.
type step struct {
	when string
	// call is the method; that of a Put which may take the record over is TakeOver, and LookAtLease is no call of a store.
	call string
	// key is the record's.
	key any
	// err is what came of the call, after it.
	err error
}

func (s step) String() string { return s.when + " " + s.call }

// changes tells whether a call is one that may change a record.
func (s step) changes() bool {
	return slices.Contains([]string{"Put", "TakeOver", "Delete", "Release"}, s.call)
}

// steps is told each step, on whose goroutine it is told. It answers the context for what follows.
type steps func(context.Context, step) context.Context

func (at steps) around(ctx context.Context, call string, key any, do func(context.Context) error) error {
	ctx = at(ctx, step{when: "before", call: call, key: key})
	err := do(ctx)
	at(ctx, step{when: "after", call: call, key: key, err: err})
	return err
}

// stepped is a store that tells each step before and after a call of the one behind it.
type stepped struct {
	store.Store
	at steps
}

func (s stepped) Tenants() store.Records[roster.TenantKey, roster.TenantRecord] {
	return steppedRecords[roster.TenantKey, roster.TenantRecord]{s.Store.Tenants(), s.at}
}

func (s stepped) Groups() store.Records[roster.GroupKey, roster.Group] {
	return steppedRecords[roster.GroupKey, roster.Group]{s.Store.Groups(), s.at}
}

func (s stepped) Policies() store.Records[roster.PolicyKey, roster.Policy] {
	return steppedRecords[roster.PolicyKey, roster.Policy]{s.Store.Policies(), s.at}
}

func (s stepped) People() store.Records[roster.PersonKey, roster.Person] {
	return steppedRecords[roster.PersonKey, roster.Person]{s.Store.People(), s.at}
}

func (s stepped) Fence(ctx context.Context, installation string) (epoch int64, err error) {
	err = s.at.around(ctx, "Fence", nil, func(ctx context.Context) (err error) {
		epoch, err = s.Store.Fence(ctx, installation)
		return err
	})
	return epoch, err
}

func (s stepped) ID(ctx context.Context) (id string, err error) {
	err = s.at.around(ctx, "ID", nil, func(ctx context.Context) (err error) {
		id, err = s.Store.ID(ctx)
		return err
	})
	return id, err
}

type steppedRecords[K comparable, V store.Record[K, V]] struct {
	store.Records[K, V]
	at steps
}

func (r steppedRecords[K, V]) Get(ctx context.Context, key K) (stored store.Stored[V], err error) {
	err = r.at.around(ctx, "Get", key, func(ctx context.Context) (err error) {
		stored, err = r.Records.Get(ctx, key)
		return err
	})
	return stored, err
}

func (r steppedRecords[K, V]) Put(ctx context.Context, value V, stamp store.Stamp, terms store.Terms) (written store.Written[V], err error) {
	call := "Put"
	if terms.From != nil {
		call = "TakeOver"
	}
	err = r.at.around(ctx, call, value.Key(), func(ctx context.Context) (err error) {
		written, err = r.Records.Put(ctx, value, stamp, terms)
		return err
	})
	return written, err
}

func (r steppedRecords[K, V]) Delete(ctx context.Context, key K, stamp store.Stamp, terms store.Terms) error {
	return r.at.around(ctx, "Delete", key, func(ctx context.Context) error { return r.Records.Delete(ctx, key, stamp, terms) })
}

func (r steppedRecords[K, V]) Release(ctx context.Context, key K, stamp store.Stamp) error {
	return r.at.around(ctx, "Release", key, func(ctx context.Context) error { return r.Records.Release(ctx, key, stamp) })
}

// shared are the stores that managers share, each by a function that opens it for one more manager.
var shared = map[string]func(t *testing.T) func(now func() time.Time) store.Store{
	"memory": func(*testing.T) func(func() time.Time) store.Store {
		s := memory.New()
		return func(func() time.Time) store.Store { return s }
	},
	"sqlite": func(t *testing.T) func(func() time.Time) store.Store {
		url := "sqlite://" + filepath.Join(t.TempDir(), "roster.db")
		return func(now func() time.Time) store.Store {
			s, err := sqlite.Open(url, sqlite.WithClock(now))
			return untilTheEnd(t, s, err)
		}
	},
	"postgres": func(t *testing.T) func(func() time.Time) store.Store {
		server := postgresserver.Own(t)
		url := server.URL(postgresserver.Administrator, server.Database(t))
		return func(now func() time.Time) store.Store {
			s, err := postgres.Open(url, postgres.WithClock(now))
			return untilTheEnd(t, s, err)
		}
	},
}

// untilTheEnd is a store that is closed with the test.
func untilTheEnd(t *testing.T, s store.Store, err error) store.Store {
	t.Helper()
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

// contest is two managers of one installation over one store, of whom one holds the lease.
type contest struct {
	t *testing.T
	// company is the namespace, and installation whose managers they are; both are the contest's own, so that one store serves many.
	company, installation string
	behind                store.Store
	holder                string
	first, second         *provision.Provisioner
}

// newContest is a contest in which the first manager holds the lease and is told at each step.
func newContest(t *testing.T, name string, firsts, seconds store.Store, at steps) *contest {
	c := &contest{t: t, company: name, installation: name, behind: seconds, holder: "first"}
	manager := func(s store.Store, identity string, at steps) *provision.Provisioner {
		lease := func(ctx context.Context) (held bool, err error) {
			err = at.around(ctx, "LookAtLease", nil, func(context.Context) error {
				held = c.holder == identity
				return nil
			})
			return held, err
		}
		s = stepped{s, at}
		return provision.New(s, provision.NewIdentity(s), provision.NewWriter(s, c.installation, lease))
	}
	c.first = manager(firsts, "first", at)
	c.second = manager(seconds, "second", func(ctx context.Context, _ step) context.Context { return ctx })
	return c
}

func (c *contest) stamp(kind, name string) store.Stamp {
	return store.Stamp{Owner: store.Owner{Installation: c.installation, Namespace: c.company, Kind: kind, Name: name}, UID: "uid-of-" + name}
}

func (c *contest) tenant(state string) roster.TenantRecord {
	return roster.TenantRecord{Company: c.company, Tenant: "north", DisplayName: state}
}

func (c *contest) worker(name, state string) roster.Person {
	return roster.Person{
		User: roster.User{Company: c.company, UserName: name, Active: true, CredentialMode: roster.ActivationLink,
			Profile: roster.Profile{Email: name + "@example.com", Title: state}},
		Memberships: []roster.Membership{{Tenant: "north", Active: true, Role: roster.Worker}},
	}
}

// insist makes a manager write a record as its passes would: once more where it was fenced and holds the lease, and after telling
// what it takes over.
func (c *contest) insist(p *provision.Provisioner, kind, name string, record provision.Record) {
	c.t.Helper()
	claim := provision.Claim{Stamp: c.stamp(kind, name), Adoption: provision.Adoption{Asked: provision.AdoptAny}}
	var err error
	for range 4 {
		if _, err = p.Ensure(c.t.Context(), claim, record); err == nil {
			return
		}
		var adopting *provision.AdoptingError
		if errors.As(err, &adopting) {
			claim.Adoption.Told = adopting.Error()
		}
	}
	c.t.Fatalf("the manager that holds the lease should write %s %s: %v", kind, name, err)
}

// prepare makes the second manager, which has the lease before everything, write what the first one finds.
func (c *contest) prepare() {
	c.t.Helper()
	c.holder = "second"
	c.insist(c.second, "Tenant", "north", provision.Tenant(c.tenant("old")))
	c.insist(c.second, "Operator", "worker", provision.Person(c.worker("worker", "old")))
	c.insist(c.second, "Operator", "gone", provision.Person(c.worker("left", "old")))
	must(c.t, c.second.OrphanPerson(c.t.Context(), c.worker("left", "").Key(), c.stamp("Operator", "gone")))
	c.holder = "first"
}

// overtake moves the lease to the second manager, which writes newer states of everything, and answers what is stored then.
func (c *contest) overtake() []string {
	c.t.Helper()
	c.holder = "second"
	c.insist(c.second, "Tenant", "north", provision.Tenant(c.tenant("newer")))
	c.insist(c.second, "Operator", "worker", provision.Person(c.worker("worker", "newer")))
	c.insist(c.second, "Operator", "newcomer", provision.Person(c.worker("newcomer", "newer")))
	c.insist(c.second, "Operator", "adopter", provision.Person(c.worker("left", "newer")))
	return c.stored()
}

// stored is every record of the company with its stamp.
func (c *contest) stored() []string {
	c.t.Helper()
	var all []string
	for r, err := range c.behind.Tenants().List(c.t.Context(), c.company) {
		must(c.t, err)
		all = append(all, fmt.Sprintf("%+v", r))
	}
	for r, err := range c.behind.People().List(c.t.Context(), c.company) {
		must(c.t, err)
		all = append(all, fmt.Sprintf("%+v", r))
	}
	return all
}

// writes are passes of a manager that write, each with what it does as the first manager of a contest.
var writes = map[string]func(c *contest) error{
	"edit a tenant": func(c *contest) error {
		_, err := c.first.Ensure(c.t.Context(), provision.Claim{Stamp: c.stamp("Tenant", "north")}, provision.Tenant(c.tenant("stale")))
		return err
	},
	"edit a person": func(c *contest) error {
		_, err := c.first.Ensure(c.t.Context(), provision.Claim{Stamp: c.stamp("Operator", "worker")}, provision.Person(c.worker("worker", "stale")))
		return err
	},
	"add a person": func(c *contest) error {
		_, err := c.first.Ensure(c.t.Context(), provision.Claim{Stamp: c.stamp("Operator", "newcomer")}, provision.Person(c.worker("newcomer", "stale")))
		return err
	},
	"take a person over": func(c *contest) error {
		claim := provision.Claim{Stamp: c.stamp("Operator", "adopter"), Adoption: provision.Adoption{Asked: provision.AdoptAny}}
		claim.Adoption.Told = (&provision.AdoptingError{Differences: []string{"user.profile.title"}}).Error()
		_, err := c.first.Ensure(c.t.Context(), claim, provision.Person(c.worker("left", "stale")))
		return err
	},
	"retire a tenant": func(c *contest) error {
		return second(c.first.Retire(c.t.Context(), c.tenant("").Key(), c.stamp("Tenant", "north"), true, provision.Leaving{Now: time.Now()}))
	},
	"deactivate a person": func(c *contest) error {
		return second(c.first.Deactivate(c.t.Context(), c.worker("worker", ""), c.stamp("Operator", "worker"), provision.Leaving{Now: time.Now()}))
	},
	"delete a person": func(c *contest) error {
		return second(c.first.DeletePerson(c.t.Context(), c.worker("worker", ""), c.stamp("Operator", "worker"), provision.Leaving{Now: time.Now()}))
	},
	"orphan a person": func(c *contest) error {
		return c.first.OrphanPerson(c.t.Context(), c.worker("worker", "").Key(), c.stamp("Operator", "worker"))
	},
}

// TestNoStepOfAWriteLetsAStaleOneThrough lets a manager write, moves the lease at one step of that to another manager, which
// writes, and lets the first go on: for each step that there is before and after a call of the store and a look at the lease, of a
// manager that has written before and of one that has not.
func TestNoStepOfAWriteLetsAStaleOneThrough(t *testing.T) {
	t.Parallel()
	for driver, share := range shared {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			open := share(t)
			firsts, seconds := open(time.Now), open(time.Now)
			tried := 0
			for name, write := range writes {
				for _, seasoned := range []bool{true, false} {
					all := stepsOf(t, firsts, seconds, fmt.Sprintf("%s %t", name, seasoned), write, seasoned)
					for i := range all {
						loseTheLeaseAt(t, firsts, seconds, fmt.Sprintf("%s %t %d", name, seasoned, i), write, seasoned, all, i)
					}
					tried += len(all)
					t.Logf("%s, having written before: %t: %d steps: %v", name, seasoned, len(all), all)
				}
			}
			t.Logf("over %s: the lease was lost at each of %d steps of %d writes", driver, tried, 2*len(writes))
		})
	}
}

// stepsOf are the steps of a write that nothing disturbs.
func stepsOf(t *testing.T, firsts, seconds store.Store, name string, write func(*contest) error, seasoned bool) []step {
	t.Helper()
	var all []step
	recording := false
	c := newContest(t, name, firsts, seconds, func(ctx context.Context, s step) context.Context {
		if recording {
			all = append(all, s)
		}
		return ctx
	})
	c.prepare()
	c.season(seasoned)
	recording = true
	if err := write(c); err != nil {
		t.Fatalf("%s: a write that nothing disturbs should succeed, got %v", name, err)
	}
	if !slices.ContainsFunc(all, step.changes) {
		t.Fatalf("%s should write, and its steps are %v", name, all)
	}
	return all
}

// season lets the first manager write once before, so that it has an epoch.
func (c *contest) season(seasoned bool) {
	c.t.Helper()
	if seasoned {
		c.insist(c.first, "Operator", "worker", provision.Person(c.worker("worker", "seasoned")))
	}
}

func loseTheLeaseAt(t *testing.T, firsts, seconds store.Store, name string, write func(*contest) error, seasoned bool, all []step, at int) {
	t.Helper()
	var c *contest
	var want []string
	passed := -1
	recording := false
	c = newContest(t, name, firsts, seconds, func(ctx context.Context, _ step) context.Context {
		if recording {
			if passed++; passed == at {
				want = c.overtake()
			}
		}
		return ctx
	})
	c.prepare()
	c.season(seasoned)
	recording = true
	err := write(c)
	if want == nil {
		t.Fatalf("%s: step %d, %s, should be reached", name, at, all[at])
	}
	if diff := cmp.Diff(want, c.stored()); diff != "" {
		t.Errorf("%s: a manager that lost the lease %s (step %d of %v) should write nothing any more (-want +got):\n%s", name, all[at], at, all, diff)
	}
	landed := !slices.ContainsFunc(all[at+1:], step.changes)
	if landed && err != nil || !landed && !errors.Is(err, store.ErrFenced) {
		t.Errorf("%s: who lost the lease %s should be fenced, but for a write that was over; got %v", name, all[at], err)
	}
	if strings.Contains(fmt.Sprint(c.stored()), "stale") {
		t.Errorf("%s: the stale state should be nowhere", name)
	}
}

// gate stops whoever comes to it first once it is armed, until it is opened.
type gate struct {
	armed           atomic.Bool
	reached, opened chan struct{}
}

func newGate() *gate { return &gate{reached: make(chan struct{}), opened: make(chan struct{})} }

func (g *gate) pass() {
	if g.armed.CompareAndSwap(true, false) {
		close(g.reached)
		<-g.opened
	}
}

// gated is a context that leads to a gate whoever asks whether it has ended.
type gated struct {
	context.Context
	gate *gate
}

// Err leads to the gate.
func (g gated) Err() error {
	g.gate.pass()
	return g.Context.Err()
}

// TestFencingWaitsForAWriteThatIsUnderWay stops a manager within the transaction of its write, where its epoch is checked already
// and nothing is committed yet: whoever fences it meanwhile waits, so that no stale write follows the newer one.
func TestFencingWaitsForAWriteThatIsUnderWay(t *testing.T) {
	t.Parallel()
	for driver, share := range shared {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			within := newGate()
			clock := func() time.Time {
				within.pass()
				return time.Now()
			}
			open := share(t)
			c := newContest(t, "under-way", open(clock), open(time.Now), func(ctx context.Context, s step) context.Context {
				// A store in memory asks no clock; within its transaction it asks whether the caller has left.
				if driver == "memory" && s.call == "Put" {
					return gated{ctx, within}
				}
				return ctx
			})
			c.prepare()
			c.season(true)
			within.armed.Store(true)
			stale := make(chan error, 1)
			go func() { stale <- writes["edit a person"](c) }()
			<-within.reached

			begun, fenced, newer := c.succeed()
			<-begun
			close(within.opened)
			if err := <-stale; err != nil {
				t.Errorf("a write that was under way before the lease moved should land, got %v", err)
			}
			if seen := <-fenced; !strings.Contains(seen, "stale") {
				t.Errorf("who fences should wait for the write that is under way, and the store holds after it: %s", seen)
			}
			if err := <-newer; err != nil {
				t.Errorf("the manager that holds the lease should write, got %v", err)
			}
			want := c.stored()
			if held := strings.Join(want, " "); strings.Contains(held, "stale") || !strings.Contains(held, "newer") {
				t.Errorf("the newer write should come last, the store holds %s", held)
			}
			if err := writes["edit a person"](c); !errors.Is(err, store.ErrFenced) {
				t.Errorf("the next write of the manager without the lease should be fenced, got %v", err)
			}
			if diff := cmp.Diff(want, c.stored()); diff != "" {
				t.Errorf("and it writes nothing (-want +got):\n%s", diff)
			}
		})
	}
}

// succeed moves the lease to a third manager, which begins to write. What it answers tells when that asks to fence, what is stored when
// it has fenced, and what came of its write.
func (c *contest) succeed() (begun <-chan struct{}, fenced <-chan string, newer <-chan error) {
	c.t.Helper()
	c.holder = "third"
	asks, seen, result := make(chan struct{}), make(chan string, 1), make(chan error, 1)
	behind := stepped{c.behind, func(ctx context.Context, s step) context.Context {
		switch s.String() {
		case "before Fence":
			close(asks)
		case "after Fence":
			seen <- strings.Join(c.stored(), " ")
		}
		return ctx
	}}
	go func() {
		third := provision.New(behind, provision.NewIdentity(behind), provision.NewWriter(behind, c.installation, nil))
		claim := provision.Claim{Stamp: c.stamp("Operator", "worker")}
		_, err := third.Ensure(c.t.Context(), claim, provision.Person(c.worker("worker", "newer")))
		result <- err
	}()
	return asks, seen, result
}

// second is the error of a call that answers something besides.
func second[T any](_ T, err error) error { return err }
