// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"testing"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/internal/testkit"
)

// guard gives a company's manager an address at which the API server asks it about changes, in that company only, and the rights that
// config/rbac gives the manager of a whole cluster.
func (c *company) guard() {
	c.t.Helper()
	address := freeAddress(c.t)
	webhook := &c.options.Webhook
	webhook.BindAddress, webhook.URL = address, "https://"+address
	webhook.Configuration, webhook.Namespace = c.namespace, c.namespace
	manager := []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: "roster-system", Name: "roster-manager"}}
	named := metav1.ObjectMeta{Namespace: c.namespace, Name: "roster-webhook"}
	everywhere := metav1.ObjectMeta{Name: c.namespace}
	c.create(
		&rbacv1.ClusterRole{ObjectMeta: everywhere, Rules: []rbacv1.PolicyRule{{
			APIGroups: []string{admissionregistrationv1.GroupName}, Resources: []string{"validatingwebhookconfigurations"},
			ResourceNames: []string{c.namespace}, Verbs: []string{"get", "list", "watch", "create", "patch", "update"},
		}}},
		&rbacv1.ClusterRoleBinding{
			ObjectMeta: everywhere, Subjects: manager, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: c.namespace},
		},
		&rbacv1.Role{ObjectMeta: named, Rules: []rbacv1.PolicyRule{{
			APIGroups: []string{""}, Resources: []string{"secrets"}, ResourceNames: []string{webhook.Secret}, Verbs: []string{"get", "create", "patch", "update"},
		}}},
		&rbacv1.RoleBinding{
			ObjectMeta: named, Subjects: manager, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: named.Name},
		},
		// Whoever the tests act as may write every object, as far as RBAC goes: what is refused, admission refuses.
		&rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Namespace: c.namespace, Name: "writers"},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "roster-editor"},
			Subjects:   []rbacv1.Subject{{Kind: rbacv1.GroupKind, APIGroup: rbacv1.GroupName, Name: writers}},
		},
	)
	c.t.Cleanup(func() {
		err := c.Delete(context.WithoutCancel(c.t.Context()), &admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: everywhere})
		if client.IgnoreNotFound(err) != nil {
			c.t.Errorf("the webhook configuration of the test should be removed: %v", err)
		}
	})
}

// writers is the group of whoever may write the objects of a company.
const writers = "e2e-writers"

// as is a client of a user who may write the objects of every company, as far as RBAC goes, and has no other right.
func as(t testing.TB, user string) client.WithWatch {
	t.Helper()
	config := plane.Config(t)
	config.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: []string{"system:authenticated", writers}}
	c, err := client.NewWithWatch(config, client.Options{Scheme: testkit.Scheme()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// guarded waits until the API server is told to ask about changes in the company.
func (c *company) guarded() {
	c.t.Helper()
	if c.options.Webhook.BindAddress == "0" {
		return
	}
	testkit.Eventually(c.t, "the API server is told to ask about changes", func(ctx context.Context) (bool, string) {
		err := c.Get(ctx, types.NamespacedName{Name: c.namespace}, &admissionregistrationv1.ValidatingWebhookConfiguration{})
		return err == nil, reportOf(err)
	})
}

// unguarded is a company in which nobody asks about changes, for tests that change objects while no manager runs.
func unguarded(c *company) { c.options.Webhook.BindAddress = "0" }

func reportOf(err error) string {
	if err == nil {
		return "it is"
	}
	return err.Error()
}
