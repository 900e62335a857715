// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// disturbed is a store in which something happens just before each write of a person.
type disturbed struct {
	store.Store
	happens func(roster.PersonKey)
}

func (d *disturbed) People() store.Records[roster.PersonKey, roster.Person] {
	return disturbedPeople{d.Store.People(), d.happens}
}

type disturbedPeople struct {
	store.Records[roster.PersonKey, roster.Person]
	happens func(roster.PersonKey)
}

func (p disturbedPeople) Put(ctx context.Context, person roster.Person, stamp store.Stamp, terms store.Terms) (store.Written[roster.Person], error) {
	p.happens(person.Key())
	return p.Records.Put(ctx, person, stamp, terms)
}

func (p disturbedPeople) Delete(ctx context.Context, key roster.PersonKey, stamp store.Stamp, terms store.Terms) error {
	p.happens(key)
	return p.Records.Delete(ctx, key, stamp, terms)
}

// held is a contact centre in which some are held, and a program beside its manager that lets them go.
func held(t *testing.T, happens func(c contactCentre, key roster.PersonKey), names ...string) (contactCentre, *provision.Provisioner) {
	t.Helper()
	c := newContactCentre(t, append([]string{"first"}, names...)...)
	c.leaves("first", c.Deactivate, provision.Departure{})
	for _, name := range names {
		c.leaves(name, c.Deactivate, heldByBudget)
	}
	d := &disturbed{c.store, func(key roster.PersonKey) { happens(c, key) }}
	return c, provision.New(d, provision.NewIdentity(d), provision.NewWriter(d, stampOf("", "").Installation, nil))
}

// release lets two people go, and is what is told of that, a line a record.
func release(t *testing.T, p *provision.Provisioner) ([]string, error) {
	t.Helper()
	var told []string
	err := p.LetGo(t.Context(), "acme", 2, now, func(r provision.Released) {
		told = append(told, fmt.Sprintf("%s over=%t stays=%q", r.Owner.Name, r.Over, r.Stays))
	})
	return told, err
}

func quiet(contactCentre, roster.PersonKey) {}

func expectTold(t *testing.T, reason string, got []string, err error, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%s (-want +got), %v:\n%s", reason, err, diff)
	}
}

func TestAReleaseLetsGoWhoIsHeldForATenantHeIsNoMemberOf(t *testing.T) {
	c, program := held(t, quiet, "z")
	chief := roster.Person{User: roster.User{Company: "acme", UserName: "chief", Active: true, CompanyAdministrator: true}}.Canonical()
	c.ensures("Operator", "chief", provision.Person(chief))
	departure, err := c.Deactivate(t.Context(), chief, stampOf("Operator", "chief"), provision.Leaving{Now: now})
	if err != nil || departure.Held != roster.HeldAsLastAdministrator {
		t.Fatalf("the company's only administrator: %+v, %v; expected to be held", departure, err)
	}
	told, err := release(t, program)
	expectTold(t, "both go, the company's administrator and who sorts after", told, err, `chief over=false stays=""`, `z over=false stays=""`)
	if c.user("chief").Active || c.user("z").Active {
		t.Errorf("both should have left: %+v, %+v", c.user("chief"), c.user("z"))
	}
}

func TestAReleaseLeavesAloneWhoComesBackMeanwhile(t *testing.T) {
	for name, remove := range map[string]bool{"to be deactivated": false, "to be removed at once": true} {
		t.Run(name, func(t *testing.T) {
			back := false
			c, program := held(t, func(c contactCentre, key roster.PersonKey) {
				if key.UserName == "b" && !back {
					back = true
					c.ensures("Operator", "b", provision.Person(worksIn("b", roster.Worker)))
				}
			}, "b", "d")
			if remove {
				c.leaves("b", c.DeletePerson, heldByBudget)
				back = false
			}
			told, err := release(t, program)
			expectTold(t, "b has an object again, and d goes", told, err, `b over=true stays=""`, `d over=false stays=""`)
			if !c.user("b").Active || c.user("b").Held != "" || c.user("d").Active {
				t.Errorf("b should be as his object says, and d gone: %+v, %+v", c.user("b"), c.user("d"))
			}
		})
	}
}

func TestAReleaseWritesAgainWhenTheManagerBeganAnEpoch(t *testing.T) {
	begins := func(c contactCentre, _ roster.PersonKey) {
		if _, err := c.store.Fence(context.Background(), stampOf("", "").Installation); err != nil {
			t.Error(err)
		}
	}
	once := map[roster.PersonKey]bool{}
	_, program := held(t, func(c contactCentre, key roster.PersonKey) {
		if !once[key] {
			once[key] = true
			begins(c, key)
		}
	}, "b", "d")
	told, err := release(t, program)
	expectTold(t, "each is written again", told, err, `b over=false stays=""`, `d over=false stays=""`)

	c, program := held(t, begins, "b", "d")
	if told, err = release(t, program); !errors.Is(err, store.ErrFenced) || len(told) > 0 {
		t.Errorf("where the other writer never rests: %q, %v; expected ErrFenced, and nobody told of", told, err)
	}
	c.is("b", true, roster.HeldByBudget, c.user("b").PurgeAfter)
}

func TestAReleaseTellsWhoStaysAndGoesOn(t *testing.T) {
	edited := false
	c, program := held(t, func(c contactCentre, key roster.PersonKey) {
		if edited {
			return
		}
		// Another program makes b the only Administrator of a tenant that was not there when people were counted.
		edited = true
		c.ensures("Tenant", "south", provision.Tenant(roster.TenantRecord{Company: "acme", Tenant: "south"}))
		person := worksIn(key.UserName, roster.Worker)
		person.Memberships = append(person.Memberships, roster.Membership{Tenant: "south", Active: true, Role: roster.Administrator})
		stamp := stampOf("Operator", key.UserName)
		var err error
		if stamp.Epoch, err = c.store.Fence(t.Context(), stamp.Installation); err != nil {
			t.Error(err)
		}
		if _, err := c.store.People().Put(t.Context(), person.Kept(now), stamp, store.Terms{}); err != nil {
			t.Error(err)
		}
	}, "b", "d")
	told, err := release(t, program)
	expectTold(t, "b stays as the last Administrator of south, and d goes", told, err, `b over=false stays="LastAdministrator"`, `d over=false stays=""`)
	if c.user("d").Active {
		t.Errorf("who sorts after one who stays should be gone: %+v", c.user("d"))
	}
}
