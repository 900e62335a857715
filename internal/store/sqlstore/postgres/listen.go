// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/roster-dev/roster/internal/store/sqlstore"
)

var _ sqlstore.Notifier = (*dialect)(nil)

// answerTimeout is how long a connection that is asked whether it is there may take, and one that is closed.
const answerTimeout = 10 * time.Second

// WithHeartbeat sets how long the connection that hears of changes may be silent before it is asked whether it is there; the default is 30 s.
func WithHeartbeat(silence time.Duration) Option {
	return func(d *dialect) { d.heartbeat = silence }
}

// Listen hears of changes on a connection of its own, since one that listens does nothing else.
func (d *dialect) Listen(ctx context.Context, channel string, begun func(schema string), told func(payload string)) error {
	settings, err := d.target.settings()
	if err != nil {
		return err
	}
	if !d.target.parameters.Has("connect_timeout") {
		settings.ConnectTimeout = d.connectTimeout
	}
	conn, err := pgx.ConnectConfig(ctx, settings)
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerTimeout)
		defer cancel()
		_ = conn.Close(closing)
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	var schema string
	if err := conn.QueryRow(ctx, "SELECT current_schema()").Scan(&schema); err != nil {
		return err
	}
	begun(schema)
	for {
		payload, err := d.next(ctx, conn)
		if err != nil {
			return err
		}
		told(payload)
	}
}

// next is what is told next. A connection that stays silent is asked whether it is there: one that broke without a word would be silent, too.
func (d *dialect) next(ctx context.Context, conn *pgx.Conn) (string, error) {
	for {
		waiting, cancel := context.WithTimeout(ctx, d.heartbeat)
		notification, err := conn.WaitForNotification(waiting)
		silent := errors.Is(waiting.Err(), context.DeadlineExceeded) && ctx.Err() == nil
		cancel()
		switch {
		case notification != nil:
			// It may come with the end of the wait.
			return notification.Payload, nil
		case !silent:
			return "", err
		}
		asking, cancel := context.WithTimeout(ctx, answerTimeout)
		err = conn.Ping(asking)
		cancel()
		if err != nil {
			return "", err
		}
	}
}
