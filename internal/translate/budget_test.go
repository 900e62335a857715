// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package translate_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/translate"
)

func TestABudgetIsANumberOrAPercentage(t *testing.T) {
	window := metav1.Duration{Duration: 90 * time.Minute}
	for _, c := range []struct {
		reason string
		budget *v1alpha1.RemovalBudget
		want   *roster.RemovalBudget
	}{
		{"no budget sets no limit", nil, nil},
		{"a number is one of people", &v1alpha1.RemovalBudget{Max: intstr.FromInt32(12), Window: window}, &roster.RemovalBudget{Max: 12, Window: 5400}},
		{"a percentage is of the live people", &v1alpha1.RemovalBudget{Max: intstr.FromString("7%"), Window: window}, &roster.RemovalBudget{Percent: 7, Window: 5400}},
		{"what no schema looked at lets one person go, not all", &v1alpha1.RemovalBudget{Max: intstr.FromString("many"), Window: window}, &roster.RemovalBudget{Window: 5400}},
	} {
		tenant := translate.Tenant(&v1alpha1.Tenant{Spec: v1alpha1.TenantSpec{Offboarding: v1alpha1.OffboardingSettings{Budget: c.budget}}})
		if diff := cmp.Diff(c.want, tenant.Record.Settings.RemovalBudget); diff != "" {
			t.Errorf("%s (-expected +got):\n%s", c.reason, diff)
		}
	}
}
