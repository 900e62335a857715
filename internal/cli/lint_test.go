// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/cli"
	"github.com/roster-dev/roster/internal/lint/report"
)

// linted is a folder that lint finds errors and warnings in.
const linted = "../lint/testdata/ineffective"

func TestLintEndsByWhatItFound(t *testing.T) {
	t.Parallel()
	const tenant = "apiVersion: identity.roster.dev/v1alpha1\nkind: Tenant\nmetadata: {name: north}\nspec: {}\n"
	dangling := tenant + "---\napiVersion: identity.roster.dev/v1alpha1\nkind: Group\nmetadata: {name: desk}\nspec: {tenant: south}\n"
	for name, test := range map[string]struct {
		reason, args, stdin string
		code                int
		stdout, stderr      string
	}{
		"sound":              {"all is well", "lint ../lint/testdata/sound", "", cli.ExitYes, "nothing found in 4 objects of 1 file", ""},
		"stdin":              {"manifests may be piped in", "lint -f -", tenant, cli.ExitYes, "nothing found in 1 object of 1 file", ""},
		"several":            {"folders and files go together", "lint ../lint/testdata/sound -f -", tenant, cli.ExitYes, "nothing found in 5 objects of 2 files", ""},
		"namespace":          {"it is that of objects that name none", "lint -f - -n acme -o json --fail-on warning", dangling, cli.ExitNo, `"namespace": "acme"`, ""},
		"error":              {"an error fails", "lint " + linted, "", cli.ExitNo, "1 error and 9 warnings in 7 objects of 1 file", ""},
		"warning":            {"a warning does not", "lint -f -", dangling, cli.ExitYes, "1 warning in 2 objects of 1 file", ""},
		"warning that fails": {"unless it is asked to", "lint -f - --fail-on Warning", dangling, cli.ExitNo, "1 warning in 2 objects of 1 file", ""},
		"broken":             {"a document that is none is an error, and not unreadable", "lint -f -", "a: [\n", cli.ExitNo, "1 error in 0 objects of 1 file", ""},
		"kustomization":      {"it is built", "lint -k ../lint/testdata/overlay/staging", "", cli.ExitNo, "1 error and 2 warnings in 3 objects of 4 files", ""},
		"nothing named":      {"what to name is said", "lint", "", cli.ExitError, "", "name a folder, manifests with --filename, or a kustomization with --kustomize; see 'rosterctl lint --help'"},
		"both":               {"a kustomization is all there is", "lint x -k y", "", cli.ExitError, "", "--kustomize builds all there is: give either it, or folders and files; see 'rosterctl lint --help'"},
		"no such form":       {"the forms are named", "lint x -o xml", "", cli.ExitError, "", `invalid argument "xml" for "-o, --output" flag: it must be one of text, json, sarif, junit, github, gitlab; see 'rosterctl lint --help'`},
		"no such severity":   {"the severities are named", "lint x --fail-on info", "", cli.ExitError, "", `invalid argument "info" for "--fail-on" flag: it must be one of error, warning; see 'rosterctl lint --help'`},
		"no such flag":       {"the nearest is named", "lint x --fail-no error", "", cli.ExitError, "", `unknown flag: --fail-no; did you mean "--fail-on"? See 'rosterctl lint --help'`},
		"no such folder":     {"it cannot be told what is in it", "lint nowhere", "", cli.ExitUnknown, "", "read manifests: stat nowhere: no such file or directory"},
		"no manifests":       {"what there should be is named", "lint ../../config/rbac", "", cli.ExitUnknown, "", "the manifests hold no Tenant, Group, ChannelPolicy or Operator; name others"},
		"no kustomization":   {"the files there should be are named", "lint -k ../lint/testdata/sound", "", cli.ExitUnknown, "", "read manifests: ../lint/testdata/sound: it has none of the files kustomization.yaml, kustomization.yml, Kustomization"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := run(t, test.stdin, strings.Fields(test.args)...)
			if got.code != test.code || !strings.Contains(got.stdout, test.stdout) || (test.stdout == "") != (got.stdout == "") {
				t.Errorf("%s: the exit code should be %d and stdout hold %q, got %d and\n%s", test.reason, test.code, test.stdout, got.code, got.stdout)
			}
			want := ""
			if test.stderr != "" {
				want = "rosterctl: " + test.stderr + "\n"
			}
			if got.stderr != want {
				t.Errorf("%s: stderr should be %q, got %q", test.reason, want, got.stderr)
			}
		})
	}
}

// TestLintStaysAsItIsInEveryForm keeps what other programs are given of one folder.
func TestLintStaysAsItIsInEveryForm(t *testing.T) {
	t.Parallel()
	for _, format := range report.Formats() {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			got, path := run(t, "", "lint", linted, "-o", format), filepath.Join("testdata", "lint", format+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(got.stdout), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%v; run this test with -update", err)
			}
			if diff := cmp.Diff(string(want), got.stdout); diff != "" || got.code != cli.ExitNo {
				t.Errorf("%s should be the one kept, and the exit code 1 and not %d (-want +got):\n%s\nIf it is meant to change, run this test with -update.", format, got.code, diff)
			}
		})
	}
}

func TestLintNamesFilesFromTheWorkingDirectory(t *testing.T) {
	t.Parallel()
	folder, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, named := range []string{folder + "/company.yaml", "./testdata/company.yaml", "testdata/../testdata/company.yaml"} {
		if got := run(t, "", "lint", "-f", named).stdout; !strings.HasPrefix(got, "testdata/company.yaml\n") {
			t.Errorf("%s should be named testdata/company.yaml, got\n%s", named, got)
		}
	}
}

func TestTheGuideNamesEveryFieldOfLint(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../docs/rosterctl.md")
	if err != nil {
		t.Fatal(err)
	}
	var answer any
	if err := json.Unmarshal([]byte(run(t, "", "lint", linted, "-o", "json").stdout), &answer); err != nil {
		t.Fatal(err)
	}
	printed := map[string]bool{}
	addFields(printed, answer)
	for name := range printed {
		if !strings.Contains(string(content), "`"+name+"`") {
			t.Errorf("docs/rosterctl.md should name the field %q", name)
		}
	}
	if len(printed) < 15 {
		t.Errorf("what lint found should have many fields, found %d", len(printed))
	}
}

func TestLintIsCompleted(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"lint -o":          "text\njson\nsarif\njunit\ngithub\ngitlab\n:4\n",
		"lint --fail-on":   "error\nwarning\n:4\n",
		"lint -f":          "yaml\nyml\njson\n:8\n",
		"lint --kustomize": ":16\n",
		"lint":             ":16\n",
	} {
		got := run(t, "", append(append([]string{"__complete"}, strings.Fields(args)...), "")...)
		if got.stdout != want {
			t.Errorf("%q should be completed by %q, got %q", args, want, got.stdout)
		}
	}
}

// TestExamplesOfLintWork: what the help shows works, but for the pipe.
func TestExamplesOfLintWork(t *testing.T) {
	t.Parallel()
	help := answered(t, "lint", "--help").stdout
	for _, example := range []string{"rosterctl lint config/samples\n", "rosterctl lint -k config/samples --fail-on warning\n"} {
		if !strings.Contains(help, example) {
			t.Errorf("the help should show %q", example)
		}
		words := strings.Fields(strings.ReplaceAll(example, "config/samples", "../../config/samples"))
		if got := run(t, "", words[1:]...); got.code > cli.ExitNo {
			t.Errorf("%s: expected an answer, got %q", example, got.stderr)
		}
	}
}
