// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

var (
	manyPeople = flag.Int("people", 0, "measure a company of so many people on a real API server and PostgreSQL; 0 does not")
	soakFor    = flag.Duration("soak", 0, "edit people of it at random for so long, and see that none is forgotten")
)

const (
	perTenant = 250
	// atOnce is how many people are created at a time.
	atOnce = 8
	// measuredEdits are how many edits are measured at least; two at once would measure the one before.
	measuredEdits = 300
	// soakedPeople are those that are edited in a soak.
	soakedPeople = 5000
)

// many is a company of many people and the process of the manager that serves it.
type many struct {
	*company
	url     string
	api     client.Client
	process *replica
}

// TestManyPeople measures what a company of many people costs: converged, restarted, swept, and edited meanwhile. `make bench` runs it.
func TestManyPeople(t *testing.T) {
	if *manyPeople == 0 {
		t.Skip("it takes minutes: run it with make bench, or with -people 10000")
	}
	k := keeps(t)
	server := postgresserver.Shared(t)
	m := &many{url: server.URL(postgresserver.Administrator, server.Database(t))}
	if k.namespace() != "" {
		k.restore(t, m.url)
	}
	m.company = deployed(t, m.url)
	config := plane.Config(t)
	config.QPS = -1
	api, err := client.New(config, client.Options{Scheme: m.Scheme()})
	must(t, err)
	m.api = api
	if k.namespace() != "" {
		m.namespace = k.namespace()
		m.serve("--sweep-interval=0")
		m.goesOn()
	} else {
		m.serve("--sweep-interval=0")
		m.converges()
	}
	m.restarts()
	m.editsWhileSwept()
	if *soakFor > 0 {
		m.soaked()
	}
	m.process.kill()
	k.save(t, m.namespace, m.url)
}

// serve has a new process of the manager serve the company, after the one before it.
func (m *many) serve(args ...string) {
	m.t.Helper()
	if m.process != nil {
		m.process.kill()
	}
	m.process = m.replica("manager", m.url, append(args, "--leader-elect=false", "--kube-api-qps=1000", "--kube-api-burst=1000")...)
}

// within waits longer than Eventually does.
func (m *many) within(limit time.Duration, what string, condition func(context.Context) (bool, error)) {
	m.t.Helper()
	if err := wait.PollUntilContextTimeout(m.t.Context(), time.Second, limit, true, condition); err != nil {
		m.t.Fatalf("expected within %s: %s; %v", limit, what, err)
	}
}

func personName(i int) string { return fmt.Sprintf("worker-%05d", i) }

// converges creates the people, eight at a time, and waits until all are in the store and Ready.
func (m *many) converges() {
	m.t.Helper()
	begun := time.Now()
	for i := range (*manyPeople + perTenant - 1) / perTenant {
		must(m.t, m.api.Create(m.t.Context(), testkit.Tenant(m.namespace, fmt.Sprint("tenant-", i))))
	}
	var creating sync.WaitGroup
	var failed atomic.Pointer[error]
	for first := range atOnce {
		creating.Go(func() {
			for i := first; i < *manyPeople; i += atOnce {
				in := testkit.InTenant(fmt.Sprint("tenant-", i/perTenant), testkit.On(v1alpha1.ChannelChat))
				if err := m.api.Create(m.t.Context(), testkit.Operator(m.namespace, personName(i), in)); err != nil {
					failed.Store(&err)
					return
				}
			}
		})
	}
	creating.Wait()
	if err := failed.Load(); err != nil {
		m.t.Fatalf("creating people: %v", *err)
	}
	created := time.Since(begun)
	m.within(5*time.Minute, "all people are Ready", m.allObserved)
	m.t.Logf("%d people: created in %.1f s, Ready %.1f s after the first", *manyPeople, created.Seconds(), time.Since(begun).Seconds())
}

// allObserved tells whether every Operator is Ready as it is.
func (m *many) allObserved(ctx context.Context) (bool, error) {
	var operators v1alpha1.OperatorList
	if err := m.api.List(ctx, &operators, client.InNamespace(m.namespace)); err != nil {
		return false, err
	}
	waits := func(o v1alpha1.Operator) bool { return !isReady(&o) || o.Status.ObservedGeneration != o.Generation }
	return len(operators.Items) == *manyPeople && !slices.ContainsFunc(operators.Items, waits), nil
}

// restarts starts the manager again over what has converged, and expects no write.
func (m *many) restarts() {
	m.t.Helper()
	begun := time.Now()
	m.serve("--sweep-interval=0")
	m.within(time.Minute, "the manager is ready", func(ctx context.Context) (bool, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+m.process.health+"/readyz", http.NoBody)
		if err != nil {
			return false, err
		}
		response, err := http.DefaultClient.Do(request)
		return err == nil && response.StatusCode == http.StatusOK && response.Body.Close() == nil, nil
	})
	ready := time.Since(begun)
	m.within(2*time.Minute, "every person was passed over, and a sweep made", func(ctx context.Context) (bool, error) {
		return m.passes(ctx) >= *manyPeople && m.sweeps(ctx) > 0, nil
	})
	m.t.Logf("restart: ready in %.1f s, all passed over and swept in %.1f s; peak memory %s; %.0f writes to the API server, %.0f to the store",
		ready.Seconds(), time.Since(begun).Seconds(), m.peakMemory(), m.process.writes(), m.stored())
	if writes := m.process.writes() + m.stored(); writes != 0 {
		m.t.Errorf("a manager that starts over what has converged made %.0f writes; expected none", writes)
	}
}

var peak = regexp.MustCompile(`VmHWM:\s+(.*)`)

// peakMemory is the most the process ever held.
func (m *many) peakMemory() string {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", m.process.process.Process.Pid))
	found := peak.FindSubmatch(status)
	if err != nil || found == nil {
		return "unknown"
	}
	return string(found[1])
}

// passes are the passes the process has made over people.
func (m *many) passes(ctx context.Context) int {
	passes, err := m.process.metric(ctx, "controller_runtime_reconcile_total", func(labels string) bool { return strings.Contains(labels, `controller="operator"`) })
	if err != nil {
		return 0
	}
	return int(passes)
}

// sweeps are the sweeps the process has made.
func (m *many) sweeps(ctx context.Context) float64 {
	text, err := m.process.scrape(ctx)
	found := swept.FindStringSubmatch(text)
	if err != nil || found == nil {
		return 0
	}
	var count float64
	_, _ = fmt.Sscan(found[1], &count)
	return count
}

var swept = regexp.MustCompile(`(?m)^roster_sweeps_total (.*)$`)

// stored are the writes of records that the store carried out.
func (m *many) stored() float64 {
	m.t.Helper()
	return m.operations(func(labels string) bool {
		return strings.Contains(labels, `result="ok"`) &&
			(strings.Contains(labels, `operation="put"`) || strings.Contains(labels, `operation="delete"`) || strings.Contains(labels, `operation="release"`))
	})
}

func (m *many) operations(counts func(labels string) bool) float64 {
	m.t.Helper()
	sum, err := m.process.metric(m.t.Context(), "roster_store_operations_total", counts)
	must(m.t, err)
	return sum
}

// editsWhileSwept edits people one after another while one sweep follows the other, and measures how soon each edit is in the store.
func (m *many) editsWhileSwept() {
	m.t.Helper()
	m.serve("--sweep-interval=1ms")
	m.within(2*time.Minute, "the first sweep is over", func(ctx context.Context) (bool, error) { return m.sweeps(ctx) > 0, nil })
	sweeps, written, begun := m.sweeps(m.t.Context()), m.stored(), time.Now()
	random := rand.New(rand.NewPCG(1, 2)) // #nosec G404 -- which people are edited is no secret
	var took []time.Duration
	for len(took) < measuredEdits || m.sweeps(m.t.Context()) < sweeps+2 {
		for range measuredEdits / 10 {
			took = append(took, m.measure(personName(random.IntN(*manyPeople)), fmt.Sprintf("title %d of %d", len(took), begun.Unix())))
		}
	}
	slices.Sort(took)
	during := m.sweeps(m.t.Context()) - sweeps
	m.t.Logf("%d edits during %.0f sweeps in %.1f s: from the edit's answer to the store p50 %d ms, p99 %d ms, at most %d ms; peak memory %s",
		len(took), during, time.Since(begun).Seconds(), took[len(took)/2].Milliseconds(), took[len(took)*99/100].Milliseconds(), took[len(took)-1].Milliseconds(), m.peakMemory())
	lists := m.operations(func(labels string) bool { return strings.Contains(labels, `operation="list"`) })
	gets := m.operations(func(labels string) bool { return strings.Contains(labels, `operation="get"`) })
	m.t.Logf("calls of the store in all: %.0f lists in %.0f sweeps, %.0f gets, %.0f writes", lists, m.sweeps(m.t.Context()), gets, m.stored())
	if made := m.stored() - written; int(made) != len(took) {
		m.t.Errorf("%.0f writes during %d edits; expected one an edit, and none of the sweeps", made, len(took))
	}
}

// measure edits a person, and tells how long it takes from the API server's answer until the store has it.
func (m *many) measure(name, title string) time.Duration {
	m.t.Helper()
	m.retitle(m.t.Context(), name, title)
	begun := time.Now()
	if err := wait.PollUntilContextTimeout(m.t.Context(), time.Millisecond, time.Minute, true, m.hasTitle(name, title)); err != nil {
		m.t.Fatalf("expected the store to have the edit of %s within a minute: %v", name, err)
	}
	return time.Since(begun)
}

func (m *many) retitle(ctx context.Context, name, title string) {
	m.t.Helper()
	o := &v1alpha1.Operator{}
	o.Namespace, o.Name = m.namespace, name
	patch := fmt.Sprintf(`{"spec":{"profile":{"title":%q}}}`, title)
	must(m.t, m.api.Patch(ctx, o, client.RawPatch("application/merge-patch+json", []byte(patch))))
}

func (m *many) hasTitle(name, title string) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		stored, err := m.store.People().Get(ctx, roster.NewPersonKey(m.namespace, name))
		return err == nil && stored.Value.User.Profile.Title == title, err
	}
}

// soaked edits people at random for a time, as fast as the API server takes it, while sweeps run, and expects that the store has the last
// edit of each.
func (m *many) soaked() {
	m.t.Helper()
	of := min(soakedPeople, *manyPeople)
	last := make([]string, of)
	random := rand.New(rand.NewPCG(3, 4)) // #nosec G404 -- which people are edited is no secret
	edits := 0
	for begun := time.Now(); time.Since(begun) < *soakFor; edits++ {
		i := random.IntN(of)
		last[i] = fmt.Sprint("soaked ", edits)
		m.retitle(m.t.Context(), personName(i), last[i])
	}
	settled := time.Now()
	forgotten := 0
	m.within(time.Minute, "the store has the last edit of everybody", func(ctx context.Context) (bool, error) {
		forgotten = 0
		for i, title := range last {
			if title == "" {
				continue
			}
			if has, err := m.hasTitle(personName(i), title)(ctx); err != nil || !has {
				forgotten++
			}
		}
		return forgotten == 0, nil
	})
	m.within(time.Minute, "every status observes the last edit", m.allObserved)
	m.t.Logf("soak: %d edits of %d people in %s, none forgotten; looked through %.1f s after the last", edits, of, *soakFor, time.Since(settled).Seconds())
}
