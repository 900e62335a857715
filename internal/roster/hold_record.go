// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"cmp"
	"slices"
)

// Narrowed is a tenant's record in its former form, less what a record takes away that may not be written: it offers no channel that
// either has not, and shows people no more of each other than either does.
func (t TenantRecord) Narrowed(wanted TenantRecord) TenantRecord {
	t.Channels = common(t.Channels, func(c Channel) bool { return slices.Contains(wanted.Channels, c) })
	t.AwayRouting = common(t.AwayRouting, func(c Channel) bool { return slices.Contains(wanted.AwayRouting, c) })
	if wanted.OthersMessages != MessagesAllowed {
		t.OthersMessages = MessagesDenied
	}
	if wanted.UnassignedScope != ScopeAll {
		t.UnassignedScope = ScopeGeneral
	}
	t.HasGroups = wanted.HasGroups
	return t.Canonical()
}

// Narrowed is a group in its former form, less what a group takes away that may not be written: it serves no channel that either
// does not, and gives nobody more work at once than either does.
func (g Group) Narrowed(wanted Group) Group {
	switch {
	case g.Channels == nil:
		g.Channels = wanted.Channels
	case wanted.Channels != nil:
		g.Channels = slices.DeleteFunc(slices.Clone(g.Channels), func(c Channel) bool { return !slices.Contains(wanted.Channels, c) })
	}
	if limit := wanted.Routing.MaxConcurrentPerOperator; limit > 0 {
		g.Routing.MaxConcurrentPerOperator = min(cmp.Or(g.Routing.MaxConcurrentPerOperator, limit), limit)
	}
	return g.Canonical()
}
