// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/testkit"
)

// adopting makes an object ask for an adoption.
func adopting(o client.Object, asked string) {
	annotations := o.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[v1alpha1.AnnotationAdopt] = asked
	o.SetAnnotations(annotations)
}

// asks makes a person ask for an adoption from the first.
func asks(value string) func(*v1alpha1.Operator) {
	return func(o *v1alpha1.Operator) { adopting(o, value) }
}

// takeovers keeps what Conflict said of an object at the moment its record was taken over: what is told only afterwards is not there.
type takeovers struct {
	mu   sync.Mutex
	said map[any]string
	// saying is what Conflict says of the object that will own the record of a key now.
	saying func(key any) string
}

func (k *takeovers) at(ctx context.Context, s step) context.Context {
	if s.String() == "before TakeOver" {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.said[s.key] = k.saying(s.key)
	}
	return ctx
}

// told fails the test unless the takeover of a record was told before it was done, with whose it was and what would change.
func (k *takeovers) told(c *company, key any, owner, change string) {
	c.t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	want := "Conflict=True/Adopting: about to take over the record of " + owner + ", which " + change
	if diff := cmp.Diff(want, k.said[key]); diff != "" {
		c.t.Errorf("before the record %v is taken over its object should tell whose it is and what will change (-want +got):\n%s", key, diff)
	}
}

// none fails the test if a record was taken over.
func (k *takeovers) none(c *company) {
	c.t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.said) > 0 {
		c.t.Errorf("nothing should be taken over, got %v", k.said)
	}
}

// saysOfConflict is Conflict of an object on the API server, with its message.
func saysOfConflict[T lifecycle.Object](c *company, object T) string {
	if err := c.Get(context.WithoutCancel(c.t.Context()), client.ObjectKeyFromObject(object), object); err != nil {
		return err.Error()
	}
	return reason(object, v1alpha1.ConditionConflict) + ": " + message(object, v1alpha1.ConditionConflict)
}

// newAdopters is a company whose takeovers are watched.
func newAdopters(t *testing.T) (*company, *takeovers) {
	t.Helper()
	k := &takeovers{said: map[any]string{}}
	var c *company
	k.saying = func(key any) string {
		switch key := key.(type) {
		case roster.TenantKey:
			return saysOfConflict(c, testkit.Tenant(key.Company, key.Tenant))
		case roster.GroupKey:
			if key.Group == roster.GeneralGroup {
				return saysOfConflict(c, testkit.Tenant(key.Company, key.Tenant))
			}
			return saysOfConflict(c, testkit.Group(key.Company, key.Group, key.Tenant))
		case roster.PolicyKey:
			return saysOfConflict(c, testkit.ChannelPolicy(key.Company, key.Policy, key.Tenant))
		case roster.PersonKey:
			return saysOfConflict(c, c.adopterOf(key))
		}
		return "a record of no known kind"
	}
	c = newCompany(t, over(stepped{memory.New(), k.at}))
	return c, k
}

// adopterOf is the object that asks for the record of a person.
func (c *company) adopterOf(key roster.PersonKey) *v1alpha1.Operator {
	var operators v1alpha1.OperatorList
	if err := c.List(context.WithoutCancel(c.t.Context()), &operators, client.InNamespace(c.namespace)); err == nil {
		for i := range operators.Items {
			if o := &operators.Items[i]; o.Spec.UserName == key.UserName && o.Annotations[v1alpha1.AnnotationAdopt] != "" {
				return o
			}
		}
	}
	return testkit.Operator(c.namespace, "nobody")
}

// conflicts waits until an object is in conflict for a reason, and checks that it says who has the record and what would help.
func conflicts[T lifecycle.Object](c *company, object T, why string, parts ...string) {
	c.t.Helper()
	says(c, object, "Conflict=True/"+why)
	if got := reason(object, v1alpha1.ConditionReady); got != "Ready=False/Conflict" {
		c.t.Errorf("an object in conflict is not Ready because of it, got %s", got)
	}
	for _, part := range parts {
		if said := message(object, v1alpha1.ConditionConflict); !strings.Contains(said, part) {
			c.t.Errorf("Conflict should say %s, it says: %s", part, said)
		}
	}
}

// passedAgain asks for another pass over an object and waits until it was made.
func passedAgain[T lifecycle.Object](c *company, object T) {
	c.t.Helper()
	puts := c.store.Counts().Puts
	edit(c, object, func(o T) {
		annotations := o.GetAnnotations()
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations[v1alpha1.AnnotationReconcileRequestedAt] = time.Now().Format(time.RFC3339Nano)
		o.SetAnnotations(annotations)
	})
	testkit.Eventually(c.t, describe(object)+" is passed over again", func(context.Context) (bool, string) {
		return c.store.Counts().Puts > puts, "no further Put"
	})
}

func TestAnOrphanedRecordIsTakenOverOnceThatIsToldAndAsked(t *testing.T) {
	t.Parallel()
	c, k := newAdopters(t)
	before := testkit.Operator(c.namespace, "worker-1", recognisable, leavingBy(v1alpha1.OperatorDeletionPolicyOrphan),
		testkit.InTenant("north", testkit.InGroups("sales")))
	c.create(testkit.Tenant(c.namespace, "north"), testkit.Group(c.namespace, "sales", "north"), before)
	becomesReady(c, before)
	c.remove(before)
	c.gone(before)
	orphan := c.person("worker-1")

	after := testkit.Operator(c.namespace, "worker-1", recognisable, testkit.InTenant("north", testkit.InGroups("sales")), func(o *v1alpha1.Operator) {
		o.Spec.Profile.Title, o.Spec.Tenants[0].Groups[0].Priority = "Head", v1alpha1.GroupPriorityPrimary
	})
	c.create(after)
	conflicts(c, after, "ForeignRecord", "holds this record for no object", `roster.dev/adopt: "true"`)
	for _, asked := range []string{"false", "elsewhere"} {
		edit(c, after, func(o *v1alpha1.Operator) { adopting(o, asked) })
		passedAgain(c, after)
	}
	if diff := cmp.Diff(orphan, c.person("worker-1")); diff != "" {
		t.Fatalf("what is not asked for is not taken over (-want +got):\n%s", diff)
	}

	edit(c, after, func(o *v1alpha1.Operator) { adopting(o, "true") })
	becomesReady(c, after)
	k.told(c, roster.NewPersonKey(c.namespace, "worker-1"), "no object", "differs in memberships[north].groups[sales].priority, user.profile.title")
	got := c.person("worker-1")
	if got.ID != orphan.ID || after.Status.StoreID != orphan.ID {
		t.Errorf("whoever is taken over keeps the store's ID %s, got %s and in the status %s", orphan.ID, got.ID, after.Status.StoreID)
	}
	if got.Stamp.Name != "worker-1" || got.Stamp.UID != string(after.UID) || got.Value.User.Profile.Title != "Head" {
		t.Errorf("the record should be the object's as it declares it, got %+v", got)
	}
	if got := reason(after, v1alpha1.ConditionConflict) + reason(after, v1alpha1.ConditionReconciling); got != "" {
		t.Errorf("once it is taken over there is no Conflict and nothing to reconcile, got %s", got)
	}
	c.namesNobody()
}

// seed puts a record into the store as another owner's.
func seed[K comparable, V store.Record[K, V]](c *company, records store.Records[K, V], value V, owner store.Owner) {
	c.t.Helper()
	if _, err := records.Put(c.t.Context(), value, store.Stamp{Owner: owner, UID: "theirs"}, store.Terms{}); err != nil {
		c.t.Fatalf("putting a record of %s: %v", owner, err)
	}
}

// takenOver asks for a record of another installation in every way that is not enough, and then in the one that is.
func takenOver[T lifecycle.Object](c *company, object T, owner store.Owner, same func() string) {
	c.t.Helper()
	before := same()
	c.create(object)
	conflicts(c, object, "ForeignRecord", owner.String(), `roster.dev/adopt: "elsewhere" takes it over`)
	for _, asked := range []string{"true", "third", "Elsewhere", "elsewhere,third"} {
		edit(c, object, func(o T) { adopting(o, asked) })
		passedAgain(c, object)
		says(c, object, "Conflict=True/ForeignRecord")
	}
	if diff := cmp.Diff(before, same()); diff != "" {
		c.t.Errorf("nothing but the name of its installation is enough for %s (-want +got):\n%s", owner, diff)
	}
	edit(c, object, func(o T) { adopting(o, "elsewhere") })
	becomesReady(c, object)
	if got := reason(object, v1alpha1.ConditionConflict); got != "" {
		c.t.Errorf("once it is taken over there is no Conflict, got %s", got)
	}
}

// ownerOf is whose a record is.
func ownerOf[K comparable, V any](c *company, records store.Records[K, V], key K) func() string {
	return func() string {
		record, _ := stored(c, records, key)
		return record.Stamp.String()
	}
}

func TestARecordOfAnotherInstallationIsTakenOverByTheNameOfThat(t *testing.T) {
	t.Parallel()
	c, k := newAdopters(t)
	theirs := func(kind, name string) store.Owner {
		return store.Owner{Installation: "elsewhere", Namespace: c.namespace, Kind: kind, Name: name}
	}
	tenant := roster.TenantKey{Company: c.namespace, Tenant: "north"}
	general := roster.GroupKey{Company: c.namespace, Tenant: "north", Group: roster.GeneralGroup}
	group := roster.GroupKey{Company: c.namespace, Tenant: "north", Group: "sales"}
	policy := roster.PolicyKey{Company: c.namespace, Tenant: "north", Policy: "chat"}
	person := roster.NewPersonKey(c.namespace, "worker-1")
	seed(c, c.store.Tenants(), roster.TenantRecord{Company: c.namespace, Tenant: "north"}, theirs("Tenant", "north"))
	seed(c, c.store.Groups(), roster.Group{Company: c.namespace, Tenant: "north", Name: roster.GeneralGroup}, theirs("Tenant", "north"))
	seed(c, c.store.Groups(), roster.Group{Company: c.namespace, Tenant: "north", Name: "sales"}, theirs("Group", "sales"))
	seed(c, c.store.Policies(), roster.Policy{Company: c.namespace, Tenant: "north", Name: "chat"}, theirs("ChannelPolicy", "chat"))
	seed(c, c.store.People(), roster.Person{User: roster.User{Company: c.namespace, UserName: "worker-1", Active: true}}, theirs("Operator", "worker-1"))
	id := c.person("worker-1").ID

	takenOver(c, testkit.Tenant(c.namespace, "north"), theirs("Tenant", "north"), ownerOf(c, c.store.Tenants(), tenant))
	takenOver(c, testkit.Group(c.namespace, "sales", "north"), theirs("Group", "sales"), ownerOf(c, c.store.Groups(), group))
	takenOver(c, testkit.ChannelPolicy(c.namespace, "chat", "north", testkit.For(v1alpha1.PolicySubject{Group: "sales"})),
		theirs("ChannelPolicy", "chat"), ownerOf(c, c.store.Policies(), policy))
	operator := testkit.Operator(c.namespace, "worker-1", testkit.InTenant("north"))
	takenOver(c, operator, theirs("Operator", "worker-1"), ownerOf(c, c.store.People(), person))
	if operator.Status.StoreID != id {
		t.Errorf("whoever is taken over keeps the store's ID %s, got %s", id, operator.Status.StoreID)
	}
	for _, key := range []any{tenant, general, group, policy, person} {
		if said := k.said[key]; !strings.HasPrefix(said, "Conflict=True/Adopting: about to take over the record of ") || !strings.Contains(said, `of installation "elsewhere"`) {
			t.Errorf("before the record %v is taken over its object should tell so, it said: %s", key, said)
		}
	}
}

// soonEnough is well within the 30 s after which a conflict is looked at again without being woken.
const soonEnough = 10 * time.Second

// promptly fails the test if what it waits for takes as long as if nobody were woken.
func promptly(t *testing.T, what string, wait func()) {
	t.Helper()
	from := time.Now()
	wait()
	if took := time.Since(from); took > soonEnough {
		t.Errorf("%s should be woken and not wait for the next look, it took %s", what, took)
	}
}

func TestALiveOwnersRecordIsTakenOverOnlyOnceItLeaves(t *testing.T) {
	t.Parallel()
	c, k := newAdopters(t)
	owner := testkit.Operator(c.namespace, "owner", recognisable, testkit.InTenant("north"))
	c.create(testkit.Tenant(c.namespace, "north"), owner)
	becomesReady(c, owner)
	want := c.person("owner")
	heir := testkit.Operator(c.namespace, "heir", recognisable, asks("true"), testkit.InTenant("north"), func(o *v1alpha1.Operator) {
		o.Spec.UserName, o.Spec.Profile.Email = "owner", owner.Spec.Profile.Email
	})
	c.create(heir)
	conflicts(c, heir, "UserNameTaken", "Operator "+c.namespace+"/owner", `roster.dev/adopt to "true" to follow that object once it is gone`)
	passedAgain(c, heir)
	if diff := cmp.Diff(want, c.person("owner")); diff != "" {
		t.Fatalf("a live owner's record is never taken over (-want +got):\n%s", diff)
	}
	k.none(c)

	c.remove(owner)
	c.gone(owner)
	promptly(t, "whoever waits for the owner to leave", func() { becomesReady(c, heir) })
	if heir.Status.StoreID != want.ID {
		t.Errorf("the person keeps the store's ID %s, got %s", want.ID, heir.Status.StoreID)
	}
	want.Stamp.Name = "heir"
	if diff := cmp.Diff(want, c.person("owner"), informative); diff != "" {
		t.Errorf("the person is as before, and no purge is due (-want +got):\n%s", diff)
	}
	c.namesNobody()
}

func TestARenamedObjectKeepsThePerson(t *testing.T) {
	t.Parallel()
	c, k := newAdopters(t)
	declared := func(name string, changes ...func(*v1alpha1.Operator)) *v1alpha1.Operator {
		o := testkit.Operator(c.namespace, name, recognisable, testkit.InTenant("north", testkit.On(v1alpha1.ChannelChat)))
		o.Spec.UserName, o.Spec.Profile.Email = "same.person", "same.person@example.com"
		for _, change := range changes {
			change(o)
		}
		return o
	}
	former := declared("former")
	c.create(testkit.Tenant(c.namespace, "north"), former)
	becomesReady(c, former)
	want := c.person("same.person")
	c.remove(former)
	c.gone(former)

	renamed := declared("renamed", asks("true"))
	c.create(renamed)
	becomesReady(c, renamed)
	k.told(c, roster.NewPersonKey(c.namespace, "same.person"), `Operator `+c.namespace+`/former of installation "e2e"`, "differs in user.active, user.purgeAfter")
	want.Stamp.Name = "renamed"
	if diff := cmp.Diff(want, c.person("same.person"), informative); diff != "" || renamed.Status.StoreID != want.ID {
		t.Errorf("under another object name the person is the same, with the store's ID (-want +got):\n%s", diff)
	}
	c.namesNobody()
}

// held are people whose objects, made anew, speak for less than the record holds.
var held = map[string]struct {
	reason       string
	before, anew []func(*v1alpha1.Operator)
}{
	"a company administrator": {
		reason: "whoever may write in one tenant could seize the whole company",
		before: []func(*v1alpha1.Operator){testkit.InTenant("north"), companyAdministrator},
		anew:   []func(*v1alpha1.Operator){testkit.InTenant("north"), companyAdministrator},
	},
	"somebody in no tenant": {
		reason: "nothing tells which tenant the record is of",
	},
	"somebody in more tenants": {
		reason: "whoever may write in one tenant could seize a person of another",
		before: []func(*v1alpha1.Operator){testkit.InTenant("north"), testkit.InTenant("south")},
		anew:   []func(*v1alpha1.Operator){testkit.InTenant("north")},
	},
}

func companyAdministrator(o *v1alpha1.Operator) { o.Spec.CompanyAdministrator = true }

func TestAnObjectMadeAnewIsHeldFromWhatItDoesNotSpeakFor(t *testing.T) {
	t.Parallel()
	all, k := newAdopters(t)
	// Somebody else administers the tenants, or the company administrator could not leave.
	chief := testkit.Operator(all.namespace, "chief", companyAdministrator)
	all.create(testkit.Tenant(all.namespace, "north"), testkit.Tenant(all.namespace, "south"), chief)
	becomesReady(all, chief)
	for name, tc := range held {
		t.Run(name, func(t *testing.T) {
			c := all.within(t)
			userName := strings.ReplaceAll(name, " ", "-")
			former := testkit.Operator(c.namespace, userName, append(tc.before, recognisable)...)
			c.create(former)
			becomesReady(c, former)
			c.remove(former)
			c.gone(former)
			left := c.person(userName)

			anew := testkit.Operator(c.namespace, userName, append(tc.anew, recognisable)...)
			c.create(anew)
			says(c, anew, "Held=True/ForeignRecord")
			if got := reason(anew, v1alpha1.ConditionReady) + reason(anew, v1alpha1.ConditionConflict); got != "Ready=False/Held" {
				t.Errorf("%s: it is not Ready and nobody else's, got %s", tc.reason, got)
			}
			if said := message(anew, v1alpha1.ConditionHeld); !strings.Contains(said, `name them, or set roster.dev/adopt to "true"`) {
				t.Errorf("Held should say what would help, it says: %s", said)
			}
			edit(c, anew, func(o *v1alpha1.Operator) { adopting(o, "elsewhere") })
			passedAgain(c, anew)
			if diff := cmp.Diff(left, c.person(userName)); diff != "" {
				t.Fatalf("%s, so the record is left alone (-want +got):\n%s", tc.reason, diff)
			}

			edit(c, anew, func(o *v1alpha1.Operator) { adopting(o, "true") })
			becomesReady(c, anew)
			if said := k.said[roster.NewPersonKey(c.namespace, userName)]; !strings.Contains(said, "user.active") {
				t.Errorf("what will change is told first, it said: %s", said)
			}
			if got := reason(anew, v1alpha1.ConditionHeld); got != "" || anew.Status.StoreID != left.ID {
				t.Errorf("whoever is asked for is the same person, with the store's ID %s, got %s and %s", left.ID, anew.Status.StoreID, got)
			}
		})
	}
	all.namesNobody()
}

func TestAnObjectMadeAnewTakesUpWhatItSpeaksFor(t *testing.T) {
	t.Parallel()
	c, k := newAdopters(t)
	declared := func(tenants ...string) *v1alpha1.Operator {
		o := testkit.Operator(c.namespace, "worker-1")
		for _, tenant := range tenants {
			testkit.InTenant(tenant)(o)
		}
		return o
	}
	c.create(testkit.Tenant(c.namespace, "north"), testkit.Tenant(c.namespace, "south"), testkit.Tenant(c.namespace, "west"))
	former := declared("north", "south")
	c.create(former)
	becomesReady(c, former)
	id := c.person("worker-1").ID
	c.remove(former)
	c.gone(former)

	t.Run("once an edit names every tenant", func(t *testing.T) {
		c := c.within(t)
		anew := declared("north")
		c.create(anew)
		says(c, anew, "Held=True/ForeignRecord")
		edit(c, anew, testkit.InTenant("south"))
		becomesReady(c, anew)
		if got := reason(anew, v1alpha1.ConditionHeld); got != "" || anew.Status.StoreID != id {
			t.Errorf("it takes up where the last one left, with the store's ID %s, got %s and %s", id, anew.Status.StoreID, got)
		}
		c.remove(anew)
		c.gone(anew)
	})
	t.Run("at once where it names more", func(t *testing.T) {
		c := c.within(t)
		anew := declared("west", "south", "north")
		c.create(anew)
		becomesReady(c, anew)
		got := c.person("worker-1")
		if got.ID != id || anew.Status.StoreID != id || len(got.Value.Memberships) != 3 || got.Stamp.UID != string(anew.UID) {
			t.Errorf("it takes up where the last one left, got %+v", got)
		}
		if writes := c.statusWrites("operators", "worker-1"); writes == 0 {
			t.Errorf("the status should be written, got %d writes", writes)
		}
	})
	k.none(c)
}

// TestAHeldObjectTakesNothingWithItWhenItLeaves: what an object may not have it may not end, either.
func TestAHeldObjectTakesNothingWithItWhenItLeaves(t *testing.T) {
	t.Parallel()
	c, _ := newAdopters(t)
	c.create(testkit.Tenant(c.namespace, "north"), testkit.Tenant(c.namespace, "south"))
	for _, policy := range []v1alpha1.OperatorDeletionPolicy{
		v1alpha1.OperatorDeletionPolicyDeactivate, v1alpha1.OperatorDeletionPolicyDelete, v1alpha1.OperatorDeletionPolicyOrphan,
	} {
		t.Run(string(policy), func(t *testing.T) {
			c := c.within(t)
			name := "held-" + strings.ToLower(string(policy))
			former := testkit.Operator(c.namespace, name, testkit.InTenant("north"), testkit.InTenant("south"))
			c.create(former)
			becomesReady(c, former)
			c.store.SetDown(true)
			c.remove(former)
			edit(c, former, func(o *v1alpha1.Operator) { controllerutil.RemoveFinalizer(o, v1alpha1.Finalizer) })
			c.gone(former)
			c.store.SetDown(false)
			want := c.person(name)

			anew := testkit.Operator(c.namespace, name, leavingBy(policy), testkit.InTenant("north"))
			c.create(anew)
			says(c, anew, "Held=True/ForeignRecord")
			c.remove(anew)
			c.gone(anew)
			if diff := cmp.Diff(want, c.person(name)); diff != "" {
				t.Errorf("a person of another tenant stays as he was, whoever makes and deletes an object of that name (-want +got):\n%s", diff)
			}
		})
	}
}
