// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/cli"
	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/drivers"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

// exportedInto is the folder that an export wrote.
func exportedInto(t *testing.T, code int, args ...string) (folder string, got result) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "exported")
	got = run(t, "", append([]string{"export", "--output-folder", folder}, args...)...)
	if got.code != code || got.stdout != "" {
		t.Fatalf("export %v: %+v; expected exit code %d and nothing on stdout", args, got, code)
	}
	return folder, got
}

// TestAnExportOfACompanyIsTheSameAgain: of manifests, and of a cluster they were applied to.
func TestAnExportOfACompanyIsTheSameAgain(t *testing.T) {
	t.Parallel()
	var samples []string
	for _, path := range harbourFiles(t) {
		samples = append(samples, "-f", path)
	}
	first, _ := exportedInto(t, cli.ExitYes, samples...)
	again, _ := exportedInto(t, cli.ExitYes, "-f", first)
	sameFiles(t, "manifests", first, again)
	apart, _ := exportedInto(t, cli.ExitYes, "-f", first, "--split", "object")
	files, err := os.ReadDir(apart)
	must(t, err)
	if want := harbour(t).Count(); len(files) != want {
		t.Errorf("a file an object: %d files; expected %d", len(files), want)
	}
	if name := files[0].Name(); name != "channelpolicy-energy-email.yaml" {
		t.Errorf("the first file is %s; expected it to be named after its object", name)
	}
	together, _ := exportedInto(t, cli.ExitYes, "-f", apart)
	sameFiles(t, "manifests, a file each", first, together)

	namespace := plane.Namespace(t)
	objects, err := manifest.Source{Paths: []string{first}}.Read()
	must(t, err)
	for _, o := range all(objects) {
		o.SetNamespace(namespace)
		must(t, plane.Client(t).Create(t.Context(), o))
	}
	live, _ := exportedInto(t, cli.ExitYes, "--kubeconfig", plane.Kubeconfig(t), "-n", namespace)
	inFolder(t, live, func(text string) string {
		return strings.ReplaceAll(text, "namespace: "+namespace, "namespace: harbour")
	})
	sameFiles(t, "a cluster", first, live)
}

// inFolder changes every file of a folder.
func inFolder(t *testing.T, folder string, edit func(string) string) {
	t.Helper()
	files, err := os.ReadDir(folder)
	must(t, err)
	for _, file := range files {
		path := filepath.Join(folder, file.Name())
		text, err := os.ReadFile(path)
		must(t, err)
		must(t, os.WriteFile(path, []byte(edit(string(text))), 0o600))
	}
}

func sameFiles(t *testing.T, what, want, got string) {
	t.Helper()
	if diff := cmp.Diff(contents(t, want), contents(t, got)); diff != "" {
		t.Errorf("an export of %s should be the same again (-first +again):\n%s", what, diff)
	}
}

func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	files, err := os.ReadDir(folder)
	must(t, err)
	texts := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(folder, file.Name()))
		must(t, err)
		texts[file.Name()] = string(text)
	}
	return texts
}

func TestAnExportOfAStoreCompilesToWhatWasRead(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		url := newStore(t)
		exportOfStore(t, url)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		server := postgresserver.Own(t)
		exportOfStore(t, server.URL(postgresserver.Administrator, server.Database(t)))
	})
}

func exportOfStore(t *testing.T, url string) {
	t.Helper()
	keep(t, url, harbour(t))
	before := recordsOf(t, url)
	first, got := exportedInto(t, cli.ExitNo, "--store", url, "--installation", installation)
	// What the store does not have is which Secret has what.
	if strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, "the store does not say which Secret has the access token of Facebook") {
		t.Errorf("what cannot be expressed should be the Secret of Facebook alone, got\n%s", got.stderr)
	}
	if drift := run(t, "", "drift", "--store", url, "--installation", installation, "-f", first); drift.code != cli.ExitYes {
		t.Errorf("what the export compiles to should be what was read, got %+v", drift)
	}
	if diff := cmp.Diff(before, recordsOf(t, url)); diff != "" {
		t.Errorf("the store should be as it was (-before +after):\n%s", diff)
	}
	again, _ := exportedInto(t, cli.ExitYes, "-f", first)
	sameFiles(t, "what a store exported", first, again)
	looking, err := drivers.OpenToLook(url)
	must(t, err)
	if _, err := looking.Fence(t.Context(), installation); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("a write to a store that is only looked at: %v; expected to be refused", err)
	}
	must(t, looking.Close())

	// Applied to a store of its own, what was exported is the same records again, and exports the same manifests.
	objects, err := manifest.Source{Paths: []string{first}}.Read()
	must(t, err)
	other := newStore(t)
	keep(t, other, objects)
	if diff := cmp.Diff(before, recordsOf(t, other)); diff != "" {
		t.Errorf("what is applied should be the records that were read (-read +applied):\n%s", diff)
	}
	third, _ := exportedInto(t, cli.ExitNo, "--store", other, "--installation", installation)
	sameFiles(t, "the store it was applied to", first, third)
}

// recordsOf are all records of the company with their stamps, as text.
func recordsOf(t *testing.T, url string) map[string]any {
	t.Helper()
	found := map[string]any{}
	over(t, url, func(ctx context.Context, s store.Store) error {
		collect(ctx, t, found, s.Tenants())
		collect(ctx, t, found, s.Groups())
		collect(ctx, t, found, s.Policies())
		collect(ctx, t, found, s.People())
		return nil
	})
	return found
}

func collect[K comparable, V store.Record[K, V]](ctx context.Context, t *testing.T, to map[string]any, in store.Records[K, V]) {
	t.Helper()
	for r, err := range in.List(ctx, "harbour") {
		must(t, err)
		to[cmp.Diff(nil, r.Value.Key())] = []any{r.Value, r.Stamp.Owner}
	}
}

// TestRecordsOfNobodyBecomeManifests: those that other programs wrote, with names made of user names.
func TestRecordsOfNobodyBecomeManifests(t *testing.T) {
	t.Parallel()
	url := newStore(t)
	keep(t, url, harbour(t))
	disown := "UPDATE %s SET stamp_installation = NULL, stamp_namespace = NULL, stamp_kind = NULL, stamp_name = NULL, stamp_uid = NULL"
	for _, table := range []string{"tenants", "tenant_groups", "channel_policies", "users"} {
		change(t, url, strings.Replace(disown, "%s", table, 1))
	}
	folder, got := exportedInto(t, cli.ExitNo, "--store", url, "--foreign", "-n", "harbour")
	if strings.Count(got.stderr, "\n") != 1 {
		t.Errorf("of records of nobody the Secret of Facebook alone should be missing, got\n%s", got.stderr)
	}
	objects, err := manifest.Source{Paths: []string{folder}}.Read()
	must(t, err)
	if got, want := objects.Count(), harbour(t).Count(); got != want {
		t.Errorf("there should be %d manifests, got %d", want, got)
	}
	for _, o := range objects.Operators {
		if want := strings.ReplaceAll(strings.ToLower(o.Spec.UserName), ".", "-"); o.Name != want {
			t.Errorf("the name made of %s should be %s, got %s", o.Spec.UserName, want, o.Name)
		}
	}
	if none := run(t, "", "export", "--store", url, "--installation", installation); none.stdout != "" || none.code != cli.ExitYes {
		t.Errorf("of an installation that has no record: %+v; expected nothing", none)
	}
}

func TestWhatNoManifestSaysIsTold(t *testing.T) {
	t.Parallel()
	url := newStore(t)
	keep(t, url, harbour(t))
	person := func(userName string, more func(*roster.Person)) roster.Person {
		p := roster.Person{User: roster.User{
			Company: "harbour", UserName: userName, Active: true, CredentialMode: roster.ActivationLink,
			Profile: roster.Profile{GivenName: "G", FamilyName: "F", PublicName: userName, Email: userName + "@example.com"},
		}}
		more(&p)
		return p
	}
	over(t, url, func(ctx context.Context, s store.Store) error {
		for _, p := range []roster.Person{
			person("a.b", func(*roster.Person) {}),
			person("a-b", func(*roster.Person) {}),
			person("nameless", func(p *roster.Person) { p.User.Profile.GivenName = "" }),
			person("granted", func(p *roster.Person) {
				p.Grants = []roster.Grant{{Tenant: "retail", Channel: roster.Chat, Online: true, Causes: []roster.Cause{{Kind: roster.CausePolicy, Name: "gone"}}}}
			}),
			person("secret", func(p *roster.Person) { p.User.CredentialMode = roster.InitialPassword }),
		} {
			stamp := store.Stamp{Owner: store.Owner{Installation: "robot", Namespace: "harbour", Kind: "Robot", Name: p.User.UserName}}
			if _, err := s.People().Put(ctx, p, stamp, store.Terms{}); err != nil {
				return err
			}
		}
		return nil
	})
	got := run(t, "", "export", "--store", url, "--installation", "robot")
	if got.code != cli.ExitNo {
		t.Errorf("the exit code should be 1, got %d", got.code)
	}
	for _, want := range []string{
		`Operator "granted": no manifest says all of the record: applying this one changes grants[retail/Chat]`,
		`Operator "nameless" is left out: spec.profile.givenName`,
		`Operator "secret": the store does not say which Secret has the first password: see that spec.credential.passwordSecretRef, secret-password, is right`,
	} {
		if !strings.Contains(got.stderr, want) {
			t.Errorf("stderr should tell that %s, got\n%s", want, got.stderr)
		}
	}
	if strings.Contains(got.stdout, "nameless") || !strings.Contains(got.stdout, "name: a-b\n") || !strings.Contains(got.stdout, "name: a-b-2\n") {
		t.Errorf("who has no manifest should be left out, and names be made unlike, got\n%s", got.stdout)
	}
}

func TestAnExportThatCannotBeMadeSaysWhy(t *testing.T) {
	t.Parallel()
	url := newStore(t)
	keep(t, url, harbour(t))
	full := t.TempDir()
	must(t, os.WriteFile(filepath.Join(full, "old.yaml"), nil, 0o600))
	for _, tc := range []struct {
		reason, want string
		code         int
		args         []string
	}{
		{"what was written before is not mixed with what is now", "holds something already, such as old.yaml", cli.ExitUnknown, []string{"-f", "testdata/company.yaml", "--output-folder", full}},
		{"records of a store are of somebody", "say which records are meant", cli.ExitError, []string{"--store", url}},
		{"records of a store are of one", "say which records are meant", cli.ExitError, []string{"--store", url, "--foreign", "--installation", "x"}},
		{"there is one source", "give one of the two", cli.ExitError, []string{"--store", url, "--foreign", "-f", "x.yaml"}},
		{"a cluster has objects", "name one with --store", cli.ExitError, []string{"--foreign"}},
		{"the nearest company is offered", `did you mean "harbour"?`, cli.ExitUnknown, []string{"--store", url, "--foreign", "-n", "harbor"}},
		{"a way to cut is one of two", "must be one of kind, object", cli.ExitError, []string{"--split", "letter"}},
	} {
		got := run(t, "", append([]string{"export"}, tc.args...)...)
		if got.code != tc.code || !strings.Contains(got.stderr, tc.want) || got.stdout != "" {
			t.Errorf("%s: export %v: %+v; expected exit code %d and %q", tc.reason, tc.args, got, tc.code, tc.want)
		}
	}
	if left := slices.Sorted(func(yield func(string) bool) {
		files, _ := os.ReadDir(full)
		for _, f := range files {
			yield(f.Name())
		}
	}); len(left) != 1 {
		t.Errorf("the folder should be as it was, got %v", left)
	}
}
