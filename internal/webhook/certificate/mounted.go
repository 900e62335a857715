// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package certificate

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"sigs.k8s.io/controller-runtime/pkg/certwatcher"
)

// Mounted serves under a certificate that somebody else makes and renews, such as cert-manager: the files tls.crt, tls.key and
// ca.crt of a folder. They are read again when they change. Whoever renews ca.crt has to keep the former authority in it for as
// long as any replica serves under it.
type Mounted struct {
	watcher   *certwatcher.CertWatcher
	authority string
	changed   chan struct{}
}

// NewMounted reads the files of a folder for the first time.
func NewMounted(folder string) (*Mounted, error) {
	m := &Mounted{authority: filepath.Join(folder, "ca.crt"), changed: make(chan struct{}, 1)}
	var err error
	if m.watcher, err = certwatcher.New(filepath.Join(folder, "tls.crt"), filepath.Join(folder, "tls.key")); err != nil {
		return nil, fmt.Errorf("read the mounted certificate: %w", err)
	}
	m.watcher.RegisterCallback(func(tls.Certificate) { signal(m.changed) })
	if err := m.Check(nil); err != nil {
		return nil, err
	}
	return m, nil
}

// Start watches the files until ctx ends.
func (m *Mounted) Start(ctx context.Context) error { return m.watcher.Start(ctx) }

// NeedLeaderElection is false: every replica serves.
func (*Mounted) NeedLeaderElection() bool { return false }

// GetCertificate is what a TLS server serves under now.
func (m *Mounted) GetCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	return m.watcher.GetCertificate(hello)
}

// Bundle is what ca.crt holds now; nil where it cannot be read as certificates.
func (m *Mounted) Bundle() []byte {
	text, err := os.ReadFile(m.authority)
	if err != nil || len(certificatesOf(text)) == 0 {
		return nil
	}
	return encodeCertificates(certificatesOf(text)...)
}

// Changed is signalled, with room for one signal, when the serving certificate changed.
func (m *Mounted) Changed() <-chan struct{} { return m.changed }

// Check is an error while ca.crt holds no certificate.
func (m *Mounted) Check(*http.Request) error {
	if m.Bundle() == nil {
		return errors.New("ca.crt beside the mounted certificate must hold the authority that signed it")
	}
	return nil
}
