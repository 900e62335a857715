// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	ofAcme    = " -f testdata/company.yaml"
	ofSamples = " -f ../../config/samples"
)

// answers are questions whose answers are kept. What is printed as JSON is read by other programs: a change of it is a change for
// them.
var answers = map[string]struct{ reason, args string }{
	"show-ineffective":      {"a Worker with most of what can be without effect", "show anna" + ofAcme},
	"show-ineffective-json": {"the same as JSON", "show anna -o json" + ofAcme},
	"show-invited":          {"a Manager in one tenant and a Worker in another, who has not set a password", "show bert" + ofAcme},
	"show-company":          {"a company administrator has every tenant", "show chief" + ofAcme},
	"show-deactivated":      {"what keeps everything away is said instead of it", "show gone" + ofAcme},
	"show-deactivated-json": {"the same as JSON", "show gone -o json" + ofAcme},
	"show-early":            {"a tenant that is not there yet", "show early" + ofAcme},
	"show-idle":             {"somebody in no tenant", "show idle" + ofAcme},
	"show-idle-json":        {"lists that are empty are there", "show idle -o json" + ofAcme},
	"show-elsewhere":        {"a tenant in which somebody has no entry", "show early --tenant north" + ofAcme},
	"show-held":             {"an entry that is held gives nothing, and says why", "show plain" + ofAcme},
	"show-rival":            {"who shares a name with somebody is told so", "show twin-one" + ofAcme},
	"show-sample":           {"a Manager of the samples", "show bronze-lapwing --tenant retail" + ofSamples},

	"who-capability":      {"by role, by company and by permission", "who files.manage -t south" + ofAcme},
	"who-capability-json": {"the same as JSON", "who files.manage -t south -o json" + ofAcme},
	"who-channel":         {"by policy and directly", "who phone -t north" + ofAcme},
	"who-channel-json":    {"the same as JSON", "who Phone -t north -o json" + ofAcme},
	"who-away":            {"a state narrows", "who Phone --state away -t north" + ofAcme},
	"who-away-json":       {"the same as JSON", "who Phone --state AWAY -t north -o json" + ofAcme},
	"who-group":           {"a group narrows, and the state is Online", "who chat --group sales -t north" + ofAcme},
	"who-nobody":          {"that there is nobody is an answer", "who email --state away -t north" + ofAcme},
	"who-nobody-json":     {"the same as JSON", "who email --state away -t north -o json" + ofAcme},
	"who-sample":          {"the people of the samples who take phone calls", "who Phone -t retail" + ofSamples},

	"why-capability":      {"yes by role and switches", "why bert offline-message.read.others -t north" + ofAcme},
	"why-capability-json": {"the same as JSON", "why bert offline-message.read.others -t north -o json" + ofAcme},
	"why-company":         {"yes by company", "why chief operator.create -t south" + ofAcme},
	"why-role-lacks":      {"no by role", "why bert operator.create -t north" + ofAcme},
	"why-switch-off":      {"no by switches", "why bert visitors.preview -t north" + ofAcme},
	"why-switch-off-json": {"the same as JSON", "why bert visitors.preview -t north -o json" + ofAcme},
	"why-deactivated":     {"no by everything at once", "why gone operator.create" + ofAcme},
	"why-channel":         {"yes by two policies", "why anna phone" + ofAcme},
	"why-not-of-tenant":   {"no, since the tenant does not have it", "why anna whatsapp" + ofAcme},
	"why-not-granted":     {"no, since nothing grants it", "why bert email -t north" + ofAcme},
	"why-away":            {"routed while Away, of a group", "why anna phone --state away --group sales" + ofAcme},
	"why-away-json":       {"the same as JSON", "why anna phone --state away --group sales -o json" + ofAcme},
	"why-away-not":        {"not routed while Away, for both reasons", "why anna email --state away" + ofAcme},
	"why-group-not":       {"not routed for a group", "why anna chat --group social" + ofAcme},
	"why-held":            {"no, since the entry is held", "why plain chat" + ofAcme},
	"why-rival":           {"yes, if the other one gives way", "why twin-one stats.read" + ofAcme},
	"why-early":           {"the only tenant there is to choose is not there", "why early chat" + ofAcme},

	"read-group":         {"a conversation of one's group", "read anna --kind chat --group sales" + ofAcme},
	"read-group-json":    {"the same as JSON", "read anna --kind chat --group sales -o json" + ofAcme},
	"read-general":       {"of the general group", "read anna --kind email" + ofAcme},
	"read-own":           {"one's own, by user name in any case", "read anna --kind call --group social --assignee ANNA.A" + ofAcme},
	"read-other":         {"of another group", "read anna --kind chat --group social --participant bert" + ofAcme},
	"read-other-json":    {"the same as JSON", "read anna --kind chat --group social --participant bert --participant chief -o json" + ofAcme},
	"read-team":          {"of the team, beyond one's groups", "read bert -t north --kind archivedcall --group sales --assignee anna" + ofAcme},
	"read-archived":      {"an archived call of another", "read anna --kind archivedcall --group sales --assignee bert" + ofAcme},
	"read-denied":        {"the tenant hides messages of others", "read bert -t south --kind chat --assignee chief" + ofAcme},
	"read-offline":       {"who does not take offline messages", "read bert -t south --kind offlinemessage" + ofAcme},
	"read-no-groups":     {"a tenant without groups", "read bert -t south --kind email" + ofAcme},
	"read-gone-group":    {"a group that is not there", "read chief -t north --kind chat --group billing" + ofAcme},
	"read-administrator": {"an Administrator of the samples", "read slate-harrier --kind chat --group retail-social" + ofSamples},
	"read-held":          {"who has no entry yet reads nothing", "read plain --kind chat" + ofAcme},
	"read-deactivated":   {"who is switched off reads nothing", "read gone --kind chat" + ofAcme},
}

func TestAnswersStayAsTheyAre(t *testing.T) {
	t.Parallel()
	for name, question := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := answered(t, append([]string{"access"}, strings.Fields(question.args)...)...)
			asked, _, _ := strings.Cut(question.args, " -f ")
			text := fmt.Sprintf("$ rosterctl access %s\n%s(exit code %d)\n", asked, got.stdout, got.code)
			path := filepath.Join("testdata", "golden", name+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%s: %v; run this test with -update", question.reason, err)
			}
			if diff := cmp.Diff(string(want), text); diff != "" {
				t.Errorf("%s: the answer should be the one kept (-want +got):\n%s\nIf it is meant to change, run this test with -update.", question.reason, diff)
			}
		})
	}
}

func TestEveryAnswerKeptIsAsked(t *testing.T) {
	t.Parallel()
	kept, err := filepath.Glob("testdata/golden/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range kept {
		if _, asked := answers[strings.TrimSuffix(filepath.Base(path), ".txt")]; !asked {
			t.Errorf("%s: nobody asks for it; delete it", path)
		}
	}
}
