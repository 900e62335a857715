// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package activation

import (
	"errors"
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

// signs is a password that takes long to judge.
const signs = "27i9+e<|t(ot@[<15{3!<&7o9oi2$&!347t40o@<0s430i917@92&1+&62+[172||&4@8#$|{a&<$s0a##ii!o$9o&%i#1&i%2a5to(e"

func BenchmarkCheckPassword(b *testing.B) {
	for name, password := range map[string]string{"sentence": own, "longest": long(LongestPassword), "signs": signs} {
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
				if err := c.logsIn(who.login, another, fmt.Sprint(who.name, i)); !errors.Is(err, ErrWrong) {
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
