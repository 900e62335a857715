// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"iter"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
)

func TestWhoIsThereForATenant(t *testing.T) {
	const administered, attended = true, true
	worker, manager, administrator := entry("north", roster.Worker), entry("north", roster.Manager), entry("north", roster.Administrator)
	with := func(e roster.Entry, receives bool) roster.Entry { e.OfflineMessages = &receives; return e }
	off := func(e roster.Entry) roster.Entry { e.Active = false; return e }
	deactivated := func(o roster.Operator) roster.Operator { o.Active = false; return o }
	ofTheCompany := func(o roster.Operator) roster.Operator { o.CompanyAdministrator = true; return o }
	for name, tc := range map[string]struct {
		reason string
		people []roster.Operator
		want   roster.Attendance
	}{
		"nobody":                {"there is nobody", nil, roster.Attendance{}},
		"somebody elsewhere":    {"nothing crosses tenants", []roster.Operator{operator("a", entry("south", roster.Administrator), entry("west", roster.Worker))}, roster.Attendance{}},
		"a Worker":              {"S5 is on by default, F83", []roster.Operator{operator("a", worker)}, roster.Attendance{OfflineMessages: attended}},
		"a Manager":             {"S5 is on by default, F83", []roster.Operator{operator("a", manager)}, roster.Attendance{OfflineMessages: attended}},
		"a Worker who does not": {"S5 is off", []roster.Operator{operator("a", with(worker, false))}, roster.Attendance{}},
		"an Administrator":      {"an Administrator receives none by default, F37", []roster.Operator{operator("a", administrator)}, roster.Attendance{Administered: administered}},
		"an Administrator who does": {
			"for an Administrator S5 is delivery only", []roster.Operator{operator("a", with(administrator, true))},
			roster.Attendance{Administered: administered, OfflineMessages: attended},
		},
		"an Administrator who does not":              {"S5 is off", []roster.Operator{operator("a", with(administrator, false))}, roster.Attendance{Administered: administered}},
		"a deactivated Administrator":                {"live counts, F06", []roster.Operator{deactivated(operator("a", with(administrator, true)))}, roster.Attendance{}},
		"an Administrator deactivated in the tenant": {"live counts, F06", []roster.Operator{operator("a", off(with(administrator, true)))}, roster.Attendance{}},
		"an Administrator deactivated in another":    {"each entry is its own", []roster.Operator{operator("a", administrator, off(entry("south", roster.Administrator)))}, roster.Attendance{Administered: administered}},
		"a company administrator":                    {"is Administrator of every tenant, F05", []roster.Operator{ofTheCompany(operator("a"))}, roster.Attendance{Administered: administered}},
		"a deactivated company administrator":        {"live counts, F06", []roster.Operator{deactivated(ofTheCompany(operator("a")))}, roster.Attendance{}},
		"a company administrator with a lower role":  {"the role in effect is Administrator, who receives none by default", []roster.Operator{ofTheCompany(operator("a", worker))}, roster.Attendance{Administered: administered}},
		"a company administrator who receives": {
			"the entry says so", []roster.Operator{ofTheCompany(operator("a", with(worker, true)))},
			roster.Attendance{Administered: administered, OfflineMessages: attended},
		},
		"a company administrator deactivated in the tenant": {"an entry that is off is off", []roster.Operator{ofTheCompany(operator("a", off(worker)))}, roster.Attendance{}},
		"somebody invited": {
			"whether somebody has logged in yet does not matter",
			[]roster.Operator{{Company: company, Name: "a", UserName: "a", Active: true, CredentialMode: roster.ActivationLink, Entries: []roster.Entry{administrator}}},
			roster.Attendance{Administered: administered},
		},
		"two, one for each": {"they need not be the same", []roster.Operator{operator("a", administrator), operator("b", worker)}, roster.Attendance{Administered: administered, OfflineMessages: attended}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, roster.Attend("north", slices.Values(tc.people))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestNobodyIsAskedOnceNothingIsLeftToFind(t *testing.T) {
	people := []roster.Operator{
		operator("a", entry("north", roster.Administrator)), operator("b", entry("north", roster.Worker)), operator("c", entry("north", roster.Worker)),
	}
	var asked int
	counted := func(all iter.Seq[roster.Operator]) iter.Seq[roster.Operator] {
		return func(yield func(roster.Operator) bool) {
			for o := range all {
				if asked++; !yield(o) {
					return
				}
			}
		}
	}
	if got := roster.Attend("north", counted(slices.Values(people))); !got.Administered || !got.OfflineMessages {
		t.Fatalf("the tenant should be administered and attended, got %+v", got)
	}
	if asked != 2 {
		t.Errorf("the second person settles it, so two should be asked, %d were", asked)
	}
}
