// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"slices"
	"strings"
)

// absentRules are the rules of an Operator of which the part that breaks them compiles as if it were not there: somebody who is no
// Manager has no team and nobody leads himself, an Administrator sees everything, a switch is off while the one it needs is, and a
// home that is not one of the tenants is none.
var absentRules = []string{
	"TeamNeedsManager", "TeamWithoutOneself", "AdministratorSeesEverything", "PreviewNeedsVisitors",
	"OthersOfflineMessagesNeedOfflineMessages", "HomeTenantIsOneOfTheTenants",
}

// lawful is an Operator without what nothing could be compiled from: a role that is none gives the least, an entry of a tenant that
// cannot be is none, and one that stands there twice is switched off, since nobody can say which is meant.
func (o Operator) lawful() Operator {
	if _, listed := o.Entry(o.HomeTenant); !listed {
		o.HomeTenant = ""
	}
	var entries []Entry
	for _, e := range o.Entries {
		if len(nameFormat.require("", e.Tenant)) > 0 {
			continue
		}
		if ranking[e.Role] == 0 {
			e.Role = Worker
		}
		if i := slices.IndexFunc(entries, func(other Entry) bool { return other.Tenant == e.Tenant }); i >= 0 {
			entries[i] = Entry{Tenant: e.Tenant, Role: Worker}
			continue
		}
		entries = append(entries, e)
	}
	o.Entries = entries
	return o
}

// breaks tells of which entries what breaks the rules has to be kept out of the record, and whether that is so of the person's own
// part. What compiles as absent is out already.
func (o Operator) breaks(violations []Violation) (entries map[string]Violation, own bool) {
	entries = map[string]Violation{}
	for _, v := range violations {
		if slices.Contains(absentRules, v.Rule) {
			continue
		}
		tenant, within := v.entry()
		if _, declared := o.Entry(tenant); !within || !declared {
			own = true
		} else if _, known := entries[tenant]; !known {
			entries[tenant] = v
		}
	}
	return entries, own
}

// entry is the tenant of the entry a violation is in; false where it is in none.
func (v Violation) entry() (string, bool) {
	inside, within := strings.CutPrefix(v.Path, entriesPath+"[")
	tenant, _, closed := strings.Cut(inside, "]")
	return tenant, within && closed
}

// Lawful is a policy without what breaks a rule: a subject that does matches nobody, and where the policy itself does it has none.
func (p Policy) Lawful() Policy {
	p.Channels = slices.Compact(sorted(p.Channels))
	p.Subjects = slices.DeleteFunc(slices.Clone(p.Subjects), func(s Subject) bool { return !p.inForce(s) })
	if len(p.Subjects) == 0 {
		p.Subjects = nil
	}
	return p
}

// inForce tells whether neither a policy nor one of its subjects breaks a rule by which it could grant what nobody meant.
func (p Policy) inForce(s Subject) bool {
	const path = ""
	return len(wellFormedPolicy(p)) == 0 &&
		len(subjectHasOneWay(path, s)) == 0 && len(wellFormedSubject(path, s)) == 0 && len(selectorUnderstood(path, s)) == 0
}
