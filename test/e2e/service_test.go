// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"io"
	"net"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
	"github.com/roster-dev/roster/internal/webhook/registration"
)

// service is to the API server what a Service is in a cluster: one address that leads to whichever replica there is.
type service struct {
	address string
	mu      sync.Mutex
	behind  []string
}

func newService(t *testing.T) *service {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	s := &service{address: listener.Addr().String()}
	go func() {
		for {
			caller, err := listener.Accept()
			if err != nil {
				return
			}
			go s.lead(caller)
		}
	}()
	return s
}

// leadTo adds a replica, which need not be there yet.
func (s *service) leadTo(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behind = append(s.behind, address)
}

// lead connects a caller to the first replica that is there, until one of the two hangs up.
func (s *service) lead(caller net.Conn) {
	defer func() { _ = caller.Close() }()
	s.mu.Lock()
	behind := slices.Clone(s.behind)
	s.mu.Unlock()
	for _, address := range behind {
		replica, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			continue
		}
		go func() {
			_, _ = io.Copy(replica, caller)
			_ = replica.Close()
		}()
		_, _ = io.Copy(caller, replica)
		_ = replica.Close()
		return
	}
}

// asked waits until the API server asks about changes and is answered.
func (c *company) asked() {
	c.t.Helper()
	stranger := as(c.t, "stranger")
	testkit.Eventually(c.t, "the API server asks about changes", func(ctx context.Context) (bool, string) {
		err := stranger.Create(ctx, testkit.Tenant(c.namespace, "asked"), client.DryRunAll)
		return apierrors.IsForbidden(err) && strings.Contains(err.Error(), registration.Webhook), reportOf(err)
	})
}

// metricIs waits until a metric of the replica without labels has a value.
func (r *replica) metricIs(name, want string) {
	r.t.Helper()
	testkit.Eventually(r.t, "the "+r.name+" replica tells "+name, func(ctx context.Context) (bool, string) {
		text, err := r.scrape(ctx)
		if err != nil {
			return false, err.Error()
		}
		for line := range strings.Lines(text) {
			if value, found := strings.CutPrefix(line, name+" "); found {
				return strings.TrimSpace(value) == want, line
			}
		}
		return false, "nothing"
	})
}

// answering are the flags by which a replica answers the API server behind the company's service; without one it answers nobody.
func (c *company) answering(r *replica) []string {
	if c.service == nil {
		return []string{"--webhook-bind-address=0"}
	}
	c.service.leadTo(r.webhook)
	return []string{
		"--webhook-bind-address=" + r.webhook, "--webhook-url=https://" + c.service.address, "--webhook-configuration=" + c.namespace,
		"--webhook-namespace=" + c.namespace,
	}
}

// TestTheReplicaThatWaitsAnswersToo: both replicas share what signs their certificates, and when the one that reconciles is killed the API
// server goes on asking the other, whoever holds the lease.
func TestTheReplicaThatWaitsAnswersToo(t *testing.T) {
	t.Parallel()
	server := postgresserver.Own(t)
	at := server.URL(postgresserver.Administrator, server.Database(t))
	c := deployed(t, at)
	c.guard()
	c.service = newService(t)
	first, second := c.replica("first", at), c.replica("second", at)
	serves(t, first.health)
	serves(t, second.health)
	working, waiting := leader(t, first, second)
	c.asked()
	first.metricIs("roster_admission_enforced", "1")
	second.metricIs("roster_admission_enforced", "1")

	working.kill()
	killed := time.Now()
	testkit.Eventually(t, "changes are possible again", func(ctx context.Context) (bool, string) {
		err := c.Create(ctx, testkit.Tenant(c.namespace, "south"), client.DryRunAll)
		return err == nil, reportOf(err)
	})
	t.Logf("changes are possible again %s after the kill; the lease is still held by %s", time.Since(killed).Round(time.Millisecond), c.holder())
	c.asked()
	answered, err := waiting[0].metric(t.Context(), "controller_runtime_webhook_requests_total", func(labels string) bool {
		return strings.Contains(labels, `webhook="/admit"`) && strings.Contains(labels, `code="200"`)
	})
	if must(t, err); answered == 0 {
		t.Error("the replica that was left should count what it answered")
	}
}

func TestWhatServesNoAdmissionIsAskedByNobody(t *testing.T) {
	t.Parallel()
	c := newCompany(t, unguarded)
	if err := as(t, "stranger").Create(t.Context(), testkit.Tenant(c.namespace, "north"), client.DryRunAll); err != nil {
		t.Errorf("a manager that serves no admission should make the API server ask nobody, got %v", err)
	}
}

// TestEveryMetricOfTheAlertsIsOnThePage: an alert on a metric that nobody serves would never fire, or always.
func TestEveryMetricOfTheAlertsIsOnThePage(t *testing.T) {
	t.Parallel()
	root, _ := paths(t)
	rules, page := textOf(t, filepath.Join(root, "config", "prometheus", "rules.yaml")), textOf(t, filepath.Join(root, "docs", "metrics.md"))
	names := regexp.MustCompile(`\b(roster|controller_runtime)_[a-z_]+`).FindAllString(rules, -1)
	for _, name := range names {
		if !strings.Contains(page, "`"+strings.TrimSuffix(name, "_bucket")) {
			t.Errorf("docs/metrics.md should say what %s is, which an alert asks for", name)
		}
	}
	if len(names) < 3 {
		t.Errorf("there should be alerts on admission, found %v", names)
	}
}
