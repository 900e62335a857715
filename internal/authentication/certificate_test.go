// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package authentication_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/roster-dev/roster/internal/authentication"
)

// signer is whoever signs the certificates of platforms.
type signer struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newSigner(t *testing.T) signer {
	t.Helper()
	s := signer{t: t}
	template := &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	made, key := s.make(template, template, nil)
	cert, err := x509.ParseCertificate(made)
	if err != nil {
		t.Fatal(err)
	}
	return signer{t, cert, key}
}

// make makes a certificate of a template, signed by its own key where no other is given.
func (s signer) make(template, parent *x509.Certificate, by *ecdsa.PrivateKey) ([]byte, *ecdsa.PrivateKey) {
	s.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	if by == nil {
		by = key
	}
	template.SerialNumber, template.NotBefore = big.NewInt(1), time.Now().Add(-time.Hour)
	if template.NotAfter.IsZero() {
		template.NotAfter = time.Now().Add(time.Hour)
	}
	made, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	if err != nil {
		s.t.Fatal(err)
	}
	return made, key
}

// platform is the certificate of one, until a time; the zero time is an hour from now.
func (s signer) platform(until time.Time) tls.Certificate {
	s.t.Helper()
	template := &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, NotAfter: until}
	made, key := s.make(template, s.cert, s.key)
	return tls.Certificate{Certificate: [][]byte{made}, PrivateKey: key}
}

func TestWhichCertificatesAreTrusted(t *testing.T) {
	t.Parallel()
	trusted, stranger := newSigner(t), newSigner(t)
	for _, c := range []struct {
		reason string
		with   []tls.Certificate
		auth   tls.ClientAuthType
		bearer string
		want   int
	}{
		{"one that is signed", []tls.Certificate{trusted.platform(time.Time{})}, tls.VerifyClientCertIfGiven, "", 200},
		{"one that is signed, with a wrong token", []tls.Certificate{trusted.platform(time.Time{})}, tls.VerifyClientCertIfGiven, "no-token-of-any-platform", 200},
		{"none", nil, tls.VerifyClientCertIfGiven, "", 401},
		{"none, with a token", nil, tls.VerifyClientCertIfGiven, token, 200},
		// These do not come so far: the handshake fails.
		{"one that somebody else signed", []tls.Certificate{stranger.platform(time.Time{})}, tls.VerifyClientCertIfGiven, token, 0},
		{"one whose time is over", []tls.Certificate{trusted.platform(time.Now().Add(-time.Minute))}, tls.VerifyClientCertIfGiven, "", 0},
		// A server that asks for certificates and does not check them, by mistake, trusts none.
		{"one that nobody checked", []tls.Certificate{trusted.platform(time.Time{})}, tls.RequestClientCert, "", 401},
	} {
		pool := x509.NewCertPool()
		pool.AddCert(trusted.cert)
		server := httptest.NewUnstartedServer(newPlatform(right(), tokens(t, token)))
		server.TLS = &tls.Config{ClientCAs: pool, ClientAuth: c.auth, MinVersion: tls.VersionTLS12}
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		client := server.Client()
		config := client.Transport.(*http.Transport).TLSClientConfig
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			if len(c.with) == 0 {
				return &tls.Certificate{}, nil
			}
			return &c.with[0], nil
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+authentication.Path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if c.bearer != "" {
			request.Header.Set("Authorization", "Bearer "+c.bearer)
		}
		got := 0
		if r, err := client.Do(request); err == nil {
			got = r.StatusCode
			_ = r.Body.Close()
		}
		if got != c.want {
			t.Errorf("%s: it should be answered with %d (0 is not at all), it was with %d", c.reason, c.want, got)
		}
		server.Close()
	}
}
