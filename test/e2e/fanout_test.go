// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

// works waits until the status of an operator in one tenant says which channels take effect, and the store holds the grants.
func (c *company) works(operator *v1alpha1.Operator, inEffect, granted string) {
	c.t.Helper()
	settled(c, operator, fmt.Sprintf("works on %q", inEffect), func(o *v1alpha1.Operator) bool {
		return len(o.Status.Tenants) == 1 && spelt(o.Status.Tenants[0].Channels) == inEffect
	})
	var grants []string
	for _, g := range c.person(operator.Spec.UserName).Value.Grants {
		grants = append(grants, string(g.Channel))
	}
	if got := strings.Join(grants, " "); got != granted {
		c.t.Errorf("the store should hold the grants %q of %s, holds %q", granted, operator.Name, got)
	}
}

func spelt[S ~string](names []S) string {
	var plain []string
	for _, name := range names {
		plain = append(plain, string(name))
	}
	slices.Sort(plain)
	return strings.Join(plain, " ")
}

// leftAlone fails the test if the manager wrote anything of an operator since the counts began.
func (c *company) leftAlone(operator *v1alpha1.Operator) {
	c.t.Helper()
	if writes := c.statusWrites("operators", operator.Name); writes != 0 {
		c.t.Errorf("nothing that happened concerns %s, and its status was written %d times", operator.Name, writes)
	}
}

func TestChannelPolicyReachesWhomItMatchesAndNobodyElse(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	matched := testkit.Operator(c.namespace, "matched", testkit.InTenant("north", testkit.As(v1alpha1.RoleManager)))
	later := testkit.Operator(c.namespace, "later", testkit.InTenant("north", testkit.As(v1alpha1.RoleAdministrator)))
	other := testkit.Operator(c.namespace, "other", testkit.InTenant("north", testkit.On(v1alpha1.ChannelChat)))
	elsewhere := testkit.Operator(c.namespace, "elsewhere", testkit.InTenant("south", testkit.As(v1alpha1.RoleManager)))
	north, south := testkit.Tenant(c.namespace, "north"), testkit.Tenant(c.namespace, "south")
	c.create(north, south, matched, later, other, elsewhere)
	becomesReady(c, north, south)
	becomesReady(c, matched, later, other, elsewhere)
	untouched := []string{"other", "elsewhere"}
	before := map[string]any{}
	for _, name := range untouched {
		before[name] = c.person(name)
	}
	c.requests.reset()
	c.store.Reset()

	policy := testkit.ChannelPolicy(c.namespace, "phones", "north", testkit.Granting(v1alpha1.ChannelPhone),
		testkit.For(v1alpha1.PolicySubject{Role: v1alpha1.RoleManager}))
	c.create(policy)
	c.works(matched, "Phone", "Phone")
	settled(c, policy, "has counted one", func(p *v1alpha1.ChannelPolicy) bool {
		return p.Status.MatchedOperators != nil && *p.Status.MatchedOperators == 1
	})
	edit(c, policy, func(p *v1alpha1.ChannelPolicy) { p.Spec.Channels = []v1alpha1.Channel{v1alpha1.ChannelChat} })
	c.works(matched, "Chat", "Chat")
	edit(c, policy, func(p *v1alpha1.ChannelPolicy) { p.Spec.Subjects[0].Role = v1alpha1.RoleAdministrator })
	c.works(matched, "", "")
	c.works(later, "Chat", "Chat")
	c.remove(policy)
	c.gone(policy)
	c.works(later, "", "")

	if got := c.store.Reset().Writes(); got != 4+5 {
		t.Errorf("the policy's own record is written three times and removed, and five records of people: 9 writes in all, got %d", got)
	}
	for object, want := range map[*v1alpha1.Operator]int{matched: 3, later: 2} {
		if got := c.statusWrites("operators", object.Name); got != want {
			t.Errorf("%s was touched %d times and is to cost as many status writes, got %d", object.Name, want, got)
		}
	}
	c.leftAlone(other)
	c.leftAlone(elsewhere)
	for _, name := range untouched {
		if diff := cmp.Diff(before[name], any(c.person(name))); diff != "" {
			t.Errorf("the record of %s should be as it was (-want +got):\n%s", name, diff)
		}
	}
}

func TestLabelMakesAPolicyMatch(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	operator := testkit.Operator(c.namespace, "worker-1", testkit.InTenant("north"))
	policy := testkit.ChannelPolicy(c.namespace, "evening", "north",
		testkit.For(v1alpha1.PolicySubject{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"shift": "evening"}}}))
	c.create(testkit.Tenant(c.namespace, "north"), operator, policy)
	becomesReady(c, operator)
	says(c, policy, "Effective=False/NoMatch")
	says(c, operator, "ChannelsGranted=False/NothingGranted")

	edit(c, operator, func(o *v1alpha1.Operator) { o.Labels = map[string]string{"shift": "evening"} })
	c.works(operator, "Chat", "Chat")
	says(c, operator, "ChannelsGranted=True/Granted")
	says(c, policy, "Effective=True/Granting")
	edit(c, operator, func(o *v1alpha1.Operator) { o.Labels = nil })
	c.works(operator, "", "")
	says(c, policy, "Effective=False/NoMatch")
}

func TestGroupBringsAndTakesWhatItsPolicyGrants(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	operator := testkit.Operator(c.namespace, "worker-1", testkit.InTenant("north", testkit.InGroups("sales")))
	policy := testkit.ChannelPolicy(c.namespace, "sales-chat", "north", testkit.For(v1alpha1.PolicySubject{Group: "sales"}))
	c.create(testkit.Tenant(c.namespace, "north"), operator, policy)
	says(c, operator, "Resolved=False/MissingGroup")
	says(c, policy, "Resolved=False/MissingGroup")
	c.works(operator, "", "")

	group := testkit.Group(c.namespace, "sales", "north")
	c.create(group)
	becomesReady(c, operator)
	becomesReady(c, policy)
	c.works(operator, "Chat", "Chat")
	says(c, policy, "Effective=True/Granting")
	c.remove(group)
	c.gone(group)
	says(c, operator, "Resolved=False/MissingGroup")
	says(c, policy, "Resolved=False/MissingGroup")
	c.works(operator, "", "")
}

func TestTenantsChannelsCutEverybodyInOneWrite(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	tenant := testkit.Tenant(c.namespace, "north")
	c.create(tenant)
	var people []*v1alpha1.Operator
	for i := range 5 {
		people = append(people, testkit.Operator(c.namespace, fmt.Sprintf("worker-%d", i),
			testkit.InTenant("north", testkit.On(v1alpha1.ChannelChat, v1alpha1.ChannelPhone))))
	}
	c.create(asObjects(people)...)
	becomesReady(c, people...)
	settled(c, tenant, "has counted everybody", func(t *v1alpha1.Tenant) bool { return t.Status.Operators.Invited == 5 })
	for _, step := range []struct {
		reason   string
		channels []v1alpha1.Channel
		inEffect string
	}{
		{"narrowing cuts what is in effect", []v1alpha1.Channel{v1alpha1.ChannelChat}, "Chat"},
		{"widening brings it back", []v1alpha1.Channel{v1alpha1.ChannelChat, v1alpha1.ChannelPhone}, "Chat Phone"},
	} {
		c.requests.reset()
		c.store.Reset()
		edit(c, tenant, func(t *v1alpha1.Tenant) { t.Spec.Channels = step.channels })
		for _, o := range people {
			settled(c, o, "works on "+step.inEffect, func(o *v1alpha1.Operator) bool { return spelt(o.Status.Tenants[0].Channels) == step.inEffect })
		}
		becomesReady(c, tenant)
		if got := c.store.Reset(); got.Puts != 2 || got.Writes() != 1 {
			t.Errorf("%s, in one write: the tenant and its general group are put, and only the tenant differs; got %+v", step.reason, got)
		}
		for _, o := range people {
			c.works(o, step.inEffect, "Chat Phone")
			if got := c.statusWrites("operators", o.Name); got != 1 {
				t.Errorf("%s: one status write on %s, got %d", step.reason, o.Name, got)
			}
		}
	}
}

func TestTeamFollowsItsPeople(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	leader := testkit.Operator(c.namespace, "leader", testkit.InTenant("north", testkit.Leading("mate-1", "mate-2")))
	second := testkit.Operator(c.namespace, "mate-2", testkit.InTenant("north"))
	c.create(testkit.Tenant(c.namespace, "north"), leader, second)
	says(c, leader, "Resolved=False/MissingOperator")
	team := func(want string) {
		t.Helper()
		settled(c, leader, fmt.Sprintf("leads %q in the store", want), func(*v1alpha1.Operator) bool {
			return spelt(c.person("leader").Value.Memberships[0].Team) == want
		})
	}
	team("mate-2")
	first := testkit.Operator(c.namespace, "mate-1", testkit.InTenant("north"))
	c.create(first)
	becomesReady(c, leader)
	team("mate-1 mate-2")
	edit(c, second, func(o *v1alpha1.Operator) { o.Spec.Tenants[0].Role = v1alpha1.RoleAdministrator })
	team("mate-1")
	becomesReady(c, leader)
	c.remove(first)
	says(c, leader, "Resolved=False/MissingOperator")
	team("")
}

func TestCountsFollowOnceInAWindow(t *testing.T) {
	t.Parallel()
	const window = 2 * time.Second
	c := newCompany(t, func(c *company) { c.options.CountWindow.Duration = window })
	tenant, group := testkit.Tenant(c.namespace, "north"), testkit.Group(c.namespace, "sales", "north")
	policy := testkit.ChannelPolicy(c.namespace, "chat", "north", testkit.For(v1alpha1.PolicySubject{Group: "sales"}))
	c.create(tenant, group, policy)
	becomesReady(c, tenant)
	becomesReady(c, group)
	becomesReady(c, policy)
	settled(c, tenant, "has counted its group", func(t *v1alpha1.Tenant) bool { return *t.Status.Groups == 1 })
	c.requests.reset()
	began := time.Now()

	const many = 20
	var people []*v1alpha1.Operator
	for i := range many {
		o := testkit.Operator(c.namespace, fmt.Sprintf("worker-%d", i), testkit.InTenant("north", testkit.InGroups("sales")))
		if i == 0 {
			o.Spec.Tenants[0].Active = new(false)
		}
		people = append(people, o)
		c.create(o)
	}
	becomesReady(c, people...)
	settled(c, tenant, "has counted everybody", func(t *v1alpha1.Tenant) bool {
		return *t.Status.Operators == v1alpha1.OperatorCounts{Total: many, Invited: many - 1, Deactivated: 1}
	})
	settled(c, group, "has counted its members", func(g *v1alpha1.Group) bool {
		return *g.Status.Members == many && *g.Status.ActiveMembers == many-1
	})
	settled(c, policy, "has counted whom it matches", func(p *v1alpha1.ChannelPolicy) bool { return *p.Status.MatchedOperators == many })
	atMost := int(time.Since(began)/window) + 1
	for plural, name := range map[string]string{"tenants": "north", "groups": "sales", "channelpolicies": "chat"} {
		if got := c.statusWrites(plural, name); got > atMost {
			t.Errorf("%s %s should be written once in %s, so at most %d times, and was %d times", plural, name, window, atMost, got)
		}
	}
	c.remove(people[1])
	settled(c, tenant, "has counted who left", func(t *v1alpha1.Tenant) bool { return t.Status.Operators.Total == many-1 })
	settled(c, group, "has counted who left", func(g *v1alpha1.Group) bool { return *g.Status.Members == many-1 })
	settled(c, policy, "has counted who left", func(p *v1alpha1.ChannelPolicy) bool { return *p.Status.MatchedOperators == many-1 })
}
