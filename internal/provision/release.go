// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// confirmedFor is how long a confirmation counts that somebody gives at the store itself.
const confirmedFor = time.Hour

// Undeclared tells of what waits in a company and of what is another's, as far as the store alone tells: which of its other records an
// object still declares, only a cluster knows.
func (p *Provisioner) Undeclared(ctx context.Context, company string, now time.Time, tell func(Finding)) error {
	unhurried := func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return p.Sweep(ctx, company, Declared{}, now, unhurried, func(f Finding) {
		if f.What == Waiting || f.What == Foreign || f.Purge {
			tell(f)
		}
	})
}

// Released is what a release came to for one record.
type Released struct {
	Finding
	// Over says that the record is not held any more, such as since an object declares it again, and was left alone.
	Over bool
	// Stays is why it is held still; empty where it went, or that is over.
	Stays roster.HoldReason
}

// CountError is that somebody said of a release how many people it concerns, and that it concerns as many others: nobody was let go.
type CountError struct {
	Company         string
	Concerned, Said int
}

func (e *CountError) Error() string {
	return fmt.Sprintf("in company %q %d would lose what they keep, not %d: nobody was let go", e.Company, e.Concerned, e.Said)
}

// LetGo carries out every removal of this installation that is held in a company, for somebody who says how many people lose something by
// that. Where it is another number, the error tells so and nobody goes: who said it did not see all. Each record is a transaction of its own
// and is told of once it is settled, so that after an error those told of are gone and the others are held as before.
func (p *Provisioner) LetGo(ctx context.Context, company string, people int, now time.Time, tell func(Released)) error {
	held, err := p.held(ctx, company, now)
	if err != nil {
		return err
	}
	concerned, err := p.concerned(ctx, company, held)
	switch {
	case err != nil:
		return err
	case concerned != people:
		return &CountError{Company: company, Concerned: concerned, Said: people}
	}
	leaving := Leaving{Now: now, onlyHeld: true}
	if leaving.Confirmed, err = p.confirmAll(ctx, company, people, now); err != nil {
		return err
	}
	for _, f := range held {
		released, err := p.letGo(ctx, f, leaving)
		if err != nil {
			return err
		}
		tell(released)
	}
	return nil
}

// held are the records of a company whose removal is held.
func (p *Provisioner) held(ctx context.Context, company string, now time.Time) ([]Finding, error) {
	var held []Finding
	err := p.Undeclared(ctx, company, now, func(f Finding) {
		if f.Held != "" {
			held = append(held, f)
		}
	})
	return held, err
}

// confirmAll confirms for every tenant of a company, since somebody may be held for one that he is no member of.
func (p *Provisioner) confirmAll(ctx context.Context, company string, people int, now time.Time) (map[string]roster.Confirmation, error) {
	until := now.Add(confirmedFor)
	confirmation := roster.Confirmation{Text: fmt.Sprintf("%d@%s", people, until.UTC().Format(time.RFC3339Nano)), Count: people, Until: until}
	confirmed := map[string]roster.Confirmation{}
	for stored, err := range p.store.Tenants().List(ctx, company) {
		if err != nil {
			return nil, err
		}
		confirmed[stored.Value.Tenant] = confirmation
	}
	return confirmed, nil
}

// concerned counts the people whose removal is held, alone or with their tenant.
func (p *Provisioner) concerned(ctx context.Context, company string, held []Finding) (int, error) {
	alone, whole := map[roster.PersonKey]bool{}, []string{}
	for _, f := range held {
		switch key := f.Key.(type) {
		case roster.PersonKey:
			alone[key] = true
		case roster.TenantKey:
			whole = append(whole, key.Tenant)
		}
	}
	if len(whole) == 0 {
		return len(alone), nil
	}
	count := 0
	for stored, err := range p.store.People().List(ctx, company) {
		if err != nil {
			return 0, err
		}
		if person := stored.Value; alone[person.Key()] || slices.ContainsFunc(whole, person.LiveMember) {
			count++
		}
	}
	return count, nil
}

// mostFenced is how often in a row a manager that runs meanwhile may begin an epoch before a release gives up.
const mostFenced = 5

// letGo settles one record. A manager that runs over the store begins an epoch whenever this begins one; each then only has to write again.
func (p *Provisioner) letGo(ctx context.Context, f Finding, leaving Leaving) (Released, error) {
	released := Released{Finding: f}
	for fenced := 0; ; fenced++ {
		departure, err := p.settle(ctx, f, leaving)
		switch {
		case errors.Is(err, store.ErrFenced) && fenced < mostFenced:
			continue
		case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrForeign):
			released.Over, err = true, nil
		}
		released.Stays = departure.Held
		return released, err
	}
}

func (p *Provisioner) settle(ctx context.Context, f Finding, leaving Leaving) (Departure, error) {
	if key, is := f.Key.(roster.TenantKey); is {
		return p.settleTenant(ctx, key, f.Owner, leaving)
	}
	key, _ := f.Key.(roster.PersonKey)
	return p.settlePerson(ctx, key, f.Owner, leaving)
}
