// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"
)

var (
	noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

	away    = Unavailable("StoreUnavailable", "no answer")
	missing = Waiting("MissingReference", "no such box", 0)
	refused = Stalled("StoreRejected", "use another value")
)

// ago is a condition of generation 1 that became so some time before noon.
func ago(conditionType string, status metav1.ConditionStatus, reason string, since time.Duration) metav1.Condition {
	return metav1.Condition{
		Type: conditionType, Status: status, Reason: reason, Message: "as before",
		ObservedGeneration: 1, LastTransitionTime: metav1.NewTime(noon.Add(-since)),
	}
}

func reconcilingFor(since time.Duration, reason string) []metav1.Condition {
	return []metav1.Condition{ago("Ready", "False", reason, since), ago("Reconciling", "True", reason, since)}
}

func stalledFor(since time.Duration) []metav1.Condition {
	return []metav1.Condition{ago("Ready", "False", "MissingReference", since), ago("Stalled", "True", "MissingReference", since)}
}

func TestConcludeConditions(t *testing.T) {
	ready := []metav1.Condition{ago("Ready", "True", "Succeeded", time.Hour)}
	suspendedReady := []metav1.Condition{ago("Ready", "False", "Suspended", time.Hour), ago("Suspended", "True", "Suspended", time.Hour)}
	for name, tc := range map[string]struct {
		reason     string
		phase      phase
		generation int64
		previous   []metav1.Condition
		pending    bool
		err        error
		want       []string
	}{
		"first success":              {reason: "no interim state", want: []string{"Ready=True/Succeeded"}},
		"healed":                     {reason: "what was under way is over", previous: reconcilingFor(time.Second, "MissingReference"), want: []string{"Ready=True/Succeeded"}},
		"healed from stalled":        {reason: "nobody has to act any more", previous: stalledFor(time.Hour), want: []string{"Ready=True/Succeeded"}},
		"resumed":                    {reason: "Suspended goes", previous: suspendedReady, want: []string{"Ready=True/Succeeded"}},
		"waiting":                    {reason: "it will heal", err: missing, previous: ready, want: []string{"Ready=False/MissingReference", "Reconciling=True/MissingReference"}},
		"waiting just short of it":   {reason: "not long enough", err: missing, previous: reconcilingFor(toyStall-time.Second, "Conflict"), want: []string{"Ready=False/MissingReference", "Reconciling=True/MissingReference"}},
		"waiting long enough":        {reason: "another cause is the same wait", err: missing, previous: reconcilingFor(toyStall, "Conflict"), want: []string{"Ready=False/MissingReference", "Stalled=True/MissingReference"}},
		"waiting, new generation":    {reason: "a new generation starts anew", err: missing, generation: 2, previous: reconcilingFor(time.Hour, "MissingReference"), want: []string{"Ready=False/MissingReference", "Reconciling=True/MissingReference"}},
		"stalled still waits":        {reason: "it does not flap", err: missing, previous: stalledFor(time.Second), want: []string{"Ready=False/MissingReference", "Stalled=True/MissingReference"}},
		"stalled, new generation":    {reason: "the edit deserves a new wait", err: missing, generation: 2, previous: stalledFor(time.Hour), want: []string{"Ready=False/MissingReference", "Reconciling=True/MissingReference"}},
		"stalled, store away":        {reason: "store away never stalls", err: away, previous: stalledFor(time.Hour), want: []string{"Ready=False/StoreUnavailable", "Reconciling=True/StoreUnavailable"}},
		"stalled, our failure":       {reason: "what a person has to do stays said", err: errBroken, previous: stalledFor(time.Hour), want: []string{"Ready=False/InternalError", "Stalled=True/MissingReference"}},
		"store away for long":        {reason: "store away never stalls", err: away, previous: reconcilingFor(time.Hour, ReasonUnavailable), want: []string{"Ready=False/StoreUnavailable", "Reconciling=True/StoreUnavailable"}},
		"back after long":            {reason: "time away does not count towards the wait", err: missing, previous: reconcilingFor(time.Hour, ReasonUnavailable), want: []string{"Ready=False/MissingReference", "Reconciling=True/MissingReference"}},
		"our failure for long":       {reason: "only waiting stalls by time", err: errBroken, previous: reconcilingFor(time.Hour, "InternalError"), want: []string{"Ready=False/InternalError", "Reconciling=True/InternalError"}},
		"only an edit heals":         {reason: "at once", err: refused, previous: ready, want: []string{"Ready=False/StoreRejected", "Stalled=True/StoreRejected"}},
		"removal fails for long":     {reason: "a removal never stalls", phase: removing, err: missing, previous: reconcilingFor(time.Hour, "MissingReference"), want: []string{"Ready=False/MissingReference", "Reconciling=True/MissingReference"}},
		"removal of the suspended":   {reason: "deletion is never suspended", phase: removing, err: away, previous: suspendedReady, want: []string{"Ready=False/StoreUnavailable", "Reconciling=True/StoreUnavailable"}},
		"suspended, nothing waits":   {reason: "Ready as it was", phase: suspended, generation: 2, previous: ready, want: []string{"Ready=True/Succeeded", "Suspended=True/Suspended"}},
		"suspended, a change waits":  {reason: "Ready would lie", phase: suspended, pending: true, previous: ready, want: []string{"Ready=False/Suspended", "Suspended=True/Suspended"}},
		"suspended while stalled":    {reason: "no Stalled beside Suspended", phase: suspended, previous: stalledFor(time.Hour), want: []string{"Ready=False/MissingReference", "Suspended=True/Suspended"}},
		"suspended at birth":         {reason: "there is no Ready to keep", phase: suspended, want: []string{"Ready=False/Suspended", "Suspended=True/Suspended"}},
		"suspended, unknown, edited": {reason: "an edit may wait", phase: suspended, generation: 2, err: away, previous: ready, want: []string{"Ready=False/Suspended", "Suspended=True/Suspended"}},
		"suspended, unknown":         {reason: "nothing says that something waits", phase: suspended, err: errBroken, previous: ready, want: []string{"Ready=True/Succeeded", "Suspended=True/Suspended"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := conclude(situation{
				phase: tc.phase, previous: tc.previous, observedGeneration: 1, generation: max(tc.generation, 1),
				now: noon, stallAfter: toyStall, pending: tc.pending, err: tc.err,
			})
			if diff := cmp.Diff(tc.want, brief(got.conditions)); diff != "" {
				t.Errorf("%s; the conditions are (-want +got):\n%s", tc.reason, diff)
			}
			for _, c := range got.conditions {
				if c.ObservedGeneration != max(tc.generation, 1) {
					t.Errorf("%s should speak of generation %d, it speaks of %d", c.Type, max(tc.generation, 1), c.ObservedGeneration)
				}
			}
		})
	}
}

func TestConcludeTransitionTimes(t *testing.T) {
	for name, tc := range map[string]struct {
		reason, conditionType string
		generation            int64
		previous              []metav1.Condition
		err                   error
		want                  time.Duration
	}{
		"Ready stays False":          {"its status did not flip", "Ready", 1, reconcilingFor(time.Second, "Conflict"), missing, time.Second},
		"Ready flips":                {"its status flipped", "Ready", 1, reconcilingFor(time.Second, "Conflict"), nil, 0},
		"Reconciling goes on":        {"a new reason is no flip", "Reconciling", 1, reconcilingFor(time.Second, "Conflict"), missing, time.Second},
		"Reconciling starts anew":    {"the wait is measured from here, for a new generation anew", "Reconciling", 2, reconcilingFor(time.Second, "Conflict"), missing, 0},
		"Ready, new generation":      {"its status did not flip", "Ready", 2, reconcilingFor(time.Second, "Conflict"), missing, time.Second},
		"back from an outage":        {"the wait begins with the return", "Reconciling", 1, reconcilingFor(time.Second, ReasonUnavailable), missing, 0},
		"into an outage":             {"nothing flipped", "Reconciling", 1, reconcilingFor(time.Second, "Conflict"), away, time.Second},
		"Stalled goes on":            {"its status did not flip", "Stalled", 1, stalledFor(time.Second), missing, time.Second},
		"Stalled by the next edit":   {"its status did not flip", "Stalled", 2, stalledFor(time.Second), refused, time.Second},
		"Stalled beside our failure": {"its status did not flip", "Stalled", 1, stalledFor(time.Second), errBroken, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			got := conclude(situation{
				previous: tc.previous, observedGeneration: 1, generation: tc.generation,
				now: noon.Add(300 * time.Millisecond), stallAfter: toyStall, err: tc.err,
			})
			condition := meta.FindStatusCondition(got.conditions, tc.conditionType)
			if condition == nil {
				t.Fatalf("%s should be there, got %v", tc.conditionType, brief(got.conditions))
			}
			if since := noon.Sub(condition.LastTransitionTime.Time); since != tc.want {
				t.Errorf("%s: lastTransitionTime of %s should be %s ago in whole seconds, it is %s", tc.reason, tc.conditionType, tc.want, since)
			}
		})
	}
}

func TestConcludeNextPass(t *testing.T) {
	soon := Report{RequeueAfter: 5 * time.Second}
	for name, tc := range map[string]struct {
		reason      string
		phase       phase
		previous    []metav1.Condition
		report      Report
		err         error
		wantAfter   time.Duration
		wantBackOff bool
		wantErr     error
	}{
		"success":                      {reason: "a converged object needs no next pass"},
		"success, asked":               {reason: "the kind asked", report: soon, wantAfter: 5 * time.Second},
		"waiting for a watch":          {reason: "it must be seen to stall", err: missing, wantAfter: toyStall},
		"waiting, kind first":          {reason: "the kind asked for less", err: Waiting("A", "b", time.Second), wantAfter: time.Second},
		"waiting, stall first":         {reason: "the stall comes first", err: Waiting("A", "b", time.Hour), previous: reconcilingFor(50*time.Second, "A"), wantAfter: 10 * time.Second},
		"waiting, report first":        {reason: "the soonest wins", err: Waiting("A", "b", time.Hour), report: soon, wantAfter: 5 * time.Second},
		"stalled by time":              {reason: "the kind still looks", err: Waiting("A", "b", time.Hour), previous: stalledFor(time.Hour), wantAfter: time.Hour},
		"stalled by time, for a watch": {reason: "only a change wakes it", err: missing, previous: stalledFor(time.Hour)},
		"stalled":                      {reason: "only an edit wakes it", err: refused},
		"stalled, asked":               {reason: "the kind has something else to do", err: refused, report: soon, wantAfter: 5 * time.Second},
		"away":                         {reason: "the backoff alone paces an outage", err: away, report: soon, wantBackOff: true},
		"our failure":                  {reason: "the work queue paces it", err: errBroken, report: soon, wantErr: errBroken},
		"removal, stalled":             {reason: "a removal is retried", phase: removing, err: refused, wantBackOff: true},
		"removal, for a watch":         {reason: "a removal is retried", phase: removing, err: missing, wantBackOff: true},
		"removal, waiting":             {reason: "the kind asked", phase: removing, err: Waiting("A", "b", time.Second), wantAfter: time.Second},
		"suspended":                    {reason: "nothing is to be done", phase: suspended},
		"suspended, away":              {reason: "it is asked again", phase: suspended, err: away, wantBackOff: true},
		"suspended, our failure":       {reason: "it is returned", phase: suspended, err: errBroken, wantErr: errBroken},
	} {
		t.Run(name, func(t *testing.T) {
			got := conclude(situation{
				phase: tc.phase, previous: tc.previous, observedGeneration: 1, generation: 1,
				now: noon, stallAfter: toyStall, report: tc.report, err: tc.err,
			})
			if got.requeueAfter != tc.wantAfter || got.backOff != tc.wantBackOff || !errors.Is(got.err, tc.wantErr) {
				t.Errorf("%s: next pass after %s, backoff %t, error %v; want after %s, backoff %t, error %v",
					tc.reason, got.requeueAfter, got.backOff, got.err, tc.wantAfter, tc.wantBackOff, tc.wantErr)
			}
		})
	}
}

func TestConcludeIgnoresWhatIsNotTheKinds(t *testing.T) {
	got := conclude(situation{generation: 1, now: noon, stallAfter: toyStall, report: Report{
		Message: "Three people are in effect.",
		Conditions: []metav1.Condition{
			ago("Ready", "False", "Mine", 0), ago("Stalled", "True", "Mine", 0),
			ago("Held", "False", "First", 0), ago("Held", "True", "Second", 0),
		},
	}})
	if diff := cmp.Diff([]string{"Ready=True/Succeeded", "Held=True/Second"}, brief(got.conditions)); diff != "" {
		t.Errorf("ours cannot be set by a kind, and of two of one type the last counts (-want +got):\n%s", diff)
	}
	if got.conditions[0].Message != "Three people are in effect." {
		t.Errorf("the kind says what Ready says while True, got %q", got.conditions[0].Message)
	}
}

func TestConcludeSaysWhetherASuspendedChangeWaits(t *testing.T) {
	waited := []metav1.Condition{ago("Ready", "False", "Suspended", time.Hour), ago("Suspended", "True", "Suspended", time.Hour)}
	for name, tc := range map[string]struct {
		reason  string
		pending bool
		want    string
	}{
		"waits":           {"a change waits", true, pendingMessage},
		"waits no longer": {"the change was taken back", false, unknownMessage},
	} {
		t.Run(name, func(t *testing.T) {
			got := conclude(situation{phase: suspended, previous: waited, pending: tc.pending, observedGeneration: 1, generation: 2, now: noon})
			if message := got.conditions[0].Message; message != tc.want {
				t.Errorf("%s: Ready should say %q, it says %q", tc.reason, tc.want, message)
			}
		})
	}
}

func TestConclusionsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := situation{stallAfter: toyStall, now: noon}
		for range rapid.IntRange(1, 8).Draw(t, "passes") {
			s = nextSituation(t, s)
			end := conclude(s)
			holds(t, s, end)
			s.previous, s.observedGeneration = end.conditions, end.observedGeneration
			again := conclude(s)
			if diff := cmp.Diff(end.conditions, again.conditions); diff != "" {
				t.Fatalf("concluding again on the same should change nothing (-first +second):\n%s", diff)
			}
			if extra := len(again.events) - len(s.report.Events); extra != 0 {
				t.Fatalf("concluding again on the same should tell nothing new, it sends %d more events", extra)
			}
		}
	})
}

// nextSituation draws what the next pass meets: later, edited or not, in any phase, with any outcome.
func nextSituation(t *rapid.T, s situation) situation {
	outcomes := []error{nil, away, missing, refused, errBroken, Waiting("Conflict", "the name is taken", time.Second)}
	s.phase = rapid.SampledFrom([]phase{syncing, syncing, syncing, suspended, removing}).Draw(t, "phase")
	s.err = rapid.SampledFrom(outcomes).Draw(t, "outcome")
	if s.phase == removing && s.err == nil {
		s.err = missing
	}
	s.pending = rapid.Bool().Draw(t, "pending")
	s.generation = max(s.generation, 1) + rapid.SampledFrom([]int64{0, 0, 1}).Draw(t, "edits")
	s.now = s.now.Add(time.Duration(rapid.Int64Range(0, int64(2*toyStall)).Draw(t, "elapsed")))
	s.report = Report{RequeueAfter: time.Duration(rapid.IntRange(0, 2).Draw(t, "requeue")) * time.Second}
	for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"Held", "Resolved", "Ready", "Stalled"}), rapid.ID).Draw(t, "own") {
		status := rapid.SampledFrom([]metav1.ConditionStatus{"True", "False"}).Draw(t, "status")
		s.report.Conditions = append(s.report.Conditions, metav1.Condition{Type: name, Status: status, Reason: "Drawn", Message: "drawn"})
	}
	return s
}

// invariants are what is true of every conclusion.
var invariants = []struct {
	reason string
	holds  func(s situation, end conclusion, has map[string]bool) bool
}{
	{"every type should be there at most once", func(_ situation, end conclusion, has map[string]bool) bool {
		return len(has) == len(end.conditions)
	}},
	{"Ready should always be there, first, of the generation at hand", func(s situation, end conclusion, _ map[string]bool) bool {
		return end.conditions[0].Type == "Ready" && end.conditions[0].ObservedGeneration == s.generation
	}},
	{"observedGeneration should be stamped whatever happened", func(s situation, end conclusion, _ map[string]bool) bool {
		return end.observedGeneration == s.generation
	}},
	{"Reconciling and Stalled should never be together", func(_ situation, _ conclusion, has map[string]bool) bool {
		return !has["Reconciling"] || !has["Stalled"]
	}},
	{"what is Ready should be neither Reconciling nor Stalled", func(_ situation, end conclusion, has map[string]bool) bool {
		return end.conditions[0].Status != "True" || !has["Reconciling"] && !has["Stalled"]
	}},
	{"what is neither Ready nor suspended should be Reconciling or Stalled", func(_ situation, end conclusion, has map[string]bool) bool {
		return end.conditions[0].Status == "True" || has["Reconciling"] || has["Stalled"] || has["Suspended"]
	}},
	{"Suspended should be there exactly while suspended", func(s situation, _ conclusion, has map[string]bool) bool {
		return has["Suspended"] == (s.phase == suspended)
	}},
	{"what is suspended should be neither Reconciling nor Stalled", func(_ situation, _ conclusion, has map[string]bool) bool {
		return !has["Suspended"] || !has["Reconciling"] && !has["Stalled"]
	}},
	{"an object whose store is away should never be Stalled", func(s situation, _ conclusion, has map[string]bool) bool {
		return !errors.Is(s.err, away) || !has["Stalled"]
	}},
	{"no condition should have changed in the future", func(s situation, end conclusion, _ map[string]bool) bool {
		return !slices.ContainsFunc(end.conditions, func(c metav1.Condition) bool { return c.LastTransitionTime.After(s.now) })
	}},
}

func holds(t *rapid.T, s situation, end conclusion) {
	has := map[string]bool{}
	for _, c := range end.conditions {
		has[c.Type] = true
	}
	for _, invariant := range invariants {
		if !invariant.holds(s, end, has) {
			t.Fatalf("%s, got %v of generation %d", invariant.reason, brief(end.conditions), end.observedGeneration)
		}
	}
}
