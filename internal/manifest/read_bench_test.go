// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/roster-dev/roster/internal/manifest"
)

// BenchmarkReading1000People reads people of three tenants from YAML; ns/op is for all of them.
func BenchmarkReading1000People(b *testing.B) {
	const people = 1000
	var text strings.Builder
	for i := range people {
		fmt.Fprintf(&text, "%s---\n", person(fmt.Sprintf("person-%d", i),
			"  tenants:",
			"  - {tenant: north, role: Manager, team: [lead-1, lead-2], groups: [{name: sales, priority: Primary}, {name: billing}]}",
			"  - {tenant: south, channels: [Chat, Phone], permissions: [ViewSessions]}",
			"  - {tenant: west, active: false}"))
	}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		read, err := manifest.Source{Paths: []string{"-"}, Stdin: strings.NewReader(text.String())}.Read()
		if err != nil || len(read.Operators) != people {
			b.Fatalf("%d people should be read: %v", people, err)
		}
	}
}
