// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	driver "modernc.org/sqlite"

	"github.com/roster-dev/roster/internal/store/sqlstore"
)

// dialect is SQLite over one file.
type dialect struct {
	path        string
	busyTimeout time.Duration
	now         func() time.Time
	// readOnly says that the file is there and is not written.
	readOnly bool
}

// readers is how many connections read at once; one writes.
const readers = 4

// Connect makes the pools. Writers take the lock of the file when they begin, so that what they read stays true.
func (d *dialect) Connect() (reads, writes *sql.DB, err error) {
	if d.readOnly {
		return d.connectReading()
	}
	if err := d.create(); err != nil {
		return nil, nil, err
	}
	if writes, err = d.pool(1, "_txlock=immediate"); err != nil {
		return nil, nil, err
	}
	if reads, err = d.pool(readers, "_pragma=query_only(1)"); err != nil {
		return nil, nil, errors.Join(err, writes.Close())
	}
	return reads, writes, nil
}

// connectReading is one pool of which no connection can write.
func (d *dialect) connectReading() (reads, writes *sql.DB, err error) {
	if err := d.regular(); err != nil {
		return nil, nil, err
	}
	reads, err = d.pool(readers, "mode=ro&_pragma=query_only(1)")
	return reads, reads, err
}

func (d *dialect) pool(size int, parameter string) (*sql.DB, error) {
	// The file says itself that it is in WAL mode: to set that would write.
	mode := "&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"
	if d.readOnly {
		mode = ""
	}
	file := url.URL{Scheme: "file", Path: d.path, RawQuery: fmt.Sprintf(
		"_pragma=busy_timeout(%d)&_pragma=foreign_keys(1)%s&%s", d.busyTimeout.Milliseconds(), mode, parameter)}
	connector, err := driver.NewConnector(file.String())
	if err != nil {
		return nil, fmt.Errorf("the SQLite file %s cannot be opened: %w", d.path, err)
	}
	pool := sql.OpenDB(connector)
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	return pool, nil
}

// creating keeps others in this process from opening a file before create is done with it: closing a file drops the locks
// that the process holds on it, and SQLite does not wait for another that switches to the WAL.
var creating sync.Mutex

// create makes the file if there is none, since SQLite would make one that everybody can read. It is in WAL mode before
// anybody else in this process sees it; where two programs create one file at once, one of them may have to try again.
func (d *dialect) create() error {
	creating.Lock()
	defer creating.Unlock()
	file, err := os.OpenFile(d.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // #nosec G304 -- the path is the configured one
	if errors.Is(err, fs.ErrExist) {
		return d.regular()
	}
	if err != nil {
		return fmt.Errorf("the SQLite file %s cannot be created (%w): make the folder %s exist and be writable, or choose another path",
			d.path, cause(err), filepath.Dir(d.path))
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("the SQLite file %s cannot be created (%w): look after its disk", d.path, cause(err))
	}
	first, err := d.pool(1, "")
	if err != nil {
		return err
	}
	if err := errors.Join(first.Ping(), first.Close()); err != nil {
		return errors.New(d.Explain(err).Sentence)
	}
	return nil
}

// regular tells what is in the place of the file if that is none.
func (d *dialect) regular() error {
	info, err := os.Stat(d.path)
	if err != nil {
		return fmt.Errorf("the SQLite file %s cannot be found (%w): choose another path", d.path, cause(err))
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("the path %s of the SQLite file is a folder or no regular file: choose another path", d.path)
	}
	return nil
}

// cause is what the system says, without the path.
func cause(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	return err
}

// Migrations is SQLite to the migrations.
func (d *dialect) Migrations() string { return "sqlite3" }

// Migrating needs nothing besides: migrations exclude one another as all writes do.
func (d *dialect) Migrating(_ context.Context, writes *sql.DB, migrate func(*sql.DB) error) error {
	return migrate(writes)
}

// ReadsFirst is so, since there is one writer at a time.
func (d *dialect) ReadsFirst() bool { return true }

// Lock has nothing to do: whoever writes has locked the file.
func (d *dialect) Lock(context.Context, *sql.Tx, sqlstore.Locking, ...string) error { return nil }

// Unwatched drops the triggers and makes them anew: SQLite knows no other way.
func (d *dialect) Unwatched(ctx context.Context, tx *sql.Tx, table string, fill func() error) error {
	triggers, err := triggersOf(ctx, tx, table)
	if err != nil {
		return err
	}
	for name := range triggers {
		if _, err := tx.ExecContext(ctx, "DROP TRIGGER "+name); err != nil {
			return err
		}
	}
	if err := fill(); err != nil {
		return err
	}
	for _, text := range triggers {
		if _, err := tx.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// triggersOf are the triggers of a table, by name, as they were made.
func triggersOf(ctx context.Context, tx *sql.Tx, table string) (triggers map[string]string, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1", table)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	triggers = map[string]string{}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, err
		}
		triggers[name] = text
	}
	return triggers, rows.Err()
}

// Placeholder is a number after a question mark.
func (d *dialect) Placeholder(n int) string { return "?" + strconv.Itoa(n) }

// Batch is what one commit, which waits for the disk, is shared by at most.
func (d *dialect) Batch() int { return 64 }

var _ sqlstore.Dialect = (*dialect)(nil)
