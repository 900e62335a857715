// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package registration keeps the one ValidatingWebhookConfiguration by which API servers ask the manager before they take an object
// of ours. The manager alone makes it, once it serves, and puts it right whenever it is deleted or weakened; a metric tells
// whether it is in force.
package registration
