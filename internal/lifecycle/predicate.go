// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
)

// AnnotationPrefix begins the keys of the annotations that speak to the manager; [Changed] ignores all others.
const AnnotationPrefix = "roster.dev/"

// Changed is the predicate for a controller's own kind. It passes every create and every generic event, and an update
// only if the generation, the labels, an annotation under [AnnotationPrefix] or the deletion timestamp changed, a
// finalizer was lost, or the object is another one of the same name. A write of the status alone, ours above all, wakes nobody. An object that is
// gone needs no pass.
func Changed() predicate.Predicate {
	return predicate.Funcs{
		UpdateFunc: func(e event.UpdateEvent) bool {
			return e.ObjectOld != nil && e.ObjectNew != nil && differs(e.ObjectOld, e.ObjectNew)
		},
		DeleteFunc: func(event.DeleteEvent) bool { return false },
	}
}

func differs(before, after client.Object) bool {
	return before.GetUID() != after.GetUID() ||
		before.GetGeneration() != after.GetGeneration() ||
		before.GetDeletionTimestamp().IsZero() != after.GetDeletionTimestamp().IsZero() ||
		!maps.Equal(before.GetLabels(), after.GetLabels()) ||
		!maps.Equal(requests(before), requests(after)) ||
		lostFinalizer(before, after)
}

// lostFinalizer tells whether a finalizer was taken off an object that is not being deleted, as a replace without it does:
// ours has to go back.
func lostFinalizer(before, after client.Object) bool {
	return after.GetDeletionTimestamp().IsZero() && slices.ContainsFunc(before.GetFinalizers(), func(finalizer string) bool {
		return !slices.Contains(after.GetFinalizers(), finalizer)
	})
}

// requests returns the annotations of an object that speak to the manager.
func requests(object client.Object) map[string]string {
	found := map[string]string{}
	for key, value := range object.GetAnnotations() {
		if strings.HasPrefix(key, AnnotationPrefix) {
			found[key] = value
		}
	}
	return found
}
