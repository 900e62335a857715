// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/cli"
	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/translate"
)

// TestAStoreIsLookedAfterByHand: what the commands do is tested beside the manager's, which are the same.
func TestAStoreIsLookedAfterByHand(t *testing.T) {
	t.Parallel()
	url := newStore(t)
	objects := harbour(t)
	keep(t, url, objects)
	leaveRetail(t, url, objects)
	list := run(t, "", "store", "list", "--store", url, "--installation", installation)
	if list.code != cli.ExitYes || strings.Count(list.stdout, "Held: Budget") == 0 || !strings.HasPrefix(list.stdout, "COMPANY ") {
		t.Errorf("the list: %+v; expected who is held", list)
	}
	wrong := run(t, "", "store", "release", "--store", url, "--installation", installation, "--namespace", "harbour", "--people", "1000")
	if wrong.code != cli.ExitNo || !strings.Contains(wrong.stderr, "nobody was let go") || wrong.stdout != "" {
		t.Errorf("a release of too many: %+v; expected a no, and that nobody goes", wrong)
	}
	restored := run(t, "", "store", "restored", "--store", url)
	if restored.code != cli.ExitYes || !strings.HasPrefix(restored.stdout, "the store has a new ID, ") {
		t.Errorf("restored: %+v; expected the new ID", restored)
	}
	copied := run(t, "", "store", "copy", "--from", url, "--to", newStore(t))
	if copied.code != cli.ExitYes || !strings.Contains(copied.stdout, "\ncopied ") {
		t.Errorf("copy: %+v; expected how many rows", copied)
	}
}

// leaveRetail deletes everybody of a tenant that has a budget, so that most are held.
func leaveRetail(t *testing.T, url string, objects *manifest.Objects) {
	t.Helper()
	held := 0
	over(t, url, func(ctx context.Context, s store.Store) error {
		p := provision.New(s, provision.NewIdentity(s), provision.NewWriter(s, installation, nil))
		directory := directoryOf(objects)
		for _, o := range objects.Operators {
			if !inRetail(o) {
				continue
			}
			stamp := store.Stamp{Owner: store.Owner{Installation: installation, Namespace: "harbour", Kind: "Operator", Name: o.Name}, UID: "uid-" + o.Name}
			departure, err := p.Deactivate(ctx, roster.Want(translate.Operator(o), directory).Person, stamp, provision.Leaving{Now: time.Now()})
			if err != nil {
				return err
			}
			if departure.Held != "" {
				held++
			}
		}
		return nil
	})
	if held == 0 {
		t.Fatal("somebody should be held, as retail has a budget of 10 %")
	}
}

func inRetail(o *v1alpha1.Operator) bool {
	for _, entry := range o.Spec.Tenants {
		if entry.Tenant == "retail" && entry.Role != v1alpha1.RoleAdministrator {
			return true
		}
	}
	return false
}

func TestAStoreCommandCalledWronglySaysSo(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		reason, args, want string
		code               int
	}{
		{"a store is named", "store restored", "--store is required: the URL of a store, such as sqlite:///var/lib/roster/roster.db; see 'rosterctl store restored --help'", cli.ExitError},
		{"both stores are named", "store copy --from sqlite://a.db", "--to is required", cli.ExitError},
		{"an installation is named", "store list --store sqlite://a.db", "--installation is required", cli.ExitError},
		{"a company is named", "store release --store sqlite://a.db --installation x", "--namespace is required", cli.ExitError},
		{"people are counted", "store release --store sqlite://a.db --installation x --namespace y", `at least 1; "rosterctl store list" tells of them`, cli.ExitError},
		{"the nearest is offered", "store relase", `there is no command "relase"; did you mean "release"?`, cli.ExitError},
		{"a store that is away is not known to be anything", "store restored --store sqlite:///nowhere/roster.db", "/nowhere", cli.ExitUnknown},
	} {
		got := run(t, "", strings.Fields(tc.args)...)
		if got.code != tc.code || !strings.Contains(got.stderr, tc.want) || got.stdout != "" {
			t.Errorf("%s: %s: %+v; expected exit code %d and %q", tc.reason, tc.args, got, tc.code, tc.want)
		}
	}
}
