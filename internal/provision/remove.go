// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision

import (
	"context"
	"errors"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// What is not there, or is not the owner's, is not touched, and its removal is done: every function here may be called
// again after any failure.

// Retire marks a tenant's record as retired, so that nobody has access in the tenant, or holds that whole. With purge, the record goes for
// good after the tenant's retention, counted from now.
func (p *Provisioner) Retire(ctx context.Context, key roster.TenantKey, stamp store.Stamp, purge bool, leaving Leaving) (Departure, error) {
	stored, err := p.store.Tenants().Get(ctx, key)
	if err != nil || stored.Value.Retired {
		return Departure{}, gone(err)
	}
	if _, err := store.CheckOwner(stored, roster.TenantRecord{}, stamp, nil); err != nil {
		return Departure{}, gone(err)
	}
	departure, err := p.retire(ctx, stored.Value, stamp, purge, leaving)
	return departure, gone(err)
}

func (p *Provisioner) retire(ctx context.Context, tenant roster.TenantRecord, stamp store.Stamp, purge bool, leaving Leaving) (Departure, error) {
	var until, marked time.Time
	if purge {
		until, marked = leaving.Now.Add(roster.Retention([]roster.TenantRecord{tenant})), leaving.Now
	}
	terms := store.Terms{Removal: leaving.removal()}
	err := p.putTenant(ctx, tenant.Left(until), stamp, terms)
	if errors.Is(err, store.ErrOverBudget) {
		return Departure{Held: roster.HeldByBudget, Tenants: []string{tenant.Tenant}}, p.putTenant(ctx, tenant.Kept(marked), stamp, terms)
	}
	return Departure{}, err
}

func (p *Provisioner) putTenant(ctx context.Context, tenant roster.TenantRecord, stamp store.Stamp, terms store.Terms) error {
	return p.writer.write(ctx, stamp, func(stamp store.Stamp) error {
		_, err := p.store.Tenants().Put(ctx, tenant, stamp, terms)
		return err
	})
}

// SettleTenant goes on with the record of a tenant whose object is gone, as SettlePerson does: it is retired, or purged with its general
// group.
func (p *Provisioner) SettleTenant(ctx context.Context, key roster.TenantKey, owner store.Owner, leaving Leaving) (Departure, error) {
	departure, err := p.settleTenant(ctx, key, owner, leaving)
	return departure, gone(err)
}

// settleTenant is SettleTenant, but for ErrNotFound and ErrForeign where there is nothing to go on with.
func (p *Provisioner) settleTenant(ctx context.Context, key roster.TenantKey, owner store.Owner, leaving Leaving) (Departure, error) {
	stored, err := p.store.Tenants().Get(ctx, key)
	if err != nil {
		return Departure{}, err
	}
	tenant := stored.Value
	due := !tenant.PurgeAfter.IsZero() && !leaving.Now.Before(tenant.PurgeAfter)
	switch {
	case stored.Stamp.Owner != owner:
		return Departure{}, &store.ForeignError{Owner: stored.Stamp.Owner}
	case leaving.onlyHeld && !tenant.IsHeld():
		return Departure{}, store.ErrNotFound
	case tenant.Retired && due:
		return Departure{}, p.purgeTenant(ctx, key, stored.Stamp)
	case tenant.Retired:
		return Departure{}, nil
	case tenant.Held != "" && !leaving.touches([]string{key.Tenant}):
		return Departure{Held: tenant.Held, Tenants: []string{key.Tenant}}, nil
	}
	return p.retire(ctx, tenant, stored.Stamp, !tenant.PurgeAfter.IsZero(), leaving)
}

// purgeTenant removes a tenant's records. The tenant's own goes last, as it is what says that there is something to remove.
func (p *Provisioner) purgeTenant(ctx context.Context, key roster.TenantKey, stamp store.Stamp) error {
	general := roster.GroupKey{Company: key.Company, Tenant: key.Tenant, Group: roster.GeneralGroup}
	if err := p.DeleteGroup(ctx, general, stamp); err != nil {
		return err
	}
	return p.remove(ctx, stamp, func(stamp store.Stamp) error { return p.store.Tenants().Delete(ctx, key, stamp, store.Terms{}) })
}

// OrphanPerson leaves a person's record as it is, to nobody.
func (p *Provisioner) OrphanPerson(ctx context.Context, key roster.PersonKey, stamp store.Stamp) error {
	return p.remove(ctx, stamp, func(stamp store.Stamp) error { return p.store.People().Release(ctx, key, stamp) })
}

// DeleteGroup removes a group's record.
func (p *Provisioner) DeleteGroup(ctx context.Context, key roster.GroupKey, stamp store.Stamp) error {
	return p.remove(ctx, stamp, func(stamp store.Stamp) error { return p.store.Groups().Delete(ctx, key, stamp, store.Terms{}) })
}

// DeletePolicy removes a channel policy's record.
func (p *Provisioner) DeletePolicy(ctx context.Context, key roster.PolicyKey, stamp store.Stamp) error {
	return p.remove(ctx, stamp, func(stamp store.Stamp) error { return p.store.Policies().Delete(ctx, key, stamp, store.Terms{}) })
}

// tenantsOf are the records of the tenants a person is in, retired ones included.
func (p *Provisioner) tenantsOf(ctx context.Context, person roster.Person) ([]roster.TenantRecord, error) {
	var tenants []roster.TenantRecord
	for _, m := range person.Memberships {
		tenant, err := p.store.Tenants().Get(ctx, roster.TenantKey{Company: person.User.Company, Tenant: m.Tenant})
		switch {
		case err == nil:
			tenants = append(tenants, tenant.Value)
		case !errors.Is(err, store.ErrNotFound):
			return nil, err
		}
	}
	return tenants, nil
}

// remove takes a record out under the current epoch.
func (p *Provisioner) remove(ctx context.Context, stamp store.Stamp, removal func(store.Stamp) error) error {
	return gone(p.writer.write(ctx, stamp, removal))
}

// gone is the error of a removal, but for those which say that there is nothing of ours to remove.
func gone(err error) error {
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrForeign) {
		return nil
	}
	return err
}
