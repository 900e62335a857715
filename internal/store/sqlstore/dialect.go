// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/roster-dev/roster/internal/store"
)

// Dialect is all that one database does not share with the others.
type Dialect interface {
	// Connect makes the two pools of connections: transactions of writes exclude one another, and those of reads see one
	// state of the database. It need not reach the database. Its error is one sentence for people.
	Connect() (reads, writes *sql.DB, err error)
	// ConnectToLook makes them to read a database that is there, and to change nothing. Whatever would write is refused.
	ConnectToLook() (reads, writes *sql.DB, err error)
	// Migrations is the name goose, which migrates, knows the database by, and that of the folder of the migrations only
	// this database has.
	Migrations() string
	// Migrating runs what changes the tables, over connections that may take as long as that needs, while no other program
	// does the same.
	Migrating(ctx context.Context, writes *sql.DB, migrate func(*sql.DB) error) error
	// ReadsFirst tells whether a Put is to read before it begins a transaction that writes, since such a transaction keeps
	// others waiting.
	ReadsFirst() bool
	// Lock takes the named locks, one after another, until the transaction ends. A lock is held by one transaction
	// exclusively, or by any number that share it. Where transactions of writes exclude one another there is nothing to do.
	Lock(ctx context.Context, tx *sql.Tx, how Locking, names ...string) error
	// Placeholder is how the n-th argument of a statement is written; the first is 1.
	Placeholder(n int) string
	// Batch is how many writes may share a transaction, each in a savepoint of its own; 1 is none, where the database itself makes
	// the commits of concurrent transactions in one go.
	Batch() int
	// Unwatched fills a table with rows that were accepted before, without its triggers.
	Unwatched(ctx context.Context, tx *sql.Tx, table string, fill func() error) error
	// Explain says what an error of the database means.
	Explain(err error) Fault
}

// Locking is how a transaction holds a lock.
type Locking int

// The ways to hold a lock.
const (
	// Exclusively is beside nobody else.
	Exclusively Locking = iota
	// Shared is beside others that share it.
	Shared
)

// Fault is what an error of a database means.
type Fault struct {
	Kind FaultKind
	// Constraint is the name of the constraint that a Taken value violates; empty is that of a key.
	Constraint string
	// Sentence says what is wrong and what would be right, after "identity store is unavailable: " or "identity store refuses the
	// value: ". A Taken value needs none.
	Sentence string
}

// FaultKind is what can be done about a fault.
type FaultKind int

// The kinds of faults.
const (
	// Away is a database that cannot be reached or used at present.
	Away FaultKind = iota
	// Refused is a value the database cannot hold.
	Refused
	// Taken is a value that must be unique and is not.
	Taken
	// Clash is a transaction that another one stood in the way of: the same may succeed at once.
	Clash
)

// takenError says that a constraint of uniqueness is violated. It never leaves the package.
type takenError struct{ constraint string }

func (e *takenError) Error() string { return "a value that must be unique is taken: " + e.constraint }

// explain turns what a database says into the errors of the port; those stay as they are.
func (s *Store) explain(ctx context.Context, err error) error {
	if err == nil || ours(err) {
		return err
	}
	if ctx.Err() != nil {
		return fmt.Errorf("the call to the identity store ended early: %w", ctx.Err())
	}
	switch fault := s.dialect.Explain(err); fault.Kind {
	case Taken:
		return &takenError{fault.Constraint}
	case Refused:
		return fmt.Errorf("%w: %s", store.ErrRejected, fault.Sentence)
	default:
		return fmt.Errorf("%w: %s", store.ErrUnavailable, fault.Sentence)
	}
}

func ours(err error) bool {
	for _, sentinel := range []error{
		store.ErrNotFound, store.ErrConflict, store.ErrForeign, store.ErrLastAdministrator, store.ErrOverBudget, store.ErrFenced,
		store.ErrUnavailable, store.ErrRejected, store.ErrUnsupported, errNoCopy, errRefused,
	} {
		if errors.Is(err, sentinel) {
			return true
		}
	}
	return false
}
