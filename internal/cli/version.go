// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

func newVersion(build Build) *cobra.Command {
	var to output
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			return to.print(c.OutOrStdout(), build, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "%s (commit %s)\n", build.Version, build.Commit)
			})
		},
	}
	to.bind(c)
	return c
}
