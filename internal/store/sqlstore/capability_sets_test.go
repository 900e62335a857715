// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/sqlstore"
)

// workers are people in acme who may do the same.
func workers(t testing.TB, s *sqlstore.Store, n int) []roster.Person {
	t.Helper()
	w := smallCompany()
	found(t, s, w)
	people := make([]roster.Person, n)
	for i := range people {
		o := w.Operators[1]
		o.UserName, o.Profile.Email = fmt.Sprint("worker-", i), fmt.Sprint(i, "@example.com")
		people[i] = roster.Compile(o, w).Person
		settleOne(t, s.People(), people[i])
	}
	return people
}

func TestCapabilitiesAreKeptOnceForAllWhoHaveThem(t *testing.T) {
	for database, open := range databases {
		t.Run(database, func(t *testing.T) {
			s := open(t)
			workers(t, s, 1)
			sets, capabilities := ask(t, s, "SELECT * FROM capability_sets"), ask(t, s, "SELECT * FROM capabilities")
			workers(t, s, 100)
			if diff := cmp.Diff(sets, ask(t, s, "SELECT * FROM capability_sets")); diff != "" {
				t.Errorf("sets, before and after 99 more people who may do the same (-before +after):\n%s", diff)
			}
			if diff := cmp.Diff(capabilities, ask(t, s, "SELECT * FROM capabilities")); diff != "" {
				t.Errorf("capabilities of sets (-before +after):\n%s", diff)
			}
			if named := ask(t, s, "SELECT COUNT(DISTINCT capability_set) FROM access WHERE role = 'Worker'"); !slices.Equal(named, []string{"1"}) {
				t.Errorf("people who may do the same name %s sets; expected one", named)
			}
		})
	}
}

// Whoever changes a set by hand changes what many people may do. A manager that starts after that puts it right with the first of them
// that it looks at.
func TestSetsThatSomebodyChangedAreWrittenAnew(t *testing.T) {
	for database, open := range databases {
		for reason, damage := range map[string]string{
			"a capability is missing":          "DELETE FROM capabilities WHERE capability = 'stats.read'",
			"all are missing":                  "DELETE FROM capabilities",
			"the names are missing too":        "DELETE FROM capability_sets",
			"one reaches further":              "UPDATE capabilities SET reach = 'Tenant' WHERE capability = 'conversation.read'",
			"the causes of one are others":     "UPDATE capabilities SET causes = '[{\"kind\":\"Role\",\"name\":\"Administrator\"}]' WHERE capability = 'stats.read'",
			"one is there that is not granted": "INSERT INTO capabilities SELECT capability_set, 'everything', 'Tenant', '[]' FROM capability_sets",
		} {
			t.Run(database+": "+reason, func(t *testing.T) {
				t.Parallel()
				s := open(t)
				people := workers(t, s, 3)
				everybody := "SELECT user_name, capability, reach, causes FROM effective_capabilities WHERE user_name LIKE 'worker-%' ORDER BY user_name, capability"
				before := ask(t, s, everybody)
				run(t, s, damage)
				if cmp.Equal(before, ask(t, s, everybody)) {
					t.Fatal("readers see what they saw before; expected the change to show")
				}
				s.Forget()
				if !putOf(t, s, people[1]).Changed {
					t.Error("Put of a person whose capabilities somebody changed: nothing is changed; expected it to be")
				}
				if diff := cmp.Diff(before, ask(t, s, everybody)); diff != "" {
					t.Errorf("what everybody may do (-before +after one of them was written):\n%s", diff)
				}
				for i, person := range people {
					if putOf(t, s, person).Changed {
						t.Errorf("person %d is changed; expected that nothing is left to change", i)
					}
				}
			})
		}
	}
}

func putOf(t testing.TB, s store.Store, person roster.Person) store.Written[roster.Person] {
	t.Helper()
	stored, err := s.People().Get(t.Context(), person.Key())
	if err != nil {
		t.Fatal(err)
	}
	written, err := s.People().Put(t.Context(), person, stored.Stamp, store.Terms{})
	if err != nil {
		t.Fatalf("Put: %v", err)
	}
	return written
}
