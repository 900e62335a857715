// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package promote_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/promote"
)

const head = "apiVersion: identity.roster.dev/v1alpha1\nkind: "

// source is a tenant as an environment declares it that calls things otherwise.
const source = head + `Tenant
metadata: {name: shop-test, namespace: test}
spec:
  channels: [Chat, Phone]
  consoleURL: https://test.example.com
  activation: {validFor: 24h}
---
` + head + `Group
metadata: {name: sales-test, namespace: test}
spec: {tenant: shop-test}
---
` + head + `ChannelPolicy
metadata: {name: phones, namespace: test}
spec:
  tenant: shop-test
  channels: [Phone]
  subjects:
  - group: sales-test
  - operator: anna
---
` + head + `Operator
metadata: {name: anna, namespace: test}
spec:
  userName: anna
  profile: {givenName: A, familyName: A, email: anna@example.com}
  homeTenant: shop-test
  tenants:
  - tenant: shop-test
    role: Manager
    groups: [{name: sales-test}]
    team: [bert]
  - tenant: other
    role: Administrator
`

const rules = `namespace: live
keep:
- kind: Tenant
  fields: [spec.consoleURL]
- kind: Operator
  names: [anna]
  fields: ["spec.tenants[].team"]
names:
- {kind: Tenant, from: shop-test, to: shop}
- {kind: Group, from: sales-test, to: sales}
`

// target is laid out as people do: with comments, blank lines and wide lists.
const target = `# The shop.

` + head + `Tenant
metadata:
  name: shop
  namespace: live
spec:
  # What customers reach us by.
  channels:
    # The oldest one.
    - Phone

    - Email # not for long

  consoleURL: "https://live.example.com" # ours

# The end.
---
# Nobody promotes this one.
` + head + `Group
metadata: {name: night, namespace: live}
spec: {tenant: shop}
`

const promoted = `# The shop.

` + head + `Tenant
metadata:
  name: shop
  namespace: live
spec:
  # What customers reach us by.
  channels:
    # The oldest one.
    - Phone
    - Chat

  consoleURL: "https://live.example.com" # ours
  activation:
    validFor: 24h

# The end.
---
# Nobody promotes this one.
` + head + `Group
metadata: {name: night, namespace: live}
spec: {tenant: shop}
---
` + head + `Group
metadata: {name: sales, namespace: live}
spec: {tenant: shop}
---
` + head + `ChannelPolicy
metadata: {name: phones, namespace: live}
spec:
  tenant: shop
  channels: [Phone]
  subjects:
  - operator: anna
  - group: sales
---
` + head + `Operator
metadata: {name: anna, namespace: live}
spec:
  userName: anna
  profile: {givenName: A, familyName: A, email: anna@example.com}
  tenants:
  - tenant: shop
    role: Manager
    groups: [{name: sales, priority: Normal}]
`

func folder(t *testing.T, files map[string]string) (*promote.Folder, string) {
	t.Helper()
	path := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(path, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := promote.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f, path
}

func carried(t *testing.T, into *promote.Folder, text string, request promote.Request) *promote.Result {
	t.Helper()
	read, err := promote.ReadRules(into, "")
	if err != nil {
		t.Fatal(err)
	}
	request.Rules, into.Company = read, read.Namespace
	files := []manifest.File{{Name: "source", Content: []byte(text)}}
	objects, err := manifest.Source{Files: files}.Read()
	if err != nil {
		t.Fatal(err)
	}
	done, err := promote.Run(request, promote.Source{Objects: objects, Texts: files}, into)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// TestAPlainFolderKeepsItsTextAndItsNames: only what changes is written, and objects go by their names in the target.
func TestAPlainFolderKeepsItsTextAndItsNames(t *testing.T) {
	t.Parallel()
	into, path := folder(t, map[string]string{"shop.yaml": target, "promotion.rules": rules})
	request := promote.Request{Tenant: "shop-test", Operators: true}
	done := carried(t, into, source, request)
	if done.Tenant != "shop" || len(done.Conflicts) > 0 {
		t.Errorf("the tenant should be called shop, and nothing be in the way, got %q and %v", done.Tenant, done.Conflicts)
	}
	if err := into.Save(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(path, "shop.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(promoted, string(content)); diff != "" {
		t.Errorf("the file should have what is carried over and else stay (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Group/night is only in the target, and stays"}, done.Notes); diff != "" {
		t.Errorf("the notes (-want +got):\n%s", diff)
	}
	again := carried(t, into, source, request)
	if edited := into.Edited(); len(edited)+len(again.Changes) > 0 {
		t.Errorf("a second promotion should change nothing, got %v and %v", edited, again.Changes)
	}
}

// TestOneTenantLeavesTheOthersOfAPersonAlone: an entry comes and goes, and all else of a person who is in other tenants stays.
func TestOneTenantLeavesTheOthersOfAPersonAlone(t *testing.T) {
	t.Parallel()
	person := head + `Operator
metadata: {name: anna, namespace: live}
spec:
  userName: anna
  profile: {givenName: A, familyName: A, email: anna@example.com}
  companyAdministrator: true # here only
  homeTenant: bakery
  tenants:
  # Where she began.
  - tenant: bakery
    role: Worker
`
	into, path := folder(t, map[string]string{"shop.yaml": target, "anna.yaml": person, "promotion.rules": rules})
	carried(t, into, source, promote.Request{Tenant: "shop-test", Operators: true, Force: true})
	if err := into.Save(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(path, "anna.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"companyAdministrator: true # here only", "homeTenant: bakery", "  # Where she began.\n  - tenant: bakery\n    role: Worker\n  - tenant: shop\n"} {
		if !strings.Contains(string(content), want) {
			t.Errorf("the person should keep %q, got\n%s", want, content)
		}
	}
	without, _, _ := strings.Cut(source, "---\n"+head+"Operator")
	done := carried(t, into, without, promote.Request{Tenant: "shop-test", Operators: true})
	if err := into.Save(); err != nil {
		t.Fatal(err)
	}
	content, err = os.ReadFile(filepath.Join(path, "anna.yaml"))
	if err != nil || strings.Contains(string(content), "tenant: shop") || !strings.Contains(string(content), "tenant: bakery") {
		t.Errorf("only the entry of the tenant should go, got %v, %v and\n%s", done.Conflicts, err, content)
	}
}

// TestAPersonOfTwoTenantsIsPromotedWithEither: what one promotion wrote of the person is no change by somebody to the other one.
func TestAPersonOfTwoTenantsIsPromotedWithEither(t *testing.T) {
	t.Parallel()
	company := func(title string) string {
		return head + "Tenant\nmetadata: {name: north}\nspec: {channels: [Chat]}\n---\n" + head + "Tenant\nmetadata: {name: south}\nspec: {channels: [Chat]}\n---\n" +
			head + "Operator\nmetadata: {name: anna}\nspec:\n  userName: anna\n  profile: {givenName: A, familyName: A, email: anna@example.com, title: " + title + "}\n" +
			"  tenants: [{tenant: north, role: Worker}, {tenant: south, role: Worker}]\n"
	}
	into, _ := folder(t, map[string]string{"all.yaml": company("First")})
	for i, step := range []struct{ tenant, title string }{{"north", "First"}, {"south", "First"}, {"north", "Second"}, {"south", "Third"}, {"north", "Third"}} {
		done := carried(t, into, company(step.title), promote.Request{Tenant: step.tenant, Operators: true})
		if len(done.Conflicts) > 0 || string(done.After.Operators[0].Spec.Profile.Title) != step.title {
			t.Fatalf("step %d: the title should be %s, got %s and the conflicts %v", i+1, step.title, done.After.Operators[0].Spec.Profile.Title, done.Conflicts)
		}
		if err := into.Save(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRulesThatSayNothingAreRefused(t *testing.T) {
	t.Parallel()
	for reason, test := range map[string]struct{ rules, want string }{
		"an unknown field": {"keeps: []\n", `unknown field "keeps"`},
		"an unknown kind":  {"keep: [{kind: Person, fields: [spec]}]\n", "each of keep has a kind, which is one of Tenant, Group, ChannelPolicy, Operator"},
		"no fields":        {"keep: [{kind: Tenant}]\n", "and fields"},
		"half a name":      {"names: [{kind: Tenant, from: a}]\n", "from and to"},
	} {
		into, _ := folder(t, map[string]string{"promotion.rules": test.rules})
		if _, err := promote.ReadRules(into, ""); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: the error should say %q, got %v", reason, test.want, err)
		}
	}
}
