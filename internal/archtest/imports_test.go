// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestImportsFollowTheTable(t *testing.T) {
	report(t, CheckImports(repository(t), Directions))
}

func TestTheTableOfImportsIsSound(t *testing.T) {
	report(t, CheckTable(Directions))
}

func TestPlantedImportsAreReported(t *testing.T) {
	table := []Row{
		{Folder: "core", Banned: []string{"os", "net"}, Clockless: true, Why: "the core is pure"},
		{Folder: "port", Module: []string{"core"}, Tests: []string{"port/*"}, Why: "the port knows the core"},
		{Folder: "port/suite", Module: []string{"core", "port"}, Support: true, Why: "the suite knows the port"},
		{Folder: "port/*", Module: []string{"core", "port"}, Libraries: []string{"example.com/client"}, Tests: []string{"port/suite"}, TestLibraries: []string{"example.com/server"}, Why: "a driver knows the port"},
		{Folder: "root", Module: []string{"*"}, Libraries: []string{"*"}, Why: "it composes"},
	}
	const library = `import _ "example.com/client/v2"`
	tests := map[string]struct {
		reason, path, source string
		want                 []string
	}{
		"standard library": {
			reason: "the standard library is free where it is not banned",
			path:   "core/a.go", source: `import ("strings"; "osx")`,
		},
		"banned package": {
			reason: "a banned package is reported at its import",
			path:   "core/a.go", source: `import "os"`,
			want: []string{"core/a.go:1: core may not import os: the core is pure"},
		},
		"below a banned package": {
			reason: "the ban holds for what lies below",
			path:   "core/a.go", source: `import "net/http"`,
			want: []string{"core/a.go:1: core may not import net/http: the core is pure"},
		},
		"banned package in a test": {
			reason: "a test may read its golden files",
			path:   "core/a_test.go", source: `import "os"`,
		},
		"library in the core": {
			reason: "a row without libraries allows none",
			path:   "core/a.go", source: library,
			want: []string{"core/a.go:1: core may not import example.com/client/v2: the core is pure"},
		},
		"against the direction": {
			reason: "the core may not know what stands on it",
			path:   "core/a.go", source: `import "example.org/planted/port"`,
			want: []string{"core/a.go:1: core may not import example.org/planted/port: the core is pure"},
		},
		"along the direction": {
			reason: "the row lists the core",
			path:   "port/a.go", source: `import "example.org/planted/core"`,
		},
		"wildcard row": {
			reason: "a folder without a row of its own has the row above it",
			path:   "port/memory/a.go", source: library,
		},
		"a prefix that is no folder": {
			reason: "prefixes are cut at a slash",
			path:   "port/memory/a.go", source: `import "example.com/clientele"`,
			want: []string{"port/memory/a.go:1: port/memory may not import example.com/clientele: a driver knows the port"},
		},
		"own folder": {
			reason: "an external test package imports what it tests",
			path:   "core/a_test.go", source: `import "example.org/planted/core"`,
		},
		"libraries of every test": {
			reason: "any test may compare and generate",
			path:   "core/a_test.go", source: `import ("github.com/google/go-cmp/cmp"; "pgregory.net/rapid")`,
		},
		"libraries of tests outside tests": {
			reason: "comparison belongs to tests",
			path:   "core/a.go", source: `import "github.com/google/go-cmp/cmp"`,
			want: []string{"core/a.go:1: core may not import github.com/google/go-cmp/cmp: the core is pure"},
		},
		"libraries of every test in support": {
			reason: "test support is made of what tests are made of",
			path:   "port/suite/a.go", source: `import ("testing"; "github.com/google/go-cmp/cmp")`,
		},
		"libraries of one folder's tests": {
			reason: "the row lists them for tests",
			path:   "port/memory/a_test.go", source: `import "example.com/server"`,
		},
		"libraries of one folder's tests elsewhere": {
			reason: "the row lists them for tests only",
			path:   "port/memory/a.go", source: `import "example.com/server"`,
			want: []string{"port/memory/a.go:1: port/memory may not import example.com/server: a driver knows the port"},
		},
		"folders of tests": {
			reason: "the row lists them for tests",
			path:   "port/a_test.go", source: `import ("example.org/planted/port/memory"; "example.org/planted/port/suite")`,
		},
		"test support in a program": {
			reason: "test support is for tests, even where everything else is allowed",
			path:   "root/a.go", source: `import ("example.org/planted/core"; "example.org/planted/port/suite"; "example.com/any")`,
			want: []string{"root/a.go:1: root may not import example.org/planted/port/suite: it is for tests alone"},
		},
		"unplaced folder": {
			reason: "a new package is placed in the table first, and reported once",
			path:   "elsewhere/a.go", source: "",
			want: []string{"elsewhere: the folder has no row in the table of imports (internal/archtest/directions.go): give it one that says what it may import"},
		},
		"clock": {
			reason: "a clockless folder takes the time as an argument",
			path:   "core/a.go", source: `import "time"; var now = time.Now; var year = time.Hour * 8766`,
			want: []string{"core/a.go:1: core may not use time.Now: the core is pure; take the time as an argument"},
		},
		"clock under another name": {
			reason: "renaming the import hides nothing",
			path:   "core/a.go", source: `import clock "time"; func wait() { clock.Sleep(clock.Second) }`,
			want: []string{"core/a.go:1: core may not use time.Sleep: the core is pure; take the time as an argument"},
		},
		"clock in a test": {
			reason: "a test may measure itself",
			path:   "core/a_test.go", source: `import "time"; var now = time.Now`,
		},
		"another's Now": {
			reason: "only package time has the clock",
			path:   "core/a.go", source: `var time struct{ Now int }; var now = time.Now`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			module := planted(t, map[string]string{test.path: "package planted; " + test.source})
			if diff := cmp.Diff(test.want, texts(CheckImports(module, table))); diff != "" {
				t.Errorf("%s; findings differ (-want +got):\n%s", test.reason, diff)
			}
		})
	}
}

func TestAPlantedViolationOfTheRealTableIsReported(t *testing.T) {
	module := planted(t, map[string]string{
		"internal/roster/a.go":    `package roster; import ("log/slog"; "k8s.io/api/core/v1"; "time"); var now = time.Now`,
		"internal/lifecycle/a.go": `package lifecycle; import "example.org/planted/internal/store"`,
		"cmd/manager/main.go":     `package main; import "example.org/planted/controllers"`,
	})
	want := []string{
		"cmd/manager/main.go:1: cmd/manager may not import example.org/planted/controllers: a program reads its flags and hands over",
		"internal/lifecycle/a.go:1: internal/lifecycle may not import example.org/planted/internal/store: the generic reconciler knows no kind of ours: not the API, not the core, not the store",
		"internal/roster/a.go:1: internal/roster may not import log/slog: the core is pure: no Kubernetes, no input or output, no clock, no log",
		"internal/roster/a.go:1: internal/roster may not import k8s.io/api/core/v1: the core is pure: no Kubernetes, no input or output, no clock, no log",
		"internal/roster/a.go:1: internal/roster may not use time.Now: the core is pure: no Kubernetes, no input or output, no clock, no log; take the time as an argument",
	}
	if diff := cmp.Diff(want, texts(CheckImports(module, Directions))); diff != "" {
		t.Errorf("expected each planted violation, and nothing else (-want +got):\n%s", diff)
	}
}

func TestAnUnsoundTableIsReported(t *testing.T) {
	table := []Row{{Folder: "a", Why: "one"}, {Folder: "a", Why: "two"}, {Folder: "b"}}
	want := []string{
		"a: the folder has two rows in the table of imports: keep one",
		"b: the row of b gives no reason: say why in Why",
	}
	if diff := cmp.Diff(want, texts(CheckTable(table))); diff != "" {
		t.Errorf("expected the doubled row and the row without a reason (-want +got):\n%s", diff)
	}
}
