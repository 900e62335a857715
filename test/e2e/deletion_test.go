// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/testkit"
)

// holdFinalizer is somebody else's, with which a test keeps an object from going.
const holdFinalizer = "example.com/hold"

// informative is what a stamp only tells people.
var informative = cmpopts.IgnoreFields(store.Stamp{}, "UID", "Generation", "Epoch")

// stored is the record under a key, and whether there is one.
func stored[K comparable, V any](c *company, records store.Records[K, V], key K) (store.Stored[V], bool) {
	c.t.Helper()
	record, err := records.Get(c.t.Context(), key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		c.t.Fatalf("reading the record %v: %v", key, err)
	}
	return record, err == nil
}

// person is the record of a user name; the test fails where there is none.
func (c *company) person(userName string) store.Stored[roster.Person] {
	c.t.Helper()
	record, found := stored(c, c.store.People(), roster.NewPersonKey(c.namespace, userName))
	if !found {
		c.t.Fatalf("the store should hold the person %q, and has no such record", userName)
	}
	return record
}

// contactCentre is the record of a tenant; the test fails where there is none.
func (c *company) contactCentre(name string) store.Stored[roster.TenantRecord] {
	c.t.Helper()
	record, found := stored(c, c.store.Tenants(), roster.TenantKey{Company: c.namespace, Tenant: name})
	if !found {
		c.t.Fatalf("the store should hold the tenant %q, and has no such record", name)
	}
	return record
}

// within is the company in a subtest, which fails instead of the whole.
func (c *company) within(t *testing.T) *company {
	part := *c
	part.t = t
	return &part
}

// remove deletes objects and does not wait.
func (c *company) remove(objects ...client.Object) {
	c.t.Helper()
	for _, o := range objects {
		if err := c.Delete(c.t.Context(), o); err != nil {
			c.t.Fatalf("deleting %s: %v", describe(o), err)
		}
	}
}

// gone waits until objects are, which needs all their finalizers to be.
func (c *company) gone(objects ...client.Object) {
	c.t.Helper()
	for _, o := range objects {
		testkit.Eventually(c.t, describe(o)+" is gone", func(ctx context.Context) (bool, string) {
			err := c.Get(ctx, client.ObjectKeyFromObject(o), o)
			return apierrors.IsNotFound(err), fmt.Sprintf("%+v", o)
		})
	}
}

// says waits until the status speaks of the latest generation and has a condition, given as "Ready=False/MissingReference".
func says[T lifecycle.Object](c *company, object T, want string) {
	c.t.Helper()
	conditionType, _, _ := strings.Cut(want, "=")
	settled(c, object, "says "+want, func(o T) bool {
		observed, _ := o.LifecycleStatus()
		return *observed == o.GetGeneration() && reason(o, conditionType) == want
	})
}

// message is what a condition says to a person; it is empty where there is none.
func message[T lifecycle.Object](o T, conditionType string) string {
	_, conditions := o.LifecycleStatus()
	if found := meta.FindStatusCondition(*conditions, conditionType); found != nil {
		return found.Message
	}
	return ""
}

func retaining(retention time.Duration) func(*v1alpha1.Tenant) {
	return func(t *v1alpha1.Tenant) { t.Spec.Offboarding.Retention = &metav1.Duration{Duration: retention} }
}

func leavingBy(policy v1alpha1.OperatorDeletionPolicy) func(*v1alpha1.Operator) {
	return func(o *v1alpha1.Operator) { o.Spec.DeletionPolicy = policy }
}

// between fails the test unless a moment lies between two others, which a store keeps in whole microseconds.
func between(t *testing.T, what string, got, from, to time.Time) {
	t.Helper()
	if got.Before(from.Truncate(time.Microsecond)) || got.After(to) {
		t.Errorf("%s should lie between %s and %s, got %s", what, from, to, got)
	}
}

func TestOperatorLeavesAsTheDeletionPolicySays(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	const longest = 2000 * time.Hour
	north := testkit.Tenant(c.namespace, "north", retaining(48*time.Hour))
	south := testkit.Tenant(c.namespace, "south", retaining(longest))
	c.create(north, south)
	becomesReady(c, north, south)
	for name, tc := range map[string]struct {
		reason string
		policy v1alpha1.OperatorDeletionPolicy
		kept   bool
		left   func(*store.Stored[roster.Person])
	}{
		"unsaid": {"who leaves is deactivated first, whatever else", "", true, func(p *store.Stored[roster.Person]) { p.Value.User.Active = false }},
		"deactivate": {"the record waits for its purge", v1alpha1.OperatorDeletionPolicyDeactivate, true,
			func(p *store.Stored[roster.Person]) { p.Value.User.Active = false }},
		"delete": {"the record goes at once", v1alpha1.OperatorDeletionPolicyDelete, false, nil},
		"orphan": {"the record stays as it is, to nobody", v1alpha1.OperatorDeletionPolicyOrphan, true,
			func(p *store.Stored[roster.Person]) { p.Stamp = store.Stamp{} }},
	} {
		t.Run(name, func(t *testing.T) {
			c := c.within(t)
			operator := testkit.Operator(c.namespace, name, leavingBy(tc.policy),
				testkit.InTenant("north", testkit.On(v1alpha1.ChannelChat)), testkit.InTenant("south", testkit.As(v1alpha1.RoleManager)))
			c.create(operator)
			becomesReady(c, operator)
			want := c.person(name)
			from := time.Now()
			c.remove(operator)
			c.gone(operator)
			to := time.Now()

			got, found := stored(c, c.store.People(), roster.NewPersonKey(c.namespace, name))
			if found != tc.kept {
				t.Fatalf("%s: the record being kept should be %t, is %t", tc.reason, tc.kept, found)
			}
			if !tc.kept {
				return
			}
			tc.left(&want)
			if !want.Value.User.Active {
				between(t, "the purge, after the longest retention of the tenants", got.Value.User.PurgeAfter, from.Add(longest), to.Add(longest))
				want.Value.User.PurgeAfter = got.Value.User.PurgeAfter
			}
			if diff := cmp.Diff(want, got, informative); diff != "" {
				t.Errorf("%s, and nothing else changes (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestComingBackBeforeThePurgeRestoresThePerson(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	declared := func() *v1alpha1.Operator {
		return testkit.Operator(c.namespace, "worker-1", testkit.InTenant("north", testkit.On(v1alpha1.ChannelChat)))
	}
	operator := declared()
	c.create(testkit.Tenant(c.namespace, "north"), operator)
	becomesReady(c, operator)
	before, storeID := c.person("worker-1"), operator.Status.StoreID
	c.remove(operator)
	c.gone(operator)
	if left := c.person("worker-1").Value.User; left.Active || left.PurgeAfter.IsZero() {
		t.Fatalf("who left should be inactive and wait for the purge, got %+v", left)
	}

	back := declared()
	c.create(back)
	becomesReady(c, back)
	after := c.person("worker-1")
	if diff := cmp.Diff(before, after, informative); diff != "" {
		t.Errorf("coming back under the same name restores the record, and no purge is due (-want +got):\n%s", diff)
	}
	if back.Status.StoreID != storeID || after.ID != storeID {
		t.Errorf("the store's ID %q should be kept, the status says %q and the store %q", storeID, back.Status.StoreID, after.ID)
	}
}

func TestTenantRetiresAndItsPeopleStay(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	tenant := testkit.Tenant(c.namespace, "north")
	group := testkit.Group(c.namespace, "sales", "north")
	operator := testkit.Operator(c.namespace, "worker-1",
		testkit.InTenant("north", testkit.InGroups("sales"), testkit.On(v1alpha1.ChannelChat)))
	c.create(tenant, group, operator)
	becomesReady(c, tenant)
	becomesReady(c, group)
	becomesReady(c, operator)
	wantTenant, wantPerson := c.contactCentre("north"), c.person("worker-1")
	c.store.Reset()

	c.remove(tenant)
	c.gone(tenant)
	says(c, operator, "Resolved=False/MissingTenant")
	says(c, operator, "Ready=False/MissingReference")
	says(c, group, "Resolved=False/MissingTenant")
	if writes := c.store.Reset().Writes(); writes != 1 {
		t.Errorf("retiring a tenant is one write, whoever is in it; got %d", writes)
	}
	retired := wantTenant
	retired.Value.Retired = true
	if diff := cmp.Diff(retired, c.contactCentre("north"), informative); diff != "" {
		t.Errorf("the record is retired and kept for good (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantPerson, c.person("worker-1")); diff != "" {
		t.Errorf("the person stays as stored (-want +got):\n%s", diff)
	}

	again := testkit.Tenant(c.namespace, "north")
	c.create(again)
	becomesReady(c, again)
	becomesReady(c, operator)
	becomesReady(c, group)
	if diff := cmp.Diff(wantTenant, c.contactCentre("north"), informative); diff != "" {
		t.Errorf("declaring the tenant again restores it (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantPerson, c.person("worker-1")); diff != "" {
		t.Errorf("and the person never changed (-want +got):\n%s", diff)
	}
}

func TestTenantToBeDeletedIsPurgedAfterItsRetention(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	tenant := testkit.Tenant(c.namespace, "north", retaining(30*time.Hour),
		func(t *v1alpha1.Tenant) { t.Spec.DeletionPolicy = v1alpha1.TenantDeletionPolicyDelete })
	c.create(tenant)
	becomesReady(c, tenant)
	from := time.Now()
	c.remove(tenant)
	c.gone(tenant)
	got := c.contactCentre("north").Value
	if !got.Retired {
		t.Error("a tenant that leaves is retired, and this one is not")
	}
	between(t, "the purge of the tenant", got.PurgeAfter, from.Add(30*time.Hour), time.Now().Add(30*time.Hour))

	again := testkit.Tenant(c.namespace, "north", retaining(30*time.Hour))
	c.create(again)
	becomesReady(c, again)
	if got := c.contactCentre("north").Value; got.Retired || !got.PurgeAfter.IsZero() {
		t.Errorf("a tenant that comes back is neither retired nor to be purged, got %+v", got)
	}
}

func TestTenantWaitsOnlyForWhatIsBeingDeletedAlready(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	tenant := testkit.Tenant(c.namespace, "north")
	group, staying := testkit.Group(c.namespace, "leaving-group", "north"), testkit.Group(c.namespace, "staying-group", "north")
	policy := testkit.ChannelPolicy(c.namespace, "leaving-policy", "north", testkit.For(v1alpha1.PolicySubject{Group: "general"}))
	group.Finalizers, policy.Finalizers = []string{holdFinalizer}, []string{holdFinalizer}
	elsewhere := testkit.Group(c.namespace, "leaving-elsewhere", "south")
	elsewhere.Finalizers = []string{holdFinalizer}
	c.create(tenant, testkit.Tenant(c.namespace, "south"), group, staying, policy, elsewhere)
	becomesReady(c, tenant)
	becomesReady(c, group, staying, elsewhere)
	becomesReady(c, policy)
	c.remove(elsewhere, group, policy)
	for _, key := range []roster.GroupKey{{Company: c.namespace, Tenant: "north", Group: "leaving-group"}, {Company: c.namespace, Tenant: "south", Group: "leaving-elsewhere"}} {
		testkit.Eventually(t, "the store no longer holds the group "+key.Group, func(context.Context) (bool, string) {
			_, found := stored(c, c.store.Groups(), key)
			return !found, "it does"
		})
	}

	c.remove(tenant)
	for _, blocker := range []struct {
		object client.Object
		named  string
	}{{group, `Group "leaving-group"`}, {policy, `ChannelPolicy "leaving-policy"`}} {
		settled(c, tenant, "waits for "+blocker.named+" alone", func(t *v1alpha1.Tenant) bool {
			said := message(t, v1alpha1.ConditionReady)
			return reason(t, v1alpha1.ConditionReady) == "Ready=False/ChildrenTerminating" &&
				strings.Contains(said, blocker.named) && strings.Count(said, `"`) == 2
		})
		if c.contactCentre("north").Value.Retired {
			t.Errorf("the tenant should be retired only after %s is gone", blocker.named)
		}
		edit(c, blocker.object, func(o client.Object) { controllerutil.RemoveFinalizer(o, holdFinalizer) })
	}
	c.gone(tenant, group, policy)
	if !c.contactCentre("north").Value.Retired {
		t.Error("the tenant should be retired once what left with it is gone")
	}
	says(c, staying, "Resolved=False/MissingTenant")
	if _, found := stored(c, c.store.Groups(), roster.GroupKey{Company: c.namespace, Tenant: "north", Group: "staying-group"}); !found {
		t.Error("a group that is not being deleted keeps its record, and it is gone")
	}
}

func TestGroupAndChannelPolicyAreRemovedFromTheStore(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	group, other := testkit.Group(c.namespace, "sales", "north"), testkit.Group(c.namespace, "orders", "north")
	policy := testkit.ChannelPolicy(c.namespace, "chat", "north", testkit.For(v1alpha1.PolicySubject{Group: "sales"}))
	c.create(testkit.Tenant(c.namespace, "north"), group, other, policy)
	becomesReady(c, group, other)
	becomesReady(c, policy)
	c.remove(group)
	c.gone(group)
	says(c, policy, "Resolved=False/MissingGroup")
	c.remove(policy)
	c.gone(policy)

	if _, found := stored(c, c.store.Groups(), roster.GroupKey{Company: c.namespace, Tenant: "north", Group: "sales"}); found {
		t.Error("the record of a deleted group should be gone")
	}
	if _, found := stored(c, c.store.Policies(), roster.PolicyKey{Company: c.namespace, Tenant: "north", Policy: "chat"}); found {
		t.Error("the record of a deleted policy should be gone")
	}
	for _, kept := range []string{"orders", roster.GeneralGroup} {
		if _, found := stored(c, c.store.Groups(), roster.GroupKey{Company: c.namespace, Tenant: "north", Group: kept}); !found {
			t.Errorf("the record of the group %q, which nobody deleted, should be kept", kept)
		}
	}
}

func TestWhatIsNotOursIsLeftAlone(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	stamp := store.Stamp{Owner: store.Owner{Installation: "elsewhere", Namespace: "other", Kind: "Operator", Name: "other"}}
	put := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("putting a foreign record: %v", err)
		}
	}
	c.create(testkit.Tenant(c.namespace, "north"))
	policies := []v1alpha1.OperatorDeletionPolicy{v1alpha1.OperatorDeletionPolicyDeactivate, v1alpha1.OperatorDeletionPolicyDelete, v1alpha1.OperatorDeletionPolicyOrphan}
	for _, policy := range policies {
		t.Run("an Operator that leaves by "+string(policy), func(t *testing.T) {
			c := c.within(t)
			name := "foreign-" + strings.ToLower(string(policy))
			_, err := c.store.People().Put(t.Context(), roster.Person{User: roster.User{Company: c.namespace, UserName: name, Active: true}}, stamp, store.Terms{})
			put(err)
			want := c.person(name)
			operator := testkit.Operator(c.namespace, name, leavingBy(policy))
			c.create(operator)
			says(c, operator, "Conflict=True/ForeignRecord")
			c.remove(operator)
			c.gone(operator)
			if diff := cmp.Diff(want, c.person(name)); diff != "" {
				t.Errorf("a record with another stamp is not touched (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("a Tenant", func(t *testing.T) {
		c := c.within(t)
		_, err := c.store.Tenants().Put(t.Context(), roster.TenantRecord{Company: c.namespace, Tenant: "foreign"}, stamp, store.Terms{})
		put(err)
		want, tenant := c.contactCentre("foreign"), testkit.Tenant(c.namespace, "foreign")
		c.create(tenant)
		says(c, tenant, "Conflict=True/ForeignRecord")
		c.remove(tenant)
		c.gone(tenant)
		if diff := cmp.Diff(want, c.contactCentre("foreign")); diff != "" {
			t.Errorf("a record with another stamp is not touched (-want +got):\n%s", diff)
		}
	})
	t.Run("a Group and a ChannelPolicy", func(t *testing.T) {
		c := c.within(t)
		groupKey := roster.GroupKey{Company: c.namespace, Tenant: "north", Group: "foreign"}
		policyKey := roster.PolicyKey{Company: c.namespace, Tenant: "north", Policy: "foreign"}
		_, err := c.store.Groups().Put(t.Context(), roster.Group{Company: c.namespace, Tenant: "north", Name: "foreign"}, stamp, store.Terms{})
		put(err)
		_, err = c.store.Policies().Put(t.Context(), roster.Policy{Company: c.namespace, Tenant: "north", Name: "foreign"}, stamp, store.Terms{})
		put(err)
		wantGroup, _ := stored(c, c.store.Groups(), groupKey)
		wantPolicy, _ := stored(c, c.store.Policies(), policyKey)
		group := testkit.Group(c.namespace, "foreign", "north")
		policy := testkit.ChannelPolicy(c.namespace, "foreign", "north", testkit.For(v1alpha1.PolicySubject{Group: "general"}))
		c.create(group, policy)
		says(c, group, "Conflict=True/ForeignRecord")
		says(c, policy, "Conflict=True/ForeignRecord")
		c.remove(group, policy)
		c.gone(group, policy)
		gotGroup, _ := stored(c, c.store.Groups(), groupKey)
		gotPolicy, _ := stored(c, c.store.Policies(), policyKey)
		if diff := cmp.Diff(wantGroup, gotGroup) + cmp.Diff(wantPolicy, gotPolicy); diff != "" {
			t.Errorf("records with another stamp are not touched (-want +got):\n%s", diff)
		}
	})
}

func TestDeletionWaitsForTheStoreAndSaysSo(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	tenant, group := testkit.Tenant(c.namespace, "north"), testkit.Group(c.namespace, "sales", "south")
	policy := testkit.ChannelPolicy(c.namespace, "chat", "south", testkit.For(v1alpha1.PolicySubject{Group: "general"}))
	operator := testkit.Operator(c.namespace, "worker-1", testkit.InTenant("south"))
	c.create(tenant, testkit.Tenant(c.namespace, "south"), group, policy, operator)
	becomesReady(c, tenant)
	becomesReady(c, group)
	becomesReady(c, policy)
	becomesReady(c, operator)

	c.store.SetDown(true)
	c.remove(tenant, group, policy, operator)
	const away = "Ready=False/StoreUnavailable"
	says(c, tenant, away)
	says(c, group, away)
	says(c, policy, away)
	says(c, operator, away)
	if got := reason(operator, v1alpha1.ConditionReconciling); got != "Reconciling=True/StoreUnavailable" {
		t.Errorf("the removal is tried again, and Reconciling says so; got %q", got)
	}

	c.store.SetDown(false)
	c.gone(tenant, group, policy, operator)
	if left := c.person("worker-1").Value.User; left.Active || left.PurgeAfter.IsZero() {
		t.Errorf("who left should be inactive and wait for the purge, got %+v", left)
	}
	if !c.contactCentre("north").Value.Retired {
		t.Error("the tenant should be retired")
	}
	if _, found := stored(c, c.store.Groups(), roster.GroupKey{Company: c.namespace, Tenant: "south", Group: "sales"}); found {
		t.Error("the record of the group should be gone")
	}
}

func TestTakingTheFinalizerByHandLeavesTheRecord(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	operator := testkit.Operator(c.namespace, "worker-1", leavingBy(v1alpha1.OperatorDeletionPolicyDelete))
	c.create(operator)
	becomesReady(c, operator)
	want := c.person("worker-1")
	c.store.SetDown(true)
	c.remove(operator)
	says(c, operator, "Ready=False/StoreUnavailable")
	edit(c, operator, func(o *v1alpha1.Operator) { controllerutil.RemoveFinalizer(o, v1alpha1.Finalizer) })
	c.gone(operator)
	c.store.SetDown(false)

	fence := testkit.Operator(c.namespace, "worker-2")
	c.create(fence)
	becomesReady(c, fence)
	if diff := cmp.Diff(want, c.person("worker-1")); diff != "" {
		t.Errorf("an object that was let go by hand leaves its record as it is (-want +got):\n%s", diff)
	}
}
