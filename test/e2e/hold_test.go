// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/drivers"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/testkit"
)

// isHeld waits until part of a person is held for a reason, and checks what that says.
func isHeld(c *company, o *v1alpha1.Operator, why string, parts ...string) {
	c.t.Helper()
	says(c, o, "Held=True/"+why)
	if got := reason(o, v1alpha1.ConditionReady); got != "Ready=False/Held" {
		c.t.Errorf("%s is held, so Ready should say so, it says %s", describe(o), got)
	}
	if got := reason(o, v1alpha1.ConditionSynced); got != "Synced=False/NotStored" || o.Status.SyncedDigest != "" {
		c.t.Errorf("%s is not stored whole, so nothing should be remembered as if it were: %s, digest %q", describe(o), got, o.Status.SyncedDigest)
	}
	for _, part := range parts {
		if said := message(o, v1alpha1.ConditionHeld); !strings.Contains(said, part) {
			c.t.Errorf("Held should say %q, it says: %s", part, said)
		}
	}
}

// costsNothing expects further passes over what is held to write nothing, to the API server or to the store.
func (c *company) costsNothing(o *v1alpha1.Operator) {
	c.t.Helper()
	passedAgain(c, o)
	c.requests.reset()
	changed := c.store.Counts().Changed
	for range 2 {
		passedAgain(c, o)
	}
	if writes := c.statusWrites("operators", o.Name); writes > 0 {
		c.t.Errorf("%s is held, and another pass should write nothing to the API server, it wrote %d statuses", describe(o), writes)
	}
	if got := c.store.Counts().Changed; got != changed {
		c.t.Errorf("%s is held, and another pass should change nothing in the store, it changed %d records", describe(o), got-changed)
	}
}

func administratorOf(tenant string) func(*v1alpha1.Operator) {
	return testkit.InTenant(tenant, testkit.As(v1alpha1.RoleAdministrator))
}

// TestTheLastAdministratorOfATenantIsHeld until somebody else is, or until the tenant is gone.
func TestTheLastAdministratorOfATenantIsHeld(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	for name, tc := range map[string]struct {
		reason string
		is     func(tenant string) func(*v1alpha1.Operator)
		let    func(*v1alpha1.Operator)
		// heals is what lets the person go; without it somebody else is made Administrator.
		heals func(c *company, tenant *v1alpha1.Tenant)
	}{
		"demoted":       {"the role stays", administratorOf, func(o *v1alpha1.Operator) { o.Spec.Tenants[0].Role = v1alpha1.RoleWorker }, nil},
		"taken-out":     {"the role alone stays", administratorOf, func(o *v1alpha1.Operator) { o.Spec.Tenants = nil }, nil},
		"deactivated":   {"the person stays active", administratorOf, func(o *v1alpha1.Operator) { o.Spec.Active = new(false) }, nil},
		"out-of-tenant": {"the entry stays active", administratorOf, func(o *v1alpha1.Operator) { o.Spec.Tenants[0].Active = new(false) }, nil},
		"tenant-goes": {"nobody is needed for a tenant that is gone", administratorOf, func(o *v1alpha1.Operator) { o.Spec.Tenants = nil },
			func(c *company, tenant *v1alpha1.Tenant) { c.remove(tenant) }},
	} {
		t.Run(name, func(t *testing.T) {
			c := c.within(t)
			tenant := testkit.Tenant(c.namespace, "tenant-"+name)
			other := testkit.Operator(c.namespace, "other-"+name, testkit.InTenant(tenant.Name))
			last := testkit.Operator(c.namespace, "last-"+name, recognisable, tc.is(tenant.Name))
			c.create(tenant, other, last)
			becomesReady(c, tenant)
			becomesReady(c, other, last)
			edit(c, last, func(o *v1alpha1.Operator) {
				o.Spec.Profile.Title = "Agent"
				tc.let(o)
			})
			isHeld(c, last, "LastAdministrator", fmt.Sprintf("%q", tenant.Name), "make somebody else Administrator first")
			got := c.person(last.Name).Value
			if !got.AdministratorOf(tenant.Name) || got.User.Profile.Title != "Agent" {
				t.Errorf("%s, and all else is written: %+v", tc.reason, got)
			}
			if len(last.Status.Tenants) != 1 || last.Status.Tenants[0].Role != v1alpha1.RoleAdministrator || last.Status.State != v1alpha1.OperatorStateInvited {
				t.Errorf("the status should tell what is in effect, it tells %q and %+v", last.Status.State, last.Status.Tenants)
			}
			c.costsNothing(last)

			generation := last.Generation
			if tc.heals != nil {
				tc.heals(c, tenant)
			} else {
				edit(c, other, func(o *v1alpha1.Operator) { o.Spec.Tenants[0].Role = v1alpha1.RoleAdministrator })
			}
			promptly(t, "who is held", func() { becomesReady(c, last) })
			if c.person(last.Name).Value.AdministratorOf(tenant.Name) || last.Generation != generation {
				t.Errorf("it should heal without an edit, and the person should not administer any more")
			}
		})
	}
	c.namesNobody()
}

func TestTheLastCompanyAdministratorIsHeldWhole(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	chief := testkit.Operator(c.namespace, "chief", companyAdministrator)
	north, south := testkit.Tenant(c.namespace, "north"), testkit.Tenant(c.namespace, "south")
	local := testkit.Operator(c.namespace, "local", administratorOf("south"))
	c.create(north, south, chief, local)
	becomesReady(c, north, south)
	becomesReady(c, chief, local)
	edit(c, chief, func(o *v1alpha1.Operator) { o.Spec.CompanyAdministrator = false })
	isHeld(c, chief, "LastAdministrator", `"north"`)
	if got := c.person("chief").Value; !got.User.CompanyAdministrator {
		t.Errorf("the right has no parts and should be held whole, got %+v", got.User)
	}
	heir := testkit.Operator(c.namespace, "heir", companyAdministrator)
	c.create(heir)
	promptly(t, "who is held", func() { becomesReady(c, chief) })
	if c.person("chief").Value.User.CompanyAdministrator {
		t.Error("with an heir the company should be administered by him alone")
	}
}

// pairs is how many pairs of objects meet in a race.
const pairs = 50

// raced runs what each of the pairs does at once, all pairs beside one another.
func raced(t *testing.T, do func(pair, which int) error) {
	t.Helper()
	var group sync.WaitGroup
	failures := make(chan error, 2*pairs)
	start := make(chan struct{})
	for pair := range pairs {
		for which := range 2 {
			group.Go(func() {
				<-start
				failures <- do(pair, which)
			})
		}
	}
	close(start)
	group.Wait()
	close(failures)
	for err := range failures {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// looked waits until a pass over an object has come to a conclusion about its generation.
func looked(c *company, o *v1alpha1.Operator) {
	c.t.Helper()
	settled(c, o, "was looked at", func(o *v1alpha1.Operator) bool {
		return o.Status.ObservedGeneration == o.Generation && meta.FindStatusCondition(o.Status.Conditions, v1alpha1.ConditionReady) != nil
	})
}

// TestOfTheLastTwoAdministratorsWhoAreDemotedAtOnceOneIsHeld edits both of the last two of 50 tenants at once.
func TestOfTheLastTwoAdministratorsWhoAreDemotedAtOnceOneIsHeld(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(t *testing.T) store.Store{
		"memory": func(*testing.T) store.Store { return memory.New() },
		"sqlite": func(t *testing.T) store.Store {
			s, err := drivers.Open("sqlite://" + filepath.Join(t.TempDir(), "roster.db"))
			return untilTheEnd(t, s, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t, over(open(t)))
			tenants, people := make([]*v1alpha1.Tenant, pairs), make([][2]*v1alpha1.Operator, pairs)
			for pair := range pairs {
				tenants[pair] = testkit.Tenant(c.namespace, fmt.Sprintf("tenant-%d", pair))
				c.create(tenants[pair])
				for which := range 2 {
					people[pair][which] = testkit.Operator(c.namespace, fmt.Sprintf("person-%d-%d", pair, which), administratorOf(tenants[pair].Name))
					c.create(people[pair][which])
				}
			}
			becomesReady(c, tenants...)
			for _, pair := range people {
				becomesReady(c, pair[0], pair[1])
			}
			demotion := client.RawPatch("application/json-patch+json", []byte(`[{"op": "replace", "path": "/spec/tenants/0/role", "value": "Worker"}]`))
			raced(t, func(pair, which int) error { return c.Patch(t.Context(), people[pair][which], demotion) })
			for pair, two := range people {
				held := 0
				for _, o := range two {
					looked(c, o)
					administers := c.person(o.Name).Value.AdministratorOf(tenants[pair].Name)
					if holding := reason(o, v1alpha1.ConditionHeld) == "Held=True/LastAdministrator"; holding != administers || holding == isReady(o) {
						t.Errorf("%s administers %t, says %s and %s; whoever is held does and is not Ready", o.Name, administers,
							reason(o, v1alpha1.ConditionHeld), reason(o, v1alpha1.ConditionReady))
					}
					if administers {
						held++
					}
				}
				if held != 1 {
					t.Errorf("of the last two of %s exactly one should stay, %d do", tenants[pair].Name, held)
				}
			}
		})
	}
}

func TestOfTwoWhoAreCreatedWithOneUserNameOneIsStored(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	people := make([][2]*v1alpha1.Operator, pairs)
	for pair := range pairs {
		for which := range 2 {
			people[pair][which] = testkit.Operator(c.namespace, fmt.Sprintf("claim-%d-%d", pair, which), func(o *v1alpha1.Operator) {
				o.Spec.UserName = fmt.Sprintf("Wanted.%d", pair)
			})
		}
	}
	raced(t, func(pair, which int) error { return c.Create(t.Context(), people[pair][which]) })
	for pair, two := range people {
		owner := ""
		for i, o := range two {
			looked(c, o)
			switch {
			case isReady(o):
				owner += o.Name
			case reason(o, v1alpha1.ConditionConflict) != "Conflict=True/UserNameTaken" || !strings.Contains(message(o, v1alpha1.ConditionConflict), two[1-i].Name):
				t.Errorf("whoever loses should say who has the name, %s says %s: %s", o.Name, reason(o, v1alpha1.ConditionConflict), message(o, v1alpha1.ConditionConflict))
			}
		}
		if got := c.person(fmt.Sprintf("wanted.%d", pair)); got.Stamp.Name != owner {
			t.Errorf("exactly one should be stored, and be the one that is Ready: %q is Ready, the store has %q", owner, got.Stamp.Name)
		}
	}
}

// applied sends objects as a GitOps tool does: a dry run of everything first, then each in the given order.
func (c *company) applied(objects ...*v1alpha1.Operator) {
	c.t.Helper()
	for _, dry := range []bool{true, false} {
		for _, o := range objects {
			options := []client.ApplyOption{client.FieldOwner("gitops"), client.ForceOwnership}
			if dry {
				options = append(options, client.DryRunAll)
			}
			if err := c.Apply(c.t.Context(), client.ApplyConfigurationFromUnstructured(manifestOf(c.t, o)), options...); err != nil {
				c.t.Fatalf("applying %s (dry run: %t): %v", o.Name, dry, err)
			}
		}
	}
}

// TestOfTwoWhoWantOneUserNameTheOlderGetsIt where the store has it for neither, since nobody managed them when they were created.
func TestOfTwoWhoWantOneUserNameTheOlderGetsIt(t *testing.T) {
	t.Parallel()
	c := newCompany(t, unguarded)
	c.stop()
	people := make([][2]*v1alpha1.Operator, 10)
	for pair := range people {
		// The later by name is created first, and may be the older by a second.
		for which, name := range []string{"zeta", "alpha"} {
			people[pair][which] = testkit.Operator(c.namespace, fmt.Sprintf("%s-%d", name, pair), func(o *v1alpha1.Operator) {
				o.Spec.UserName = fmt.Sprintf("wanted.%d", pair)
			})
			c.create(people[pair][which])
		}
	}
	c.start()
	for _, two := range people {
		winner, loser := two[1], two[0]
		if two[0].CreationTimestamp.Before(&two[1].CreationTimestamp) {
			winner, loser = two[0], two[1]
		}
		becomesReady(c, winner)
		conflicts(c, loser, "UserNameTaken", "Operator "+c.namespace+"/"+winner.Name)
		if got := c.person(winner.Spec.UserName).Stamp.Name; got != winner.Name {
			t.Errorf("the older, or the first by name, should be stored: %s, the store has %s", winner.Name, got)
		}
	}
}

// manifestOf is an object as it is kept in Git.
func manifestOf(t *testing.T, o *v1alpha1.Operator) *unstructured.Unstructured {
	t.Helper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
	if err != nil {
		t.Fatal(err)
	}
	manifest := &unstructured.Unstructured{Object: content}
	manifest.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("Operator"))
	unstructured.RemoveNestedField(manifest.Object, "status")
	unstructured.RemoveNestedField(manifest.Object, "metadata", "creationTimestamp")
	return manifest
}

// neverStalled fails where an object stalled before it became Ready.
func neverStalled(c *company, objects ...*v1alpha1.Operator) {
	c.t.Helper()
	for _, o := range objects {
		promptly(c.t, describe(o), func() { becomesReady(c, o) })
		if got := reason(o, v1alpha1.ConditionStalled); got != "" {
			c.t.Errorf("%s should converge within the time it may wait, it says %s", describe(o), got)
		}
	}
}

// TestOneApplyConvergesInEitherOrder sends two changes of which each needs the other.
func TestOneApplyConvergesInEitherOrder(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	for _, order := range []string{"needing-first", "needing-last"} {
		inOrder := func(needing, needed *v1alpha1.Operator) {
			if order == "needing-first" {
				c.applied(needing, needed)
			} else {
				c.applied(needed, needing)
			}
		}
		person := func(name string, changes ...func(*v1alpha1.Operator)) *v1alpha1.Operator {
			return testkit.Operator(c.namespace, name+"-"+order, append([]func(*v1alpha1.Operator){recognisable}, changes...)...)
		}
		t.Run("demote one and promote another, "+order, func(t *testing.T) {
			c := c.within(t)
			tenant := testkit.Tenant(c.namespace, "tenant-"+order)
			worker := testkit.InTenant(tenant.Name)
			first, second := person("first", administratorOf(tenant.Name)), person("second", worker)
			c.create(tenant)
			c.applied(first, second)
			becomesReady(c, tenant)
			becomesReady(c, first, second)
			first, second = person("first", worker), person("second", administratorOf(tenant.Name))
			inOrder(first, second)
			neverStalled(c, first, second)
			if c.person(first.Name).Value.AdministratorOf(tenant.Name) || !c.person(second.Name).Value.AdministratorOf(tenant.Name) {
				t.Error("the second should administer the tenant, and the first no more")
			}
		})
		t.Run("hand an address over, "+order, func(t *testing.T) {
			c := c.within(t)
			address := v1alpha1.EmailAddress("desk-" + order + "@example.com")
			from, to := person("from", withAddress(address)), person("to")
			c.applied(from, to)
			becomesReady(c, from, to)
			from, to = person("from"), person("to", withAddress(address))
			inOrder(to, from)
			neverStalled(c, from, to)
			if got := c.person(to.Name).Value.User.Profile.Email; got != string(address) {
				t.Errorf("the address should be handed over, the store has %q", got)
			}
		})
		t.Run("rename the object of a person, "+order, func(t *testing.T) {
			c := c.within(t)
			c.create(testkit.Tenant(c.namespace, "renamed-"+order))
			before := person("before", testkit.InTenant("renamed-"+order))
			c.applied(before)
			becomesReady(c, before)
			id := c.person(before.Name).ID
			after := person("after", testkit.InTenant("renamed-"+order), asks("true"), func(o *v1alpha1.Operator) {
				o.Spec.UserName, o.Spec.Profile.Email = before.Spec.UserName, before.Spec.Profile.Email
			})
			if order == "needing-first" {
				c.applied(after)
				c.remove(before)
			} else {
				c.remove(before)
				c.applied(after)
			}
			neverStalled(c, after)
			c.gone(before)
			if got := c.person(before.Spec.UserName); got.ID != id || got.Stamp.Name != after.Name || !got.Value.User.Active {
				t.Errorf("the person %s should go on under the new name, got %+v", id, got)
			}
		})
	}
}

// TestWhatATenantHoldsBackIsWrittenOnceItAllowsIt covers what policies of a tenant hold, each with both ends of it.
func TestWhatATenantHoldsBackIsWrittenOnceItAllowsIt(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	for name, tc := range map[string]struct {
		why, says string
		policy    func(*v1alpha1.Tenant)
		entry     func(*v1alpha1.OperatorTenant)
		allow     func(*v1alpha1.Tenant)
		// has tells whether the store has what was held.
		has func(roster.Person) bool
	}{
		"role-policy": {"StrictRolePolicy", "spec.tenants[role-policy].permissions[ViewEmails] is held",
			func(*v1alpha1.Tenant) {},
			func(e *v1alpha1.OperatorTenant) { e.Permissions = []v1alpha1.Permission{v1alpha1.PermissionViewEmails} },
			func(t *v1alpha1.Tenant) { t.Spec.RolePolicy = v1alpha1.RolePolicyAdditive },
			func(p roster.Person) bool { return len(p.Memberships[0].Permissions) == 1 }},
		"group-policy": {"TooManyGroups", "spec.tenants[group-policy].groups[group-policy-2] is held",
			func(t *v1alpha1.Tenant) { t.Spec.GroupPolicy.MaxPerOperator = new(int32(1)) },
			testkit.InGroups("group-policy-1", "group-policy-2"),
			func(t *v1alpha1.Tenant) { t.Spec.GroupPolicy.MaxPerOperator = nil },
			func(p roster.Person) bool { return len(p.Memberships[0].Groups) == 2 }},
		"profile-policy": {"ProfileIncomplete", `Tenant "profile-policy" demands title of its operators`,
			func(t *v1alpha1.Tenant) {
				t.Spec.ProfilePolicy.Required = []v1alpha1.ProfileField{v1alpha1.ProfileFieldTitle}
			},
			testkit.On(v1alpha1.ChannelChat),
			func(t *v1alpha1.Tenant) { t.Spec.ProfilePolicy.Required = nil },
			func(p roster.Person) bool { return len(p.Memberships) == 1 && len(p.Grants) == 1 }},
	} {
		t.Run(name, func(t *testing.T) {
			c := c.within(t)
			tenant := testkit.Tenant(c.namespace, name, tc.policy)
			person := testkit.Operator(c.namespace, "person-"+name, recognisable, testkit.InTenant(name, tc.entry))
			c.create(tenant, testkit.Group(c.namespace, name+"-1", name), testkit.Group(c.namespace, name+"-2", name), person)
			isHeld(c, person, tc.why, tc.says)
			if got := c.person(person.Name).Value; tc.has(got) {
				t.Errorf("what is held should not be in the store: %+v", got.Memberships)
			}
			if len(person.Status.Tenants) != 1 || len(person.Status.Tenants[0].Ineffective) == 0 || person.Status.Tenants[0].Ineffective[0].Reason != tc.why {
				t.Errorf("the status should list what has no effect, it lists %+v", person.Status.Tenants)
			}
			c.costsNothing(person)
			generation := person.Generation
			edit(c, tenant, tc.allow)
			promptly(t, "who is held", func() { becomesReady(c, person) })
			if got := c.person(person.Name).Value; !tc.has(got) || person.Generation != generation {
				t.Errorf("it should heal without an edit, and the store have all of it: %+v", got.Memberships)
			}
			edit(c, tenant, tc.policy)
			if name == "profile-policy" {
				isHeld(c, person, tc.why, tc.says)
				if got := c.person(person.Name).Value; !tc.has(got) {
					t.Errorf("an entry that is there stays: %+v", got)
				}
			}
		})
	}
	c.namesNobody()
}

// TestSeveralHoldsAreToldTogether has a person of whom several parts are held, and whose address is taken besides.
func TestSeveralHoldsAreToldTogether(t *testing.T) {
	t.Parallel()
	c := newCompany(t, stallingSoon)
	c.create(testkit.Tenant(c.namespace, "north"), testkit.Tenant(c.namespace, "south", func(t *v1alpha1.Tenant) {
		t.Spec.ProfilePolicy.Required = []v1alpha1.ProfileField{v1alpha1.ProfileFieldTitle}
	}))
	owner, person := testkit.Operator(c.namespace, "owner", recognisable), testkit.Operator(c.namespace, "person", recognisable)
	c.create(owner, person)
	becomesReady(c, owner, person)
	address := c.person("person").Value.User.Profile.Email
	edit(c, person, func(o *v1alpha1.Operator) {
		o.Spec.Profile.Email, o.Spec.Profile.Locale = owner.Spec.Profile.Email, "en"
		testkit.InTenant("north", func(e *v1alpha1.OperatorTenant) {
			e.Permissions = []v1alpha1.Permission{v1alpha1.PermissionViewEmails, v1alpha1.PermissionManageFiles}
		})(o)
		testkit.InTenant("south")(o)
	})
	conflicts(c, person, "EmailTaken", "spec.profile.email is taken by Operator "+c.namespace+"/owner")
	if got := reason(person, v1alpha1.ConditionHeld); got != "Held=True/SeveralHeld" {
		t.Errorf("permissions and an entry are held for different reasons, so %s should be SeveralHeld", got)
	}
	for _, part := range []string{"spec.tenants[north].permissions[ManageFiles]", "spec.tenants[north].permissions[ViewEmails]", "spec.tenants[south]"} {
		if said := message(person, v1alpha1.ConditionHeld); !strings.Contains(said, part+" is held") {
			t.Errorf("Held should say %s, it says: %s", part, said)
		}
	}
	got := c.person("person").Value
	if got.User.Profile.Email != address || got.User.Locale != "en" || len(got.Memberships) != 1 || len(got.Memberships[0].Permissions) != 0 {
		t.Errorf("the former address stays, and what nothing holds is written: %+v", got)
	}
	says(c, person, "Stalled=True/Conflict")
	c.costsNothing(person)
	edit(c, person, func(o *v1alpha1.Operator) {
		o.Spec.Profile.Email, o.Spec.Profile.Title = v1alpha1.EmailAddress(address), "Agent"
		o.Spec.Tenants[0].Permissions = nil
	})
	becomesReady(c, person)
	c.namesNobody()
}
