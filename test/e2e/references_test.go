// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/testkit"
)

// personal is what a test's people are recognised by, wherever it should not be.
var personal = []string{"Aurelia", "Quillfeather", "Quill-Public", "@example.com", "+420777123456"}

// recognisable gives a person what personal lists.
func recognisable(o *v1alpha1.Operator) {
	o.Spec.Profile.GivenName, o.Spec.Profile.FamilyName = "Aurelia", "Quillfeather"
	o.Spec.Profile.PublicName, o.Spec.Profile.PhoneNumber = "Quill-Public", "+420777123456"
}

// namesNobody fails the test where a status or an Event of the company tells who somebody is.
func (c *company) namesNobody() {
	c.t.Helper()
	var said []string
	for _, kind := range kinds {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind + "List"))
		if err := c.List(c.t.Context(), list, client.InNamespace(c.namespace)); err != nil {
			c.t.Fatal(err)
		}
		for _, o := range list.Items {
			said = append(said, fmt.Sprintf("the status of %s %s: %v", kind, o.GetName(), o.Object["status"]))
		}
	}
	var events eventsv1.EventList
	if err := c.List(c.t.Context(), &events, client.InNamespace(c.namespace)); err != nil {
		c.t.Fatal(err)
	}
	for _, e := range events.Items {
		said = append(said, fmt.Sprintf("an Event on %s: %s", e.Regarding.Name, e.Note))
	}
	for _, text := range said {
		for _, secret := range personal {
			if strings.Contains(strings.ToLower(text), strings.ToLower(secret)) {
				c.t.Errorf("personal data %q should be nowhere, and is in %s", secret, text)
			}
		}
	}
}

// kinds are the four.
var kinds = []string{"Tenant", "Operator", "Group", "ChannelPolicy"}

// warned waits for the Event that an object is stalled.
func (c *company) warned(object, why string) {
	c.t.Helper()
	testkit.Eventually(c.t, fmt.Sprintf("an Event says %s about %s", why, object), func(ctx context.Context) (bool, string) {
		var events eventsv1.EventList
		err := c.List(ctx, &events, client.InNamespace(c.namespace))
		return slices.ContainsFunc(events.Items, func(e eventsv1.Event) bool {
			return e.Regarding.Name == object && e.Reason == why && e.Type == "Warning"
		}), fmt.Sprintf("%d Events (%v)", len(events.Items), err)
	})
}

// stallingSoon lets objects wait for a second only.
func stallingSoon(c *company) { c.options.StallAfter.Duration = time.Second }

func TestOperatorWaitsForWhatItNamesAndHeals(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.create(testkit.Tenant(c.namespace, "north"))
	for name, tc := range map[string]struct {
		reason   string
		entry    func(*v1alpha1.Operator)
		resolved string
		names    []string
		missing  []client.Object
	}{
		"tenant": {"the membership and the grants are stored before the tenant is",
			testkit.InTenant("east", testkit.On(v1alpha1.ChannelChat)),
			"MissingTenant", []string{`Tenant "east"`}, []client.Object{testkit.Tenant(c.namespace, "east")}},
		"groups": {"each missing group is named",
			testkit.InTenant("north", testkit.InGroups("general", "g-1", "g-2"), testkit.On(v1alpha1.ChannelChat)),
			"MissingGroup", []string{`Group "g-1"`, `Group "g-2"`},
			[]client.Object{testkit.Group(c.namespace, "g-1", "north"), testkit.Group(c.namespace, "g-2", "north")}},
		"team": {"a team may be declared before its people",
			testkit.InTenant("north", testkit.Leading("mate-1"), testkit.On(v1alpha1.ChannelChat)),
			"MissingOperator", []string{`Operator "mate-1"`}, []client.Object{testkit.Operator(c.namespace, "mate-1", testkit.InTenant("north"))}},
		"everything": {"several kinds are named at once",
			testkit.InTenant("west", testkit.Leading("mate-2"), testkit.InGroups("g-3"), testkit.On(v1alpha1.ChannelChat)),
			"MissingReference", []string{`Tenant "west"`, `Group "g-3"`, `Operator "mate-2"`},
			[]client.Object{testkit.Operator(c.namespace, "mate-2", testkit.InTenant("north")), testkit.Group(c.namespace, "g-3", "west"), testkit.Tenant(c.namespace, "west")}},
	} {
		t.Run(name, func(t *testing.T) {
			c := c.within(t)
			operator := testkit.Operator(c.namespace, "early-"+name, tc.entry)
			c.create(operator)
			says(c, operator, "Ready=False/MissingReference")
			if got := reason(operator, v1alpha1.ConditionResolved); got != "Resolved=False/"+tc.resolved {
				t.Errorf("%s: Resolved should be False/%s, got %s", tc.reason, tc.resolved, got)
			}
			if got := reason(operator, v1alpha1.ConditionReconciling); got != "Reconciling=True/MissingReference" {
				t.Errorf("%s: it heals by itself, so Reconciling is True, got %q", tc.reason, got)
			}
			for _, missing := range tc.names {
				for _, condition := range []string{v1alpha1.ConditionReady, v1alpha1.ConditionResolved} {
					if said := message(operator, condition); !strings.Contains(said, missing) {
						t.Errorf("%s: %s should name %s, says %q", tc.reason, condition, missing, said)
					}
				}
			}
			early := c.person(operator.Spec.UserName).Value
			if len(early.Memberships) != 1 || len(early.Grants) != 1 || reason(operator, v1alpha1.ConditionSynced) != "Synced=True/Stored" {
				t.Errorf("%s: the membership and the grant are stored meanwhile, got %+v", tc.reason, early)
			}

			generation := operator.Generation
			c.create(tc.missing...)
			becomesReady(c, operator)
			if operator.Generation != generation {
				t.Errorf("%s: it should heal without an edit, and its generation went from %d to %d", tc.reason, generation, operator.Generation)
			}
			if got := reason(operator, v1alpha1.ConditionReconciling); got != "" {
				t.Errorf("%s: Reconciling should be absent once it healed, got %s", tc.reason, got)
			}
		})
	}
}

func TestGroupAndChannelPolicyWaitForWhatTheyName(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	group := testkit.Group(c.namespace, "sales", "north")
	policy := testkit.ChannelPolicy(c.namespace, "chat", "north", testkit.For(
		v1alpha1.PolicySubject{Group: "late"}, v1alpha1.PolicySubject{Operator: "worker-1"}))
	c.create(group, policy)
	says(c, group, "Resolved=False/MissingTenant")
	says(c, group, "Ready=False/MissingReference")
	says(c, policy, "Resolved=False/MissingReference")
	says(c, policy, "Effective=False/TenantMissing")
	for _, missing := range []string{`Tenant "north"`, `Group "late"`, `Operator "worker-1"`} {
		if said := message(policy, v1alpha1.ConditionReady); !strings.Contains(said, missing) {
			t.Errorf("Ready of the policy should name %s, says %q", missing, said)
		}
	}

	c.create(testkit.Tenant(c.namespace, "north"))
	becomesReady(c, group)
	c.create(testkit.Group(c.namespace, "late", "north"))
	says(c, policy, "Resolved=False/MissingOperator")
	c.create(testkit.Operator(c.namespace, "worker-1", testkit.InTenant("north")))
	becomesReady(c, policy)
	says(c, policy, "Effective=True/Granting")
}

func TestWaitingTooLongIsStalledInOneWriteAndHeals(t *testing.T) {
	t.Parallel()
	c := newCompany(t, stallingSoon)
	operator := testkit.Operator(c.namespace, "worker-1", recognisable, testkit.InTenant("north"))
	c.create(operator)
	says(c, operator, "Stalled=True/MissingReference")
	c.warned("worker-1", "MissingReference")
	if got := reason(operator, v1alpha1.ConditionReconciling) + reason(operator, v1alpha1.ConditionReady); got != "Ready=False/MissingReference" {
		t.Errorf("Stalled replaces Reconciling beside Ready=False, got %q", got)
	}
	status := "PATCH /apis/identity.roster.dev/v1alpha1/namespaces/" + c.namespace + "/operators/worker-1/status"
	if diff := cmp.Diff([]string{status, status}, c.requests.list()[:2]); diff != "" || c.statusWrites("operators", "worker-1") != 2 {
		t.Errorf("one write says Reconciling and one that it is Stalled (-want +got):\n%s", diff)
	}
	c.create(testkit.Tenant(c.namespace, "north"))
	becomesReady(c, operator)
	if got := reason(operator, v1alpha1.ConditionStalled) + reason(operator, v1alpha1.ConditionReconciling); got != "" {
		t.Errorf("once it healed neither Stalled nor Reconciling stays, got %q", got)
	}
	c.namesNobody()
}

// statusWrites counts how often the manager wrote the status of an object.
func (c *company) statusWrites(plural, name string) int {
	count := 0
	for _, write := range c.requests.list() {
		if strings.HasSuffix(write, "/namespaces/"+c.namespace+"/"+plural+"/"+name+"/status") {
			count++
		}
	}
	return count
}

func TestTakenEmailAddressIsAConflict(t *testing.T) {
	t.Parallel()
	c := newCompany(t, stallingSoon)
	first, second := testkit.Operator(c.namespace, "first", recognisable), testkit.Operator(c.namespace, "second", recognisable)
	c.create(first, second)
	becomesReady(c, first, second)
	want := c.person("second")

	edit(c, second, func(o *v1alpha1.Operator) {
		o.Spec.Profile.Email, o.Spec.Profile.Title = "FIRST@example.com", "Head"
	})
	says(c, second, "Conflict=True/EmailTaken")
	says(c, second, "Ready=False/Conflict")
	if said := message(second, v1alpha1.ConditionConflict); !strings.Contains(said, "spec.profile.email") || !strings.Contains(said, c.namespace+"/first") {
		t.Errorf("Conflict should name the field and who has it, says %q", said)
	}
	if second.Status.SyncedDigest != "" {
		t.Errorf("nothing speaks for what is stored any more, so syncedDigest should be empty, got %q", second.Status.SyncedDigest)
	}
	want.Value.User.Profile.Title, want.Stamp.Generation = "Head", second.Generation
	if diff := cmp.Diff(want, c.person("second")); diff != "" {
		t.Errorf("a person in conflict keeps the former e-mail address, and all else is written (-want +got):\n%s", diff)
	}
	newcomer := testkit.Operator(c.namespace, "third", recognisable, func(o *v1alpha1.Operator) { o.Spec.Profile.Email = "first@EXAMPLE.com" })
	c.create(newcomer)
	says(c, newcomer, "Conflict=True/EmailTaken")
	if _, err := c.store.People().Get(t.Context(), roster.NewPersonKey(c.namespace, "third")); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("nothing of a newcomer in conflict is written, got error %v", err)
	}
	says(c, second, "Stalled=True/Conflict")
	c.warned("second", "Conflict")
	c.namesNobody()

	edit(c, second, func(o *v1alpha1.Operator) { o.Spec.Profile.Email = "second@example.com" })
	becomesReady(c, second)
	if got := reason(second, v1alpha1.ConditionConflict); got != "" {
		t.Errorf("Conflict should be absent once it healed, got %s", got)
	}
	if got := c.person("second").Value.User.Profile.Title; got != "Head" || second.Status.SyncedDigest == "" {
		t.Errorf("once it healed the whole record is written and remembered, got title %q and digest %q", got, second.Status.SyncedDigest)
	}
	edit(c, first, func(o *v1alpha1.Operator) { o.Spec.Profile.Email = "other@example.com" })
	becomesReady(c, first)
	edit(c, newcomer, func(o *v1alpha1.Operator) {
		o.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: "now"}
	})
	becomesReady(c, newcomer)
}

func TestTakenUserNameIsAConflict(t *testing.T) {
	t.Parallel()
	c := newCompany(t, stallingSoon)
	owner := testkit.Operator(c.namespace, "owner", recognisable)
	c.create(owner)
	becomesReady(c, owner)
	want := c.person("owner")
	second := testkit.Operator(c.namespace, "second", recognisable, func(o *v1alpha1.Operator) { o.Spec.UserName = "OWNER" })
	c.create(second)
	says(c, second, "Ready=False/Conflict")
	says(c, second, "Conflict=True/UserNameTaken")
	if said := message(second, v1alpha1.ConditionConflict); !strings.Contains(said, c.namespace+"/owner") {
		t.Errorf("Conflict should name who has the user name, says %q", said)
	}
	if diff := cmp.Diff(want, c.person("owner")); diff != "" {
		t.Errorf("the owner's record is not touched (-want +got):\n%s", diff)
	}
	says(c, second, "Stalled=True/Conflict")
	c.warned("second", "Conflict")
	c.namesNobody()
}
