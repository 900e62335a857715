// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
)

// confirmations are those in force in a company, by tenant: the annotation of the Tenant, or of the namespace where the Tenant is gone. One
// that is for fewer than are held counts for nobody: whoever gave it did not see all.
func (s *Shared) confirmations(company string) map[string]roster.Confirmation {
	given := map[string]roster.Confirmation{}
	for tenant, text := range s.confirmationTexts(company) {
		confirmation, why := s.confirmation(company, tenant, text)
		if why == "" {
			given[tenant] = confirmation
		}
	}
	return given
}

// confirmationTexts are the annotations by tenant, for all tenants in which something is held.
func (s *Shared) confirmationTexts(company string) map[string]string {
	texts, general := map[string]string{}, s.holds.confirmation(company)
	for _, record := range s.holds.all(company) {
		for _, tenant := range record.tenants {
			texts[tenant] = general
		}
	}
	for _, t := range s.Directory.TenantsOf(company) {
		if _, concerned := texts[t.Name]; concerned && live(t) {
			texts[t.Name] = t.Annotations[v1alpha1.AnnotationConfirmRemovals]
		}
	}
	return texts
}

// confirmation is one for a tenant, or why it is not heard.
func (s *Shared) confirmation(company, tenant, text string) (confirmation roster.Confirmation, why string) {
	if text == "" {
		return roster.Confirmation{}, "there is none"
	}
	confirmation, err := roster.ParseConfirmation(text, s.Clock.Now())
	if err != nil {
		return roster.Confirmation{}, err.Error()
	}
	records, _ := s.holds.in(company, tenant)
	if waiting := people(records) + s.holds.let(company, tenant, text); waiting > confirmation.Count {
		return roster.Confirmation{}, fmt.Sprintf("it is for %d, and %d are held: see whether all of them should go, and confirm that many", confirmation.Count, waiting)
	}
	return confirmation, ""
}

// people counts those of some records that are people's.
func people(records []held) int {
	count := 0
	for _, record := range records {
		if record.owner.Kind == kindOperator {
			count++
		}
	}
	return count
}

// offboarding tells what is held of people who left a tenant, and goes on with it where it was confirmed. Until a sweep told of all there
// is, what was told before stays.
func (k tenants) offboarding(t *v1alpha1.Tenant) (conditions []metav1.Condition, events []lifecycle.Event, again time.Duration) {
	before := meta.FindStatusCondition(t.Status.Conditions, v1alpha1.ConditionOffboardingHeld)
	records, known := k.holds.in(t.Namespace, t.Name)
	if len(records) == 0 {
		if before != nil && !known {
			conditions = []metav1.Condition{*before}
		}
		return conditions, nil, 0
	}
	reason, message := tellHeld(t.Name, records)
	if text := t.Annotations[v1alpha1.AnnotationConfirmRemovals]; text != "" {
		confirmation, why := k.confirmation(t.Namespace, t.Name, text)
		if why != "" {
			message += fmt.Sprintf("; %s is not heard: %s", v1alpha1.AnnotationConfirmRemovals, why)
		} else {
			k.wakeHeld(records)
			again = confirmation.Until.Sub(k.Clock.Now())
		}
	}
	if before == nil {
		events = []lifecycle.Event{{Type: corev1.EventTypeWarning, Reason: v1alpha1.ConditionOffboardingHeld, Message: message}}
	}
	return []metav1.Condition{is(v1alpha1.ConditionOffboardingHeld, metav1.ConditionTrue, reason, message)}, events, again
}

// tellHeld says how many are held, why, and what would end it.
func tellHeld(tenant string, records []held) (reason, message string) {
	counts := map[roster.HoldReason]int{}
	for _, record := range records {
		counts[record.reason]++
	}
	budget, last := counts[roster.HeldByBudget], counts[roster.HeldAsLastAdministrator]
	switch {
	case last == 0:
		reason, message = v1alpha1.ReasonRemovalBudget, "beyond the budget of a tenant"
	case budget == 0:
		reason, message = v1alpha1.ReasonLastAdministrator, "as the last Administrator"
	default:
		reason, message = v1alpha1.ReasonSeveralHeld, fmt.Sprintf("%d beyond the budget of a tenant and %d as the last Administrator", budget, last)
	}
	removals := fmt.Sprintf("%d removals are held", len(records))
	if len(records) == 1 {
		removals = "1 removal is held"
	}
	return reason, fmt.Sprintf("%s, %s: the Operators are gone and the people keep their access; apply them again, or confirm with "+
		"kubectl annotate rten %s %s=%d@<expiry>, the expiry a time of RFC 3339 at most 24 hours ahead", removals, message, tenant, v1alpha1.AnnotationConfirmRemovals, len(records))
}

// wakeHeld has records looked at whose removal is held.
func (s *Shared) wakeHeld(records []held) {
	for _, record := range records {
		s.nudges[record.owner.Kind].wake(0, types.NamespacedName{Namespace: record.owner.Namespace, Name: record.owner.Name})
	}
}

// removalHeld is the event of an object whose removal is held: it is the last that is heard of it.
func removalHeld(departure provision.Departure) []lifecycle.Event {
	why := map[roster.HoldReason]string{
		roster.HeldByBudget:            "it is beyond what a tenant allows in spec.offboarding.budget",
		roster.HeldAsLastAdministrator: "nobody else is a live Administrator there",
	}[departure.Held]
	if why == "" {
		return nil
	}
	return []lifecycle.Event{{
		Type: corev1.EventTypeWarning, Reason: v1alpha1.ReasonRemovalHeld,
		Message: fmt.Sprintf("what the identity store gives in %s stays for now, since %s; the condition OffboardingHeld of the Tenant says how it goes on", quoted(departure.Tenants), why),
	}}
}

func quoted(names []string) string {
	list := slices.Clone(names)
	for i, name := range list {
		list[i] = fmt.Sprintf("%q", name)
	}
	if len(list) > namedAtMost {
		list = append(list[:namedAtMost], fmt.Sprintf("%d more", len(names)-namedAtMost))
	}
	text := ""
	for i, name := range list {
		switch {
		case i == 0:
		case i == len(list)-1:
			text += " and "
		default:
			text += ", "
		}
		text += name
	}
	return text
}

// listen reads the confirmations of the namespaces in which something is held of tenants that are gone, and has it looked at.
func (s *Shared) listen(ctx context.Context) error {
	_, companies := s.holds.count()
	for _, company := range companies {
		namespace := &metav1.PartialObjectMetadata{}
		namespace.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Namespace"))
		err := s.Live.Get(ctx, client.ObjectKey{Name: company}, namespace)
		if err != nil && !apierrors.IsNotFound(err) {
			return fmt.Errorf("read what namespace %s confirms: %w", company, err)
		}
		if s.holds.confirm(company, namespace.Annotations[v1alpha1.AnnotationConfirmRemovals]) {
			s.wakeHeld(s.holds.all(company))
		}
	}
	return nil
}
