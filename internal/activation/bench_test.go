// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package activation

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func BenchmarkHash(b *testing.B) {
	h := newHasher(b, DefaultCost, 1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Hash(b.Context(), own); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheckPassword(b *testing.B) {
	for name, password := range map[string]string{"sentence": own, "longest": long(LongestPassword)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_ = CheckPassword(password, whoGuesses, "Nordlichtbank")
			}
		})
	}
}

// BenchmarkAuthenticate is a wrong password for somebody who is there and for nobody. How long either takes should tell nothing.
func BenchmarkAuthenticate(b *testing.B) {
	c := newCentreThatCosts(b, DefaultCost, 1)
	c.sets("anna", own)
	for _, who := range []struct{ name, login string }{{"known", "anna"}, {"unknown", "nobody"}} {
		b.Run(who.name, func(b *testing.B) {
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				began := time.Now()
				if err := c.logsIn(who.login, another, fmt.Sprint(who.name, i)); err != ErrWrong {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			at := func(share float64) float64 { return took[int(share*float64(len(took)-1))].Seconds() * 1000 }
			b.ReportMetric(at(0.5), "p50-ms")
			b.ReportMetric(at(0.99), "p99-ms")
		})
	}
}
