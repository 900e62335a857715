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
	"github.com/roster-dev/roster/internal/store/sqlstore"
	"github.com/roster-dev/roster/internal/store/sqlstore/postgres"
	"github.com/roster-dev/roster/internal/store/sqlstore/sqlite"
)

// schemes are the stores there are.
var schemes = map[string]func(url string) (store.Store, error){
	"memory":        openMemory,
	postgres.Scheme: func(url string) (store.Store, error) { return orNone(postgres.Open(url)) },
	sqlite.Scheme:   func(url string) (store.Store, error) { return orNone(sqlite.Open(url)) },
}

// orNone is no store, rather than a pointer to none, where there is an error.
func orNone[S store.Store](s S, err error) (store.Store, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Open is the store a URL names. It checks the URL and reaches nothing: a store that is away is one whose calls answer
// store.ErrUnavailable. Its errors name at most the scheme of the URL, since the rest may hold a password.
func Open(url string) (store.Store, error) {
	scheme, _, found := strings.Cut(url, "://")
	if !found {
		return nil, fmt.Errorf("the URL of a store begins with one of %s", known())
	}
	open, found := schemes[scheme]
	if !found {
		return nil, fmt.Errorf("there is no store %q; the URL of a store begins with one of %s", scheme, known())
	}
	return open(url)
}

// OpenToLook is the store a URL names, to be read as it is: nothing is made, migrated or changed, and what is not there, or not as this
// program reads it, answers store.ErrUnavailable.
func OpenToLook(url string) (store.Store, error) {
	opened, err := Open(url)
	if err != nil {
		return nil, err
	}
	database, is := opened.(*sqlstore.Store)
	if !is {
		return nil, errors.New("this store ends with the program; one of SQLite or PostgreSQL is right")
	}
	return database.ToLook(), nil
}

func openMemory(url string) (store.Store, error) {
	if url != "memory://" {
		return nil, errors.New("a store in memory has no name or parameters; its URL is memory://")
	}
	return memory.New(), nil
}

// known are the beginnings of the URLs there are, as a sentence lists them.
func known() string {
	list := slices.Sorted(maps.Keys(schemes))
	return strings.Join(list, "://, ") + "://"
}
