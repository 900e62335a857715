// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/roster"
)

// check lints a folder of testdata, or a kustomization there.
func check(t *testing.T, folder string, built bool) *Result {
	t.Helper()
	source := manifest.Source{Paths: []string{filepath.Join("testdata", folder)}}
	if built {
		source = manifest.Source{Kustomization: filepath.Join("testdata", folder)}
	}
	found, err := source.Inspect()
	if err != nil {
		t.Fatal(err)
	}
	return Check(found)
}

func TestEveryFindingIsFoundWhereItStands(t *testing.T) {
	t.Parallel()
	for folder, test := range map[string]struct {
		reason string
		built  bool
		want   []string
	}{
		"sound":  {reason: "what is whole gives no reason to speak", want: nil},
		"others": {reason: "values of charts and kinds of others are passed over", want: nil},
		"syntax": {reason: "a broken document hides no other one, of its file or of others", want: []string{
			"a.yaml:8:1 error Syntax ",
			"a.yaml:13:8 error UnknownField spec.chanels",
			"b.yaml:1:1 error Manifest ",
			"b.yaml:5:1 error Syntax ",
			"c.json:3:24 error Schema spec.channels[0]",
		}},
		"schema": {reason: "every fault of an object is told, and one of a field that is absent at what is around it", want: []string{
			"a.yaml:18:5 error Schema spec.credential.mode",
			"a.yaml:21:5 error UnknownField spec.tenants[0].rolle",
			"a.yaml:22:5 error Schema spec.tenants[1]",
			"a.yaml:25:7 error Schema spec.tenants[1].groups[0].priority",
			"a.yaml:34:3 error Schema spec.profile.familyName",
			"a.yaml:37:3 error Schema spec.active",
		}},
		"unknown": {reason: "an object with a field too many is judged without it", want: []string{
			"a.yaml:7:3 warning MissingTenant spec.tenant",
			"a.yaml:8:3 error UnknownField spec.chanels",
			"a.yaml:13:9 error SelectorsUnderstood spec.subjects[0].selector.matchExpressions[0]",
		}},
		"cel": {reason: "rules across fields", want: []string{
			"a.yaml:17:3 error CEL spec.homeTenant",
			"a.yaml:21:5 error CEL spec.tenants[0].team",
			"a.yaml:25:7 error CEL spec.tenants[0].visibility.liveVisitorPreview",
		}},
		"webhook": {reason: "no schema refuses these, and the webhook does", want: []string{
			"a.yaml:16:9 error SelectorsUnderstood spec.subjects[1].selector.matchLabels[not a key!]",
			"a.yaml:16:9 error SelectorsUnderstood spec.subjects[1].selector.matchLabels[not a key!]",
			"a.yaml:18:9 error SelectorsUnderstood spec.subjects[1].selector.matchExpressions[0]",
			"a.yaml:18:52 error SelectorsUnderstood spec.subjects[1].selector.matchExpressions[0].values[1]",
		}},
		"twice": {reason: "one of the two is too many", want: []string{
			"b.yaml:4:12 error DeclaredTwice metadata.name",
		}},
		"missing": {reason: "whatever names what is not among the manifests", want: []string{
			"a.yaml:18:5 warning MissingTenant spec.tenants[south].tenant",
			"a.yaml:24:7 warning MissingGroup spec.tenants[north].groups[ghosts]",
			"a.yaml:27:7 warning MissingOperator spec.tenants[north].team[nobody]",
			"a.yaml:46:3 warning MissingTenant spec.tenant",
			"a.yaml:55:5 warning MissingGroup spec.subjects[0].group",
			"a.yaml:56:5 warning MissingOperator spec.subjects[1].operator",
		}},
		"taken": {reason: "both who want one name are told of each other, in any case of letters", want: []string{
			"a.yaml:7:3 warning UserNameTaken spec.userName",
			"a.yaml:11:5 warning EmailTaken spec.profile.email",
			"a.yaml:12:3 warning KubernetesUserTaken spec.kubernetesUser",
			"a.yaml:20:3 warning UserNameTaken spec.userName",
			"a.yaml:25:3 warning KubernetesUserTaken spec.kubernetesUser",
			"b.yaml:11:5 warning EmailTaken spec.profile.email",
		}},
		"held": {reason: "what a policy of the tenant holds back", want: []string{
			"a.yaml:31:5 warning ProfileIncomplete spec.tenants[strict]",
			"a.yaml:32:19 warning StrictRolePolicy spec.tenants[strict].permissions[ManageFiles]",
			"a.yaml:32:32 warning StrictRolePolicy spec.tenants[strict].permissions[ViewSessions]",
			"a.yaml:34:7 warning TooManyGroups spec.tenants[strict].groups[two]",
		}},
		"administrator": {reason: "whoever may be the last Administrator is held, and nobody is where somebody else administers", want: []string{
			"a.yaml:30:5 warning LastAdministrator spec.tenants[north].active",
			"a.yaml:59:3 warning LastAdministrator spec.active",
		}},
		"ineffective": {reason: "what grants nothing", want: []string{
			"a.yaml:6:28 warning ChannelNotOfTenant spec.awayRouting.channels[Email]",
			"a.yaml:24:7 warning ChannelNotOfTenant spec.tenants[north].channels[WhatsApp]",
			"a.yaml:25:12 warning NotWorkerOrManager spec.tenants[north].team[boss]",
			"a.yaml:27:7 warning MailNeverSent spec.tenants[north].notifications.afterCall",
			"a.yaml:29:7 warning PublicNameLooksLikeEmail spec.tenants[north].profile.publicName",
			"a.yaml:47:34 error Schema spec.channels[0]",
			"a.yaml:55:3 warning PolicyGrantsNothing spec.subjects",
			"a.yaml:65:3 warning PolicyGrantsNothing spec.availability",
			"a.yaml:72:3 warning PolicyGrantsNothing spec.channels",
			"a.yaml:72:14 warning ChannelNotOfTenant spec.channels[Email]",
		}},
		"list": {reason: "items of a list have lines of their own", want: []string{
			"a.yaml:21:7 error Schema spec.tenants[0].role",
		}},
		"anchors": {reason: "what is an alias, or merged in, stands elsewhere", want: []string{
			"a.yaml:10:53 warning EmailTaken spec.profile.email",
			"a.yaml:10:53 warning EmailTaken spec.profile.email",
			"a.yaml:12:7 warning MissingTenant spec.tenants[nowhere].tenant",
			"a.yaml:12:7 warning MissingTenant spec.tenants[nowhere].tenant",
			"a.yaml:20:7 error CEL spec.profile.title",
			"a.yaml:22:5 error CEL spec.homeTenant",
		}},
		"types": {reason: "a tenant with a value of another type is there for whoever names it", want: []string{
			"a.yaml:8:5 error Schema spec.offboarding.retention",
		}},
		"overlay/staging": {reason: "what was built is found where it comes from", built: true, want: []string{
			"people.yaml:13:5 warning MissingTenant spec.tenants[north].tenant",
			"people.yaml:21:1 error CEL spec.homeTenant",
			"people.yaml:28:5 warning MissingTenant spec.tenants[south].tenant",
		}},
	} {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range check(t, folder, test.built).Findings {
				if f.Message == "" || (f.Rule != manifest.RuleSyntax && f.Rule != manifest.RuleManifest && f.Name == "") {
					t.Errorf("a finding should say what is the matter with what: %+v", f)
				}
				got = append(got, fmt.Sprintf("%s:%d:%d %s %s %s", filepath.Base(f.File), f.Line, f.Column, f.Severity, f.Rule, f.Path))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s; the findings differ (-want +got):\n%s", test.reason, diff)
			}
		})
	}
}

func TestEveryFolderOfTestdataIsLinted(t *testing.T) {
	t.Parallel()
	folders, err := os.ReadDir("testdata")
	if err != nil || len(folders) < 15 {
		t.Errorf("there should be a folder for every sort of finding, there are %d: %v", len(folders), err)
	}
}

// TestEveryRuleIsDescribed: no finding has a rule that nobody explains, and no rule is explained that does not exist.
func TestEveryRuleIsDescribed(t *testing.T) {
	t.Parallel()
	rules := slices.Concat(manifest.Rules(), roster.WarningRules())
	for _, kind := range []string{roster.KindTenant, roster.KindGroup, roster.KindChannelPolicy, roster.KindOperator} {
		rules = append(rules, roster.RuleNames(kind)...)
	}
	// A manifest says nothing of what was before, so rules on edits find nothing.
	edits := []string{"UserNameStays", "IdentityProviderStays", "TenantStays"}
	rules = slices.DeleteFunc(rules, func(rule string) bool { return slices.Contains(edits, rule) })
	slices.Sort(rules)
	if diff := cmp.Diff(slices.Compact(rules), Rules()); diff != "" {
		t.Errorf("every rule should be described, and nothing else (-rules +described):\n%s", diff)
	}
}

// TestAPathThatIsNowhereIsFoundNearby: whatever is asked for, a line is told.
func TestAPathThatIsNowhereIsFoundNearby(t *testing.T) {
	t.Parallel()
	found, err := manifest.Source{Paths: []string{filepath.Join("testdata", "missing", "a.yaml")}}.Inspect()
	if err != nil {
		t.Fatal(err)
	}
	var at manifest.Locator
	anna := found.Declarations[1]
	for path, want := range map[string]int{
		"": 6, "spec": 11, "spec.nothing.at.all": 11, "spec.tenants[north]": 20, "spec.tenants[1]": 20, "spec.tenants[7]": 17, "spec.tenants[north].groups[ghosts].priority": 24,
		"spec.profile.title": 13, "metadata.labels[a.b/c]": 8, "[": 6, "spec..x": 11, "spec.tenants[": 17, "]": 6, "spec.tenants[north].team[nobody]]": 25,
	} {
		if got := at.Field(anna, path); got.Line != want {
			t.Errorf("%q should be found on line %d, got %d", path, want, got.Line)
		}
	}
}
