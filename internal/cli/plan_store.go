// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/roster-dev/roster/internal/plan"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/drivers"
)

// recorded is a store as one side of a comparison: its records, by company. Who left and waits for the purge, and tenants that are retired,
// are not there.
type recorded map[string]*plan.World

func (r recorded) companies() []string { return slices.Sorted(maps.Keys(r)) }

func (r recorded) world(company string, _ *plan.World) *plan.World {
	if w, known := r[company]; known {
		return w
	}
	return &plan.World{Company: company}
}

// openStore reads the records of a store, of which it names at most the scheme: the rest may hold a secret.
func (o *origins) openStore(ctx context.Context, url string) (_ origin, err error) {
	opened, err := drivers.OpenToLook(url)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	companies := []string{o.namespace}
	if o.namespace == "" {
		if companies, err = opened.Companies(ctx); err != nil {
			return nil, fmt.Errorf("read the store: %w", err)
		}
	}
	r := &records{installation: o.installation, others: map[string]bool{}}
	all := recorded{}
	for _, company := range companies {
		w, err := r.read(ctx, opened, company)
		if err != nil {
			return nil, fmt.Errorf("read the store: %w", err)
		}
		all[company] = w
	}
	if o.installation == "" && len(r.others) > 1 {
		return nil, fmt.Errorf("the store has records of the installations %s: choose one with --installation", strings.Join(slices.Sorted(maps.Keys(r.others)), ", "))
	}
	return all, nil
}

// records reads those of one installation; without one, those of all, which it notes.
type records struct {
	installation string
	others       map[string]bool
}

func (r *records) read(ctx context.Context, from store.Store, company string) (*plan.World, error) {
	w := &plan.World{
		Company: company, Tenants: map[string]roster.TenantRecord{}, Groups: map[string]roster.Group{}, Policies: map[string]roster.Policy{},
		People: map[string]plan.Person{},
	}
	return w, errors.Join(
		each(r, from.Tenants().List(ctx, company), func(name string, t roster.TenantRecord) {
			if !t.Retired {
				w.Tenants[t.Tenant] = t
				w.Objects = append(w.Objects, plan.Object{Kind: plan.KindTenant, Name: name, Record: t})
			}
		}),
		each(r, from.Groups().List(ctx, company), func(name string, g roster.Group) {
			if g.Name != roster.GeneralGroup {
				w.Groups[g.Name] = g
				w.Objects = append(w.Objects, plan.Object{Kind: plan.KindGroup, Name: name, Record: g})
			}
		}),
		each(r, from.Policies().List(ctx, company), func(name string, p roster.Policy) {
			w.Policies[p.Name] = p
			w.Objects = append(w.Objects, plan.Object{Kind: plan.KindChannelPolicy, Name: name, Record: p})
		}),
		each(r, from.People().List(ctx, company), func(name string, p roster.Person) {
			if !p.HasLeft() {
				w.People[name] = plan.Person{Name: name, Record: p}
				w.Objects = append(w.Objects, plan.Object{Kind: plan.KindOperator, Name: name, Record: p})
			}
		}),
	)
}

// each hands out the records of the installation with the names of their objects. What nobody owns is not compared.
func each[V any](r *records, list iter.Seq2[store.Stored[V], error], take func(name string, value V)) error {
	for stored, err := range list {
		if err != nil {
			return err
		}
		owner := stored.Stamp.Installation
		if owner == "" || r.installation != "" && owner != r.installation {
			continue
		}
		r.others[owner] = true
		take(stored.Stamp.Name, stored.Value)
	}
	return nil
}
