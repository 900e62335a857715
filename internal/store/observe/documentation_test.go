// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package observe_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/observe"
)

func TestEveryMetricIsOnThePage(t *testing.T) {
	page, err := os.ReadFile("../../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	descriptions := make(chan *prometheus.Desc, 100)
	observe.Wrap(memory.New(), observe.Options{}).Describe(descriptions)
	close(descriptions)
	name := regexp.MustCompile(`fqName: "([^"]+)"`)
	served := map[string]bool{}
	for d := range descriptions {
		served[name.FindStringSubmatch(d.String())[1]] = true
	}
	for metric := range served {
		if !strings.Contains(string(page), "`"+metric) {
			t.Errorf("docs/metrics.md should say what %s is", metric)
		}
	}
	for _, named := range regexp.MustCompile(`roster_store_[a-z_]+`).FindAllString(string(page), -1) {
		if !served[strings.TrimSuffix(named, "_bucket")] {
			t.Errorf("docs/metrics.md names %s, which is not served", named)
		}
	}
}
