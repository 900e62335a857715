// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	"github.com/google/go-cmp/cmp"
	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/manager"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/storetest/faults"
	"github.com/roster-dev/roster/internal/testkit"
)

// running is a manager that runs.
type running struct {
	cancel context.CancelFunc
	ended  chan struct{}
	// err is how it ended.
	err error
}

// launch starts a manager on a cluster, as whom the configuration says. It is stopped with the test.
func launch(t *testing.T, cluster *rest.Config, options manager.Options, s store.Store, log logr.Logger) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	mgr, err := manager.New(ctx, cluster, options, s, log)
	if err != nil {
		cancel()
		t.Fatalf("the manager should start: %v", err)
	}
	r := &running{cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(r.ended)
		r.err = mgr.Start(ctx)
	}()
	t.Cleanup(func() { _ = r.stop() })
	return r
}

// stop stops the manager and says how it ended.
func (r *running) stop() error {
	r.cancel()
	<-r.ended
	return r.err
}

func (r *running) over() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}

// wire is between a manager and the API server.
type wire struct {
	next http.RoundTripper
	at   steps
	// cut keeps the manager from renewing its lease, and nothing else.
	cut atomic.Bool

	mu sync.Mutex
	// written are the writes that succeeded but for those of the lease, and refused those that came too late.
	written []string
	refused int
}

// RoundTrip passes a request on.
func (w *wire) RoundTrip(request *http.Request) (response *http.Response, err error) {
	lease, reads := strings.Contains(request.URL.Path, "/leases/"), request.Method == http.MethodGet
	switch {
	case lease && reads:
		err = w.at.around(request.Context(), "LookAtLease", nil, func(context.Context) (err error) {
			response, err = w.next.RoundTrip(request) //nolint:bodyclose // the response is the caller's
			return err
		})
		return response, err
	case lease && w.cut.Load():
		return nil, errors.New("a test keeps the manager from renewing its lease")
	}
	response, err = w.next.RoundTrip(request)
	if err == nil && !lease && !reads {
		w.note(request.Method+" "+request.URL.Path, response.StatusCode)
	}
	return response, err
}

func (w *wire) note(write string, status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if status == http.StatusConflict {
		w.refused++
	}
	if status < http.StatusMultipleChoices {
		w.written = append(w.written, write)
	}
}

func (w *wire) writes() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.written)
}

func (w *wire) tooLate() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.refused
}

// contender is one of two managers of an installation, with a view of its own of the API server and of the store.
type contender struct {
	*running
	*wire
	// fenced is how many passes ended because another manager is the writer.
	fenced atomic.Int32
}

// contend starts a manager that takes part in the election of its namespace.
func contend(c *company, s store.Store, at steps) *contender {
	c.t.Helper()
	m := &contender{wire: &wire{at: at}}
	cluster := plane.Config(c.t)
	cluster.Wrap(func(next http.RoundTripper) http.RoundTripper {
		m.next = next
		return m.wire
	})
	options := c.options
	options.LeaderElection = manager.LeaderElection{Enabled: true, Namespace: c.namespace}
	log := funcr.New(func(_, line string) {
		if strings.Contains(line, store.ErrFenced.Error()) {
			m.fenced.Add(1)
		}
		quiet{t: c.t}.Log(line)
	}, funcr.Options{})
	m.running = launch(c.t, cluster, options, stepped{s, at}, log)
	return m
}

// releaseLease takes the lease away from whoever has it, who cannot renew it, for the next to take.
func (c *company) releaseLease(from *contender) {
	c.t.Helper()
	from.cut.Store(true)
	c.giveLease("")
}

// giveLease makes somebody the holder of the lease, or nobody.
func (c *company) giveLease(holder string) {
	c.t.Helper()
	testkit.Eventually(c.t, fmt.Sprintf("%q holds the lease", holder), func(ctx context.Context) (bool, string) {
		lease := &coordinationv1.Lease{}
		if err := c.Get(ctx, client.ObjectKey{Namespace: c.namespace, Name: "roster-manager"}, lease); err != nil {
			return false, err.Error()
		}
		lease.Spec.HolderIdentity, lease.Spec.RenewTime = &holder, new(metav1.NowMicro())
		err := c.Update(ctx, lease)
		return err == nil, fmt.Sprint(err)
	})
}

// holder is who holds the lease; it is empty for nobody, and where there is no lease.
func (c *company) holder() string {
	c.t.Helper()
	lease := &coordinationv1.Lease{}
	err := c.Get(c.t.Context(), client.ObjectKey{Namespace: c.namespace, Name: "roster-manager"}, lease)
	if client.IgnoreNotFound(err) != nil {
		c.t.Fatalf("looking at the lease: %v", err)
	}
	return ptr.Deref(lease.Spec.HolderIdentity, "")
}

// lostAt are the steps at which a manager that stores a person may lose the lease.
var lostAt = []struct {
	step string
	// seasoned says that the manager has written before.
	seasoned bool
}{
	{"before LookAtLease", false},
	{"after LookAtLease", false},
	{"before Fence", false},
	{"after Fence", false},
	{"before Put", false},
	{"within Put", false},
	{"after Put", false},
	{"before Put", true},
	{"within Put", true},
	{"after Put", true},
}

// TestAManagerThatLostTheLeaseWritesNeitherStoreNorStatus lets two managers run on a real API server: the first is stopped at a step
// of a pass and cannot renew its lease, of which it knows nothing; the second takes the lease and stores what the manifest says by
// then; the first goes on.
func TestAManagerThatLostTheLeaseWritesNeitherStoreNorStatus(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{"memory", "sqlite"} {
		for _, tc := range lostAt {
			t.Run(fmt.Sprintf("%s/%s/written before: %t", driver, tc.step, tc.seasoned), func(t *testing.T) {
				t.Parallel()
				loseTheLeaseInAPass(t, driver, tc.step, tc.seasoned)
			})
		}
		t.Logf("over %s: the lease is lost at each of %d steps of a pass", driver, len(lostAt))
	}
}

// interruption stops a manager at a step of the pass that stores one person.
type interruption struct {
	*gate
	driver, step string
	person       any
}

// within says that the step is one of the transaction: the epoch is checked and nothing is committed.
func (i *interruption) within() bool { return i.step == "within Put" }

func (i *interruption) at(ctx context.Context, s step) context.Context {
	switch {
	case s.key != nil && s.key != i.person:
	case s.String() == i.step:
		i.pass()
	case i.within() && i.driver == "memory" && s.String() == "before Put":
		return gated{ctx, i.gate}
	}
	return ctx
}

// clock is what a store in a database asks within its transactions.
func (i *interruption) clock() time.Time {
	if i.within() {
		i.pass()
	}
	return time.Now()
}

func loseTheLeaseInAPass(t *testing.T, driver, lost string, seasoned bool) {
	t.Helper()
	stop := &interruption{gate: newGate(), driver: driver, step: lost}
	open := shared[driver](t)
	firsts, seconds := open(stop.clock), open(time.Now)
	c := unmanaged(t, seconds)
	stop.person = roster.NewPersonKey(c.namespace, "worker-1")
	first := contend(c, firsts, stop.at)
	if seasoned {
		tenant := testkit.Tenant(c.namespace, "north")
		c.create(tenant)
		becomesReady(c, tenant)
	}
	c.leads(first)
	stop.armed.Store(true)
	operator := testkit.Operator(c.namespace, "worker-1", func(o *v1alpha1.Operator) { o.Spec.Profile.Title = "stale" })
	c.create(operator)
	<-stop.reached
	written := first.writes()

	edit(c, operator, func(o *v1alpha1.Operator) { o.Spec.Profile.Title = "newer" })
	c.releaseLease(first)
	asked := make(chan struct{})
	asks := sync.OnceFunc(func() { close(asked) })
	contend(c, seconds, func(ctx context.Context, s step) context.Context {
		if s.String() == "before Fence" {
			asks()
		}
		return ctx
	})
	if stop.within() {
		<-asked
		close(stop.opened)
	}
	becomesReady(c, operator)
	want := c.person("worker-1")
	if got := want.Value.User.Profile.Title; got != "newer" {
		t.Fatalf("the manager that has the lease should store the newer manifest, the title is %q", got)
	}
	if !stop.within() {
		close(stop.opened)
	}
	c.endsInVain(first, written, stop.within())
	if diff := cmp.Diff(want.Value, c.person("worker-1").Value); diff != "" {
		t.Errorf("a manager that lost the lease should write nothing to the store (-want +got):\n%s", diff)
	}
	settled(c, operator, "stays Ready", isReady)
}

// endsInVain waits until the pass of a manager that lost the lease ends, and fails the test if a status of it was taken since.
func (c *company) endsInVain(m *contender, written []string, within bool) {
	c.t.Helper()
	testkit.Eventually(c.t, "the pass of the manager that lost the lease ends", func(context.Context) (bool, string) {
		return m.fenced.Load() > 0 || m.tooLate() > 0 || m.over(), fmt.Sprintf("writes: %v", m.writes())
	})
	_ = m.stop()
	// Until the write that is under way is committed nobody else can fence, so this manager may go on with the newer manifest.
	if within {
		if m.tooLate() == 0 {
			c.t.Errorf("what the manager tells of the older manifest should be refused, it wrote %v", m.writes())
		}
		return
	}
	if diff := cmp.Diff(written, m.writes()); diff != "" {
		c.t.Errorf("a manager that lost the lease should tell nothing in a status (-before +after):\n%s", diff)
	}
}

// TestALookAtALostLeaseDoesNotTakeItBack: a manager looks at its lease before it writes, and what it sees there must not become what it
// renews.
func TestALookAtALostLeaseDoesNotTakeItBack(t *testing.T) {
	t.Parallel()
	c := unmanaged(t, memory.New())
	m := contend(c, c.store, func(ctx context.Context, _ step) context.Context { return ctx })
	c.leads(m)
	c.giveLease("somebody-else")
	c.create(testkit.Operator(c.namespace, "worker-1"))
	testkit.Eventually(t, "the manager sees that it lost the lease, and gives up", func(context.Context) (bool, string) {
		return m.fenced.Load() > 0 && m.over(), fmt.Sprintf("%d passes were refused, and it has ended: %t", m.fenced.Load(), m.over())
	})
	if holder := c.holder(); holder != "somebody-else" {
		t.Errorf("the lease should stay with whom it went to, and %q holds it", holder)
	}
	if writes := m.writes(); len(writes) > 1 {
		t.Errorf("a manager without the lease should write nothing but the lease it made at first, it wrote %v", writes)
	}
}

// unmanaged is a company without a manager.
func unmanaged(t *testing.T, s store.Store) *company {
	t.Helper()
	c := &company{WithWatch: plane.Client(t), t: t, namespace: plane.Namespace(t), store: faults.Wrap(s), options: manager.Defaults()}
	c.options.Installation, c.options.Namespace = "e2e", c.namespace
	c.options.Metrics.BindAddress, c.options.Health.BindAddress, c.options.Webhook.BindAddress = "0", "0", "0"
	return c
}

// leads waits until a manager, who is the only one yet, has the lease.
func (c *company) leads(m *contender) {
	c.t.Helper()
	testkit.Eventually(c.t, "the manager has the lease", func(context.Context) (bool, string) {
		return c.holder() != "" && !m.over(), c.holder()
	})
}
