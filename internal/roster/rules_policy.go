// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"fmt"
	"maps"
	"slices"
)

// policyRules are the rules of a ChannelPolicy.
var policyRules = ruleBook[Policy]{
	rules: []Rule[Policy]{
		{Name: "WellFormed", Source: "F26 F27", Check: wellFormedPolicy},
		{Name: "NoDuplicates", Source: "F28", Check: func(p Policy) []Violation { return duplicates("spec.channels", p.Channels) }},
		{Name: "SubjectsHaveOneWay", Source: "ours", Check: eachSubject(subjectHasOneWay)},
		{Name: "SubjectsWellFormed", Source: "ours", Check: eachSubject(wellFormedSubject)},
		{Name: "SelectorsUnderstood", Source: "ours", Check: eachSubject(selectorUnderstood)},
	},
	edits: []EditRule[Policy]{
		{Name: "TenantStays", Source: "F27", Check: func(before, after Policy) []Violation {
			return immutable("spec.tenant", before.Tenant, after.Tenant, "delete this policy and create one in the other tenant")
		}},
	},
	takesAway: Policy.takesAway,
}

// mostConcurrent is the largest capacity a policy may give.
const mostConcurrent = 25

func wellFormedPolicy(p Policy) []Violation {
	found := slices.Concat(nameFormat.require("metadata.name", p.Name), nameFormat.require("spec.tenant", p.Tenant))
	if len(p.Channels) == 0 {
		found = append(found, Violation{Path: "spec.channels", Reason: Required, Message: "must name at least one channel"})
	}
	if p.Capacity < 0 || p.Capacity > mostConcurrent {
		found = append(found, Violation{
			Path: "spec.capacity.maxConcurrent", Reason: Invalid, BadValue: p.Capacity,
			Message: fmt.Sprintf("must be from 1 to %d; leave capacity out for no limit", mostConcurrent),
		})
	}
	return found
}

// eachSubject is a check of each subject as a check of the whole policy.
func eachSubject(check func(path string, s Subject) []Violation) func(Policy) []Violation {
	return func(p Policy) []Violation {
		var found []Violation
		for i, subject := range p.Subjects {
			found = append(found, check(fmt.Sprintf("spec.subjects[%d]", i), subject)...)
		}
		return found
	}
}

func subjectHasOneWay(path string, s Subject) []Violation {
	given := 0
	for _, is := range []bool{s.Role != "", s.Group != "", s.Operator != "", s.Selector != nil} {
		if is {
			given++
		}
	}
	if given == 1 {
		return nil
	}
	return []Violation{{Path: path, Reason: Invalid, Message: "must have exactly one of role, group, operator and selector"}}
}

func wellFormedSubject(path string, s Subject) []Violation {
	return slices.Concat(
		oneOf(path+".role", s.Role, "", Administrator, Manager, Worker),
		nameFormat.check(path+".group", s.Group),
		nameFormat.check(path+".operator", s.Operator),
	)
}

// selectorUnderstood refuses a selector that could match nobody, whatever the labels.
func selectorUnderstood(path string, s Subject) []Violation {
	if s.Selector == nil {
		return nil
	}
	var found []Violation
	for _, key := range slices.Sorted(maps.Keys(s.Selector.MatchLabels)) {
		label := fmt.Sprintf("%s.selector.matchLabels[%s]", path, key)
		found = append(found, checkLabelKey(label, key)...)
		found = append(found, labelValueFormat.check(label, s.Selector.MatchLabels[key])...)
	}
	for i, r := range s.Selector.MatchExpressions {
		expression := fmt.Sprintf("%s.selector.matchExpressions[%d]", path, i)
		found = append(found, checkLabelKey(expression+".key", r.Key)...)
		for j, value := range r.Values {
			found = append(found, labelValueFormat.check(fmt.Sprintf("%s.values[%d]", expression, j), value)...)
		}
		if remedy := r.fault(); remedy != "" {
			found = append(found, Violation{Path: expression, Reason: Invalid, BadValue: r.Operator, Message: remedy})
		}
	}
	return found
}
