// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"context"
	"errors"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/util/wait"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/roster-dev/roster/controllers"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// addDriftWatch makes a manager look for what others change in the store: by sweeps, and where the store tells of changes at once.
func addDriftWatch(mgr ctrl.Manager, options Options, shared *controllers.Shared, identities store.Store, log logr.Logger) error {
	sweeper := &controllers.Sweeper{
		Shared: shared, Store: identities, Company: options.Namespace, Interval: options.SweepInterval.Duration,
		OffboardAfter: options.OffboardAfter.Duration, Log: log,
	}
	return errors.Join(
		mgr.Add(sweeper),
		mgr.Add(&listener{store: identities, shared: shared, log: log}),
		registerOnce(&driftMetrics{shared: shared}),
	)
}

// listener hears what the store tells of the changes of others. Only the manager that holds the lease listens.
type listener struct {
	store  store.Store
	shared *controllers.Shared
	log    logr.Logger
}

// Start listens until ctx ends, and again whenever the feed broke off. It ends at once where the store has none.
func (l *listener) Start(ctx context.Context) error {
	feed, has := l.store.(store.Feed)
	if !has {
		return nil
	}
	var said string
	backoff := wait.Backoff{Duration: time.Second, Factor: 2, Jitter: 0.5, Cap: 30 * time.Second, Steps: 10}
	return untilDone(ctx, backoff.DelayFunc().Until(ctx, true, true, func(ctx context.Context) (bool, error) {
		err := feed.Watch(ctx, func(change store.Change) {
			said = ""
			l.hear(change)
		})
		if errors.Is(err, store.ErrUnsupported) {
			return true, nil
		}
		if err != nil && err.Error() != said && ctx.Err() == nil {
			said = err.Error()
			l.log.Info("the identity store does not tell of the changes of others, and is asked to again; sweeps find them meanwhile", "cause", said)
		}
		return false, nil
	}))
}

// untilDone is nil where a loop ended because its context did.
func untilDone(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (l *listener) hear(change store.Change) {
	if change.Key == nil {
		l.shared.AskSweep()
		return
	}
	l.shared.Suspect(change)
}

// driftMetrics are what controllers counted, as metrics. No label holds a name that somebody chose.
type driftMetrics struct{ shared *controllers.Shared }

var (
	driftDesc = prometheus.NewDesc("roster_drift_total",
		"Records that another program had changed in the identity store, by kind, and by whether they were corrected or only reported.",
		[]string{"kind", "outcome"}, nil)
	recordsDesc = prometheus.NewDesc("roster_undeclared_records",
		"Records in the identity store that no object declares, as of the last sweep: foreign ones are another installation's or nobody's, "+
			"waiting ones those of people and tenants who left and are to be purged, or whose removal is held, and missing ones those "+
			"whose object vanished without having been deleted by way of a manager.",
		[]string{"what"}, nil)
	heldDesc = prometheus.NewDesc("roster_removals_held",
		"Removals that wait, since they are beyond a tenant's budget or would take its last Administrator.", []string{"reason"}, nil)
	settledDesc = prometheus.NewDesc("roster_records_settled_total",
		"Records whose objects were gone that were offboarded, removed or purged.", nil, nil)
	sweepsDesc = prometheus.NewDesc("roster_sweeps_total", "Sweeps of the identity store that came to their end.", nil, nil)
	mendedDesc = prometheus.NewDesc("roster_shared_parts_mended_total",
		"Parts that records of the identity store share, such as sets of capabilities, that another program had changed and that were put right.", nil, nil)
)

// Describe implements prometheus.Collector.
func (m *driftMetrics) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{driftDesc, recordsDesc, heldDesc, settledDesc, sweepsDesc, mendedDesc} {
		to <- desc
	}
}

// Collect implements prometheus.Collector.
func (m *driftMetrics) Collect(to chan<- prometheus.Metric) {
	figures := m.shared.Figures()
	counter := func(desc *prometheus.Desc, value int, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(value), labels...)
	}
	gauge := func(desc *prometheus.Desc, value int, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(value), labels...)
	}
	for _, kind := range controllers.Kinds() {
		counter(driftDesc, figures.Corrected[kind], kind, "corrected")
		counter(driftDesc, figures.Reported[kind], kind, "reported")
	}
	gauge(recordsDesc, figures.Foreign, "foreign")
	gauge(recordsDesc, figures.Waiting, "waiting")
	gauge(recordsDesc, figures.Missing, "missing")
	for _, reason := range []roster.HoldReason{roster.HeldByBudget, roster.HeldAsLastAdministrator} {
		gauge(heldDesc, figures.Held[reason], string(reason))
	}
	counter(settledDesc, figures.Settled)
	counter(sweepsDesc, figures.Sweeps)
	counter(mendedDesc, figures.Mended)
}
