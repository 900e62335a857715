// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package testkit is what tests that need Kubernetes share: a real control plane per test package, builders of valid
// objects, and one way to wait.
//
// A package that needs the control plane declares it and hands its tests over to it:
//
//	var plane = testkit.NewControlPlane()
//
//	func TestMain(m *testing.M) { plane.Main(m) }
//
// The control plane starts with the first test that asks for it. Tests run in parallel, each in a namespace of its own.
package testkit
