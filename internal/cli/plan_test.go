// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/cli"
)

// shifts is a company whose plans are kept: a tenant with two groups, twelve people on the day shift, their Manager and one Administrator.
func shifts() string {
	var text strings.Builder
	object := func(kind, name, spec string) {
		fmt.Fprintf(&text, "---\napiVersion: identity.roster.dev/v1alpha1\nkind: %s\nmetadata: {name: %s, namespace: acme}\nspec: {%s}\n", kind, name, spec)
	}
	operator := func(name, rest string) {
		object("Operator", name, fmt.Sprintf("userName: %s.user, profile: {givenName: G, familyName: F, email: %s@example.com}, %s", name, name, rest))
	}
	object("Tenant", "beta", `channels: [Chat, Phone, Email], awayRouting: {channels: [Phone]}, offboarding: {budget: {max: 2, window: 24h}}`)
	object("Group", "sales", "tenant: beta")
	object("Group", "support", "tenant: beta")
	object("ChannelPolicy", "day-shift", "tenant: beta, channels: [Phone], subjects: [{role: Worker}], availability: {away: Denied}, capacity: {maxConcurrent: 2}")
	for i := range 12 {
		operator(fmt.Sprintf("worker-%02d", i+1), "tenants: [{tenant: beta, role: Worker, groups: [{name: sales}]}]")
	}
	operator("lead", "tenants: [{tenant: beta, role: Manager, groups: [{name: support}], team: [worker-01, worker-02]}]")
	operator("boss", "tenants: [{tenant: beta, role: Administrator}]")
	return text.String()
}

// without is a company without some objects.
func without(text string, names ...string) string {
	var kept []string
	for _, document := range strings.SplitAfter(text, "\n---\n") {
		gone := false
		for _, name := range names {
			gone = gone || strings.Contains(document, "name: "+name+",")
		}
		if !gone {
			kept = append(kept, document)
		}
	}
	return strings.Join(kept, "")
}

const nightShift = `
---
apiVersion: identity.roster.dev/v1alpha1
kind: ChannelPolicy
metadata: {name: night-shift, namespace: acme}
spec: {tenant: beta, channels: [Phone], subjects: [{role: Worker}], capacity: {maxConcurrent: 2}}
`

// plans are changes whose plans are kept in all three forms.
var plans = map[string]struct {
	reason string
	edit   func(string) string
}{
	"nothing":            {"equal worlds give an empty plan", func(s string) string { return s }},
	"night-shift":        {"what a policy gives to many, in which state and through what", func(s string) string { return s + nightShift }},
	"capacity":           {"a policy allows more at a time", replacing("maxConcurrent: 2}", "maxConcurrent: 3}")},
	"group-gone":         {"nobody may read its conversations, and all who name it name nothing", func(s string) string { return without(s, "sales") }},
	"last-administrator": {"an edit that the store holds", replacing("role: Administrator", "role: Worker")},
	"leavers":            {"removals beyond the budget", func(s string) string { return without(s, "worker-03", "worker-04", "worker-05", "worker-06") }},
	"budget-raised": {"a budget that is raised in the same change may come too late", func(s string) string {
		return replacing("max: 2", "max: 9")(without(s, "worker-03", "worker-04", "worker-05", "worker-06"))
	}},
	"ways-to-go": {"each way to go says what becomes of the access", func(s string) string {
		return without(s, "worker-07", "worker-08")
	}},
	"promoted":      {"role, capabilities, reach and team of one who becomes Manager", replacing("worker-12@example.com}, tenants: [{tenant: beta, role: Worker", "worker-12@example.com}, tenants: [{tenant: beta, role: Manager, team: [worker-11]")},
	"switches":      {"what is read of others' calls and offline messages, and who sees visitors", replacing("role: Manager,", "role: Manager, offlineMessages: false, visibility: {othersArchivedCalls: false, othersOfflineMessages: false, liveVisitors: false, liveVisitorPreview: false},")},
	"othersMessage": {"what others took on is hidden from all but the Manager's team", replacing("awayRouting:", "conversations: {othersMessages: Denied}, awayRouting:")},
	"switched-off": {"somebody is switched off, and somebody new comes", func(s string) string {
		return replacing("worker-01.user", "worker-01.user, active: false")(s) + newcomer
	}},
	"held":       {"an entry that waits for a field of the profile", replacing("awayRouting:", "profilePolicy: {required: [Title]}, awayRouting:")},
	"group-work": {"a group serves one channel less and has a limit", replacing("name: support, namespace: acme}\nspec: {", "name: support, namespace: acme}\nspec: {channels: [Chat], routing: {maxConcurrentPerOperator: 4}, ")},
	"claims":     {"two who claim one address, which is not said", replacing("worker-02@example.com", "worker-01@example.com")},
	"labelled": {"a label by which a policy selects, and what it gives", func(s string) string {
		return replacing("metadata: {name: boss,", "metadata: {labels: {shift: night}, name: boss,")(s) + byLabel
	}},
	"tenant-gone": {"everybody loses everything, and the budget holds it", func(s string) string { return without(s, "beta") }},
	"chief":       {"who becomes Administrator of the company has every tenant", replacing("boss@example.com}", "boss@example.com}, companyAdministrator: true")},
}

const byLabel = `
---
apiVersion: identity.roster.dev/v1alpha1
kind: ChannelPolicy
metadata: {name: nights, namespace: acme}
spec: {tenant: beta, channels: [Chat], subjects: [{selector: {matchLabels: {shift: night}}}]}
`

const newcomer = `
---
apiVersion: identity.roster.dev/v1alpha1
kind: Operator
metadata: {name: newcomer, namespace: acme}
spec: {userName: newcomer, profile: {givenName: G, familyName: F, email: new@example.com}, tenants: [{tenant: beta, role: Worker, channels: [Chat], groups: [{name: nights}, {name: sales}]}]}
`

func replacing(old, with string) func(string) string {
	return func(s string) string { return strings.ReplaceAll(s, old, with) }
}

// former is the company before the change: where one leaves for good and one to nobody, it says so.
func former(name string) string {
	before := shifts()
	if name == "ways-to-go" {
		before = replacing("worker-07.user", "worker-07.user, deletionPolicy: Orphan")(before)
		before = replacing("worker-08.user", "worker-08.user, deletionPolicy: Delete")(before)
	}
	return before
}

func TestPlansStayAsTheyAre(t *testing.T) {
	t.Parallel()
	for name, change := range plans {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := filepath.Join(t.TempDir(), "before.yaml")
			if err := os.WriteFile(before, []byte(former(name)), 0o600); err != nil {
				t.Fatal(err)
			}
			after := change.edit(former(name))
			if (after == former(name)) != (name == "nothing") {
				t.Fatal("the edit should change something")
			}
			for format, extension := range map[string]string{"text": "txt", "markdown": "md", "json": "json"} {
				got := run(t, after, "plan", "--from", before, "--to", "-", "-o", format)
				if want := map[bool]int{true: cli.ExitYes, false: cli.ExitNo}[name == "nothing"]; got.code != want || got.stderr != "" {
					t.Fatalf("%s: the exit code should be %d, got %d and %s", change.reason, want, got.code, got.stderr)
				}
				golden(t, change.reason, filepath.Join("testdata", "plan", name+"."+extension), strings.ReplaceAll(got.stdout, before, "before.yaml"))
			}
		})
	}
}

// golden compares with what is kept, or keeps it anew.
func golden(t *testing.T, reason, path, text string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%s: %v; run this test with -update", reason, err)
	}
	if diff := cmp.Diff(string(want), text); diff != "" {
		t.Errorf("%s: it should be as it is kept in %s (-want +got):\n%s\nIf it is meant to change, run this test with -update.", reason, path, diff)
	}
}

func TestEveryPlanKeptIsMade(t *testing.T) {
	t.Parallel()
	kept, err := filepath.Glob("testdata/plan/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range kept {
		base := filepath.Base(path)
		if _, made := plans[strings.TrimSuffix(base, filepath.Ext(base))]; !made {
			t.Errorf("%s: nobody makes it; delete it", path)
		}
	}
}

// TestThePlanHashIsOfTheChangeAlone: it is the same wherever the sides come from, and another one for another change.
func TestThePlanHashIsOfTheChangeAlone(t *testing.T) {
	t.Parallel()
	hash := func(before, after string) string {
		folder := t.TempDir()
		from := filepath.Join(folder, "any.yaml")
		if err := os.WriteFile(from, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		var made struct{ Hash, From string }
		out := run(t, after, "plan", "--from", from, "-f", "-", "-o", "json").stdout
		if err := json.NewDecoder(bytes.NewReader([]byte(out))).Decode(&made); err != nil || !strings.HasPrefix(made.Hash, "sha256:") {
			t.Fatalf("the plan should have a hash, got %v and %s", err, out)
		}
		return made.Hash
	}
	shuffled := strings.Join(reversed(strings.Split(shifts(), "---\n")), "---\n")
	first := hash(shifts(), shifts()+nightShift)
	if again := hash(shuffled, shuffled+nightShift); again != first {
		t.Errorf("the order and the place of manifests should not change the hash, got %s and %s", first, again)
	}
	if other := hash(shifts(), without(shifts(), "worker-01")); other == first {
		t.Errorf("another change should have another hash, got %s twice", first)
	}
}

func reversed(list []string) []string {
	var turned []string
	for _, e := range list {
		turned = append([]string{e}, turned...)
	}
	return turned
}
