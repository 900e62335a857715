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
var ErrNoServer = errors.New("no PostgreSQL server is installed: install one (Debian: apt-get install postgresql), or set " +
	Skip + "=skip to go without its tests")

// Skip is the variable of the environment that lets tests go without a server, if its value is "skip".
const Skip = "ROSTER_TEST_POSTGRES"

// find answers the folder of the server's programs: the one on PATH, else the newest of those that Debian installs.
func find() (string, error) {
	if path, err := exec.LookPath("postgres"); err == nil {
		if program, err := filepath.EvalSymlinks(path); err == nil && complete(filepath.Dir(program)) {
			return filepath.Dir(program), nil
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
	return "", ErrNoServer
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
