// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package archtest holds the architecture as tests: which folder may import which, how long a file and a function may
// be, how branched, and how a package may be called. The rules are data (directions.go, budgets.go); they are enforced on
// the parsed source of the whole module, read once, in the test's own process. A checker that runs `go list` would pass
// stale from the test cache, which knows the files a test opens and not those its children do.
//
// There are no exemptions: a file that breaks a rule is changed, or the rule is, for everybody.
package archtest
