// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package activation

import "github.com/prometheus/client_golang/prometheus"

// metrics count what becomes of links and logins. They name nobody.
type metrics struct {
	links           *prometheus.CounterVec
	authentications *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		links: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "roster_activation_links_total",
			Help: "What became of links by which people set a password: sent, failed (a try to send it), used, expired (somebody followed it too late).",
		}, []string{"event"}),
		authentications: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "roster_authentications_total",
			Help: "What logins came to: right, wrong, throttled, busy, or failed since the store was away.",
		}, []string{"outcome"}),
	}
	for _, event := range []string{"sent", "failed", "used", "expired"} {
		m.links.WithLabelValues(event)
	}
	for _, outcome := range []string{"right", "wrong", "throttled", "busy", "failed"} {
		m.authentications.WithLabelValues(outcome)
	}
	return m
}

// Describe implements prometheus.Collector.
func (s *Service) Describe(to chan<- *prometheus.Desc) {
	s.metrics.links.Describe(to)
	s.metrics.authentications.Describe(to)
}

// Collect implements prometheus.Collector.
func (s *Service) Collect(to chan<- prometheus.Metric) {
	s.metrics.links.Collect(to)
	s.metrics.authentications.Collect(to)
}
