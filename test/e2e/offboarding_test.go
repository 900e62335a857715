// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/testkit"
)

func allowing(maximum string) func(*v1alpha1.Tenant) {
	return func(t *v1alpha1.Tenant) {
		t.Spec.Offboarding.Budget = &v1alpha1.RemovalBudget{Max: intstr.Parse(maximum), Window: metav1.Duration{Duration: time.Hour}}
	}
}

// staff are people of the tenant north, as fresh manifests.
func staff(c *company, n int, changes ...func(*v1alpha1.Operator)) []*v1alpha1.Operator {
	var people []*v1alpha1.Operator
	for i := range n {
		people = append(people, testkit.Operator(c.namespace, fmt.Sprint("worker-", i),
			append([]func(*v1alpha1.Operator){testkit.InTenant("north", testkit.On(v1alpha1.ChannelChat))}, changes...)...))
	}
	return people
}

// standing counts the people of some who are active in the store, those who left, and those of the active whose removal is held.
func (c *company) standing(people []*v1alpha1.Operator) (active, left, held int) {
	for _, o := range people {
		record, found := stored(c, c.store.People(), roster.NewPersonKey(c.namespace, o.Spec.UserName))
		switch {
		case !found:
			left++
		case record.Value.User.Active:
			active++
			if record.Value.User.Held != "" {
				held++
			}
		default:
			left++
		}
	}
	return active, left, held
}

func (c *company) stands(people []*v1alpha1.Operator, active, left, held int) {
	c.t.Helper()
	want := fmt.Sprintf("%d active, %d left, %d held", active, left, held)
	testkit.Eventually(c.t, "the store has "+want, func(context.Context) (bool, string) {
		a, l, h := c.standing(people)
		got := fmt.Sprintf("%d active, %d left, %d held", a, l, h)
		return got == want, got
	})
}

func confirming(text string) func(*v1alpha1.Tenant) {
	return func(t *v1alpha1.Tenant) {
		t.Annotations = map[string]string{v1alpha1.AnnotationConfirmRemovals: text}
	}
}

func tomorrow(count int) string {
	return fmt.Sprintf("%d@%s", count, time.Now().Add(time.Hour).Format(time.RFC3339))
}

func TestAPruneBeyondTheBudgetIsHeldUndoneAndConfirmed(t *testing.T) {
	t.Parallel()
	c := newCompany(t, sweepingEvery(300*time.Millisecond))
	tenant := testkit.Tenant(c.namespace, "north", allowing("20%"))
	c.create(tenant)
	becomesReady(c, tenant)
	people := staff(c, 20)
	c.create(asObjects(people)...)
	allSay(c, people, "Ready=True/Succeeded")
	before := c.person("worker-0").ID

	pruned := people[:12]
	c.remove(asObjects(pruned)...)
	c.gone(asObjects(pruned)...)
	c.stands(people, 16, 4, 8)
	settled(c, tenant, "tells of the removals that are held", func(t *v1alpha1.Tenant) bool {
		return strings.HasPrefix(message(t, v1alpha1.ConditionOffboardingHeld), "8 removals are held")
	})
	if got := reason(tenant, v1alpha1.ConditionOffboardingHeld) + " " + reason(tenant, v1alpha1.ConditionReady); got != "OffboardingHeld=True/RemovalBudget Ready=True/Succeeded" {
		t.Errorf("the condition should say why and leave Ready alone, got %s", got)
	}
	c.heard(tenant, v1alpha1.ConditionOffboardingHeld)

	c.restart()
	c.swept(1)
	c.stands(people, 16, 4, 8)
	says(c, tenant, "OffboardingHeld=True/RemovalBudget")

	again := staff(c, 12)
	c.create(asObjects(again)...)
	allSay(c, again, "Ready=True/Succeeded")
	c.stands(people, 20, 0, 0)
	settled(c, tenant, "tells of nothing held", func(t *v1alpha1.Tenant) bool { return reason(t, v1alpha1.ConditionOffboardingHeld) == "" })
	if c.person("worker-0").ID != before {
		t.Error("who comes back should have the ID of before")
	}

	c.remove(asObjects(again)...)
	c.gone(asObjects(again)...)
	c.stands(people, 20, 0, 12)
	edit(c, tenant, confirming(tomorrow(11)))
	settled(c, tenant, "says that the confirmation is for too few", func(t *v1alpha1.Tenant) bool {
		return strings.Contains(message(t, v1alpha1.ConditionOffboardingHeld), "it is for 11, and 12 are held")
	})
	edit(c, tenant, confirming("all of them"))
	settled(c, tenant, "says that the confirmation is none", func(t *v1alpha1.Tenant) bool {
		return strings.Contains(message(t, v1alpha1.ConditionOffboardingHeld), "is not heard: it must be <count>@<expiry>")
	})
	c.stands(people, 20, 0, 12)
	edit(c, tenant, confirming(tomorrow(12)))
	c.stands(people, 8, 12, 0)
	settled(c, tenant, "tells of nothing held", func(t *v1alpha1.Tenant) bool { return reason(t, v1alpha1.ConditionOffboardingHeld) == "" })
}

func TestEditsDoNotCountAgainstTheBudget(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	tenant := testkit.Tenant(c.namespace, "north", allowing("1"))
	people := staff(c, 4)
	c.create(append(asObjects(people), tenant)...)
	c.allReady()
	edit(c, people[0], func(o *v1alpha1.Operator) { o.Spec.Active = new(false) })
	edit(c, people[1], func(o *v1alpha1.Operator) { o.Spec.Tenants[0].Active = new(false) })
	edit(c, people[2], func(o *v1alpha1.Operator) { o.Spec.Tenants = nil })
	c.allReady()
	c.stands(people, 3, 1, 0)
	c.remove(people[0], people[3])
	c.gone(people[0], people[3])
	c.stands(people, 2, 2, 0)
}

func TestANamespaceUnderABudgetGoesAndHoldsInTheStore(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	tenant := testkit.Tenant(c.namespace, "north", allowing("3"))
	people := staff(c, 10, leavingBy(v1alpha1.OperatorDeletionPolicyDelete))
	c.create(append(asObjects(people), tenant)...)
	c.allReady()
	c.remove(c.itself())
	vanishes(c)
	active, _, held := c.standing(people)
	if active < 7 || held != active {
		t.Errorf("all but 3 of 10 people should stay and be held, %d are active and %d held", active, held)
	}
	if record := c.contactCentre("north").Value; record.Retired || record.Held != roster.HeldByBudget {
		t.Errorf("to retire a tenant of that many people should be held whole, the record says retired %t, held %q", record.Retired, record.Held)
	}
}

func TestATenantWhoseEndIsBeyondItsBudgetIsConfirmedOnTheNamespace(t *testing.T) {
	t.Parallel()
	c := newCompany(t, sweepingEvery(300*time.Millisecond))
	tenant := testkit.Tenant(c.namespace, "north", allowing("2"))
	people := staff(c, 5)
	c.create(append(asObjects(people), tenant)...)
	c.allReady()
	c.remove(tenant)
	c.gone(tenant)
	if record := c.contactCentre("north").Value; record.Retired || record.Held != roster.HeldByBudget {
		t.Fatalf("to end everybody's access should be held whole, the record says retired %t, held %q", record.Retired, record.Held)
	}
	c.confirm(tomorrow(4))
	c.swept(3)
	if c.contactCentre("north").Value.Retired {
		t.Error("a confirmation for fewer people than the tenant has should not let it go")
	}
	c.confirm(tomorrow(5))
	testkit.Eventually(t, "the tenant is retired once that is confirmed", func(context.Context) (bool, string) {
		record := c.contactCentre("north").Value
		return record.Retired && record.Held == "", fmt.Sprintf("%+v", record)
	})
	back := testkit.Tenant(c.namespace, "north", allowing("2"))
	c.create(back)
	becomesReady(c, back)
	if record := c.contactCentre("north").Value; record.Retired || record.Held != "" {
		t.Errorf("creating the tenant again should restore it, the record says retired %t, held %q", record.Retired, record.Held)
	}
}

// confirm annotates the company's namespace.
func (c *company) confirm(text string) {
	c.t.Helper()
	namespace := c.itself()
	if err := c.Get(c.t.Context(), client.ObjectKeyFromObject(namespace), namespace); err != nil {
		c.t.Fatal(err)
	}
	namespace.Annotations = map[string]string{v1alpha1.AnnotationConfirmRemovals: text}
	if err := c.Update(c.t.Context(), namespace); err != nil {
		c.t.Fatal(err)
	}
}

// TestTheLastAdministratorIsHeldOnEveryPath has a tenant whose only Administrator goes in one way or another.
func TestTheLastAdministratorIsHeldOnEveryPath(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		reason string
		policy v1alpha1.OperatorDeletionPolicy
		leave  func(c *company, chief *v1alpha1.Operator)
	}{
		"deleted":          {"a prune deletes", v1alpha1.OperatorDeletionPolicyDeactivate, func(c *company, o *v1alpha1.Operator) { c.remove(o); c.gone(o) }},
		"deleted for good": {"the policy says more", v1alpha1.OperatorDeletionPolicyDelete, func(c *company, o *v1alpha1.Operator) { c.remove(o); c.gone(o) }},
		"demoted": {"an edit", v1alpha1.OperatorDeletionPolicyDeactivate, func(c *company, o *v1alpha1.Operator) {
			edit(c, o, func(o *v1alpha1.Operator) { o.Spec.Tenants[0].Role = v1alpha1.RoleWorker })
		}},
		"taken out": {"an edit of the entries", v1alpha1.OperatorDeletionPolicyDeactivate, func(c *company, o *v1alpha1.Operator) {
			edit(c, o, func(o *v1alpha1.Operator) { o.Spec.Tenants = o.Spec.Tenants[1:] })
		}},
		"deactivated": {"an edit of the person", v1alpha1.OperatorDeletionPolicyDeactivate, func(c *company, o *v1alpha1.Operator) {
			edit(c, o, func(o *v1alpha1.Operator) { o.Spec.Active = new(false) })
		}},
		"without a finalizer": {"somebody forced it while no manager ran", v1alpha1.OperatorDeletionPolicyDeactivate, forcedOut},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t, sweepingEvery(300*time.Millisecond), unguarded)
			north, south := testkit.Tenant(c.namespace, "north"), testkit.Tenant(c.namespace, "south")
			other := testkit.Operator(c.namespace, "other", testkit.InTenant("south", testkit.As(v1alpha1.RoleAdministrator)))
			chief := testkit.Operator(c.namespace, "chief", leavingBy(tc.policy),
				testkit.InTenant("north", testkit.As(v1alpha1.RoleAdministrator)), testkit.InTenant("south", testkit.As(v1alpha1.RoleAdministrator)))
			c.create(north, south, other, chief)
			c.allReady()
			tc.leave(c, chief)
			testkit.Eventually(t, "the person stays Administrator of the tenant that has no other ("+tc.reason+")", func(context.Context) (bool, string) {
				record := c.person("chief").Value
				return record.AdministratorOf("north"), fmt.Sprintf("%+v", record)
			})
			c.swept(2)
			if record := c.person("chief").Value; !record.AdministratorOf("north") {
				t.Errorf("sweeps should leave the last Administrator alone, the record says %+v", record)
			}
			edit(c, other, func(o *v1alpha1.Operator) {
				o.Spec.Tenants = append(o.Spec.Tenants, v1alpha1.OperatorTenant{Tenant: "north", Role: v1alpha1.RoleAdministrator})
			})
			testkit.Eventually(t, "the person is let go once there is another", func(context.Context) (bool, string) {
				record, found := stored(c, c.store.People(), roster.NewPersonKey(c.namespace, "chief"))
				return !found || !record.Value.AdministratorOf("north") && record.Value.User.Held == "", fmt.Sprintf("%+v", record.Value)
			})
		})
	}
}

// forcedOut takes an object away while no manager runs, finalizer and all.
func forcedOut(c *company, o *v1alpha1.Operator) {
	c.stop()
	c.remove(o)
	edit(c, o, func(o *v1alpha1.Operator) { o.Finalizers = nil })
	c.gone(o)
	c.start()
}

func TestWhoLeftIsPurgedWhenItIsTimeAndRestoredBefore(t *testing.T) {
	t.Parallel()
	c := newCompany(t, sweepingEvery(200*time.Millisecond))
	tenant := testkit.Tenant(c.namespace, "north", retaining(3*time.Second))
	people := staff(c, 2)
	c.create(append(asObjects(people), tenant)...)
	c.allReady()
	comes, goes := people[0], people[1]
	id := c.person(comes.Spec.UserName).ID
	c.remove(comes, goes)
	c.gone(comes, goes)
	c.stands(people, 0, 2, 0)
	back := staff(c, 1)[0]
	c.create(back)
	becomesReady(c, back)
	testkit.Eventually(t, "who left is purged after the retention", func(context.Context) (bool, string) {
		record, found := stored(c, c.store.People(), roster.NewPersonKey(c.namespace, goes.Spec.UserName))
		return !found, fmt.Sprintf("%+v", record.Value.User)
	})
	c.swept(2)
	if record := c.person(back.Spec.UserName); !record.Value.User.Active || record.ID != id {
		t.Errorf("who came back before the purge should be there under the ID of before, got %+v", record)
	}
}

func TestADeletedTenantIsPurgedOnlyWhereItSaysSo(t *testing.T) {
	t.Parallel()
	c := newCompany(t, sweepingEvery(200*time.Millisecond))
	retained := testkit.Tenant(c.namespace, "retained", retaining(time.Second))
	purged := testkit.Tenant(c.namespace, "purged", retaining(time.Second), func(t *v1alpha1.Tenant) { t.Spec.DeletionPolicy = v1alpha1.TenantDeletionPolicyDelete })
	c.create(retained, purged)
	c.allReady()
	c.remove(retained, purged)
	c.gone(retained, purged)
	testkit.Eventually(t, "the tenant that says so is purged with its general group", func(context.Context) (bool, string) {
		tenant, there := stored(c, c.store.Tenants(), roster.TenantKey{Company: c.namespace, Tenant: "purged"})
		_, general := stored(c, c.store.Groups(), roster.GroupKey{Company: c.namespace, Tenant: "purged", Group: roster.GeneralGroup})
		return !there && !general, fmt.Sprintf("%+v", tenant.Value)
	})
	c.swept(2)
	if !c.contactCentre("retained").Value.Retired {
		t.Error("the tenant that is to be retained should be there, and retired")
	}
}
