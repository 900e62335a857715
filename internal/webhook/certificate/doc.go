// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package certificate makes the certificates under which admission is served, shares among replicas what signs them, and renews
// all of it without a restart and without a moment in which an API server distrusts what is served.
//
// What replicas share is a [Keyring]: an authority that signs, the next one, which is trusted before it signs, and former ones,
// which are trusted until they end. What a replica serves is its own, signed in its memory, and never stored. [Keyring.Turn]
// is the whole rule of renewal, a function of time and of what API servers trust already; a [Keeper] carries it out.
package certificate
