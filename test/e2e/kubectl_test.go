// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/roster-dev/roster/internal/testkit"
)

// kubectl runs kubectl against the control plane, in the root of the repository, and returns what it printed.
func kubectl(t *testing.T, args ...string) (string, error) {
	t.Helper()
	root, err := testkit.Root()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	command := exec.CommandContext(context.WithoutCancel(t.Context()), program(), append([]string{"--kubeconfig", plane.Kubeconfig(t)}, args...)...)
	command.Dir, command.Stdout, command.Stderr = root, &out, &out
	err = command.Run()
	return out.String(), err
}

// program is kubectl, that of the control plane where there is one.
func program() string {
	if assets := os.Getenv("KUBEBUILDER_ASSETS"); assets != "" {
		if built := filepath.Join(assets, "kubectl"); executable(built) {
			return built
		}
	}
	return "kubectl"
}

// mustKubectl is kubectl where it has to succeed.
func mustKubectl(t *testing.T, args ...string) string {
	t.Helper()
	out, err := kubectl(t, args...)
	if err != nil {
		t.Fatalf("kubectl %v: %v\n%s", args, err, out)
	}
	return out
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&0o111 != 0
}

var rights sync.Once

// grantRights applies config/default once, so that every manager of these tests runs with the rights it has in production.
func grantRights(t *testing.T) {
	t.Helper()
	rights.Do(func() { mustKubectl(t, "apply", "--server-side", "--force-conflicts", "-k", "config/default") })
}
