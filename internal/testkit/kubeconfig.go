// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package testkit

// KubeconfigPath is Kubeconfig for a program that is no test: the path of a file with the administrator's configuration, once
// Start has succeeded.
func (c *ControlPlane) KubeconfigPath() string { return c.kubeconfig }
