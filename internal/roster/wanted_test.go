// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/roster/rostertest"
)

// TestWhatNothingHoldsIsWhatCompiles draws people whose tenants demand nothing: what is wanted of them is what they compile to.
func TestWhatNothingHoldsIsWhatCompiles(t *testing.T) {
	whole := 0
	law(t, 2000, func(t *rapid.T, source rostertest.Source, w *rostertest.World) {
		declared, found := w.Operator(company, rostertest.DrawOperator(source))
		if !found {
			return
		}
		declared = completed(declared)
		wanted := roster.Want(declared, w)
		if len(wanted.Violations) > 0 {
			return
		}
		if diff := cmp.Diff(roster.Compile(declared, w), wanted.Compiled); diff != "" {
			t.Fatalf("what is wanted is what compiles (-compiled +wanted):\n%s", diff)
		}
		if wanted.Whole() {
			whole++
		}
		if wanted.Partial() {
			t.Fatalf("no tenant demands anything, so nothing stays as it is: %v", wanted.Holds)
		}
		over, some := wanted.Over(nil, roster.Impediments{})
		if diff := cmp.Diff(wanted.Compiled, over.Compiled); !some || diff != "" {
			t.Fatalf("with nothing in the way it is the same, whatever there is (-wanted +over):\n%s", diff)
		}
	})
	if whole < 200 {
		t.Errorf("%d people were wanted whole, want 200 at least", whole)
	}
}

// completed gives a drawn person what everybody has: names, an address, and a provider where one vouches.
func completed(o roster.Operator) roster.Operator {
	o.Profile.GivenName, o.Profile.FamilyName, o.Profile.Email = "Given", "Family", o.Name+"@example.com"
	if o.CredentialMode == "" {
		o.CredentialMode = roster.ActivationLink
	}
	if o.CredentialMode == roster.IdentityProvider {
		o.IdentityProvider = "corp"
	}
	return o
}

// TestTheStatusTellsWhatIsHeld of entries that a tenant holds.
func TestTheStatusTellsWhatIsHeld(t *testing.T) {
	t.Parallel()
	w := newWorld(demanding("north", roster.RequireTitle))
	declared := upright()
	declared.Profile.Title, declared.HomeTenant = "", ""
	declared.Entries = []roster.Entry{entry("north", roster.Manager, roster.Chat, roster.Phone)}
	wanted := roster.Want(declared, w)
	if !wanted.Partial() || wanted.Whole() {
		t.Fatalf("an entry whose profile lacks something is held: %v", wanted.Holds)
	}
	type told struct {
		Role          roster.Role
		Channels      string
		Conversations string
	}
	former := func(change func(*roster.Operator)) *roster.Person {
		before := declared
		before.Profile.Title = "Agent"
		before.Entries = []roster.Entry{entry("north", roster.Worker, roster.Chat)}
		change(&before)
		return new(roster.Compile(before, w).Person)
	}
	for _, tc := range []struct {
		reason string
		former *roster.Person
		chief  bool
		want   told
	}{
		{"nobody was there", nil, false, told{"", "[]", "none: the profile lacks what the tenant demands"}},
		{"the entry is new", former(func(o *roster.Operator) { o.Entries = nil }), false, told{"", "[]", "none: the profile lacks what the tenant demands"}},
		{"the entry was less", former(func(*roster.Operator) {}), false, told{roster.Worker, "[Chat]", "all: the tenant has no groups"}},
		{"the entry was more", former(func(o *roster.Operator) {
			o.Entries[0] = entry("north", roster.Administrator, roster.Chat, roster.Phone)
		}), false, told{roster.Manager, "[Chat Phone]", "all: the tenant has no groups"}},
		{"the company's own needs no entry", nil, true, told{roster.Administrator, "[]", "all"}},
	} {
		declared := declared
		declared.CompanyAdministrator = tc.chief
		over, some := roster.Want(declared, w).Over(tc.former, roster.Impediments{})
		if !some || len(over.Tenants) != 1 {
			t.Fatalf("%s: one tenant should be told of, got %+v", tc.reason, over.Tenants)
		}
		outcome := over.Tenants[0]
		got := told{outcome.Role, fmt.Sprint(outcome.Channels), outcome.Conversations}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +told):\n%s", tc.reason, diff)
		}
		if len(outcome.Ineffective) == 0 || outcome.Ineffective[0].Grant != "entry" || outcome.Ineffective[0].Reason != roster.ReasonProfileIncomplete {
			t.Errorf("%s: that the entry is held should be listed first, got %+v", tc.reason, outcome.Ineffective)
		}
	}
}

func TestAllThatIsHeldIsToldInOneSentence(t *testing.T) {
	t.Parallel()
	if got := roster.TellHolds(nil); got != "" {
		t.Errorf("nothing held is nothing told, got %q", got)
	}
	var holds []roster.Hold
	var violations []roster.Violation
	for i := range 5 {
		holds = append(holds, roster.Hold{Path: fmt.Sprintf("spec.part%d", i), Message: "somebody else is in the way"})
		violations = append(violations, roster.Violation{Path: fmt.Sprintf("spec.part%d", i), Message: "must be right"})
	}
	if got, want := roster.TellHolds(holds[:2]), "spec.part0 is held: somebody else is in the way; spec.part1 is held: somebody else is in the way"; got != want {
		t.Errorf("two holds are told as %q, want %q", got, want)
	}
	for _, got := range []string{roster.TellHolds(holds), roster.TellViolations(violations)} {
		if !strings.HasSuffix(got, "; and 2 more") || strings.Contains(got, "part3") {
			t.Errorf("the first three are told and the others counted, got %q", got)
		}
	}
}

// TestWhoIsHeldHasNoMoreThanBeforeOrAfter draws what a person was and shall be in a company whose tenants demand a title of some, and
// what else is in the way: nobody reads or is routed to what neither allows, but for the last Administrator of a tenant.
func TestWhoIsHeldHasNoMoreThanBeforeOrAfter(t *testing.T) {
	held := 0
	law(t, 3000, func(t *rapid.T, source rostertest.Source, w *rostertest.World) {
		name := rostertest.DrawOperator(source)
		is, here := w.Operator(company, name)
		shall, there := rostertest.Draw(source, company).Operator(company, name)
		if !here || !there {
			return
		}
		shall = completed(shall)
		before := roster.Compile(completed(is), w).Person
		someDemandATitle(source, w)
		over, some := roster.Want(shall, w).Over(&before, roster.Impediments{EmailTaken: source.IntN(2) == 0})
		if !some {
			t.Fatal("there is a record to write over")
		}
		if over.Partial() {
			held++
		}
		tenant, after := rostertest.DrawTenantName(source), roster.Compile(shall, w).Person
		for range 8 {
			c := rostertest.DrawConversation(source, w)
			c.Tenant = tenant
			if !readsIn(w, over.Person, c) || readsIn(w, after, c) {
				continue
			}
			if over.Partial() || !readsIn(w, before, c) {
				t.Fatalf("%s reads %+v while held, which the manifest does not give", name, c)
			}
		}
	})
	if held < 200 {
		t.Errorf("%d people were held, want 200 at least", held)
	}
}

// someDemandATitle makes some tenants of a world demand what nobody has.
func someDemandATitle(source rostertest.Source, w *rostertest.World) {
	for i := range w.Tenants {
		if source.IntN(2) == 0 {
			w.Tenants[i].Record.Settings.RequiredProfile = []roster.ProfileField{roster.RequireTitle}
		}
	}
}

// readsIn tells whether a person of a world reads a conversation, with user names for the IDs of a store.
func readsIn(w *rostertest.World, person roster.Person, c roster.Conversation) bool {
	standing := person.Stand(c.Tenant, w)
	reader := standing.Reader(person.User.UserName, itself)
	return reader.Read(&c).Allowed
}
