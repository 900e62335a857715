// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Command rosterctl tells what the people of a contact centre may do, and why, from manifests or from a cluster. Installed as
// kubectl-roster it is a plugin of kubectl.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/roster-dev/roster/internal/cli"
)

// Set by the linker; see the Makefile.
var version, commit = "unversioned", "unknown"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, os.Args, cli.Build{Version: version, Commit: commit}, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
