// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// The names the program goes by. kubectl runs a program of the second name as "kubectl roster", and asks one of the third to complete
// words of it.
const (
	programName  = "rosterctl"
	pluginName   = "kubectl-roster"
	completeName = "kubectl_complete-roster"
)

// invoked is how people call the program, and the words it was given, from what it was started with.
func invoked(args []string) (program string, words []string) {
	if len(args) == 0 {
		return programName, nil
	}
	switch strings.TrimSuffix(filepath.Base(args[0]), ".exe") {
	case pluginName:
		return "kubectl roster", args[1:]
	case completeName:
		return "kubectl roster", append([]string{cobra.ShellCompRequestCmd}, args[1:]...)
	}
	return programName, args[1:]
}
