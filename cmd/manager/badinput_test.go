// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// program is the manager as it is shipped, built once for all tests.
var program string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	folder, err := os.MkdirTemp("", "manager-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	program = filepath.Join(folder, "manager")
	if out, err := exec.Command("go", "build", "-ldflags=-X main.version=v0.0.0-test", "-o", program, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "the manager should build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// run runs the manager without a cluster around it, and returns its exit code and what it printed.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, program, args...)
	command.Env = []string{"HOME=" + t.TempDir()}
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || ctx.Err() != nil) {
		t.Fatalf("the manager should have ended by itself: %v\n%s", err, errs.String())
	}
	return command.ProcessState.ExitCode(), out.String(), errs.String()
}

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// loggedIn is a kubeconfig that is right, of an API server that is not there.
const loggedIn = `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
users: [{name: u, user: {token: t}}]
current-context: c
`

func TestBadInputIsOneSentenceAndANonZeroExit(t *testing.T) {
	t.Parallel()
	right := []string{"--installation=one", "--store=memory://", "--metrics-bind-address=0", "--health-bind-address=0"}
	with := func(more ...string) []string { return append(append([]string{}, right...), more...) }
	for name, tc := range map[string]struct {
		reason string
		args   []string
		want   string
	}{
		"nothing":             {"what is required is asked for", nil, "--installation"},
		"no store":            {"what is required is asked for", []string{"--installation=one"}, "--store"},
		"bad installation":    {"the key is named", []string{"--installation=One!", "--store=memory://"}, `installation "One!" must be a DNS label`},
		"unknown scheme":      {"the flag and the schemes are named", []string{"--installation=one", "--store=mysql://robot:hunter2@db/roster"}, `store (the key, or --store): there is no store "mysql"; the URL of a store begins with one of memory://, postgres://, sqlite://`},
		"no scheme":           {"the flag is named", []string{"--installation=one", "--store=robot:hunter2@db"}, "store (the key, or --store): the URL of a store begins with"},
		"SQLite with a user":  {"a path is all it takes", []string{"--installation=one", "--store=sqlite://robot:hunter2@db/roster"}, "store (the key, or --store): the URL of an SQLite store is a path"},
		"SQLite and no file":  {"a file is named", []string{"--installation=one", "--store=sqlite://"}, "store (the key, or --store): the URL of an SQLite store names a file"},
		"unknown flag":        {"it is named", with("--instalation=x"), "-instalation"},
		"unexpected argument": {"it is named", with("start"), `unexpected argument "start"`},
		"unknown key":         {"it is named", with("--config=" + file(t, "metrics: {adress: x}")), `unknown key "metrics.adress"; the keys are installation, store,`},
		"bad YAML":            {"the file is named", with("--config=" + file(t, "a: [\n- b: {\n")), "file.yaml: it is no valid YAML"},
		"duplicate key":       {"the key is named", with("--config=" + file(t, "store: a\nstore: hunter2")), `key "store" already set`},
		"no such file":        {"the file is named", with("--config=/nowhere/config.yaml"), "/nowhere/config.yaml"},
		"no kubeconfig":       {"the ways to give one are named", with("--kubeconfig=/nowhere/kubeconfig"), "--kubeconfig"},
		"bad kubeconfig":      {"the ways to give one are named", with("--kubeconfig=" + file(t, "apiVersion: v1\nkind: Config\nclusters: {\n")), "--kubeconfig"},
		"strange kubeconfig":  {"the ways to give one are named", with("--kubeconfig=" + file(t, "hunter2")), "--kubeconfig"},
		"empty kubeconfig":    {"the ways to give one are named", with("--kubeconfig=" + file(t, "")), "--kubeconfig"},
		"no cluster":          {"the ways to give one are named", right, "--kubeconfig"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := run(t, tc.args...)
			if code != 1 || stdout != "" {
				t.Errorf("the manager should exit with 1 and print to stderr only, exited with %d and printed %q", code, stdout)
			}
			if !strings.HasPrefix(stderr, "manager: ") || strings.Count(stderr, "\n") != 1 || !strings.HasSuffix(stderr, "\n") {
				t.Errorf("stderr should be one line that begins with \"manager: \", got %q", stderr)
			}
			if !strings.Contains(stderr, tc.want) {
				t.Errorf("%s: stderr should say %q, got %q", tc.reason, tc.want, stderr)
			}
			for _, never := range []string{"hunter2", "goroutine", ".go:"} {
				if strings.Contains(stderr, never) {
					t.Errorf("stderr should not hold %q, got %q", never, stderr)
				}
			}
		})
	}
}

// TestAnAPIServerThatIsAwayEndsTheManager: whoever runs it starts it again, and the last line says what is wrong.
func TestAnAPIServerThatIsAwayEndsTheManager(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		reason, want string
		args         []string
	}{
		"no API server":             {"it is named", "127.0.0.1:1", []string{"--leader-elect=false"}},
		"no namespace of the lease": {"outside a cluster it has to be told", "leader", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{
				"--installation=one", "--store=memory://", "--metrics-bind-address=0", "--health-bind-address=0", "--kubeconfig=" + file(t, loggedIn),
			}, tc.args...)
			code, _, stderr := run(t, args...)
			lines := strings.Split(strings.TrimSpace(stderr), "\n")
			last := lines[len(lines)-1]
			if code != 1 || !strings.HasPrefix(last, "manager: ") || !strings.Contains(last, tc.want) || strings.Contains(stderr, "goroutine") {
				t.Errorf("%s: the manager should exit with 1 and a last line that says %q, exited with %d and\n%s", tc.reason, tc.want, code, stderr)
			}
			if !strings.Contains(stderr, "v0.0.0-test") {
				t.Errorf("the log should say which version starts, got\n%s", stderr)
			}
		})
	}
}

func TestHelpIsPrintedWithoutAnError(t *testing.T) {
	t.Parallel()
	code, _, stderr := run(t, "--help")
	if code != 0 || !strings.Contains(stderr, "-installation") || strings.Contains(stderr, "manager: ") {
		t.Errorf("--help should print the flags and exit with 0, exited with %d and printed\n%s", code, stderr)
	}
}
