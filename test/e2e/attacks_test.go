// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/webhook/registration"
)

// besieged is a company of two tenants, each with an Administrator, with a company administrator who has an entry in one of them, a
// newcomer whom no tenant has yet, and people whom a policy selects by their labels.
func besieged(t *testing.T) *company {
	t.Helper()
	c := newCompany(t)
	as := func(user string) func(*v1alpha1.Operator) {
		return func(o *v1alpha1.Operator) { o.Spec.KubernetesUser = user }
	}
	c.allow("secrets", "north-admin@idp", rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"secrets"}, ResourceNames: []string{"own"}, Verbs: []string{"get"}})
	// Writing a status is what RBAC seldom gives; here it does, so that admission answers.
	for i, user := range []string{"north-admin@idp", "chief@idp"} {
		c.allow(fmt.Sprintf("status-%d", i), user, rbacv1.PolicyRule{APIGroups: []string{v1alpha1.GroupVersion.Group}, Resources: []string{"operators/status"}, Verbs: []string{"patch"}})
	}
	c.create(
		testkit.Tenant(c.namespace, "north"), testkit.Tenant(c.namespace, "south"),
		testkit.Group(c.namespace, "south-desk", "south"),
		testkit.ChannelPolicy(c.namespace, "by-label", "north", testkit.Granting(v1alpha1.ChannelPhone), testkit.For(v1alpha1.PolicySubject{
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"calls": "yes"}},
		})),
		testkit.Operator(c.namespace, "north-admin", as("north-admin@idp"), testkit.InTenant("north", testkit.As(v1alpha1.RoleAdministrator))),
		testkit.Operator(c.namespace, "south-admin", as("south-admin@idp"), testkit.InTenant("south", testkit.As(v1alpha1.RoleAdministrator))),
		testkit.Operator(c.namespace, "chief", as("chief@idp"), testkit.InTenant("north"), func(o *v1alpha1.Operator) { o.Spec.CompanyAdministrator = true }),
		testkit.Operator(c.namespace, "worker", as("worker@idp"), testkit.InTenant("north")),
		testkit.Operator(c.namespace, "newcomer", as("newcomer@idp")),
		testkit.Operator(c.namespace, "southerner", testkit.InTenant("south")),
	)
	for _, name := range []string{"north-admin", "south-admin", "chief", "worker", "newcomer", "southerner"} {
		becomesReady(c, testkit.Operator(c.namespace, name))
	}
	becomesReady(c, testkit.ChannelPolicy(c.namespace, "by-label", "north"))
	return c
}

// everything is all that is stored of the company, in words.
func (c *company) everything() []string {
	c.t.Helper()
	var all []string
	for r, err := range c.store.People().List(c.t.Context(), c.namespace) {
		must(c.t, err)
		all = append(all, fmt.Sprintf("%+v", r.Value))
	}
	slices.Sort(all)
	return all
}

// changing changes an object as a user would who has just read it.
func changing[T client.Object](object T, change func(T)) func(ctx context.Context, c client.Client) error {
	return func(ctx context.Context, c client.Client) error {
		var err error
		for range 5 {
			if missing := c.Get(ctx, client.ObjectKeyFromObject(object), object); missing != nil {
				return missing
			}
			change(object)
			if err = c.Update(ctx, object); !apierrors.IsConflict(err) {
				return err
			}
		}
		return err
	}
}

func creating(object client.Object) func(ctx context.Context, c client.Client) error {
	return func(ctx context.Context, c client.Client) error { return c.Create(ctx, object) }
}

func TestAttacks(t *testing.T) {
	t.Parallel()
	c := besieged(t)
	operator := func(name string) *v1alpha1.Operator { return testkit.Operator(c.namespace, name) }
	own := func(name string, change func(*v1alpha1.Operator)) func(context.Context, client.Client) error {
		return changing(operator(name), change)
	}
	chiefInNorth := func(change func(*v1alpha1.OperatorTenant)) func(*v1alpha1.Operator) {
		return func(o *v1alpha1.Operator) { change(entryOf(o, "north")) }
	}
	withPassword := func(secret string) func(*v1alpha1.Operator) {
		return func(o *v1alpha1.Operator) {
			o.Spec.Credential = v1alpha1.Credential{
				Mode: v1alpha1.CredentialModeInitialPassword, PasswordSecretRef: &v1alpha1.SecretKeyRef{Name: v1alpha1.ObjectName(secret), Key: "password"},
			}
		}
	}
	attacks := map[string]struct {
		reason, user string
		attack       func(ctx context.Context, c client.Client) error
		// names is what the refusal must name.
		names string
	}{
		"label injection into a policy's selector": {
			"labels grant, so they are authority", "worker@idp",
			own("worker", func(o *v1alpha1.Operator) { o.Labels = map[string]string{"calls": "yes"} }), "metadata.labels[calls]",
		},
		"a status written by a person": {
			"what the manager says is the manager's", "north-admin@idp", func(ctx context.Context, u client.Client) error {
				return u.Status().Patch(ctx, operator("worker"), client.RawPatch(types.MergePatchType, []byte(`{"status":{"state":"Active","storeID":"x"}}`)))
			}, "status",
		},
		"a status written by whoever may do everything else": {
			"what the manager says is the manager's", "chief@idp", func(ctx context.Context, u client.Client) error {
				return u.Status().Patch(ctx, operator("worker"), client.RawPatch(types.MergePatchType, []byte(`{"status":{"state":"Active"}}`)))
			}, "status",
		},
		"an owner put on somebody else's object": {
			"the garbage collector would delete it with the owner", "worker@idp",
			own("southerner", func(o *v1alpha1.Operator) {
				o.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: "any", UID: "6ec22f7f-0000-4000-8000-000000000000"}}
			}), "metadata.ownerReferences",
		},
		"granting through a policy": {
			"he is Administrator of another tenant", "north-admin@idp",
			creating(testkit.ChannelPolicy(c.namespace, "mine", "south", testkit.For(v1alpha1.PolicySubject{Role: v1alpha1.RoleWorker}))), `tenant "south"`,
		},
		"granting through another's policy": {
			"a subject more is a grant", "south-admin@idp",
			changing(testkit.ChannelPolicy(c.namespace, "by-label", "north"), func(p *v1alpha1.ChannelPolicy) {
				p.Spec.Subjects = append(p.Spec.Subjects, v1alpha1.PolicySubject{Operator: "southerner"})
			}), "spec.subjects[1]",
		},
		"granting through a group": {
			"to be in a group is to see its conversations", "north-admin@idp",
			own("southerner", func(o *v1alpha1.Operator) { testkit.InGroups("south-desk")(entryOf(o, "south")) }), "spec.tenants[south].groups",
		},
		"a group in another's tenant": {
			"the first group narrows what everybody sees", "north-admin@idp", creating(testkit.Group(c.namespace, "mine", "south")), `tenant "south"`,
		},
		"removing a group of another's tenant": {
			"the last one widens it", "north-admin@idp", func(ctx context.Context, u client.Client) error {
				return u.Delete(ctx, testkit.Group(c.namespace, "south-desk", "south"))
			}, `tenant "south"`,
		},
		"promoting oneself": {
			"no role grants the role", "worker@idp",
			own("worker", func(o *v1alpha1.Operator) { entryOf(o, "north").Role = v1alpha1.RoleAdministrator }), "spec.tenants[north].role",
		},
		"becoming company administrator": {
			"an Administrator of a tenant is none", "north-admin@idp",
			own("north-admin", func(o *v1alpha1.Operator) { o.Spec.CompanyAdministrator = true }), "spec.companyAdministrator",
		},
		"a company administrator, by his tenant entry": {
			"he belongs to the company", "north-admin@idp",
			own("chief", chiefInNorth(func(t *v1alpha1.OperatorTenant) { t.Profile.Email = "taken-over@example.com" })), "spec.tenants[north].profile.email",
		},
		"a company administrator, by his e-mail address": {
			"a reset would go to the attacker", "north-admin@idp",
			own("chief", func(o *v1alpha1.Operator) { o.Spec.Profile.Email = "taken-over@example.com" }), "spec.profile.email",
		},
		"a company administrator, by a Secret": {
			"a password of the attacker's", "north-admin@idp", own("chief", withPassword("own")), "spec.credential.passwordSecretRef",
		},
		"a company administrator, by deleting and creating him": {
			"he belongs to the company", "north-admin@idp", func(ctx context.Context, u client.Client) error { return u.Delete(ctx, operator("chief")) }, `Operator "chief"`,
		},
		"a company administrator, switched off in the tenant": {
			"he belongs to the company", "north-admin@idp",
			own("chief", chiefInNorth(func(t *v1alpha1.OperatorTenant) { t.Active = new(false) })), "spec.tenants[north].active",
		},
		"an Operator without tenants": {
			"he belongs to the company until it gives him away", "north-admin@idp",
			own("newcomer", func(o *v1alpha1.Operator) { testkit.InTenant("north")(o) }), "spec.tenants[north]",
		},
		"an Operator without tenants, by his title": {
			"nobody is Administrator of all of no tenants", "north-admin@idp", own("newcomer", func(o *v1alpha1.Operator) { o.Spec.Profile.Title = "Mine" }), "spec.profile.title",
		},
		"creating somebody without tenants": {
			"nobody is Administrator of all of no tenants", "north-admin@idp", creating(operator("nobodys")), `Operator "nobodys"`,
		},
		"becoming somebody else": {
			"whose user it is decides who he is", "worker@idp", own("worker", func(o *v1alpha1.Operator) { o.Spec.KubernetesUser = "chief@idp" }), "spec.kubernetesUser",
		},
		"making oneself somebody": {
			"to be somebody is the company's to give", "north-admin@idp",
			creating(testkit.Operator(c.namespace, "me", testkit.InTenant("north"), func(o *v1alpha1.Operator) { o.Spec.KubernetesUser = "north-admin@idp" })), "spec.kubernetesUser",
		},
		"a Secret one may not read": {
			"its content would become a password, and a password can be tried", "north-admin@idp", own("worker", withPassword("others")), `secrets "others"`,
		},
		"a Secret one may not read, with a new person": {
			"creating is no way round", "north-admin@idp", creating(testkit.Operator(c.namespace, "new", testkit.InTenant("north"), withPassword("others"))), `secrets "others"`,
		},
		"adding one's tenant to a stranger": {
			"then he would be half one's own", "north-admin@idp", own("southerner", func(o *v1alpha1.Operator) { testkit.InTenant("north")(o) }), "spec.tenants[north]",
		},
		"taking a record up": {
			"it may be anybody's", "north-admin@idp", own("worker", func(o *v1alpha1.Operator) { annotate(o, v1alpha1.AnnotationAdopt, "true") }), "roster.dev/adopt",
		},
		"choosing what somebody else is told of": {
			"that is his own choice", "north-admin@idp", own("worker", func(o *v1alpha1.Operator) { o.Spec.Notifications.AfterCall = new(true) }), "spec.notifications.afterCall",
		},
		"deleting many": {
			"each is asked about", "worker@idp", func(ctx context.Context, u client.Client) error {
				return u.DeleteAllOf(ctx, &v1alpha1.Operator{}, client.InNamespace(c.namespace))
			}, `may not delete Operator`,
		},
	}
	before := c.everything()
	for name, tc := range attacks {
		t.Run(name, func(t *testing.T) {
			err := tc.attack(t.Context(), as(t, tc.user))
			if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), registration.Webhook) || !strings.Contains(err.Error(), tc.names) {
				t.Errorf("it should be refused by admission, naming %q, since %s; got %v", tc.names, tc.reason, err)
			}
		})
	}
	if diff := cmp.Diff(before, c.everything()); diff != "" {
		t.Errorf("after all attacks the store should be as before (-want +got):\n%s", diff)
	}
}

// TestForcingAnObjectAwayIsForAdministratorsOfAll: an object that is being deleted keeps its finalizer until the store has let go.
func TestForcingAnObjectAwayIsForAdministratorsOfAll(t *testing.T) {
	t.Parallel()
	c := besieged(t)
	c.store.SetDown(true)
	worker := testkit.Operator(c.namespace, "worker")
	if err := c.Delete(t.Context(), worker); err != nil {
		t.Fatal(err)
	}
	orphan := changing(worker, func(o *v1alpha1.Operator) { o.Finalizers = nil })
	if err := orphan(t.Context(), as(t, "worker@idp")); !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), "metadata.finalizers") {
		t.Errorf("the person himself should not be able to leave a record behind, got %v", err)
	}
	if err := orphan(t.Context(), as(t, "north-admin@idp")); err != nil {
		t.Errorf("whoever is Administrator of all its tenants should, got %v", err)
	}
	testkit.Eventually(t, "the object is gone", func(ctx context.Context) (bool, string) {
		err := c.Get(ctx, client.ObjectKeyFromObject(worker), worker)
		return apierrors.IsNotFound(err), reportOf(err)
	})
}

// TestWhatOnesOwnRoleAllowsWorks: who is refused so much can still do his work.
func TestWhatOnesOwnRoleAllowsWorks(t *testing.T) {
	t.Parallel()
	c := besieged(t)
	c.create(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: c.namespace, Name: "own"}})
	for name, tc := range map[string]struct {
		reason, user string
		change       func(ctx context.Context, c client.Client) error
	}{
		"onboarding": {"an Administrator adds a person in one manifest", "north-admin@idp", creating(testkit.Operator(c.namespace, "hired", testkit.InTenant("north", testkit.On(v1alpha1.ChannelChat))))},
		"promoting": {"an Administrator appoints others", "north-admin@idp",
			changing(testkit.Operator(c.namespace, "worker"), func(o *v1alpha1.Operator) { entryOf(o, "north").Role = v1alpha1.RoleManager })},
		"a group":    {"of his tenant", "north-admin@idp", creating(testkit.Group(c.namespace, "north-desk", "north"))},
		"a policy":   {"of his tenant", "north-admin@idp", creating(testkit.ChannelPolicy(c.namespace, "chats", "north", testkit.For(v1alpha1.PolicySubject{Role: v1alpha1.RoleWorker})))},
		"his tenant": {"its settings are his", "north-admin@idp", changing(testkit.Tenant(c.namespace, "north"), func(t *v1alpha1.Tenant) { t.Spec.DisplayName = "North" })},
		"a password": {"from a Secret he reads", "north-admin@idp", creating(testkit.Operator(c.namespace, "secretly", testkit.InTenant("north"), func(o *v1alpha1.Operator) {
			o.Spec.Credential = v1alpha1.Credential{Mode: v1alpha1.CredentialModeInitialPassword, PasswordSecretRef: &v1alpha1.SecretKeyRef{Name: "own", Key: "password"}}
		}))},
		"oneself":       {"a Worker keeps his own title and name", "newcomer@idp", changing(testkit.Operator(c.namespace, "newcomer"), func(o *v1alpha1.Operator) { o.Spec.Profile.Title, o.Spec.Notifications.AfterCall = "New", new(true) })},
		"a new company": {"a company administrator makes tenants", "chief@idp", creating(testkit.Tenant(c.namespace, "west"))},
		"a newcomer":    {"a company administrator gives him a tenant", "chief@idp", changing(testkit.Operator(c.namespace, "southerner"), func(o *v1alpha1.Operator) { testkit.InTenant("north")(o) })},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := tc.change(t.Context(), as(t, tc.user)); err != nil {
				t.Errorf("it should be allowed, since %s; got %v", tc.reason, err)
			}
		})
	}
}
