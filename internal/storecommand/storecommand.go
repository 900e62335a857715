// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package storecommand is what can be done to an identity store by hand: with "manager store", where only the manager's image is at hand, and with
// "rosterctl store". Both parse flags, and everything else is here.
package storecommand

import (
	"context"
	"errors"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/drivers"
)

// UsageError is that a command lacks what it needs to be told, or was told nonsense.
type UsageError struct{ sentence string }

// Error is the sentence.
func (e *UsageError) Error() string { return e.sentence }

// usage is a UsageError.
func usage(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }

// RefusedError is that a command was understood, and that what it asks for is not done, or not all of it.
type RefusedError struct{ sentence string }

// Error is the sentence.
func (e *RefusedError) Error() string { return e.sentence }

// Commands are the commands of one program, by whose name they speak of each other.
type Commands struct {
	// Program is what people call, such as "rosterctl".
	Program string
	// Stdout takes what the commands print.
	Stdout io.Writer
}

// What the flags of every program say of themselves. The words between backquotes stand for values.
const (
	AboutFrom         = "`URL` of the store to copy; no manager may run over it; required"
	AboutTo           = "`URL` of the store to become the copy, which must be empty; required"
	AboutRestored     = "`URL` of the store that was restored; no manager may run over it; required"
	AboutStore        = "`URL` of the store; required"
	AboutInstallation = "`name` of the manager's installation; records of others are foreign; required"
	AboutListed       = "the company; empty is all"
	AboutReleased     = "the company; required"
	AboutPeople       = "how many people lose what they keep; nobody does where it is another `number`; required"
)

// Copy makes an empty store what another one is. No manager may run over either.
func (c Commands) Copy(ctx context.Context, from, to string) error {
	rows := 0
	told := func(table string, n int) {
		rows += n
		_, _ = fmt.Fprintf(c.Stdout, "%-24s%d\n", table, n)
	}
	err := withStore("--from", from, func(from store.Copyable) error {
		return withStore("--to", to, func(to store.Store) error { return from.CopyTo(ctx, to, told) })
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Stdout, "copied %d rows: give the managers the URL of the copy; they can no longer write to the store it was made of\n", rows)
	return err
}

// Restored gives a store that was restored from a backup a new ID. No manager may run over it.
func (c Commands) Restored(ctx context.Context, url string) error {
	return withStore("--store", url, func(s store.Renewable) error {
		id, err := s.Renew(ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.Stdout, "the store has a new ID, %s: the managers that start over it compare every object with it and write what differs\n", id)
		return err
	})
}

// withStore opens the store of a flag, which must have a feature, and closes it again.
func withStore[S any](name, url string, do func(S) error) (err error) {
	if url == "" {
		return usage("%s is required: the URL of a store, such as sqlite:///var/lib/roster/roster.db", name)
	}
	opened, err := drivers.Open(url)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer func() {
		if closing := opened.Close(); err == nil {
			err = closing
		}
	}()
	featured, has := opened.(S)
	if !has {
		return fmt.Errorf("%s: this store ends with the program; one of SQLite or PostgreSQL is right", name)
	}
	return do(featured)
}

// overStore has something done to a store in the name of an installation. A manager may run over it: it goes on in an epoch of its own.
func overStore(ctx context.Context, url, installation string, do func(companies []string, p *provision.Provisioner) error) error {
	if len(validation.IsDNS1123Label(installation)) > 0 {
		return usage("--installation is required: the name that the manager has, a DNS label")
	}
	return withStore("--store", url, func(s store.Store) error {
		companies, err := s.Companies(ctx)
		switch {
		case err != nil:
			return err
		case len(companies) == 0:
			return errors.New("the identity store holds nothing: see that its URL is right")
		}
		p := provision.New(s, provision.NewIdentity(s), provision.NewWriter(s, installation, nil))
		return do(companies, p)
	})
}
