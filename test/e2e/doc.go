// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package e2e holds the tests of the whole system: a real API server, the manager with the rights its manifests give it, and
// an identity store.
package e2e
