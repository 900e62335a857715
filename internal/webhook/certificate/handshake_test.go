// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package certificate

import (
	"bytes"
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/utils/clock"

	"github.com/roster-dev/roster/internal/testkit"
)

// source is where a server gets its certificate and others what to trust.
type source interface {
	Start(ctx context.Context) error
	GetCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error)
	Bundle() []byte
	Changed() <-chan struct{}
}

// serve is a TLS server on this machine that serves under what a source says, and the address of it.
func serve(t *testing.T, s source) string {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{GetCertificate: s.GetCertificate, MinVersion: tls.VersionTLS13})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_ = conn.(*tls.Conn).HandshakeContext(context.Background())
				_ = conn.Close()
			}()
		}
	}()
	return listener.Addr().String()
}

// shake is what a client that trusts a bundle says of a server.
func shake(ctx context.Context, address string, bundle []byte) error {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(bundle)
	dialer := &tls.Dialer{NetDialer: &net.Dialer{}, Config: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13}}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return conn.Close()
}

// run starts a source, and ends it with the test.
func run(t *testing.T, s source) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- s.Start(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("looking after certificates should end without an error, got %v", err)
		}
	})
}

// TestEveryHandshakeSucceedsWhileAuthoritiesChange runs a keeper by the real clock, with lives of seconds.
func TestEveryHandshakeSucceedsWhileAuthoritiesChange(t *testing.T) {
	t.Parallel()
	var k *Keeper
	k = NewKeeper(Options{
		Vault: &Memory{}, Names: []string{"127.0.0.1"}, Clock: clock.RealClock{}, Log: logr.Discard(),
		Published: func() []byte { return k.Bundle() },
		Lifetimes: Lifetimes{Authority: 8 * time.Second, Overlap: 500 * time.Millisecond, Serving: 3 * time.Second, Look: 50 * time.Millisecond},
	})
	run(t, k)
	address := serve(t, k)
	testkit.Eventually(t, "the keeper has something to serve under", func(context.Context) (bool, string) {
		return k.Check(nil) == nil, "nothing yet"
	})
	issuers, handshakes := map[string]bool{}, 0
	for len(issuers) < 3 {
		if err := shake(t.Context(), address, k.Bundle()); err != nil {
			t.Fatalf("handshake %d should succeed: %v", handshakes, err)
		}
		handshakes++
		issuers[issuer(k)] = true
	}
	t.Logf("%d handshakes under %d authorities", handshakes, len(issuers))
}

// mount writes the files of a mounted certificate for this machine's address.
func mount(t *testing.T, folder string) {
	t.Helper()
	ring, err := newKeyring(time.Now(), DefaultLifetimes())
	if err != nil {
		t.Fatal(err)
	}
	serving, err := ring.issuing.sign(time.Now(), time.Hour, []string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	certificate, key, err := (&Authority{certificate: serving.Leaf, key: serving.PrivateKey.(crypto.Signer)}).encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"ca.crt": ring.Bundle(), "tls.key": key, "tls.crt": certificate} {
		// Renamed, so that nobody reads half a file.
		partial := filepath.Join(folder, "."+name)
		if err := os.WriteFile(partial, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(partial, filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAMountedCertificateIsServedAndFollowed(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if _, err := NewMounted(folder); err == nil {
		t.Error("a folder without certificates should be refused")
	}
	mount(t, folder)
	m, err := NewMounted(folder)
	if err != nil {
		t.Fatalf("a folder with certificates should be taken: %v", err)
	}
	address := serve(t, m)
	run(t, m)
	before := m.Bundle()
	if err := shake(t.Context(), address, before); err != nil {
		t.Errorf("what is mounted should be served: %v", err)
	}
	<-m.Changed()
	mount(t, folder)
	testkit.Eventually(t, "what is mounted anew is served", func(ctx context.Context) (bool, string) {
		err := shake(ctx, address, m.Bundle())
		return err == nil && !bytes.Equal(before, m.Bundle()), "the handshake says " + errorText(err)
	})
	<-m.Changed()
	if err := os.Remove(filepath.Join(folder, "ca.crt")); err != nil {
		t.Fatal(err)
	}
	if m.Bundle() != nil || m.Check(nil) == nil {
		t.Error("without ca.crt there should be nothing to trust, and that be said")
	}
}

func errorText(err error) string {
	if err == nil {
		return "nothing"
	}
	return err.Error()
}
