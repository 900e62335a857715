// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/testkit"
)

// TestTheGuideSaysWhatHappens runs every command of docs/rosterctl.md in the root of the repository, as a reader would: the programs are
// on PATH, KUBECONFIG names a cluster that has the samples, and STORE is the URL of a store that a manager keeps equal to them.
func TestTheGuideSaysWhatHappens(t *testing.T) {
	t.Parallel()
	root, err := testkit.Root()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "docs", "rosterctl.md")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sh := newShell(t, root)
	if out := sh.run(t, "kubectl apply --server-side -k config/samples"); !strings.Contains(out, "tenant.identity.roster.dev/retail serverside-applied") {
		t.Fatalf("the samples should be applied, got\n%s", out)
	}
	blocks, commands := strings.Split(string(content), "```console\n"), 0
	for i, block := range blocks[1:] {
		page, after, closed := strings.Cut(block, "```\n")
		if !closed {
			t.Fatalf("the block that begins with %q should end", block)
		}
		var happened strings.Builder
		for _, command := range commandsOf(page) {
			commands++
			fmt.Fprintf(&happened, "$ %s\n%s", command, sh.run(t, command))
		}
		if diff := cmp.Diff(page, happened.String()); diff != "" && !*update {
			t.Errorf("the guide should say what happens (-guide +happened):\n%s\nIf the guide is wrong, run this test with -update.", diff)
		}
		blocks[i+1] = happened.String() + "```\n" + after
	}
	if commands < 15 {
		t.Errorf("the guide should show how each question is asked, found %d commands", commands)
	}
	if *update {
		if err := os.WriteFile(path, []byte(strings.Join(blocks, "```console\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// commandsOf are the commands of a block; what is between them is what they print.
func commandsOf(page string) []string {
	var found []string
	for line := range strings.Lines(page) {
		if command, is := strings.CutPrefix(line, "$ "); is {
			found = append(found, strings.TrimSuffix(command, "\n"))
		}
	}
	return found
}

// shell runs commands as a reader of the guide would.
type shell struct {
	folder      string
	environment []string
}

// newShell builds the program under all its names.
func newShell(t *testing.T, root string) shell {
	t.Helper()
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(bin, "rosterctl"), "./cmd/rosterctl")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("rosterctl should build: %v\n%s", err, out)
	}
	for _, name := range []string{"kubectl-roster", "kubectl_complete-roster"} {
		if err := os.Symlink("rosterctl", filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	kubeconfig := plane.Kubeconfig(t)
	identities := newStore(t)
	keep(t, identities, harbour(t))
	programs, err := exec.CommandContext(t.Context(), filepath.Join(root, "hack", "controlplane", "build.sh")).Output()
	if err != nil {
		t.Fatal(err)
	}
	return shell{folder: root, environment: []string{
		"PATH=" + strings.Join([]string{bin, strings.TrimSpace(string(programs)), os.Getenv("PATH")}, string(filepath.ListSeparator)),
		"KUBECONFIG=" + kubeconfig, "HOME=" + t.TempDir(), "STORE=" + identities,
	}}
}

// run is what a command prints to stdout and stderr; its exit code is the command's own to show.
func (s shell) run(t *testing.T, command string) string {
	t.Helper()
	process := exec.CommandContext(context.WithoutCancel(t.Context()), "bash", "-c", command)
	process.Dir, process.Env = s.folder, s.environment
	out, _ := process.CombinedOutput()
	return string(out)
}

// TestTheGuideNamesEveryField: what is printed as JSON is documented.
func TestTheGuideNamesEveryField(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../docs/rosterctl.md")
	if err != nil {
		t.Fatal(err)
	}
	printed := map[string]bool{}
	for _, question := range answers {
		var answer any
		out := answered(t, append([]string{"access"}, strings.Fields(question.args+" -o json")...)...).stdout
		if err := json.Unmarshal([]byte(out), &answer); err != nil {
			t.Fatalf("%s -o json should print JSON: %v", question.args, err)
		}
		addFields(printed, answer)
	}
	for name := range printed {
		if !strings.Contains(string(content), "`"+name+"`") {
			t.Errorf("docs/rosterctl.md should name the field %q", name)
		}
	}
	if len(printed) < 30 {
		t.Errorf("the answers should have many fields, found %d", len(printed))
	}
}

// addFields adds the names of all fields below a value of JSON.
func addFields(to map[string]bool, value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, field := range value {
			to[name] = true
			addFields(to, field)
		}
	case []any:
		for _, item := range value {
			addFields(to, item)
		}
	}
}

// TestExamplesOfTheHelpAnswer: what a command's help shows works.
func TestExamplesOfTheHelpAnswer(t *testing.T) {
	t.Parallel()
	shown := 0
	for _, question := range []string{"show", "who", "why", "read"} {
		help := answered(t, "access", question, "--help").stdout
		_, examples, _ := strings.Cut(help, "Examples:\n")
		examples, _, _ = strings.Cut(examples, "\n\n")
		for line := range strings.Lines(examples) {
			words := strings.Fields(line)
			words[len(words)-1] = filepath.Join("..", "..", words[len(words)-1])
			answered(t, words[1:]...)
			shown++
		}
	}
	if shown < 4 {
		t.Errorf("every question should have an example, found %d in all", shown)
	}
}
