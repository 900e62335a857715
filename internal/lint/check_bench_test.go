// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/roster-dev/roster/internal/manifest"
)

// crowd is a folder of that many people in three tenants, a hundred in a file, with groups, teams and policies. What differs is told of
// each of so many.
func crowd(b *testing.B, people, odd int) string {
	b.Helper()
	const head = "---\napiVersion: identity.roster.dev/v1alpha1\n"
	folder := b.TempDir()
	write := func(name string, text *strings.Builder) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text.String()), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	var base strings.Builder
	for _, tenant := range []string{"north", "south", "west"} {
		fmt.Fprintf(&base, head+"kind: Tenant\nmetadata: {name: %s, namespace: harbour}\nspec: {channels: [Chat, Phone, Email]}\n", tenant)
	}
	for i := range 200 {
		fmt.Fprintf(&base, head+"kind: Group\nmetadata: {name: group-%d, namespace: harbour}\nspec: {tenant: north}\n", i)
	}
	for i := range 60 {
		fmt.Fprintf(&base, head+"kind: ChannelPolicy\nmetadata: {name: policy-%d, namespace: harbour}\nspec: {tenant: north, channels: [Email], subjects: [{group: group-%d}, {selector: {matchLabels: {shift: s%d}}}]}\n", i, i, i%7)
	}
	write("base.yaml", &base)
	for first := 0; first < people; first += 100 {
		var text strings.Builder
		for i := first; i < min(first+100, people); i++ {
			south := "south"
			if odd > 0 && i%odd == 0 {
				south = "nowhere"
			}
			fmt.Fprintf(&text, head+`kind: Operator
metadata:
  name: person-%[1]d
  namespace: harbour
  labels: {shift: s%[2]d}
spec:
  userName: person.%[1]d
  profile: {givenName: Given, familyName: Family, email: person.%[1]d@example.com}
  tenants:
  - tenant: north
    role: Manager
    team: [person-%[3]d, person-%[4]d]
    groups: [{name: group-%[5]d, priority: Primary}, {name: group-%[6]d}]
  - tenant: %[7]s
    channels: [Chat, Phone]
  - {tenant: west, active: false}
`, i, i%7, (i+1)%people, (i+2)%people, i%200, (i+1)%200, south)
		}
		write(fmt.Sprintf("people-%d.yaml", first), &text)
	}
	return folder
}

func BenchmarkCheckingACompanyOf10000(b *testing.B) {
	for name, odd := range map[string]int{"sound": 0, "one in two with a finding": 2} {
		b.Run(name, func(b *testing.B) {
			const people = 10_000
			folder := crowd(b, people, odd)
			for b.Loop() {
				found, err := manifest.Source{Paths: []string{folder}}.Inspect()
				if err != nil {
					b.Fatal(err)
				}
				if r := Check(found); (len(r.Findings) > 0) != (odd > 0) || len(r.Objects) < people {
					b.Fatalf("every one of %d people should be judged, and what differs be found: %d objects, %d findings", people, len(r.Objects), len(r.Findings))
				}
			}
			var memory runtime.MemStats
			runtime.ReadMemStats(&memory)
			b.ReportMetric(float64(memory.Sys)/(1<<20), "MB-of-the-system")
		})
	}
}

// BenchmarkCheckingPeopleWhoAllClaimOneName is the worst case of look-ups: everybody rivals everybody.
func BenchmarkCheckingPeopleWhoAllClaimOneName(b *testing.B) {
	const people = 10_000
	var text strings.Builder
	for i := range people {
		fmt.Fprintf(&text, "---\napiVersion: identity.roster.dev/v1alpha1\nkind: Operator\nmetadata: {name: person-%d}\nspec: {userName: same, kubernetesUser: same@idp, profile: {givenName: G, familyName: F, email: same@example.com}}\n", i)
	}
	for b.Loop() {
		found, err := manifest.Source{Paths: []string{"-"}, Stdin: strings.NewReader(text.String())}.Inspect()
		if err != nil {
			b.Fatal(err)
		}
		if r := Check(found); len(r.Findings) < people {
			b.Fatalf("everybody should be told, got %d findings", len(r.Findings))
		}
	}
}
