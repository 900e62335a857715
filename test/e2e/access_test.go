// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	eventsv1 "k8s.io/api/events/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

// reads waits until the status of an operator's first entry says whose conversations the person reads.
func reads(c *company, operator *v1alpha1.Operator, phrase string) {
	c.t.Helper()
	settled(c, operator, fmt.Sprintf("reads %q", phrase), func(o *v1alpha1.Operator) bool {
		return o.Status.ObservedGeneration == o.Generation && len(o.Status.Tenants) > 0 && o.Status.Tenants[0].Conversations == phrase
	})
}

// announced waits until the Events of the company are these and no others, each as "<object>: <reason>: <how the note begins>".
func (c *company) announced(want ...string) {
	c.t.Helper()
	want = slices.Sorted(slices.Values(want))
	testkit.Eventually(c.t, fmt.Sprintf("the Events are %q", want), func(ctx context.Context) (bool, string) {
		var events eventsv1.EventList
		if err := c.List(ctx, &events, client.InNamespace(c.namespace)); err != nil {
			return false, err.Error()
		}
		var got []string
		for _, e := range events.Items {
			got = append(got, fmt.Sprintf("%s: %s: %s", e.Regarding.Name, e.Reason, e.Note))
		}
		slices.Sort(got)
		return slices.EqualFunc(got, want, strings.HasPrefix), fmt.Sprintf("%q", got)
	})
}

const (
	seesAll     = "all: the tenant has no groups"
	seesGeneral = "own, general group"
)

// rarely lets counts be brought up to date so rarely that only what is woken at once is.
func rarely(c *company) { c.options.CountWindow.Duration = time.Hour }

func TestFirstGroupNarrowsAndLastWidensEverybodysView(t *testing.T) {
	t.Parallel()
	c := newCompany(t, rarely)
	tenant := testkit.Tenant(c.namespace, "north")
	member := testkit.Operator(c.namespace, "member", testkit.InTenant("north"))
	other := testkit.Operator(c.namespace, "other", testkit.InTenant("north"))
	boss := testkit.Operator(c.namespace, "boss", testkit.InTenant("north", testkit.As(v1alpha1.RoleAdministrator)))
	elsewhere := testkit.Operator(c.namespace, "elsewhere", testkit.InTenant("south"))
	c.create(tenant, testkit.Tenant(c.namespace, "south"), member, other, boss, elsewhere)
	reads(c, member, seesAll)
	reads(c, other, seesAll)
	reads(c, boss, "all")
	reads(c, elsewhere, seesAll)
	hasGroups := func(want bool) {
		t.Helper()
		settled(c, tenant, fmt.Sprintf("has groups in the store: %t", want), func(*v1alpha1.Tenant) bool {
			return c.contactCentre("north").Value.HasGroups == want
		})
	}
	// costs fails the test unless each of the people cost so many status writes since the last call.
	costs := func(why string, want map[*v1alpha1.Operator]int) {
		t.Helper()
		for _, o := range []*v1alpha1.Operator{member, other, boss, elsewhere} {
			if got := c.statusWrites("operators", o.Name); got != want[o] {
				t.Errorf("%s: %d status writes on %s, got %d", why, want[o], o.Name, got)
			}
		}
		c.requests.reset()
	}
	c.requests.reset()
	c.store.Reset()

	sales := testkit.Group(c.namespace, "sales", "north")
	c.create(sales)
	reads(c, member, seesGeneral)
	reads(c, other, seesGeneral)
	hasGroups(true)
	becomesReady(c, sales)
	costs("the first group changes what everybody but an Administrator sees", map[*v1alpha1.Operator]int{member: 1, other: 1})
	if got := c.store.Reset(); got.Writes() != 2 {
		t.Errorf("the first group is two writes, its own and one fact of the tenant, however many people there are; got %+v", got)
	}
	c.announced("north: VisibilityNarrowed: the tenant has groups from now on")

	care := testkit.Group(c.namespace, "care", "north")
	c.create(care)
	becomesReady(c, care)
	edit(c, member, func(o *v1alpha1.Operator) { testkit.InGroups("sales")(&o.Spec.Tenants[0]) })
	reads(c, member, seesGeneral+", group sales")
	costs("the second group changes nobody's view, and being in one is the member's own", map[*v1alpha1.Operator]int{member: 1})

	c.remove(care, sales)
	c.gone(care, sales)
	settled(c, member, "reads no group that is gone", func(o *v1alpha1.Operator) bool { return o.Status.Tenants[0].Conversations == seesGeneral })
	says(c, member, "Resolved=False/MissingGroup")
	reads(c, other, seesGeneral)
	hasGroups(true)
	c.requests.reset()
	edit(c, member, func(o *v1alpha1.Operator) { o.Spec.Tenants[0].Groups = nil })
	reads(c, member, seesAll)
	reads(c, other, seesAll)
	hasGroups(false)
	own := c.statusWrites("operators", member.Name)
	if own != 1 && own != 2 {
		t.Errorf("the member's own edit is told in one status write, or two where the pass came before the edit was counted; got %d", own)
	}
	costs("while somebody declares a group the tenant has groups, and it has none with the last name", map[*v1alpha1.Operator]int{member: own, other: 1})
	c.announced("north: VisibilityNarrowed: the tenant has groups from now on", "north: VisibilityWidened: the tenant has no groups any more")
}

func TestEachRuleOfATenantReachesItsPeople(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	tenant := testkit.Tenant(c.namespace, "north")
	permitted := func(e *v1alpha1.OperatorTenant) {
		e.Permissions = []v1alpha1.Permission{v1alpha1.PermissionViewSessions}
	}
	lone := testkit.Operator(c.namespace, "lone", testkit.InTenant("north", permitted), recognisable)
	lone.Spec.Profile.Email = "aurelia@example.com"
	member := testkit.Operator(c.namespace, "member", testkit.InTenant("north", testkit.InGroups("sales", "care")))
	elsewhere := testkit.Operator(c.namespace, "elsewhere", testkit.InTenant("south"))
	c.create(tenant, testkit.Tenant(c.namespace, "south"), testkit.Group(c.namespace, "sales", "north"), testkit.Group(c.namespace, "care", "north"))
	becomesReady(c, tenant)
	settled(c, tenant, "has groups in the store", func(*v1alpha1.Tenant) bool { return c.contactCentre("north").Value.HasGroups })
	c.create(lone, member, elsewhere)
	reads(c, lone, seesGeneral)
	reads(c, member, seesGeneral+", groups care and sales")
	becomesReady(c, elsewhere)
	ineffective := func(o *v1alpha1.Operator) string {
		var all []string
		for _, g := range o.Status.Tenants[0].Ineffective {
			all = append(all, g.What+": "+g.Reason)
		}
		return strings.Join(all, ", ")
	}
	settled(c, lone, "has a permission that is held back", func(o *v1alpha1.Operator) bool {
		return ineffective(o) == "permission ViewSessions: StrictRolePolicy"
	})
	var events []string
	for _, step := range []struct {
		reason                     string
		change                     func(*v1alpha1.TenantSpec)
		lone, member, loneLacks    string
		memberLacks, told, sesLink string
	}{
		{
			reason: "others' messages are hidden, F43", change: func(s *v1alpha1.TenantSpec) { s.Conversations.OthersMessages = v1alpha1.MessageVisibilityDenied },
			lone: "own, general group; others' messages are hidden", member: "own, general group, groups care and sales; others' messages are hidden",
			loneLacks: "permission ViewSessions: StrictRolePolicy", told: "VisibilityNarrowed: conversations.othersMessages is Denied",
		},
		{
			reason: "and shown again", change: func(s *v1alpha1.TenantSpec) { s.Conversations.OthersMessages = v1alpha1.MessageVisibilityAllowed },
			lone: seesGeneral, member: "own, general group, groups care and sales",
			loneLacks: "permission ViewSessions: StrictRolePolicy", told: "VisibilityWidened: conversations.othersMessages is Allowed",
		},
		{
			reason: "a Worker may hold permissions", change: func(s *v1alpha1.TenantSpec) { s.RolePolicy = v1alpha1.RolePolicyAdditive },
			lone: "own, general group, all sessions", member: "own, general group, groups care and sales",
		},
		{
			reason: "who is in no group sees all", change: func(s *v1alpha1.TenantSpec) { s.Conversations.UnassignedScope = v1alpha1.UnassignedScopeAll },
			lone: "all: in no group", member: "own, general group, groups care and sales", told: "VisibilityWidened: conversations.unassignedScope is All",
		},
		{
			reason: "one group each, F89", change: func(s *v1alpha1.TenantSpec) { s.GroupPolicy.MaxPerOperator = new(int32(1)) },
			lone: "all: in no group", member: "own, general group, group care", memberLacks: "group sales: TooManyGroups",
		},
		{
			reason: "a console, F25", change: func(s *v1alpha1.TenantSpec) { s.ConsoleURL = "https://console.example.com/north" },
			lone: "all: in no group", member: "own, general group, group care", memberLacks: "group sales: TooManyGroups",
			sesLink: "https://console.example.com/north/people/",
		},
	} {
		edit(c, tenant, func(t *v1alpha1.Tenant) { step.change(&t.Spec) })
		for o, want := range map[*v1alpha1.Operator][2]string{lone: {step.lone, step.loneLacks}, member: {step.member, step.memberLacks}} {
			settled(c, o, step.reason, func(o *v1alpha1.Operator) bool {
				entry := o.Status.Tenants[0]
				linked := step.sesLink == "" && entry.Links == nil ||
					entry.Links != nil && entry.Links.Sessions == step.sesLink+o.Status.StoreID+"/sessions"
				return entry.Conversations == want[0] && ineffective(o) == want[1] && linked
			})
		}
		if step.told != "" {
			events = append(events, "north: "+step.told)
		}
		c.announced(events...)
	}
	if entry := c.person("lone").Value.Memberships[0]; len(entry.Permissions) != 1 {
		t.Errorf("the permission is held no more, and the store should have it; it has %v", entry.Permissions)
	}
	c.requests.reset()
	edit(c, tenant, func(t *v1alpha1.Tenant) { t.Spec.DisplayName = "Another name" })
	becomesReady(c, tenant)
	for _, o := range []*v1alpha1.Operator{lone, member, elsewhere} {
		c.leftAlone(o)
	}
	c.namesNobody()
}

func TestATenantSaysWhetherSomebodyIsThereForIt(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	north, south := testkit.Tenant(c.namespace, "north"), testkit.Tenant(c.namespace, "south")
	c.create(north, south)
	const administered, unadministered = "Administered=True/HasAdministrator", "Administered=False/NoAdministrator"
	const attended, unattended = "OfflineMessagesAttended=True/Attended", "OfflineMessagesAttended=False/NobodyAttends"
	expect := func(why, administered, attended string) {
		t.Helper()
		t.Log(why)
		says(c, north, administered)
		says(c, north, attended)
		if !isReady(north) {
			t.Errorf("%s: neither condition touches Ready, which is %s", why, reason(north, v1alpha1.ConditionReady))
		}
	}
	boss := testkit.Operator(c.namespace, "boss", testkit.InTenant("north", testkit.As(v1alpha1.RoleAdministrator)))
	worker := testkit.Operator(c.namespace, "worker", testkit.InTenant("north"))
	company := testkit.Operator(c.namespace, "company", companyAdministrator)
	expect("nobody is there", unadministered, unattended)
	c.create(boss)
	expect("an Administrator receives no offline messages by default", administered, unattended)
	edit(c, boss, func(o *v1alpha1.Operator) { o.Spec.Tenants[0].OfflineMessages = new(true) })
	expect("one who is told to receives them", administered, attended)
	edit(c, boss, func(o *v1alpha1.Operator) { o.Spec.Active = new(false) })
	expect("who is deactivated is not there", unadministered, unattended)
	c.create(worker)
	expect("a Worker receives them by default", unadministered, attended)
	edit(c, worker, func(o *v1alpha1.Operator) { o.Spec.Tenants[0].Active = new(false) })
	expect("who is deactivated in the tenant is not there", unadministered, unattended)
	says(c, south, unadministered)
	c.create(company)
	expect("a company administrator is Administrator of every tenant", administered, unattended)
	says(c, south, administered)
	c.remove(company)
	expect("who left is not there, though the store holds the last one", unadministered, unattended)
	says(c, south, unadministered)
	c.announced("company: RemovalHeld: ", "north: OffboardingHeld: ", "south: OffboardingHeld: ")
}

func TestWhatAnEditWidensOrNarrowsIsTold(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	tenant := testkit.Tenant(c.namespace, "north", func(t *v1alpha1.Tenant) {
		t.Spec.Conversations.UnassignedScope = v1alpha1.UnassignedScopeAll
	})
	sales := testkit.Group(c.namespace, "sales", "north")
	leader := testkit.Operator(c.namespace, "leader", testkit.InTenant("north", testkit.Leading("mate-1")))
	c.create(tenant, sales, leader)
	says(c, leader, "Resolved=False/MissingOperator")
	c.create(testkit.Operator(c.namespace, "mate-1", testkit.InTenant("north"), recognisable), testkit.Operator(c.namespace, "mate-2", testkit.InTenant("north")))
	reads(c, leader, "all: in no group")
	c.announced()

	const grew, first, last = `leader: VisibilityWidened: the team in Tenant "north" has 1 member more`,
		`leader: VisibilityNarrowed: in a group of Tenant "north" for the first time`,
		`leader: VisibilityWidened: in no group of Tenant "north" any more`
	edit(c, leader, func(o *v1alpha1.Operator) { o.Spec.Tenants[0].Team = []v1alpha1.ObjectName{"mate-1", "mate-2"} })
	c.announced(grew)
	edit(c, leader, func(o *v1alpha1.Operator) { testkit.InGroups("sales")(&o.Spec.Tenants[0]) })
	reads(c, leader, "own, general group, group sales, team of 2")
	c.announced(grew, first)
	edit(c, leader, func(o *v1alpha1.Operator) { o.Spec.Tenants[0].Groups = nil })
	reads(c, leader, "all: in no group")
	c.announced(grew, first, last)
	c.restart()
	edit(c, leader, func(o *v1alpha1.Operator) { o.Spec.Tenants[0].Team = []v1alpha1.ObjectName{"mate-2"} })
	becomesReady(c, leader)
	c.announced(grew, first, last)
	c.namesNobody()
}
