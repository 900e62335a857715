// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/cli"
)

func TestThePluginCallsItselfAsPeopleDo(t *testing.T) {
	t.Parallel()
	for program, name := range map[string]string{
		"rosterctl":                        "rosterctl",
		"./bin/rosterctl.exe":              "rosterctl",
		"roster-of-tomorrow":               "rosterctl",
		"/usr/local/bin/kubectl-roster":    "kubectl roster",
		`kubectl-roster.exe`:               "kubectl roster",
		"/home/a/.krew/bin/kubectl-roster": "kubectl roster",
	} {
		if got, want := runAs(t, program, "", "access", "show").stderr, name+": OPERATOR is missing; see '"+name+" access show --help'\n"; got != want {
			t.Errorf("%s: the error should be %q, got %q", program, want, got)
		}
		help := runAs(t, program, "", "access", "show", "--help").stdout
		for _, line := range []string{"  " + name + " access show OPERATOR [flags]\n", "  " + name + " access show bronze-lapwing"} {
			if !strings.Contains(help, line) {
				t.Errorf("%s: the help should have a line that begins with %q, got\n%s", program, line, help)
			}
		}
		if other := map[string]string{"rosterctl": "kubectl roster", "kubectl roster": "rosterctl"}[name]; strings.Contains(help, other) {
			t.Errorf("%s: the help should not speak of %q, got\n%s", program, other, help)
		}
	}
	if got := cli.Main(t.Context(), nil, cli.Build{}, strings.NewReader(""), &strings.Builder{}, &strings.Builder{}); got != cli.ExitYes {
		t.Errorf("a program started with no name at all should print its help, got exit code %d", got)
	}
}

func TestWordsAreCompleted(t *testing.T) {
	t.Parallel()
	people := []string{"anna", "bert", "chief", "early", "gone", "idle", "plain", "twin-one", "twin-two"}
	tests := map[string]struct {
		reason, before, word string
		want                 []string
	}{
		"commands":       {"with what they do", "", "acc", []string{"access\tAsk who may do what, and why"}},
		"operator":       {"the people of the manifests", "access show" + ofAcme, "", people},
		"of no company":  {"the company asked for has nobody", "access show -n west" + ofAcme, "", nil},
		"second word":    {"show takes one operator", "access show anna" + ofAcme, "", nil},
		"effect":         {"capabilities and channels", "access who", "visitors.", []string{"visitors.count", "visitors.list", "visitors.preview"}},
		"effect of why":  {"after the operator", "access why anna", "W", []string{"WhatsApp"}},
		"tenant":         {"the tenants of the manifests", "access who" + ofAcme + " --tenant", "", []string{"east", "north", "south"}},
		"state":          {"those in which something is routed", "access who --state", "", []string{"Online", "Away"}},
		"kind":           {"of conversations", "access read --kind", "Of", []string{"OfflineMessage"}},
		"participant":    {"the people of the manifests", "access read anna" + ofAcme + " --participant", "", people},
		"output":         {"the formats", "access why -o", "", []string{"table", "json"}},
		"bad manifests":  {"an error would be printed into the line being typed", "access show -f nowhere.yaml", "", nil},
		"stdin":          {"whoever types has not piped anything yet", "access show -f -", "", nil},
		"version output": {"the formats", "version -o", "j", []string{"json"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			words := append(strings.Fields(test.before), test.word)
			got := runAs(t, "kubectl_complete-roster", "", words...)
			if diff := cmp.Diff(test.want, offered(got.stdout, test.word)); diff != "" || got.code != cli.ExitYes {
				t.Errorf("%s; exit code %d, and the words offered differ (-want +got):\n%s", test.reason, got.code, diff)
			}
			if again := runAs(t, "rosterctl", "", append([]string{"__complete"}, words...)...); again.stdout != got.stdout {
				t.Errorf("by its own name the program should offer the same words, got %q and %q", again.stdout, got.stdout)
			}
		})
	}
}

// offered are the words a shell would offer: it picks those that begin with what was typed, and the last line is for the shell itself.
func offered(out, typed string) []string {
	var words []string
	for line := range strings.Lines(out) {
		line = strings.TrimSuffix(line, "\n")
		if !strings.HasPrefix(line, ":") && strings.HasPrefix(line, typed) {
			words = append(words, line)
		}
	}
	return words
}
