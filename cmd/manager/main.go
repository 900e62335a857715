// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Command manager keeps an identity store equal to the Tenants, Operators, Groups and ChannelPolicies of a cluster.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/roster-dev/roster/internal/manager"
)

// Set by the linker; see the Makefile.
var version, commit = "unversioned", "unknown"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := manager.Main(ctx, os.Args[1:], manager.Build{Version: version, Commit: commit}, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "manager: %v\n", err)
		os.Exit(1)
	}
}
