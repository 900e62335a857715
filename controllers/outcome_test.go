// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/klog/v2/textlogger"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

var (
	mine    = store.Owner{Installation: "one", Namespace: "acme", Kind: "Operator", Name: "anna"}
	theirs  = store.Owner{Installation: "one", Namespace: "acme", Kind: "Operator", Name: "bert"}
	foreign = store.Owner{Installation: "two", Namespace: "acme", Kind: "Operator", Name: "anna"}
)

// shown is what people see of conditions: "Type=Status/Reason".
func shown(conditions []metav1.Condition) []string {
	var found []string
	for _, c := range conditions {
		found = append(found, fmt.Sprintf("%s=%s/%s", c.Type, c.Status, c.Reason))
	}
	return found
}

func TestEveryErrorOfTheStoreHasItsOutcome(t *testing.T) {
	const resolved = "Resolved=True/AllResolved"
	const notSynced = "Synced=False/NotStored"
	const userNameTaken = `spec.userName is taken by Operator acme/bert of installation "one"; choose another, or set roster.dev/adopt to "true" to follow that object once it is gone`
	const emailTaken = `spec.profile.email is taken by Operator acme/bert of installation "one"; choose another, or change it there first`
	const notOurs = `the identity store holds this record for Operator acme/anna of installation "two", and what is not stamped as this object's is not touched; roster.dev/adopt: "two" takes it over`
	const nobodys = `the identity store holds this record for no object, and what is not stamped as this object's is not touched; roster.dev/adopt: "true" takes it over`
	for name, tc := range map[string]struct {
		reason     string
		err        error
		verdict    error
		conditions []string
	}{
		"none": {
			reason: "the store holds the record", conditions: []string{resolved, "Synced=True/Stored"},
		},
		"unavailable": {
			reason:     "what was stored is stored, and the text tells what is wrong",
			err:        fmt.Errorf("%w: the file is locked", store.ErrUnavailable),
			verdict:    lifecycle.Unavailable("StoreUnavailable", "identity store is unavailable: the file is locked; the manager tries again by itself"),
			conditions: []string{resolved, notSynced},
		},
		"rejected": {
			reason:     "only an edit heals it",
			err:        fmt.Errorf("%w: secret@example.com is too long", store.ErrRejected),
			verdict:    lifecycle.Stalled("StoreRejected", "the identity store refuses a value of this object; the manager's log names it"),
			conditions: []string{resolved, notSynced},
		},
		"e-mail taken": {
			reason: "it heals when the other lets go", err: &store.ConflictError{Field: "spec.profile.email", Owner: theirs},
			verdict:    lifecycle.Waiting("Conflict", emailTaken, contested),
			conditions: []string{resolved, notSynced, "Conflict=True/EmailTaken"},
		},
		"user name taken": {
			reason: "another object of the company has the record", err: &store.ForeignError{Owner: theirs},
			verdict:    lifecycle.Waiting("Conflict", userNameTaken, contested),
			conditions: []string{resolved, notSynced, "Conflict=True/UserNameTaken"},
		},
		"foreign": {
			reason: "another installation has the record", err: &store.ForeignError{Owner: foreign},
			verdict:    lifecycle.Waiting("Conflict", notOurs, contested),
			conditions: []string{resolved, notSynced, "Conflict=True/ForeignRecord"},
		},
		"nobody's": {
			reason: "what was orphaned is not taken", err: &store.ForeignError{},
			verdict:    lifecycle.Waiting("Conflict", nobodys, contested),
			conditions: []string{resolved, notSynced, "Conflict=True/ForeignRecord"},
		},
		"held for an earlier object": {
			reason: "a new object of the same name may not seize what the one before it had", err: &store.ForeignError{Owner: mine, Held: true},
			verdict:    lifecycle.Waiting("Held", heldMessage, contested),
			conditions: []string{resolved, notSynced, "Held=True/ForeignRecord"},
		},
		"about to adopt": {
			reason: "what will change is told before it does", err: &provision.AdoptingError{Owner: foreign, Differences: []string{"user.profile.title"}},
			verdict:    lifecycle.Waiting("Conflict", `about to take over the record of Operator acme/anna of installation "two", which differs in user.profile.title`, soon),
			conditions: []string{resolved, notSynced, "Conflict=True/Adopting"},
		},
	} {
		for wrapping, wrap := range map[string]func(error) error{
			"as it is": func(err error) error { return err },
			"wrapped":  func(err error) error { return fmt.Errorf("put the record: %w", err) },
		} {
			if wrapping == "wrapped" && (tc.err == nil || errors.Is(tc.err, store.ErrUnavailable)) {
				continue // There is nothing to wrap, or the wrapping is part of what is said.
			}
			t.Run(name+" "+wrapping, func(t *testing.T) {
				err := tc.err
				if err != nil {
					err = wrap(err)
				}
				got := outcomeOf(t.Context(), mine, err)
				if !errors.Is(got.verdict, tc.verdict) {
					t.Errorf("%s: the verdict should be %v, is %v", tc.reason, tc.verdict, got.verdict)
				}
				if diff := cmp.Diff(tc.conditions, shown(got.conditions(nil))); diff != "" {
					t.Errorf("%s: conditions (-want +got):\n%s", tc.reason, diff)
				}
			})
		}
	}
}

// TestAManagerThatLostItsLeaseSaysNothing: the pass counts as called off, and a status is the new writer's to write.
func TestAManagerThatLostItsLeaseSaysNothing(t *testing.T) {
	got := outcomeOf(t.Context(), mine, fmt.Errorf("%w: its epoch is 1 and the current one is 2", store.ErrFenced))
	if !errors.Is(got.verdict, context.Canceled) || !errors.Is(got.verdict, store.ErrFenced) {
		t.Errorf("the verdict should call the pass off and keep its cause, it is %v", got.verdict)
	}
}

// TestAnErrorNobodyKnowsIsRetriedAndKeptOutOfConditions: its text may hold anything.
func TestAnErrorNobodyKnowsIsRetriedAndKeptOutOfConditions(t *testing.T) {
	const secret = "secret@example.com"
	for name, err := range map[string]error{
		"any error":            errors.New("row of " + secret),
		"a deadline":           fmt.Errorf("row of %s: %w", secret, context.DeadlineExceeded),
		"not found":            fmt.Errorf("row of %s: %w", secret, store.ErrNotFound),
		"a conflict of no one": fmt.Errorf("row of %s: %w", secret, store.ErrConflict),
		"foreign to no one":    fmt.Errorf("row of %s: %w", secret, store.ErrForeign),
	} {
		t.Run(name, func(t *testing.T) {
			got := outcomeOf(t.Context(), mine, err)
			if got.verdict != err { //nolint:errorlint // the same error, not one that wraps it, is what is expected
				t.Errorf("the error should be returned as it is, for the work queue to retry; got %v", got.verdict)
			}
			for _, c := range got.conditions(nil) {
				if strings.Contains(c.Message, secret) {
					t.Errorf("condition %s should not hold the text of the error, it says %q", c.Type, c.Message)
				}
			}
		})
	}
}

func TestARefusedValueIsNamedInTheLogOnly(t *testing.T) {
	var logged strings.Builder
	ctx := ctrl.LoggerInto(t.Context(), textlogger.NewLogger(textlogger.NewConfig(textlogger.Output(&logged))))
	got := outcomeOf(ctx, mine, fmt.Errorf("%w: the locale is too long", store.ErrRejected))
	if strings.Count(logged.String(), "the locale is too long") != 1 {
		t.Errorf("the log should name the value once, it holds %q", logged.String())
	}
	if strings.Contains(got.verdict.Error(), "locale") {
		t.Errorf("the verdict should not name the value, it is %v", got.verdict)
	}
}

func TestWhatTheStoreSaysGoesBeforeWhatIsMissing(t *testing.T) {
	missing := []roster.Reference{{Kind: roster.KindTenant, Name: "sales", Path: "spec.tenant"}}
	want := lifecycle.Waiting("MissingReference", `not found: Tenant "sales" (spec.tenant); create what is missing, or take the name out`, 0)
	if got := outcomeOf(t.Context(), mine, nil).conclude(missing); !errors.Is(got, want) {
		t.Errorf("a stored object should wait for what is missing with %v, got %v", want, got)
	}
	away := outcomeOf(t.Context(), mine, store.ErrUnavailable)
	if got := away.conclude(missing); !errors.Is(got, away.verdict) {
		t.Errorf("a store that is away should be told first, got %v", got)
	}
	if got := outcomeOf(t.Context(), mine, nil).conclude(nil); got != nil {
		t.Errorf("nothing wrong should be no verdict, got %v", got)
	}
}

func TestResolvedSaysWhichKindIsMissing(t *testing.T) {
	reference := func(kind string) roster.Reference { return roster.Reference{Kind: kind, Name: "x", Path: "spec.x"} }
	for name, tc := range map[string]struct {
		missing []roster.Reference
		want    string
	}{
		"nothing":       {nil, "Resolved=True/AllResolved"},
		"tenants":       {[]roster.Reference{reference("Tenant"), reference("Tenant")}, "Resolved=False/MissingTenant"},
		"groups":        {[]roster.Reference{reference("Group")}, "Resolved=False/MissingGroup"},
		"operators":     {[]roster.Reference{reference("Operator")}, "Resolved=False/MissingOperator"},
		"several kinds": {[]roster.Reference{reference("Group"), reference("Operator")}, "Resolved=False/MissingReference"},
		"another kind":  {[]roster.Reference{reference("Secret")}, "Resolved=False/MissingReference"},
	} {
		if got := shown([]metav1.Condition{resolved(tc.missing)})[0]; got != tc.want {
			t.Errorf("where %s is missing the condition should be %s, is %s", name, tc.want, got)
		}
	}
}

func TestAMessageNamesAFewOfMany(t *testing.T) {
	many := func(n, length int) []roster.Reference {
		var missing []roster.Reference
		for i := range n {
			missing = append(missing, roster.Reference{Kind: v1alpha1.GeneralGroup, Name: fmt.Sprintf("%0*d", length, i), Path: strings.Repeat("p", 2*length)})
		}
		return missing
	}
	for n, want := range map[int]int{1: 1, namedAtMost: namedAtMost, namedAtMost + 1: namedAtMost, 1000: namedAtMost} {
		message := missingMessage(many(n, 3))
		if got := strings.Count(message, "(ppp"); got != want {
			t.Errorf("of %d missing, %d should be named, got %d in %q", n, want, got, message)
		}
		if more := fmt.Sprintf(" and %d more", n-namedAtMost); strings.Contains(message, " more;") != (n > namedAtMost) || (n > namedAtMost && !strings.Contains(message, more)) {
			t.Errorf("of %d missing, the rest should be counted, got %q", n, message)
		}
	}
	if got := len(missingMessage(many(1000, 253))); got > 32768 {
		t.Errorf("a condition's message has at most 32768 characters, the longest names make one of %d", got)
	}
}

func TestContestedNamesAreLookedAtAgain(t *testing.T) {
	if contested <= 0 || contested > time.Minute {
		t.Errorf("a name that another record holds should be looked at again within a minute, not after %s", contested)
	}
}
