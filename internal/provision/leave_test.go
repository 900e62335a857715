// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/storetest/faults"
)

// contactCentre is a store with the tenant north, which allows one removal an hour, and people who work there.
type contactCentre struct {
	*provision.Provisioner
	t     *testing.T
	store *faults.Store
}

func newContactCentre(t *testing.T, people ...string) contactCentre {
	t.Helper()
	p, s := newProvisioner()
	c := contactCentre{p, t, s}
	north := roster.TenantRecord{
		Company: "acme", Tenant: "north",
		Settings: roster.Settings{Retention: 60, RemovalBudget: &roster.RemovalBudget{Max: 1, Window: 3600}},
	}
	c.ensures("Tenant", "north", provision.Tenant(north), provision.GeneralGroup(roster.Group{Company: "acme", Tenant: "north", Name: roster.GeneralGroup}))
	for _, name := range people {
		c.ensures("Operator", name, provision.Person(worksIn(name, roster.Worker)))
	}
	return c
}

func (c contactCentre) ensures(kind, name string, records ...provision.Record) string {
	c.t.Helper()
	ensured, err := c.Ensure(c.t.Context(), provision.Claim{Stamp: stampOf(kind, name)}, records...)
	if errors.Is(err, store.ErrFenced) {
		ensured, err = c.Ensure(c.t.Context(), provision.Claim{Stamp: stampOf(kind, name)}, records...)
	}
	if err != nil {
		c.t.Fatalf("storing %s %s: %v", kind, name, err)
	}
	return ensured.Digest
}

func worksIn(name string, role roster.Role) roster.Person {
	return roster.Person{
		User:        roster.User{Company: "acme", UserName: name, Active: true},
		Memberships: []roster.Membership{{Tenant: "north", Active: true, Role: role}},
	}.Canonical()
}

func (c contactCentre) user(name string) roster.User {
	c.t.Helper()
	stored, err := c.store.People().Get(c.t.Context(), roster.NewPersonKey("acme", name))
	if errors.Is(err, store.ErrNotFound) {
		return roster.User{}
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return stored.Value.User
}

// settles goes on with the record of somebody whose object is gone.
func (c contactCentre) settles(name string, leaving provision.Leaving) provision.Departure {
	c.t.Helper()
	departure, err := c.SettlePerson(c.t.Context(), roster.NewPersonKey("acme", name), stampOf("Operator", name).Owner, leaving)
	if err != nil {
		c.t.Fatalf("settling %s: %v", name, err)
	}
	return departure
}

func confirmed(count int) map[string]roster.Confirmation {
	return map[string]roster.Confirmation{"north": {Text: "yes", Count: count, Until: now.Add(time.Hour)}}
}

var heldByBudget = provision.Departure{Held: roster.HeldByBudget, Tenants: []string{"north"}}

// leaves ends what somebody has whose object is being deleted, and expects what comes of it.
func (c contactCentre) leaves(name string, by func(context.Context, roster.Person, store.Stamp, provision.Leaving) (provision.Departure, error), want provision.Departure) {
	c.t.Helper()
	departure, err := by(c.t.Context(), worksIn(name, roster.Worker), stampOf("Operator", name), provision.Leaving{Now: now})
	if diff := cmp.Diff(want, departure); diff != "" || err != nil {
		c.t.Errorf("what comes of %s leaving (-want +got), %v:\n%s", name, err, diff)
	}
}

// is expects of a person's record whether it is active, why it is held, and when it is purged.
func (c contactCentre) is(name string, active bool, held roster.HoldReason, purge time.Time) {
	c.t.Helper()
	want := fmt.Sprintf("active %t, held %q, purge %s", active, held, purge)
	u := c.user(name)
	if got := fmt.Sprintf("active %t, held %q, purge %s", u.Active, u.Held, u.PurgeAfter); got != want {
		c.t.Errorf("the record of %s should say %s, it says %s", name, want, got)
	}
}

func TestARemovalBeyondTheBudgetIsHeldUntilItIsConfirmed(t *testing.T) {
	c := newContactCentre(t, "a", "b", "d")
	c.leaves("a", c.Deactivate, provision.Departure{})
	c.leaves("b", c.Deactivate, heldByBudget)
	// To be removed at once is no way past the budget; it is marked by a time of purge.
	c.leaves("d", c.DeletePerson, heldByBudget)
	c.is("b", true, roster.HeldByBudget, time.Time{})
	c.is("d", true, roster.HeldByBudget, now)

	c.store.Reset()
	if diff := cmp.Diff(heldByBudget, c.settles("b", provision.Leaving{Now: now.Add(48 * time.Hour)})); diff != "" || c.store.Counts().Puts > 0 {
		t.Errorf("another window is no confirmation (-want +got), and nothing is tried: %+v\n%s", c.store.Counts(), diff)
	}
	for _, name := range []string{"b", "d"} {
		if got := c.settles(name, provision.Leaving{Now: now, Confirmed: confirmed(2)}); got.Held != "" {
			t.Errorf("%s was confirmed, and is held still: %+v", name, got)
		}
	}
	c.is("b", false, "", now.Add(time.Minute))
	if d := c.user("d"); d.UserName != "" {
		t.Errorf("who was to be removed at once should be, got %+v", d)
	}
}

func TestTheLastAdministratorIsHeldAndLetGo(t *testing.T) {
	for _, atOnce := range []bool{false, true} {
		c := newContactCentre(t)
		south := roster.TenantRecord{Company: "acme", Tenant: "south"}
		c.ensures("Tenant", "south", provision.Tenant(south))
		chief := worksIn("chief", roster.Administrator)
		chief.Memberships = append(chief.Memberships, roster.Membership{Tenant: "south", Active: true, Role: roster.Worker})
		c.ensures("Operator", "chief", provision.Person(chief))
		leave := c.Deactivate
		if atOnce {
			leave = c.DeletePerson
		}
		departure, err := leave(t.Context(), chief, stampOf("Operator", "chief"), provision.Leaving{Now: now})
		want := provision.Departure{Held: roster.HeldAsLastAdministrator, Tenants: []string{"north"}}
		if diff := cmp.Diff(want, departure); diff != "" || err != nil {
			t.Fatalf("the last Administrator is held (-want +got), %v:\n%s", err, diff)
		}
		stored, err := c.store.People().Get(t.Context(), chief.Key())
		if err != nil || !stored.Value.AdministratorOf("north") || stored.Value.LiveMember("south") {
			t.Errorf("he stays Administrator of north and nothing in south, got %+v, %v", stored.Value, err)
		}
		if again := c.settles("chief", provision.Leaving{Now: now}); again.Held != roster.HeldAsLastAdministrator {
			t.Errorf("nothing changed, so he is held still, got %+v", again)
		}
		c.ensures("Operator", "other", provision.Person(worksIn("other", roster.Administrator)))
		if again := c.settles("chief", provision.Leaving{Now: now}); again.Held != "" {
			t.Errorf("there is another, so he goes, got %+v", again)
		}
		if gone := c.user("chief"); gone.Active || (gone.UserName == "") != atOnce {
			t.Errorf("he goes as his object wanted it (at once: %t), got %+v", atOnce, gone)
		}
	}
}

func TestAConfirmationLetsTheLastAdministratorGo(t *testing.T) {
	c := newContactCentre(t)
	chief := worksIn("chief", roster.Administrator)
	c.ensures("Operator", "chief", provision.Person(chief))
	if _, err := c.Deactivate(t.Context(), chief, stampOf("Operator", "chief"), provision.Leaving{Now: now}); err != nil {
		t.Fatal(err)
	}
	if got := c.settles("chief", provision.Leaving{Now: now, Confirmed: confirmed(1)}); got.Held != "" || c.user("chief").Active {
		t.Errorf("who is confirmed goes, even the last: got %+v, %+v", got, c.user("chief"))
	}
}

func TestSettlingPurgesOnlyWhoseTimeHasCome(t *testing.T) {
	c := newContactCentre(t, "a")
	if _, err := c.Deactivate(t.Context(), worksIn("a", roster.Worker), stampOf("Operator", "a"), provision.Leaving{Now: now}); err != nil {
		t.Fatal(err)
	}
	c.settles("a", provision.Leaving{Now: now.Add(time.Minute - 1)})
	if c.user("a").UserName == "" {
		t.Fatal("the time of purge has not come, and the record is gone")
	}
	c.settles("a", provision.Leaving{Now: now.Add(time.Minute)})
	if c.user("a").UserName != "" {
		t.Error("the time of purge has come, and the record is there")
	}
}

func TestSettlingTouchesNoRecordOfAnother(t *testing.T) {
	c := newContactCentre(t, "a")
	departure, err := c.SettlePerson(t.Context(), roster.NewPersonKey("acme", "a"), stampOf("Operator", "b").Owner, provision.Leaving{Now: now})
	if departure.Held != "" || err != nil || !c.user("a").Active {
		t.Errorf("whose record is another's by now stays, got %+v, %v, %+v", departure, err, c.user("a"))
	}
}

// found are what a sweep finds, each as "<what> <kind> <name>".
func (c contactCentre) found(declared provision.Declared, at time.Time) []string {
	c.t.Helper()
	var found []string
	rest := func(context.Context, time.Duration) error { return nil }
	words := map[provision.Found]string{provision.Differs: "differs", provision.Left: "left", provision.Waiting: "waiting", provision.Foreign: "foreign"}
	err := c.Sweep(c.t.Context(), "acme", declared, at, rest, func(f provision.Finding) {
		found = append(found, fmt.Sprintf("%s %s %s %s", words[f.What], f.Owner.Kind, f.Owner.Name, f.Held))
	})
	if err != nil {
		c.t.Fatalf("sweeping: %v", err)
	}
	slices.Sort(found)
	return found
}

func TestASweepFindsWhatIsNotAsRemembered(t *testing.T) {
	c := newContactCentre(t, "left")
	remembered := func(kind, name, digest string) provision.Memory {
		stamp := stampOf(kind, name)
		return provision.Memory{Owner: stamp.Owner, UID: stamp.UID, Synced: digest}
	}
	declared := func() provision.Declared {
		d := provision.Declared{
			Tenants: map[roster.TenantKey]provision.Memory{}, Groups: map[roster.GroupKey]provision.Memory{},
			Policies: map[roster.PolicyKey]provision.Memory{}, People: map[roster.PersonKey]provision.Memory{},
		}
		tenant := roster.TenantRecord{Company: "acme", Tenant: "south"}
		general := roster.Group{Company: "acme", Tenant: "south", Name: roster.GeneralGroup}
		group := roster.Group{Company: "acme", Tenant: "south", Name: "sales"}
		policy := roster.Policy{Company: "acme", Tenant: "south", Name: "voice"}
		d.Tenants[tenant.Key()] = remembered("Tenant", "south", c.ensures("Tenant", "south", provision.Tenant(tenant), provision.GeneralGroup(general)))
		d.Groups[group.Key()] = remembered("Group", "sales", c.ensures("Group", "sales", provision.Group(group)))
		d.Policies[policy.Key()] = remembered("ChannelPolicy", "voice", c.ensures("ChannelPolicy", "voice", provision.Policy(policy)))
		d.People[roster.NewPersonKey("acme", "here")] = remembered("Operator", "here", c.ensures("Operator", "here", provision.Person(worksIn("here", roster.Worker))))
		return d
	}
	undeclared := []string{"left Operator left ", "left Tenant north "}
	for name, tc := range map[string]struct {
		reason string
		hand   func(d provision.Declared)
		at     time.Time
		want   []string
	}{
		"nothing changed": {"only what nobody declares is found", func(provision.Declared) {}, now, undeclared},
		"edited": {"a person is another than was written", func(provision.Declared) {
			person := worksIn("here", roster.Manager)
			c.ensures("Operator", "here", provision.Person(person))
		}, now, append([]string{"differs Operator here "}, undeclared...)},
		"removed": {"a record that an object remembers is gone", func(provision.Declared) {
			if err := c.DeleteGroup(t.Context(), roster.GroupKey{Company: "acme", Tenant: "south", Group: "sales"}, stampOf("Group", "sales")); err != nil {
				t.Fatal(err)
			}
		}, now, append([]string{"differs Group sales "}, undeclared...)},
		"the general group": {"it is part of what its tenant remembers", func(provision.Declared) {
			c.ensures("Tenant", "south", provision.GeneralGroup(roster.Group{Company: "acme", Tenant: "south", Name: roster.GeneralGroup, Description: "changed"}))
		}, now, append([]string{"differs Tenant south "}, undeclared...)},
		"never written in full": {"an object that remembers nothing is looked at", func(d provision.Declared) {
			key := roster.PolicyKey{Company: "acme", Tenant: "south", Policy: "voice"}
			d.Policies[key] = remembered("ChannelPolicy", "voice", "")
		}, now, append([]string{"differs ChannelPolicy voice "}, undeclared...)},
		"another ID": {"the store knows the person by another ID than the object", func(d provision.Declared) {
			key := roster.NewPersonKey("acme", "here")
			memory := d.People[key]
			memory.ID = "another"
			d.People[key] = memory
		}, now, append([]string{"differs Operator here "}, undeclared...)},
		"another object": {"the object was made anew", func(d provision.Declared) {
			key := roster.NewPersonKey("acme", "here")
			memory := d.People[key]
			memory.UID = "another"
			d.People[key] = memory
		}, now, append([]string{"differs Operator here "}, undeclared...)},
	} {
		t.Run(name, func(t *testing.T) {
			d := declared()
			tc.hand(d)
			slices.Sort(tc.want)
			if diff := cmp.Diff(tc.want, c.found(d, tc.at)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestASweepTellsOnceOfAForeignGeneralGroup(t *testing.T) {
	p, s := newProvisioner()
	c := contactCentre{p, t, s}
	stray := roster.Group{Company: "acme", Tenant: "gone", Name: roster.GeneralGroup}
	stamp := stampOf("Tenant", "gone")
	stamp.Installation = "another"
	if _, err := s.Groups().Put(t.Context(), stray, stamp, store.Terms{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"foreign Tenant gone "}, c.found(provision.Declared{}, now)); diff != "" {
		t.Errorf("a general group of another, whose tenant has no record, is one record (-want +got):\n%s", diff)
	}
}

func TestASweepTellsWhoWaitsFromWhoIsDue(t *testing.T) {
	c := newContactCentre(t, "first", "second")
	for _, name := range []string{"first", "second"} {
		if _, err := c.Deactivate(t.Context(), worksIn(name, roster.Worker), stampOf("Operator", name), provision.Leaving{Now: now}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Retire(t.Context(), roster.TenantKey{Company: "acme", Tenant: "north"}, stampOf("Tenant", "north"), true, provision.Leaving{Now: now, Confirmed: confirmed(1)}); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Duration][]string{
		0:           {"waiting Operator first ", "waiting Operator second Budget", "waiting Tenant north "},
		time.Minute: {"left Operator first ", "left Tenant north ", "waiting Operator second Budget"},
	} {
		if diff := cmp.Diff(want, c.found(provision.Declared{}, now.Add(at))); diff != "" {
			t.Errorf("after %s (-want +got):\n%s", at, diff)
		}
	}
}

func TestDriftIsToldOrPutRight(t *testing.T) {
	for _, reports := range []bool{false, true} {
		c := newContactCentre(t)
		group := roster.Group{Company: "acme", Tenant: "north", Name: "sales", DisplayName: "Sales"}
		digest := c.ensures("Group", "sales", provision.Group(group))
		changed := group
		changed.DisplayName = "Changed"
		c.ensures("Group", "sales", provision.Group(changed))
		claim := provision.Claim{Stamp: stampOf("Group", "sales"), Synced: digest, ReportsDrift: reports}

		c.store.Reset()
		if got, err := c.Ensure(t.Context(), claim, provision.Group(group)); err != nil || got.Drift != nil || c.store.Counts() != (faults.Counts{}) {
			t.Errorf("a record that nobody doubts is not looked at, got %+v, %v, %+v", got, err, c.store.Counts())
		}
		claim.Doubted = true
		got, err := c.Ensure(t.Context(), claim, provision.Group(group))
		if diff := cmp.Diff(&provision.Drift{Fields: []string{"displayName"}, Corrected: !reports}, got.Drift); diff != "" || err != nil || got.Digest != digest {
			t.Errorf("reports %t: what differs is named (-want +got), the digest stays %q, it is %q, %v:\n%s", reports, digest, got.Digest, err, diff)
		}
		if want := map[bool]int{true: 0, false: 1}[reports]; c.store.Counts().Changed != want {
			t.Errorf("reports %t: %d writes, want %d", reports, c.store.Counts().Changed, want)
		}
	}
}
