// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// listStore prints what waits in a store and what is another's.
func listStore(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := flag.NewFlagSet("manager store list", flag.ContinueOnError)
	url := set.String("store", "", "`URL` of the store; required")
	installation := set.String("installation", "", "`name` of the manager's installation: records of others are foreign; required")
	namespace := set.String("namespace", "", "the company; empty is all")
	if err := parseAll(set, args, stderr); err != nil {
		return err
	}
	return overStore(ctx, *url, *installation, func(companies []string, p *provision.Provisioner) error {
		if *namespace != "" {
			companies = []string{*namespace}
		}
		table := tabwriter.NewWriter(stdout, 0, 0, 3, ' ', 0)
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

// releaseHeld lets go whoever is held in a company whose namespace is gone, where nobody can annotate anything.
func releaseHeld(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := flag.NewFlagSet("manager store release", flag.ContinueOnError)
	url := set.String("store", "", "`URL` of the store; required")
	installation := set.String("installation", "", "`name` of the manager's installation; required")
	namespace := set.String("namespace", "", "the company; required")
	people := set.Int("people", 0, "how many people lose what they keep; nobody does where it is another `number`; required")
	if err := parseAll(set, args, stderr); err != nil {
		return err
	}
	switch {
	case *namespace == "":
		return errors.New("--namespace is required: the company whose removals are held")
	case *people < 1:
		return errors.New("--people is required: how many people lose what they keep, at least 1; \"manager store list\" tells of them")
	}
	return overStore(ctx, *url, *installation, func(_ []string, p *provision.Provisioner) error {
		staying := 0
		err := p.LetGo(ctx, *namespace, *people, time.Now(), func(r provision.Released) {
			if r.Stays != "" {
				staying++
			}
			kind, name := recordOf(r.Key)
			_, _ = fmt.Fprintf(stdout, "%s %s: %s\n", kind, name, cameTo(r))
		})
		if err == nil && staying > 0 {
			err = fmt.Errorf("in company %q %d are held still: \"manager store list\" tells of them", *namespace, staying)
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

// overStore has something done to a store in the name of an installation. A manager may run over it: it goes on in an epoch of its own.
func overStore(ctx context.Context, url, installation string, do func(companies []string, p *provision.Provisioner) error) error {
	if len(validation.IsDNS1123Label(installation)) > 0 {
		return errors.New("--installation is required: the name that the manager has, a DNS label")
	}
	return withStore("--store", url, func(s store.Store) error {
		companies, err := s.Companies(ctx)
		switch {
		case err != nil:
			return err
		case len(companies) == 0:
			return errors.New("the identity store holds nothing: see that its URL is right")
		}
		p := provision.New(s, provision.NewIdentity(s), provision.NewWriter(s, installation, nil))
		return do(companies, p)
	})
}
