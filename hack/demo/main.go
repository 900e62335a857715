// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Command demo shows Roster whole, on one machine and with nothing installed: it starts an API server, runs the manager over an
// SQLite file with the rights its manifests give it, applies the samples, and shows what kubectl and the identity store
// say of them. It stays up until it is interrupted.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	exit := flag.Bool("exit", false, "stop once the result is shown")
	folder := flag.String("folder", ".roster", "`folder` for the store, the kubeconfig and the manager's log; what the last demo left there is replaced")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := show(ctx, *folder, *exit)
	interrupted := ctx.Err() != nil
	stop()
	if err != nil && !interrupted {
		fmt.Fprintf(os.Stderr, "demo: %v\n", err)
		os.Exit(1)
	}
}
