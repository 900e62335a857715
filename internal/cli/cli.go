// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package cli is rosterctl: a command a file, each of which is flags, a question to the core, and printing. Nothing is decided here.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Build says which build of the program runs.
type Build struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
}

// The exit codes.
const (
	// ExitYes is that what was asked for was done, and that the answer to a question of yes or no is yes.
	ExitYes = 0
	// ExitNo is that the answer is no.
	ExitNo = 1
	// ExitError is that there is no answer; of commands that know ExitUnknown, that they were called wrongly.
	ExitError = 2
	// ExitUnknown is that it could not be told, such as since a cluster or a store is away.
	ExitUnknown = 3
)

// errNo is the answer no, which has been printed.
var errNo = errors.New("no")

// Main runs the command of args, of which the first is what the program was called by, and returns the exit code. An error is printed to
// stderr, a line a problem.
func Main(ctx context.Context, args []string, build Build, stdin io.Reader, stdout, stderr io.Writer) int {
	program, args := invoked(args)
	root := newRoot(program, build)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return ExitYes
	case errors.Is(err, errNo):
		return ExitNo
	}
	for line := range strings.Lines(err.Error()) {
		_, _ = fmt.Fprintf(stderr, "%s: %s\n", program, strings.TrimSuffix(line, "\n"))
	}
	return codeOf(err)
}

func newRoot(program string, build Build) *cobra.Command {
	root := &cobra.Command{
		Use:   programName,
		Short: "Ask who may do what in a contact centre, and why, and check manifests",
		Long: `Ask who may do what in a contact centre, and why, and check manifests before they are applied.

The answers are computed as the manager computes them: from manifests (-f), or from the objects of a cluster.`,
		Annotations:       map[string]string{cobra.CommandDisplayNameAnnotation: program},
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
	}
	root.SetFlagErrorFunc(misusedFlag)
	root.AddCommand(newAccess(program), newInvite(program), newLint(program, build), newPlan(program), newPromote(program), newRBAC(program), newVersion(build))
	root.AddCommand(newGet(program), newTree(program), newCondition(program), newDrift(program), newExport(program), newImport(program), newStore(program))
	refuseStrangers(root)
	return root
}

// misuse is an error about how a command was called, which says where to look it up.
func misuse(c *cobra.Command, format string, args ...any) error {
	problem, see := fmt.Sprintf(format, args...), "; see"
	if strings.HasSuffix(problem, "?") {
		see = " See"
	}
	return usageError{fmt.Errorf("%s%s '%s --help'", problem, see, c.CommandPath())}
}

func misusedFlag(c *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return misuse(c, "%s", err)
	}
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return misuse(c, "%s%s", err, didYouMean("--"+unknown.GetSpecifiedName(), names))
}

// refuseStrangers makes a command that only has others below it say which there are when it is given another word.
func refuseStrangers(c *cobra.Command) {
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		var names []string
		for _, sub := range c.Commands() {
			names = append(names, sub.Name())
		}
		return misuse(c, "there is no command %q%s", args[0], didYouMean(args[0], names))
	}
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	c.DisableFlagsInUseLine = true
}

// exactly checks how many words a command is given, by what they are called.
func exactly(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return misuse(c, "%s is missing", names[len(args)])
		case len(args) > len(names):
			return misuse(c, "unexpected argument %q", args[len(names)])
		}
		return nil
	}
}
