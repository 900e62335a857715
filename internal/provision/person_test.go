// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/roster/rostertest"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/storetest/faults"
)

// company is the company acme with the tenants north and south, as declared and in a store.
type company struct {
	t *testing.T
	*provision.Provisioner
	world *rostertest.World
	store *faults.Store
}

func newCompany(t *testing.T, behind store.Store) *company {
	t.Helper()
	c := &company{t: t, world: &rostertest.World{Company: "acme"}, store: faults.Wrap(behind)}
	c.Provisioner = provision.New(c.store, provision.NewIdentity(c.store), provision.NewWriter(c.store, "test", nil))
	for _, name := range []string{"north", "south"} {
		tenant := roster.Tenant{Record: roster.TenantRecord{Company: "acme", Tenant: name, Channels: []roster.Channel{roster.Chat, roster.Phone}}}
		c.world.Tenants = append(c.world.Tenants, tenant)
		if _, err := c.Ensure(t.Context(), provision.Claim{Stamp: stampOf("Tenant", name)}, provision.Tenant(tenant.Record)); err != nil {
			t.Fatal(err)
		}
	}
	c.store.Reset()
	return c
}

// demand makes north demand a title of its people.
func (c *company) demand(fields ...roster.ProfileField) {
	c.world.Tenants[0].Record.Settings.RequiredProfile = fields
}

// someone is an Operator of the company that breaks no rule.
func someone(name string, entries ...roster.Entry) roster.Operator {
	return roster.Operator{
		Company: "acme", Name: name, UserName: name, Active: true, CredentialMode: roster.ActivationLink, Entries: entries,
		Profile: roster.Profile{GivenName: "Reed", FamilyName: "Marsh", Email: name + "@example.com"},
	}
}

func as(role roster.Role, tenant string, channels ...roster.Channel) roster.Entry {
	return roster.Entry{Tenant: tenant, Active: true, Role: role, Channels: channels}
}

// pass stores what an Operator comes to, with the digest the last pass left.
func (c *company) pass(o roster.Operator, changes ...func(*provision.Claim)) (provision.PersonOutcome, error) {
	c.t.Helper()
	claim := provision.Claim{Stamp: stampOf("Operator", o.Name)}
	for _, change := range changes {
		change(&claim)
	}
	return c.EnsurePerson(c.t.Context(), claim, roster.Want(o, c.world))
}

// stores expects a pass to write all there is.
func (c *company) stores(o roster.Operator) provision.PersonOutcome {
	c.t.Helper()
	outcome, err := c.pass(o)
	if err != nil || !outcome.Stored || outcome.Digest == "" || !outcome.Wanted.Whole() || outcome.Taken != nil {
		c.t.Fatalf("%s should be stored whole: %v, holds %v, taken %v, digest %q", o.Name, err, outcome.Wanted.Holds, outcome.Taken, outcome.Digest)
	}
	return outcome
}

// holds expects a pass to hold something back for a reason, and the next pass to write nothing.
func (c *company) holds(o roster.Operator, reasons ...roster.ObstacleReason) provision.PersonOutcome {
	c.t.Helper()
	outcome, err := c.pass(o)
	if err != nil || !outcome.Stored || outcome.Digest != "" {
		c.t.Fatalf("%s should be stored in part and remember nothing: %v, stored %t, digest %q", o.Name, err, outcome.Stored, outcome.Digest)
	}
	var got []roster.ObstacleReason
	for _, hold := range outcome.Wanted.Holds {
		got = append(got, hold.Reason)
	}
	if diff := cmp.Diff(reasons, got); diff != "" {
		c.t.Errorf("%s: why parts are held (-want +got):\n%s", o.Name, diff)
	}
	if got := c.person(o.UserName); !cmp.Equal(got, outcome.Wanted.Person) {
		c.t.Errorf("%s: the outcome should tell what is stored (-stored +told):\n%s", o.Name, cmp.Diff(got, outcome.Wanted.Person))
	}
	c.store.Reset()
	if _, err := c.pass(o); err != nil || c.store.Counts().Writes() != 0 {
		c.t.Errorf("%s: another pass over what is held should write nothing: %v, %+v", o.Name, err, c.store.Counts())
	}
	return outcome
}

func (c *company) person(userName string) roster.Person {
	c.t.Helper()
	stored, err := c.store.People().Get(context.WithoutCancel(c.t.Context()), roster.NewPersonKey("acme", userName))
	if err != nil {
		c.t.Fatalf("reading %s back: %v", userName, err)
	}
	return stored.Value
}

// compiled is what an Operator comes to with nothing in the way.
func (c *company) compiled(o roster.Operator) roster.Person {
	return roster.Compile(o, c.world).Person
}

func TestTheLastAdministratorIsHeldUntilAnotherComes(t *testing.T) {
	c := newCompany(t, memory.New())
	c.stores(someone("anna", as(roster.Administrator, "north", roster.Chat), as(roster.Administrator, "south")))
	c.stores(someone("bert", as(roster.Administrator, "south")))

	wanted := someone("anna", as(roster.Worker, "north", roster.Phone), as(roster.Worker, "south"))
	wanted.Profile.Title = "Agent"
	c.store.Reset()
	outcome := c.holds(wanted, roster.ReasonLastAdministrator)
	if diff := cmp.Diff([]string{"north"}, outcome.Wanted.LastOf); diff != "" {
		t.Errorf("of which tenants anna is the last (-want +got):\n%s", diff)
	}
	held := wanted
	held.Entries = []roster.Entry{as(roster.Administrator, "north", roster.Phone), as(roster.Worker, "south")}
	if diff := cmp.Diff(c.compiled(held), c.person("anna")); diff != "" {
		t.Errorf("the role stays and all else is as declared (-want +got):\n%s", diff)
	}

	c.stores(someone("bert", as(roster.Administrator, "south"), as(roster.Administrator, "north")))
	c.stores(wanted)
	if diff := cmp.Diff(c.compiled(wanted), c.person("anna")); diff != "" {
		t.Errorf("with another one it is as declared (-want +got):\n%s", diff)
	}
}

func TestAnOrdinaryPassCostsOneTransaction(t *testing.T) {
	c := newCompany(t, memory.New())
	for reason, o := range map[string]roster.Operator{
		"a new person":     someone("anna", as(roster.Administrator, "north")),
		"a changed person": someone("anna", as(roster.Administrator, "north", roster.Chat)),
	} {
		c.store.Reset()
		c.stores(o)
		if got := c.store.Counts(); got.Puts != 1 || got.Gets+got.Lists != 0 {
			t.Errorf("%s costs one transaction, and nothing is read, got %+v", reason, got)
		}
	}
}

func TestATakenAddressHoldsNothingButItself(t *testing.T) {
	c := newCompany(t, memory.New())
	c.stores(someone("bert"))
	c.stores(someone("anna", as(roster.Worker, "north", roster.Chat)))
	wanted := someone("anna", as(roster.Manager, "north", roster.Phone))
	wanted.Profile.Email = "Bert@Example.com"
	outcome := c.holds(wanted)
	if outcome.Taken == nil || outcome.Taken.Owner.Name != "bert" {
		t.Errorf("it tells who has the address, got %v", outcome.Taken)
	}
	held := wanted
	held.Profile.Email = "anna@example.com"
	if diff := cmp.Diff(c.compiled(held), c.person("anna")); diff != "" {
		t.Errorf("the former address stays and all else is as declared (-want +got):\n%s", diff)
	}

	fresh := someone("carl")
	fresh.Profile.Email = "bert@example.com"
	outcome, err := c.pass(fresh)
	if conflict := (*store.ConflictError)(nil); !errors.As(err, &conflict) || outcome.Stored {
		t.Errorf("a new person is not stored without an address, got %v", err)
	}
	if _, err := c.store.People().Get(t.Context(), roster.NewPersonKey("acme", "carl")); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("nothing of a new person should be there, got %v", err)
	}
}

func TestSeveralThingsAreHeldAtOnce(t *testing.T) {
	c := newCompany(t, memory.New())
	c.stores(someone("bert"))
	c.stores(someone("anna", as(roster.Administrator, "north"), as(roster.Administrator, "south")))
	c.demand(roster.RequireTitle)
	wanted := someone("anna", as(roster.Worker, "north", roster.Chat))
	wanted.Profile.Email, wanted.Locale, wanted.Active = "bert@example.com", "en", false
	outcome := c.holds(wanted, roster.ReasonProfileIncomplete, roster.ReasonLastAdministrator)
	if outcome.Taken == nil {
		t.Error("the address is taken, too")
	}
	got := c.person("anna")
	if !got.AdministratorOf("north") || !got.AdministratorOf("south") || len(got.Grants) != 0 || got.User.EmailKey() != "anna@example.com" || got.User.Locale != "en" {
		t.Errorf("anna should administer both, be granted nothing, keep her address and get the locale: %+v", got)
	}
}

func TestAnEntryWaitsForAProfileThatItsTenantDemands(t *testing.T) {
	c := newCompany(t, memory.New())
	c.stores(someone("anna", as(roster.Worker, "south")))
	c.demand(roster.RequireTitle)
	wanted := someone("anna", as(roster.Manager, "north", roster.Chat), as(roster.Worker, "south", roster.Phone))
	c.holds(wanted, roster.ReasonProfileIncomplete)
	if diff := cmp.Diff(c.compiled(someone("anna", as(roster.Worker, "south", roster.Phone))).Memberships, c.person("anna").Memberships); diff != "" {
		t.Errorf("the entry is not written and the other one is (-want +got):\n%s", diff)
	}
	wanted.Profile.Title = "Agent"
	c.stores(wanted)

	wanted.Profile.Title = ""
	wanted.Entries = []roster.Entry{as(roster.Worker, "north", roster.Chat, roster.Phone), as(roster.Worker, "south")}
	c.holds(wanted, roster.ReasonProfileIncomplete)
	got := c.person("anna")
	if m := got.Memberships[0]; m.Role != roster.Worker || len(got.Grants) != 1 || got.Grants[0].Channel != roster.Chat {
		t.Errorf("an entry that is there loses the role and gets no channel: %+v, %+v", m, got.Grants)
	}
}

// TestAHoldIsFoundThoughTheRecordIsWhole has a tenant that comes to demand what its people lack: nothing of the record changes.
func TestAHoldIsFoundThoughTheRecordIsWhole(t *testing.T) {
	c := newCompany(t, memory.New())
	anna := someone("anna", as(roster.Worker, "north", roster.Chat))
	synced := c.stores(anna).Digest
	before := c.person("anna")
	c.demand(roster.RequireTitle)
	outcome, err := c.pass(anna, func(claim *provision.Claim) { claim.Synced = synced })
	if err != nil || outcome.Digest != "" || len(outcome.Wanted.Holds) != 1 {
		t.Errorf("a digest from before speaks for nothing that is held: %v, digest %q, holds %v", err, outcome.Digest, outcome.Wanted.Holds)
	}
	if diff := cmp.Diff(before, c.person("anna")); diff != "" {
		t.Errorf("who is there stays (-want +got):\n%s", diff)
	}
}

// moving is a store in which something happens right after a write was refused for the last Administrator.
type moving struct {
	store.Store
	then func()
}

type movingPeople struct {
	store.Records[roster.PersonKey, roster.Person]
	of *moving
}

func (m *moving) People() store.Records[roster.PersonKey, roster.Person] {
	return movingPeople{m.Store.People(), m}
}

func (p movingPeople) Put(ctx context.Context, person roster.Person, stamp store.Stamp, terms store.Terms) (store.Written[roster.Person], error) {
	written, err := p.Records.Put(ctx, person, stamp, terms)
	if then := p.of.then; errors.Is(err, store.ErrLastAdministrator) && then != nil {
		p.of.then = nil
		then()
	}
	return written, err
}

// TestWhoLosesAnotherTenantMeanwhileIsHeldForBoth has the other Administrator of south go between the first try and the second.
func TestWhoLosesAnotherTenantMeanwhileIsHeldForBoth(t *testing.T) {
	s := &moving{Store: memory.New()}
	c := newCompany(t, s)
	c.stores(someone("anna", as(roster.Administrator, "north"), as(roster.Administrator, "south")))
	c.stores(someone("bert", as(roster.Administrator, "south")))
	s.then = func() { c.stores(someone("bert", as(roster.Worker, "south"))) }
	outcome, err := c.pass(someone("anna"))
	if err != nil || !slices.Equal(outcome.Wanted.LastOf, []string{"north", "south"}) {
		t.Fatalf("anna should be held for both tenants, is for %v (%v)", outcome.Wanted.LastOf, err)
	}
	if got := c.person("anna"); !got.AdministratorOf("north") || !got.AdministratorOf("south") {
		t.Errorf("anna should administer both, got %+v", got.Memberships)
	}
}

func TestOfTwoWhoWantANameTheFirstGetsIt(t *testing.T) {
	older := stampOf("Operator", "older").Owner
	userName := func(claim *provision.Claim) {
		claim.First = func() provision.First { return provision.First{UserName: older} }
	}
	address := func(claim *provision.Claim) {
		claim.First = func() provision.First { return provision.First{Email: older} }
	}
	nobody := func(claim *provision.Claim) { claim.First = func() provision.First { return provision.First{} } }
	for _, tc := range []struct {
		reason string
		// stored is the person before, if anybody is.
		stored *roster.Operator
		first  func(*provision.Claim)
		is     error
		// address is what the store has in the end; empty is that it has nobody.
		address string
	}{
		{"a new user name, wanted by nobody else", nil, nobody, nil, "wanted@example.com"},
		{"a new user name that an older object wants", nil, userName, store.ErrForeign, ""},
		{"a user name that is the person's already", new(someone("anna")), userName, nil, "wanted@example.com"},
		{"a new person's address that an older object wants", nil, address, store.ErrConflict, ""},
		{"another address that an older object wants", new(someone("anna")), address, store.ErrConflict, "anna@example.com"},
		{"an address that is the person's already", new(wanting("Wanted@example.com")), address, nil, "wanted@example.com"},
	} {
		c := newCompany(t, memory.New())
		if tc.stored != nil {
			c.stores(*tc.stored)
		}
		outcome, err := c.pass(wanting("wanted@example.com"), tc.first)
		if outcome.Taken != nil {
			err = outcome.Taken
		}
		if !errors.Is(err, tc.is) {
			t.Errorf("%s: want %v, got %v", tc.reason, tc.is, err)
		}
		if conflict, ok := errors.AsType[*store.ConflictError](err); ok && conflict.Owner != older {
			t.Errorf("%s: it should name who comes first, names %s", tc.reason, conflict.Owner)
		}
		stored, err := c.store.People().Get(t.Context(), roster.NewPersonKey("acme", "anna"))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Fatal(err)
		}
		if got := stored.Value.User.Profile.Email; got != tc.address {
			t.Errorf("%s: the store should have the address %q, has %q", tc.reason, tc.address, got)
		}
	}
}

func wanting(address string) roster.Operator {
	o := someone("anna")
	o.Profile.Email = address
	return o
}

func TestAPersonWhoBreaksARuleOnlyLoses(t *testing.T) {
	c := newCompany(t, memory.New())
	broken := someone("anna", as(roster.Worker, "north", roster.Phone))
	broken.Profile.Email = "nowhere"
	outcome, err := c.pass(broken)
	if err != nil || outcome.Stored || len(outcome.Wanted.Violations) != 1 {
		t.Fatalf("a new person with an address that is none is not stored, and that is no failure: %v, stored %t", err, outcome.Stored)
	}
	if got := c.store.Counts(); got.Puts != 0 {
		t.Errorf("nothing should be written, got %+v", got)
	}
	c.stores(someone("anna", as(roster.Manager, "north", roster.Phone), as(roster.Worker, "south")))
	c.holds(broken)
	got := c.person("anna")
	if got.User.Profile.Email != "anna@example.com" || len(got.Memberships) != 1 || got.Memberships[0].Role != roster.Worker {
		t.Errorf("the address stays, the role and the other tenant go: %+v", got)
	}
}

func TestARecordThatBreaksARuleOnlyLoses(t *testing.T) {
	c := newCompany(t, memory.New())
	north := c.world.Tenants[0].Record
	north.OthersMessages, north.UnassignedScope = roster.MessagesAllowed, roster.ScopeAll
	group := roster.Group{Company: "acme", Tenant: "north", Name: "desk", DisplayName: "Desk"}
	for _, step := range []struct {
		reason   string
		tenant   provision.Record
		group    provision.Record
		channels []roster.Channel
		served   []roster.Channel
	}{
		{"whole", provision.Tenant(north), provision.Group(group), []roster.Channel{roster.Chat, roster.Phone}, nil},
		{"less", provision.LessOfTenant(with(north, roster.Chat, roster.Email)), provision.LessOfGroup(serving(group, roster.Chat)), []roster.Channel{roster.Chat}, []roster.Channel{roster.Chat}},
		{"less again", provision.LessOfTenant(with(north, roster.Chat, roster.Email)), provision.LessOfGroup(serving(group, roster.Chat)), []roster.Channel{roster.Chat}, []roster.Channel{roster.Chat}},
	} {
		if _, err := c.Ensure(t.Context(), provision.Claim{Stamp: stampOf("Tenant", "north")}, step.tenant); err != nil {
			t.Fatalf("%s: %v", step.reason, err)
		}
		if _, err := c.Ensure(t.Context(), provision.Claim{Stamp: stampOf("Group", "desk")}, step.group); err != nil {
			t.Fatalf("%s: %v", step.reason, err)
		}
		gotTenant, err := c.store.Tenants().Get(t.Context(), north.Key())
		if err != nil || !slices.Equal(gotTenant.Value.Channels, step.channels) {
			t.Errorf("%s: the tenant should offer %v, offers %v (%v)", step.reason, step.channels, gotTenant.Value.Channels, err)
		}
		gotGroup, err := c.store.Groups().Get(t.Context(), group.Key())
		if err != nil || !slices.Equal(gotGroup.Value.Channels, step.served) {
			t.Errorf("%s: the group should serve %v, serves %v (%v)", step.reason, step.served, gotGroup.Value.Channels, err)
		}
	}
	c.store.Reset()
	absent := roster.Group{Company: "acme", Tenant: "north", Name: "absent"}
	if _, err := c.Ensure(t.Context(), provision.Claim{Stamp: stampOf("Group", "absent")}, provision.LessOfGroup(absent)); err != nil || c.store.Counts().Puts != 0 {
		t.Errorf("what is not there loses nothing: %v, %+v", err, c.store.Counts())
	}
}

func with(t roster.TenantRecord, channels ...roster.Channel) roster.TenantRecord {
	t.Channels = channels
	return t
}

func serving(g roster.Group, channels ...roster.Channel) roster.Group {
	g.Channels = channels
	return g
}

func TestWhatIsHeldWaitsForTheStore(t *testing.T) {
	c := newCompany(t, memory.New())
	c.demand(roster.RequireTitle)
	c.stores(someone("bert"))
	c.store.SetDown(true)
	for reason, o := range map[string]roster.Operator{"whole": someone("anna"), "in part": someone("anna", as(roster.Worker, "north"))} {
		if outcome, err := c.pass(o); !errors.Is(err, store.ErrUnavailable) || outcome.Stored {
			t.Errorf("a person to be written %s waits while the store is away, got %v", reason, err)
		}
	}
}
