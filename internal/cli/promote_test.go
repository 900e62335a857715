// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roster-dev/roster/internal/cli"
)

// repository is a git repository of the sample company in two environments, each a folder with a kustomization.
type repository struct{ folder string }

const kustomization = `# The company in %s.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: harbour
resources:
- retail.yaml
- administrators.yaml
- people.yaml
`

// console is what only production has, and says so in a patch.
const console = `# The console of production.
apiVersion: identity.roster.dev/v1alpha1
kind: Tenant
metadata:
  name: retail
  namespace: harbour
spec:
  # Behind the login of the company.
  consoleURL: https://console.harbour.example.com
  integrations:
    facebook:
      pageID: "200000000000000" # the page of production
`

const ownOfProduction = `# What is production's own and never promoted.
namespace: harbour
keep:
- kind: Tenant
  fields: [spec.consoleURL, spec.integrations.facebook]
- kind: Operator
  fields: [spec.credential]
`

func newRepository(t *testing.T) *repository {
	t.Helper()
	r := &repository{t.TempDir()}
	for _, environment := range []string{"staging", "production"} {
		for to, from := range map[string]string{
			"retail.yaml": "10-tenant-retail.yaml", "administrators.yaml": "40-administrators.yaml", "people.yaml": "52-operators-retail-care.yaml",
		} {
			content, err := os.ReadFile(filepath.Join("..", "..", "config", "samples", from))
			if err != nil {
				t.Fatal(err)
			}
			r.write(t, environment+"/"+to, string(content))
		}
		r.write(t, environment+"/kustomization.yaml", fmt.Sprintf(kustomization, environment))
	}
	r.write(t, "production/kustomization.yaml", fmt.Sprintf(kustomization, "production")+"patches:\n# What only production has.\n- path: console.yaml\n")
	r.write(t, "production/console.yaml", console)
	r.write(t, "production/promotion.rules", ownOfProduction)
	r.git(t, "init", "--quiet")
	r.commit(t)
	return r
}

func (r *repository) write(t *testing.T, name, content string) {
	t.Helper()
	path := filepath.Join(r.folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (r *repository) read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(r.folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// edit replaces text of a file, which has to be there.
func (r *repository) edit(t *testing.T, name, old, with string) {
	t.Helper()
	content := r.read(t, name)
	if !strings.Contains(content, old) {
		t.Fatalf("%s should have %q", name, old)
	}
	r.write(t, name, strings.Replace(content, old, with, 1))
}

// cut leaves of a file what stands before some text.
func (r *repository) cut(t *testing.T, name, from string) {
	t.Helper()
	kept, _, found := strings.Cut(r.read(t, name), from)
	if !found {
		t.Fatalf("%s should have %q", name, from)
	}
	r.write(t, name, kept)
}

func (r *repository) git(t *testing.T, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "git", args...)
	command.Dir = r.folder
	command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com",
		"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func (r *repository) commit(t *testing.T) {
	t.Helper()
	r.git(t, "add", "--all")
	r.git(t, "commit", "--quiet", "--message", "Change it")
}

// diff is what differs in production, but for the record of hashes.
func (r *repository) diff(t *testing.T) string {
	t.Helper()
	r.git(t, "add", "--all", "--intent-to-add")
	var kept strings.Builder
	for line := range strings.Lines(r.git(t, "diff", "--no-color", "--unified=1", "--", "production", ":(exclude)production/promotion.lock")) {
		if !strings.HasPrefix(line, "index ") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

func (r *repository) promote(t *testing.T, args ...string) result {
	t.Helper()
	words := append([]string{"promote", "retail", "--from", filepath.Join(r.folder, "staging"), "--to", filepath.Join(r.folder, "production")}, args...)
	got := run(t, "", words...)
	got.stdout = strings.ReplaceAll(got.stdout, r.folder+"/", "")
	got.stderr = strings.ReplaceAll(got.stderr, r.folder+"/", "")
	return got
}

const night = `---
# At night whoever is there answers.
apiVersion: identity.roster.dev/v1alpha1
kind: ChannelPolicy
metadata:
  name: retail-night
  namespace: harbour
spec:
  tenant: retail
  channels: [WhatsApp] # and no phone
  subjects:
  - role: Worker
`

// TestThreePromotionsInARow carries the sample company from staging to production three times. Each time the diff is kept, every comment
// stays, and a second promotion changes nothing.
func TestThreePromotionsInARow(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	for i, step := range []struct {
		reason string
		edit   func()
		args   []string
	}{
		{"fields, lists and a new policy; what is production's own stays", func() {
			r.edit(t, "staging/retail.yaml", "channels: [Chat, Phone, Email]", "channels: [Chat, Email]")
			r.edit(t, "staging/retail.yaml", "maxConcurrent: 10", "maxConcurrent: 12")
			r.edit(t, "staging/retail.yaml", "validFor: 48h", "validFor: 24h")
			r.edit(t, "staging/retail.yaml", "console.retail.example", "staging.example")
			r.write(t, "staging/retail.yaml", r.read(t, "staging/retail.yaml")+night)
		}, nil},
		{"people, of whom one comes and one is in another tenant, too", func() {
			r.edit(t, "staging/people.yaml", "title: Customer care lead", "title: Head of customer care")
			r.edit(t, "staging/people.yaml", "    - quartz-juniper\n", "    - quartz-juniper\n    - newcomer\n")
			r.write(t, "staging/people.yaml", r.read(t, "staging/people.yaml")+`---
# New, and on trial.
apiVersion: identity.roster.dev/v1alpha1
kind: Operator
metadata:
  name: newcomer
  namespace: harbour
spec:
  userName: newcomer
  profile:
    givenName: New
    familyName: Comer
    email: newcomer@example.com
  companyAdministrator: true
  tenants:
  - tenant: travel
    role: Administrator
  # Where the day is spent.
  - tenant: retail
    role: Worker
    groups:
    - name: retail-care
`)
		}, []string{"--operators"}},
		{"what was promoted and is gone goes, and a field that is absent is taken out", func() {
			r.edit(t, "staging/retail.yaml", night, "")
			r.edit(t, "staging/retail.yaml", "  payments:\n    enabled: true\n", "")
			r.edit(t, "staging/retail.yaml", "  - operator: granite-sunbeam\n", "")
		}, []string{"--operators"}},
	} {
		step.edit()
		r.commit(t)
		comments := commentsOf(r, t)
		got := r.promote(t, step.args...)
		if got.code != cli.ExitYes || got.stderr != "" {
			t.Fatalf("%s: it should be promoted, got exit code %d\n%s%s", step.reason, got.code, got.stdout, got.stderr)
		}
		name := filepath.Join("testdata", "promote", fmt.Sprintf("%d", i+1))
		golden(t, step.reason, name+".txt", got.stdout)
		golden(t, step.reason, name+".diff", r.diff(t))
		after := commentsOf(r, t)
		for comment := range comments {
			if !after[comment] && !strings.Contains(night, comment) {
				t.Errorf("%s: the comment %q should stay", step.reason, comment)
			}
		}
		r.commit(t)
		again := r.promote(t, step.args...)
		if again.code != cli.ExitYes || !strings.Contains(again.stdout, "nothing to do") || r.git(t, "status", "--short") != "" {
			t.Errorf("%s: a second promotion should change nothing, got exit code %d\n%s%s%s", step.reason, again.code, again.stdout, again.stderr, r.git(t, "diff"))
		}
	}
}

// commentsOf are the comments of production.
func commentsOf(r *repository, t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, name := range []string{"retail.yaml", "people.yaml", "administrators.yaml", "console.yaml", "kustomization.yaml"} {
		for line := range strings.Lines(r.read(t, "production/"+name)) {
			if _, comment, is := strings.Cut(line, "# "); is {
				found[strings.TrimSpace(comment)] = true
			}
		}
	}
	return found
}

// TestAnOverlayOverASharedBaseIsPatched: what lies outside of the overlay is shared with other environments and never edited.
func TestAnOverlayOverASharedBaseIsPatched(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	for _, name := range []string{"retail.yaml", "administrators.yaml", "people.yaml"} {
		r.write(t, "base/"+name, r.read(t, "production/"+name))
		if err := os.Remove(filepath.Join(r.folder, "production", name)); err != nil {
			t.Fatal(err)
		}
	}
	r.write(t, "base/kustomization.yaml", fmt.Sprintf(kustomization, "all"))
	r.write(t, "production/kustomization.yaml", "# Production.\nresources:\n- ../base # shared\npatches:\n- path: console.yaml\n")
	r.commit(t)
	r.edit(t, "staging/retail.yaml", "channels: [Chat, Phone, Email]", "channels: [Chat, Email]")
	r.edit(t, "staging/retail.yaml", "  description: Returns, repairs and complaints.\n", "")
	r.edit(t, "staging/retail.yaml", "accentColor: \"#0f4c81\"", "accentColor: \"#103050\"")
	r.edit(t, "staging/people.yaml", "    - quartz-juniper\n", "")
	r.write(t, "staging/retail.yaml", r.read(t, "staging/retail.yaml")+night)
	r.commit(t)
	got := r.promote(t, "--operators")
	if got.code != cli.ExitYes {
		t.Fatalf("it should be promoted, got exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	if changed := r.git(t, "status", "--short", "base"); changed != "" {
		t.Errorf("the base should not be touched, got %s", changed)
	}
	golden(t, "patches say what differs from the base", filepath.Join("testdata", "promote", "overlay.diff"), r.diff(t))
	r.commit(t)
	if again := r.promote(t, "--operators"); !strings.Contains(again.stdout, "nothing to do") || r.git(t, "status", "--short") != "" {
		t.Errorf("a second promotion should change nothing, got\n%s%s", again.stdout, again.stderr)
	}
	// What goes is taken out by a patch, too.
	r.edit(t, "staging/retail.yaml", night, "")
	r.cut(t, "staging/retail.yaml", "---\n# By name: two people")
	r.commit(t)
	if got := r.promote(t, "--operators"); got.code != cli.ExitYes || !strings.Contains(got.stdout, "ChannelPolicy removed: retail-escalations and retail-night") {
		t.Errorf("what is gone from the source should go, got exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
}

func TestWhatSomebodyHasToDecideIsRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		reason string
		edit   func(t *testing.T, r *repository)
		args   []string
		// refused is what is said without --force, empty where nothing is in the way; withForce is what is said then.
		refused, withForce string
	}{
		"target changed": {
			"the promotion would undo what somebody did in production",
			func(t *testing.T, r *repository) {
				r.edit(t, "production/retail.yaml", "maxConcurrent: 10", "maxConcurrent: 9")
			}, nil,
			"ChannelPolicy/retail-email: spec.capacity.maxConcurrent was changed in the target since the last promotion", "written: retail.yaml",
		},
		"both changed alike": {
			"there is nothing to decide",
			func(t *testing.T, r *repository) {
				r.edit(t, "production/retail.yaml", "maxConcurrent: 10", "maxConcurrent: 9")
				r.edit(t, "staging/retail.yaml", "maxConcurrent: 10", "maxConcurrent: 9")
			}, nil, "", "written: promotion.lock",
		},
		"source changed the target's own": {
			"production may need the same",
			func(t *testing.T, r *repository) {
				r.edit(t, "staging/retail.yaml", "console.retail.example", "staging.example")
			}, nil,
			"Tenant/retail: spec.consoleURL is the target's own, and the source changed it since the last promotion", "written: promotion.lock",
		},
		"taken out of the target": {
			"somebody did not want it there",
			func(t *testing.T, r *repository) {
				r.cut(t, "production/retail.yaml", "---\n# By name: two people")
			}, nil, "ChannelPolicy/retail-escalations was taken out of the target since the last promotion", "ChannelPolicy/retail-escalations is new",
		},
		"gone and changed": {
			"what somebody changed in production would be lost",
			func(t *testing.T, r *repository) {
				r.cut(t, "staging/retail.yaml", "---\n# By name: two people")
				r.edit(t, "production/retail.yaml", "maxConcurrent: 2\n", "maxConcurrent: 1\n")
			}, nil, "ChannelPolicy/retail-escalations: spec.capacity.maxConcurrent was changed in the target", "ChannelPolicy/retail-escalations goes",
		},
		"a rule that is new": {
			"a field that was carried over before is the target's own from now on",
			func(t *testing.T, r *repository) {
				r.edit(t, "production/promotion.rules", "spec.integrations.facebook]", "spec.integrations.facebook, spec.displayName]")
				r.edit(t, "production/retail.yaml", "displayName: Harbour Retail", "displayName: Retail by Harbour")
			}, nil, "", "spec.consoleURL, spec.displayName, spec.integrations.facebook.pageID",
		},
		"a rule that is gone": {
			"a field that was the target's own is carried over from now on",
			func(t *testing.T, r *repository) {
				r.edit(t, "production/promotion.rules", "spec.consoleURL, ", "")
			}, nil, "", "carries over: Tenant/retail: spec.consoleURL",
		},
		"a result that breaks a rule": {
			"a new object may lack what is the target's own",
			func(t *testing.T, r *repository) {
				r.edit(t, "production/promotion.rules", "fields: [spec.credential]", "fields: [spec.profile]")
				r.write(t, "staging/people.yaml", r.read(t, "staging/people.yaml")+"---\napiVersion: identity.roster.dev/v1alpha1\nkind: Operator\nmetadata: {name: newcomer, namespace: harbour}\n"+
					"spec: {userName: newcomer, profile: {givenName: N, familyName: C, email: n@example.com}, tenants: [{tenant: retail, role: Worker}]}\n")
			}, []string{"--operators"}, `Operator "newcomer": spec.profile: Required value`, "refused: what it comes to would not be right",
		},
		"removals beyond the budget": {
			"the manager would hold them, whatever is forced",
			func(t *testing.T, r *repository) {
				r.cut(t, "staging/people.yaml", "---\n")
			}, []string{"--operators"}, "would exceed the removal budget of retail", "refused: the manager would hold it",
		},
		"last Administrator": {
			"the manager would hold it, whatever is forced",
			func(t *testing.T, r *repository) {
				for _, environment := range []string{"staging", "production"} {
					text := r.read(t, environment+"/administrators.yaml")
					r.write(t, environment+"/administrators.yaml", strings.ReplaceAll(text, "companyAdministrator: true", "companyAdministrator: false"))
				}
				text := r.read(t, "staging/administrators.yaml")
				r.write(t, "staging/administrators.yaml", strings.ReplaceAll(text, "role: Administrator", "role: Worker"))
			}, []string{"--operators"}, "would remove the last Administrator of retail", "refused: the manager would hold it",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRepository(t)
			if got := r.promote(t, "--operators"); got.code != cli.ExitYes {
				t.Fatalf("a first promotion should be done, got %s%s", got.stdout, got.stderr)
			}
			test.edit(t, r)
			r.commit(t)
			got := r.promote(t, test.args...)
			if test.refused == "" {
				if got.code != cli.ExitYes || !strings.Contains(got.stdout, test.withForce) {
					t.Errorf("%s: there should be %q without --force, got exit code %d\n%s%s", test.reason, test.withForce, got.code, got.stdout, got.stderr)
				}
				return
			}
			if got.code != cli.ExitNo || !strings.Contains(got.stdout, "refused: ") || !strings.Contains(got.stdout, test.refused) {
				t.Errorf("%s: it should be refused with %q, got exit code %d\n%s%s", test.reason, test.refused, got.code, got.stdout, got.stderr)
			}
			if written := r.git(t, "status", "--short"); written != "" {
				t.Errorf("%s: nothing should be written where it is refused, got %s", test.reason, written)
			}
			if forced := r.promote(t, append(test.args, "--force")...); !strings.Contains(forced.stdout, test.withForce) {
				t.Errorf("%s: with --force there should be %q, got\n%s%s", test.reason, test.withForce, forced.stdout, forced.stderr)
			}
		})
	}
}
