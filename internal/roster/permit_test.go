// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
)

func ranked(e roster.Entry, groups ...roster.GroupMembership) roster.Entry {
	e.Groups = groups
	return e
}

func rank(group string, priority roster.Priority) roster.GroupMembership {
	return roster.GroupMembership{Group: group, Priority: priority}
}

func groupNames(groups []roster.GroupMembership) []string {
	var names []string
	for _, g := range groups {
		names = append(names, g.Group)
	}
	return names
}

// F63: a Worker's account serves customers only, unless the tenant says otherwise.
func TestAWorkerHoldsPermissionsWhereTheTenantSaysSo(t *testing.T) {
	for _, tc := range []struct {
		reason string
		role   roster.Role
		tenant *roster.RolePolicy
		holds  bool
	}{
		{"a Worker under Strict", roster.Worker, new(roster.RolePolicyStrict), false},
		{"a Worker under Additive", roster.Worker, new(roster.RolePolicyAdditive), true},
		{"a Manager under Strict", roster.Manager, new(roster.RolePolicyStrict), true},
		{"an Administrator under Strict", roster.Administrator, new(roster.RolePolicyStrict), true},
		{"a Worker of a tenant that is not there, which counts as the strictest", roster.Worker, nil, false},
		{"a Manager of a tenant that is not there", roster.Manager, nil, true},
	} {
		w := newWorld()
		if tc.tenant != nil {
			north := tenant("north")
			north.RolePolicy = *tc.tenant
			w.withTenant(north)
		}
		compiled := roster.Compile(operator("someone", permitted(entry("north", tc.role), roster.ViewSessions, roster.ManageFiles)), w)
		membership, access := compiled.Person.Memberships[0], compiled.Person.Access[0]
		_, capable := access.Capability(roster.FilesManage)
		if got := len(membership.Permissions) == 2; got != tc.holds || access.Scope.Sessions != tc.holds || capable != (tc.holds || tc.role == roster.Administrator) {
			t.Errorf("%s: holds %v, sessions %t, files.manage %t; want the permissions held: %t", tc.reason, membership.Permissions, access.Scope.Sessions, capable, tc.holds)
		}
		var told []string
		for _, i := range compiled.Tenants[0].Ineffective {
			if i.Reason == roster.ReasonStrictRolePolicy {
				told = append(told, i.Grant)
			}
		}
		want := []string{"permission ManageFiles", "permission ViewSessions"}
		if tc.holds || tc.tenant == nil {
			want = nil
		}
		if !slices.Equal(told, want) {
			t.Errorf("%s: told as ineffective are %v, want %v: of a tenant that is not there only that is told", tc.reason, told, want)
		}
	}
}

// Note g: groupPolicy.maxPerOperator keeps groups by priority, then by name, counting declared names.
func TestGroupsAreKeptByPriorityAndThenByName(t *testing.T) {
	declared := []roster.GroupMembership{
		rank("billing", roster.Backup), rank("ghost", roster.Normal), rank("sales", roster.Primary), rank("support", roster.Normal),
	}
	for _, tc := range []struct {
		reason   string
		maximum  int
		declared []roster.GroupMembership
		kept     []string
		over     []string
	}{
		{"no maximum", 0, declared, []string{"billing", "ghost", "sales", "support"}, nil},
		{"as many as there are", 4, declared, []string{"billing", "ghost", "sales", "support"}, nil},
		{"the lowest priority goes first", 3, declared, []string{"ghost", "sales", "support"}, []string{"group billing"}},
		{"then the last by name; a name counts whether or not the group is there", 2, declared, []string{"ghost", "sales"}, []string{"group billing", "group support"}},
		{"the highest priority stays", 1, declared, []string{"sales"}, []string{"group billing", "group ghost", "group support"}},
		{"the general group does not count, and keeps its priority", 1,
			append([]roster.GroupMembership{rank(roster.GeneralGroup, roster.Backup)}, declared...),
			[]string{roster.GeneralGroup, "sales"}, []string{"group billing", "group ghost", "group support"}},
		{"the general group alone, beside one", 1, []roster.GroupMembership{rank("sales", roster.Normal), rank(roster.GeneralGroup, roster.Primary)},
			[]string{roster.GeneralGroup, "sales"}, nil},
	} {
		north := tenant("north")
		north.MaxGroups = tc.maximum
		w := newWorld(north).withGroups(group("billing", "north"), group("sales", "north"), group("support", "north"))
		compiled := roster.Compile(operator("someone", ranked(entry("north", roster.Worker), tc.declared...)), w)
		if diff := cmp.Diff(tc.kept, groupNames(compiled.Person.Memberships[0].Groups)); diff != "" {
			t.Errorf("%s: groups kept differ (-want +got):\n%s", tc.reason, diff)
		}
		var over []string
		for _, i := range compiled.Tenants[0].Ineffective {
			if i.Reason != roster.ReasonTooManyGroups {
				t.Errorf("%s: %+v is told, want nothing but groups over the maximum", tc.reason, i)
			}
			over = append(over, i.Grant)
		}
		slices.Sort(over)
		if diff := cmp.Diff(tc.over, over); diff != "" {
			t.Errorf("%s: groups told as over the maximum differ (-want +got):\n%s", tc.reason, diff)
		}
	}
}

func TestAGroupOfATenantThatIsNotThereIsOneAtMost(t *testing.T) {
	compiled := roster.Compile(operator("someone", ranked(entry("west", roster.Worker), rank("sales", roster.Normal), rank("billing", roster.Normal))), newWorld())
	if got := groupNames(compiled.Person.Memberships[0].Groups); !slices.Equal(got, []string{"billing"}) {
		t.Errorf("groups in a tenant that is not there are %v, want the first by name: its rules count as the strictest", got)
	}
	if compiled.Person.Access[0].Scope.Unassigned {
		t.Error("whoever declares groups is in none, want the declaration to count")
	}
}

func TestATeammateIsAWorkerOrAManagerOfTheTenant(t *testing.T) {
	company := operator("company", entry("north", roster.Worker))
	company.CompanyAdministrator = true
	lead := leading(entry("north", roster.Manager), "worker", "manager", "administrator", "company", "elsewhere", "ghost", "lead")
	w := newWorld(tenant("north")).withOperators(
		operator("worker", entry("north", roster.Worker)), operator("manager", entry("north", roster.Manager)),
		operator("administrator", entry("north", roster.Administrator)), company, operator("elsewhere", entry("south", roster.Worker)),
	)
	compiled := roster.Compile(operator("lead", lead), w)
	if got, want := compiled.Person.Memberships[0].Team, []string{"manager", "worker"}; !slices.Equal(got, want) {
		t.Errorf("the effective team is %v, want %v", got, want)
	}
	var told []string
	for _, i := range compiled.Tenants[0].Ineffective {
		told = append(told, i.Grant+" "+string(i.Reason))
	}
	want := []string{
		"team member administrator NotWorkerOrManager",
		"team member company NotWorkerOrManager", // Administrator of every tenant, whatever the entry says
		"team member elsewhere NotWorkerOrManager",
	}
	if !slices.Equal(told, want) {
		t.Errorf("told as ineffective are %v, want %v", told, want)
	}
	if len(compiled.Missing) != 1 || compiled.Missing[0].Name != "ghost" {
		t.Errorf("missing are %v, want the one who does not exist", compiled.Missing)
	}
	if team := roster.Compile(operator("lead", leading(entry("north", roster.Worker), "worker")), w).Person.Memberships[0].Team; team != nil {
		t.Errorf("a Worker's team is %v, want none: a team is a Manager's (F49)", team)
	}
}

func TestACompanyAdministratorHasAccessWhereNoEntryIs(t *testing.T) {
	person := operator("someone", entry("north", roster.Worker))
	w := newWorld(tenant("north"), tenant("south"))
	if access := roster.Compile(person, w).Person.Access; len(access) != 1 || access[0].Tenant != "north" {
		t.Errorf("access is %+v, want the entry's alone", access)
	}
	person.CompanyAdministrator = true
	record := roster.Compile(person, w).Person
	var tenants []string
	for _, access := range record.Access {
		tenants = append(tenants, access.Tenant+" "+string(access.Role))
	}
	if want := []string{" Administrator", "north Administrator"}; !slices.Equal(tenants, want) {
		t.Errorf("access is of %v, want %v: the entry's, and what stands for all tenants without one", tenants, want)
	}
	if role := record.Memberships[0].Role; role != roster.Worker {
		t.Errorf("the membership says %s, want Worker, as declared", role)
	}
	for _, tenant := range []string{"north", "south"} {
		if standing := record.Stand(tenant, w); !standing.Live() || standing.Access.Role != roster.Administrator {
			t.Errorf("in %s the person is live %t as %q, want live as Administrator", tenant, standing.Live(), standing.Access.Role)
		}
	}
}

func TestATenantsRecordSaysWhetherThereAreGroups(t *testing.T) {
	for _, tc := range []struct {
		reason string
		world  *world
		want   bool
	}{
		{"nothing at all", newWorld(), false},
		{"a group", newWorld().withGroups(group("billing", "north")), true},
		{"a group of another tenant", newWorld().withGroups(group("billing", "south")), false},
		{"somebody declares one that is not there", newWorld().withOperators(operator("a", in(entry("north", roster.Worker), "ghost"))), true},
		{"somebody declares the general group", newWorld().withOperators(operator("a", in(entry("north", roster.Worker), roster.GeneralGroup))), false},
		{"somebody declares one of another tenant", newWorld().withOperators(operator("a", in(entry("south", roster.Worker), "ghost"))), false},
	} {
		north := tenant("north", roster.Chat)
		north.Record.DisplayName = "North"
		got := north.CompileRecord(tc.world)
		want := north.Record
		want.HasGroups = tc.want
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: the record differs (-want +got):\n%s", tc.reason, diff)
		}
	}
}
