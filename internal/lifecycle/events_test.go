// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"strings"
	"testing"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
)

func TestEventsFollowTheStatusWrite(t *testing.T) {
	w := newWorkshop(t, nil)
	w.sync = func(*toy) (Report, error) {
		return Report{Events: []Event{
			{Type: corev1.EventTypeWarning, Reason: "Drifted", Action: "Correct", Message: "100% of two fields"},
			{Reason: "Adopted", Message: "the record was taken over"},
		}}, nil
	}
	want := []string{"event Warning Drifted Correct: 100% of two fields", "event Normal Adopted Reconcile: the record was taken over"}
	w.pass()
	w.did("events come after the write", append([]string{"sync", "write status"}, want...)...)
	w.pass()
	w.did("events come when no write was due", append([]string{"sync"}, want...)...)
}

func TestNoEventWithoutTheStatusItSpeaksOf(t *testing.T) {
	w := newWorkshop(t, nil)
	w.sync = func(*toy) (Report, error) {
		return Report{Events: []Event{{Reason: "Adopted", Message: "the record was taken over"}}}, nil
	}
	w.interfere = func() { w.edit(func(o *toy) { o.Spec.Value = "blue" }) }
	w.pass()
	w.did("a status that was not written sends nothing", "sync", "write status")
}

func TestBecomingStalledIsToldOnceForEachGeneration(t *testing.T) {
	w := newWorkshop(t, nil)
	w.sync = func(*toy) (Report, error) { return Report{}, Stalled("StoreRejected", "use another value") }
	told := "event Warning StoreRejected Reconcile: use another value"
	w.pass()
	w.did("a person has to act", "sync", "write status", told)
	w.pass()
	w.did("once is enough", "sync")
	w.edit(func(o *toy) { o.Spec.Value = "blue" })
	w.pass()
	w.did("the edit did not help", "sync", "write status", told)
}

func TestWithoutARecorderNothingIsSent(*testing.T) {
	announce(nil, &toy{}, []Event{{Reason: "Adopted"}})
}

func TestLongTextsAreCutBetweenCharacters(t *testing.T) {
	for name, tc := range map[string]struct {
		reason, text string
		limit        int
		want         string
	}{
		"short":      {"what fits is left alone", "abc", 3, "abc"},
		"ascii":      {"what does not fit ends in an ellipsis", "abcdefgh", 6, "abc..."},
		"multi-byte": {"no character is cut in two", "aéé" + strings.Repeat("x", 9), 7, "aé..."},
	} {
		t.Run(name, func(t *testing.T) {
			got := clip(tc.text, tc.limit)
			if got != tc.want || !utf8.ValidString(got) {
				t.Errorf("%s: clip(%q, %d) = %q, want %q", tc.reason, tc.text, tc.limit, got, tc.want)
			}
		})
	}
}
