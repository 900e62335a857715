// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"errors"
	"fmt"
	"strings"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/roster-dev/roster/internal/store/sqlstore"
)

// Explain says what an error of SQLite means.
func (d *dialect) Explain(err error) sqlstore.Fault {
	vendor, ok := errors.AsType[*driver.Error](err)
	if !ok {
		return d.away("cannot be used (" + err.Error() + ")")
	}
	switch vendor.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return sqlstore.Fault{Kind: sqlstore.Taken, Constraint: constraint(vendor)}
	case sqlite3.SQLITE_CONSTRAINT_CHECK:
		return refused("a part of its key is empty; every part needs a value")
	}
	switch primary := vendor.Code() & 0xff; primary {
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH:
		return refused("it is not what the table takes")
	case sqlite3.SQLITE_TOOBIG:
		return refused("it is too long; a shorter one is right")
	default:
		if sentence, found := sentences[primary]; found {
			return d.away(sentence)
		}
		return d.away("cannot be used (" + vendor.Error() + ")")
	}
}

// sentences say of the file what the codes of SQLite mean.
var sentences = map[int]string{
	sqlite3.SQLITE_BUSY:     "is locked by another program: wait until that is done, or end it",
	sqlite3.SQLITE_LOCKED:   "is locked by another connection: trying again is right",
	sqlite3.SQLITE_CANTOPEN: "cannot be opened: make its folder and the file readable and writable, or choose another path",
	sqlite3.SQLITE_READONLY: "cannot be written: make the file and its folder writable, or choose another path",
	sqlite3.SQLITE_PERM:     "cannot be accessed: make the file and its folder readable and writable",
	sqlite3.SQLITE_FULL:     "cannot grow, as the disk is full: free some space",
	sqlite3.SQLITE_IOERR:    "cannot be read or written: look after its disk",
	sqlite3.SQLITE_NOTADB:   "is no SQLite database: choose another path, or restore a backup",
	sqlite3.SQLITE_CORRUPT:  "is damaged: restore a backup",
}

func (d *dialect) away(sentence string) sqlstore.Fault {
	return sqlstore.Fault{Kind: sqlstore.Away, Sentence: fmt.Sprintf("the SQLite file %s %s", d.path, sentence)}
}

func refused(sentence string) sqlstore.Fault {
	return sqlstore.Fault{Kind: sqlstore.Refused, Sentence: sentence}
}

// constraint is the name of a violated constraint other than a key: SQLite names the columns instead.
func constraint(err error) string {
	if strings.Contains(err.Error(), "users.company, users.email_key") {
		return "users_company_email_key"
	}
	return ""
}
