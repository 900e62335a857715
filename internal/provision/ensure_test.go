// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/storetest/faults"
)

var now = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

func stampOf(kind, name string) store.Stamp {
	return store.Stamp{Owner: store.Owner{Installation: "test", Namespace: "acme", Kind: kind, Name: name}, UID: "uid-1", Generation: 1}
}

func newProvisioner() (*provision.Provisioner, *faults.Store) {
	s := faults.Wrap(memory.New())
	return provision.New(s, provision.NewIdentity(s), provision.NewWriter(s, "test", nil)), s
}

func person(active bool, tenants ...string) roster.Person {
	p := roster.Person{User: roster.User{Company: "acme", UserName: "worker", Active: active,
		Profile: roster.Profile{GivenName: "Reed", FamilyName: "Marsh", Email: "worker@example.com"}, CredentialMode: roster.ActivationLink}}
	for _, tenant := range tenants {
		p.Memberships = append(p.Memberships, roster.Membership{Tenant: tenant, Active: true, Role: roster.Worker})
	}
	return p
}

// ensure makes the store hold a person and fails the test where that fails.
func ensure(t *testing.T, p *provision.Provisioner, value roster.Person, synced string) provision.Outcome {
	t.Helper()
	outcome, err := p.Ensure(t.Context(), provision.Claim{Stamp: stampOf("Operator", "worker"), Synced: synced}, provision.Person(value))
	if err != nil {
		t.Fatalf("storing a person: %v", err)
	}
	return outcome
}

func TestEnsureSkipsWhatItsDigestSpeaksFor(t *testing.T) {
	p, s := newProvisioner()
	first := ensure(t, p, person(true), "")
	if got := s.Reset(); got.Puts != 1 || got.Gets != 0 || first.ID == "" {
		t.Fatalf("the first pass makes one Put, no Get and learns the store's ID of the person, got %+v and ID %q", got, first.ID)
	}
	again := ensure(t, p, person(true), first.Digest)
	if got := s.Reset(); got != (faults.Counts{}) || again.Digest != first.Digest {
		t.Errorf("an equal digest means that the store is not asked, got %+v and digest %q", got, again.Digest)
	}
	changed := ensure(t, p, person(false), first.Digest)
	if got := s.Reset(); got.Changed != 1 || changed.Digest == first.Digest {
		t.Errorf("a changed record is written and has another digest, got %+v", got)
	}
}

func TestEnsureTellsWhatItReplaced(t *testing.T) {
	p, _ := newProvisioner()
	stamp := stampOf("Tenant", "north")
	tenant := func(hasGroups bool, general string) []provision.Record {
		value := roster.Tenant{Record: roster.TenantRecord{Company: "acme", Tenant: "north", HasGroups: hasGroups}, GeneralGroupName: general}
		return []provision.Record{provision.Tenant(value.Record), provision.Group(value.General())}
	}
	group := roster.Tenant{Record: roster.TenantRecord{Company: "acme", Tenant: "north"}, GeneralGroupName: "Everybody"}.General()
	for _, step := range []struct {
		reason  string
		records []provision.Record
		before  any
	}{
		{"new records", tenant(false, "General"), nil},
		{"equal records", tenant(false, "General"), nil},
		{"the first of two changes", tenant(true, "General"), roster.TenantRecord{Company: "acme", Tenant: "north"}},
		{"both change, and the first counts", tenant(false, "Everybody"), roster.TenantRecord{Company: "acme", Tenant: "north", HasGroups: true}},
		{"the second of two changes", tenant(false, "All"), group},
	} {
		outcome, err := p.Ensure(t.Context(), provision.Claim{Stamp: stamp}, step.records...)
		if err != nil {
			t.Fatalf("%s: storing a tenant: %v", step.reason, err)
		}
		if diff := cmp.Diff(step.before, outcome.Before); diff != "" {
			t.Errorf("%s: what it replaced (-expected +got):\n%s", step.reason, diff)
		}
	}
}

// failing is a store whose groups cannot be written.
type failing struct{ store.Store }

func (f failing) Groups() store.Records[roster.GroupKey, roster.Group] {
	away := faults.Wrap(memory.New())
	away.SetDown(true)
	return away.Groups()
}

func TestEnsureTellsWhatItReplacedBeforeItFailed(t *testing.T) {
	s := failing{memory.New()}
	p := provision.New(s, provision.NewIdentity(s), provision.NewWriter(s, "test", nil))
	before := roster.TenantRecord{Company: "acme", Tenant: "north"}
	after := before
	after.HasGroups = true
	claim := provision.Claim{Stamp: stampOf("Tenant", "north")}
	if _, err := p.Ensure(t.Context(), claim, provision.Tenant(before)); err != nil {
		t.Fatalf("storing a tenant: %v", err)
	}
	outcome, err := p.Ensure(t.Context(), claim, provision.Tenant(after), provision.Group(roster.Group{Company: "acme", Tenant: "north", Name: "g"}))
	if !errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("the group cannot be stored, got %v", err)
	}
	if diff := cmp.Diff(provision.Outcome{Before: before}, outcome); diff != "" {
		t.Errorf("the tenant was written and stays so: its former value is told, and no digest (-expected +got):\n%s", diff)
	}
}

func TestEnsureComparesWhatItsDigestDoesNotSpeakFor(t *testing.T) {
	p, s := newProvisioner()
	first := ensure(t, p, person(true), "")
	parts := strings.SplitN(first.Digest, ":", 3)
	cases := map[string]string{
		"no digest":               "",
		"what is no digest":       "rubbish",
		"another compile version": "0:" + parts[1] + ":" + parts[2],
		"no compile version":      "x:" + parts[1] + ":" + parts[2],
		"another store":           parts[0] + ":another:" + parts[2],
		"another record":          parts[0] + ":" + parts[1] + ":0000",
	}
	for reason, synced := range cases {
		s.Reset()
		outcome := ensure(t, p, person(true), synced)
		if got := s.Counts(); got.Puts != 1 || got.Changed != 0 || outcome.Digest != first.Digest {
			t.Errorf("%s: an equal record is compared once and not written, got %+v and digest %q", reason, got, outcome.Digest)
		}
	}
	stamp := stampOf("Operator", "worker")
	stamp.Installation = "another"
	if _, err := p.Ensure(t.Context(), provision.Claim{Stamp: stamp, Synced: first.Digest}, provision.Person(person(true))); !errors.Is(err, store.ErrForeign) {
		t.Errorf("a digest speaks for one owner: another installation must ask the store and hear ErrForeign, got %v", err)
	}
}

func TestEnsureBelievesItsDigestWhileTheStoreWasNeverReached(t *testing.T) {
	behind := memory.New()
	before := provision.New(behind, provision.NewIdentity(behind), provision.NewWriter(behind, "test", nil))
	stored := ensure(t, before, person(true), "")

	s := faults.Wrap(behind)
	s.SetDown(true)
	restarted := provision.New(s, provision.NewIdentity(s), provision.NewWriter(s, "test", nil))
	outcome := ensure(t, restarted, person(true), stored.Digest)
	if !outcome.Believed || outcome.Digest != stored.Digest {
		t.Errorf("after a restart with the store away a converged object is believed, got %+v", outcome)
	}
	_, err := restarted.Ensure(t.Context(), provision.Claim{Stamp: stampOf("Operator", "worker"), Synced: stored.Digest}, provision.Person(person(false)))
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("an object with pending work says that the store is away, got %v", err)
	}
	s.SetDown(false)
	if outcome = ensure(t, restarted, person(true), stored.Digest); outcome.Believed {
		t.Error("once the store was reached nothing is merely believed")
	}
}

func TestPendingTellsWhetherEnsureWouldAskTheStore(t *testing.T) {
	p, s := newProvisioner()
	stamp := stampOf("Operator", "worker")
	stored := ensure(t, p, person(true), "")
	s.Reset()
	for _, tc := range []struct {
		reason string
		value  roster.Person
		want   bool
	}{{"the record is the one stored", person(true), false}, {"the record changed", person(false), true}} {
		got, err := p.Pending(t.Context(), provision.Claim{Stamp: stamp, Synced: stored.Digest}, provision.Person(tc.value))
		if err != nil || got != tc.want {
			t.Errorf("%s: pending = %t (%v), want %t", tc.reason, got, err, tc.want)
		}
	}
	if got := s.Counts(); got != (faults.Counts{}) {
		t.Errorf("asking touches nothing, got %+v", got)
	}
}

func TestEnsureStopsAtTheFirstRecordThatFails(t *testing.T) {
	p, s := newProvisioner()
	s.SetDown(true)
	tenant := roster.Tenant{Record: roster.TenantRecord{Company: "acme", Tenant: "north"}}
	records := []provision.Record{provision.Tenant(tenant.Record), provision.Group(tenant.General())}
	if _, err := p.Ensure(t.Context(), provision.Claim{Stamp: stampOf("Tenant", "north"), Synced: ""}, records...); !errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("with the store away both records fail with ErrUnavailable, got %v", err)
	}
	s.SetDown(false)
	if _, err := p.Ensure(t.Context(), provision.Claim{Stamp: stampOf("Tenant", "north"), Synced: ""}, records...); err != nil {
		t.Fatalf("the same call succeeds once the store is back: %v", err)
	}
	if got := s.Counts(); got.Changed != 2 {
		t.Errorf("a tenant is stored with its general group, got %+v", got)
	}
}

// stored reads the person back, and fails the test where there is none.
func stored(t *testing.T, s store.Store) store.Stored[roster.Person] {
	t.Helper()
	record, err := s.People().Get(context.WithoutCancel(t.Context()), roster.NewPersonKey("acme", "worker"))
	if err != nil {
		t.Fatalf("reading the person back: %v", err)
	}
	return record
}
