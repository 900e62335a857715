// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/roster-dev/roster/internal/store/sqlstore"
)

// Explain says what an error of PostgreSQL means. It repeats what the server says of names only: its messages and details
// may hold values, which are people's.
func (d *dialect) Explain(err error) sqlstore.Fault {
	fault := d.explain(err)
	// Where one connection broke, the idle ones may have too: a server that is back would be taken to be away once for each.
	if pool := d.inUse.Load(); pool != nil && fault.Kind == sqlstore.Away {
		pool.Reset()
	}
	return fault
}

func (d *dialect) explain(err error) sqlstore.Fault {
	if wrong, ok := errors.AsType[*misconfigured](err); ok {
		return sqlstore.Fault{Sentence: wrong.sentence}
	}
	if said, ok := errors.AsType[*pgconn.PgError](err); ok {
		return d.explainCode(said)
	}
	return d.away("%s", connectionFault(err))
}

func (d *dialect) explainCode(said *pgconn.PgError) sqlstore.Fault {
	switch said.Code {
	case "23505":
		return sqlstore.Fault{Kind: sqlstore.Taken, Constraint: said.ConstraintName}
	case "40001", "40P01", "23503", "0A000":
		// 23503 is a row that another program deletes while its parts are written; 0A000 a statement prepared for a table
		// that was migrated since.
		fault := d.away("keeps this change waiting for those of others (SQLSTATE %s): trying again is right", said.Code)
		fault.Kind = sqlstore.Clash
		return fault
	case "42501":
		return d.away("does not let the user %q do what it must (SQLSTATE 42501: %s): grant that", d.target.user, said.Message)
	}
	switch said.Code[:min(2, len(said.Code))] {
	case "22", "23", "54":
		return sqlstore.Fault{Kind: sqlstore.Refused, Sentence: refusal(said)}
	case "28":
		return d.away("does not let in the user %q (SQLSTATE %s): see that the password is right, and that pg_hba.conf lets this machine in", d.target.user, said.Code)
	}
	return d.away("%s (SQLSTATE %s)%s", answers(said.Code), said.Code, d.remedy(said.Code))
}

// refusal says what of a value the server does not take, by name only.
func refusal(said *pgconn.PgError) string {
	where := ""
	for _, name := range []struct{ kind, is string }{
		{"column", said.ColumnName}, {"constraint", said.ConstraintName}, {"table", said.TableName},
	} {
		if name.is != "" {
			where += fmt.Sprintf(", %s %s", name.kind, name.is)
		}
	}
	why := "it is not what the table takes"
	switch said.Code {
	case "23514":
		why = "it breaks a rule of the table"
		if strings.HasSuffix(said.ConstraintName, "_key_check") {
			why = "a part of its key is empty; every part needs a value"
		}
	case "23502":
		why = "a part of it is missing; every part needs a value"
	case "22021", "22P05":
		why = "it has characters that are no text; valid UTF-8 without null characters is right"
	case "22001", "54000":
		why = "it is too long; a shorter one is right"
	}
	return fmt.Sprintf("%s (SQLSTATE %s%s)", why, said.Code, where)
}

// code is what a SQLSTATE means, or a class of them, and what to do about it.
type code struct{ means, remedy string }

var codes = map[string]code{
	"08":    {"lost the connection", "trying again is right"},
	"25006": {"only lets others read, as a standby does", "name the primary, or several hosts with target_session_attrs=read-write"},
	"25P03": {"ended a transaction that stood still", "trying again is right"},
	"3D000": {"has no database of that name", "create it"},
	"3F000": {"has no schema to make tables in", "create one, and name it with search_path"},
	"42P01": {"lacks tables that were there", "see that search_path is that of before, or restore a backup"},
	"42703": {"lacks columns that were there", "restore a backup"},
	"53":    {"has no resources left", "free disk or memory, or raise max_connections"},
	"55P03": {"waited too long for a lock", "see what holds it in pg_locks"},
	"57014": {"took too long for a statement", "see what slows it down, or raise statement_timeout"},
	"57P":   {"is starting or going down", "trying again is right"},
}

// answers is the meaning of a SQLSTATE.
func answers(state string) string {
	if found, ok := lookUp(state); ok {
		return found.means
	}
	return "reports an error"
}

// remedy is what to do about a SQLSTATE.
func (d *dialect) remedy(state string) string {
	if found, ok := lookUp(state); ok {
		return ": " + found.remedy
	}
	return ": see the server's log"
}

func lookUp(state string) (code, bool) {
	for size := len(state); size >= 2; size-- {
		if found, ok := codes[state[:size]]; ok {
			return found, true
		}
	}
	return code{}, false
}

// connectionFault says what is wrong with a connection, after the name of the server.
func connectionFault(err error) string {
	if unverified, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "shows a certificate that is not trusted" + trust(unverified.Err)
	}
	if why := trust(err); why != "" {
		return "shows a certificate that is not trusted" + why
	}
	if strings.Contains(err.Error(), "server refused TLS connection") {
		return "does not offer TLS: switch it on there, or lower sslmode"
	}
	if unknown, ok := errors.AsType[*net.DNSError](err); ok && unknown.IsNotFound {
		return "cannot be found by its name: see that the host in the URL is right"
	}
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		return fmt.Sprintf("cannot be reached (%s): see that it runs, and that the host and the port of the URL are right", number.Error())
	}
	if pgconn.Timeout(err) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return "does not answer in time: see that it runs, and that the network lets this machine reach it"
	}
	return "lost the connection, or answered what this manager does not understand: trying again is right"
}

// trust is why a certificate is not trusted; empty is that it is not the matter.
func trust(err error) string {
	if wrong, ok := errors.AsType[x509.HostnameError](err); ok {
		return fmt.Sprintf(" for the host %s: name the host as its certificate does, or take sslmode=verify-ca", wrong.Host)
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return " (it is of an authority that is not known here): name the authority's certificate with sslrootcert"
	}
	if _, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		return " (it has expired, or is for another use): renew it"
	}
	return ""
}

func (d *dialect) away(format string, args ...any) sqlstore.Fault {
	return sqlstore.Fault{Sentence: fmt.Sprintf("the PostgreSQL server %s ", d.target.server) + fmt.Sprintf(format, args...)}
}
