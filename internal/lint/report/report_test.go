// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/lint"
	"github.com/roster-dev/roster/internal/lint/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

// found is a result with all that a form could take for its own syntax.
func found() *lint.Result {
	finding := func(severity lint.Severity, rule, file string, line, column int, name, path, message string) lint.Finding {
		f := lint.Finding{Severity: severity, Rule: rule, Kind: "Operator", Namespace: "acme", Name: name, Path: path, Message: message}
		f.File, f.Line, f.Column = file, line, column
		if name == "" {
			f.Kind, f.Namespace = "", ""
		}
		return f
	}
	object := func(file string, line int, name string) lint.Object {
		o := lint.Object{Kind: "Operator", Namespace: "acme", Name: name}
		o.File, o.Line, o.Column = file, line, 1
		return o
	}
	const odd = "odd: names, 100%/a<b>&\"c\".yaml"
	return &lint.Result{
		Findings: []lint.Finding{
			finding(lint.Error, "Syntax", odd, 7, 1, "", "", "it is no valid YAML: line 7: found a <tab> & more"),
			finding(lint.Error, "TeamNeedsManager", "/src/here/people/a.yaml", 12, 5, "anna", "spec.tenants[north].team", "only the role Manager has a team: remove team or set role to Manager"),
			finding(lint.Warning, "MissingTenant", "/src/here/people/a.yaml", 14, 5, "anna", "spec.tenants[south].tenant", `Tenant "south" does not exist; it takes effect once it does`),
			finding(lint.Warning, "MissingTenant", "/src/here/people/a.yaml", 14, 5, "anna", "spec.tenants[south].tenant", `Tenant "south" does not exist; it takes effect once it does`),
			finding(lint.Error, "Schema", "stdin", 1, 1, "evil\x1b[31m\n::error::x", "metadata.labels[50%,a:b]", "]]> \x00 é \u202e 💥"),
			finding(lint.Warning, "PublicNameLooksLikeEmail", "/elsewhere/b.yaml", 3, 9, "bert", "spec.profile.publicName", "customers see it, and it looks like an e-mail address; set a name instead"),
		},
		Objects: []lint.Object{
			object("/src/here/people/a.yaml", 1, "anna"), object("/src/here/people/a.yaml", 20, "cara"), object("stdin", 1, "evil\x1b[31m\n::error::x"), object("/elsewhere/b.yaml", 1, "bert"),
		},
		Files: 4,
	}
}

func written(t *testing.T, result *lint.Result, options report.Options) string {
	t.Helper()
	var out strings.Builder
	options.Folder, options.Version = "/src/here", "v1.2.3"
	if err := report.Write(&out, result, options); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestEachFormStaysAsItIs(t *testing.T) {
	t.Parallel()
	cases := map[string]report.Options{
		"colour.txt": {Format: report.Text, Colour: true}, "junit-warnings.xml": {Format: report.JUnit, FailOn: lint.Warning},
		"report.txt": {Format: report.Text}, "report.json": {Format: report.JSON}, "report.sarif": {Format: report.SARIF}, "junit.xml": {Format: report.JUnit},
		"github.txt": {Format: report.GitHub}, "gitlab.json": {Format: report.GitLab},
	}
	forms := map[string]bool{}
	for name, options := range cases {
		forms[options.Format] = true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, path := written(t, found(), options), filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%v; run this test with -update", err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("other programs read this; it should stay as it is (-want +got):\n%s\nIf it is meant to change, run this test with -update.", diff)
			}
		})
	}
	if len(forms) != len(report.Formats()) {
		t.Errorf("every form should be kept, %d of %d are", len(forms), len(report.Formats()))
	}
}

func TestNothingIsAlsoWellFormed(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{
		report.Text: "nothing found in 0 objects of 1 file\n", report.GitHub: "nothing found in 0 objects of 1 file\n", report.GitLab: "[]\n",
		report.JSON:  "{\n  \"version\": 1,\n  \"files\": 1,\n  \"objects\": 0,\n  \"errors\": 0,\n  \"warnings\": 0,\n  \"omitted\": 0,\n  \"findings\": []\n}\n",
		report.JUnit: xml.Header + `<testsuites name="rosterctl lint" tests="0" failures="0"></testsuites>` + "\n",
	} {
		if diff := cmp.Diff(want, written(t, &lint.Result{Files: 1}, report.Options{Format: format})); diff != "" {
			t.Errorf("%s of nothing (-want +got):\n%s", format, diff)
		}
	}
	if got := written(t, &lint.Result{Files: 1}, report.Options{Format: report.SARIF}); !strings.Contains(got, `"results": []`) || !strings.Contains(got, `"rules": []`) {
		t.Errorf("lists of SARIF should be there if they are empty, got\n%s", got)
	}
}

// sarifRun is what a run of SARIF 2.1.0 has to have, and GitHub's code scanning asks for besides.
type sarifRun struct {
	ColumnKind string
	Tool       struct {
		Driver struct {
			Name, Version string
			Rules         []sarifRule
		}
	}
	Results []sarifResult
}

type sarifRule struct {
	ID               string
	ShortDescription struct{ Text string }
	Default          struct{ Level string } `json:"defaultConfiguration"`
}

type sarifResult struct {
	RuleID    string
	RuleIndex int
	Level     string
	Message   struct{ Text string }
	Locations []struct {
		Physical struct {
			Artifact struct{ URI string } `json:"artifactLocation"`
			Region   struct{ StartLine, StartColumn int }
		} `json:"physicalLocation"`
	}
	PartialFingerprints map[string]string
}

func TestSARIFHasWhatItsSchemaWants(t *testing.T) {
	t.Parallel()
	var log struct {
		Schema  string `json:"$schema"`
		Version string
		Runs    []sarifRun
	}
	if err := json.Unmarshal([]byte(written(t, found(), report.Options{Format: report.SARIF})), &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || !strings.HasSuffix(log.Schema, "sarif-schema-2.1.0.json") || len(log.Runs) != 1 {
		t.Fatalf("it should be one run of SARIF 2.1.0, got %s %s, %d runs", log.Version, log.Schema, len(log.Runs))
	}
	run, prints := log.Runs[0], map[string]bool{}
	if run.Tool.Driver.Name == "" || run.ColumnKind != "unicodeCodePoints" || len(run.Results) != len(found().Findings) {
		t.Errorf("the run should name its tool and have every result, got %+v", run)
	}
	for _, rule := range run.Tool.Driver.Rules {
		rule.isWhole(t)
	}
	for _, r := range run.Results {
		r.isWhole(t, run.Tool.Driver.Rules)
		prints[r.PartialFingerprints["rosterctl/v1"]] = true
	}
	if len(prints) != len(run.Results) {
		t.Errorf("fingerprints should tell results apart, %d of %d do", len(prints), len(run.Results))
	}
}

// isWhole looks that a rule is explained.
func (r sarifRule) isWhole(t *testing.T) {
	t.Helper()
	if r.ID == "" || r.ShortDescription.Text == "" || r.Default.Level == "" {
		t.Errorf("a rule should be explained: %+v", r)
	}
}

// isWhole looks that a result has all it is to have.
func (r sarifResult) isWhole(t *testing.T, rules []sarifRule) {
	t.Helper()
	if r.RuleIndex >= len(rules) || rules[r.RuleIndex].ID != r.RuleID {
		t.Errorf("a result should have a rule of the tool: %+v", r)
	}
	if r.Message.Text == "" || !slices.Contains([]string{"error", "warning"}, r.Level) {
		t.Errorf("a result should have a level and a message: %+v", r)
	}
	if len(r.Locations) != 1 {
		t.Fatalf("a result should have one place: %+v", r)
	}
	if region := r.Locations[0].Physical.Region; region.StartLine < 1 || region.StartColumn < 1 {
		t.Errorf("a place should be counted from 1: %+v", r)
	}
	uri, err := url.Parse(r.Locations[0].Physical.Artifact.URI)
	if err != nil || uri.Scheme != "" && uri.Scheme != "file" || uri.RawQuery+uri.Fragment != "" {
		t.Errorf("a file should be a URI, relative or of the scheme file: %+v, %v", uri, err)
	}
}

// TestJUnitFailsWhereTheCheckDoes: a pipeline that reads the file comes to the same as one that asks the exit code.
func TestJUnitFailsWhereTheCheckDoes(t *testing.T) {
	t.Parallel()
	for failOn, want := range map[lint.Severity]int{lint.Error: 3, lint.Warning: 4} {
		var suites struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Suites   []struct {
				Cases []struct {
					Name    string    `xml:"name,attr"`
					Failure *struct{} `xml:"failure"`
				} `xml:"testcase"`
			} `xml:"testsuite"`
		}
		if err := xml.Unmarshal([]byte(written(t, found(), report.Options{Format: report.JUnit, FailOn: failOn})), &suites); err != nil {
			t.Fatal(err)
		}
		tests, failures := 0, 0
		for _, suite := range suites.Suites {
			for _, c := range suite.Cases {
				tests++
				if c.Failure != nil {
					failures++
				}
			}
		}
		// Four objects, and a document that is none.
		if tests != 5 || failures != want || suites.Tests != tests || suites.Failures != failures {
			t.Errorf("failing on %s, 5 tests should have %d failures, got %d of %d, and the file says %d of %d", failOn, want, failures, tests, suites.Failures, suites.Tests)
		}
	}
}

var command = regexp.MustCompile(`^::(error|warning) file=[^:,]+,line=\d+,col=\d+,title=\w+::[^\r\n]+$`)

func TestEveryLineForGitHubIsOneCommand(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSuffix(written(t, found(), report.Options{Format: report.GitHub}), "\n"), "\n")
	for _, line := range lines[:len(lines)-1] {
		if !command.MatchString(line) {
			t.Errorf("it should be a workflow command, got %q", line)
		}
	}
	if len(lines) != len(found().Findings)+1 {
		t.Errorf("there should be a line a finding and a summary, got %d", len(lines))
	}
}

// many are so many warnings and then so many errors.
func many(warnings, errors int) *lint.Result {
	result := &lint.Result{Files: 1}
	for i := range warnings + errors {
		f := lint.Finding{Severity: lint.Warning, Rule: "MissingTenant", Message: fmt.Sprintf("%d", i)}
		if i >= warnings {
			f.Severity = lint.Error
		}
		result.Findings = append(result.Findings, f)
	}
	return result
}

// told is a result as it is written as JSON.
type told struct {
	Errors, Warnings, Omitted int
	Findings                  []struct{ Severity, Message string }
}

func readBack(t *testing.T, result *lint.Result) told {
	t.Helper()
	var back told
	if err := json.Unmarshal([]byte(written(t, result, report.Options{Format: report.JSON})), &back); err != nil {
		t.Fatal(err)
	}
	return back
}

func TestOfManyFindingsErrorsComeFirst(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ warnings, errors, keptWarnings, keptErrors int }{
		{10_000, 50, 9_950, 50}, {10_000, 0, 10_000, 0}, {5, 10_000, 0, 10_000}, {5, 10_001, 0, 10_000},
	} {
		back, kept := readBack(t, many(test.warnings, test.errors)), map[string]int{}
		for _, f := range back.Findings {
			kept[f.Severity]++
		}
		if kept["warning"] != test.keptWarnings || kept["error"] != test.keptErrors {
			t.Errorf("of %d warnings and %d errors, %d and %d should be told, got %v", test.warnings, test.errors, test.keptWarnings, test.keptErrors, kept)
		}
		if back.Errors != test.errors || back.Warnings != test.warnings || back.Omitted != test.errors+test.warnings-len(back.Findings) {
			t.Errorf("all should be counted, and what is omitted, got %d errors, %d warnings, %d omitted", back.Errors, back.Warnings, back.Omitted)
		}
	}
	if got := written(t, many(10_000, 50), report.Options{Format: report.Text}); !strings.HasSuffix(got, "50 errors and 10000 warnings in 0 objects of 1 file; 50 are not shown\n") {
		t.Errorf("the summary should count what is not shown, got %q", got[len(got)-100:])
	}
}

func TestALongMessageIsCut(t *testing.T) {
	t.Parallel()
	result := many(0, 1)
	result.Findings[0].Message = strings.Repeat("é", 5000)
	got := readBack(t, result).Findings[0].Message
	if len(got) > 2_100 || !utf8.ValidString(got) || !strings.HasSuffix(got, "…") {
		t.Errorf("a long message should be cut between characters, it has %d bytes", len(got))
	}
}
