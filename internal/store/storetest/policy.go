// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"testing"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

func policyLaws() []law {
	return []law{
		{"ChannelPolicy: subjects keep the order they were declared in", func(t testing.TB, s store.Store) {
			policy := policies.empty("p")
			policy.Subjects = []roster.Subject{{Role: roster.Worker}, {Group: "b"}, {Group: "a"}, {Selector: &roster.Selector{}}}
			put(t, s.Policies(), policy, owner("p"))
			expectEqual(t, "the subjects", policy.Subjects, get(t, s.Policies(), policy.Key()).Value.Subjects)
		}},
	}
}
