// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr/testr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/internal/manager"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/storetest/faults"
	"github.com/roster-dev/roster/internal/testkit"
)

var plane = testkit.NewControlPlane(testkit.WithControllerManager(), testkit.WithFinalizerPolicy())

func TestMain(m *testing.M) {
	plane.AtEnd(endRestarted)
	plane.Main(m)
}

// company is one namespace with a manager of its own, which has only the rights of config/rbac.
type company struct {
	client.WithWatch
	t         *testing.T
	namespace string
	store     *faults.Store
	options   manager.Options
	requests  *requests
	// service is where the API server reaches the replicas of the company's manager, where there are several.
	service *service
	log     *lines
	stop    func()
}

// newCompany starts a manager for a namespace of the test's own, over a store in memory. It answers the API server about changes.
func newCompany(t *testing.T, changes ...func(*company)) *company {
	t.Helper()
	grantRights(t)
	c := &company{
		WithWatch: plane.Client(t),
		t:         t,
		namespace: plane.Namespace(t),
		store:     faults.Wrap(memory.New()),
		options:   manager.Defaults(),
	}
	c.log = &lines{}
	c.options.Installation = "e2e"
	c.options.Namespace = c.namespace
	c.options.LeaderElection.Enabled = false
	c.options.Metrics.BindAddress = "0"
	c.options.Health.BindAddress = "0"
	// Tests count what a pass asks of the store; those about sweeps say so.
	c.options.SweepInterval.Duration, c.options.OffboardAfter.Duration = 0, 0
	c.options.CountWindow = metav1.Duration{Duration: 100 * time.Millisecond}
	c.guard()
	for _, change := range changes {
		change(c)
	}
	c.start()
	t.Cleanup(func() { c.stop() })
	c.guarded()
	c.requests.reset()
	return c
}

// over gives a company another store than one in memory.
func over(s store.Store) func(*company) {
	return func(c *company) { c.store = faults.Wrap(s) }
}

// start starts the manager; c.stop stops it, once.
func (c *company) start() {
	c.t.Helper()
	c.requests = &requests{}
	cluster := plane.Config(c.t)
	cluster.Impersonate = rest.ImpersonationConfig{
		UserName: "system:serviceaccount:roster-system:roster-manager",
		Groups:   []string{"system:serviceaccounts", "system:serviceaccounts:roster-system", "system:authenticated"},
	}
	cluster.Wrap(func(next http.RoundTripper) http.RoundTripper { return &recorder{next: next, requests: c.requests} })
	ctx, cancel := context.WithCancel(context.WithoutCancel(c.t.Context()))
	mgr, err := manager.New(ctx, cluster, c.options, c.store, testr.NewWithInterface(quiet{t: c.t, kept: c.log}, testr.Options{}))
	if err != nil {
		cancel()
		c.t.Fatalf("the manager should start: %v", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	c.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			c.t.Errorf("the manager should end without an error when it is stopped, got: %v", err)
		}
	})
}

// restart stops the manager and starts another over the same store.
func (c *company) restart() {
	c.t.Helper()
	c.stop()
	c.start()
}

// quiet keeps a manager that outlives the body of its test from logging into a test that has ended, and any from telling what is personal.
type quiet struct {
	t *testing.T
	// kept is where the lines are kept, too; nil is nowhere.
	kept *lines
}

// lines are those of a log. They are safe for concurrent use.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.WriteString(line + "\n")
}

// logged is all that the company's manager logged.
func (c *company) logged() string {
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	return c.log.text.String()
}

func (q quiet) Helper() { q.t.Helper() }

func (q quiet) Log(args ...any) {
	if q.t.Context().Err() != nil {
		return
	}
	line := fmt.Sprint(args...)
	if canary := personalIn(line, neverTold...); canary != "" {
		q.t.Errorf("the manager logs %q; expected nothing of a person", canary)
	}
	if q.kept != nil {
		q.kept.add(line)
	}
	q.t.Log(args...)
}

// requests are the writes a manager sent to the API server.
type requests struct {
	mu     sync.Mutex
	writes []string
}

func (r *requests) add(write string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.writes = append(r.writes, write)
}

// list is every write so far, as "METHOD path".
func (r *requests) list() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.writes)
}

func (r *requests) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.writes = nil
}

type recorder struct {
	next     http.RoundTripper
	requests *requests
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	// A review is a question: it is sent by POST, and writes nothing.
	if request.Method != http.MethodGet && !strings.HasSuffix(request.URL.Path, "reviews") {
		r.requests.add(request.Method + " " + request.URL.Path)
	}
	return r.next.RoundTrip(request)
}

// create creates objects and fails the test where one is refused.
func (c *company) create(objects ...client.Object) {
	c.t.Helper()
	for _, o := range objects {
		if err := c.Create(c.t.Context(), o); err != nil {
			c.t.Fatalf("creating %s: %v", describe(o), err)
		}
	}
}

// edit changes an object as kubectl edit would.
func edit[T client.Object](c *company, object T, change func(T)) {
	c.t.Helper()
	testkit.Eventually(c.t, fmt.Sprintf("%s takes an edit", describe(object)), func(ctx context.Context) (bool, string) {
		if err := c.Get(ctx, client.ObjectKeyFromObject(object), object); err != nil {
			return false, err.Error()
		}
		change(object)
		if err := c.Update(ctx, object); err != nil {
			return false, err.Error()
		}
		return true, ""
	})
}

// settled waits until an object is as a condition says, reading it anew each time.
func settled[T client.Object](c *company, object T, what string, condition func(T) bool) {
	c.t.Helper()
	testkit.Eventually(c.t, fmt.Sprintf("%s %s", describe(object), what), func(ctx context.Context) (bool, string) {
		if err := c.Get(ctx, client.ObjectKeyFromObject(object), object); err != nil {
			return false, err.Error()
		}
		return condition(object), fmt.Sprintf("%+v", object)
	})
}

func describe(o client.Object) string {
	return strings.TrimPrefix(fmt.Sprintf("%T", o), "*v1alpha1.") + " " + o.GetName()
}
