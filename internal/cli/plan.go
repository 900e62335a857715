// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roster-dev/roster/internal/plan"
)

// The formats of a plan beside JSON.
const (
	asText     = "text"
	asMarkdown = "markdown"
)

func newPlan(program string) *cobra.Command {
	from := &origins{}
	format := choice{value: asText, words: []string{asText, asMarkdown, asJSON}}
	c := &cobra.Command{
		Use:   "plan [--from SOURCE] [--to SOURCE]",
		Short: "Show what a change does to people's access",
		Long: `Show what a change does: which objects come, change and go, and what that gives to people and takes from them.

A SOURCE is
  FILE, FOLDER or -          manifests
  git:REVISION[:PATH]        manifests of a commit of the repository here; without PATH those below this folder
  cluster:[CONTEXT/]NAMESPACE  the objects of a cluster; without anything after the colon those of the kubeconfig
  store:URL                  the records of an identity store, read only

It reads both sides and changes nothing. The exit code is 0 where nothing changes, 1 where something does, 2 for a wrong command, and 3
where a source could not be read.`,
		Example: strings.ReplaceAll(`  rosterctl plan --from git:HEAD:config/samples --to config/samples --namespace harbour
  rosterctl plan --from cluster:production/harbour -f config/samples -o markdown`, programName, program),
		Args:              exactly(),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			made, err := from.plan(c)
			if err != nil {
				return err
			}
			if err := printPlan(c.OutOrStdout(), made, format.value); err != nil {
				return err
			}
			if made.Empty() {
				return nil
			}
			return errNo
		},
	}
	from.bind(c)
	format.bind(c, "output", "o", "how to print the plan")
	return c
}

func printPlan(to io.Writer, made *plan.Plan, format string) error {
	text := made.Text()
	switch format {
	case asMarkdown:
		text = made.Markdown()
	case asJSON:
		whole, err := made.JSON()
		if err != nil {
			return couldNotTell(err)
		}
		text = string(whole)
	}
	_, err := fmt.Fprint(to, text)
	return couldNotTell(err)
}
