// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roster-dev/roster/internal/cli"
)

func TestBadInputIsOneLineAndExitCodeTwo(t *testing.T) {
	// The folder has a kubeconfig of a cluster that is not there, and no other.
	t.Setenv("KUBECONFIG", "")
	t.Setenv("HOME", t.TempDir())
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	away := "apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: \"https://127.0.0.1:1\"}}]\n" +
		"contexts: [{name: c, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {token: hunter2}}]\ncurrent-context: c\n"
	if err := os.WriteFile(kubeconfig, []byte(away), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ reason, args, want string }{
		"unknown command":        {"the nearest is offered", "acces", `there is no command "acces"; did you mean "access"? See 'rosterctl --help'`},
		"strange command":        {"nothing is near", "frobnicate", `there is no command "frobnicate"; see 'rosterctl --help'`},
		"unknown question":       {"the nearest is offered", "access shwo", `there is no command "shwo"; did you mean "show"? See 'rosterctl access --help'`},
		"unknown flag":           {"the nearest is offered", "access show --tenat north", `unknown flag: --tenat; did you mean "--tenant"? See 'rosterctl access show --help'`},
		"unknown common flag":    {"those of all questions are offered, too", "access show --filenam x", `unknown flag: --filenam; did you mean "--filename"? See 'rosterctl access show --help'`},
		"flag without value":     {"it is named", "access show anna -f", `flag needs an argument: 'f' in -f; see 'rosterctl access show --help'`},
		"no operator":            {"what is missing is named as in the usage", "access show" + ofAcme, "OPERATOR is missing; see 'rosterctl access show --help'"},
		"no effect":              {"what is missing is named as in the usage", "access why anna" + ofAcme, "CAPABILITY|CHANNEL is missing; see 'rosterctl access why --help'"},
		"too much":               {"it is named", "access who phone anna" + ofAcme, `unexpected argument "anna"; see 'rosterctl access who --help'`},
		"version of something":   {"it is named", "version 1", `unexpected argument "1"; see 'rosterctl version --help'`},
		"unknown format":         {"the formats are named", "version -o yaml", `invalid argument "yaml" for "-o, --output" flag: it must be one of table, json; see 'rosterctl version --help'`},
		"unknown state":          {"nothing is routed to who is Offline", "access who phone --state offline" + ofAcme, `invalid argument "offline" for "--state" flag: it must be one of Online, Away; see 'rosterctl access who --help'`},
		"unknown kind":           {"the kinds are named", "access read anna --kind letter" + ofAcme, `invalid argument "letter" for "--kind" flag: it must be one of Chat, Call, ArchivedCall, Email, OfflineMessage; see 'rosterctl access read --help'`},
		"no kind":                {"it decides which switches count", "access read anna" + ofAcme, "--kind is required: one of Chat|Call|ArchivedCall|Email|OfflineMessage; see 'rosterctl access read --help'"},
		"unknown operator":       {"the nearest is offered", "access show annna" + ofAcme, `there is no Operator "annna" in company "acme"; did you mean "anna"?`},
		"operator of nobody":     {"nothing is near", "access show zebulon" + ofAcme, `there is no Operator "zebulon" in company "acme"`},
		"operator of no company": {"all companies are looked at", "access show bronze-lapwin" + ofAcme + ofSamples, `there is no Operator "bronze-lapwin" in the companies acme, default, harbour; did you mean "bronze-lapwing"?`},
		"participant":            {"a misspelt name would be a stranger's", "access read anna --kind chat --participant brt" + ofAcme, `there is no Operator "brt" in company "acme"; did you mean "bert"?`},
		"assignee":               {"a misspelt name would be a stranger's", "access read anna --kind chat --assignee brt" + ofAcme, `there is no Operator "brt" in company "acme"; did you mean "bert"?`},
		"unknown tenant":         {"the nearest is offered", "access why anna phone -t nroth" + ofAcme, `--tenant: there is no Tenant "nroth" in company "acme"; did you mean "north"?`},
		"tenant of who":          {"the nearest is offered", "access who phone -t nroth" + ofAcme, `--tenant: there is no Tenant "nroth" in company "acme"; did you mean "north"?`},
		"tenant of many":         {"it has to be chosen", "access who phone" + ofAcme, `--tenant is required: company "acme" has east, north, south`},
		"tenant of one's own":    {"it has to be chosen", "access why bert phone" + ofAcme, "--tenant is required: bert is in north, south"},
		"tenant of none":         {"there is none to choose", "access why idle phone" + ofAcme, "--tenant is required: idle is in none"},
		"unknown effect":         {"the nearest is offered", "access why anna stat.read" + ofAcme, `there is no capability and no channel "stat.read"; did you mean "stats.read"?`},
		"channel misspelt":       {"the nearest is offered", "access who whatsup -t north" + ofAcme, `there is no capability and no channel "whatsup"; did you mean "WhatsApp"?`},
		"state of a capability":  {"only channels are routed", "access why anna stats.read --state away" + ofAcme, "--state and --group go with a channel, and stats.read is a capability"},
		"group of a capability":  {"only channels are routed", "access who stats.read -t north --group sales" + ofAcme, "--state and --group go with a channel, and stats.read is a capability"},
		"many companies":         {"nothing tells which is meant", "access who phone" + ofAcme + ofSamples, "the manifests are of the companies acme, default, harbour: choose one with --namespace"},
		"tenant of no company":   {"all companies are looked at", "access who phone -t nroth" + ofAcme + ofSamples, `there is no Tenant "nroth" in the companies acme, default, harbour; did you mean "north"?`},
		"unknown company":        {"the nearest is offered", "access show anna -n acm" + ofAcme, `--namespace: nothing is of company "acm"; there is acme; did you mean "acme"?`},
		"manifests and cluster":  {"one of them would be passed over", "access show anna --context c" + ofAcme, "--filename reads manifests and --context asks a cluster: give one of the two"},
		"manifests and user":     {"one of them would be passed over", "access show anna --as bert" + ofAcme, "--filename reads manifests and --as asks a cluster: give one of the two"},
		"no such file":           {"it is named", "access show anna -f nowhere.yaml", "read manifests: stat nowhere.yaml: no such file or directory"},
		"no manifests":           {"what there should be is named", "access show anna -f ../../config/rbac", "the manifests hold no Tenant, Group, ChannelPolicy or Operator; name others with --filename"},
		"neither":                {"the ways to give one are named", "access show anna", "there is nothing to read: name manifests with --filename, or a cluster with --kubeconfig, --context or KUBECONFIG"},
		"no kubeconfig":          {"it is named", "access show anna --kubeconfig nowhere", "the kubeconfig: stat nowhere: no such file or directory"},
		"no context":             {"it is named", "access show anna --context nowhere --kubeconfig " + kubeconfig, `the kubeconfig: context "nowhere" does not exist`},
		"bad timeout":            {"it is named", "access show anna --request-timeout soon --kubeconfig " + kubeconfig, `--request-timeout: "soon" is no duration, such as 30s`},
		"no cluster":             {"the address is named", "access show anna -n acme --kubeconfig " + kubeconfig, `list the tenants of namespace "acme": Get "https://127.0.0.1:1/apis/identity.roster.dev/v1alpha1/namespaces/acme/tenants?limit=500": dial tcp 127.0.0.1:1: connect: connection refused`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := run(t, "", strings.Fields(test.args)...)
			if got.code != cli.ExitError || got.stdout != "" {
				t.Errorf("%s: the exit code should be 2 and nothing be printed to stdout, got %d and %q", test.reason, got.code, got.stdout)
			}
			if !strings.HasPrefix(got.stderr, "rosterctl: ") || strings.Count(got.stderr, "\n") != 1 || !strings.HasSuffix(got.stderr, test.want+"\n") {
				t.Errorf("%s: stderr should be the line %q, got %q", test.reason, "rosterctl: "+test.want, got.stderr)
			}
			if strings.Contains(got.stderr, "hunter2") {
				t.Errorf("stderr should hold no token, got %q", got.stderr)
			}
		})
	}
}

func TestEveryProblemOfManifestsHasALine(t *testing.T) {
	t.Parallel()
	text := "apiVersion: identity.roster.dev/v1alpha1\nkind: Tenant\nmetadata: {name: north}\nspec: {chanels: [Chat]}\n---\n" +
		"apiVersion: identity.roster.dev/v1alpha1\nkind: Group\nmetadata: {name: sales}\nspec: {tenant: North}\n"
	got := run(t, text, "access", "who", "phone", "-f", "-")
	want := `rosterctl: stdin:1: document 1: Tenant "north": spec.chanels: there is no such field; see 'kubectl explain'
rosterctl: stdin:6: document 2: Group "sales": spec.tenant: Invalid value: `
	if got.code != cli.ExitError || got.stdout != "" || !strings.HasPrefix(got.stderr, want) || strings.Count(got.stderr, "\n") != 2 {
		t.Errorf("stderr should have two lines and begin with\n%s\ngot exit code %d and\n%s", want, got.code, got.stderr)
	}
}

// TestAUserNameOfTwoPeopleNamesNeither: one of them waits for the other to give it up, and which one only the store knows.
func TestAUserNameOfTwoPeopleNamesNeither(t *testing.T) {
	t.Parallel()
	operator := func(name string) string {
		return "apiVersion: identity.roster.dev/v1alpha1\nkind: Operator\nmetadata: {name: " + name + "}\nspec: {userName: Same, profile: {givenName: G, familyName: F, email: " + name + "@example.com}}\n---\n"
	}
	manifests := operator("first") + operator("second")
	if got, want := run(t, manifests, "access", "show", "same", "-f", "-").stderr, `rosterctl: the user name "same" is that of the Operators "first" and "second": give the name of one`+"\n"; got != want {
		t.Errorf("stderr should be %q, got %q", want, got)
	}
	if got := run(t, manifests, "access", "show", "second", "-f", "-"); got.code != cli.ExitYes {
		t.Errorf("the name of the object should still name the person, got %q", got.stderr)
	}
}
