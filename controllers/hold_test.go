// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/testkit"
)

// TestWhatIsHeldOrBrokenIsPartOfTheOutcome beside whatever the store said.
func TestWhatIsHeldOrBrokenIsPartOfTheOutcome(t *testing.T) {
	mine := store.Owner{Installation: "one", Namespace: "acme", Kind: "Operator", Name: "anna"}
	strict := roster.Hold{Path: "spec.a", Reason: roster.ReasonStrictRolePolicy, Message: "m"}
	last := roster.Hold{Path: "spec.b", Reason: roster.ReasonLastAdministrator, Message: "n"}
	broken := []roster.Violation{{Path: "spec.c", Message: "must be right"}}
	const brokenSays = "spec.c: must be right; until then nothing is added by what breaks the rule, and only taken away"
	taken := &store.ConflictError{Field: "spec.profile.email", Owner: mine}
	const takenSays = `spec.profile.email is taken by Operator acme/anna of installation "one"; choose another, or change it there first`
	away := fmt.Errorf("%w: the port is closed", store.ErrUnavailable)
	const resolved, synced, notSynced = "Resolved=True/AllResolved", "Synced=True/Stored", "Synced=False/NotStored"
	for name, tc := range map[string]struct {
		reason     string
		err        error
		holds      []roster.Hold
		violations []roster.Violation
		verdict    error
		conditions []string
	}{
		"nothing":       {"all is stored", nil, nil, nil, nil, []string{resolved, synced}},
		"one hold":      {"its reason is the condition's", nil, []roster.Hold{strict}, nil, lifecycle.Waiting("Held", "spec.a is held: m", time.Minute), []string{resolved, notSynced, "Held=True/StrictRolePolicy"}},
		"holds alike":   {"they have one reason", nil, []roster.Hold{strict, strict}, nil, lifecycle.Waiting("Held", "spec.a is held: m; spec.a is held: m", time.Minute), []string{resolved, notSynced, "Held=True/StrictRolePolicy"}},
		"holds unlike":  {"they have several", nil, []roster.Hold{strict, last}, nil, lifecycle.Waiting("Held", "spec.a is held: m; spec.b is held: n", time.Minute), []string{resolved, notSynced, "Held=True/SeveralHeld"}},
		"with an error": {"what the store says comes first, and the hold is told beside it", taken, []roster.Hold{strict}, nil, lifecycle.Waiting("Conflict", takenSays, contested), []string{resolved, notSynced, "Conflict=True/EmailTaken", "Held=True/StrictRolePolicy"}},
		"held whole": {"a record that is held whole is no part", &store.ForeignError{Owner: mine, Held: true}, []roster.Hold{strict}, nil,
			lifecycle.Waiting("Held", heldMessage, contested), []string{resolved, notSynced, "Held=True/ForeignRecord"}},
		"broken":            {"only an edit heals it", nil, nil, broken, lifecycle.Stalled("Invalid", brokenSays), []string{resolved, notSynced}},
		"broken and held":   {"only an edit heals it, whatever else is in the way", nil, []roster.Hold{strict}, broken, lifecycle.Stalled("Invalid", brokenSays), []string{resolved, notSynced, "Held=True/StrictRolePolicy"}},
		"broken and taken":  {"only an edit heals it, whatever else is in the way", taken, nil, broken, lifecycle.Stalled("Invalid", brokenSays), []string{resolved, notSynced, "Conflict=True/EmailTaken"}},
		"broken and away":   {"what is taken away is not stored yet, so it is tried again", away, nil, broken, lifecycle.Unavailable("StoreUnavailable", away.Error()+"; the manager tries again by itself"), []string{resolved, notSynced}},
		"held and away":     {"the store says first why nothing is written", away, []roster.Hold{strict}, nil, lifecycle.Unavailable("StoreUnavailable", away.Error()+"; the manager tries again by itself"), []string{resolved, notSynced, "Held=True/StrictRolePolicy"}},
		"a failure of ours": {"it is tried again", errUnknown, nil, broken, errUnknown, []string{resolved, notSynced}},
	} {
		got := outcomeOf(t.Context(), mine, tc.err).holding(tc.holds, time.Minute).breaking(tc.violations)
		if !errors.Is(got.verdict, tc.verdict) {
			t.Errorf("%s: %s: the verdict should be %v, is %v", name, tc.reason, tc.verdict, got.verdict)
		}
		if diff := cmp.Diff(tc.conditions, shown(got.conditions(nil))); diff != "" {
			t.Errorf("%s: %s: conditions (-want +got):\n%s", name, tc.reason, diff)
		}
	}
}

var errUnknown = errors.New("what nobody knows")

func TestNothingIsRememberedOfWhatBreaksARule(t *testing.T) {
	if got := remembered("digest", nil); got != "digest" {
		t.Errorf("what breaks no rule is remembered, got %q", got)
	}
	if got := remembered("digest", []roster.Violation{{}}); got != "" {
		t.Errorf("what breaks a rule is not stored whole, got %q", got)
	}
}

func named(operators ...string) []types.NamespacedName {
	var found []types.NamespacedName
	for _, name := range operators {
		found = append(found, types.NamespacedName{Namespace: "acme", Name: name})
	}
	return found
}

// inAnyOrder compares names as a set.
var inAnyOrder = cmp.Options{cmpopts.EquateEmpty(), cmpopts.SortSlices(func(a, b types.NamespacedName) bool { return a.String() < b.String() })}

func TestWhoIsHeldAsTheLastIsRemembered(t *testing.T) {
	var last lastOnes
	anna, bert := named("anna")[0], named("bert")[0]
	elsewhere := types.NamespacedName{Namespace: "other", Name: "anna"}
	of := func(tenant string) []types.NamespacedName {
		return last.in("acme", func(name string) bool { return name == tenant })
	}
	for _, step := range []struct {
		reason  string
		who     types.NamespacedName
		tenants []string
		known   bool
		north   []types.NamespacedName
	}{
		{"who is not held was not known", anna, nil, true, nil},
		{"the first", anna, []string{"north", "south"}, false, named("anna")},
		{"again", anna, []string{"north", "south"}, true, named("anna")},
		{"another", bert, []string{"north"}, false, named("anna", "bert")},
		{"one of another company", elsewhere, []string{"north"}, false, named("anna", "bert")},
		{"for fewer tenants", anna, []string{"south"}, false, named("bert")},
		{"no more", bert, nil, false, nil},
	} {
		if known := last.set(step.who, step.tenants); known != step.known {
			t.Errorf("%s: that it was known should be %t, is %t", step.reason, step.known, known)
		}
		if diff := cmp.Diff(step.north, of("north"), inAnyOrder); diff != "" {
			t.Errorf("%s: who is held for north (-want +got):\n%s", step.reason, diff)
		}
	}
}

// TestWhoeverComesToAdministerWakesWhoIsHeldForIt once that is stored, and nobody else.
func TestWhoeverComesToAdministerWakesWhoIsHeldForIt(t *testing.T) {
	w := watching(t)
	for who, tenants := range map[string][]string{"of-sales": {"sales"}, "of-care": {"care"}, "of-both": {"care", "sales"}, "heir": {"sales"}} {
		w.last.set(named(who)[0], tenants)
	}
	w.last.set(types.NamespacedName{Namespace: "other", Name: "of-sales"}, []string{"sales"})
	heir := func(changes ...func(*v1alpha1.Operator)) *v1alpha1.Operator {
		o := testkit.Operator("acme", "heir", testkit.InTenant("sales", testkit.As(v1alpha1.RoleAdministrator)))
		o.Generation, o.Status.ObservedGeneration = 2, 1
		for _, change := range changes {
			change(o)
		}
		return o
	}
	looked := func(o *v1alpha1.Operator) {
		o.Status.ObservedGeneration, o.Status.SyncedDigest = o.Generation, "digest"
	}
	adopted := func(o *v1alpha1.Operator) { o.Status.ObservedGeneration = o.Generation }
	worker := func(o *v1alpha1.Operator) { o.Spec.Tenants[0].Role = v1alpha1.RoleWorker }
	chief := func(o *v1alpha1.Operator) { o.Spec.Tenants, o.Spec.CompanyAdministrator = nil, true }
	off := func(o *v1alpha1.Operator) { o.Spec.Active = new(false) }
	leaving := func(o *v1alpha1.Operator) { o.DeletionTimestamp = &metav1.Time{} }
	for _, tc := range []struct {
		name, reason  string
		before, after *v1alpha1.Operator
		want          []types.NamespacedName
	}{
		{"the manifest alone", "it is not stored yet", heir(worker, looked), heir(), nil},
		{"the pass over it", "whoever is held for the tenant, but for himself", heir(), heir(looked), named("of-sales", "of-both")},
		{"somebody new", "a status comes with the first pass", nil, heir(looked), named("of-sales", "of-both")},
		{"an adoption", "nothing but the digest says that it is stored now", heir(adopted), heir(looked), named("of-sales", "of-both")},
		{"another status", "nothing was stored", heir(looked), heir(looked, func(o *v1alpha1.Operator) { o.Status.State = v1alpha1.OperatorStateActive }), nil},
		{"a Worker", "he relieves nobody", heir(worker), heir(worker, looked), nil},
		{"somebody deactivated", "he relieves nobody", heir(off), heir(off, looked), nil},
		{"the company's own", "of every tenant", heir(chief), heir(chief, looked), named("of-sales", "of-care", "of-both")},
		{"somebody who leaves", "he relieves nobody", heir(), heir(looked, leaving), nil},
		{"somebody who is gone", "he relieves nobody", heir(looked), nil, nil},
	} {
		if diff := cmp.Diff(tc.want, w.relievedByOperator(tc.before, tc.after), inAnyOrder); diff != "" {
			t.Errorf("%s: %s (-want +woken):\n%s", tc.name, tc.reason, diff)
		}
		woken := w.operatorsByOperator(tc.before, tc.after)
		if slices.ContainsFunc(tc.want, func(who types.NamespacedName) bool { return !slices.Contains(woken, who) }) {
			t.Errorf("%s: %s: the watch should wake them, it wakes %v", tc.name, tc.reason, woken)
		}
	}
}

func TestATenantThatIsGoneWakesWhoIsHeldForIt(t *testing.T) {
	w := watching(t)
	w.last.set(named("of-sales")[0], []string{"sales"})
	w.last.set(named("of-care")[0], []string{"care"})
	tenant := testkit.Tenant("acme", "sales")
	leaving := testkit.Tenant("acme", "sales")
	leaving.DeletionTimestamp = &metav1.Time{}
	if got := w.operatorsByTenant(tenant, leaving); len(got) != 0 {
		t.Errorf("a tenant that leaves is administered still, got %v", got)
	}
	if diff := cmp.Diff(named("of-sales"), w.operatorsByTenant(leaving, nil), inAnyOrder); diff != "" {
		t.Errorf("one that is gone needs nobody (-want +woken):\n%s", diff)
	}
}

func TestWhoIsHeldLooksAgainSoonAndThenAtTimes(t *testing.T) {
	k := operators{Shared: watching(t).Shared}
	anna := testkit.Operator("acme", "anna")
	for _, step := range []struct {
		reason string
		lastOf []string
		want   time.Duration
	}{
		{"whoever is not held waits for nothing", nil, 0},
		{"somebody may have come between", []string{"north"}, soon},
		{"later he is woken, and looks at times", []string{"north"}, contested},
		{"another tenant is new", []string{"south"}, soon},
		{"let go", nil, 0},
		{"held again", []string{"south"}, soon},
	} {
		if got := k.untilRelieved(anna, step.lastOf); got != step.want {
			t.Errorf("%s: look again after %s, got %s", step.reason, step.want, got)
		}
	}
}

func TestWhoComesFirstOfThoseWhoWantAName(t *testing.T) {
	early := metav1.NewTime(time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC))
	made := func(name, userName, email string, created metav1.Time, changes ...func(*v1alpha1.Operator)) *v1alpha1.Operator {
		o := testkit.Operator("acme", name, append(changes, func(o *v1alpha1.Operator) {
			o.Spec.UserName, o.Spec.Profile.Email, o.CreationTimestamp = userName, v1alpha1.EmailAddress(email), created
			o.Generation = 1
		})...)
		return o
	}
	late := metav1.NewTime(early.Add(time.Second))
	owner := func(name string) store.Owner {
		return store.Owner{Installation: "one", Namespace: "acme", Kind: "Operator", Name: name}
	}
	looked := func(o *v1alpha1.Operator) { o.Status.ObservedGeneration = 1 }
	leaving := func(o *v1alpha1.Operator) { o.DeletionTimestamp = &early }
	for _, tc := range []struct {
		reason string
		own    metav1.Time
		rival  *v1alpha1.Operator
		want   provision.First
	}{
		{"nobody wants the same", late, made("rival", "rival", "rival@example.com", early), provision.First{}},
		{"an older object wants the user name", late, made("rival", "Wanted", "rival@example.com", early), provision.First{UserName: owner("rival")}},
		{"and the address", late, made("rival", "wanted", "Wanted@example.com", early), provision.First{UserName: owner("rival"), Email: owner("rival")}},
		{"the address alone", late, made("rival", "rival", "wanted@example.com", early), provision.First{Email: owner("rival")}},
		{"a younger one comes later", early, made("a-rival", "wanted", "wanted@example.com", late), provision.First{}},
		{"of equally old ones the name counts", early, made("rival", "wanted", "x@example.com", early), provision.First{UserName: owner("rival")}},
		{"and the later name comes later", early, made("zoe", "wanted", "x@example.com", early), provision.First{}},
		{"who was looked at has it, or cannot have it", late, made("rival", "wanted", "wanted@example.com", early, looked), provision.First{}},
		{"who leaves wants nothing", late, made("rival", "wanted", "wanted@example.com", early, leaving), provision.First{}},
	} {
		own := made("sam", "wanted", "wanted@example.com", tc.own)
		k := operators{Shared: watching(t, own, tc.rival).Shared}
		k.Installation = "one"
		if diff := cmp.Diff(tc.want, k.first(own)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
		}
	}
}
