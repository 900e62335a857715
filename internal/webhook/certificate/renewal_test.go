// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package certificate

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/go-logr/logr"
	clocktesting "k8s.io/utils/clock/testing"
	"pgregory.net/rapid"
)

var start = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// quick are lifetimes in the proportions of the real ones.
var quick = Lifetimes{Authority: 90 * time.Minute, Overlap: time.Minute, Serving: 7 * time.Minute, Look: 5 * time.Second}

const host = "roster-webhook.roster-system.svc"

// replica is a keeper whose looks are the test's to make.
func replica(vault Vault, clock *clocktesting.FakeClock, published func() []byte) *Keeper {
	return NewKeeper(Options{Vault: vault, Names: []string{host, "127.0.0.1"}, Published: published, Lifetimes: quick, Clock: clock, Log: logr.Discard()})
}

func never() []byte { return nil }

// distrust is why an API server that trusts a bundle refuses what a keeper serves; nil is that it does not.
func distrust(t rapid.TB, k *Keeper, bundle []byte, now time.Time) error {
	t.Helper()
	serving, err := k.GetCertificate(nil)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(bundle)
	for _, name := range []string{host, "127.0.0.1"} {
		if _, err := serving.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name, CurrentTime: now}); err != nil {
			return err
		}
	}
	return nil
}

func issuer(k *Keeper) string { return k.held.Load().ring.issuing.certificate.Subject.CommonName }

func look(t rapid.TB, k *Keeper) {
	t.Helper()
	if err := k.look(context.Background()); err != nil {
		t.Fatalf("a look should succeed, got %v", err)
	}
}

// announcements are the bundles that were told, in the order of time.
type announcements []struct {
	at     time.Time
	bundle []byte
}

func (a *announcements) tell(at time.Time, bundle []byte) {
	*a = append(*a, struct {
		at     time.Time
		bundle []byte
	}{at, bundle})
}

// known is the bundle that was told by a time; the first one is known from the beginning.
func (a *announcements) known(by time.Time) []byte {
	latest := (*a)[0].bundle
	for _, told := range *a {
		if !told.at.After(by) {
			latest = told.bundle
		}
	}
	return latest
}

// TestNoAPIServerEverDistrustsWhatIsServed lets replicas share a vault through many lives of an authority, each looking when it
// happens to, while API servers learn late, though within the overlap, what is to be trusted.
func TestNoAPIServerEverDistrustsWhatIsServed(t *testing.T) {
	t.Parallel()
	authorities, servings, looks := map[string]bool{}, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		clock := clocktesting.NewFakeClock(start)
		vault, told := &Memory{}, &announcements{}
		latest := func() []byte { return told.known(clock.Now()) }
		first := replica(vault, clock, never)
		look(t, first)
		told.tell(start, first.Bundle())
		replicas := make([]*Keeper, rapid.IntRange(1, 3).Draw(t, "replicas"))
		for range rapid.IntRange(60, 120).Draw(t, "steps") {
			clock.Step(time.Duration(rapid.IntRange(10, 135).Draw(t, "seconds")) * time.Second)
			for i, k := range replicas {
				if k == nil || rapid.IntRange(0, 39).Draw(t, fmt.Sprintf("replica %d restarts", i)) == 0 {
					replicas[i] = replica(vault, clock, latest)
					k = replicas[i]
				}
				before := k.held.Load()
				look(t, k)
				looks++
				authorities[issuer(k)] = true
				if before == nil || before.serving != k.held.Load().serving {
					servings++
				}
			}
			late := told.known(clock.Now().Add(time.Second - quick.Overlap))
			for i, k := range replicas {
				if err := distrust(t, k, late, clock.Now()); err != nil {
					t.Fatalf("after %s what replica %d serves should be trusted, but: %v", clock.Since(start), i, err)
				}
			}
			told.tell(clock.Now(), replicas[0].Bundle())
		}
	})
	t.Logf("%d looks, %d serving certificates, %d authorities", looks, servings, len(authorities))
	if len(authorities) < 100 {
		t.Errorf("authorities should have changed many times, there were %d", len(authorities))
	}
}

func TestWhenAnAuthorityIsFollowedByTheNext(t *testing.T) {
	t.Parallel()
	third, life := 30*time.Minute, 90*time.Minute
	for name, tc := range map[string]struct {
		reason string
		// looks are when the keyring is looked at, from its making; unpublished is that API servers never learn of the next one.
		looks       []time.Duration
		unpublished bool
		wantIssuers int
		wantTrusted int
	}{
		"young":           {"nothing is due", []time.Duration{0, life - third - time.Second}, false, 1, 1},
		"worn":            {"the next one is made, and only trusted yet", []time.Duration{0, life - third}, false, 1, 2},
		"overlapping":     {"API servers may not all have learnt of it", []time.Duration{0, life - third, life - third + time.Second, life - third + time.Minute}, false, 1, 2},
		"overlapped":      {"the next one signs, and the former is still trusted", []time.Duration{0, life - third, life - third + time.Second, life - third + 61*time.Second}, false, 2, 2},
		"former ended":    {"it is trusted no longer than it holds", []time.Duration{0, life - third, life - third + time.Second, life - third + 61*time.Second, life}, false, 2, 1},
		"unpublished":     {"what nobody was told to trust does not sign", []time.Duration{0, life - third, life - time.Second}, true, 1, 2},
		"too late":        {"the authority in use ended, so there is nothing to lose", []time.Duration{0, life - third, life}, true, 2, 2},
		"away for a life": {"nothing was renewed in time: all is new", []time.Duration{0, 2 * life}, false, 2, 1},
		"away, with a next": {
			"the next one ended as well: all is new", []time.Duration{0, life - third, 3 * life}, false, 2, 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := clocktesting.NewFakeClock(start)
			var k *Keeper
			k = replica(&Memory{}, clock, func() []byte {
				if held := k.held.Load(); held != nil && !tc.unpublished {
					return held.bundle
				}
				return nil
			})
			issuers := map[string]bool{}
			for _, at := range tc.looks {
				clock.SetTime(start.Add(at))
				look(t, k)
				issuers[issuer(k)] = true
				if err := distrust(t, k, k.Bundle(), clock.Now()); err != nil {
					t.Errorf("at %s what is served should verify under its own bundle: %v", at, err)
				}
			}
			if len(issuers) != tc.wantIssuers {
				t.Errorf("%s: %d authorities should have signed, %d did", tc.reason, tc.wantIssuers, len(issuers))
			}
			if got := len(certificatesOf(k.Bundle())); got != tc.wantTrusted {
				t.Errorf("%s: %d authorities should be trusted, %d are", tc.reason, tc.wantTrusted, got)
			}
		})
	}
}

// TestWhatIsPublishedLateSignsLate: whoever publishes may be kept from it, and API servers learn nothing before.
func TestWhatIsPublishedLateSignsLate(t *testing.T) {
	t.Parallel()
	const worn = 60 * time.Minute
	clock, vault := clocktesting.NewFakeClock(start), &Memory{}
	var published []byte
	told := func() []byte { return published }
	k := replica(vault, clock, told)
	look(t, k)
	published = k.Bundle()
	first := issuer(k)
	for _, step := range []struct {
		reason  string
		at      time.Duration
		publish bool
		signs   bool
	}{
		{"the next one is made", worn, false, true},
		{"it is old enough to sign, and nobody was told of it", worn + 10*time.Minute, true, true},
		{"it was published a moment ago", worn + 10*time.Minute + time.Second, false, true},
		{"another replica learns from the first since when it is published", worn + 11*time.Minute, false, true},
		{"it has been published for the overlap", worn + 11*time.Minute + time.Second, false, false},
	} {
		clock.SetTime(start.Add(step.at))
		look(t, k)
		if former := issuer(k) == first; former != step.signs {
			t.Errorf("%s: that the first authority still signs should be %t, it is %t", step.reason, step.signs, former)
		}
		if step.publish {
			published = k.Bundle()
		}
		k = replica(vault, clock, told)
	}
}

func TestAServingCertificateIsRenewedBeforeItEnds(t *testing.T) {
	t.Parallel()
	clock := clocktesting.NewFakeClock(start)
	k := replica(&Memory{}, clock, never)
	look(t, k)
	first, _ := k.GetCertificate(nil)
	clock.SetTime(start.Add(4*time.Minute + 39*time.Second))
	look(t, k)
	if again, _ := k.GetCertificate(nil); again != first {
		t.Error("while more than a third of its time is left the certificate should stay")
	}
	clock.SetTime(start.Add(4*time.Minute + 40*time.Second))
	look(t, k)
	second, _ := k.GetCertificate(nil)
	if second == first {
		t.Fatal("when a third of its time is left the certificate should be another")
	}
	if !first.Leaf.NotAfter.After(clock.Now()) {
		t.Error("the former certificate should still hold when it is replaced")
	}
}

func TestAServingCertificateEndsWithItsAuthority(t *testing.T) {
	t.Parallel()
	authority, err := newAuthority(start, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	serving, err := authority.sign(start.Add(55*time.Minute), 7*time.Minute, []string{host})
	if err != nil {
		t.Fatal(err)
	}
	if got := serving.Leaf.NotAfter; !got.Equal(authority.certificate.NotAfter) {
		t.Errorf("the certificate should end with its authority at %s, it ends at %s", authority.certificate.NotAfter, got)
	}
}

// unruly is a vault that fails while it is told to.
type unruly struct {
	Memory
	failure error
}

func (u *unruly) Load(ctx context.Context) (map[string][]byte, string, error) {
	if u.failure != nil {
		return nil, "", u.failure
	}
	return u.Memory.Load(ctx)
}

func TestWhileTheVaultIsAwayWhatIsHeldGoesOnServing(t *testing.T) {
	t.Parallel()
	clock := clocktesting.NewFakeClock(start)
	vault := &unruly{failure: errors.New("forbidden")}
	k := replica(vault, clock, never)
	if err := k.look(t.Context()); err == nil || k.Check(nil) == nil || k.Bundle() != nil {
		t.Error("while there never was a keyring there should be nothing to serve under, and that be said")
	}
	if _, err := k.GetCertificate(nil); err == nil {
		t.Error("without a keyring a handshake should fail")
	}
	vault.failure = nil
	look(t, k)
	first, _ := k.GetCertificate(nil)
	bundle := k.Bundle()
	vault.failure = errors.New("forbidden")
	clock.Step(6 * time.Minute)
	if err := k.look(t.Context()); err == nil {
		t.Error("that the vault is away should be told")
	}
	second, _ := k.GetCertificate(nil)
	if second == first {
		t.Error("the serving certificate should be renewed while the vault is away")
	}
	if err := distrust(t, k, bundle, clock.Now()); err != nil {
		t.Errorf("what is served should stay trusted while the vault is away: %v", err)
	}
}

func TestWhatIsLostOrSpoiltIsPutBack(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(texts map[string][]byte){
		"emptied":            func(texts map[string][]byte) { clear(texts) },
		"no key":             func(texts map[string][]byte) { delete(texts, keyIssuingKey) },
		"no PEM":             func(texts map[string][]byte) { texts[keyIssuingCertificate] = []byte("nonsense") },
		"key of another":     func(texts map[string][]byte) { texts[keyIssuingKey] = mustEncode(t)[keyIssuingKey] },
		"a broken next one":  func(texts map[string][]byte) { texts[keyNextCertificate] = []byte("nonsense") },
		"key for a bundle":   func(texts map[string][]byte) { texts[keyFormer] = texts[keyIssuingKey] },
		"two for one":        func(texts map[string][]byte) { texts[keyIssuingCertificate] = twice(texts[keyIssuingCertificate]) },
		"a serving for a CA": func(texts map[string][]byte) { texts[keyIssuingCertificate] = servingCertificate(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := clocktesting.NewFakeClock(start)
			vault := &Memory{}
			k := replica(vault, clock, never)
			look(t, k)
			kept, version, err := vault.Load(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			spoilt := maps.Clone(kept)
			spoil(spoilt)
			if err := vault.Save(t.Context(), spoilt, version); err != nil {
				t.Fatal(err)
			}
			before := issuer(k)
			look(t, k)
			if got := issuer(k); got != before {
				t.Errorf("the keyring in use should be put back, another was made: %s instead of %s", got, before)
			}
			other := replica(vault, clock, never)
			look(t, other)
			if got := issuer(other); got != before {
				t.Errorf("a replica that comes later should find the keyring that was put back, it has %s instead of %s", got, before)
			}
		})
	}
}

func TestASpoiltVaultDoesNotKeepANewReplicaFromServing(t *testing.T) {
	t.Parallel()
	vault := &Memory{texts: map[string][]byte{keyIssuingCertificate: []byte("nonsense")}}
	k := replica(vault, clocktesting.NewFakeClock(start), never)
	look(t, k)
	if err := distrust(t, k, k.Bundle(), start); err != nil {
		t.Errorf("a new keyring should be made where the kept one cannot be read: %v", err)
	}
}

// racing is a vault into which somebody else saves just before each of the first saves.
type racing struct {
	Memory
	rivals []*Keeper
}

func (r *racing) Save(ctx context.Context, texts map[string][]byte, version string) error {
	if len(r.rivals) > 0 {
		rival := r.rivals[0]
		r.rivals = r.rivals[1:]
		if err := rival.look(ctx); err != nil {
			return err
		}
	}
	return r.Memory.Save(ctx, texts, version)
}

func TestWhoIsOvertakenTakesTheOthersKeyring(t *testing.T) {
	t.Parallel()
	clock := clocktesting.NewFakeClock(start)
	vault := &racing{}
	first, second := replica(vault, clock, never), replica(vault, clock, never)
	vault.rivals = []*Keeper{second}
	look(t, first)
	if issuer(first) != issuer(second) {
		t.Errorf("replicas that start at once should agree on one authority, they have %s and %s", issuer(first), issuer(second))
	}
}

func mustEncode(t *testing.T) map[string][]byte {
	t.Helper()
	ring, err := newKeyring(start, quick)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := ring.encode()
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func twice(text []byte) []byte { return append(append([]byte(nil), text...), text...) }

func servingCertificate(t *testing.T) []byte {
	t.Helper()
	ring, err := newKeyring(start, quick)
	if err != nil {
		t.Fatal(err)
	}
	serving, err := ring.issuing.sign(start, time.Minute, []string{host})
	if err != nil {
		t.Fatal(err)
	}
	return encodeCertificates(serving.Leaf)
}

// FuzzKeyring reads whatever somebody may write into the vault: it is refused, or is a keyring that can sign.
func FuzzKeyring(f *testing.F) {
	ring, err := newKeyring(start, quick)
	if err != nil {
		f.Fatal(err)
	}
	if ring, _, err = ring.Turn(start.Add(time.Hour), nil, quick); err != nil {
		f.Fatal(err)
	}
	texts, err := ring.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(texts[keyIssuingCertificate], texts[keyIssuingKey], texts[keyNextCertificate], texts[keyNextKey], texts[keyIssuingCertificate])
	f.Add([]byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"), []byte{}, []byte{}, []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, issuing, issuingKey, next, nextKey, former []byte) {
		ring, err := decodeKeyring(map[string][]byte{
			keyIssuingCertificate: issuing, keyIssuingKey: issuingKey, keyNextCertificate: next, keyNextKey: nextKey, keyFormer: former,
		})
		if err != nil {
			return
		}
		again, err := ring.encode()
		if err != nil {
			t.Fatalf("a keyring that was read should be written, got %v", err)
		}
		if _, err := decodeKeyring(again); err != nil {
			t.Errorf("a keyring that was written should be read, got %v", err)
		}
		if _, _, err := ring.Turn(start, ring.Bundle(), quick); err != nil {
			t.Errorf("a keyring that was read should turn, got %v", err)
		}
	})
}
