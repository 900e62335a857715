// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package certificate

import (
	"crypto/x509"
	"fmt"
	"slices"
	"time"
)

// Lifetimes say how long certificates hold and how they overlap.
type Lifetimes struct {
	// Authority is how long an authority holds. When a third of it is left the next authority is made.
	Authority time.Duration
	// Overlap is how long the next authority is published before it signs: longer than API servers take to learn what to trust.
	Overlap time.Duration
	// Serving is how long a serving certificate holds. When a third of it is left it is renewed.
	Serving time.Duration
	// Look is how often it is looked whether anything is due, and what other replicas did.
	Look time.Duration
}

// DefaultLifetimes are those of the manager.
func DefaultLifetimes() Lifetimes {
	const day = 24 * time.Hour
	return Lifetimes{Authority: 90 * day, Overlap: day, Serving: 7 * day, Look: time.Minute}
}

// Keyring is what signs serving certificates and what is to be trusted; replicas share one. A keyring never changes: a turn of it
// is another.
type Keyring struct {
	// issuing signs, next is to sign after it, and is nil most of the time.
	issuing, next *Authority
	// announced is when next was first seen to be published; zero is not yet.
	announced time.Time
	// former signed once, and serving certificates of theirs may still be in use.
	former []*x509.Certificate
}

// newKeyring is a keyring with a new authority.
func newKeyring(now time.Time, lifetimes Lifetimes) (Keyring, error) {
	issuing, err := newAuthority(now, lifetimes.Authority)
	return Keyring{issuing: issuing}, err
}

// Bundle is all that is to be trusted, in PEM form.
func (k Keyring) Bundle() []byte { return encodeCertificates(k.trusted()...) }

func (k Keyring) trusted() []*x509.Certificate {
	var all []*x509.Certificate
	for _, a := range []*Authority{k.issuing, k.next} {
		if a != nil {
			all = append(all, a.certificate)
		}
	}
	return append(all, k.former...)
}

// Turn is the keyring as it should be at a time. Published is the bundle API servers are told to trust: the next authority
// signs once it was published for the overlap, and still is. The second result tells whether anything changed.
func (k Keyring) Turn(now time.Time, published []byte, lifetimes Lifetimes) (Keyring, bool, error) {
	turned := k.withoutEnded(now).announcedBy(now, published)
	changed := turned.next != k.next || len(turned.former) != len(k.former) || !turned.announced.Equal(k.announced)
	switch {
	case turned.next != nil && turned.nextMaySign(now, published, lifetimes):
		turned.former = append([]*x509.Certificate{turned.issuing.certificate}, turned.former...)
		turned.issuing, turned.next, turned.announced = turned.next, nil, time.Time{}
		changed = true
	case ended(turned.issuing, now):
		// Nothing can be signed, so there is nothing to overlap with.
		fresh, err := newKeyring(now, lifetimes)
		return fresh, true, err
	case turned.next == nil && wearsOut(now, turned.issuing.born(), turned.issuing.certificate.NotAfter):
		next, err := newAuthority(now, lifetimes.Authority)
		if err != nil {
			return Keyring{}, false, err
		}
		turned.next, changed = next, true
	}
	return turned, changed, nil
}

// withoutEnded is the keyring without what cannot be of use any more.
func (k Keyring) withoutEnded(now time.Time) Keyring {
	if k.next != nil && ended(k.next, now) {
		k.next, k.announced = nil, time.Time{}
	}
	k.former = slices.DeleteFunc(slices.Clone(k.former), func(c *x509.Certificate) bool { return !now.Before(c.NotAfter) })
	return k
}

// announcedBy is the keyring that knows since when the next authority is published: it may have been made long before.
func (k Keyring) announcedBy(now time.Time, published []byte) Keyring {
	if k.announced.IsZero() && k.nextIn(published) {
		k.announced = now
	}
	return k
}

func (k Keyring) nextIn(bundle []byte) bool {
	return k.next != nil && slices.ContainsFunc(certificatesOf(bundle), k.next.certificate.Equal)
}

// nextMaySign tells whether every API server has had time to trust the next authority, or nothing is trusted without it.
func (k Keyring) nextMaySign(now time.Time, published []byte, lifetimes Lifetimes) bool {
	return ended(k.issuing, now) || k.nextIn(published) && !now.Before(k.announced.Add(lifetimes.Overlap))
}

// certificatesOf are the certificates of a bundle, none of one that cannot be read.
func certificatesOf(bundle []byte) []*x509.Certificate {
	certificates, err := decodeCertificates(bundle)
	if err != nil {
		return nil
	}
	return certificates
}

func ended(a *Authority, now time.Time) bool { return !now.Before(a.certificate.NotAfter) }

// wearsOut tells whether at most a third of a certificate's time is left.
func wearsOut(now, begin, end time.Time) bool { return end.Sub(now) <= end.Sub(begin)/3 }

// The keys under which a keyring is kept.
const (
	keyIssuingCertificate = "issuing.crt"
	keyIssuingKey         = "issuing.key"
	keyNextCertificate    = "next.crt"
	keyNextKey            = "next.key"
	keyNextAnnounced      = "next.announced"
	keyFormer             = "former.crt"
)

// encode writes a keyring as texts by key.
func (k Keyring) encode() (map[string][]byte, error) {
	texts := map[string][]byte{}
	var err error
	if texts[keyIssuingCertificate], texts[keyIssuingKey], err = k.issuing.encode(); err != nil {
		return nil, err
	}
	if k.next != nil {
		if texts[keyNextCertificate], texts[keyNextKey], err = k.next.encode(); err != nil {
			return nil, err
		}
	}
	if !k.announced.IsZero() {
		texts[keyNextAnnounced] = []byte(k.announced.UTC().Format(time.RFC3339Nano))
	}
	if len(k.former) > 0 {
		texts[keyFormer] = encodeCertificates(k.former...)
	}
	return texts, nil
}

// decodeKeyring reads what encode wrote. An error names the key, and never quotes what is kept under it.
func decodeKeyring(texts map[string][]byte) (Keyring, error) {
	var k Keyring
	var err error
	if k.issuing, err = decodeAuthority(texts[keyIssuingCertificate], texts[keyIssuingKey]); err != nil {
		return Keyring{}, fmt.Errorf("%s and %s: %w", keyIssuingCertificate, keyIssuingKey, err)
	}
	if len(texts[keyNextCertificate]) > 0 {
		if k.next, err = decodeAuthority(texts[keyNextCertificate], texts[keyNextKey]); err != nil {
			return Keyring{}, fmt.Errorf("%s and %s: %w", keyNextCertificate, keyNextKey, err)
		}
	}
	if text := texts[keyNextAnnounced]; len(text) > 0 {
		if k.announced, err = time.Parse(time.RFC3339Nano, string(text)); err != nil {
			return Keyring{}, fmt.Errorf("%s: there must be a time as of RFC 3339", keyNextAnnounced)
		}
	}
	if k.former, err = decodeCertificates(texts[keyFormer]); err != nil {
		return Keyring{}, fmt.Errorf("%s: %w", keyFormer, err)
	}
	return k, nil
}
