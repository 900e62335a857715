// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mutants

import (
	"context"
	"slices"
	"sync"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

func ofTenancy() []mutant {
	known := []roster.Channel{roster.Chat, roster.Phone, roster.Email, roster.Facebook, roster.WhatsApp}
	unknown := func(c roster.Channel) bool { return !slices.Contains(known, c) }
	return []mutant{
		{"a retired tenant has no channels any more", editing(func(t *roster.TenantRecord) {
			if t.Retired {
				t.Channels = nil
			}
		}), []string{"Tenant: retiring and declaring again changes nothing else"}},
		{"channels nobody knows are dropped", editing(func(t *roster.TenantRecord) {
			t.Channels = slices.DeleteFunc(slices.Clone(t.Channels), unknown)
		}), []string{"Tenant: channels nobody knows yet are kept"}},
		{"no channels are all channels", editing(func(g *roster.Group) {
			if len(g.Channels) == 0 {
				g.Channels = nil
			}
		}), []string{"Group: all channels, none and some are three different things"}},
		{"all channels are no channels", editing(func(g *roster.Group) {
			g.Channels = append([]roster.Channel{}, g.Channels...)
		}), []string{"Group: all channels, none and some are three different things"}},
		{"a group's name is one tenant's", itself(func(p *planted) { p.groups = namesGroupsOnce(p.groups) }), []string{
			"Group: a general group of every tenant has the same name",
		}},
		{"subjects are sorted", editing(func(p *roster.Policy) {
			p.Subjects = slices.Clone(p.Subjects)
			slices.SortFunc(p.Subjects, func(a, b roster.Subject) int { return len(a.Role) - len(b.Role) })
		}), []string{"ChannelPolicy: subjects keep the order they were declared in"}},
	}
}

// editing changes values of one kind before they are put.
func editing[V any](edit func(*V)) func(store.Store) store.Store {
	return everywhere(func(in aggregate) bug {
		return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
			if edited, ok := value.(V); ok {
				edit(&edited)
				value = edited
			}
			return in.Put(ctx, value, stamp, terms)
		}}
	})
}

func namesGroupsOnce(in aggregate) aggregate {
	var mu sync.Mutex
	tenants := map[string]string{}
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		mu.Lock()
		defer mu.Unlock()
		group, _ := value.(roster.Group)
		if tenant, taken := tenants[group.Name]; taken && tenant != group.Tenant {
			return store.Written[any]{}, &store.ConflictError{Field: "metadata.name"}
		}
		tenants[group.Name] = group.Tenant
		return in.Put(ctx, value, stamp, terms)
	}}
}
