// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/cli"
	"github.com/roster-dev/roster/internal/testkit"
)

const ofTroubles = " -f testdata/troubles.yaml"

var conditionSayings = map[string]saying{
	"why-object-ready":        {"all is well", "why operator/anna" + ofTroubles},
	"why-object-not-active":   {"what does not touch Ready is said, and the answer is yes", "why operator/bert" + ofTroubles},
	"why-object-stalled":      {"Ready and Stalled are one trouble", "why rop/carl" + ofTroubles},
	"why-object-conflict":     {"what Ready points to is said", "why operators.identity.roster.dev/dora" + ofTroubles},
	"why-object-tenant":       {"a tenant that is Ready with troubles beside", "why tenant/north" + ofTroubles},
	"why-object-edited":       {"a status of before says nothing of now", "why group/edited" + ofTroubles},
	"why-object-new":          {"nobody looked at it", "why rcp/new" + ofTroubles},
	"why-object-unknown":      {"a reason of a later manager, and a suspended object", "why channelpolicy/tomorrow" + ofTroubles},
	"why-object-json":         {"the same as JSON", "why operator/carl -o json" + ofTroubles},
	"why-object-no-kind":      {"a kind is named", "why anna" + ofTroubles},
	"why-object-strange-kind": {"the nearest is offered", "why operater/anna" + ofTroubles},
	"why-object-nobody":       {"the nearest is offered", "why operator/ana" + ofTroubles},
}

// TestEveryReasonOfTheDocumentationIsExplained: who adds a reason to the page says here, too, what it means.
func TestEveryReasonOfTheDocumentationIsExplained(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/conditions.md")
	if err != nil {
		t.Fatal(err)
	}
	advice, err := os.ReadFile("advice.go")
	if err != nil {
		t.Fatal(err)
	}
	// These say that all is well, or are those of Events.
	fine := []string{
		"Succeeded", "Stored", "AllResolved", "Granted", "HasAdministrator", "Attended", "Granting", "PasswordSet", "InitialPassword", "IdentityProvider",
	}
	reasons := regexp.MustCompile("`([A-Z][A-Za-z]+)`")
	seen := 0
	before, _, _ := strings.Cut(string(page), "## Events")
	for line := range strings.Lines(before) {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		for _, cell := range strings.Split(line, "|")[1:3] {
			for _, reason := range reasons.FindAllStringSubmatch(cell, -1) {
				seen++
				known := strings.Contains(string(advice), "v1alpha1.Reason"+reason[1]+":") || strings.Contains(string(advice), "v1alpha1.Condition"+reason[1]+":")
				if !known && !strings.Contains(strings.Join(fine, " "), reason[1]) {
					t.Errorf("docs/conditions.md has the reason %s, and advice.go does not say what it means", reason[1])
				}
			}
		}
	}
	if seen < 40 {
		t.Errorf("the page should have some 50 reasons, found %d", seen)
	}
}

func TestWhyAsksAClusterForOneObject(t *testing.T) {
	t.Parallel()
	namespace := plane.Namespace(t)
	must(t, plane.Client(t).Create(t.Context(), testkit.Operator(namespace, "anna")))
	ask := func(word string) result {
		return run(t, "", "why", word, "--kubeconfig", plane.Kubeconfig(t), "-n", namespace)
	}
	if got := ask("operator/anna"); got.code != cli.ExitNo || !strings.Contains(got.stdout, "The manager has not looked at it yet.") {
		t.Errorf("of an object that no manager saw: %+v; expected no, and that nobody looked at it", got)
	}
	if got := ask("operator/nobody"); got.code != cli.ExitUnknown || !strings.Contains(got.stderr, `there is no Operator "nobody" in namespace`) {
		t.Errorf("of an object that is not there: %+v; expected exit code 3, and to be told", got)
	}
	o := testkit.Operator(namespace, "bert")
	must(t, plane.Client(t).Create(t.Context(), o))
	o.Status.ObservedGeneration = o.Generation
	o.Status.State = v1alpha1.OperatorStateActive
	must(t, plane.Client(t).Status().Update(t.Context(), o))
	if got := ask("operator/bert"); got.code != cli.ExitNo {
		t.Errorf("of an object without conditions: %+v; expected no", got)
	}
}
