// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/roster-dev/roster/internal/roster"
)

// confirmedFor is how long a confirmation counts that somebody gives at the store itself.
const confirmedFor = time.Hour

// Undeclared tells of what waits in a company and of what is another's, as far as the store alone tells: which of its other records an
// object still declares, only a cluster knows.
func (p *Provisioner) Undeclared(ctx context.Context, company string, now time.Time) ([]Finding, error) {
	var findings []Finding
	unhurried := func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	err := p.Sweep(ctx, company, Declared{}, now, unhurried, func(f Finding) {
		if f.What == Waiting || f.What == Foreign || f.Purge {
			findings = append(findings, f)
		}
	})
	return findings, err
}

// LetGo carries out every removal of this installation that is held in a company, for somebody who says how many people lose something by
// that. Where it is another number, it tells so and lets nobody go: who said it did not see all.
func (p *Provisioner) LetGo(ctx context.Context, company string, people int, now time.Time) error {
	findings, err := p.Undeclared(ctx, company, now)
	if err != nil {
		return err
	}
	held := slices.DeleteFunc(findings, func(f Finding) bool { return f.Held == "" })
	concerned, err := p.concerned(ctx, company, held)
	switch {
	case err != nil:
		return err
	case concerned != people:
		return fmt.Errorf("in company %q %d would lose what they keep, not %d: nobody was let go", company, concerned, people)
	}
	leaving := Leaving{Now: now, Confirmed: map[string]roster.Confirmation{}}
	until := now.Add(confirmedFor)
	for _, f := range held {
		for _, tenant := range f.Tenants {
			text := fmt.Sprintf("%d@%s", people, until.UTC().Format(time.RFC3339Nano))
			leaving.Confirmed[tenant] = roster.Confirmation{Text: text, Count: people, Until: until}
		}
	}
	for _, f := range held {
		if err := p.letGo(ctx, f, leaving); err != nil {
			return err
		}
	}
	return nil
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

// letGo settles one record, which nothing may hold any more.
func (p *Provisioner) letGo(ctx context.Context, f Finding, leaving Leaving) error {
	var departure Departure
	var err error
	switch key := f.Key.(type) {
	case roster.PersonKey:
		departure, err = p.SettlePerson(ctx, key, f.Owner, leaving)
	case roster.TenantKey:
		departure, err = p.SettleTenant(ctx, key, f.Owner, leaving)
	}
	if err == nil && departure.Held != "" {
		err = fmt.Errorf("somebody changes what is held in company %q meanwhile: look at it again", f.Owner.Namespace)
	}
	return err
}
