// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/roster-dev/roster/internal/cli"
)

// result is what a run of the program leaves behind.
type result struct {
	code           int
	stdout, stderr string
}

// run runs the program as it is shipped but for the process of its own.
func run(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	return runAs(t, "/usr/local/bin/rosterctl", stdin, args...)
}

// runAs runs it by another name.
func runAs(t *testing.T, program, stdin string, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := cli.Main(t.Context(), append([]string{program}, args...), cli.Build{Version: "v0.0.0-test", Commit: "abc"}, strings.NewReader(stdin), &stdout, &stderr)
	return result{code, stdout.String(), stderr.String()}
}

// answered is run where there has to be an answer.
func answered(t *testing.T, args ...string) result {
	t.Helper()
	got := run(t, "", args...)
	if got.code == cli.ExitError || got.stderr != "" {
		t.Fatalf("rosterctl %s: expected an answer, got exit code %d and %q", strings.Join(args, " "), got.code, got.stderr)
	}
	return got
}
