// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storecommand

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// List prints what waits in a store and what is another's, of one company or, where that is empty, of all. A manager may run over the store.
func (c Commands) List(ctx context.Context, url, installation, company string) error {
	return overStore(ctx, url, installation, func(companies []string, p *provision.Provisioner) error {
		if company != "" {
			companies = []string{company}
		}
		table := tabwriter.NewWriter(c.Stdout, 0, 0, 3, ' ', 0)
		_, _ = fmt.Fprintln(table, "COMPANY\tKIND\tRECORD\tSTATE\tTENANTS\tPURGED\tOWNER")
		for _, company := range companies {
			err := p.Undeclared(ctx, company, time.Now(), func(f provision.Finding) {
				_, _ = fmt.Fprintln(table, strings.Join(row(company, f), "\t"))
			})
			if err != nil {
				return err
			}
		}
		return table.Flush()
	})
}

// row is one line of the list.
func row(company string, f provision.Finding) []string {
	kind, name := recordOf(f.Key)
	state, purged := "Left", "-"
	switch {
	case f.What == provision.Foreign:
		state = "Foreign"
	case f.Held != "":
		state = "Held: " + string(f.Held)
	case f.Purge:
		purged = "due"
	case f.Due.IsZero():
		purged = "never"
	default:
		purged = f.Due.UTC().Format(time.RFC3339)
	}
	tenants, owner := "-", "nobody"
	if len(f.Tenants) > 0 {
		tenants = strings.Join(f.Tenants, ",")
	}
	if o := f.Owner; o != (store.Owner{}) {
		owner = fmt.Sprintf("%s: %s %s/%s", o.Installation, o.Kind, o.Namespace, o.Name)
	}
	return []string{company, kind, name, state, tenants, purged, owner}
}

// recordOf says which record a key is of.
func recordOf(key any) (kind, name string) {
	switch key := key.(type) {
	case roster.TenantKey:
		return "tenant", key.Tenant
	case roster.GroupKey:
		return "group", key.Tenant + "/" + key.Group
	case roster.PolicyKey:
		return "policy", key.Tenant + "/" + key.Policy
	case roster.PersonKey:
		return "person", key.UserName
	}
	return "record", fmt.Sprint(key)
}

// Release lets go whoever is held in a company whose namespace is gone, where nobody can annotate anything. People is how many lose something by
// that, and a RefusedError that it is another number, or that some are held still. A manager may run over the store.
func (c Commands) Release(ctx context.Context, url, installation, company string, people int) error {
	switch {
	case company == "":
		return usage("--namespace is required: the company whose removals are held")
	case people < 1:
		return usage("--people is required: how many people lose what they keep, at least 1; \"%s store list\" tells of them", c.Program)
	}
	return overStore(ctx, url, installation, func(_ []string, p *provision.Provisioner) error {
		staying := 0
		err := p.LetGo(ctx, company, people, time.Now(), func(r provision.Released) {
			if r.Stays != "" {
				staying++
			}
			kind, name := recordOf(r.Key)
			_, _ = fmt.Fprintf(c.Stdout, "%s %s: %s\n", kind, name, cameTo(r))
		})
		if miscounted, is := errors.AsType[*provision.CountError](err); is {
			return &RefusedError{miscounted.Error()}
		}
		if err == nil && staying > 0 {
			err = &RefusedError{fmt.Sprintf("in company %q %d are held still: \"%s store list\" tells of them", company, staying, c.Program)}
		}
		return err
	})
}

// cameTo says what a release came to for a record.
func cameTo(r provision.Released) string {
	switch {
	case r.Over:
		return "not held any more, and left alone"
	case r.Stays != "":
		return "held still: " + string(r.Stays)
	}
	return "let go"
}
