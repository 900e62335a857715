// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/go-logr/logr/testr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/manager"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/storetest/faults"
	"github.com/roster-dev/roster/internal/testkit"
)

// isInvalid waits until an object says that it breaks a rule, at once and in a way that only an edit ends.
func isInvalid[T lifecycle.Object](c *company, object T, parts ...string) {
	c.t.Helper()
	says(c, object, "Stalled=True/Invalid")
	if got := reason(object, v1alpha1.ConditionReady); got != "Ready=False/Invalid" {
		c.t.Errorf("%s breaks a rule, so Ready should say so, it says %s", describe(object), got)
	}
	for _, part := range parts {
		if said := message(object, v1alpha1.ConditionReady); !strings.Contains(said, part) {
			c.t.Errorf("Ready should say %q, it says: %s", part, said)
		}
	}
}

// withOlderSchema is a company in a cluster whose schemas have no rules, as if objects had been stored before the rules were made, and
// nobody is asked about changes.
func withOlderSchema(t *testing.T) *company {
	t.Helper()
	cluster := testkit.NewControlPlane(testkit.WithFinalizerPolicy())
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	c := &company{WithWatch: cluster.Client(t), t: t, namespace: cluster.Namespace(t), store: faults.Wrap(memory.New()), options: manager.Defaults()}
	for _, plural := range []string{"tenants", "operators", "groups", "channelpolicies"} {
		c.forgetRules(plural + "." + v1alpha1.GroupVersion.Group)
	}
	c.options.Installation, c.options.Namespace = "e2e", c.namespace
	c.options.LeaderElection.Enabled = false
	c.options.Metrics.BindAddress, c.options.Health.BindAddress, c.options.Webhook.BindAddress = "0", "0", "0"
	c.requests = &requests{}
	config := cluster.Config(t)
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return &recorder{next: next, requests: c.requests} })
	running := launch(t, config, c.options, c.store, testr.NewWithInterface(quiet{t: t}, testr.Options{}))
	t.Cleanup(func() {
		if err := running.stop(); err != nil {
			t.Errorf("the manager should end without an error when it is stopped, got: %v", err)
		}
	})
	return c
}

// forgetRules takes the rules, but for the types of fields, out of the schema of a kind.
func (c *company) forgetRules(definition string) {
	c.t.Helper()
	crd := &unstructured.Unstructured{}
	crd.SetAPIVersion("apiextensions.k8s.io/v1")
	crd.SetKind("CustomResourceDefinition")
	testkit.Eventually(c.t, "the rules of "+definition+" are taken out", func(ctx context.Context) (bool, string) {
		if err := c.Get(ctx, types.NamespacedName{Name: definition}, crd); err != nil {
			return false, err.Error()
		}
		versions, _, err := unstructured.NestedSlice(crd.Object, "spec", "versions")
		if err != nil {
			return false, err.Error()
		}
		for _, version := range versions {
			forget(version)
		}
		if err := unstructured.SetNestedSlice(crd.Object, versions, "spec", "versions"); err != nil {
			return false, err.Error()
		}
		err = c.Update(ctx, crd)
		return err == nil, reportOf(err)
	})
}

func forget(schema any) {
	switch node := schema.(type) {
	case map[string]any:
		for _, rule := range []string{"x-kubernetes-validations", "pattern", "enum", "maximum"} {
			delete(node, rule)
		}
		for _, child := range node {
			forget(child)
		}
	case []any:
		for _, child := range node {
			forget(child)
		}
	}
}

// TestWhatBreaksARuleIsNotStoredWhereNobodyIsAsked has objects of every kind that got in before the rules were made.
func TestWhatBreaksARuleIsNotStoredWhereNobodyIsAsked(t *testing.T) {
	t.Parallel()
	c := withOlderSchema(t)
	tenant := testkit.Tenant(c.namespace, "north")
	broken := testkit.Operator(c.namespace, "broken", withAddress("nowhere"), testkit.InTenant("north"))
	testkit.Eventually(t, "the API server takes what breaks rules", func(ctx context.Context) (bool, string) {
		err := c.Create(ctx, broken.DeepCopy(), client.DryRunAll)
		return err == nil, reportOf(err)
	})
	c.create(tenant)
	becomesReady(c, tenant)

	t.Run("a new person is not stored", func(t *testing.T) { c.within(t).refusesNew(broken) })
	t.Run("an entry is not stored, and what is taken away is", func(t *testing.T) { c.within(t).keepsAnEntryOut() })
	t.Run("a team of somebody who is no Manager is none", func(t *testing.T) { c.within(t).leavesTheTeamOut() })
	t.Run("a group only loses", func(t *testing.T) { c.within(t).takesFromAGroup() })
	t.Run("a tenant only loses", func(t *testing.T) { c.within(t).takesFromATenant(tenant) })
}

func (c *company) refusesNew(broken *v1alpha1.Operator) {
	c.t.Helper()
	c.create(broken)
	isInvalid(c, broken, "spec.profile.email: must be an e-mail address")
	if _, found := stored(c, c.store.People(), roster.NewPersonKey(c.namespace, "broken")); found {
		c.t.Error("a person with an address that is none should not be stored")
	}
	edit(c, broken, withAddress("somewhere@example.com"))
	becomesReady(c, broken)
}

func (c *company) keepsAnEntryOut() {
	c.t.Helper()
	person := testkit.Operator(c.namespace, "person", testkit.InTenant("north", testkit.As(v1alpha1.RoleManager), testkit.On(v1alpha1.ChannelChat, v1alpha1.ChannelPhone)))
	c.create(person)
	becomesReady(c, person)
	edit(c, person, func(o *v1alpha1.Operator) {
		o.Spec.Tenants[0].Permissions = []v1alpha1.Permission{"Everything", v1alpha1.PermissionViewEmails}
		o.Spec.Tenants[0].Role, o.Spec.Tenants[0].Channels = v1alpha1.RoleWorker, []v1alpha1.Channel{v1alpha1.ChannelPhone}
	})
	isInvalid(c, person, "spec.tenants[north].permissions[Everything]: must be one of", "only taken away")
	got := c.person("person").Value
	if m := got.Memberships[0]; m.Role != roster.Worker || len(m.Permissions) != 0 || len(got.Grants) != 1 || got.Grants[0].Channel != roster.Phone {
		c.t.Errorf("the role and a channel are taken away, and nothing is added: %+v, %+v", m, got.Grants)
	}
	c.costsNothing(person)
	edit(c, person, func(o *v1alpha1.Operator) { o.Spec.Tenants[0].Permissions = nil })
	becomesReady(c, person)
}

func (c *company) leavesTheTeamOut() {
	c.t.Helper()
	lead := testkit.Operator(c.namespace, "lead", testkit.InTenant("north", testkit.Leading("person"), testkit.As(v1alpha1.RoleWorker), testkit.On(v1alpha1.ChannelChat)))
	c.create(lead)
	isInvalid(c, lead, "spec.tenants[north].team: only the role Manager has a team")
	got := c.person("lead").Value
	if len(got.Memberships) != 1 || len(got.Memberships[0].Team) != 0 || len(got.Grants) != 1 {
		c.t.Errorf("all is stored but the team: %+v", got)
	}
}

func (c *company) takesFromAGroup() {
	c.t.Helper()
	group := testkit.Group(c.namespace, "desk", "north")
	c.create(group)
	becomesReady(c, group)
	edit(c, group, func(g *v1alpha1.Group) {
		g.Spec.Routing.Strategy, g.Spec.Channels = "Whoever", []v1alpha1.Channel{v1alpha1.ChannelChat}
	})
	isInvalid(c, group, "spec.routing.strategy: must be one of RoundRobin and LeastBusy")
	got, _ := stored(c, c.store.Groups(), roster.GroupKey{Company: c.namespace, Tenant: "north", Group: "desk"})
	if len(got.Value.Channels) != 1 || got.Value.Routing.Strategy != roster.RoundRobin {
		c.t.Errorf("the group serves less and routes as before: %+v", got.Value)
	}
}

func (c *company) takesFromATenant(tenant *v1alpha1.Tenant) {
	c.t.Helper()
	edit(c, tenant, func(t *v1alpha1.Tenant) {
		t.Spec.ConsoleURL, t.Spec.DisplayName = "nowhere", "Another name"
		t.Spec.Channels = []v1alpha1.Channel{v1alpha1.ChannelChat, v1alpha1.ChannelEmail}
	})
	isInvalid(c, tenant, "spec.consoleURL: must be an http or https URL")
	got := c.contactCentre("north").Value
	if len(got.Channels) != 1 || got.Channels[0] != roster.Chat || got.DisplayName == "Another name" {
		c.t.Errorf("a channel is taken away, and nothing is added: %+v", got)
	}
	edit(c, tenant, func(t *v1alpha1.Tenant) { t.Spec.ConsoleURL = "" })
	becomesReady(c, tenant)
}

// TestAPolicyGrantsNothingByASelectorNobodyUnderstands which the schema alone does not refuse.
func TestAPolicyGrantsNothingByASelectorNobodyUnderstands(t *testing.T) {
	t.Parallel()
	c := newCompany(t, unguarded)
	everybody := &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "not a key!", Operator: metav1.LabelSelectorOpDoesNotExist}}}
	tenant, person := testkit.Tenant(c.namespace, "north"), testkit.Operator(c.namespace, "person", testkit.InTenant("north"))
	c.create(tenant, person)
	becomesReady(c, tenant)
	becomesReady(c, person)
	policy := testkit.ChannelPolicy(c.namespace, "broken", "north", testkit.For(v1alpha1.PolicySubject{Selector: everybody}))
	c.create(policy)
	isInvalid(c, policy, "spec.subjects[0].selector.matchExpressions[0].key: must be the key of a label")
	record, _ := stored(c, c.store.Policies(), roster.PolicyKey{Company: c.namespace, Tenant: "north", Policy: "broken"})
	if len(record.Value.Subjects) != 0 || len(c.person("person").Value.Grants) != 0 {
		t.Errorf("what nobody understands grants nothing: %+v, %+v", record.Value.Subjects, c.person("person").Value.Grants)
	}
	edit(c, policy, func(p *v1alpha1.ChannelPolicy) { p.Spec.Subjects[0].Selector.MatchExpressions[0].Key = "leaving" })
	becomesReady(c, policy)
	settled(c, person, "is granted a channel", func(o *v1alpha1.Operator) bool { return len(o.Status.Tenants[0].Channels) == 1 })
}
