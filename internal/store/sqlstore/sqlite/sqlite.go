// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package sqlite keeps the identity store in one SQLite file: the store of a demo, and of one small installation.
package sqlite

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/roster-dev/roster/internal/store/sqlstore"
)

// Scheme is what a URL of such a store begins with.
const Scheme = "sqlite"

// Option sets what a URL does not say.
type Option func(*dialect)

// WithBusyTimeout sets how long a call waits for a file that another program has locked; the default is 5 s.
func WithBusyTimeout(timeout time.Duration) Option {
	return func(d *dialect) { d.busyTimeout = timeout }
}

// WithClock sets the clock that tells when records are created and changed; the default is the system's.
func WithClock(now func() time.Time) Option {
	return func(d *dialect) { d.now = now }
}

// Open is the store in a file, which is created with its tables when first used, readable by its owner only. The URL is
// sqlite:// and a path; one that does not begin with a slash is relative to the working directory. Only the URL is
// checked here.
func Open(url string, options ...Option) (*sqlstore.Store, error) {
	path, err := pathOf(url)
	if err != nil {
		return nil, err
	}
	d := &dialect{path: path, busyTimeout: 5 * time.Second, now: time.Now}
	for _, option := range options {
		option(d)
	}
	return sqlstore.New(d, d.now), nil
}

// OpenReadOnly is the store in a file that is there already, to be read only.
func OpenReadOnly(url string) (*sqlstore.Store, error) {
	path, err := pathOf(url)
	if err != nil {
		return nil, err
	}
	return sqlstore.NewReadOnly(&dialect{path: path, busyTimeout: 5 * time.Second, now: time.Now, readOnly: true}), nil
}

// example is a URL that is right.
const example = "sqlite:///var/lib/roster/roster.db"

// pathOf is the file a URL names. Its errors do not repeat the URL, which may hold what its author took for a place for secrets.
func pathOf(url string) (string, error) {
	path, found := strings.CutPrefix(url, Scheme+"://")
	switch {
	case !found:
		return "", errors.New("the URL of an SQLite store begins with sqlite://, as in " + example)
	case path == "" || strings.HasSuffix(path, "/"):
		return "", errors.New("the URL of an SQLite store names a file, as in " + example)
	case strings.ContainsAny(path, "?#@\x00"):
		return "", errors.New("the URL of an SQLite store is a path and nothing else (no user, no parameters), as in " + example)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("the path of an SQLite store is relative and there is no working directory; an absolute one is right, as in %s: %w", example, err)
	}
	return absolute, nil
}
