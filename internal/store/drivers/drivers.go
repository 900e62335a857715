// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package drivers is the one table of the stores there are, by the scheme of their URLs.
package drivers

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/sqlstore/postgres"
	"github.com/roster-dev/roster/internal/store/sqlstore/sqlite"
)

// schemes are the stores there are.
var schemes = map[string]func(url string) (store.Store, error){
	"memory":        openMemory,
	postgres.Scheme: func(url string) (store.Store, error) { return orNone(postgres.Open(url)) },
	sqlite.Scheme:   func(url string) (store.Store, error) { return orNone(sqlite.Open(url)) },
}

// readable are the stores that are there before a program opens them, so that there is something to read.
var readable = map[string]func(url string) (store.Store, error){
	postgres.Scheme: func(url string) (store.Store, error) { return orNone(postgres.OpenReadOnly(url)) },
	sqlite.Scheme:   func(url string) (store.Store, error) { return orNone(sqlite.OpenReadOnly(url)) },
}

// OpenReadOnly is the store a URL names as it is: it is neither made nor migrated, and refuses every write. Errors as of [Open].
func OpenReadOnly(url string) (store.Store, error) { return openBy(readable, url) }

// orNone is no store, rather than a pointer to none, where there is an error.
func orNone[S store.Store](s S, err error) (store.Store, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Open is the store a URL names. It checks the URL and reaches nothing: a store that is away is one whose calls answer
// store.ErrUnavailable. Its errors name at most the scheme of the URL, since the rest may hold a password.
func Open(url string) (store.Store, error) { return openBy(schemes, url) }

func openBy(schemes map[string]func(string) (store.Store, error), url string) (store.Store, error) {
	scheme, _, found := strings.Cut(url, "://")
	if !found {
		return nil, fmt.Errorf("the URL of a store begins with one of %s", known(schemes))
	}
	open, found := schemes[scheme]
	if !found {
		return nil, fmt.Errorf("there is no store %q; the URL of a store begins with one of %s", scheme, known(schemes))
	}
	return open(url)
}

func openMemory(url string) (store.Store, error) {
	if url != "memory://" {
		return nil, errors.New("a store in memory has no name or parameters; its URL is memory://")
	}
	return memory.New(), nil
}

// known are the beginnings of the URLs there are, as a sentence lists them.
func known(schemes map[string]func(string) (store.Store, error)) string {
	list := slices.Sorted(maps.Keys(schemes))
	return strings.Join(list, "://, ") + "://"
}
