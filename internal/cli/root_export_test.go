// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

// NewRoot is the tree of commands.
var NewRoot = newRoot
