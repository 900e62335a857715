// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"reflect"
	"slices"
)

// ranking order the roles, the one that may do least first.
var ranking = map[Role]int{Worker: 1, Manager: 2, Administrator: 3}

// takesAway tells whether a person has, after a change, nothing that was not there before: rights, places and work are taken away,
// and all else stays as it is.
func (o Operator) takesAway(after Operator) bool {
	if !o.Active && after.Active || !o.CompanyAdministrator && after.CompanyAdministrator {
		return false
	}
	for _, entry := range after.Entries {
		was, found := o.Entry(entry.Tenant)
		if !found || !was.takesAway(entry, o, after) {
			return false
		}
	}
	if after.HomeTenant == "" {
		o.HomeTenant = ""
	}
	return reflect.DeepEqual(o.aside(), after.aside())
}

// aside is what of a person taking away does not touch.
func (o Operator) aside() Operator {
	o.Active, o.CompanyAdministrator, o.Entries = false, false, nil
	return o
}

func (e Entry) takesAway(after Entry, before, whole Operator) bool {
	return (e.Active || !after.Active) &&
		ranking[after.Role] <= ranking[e.Role] &&
		within(after.Groups, e.Groups) && within(after.Team, e.Team) &&
		within(after.Channels, e.Channels) && within(after.Permissions, e.Permissions) &&
		e.showsNoMore(after, before, whole) &&
		reflect.DeepEqual(e.Profile, after.Profile) && reflect.DeepEqual(e.Notifications, after.Notifications)
}

// showsNoMore tells whether every switch that is on after a change was on before. What an Administrator sees needs no switch.
func (e Entry) showsNoMore(after Entry, before, whole Operator) bool {
	roleBefore, _ := before.RoleIn(e.Tenant)
	role, _ := whole.RoleIn(after.Tenant)
	was := e.switches(roleBefore, before.Notifications)
	is := after.switches(role, whole.Notifications)
	if roleBefore == Administrator {
		was.OfflineMessages = true
	}
	for _, s := range []Switch{
		SwitchOthersArchivedCalls, SwitchOfflineMessages, SwitchLiveVisitors, SwitchLiveVisitorPreview, SwitchOthersOfflineMessages,
	} {
		if is.On(s) && !was.On(s) {
			return false
		}
	}
	return true
}

// within tells whether a list has nothing that another has not.
func within[E comparable](list, other []E) bool {
	return !slices.ContainsFunc(list, func(e E) bool { return !slices.Contains(other, e) })
}

// takesAway tells whether a tenant offers, after a change, no more than before, and is as it was otherwise.
func (t Tenant) takesAway(after Tenant) bool {
	return within(after.Record.Channels, t.Record.Channels) && within(after.Record.AwayRouting, t.Record.AwayRouting) &&
		(t.Record.Settings.Payments || !after.Record.Settings.Payments) &&
		(t.Record.Settings.DeveloperAPI || !after.Record.Settings.DeveloperAPI) &&
		reflect.DeepEqual(t.aside(), after.aside())
}

func (t Tenant) aside() Tenant {
	t.Record.Channels, t.Record.AwayRouting = nil, nil
	t.Record.Settings.Payments, t.Record.Settings.DeveloperAPI = false, false
	return t
}

// takesAway tells whether a group serves, after a change, no more channels than before, and is as it was otherwise.
func (g Group) takesAway(after Group) bool {
	fewer := g.Channels == nil || after.Channels != nil && within(after.Channels, g.Channels)
	g.Channels, after.Channels = nil, nil
	return fewer && reflect.DeepEqual(g, after)
}

// takesAway tells whether a policy grants, after a change, nothing that it did not grant before. A policy without a cap grants any
// amount of work.
func (p Policy) takesAway(after Policy) bool {
	lower := p.Capacity == 0 || after.Capacity != 0 && after.Capacity <= p.Capacity
	fewer := !slices.ContainsFunc(after.Subjects, func(s Subject) bool {
		return !slices.ContainsFunc(p.Subjects, func(known Subject) bool { return reflect.DeepEqual(s, known) })
	})
	return lower && fewer && within(after.Channels, p.Channels) && (p.Online || !after.Online) && (p.Away || !after.Away) &&
		p.Key() == after.Key()
}
