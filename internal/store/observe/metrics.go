// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package observe

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/roster-dev/roster/internal/store"
)

// result is what a call came to, as a label says it.
type result string

// The results of a call.
const (
	succeeded   result = "ok"
	unchanged   result = "unchanged"
	cancelled   result = "cancelled"
	unavailable result = "unavailable"
	other       result = "other"
)

// results are those of the errors of the port.
var results = []struct {
	err    error
	result result
}{
	{store.ErrNotFound, "not_found"},
	{store.ErrConflict, "conflict"},
	{store.ErrForeign, "foreign"},
	{store.ErrFenced, "fenced"},
	{store.ErrLastAdministrator, "last_administrator"},
	{store.ErrOverBudget, "over_budget"},
	{store.ErrUnsupported, "unsupported"},
	{store.ErrUnavailable, unavailable},
	{store.ErrRejected, "rejected"},
}

// resultOf is what an error comes to for a call that was made with ctx.
func resultOf(ctx context.Context, err error) result {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return cancelled
	}
	for _, r := range results {
		if errors.Is(err, r.err) {
			return r.result
		}
	}
	if ofContext(err) {
		return cancelled
	}
	return other
}

// ofContext tells whether an error is that of a context which ended.
func ofContext(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// metrics is what is observed of one store. No label holds a name that somebody chose, so their number is bounded.
type metrics struct {
	operations *prometheus.CounterVec
	seconds    *prometheus.HistogramVec
	wait       prometheus.Histogram
	up         prometheus.Gauge
	all        []prometheus.Collector
}

// buckets are seconds, from a write to memory to a call that times out.
var buckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

func newMetrics(t *turns, b *breaker) *metrics {
	m := &metrics{
		operations: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "roster_store_operations_total",
			Help: "Calls to the identity store by what they came to. Each page of a list counts. Unavailable are also those that " +
				"were refused because the store is taken to be away, and cancelled those whose caller ended them.",
		}, []string{"operation", "aggregate", "result"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "roster_store_operation_duration_seconds",
			Help:    "How long the identity store took over a call that reached it, without the wait before.",
			Buckets: buckets,
		}, []string{"operation", "aggregate"}),
		wait: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "roster_store_wait_duration_seconds",
			Help:    "How long a call waited for its turn before it reached the identity store.",
			Buckets: buckets,
		}),
		up: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "roster_store_up",
			Help: "Whether the identity store answered when last called (1) or was unavailable (0). It is 0 until the first answer.",
		}),
	}
	m.all = []prometheus.Collector{m.operations, m.seconds, m.wait, m.up}
	m.all = append(m.all, loads(t)...)
	m.all = append(m.all, states(b)...)
	return m
}

func loads(t *turns) []prometheus.Collector {
	return []prometheus.Collector{
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "roster_store_operations_in_flight",
			Help: "Calls to the identity store that have their turn and are not answered yet.",
		}, func() float64 {
			taken, _ := t.load()
			return float64(taken)
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "roster_store_operations_waiting",
			Help: "Calls that wait for their turn with the identity store.",
		}, func() float64 {
			_, waiting := t.load()
			return float64(waiting)
		}),
	}
}

func states(b *breaker) []prometheus.Collector {
	var all []prometheus.Collector
	for _, state := range []string{closed, open, halfOpen} {
		all = append(all, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "roster_store_breaker_state",
			Help: "The state that is 1: closed lets calls through to the identity store, open refuses them because the store is away, " +
				"and half_open lets one through at a time to see whether it is back.",
			ConstLabels: prometheus.Labels{"state": state},
		}, func() float64 {
			if b.state() == state {
				return 1
			}
			return 0
		}))
	}
	return all
}

// operation is the metrics of one operation on one aggregate.
type operation struct {
	results *prometheus.CounterVec
	seconds prometheus.Observer
}

func (m *metrics) operation(name, aggregate string) operation {
	labels := prometheus.Labels{"operation": name, "aggregate": aggregate}
	return operation{results: m.operations.MustCurryWith(labels), seconds: m.seconds.With(labels)}
}

// ended counts a call that reached the store.
func (o operation) ended(r result, took time.Duration) {
	o.results.WithLabelValues(string(r)).Inc()
	o.seconds.Observe(took.Seconds())
}

// refused counts a call that did not.
func (o operation) refused(r result) { o.results.WithLabelValues(string(r)).Inc() }

func (m *metrics) waited(d time.Duration) { m.wait.Observe(d.Seconds()) }

// Describe sends the descriptions of all metrics of the store.
func (s *Store) Describe(to chan<- *prometheus.Desc) {
	for _, c := range s.metrics.all {
		c.Describe(to)
	}
}

// Collect sends all metrics of the store. None of them names a company, a tenant or a person.
func (s *Store) Collect(to chan<- prometheus.Metric) {
	for _, c := range s.metrics.all {
		c.Collect(to)
	}
}
