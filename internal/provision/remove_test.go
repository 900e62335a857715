// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

var (
	workerKey   = roster.NewPersonKey("acme", "worker")
	workerStamp = stampOf("Operator", "worker")
)

func putTenant(t *testing.T, p *provision.Provisioner, name string, retention time.Duration) {
	t.Helper()
	record := roster.TenantRecord{Company: "acme", Tenant: name, Settings: roster.Settings{Retention: int64(retention / time.Second)}}
	if _, err := p.Ensure(t.Context(), provision.Claim{Stamp: stampOf("Tenant", name)}, provision.Tenant(record)); err != nil {
		t.Fatalf("storing a tenant: %v", err)
	}
}

func TestDeactivateKeepsThePersonForTheLongestRetention(t *testing.T) {
	p, s := newProvisioner()
	putTenant(t, p, "north", time.Hour)
	putTenant(t, p, "south", 3*time.Hour)
	ensure(t, p, person(true, "north", "south", "missing"), "")
	before := stored(t, s)

	if _, err := p.Deactivate(t.Context(), person(true), workerStamp, provision.Leaving{Now: now}); err != nil {
		t.Fatalf("deactivating: %v", err)
	}
	after := stored(t, s)
	want := before.Value
	want.User.Active, want.User.PurgeAfter = false, now.Add(3*time.Hour)
	if diff := cmp.Diff(want, after.Value); diff != "" {
		t.Errorf("only activity and the time of purge change (-want +got):\n%s", diff)
	}
	s.Reset()
	if _, err := p.Deactivate(t.Context(), person(true), workerStamp, provision.Leaving{Now: now.Add(time.Minute)}); err != nil {
		t.Fatalf("deactivating once more: %v", err)
	}
	if got := s.Counts(); got.Changed != 0 {
		t.Errorf("a second call keeps the clock that runs, got %+v", got)
	}
	if ensure(t, p, person(true, "north", "south", "missing"), ""); stored(t, s).ID != before.ID {
		t.Error("a person who comes back has the same store ID")
	}
	if diff := cmp.Diff(before.Value, stored(t, s).Value); diff != "" {
		t.Errorf("a person who comes back is as before (-want +got):\n%s", diff)
	}
}

func TestDeactivateRunsTheClockOfAPersonWhoWasSwitchedOffBefore(t *testing.T) {
	p, s := newProvisioner()
	ensure(t, p, person(false), "")
	if _, err := p.Deactivate(t.Context(), person(true), workerStamp, provision.Leaving{Now: now}); err != nil {
		t.Fatalf("deactivating: %v", err)
	}
	if got, want := stored(t, s).Value.User.PurgeAfter, now.Add(roster.DefaultRetention); !got.Equal(want) {
		t.Errorf("purge after %s, want %s: the default where no tenant says otherwise", got, want)
	}
}

func TestRetireKeepsTheRecordAndPurgesOnlyWhenAsked(t *testing.T) {
	for _, tc := range []struct {
		reason string
		purge  bool
		want   time.Time
	}{
		{"Retain runs no clock", false, time.Time{}},
		{"Delete purges after the tenant's retention", true, now.Add(2 * time.Hour)},
	} {
		p, s := newProvisioner()
		putTenant(t, p, "north", 2*time.Hour)
		key := roster.TenantKey{Company: "acme", Tenant: "north"}
		for range 2 {
			if _, err := p.Retire(t.Context(), key, stampOf("Tenant", "north"), tc.purge, provision.Leaving{Now: now}); err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
		}
		got, err := s.Tenants().Get(t.Context(), key)
		if err != nil || !got.Value.Retired || !got.Value.PurgeAfter.Equal(tc.want) {
			t.Errorf("%s: retired %t, purge after %s (%v), want %s", tc.reason, got.Value.Retired, got.Value.PurgeAfter, err, tc.want)
		}
	}
}

func TestRemovalsTouchOnlyWhatIsThereAndTheOwners(t *testing.T) {
	groupKey := roster.GroupKey{Company: "acme", Tenant: "north", Group: "billing"}
	policyKey := roster.PolicyKey{Company: "acme", Tenant: "north", Policy: "calls"}
	tenantKey := roster.TenantKey{Company: "acme", Tenant: "north"}
	removals := map[string]func(*provision.Provisioner, store.Stamp) error{
		"Deactivate": func(p *provision.Provisioner, by store.Stamp) error {
			return second(p.Deactivate(t.Context(), person(true), by, provision.Leaving{Now: now}))
		},
		"DeletePerson": func(p *provision.Provisioner, by store.Stamp) error {
			return second(p.DeletePerson(t.Context(), person(true), by, provision.Leaving{Now: now}))
		},
		"OrphanPerson": func(p *provision.Provisioner, by store.Stamp) error {
			return p.OrphanPerson(t.Context(), workerKey, by)
		},
		"DeleteGroup": func(p *provision.Provisioner, by store.Stamp) error { return p.DeleteGroup(t.Context(), groupKey, by) },
		"DeletePolicy": func(p *provision.Provisioner, by store.Stamp) error {
			return p.DeletePolicy(t.Context(), policyKey, by)
		},
		"Retire": func(p *provision.Provisioner, by store.Stamp) error {
			return second(p.Retire(t.Context(), tenantKey, by, true, provision.Leaving{Now: now}))
		},
	}
	for name, remove := range removals {
		t.Run(name, func(t *testing.T) {
			p, s := newProvisioner()
			if err := remove(p, workerStamp); err != nil {
				t.Errorf("what is not there is removed already, got %v", err)
			}
			putTenant(t, p, "north", time.Hour)
			ensure(t, p, person(true, "north"), "")
			for _, r := range []provision.Record{
				provision.Group(roster.Group{Company: "acme", Tenant: "north", Name: "billing"}),
				provision.Policy(roster.Policy{Company: "acme", Tenant: "north", Name: "calls"}),
			} {
				if _, err := p.Ensure(t.Context(), provision.Claim{Stamp: workerStamp}, r); err != nil {
					t.Fatalf("storing: %v", err)
				}
			}
			s.Reset()
			stranger := stampOf("Operator", "stranger")
			if err := remove(p, stranger); err != nil {
				t.Errorf("what is another's is not ours to remove, and no error: %v", err)
			}
			if got := s.Counts(); got.Changed != 0 {
				t.Errorf("what is another's stays as it is, got %+v", got)
			}
			s.SetDown(true)
			if err := remove(p, workerStamp); !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("with the store away a removal answers ErrUnavailable, got %v", err)
			}
		})
	}
}

func TestOrphanLeavesTheRecordToNobody(t *testing.T) {
	p, s := newProvisioner()
	ensure(t, p, person(true), "")
	before := stored(t, s)
	if err := p.OrphanPerson(t.Context(), workerKey, workerStamp); err != nil {
		t.Fatalf("orphaning: %v", err)
	}
	after := stored(t, s)
	if after.Stamp.Owner != (store.Owner{}) || !cmp.Equal(before.Value, after.Value) {
		t.Errorf("an orphan keeps its value and loses its stamp, got stamp %+v", after.Stamp)
	}
}

func TestAnObjectMadeAnewDeactivatesOnlyWhomItSpeaksFor(t *testing.T) {
	for _, tc := range []struct {
		reason   string
		declared roster.Person
		want     bool
	}{
		{"it names every tenant of the record", person(true, "north", "south", "west"), true},
		{"whoever may write in one tenant may not end a person of another", person(true, "north"), false},
		{"it speaks for no tenant", person(true), false},
	} {
		p, s := newProvisioner()
		ensure(t, p, person(true, "north", "south"), "")
		anew := workerStamp
		anew.UID = "anew"
		if _, err := p.Deactivate(t.Context(), tc.declared, anew, provision.Leaving{Now: now}); err != nil {
			t.Errorf("%s: what is not its own is none of its business and no error, got %v", tc.reason, err)
		}
		if got := !stored(t, s).Value.User.Active; got != tc.want {
			t.Errorf("%s: deactivated should be %t, is %t", tc.reason, tc.want, got)
		}
	}
}

// second is the error of a call that answers something besides.
func second[T any](_ T, err error) error { return err }
