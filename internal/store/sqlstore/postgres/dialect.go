// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"maps"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/roster-dev/roster/internal/store/sqlstore"
)

// dialect is PostgreSQL at one URL.
type dialect struct {
	target         target
	maxConnections int32
	connectTimeout time.Duration
	// heartbeat is how long a connection that hears of changes may be silent.
	heartbeat time.Duration
	// session is what every connection sets, unless the URL does.
	session map[string]string
	now     func() time.Time
	// inUse is the pool that serves the store.
	inUse atomic.Pointer[pgxpool.Pool]
}

// Connect makes one pool: transactions keep out of each other's way by locks and snapshots.
func (d *dialect) Connect() (reads, writes *sql.DB, err error) {
	pool, err := d.pool(d.maxConnections, d.session)
	if err != nil {
		return nil, nil, err
	}
	d.inUse.Store(pool)
	db := handle(pool)
	return db, db, nil
}

// ConnectToLook makes the pool of sessions that can change nothing.
func (d *dialect) ConnectToLook() (reads, writes *sql.DB, err error) {
	session := maps.Clone(d.session)
	session["default_transaction_read_only"] = "on"
	pool, err := d.pool(d.maxConnections, session)
	if err != nil {
		return nil, nil, err
	}
	d.inUse.Store(pool)
	db := handle(pool)
	return db, db, nil
}

// pool makes connections as they are needed.
func (d *dialect) pool(size int32, session map[string]string) (*pgxpool.Pool, error) {
	if _, err := d.target.settings(); err != nil {
		return nil, err
	}
	config, err := pgxpool.ParseConfig(d.target.connection)
	if err != nil {
		return nil, &misconfigured{"the parameter pool_max_conns of the URL is no number above 0"}
	}
	if !d.target.parameters.Has("pool_max_conns") {
		config.MaxConns = size
	}
	if !d.target.parameters.Has("connect_timeout") {
		config.ConnConfig.ConnectTimeout = d.connectTimeout
	}
	for name, value := range session {
		if !d.target.parameters.Has(name) {
			config.ConnConfig.RuntimeParams[name] = value
		}
	}
	config.PingTimeout = d.connectTimeout
	config.BeforeConnect = d.refresh
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		return nil, &misconfigured{"the pool of connections cannot be made: pool_max_conns of the URL should be from 1 to some hundred"}
	}
	return pool, nil
}

// handle is a pool as a database handle, and is closed with it.
func handle(pool *pgxpool.Pool) *sql.DB {
	db := sql.OpenDB(&connector{stdlib.GetPoolConnector(pool), pool})
	// The pool keeps idle connections, and looks after them.
	db.SetMaxIdleConns(0)
	return db
}

// refresh takes up the password and the certificates of now.
func (d *dialect) refresh(_ context.Context, config *pgx.ConnConfig) error {
	now, err := d.target.settings()
	if err != nil {
		return err
	}
	config.Password, config.TLSConfig, config.Fallbacks = now.Password, now.TLSConfig, now.Fallbacks
	return nil
}

// connector closes its pool with the database handle.
type connector struct {
	driver.Connector
	pool *pgxpool.Pool
}

// Close implements io.Closer.
func (c *connector) Close() error {
	c.pool.Close()
	return nil
}

// Migrations is PostgreSQL to the migrations.
func (d *dialect) Migrations() string { return "postgres" }

// Migrating lets migrations take their time, under a lock that lets one program at a time migrate.
func (d *dialect) Migrating(ctx context.Context, _ *sql.DB, migrate func(*sql.DB) error) error {
	session := maps.Clone(d.session)
	session["statement_timeout"], session["idle_in_transaction_session_timeout"] = "0", "0"
	pool, err := d.pool(2, session)
	if err != nil {
		return err
	}
	db := handle(pool)
	defer func() { _ = db.Close() }()
	alone, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = alone.Rollback() }()
	// Whoever else migrates may take longer than a lock is waited for elsewhere.
	if _, err := alone.ExecContext(ctx, "SET LOCAL lock_timeout = 0"); err != nil {
		return err
	}
	if err := d.Lock(ctx, alone, sqlstore.Exclusively, "migrations"); err != nil {
		return err
	}
	return migrate(db)
}

// ReadsFirst is not so: a transaction that finds nothing to write is as cheap as one that cannot.
func (d *dialect) ReadsFirst() bool { return false }

// Batch is one: the server makes the commits of concurrent transactions in one go.
func (d *dialect) Batch() int { return 1 }

// Lock takes advisory locks, whose numbers are made of the names. Names that share a number wait for each other, and no more.
func (d *dialect) Lock(ctx context.Context, tx *sql.Tx, how sqlstore.Locking, names ...string) error {
	statement := "SELECT pg_advisory_xact_lock($1)"
	if how == sqlstore.Shared {
		statement = "SELECT pg_advisory_xact_lock_shared($1)"
	}
	for _, name := range names {
		if _, err := tx.ExecContext(ctx, statement, number(name)); err != nil {
			return err
		}
	}
	return nil
}

// number is the same for a name on every machine and in every version.
func number(name string) int64 {
	sum := sha256.Sum256([]byte("roster " + name))
	return int64(binary.BigEndian.Uint64(sum[:8])) // #nosec G115 -- any 64 bits will do
}

// Unwatched switches the triggers off, but for those of keys. Nobody else writes to the table until the transaction ends.
func (d *dialect) Unwatched(ctx context.Context, tx *sql.Tx, table string, fill func() error) error {
	if _, err := tx.ExecContext(ctx, "ALTER TABLE "+table+" DISABLE TRIGGER USER"); err != nil {
		return err
	}
	if err := fill(); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "ALTER TABLE "+table+" ENABLE TRIGGER USER")
	return err
}

// Placeholder is a number after a dollar sign.
func (d *dialect) Placeholder(n int) string { return "$" + strconv.Itoa(n) }

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

var _ sqlstore.Dialect = (*dialect)(nil)
