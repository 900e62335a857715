// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roster-dev/roster/internal/storecommand"
)

func newStore(program string) *cobra.Command {
	c := &cobra.Command{
		Use:   "store",
		Short: "Look after an identity store by hand",
		Long: `Look after an identity store by hand: after a restore, for a move, and for what waits in it. They are the commands of "manager store".

A manager may run over a store that is listed, or released in, and none over one that was restored, or is copied. The exit code is 0 where it
is done, 1 where it is refused, 2 where the command is called wrongly, and 3 where it could not be done.`,
	}
	c.AddCommand(newStoreCopy(program), newStoreList(program), newStoreRelease(program), newStoreRestored(program))
	for _, command := range c.Commands() {
		command.Args, command.ValidArgsFunction = exactly(), cobra.NoFileCompletions
		command.Example = strings.ReplaceAll(command.Example, programName, program)
	}
	refuseStrangers(c)
	return c
}

// storeURL is a flag that takes the URL of a store.
func storeURL(c *cobra.Command, name, usage string) *string {
	url := c.Flags().String(name, "", usage)
	completed(c, name, cobra.FixedCompletions([]string{"sqlite://", "postgres://"}, cobra.ShellCompDirectiveNoSpace))
	return url
}

// word is a flag that takes a word nobody can offer.
func word(c *cobra.Command, name, usage string) *string {
	value := c.Flags().String(name, "", usage)
	completed(c, name, cobra.NoFileCompletions)
	return value
}

// doing runs a command over a store, and gives what it comes to its exit code.
func doing(program string, do func(context.Context, storecommand.Commands) error) func(*cobra.Command, []string) error {
	return telling(func(c *cobra.Command, _ []string) error {
		err := do(c.Context(), storecommand.Commands{Program: program, Stdout: c.OutOrStdout()})
		if refused, is := errors.AsType[*storecommand.RefusedError](err); is {
			_, _ = fmt.Fprintf(c.ErrOrStderr(), "%s: %s\n", program, refused)
			return errNo
		}
		if wrong, is := errors.AsType[*storecommand.UsageError](err); is {
			return misuse(c, "%s", wrong)
		}
		return err
	})
}

func newStoreCopy(program string) *cobra.Command {
	c := &cobra.Command{
		Use: "copy", Short: "Move a store to another database",
		Long:    `Move a store to another database, SQLite or PostgreSQL, whole or not at all. The store it is made of can be written to no more.`,
		Example: `  rosterctl store copy --from sqlite://roster.db --to 'postgres://roster@127.0.0.1:5432/roster?sslmode=disable'`,
	}
	from, to := storeURL(c, "from", storecommand.AboutFrom), storeURL(c, "to", storecommand.AboutTo)
	c.RunE = doing(program, func(ctx context.Context, do storecommand.Commands) error { return do.Copy(ctx, *from, *to) })
	return c
}

func newStoreRestored(program string) *cobra.Command {
	c := &cobra.Command{
		Use: "restored", Short: "Give a store that was restored from a backup a new ID",
		Long:    `Give a store that was restored from a backup a new ID, so that the managers that start over it compare every object with it.`,
		Example: `  rosterctl store restored --store sqlite://roster.db`,
	}
	url := storeURL(c, "store", storecommand.AboutRestored)
	c.RunE = doing(program, func(ctx context.Context, do storecommand.Commands) error { return do.Restored(ctx, *url) })
	return c
}

func newStoreList(program string) *cobra.Command {
	c := &cobra.Command{
		Use: "list", Short: "List who left, who is held, and what is foreign",
		Long:    `List the records of objects that are gone, which wait for their purge or for a confirmation, and those of nobody or of another installation.`,
		Example: `  rosterctl store list --store sqlite://roster.db --installation harbour`,
	}
	url, installation := storeURL(c, "store", storecommand.AboutStore), word(c, "installation", storecommand.AboutInstallation)
	namespace := word(c, "namespace", storecommand.AboutListed)
	c.RunE = doing(program, func(ctx context.Context, do storecommand.Commands) error {
		return do.List(ctx, *url, *installation, *namespace)
	})
	return c
}

func newStoreRelease(program string) *cobra.Command {
	c := &cobra.Command{
		Use: "release", Short: "Let go who is held where the namespace is gone",
		Long: `Let go who is held in a company whose namespace is gone, so that nobody can annotate anything. Nobody goes unless exactly as many people lose
something as --people says.`,
		Example: `  rosterctl store release --store sqlite://roster.db --installation harbour --namespace harbour --people 1`,
	}
	url, installation := storeURL(c, "store", storecommand.AboutStore), word(c, "installation", storecommand.AboutInstallation)
	namespace, people := word(c, "namespace", storecommand.AboutReleased), c.Flags().Int("people", 0, storecommand.AboutPeople)
	completed(c, "people", cobra.NoFileCompletions)
	c.RunE = doing(program, func(ctx context.Context, do storecommand.Commands) error {
		return do.Release(ctx, *url, *installation, *namespace, *people)
	})
	return c
}
