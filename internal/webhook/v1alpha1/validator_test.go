// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/testkit"
)

// wim is the Worker of the population, with changes.
func wim(changes ...func(*v1alpha1.Operator)) *v1alpha1.Operator {
	o := testkit.Operator(company, "wim", testkit.InTenant("north"))
	o.Spec.KubernetesUser = "wim@idp"
	for _, change := range changes {
		change(o)
	}
	return o
}

func titled(o *v1alpha1.Operator)   { o.Spec.Profile.Title = "Head" }
func promoted(o *v1alpha1.Operator) { o.Spec.Tenants[0].Role = v1alpha1.RoleAdministrator }

// leading gives him a team though he is a Worker, which a rule refuses; the API server's own does too, but for objects of before.
func leading(o *v1alpha1.Operator) { o.Spec.Tenants[0].Team = []v1alpha1.ObjectName{"max"} }

func TestEachOperationIsDecided(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		reason        string
		user          string
		before, after client.Object
		change        func(*admission.Request)
		want          int32
	}{
		"create":               {"he administers the tenant it names", "north-admin", nil, testkit.Operator(company, "new", testkit.InTenant("north")), nil, 200},
		"create elsewhere":     {"it is not his tenant", "north-admin", nil, testkit.Operator(company, "new", testkit.InTenant("south")), nil, 403},
		"create by a person":   {"the person is Administrator there", "ada@idp", nil, testkit.Operator(company, "new", testkit.InTenant("north")), nil, 200},
		"create by a Manager":  {"the Manager role never creates (F50)", "max@idp", nil, testkit.Operator(company, "new", testkit.InTenant("north")), nil, 403},
		"update of oneself":    {"the title is his own (F70)", "wim@idp", wim(), wim(titled), nil, 200},
		"promotion of self":    {"the role is not", "wim@idp", wim(), wim(promoted), nil, 403},
		"update without any":   {"what changes nothing anybody may do", "stranger", wim(), wim(), nil, 200},
		"invalid":              {"he may, and it breaks a rule", "north-admin", wim(), wim(leading), nil, 422},
		"both":                 {"authority is answered first", "stranger", wim(), wim(leading), nil, 403},
		"delete":               {"he administers it", "north-admin", wim(), nil, nil, 200},
		"delete by oneself":    {"nobody deletes himself", "wim@idp", wim(), nil, nil, 403},
		"delete of an invalid": {"no rule refuses a deletion", "north-admin", wim(leading), nil, nil, 200},
		"delete of many":       {"each has a name of its own only inside", "wim@idp", wim(), nil, func(r *admission.Request) { r.Name = "" }, 403},
		"status": {"it is the manager's word", "platform", wim(), wim(func(o *v1alpha1.Operator) { o.Status.State = v1alpha1.OperatorStateActive }),
			func(r *admission.Request) { r.SubResource = "status" }, 403},
		"status as it was":             {"it changes nothing", "stranger", wim(), wim(), func(r *admission.Request) { r.SubResource = "status" }, 200},
		"dry run":                      {"it is answered like any other", "stranger", wim(), wim(promoted), func(r *admission.Request) { r.DryRun = new(true) }, 403},
		"tenant":                       {"a company's", "north-admin", nil, testkit.Tenant(company, "north"), nil, 403},
		"tenant of the company":        {"it is the company's", "platform", nil, testkit.Tenant(company, "west"), nil, 200},
		"group":                        {"it is of his tenant", "north-admin", nil, testkit.Group(company, "new", "north"), nil, 200},
		"group elsewhere":              {"it is not", "north-admin", nil, testkit.Group(company, "new", "south"), nil, 403},
		"policy":                       {"it is of his tenant", "north-admin", nil, testkit.ChannelPolicy(company, "new", "north", testkit.For(v1alpha1.PolicySubject{Role: v1alpha1.RoleWorker})), nil, 200},
		"policy elsewhere":             {"it is not", "north-admin", nil, testkit.ChannelPolicy(company, "new", "south", testkit.For(v1alpha1.PolicySubject{Role: v1alpha1.RoleWorker})), nil, 403},
		"another kind":                 {"nobody asks about it", "platform", nil, testkit.Group(company, "new", "north"), func(r *admission.Request) { r.Kind.Kind = "Secret" }, 400},
		"another group":                {"it is another's kind", "platform", nil, testkit.Group(company, "new", "north"), func(r *admission.Request) { r.Kind.Group = "other.dev" }, 400},
		"no object":                    {"nothing can be decided", "platform", nil, testkit.Group(company, "new", "north"), func(r *admission.Request) { r.Object.Raw = nil }, 400},
		"create with an object before": {"there is none, whatever is sent", "stranger", wim(), wim(), func(r *admission.Request) { r.Operation = admissionv1.Create }, 403},
		"delete with an object after":  {"there is none, whatever is sent", "stranger", wim(), wim(), func(r *admission.Request) { r.Operation = admissionv1.Delete }, 403},
		"update of nothing":            {"it is no creation", "platform", nil, wim(), func(r *admission.Request) { r.Operation = admissionv1.Update }, 400},
		"connect":                      {"there is nothing to connect to", "platform", wim(), wim(), func(r *admission.Request) { r.Operation = admissionv1.Connect }, 400},
		"no JSON":                      {"nothing can be decided", "platform", nil, testkit.Group(company, "new", "north"), func(r *admission.Request) { r.Object.Raw = []byte("{") }, 400},
		"another shape":                {"nothing can be decided", "platform", nil, testkit.Group(company, "new", "north"), func(r *admission.Request) { r.Object.Raw = []byte(`{"spec":[]}`) }, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := over(t, everybodysRights(), population()...)
			request := e.request(tc.user, tc.before, tc.after)
			if tc.change != nil {
				tc.change(&request)
			}
			got := e.Handle(t.Context(), request)
			if got.Result.Code != tc.want || got.Allowed != (tc.want == 200) {
				t.Errorf("the answer should be %d, as %s; it is %d: %s", tc.want, tc.reason, got.Result.Code, got.Result.Message)
			}
		})
	}
}

func TestTheNameInsideCountsWhereTheRequestHasNone(t *testing.T) {
	t.Parallel()
	e := over(t, everybodysRights(), population()...)
	request := e.request("stranger", wim(), nil)
	request.Name = ""
	if got := e.Handle(t.Context(), request).Result.Message; !strings.Contains(got, `Operator "wim"`) {
		t.Errorf("the refusal should name the object, it says %q", got)
	}
}

func TestWhatCannotBeDecidedIsRefused(t *testing.T) {
	t.Parallel()
	t.Run("while objects are not known", func(t *testing.T) {
		t.Parallel()
		e := over(t, everybodysRights(), population()...)
		e.Synced = func(context.Context) bool { return false }
		if got := e.asks("platform", wim(), wim(titled)); got.Allowed || got.Result.Code != http.StatusServiceUnavailable || !strings.Contains(got.Result.Message, "try again") {
			t.Errorf("a manager that starts should refuse for now, got %+v", got.Result)
		}
	})
	t.Run("while the API server does not tell rights", func(t *testing.T) {
		t.Parallel()
		e := over(t, everybodysRights(), population()...)
		e.reviewer.failure = errors.New("unreachable")
		if got := e.asks("platform", wim(), wim(titled)); got.Allowed || got.Result.Code != http.StatusInternalServerError || !strings.Contains(got.Result.Message, "unreachable") {
			t.Errorf("what RBAC says should not be guessed, got %+v", got.Result)
		}
	})
}

func TestNothingIsAskedThatDoesNotMatter(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		reason, user string
		after        *v1alpha1.Operator
		want         int
	}{
		"a person's own":    {"he is himself", "wim@idp", wim(titled), 0},
		"nothing":           {"it changes nothing", "stranger", wim(), 0},
		"an Administrator":  {"she is by her role", "ada@idp", wim(promoted), 0},
		"a right":           {"the company's first, then the tenant's", "north-admin", wim(promoted), 2},
		"two with one need": {"each question is asked once", "north-admin", wim(promoted, titled), 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := over(t, everybodysRights(), population()...)
			if got := e.asks(tc.user, wim(), tc.after); !got.Allowed {
				t.Fatalf("it should be allowed: %s", got.Result.Message)
			}
			if e.reviewer.asked != tc.want {
				t.Errorf("the API server should be asked %d times, as %s; it was %d times", tc.want, tc.reason, e.reviewer.asked)
			}
		})
	}
}

func TestARefusalNamesEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	e := over(t, everybodysRights(), population()...)
	got := e.asks("south-admin", wim(), wim(promoted, leading, func(o *v1alpha1.Operator) { o.Spec.CompanyAdministrator = true }))
	if got.Result.Reason != metav1.StatusReasonForbidden {
		t.Errorf("lacking authority should be Forbidden, it is %s", got.Result.Reason)
	}
	for _, want := range []string{
		`user "south-admin" may not change Operator "wim":`, "spec.companyAdministrator", "spec.tenants[north].role", `"administer" on`,
		"it breaks rules that hold for everybody", "spec.tenants[north].team",
	} {
		if !strings.Contains(got.Result.Message, want) {
			t.Errorf("the refusal should say %q, it says:\n%s", want, got.Result.Message)
		}
	}
	var fields []string
	for _, cause := range got.Result.Details.Causes {
		fields = append(fields, cause.Field)
	}
	if told := strings.Join(fields, " "); !strings.Contains(told, "spec.companyAdministrator") || !strings.Contains(told, "spec.tenants[north].team") {
		t.Errorf("tools should find every field in the causes, they are %v", fields)
	}
}

func TestABrokenRuleIsAFieldError(t *testing.T) {
	t.Parallel()
	e := over(t, everybodysRights(), population()...)
	got := e.asks("north-admin", wim(), wim(leading))
	if got.Result.Reason != metav1.StatusReasonInvalid || got.Result.Details == nil {
		t.Fatalf("a broken rule should be Invalid with details, got %+v", got.Result)
	}
	d := got.Result.Details
	if d.Kind != "Operator" || d.Name != "wim" || len(d.Causes) != 1 || !strings.HasPrefix(d.Causes[0].Field, "spec.tenants[north].team") || d.Causes[0].Message == "" {
		t.Errorf("the details should name the object, the field and what would be right, they are %+v", d)
	}
}

func TestWhatWasBrokenBeforeIsAWarning(t *testing.T) {
	t.Parallel()
	e := over(t, everybodysRights(), population()...)
	got := e.asks("north-admin", wim(leading), wim(leading, titled))
	if !got.Allowed {
		t.Fatalf("a change that breaks nothing new should be allowed: %s", got.Result.Message)
	}
	if !strings.Contains(strings.Join(got.Warnings, "\n"), "spec.tenants[north].team") || !strings.Contains(got.Warnings[0], "tolerated") {
		t.Errorf("what is broken since before should be warned of, the warnings are %q", got.Warnings)
	}
}

func TestWarningsTellWhatAChangeBringsAbout(t *testing.T) {
	t.Parallel()
	as := func(user string) func(*v1alpha1.Operator) {
		return func(o *v1alpha1.Operator) { o.Spec.KubernetesUser = user }
	}
	for name, tc := range map[string]struct {
		before, after client.Object
		want          string
	}{
		"a tenant that is not there": {nil, testkit.Operator(company, "new", testkit.InTenant("absent")), `Tenant "absent" does not exist`},
		"a taken user name":          {nil, testkit.Operator(company, "new", func(o *v1alpha1.Operator) { o.Spec.UserName = "WIM" }), `Operator "wim" has the user name`},
		"a user claimed by two":      {wim(), wim(as("ada@idp")), `"ada" claims it too`},
		"a channel nobody has":       {testkit.Tenant(company, "north"), testkit.Tenant(company, "north", func(o *v1alpha1.Tenant) { o.Spec.AwayRouting.Channels = []v1alpha1.Channel{v1alpha1.ChannelEmail} }), "awayRouting"},
		"the last group":             {testkit.Group(company, "desk", "north"), nil, `Tenant "north"`},
		"a policy without a tenant":  {nil, testkit.ChannelPolicy(company, "new", "absent", testkit.For(v1alpha1.PolicySubject{Role: v1alpha1.RoleWorker})), `Tenant "absent" does not exist`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := over(t, everybodysRights(), population()...).asks("platform", tc.before, tc.after)
			if !got.Allowed || !strings.Contains(strings.Join(got.Warnings, "\n"), tc.want) {
				t.Errorf("it should be allowed with a warning that says %q, got %t %q: %s", tc.want, got.Allowed, got.Warnings, got.Result.Message)
			}
		})
	}
}

func TestNothingIsWarnedOfForNothing(t *testing.T) {
	t.Parallel()
	for _, o := range []client.Object{testkit.Tenant(company, "north"), wim(), testkit.Group(company, "desk", "north")} {
		if got := over(t, everybodysRights(), population()...).asks("platform", o, o); !got.Allowed || len(got.Warnings) > 0 {
			t.Errorf("an object with nothing amiss should be allowed without a warning, got %q", got.Warnings)
		}
	}
}

// TestWarningsFitIntoWhatAPIServersPassOn: beyond 4,096 characters they cut every one.
func TestWarningsFitIntoWhatAPIServersPassOn(t *testing.T) {
	t.Parallel()
	crowded := testkit.Operator(company, "new")
	for i := range 64 {
		testkit.InTenant(fmt.Sprintf("absent-%d", i))(crowded)
	}
	got := over(t, everybodysRights(), population()...).asks("platform", nil, crowded)
	total := 0
	for _, w := range got.Warnings {
		total += utf8.RuneCountInString(w)
	}
	if total > 4096 {
		t.Errorf("the warnings should have at most 4096 characters, they have %d", total)
	}
	if last := got.Warnings[len(got.Warnings)-1]; !strings.HasPrefix(last, "and ") || !strings.HasSuffix(last, " more") {
		t.Errorf("the last warning should count those left out, it is %q", last)
	}
}

func TestWhatIsToldIsBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 5000)
	about := subject{change: roster.Change{Kind: "Operator", Name: "wim"}, request: &admissionv1.AdmissionRequest{}}
	var refusals []roster.Refusal
	var violations []roster.Violation
	for range 300 {
		refusals = append(refusals, roster.Refusal{Need: long})
		violations = append(violations, roster.Violation{Path: "spec", Reason: roster.Invalid, Message: long})
	}
	for name, got := range map[string]metav1.Status{"forbidden": about.forbidden(refusals, violations), "invalid": about.invalid(violations)} {
		if len(got.Message) > 200_000 || len(got.Details.Causes) > faultsAtMost+1 || !utf8.ValidString(got.Message) || !strings.Contains(got.Message, " more") {
			t.Errorf("%s: of 300 faults %d should be told, and the others counted; told are %d causes in %d bytes", name, faultsAtMost, len(got.Details.Causes), len(got.Message))
		}
	}
}

// TestWhatIsToldOfAHugeRequestIsBounded: an API server takes requests of 3 MB, and somebody who may do nothing sends one, too.
func TestWhatIsToldOfAHugeRequestIsBounded(t *testing.T) {
	t.Parallel()
	labelled := func(o *v1alpha1.Operator) {
		o.Labels = map[string]string{}
		for i := range 100_000 {
			o.Labels[fmt.Sprintf("label-%d", i)] = ""
		}
	}
	endless := testkit.ChannelPolicy(company, "new", "north", testkit.For(v1alpha1.PolicySubject{
		Selector: &metav1.LabelSelector{MatchLabels: map[string]string{strings.Repeat("k", 1_000_000): strings.Repeat("!", 1_000_000)}},
	}))
	for name, tc := range map[string]struct {
		user          string
		before, after client.Object
		says          string
	}{
		"very many fields":              {"stranger", wim(), wim(labelled), "and 99994 more"},
		"a very long field":             {"north-admin", nil, endless, "must have at most"},
		"a very long field, of another": {"stranger", nil, endless, "needs an Administrator"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := over(t, everybodysRights(), population()...).asks(tc.user, tc.before, tc.after)
			if got.Allowed || !strings.Contains(got.Result.Message, tc.says) {
				t.Errorf("it should be refused with a message that says %q, got %.300q", tc.says, got.Result.Message)
			}
			told, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			if len(told) > 50_000 {
				t.Errorf("the answer should have at most 50,000 bytes, however much is asked, it has %d", len(told))
			}
		})
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text string
		most int
		want string
	}{{"short", 5, "short"}, {"longer", 5, "lo…"}, {"aäää", 6, "aä…"}, {"", 3, ""}} {
		if diff := cmp.Diff(tc.want, cut(tc.text, tc.most)); diff != "" {
			t.Errorf("%q cut to %d bytes (-want +got):\n%s", tc.text, tc.most, diff)
		}
	}
}

// FuzzHandle sends whatever the API server might: an answer always comes, and who has no authority changes nothing.
func FuzzHandle(f *testing.F) {
	seed := over(f, nil)
	for _, o := range []client.Object{wim(), wim(promoted, leading), testkit.Tenant(company, "north"), testkit.Group(company, "desk", "north"), testkit.ChannelPolicy(company, "p", "north")} {
		request := seed.request("stranger", o, o)
		f.Add(request.Kind.Kind, request.Object.Raw, request.OldObject.Raw, uint8(0))
		f.Add(request.Kind.Kind, request.Object.Raw, []byte(nil), uint8(1))
		f.Add(request.Kind.Kind, []byte(nil), request.OldObject.Raw, uint8(2))
	}
	f.Add("Operator", []byte(`{"metadata":{"labels":7},"spec":{"tenants":[{"tenant":[]}]}}`), []byte(`{"spec":{"tenants":{}}}`), uint8(0))
	operations := []admissionv1.Operation{admissionv1.Update, admissionv1.Create, admissionv1.Delete}
	f.Fuzz(func(t *testing.T, kind string, object, oldObject []byte, operation uint8) {
		e := over(t, nil, population()...)
		request := admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
			Kind: metav1.GroupVersionKind{Group: "identity.roster.dev", Version: "v1alpha1", Kind: kind}, Namespace: company,
			Operation: operations[int(operation)%len(operations)],
			Object:    runtime.RawExtension{Raw: object}, OldObject: runtime.RawExtension{Raw: oldObject},
		}}
		request.UserInfo.Username = "stranger"
		got := e.Handle(t.Context(), request)
		if got.Allowed && request.Operation != admissionv1.Update {
			t.Errorf("a stranger should neither create nor delete %s objects: %s %s", kind, object, oldObject)
		}
	})
}
