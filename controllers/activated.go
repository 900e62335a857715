// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// activationStatus tells of the latest link; nil is that there is none.
func activationStatus(a roster.Account) *v1alpha1.ActivationStatus {
	link, found := a.Link()
	if !found {
		return nil
	}
	status := &v1alpha1.ActivationStatus{SentTime: timeOf(link.Sent), ExpiresTime: timeOf(link.Expires), Attempts: int32(min(link.Attempts, 1000))} // #nosec G115 -- it is bounded
	if link.End == roster.LinkUsed {
		status.UsedTime = timeOf(link.Ended)
	}
	return status
}

// timeOf is a time as a status has it, in whole seconds.
func timeOf(t time.Time) *metav1.Time {
	if t.IsZero() {
		return nil
	}
	return &metav1.Time{Time: t.UTC().Truncate(time.Second)}
}

// asBefore is the condition that an object has already, but for what the time changes of it.
func (k operators) asBefore(o *v1alpha1.Operator, u roster.User, stored bool) metav1.Condition {
	before := meta.FindStatusCondition(o.Status.Conditions, v1alpha1.ConditionActivated)
	switch {
	case before != nil:
	case stored:
		return k.activation(store.Holder{User: u}, account{})
	default:
		return activated(metav1.ConditionUnknown, v1alpha1.ReasonNotStored, "the identity store does not hold the person yet")
	}
	if status := o.Status.Activation; before.Reason == v1alpha1.ReasonInvited && status != nil && status.ExpiresTime != nil && !k.Clock.Now().Before(status.ExpiresTime.Time) {
		return linkExpired
	}
	return *before
}

var linkExpired = activated(metav1.ConditionFalse, v1alpha1.ReasonLinkExpired,
	"the link expired before a password was set: set the annotation "+v1alpha1.AnnotationResendActivationAt+" to another value, or use rosterctl invite, for a new one")

// activation tells whether a person can log in, and what that waits for.
func (k operators) activation(is store.Holder, a account) metav1.Condition {
	switch {
	case !is.User.Active:
		return activated(metav1.ConditionFalse, v1alpha1.ReasonDeactivated, "the person is deactivated")
	case is.User.CredentialMode == roster.IdentityProvider:
		return activated(metav1.ConditionTrue, v1alpha1.ReasonIdentityProvider, "an identity provider vouches for the person")
	case is.Account.HasPassword() && is.Account.MustChange:
		return activated(metav1.ConditionTrue, v1alpha1.ReasonInitialPassword, "the person has the password of the Secret, and is to set another one at the first login")
	case is.Account.HasPassword():
		return activated(metav1.ConditionTrue, v1alpha1.ReasonPasswordSet, "the person set a password")
	case a.wanting.Type != "":
		return a.wanting
	}
	return k.linkCondition(is.Account, a)
}

// linkCondition tells what became of the link of somebody without a password.
func (k operators) linkCondition(of roster.Account, a account) metav1.Condition {
	link, found := of.Link()
	switch {
	case !found && a.wish.Invitation == nil:
		return activated(metav1.ConditionFalse, v1alpha1.ReasonLinksNotSent, "links to set a password are not sent by this manager, or not to this person")
	case !found || link.End != "":
		return activated(metav1.ConditionFalse, v1alpha1.ReasonNoLink, "no link to set a password is valid: set the annotation "+v1alpha1.AnnotationResendActivationAt+" for a new one")
	case link.State(k.Clock.Now()) == roster.LinkIsExpired:
		return linkExpired
	case !link.Sent.IsZero():
		return activated(metav1.ConditionFalse, v1alpha1.ReasonInvited,
			fmt.Sprintf("a link to set a password was mailed, and works until %s", link.Expires.UTC().Format(time.RFC3339)))
	case link.Failure == "":
		return activated(metav1.ConditionFalse, v1alpha1.ReasonSending, "a link to set a password is being mailed")
	case link.NextTry.IsZero():
		return activated(metav1.ConditionFalse, v1alpha1.ReasonSendingFailed,
			fmt.Sprintf("the link could not be mailed (%s), and is not tried again: correct spec.profile.email, or set the annotation %s", link.Failure, v1alpha1.AnnotationResendActivationAt))
	}
	return activated(metav1.ConditionFalse, v1alpha1.ReasonSendingFailed,
		fmt.Sprintf("the link could not be mailed yet (%s): the next try is at %s", link.Failure, link.NextTry.UTC().Format(time.RFC3339)))
}

// untilExpired is when to look again at a person whose link will have expired by then; 0 is never.
func (k operators) untilExpired(o *v1alpha1.Operator, condition metav1.Condition) time.Duration {
	if condition.Reason != v1alpha1.ReasonInvited || o.Status.Activation == nil || o.Status.Activation.ExpiresTime == nil {
		return 0
	}
	return max(o.Status.Activation.ExpiresTime.Sub(k.Clock.Now()), time.Second)
}

// Account tells that somebody's account changed, so that a pass looks at it where the status says otherwise.
func (s *Shared) Account(is store.Holder) {
	o, found := s.Directory.OperatorObject(is.Owner.Namespace, is.Owner.Name)
	if !found || is.Owner.Installation != s.Installation || is.Owner.Kind != kindOperator {
		return
	}
	state := v1alpha1.OperatorState(is.User.StateWith(is.Account))
	told := meta.FindStatusCondition(o.Status.Conditions, v1alpha1.ConditionActivated)
	// What somebody without a password waits for besides, a pass knows.
	waits := !is.Account.HasPassword() && is.User.CredentialMode == roster.InitialPassword
	want := operators{Shared: s}.activation(is, account{wish: provision.AccountWish{Invitation: &roster.Invitation{}}})
	says := told != nil && (waits || told.Reason == want.Reason && told.Message == want.Message)
	if says && o.Status.State == state && sameActivation(o.Status.Activation, activationStatus(is.Account)) {
		return
	}
	name := nameOf(o, kindOperator)
	s.accounts.add(name)
	s.nudges[kindOperator].wake(0, name.NamespacedName)
}

func sameActivation(a, b *v1alpha1.ActivationStatus) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.SentTime.Equal(b.SentTime) && a.ExpiresTime.Equal(b.ExpiresTime) && a.UsedTime.Equal(b.UsedTime) && a.Attempts == b.Attempts
}

// SecretChanged wakes the people whose first password a Secret has.
func (s *Shared) SecretChanged(namespace, name string) {
	for _, o := range s.Directory.OperatorsGivenBy(namespace, name) {
		s.nudges[kindOperator].wake(0, client.ObjectKeyFromObject(o))
	}
}
