// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgresserver

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
)

// ErrNoServer says that this machine has no PostgreSQL server.
var ErrNoServer = errors.New("no PostgreSQL server is installed, and none could be fetched: install one (Debian: apt-get install postgresql)")

// Require is the variable of the environment that makes tests fail where there is no server, if its value is "require".
// Without it they are skipped, as a fresh machine need not have one.
const Require = "ROSTER_TEST_POSTGRES"

// find answers the folder of the server's programs: the one on PATH, else the newest of those that Debian installs, else one
// that is fetched.
func find() (string, error) {
	if path, err := exec.LookPath("postgres"); err == nil {
		if target, err := filepath.EvalSymlinks(path); err == nil && complete(filepath.Dir(target)) {
			return filepath.Dir(target), nil
		}
	}
	folders, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	slices.SortFunc(folders, func(a, b string) int { return version(b) - version(a) })
	for _, folder := range folders {
		if complete(folder) {
			return folder, nil
		}
	}
	fetched, err := fetch()
	if err != nil {
		return "", fmt.Errorf("%w (%w)", ErrNoServer, err)
	}
	return fetched, nil
}

// version is the number in /usr/lib/postgresql/<version>/bin.
func version(folder string) int {
	number, err := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
	if err != nil {
		return 0
	}
	return number
}

func complete(folder string) bool {
	for _, program := range []string{"postgres", "initdb"} {
		if _, err := os.Stat(filepath.Join(folder, program)); err != nil {
			return false
		}
	}
	return true
}

// identity is who runs the server: it refuses to be root.
type identity struct {
	// other is false where it is whoever runs the tests.
	other    bool
	uid, gid int
}

func unprivileged() (identity, error) {
	if os.Geteuid() != 0 {
		return identity{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if found, err := user.Lookup(name); err == nil {
			uid, uidErr := strconv.Atoi(found.Uid)
			gid, gidErr := strconv.Atoi(found.Gid)
			return identity{other: true, uid: uid, gid: gid}, errors.Join(uidErr, gidErr)
		}
	}
	return identity{}, errors.New("the tests run as root, as whom no PostgreSQL server runs, and there is no user postgres or nobody: run them as another user")
}

// own gives a file to the identity.
func (i identity) own(path string) error {
	if !i.other {
		return nil
	}
	if err := os.Chown(path, i.uid, i.gid); err != nil {
		return fmt.Errorf("give %s to the user of the test server: %w", path, err)
	}
	return nil
}
