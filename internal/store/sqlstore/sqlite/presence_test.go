// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"path/filepath"
	"testing"
)

// SQLite holds a program to no key unless it says so; the rule of switches does not depend on that.
func TestChannelsNobodyGrantedAreNotSwitchedByAProgramThatKnowsNoKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "roster.db")
	populate(t, open(t, path))
	db := raw(t, path)
	execute(t, db, "PRAGMA foreign_keys = OFF")
	execute(t, db, "INSERT INTO presence SELECT id, 'acme', 'Online' FROM users WHERE user_name = 'worker'")
	execute(t, db, "INSERT INTO presence_channels SELECT id, 'acme', 'Phone', FALSE FROM users WHERE user_name = 'worker'")
	for reason, statement := range map[string]string{
		"a channel nobody granted":         "INSERT INTO presence_channels SELECT id, 'acme', 'WhatsApp', FALSE FROM users WHERE user_name = 'worker'",
		"a channel made one of that kind":  "UPDATE presence_channels SET channel = 'WhatsApp'",
		"a tenant the person is not there": "INSERT INTO presence_channels SELECT id, 'globex', 'Phone', FALSE FROM users WHERE user_name = 'worker'",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err == nil {
			t.Errorf("%s is switched; expected it to be refused", reason)
		}
	}
}
