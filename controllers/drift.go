// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"fmt"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/provision"
)

// doubts are the objects whose records somebody else may have changed, until a pass looks at the store. They are safe for concurrent use.
type doubts struct {
	mu sync.Mutex
	of map[objectName]bool
	// requested are the requests for a pass that were heard, by object.
	requested map[objectName]string
}

// objectName names an object of any kind.
type objectName struct {
	kind string
	types.NamespacedName
}

func nameOf(o client.Object, kind string) objectName {
	return objectName{kind, client.ObjectKeyFromObject(o)}
}

func (d *doubts) add(o objectName) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.of == nil {
		d.of = map[objectName]bool{}
	}
	d.of[o] = true
}

// take tells whether an object is doubted, and doubts it no more.
func (d *doubts) take(o objectName) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	doubted := d.of[o]
	delete(d.of, o)
	return doubted
}

// hear tells whether an object asks for a pass by another value than before. The first one that is seen asks for nothing: it was heard before
// the manager was started, or the object is new, and every record is swept after the start.
func (d *doubts) hear(o objectName, value string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	before, known := d.requested[o]
	if value == "" {
		delete(d.requested, o)
		return false
	}
	if d.requested == nil {
		d.requested = map[objectName]string{}
	}
	d.requested[o] = value
	return known && before != value
}

// forget is for an object that is gone.
func (d *doubts) forget(o objectName) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.of, o)
	delete(d.requested, o)
}

// doubted tells whether a pass over an object has to look at the store, however well its digest speaks for the record: a sweep or the feed
// found something, somebody asks for it, or the object tells of a change that may have been undone.
func (s *Shared) doubted(o lifecycle.Object, kind string) bool {
	asked := s.doubts.hear(nameOf(o, kind), o.GetAnnotations()[v1alpha1.AnnotationReconcileRequestedAt])
	found := s.doubts.take(nameOf(o, kind))
	return asked || found || tellsOfDrift(o)
}

// tellsOfDrift tells whether the status says that the store has something else than was written.
func tellsOfDrift(o lifecycle.Object) bool {
	_, conditions := o.LifecycleStatus()
	ready := meta.FindStatusCondition(*conditions, v1alpha1.ConditionReady)
	waits := o.IsSuspended() && ready != nil && ready.Reason == v1alpha1.ReasonSuspended
	return waits || meta.IsStatusConditionTrue(*conditions, v1alpha1.ConditionDrifted)
}

// fieldsTold bounds how many fields a message names: whoever wants to know all reads the store.
const fieldsTold = 10

// drifting adds what somebody else changed to what the store said of an object: a condition while it stays, and an event.
func (s *Shared) drifting(out outcome, o lifecycle.Object, claim provision.Claim, drift *provision.Drift, err error) (outcome, []lifecycle.Event) {
	kind := claim.Stamp.Kind
	if err != nil && claim.Doubted {
		// What was to be looked at was not.
		s.doubts.add(nameOf(o, kind))
	}
	if drift == nil || len(drift.Fields) == 0 || err != nil {
		return out, nil
	}
	fields := strings.Join(drift.Fields[:min(len(drift.Fields), fieldsTold)], ", ")
	if more := len(drift.Fields) - fieldsTold; more > 0 {
		fields += fmt.Sprintf(" and %d more", more)
	}
	if drift.Corrected {
		s.figures.drift(kind, true)
		return out, []lifecycle.Event{{
			Type: corev1.EventTypeWarning, Reason: v1alpha1.ReasonDriftCorrected,
			Message: fmt.Sprintf("another program had changed the record in the identity store (%s); it is as declared again", fields),
		}}
	}
	message := fmt.Sprintf("another program changed the record in the identity store (%s); it stays so until the object changes, as the driftPolicy is Report", fields)
	out.special = append(out.special, is(v1alpha1.ConditionDrifted, metav1.ConditionTrue, v1alpha1.ReasonChangedInStore, message))
	if alreadyTold(o, message) {
		return out, nil
	}
	s.figures.drift(kind, false)
	return out, []lifecycle.Event{{Type: corev1.EventTypeWarning, Reason: v1alpha1.ReasonDriftFound, Message: message}}
}

func alreadyTold(o lifecycle.Object, message string) bool {
	_, conditions := o.LifecycleStatus()
	told := meta.FindStatusCondition(*conditions, v1alpha1.ConditionDrifted)
	return told != nil && told.Message == message
}
