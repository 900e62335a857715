// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"mime"
	"mime/multipart"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	gomail "github.com/wneessen/go-mail"
)

// The canaries are what no error may tell.
const (
	canaryAddress = "jana.canary@example.org"
	canaryName    = "Jana Kanárková"
	canaryUser    = "canary-login"
	canaryLink    = "https://id.example.com/set?token=c4n4ryt0ken"
)

// ordinary is a letter that nothing is wrong with.
func ordinary() Letter {
	return Letter{
		ID: "4f1c@roster.example.com", To: canaryAddress, Name: canaryName, UserName: canaryUser, Company: "acme", Tenant: "berlin",
		TenantName: "Acme Berlin", Locale: "en", TimeZone: "Europe/Prague", Purpose: Activation, Link: canaryLink,
		Expires: time.Date(2026, time.October, 2, 13, 4, 0, 0, time.UTC),
	}
}

// mailer answers one that is fast enough not to be waited for.
func mailer(t *testing.T, transport Transport, o Options) *Mailer {
	t.Helper()
	o.From, o.PerMinute = "Roster <roster@example.com>", 1_000_000
	m, err := New(transport, o)
	if err != nil {
		t.Fatalf("New: %v; expected a mailer", err)
	}
	m.now = func() time.Time { return time.Date(2026, time.September, 30, 8, 0, 0, 0, time.UTC) }
	return m
}

// smtpTransport answers one whose options are right.
func smtpTransport(t *testing.T, o SMTPOptions) Transport {
	t.Helper()
	transport, err := SMTP(o)
	if err != nil {
		t.Fatalf("SMTP: %v; expected a transport", err)
	}
	return transport
}

// kept is a transport that keeps what it is handed.
type kept struct {
	messages [][]byte
	fails    error
}

func (k *kept) Deliver(_ context.Context, m *gomail.Msg) error {
	var content bytes.Buffer
	if _, err := m.WriteTo(&content); err != nil {
		return err
	}
	k.messages = append(k.messages, content.Bytes())
	return k.fails
}

func (*kept) Close() error { return nil }

// composed answers the one message that a letter becomes.
func composed(t *testing.T, o Options, l Letter) reading {
	t.Helper()
	k := &kept{}
	if err := mailer(t, k, o).Send(t.Context(), l); err != nil {
		t.Fatalf("Send: %v; expected the letter to be handed over", err)
	}
	return parsed(t, k.messages[0])
}

// reading is a message as its reader's program sees it.
type reading struct {
	header           netmail.Header
	subject          string
	to               []*netmail.Address
	text, html, kind string
}

// parsed reads a message with nothing but the standard library.
func parsed(t *testing.T, content []byte) reading {
	t.Helper()
	message, err := netmail.ReadMessage(bytes.NewReader(content))
	if err != nil {
		t.Fatalf("the message cannot be read: %v; expected one that net/mail reads\n%q", err, content)
	}
	r := reading{header: message.Header}
	if r.subject, err = new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject")); err != nil {
		t.Errorf("the subject cannot be decoded: %v", err)
	}
	if r.to, err = message.Header.AddressList("To"); err != nil {
		t.Errorf("the header To cannot be read: %v", err)
	}
	kind, options, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		t.Fatalf("the content's type cannot be read: %v", err)
	}
	r.kind = kind
	parts := multipart.NewReader(message.Body, options["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return r
		}
		if err != nil {
			t.Fatalf("a part of the message cannot be read: %v", err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			t.Fatalf("a part of the message cannot be decoded: %v", err)
		}
		switch kind := part.Header.Get("Content-Type"); kind {
		case "text/plain; charset=UTF-8":
			r.text = strings.ReplaceAll(string(content), "\r\n", "\n")
		case "text/html; charset=UTF-8":
			r.html = strings.ReplaceAll(string(content), "\r\n", "\n")
		default:
			t.Errorf("the message has a part of type %q; expected text/plain and text/html alone", kind)
		}
	}
}

// reasonOf answers why a letter was not accepted; the test ends where the error is none of this package.
func reasonOf(t *testing.T, err error) *Error {
	t.Helper()
	var own *Error
	if !errors.As(err, &own) {
		t.Fatalf("the error is %v; expected an *Error", err)
	}
	return own
}

// post is a mail server. Its fields are what it does otherwise than usual; nil is the usual.
type post struct {
	host string
	port int
	// ca is the file of the certificate to trust it by.
	ca string

	mu       sync.Mutex
	received [][]byte
	logins   []string

	rcpt, data func(c *smtp.Conn) error
	mechanisms []string
	password   string
}

type postOptions struct {
	// implicit begins with TLS; clear offers none at all.
	implicit, clear bool
	// insecureLogin offers to log in without TLS.
	insecureLogin bool
	utf8          bool
}

// start starts a mail server on loopback.
func (p *post) start(t *testing.T, o postOptions) *post {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	certificate, ca := selfMade(t)
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		s := &session{post: p, conn: c}
		if p.mechanisms == nil {
			return s, nil
		}
		return &loginSession{s}, nil
	}))
	server.Domain = "post.example.com"
	server.ErrorLog = log.New(io.Discard, "", 0)
	server.AllowInsecureAuth = o.insecureLogin
	server.EnableSMTPUTF8 = o.utf8
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	p.host, p.port, p.ca = "127.0.0.1", listener.Addr().(*net.TCPAddr).Port, ca
	switch {
	case o.implicit:
		listener = tls.NewListener(listener, config)
	case !o.clear:
		server.TLSConfig = config
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		// The server closes only a listener that it serves, and a test may end before it does.
		_ = listener.Close()
		<-done
	})
	return p
}

// options are what talks to the server by STARTTLS.
func (p *post) options() SMTPOptions {
	return SMTPOptions{Host: p.host, Port: p.port, CAFile: p.ca, LocalName: "roster.example.com"}
}

func (p *post) messages() [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.received)
}

type session struct {
	post *post
	conn *smtp.Conn
}

func (*session) Reset()                               {}
func (*session) Logout() error                        { return nil }
func (*session) Mail(string, *smtp.MailOptions) error { return nil }

func (s *session) Rcpt(string, *smtp.RcptOptions) error {
	if s.post.rcpt != nil {
		return s.post.rcpt(s.conn)
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.post.data != nil {
		if err := s.post.data(s.conn); err != nil {
			return err
		}
	}
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	s.post.received = append(s.post.received, content)
	return nil
}

// loginSession is a session that knows how to log in.
type loginSession struct{ *session }

func (s *loginSession) AuthMechanisms() []string { return s.post.mechanisms }

func (s *loginSession) Auth(mechanism string) (sasl.Server, error) {
	s.post.mu.Lock()
	s.post.logins = append(s.post.logins, mechanism)
	s.post.mu.Unlock()
	switch mechanism {
	case "PLAIN":
		return sasl.NewPlainServer(func(_, username, password string) error { return s.judge(username, password) }), nil
	case "LOGIN":
		return &loginServer{judge: s.judge}, nil
	case "SCRAM-SHA-256":
		return &scramServer{password: s.post.password}, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

func (s *loginSession) judge(username, password string) error {
	if username != "roster" || password != s.post.password {
		return smtp.ErrAuthFailed
	}
	return nil
}

// script is a mail server that a real one cannot be made to be: it says its lines, whatever it hears, and hangs up or waits.
func script(t *testing.T, say func(conn net.Conn)) (port int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var calls sync.WaitGroup
	calls.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			calls.Go(func() {
				defer conn.Close()
				say(conn)
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		calls.Wait()
	})
	return listener.Addr().(*net.TCPAddr).Port
}

// selfMade answers a certificate for 127.0.0.1 and the file to trust it by.
func selfMade(t *testing.T) (certificate tls.Certificate, ca string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		file(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
}

// file answers the path of a file with a content.
func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
