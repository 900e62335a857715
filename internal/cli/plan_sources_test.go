// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roster-dev/roster/internal/cli"
	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/roster/rostertest"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/drivers"
	"github.com/roster-dev/roster/internal/translate"
)

// stored fills a store with what manifests come to, as the manager of an installation would.
func stored(t *testing.T, url, installation, text string) {
	t.Helper()
	objects, err := manifest.Source{Files: []manifest.File{{Name: "all", Content: []byte(text)}}}.Read()
	if err != nil {
		t.Fatal(err)
	}
	w := &rostertest.World{Company: "acme"}
	for _, o := range objects.Tenants {
		w.Tenants = append(w.Tenants, translate.Tenant(o))
	}
	for _, o := range objects.Groups {
		w.Groups = append(w.Groups, translate.Group(o))
	}
	for _, o := range objects.Policies {
		w.ChannelPolicies = append(w.ChannelPolicies, translate.Policy(o))
	}
	for _, o := range objects.Operators {
		w.Operators = append(w.Operators, translate.Operator(o))
	}
	s, err := drivers.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, tenant := range w.Tenants {
		put(t, s.Tenants(), tenant.CompileRecord(w), installation, "Tenant", tenant.Record.Tenant)
		put(t, s.Groups(), tenant.General(), installation, "Tenant", tenant.Record.Tenant)
	}
	for _, g := range w.Groups {
		put(t, s.Groups(), g, installation, "Group", g.Name)
	}
	for _, p := range w.ChannelPolicies {
		put(t, s.Policies(), p.Lawful(), installation, "ChannelPolicy", p.Name)
	}
	for _, o := range w.Operators {
		put(t, s.People(), roster.Compile(o, w).Person, installation, "Operator", o.Name)
	}
}

func put[K comparable, V any](t *testing.T, to store.Records[K, V], value V, installation, kind, name string) {
	t.Helper()
	stamp := store.Stamp{Owner: store.Owner{Installation: installation, Namespace: "acme", Kind: kind, Name: name}, UID: kind + name}
	if _, err := to.Put(context.WithoutCancel(t.Context()), value, stamp, store.Terms{}); err != nil {
		t.Fatal(err)
	}
}

func TestAStoreIsComparedByItsRecords(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	url := "sqlite://" + path
	stored(t, url, "production", shifts())
	same := run(t, shifts(), "plan", "--from", "store:"+url, "--to", "-")
	if same.code != cli.ExitYes || !strings.Contains(same.stdout, "Nothing changes") {
		t.Errorf("a store that has what the manifests declare should give an empty plan, got exit code %d\n%s%s", same.code, same.stdout, same.stderr)
	}
	changed := run(t, replacing("maxConcurrent: 2}", "maxConcurrent: 3}")(shifts())+nightShift, "plan", "--from", "store:"+url, "--to", "-")
	for _, want := range []string{"adds Phone while Away for 12 operators", `through ChannelPolicy "night-shift"`, "day-shift (capacity)"} {
		if changed.code != cli.ExitNo || !strings.Contains(changed.stdout, want) {
			t.Errorf("the plan should say %q, got exit code %d\n%s%s", want, changed.code, changed.stdout, changed.stderr)
		}
	}
	if strings.Contains(changed.stdout, path) || !strings.Contains(changed.stdout, "From store:sqlite to -") {
		t.Errorf("where the store lies should not be told, got\n%s", changed.stdout)
	}
	stored(t, url, "other", strings.ReplaceAll(shiftsOf("gamma"), "worker", "person"))
	if got := run(t, shifts(), "plan", "--from", "store:"+url, "--to", "-"); got.code != cli.ExitUnknown || !strings.Contains(got.stderr, "choose one with --installation") {
		t.Errorf("whose records count should be asked, got exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	if got := run(t, shifts(), "plan", "--from", "store:"+url, "--to", "-", "--installation", "production"); got.code != cli.ExitYes {
		t.Errorf("the records of the installation should be as declared, got exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
}

// shiftsOf is another company's worth of names in the same namespace.
func shiftsOf(tenant string) string {
	text := strings.ReplaceAll(shifts(), "beta", tenant)
	for _, name := range []string{"sales", "support", "day-shift", "lead", "boss"} {
		text = strings.ReplaceAll(text, name, name+"-too")
	}
	return text
}

func TestAStoreIsReadAndNeverMade(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "missing.db")
	got := run(t, shifts(), "plan", "--from", "store:sqlite://"+path, "--to", "-")
	if got.code != cli.ExitUnknown || !strings.Contains(got.stderr, "cannot be found") {
		t.Errorf("a store that is not there should be told, got exit code %d and %q", got.code, got.stderr)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the file of the store should not be made")
	}
}

// TestARevisionIsReadAsTheFolderOfIt: whatever attributes of the repository say of archives.
func TestARevisionIsReadAsTheFolderOfIt(t *testing.T) {
	r := newRepository(t)
	r.write(t, ".gitattributes", "*.yaml export-ignore\n")
	r.commit(t)
	r.edit(t, "production/retail.yaml", "maxConcurrent: 10", "maxConcurrent: 11")
	r.edit(t, "staging/retail.yaml", "maxConcurrent: 10", "maxConcurrent: 11")
	t.Chdir(r.folder)
	for reason, test := range map[string]struct {
		args, want string
		code       int
	}{
		"a file":          {"--from git:HEAD:production/retail.yaml --to production/retail.yaml", "retail-email (spec.capacity.maxConcurrent)", cli.ExitNo},
		"a folder":        {"--from git:HEAD:staging --to staging", "raises Email from 10 to 11", cli.ExitNo},
		"an overlay":      {"--from git:HEAD:production --to production", "raises Email from 10 to 11", cli.ExitNo},
		"another overlay": {"--from staging --to production", "Tenant changed: retail (spec.consoleURL and spec.integrations.facebook.pageID)", cli.ExitNo},
		"two revisions":   {"--from git:HEAD~1:staging/retail.yaml --to git:HEAD:staging/retail.yaml", "Nothing changes", cli.ExitYes},
		"no such commit":  {"--from git:nowhere --to production/retail.yaml", "git:nowhere: git ls-tree: Not a valid object name nowhere", cli.ExitUnknown},
		"no such path":    {"--from git:HEAD:nowhere --to production/retail.yaml", "git:HEAD:nowhere: the revision has no manifests there; name another path", cli.ExitUnknown},
		"no revision":     {"--from git: --to production/retail.yaml", "git: names no revision", cli.ExitUnknown},
		"an option":       {"--from git:--output=x --to production/retail.yaml", "a revision does not begin with a dash", cli.ExitUnknown},
		"an absolute one": {"--from git:HEAD:/etc --to production/retail.yaml", "relative to the working directory", cli.ExitUnknown},
	} {
		got := run(t, "", append([]string{"plan"}, strings.Fields(test.args)...)...)
		if got.code != test.code || !strings.Contains(got.stdout+got.stderr, test.want) {
			t.Errorf("%s: it should say %q with exit code %d, got %d\n%s%s", reason, test.want, test.code, got.code, got.stdout, got.stderr)
		}
	}
}

func TestAPlanSaysWhyItCannotBeMade(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reason, args, want string
		code               int
	}{
		"two targets":      {"one would be passed over", "plan --from - --to x -f y", "--to and --filename both say what is to be", cli.ExitError},
		"stdin twice":      {"it can be read once", "plan --from - --to -", "stdin can be one of the two sides", cli.ExitError},
		"unknown format":   {"the formats are named", "plan -o yaml", "it must be one of text, markdown, json", cli.ExitError},
		"a word":           {"there is none", "plan acme", `unexpected argument "acme"`, cli.ExitError},
		"no such file":     {"it is named", "plan --from nowhere.yaml --to testdata/company.yaml", "nowhere.yaml: no such file", cli.ExitUnknown},
		"no manifests":     {"an empty side would remove everybody", "plan --from testdata/company.yaml --to ../../config/rbac", "there is no Tenant, Group, ChannelPolicy or Operator", cli.ExitUnknown},
		"unknown company":  {"the nearest is offered", "plan --from testdata/company.yaml --to testdata/company.yaml -n acm", `did you mean "acme"?`, cli.ExitUnknown},
		"two namespaces":   {"one of them is wrong", "plan --from cluster:x/harbour --to testdata/company.yaml -n acme", "name the same, or one of the two", cli.ExitError},
		"no such context":  {"it is named", "plan --from cluster:nowhere/harbour --to testdata/company.yaml", "nowhere", cli.ExitUnknown},
		"a strange store":  {"the URL is not repeated", "plan --from store:oracle://secret --to testdata/company.yaml", `there is no store "oracle"`, cli.ExitUnknown},
		"memory":           {"it has nothing to read", "plan --from store:memory:// --to testdata/company.yaml", "this store ends with the program", cli.ExitUnknown},
		"promote nothing":  {"it is named as in the usage", "promote --from a --to b", "TENANT is missing", cli.ExitError},
		"promote from":     {"it is required", "promote retail --to b", "--from is required", cli.ExitError},
		"promote to":       {"it is required", "promote retail --from b", "--to is required", cli.ExitError},
		"promote a store":  {"it has no manifests", "promote retail --from store:sqlite://x --to b", "a store has no manifests", cli.ExitError},
		"promote nowhere":  {"the folder is named", "promote retail --from testdata --to nowhere", "nowhere: there is no such folder", cli.ExitUnknown},
		"promote a file":   {"a folder is right", "promote retail --from testdata --to testdata/company.yaml", "is no folder", cli.ExitUnknown},
		"promote whom":     {"the source lacks it", "promote nobody --from testdata/company.yaml --to testdata/golden", `the source has no Tenant "nobody"`, cli.ExitUnknown},
		"rules of nowhere": {"they were named", "promote north --from testdata/company.yaml --to testdata/golden --rules nowhere.yaml", "nowhere.yaml: no such file", cli.ExitUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := run(t, "", strings.Fields(test.args)...)
			if got.code != test.code || got.stdout != "" || !strings.Contains(got.stderr, test.want) {
				t.Errorf("%s: stderr should say %q with exit code %d, got %d, %q and %q", test.reason, test.want, test.code, got.code, got.stderr, got.stdout)
			}
			if strings.Contains(got.stderr, "secret") {
				t.Errorf("what may be secret should not be repeated, got %q", got.stderr)
			}
		})
	}
}
