// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/roster-dev/roster/internal/storecommand"
)

// storeCommands are what follows "manager store", each as the flags of a set and what is done once they are parsed. "rosterctl store" has the
// same.
var storeCommands = map[string]func(*flag.FlagSet, storecommand.Commands) func(context.Context) error{
	"copy": func(set *flag.FlagSet, do storecommand.Commands) func(context.Context) error {
		from, to := set.String("from", "", storecommand.AboutFrom), set.String("to", "", storecommand.AboutTo)
		return func(ctx context.Context) error { return do.Copy(ctx, *from, *to) }
	},
	"list": func(set *flag.FlagSet, do storecommand.Commands) func(context.Context) error {
		url, installation := set.String("store", "", storecommand.AboutStore), set.String("installation", "", storecommand.AboutInstallation)
		namespace := set.String("namespace", "", storecommand.AboutListed)
		return func(ctx context.Context) error { return do.List(ctx, *url, *installation, *namespace) }
	},
	"release": func(set *flag.FlagSet, do storecommand.Commands) func(context.Context) error {
		url, installation := set.String("store", "", storecommand.AboutStore), set.String("installation", "", storecommand.AboutInstallation)
		namespace, people := set.String("namespace", "", storecommand.AboutReleased), set.Int("people", 0, storecommand.AboutPeople)
		return func(ctx context.Context) error { return do.Release(ctx, *url, *installation, *namespace, *people) }
	},
	"restored": func(set *flag.FlagSet, do storecommand.Commands) func(context.Context) error {
		url := set.String("store", "", storecommand.AboutRestored)
		return func(ctx context.Context) error { return do.Restored(ctx, *url) }
	},
}

// runStoreCommand runs what follows "manager store". Errors are one sentence for the person who runs it.
func runStoreCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return errors.New(`"store" is followed by a command: copy, list, release or restored`)
	}
	command, known := storeCommands[args[0]]
	if !known {
		return fmt.Errorf("there is no command %q; there are \"store copy\", \"store list\", \"store release\" and \"store restored\"", "store "+args[0])
	}
	set := flag.NewFlagSet("manager store "+args[0], flag.ContinueOnError)
	run := command(set, storecommand.Commands{Program: "manager", Stdout: stdout})
	switch err := parseAll(set, args[1:], stderr); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return err
	}
	return run(ctx)
}

// parseAll parses flags that all take a value, and nothing but flags.
func parseAll(set *flag.FlagSet, args []string, stderr io.Writer) error {
	set.SetOutput(io.Discard)
	if err := parse(set, args, stderr); err != nil {
		return err
	}
	if set.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; \"%s\" takes flags only", set.Arg(0), set.Name())
	}
	return nil
}
