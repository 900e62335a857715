// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/translate"
)

// comesTo is what shows of a person: the record, the status, and what is held.
type comesTo struct {
	Record  roster.Person
	Status  []v1alpha1.OperatorTenantStatus
	Missing []roster.Reference
	Held    []roster.Hold
}

// shows is what each of the people comes to in a world that has them, the objects around them, and one tenant.
func shows(t *testing.T, tenant *v1alpha1.Tenant, around []client.Object, people []*v1alpha1.Operator) map[string]comesTo {
	t.Helper()
	objects := append([]client.Object{tenant}, around...)
	for _, o := range people {
		objects = append(objects, o)
	}
	directory, found := watching(t, objects...).Directory, map[string]comesTo{}
	for _, o := range people {
		wanted, _ := roster.Want(translate.Operator(o), directory).Over(nil, roster.Impediments{})
		found[o.Name] = comesTo{wanted.Person, tenantStatuses(wanted.Tenants, "id-of-"+o.Name), wanted.Missing, wanted.Holds}
	}
	return found
}

// TestATenantWakesItsPeopleByExactlyTheFieldsThatShowInThem changes every field of a Tenant there is, one at a time, and compares
// what people come to before and after with whether they are woken.
func TestATenantWakesItsPeopleByExactlyTheFieldsThatShowInThem(t *testing.T) {
	plain := func() *v1alpha1.Tenant {
		tenant := testkit.Tenant("acme", "sales")
		testkit.FillFields(&tenant.Spec)
		tenant.Spec.ProfilePolicy.Required = []v1alpha1.ProfileField{v1alpha1.ProfileFieldTitle}
		return tenant
	}
	in := func(name string, changes ...func(*v1alpha1.OperatorTenant)) *v1alpha1.Operator {
		return testkit.Operator("acme", name, testkit.InTenant("sales", append(changes, testkit.On("value", "another"))...))
	}
	permitted := func(e *v1alpha1.OperatorTenant) {
		e.Permissions = []v1alpha1.Permission{v1alpha1.PermissionViewSessions}
	}
	people := []*v1alpha1.Operator{
		in("without-group"), in("with-group", testkit.InGroups("desk")), in("with-groups", testkit.InGroups("desk", "back", "absent")),
		in("permitted", permitted), in("lead", testkit.Leading("without-group")), in("administrator", testkit.As(v1alpha1.RoleAdministrator)),
	}
	for _, o := range people {
		o.Spec.Profile.Title = "Agent"
	}
	people = append(people, in("untitled"))
	around := []client.Object{
		testkit.Group("acme", "desk", "sales"), testkit.Group("acme", "back", "sales"),
		testkit.ChannelPolicy("acme", "all", "sales", testkit.For(v1alpha1.PolicySubject{Group: v1alpha1.GeneralGroup})),
	}
	before := shows(t, plain(), around, people)
	waking := 0
	for _, field := range testkit.Fields(&plain().Spec) {
		changed := plain()
		testkit.ChangeField(t, &changed.Spec, field)
		diff := cmp.Diff(before, shows(t, changed, around, people))
		switch same := sameOffer(plain(), changed); {
		case same && diff != "":
			t.Errorf("a change of %s should wake the people of the tenant, since it changes (-before +after):\n%s", field, diff)
		case !same && diff == "":
			t.Errorf("a change of %s wakes the people of the tenant, and changes nothing of them", field)
		case !same:
			waking++
		}
	}
	if waking < 7 {
		t.Errorf("channels, both rules on conversations, the role policy, the group policy, the demanded profile and the console's address should wake people, only %d fields do", waking)
	}
}
