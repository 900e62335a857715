// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
)

func TestGrantsAreTheUnionOfDirectChannelsAndMatchingPolicies(t *testing.T) {
	direct := roster.Cause{Kind: roster.CauseDirect}
	by := func(name string) roster.Cause { return roster.Cause{Kind: roster.CausePolicy, Name: name} }
	workers := roster.Subject{Role: roster.Worker}
	narrow := func(p roster.Policy, online, away bool, capacity int) roster.Policy {
		p.Online, p.Away, p.Capacity = online, away, capacity
		return p
	}
	cases := map[string]struct {
		reason   string
		entry    roster.Entry
		policies []roster.Policy
		want     []roster.Grant
	}{
		"nothing declared": {
			reason: "an absent list of channels is none",
			entry:  entry("north", roster.Worker),
		},
		"direct": {
			reason: "a direct grant allows both states and has no cap",
			entry:  entry("north", roster.Worker, roster.Chat),
			want:   []roster.Grant{{Tenant: "north", Channel: roster.Chat, Online: true, Away: true, Causes: []roster.Cause{direct}}},
		},
		"by policy": {
			reason:   "a policy grants with its own states and capacity, and is named as the cause",
			entry:    entry("north", roster.Worker),
			policies: []roster.Policy{narrow(policy("calls", "north", workers, roster.Phone), true, false, 3)},
			want:     []roster.Grant{{Tenant: "north", Channel: roster.Phone, Online: true, Capacity: 3, Causes: []roster.Cause{by("calls")}}},
		},
		"two policies": {
			reason: "a state is allowed if any grant allows it, and the largest capacity wins",
			entry:  entry("north", roster.Worker),
			policies: []roster.Policy{
				narrow(policy("a", "north", workers, roster.Phone), true, false, 3),
				narrow(policy("b", "north", workers, roster.Phone), false, true, 7),
			},
			want: []roster.Grant{{Tenant: "north", Channel: roster.Phone, Online: true, Away: true, Capacity: 7, Causes: []roster.Cause{by("a"), by("b")}}},
		},
		"a policy without capacity": {
			reason: "no cap is larger than any cap",
			entry:  entry("north", roster.Worker),
			policies: []roster.Policy{
				narrow(policy("a", "north", workers, roster.Phone), true, false, 3),
				narrow(policy("b", "north", workers, roster.Phone), true, false, 0),
			},
			want: []roster.Grant{{Tenant: "north", Channel: roster.Phone, Online: true, Causes: []roster.Cause{by("a"), by("b")}}},
		},
		"direct beside a policy": {
			reason:   "a direct grant lifts the cap of a policy, and both causes are kept",
			entry:    entry("north", roster.Worker, roster.Phone),
			policies: []roster.Policy{narrow(policy("calls", "north", workers, roster.Phone), false, false, 1)},
			want:     []roster.Grant{{Tenant: "north", Channel: roster.Phone, Online: true, Away: true, Causes: []roster.Cause{direct, by("calls")}}},
		},
		"a policy that allows no state": {
			reason:   "the channel is granted and routed in no state",
			entry:    entry("north", roster.Worker),
			policies: []roster.Policy{narrow(policy("calls", "north", workers, roster.Phone), false, false, 0)},
			want:     []roster.Grant{{Tenant: "north", Channel: roster.Phone, Causes: []roster.Cause{by("calls")}}},
		},
		"a policy of another tenant": {
			reason:   "nothing crosses tenants",
			entry:    entry("north", roster.Worker),
			policies: []roster.Policy{policy("calls", "south", workers, roster.Phone)},
		},
		"a channel the tenant does not have": {
			reason: "grants are kept uncut",
			entry:  entry("north", roster.Worker, roster.WhatsApp),
			want:   []roster.Grant{{Tenant: "north", Channel: roster.WhatsApp, Online: true, Away: true, Causes: []roster.Cause{direct}}},
		},
		"the same channel twice": {
			reason: "a set has no duplicates, and one cause is named once",
			entry:  entry("north", roster.Worker, roster.Chat, roster.Chat),
			want:   []roster.Grant{{Tenant: "north", Channel: roster.Chat, Online: true, Away: true, Causes: []roster.Cause{direct}}},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(tenant("north", roster.Chat, roster.Phone), tenant("south", roster.Phone)).withPolicies(tc.policies...)
			got := roster.Compile(operator("worker-1", tc.entry), w).Person.Grants
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: grants differ (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestPolicySubjectsMatch(t *testing.T) {
	labelled := operator("worker-1", in(entry("north", roster.Worker), "billing", "ghost", "elsewhere"))
	labelled.Labels = map[string]string{"shift": "night", "floor": "2"}
	expression := func(key, op string, values ...string) roster.Subject {
		return roster.Subject{Selector: &roster.Selector{MatchExpressions: []roster.Requirement{{Key: key, Operator: op, Values: values}}}}
	}
	labels := func(key, value string) roster.Subject {
		return roster.Subject{Selector: &roster.Selector{MatchLabels: map[string]string{key: value}}}
	}
	cases := map[string]struct {
		reason  string
		subject roster.Subject
		want    bool
	}{
		"role":                    {"the role of the entry decides", roster.Subject{Role: roster.Worker}, true},
		"other role":              {"a policy for another role does not grant", roster.Subject{Role: roster.Manager}, false},
		"group":                   {"the person names the group and it exists", roster.Subject{Group: "billing"}, true},
		"group not named":         {"a group the person does not name does not grant", roster.Subject{Group: "sales"}, false},
		"group that is missing":   {"a group grants only once it exists", roster.Subject{Group: "ghost"}, false},
		"group of another tenant": {"nothing crosses tenants", roster.Subject{Group: "elsewhere"}, false},
		"general group":           {"every operator of the tenant serves the general group", roster.Subject{Group: roster.GeneralGroup}, true},
		"operator":                {"the object's name decides", roster.Subject{Operator: "worker-1"}, true},
		"other operator":          {"another person is not meant", roster.Subject{Operator: "worker-2"}, false},
		"label":                   {"the label has the value", labels("shift", "night"), true},
		"other label value":       {"the label has another value", labels("shift", "day"), false},
		"empty selector":          {"an empty selector matches everybody, as in Kubernetes", roster.Subject{Selector: &roster.Selector{}}, true},
		"In":                      {"one of the values", expression("floor", "In", "1", "2"), true},
		"In, absent":              {"an absent label has no value", expression("team", "In", "1"), false},
		"NotIn":                   {"not one of the values", expression("floor", "NotIn", "1"), true},
		"NotIn, listed":           {"one of the excluded values", expression("floor", "NotIn", "2"), false},
		"NotIn, absent":           {"an absent label is not in any set", expression("team", "NotIn", "1"), true},
		"NotIn without values":    {"an expression without what it needs matches nobody", expression("floor", "NotIn"), false},
		"Exists":                  {"the label is there", expression("floor", "Exists"), true},
		"Exists, absent":          {"the label is not there", expression("team", "Exists"), false},
		"DoesNotExist":            {"the label is not there", expression("team", "DoesNotExist"), true},
		"unknown operator":        {"what is not understood matches nobody", expression("floor", "Near", "2"), false},
		"Exists with values":      {"what is not understood matches nobody", expression("floor", "Exists", "2"), false},
		"nothing set":             {"a subject without a field matches nobody", roster.Subject{}, false},
	}
	w := newWorld(tenant("north", roster.Chat)).withGroups(group("billing", "north"), group("sales", "north"), group("elsewhere", "south"))
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			p := policy("p", "north", tc.subject, roster.Chat)
			if got := p.Matches(labelled, labelled.Entries[0], w); got != tc.want {
				t.Errorf("%s: matches = %t, want %t", tc.reason, got, tc.want)
			}
		})
	}
}

func TestAPolicyTellsWhatItNamesAndIsNotFound(t *testing.T) {
	w := newWorld(tenant("north", roster.Chat)).withGroups(group("billing", "north"), group("southern", "south")).withOperators(operator("worker-1"))
	p := policy("p", "north", roster.Subject{Group: "billing"}, roster.Chat)
	p.Subjects = append(p.Subjects, roster.Subject{Group: roster.GeneralGroup}, roster.Subject{Operator: "worker-1"})
	if got := p.Missing(w); got != nil {
		t.Errorf("everything the policy names is there, got %v", got)
	}
	p.Tenant = "west"
	p.Subjects = append(p.Subjects, roster.Subject{Group: "southern"}, roster.Subject{Operator: "ghost"})
	want := []roster.Reference{
		{Kind: roster.KindTenant, Name: "west", Path: "spec.tenant"},
		{Kind: roster.KindGroup, Name: "billing", Path: "spec.subjects[0].group"},
		{Kind: roster.KindGroup, Name: "southern", Path: "spec.subjects[3].group"},
		{Kind: roster.KindOperator, Name: "ghost", Path: "spec.subjects[4].operator"},
	}
	if diff := cmp.Diff(want, p.Missing(w)); diff != "" {
		t.Errorf("a group of another tenant is as missing as a name nothing has (-want +got):\n%s", diff)
	}
}
