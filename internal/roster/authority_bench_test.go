// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"fmt"
	"testing"

	"github.com/roster-dev/roster/internal/roster"
)

func BenchmarkAuthorize(b *testing.B) {
	anna, labelled := anOperator(), anOperator()
	for i := range 10_000 {
		labelled[fmt.Sprintf("metadata.labels[label-%d]", i)] = "x"
	}
	w := newWorld(tenant("a"), tenant("b"))
	for name, tc := range map[string]struct {
		after leaves
		by    somebody
	}{
		"one field of an entry":             {anna.with("spec.tenants[a].role", "Manager"), somebody{powers: powers{tenants: []string{"a", "b"}}}},
		"a title by oneself":                {anna.with("spec.profile.title", "other"), is(person("anna", entry("a", roster.Worker)))},
		"nothing":                           {anna, somebody{}},
		"a stranger's, of very many fields": {labelled, somebody{}},
		"a stranger's":                      {anna.with("spec.active", "false", "spec.tenants[a].role", "Administrator", "metadata.labels[tier]", "other"), somebody{}},
	} {
		b.Run(name, func(b *testing.B) {
			change := roster.Change{Kind: roster.KindOperator, Company: company, Name: "anna", Before: anna.tree(), After: tc.after.tree()}
			requester := tc.by.requester()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := roster.Authorize(change, requester, w); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCheckOperator(b *testing.B) {
	before, after := upright(), upright()
	after.Profile.Title = "Other"
	b.ReportAllocs()
	for b.Loop() {
		if refused, _ := roster.CheckOperator(&before, after); len(refused) > 0 {
			b.Fatal(refused)
		}
	}
}
