// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgres_test

import (
	"fmt"
	"testing"

	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

// The state of a person that a switch depends on stays until the switch is there: of somebody who goes offline meanwhile, none is
// accepted.
func TestASwitchWaitsForAChangeOfStateUnderWay(t *testing.T) {
	server := postgresserver.Shared(t)
	name := migrated(t, server)
	populate(t, open(t, server.URL(postgresserver.Administrator, name)))
	session, telephone := server.Connect(t, name), server.Connect(t, name)
	id := query(t, session, "SELECT id FROM users WHERE user_name = 'worker'")[0]
	for _, statement := range []string{
		"INSERT INTO presence VALUES ('" + id + "', 'acme', 'Online')", "BEGIN", "UPDATE presence SET state = 'Offline'",
	} {
		if _, err := session.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	answer := make(chan error)
	go func() {
		_, err := telephone.Exec(t.Context(), "INSERT INTO presence_channels VALUES ('"+id+"', 'acme', 'Chat', FALSE)")
		answer <- err
	}()
	eventually(t, "the switch waits for the change of state", func() error {
		if waiting := query(t, server.Connect(t, name), "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"); len(waiting) != 1 {
			return fmt.Errorf("%d sessions wait", len(waiting))
		}
		return nil
	})
	if _, err := session.Exec(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	if err := <-answer; err == nil {
		t.Error("a channel is switched of somebody who went offline; expected it to be refused")
	}
}
