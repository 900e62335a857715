// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// Leaving is how somebody leaves whose object is going or gone.
type Leaving struct {
	// Now is when.
	Now time.Time
	// Confirmed are the confirmations that people gave, by tenant.
	Confirmed map[string]roster.Confirmation
	// onlyHeld says that a record which is not held any more is not to go.
	onlyHeld bool
}

func (l Leaving) removal() *store.Removal {
	return &store.Removal{At: l.Now, Confirmed: l.Confirmed, Held: l.onlyHeld}
}

// covers tells whether people confirmed for every one of some tenants.
func (l Leaving) covers(tenants []string) bool {
	return !slices.ContainsFunc(tenants, func(tenant string) bool { return l.Confirmed[tenant].Text == "" })
}

// touches tells whether people confirmed for any of some tenants.
func (l Leaving) touches(tenants []string) bool {
	return slices.ContainsFunc(tenants, func(tenant string) bool { return l.Confirmed[tenant].Text != "" })
}

// Departure is what leaving came to.
type Departure struct {
	// Held is why it waits; empty is that it was carried out, or that there was nothing to do.
	Held roster.HoldReason
	// Tenants are those in which something stays as it was because of that, in order.
	Tenants []string
}

// Deactivate makes a person inactive, to be purged after the longest retention of the person's tenants, or holds that. A record that is held
// from the object which declares the person is not that object's to end.
func (p *Provisioner) Deactivate(ctx context.Context, declared roster.Person, stamp store.Stamp, leaving Leaving) (Departure, error) {
	return p.leave(ctx, declared, stamp, farewell{provisioner: p, Leaving: leaving})
}

// DeletePerson removes a person's record at once, or holds that. Whose record is as for Deactivate.
func (p *Provisioner) DeletePerson(ctx context.Context, declared roster.Person, stamp store.Stamp, leaving Leaving) (Departure, error) {
	return p.leave(ctx, declared, stamp, farewell{provisioner: p, Leaving: leaving, atOnce: true})
}

// SettlePerson goes on with a record whose object is gone: who never left does, who left is purged when it is time, and whose leaving was
// held leaves if nothing holds it any more. It touches no record that another owner has by now.
func (p *Provisioner) SettlePerson(ctx context.Context, key roster.PersonKey, owner store.Owner, leaving Leaving) (Departure, error) {
	departure, err := p.settlePerson(ctx, key, owner, leaving)
	return departure, gone(err)
}

// settlePerson is SettlePerson, but for ErrNotFound and ErrForeign where there is nothing to go on with.
func (p *Provisioner) settlePerson(ctx context.Context, key roster.PersonKey, owner store.Owner, leaving Leaving) (Departure, error) {
	stored, err := p.store.People().Get(ctx, key)
	if err != nil {
		return Departure{}, err
	}
	person := stored.Value
	switch {
	case stored.Stamp.Owner != owner:
		return Departure{}, &store.ForeignError{Owner: stored.Stamp.Owner}
	case leaving.onlyHeld && !person.IsHeld():
		return Departure{}, store.ErrNotFound
	case person.HasLeft() && leaving.Now.Before(person.User.PurgeAfter):
		return Departure{}, nil
	case person.HasLeft():
		return Departure{}, p.writer.write(ctx, stored.Stamp, func(stamp store.Stamp) error {
			return p.store.People().Delete(ctx, key, stamp, store.Terms{})
		})
	case person.User.Held == roster.HeldByBudget && !leaving.touches(person.HeldFor()):
		return Departure{Held: roster.HeldByBudget, Tenants: person.HeldFor()}, nil
	}
	// A time of purge beside a hold says how the object wanted it.
	f := farewell{provisioner: p, Leaving: leaving, stored: stored, atOnce: !person.User.PurgeAfter.IsZero()}
	return f.run(ctx)
}

func (p *Provisioner) leave(ctx context.Context, declared roster.Person, stamp store.Stamp, f farewell) (Departure, error) {
	stored, err := p.store.People().Get(ctx, declared.Key())
	if err != nil {
		return Departure{}, gone(err)
	}
	if _, err := store.CheckOwner(stored, declared, stamp, nil); err != nil {
		return Departure{}, gone(err)
	}
	if stored.Value.HasLeft() && !f.atOnce {
		return Departure{}, nil
	}
	f.stored, f.stored.Stamp = stored, stamp
	departure, err := f.run(ctx)
	return departure, gone(err)
}

// farewell is an attempt to take a person's record out.
type farewell struct {
	Leaving
	provisioner *Provisioner
	stored      store.Stored[roster.Person]
	// atOnce removes the record; else it is switched off and purged later.
	atOnce bool
	// lastOf are tenants that nobody else is a live Administrator of, as far as that is known.
	lastOf []string
	// unguarded says that people confirmed that these may go.
	unguarded bool
}

// run tries again while something else turns out to be in the way, which happens a few times at most.
func (f *farewell) run(ctx context.Context) (Departure, error) {
	for {
		departure, err := f.attempt(ctx)
		switch {
		case errors.Is(err, store.ErrOverBudget):
			// Nobody loses anything by this, so that it counts nowhere.
			kept := f.stored.Value.Kept(f.marked())
			return Departure{Held: roster.HeldByBudget, Tenants: kept.HeldFor()}, f.put(ctx, kept, store.Terms{Removal: f.removal()})
		case !f.learn(err):
			return departure, err
		}
	}
}

// marked is the time of purge of a record whose removal is held: it tells that it is to be removed at once.
func (f *farewell) marked() time.Time {
	if f.atOnce {
		return f.Now
	}
	return time.Time{}
}

// attempt takes the record out as far as it is known what is in the way.
func (f *farewell) attempt(ctx context.Context) (Departure, error) {
	terms := store.Terms{Administered: !f.unguarded, Removal: f.removal()}
	switch {
	case len(f.lastOf) > 0:
		left := f.stored.Value.LeftBut(f.lastOf, f.marked())
		return Departure{Held: roster.HeldAsLastAdministrator, Tenants: f.lastOf}, f.put(ctx, left, terms)
	case f.atOnce:
		return Departure{}, f.provisioner.writer.write(ctx, f.stored.Stamp, func(stamp store.Stamp) error {
			return f.provisioner.store.People().Delete(ctx, f.stored.Value.Key(), stamp, terms)
		})
	}
	tenants, err := f.provisioner.tenantsOf(ctx, f.stored.Value)
	if err != nil {
		return Departure{}, err
	}
	return Departure{}, f.put(ctx, f.stored.Value.Left(f.Now.Add(roster.Retention(tenants))), terms)
}

func (f *farewell) put(ctx context.Context, person roster.Person, terms store.Terms) error {
	return f.provisioner.writer.write(ctx, f.stored.Stamp, func(stamp store.Stamp) error {
		_, err := f.provisioner.store.People().Put(ctx, person, stamp, terms)
		return err
	})
}

// learn tells whether an error says of tenants that were not known to be in the way, or that people let the person go from.
func (f *farewell) learn(err error) bool {
	last, ok := errors.AsType[*store.LastAdministratorError](err)
	if !ok || f.unguarded {
		return false
	}
	if f.covers(last.Tenants) {
		f.unguarded, f.lastOf = true, nil
		return true
	}
	known := len(f.lastOf)
	all := slices.Concat(f.lastOf, last.Tenants)
	slices.Sort(all)
	f.lastOf = slices.Compact(all)
	return len(f.lastOf) > known
}
