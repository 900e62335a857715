// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/roster"
)

// FuzzAuthorize gives the core any two objects. Nobody without power may change anything but what is anybody's, a company administrator
// may change everything but the status, and what is the same is changed by nobody.
func FuzzAuthorize(f *testing.F) {
	seed := func(object leaves) []byte {
		encoded, err := json.Marshal(object.tree())
		if err != nil {
			f.Fatal(err)
		}
		return encoded
	}
	f.Add(uint8(0), seed(anOperator()), seed(anOperator().with("spec.tenants[c]", "x")))
	f.Add(uint8(0), seed(anOperator()), []byte(`{"spec":{"tenants":[{"tenant":"a"},{"tenant":"a"},7,{"tenant":1}]}}`))
	f.Add(uint8(0), []byte(`{"spec":{"tenants":{"tenant":"a"},"companyAdministrator":"yes"}}`), []byte(`{"spec":null}`))
	f.Add(uint8(1), seed(aTenant()), seed(aTenant().with("spec.payments.enabled", "true")))
	f.Add(uint8(2), seed(aGroup()), []byte(`{"spec":{"channels":["Chat","Chat"]},"metadata":{"finalizers":{"a":1}}}`))
	f.Add(uint8(3), seed(aPolicy()), []byte(`{"spec":{"tenant":["a"],"subjects":[null,{"selector":{"matchLabels":[]}}]}}`))
	f.Fuzz(func(t *testing.T, kind uint8, one, other []byte) {
		var before, after map[string]any
		if json.Unmarshal(one, &before) != nil || json.Unmarshal(other, &after) != nil || before == nil || after == nil {
			return
		}
		checkAnyChange(t, kinds[int(kind)%len(kinds)], before, after)
	})
}

// references are the paths at which a company administrator, too, is refused what he may not read.
var references = []string{"spec.credential.passwordSecretRef", "spec.integrations.facebook.accessTokenSecretRef"}

// checkAnyChange looks that the laws of authority hold for a change, whatever the objects are.
func checkAnyChange(t *testing.T, kind string, before, after map[string]any) {
	t.Helper()
	by := func(before, after map[string]any, p powers) []roster.Refusal {
		refusals, err := roster.Authorize(
			roster.Change{Kind: kind, Company: company, Name: "a", Before: before, After: after}, roster.Requester{User: me, Powers: &p}, newWorld(tenant("a")))
		if err != nil {
			t.Fatalf("objects of any form can be decided on: %v", err)
		}
		return refusals
	}
	if got := by(before, before, powers{}); len(got) > 0 {
		t.Errorf("an update that changes no field is anybody's, refused were %v", got)
	}
	for _, path := range refusedPaths(by(before, after, powers{company: true})) {
		if path != "status" && !slices.Contains(references, path) {
			t.Errorf("a company administrator should be able to change %s", path)
		}
	}
	nobodys := by(before, after, powers{})
	if len(nobodys) == 0 && !reflect.DeepEqual(governed(before), governed(after)) {
		t.Errorf("somebody without power may turn %v into %v", before, after)
	}
	for _, r := range nobodys {
		if r.String() == "" {
			t.Error("a refusal should say what would be right")
		}
	}
}

// governed is what of an object somebody without power may not touch, without what says nothing: order where it means nothing, and
// empty values. It keeps less than is governed: the specification alone, as far as it is not empty.
func governed(object map[string]any) any {
	spec, isObject := object["spec"].(map[string]any)
	if !isObject {
		return nil
	}
	plain := map[string]any{}
	for name, value := range spec {
		switch value.(type) {
		case string, bool, float64:
			plain[name] = value
		}
	}
	return plain
}

// TestOrderAndEmptinessAreNoChange draws an Operator and writes it in another way that says the same.
func TestOrderAndEmptinessAreNoChange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		object := anOperator()
		for _, path := range rapid.SliceOfN(rapid.SampledFrom([]string{
			"spec.tenants[b]", "spec.tenants[a].team[bert]", "spec.tenants[a].groups[desk]", "spec.notifications.conversations[Sound]",
			"metadata.labels[tier]", "metadata.annotations[note]", "spec.tenants[a].visibility.othersArchivedCalls",
		}), 0, 4).Draw(t, "without") {
			object = object.with(path, "")
		}
		before := object.with("spec.tenants[a].team[carl]", "x", "spec.tenants[a].groups[back]", "Primary").tree()
		after := sameAgain(t, before, "spec").(map[string]any)
		refusals, err := roster.Authorize(
			roster.Change{Kind: roster.KindOperator, Company: company, Name: "anna", Before: before, After: after},
			roster.Requester{User: me, Powers: &powers{}}, newWorld())
		if err != nil || len(refusals) > 0 {
			t.Fatalf("the same object written in another order should be changed by nobody: %v %v\n%v\n%v", refusals, err, before, after)
		}
	})
}

// sameAgain is a value that says the same: lists in another order, and what is missing written as empty or null.
func sameAgain(t *rapid.T, value any, name string) any {
	switch value := value.(type) {
	case []any:
		shuffled := rapid.Permutation(value).Draw(t, name)
		for i := range shuffled {
			shuffled[i] = sameAgain(t, shuffled[i], name)
		}
		return shuffled
	case map[string]any:
		again := map[string]any{}
		for _, key := range slices.Sorted(maps.Keys(value)) {
			again[key] = sameAgain(t, value[key], key)
		}
		if rapid.Bool().Draw(t, "null") {
			again["absent"] = nil
		}
		if _, isEntry := value["tenant"]; isEntry {
			fillEmpty(t, again)
		}
		return again
	}
	return value
}

// fillEmpty writes some of what an entry does not have as empty.
func fillEmpty(t *rapid.T, entry map[string]any) {
	fill := func(name string, empty any) {
		if _, there := entry[name]; !there && rapid.Bool().Draw(t, name) {
			entry[name] = empty
		}
	}
	for _, list := range []string{"team", "groups", "channels", "permissions"} {
		fill(list, []any{})
	}
	for _, inner := range []string{"visibility", "notifications", "profile"} {
		fill(inner, map[string]any{})
	}
}

func TestWhereEmptinessOrOrderSaysSomethingItIsAChange(t *testing.T) {
	t.Parallel()
	subject := func(subjects ...any) map[string]any {
		return map[string]any{"spec": map[string]any{"tenant": "a", "subjects": subjects}}
	}
	for _, tc := range []struct {
		reason, kind  string
		before, after map[string]any
		want          string
	}{
		{
			"a group with an empty list of channels serves none, and one without serves all", roster.KindGroup,
			map[string]any{"spec": map[string]any{"tenant": "a"}},
			map[string]any{"spec": map[string]any{"tenant": "a", "channels": []any{}}}, "spec.channels",
		},
		{
			"an empty selector matches everybody", roster.KindChannelPolicy,
			subject(map[string]any{}), subject(map[string]any{"selector": map[string]any{}}), "spec.subjects[0].selector",
		},
		{
			"subjects are known by their place", roster.KindChannelPolicy,
			subject(map[string]any{"role": "Worker"}, map[string]any{"role": "Manager"}),
			subject(map[string]any{"role": "Manager"}, map[string]any{"role": "Worker"}), "spec.subjects[0].role",
		},
		{
			"a subject more", roster.KindChannelPolicy,
			subject(map[string]any{"role": "Worker"}), subject(map[string]any{"role": "Worker"}, map[string]any{}), "spec.subjects[1]",
		},
		{
			"a list with an element twice is no set", roster.KindOperator,
			map[string]any{"spec": map[string]any{"tenants": []any{map[string]any{"tenant": "a", "team": []any{"bert"}}}}},
			map[string]any{"spec": map[string]any{"tenants": []any{map[string]any{"tenant": "a", "team": []any{"bert", "bert"}}}}}, "spec.tenants[a].team",
		},
		{
			"entries of one tenant twice cannot be told apart", roster.KindOperator,
			map[string]any{"spec": map[string]any{"tenants": []any{map[string]any{"tenant": "a"}}}},
			map[string]any{"spec": map[string]any{"tenants": []any{map[string]any{"tenant": "a"}, map[string]any{"tenant": "a", "role": "Administrator"}}}}, "spec.tenants",
		},
	} {
		refusals, err := roster.Authorize(
			roster.Change{Kind: tc.kind, Company: company, Name: "object", Before: tc.before, After: tc.after},
			roster.Requester{User: me, Powers: &powers{}}, newWorld())
		if err != nil {
			t.Fatal(err)
		}
		if got := refusedPaths(refusals); len(got) == 0 || got[0] != tc.want {
			t.Errorf("%s: %s should be refused to somebody without power, refused is %v", tc.reason, tc.want, got)
		}
	}
}
