// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// question is something a chat or phone platform asks the store, of the samples.
type question struct {
	asks string
	// query is as in docs/store.md, but for the names.
	query string
}

var questions = []question{
	{"Who is there, and on which channels?", `SELECT COALESCE(m.tenant, '-') AS tenant, u.user_name AS user,
  COALESCE(m.role, CASE WHEN u.company_administrator THEN 'Company administrator' ELSE '-' END) AS role,
  CASE WHEN u.active AND COALESCE(m.active, u.active) THEN 'yes' ELSE 'no' END AS active,
  COALESCE(GROUP_CONCAT(e.channel || CASE WHEN e.away THEN ' (away too)' ELSE '' END, ', '), '-') AS "channels in effect"
FROM users u
LEFT JOIN memberships m ON m.user_id = u.id
LEFT JOIN effective_channels e ON e.user_id = u.id AND e.tenant = m.tenant
GROUP BY u.id, u.user_name, u.active, u.company_administrator, m.tenant, m.role, m.active
ORDER BY m.tenant, m.role, u.user_name;`},
	{"Who may take phone calls for travel while away?", `SELECT user_name FROM effective_channels
WHERE company = 'harbour' AND tenant = 'travel' AND channel = 'Phone' AND away AND state = 'Active';`},
	{"Whose conversations may bronze.lapwing read in retail? How far:", `SELECT role, sees_all, sees_every_group, sees_sessions, sees_emails, others_messages FROM effective_access
WHERE company = 'harbour' AND tenant = 'retail' AND user_name = 'bronze.lapwing';`},
	{"and besides his own and those of the general group, whose:", `SELECT 'group' AS of_whom, group_name AS name FROM effective_groups
WHERE company = 'harbour' AND tenant = 'retail' AND user_name = 'bronze.lapwing'
UNION ALL
SELECT 'person', member FROM effective_teams
WHERE company = 'harbour' AND tenant = 'retail' AND user_name = 'bronze.lapwing'
ORDER BY 1, 2;`},
	{"Which capabilities has sandstone.aspen in energy?", `SELECT capability, reach FROM effective_capabilities
WHERE company = 'harbour' AND tenant = 'energy' AND user_name = 'sandstone.aspen' AND state = 'Active' ORDER BY capability;`},
}

// shown is something that kubectl shows of the samples.
type shown struct {
	args []string
	// heading is the first line of what has none, with tabs between its columns as between those of the lines.
	heading string
}

var status = []shown{
	{args: []string{"get", "roster", "--all-namespaces"}},
	{args: []string{"get", "rten", "--all-namespaces", "-o", "custom-columns=TENANT:.metadata.name" +
		`,ADMINISTERED:.status.conditions[?(@.type=="Administered")].status` +
		`,OFFLINE MESSAGES ATTENDED:.status.conditions[?(@.type=="OfflineMessagesAttended")].status`}},
	{heading: "OPERATOR\tTENANT\tROLE\tREADS THE CONVERSATIONS OF\tWITHOUT EFFECT", args: []string{"get", "rop", "--all-namespaces", "-o", "go-template=" +
		`{{range .items}}{{$name := .metadata.name}}{{range .status.tenants}}` +
		`{{$name}}{{"\t"}}{{.tenant}}{{"\t"}}{{.role}}{{"\t"}}{{.conversations}}{{"\t"}}{{range .ineffective}}{{.what}}: {{.reason}} {{end}}{{"\n"}}` +
		`{{end}}{{end}}`}},
}

// result shows what kubectl and the store say of the samples.
func (d *demo) result(ctx context.Context) error {
	for _, s := range status {
		say("kubectl %s", quoted(s.args))
		var printed bytes.Buffer
		if err := d.run(ctx, &printed, s.args...); err != nil {
			return err
		}
		if s.heading == "" {
			fmt.Print(printed.String())
			continue
		}
		if err := align(s.heading + "\n" + printed.String()); err != nil {
			return err
		}
	}
	store, err := sql.Open("sqlite", "file:"+d.path("roster.db")+"?mode=ro")
	if err != nil {
		return fmt.Errorf("open the store to read it: %w", err)
	}
	say("the identity store %s", d.path("roster.db"))
	for _, q := range questions {
		fmt.Printf("\n%s\n\n%s\n\n", q.asks, q.query)
		if err := answer(ctx, store, q.query); err != nil {
			return errors.Join(err, store.Close())
		}
	}
	return store.Close()
}

// quoted are arguments as one would type them.
func quoted(args []string) string {
	typed := slices.Clone(args)
	for i, arg := range args {
		if strings.ContainsAny(arg, " {[?") {
			typed[i] = "'" + arg + "'"
		}
	}
	return strings.Join(typed, " ")
}

// answer prints what the store answers to a query.
func answer(ctx context.Context, store *sql.DB, query string) error {
	rows, err := store.QueryContext(ctx, query)
	if err != nil {
		return fmt.Errorf("ask the store: %w", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err says what went wrong
	columns, err := rows.Columns()
	if err != nil {
		return fmt.Errorf("ask the store: %w", err)
	}
	lines := []string{strings.ToUpper(strings.Join(columns, "\t"))}
	for rows.Next() {
		fields := make([]string, len(columns))
		targets := make([]any, len(columns))
		for i := range fields {
			targets[i] = &fields[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return fmt.Errorf("read the store's answer: %w", err)
		}
		lines = append(lines, strings.Join(fields, "\t"))
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the store's answer: %w", err)
	}
	return align(strings.Join(lines, "\n") + "\n")
}

// align prints lines, whose columns are parted by tabs, one below the other.
func align(lines string) error {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	if _, err := fmt.Fprint(table, lines); err != nil {
		return err
	}
	return table.Flush()
}
