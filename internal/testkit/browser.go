// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"os"
	"os/exec"
	"testing"
)

// Chromium is the browser of this machine; a test without one is skipped, or fails where ROSTER_TEST_BROWSER is "require".
func Chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	const missing = "no browser on PATH: install chromium to see the pages in one"
	if os.Getenv("ROSTER_TEST_BROWSER") == "require" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}
