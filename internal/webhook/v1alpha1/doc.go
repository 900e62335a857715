// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package v1alpha1 is the admission edge: it gathers what a decision on a change of an object needs, lets the core decide, and says
// what was decided as API servers and people read it. It holds no rule of its own, and never talks to a store.
package v1alpha1
