// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/snapshot"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/drivers"
	"github.com/roster-dev/roster/internal/translate"
)

// installation is that of the managers of these tests.
const installation = "production"

func newStore(t *testing.T) string {
	t.Helper()
	return "sqlite://" + filepath.Join(t.TempDir(), "roster.db")
}

// keep writes the objects of manifests to a store, as a manager of the installation does.
func keep(t *testing.T, url string, objects *manifest.Objects) {
	t.Helper()
	over(t, url, func(ctx context.Context, s store.Store) error {
		directory := directoryOf(objects)
		p := provision.New(s, provision.NewIdentity(s), provision.NewWriter(s, installation, nil))
		claim := func(kind string, o client.Object) provision.Claim {
			return provision.Claim{Stamp: store.Stamp{
				Owner: store.Owner{Installation: installation, Namespace: o.GetNamespace(), Kind: kind, Name: o.GetName()}, UID: "uid-" + o.GetName(), Generation: 1,
			}}
		}
		for _, o := range objects.Tenants {
			declared := translate.Tenant(o)
			if _, err := p.Ensure(ctx, claim("Tenant", o), provision.Tenant(declared.CompileRecord(directory)), provision.GeneralGroup(declared.General())); err != nil {
				return err
			}
		}
		for _, o := range objects.Groups {
			if _, err := p.Ensure(ctx, claim("Group", o), provision.Group(translate.Group(o))); err != nil {
				return err
			}
		}
		for _, o := range objects.Policies {
			if _, err := p.Ensure(ctx, claim("ChannelPolicy", o), provision.Policy(translate.Policy(o).Lawful())); err != nil {
				return err
			}
		}
		for _, o := range objects.Operators {
			// Who claims what somebody else has waits, and is no failure.
			if _, err := p.EnsurePerson(ctx, claim("Operator", o), roster.Want(translate.Operator(o), directory)); err != nil && !errors.Is(err, store.ErrConflict) {
				return err
			}
		}
		return nil
	})
}

// over does something to a store and closes it.
func over(t *testing.T, url string, do func(context.Context, store.Store) error) {
	t.Helper()
	s, err := drivers.Open(url)
	must(t, err)
	defer func() { _ = s.Close() }()
	must(t, do(t.Context(), s))
}

func directoryOf(objects *manifest.Objects) *snapshot.Snapshot {
	index := func(kind string) toolscache.Indexer {
		return toolscache.NewIndexer(toolscache.MetaNamespaceKeyFunc, snapshot.Indexes[kind])
	}
	tenants, groups, operators, policies := index("Tenant"), index("Group"), index("Operator"), index("ChannelPolicy")
	add(tenants, objects.Tenants)
	add(groups, objects.Groups)
	add(operators, objects.Operators)
	add(policies, objects.Policies)
	return snapshot.Over(tenants, groups, operators, policies)
}

func add[T client.Object](to toolscache.Indexer, objects []T) {
	for _, o := range objects {
		_ = to.Add(o)
	}
}

// change changes the database of a store as another program would.
func change(t *testing.T, url string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite://"))
	must(t, err)
	defer func() { _ = db.Close() }()
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// harbourFiles are the samples of the company that has most of what there is.
func harbourFiles(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("../../config/samples/[0-9]*.yaml")
	must(t, err)
	return paths
}

// harbour are their objects.
func harbour(t *testing.T) *manifest.Objects {
	t.Helper()
	objects, err := manifest.Source{Paths: harbourFiles(t)}.Read()
	must(t, err)
	return objects
}
