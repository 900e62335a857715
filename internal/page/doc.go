// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package page serves the web pages of one person: set a password by a link, ask for such a link, log in, and my account. The
// pages are plain HTML in English, Czech, Polish and German, work without scripts, and ask nothing of any other host. What they
// know of people, and do for them, is behind the interface [People].
//
// A link's token is in the address of one page and in one hidden field, and nowhere else: not in a header, a redirect or a log.
package page
