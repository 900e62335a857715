// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package certificate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"time"
)

// backdate is how far before its making a certificate begins to hold, so that a server whose clock is late believes it.
const backdate = 5 * time.Minute

// The kinds of PEM blocks.
const (
	blockCertificate = "CERTIFICATE"
	blockKey         = "PRIVATE KEY"
)

// Authority signs the certificates that are served.
type Authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// newAuthority makes an authority that holds from now for a lifetime.
func newAuthority(now time.Time, lifetime time.Duration) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the key of an authority: %w", err)
	}
	template, err := template(now, now.Add(lifetime))
	if err != nil {
		return nil, err
	}
	template.Subject = pkix.Name{CommonName: "roster admission " + template.SerialNumber.Text(16)}
	template.IsCA, template.BasicConstraintsValid, template.MaxPathLenZero = true, true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make the certificate of an authority: %w", err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read back the certificate of an authority: %w", err)
	}
	return &Authority{certificate: certificate, key: key}, nil
}

// template is what every certificate made here has in common. The serial number has 127 random bits.
func template(now, end time.Time) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("choose a serial number: %w", err)
	}
	return &x509.Certificate{SerialNumber: serial, NotBefore: now.Add(-backdate), NotAfter: end}, nil
}

// born is when the authority was made.
func (a *Authority) born() time.Time { return a.certificate.NotBefore.Add(backdate) }

// sign makes a serving certificate for names, which are host names or IP addresses. It ends with the authority at the latest.
func (a *Authority) sign(now time.Time, lifetime time.Duration, names []string) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the key of a serving certificate: %w", err)
	}
	end := now.Add(lifetime)
	if last := a.certificate.NotAfter; last.Before(end) {
		end = last
	}
	template, err := template(now, end)
	if err != nil {
		return nil, err
	}
	template.Subject = pkix.Name{CommonName: "roster admission"}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, name := range names {
		if address := net.ParseIP(name); address != nil {
			template.IPAddresses = append(template.IPAddresses, address)
			continue
		}
		template.DNSNames = append(template.DNSNames, name)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("sign a serving certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read back a serving certificate: %w", err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}

// encode writes the authority as two PEM texts.
func (a *Authority) encode() (certificate, key []byte, err error) {
	der, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return nil, nil, fmt.Errorf("write the key of an authority: %w", err)
	}
	return encodeCertificates(a.certificate), pem.EncodeToMemory(&pem.Block{Type: blockKey, Bytes: der}), nil
}

// decodeAuthority reads what encode wrote. An error never quotes what it read.
func decodeAuthority(certificate, key []byte) (*Authority, error) {
	certificates, err := decodeCertificates(certificate)
	if err != nil {
		return nil, err
	}
	if len(certificates) != 1 || !certificates[0].IsCA {
		return nil, errors.New("there must be exactly one certificate, of an authority")
	}
	block, _ := pem.Decode(key)
	if block == nil || block.Type != blockKey {
		return nil, errors.New("there must be a private key in PEM form")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("the private key cannot be read")
	}
	signer, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || !signer.PublicKey.Equal(certificates[0].PublicKey) {
		return nil, errors.New("the private key must be the certificate's")
	}
	return &Authority{certificate: certificates[0], key: signer}, nil
}

func encodeCertificates(certificates ...*x509.Certificate) []byte {
	var text []byte
	for _, c := range certificates {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: blockCertificate, Bytes: c.Raw})...)
	}
	return text
}

// decodeCertificates reads certificates in PEM form; there may be none.
func decodeCertificates(text []byte) ([]*x509.Certificate, error) {
	var certificates []*x509.Certificate
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			return certificates, nil
		}
		if block.Type != blockCertificate {
			return nil, errors.New("there must be certificates in PEM form, and nothing else")
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, errors.New("a certificate cannot be read")
		}
		certificates, text = append(certificates, certificate), rest
	}
}
