// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package archtest

// Row is what one folder may import. Only direct imports count. A file may always import its own folder (an external
// test package does).
type Row struct {
	// Folder is relative to the root of the module; with the suffix "/*" it stands for every folder below. The row of a
	// folder is the one that names it, else the longest that ends in "/*" and lies above it.
	Folder string
	// Module lists folders of this module, in the same notation; "*" is all of it but test support.
	Module []string
	// Libraries lists prefixes of third-party import paths, cut at a slash; "*" is any.
	Libraries []string
	// Banned lists packages of the standard library, cut at a slash, that files other than tests may not import; all
	// others are free.
	Banned []string
	// Clockless says that files other than tests may not ask what time it is, nor wait.
	Clockless bool
	// Support says that the folder exists for tests: its files may import what every test may, and only tests and
	// folders that name it may import it.
	Support bool
	// Tests and TestLibraries are what the folder's _test.go files may import besides.
	Tests, TestLibraries []string
	// Why is the reason, a phrase for whoever runs into the rule.
	Why string
}

// everyTest is what any _test.go file, and any folder of test support, may import.
var everyTest = []string{"github.com/google/go-cmp", "pgregory.net/rapid"}

// kubernetes is what a row means by Kubernetes' libraries.
var kubernetes = []string{"k8s.io", "sigs.k8s.io"}

// Directions is the table "Direction of imports" of the architecture, a row per folder. A folder without a row is a
// finding: a new package is placed here first.
var Directions = []Row{
	{
		Folder: "api/*", Libraries: []string{"k8s.io/apimachinery", "k8s.io/api"},
		Tests: []string{"internal/testkit"}, TestLibraries: kubernetes,
		Why: "the API is what other programs import: types and nothing else",
	},
	{
		Folder: "internal/roster",
		Banned: []string{"os", "net", "database/sql", "log", "syscall"}, Clockless: true,
		Tests: []string{"internal/roster/rostertest", "config/crd"}, TestLibraries: []string{"sigs.k8s.io/yaml"},
		Why: "the core is pure: no Kubernetes, no input or output, no clock, no log",
	},
	{
		Folder: "internal/roster/rostertest", Module: []string{"internal/roster"}, Support: true,
		Why: "it judges the core and whatever answers the same questions, by the core's values alone",
	},
	{
		Folder: "internal/store", Module: []string{"internal/roster"},
		Tests: []string{"internal/store/*"},
		Why:   "the port speaks of the core's values alone",
	},
	{
		Folder: "internal/store/storetest", Module: []string{"internal/roster", "internal/store"}, Support: true,
		Tests: []string{"internal/store/memory"},
		Why:   "the laws of the port hold for drivers it has never seen",
	},
	{
		Folder: "internal/store/storetest/faults", Module: []string{"internal/roster", "internal/store"}, Support: true,
		Tests: []string{"internal/store/memory", "internal/store/storetest"},
		Why:   "a store that fails on demand is a store like any other, and only tests want one",
	},
	{
		Folder: "internal/store/storetest/mutants", Module: []string{"internal/roster", "internal/store", "internal/store/storetest"},
		Support: true,
		Tests:   []string{"internal/store/memory"},
		Why:     "the laws are tested with stores that break them, over any driver",
	},
	{
		Folder: "internal/store/memory", Module: []string{"internal/roster", "internal/store"},
		Libraries: []string{"github.com/google/uuid"},
		Tests:     []string{"internal/store/storetest"},
		Why:       "a driver knows the port and the core, never Kubernetes",
	},
	{
		Folder: "internal/store/sqlstore", Module: []string{"internal/roster", "internal/store"},
		Libraries: []string{"github.com/google/uuid", "github.com/pressly/goose/v3"},
		Tests: []string{
			"internal/store/storetest", "internal/store/memory", "internal/store/sqlstore/*", "internal/testkit/postgresserver",
			"internal/roster/rostertest",
		},
		Why: "a driver knows the port, the core and its client library, never Kubernetes",
	},
	{
		Folder: "internal/store/sqlstore/sqlite", Module: []string{"internal/roster", "internal/store", "internal/store/sqlstore"},
		Libraries: []string{"modernc.org/sqlite"},
		Tests:     []string{"internal/store/storetest", "internal/store/storetest/mutants", "internal/roster/rostertest"},
		Why:       "a driver knows the port, the core and its client library, never Kubernetes",
	},
	{
		Folder: "internal/store/sqlstore/postgres", Module: []string{"internal/roster", "internal/store", "internal/store/sqlstore"},
		Libraries: []string{"github.com/jackc/pgx/v5"},
		Tests: []string{
			"internal/store/storetest", "internal/store/storetest/mutants", "internal/testkit/postgresserver", "internal/roster/rostertest",
		},
		Why: "a driver knows the port, the core and its client library, never Kubernetes",
	},
	{
		Folder: "internal/store/drivers",
		Module: []string{"internal/store", "internal/store/memory", "internal/store/sqlstore", "internal/store/sqlstore/*"},
		Tests:  []string{"internal/roster"},
		Why:    "it is the one table from URL scheme to driver, and no more",
	},
	{
		Folder: "internal/store/observe", Module: []string{"internal/roster", "internal/store"},
		Libraries: []string{"github.com/prometheus/client_golang", "golang.org/x/time"},
		Tests:     []string{"internal/store/storetest", "internal/store/memory", "internal/store/sqlstore/sqlite"},
		Why:       "a decorator knows the port it decorates, and no driver",
	},
	{
		Folder: "internal/activation", Module: []string{"internal/roster", "internal/store"},
		Libraries: []string{
			"github.com/alexedwards/argon2id", "github.com/go-logr/logr", "github.com/hashicorp/golang-lru/v2", "github.com/prometheus/client_golang",
			"github.com/trustelem/zxcvbn", "golang.org/x/text",
		},
		Tests: []string{"internal/store/memory", "internal/store/storetest/faults"},
		Why:   "how people log in is the same for a page, a platform and a mail, and knows none of them",
	},
	{
		Folder: "internal/authentication", Module: []string{"internal/activation", "internal/store"},
		Libraries: []string{"github.com/go-logr/logr"},
		Tests:     []string{"internal/roster", "internal/store/memory"}, TestLibraries: []string{"sigs.k8s.io/yaml"},
		Why: "it puts a question to activation over HTTP, and answers what that says",
	},
	{
		Folder: "internal/provision", Module: []string{"internal/roster", "internal/store"},
		Tests: []string{"internal/store/memory", "internal/store/storetest/*", "internal/roster/rostertest"},
		Why:   "what to write is decided without Kubernetes, so that the command line decides the same",
	},
	{
		Folder: "internal/storecommand",
		Module: []string{"internal/roster", "internal/provision", "internal/store", "internal/store/drivers"}, Libraries: []string{"k8s.io/apimachinery"},
		Why: "what is done to a store by hand is the same in the manager's program and in rosterctl, and asks no cluster",
	},
	{
		Folder: "internal/plan", Module: []string{"internal/roster"},
		Banned: []string{"os", "net", "database/sql", "log", "syscall"}, Clockless: true,
		Tests: []string{"internal/roster/rostertest"},
		Why:   "what a change does is told of the core's values alone, wherever they come from",
	},
	{
		Folder: "internal/promote", Module: []string{"api/*", "internal/manifest"}, Libraries: kubernetes,
		Why: "it edits the text of manifests, and asks neither a cluster nor the rules",
	},
	{
		Folder: "internal/mail", Libraries: []string{"github.com/wneessen/go-mail", "golang.org/x/text", "golang.org/x/time"},
		TestLibraries: []string{"github.com/emersion/go-smtp", "github.com/emersion/go-sasl"},
		Why:           "it writes to the person it is told of, and knows neither Kubernetes nor the store",
	},
	{
		Folder: "internal/lifecycle", Libraries: append([]string{"github.com/go-logr/logr"}, kubernetes...),
		Tests: []string{"internal/testkit"}, TestLibraries: []string{"github.com/fluxcd/cli-utils"},
		Why: "the generic reconciler knows no kind of ours: not the API, not the core, not the store",
	},
	{
		Folder: "internal/translate", Module: []string{"api/*", "internal/roster"}, Libraries: []string{"k8s.io/apimachinery"},
		Tests: []string{"internal/testkit", "internal/roster/rostertest"},
		Why:   "it turns API objects into the core's values and back, and reads nothing else",
	},
	{
		Folder: "config/crd",
		Why:    "it carries the schemas of the four kinds into a program, and decides nothing",
	},
	{
		Folder: "internal/manifest", Module: []string{"api/*", "config/crd", "internal/parallel"},
		// The tree of a document says on which line a field stands.
		Libraries: append([]string{"go.yaml.in/yaml/v3"}, kubernetes...),
		Tests:     []string{"internal/testkit"},
		Why:       "it reads objects as the API server would take them, and knows nothing of what they mean",
	},
	{
		Folder: "internal/snapshot", Module: []string{"api/*", "internal/roster", "internal/translate"}, Libraries: kubernetes,
		Tests: []string{"internal/testkit", "internal/roster/rostertest"},
		Why:   "it shows the cache to the core, and knows no store",
	},
	{
		Folder: "internal/webhook/*", Module: []string{"api/*", "internal/roster", "internal/translate", "internal/snapshot", "internal/webhook/*"},
		Libraries: append([]string{"github.com/go-logr/logr", "github.com/prometheus/client_golang"}, kubernetes...),
		Tests:     []string{"internal/testkit", "internal/roster/rostertest"},
		Why:       "admission never talks to a store",
	},
	{
		Folder: "internal/page", Module: []string{"internal/activation", "internal/store"},
		Libraries: []string{
			"github.com/go-logr/logr", "github.com/hashicorp/golang-lru/v2", "golang.org/x/image", "golang.org/x/text", "golang.org/x/time",
		},
		Tests:         []string{"internal/testkit"},
		TestLibraries: []string{"github.com/chromedp", "golang.org/x/net/html"},
		Why:           "a page knows what it asks about people, and neither where that is kept nor Kubernetes",
	},
	{
		Folder: "controllers",
		Module: []string{
			"api/*", "internal/roster", "internal/store", "internal/provision", "internal/lifecycle", "internal/translate",
			"internal/snapshot",
		},
		Libraries: kubernetes,
		Tests:     []string{"internal/testkit", "internal/store/*", "internal/roster/rostertest"},
		Why:       "the reconcile edge is thin, and knows the store's errors but no driver",
	},
	{
		Folder: "internal/parallel",
		Why:    "it runs what it is given, and knows nothing of it",
	},
	{
		Folder:    "internal/lint",
		Module:    []string{"api/*", "internal/roster", "internal/translate", "internal/snapshot", "internal/manifest", "internal/parallel"},
		Libraries: []string{"sigs.k8s.io/controller-runtime/pkg/client"},
		// The webhook is what its verdicts are compared with.
		Tests: []string{"internal/testkit", "internal/webhook/*"}, TestLibraries: kubernetes,
		Why: "it puts manifests to the rules that the webhook and the reconciler ask, and has none of its own",
	},
	{
		Folder: "internal/lint/report", Module: []string{"internal/lint"},
		Why: "it writes findings down in the words of other programs, and finds nothing",
	},
	{
		Folder: "internal/cli",
		Module: []string{
			"api/*", "internal/roster", "internal/provision", "internal/store", "internal/store/drivers", "internal/translate",
			"internal/snapshot", "internal/manifest", "internal/lint", "internal/lint/report", "internal/plan", "internal/promote",
			"internal/storecommand",
		},
		// Whether somebody watches a terminal is the terminal's to say.
		Libraries: append([]string{"github.com/spf13", "golang.org/x/term"}, kubernetes...),
		Tests:     []string{"internal/testkit", "internal/testkit/postgresserver", "internal/roster/rostertest"},
		Why:       "a command is flags and printing; the work is in the packages it shares with the manager",
	},
	{
		Folder: "internal/manager", Module: []string{"*"}, Libraries: []string{"*"},
		Tests: []string{"internal/testkit", "internal/store/storetest/*"},
		Why:   "it is the composition root",
	},
	{
		Folder: "cmd/manager", Module: []string{"internal/manager"},
		Why: "a program reads its flags and hands over",
	},
	{
		Folder: "cmd/rosterctl", Module: []string{"internal/cli"},
		Why: "a program reads its flags and hands over",
	},
	{
		Folder: "internal/testkit", Module: []string{"api/*"}, Libraries: kubernetes, Support: true,
		Why: "any test may use it, so it must not bring along what that test's folder may not import",
	},
	{
		Folder: "internal/testkit/postgresserver", Libraries: []string{"github.com/fergusstrange/embedded-postgres", "github.com/jackc/pgx/v5"}, Support: true,
		Why: "tests of drivers use it, and a driver never knows Kubernetes",
	},
	{
		Folder: "internal/archtest", Support: true,
		Why: "it reads the source and imports none of it",
	},
	{
		Folder: "test/*", Module: []string{"*", "internal/testkit", "internal/testkit/postgresserver", "internal/store/storetest/*"}, Libraries: []string{"*"}, Support: true,
		Why: "it tests the whole",
	},
	{
		Folder: "hack/*", Module: []string{"api/*", "internal/manager", "internal/testkit"},
		Libraries: append([]string{"modernc.org/sqlite"}, kubernetes...),
		Why:       "what a person can see from outside is all that a demonstration may use",
	},
}
