// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/drivers"
)

// storeCommands are what follows "manager store". A manager may run over the store that is listed, or released in.
var storeCommands = map[string]func(ctx context.Context, args []string, stdout, stderr io.Writer) error{
	"copy":     copyStore,
	"list":     listStore,
	"release":  releaseHeld,
	"restored": renewStore,
}

// runStoreCommand runs what follows "manager store". Errors are one sentence for the person who runs it.
func runStoreCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return errors.New(`"store" is followed by a command: copy, list, release or restored`)
	}
	run, known := storeCommands[args[0]]
	if !known {
		return fmt.Errorf("there is no command %q; there are \"store copy\", \"store list\", \"store release\" and \"store restored\"", "store "+args[0])
	}
	if err := run(ctx, args[1:], stdout, stderr); !errors.Is(err, flag.ErrHelp) {
		return err
	}
	return nil
}

func copyStore(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := flag.NewFlagSet("manager store copy", flag.ContinueOnError)
	from := set.String("from", "", "`URL` of the store to copy; no manager may run over it; required")
	to := set.String("to", "", "`URL` of the store to become the copy, which must be empty; required")
	if err := parseAll(set, args, stderr); err != nil {
		return err
	}
	rows := 0
	told := func(table string, n int) {
		rows += n
		_, _ = fmt.Fprintf(stdout, "%-24s%d\n", table, n)
	}
	err := withStore("--from", *from, func(from store.Copyable) error {
		return withStore("--to", *to, func(to store.Store) error { return from.CopyTo(ctx, to, told) })
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "copied %d rows: give the managers the URL of the copy; they can no longer write to the store it was made of\n", rows)
	return err
}

func renewStore(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := flag.NewFlagSet("manager store restored", flag.ContinueOnError)
	url := set.String("store", "", "`URL` of the store that was restored; no manager may run over it; required")
	if err := parseAll(set, args, stderr); err != nil {
		return err
	}
	return withStore("--store", *url, func(s store.Renewable) error {
		id, err := s.Renew(ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(stdout, "the store has a new ID, %s: the managers that start over it compare every object with it and write what differs\n", id)
		return err
	})
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

// withStore opens the store of a flag, which must have a feature, and closes it again.
func withStore[S any](name, url string, do func(S) error) (err error) {
	if url == "" {
		return fmt.Errorf("%s is required: the URL of a store, such as sqlite:///var/lib/roster/roster.db", name)
	}
	opened, err := drivers.Open(url)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer func() {
		if closing := opened.Close(); err == nil {
			err = closing
		}
	}()
	featured, has := opened.(S)
	if !has {
		return fmt.Errorf("%s: this store ends with the program; one of SQLite or PostgreSQL is right", name)
	}
	return do(featured)
}
