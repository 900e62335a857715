// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package crd carries the CustomResourceDefinitions of the four kinds into programs that judge manifests without an API server.
package crd

import "embed"

// Bases are the files of the folder bases: one CustomResourceDefinition each, as `make generate` makes them.
//
//go:embed bases/*.yaml
var Bases embed.FS
