// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"cmp"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The condition types that lifecycle owns; a Report cannot set them.
const (
	// ConditionReady is always present. True: the outside equals the object.
	ConditionReady = "Ready"
	// ConditionReconciling is present, True, while the object is not in effect and the manager tries again.
	ConditionReconciling = "Reconciling"
	// ConditionStalled is present, True, while the object is not in effect and a person has to do something.
	ConditionStalled = "Stalled"
	// ConditionSuspended is present, True, while the object asks not to be reconciled.
	ConditionSuspended = "Suspended"
)

// The reasons that lifecycle itself gives; all others come from the kinds.
const (
	// ReasonSucceeded is Ready's reason while it is True.
	ReasonSucceeded = "Succeeded"
	// ReasonSuspended is Suspended's reason, and Ready's while a suspended object has changes that wait.
	ReasonSuspended = "Suspended"
	// ReasonInternalError is the reason when a pass failed with an error that is no outcome of this package.
	ReasonInternalError = "InternalError"
	// ReasonUnavailable is Reconciling's reason, whatever Ready's is, while the outside is away.
	ReasonUnavailable = "StoreUnavailable"
)

const (
	succeededMessage     = "What the object declares is in effect."
	internalErrorMessage = "The manager met an internal error; its log has the details, and it tries again."
	suspendedMessage     = "Reconciliation is suspended by spec.suspend; deletion is not."
	pendingMessage       = "Changes wait to be carried out until spec.suspend is false."
	unknownMessage       = "Nothing waits to be written; the rest is looked at again when spec.suspend is false."
)

// maxMessage is the limit of the API server on a condition's message, in characters; counted in bytes here, to be safe.
const maxMessage = 32768

// phase is which part of a kind the pass asked.
type phase int

const (
	syncing phase = iota
	suspended
	removing
)

// situation is everything a pass knows when it comes to its conclusion.
type situation struct {
	phase              phase
	previous           []metav1.Condition
	observedGeneration int64
	generation         int64
	now                time.Time
	stallAfter         time.Duration
	report             Report
	pending            bool
	err                error
}

// conclusion is what is to be written, said and done next.
type conclusion struct {
	conditions         []metav1.Condition
	observedGeneration int64
	events             []Event
	requeueAfter       time.Duration
	backOff            bool
	err                error
}

// progress is where an object stands after the pass.
type progress int

const (
	settled progress = iota
	underway
	stuck
	paused
)

// conclude is the one place that turns the outcome of a pass into conditions, observedGeneration, events and the next
// pass. It is pure, and concluding again on its own conditions changes nothing.
func conclude(s situation) conclusion {
	v := verdictOf(s.err)
	standing := s.progress(v)
	d := draft{situation: s}
	switch standing {
	case settled:
		d.set(ConditionReady, metav1.ConditionTrue, ReasonSucceeded, cmp.Or(s.report.Message, succeededMessage))
	case underway:
		d.set(ConditionReady, metav1.ConditionFalse, v.reason, v.message)
		d.setReconciling(v)
	case stuck:
		d.set(ConditionReady, metav1.ConditionFalse, v.reason, v.message)
		d.setStalled(v)
	case paused:
		d.add(s.readyWhileSuspended(v))
		d.set(ConditionSuspended, metav1.ConditionTrue, ReasonSuspended, suspendedMessage)
	}
	d.addKindsOwn()
	result := conclusion{
		conditions:         d.inOrder(),
		observedGeneration: s.generation,
		events:             s.events(v, standing),
	}
	result.requeueAfter, result.backOff, result.err = s.next(v, standing)
	return result
}

func (s situation) progress(v verdict) progress {
	switch {
	case s.phase == suspended:
		return paused
	case v.outcome == succeeded:
		return settled
	case s.phase == removing || v.outcome == unavailable:
		return underway
	case v.outcome == stalled || s.current(ConditionStalled) != nil:
		return stuck
	case v.outcome == waiting && s.untilStall(v) <= 0:
		return stuck
	default:
		return underway
	}
}

// current returns the previous condition of a type if it was True of the generation at hand, else nil.
func (s situation) current(conditionType string) *metav1.Condition {
	found := meta.FindStatusCondition(s.previous, conditionType)
	if found == nil || found.Status != metav1.ConditionTrue || found.ObservedGeneration != s.generation {
		return nil
	}
	return found
}

// since returns when the object began not to be in effect, as far as that counts towards a stall.
func (s situation) since(v verdict) metav1.Time {
	old := s.current(ConditionReconciling)
	if old == nil || (old.Reason == ReasonUnavailable && v.outcome != unavailable) {
		return s.stamp()
	}
	return old.LastTransitionTime
}

func (s situation) untilStall(v verdict) time.Duration {
	return s.since(v).Add(s.stallAfter).Sub(s.now)
}

// stamp is the present as the API server keeps it, in whole seconds.
func (s situation) stamp() metav1.Time { return metav1.NewTime(s.now.Truncate(time.Second)) }

// readyWhileSuspended leaves Ready as it was unless changes wait, or might.
func (s situation) readyWhileSuspended(v verdict) metav1.Condition {
	old := meta.FindStatusCondition(s.previous, ConditionReady)
	known := v.outcome == succeeded
	pending := s.pending
	if !known {
		pending = old == nil || s.observedGeneration != s.generation
	}
	result := metav1.Condition{Type: ConditionReady, Status: metav1.ConditionFalse, Reason: ReasonSuspended}
	switch {
	case pending:
		result.Message = pendingMessage
	case old == nil || (known && old.Reason == ReasonSuspended):
		result.Message = unknownMessage
	default:
		result = *old
	}
	return result
}

// events adds to the kind's own the one that lifecycle sends: a person has to do something from now on.
func (s situation) events(v verdict, standing progress) []Event {
	if standing != stuck || s.current(ConditionStalled) != nil {
		return s.report.Events
	}
	alarm := Event{Type: corev1.EventTypeWarning, Reason: v.reason, Action: actionReconcile, Message: v.message}
	return append(slices.Clone(s.report.Events), alarm)
}

// next says when the object is looked at again: after a time, after the jittered backoff, or by returning an error.
func (s situation) next(v verdict, standing progress) (after time.Duration, backOff bool, err error) {
	switch {
	case v.outcome == failed:
		return 0, false, s.err
	case v.outcome == unavailable:
		return 0, true, nil
	case s.phase == removing && v.after == 0:
		return 0, true, nil
	case s.phase == syncing && standing == underway:
		return soonest(v.after, s.report.RequeueAfter, s.untilStall(v)), false, nil
	default:
		return soonest(v.after, s.report.RequeueAfter), false, nil
	}
}

// soonest returns the shortest of the delays that are set, 0 if none is.
func soonest(delays ...time.Duration) time.Duration {
	var result time.Duration
	for _, delay := range delays {
		if delay > 0 && (result == 0 || delay < result) {
			result = delay
		}
	}
	return result
}

// draft gathers the conditions of one conclusion.
type draft struct {
	situation
	conditions []metav1.Condition
}

func (d *draft) set(conditionType string, status metav1.ConditionStatus, reason, message string) {
	d.add(metav1.Condition{Type: conditionType, Status: status, Reason: reason, Message: message})
}

// add stamps a condition of this pass; its lastTransitionTime moves only if its status did.
func (d *draft) add(condition metav1.Condition) {
	condition.ObservedGeneration = d.generation
	condition.Message = clip(condition.Message, maxMessage)
	condition.LastTransitionTime = d.stamp()
	if old := meta.FindStatusCondition(d.previous, condition.Type); old != nil && old.Status == condition.Status {
		condition.LastTransitionTime = old.LastTransitionTime
	}
	sameType := func(c metav1.Condition) bool { return c.Type == condition.Type }
	d.conditions = append(slices.DeleteFunc(d.conditions, sameType), condition)
}

func (d *draft) setReconciling(v verdict) {
	reason := v.reason
	if v.outcome == unavailable {
		reason = ReasonUnavailable
	}
	d.set(ConditionReconciling, metav1.ConditionTrue, reason, v.message)
	d.conditions[len(d.conditions)-1].LastTransitionTime = d.since(v)
}

// setStalled keeps telling what a person has to do when all that is new is a failure of ours.
func (d *draft) setStalled(v verdict) {
	if old := d.current(ConditionStalled); old != nil && v.outcome == failed {
		d.add(*old)
		return
	}
	d.set(ConditionStalled, metav1.ConditionTrue, v.reason, v.message)
}

// addKindsOwn adds the conditions the kind reported. A pass that reported none because it did not get so far leaves
// them, and the generation they speak of, as they were.
func (d *draft) addKindsOwn() {
	if d.phase == suspended || (d.err != nil && d.report.Conditions == nil) {
		for _, condition := range d.previous {
			if rank(condition.Type) == notOurs {
				d.conditions = append(d.conditions, condition)
			}
		}
		return
	}
	for _, condition := range d.report.Conditions {
		if rank(condition.Type) == notOurs {
			d.add(condition)
		}
	}
}

// inOrder returns the conditions, Ready first, then the rest of ours, then the kind's own by name, so that the order
// in which a kind reports them is no change.
func (d *draft) inOrder() []metav1.Condition {
	slices.SortFunc(d.conditions, func(a, b metav1.Condition) int {
		return cmp.Or(cmp.Compare(rank(a.Type), rank(b.Type)), cmp.Compare(a.Type, b.Type))
	})
	return d.conditions
}

const notOurs = 4

func rank(conditionType string) int {
	switch conditionType {
	case ConditionReady:
		return 0
	case ConditionReconciling:
		return 1
	case ConditionStalled:
		return 2
	case ConditionSuspended:
		return 3
	default:
		return notOurs
	}
}
