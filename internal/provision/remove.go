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

// Retire marks a tenant's record as retired, so that nobody has access in the tenant. With purge, the record goes for good
// after the tenant's retention, counted from now.
func (p *Provisioner) Retire(ctx context.Context, key roster.TenantKey, stamp store.Stamp, purge bool, now time.Time) error {
	return amend(ctx, p.writer, p.store.Tenants(), key, roster.TenantRecord{}, stamp, func(t *roster.TenantRecord) error {
		if t.Retired {
			return nil
		}
		t.Retired = true
		if purge {
			t.PurgeAfter = now.Add(roster.Retention([]roster.TenantRecord{*t}))
		}
		return nil
	})
}

// Deactivate makes a person inactive, to be purged after the longest retention of the person's tenants, counted from now. A record
// that is held from the object which declares the person is not that object's to end.
func (p *Provisioner) Deactivate(ctx context.Context, declared roster.Person, stamp store.Stamp, now time.Time) error {
	return amend(ctx, p.writer, p.store.People(), declared.Key(), declared, stamp, func(person *roster.Person) error {
		if !person.User.PurgeAfter.IsZero() {
			return nil
		}
		tenants, err := p.tenantsOf(ctx, *person)
		if err != nil {
			return err
		}
		person.User.Active = false
		person.User.PurgeAfter = now.Add(roster.Retention(tenants))
		return nil
	})
}

// DeletePerson removes a person's record at once.
func (p *Provisioner) DeletePerson(ctx context.Context, key roster.PersonKey, stamp store.Stamp) error {
	return p.remove(ctx, stamp, func(stamp store.Stamp) error { return p.store.People().Delete(ctx, key, stamp, store.Terms{}) })
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

// amend changes the record under key, if there is one that the owner of stamp may write who declares a value.
func amend[K comparable, V any](ctx context.Context, w *Writer, records store.Records[K, V], key K, declared V, stamp store.Stamp, change func(*V) error) error {
	stored, err := records.Get(ctx, key)
	if err != nil {
		return gone(err)
	}
	if _, err := store.CheckOwner(stored, declared, stamp, nil); err != nil {
		return gone(err)
	}
	if err := change(&stored.Value); err != nil {
		return err
	}
	return gone(w.write(ctx, stamp, func(stamp store.Stamp) error {
		_, err := records.Put(ctx, stored.Value, stamp, store.Terms{})
		return err
	}))
}

// gone is the error of a removal, but for those which say that there is nothing of ours to remove.
func gone(err error) error {
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrForeign) {
		return nil
	}
	return err
}
