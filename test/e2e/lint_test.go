// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	stdcmp "cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/roster-dev/roster/internal/cli"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/testkit"
)

// lintedManifests is how many manifests lint and the API server are compared over.
const lintedManifests = 1_000

// linted is what rosterctl lint says of an object.
type linted struct {
	Severity, Rule, Kind, Namespace, Name, Path, Message string
}

func (l linted) object() string { return l.Kind + " " + l.Name }

// lint runs rosterctl over manifests, and returns what it found of each object.
func lint(t *testing.T, manifests []map[string]any) map[string][]linted {
	t.Helper()
	var text, out, complaint bytes.Buffer
	for _, m := range manifests {
		content, err := yaml.Marshal(m)
		must(t, err)
		fmt.Fprintf(&text, "---\n%s", content)
	}
	if code := cli.Main(t.Context(), []string{"rosterctl", "lint", "-f", "-", "-o", "json"}, cli.Build{}, &text, &out, &complaint); code > cli.ExitNo {
		t.Fatalf("lint should judge the manifests, its exit code is %d: %s", code, complaint.String())
	}
	var report struct{ Findings []linted }
	must(t, json.Unmarshal(out.Bytes(), &report))
	found := map[string][]linted{}
	for _, l := range report.Findings {
		found[l.object()] = append(found[l.object()], l)
	}
	return found
}

func nameOf(manifest map[string]any) string {
	o := unstructured.Unstructured{Object: manifest}
	return o.GetKind() + " " + o.GetName()
}

// TestLintAgreesWithTheAPIServer sends what lint has judged to an API server that asks the webhook, and then lets the manager store what was
// admitted: it warns of what lint warns of, and holds and misses the same.
func TestLintAgreesWithTheAPIServer(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	manifests := testkit.DrawManifests(rand.New(rand.NewPCG(2026, 5)), c.namespace, lintedManifests)
	found, counts := lint(t, manifests), map[string]int{}
	var admitted []map[string]any
	for _, m := range manifests {
		refusal := c.Create(t.Context(), (&unstructured.Unstructured{Object: m}).DeepCopy(), client.DryRunAll, client.FieldValidation("Strict"))
		if agreesOnRefusal(t, nameOf(m), refusal, found[nameOf(m)], counts) {
			admitted = append(admitted, m)
		}
	}
	t.Logf("of %d manifests: %v", len(manifests), counts)
	for _, verdict := range []string{"schema", "CEL", "webhook", "admitted"} {
		if counts[verdict] < 10 {
			t.Errorf("%d manifests were judged by %s, want at least 10: the drawn ones do not try it", counts[verdict], verdict)
		}
	}
	if !t.Failed() {
		c.agreesOnWarnings(admitted)
	}
}

// sorts are who finds a rule broken, where that is not the webhook.
var sorts = map[string]string{"UnknownField": "schema", "Schema": "schema", "CEL": "CEL"}

// agreesOnRefusal compares one verdict, and tells whether the object was admitted.
func agreesOnRefusal(t *testing.T, what string, refusal error, found []linted, counts map[string]int) bool {
	t.Helper()
	refused, unknown, by := map[string]bool{}, false, "admitted"
	for _, l := range found {
		if l.Severity == "error" {
			refused[l.Path], unknown = true, unknown || l.Rule == "UnknownField"
			by = stdcmp.Or(sorts[l.Rule], "webhook")
		}
	}
	counts[by]++
	if (refusal != nil) != (len(refused) > 0) {
		t.Errorf("%s: the API server says %v, and lint refuses %v", what, refusal, slices.Sorted(maps.Keys(refused)))
	}
	status, is := errors.AsType[*apierrors.StatusError](refusal)
	if !is || unknown {
		// Of fields it does not know the API server says nothing but the names, and no more.
		return refusal == nil
	}
	fields := map[string]bool{}
	for _, cause := range status.ErrStatus.Details.Causes {
		if cause.Field != "<nil>" {
			fields[cause.Field] = true
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(fields)), slices.Sorted(maps.Keys(refused))); diff != "" {
		t.Errorf("%s: lint should refuse the fields that the API server refuses (-API server +lint):\n%s%v", what, diff, refusal)
	}
	return false
}

// heard are the warnings of an API server.
type heard struct{ warnings []string }

// HandleWarningHeader hears a warning.
func (h *heard) HandleWarningHeader(_ int, _ string, text string) {
	h.warnings = append(h.warnings, text)
}

// agreesOnWarnings creates what was admitted, and compares what lint warns of with what the webhook warns of, and with the conditions in
// which the manager says what it came to.
func (c *company) agreesOnWarnings(admitted []map[string]any) {
	c.t.Helper()
	found := lint(c.t, admitted)
	for _, m := range admitted {
		c.create((&unstructured.Unstructured{Object: m}).DeepCopy())
	}
	config, ear := plane.Config(c.t), &heard{}
	config.WarningHandler = rest.WarningHandler(ear)
	writer, err := client.New(config, client.Options{Scheme: testkit.Scheme()})
	must(c.t, err)
	for _, m := range admitted {
		testkit.Eventually(c.t, nameOf(m)+" is warned of as lint warns", func(ctx context.Context) (bool, string) {
			object := (&unstructured.Unstructured{Object: m}).DeepCopy()
			if err := writer.Get(ctx, client.ObjectKeyFromObject(object), object); err != nil {
				return false, err.Error()
			}
			ear.warnings = nil
			if err := writer.Update(ctx, object, client.DryRunAll); err != nil {
				return false, err.Error()
			}
			diff := cmp.Diff(told(ear.warnings), warned(found[nameOf(m)]))
			return diff == "", "(-webhook +lint)\n" + diff
		})
	}
	testkit.Eventually(c.t, "Ready is whoever lint finds whole", func(ctx context.Context) (bool, string) {
		return c.readyAsLinted(ctx, found)
	})
}

// nobodyMatches is known of the whole set only.
const nobodyMatches = "no operator of the tenant matches spec.subjects"

func told(warnings []string) []string {
	return slices.Compact(slices.Sorted(maps.Keys(setOf(warnings, func(w string) bool { return !strings.HasSuffix(w, nobodyMatches) }))))
}

func warned(found []linted) []string {
	var sentences []string
	for _, l := range found {
		if l.Rule != roster.WarnLastAdministrator {
			sentences = append(sentences, strings.Replace(strings.TrimPrefix(l.Path+": "+l.Message, ": "), ": is held: ", " is held: ", 1))
		}
	}
	return told(sentences)
}

func setOf(list []string, wanted func(string) bool) map[string]bool {
	set := map[string]bool{}
	for _, e := range list {
		if wanted(e) {
			set[e] = true
		}
	}
	return set
}

// unready are the rules of warnings by which an object is not Ready. Of two who want one name, one gets it: that is left out.
var (
	unready   = []string{roster.WarnMissingTenant, roster.WarnMissingGroup, roster.WarnMissingOperator, "StrictRolePolicy", "TooManyGroups", "ProfileIncomplete"}
	undecided = []string{roster.WarnUserNameTaken, "EmailTaken"}
)

func (c *company) readyAsLinted(ctx context.Context, found map[string][]linted) (bool, string) {
	objects, err := c.objects(ctx)
	if err != nil {
		return false, err.Error()
	}
	var differing []string
	for _, o := range objects {
		is := func(rules []string) bool {
			return slices.ContainsFunc(found[describe(o)], func(l linted) bool { return slices.Contains(rules, l.Rule) })
		}
		if want := !is(unready); !is(undecided) && isReady(o) != want {
			differing = append(differing, fmt.Sprintf("%s should be Ready %t, and lint says %+v", describe(o), want, found[describe(o)]))
		}
	}
	return len(differing) == 0, strings.Join(differing, "\n")
}
