// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/roster"
)

// What a pass tells of is what it wrote: before is the record it replaced in the store, nil where it wrote none or the first.

// tenantSees are the events of a pass that changed what the people of a tenant, so many, see of each other's conversations. A tenant
// that is set up, groups before people, changes nobody's view.
func tenantSees(record roster.TenantRecord, before any, people int32) []lifecycle.Event {
	former, replaced := before.(roster.TenantRecord)
	if !replaced || people == 0 {
		return nil
	}
	return visibilityEvents(record.VisibilityChanges(former))
}

// operatorSees are the events of a pass over an edit of an operator that changed what he sees. What others change, such as a teammate
// who comes to exist, is told of nobody else.
func (s *Shared) operatorSees(person roster.Person, before any, edited bool) []lifecycle.Event {
	former, replaced := before.(roster.Person)
	if !replaced || !edited {
		return nil
	}
	return visibilityEvents(person.VisibilityChanges(former, s.Directory))
}

func visibilityEvents(changes []roster.VisibilityChange) []lifecycle.Event {
	var events []lifecycle.Event
	for _, change := range changes {
		reason := v1alpha1.ReasonVisibilityNarrowed
		if change.Widened {
			reason = v1alpha1.ReasonVisibilityWidened
		}
		events = append(events, lifecycle.Event{Reason: reason, Message: change.Message})
	}
	return events
}
