// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package observe_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/observe"
)

func TestEveryResultIsCounted(t *testing.T) {
	tests := map[string]error{
		"ok":                 nil,
		"not_found":          store.ErrNotFound,
		"conflict":           &store.ConflictError{Field: "spec.profile.email"},
		"foreign":            &store.ForeignError{},
		"last_administrator": &store.LastAdministratorError{Tenants: []string{"acme"}},
		"unavailable":        errAway,
		"fenced":             store.ErrFenced,
		"rejected":           fmt.Errorf("%w: it is too long", store.ErrRejected),
		"cancelled":          context.Canceled,
		"other":              errors.New("odd"),
	}
	for want, answer := range tests {
		t.Run(want, func(t *testing.T) {
			s := observe.Wrap(script(func(context.Context) error { return answer }), observe.Options{})
			_, _ = s.Groups().Put(t.Context(), groupOf("acme", "billing"), stamp, store.Terms{})
			expectMetrics(t, s, "roster_store_operations_total", fmt.Sprintf(
				`roster_store_operations_total{aggregate="group",operation="put",result=%q} 1`, want))
		})
	}
}

func TestEveryOperationIsCountedAndTimed(t *testing.T) {
	s := observe.Wrap(script(takes(0)), observe.Options{})
	group := groupOf("acme", "billing")
	for range 2 {
		if _, err := s.Groups().Put(t.Context(), group, stamp, store.Terms{}); err != nil {
			t.Fatalf("Put: %v", err)
		}
	}
	_, _ = s.Groups().Get(t.Context(), group.Key())
	for range s.Groups().List(t.Context(), company) {
		continue
	}
	_ = s.Groups().Release(t.Context(), group.Key(), stamp)
	_ = s.Groups().Delete(t.Context(), group.Key(), stamp, store.Terms{})
	_, _ = s.ID(t.Context())
	expectMetrics(t, s, "roster_store_operations_total",
		`roster_store_operations_total{aggregate="group",operation="delete",result="foreign"} 1`,
		`roster_store_operations_total{aggregate="group",operation="get",result="ok"} 1`,
		`roster_store_operations_total{aggregate="group",operation="list",result="ok"} 1`,
		`roster_store_operations_total{aggregate="group",operation="put",result="ok"} 1`,
		`roster_store_operations_total{aggregate="group",operation="put",result="unchanged"} 1`,
		`roster_store_operations_total{aggregate="group",operation="release",result="ok"} 1`,
		`roster_store_operations_total{aggregate="store",operation="id",result="ok"} 1`)
	for operation, calls := range map[string]int{"delete": 1, "get": 1, "list": 1, "put": 2, "release": 1} {
		sample := fmt.Sprintf(`roster_store_operation_duration_seconds_count{aggregate="group",operation=%q} %d`, operation, calls)
		if !strings.Contains(scrape(t, s), sample+"\n") {
			t.Errorf("there is no sample %s; expected each call to be timed", sample)
		}
	}
}

func TestStateOfTheStoreIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away := newOutage(nil)
		s := observe.Wrap(away, observe.Options{})
		expectState(t, s, "before the first call", 0, "closed")
		_, _ = s.ID(t.Context())
		expectState(t, s, "when it answered", 1, "closed")
		away.become(store.ErrNotFound)
		_, _ = s.ID(t.Context())
		expectState(t, s, "when it answered with an error", 1, "closed")
		away.become(errAway)
		_, _ = s.ID(t.Context())
		expectState(t, s, "when it failed once", 0, "closed")
		away.take()
		for range 4 {
			_, _ = s.ID(t.Context())
		}
		expectState(t, s, "when it failed five times", 0, "open")
		<-time.After(time.Second + tick)
		expectState(t, s, "after the pause", 0, "half_open")
		away.become(nil)
		_, _ = s.ID(t.Context())
		expectState(t, s, "when it is back", 1, "closed")
	})
}

func expectState(t *testing.T, s *observe.Store, when string, up int, state string) {
	t.Helper()
	t.Log(when)
	is := map[string]int{state: 1}
	expectMetrics(t, s, "roster_store_up", fmt.Sprint("roster_store_up ", up))
	expectMetrics(t, s, "roster_store_breaker_state",
		fmt.Sprintf(`roster_store_breaker_state{state="closed"} %d`, is["closed"]),
		fmt.Sprintf(`roster_store_breaker_state{state="half_open"} %d`, is["half_open"]),
		fmt.Sprintf(`roster_store_breaker_state{state="open"} %d`, is["open"]))
}

func TestCallsUnderWayAndWaitingAreShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := observe.Wrap(script(takes(time.Second)), observe.Options{Concurrency: 2})
		for range 5 {
			go func() { _, _ = s.ID(t.Context()) }()
		}
		synctest.Wait()
		expectMetrics(t, s, "roster_store_operations_in_flight", "roster_store_operations_in_flight 2")
		expectMetrics(t, s, "roster_store_operations_waiting", "roster_store_operations_waiting 3")
		<-time.After(time.Minute)
		expectMetrics(t, s, "roster_store_operations_in_flight", "roster_store_operations_in_flight 0")
		expectMetrics(t, s, "roster_store_operations_waiting", "roster_store_operations_waiting 0")
		// None for two of the five, a second for two, and two for one.
		expectMetrics(t, s, "roster_store_wait_duration_seconds_sum", "roster_store_wait_duration_seconds_sum 4")
		expectMetrics(t, s, "roster_store_wait_duration_seconds_count", "roster_store_wait_duration_seconds_count 5")
	})
}

func TestMetricsFollowTheConventionsAndNameNobody(t *testing.T) {
	s := observe.Wrap(script(takes(0)), observe.Options{})
	if _, err := s.People().Put(t.Context(), personOf("acme-tenant", "ada-user"), stamp, store.Terms{}); err != nil {
		t.Fatalf("Put: %v", err)
	}
	text := scrape(t, s)
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v; expected names and help as Prometheus has them", problems, err)
	}
	for line := range strings.Lines(text) {
		if name := strings.TrimPrefix(strings.TrimPrefix(line, "# HELP "), "# TYPE "); !strings.HasPrefix(name, "roster_store_") {
			t.Errorf("%q; expected every name to begin with roster_store_", line)
		}
		for _, told := range []string{"ada-user", "acme-tenant", company} {
			if strings.Contains(line, told) {
				t.Errorf("%q tells %q; expected nothing to name whom it is about", line, told)
			}
		}
	}
}

// scrape is what a scraper reads of a store.
func scrape(t *testing.T, s *observe.Store) string {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(s); err != nil {
		t.Fatalf("Register: %v", err)
	}
	response := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(response, httptest.NewRequest("GET", "/metrics", nil))
	return response.Body.String()
}

// expectMetrics expects the samples with a name.
func expectMetrics(t *testing.T, s *observe.Store, name string, want ...string) {
	t.Helper()
	var have []string
	for line := range strings.Lines(scrape(t, s)) {
		if strings.HasPrefix(line, name+"{") || strings.HasPrefix(line, name+" ") {
			have = append(have, strings.TrimSpace(line))
		}
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("samples (-expected +got):\n%s", diff)
	}
}
