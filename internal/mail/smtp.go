// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
)

// TLSMode is how the connection to a mail server is encrypted.
type TLSMode string

const (
	// StartTLS begins in clear text and encrypts before anything is said; a server that does not offer it is refused. It is the
	// default.
	StartTLS TLSMode = "StartTLS"
	// ImplicitTLS encrypts from the first byte.
	ImplicitTLS TLSMode = "TLS"
	// NoTLS never encrypts, and is for a server on the same host only.
	NoTLS TLSMode = "None"
)

// defaultPorts are those of mail submission, by mode.
var defaultPorts = map[TLSMode]int{StartTLS: 587, ImplicitTLS: 465, NoTLS: 25}

const (
	// defaultTimeout is that of one delivery.
	defaultTimeout = 30 * time.Second
	// maxPassword and maxCertificates bound the files, in bytes.
	maxPassword     = 4 << 10
	maxCertificates = 1 << 20
)

// SMTPOptions say how to talk to a mail server.
type SMTPOptions struct {
	// Host is the server's name, which its certificate must be for, or its IP address.
	Host string
	// Port is 587 by default, 465 for ImplicitTLS, 25 for NoTLS.
	Port int
	// TLS is StartTLS by default.
	TLS TLSMode
	// CAFile has the certificates, in PEM, that the server's is trusted by, instead of the system's. It is read for each
	// connection.
	CAFile string
	// Username and PasswordFile log in; both or none. The file is read for each connection, so that a rotated Secret counts. A
	// line end after the password is no part of it.
	Username, PasswordFile string
	// Timeout bounds one delivery, from the connection to the acceptance. Zero is 30 seconds.
	Timeout time.Duration
	// LocalName is what the manager calls itself to the server. Empty is the host's name.
	LocalName string
}

// server is a transport that makes one connection per message.
type server struct{ options SMTPOptions }

// SMTP answers a transport to a mail server, or one sentence that says what is wrong with the options. The server is not talked to
// yet. A login uses SCRAM, else PLAIN or LOGIN; the latter two never over a connection that is not encrypted.
func SMTP(o SMTPOptions) (Transport, error) {
	if o.TLS == "" {
		o.TLS = StartTLS
	}
	if o.Port == 0 {
		o.Port = defaultPorts[o.TLS]
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.LocalName == "" {
		o.LocalName = hostName()
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	if _, err := o.roots(); err != nil {
		return nil, err
	}
	if _, err := o.password(); err != nil {
		return nil, err
	}
	return &server{options: o}, nil
}

func hostName() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "localhost"
	}
	return name
}

// check answers what is wrong with options whose defaults are filled in.
func (o SMTPOptions) check() error {
	odd := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
	switch {
	case o.Host == "" || strings.ContainsFunc(o.Host, odd):
		return errors.New("the mail server needs a host: a name or an IP address without a port")
	case defaultPorts[o.TLS] == 0:
		return fmt.Errorf("TLS of the mail server is %q; StartTLS, TLS or None is right", string(o.TLS))
	case o.TLS == NoTLS && !loopback(o.Host):
		return errors.New("the mail server may go without TLS only on the same host (localhost, 127.0.0.1, ::1): StartTLS or TLS is right")
	case o.Port < 1 || o.Port > 65535:
		return fmt.Errorf("the port of the mail server is %d; 1 to 65535 is right", o.Port)
	case o.Timeout < 0:
		return errors.New("the timeout of the mail server is negative")
	case strings.ContainsFunc(o.LocalName, odd):
		return errors.New("the name to call the manager by to the mail server has a space in it")
	case (o.Username == "") != (o.PasswordFile == ""):
		return errors.New("the mail server needs both a user name and the file of its password, or none of the two")
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// roots answers whom to trust; nil is whom the system trusts.
func (o SMTPOptions) roots() (*x509.CertPool, error) {
	if o.CAFile == "" {
		return nil, nil
	}
	pem, err := readFile(o.CAFile, maxCertificates)
	if err != nil {
		return nil, fmt.Errorf("read the certificates to trust the mail server by: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("the file %s has no certificate in PEM to trust the mail server by", o.CAFile)
	}
	return pool, nil
}

// password answers what the file has at this moment; "" where nobody logs in.
func (o SMTPOptions) password() (string, error) {
	if o.PasswordFile == "" {
		return "", nil
	}
	content, err := readFile(o.PasswordFile, maxPassword)
	if err != nil {
		return "", fmt.Errorf("read the password for the mail server: %w", err)
	}
	return strings.TrimRight(string(content), "\r\n"), nil
}

// readFile answers a file of at most limit bytes.
func readFile(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path) // #nosec G304 -- the path is the administrator's, from the manager's own configuration
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(content)) > limit {
		err = fmt.Errorf("the file %s is larger than %d bytes", path, limit)
	}
	return content, err
}

func (s *server) Deliver(ctx context.Context, m *gomail.Msg) error {
	packed, err := pack(m)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	talk := conversation{options: s.options, parcel: packed}
	if at, err := talk.run(limited); err != nil {
		return failure(ctx, limited, at, err)
	}
	return nil
}

func (*server) Close() error { return nil }
