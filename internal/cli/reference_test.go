// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/roster-dev/roster/internal/cli"
)

// TestTheReferenceHasEveryCommand: docs/reference/rosterctl.md is made of the commands themselves.
func TestTheReferenceHasEveryCommand(t *testing.T) {
	t.Parallel()
	const path = "../../docs/reference/rosterctl.md"
	var page strings.Builder
	page.WriteString("# rosterctl: every command and flag\n\nThis page is made of the help of the program, by `go test ./internal/cli -run Reference -update`. " +
		"[rosterctl.md](../rosterctl.md) says what the commands are for.\n")
	document(&page, cli.NewRoot("rosterctl", cli.Build{}))
	if *update {
		must(t, os.MkdirAll("../../docs/reference", 0o750))
		must(t, os.WriteFile(path, []byte(page.String()), 0o600))
	}
	kept, err := os.ReadFile(path)
	must(t, err)
	if diff := cmp.Diff(string(kept), page.String()); diff != "" {
		t.Errorf("the reference should say what the help does (-reference +help):\n%s\nRun this test with -update.", diff)
	}
}

// document writes a command and those below it.
func document(page *strings.Builder, c *cobra.Command) {
	if c.Hidden {
		return
	}
	fmt.Fprintf(page, "\n## %s\n\n%s\n", c.CommandPath(), c.Long)
	block := func(what, text string) {
		if text = strings.TrimRight(text, "\n "); text != "" {
			fmt.Fprintf(page, "\n%s\n\n```text\n%s\n```\n", what, text)
		}
	}
	if c.Runnable() && !c.HasSubCommands() {
		block("Usage:", c.UseLine())
	}
	block("Examples:", c.Example)
	block("Flags:", visible(c.NonInheritedFlags()))
	block("Flags of the commands above it:", visible(c.InheritedFlags()))
	for _, below := range c.Commands() {
		document(page, below)
	}
}

// visible are flags as the help shows them.
func visible(flags *pflag.FlagSet) string {
	if !flags.HasAvailableFlags() {
		return ""
	}
	return flags.FlagUsages()
}

// TestEveryFlagAndWordIsCompleted: a shell offers files only where files are meant.
func TestEveryFlagAndWordIsCompleted(t *testing.T) {
	t.Parallel()
	files := []string{"filename", "kubeconfig"}
	// client-go defines these, and kubectl does not complete them without a cluster either.
	others := []string{"context", "as", "as-group", "as-uid", "as-user-extra", "request-timeout"}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Runnable() && !c.HasSubCommands() && c.ValidArgsFunction == nil && c.Name() != "version" {
			t.Errorf("%s: its words should be completed, if only with nothing", c.CommandPath())
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			_, completes := c.GetFlagCompletionFunc(f.Name)
			if !completes && f.Value.Type() != "bool" && !strings.Contains(strings.Join(append(files, others...), " "), f.Name) {
				t.Errorf("%s --%s should be completed, if only with nothing", c.CommandPath(), f.Name)
			}
		})
		for _, below := range c.Commands() {
			walk(below)
		}
	}
	walk(cli.NewRoot("rosterctl", cli.Build{}))
}

func TestWordsOfObjectsAreCompleted(t *testing.T) {
	t.Parallel()
	for reason, test := range map[string]struct {
		before, word string
		want         []string
	}{
		"objects by kind":            {"why" + ofAcme, "operator/t", []string{"operator/twin-one", "operator/twin-two"}},
		"groups, too":                {"why" + ofAcme, "group/", []string{"group/sales", "group/social"}},
		"tenants":                    {"get" + ofAcme + " --tenant", "", []string{"east", "north", "south"}},
		"tenants of a tree":          {"tree" + ofAcme + " --tenant", "n", []string{"north"}},
		"channels":                   {"get --channel", "W", []string{"WhatsApp"}},
		"roles":                      {"get --role", "M", []string{"Manager"}},
		"formats":                    {"get -o", "", []string{"table", "wide", "json", "yaml", "name"}},
		"ways to cut":                {"export --split", "", []string{"kind", "object"}},
		"stores":                     {"drift --store", "", []string{"sqlite://", "postgres://"}},
		"fields of a table":          {"import --column", "giv", []string{"givenName="}},
		"commands of a store":        {"store", "re", []string{"release\tLet go who is held where the namespace is gone", "restored\tGive a store that was restored from a backup a new ID"}},
		"nothing where nothing goes": {"get" + ofAcme, "", nil},
	} {
		got := run(t, "", append(append([]string{"__complete"}, strings.Fields(test.before)...), test.word)...)
		if diff := cmp.Diff(test.want, offered(got.stdout, test.word)); diff != "" || got.code != cli.ExitYes {
			t.Errorf("%s: exit code %d, and the words offered differ (-want +got):\n%s", reason, got.code, diff)
		}
	}
}
