// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
)

// somebody is a requester by what he holds; being a person, he claims to be me.
type somebody struct {
	// nameless is a requester of whom Kubernetes knows no name.
	nameless bool
	powers   powers
	persons  []roster.Operator
}

func (s somebody) requester() roster.Requester {
	r := roster.Requester{User: me, Claimants: s.persons, Powers: &s.powers}
	if s.nameless {
		r.User = ""
	}
	return r
}

func is(persons ...roster.Operator) somebody { return somebody{persons: persons} }

func deactivated(o roster.Operator) roster.Operator { o.Active = false; return o }

func inactiveIn(e roster.Entry) roster.Entry { e.Active = false; return e }

func asCompanyAdministrator(o roster.Operator) roster.Operator {
	o.CompanyAdministrator = true
	return o
}

// created is an object as it is created: without a status, and without what takes more than its tenants' Administrators have.
func (l leaves) created() leaves {
	return l.with("status", "", "spec.notifications", "", "spec.kubernetesUser", "", "spec.credential.passwordSecretRef", "", "spec.integrations", "")
}

func TestNobodyGetsMoreThanHeHas(t *testing.T) {
	t.Parallel()
	anna := anOperator()
	alone := anna.with("spec.tenants[b]", "")
	chief := anna.with("spec.companyAdministrator", "true")
	unplaced := anna.with("spec.tenants[a]", "", "spec.tenants[b]", "")
	ofA, ofB := somebody{powers: powers{tenants: []string{"a"}}}, somebody{powers: powers{tenants: []string{"b"}}}
	ofBoth := somebody{powers: powers{tenants: []string{"a", "b"}, secrets: []string{"first", "mine"}}}
	worker, manager := is(person("anna", entry("a", roster.Worker))), is(person("anna", entry("a", roster.Manager)))
	administrator := is(person("boss", entry("a", roster.Administrator)))
	chiefs := is(asCompanyAdministrator(person("chief")))
	for _, tc := range []struct {
		reason        string
		kind          string
		before, after leaves
		by            somebody
		want          []string
	}{
		// Labels feed the selectors of policies.
		{"a label would bring channels of another tenant", roster.KindOperator, anna, anna.with("metadata.labels[tier]", "platinum"), ofA, []string{"metadata.labels[tier]"}},
		{"a person labels himself", roster.KindOperator, alone, alone.with("metadata.labels[tier]", "platinum"), worker, []string{"metadata.labels[tier]"}},
		{"who administers all of a person's tenants labels him", roster.KindOperator, anna, anna.with("metadata.labels[tier]", "platinum"), ofBoth, nil},

		{"a person writes a status", roster.KindOperator, anna, anna.with("status", "other"), chiefs, []string{"status"}},
		{"our finalizer is taken away, which would orphan the record", roster.KindOperator, anna, anna.with("metadata.finalizers[identity.roster.dev/finalizer]", ""), worker, []string{"metadata.finalizers[identity.roster.dev/finalizer]"}},
		{"a tenant's Administrator orphans the tenant's record", roster.KindTenant, aTenant(), aTenant().with("metadata.finalizers[identity.roster.dev/finalizer]", ""), ofA, []string{"metadata.finalizers[identity.roster.dev/finalizer]"}},
		{"our finalizer comes back with anybody's update", roster.KindOperator, anna.with("metadata.finalizers[identity.roster.dev/finalizer]", ""), anna, somebody{}, nil},
		{"an owner reference would delete the object with something else", roster.KindOperator, anna, anna.with("metadata.ownerReferences", "other"), worker, []string{"metadata.ownerReferences"}},

		// What one may not grant directly.
		{"a policy grants in a tenant that is another's", roster.KindChannelPolicy, nil, aPolicy().created().with("spec.tenant", "b"), ofA, []string{""}},
		{"a policy is widened by somebody of another tenant", roster.KindChannelPolicy, aPolicy(), aPolicy().with("spec.subjects[0].role", "Manager"), ofB, []string{"spec.subjects[0].role"}},
		{"a Manager writes a policy", roster.KindChannelPolicy, nil, aPolicy().created(), manager, []string{""}},
		{"a policy moves into a tenant that is another's", roster.KindChannelPolicy, aPolicy(), aPolicy().with("spec.tenant", "b"), ofA, []string{"spec.tenant"}},
		{"a group is another tenant's", roster.KindGroup, aGroup(), nil, ofB, []string{""}},
		{"a group gets channels from another tenant's Administrator", roster.KindGroup, aGroup(), aGroup().with("spec.channels[Phone]", "x"), ofB, []string{"spec.channels[Phone]"}},

		// A company administrator is not to be had through one of his tenants.
		{"his entry", roster.KindOperator, chief, chief.with("spec.tenants[a].role", "Administrator"), ofBoth, []string{"spec.tenants[a].role"}},
		{"his e-mail address, to which links are sent", roster.KindOperator, chief, chief.with("spec.profile.email", "mine"), ofBoth, []string{"spec.profile.email"}},
		{"his password", roster.KindOperator, chief, chief.with("spec.credential.passwordSecretRef.name", "mine"), ofBoth, []string{"spec.credential.passwordSecretRef.name"}},
		{"a new link", roster.KindOperator, chief, chief.with("metadata.annotations[roster.dev/reset-password-at]", "1"), ofBoth, []string{"metadata.annotations[roster.dev/reset-password-at]"}},
		{"a new entry", roster.KindOperator, chief, chief.with("spec.tenants[c]", "x"), somebody{powers: powers{tenants: tenantsOfTests}}, []string{"spec.tenants[c]"}},
		{"his object", roster.KindOperator, chief, nil, ofBoth, []string{""}},
		{"himself made one by his tenants' Administrators", roster.KindOperator, anna, chief, ofBoth, []string{"spec.companyAdministrator"}},
		{"a company administrator created by a tenant's Administrator", roster.KindOperator, nil, chief.created().with("spec.kubernetesUser", me, "metadata.annotations[roster.dev/adopt]", "true"), ofBoth,
			[]string{"", "metadata.annotations[roster.dev/adopt]", "spec.companyAdministrator", "spec.kubernetesUser"}},
		{"the company's own do it", roster.KindOperator, chief, chief.with("spec.tenants[a].role", "Administrator"), chiefs, nil},

		// Somebody in no tenant is nobody's but the company's.
		{"somebody without tenants is taken into one", roster.KindOperator, unplaced, unplaced.with("spec.tenants[a]", "x"), ofA, []string{"spec.tenants[a]"}},
		{"somebody without tenants is changed", roster.KindOperator, unplaced, unplaced.with("spec.active", "false"), ofBoth, []string{"spec.active"}},
		{"somebody without tenants is created", roster.KindOperator, nil, unplaced.created(), ofBoth, []string{""}},
		{"and is deleted", roster.KindOperator, unplaced, nil, ofBoth, []string{""}},
		{"the last entry is taken away by its Administrator", roster.KindOperator, alone, alone.with("spec.tenants[a]", ""), ofA, nil},
		{"a stranger gets one's own tenant", roster.KindOperator, anna, anna.with("spec.tenants[c]", "x"), somebody{powers: powers{tenants: []string{"c"}}}, []string{"spec.tenants[c]"}},
		{"with the consent of his tenants' Administrators", roster.KindOperator, anna, anna.with("spec.tenants[c]", "x"), somebody{powers: powers{tenants: tenantsOfTests}}, nil},

		// Being somebody else.
		{"a person claims another user", roster.KindOperator, alone, alone.with("spec.kubernetesUser", "chief@idp"), manager, []string{"spec.kubernetesUser"}},
		{"a tenant's Administrator gives an object to himself", roster.KindOperator, alone.with("spec.kubernetesUser", ""), alone, ofA, []string{"spec.kubernetesUser"}},
		{"an object that is somebody else's by now", roster.KindOperator, alone.with("spec.kubernetesUser", "new@idp"), alone.with("spec.kubernetesUser", "new@idp", "spec.profile.title", "y"), worker, []string{"spec.profile.title"}},
		{"two claim to be one", roster.KindOperator, alone, alone.with("spec.profile.title", "y"), is(person("anna", entry("a", roster.Administrator)), person("anna-2")), []string{"spec.profile.title"}},
		{"a person who is deactivated", roster.KindOperator, alone, alone.with("spec.profile.title", "y"), is(deactivated(person("anna"))), []string{"spec.profile.title"}},
		{"a person of another company", roster.KindOperator, alone, alone.with("spec.profile.title", "y"), is(roster.Operator{Company: "other", Name: "anna", Active: true, CompanyAdministrator: true}), []string{"spec.profile.title"}},
		{"who has no name is nobody", roster.KindOperator, alone.with("spec.kubernetesUser", ""), alone.with("spec.kubernetesUser", "", "spec.profile.title", "y"), somebody{nameless: true, persons: []roster.Operator{person("anna")}}, []string{"spec.profile.title"}},
		{"a person's own Group of the same name", roster.KindGroup, aGroup(), aGroup().with("spec.displayName", "y"), is(person("desk")), []string{"spec.displayName"}},

		// What a person may do himself, and no more.
		{"his title, e-mail and notifications", roster.KindOperator, alone, alone.with("spec.profile.title", "y", "spec.profile.email", "y", "spec.notifications.afterCall", "false", "spec.tenants[a].profile.publicName", "y"), worker, nil},
		{"his names and telephone", roster.KindOperator, alone, alone.with("spec.profile.givenName", "y", "spec.profile.phoneNumber", "y"), worker, []string{"spec.profile.givenName", "spec.profile.phoneNumber"}},
		{"his role", roster.KindOperator, alone, alone.with("spec.tenants[a].role", "Administrator"), manager, []string{"spec.tenants[a].role"}},
		{"his switches", roster.KindOperator, alone, alone.with("spec.tenants[a].visibility.othersArchivedCalls", "false"), manager, []string{"spec.tenants[a].visibility.othersArchivedCalls"}},
		{"his channels and groups", roster.KindOperator, alone, alone.with("spec.tenants[a].channels[Phone]", "x", "spec.tenants[a].groups[back]", "Primary"), manager, []string{"spec.tenants[a].channels[Phone]", "spec.tenants[a].groups[back]"}},
		{"his own deletion", roster.KindOperator, alone, nil, manager, []string{""}},
		{"a team as a Worker", roster.KindOperator, alone, alone.with("spec.tenants[a].team[carl]", "x"), worker, []string{"spec.tenants[a].team[carl]"}},
		{"a team as a Manager", roster.KindOperator, alone, alone.with("spec.tenants[a].team[carl]", "x"), manager, nil},
		{"a team in a tenant where he is Manager no more", roster.KindOperator, anna, anna.with("spec.tenants[b].team[carl]", "x"), is(person("anna", entry("a", roster.Manager), inactiveIn(entry("b", roster.Manager)))), []string{"spec.tenants[b].team[carl]"}},
		{"a team in a tenant that is not there", roster.KindOperator, anna.with("spec.tenants[gone]", "x"), anna.with("spec.tenants[gone]", "x", "spec.tenants[gone].team[carl]", "x"), is(person("anna", entry("gone", roster.Manager))), []string{"spec.tenants[gone].team[carl]"}},
		{"somebody else's team", roster.KindOperator, alone, alone.with("spec.tenants[a].team[carl]", "x"), is(person("other", entry("a", roster.Manager))), []string{"spec.tenants[a].team[carl]"}},
		{"somebody else's notifications, as an Administrator", roster.KindOperator, alone, alone.with("spec.notifications.afterCall", "false"), administrator, []string{"spec.notifications.afterCall"}},
		{"somebody else's notifications, as a company administrator who is a person", roster.KindOperator, alone, alone.with("spec.notifications.afterCall", "false"), chiefs, []string{"spec.notifications.afterCall"}},
		{"initial notifications, as an Administrator", roster.KindOperator, alone, alone.with("spec.tenants[a].notifications.afterCall", "false"), administrator, nil},
		{"another Administrator, as an Administrator (F47)", roster.KindOperator, alone, alone.with("spec.tenants[a].role", "Administrator"), administrator, nil},
		{"an Administrator who is deactivated in the tenant", roster.KindOperator, alone, alone.with("spec.active", "false"), is(person("boss", inactiveIn(entry("a", roster.Administrator)))), []string{"spec.active"}},
		{"a company administrator who is deactivated in the tenant is still the company's", roster.KindOperator, alone, alone.with("spec.active", "false"), is(asCompanyAdministrator(person("boss", inactiveIn(entry("a", roster.Worker))))), nil},
		{"accounts as a Manager (F50)", roster.KindOperator, nil, alone.created(), is(person("lead", entry("a", roster.Manager))), []string{""}},
		{"accounts as an Administrator (F44)", roster.KindOperator, nil, alone.created(), administrator, nil},

		// Secrets.
		{"a Secret one may not read", roster.KindOperator, alone, alone.with("spec.credential.passwordSecretRef.name", "theirs"), ofBoth, []string{"spec.credential.passwordSecretRef"}},
		{"another key of a Secret one may not read", roster.KindOperator, alone, alone.with("spec.credential.passwordSecretRef.key", "other"), ofA, []string{"spec.credential.passwordSecretRef"}},
		{"a Secret one may read", roster.KindOperator, alone, alone.with("spec.credential.passwordSecretRef.name", "mine"), ofBoth, nil},
		{"no Secret any more", roster.KindOperator, alone, alone.with("spec.credential.passwordSecretRef", ""), ofA, nil},
		{"the page's Secret", roster.KindTenant, aTenant(), aTenant().with("spec.integrations.facebook.accessTokenSecretRef.name", "theirs"), ofBoth, []string{"spec.integrations.facebook.accessTokenSecretRef"}},

		// Tenants.
		{"a tenant by its Administrator", roster.KindTenant, nil, aTenant().created(), ofA, []string{""}},
		{"the end of a tenant by its Administrator", roster.KindTenant, aTenant(), nil, administrator, []string{""}},
		{"its settings", roster.KindTenant, aTenant(), aTenant().with("spec.payments.enabled", "true", "metadata.annotations[roster.dev/confirm-removals]", "x"), administrator, nil},
		{"its labels", roster.KindTenant, aTenant(), aTenant().with("metadata.labels[tier]", "y"), administrator, []string{"metadata.labels[tier]"}},
		{"another tenant's settings", roster.KindTenant, aTenant(), aTenant().with("spec.payments.enabled", "true"), ofB, []string{"spec.payments.enabled"}},

		// What is anybody's.
		{"notes and others' finalizers", roster.KindOperator, anna, anna.with("metadata.annotations[note]", "y", "metadata.finalizers[other.example.com/wait]", "", "metadata.managedFields", "y"), somebody{}, nil},
		{"a whole company by the verb on companies", roster.KindOperator, nil, chief.with("status", ""), somebody{powers: powers{company: true, secrets: []string{"first"}}}, nil},
	} {
		object := tc.before
		if object == nil {
			object = tc.after
		}
		refusals, err := roster.Authorize(
			roster.Change{Kind: tc.kind, Company: company, Name: object["metadata.name"], Before: tc.before.tree(), After: tc.after.tree()},
			tc.by.requester(), newWorld(tenant("a"), tenant("b"), tenant("c")))
		if err != nil {
			t.Fatalf("%s: %v", tc.reason, err)
		}
		if diff := cmp.Diff(tc.want, refusedPaths(refusals)); diff != "" {
			t.Errorf("%s (-should be refused +is refused):\n%s\n%v", tc.reason, diff, refusals)
		}
	}
}

func TestARefusalSaysWhoseAuthorityItTakes(t *testing.T) {
	t.Parallel()
	anna := anOperator()
	for _, tc := range []struct {
		reason        string
		kind          string
		before, after leaves
		by            somebody
		want          []string
	}{
		{
			"an entry of another tenant", roster.KindOperator, anna, anna.with("spec.tenants[b].role", "Administrator", "spec.tenants[b].channels[Phone]", "x"),
			somebody{powers: powers{tenants: []string{"a"}}},
			[]string{`spec.tenants[b].channels[Phone], spec.tenants[b].role: needs an Administrator of tenant "b": a live Operator with that role there, ` +
				`or the verb "administer" on tenants.identity.roster.dev "b"`},
		},
		{
			"the person's core, of which one tenant is wanting", roster.KindOperator, anna, anna.with("spec.active", "false"),
			somebody{},
			[]string{`spec.active: needs an Administrator of each of the tenants "a", "b": a live Operator with that role there, ` +
				`or the verb "administer" on tenants.identity.roster.dev of these names`},
		},
		{
			"a team as a Worker", roster.KindOperator, anna, anna.with("spec.tenants[a].team[carl]", "x"),
			is(person("anna", entry("a", roster.Worker))),
			[]string{`spec.tenants[a].team[carl]: needs an Administrator of tenant "a": a live Operator with that role there, ` +
				`or the verb "administer" on tenants.identity.roster.dev "a"; a person with the role Manager changes his own team`},
		},
		{
			"the company's own", roster.KindOperator, anna, anna.with("spec.companyAdministrator", "true", "spec.kubernetesUser", "x"),
			somebody{powers: powers{tenants: []string{"a", "b"}}},
			[]string{`spec.companyAdministrator, spec.kubernetesUser: needs a company administrator: an active Operator with spec.companyAdministrator, ` +
				`or the verb "administer" on companies.identity.roster.dev in the namespace`},
		},
		{
			"what a person is told of", roster.KindOperator, anna, anna.with("spec.notifications.afterCall", "false"),
			is(person("boss", entry("a", roster.Administrator), entry("b", roster.Administrator))),
			[]string{`spec.notifications.afterCall: what a person is told of is his own choice: set initial values in spec.tenants[].notifications, ` +
				`or hold the verb "administer" on companies.identity.roster.dev by Kubernetes RBAC; ` +
				`the person himself may, too, as the one active Operator whose spec.kubernetesUser is the requester`},
		},
		{
			"a Secret", roster.KindOperator, anna, anna.with("spec.credential.passwordSecretRef.name", "root"),
			somebody{powers: powers{tenants: []string{"a", "b"}}},
			[]string{`spec.credential.passwordSecretRef: needs permission to read the Secret it names: the verb "get" on secrets "root" in the namespace`},
		},
		{
			"a deletion", roster.KindTenant, aTenant(), nil, somebody{powers: powers{tenants: []string{"a"}}},
			[]string{`needs a company administrator: an active Operator with spec.companyAdministrator, ` +
				`or the verb "administer" on companies.identity.roster.dev in the namespace`},
		},
		{
			"many fields are counted", roster.KindOperator, anna,
			anna.with("spec.userName", "y", "spec.active", "false", "spec.suspend", "true", "spec.homeTenant", "b", "spec.profile.givenName", "y",
				"spec.profile.familyName", "y", "spec.profile.locale", "y", "spec.profile.timeZone", "y"),
			somebody{powers: powers{tenants: []string{"a"}}},
			[]string{`spec.active, spec.homeTenant, spec.profile.familyName, spec.profile.givenName, spec.profile.locale, spec.profile.timeZone and 2 more: ` +
				`needs an Administrator of tenant "b": a live Operator with that role there, or the verb "administer" on tenants.identity.roster.dev "b"`},
		},
	} {
		object := tc.before
		refusals, err := roster.Authorize(
			roster.Change{Kind: tc.kind, Company: company, Name: object["metadata.name"], Before: tc.before.tree(), After: tc.after.tree()},
			tc.by.requester(), newWorld(tenant("a"), tenant("b")))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range refusals {
			got = append(got, r.String())
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
		}
	}
}

func TestAChangeOfNothingKnownIsNotDecided(t *testing.T) {
	t.Parallel()
	for reason, change := range map[string]roster.Change{
		"a kind that has no table": {Kind: "Secret", Before: map[string]any{}, After: map[string]any{}},
		"no object at all":         {Kind: roster.KindOperator},
	} {
		if _, err := roster.Authorize(change, roster.Requester{User: me, Powers: &powers{company: true}}, newWorld()); err == nil {
			t.Errorf("%s should be an error, so that it is not admitted", reason)
		}
	}
}

func TestAnObjectWhoseOwnerCannotBeToldIsTheCompanys(t *testing.T) {
	t.Parallel()
	plain := func(spec map[string]any) map[string]any { return map[string]any{"spec": spec} }
	entries := func(list ...any) map[string]any { return plain(map[string]any{"tenants": list}) }
	inA := map[string]any{"tenant": "a"}
	well := entries(inA)
	for _, tc := range []struct {
		reason, kind  string
		before, after map[string]any
	}{
		{"an entry of a tenant without a name", roster.KindOperator, well, entries(inA, map[string]any{"tenant": ""})},
		{"an entry without a tenant", roster.KindOperator, entries(inA, map[string]any{"role": "Worker"}), well},
		{"an entry that is none", roster.KindOperator, entries(inA, "b"), well},
		{"one tenant twice", roster.KindOperator, well, entries(inA, inA)},
		{"entries that are no list", roster.KindOperator, well, plain(map[string]any{"tenants": map[string]any{"tenant": "a"}})},
		{"a specification that is none", roster.KindOperator, map[string]any{"spec": "x"}, well},
		{"a company administrator by another word", roster.KindOperator, well, plain(map[string]any{"tenants": []any{inA}, "companyAdministrator": "yes"})},
		{"one who was so by another word", roster.KindOperator,
			plain(map[string]any{"tenants": []any{inA}, "companyAdministrator": 1.0}), plain(map[string]any{"tenants": []any{inA}, "companyAdministrator": 1.0, "active": false})},
		{"a group of no tenant", roster.KindGroup, plain(map[string]any{"tenant": "a"}), plain(map[string]any{})},
		{"a group of a tenant without a name", roster.KindGroup, plain(map[string]any{"tenant": ""}), plain(map[string]any{"tenant": "a"})},
		{"a policy of several", roster.KindChannelPolicy, plain(map[string]any{"tenant": []any{"a"}}), plain(map[string]any{"tenant": "a"})},
	} {
		by := func(p powers) []roster.Refusal {
			refusals, err := roster.Authorize(
				roster.Change{Kind: tc.kind, Company: company, Name: "object", Before: tc.before, After: tc.after},
				roster.Requester{User: me, Powers: &p}, newWorld(tenant("a")))
			if err != nil {
				t.Fatal(err)
			}
			return refusals
		}
		everyTenant := powers{tenants: []string{"a", "b", ""}}
		if got := by(everyTenant); len(got) == 0 {
			t.Errorf("%s: whoever administers tenants should be refused, as nobody can say which they are", tc.reason)
		}
		if got := by(powers{company: true}); len(got) > 0 {
			t.Errorf("%s: the company should be able to mend it, refused is %v", tc.reason, got)
		}
	}
	nothing := plain(map[string]any{"tenants": []any{inA}, "companyAdministrator": nil})
	if got, err := roster.Authorize(roster.Change{Kind: roster.KindOperator, Company: company, Name: "anna", Before: nothing, After: plain(map[string]any{"tenants": []any{inA}, "companyAdministrator": nil, "active": false})},
		roster.Requester{User: me, Powers: &powers{tenants: []string{"a"}}}, newWorld(tenant("a"))); err != nil || len(got) > 0 {
		t.Errorf("nothing where companyAdministrator stands is no company administrator: %v %v", got, err)
	}
}
