// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// people is what a chat or phone platform would ask the store: everybody, and the channels in effect.
const people = `SELECT COALESCE(m.tenant, '-'), u.user_name,
  COALESCE(m.role, CASE WHEN u.company_administrator THEN 'Company administrator' ELSE '-' END),
  CASE WHEN u.active AND COALESCE(m.active, u.active) THEN 'yes' ELSE 'no' END,
  COALESCE(GROUP_CONCAT(e.channel || CASE WHEN e.away THEN ' (away too)' ELSE '' END, ', '), '-') AS channels
FROM users u
LEFT JOIN memberships m ON m.user_id = u.id
LEFT JOIN effective_channels e ON e.user_id = u.id AND e.tenant = m.tenant
GROUP BY u.id, u.user_name, u.active, u.company_administrator, m.tenant, m.role, m.active
ORDER BY m.tenant, m.role, u.user_name`

// result shows what kubectl and the store say of the samples.
func (d *demo) result(ctx context.Context) error {
	say("kubectl get roster -A")
	if err := d.run(ctx, os.Stdout, "get", "roster", "--all-namespaces"); err != nil {
		return err
	}
	say("the identity store, asked with\n\n%s\n", people)
	store, err := sql.Open("sqlite", "file:"+d.path("roster.db")+"?mode=ro")
	if err != nil {
		return fmt.Errorf("open the store to read it: %w", err)
	}
	return errors.Join(printPeople(ctx, store), store.Close())
}

func printPeople(ctx context.Context, store *sql.DB) error {
	rows, err := store.QueryContext(ctx, people)
	if err != nil {
		return fmt.Errorf("ask the store for its people: %w", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err says what went wrong
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	lines := []string{"TENANT\tUSER\tROLE\tACTIVE\tCHANNELS IN EFFECT"}
	for rows.Next() {
		var tenant, user, role, active, channels string
		if err := rows.Scan(&tenant, &user, &role, &active, &channels); err != nil {
			return fmt.Errorf("read the store's people: %w", err)
		}
		lines = append(lines, strings.Join([]string{tenant, user, role, active, channels}, "\t"))
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the store's people: %w", err)
	}
	if _, err := fmt.Fprintln(table, strings.Join(lines, "\n")); err != nil {
		return err
	}
	return table.Flush()
}
