// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/roster-dev/roster/api/v1alpha1"
)

// Tenant returns a valid Tenant with the channels Chat and Phone, changed by changes in order.
func Tenant(namespace, name string, changes ...func(*v1alpha1.Tenant)) *v1alpha1.Tenant {
	return changed(&v1alpha1.Tenant{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec:       v1alpha1.TenantSpec{Channels: []v1alpha1.Channel{v1alpha1.ChannelChat, v1alpha1.ChannelPhone}},
	}, changes)
}

// Operator returns a valid Operator who is in no tenant, changed by changes in order. The user name is name, and the
// e-mail address name@example.com.
func Operator(namespace, name string, changes ...func(*v1alpha1.Operator)) *v1alpha1.Operator {
	return changed(&v1alpha1.Operator{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: v1alpha1.OperatorSpec{
			UserName: name,
			Profile: v1alpha1.Profile{
				GivenName:  "Given",
				FamilyName: "Family",
				Email:      v1alpha1.EmailAddress(name + "@example.com"),
			},
		},
	}, changes)
}

// InTenant adds an entry for the tenant to an Operator, changed by changes in order.
func InTenant(tenant string, changes ...func(*v1alpha1.OperatorTenant)) func(*v1alpha1.Operator) {
	return func(operator *v1alpha1.Operator) {
		entry := changed(&v1alpha1.OperatorTenant{Tenant: v1alpha1.ObjectName(tenant)}, changes)
		operator.Spec.Tenants = append(operator.Spec.Tenants, *entry)
	}
}

// As gives an entry the role.
func As(role v1alpha1.Role) func(*v1alpha1.OperatorTenant) {
	return func(entry *v1alpha1.OperatorTenant) { entry.Role = role }
}

// InGroups adds groups of normal priority to an entry.
func InGroups(names ...string) func(*v1alpha1.OperatorTenant) {
	return func(entry *v1alpha1.OperatorTenant) {
		for _, name := range names {
			entry.Groups = append(entry.Groups, v1alpha1.OperatorGroup{Name: v1alpha1.ObjectName(name)})
		}
	}
}

// Leading gives an entry the role Manager and adds to its team.
func Leading(operators ...string) func(*v1alpha1.OperatorTenant) {
	return func(entry *v1alpha1.OperatorTenant) {
		entry.Role = v1alpha1.RoleManager
		for _, name := range operators {
			entry.Team = append(entry.Team, v1alpha1.ObjectName(name))
		}
	}
}

// On adds direct grants of channels to an entry.
func On(channels ...v1alpha1.Channel) func(*v1alpha1.OperatorTenant) {
	return func(entry *v1alpha1.OperatorTenant) { entry.Channels = append(entry.Channels, channels...) }
}

// Group returns a valid Group of the tenant, changed by changes in order.
func Group(namespace, name, tenant string, changes ...func(*v1alpha1.Group)) *v1alpha1.Group {
	return changed(&v1alpha1.Group{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec:       v1alpha1.GroupSpec{Tenant: v1alpha1.ObjectName(tenant)},
	}, changes)
}

// ChannelPolicy returns a valid ChannelPolicy of the tenant that grants Chat to nobody, changed by changes in order.
func ChannelPolicy(namespace, name, tenant string, changes ...func(*v1alpha1.ChannelPolicy)) *v1alpha1.ChannelPolicy {
	return changed(&v1alpha1.ChannelPolicy{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: v1alpha1.ChannelPolicySpec{
			Tenant:   v1alpha1.ObjectName(tenant),
			Channels: []v1alpha1.Channel{v1alpha1.ChannelChat},
		},
	}, changes)
}

// For adds subjects to a ChannelPolicy.
func For(subjects ...v1alpha1.PolicySubject) func(*v1alpha1.ChannelPolicy) {
	return func(policy *v1alpha1.ChannelPolicy) { policy.Spec.Subjects = append(policy.Spec.Subjects, subjects...) }
}

// Granting replaces the channels of a ChannelPolicy.
func Granting(channels ...v1alpha1.Channel) func(*v1alpha1.ChannelPolicy) {
	return func(policy *v1alpha1.ChannelPolicy) { policy.Spec.Channels = channels }
}

func changed[T any](object *T, changes []func(*T)) *T {
	for _, change := range changes {
		change(object)
	}
	return object
}
