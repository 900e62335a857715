// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-logr/logr"
)

func TestTheLogHoldsWhatItsLevelAsksFor(t *testing.T) {
	for _, tc := range []struct {
		reason, level string
		want          []string
	}{
		{"debug holds everything", "debug", []string{"detail", "said", "failed"}},
		{"info holds no details", "info", []string{"said", "failed"}},
		{"warn holds what is wrong", "warn", []string{"failed"}},
		{"error holds what is wrong", "error", []string{"failed"}},
	} {
		t.Run(tc.level, func(t *testing.T) {
			var out strings.Builder
			log := logr.FromSlogHandler(Log{Level: tc.level, Format: "text"}.handler(&out))
			log.V(1).Info("detail")
			log.Info("said")
			log.Error(nil, "failed")
			for _, message := range []string{"detail", "said", "failed"} {
				want := strings.Contains(strings.Join(tc.want, " "), message)
				if got := strings.Contains(out.String(), "msg="+message); got != want {
					t.Errorf("%s: that the log holds %q should be %t, it holds\n%s", tc.reason, message, want, out.String())
				}
			}
		})
	}
}

func TestTheLogIsJSONForProgramsAndTextForPeople(t *testing.T) {
	var out strings.Builder
	logr.FromSlogHandler(Log{Level: "info", Format: "json"}.handler(&out)).WithName("store").Info("reached", "storeID", "s-1")
	var line map[string]any
	if err := json.Unmarshal([]byte(out.String()), &line); err != nil {
		t.Fatalf("a line of the log should be one JSON object, got %q: %v", out.String(), err)
	}
	if line["msg"] != "reached" || line["level"] != "INFO" || line["storeID"] != "s-1" || line["logger"] != "store" {
		t.Errorf("a line should hold message, level, logger and values, got %v", line)
	}
	out.Reset()
	logr.FromSlogHandler(Log{Level: "info", Format: "text"}.handler(&out)).Info("reached", "storeID", "s-1")
	if !strings.Contains(out.String(), "msg=reached storeID=s-1") {
		t.Errorf("a line of text should hold message and values, got %q", out.String())
	}
}
