// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package activation is how people come to log in: the links by which they set a password, the passwords, the sessions of their own pages, and
// the answer to a platform that asks whether a password is right. What a link or a password does to an account is decided in roster; here are
// the secrets. It knows no Kubernetes, no page and no mail.
package activation
