// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
	"sigs.k8s.io/yaml"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/snapshot"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/translate"
	"github.com/roster-dev/roster/internal/webhook/requester"
	webhook "github.com/roster-dev/roster/internal/webhook/v1alpha1"
)

var manifests = flag.Int("manifests", 20_000, "how many manifests lint and the webhook are compared over")

// perCompany is how many manifests are judged at once, and often how often each sort of verdict must come up to say anything.
const (
	perCompany = 20
	often      = 10
)

// company is the namespace of drawn manifests.
const company = "harbour"

// platform may do everything, so that rules alone decide.
type platform struct{ client.Client }

func (platform) Create(_ context.Context, o client.Object, _ ...client.CreateOption) error {
	o.(*authorizationv1.SubjectAccessReview).Status.Allowed = true
	return nil
}

// door is the webhook's validator among some objects.
func door(objects []client.Object) *webhook.Validator {
	directory := snapshot.Holding(objects)
	clock := clocktesting.NewFakePassiveClock(time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC))
	return &webhook.Validator{
		Directory: directory, Desk: requester.NewDesk(platform{}, directory, clock), Synced: func(context.Context) bool { return true },
	}
}

// asked is what the webhook says of the creation of an object, given as decoded JSON.
func asked(t *testing.T, door *webhook.Validator, object map[string]any) admission.Response {
	t.Helper()
	raw, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	kind, name := object["kind"].(string), object["metadata"].(map[string]any)["name"].(string)
	return door.Handle(t.Context(), admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
		Operation: admissionv1.Create, Namespace: company, Name: name, UserInfo: authenticationv1.UserInfo{Username: "platform"},
		Kind:   metav1.GroupVersionKind{Group: v1alpha1.GroupVersion.Group, Version: v1alpha1.GroupVersion.Version, Kind: kind},
		Object: runtime.RawExtension{Raw: raw},
	}})
}

// sent is an object that was read as the API server hands it on.
func sent(t *testing.T, kind string, object client.Object) map[string]any {
	t.Helper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		t.Fatal(err)
	}
	content["apiVersion"], content["kind"] = v1alpha1.GroupVersion.String(), kind
	delete(content, "status")
	return content
}

// drawn are the manifests of a company, as YAML.
func drawn(t *testing.T, seed int) string {
	t.Helper()
	var text strings.Builder
	for _, object := range testkit.DrawManifests(rand.New(rand.NewPCG(uint64(seed), 7)), company, perCompany) {
		content, err := yaml.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "---\n%s", content)
	}
	return text.String()
}

// TestLintAgreesWithTheWebhook puts whole companies to lint, and each object that the API server would hand on to the webhook to that, in
// the middle of the others.
func TestLintAgreesWithTheWebhook(t *testing.T) {
	t.Parallel()
	counts := map[string]int{}
	for seed := range *manifests / perCompany {
		found, err := manifest.Source{Paths: []string{"-"}, Stdin: strings.NewReader(drawn(t, seed))}.Inspect()
		if err != nil {
			t.Fatal(err)
		}
		compare(t, seed, found, counts)
	}
	t.Logf("%v", counts)
	for _, verdict := range []string{"refused by the schema", "refused by CEL", "refused by the webhook", "admitted", "admitted with warnings"} {
		if counts[verdict] < often {
			t.Errorf("%d manifests were %s, want at least %d: the drawn ones do not try it", counts[verdict], verdict, often)
		}
	}
}

func compare(t *testing.T, seed int, found *manifest.Inspection, counts map[string]int) {
	t.Helper()
	var objects []client.Object
	for _, d := range found.Declarations {
		objects = append(objects, d.Object)
	}
	door, findings := door(objects), byObject(Check(found).Findings)
	for _, d := range found.Declarations {
		of := findings[d.Kind+" "+d.Namespace+"/"+d.Name]
		if len(d.Problems) > 0 {
			counts[map[bool]string{true: "refused by CEL", false: "refused by the schema"}[d.Problems[0].Rule == manifest.RuleCEL]]++
			continue
		}
		answer := asked(t, door, sent(t, d.Kind, d.Object))
		counts[outcome(answer)]++
		agree(t, fmt.Sprintf("seed %d: %s", seed, d), answer, paths(of, Error), sentences(of))
		agreesWithTheRecheck(t, fmt.Sprintf("seed %d: %s", seed, d), d.Object, door.Directory, of)
	}
}

func outcome(answer admission.Response) string {
	switch {
	case !answer.Allowed:
		return "refused by the webhook"
	case len(answer.Warnings) > 0:
		return "admitted with warnings"
	}
	return "admitted"
}

func byObject(findings []Finding) map[string][]Finding {
	of := map[string][]Finding{}
	for _, f := range findings {
		of[f.Object()] = append(of[f.Object()], f)
	}
	return of
}

// paths are the fields of the findings of a severity.
func paths(findings []Finding, severity Severity) []string {
	found := map[string]bool{}
	for _, f := range findings {
		if f.Severity == severity {
			found[f.Path] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// sentences are the warnings as the webhook words them, but for those that only the whole of a set can give rise to.
func sentences(findings []Finding) []string {
	found := map[string]bool{}
	for _, f := range findings {
		if f.Severity == Warning && f.Rule != roster.WarnLastAdministrator && !strings.HasSuffix(f.Message, nobodyMatches) {
			found[strings.Replace(strings.TrimPrefix(f.Path+": "+f.Message, ": "), ": is held: ", " is held: ", 1)] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

const nobodyMatches = "no operator of the tenant matches spec.subjects"

// agree compares an answer of the webhook with what lint says: the verdict, the fields and the warnings.
func agree(t *testing.T, what string, answer admission.Response, refused, warned []string) {
	t.Helper()
	if !answer.Allowed {
		fields := map[string]bool{}
		for _, cause := range answer.Result.Details.Causes {
			fields[cause.Field] = true
		}
		if diff := cmp.Diff(slices.Sorted(maps.Keys(fields)), refused); diff != "" || answer.Result.Code != 422 {
			t.Fatalf("%s: lint should refuse the fields that the webhook refuses with %d (-webhook +lint):\n%s", what, answer.Result.Code, diff)
		}
		return
	}
	if len(refused) > 0 {
		t.Fatalf("%s: the webhook admits it, and lint refuses %q", what, refused)
	}
	told := map[string]bool{}
	for _, warning := range answer.Warnings {
		// That the first group of a tenant comes is told of the change, and not of what is declared.
		if !strings.HasPrefix(warning, `in Tenant "`) && !strings.HasSuffix(warning, nobodyMatches) {
			told[warning] = true
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(told)), warned); diff != "" {
		t.Fatalf("%s: lint should warn of what the webhook warns of (-webhook +lint):\n%s", what, diff)
	}
}

// agreesWithTheRecheck compares with what the reconciler asks before it writes: every rule that is broken, and every part that is held or
// names what is not there.
func agreesWithTheRecheck(t *testing.T, what string, object client.Object, directory roster.Directory, findings []Finding) {
	t.Helper()
	o, is := object.(*v1alpha1.Operator)
	if !is {
		return
	}
	wanted := roster.Want(translate.Operator(o), directory)
	var broken []string
	for _, v := range wanted.Violations {
		broken = append(broken, v.Path)
	}
	slices.Sort(broken)
	if diff := cmp.Diff(slices.Compact(broken), paths(findings, Error)); diff != "" && len(broken)+len(paths(findings, Error)) > 0 {
		t.Fatalf("%s: lint should refuse what the reconciler finds broken (-reconciler +lint):\n%s", what, diff)
	}
	warned := paths(findings, Warning)
	for _, hold := range wanted.Holds {
		if !slices.Contains(warned, hold.Path) {
			t.Fatalf("%s: lint should tell that %s; it warns of %q", what, hold, warned)
		}
	}
	for _, missing := range wanted.Missing {
		if !slices.Contains(warned, missing.Path) {
			t.Fatalf("%s: lint should tell that there is no %s; it warns of %q", what, missing, warned)
		}
	}
}

// TestTheRulesAgreeWithTheWebhookOnWhatNoSchemaRefused: of objects that are older than a rule of the schema, the core judges alone.
func TestTheRulesAgreeWithTheWebhookOnWhatNoSchemaRefused(t *testing.T) {
	t.Parallel()
	refused := 0
	for seed := range *manifests / perCompany {
		var declarations []*manifest.Declaration
		var objects []client.Object
		var contents []map[string]any
		for _, content := range testkit.DrawManifests(rand.New(rand.NewPCG(uint64(seed), 11)), company, perCompany) {
			object := map[string]client.Object{
				"Tenant": &v1alpha1.Tenant{}, "Group": &v1alpha1.Group{}, "ChannelPolicy": &v1alpha1.ChannelPolicy{}, "Operator": &v1alpha1.Operator{},
			}[content["kind"].(string)]
			if runtime.DefaultUnstructuredConverter.FromUnstructured(content, object) == nil {
				objects, contents = append(objects, object), append(contents, content)
				declarations = append(declarations, &manifest.Declaration{Kind: content["kind"].(string), Namespace: company, Name: object.GetName(), Object: object})
			}
		}
		door := door(objects)
		for i, v := range judge(declarations) {
			answer := asked(t, door, contents[i])
			if !answer.Allowed {
				refused++
			}
			found := map[string]bool{}
			for _, violation := range v.violations {
				found[violation.Path] = true
			}
			var warnings []Finding
			for _, w := range v.warnings {
				message := w.Message
				if w.Held {
					message = "is held: " + message
				}
				warnings = append(warnings, Finding{Severity: Warning, Rule: w.Rule, Path: w.Path, Message: message})
			}
			agree(t, fmt.Sprintf("seed %d: %s", seed, declarations[i]), answer, slices.Sorted(maps.Keys(found)), sentences(warnings))
		}
	}
	if refused < often {
		t.Errorf("%d objects broke a rule, want at least %d: the drawn ones do not try it", refused, often)
	}
}
