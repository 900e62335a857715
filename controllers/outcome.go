// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// soon is when an object that told what it is about to take over does so, and when one looks again that only waits for the pass of
// another.
const soon = time.Second

const heldMessage = "the identity store keeps this record for an earlier object of the same name, and it holds more than this manifest speaks for: " +
	"a company administrator, or tenants this manifest does not name; name them, or set roster.dev/adopt to \"true\""

// contested is how often an object whose name another record holds looks whether it is free, beside being woken.
const contested = 30 * time.Second

// outcome is what a store error means to an object: how the pass ends, and the condition that tells it.
type outcome struct {
	verdict error
	// waits says that the verdict is about what another object may heal.
	waits bool
	// special are Conflict and Held, while they are True.
	special []metav1.Condition
}

// outcomeOf is the only table from store errors to verdicts, for the owner of the record that was asked for. An error it does
// not know is retried, and logged by whoever retries. The text of ErrUnavailable says what is wrong with the store; that of
// any other error may hold a person's data and stays out of conditions.
func outcomeOf(ctx context.Context, owner store.Owner, err error) outcome {
	var conflict *store.ConflictError
	var foreign *store.ForeignError
	var adopting *provision.AdoptingError
	switch {
	case err == nil:
		return outcome{}
	case errors.Is(err, store.ErrFenced):
		// Whoever is the writer now says how the object is.
		return outcome{verdict: fmt.Errorf("%w: %w", context.Canceled, err)}
	case errors.Is(err, store.ErrUnavailable):
		return outcome{verdict: lifecycle.Unavailable(v1alpha1.ReasonStoreUnavailable, err.Error()+"; the manager tries again by itself")}
	case errors.Is(err, store.ErrRejected):
		ctrl.LoggerFrom(ctx).Info("the identity store refuses a value", "cause", err.Error())
		return outcome{verdict: lifecycle.Stalled(v1alpha1.ReasonStoreRejected, "the identity store refuses a value of this object; the manager's log names it")}
	case errors.As(err, &conflict):
		return contest(v1alpha1.ReasonEmailTaken, fmt.Sprintf("%s is taken by %s; choose another, or change it there first", conflict.Field, conflict.Owner))
	case errors.As(err, &adopting):
		return contestFor(v1alpha1.ReasonAdopting, adopting.Error(), soon)
	case errors.As(err, &foreign):
		return refused(owner, foreign)
	}
	return outcome{verdict: err}
}

// refused is the outcome of a record that is not the writer's: held from a new object of the same name, taken by another object of
// the company, or somebody else's altogether.
func refused(writer store.Owner, foreign *store.ForeignError) outcome {
	switch owner := foreign.Owner; {
	case foreign.Held:
		return waiting(v1alpha1.ReasonHeld, contested, is(v1alpha1.ConditionHeld, metav1.ConditionTrue, v1alpha1.ReasonForeignRecord, heldMessage))
	case owner.Installation == writer.Installation && owner.Namespace == writer.Namespace:
		return contest(v1alpha1.ReasonUserNameTaken, fmt.Sprintf("spec.userName is taken by %s; choose another, or set roster.dev/adopt to \"true\" to follow that object once it is gone", owner))
	default:
		return contest(v1alpha1.ReasonForeignRecord, fmt.Sprintf("the identity store holds this record for %s, and what is not stamped as this object's is not touched; roster.dev/adopt: %q takes it over", owner, cmp.Or(owner.Installation, provision.AdoptAny)))
	}
}

func contest(reason, message string) outcome { return contestFor(reason, message, contested) }

func contestFor(reason, message string, after time.Duration) outcome {
	return waiting(v1alpha1.ReasonConflict, after, is(v1alpha1.ConditionConflict, metav1.ConditionTrue, reason, message))
}

// waiting is the outcome of what another object may heal, with the condition that tells it.
func waiting(reason string, after time.Duration, told metav1.Condition) outcome {
	return outcome{verdict: lifecycle.Waiting(reason, told.Message, after), waits: true, special: []metav1.Condition{told}}
}

// conditions are the ones every kind with references has: Resolved and Synced, and Conflict or Held while there is one.
func (o outcome) conditions(missing []roster.Reference) []metav1.Condition {
	return append([]metav1.Condition{resolved(missing), synced(o.verdict)}, o.special...)
}

// conclude is how a pass ends: by what the store said, else by what is missing.
func (o outcome) conclude(missing []roster.Reference) error {
	if o.verdict == nil && len(missing) > 0 {
		return lifecycle.Waiting(v1alpha1.ReasonMissingReference, missingMessage(missing), 0)
	}
	return o.verdict
}

func synced(verdict error) metav1.Condition {
	if verdict == nil {
		return is(v1alpha1.ConditionSynced, metav1.ConditionTrue, v1alpha1.ReasonStored, "the identity store holds the whole record")
	}
	return is(v1alpha1.ConditionSynced, metav1.ConditionFalse, v1alpha1.ReasonNotStored, "the identity store does not hold this record as declared; Ready says why")
}

func resolved(missing []roster.Reference) metav1.Condition {
	if len(missing) == 0 {
		return is(v1alpha1.ConditionResolved, metav1.ConditionTrue, v1alpha1.ReasonAllResolved, "every object it names exists")
	}
	reasons := map[string]string{
		roster.KindTenant:   v1alpha1.ReasonMissingTenant,
		roster.KindGroup:    v1alpha1.ReasonMissingGroup,
		roster.KindOperator: v1alpha1.ReasonMissingOperator,
	}
	reason := reasons[missing[0].Kind]
	for _, reference := range missing {
		if reference.Kind != missing[0].Kind {
			reason = v1alpha1.ReasonMissingReference
		}
	}
	return is(v1alpha1.ConditionResolved, metav1.ConditionFalse, cmp.Or(reason, v1alpha1.ReasonMissingReference), missingMessage(missing))
}

// namedAtMost bounds a message: the first few are what a person will create next.
const namedAtMost = 5

func missingMessage(missing []roster.Reference) string {
	var names []string
	for _, reference := range missing[:min(len(missing), namedAtMost)] {
		names = append(names, reference.String())
	}
	more := ""
	if len(missing) > namedAtMost {
		more = fmt.Sprintf(" and %d more", len(missing)-namedAtMost)
	}
	return fmt.Sprintf("not found: %s%s; create what is missing, or take the name out", strings.Join(names, ", "), more)
}

func is(conditionType string, status metav1.ConditionStatus, reason, message string) metav1.Condition {
	return metav1.Condition{Type: conditionType, Status: status, Reason: reason, Message: message}
}
