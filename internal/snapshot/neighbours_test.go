// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package snapshot

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/translate"
)

func TestRivalsClaimTheSameNames(t *testing.T) {
	t.Parallel()
	called := func(user, email string) func(*v1alpha1.Operator) {
		return func(o *v1alpha1.Operator) { o.Spec.UserName, o.Spec.Profile.Email = user, v1alpha1.EmailAddress(email) }
	}
	anna := testkit.Operator(company, "anna", called("Anna", "a@example.com"))
	s := over(t, anna,
		testkit.Operator(company, "same-user", called("anna", "b@example.com")),
		testkit.Operator(company, "same-email", called("bert", "A@example.com")),
		testkit.Operator(company, "neither", called("carl", "c@example.com")),
		leaving(testkit.Operator(company, "leaving", called("anna", "a@example.com"))),
		testkit.Operator("other", "elsewhere", called("anna", "a@example.com")),
	)
	var got []string
	for rival := range s.Rivals(translate.Operator(anna)) {
		got = append(got, rival.Name)
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"same-email", "same-user"}, got); diff != "" {
		t.Errorf("rivals are the others of the company who are there to stay, whatever the case of the names (-want +got):\n%s", diff)
	}
	for range s.Rivals(translate.Operator(anna)) {
		break
	}
}

func TestTheTenantsOfACompany(t *testing.T) {
	t.Parallel()
	s := over(t, testkit.Tenant(company, "sales"), testkit.Tenant(company, "care"), leaving(testkit.Tenant(company, "going")), testkit.Tenant("other", "far"))
	got := slices.Sorted(s.TenantNames(company))
	if diff := cmp.Diff([]string{"care", "sales"}, got); diff != "" {
		t.Errorf("tenants of the company that are there to stay (-want +got):\n%s", diff)
	}
	for range s.TenantNames(company) {
		break
	}
}

func TestWhetherThereAreGroupsBesideOne(t *testing.T) {
	t.Parallel()
	s := over(t,
		testkit.Group(company, "desk", "sales"), testkit.Operator(company, "anna", testkit.InTenant("sales", testkit.InGroups("desk"))),
		testkit.Group(company, "hall", "care"),
		testkit.Operator(company, "bert", testkit.InTenant("lone", testkit.InGroups("absent"))),
		testkit.Operator(company, "carl", testkit.InTenant("plain", testkit.InGroups(v1alpha1.GeneralGroup))),
	)
	for _, tc := range []struct {
		reason, tenant, kind, name string
		want                       bool
	}{
		{"anna declares one", "sales", roster.KindGroup, "desk", true},
		{"the group is there", "sales", roster.KindOperator, "anna", true},
		{"it is the only one", "care", roster.KindGroup, "hall", false},
		{"an operator of the name of a group is no group", "care", roster.KindOperator, "hall", true},
		{"nobody else declares one", "lone", roster.KindOperator, "bert", false},
		{"he is not left out", "lone", roster.KindOperator, "anna", true},
		{"the general group is none", "plain", roster.KindOperator, "anna", false},
	} {
		if got := s.HasGroupsBeside(company, tc.tenant, tc.kind, tc.name); got != tc.want {
			t.Errorf("whether %s has groups beside %s %s should be %t: %s", tc.tenant, tc.kind, tc.name, tc.want, tc.reason)
		}
	}
}
