// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/cli"
	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

func driftOf(t *testing.T, url string, more ...string) result {
	t.Helper()
	words := []string{"drift", "--store", url, "--installation", installation}
	for _, path := range harbourFiles(t) {
		words = append(words, "-f", path)
	}
	return run(t, "", append(words, more...)...)
}

func TestNothingDriftsThatAManagerWrote(t *testing.T) {
	t.Parallel()
	url := newStore(t)
	keep(t, url, harbour(t))
	before, err := os.ReadFile(strings.TrimPrefix(url, "sqlite://"))
	must(t, err)
	got := driftOf(t, url)
	if got.code != cli.ExitYes || got.stdout != "the store has what company \"harbour\" declares\n" || got.stderr != "" {
		t.Errorf("over a converged store: %+v; expected that nothing differs", got)
	}
	after, err := os.ReadFile(strings.TrimPrefix(url, "sqlite://"))
	must(t, err)
	if !slices.Equal(before, after) {
		t.Error("the file of the store is another one after a comparison; expected that it is only read")
	}
}

func TestDriftIsToldByObjectAndField(t *testing.T) {
	t.Parallel()
	url := newStore(t)
	objects := harbour(t)
	objects.Operators = slices.DeleteFunc(objects.Operators, func(o *v1alpha1.Operator) bool { return o.Name == "amber-willow" })
	keep(t, url, objects)
	stray := roster.Person{User: roster.User{Company: "harbour", UserName: "stray", Active: true, Profile: roster.Profile{Email: "stray@example.com"}}}
	foreign := roster.Person{User: roster.User{Company: "harbour", UserName: "foreign", Active: true, Profile: roster.Profile{Email: "foreign@example.com"}}}
	over(t, url, func(ctx context.Context, s store.Store) error {
		epoch, err := s.Fence(ctx, installation)
		must(t, err)
		ours := store.Stamp{Owner: store.Owner{Installation: installation, Namespace: "harbour", Kind: "Operator", Name: "stray"}, Epoch: epoch}
		if _, err := s.People().Put(ctx, stray, ours, store.Terms{}); err != nil {
			return err
		}
		_, err = s.People().Put(ctx, foreign, store.Stamp{Owner: store.Owner{Installation: "other", Namespace: "harbour", Kind: "Operator", Name: "foreign"}}, store.Terms{})
		return err
	})
	change(t, url,
		"UPDATE users SET title = 'Chief' WHERE user_name = 'bronze.lapwing'",
		"UPDATE memberships SET role = 'Administrator' WHERE user_id = (SELECT id FROM users WHERE user_name = 'pewter.fogbank')",
		"UPDATE tenant_groups SET display_name = 'Careless' WHERE group_name = 'retail-care'",
		"UPDATE users SET stamp_installation = NULL, stamp_namespace = NULL, stamp_kind = NULL, stamp_name = NULL WHERE user_name = 'shale.petrel'",
		"DELETE FROM channel_policies WHERE policy_name = 'energy-email'",
		"UPDATE tenant_groups SET display_name = 'All' WHERE tenant = 'marina' AND group_name = 'general'",
	)
	got := driftOf(t, url)
	if got.code != cli.ExitNo || strings.Contains(got.stdout, "Chief") {
		t.Errorf("of a store that was changed: %+v; expected a no, and nothing that is a person's", got)
	}
	compareKept(t, "drift", got.stdout)
	if shown := driftOf(t, url, "--values"); !strings.Contains(shown.stdout, `"Chief"`) {
		t.Errorf("with --values: %s; expected the title of the person, too", shown.stdout)
	}
	compareKept(t, "drift-json", driftOf(t, url, "-o", "json").stdout)
}

// compareKept compares what is printed with what was kept.
func compareKept(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/kept/" + name + ".txt"
	if *update {
		must(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s should be what is kept (-want +got):\n%s\nIf it is meant to change, run this test with -update.", name, diff)
	}
}

// TestWhatIsHeldIsNoDrift: the record is compared with what the manager writes while a part is held, and what has no record yet is told with the
// reason that the status gives.
func TestWhatIsHeldIsNoDrift(t *testing.T) {
	t.Parallel()
	objects, err := manifest.Source{Paths: []string{"testdata/company.yaml"}}.Read()
	must(t, err)
	url := newStore(t)
	keep(t, url, objects)
	text, err := os.ReadFile("testdata/company.yaml")
	must(t, err)
	// The last object is who waits for the e-mail address.
	waiting := string(text) + "status:\n  conditions:\n  - {type: Conflict, status: 'True', reason: EmailTaken, message: m, lastTransitionTime: '2030-01-01T09:00:00Z'}\n"
	got := run(t, waiting, "drift", "--store", url, "--installation", installation, "-f", "-")
	want := "OBJECT              HOW                              FIELD   IN THE STORE   DECLARED\nOperator twin-two   Missing (Conflict: EmailTaken)   -       -              -\n"
	if got.code != cli.ExitNo || got.stdout != want {
		t.Errorf("of a company with holds: %+v; expected who waits alone:\n%s", got, want)
	}
}

func TestDriftThatCannotBeToldIsExitCodeThree(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		reason, args, want string
		code               int
	}{
		{"a store is named", "drift --installation production", "--store is required", cli.ExitError},
		{"an installation is named", "drift --store sqlite://x.db", "--installation is required", cli.ExitError},
		{"a store is not made", "drift --store sqlite://nowhere.db --installation production", "nowhere.db cannot be found", cli.ExitUnknown},
		{"no secret is told", "drift --store mysql://robot:hunter2@db/x --installation production", `there is no store "mysql"`, cli.ExitUnknown},
		{"a store in memory is none to compare", "drift --store memory:// --installation production", "this store ends with the program", cli.ExitUnknown},
	} {
		got := run(t, "", strings.Fields(tc.args+ofAcme)...)
		if got.code != tc.code || !strings.Contains(got.stderr, tc.want) || strings.Count(got.stderr, "\n") != 1 || strings.Contains(got.stderr, "hunter2") {
			t.Errorf("%s: %s: %+v; expected exit code %d and one line with %q", tc.reason, tc.args, got, tc.code, tc.want)
		}
	}
}
