// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"
)

// maxNote is the limit of the API server on an Event's note, in bytes.
const maxNote = 1024

// actionReconcile is what the manager was doing when an Event names no action of its own.
const actionReconcile = "Reconcile"

// Event is one thing worth telling a person who looks at the object: only what is abnormal or must be known.
type Event struct {
	// Type is Normal or Warning; empty means Normal.
	Type string
	// Reason is why, in CamelCase, at most 128 characters; required.
	Reason string
	// Action is what the manager did, in CamelCase, at most 128 characters; empty means Reconcile.
	Action string
	// Message is a sentence without personal data; what exceeds 1024 bytes is cut.
	Message string
}

// announce sends events about the object; without a recorder it sends none.
func announce(recorder events.EventRecorder, object runtime.Object, toSend []Event) {
	if recorder == nil {
		return
	}
	for _, event := range toSend {
		if event.Type == "" {
			event.Type = corev1.EventTypeNormal
		}
		if event.Action == "" {
			event.Action = actionReconcile
		}
		recorder.Eventf(object, nil, event.Type, event.Reason, event.Action, "%s", clip(event.Message, maxNote))
	}
}

// clip shortens text to at most limit bytes without cutting a character in two.
func clip(text string, limit int) string {
	const ellipsis = "..."
	if len(text) <= limit {
		return text
	}
	end := limit - len(ellipsis)
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + ellipsis
}
