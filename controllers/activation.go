// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/translate"
)

// Activation is how people come to log in.
type Activation struct {
	// Invite draws a link, which lives so long; nil is that no links are sent.
	Invite func(now time.Time, validFor time.Duration) roster.Invitation
	// Hash hashes the password of a Secret, after it was judged like any other.
	Hash func(ctx context.Context, password string) (hash string, err error)
	// Secrets are the labelled ones, with first passwords; nil is that they are not read.
	Secrets client.Reader
}

// account is what an object wants of the person's account, and how far that can be had.
type account struct {
	wish provision.AccountWish
	// wanting says why the person cannot come to log in, for want of something else than the person; the zero condition is that nothing is.
	wanting metav1.Condition
}

// activated is the condition Activated.
func activated(status metav1.ConditionStatus, reason, message string) metav1.Condition {
	return is(v1alpha1.ConditionActivated, status, reason, message)
}

// account is what an object wants of the person's account. The error is that of the API server.
func (k operators) account(ctx context.Context, o *v1alpha1.Operator) (account, error) {
	a := account{wish: provision.AccountWish{Now: k.Clock.Now()}}
	if k.Activation == nil {
		return a, nil
	}
	switch roster.CredentialMode(cmp.Or(o.Spec.Credential.Mode, v1alpha1.CredentialModeActivationLink)) {
	case roster.ActivationLink:
		a.wish.Resend, a.wish.Reset = o.Annotations[v1alpha1.AnnotationResendActivationAt], o.Annotations[v1alpha1.AnnotationResetPasswordAt]
		if k.Activation.Invite != nil {
			invitation := k.Activation.Invite(a.wish.Now, k.validFor(o))
			invitation.Request, invitation.Reset = requested(a.wish.Resend), requested(a.wish.Reset)
			a.wish.Invitation = &invitation
		}
	case roster.InitialPassword:
		a.wish.Reset = o.Annotations[v1alpha1.AnnotationResetPasswordAt]
		if err := k.givePassword(ctx, o, &a); err != nil {
			return a, err
		}
	}
	a.wish.Resend, a.wish.Reset = requested(a.wish.Resend), requested(a.wish.Reset)
	return a, nil
}

// requested is what is remembered of a request: whatever somebody wrote there, it is short, and tells nothing.
func requested(value string) string {
	if value == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:8])
}

// validFor is how long a link of a person lives: as his home tenant says.
func (k operators) validFor(o *v1alpha1.Operator) time.Duration {
	return k.Directory.LinksValidFor(o.Namespace, translate.Operator(o).Home())
}

// LabelInitialPassword is the label that a Secret with a first password needs: others are never read.
const LabelInitialPassword = v1alpha1.AnnotationPrefix + "initial-password"

// givePassword has the password of a Secret given, if it is there.
func (k operators) givePassword(ctx context.Context, o *v1alpha1.Operator, a *account) error {
	ref := o.Spec.Credential.PasswordSecretRef
	if ref == nil {
		return nil
	}
	if k.Activation.Secrets == nil {
		a.wanting = activated(metav1.ConditionFalse, v1alpha1.ReasonSecretsNotRead,
			"first passwords are not read from Secrets: the manager's configuration says activation.initialPasswords: false")
		return nil
	}
	var secret corev1.Secret
	err := k.Activation.Secrets.Get(ctx, client.ObjectKey{Namespace: o.Namespace, Name: string(ref.Name)}, &secret)
	missing := fmt.Sprintf("the Secret %s with the key %s and the label %s=true is not there", ref.Name, ref.Key, LabelInitialPassword)
	switch {
	case apierrors.IsNotFound(err):
		a.wanting = activated(metav1.ConditionFalse, v1alpha1.ReasonSecretMissing, missing)
		return nil
	case err != nil:
		return fmt.Errorf("read the Secret with the first password: %w", err)
	}
	password, there := secret.Data[ref.Key]
	if !there || len(password) == 0 {
		a.wanting = activated(metav1.ConditionFalse, v1alpha1.ReasonSecretMissing, missing)
		return nil
	}
	a.wish.Secret = fmt.Sprintf("%s/%s", secret.UID, secret.ResourceVersion)
	a.wish.Password = func(ctx context.Context) (string, error) { return k.Activation.Hash(ctx, string(password)) }
	return nil
}

// beside is what a pass over a person remembers besides the record: all that the account depends on.
func (a account) beside() string {
	var parts []string
	for name, value := range map[string]string{"resend": a.wish.Resend, "reset": a.wish.Reset, "secret": a.wish.Secret} {
		if value != "" {
			parts = append(parts, name+"="+value)
		}
	}
	if a.wish.Invitation != nil {
		parts = append(parts, "links")
	}
	return strings.Join(slices.Sorted(slices.Values(parts)), " ")
}

// ensureAccount makes the account what the object wants, once the record is stored, and tells of it in the status. A pass that changes nothing asks
// the store nothing, unless somebody says that the account changed; neither does one that made the record.
func (k operators) ensureAccount(ctx context.Context, o *v1alpha1.Operator, a account, ensured provision.PersonOutcome) (metav1.Condition, error) {
	doubted := k.accounts.take(nameOf(o, kindOperator))
	user := ensured.Wanted.Person.User
	holder := store.Holder{User: user}
	switch {
	case !ensured.Stored || ensured.Settled && !doubted:
		return k.asBefore(o, user, ensured.Stored), nil
	case k.Activation == nil || user.CredentialMode == roster.IdentityProvider:
	case ensured.Created && a.wish.Secret == "":
		holder.Account = roster.Account{}.Follow(roster.Person{}, ensured.Wanted.Person, a.wish.Invitation, a.wish.Now)
	default:
		var err error
		if holder, err = k.Provisioner.EnsureAccount(ctx, user.Key(), a.wish); err != nil {
			k.accounts.add(nameOf(o, kindOperator))
			return k.asBefore(o, user, true), err
		}
	}
	o.Status.State = v1alpha1.OperatorState(holder.User.StateWith(holder.Account))
	o.Status.Activation = activationStatus(holder.Account)
	return k.activation(holder, a), nil
}
