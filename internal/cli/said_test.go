// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// saying is a call of the program whose words are kept, on stdout and on stderr.
type saying struct{ reason, args string }

// sayings are all of them. A name begins with that of the command.
var sayings = gather(getSayings, treeSayings, conditionSayings)

func gather(of ...map[string]saying) map[string]saying {
	all := map[string]saying{}
	for _, some := range of {
		maps.Copy(all, some)
	}
	return all
}

var getSayings = map[string]saying{
	"get-active":         {"who is deactivated is not in the list (F21, F22)", "get" + ofAcme},
	"get-all":            {"both boxes show both (F23)", "get --all" + ofAcme},
	"get-deactivated":    {"one box shows one", "get --deactivated" + ofAcme},
	"get-both-boxes":     {"two flags that say different things are refused", "get --all --deactivated" + ofAcme},
	"get-state":          {"by what the status says", "get --state invited" + ofAcme},
	"get-state-and-all":  {"a state is a box by itself", "get --all --state active" + ofAcme},
	"get-tenant":         {"who is in a tenant, and the company administrators", "get --tenant south" + ofAcme},
	"get-tenant-off":     {"somebody switched off in the tenant only counts as deactivated", "get --tenant north --deactivated" + ofAcme},
	"get-no-tenant":      {"a tenant that is not there is told", "get --tenant nort" + ofAcme},
	"get-early":          {"a tenant that is not there yet has people", "get --tenant west" + ofAcme},
	"get-role":           {"by the role in effect in any tenant", "get --role administrator" + ofAcme},
	"get-role-in-tenant": {"by the role in effect in one", "get --role worker --tenant south" + ofAcme},
	"get-channel":        {"who is granted a channel that the tenant has", "get --channel phone" + ofAcme},
	"get-no-channel":     {"a channel that is not there is told", "get --channel fone" + ofAcme},
	"get-nobody":         {"that there is nobody is an answer", "get --channel facebook" + ofAcme},
	"get-wide":           {"all columns", "get -o wide" + ofAcme},
	"get-name":           {"for other programs", "get -o name --all" + ofAcme},
	"get-json":           {"the same as JSON", "get -o json --tenant north" + ofAcme},
	"get-yaml":           {"the same as YAML", "get -o yaml --state deactivated" + ofAcme},
	"get-sample":         {"the people of the samples who lead a team", "get --role manager -n harbour" + ofSamples},
}

var treeSayings = map[string]saying{
	"tree":           {"tenants, groups, policies and who is in them", "tree" + ofAcme},
	"tree-tenant":    {"one tenant alone", "tree --tenant south" + ofAcme},
	"tree-no-tenant": {"a tenant that is not there is told", "tree --tenant nort" + ofAcme},
	"tree-limit":     {"a large company is cut, and what is left out is counted", "tree --limit 2 -n harbour" + ofSamples},
	"tree-none":      {"without people the tree is its branches", "tree --limit 0 -n harbour" + ofSamples},
	"tree-limit-not": {"a limit is a number from 0", "tree --limit -1" + ofAcme},
	"tree-all":       {"deactivated people, too", "tree --all --tenant north" + ofAcme},
	"tree-json":      {"the same as JSON", "tree --tenant north -o json" + ofAcme},
}

func TestSayingsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	for name, call := range sayings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := run(t, "", strings.Fields(call.args)...)
			asked, _, _ := strings.Cut(call.args, " -f ")
			text := fmt.Sprintf("$ rosterctl %s\n%s%s(exit code %d)\n", asked, got.stdout, got.stderr, got.code)
			path := filepath.Join("testdata", "said", name+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%s: %v; run this test with -update", call.reason, err)
			}
			if diff := cmp.Diff(string(want), text); diff != "" {
				t.Errorf("%s: what is said should be what is kept (-want +got):\n%s\nIf it is meant to change, run this test with -update.", call.reason, diff)
			}
		})
	}
}

func TestEverySayingKeptIsAsked(t *testing.T) {
	t.Parallel()
	kept, err := filepath.Glob("testdata/said/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range kept {
		if _, asked := sayings[strings.TrimSuffix(filepath.Base(path), ".txt")]; !asked {
			t.Errorf("%s: nobody asks for it; delete it", path)
		}
	}
}

// TestTheGuideNamesEveryFieldOfEveryAnswer: what other programs read is documented.
func TestTheGuideNamesEveryFieldOfEveryAnswer(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/rosterctl.md")
	must(t, err)
	printed := map[string]bool{}
	kept, err := os.ReadFile("testdata/kept/drift-json.txt")
	must(t, err)
	texts := []string{string(kept)}
	for _, call := range sayings {
		if strings.Contains(call.args, "-o json") {
			texts = append(texts, run(t, "", strings.Fields(call.args)...).stdout)
		}
	}
	for _, text := range texts {
		var answer any
		must(t, json.Unmarshal([]byte(text), &answer))
		addFields(printed, answer)
	}
	for name := range printed {
		if !strings.Contains(string(guide), "`"+name+"`") {
			t.Errorf("docs/rosterctl.md should name the field %q", name)
		}
	}
	if len(printed) < 30 {
		t.Errorf("the answers should have many fields, found %d", len(printed))
	}
}
