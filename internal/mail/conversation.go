// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/textproto"
	"strconv"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

const (
	// maxReplies bounds all that a server may say in one conversation, in bytes.
	maxReplies = 1 << 20
	// farewell is how long to wait for an answer to the goodbye: the message is accepted by then.
	farewell = 2 * time.Second
)

var errTooMuch = errors.New("the mail server said more than 1 MiB")

// phase is how far a conversation came. A reply means another thing in each.
type phase int

const (
	connecting phase = iota
	greeting
	securing
	authenticating
	sending
	addressing
	handing
)

// conversation is one connection to a mail server, for one parcel.
type conversation struct {
	options SMTPOptions
	parcel  parcel

	raw    net.Conn
	client *smtp.Client
}

// run holds the conversation, and says where it failed. The end of ctx cuts the connection, so nothing in here outlasts it.
func (c *conversation) run(ctx context.Context) (phase, error) {
	dialed, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(c.options.Host, strconv.Itoa(c.options.Port)))
	if err != nil {
		return connecting, err
	}
	c.raw = &limitedConn{Conn: dialed, left: maxReplies}
	defer func() { _ = dialed.Close() }()
	defer context.AfterFunc(ctx, func() { _ = dialed.Close() })()

	steps := []struct {
		at phase
		do func(context.Context) error
	}{
		{securing, c.encrypt}, {greeting, c.greet}, {securing, c.startTLS}, {authenticating, c.login},
		{sending, c.send}, {addressing, c.address}, {handing, c.hand},
	}
	for _, step := range steps {
		if err := step.do(ctx); err != nil {
			return step.at, err
		}
	}
	// Whatever becomes of the goodbye, the server has the message.
	_ = dialed.SetDeadline(time.Now().Add(farewell))
	_ = c.client.Quit()
	return handing, nil
}

// tlsConfig reads whom to trust anew, since certificates are rotated as passwords are.
func (c *conversation) tlsConfig() (*tls.Config, error) {
	roots, err := c.options.roots()
	if err != nil {
		return nil, &Error{Reason: TLSFailed, cause: err}
	}
	return &tls.Config{ServerName: c.options.Host, RootCAs: roots, MinVersion: tls.VersionTLS12}, nil
}

// encrypt does so from the first byte, where that is the mode.
func (c *conversation) encrypt(ctx context.Context) error {
	if c.options.TLS != ImplicitTLS {
		return nil
	}
	config, err := c.tlsConfig()
	if err != nil {
		return err
	}
	encrypted := tls.Client(c.raw, config)
	c.raw = encrypted
	return encrypted.HandshakeContext(ctx)
}

func (c *conversation) greet(context.Context) error {
	client, err := smtp.NewClient(c.raw, c.options.Host)
	if err != nil {
		return err
	}
	c.client = client
	// A server that forwards in Unicode can hand on to fewer others: it is asked to only where an address needs it.
	client.SkipSMTPUTF8(!c.parcel.fromUnicode && !c.parcel.toUnicode)
	return client.Hello(c.options.LocalName)
}

// startTLS encrypts what began in clear text, where that is the mode.
func (c *conversation) startTLS(context.Context) error {
	if c.options.TLS != StartTLS {
		return nil
	}
	if offered, _ := c.client.Extension("STARTTLS"); !offered {
		return &Error{Reason: TLSFailed, says: "the mail server does not offer STARTTLS"}
	}
	config, err := c.tlsConfig()
	if err != nil {
		return err
	}
	return c.client.StartTLS(config)
}

func (c *conversation) send(context.Context) error {
	offered, _ := c.client.Extension("SMTPUTF8")
	switch {
	case c.parcel.toUnicode && !offered:
		return &Error{Reason: RecipientRefused, Permanent: true, says: "the mail server takes only addresses in ASCII, and the recipient's is not"}
	case c.parcel.fromUnicode && !offered:
		return &Error{Reason: Refused, says: "the mail server takes only addresses in ASCII, and the sender's is not"}
	}
	return c.client.Mail(c.parcel.from)
}

func (c *conversation) address(context.Context) error { return c.client.Rcpt(c.parcel.to) }

func (c *conversation) hand(context.Context) error {
	data, err := c.client.Data()
	if err != nil {
		return err
	}
	if _, err := data.Write(c.parcel.content); err != nil {
		// Not closed: closing would say that the message is complete.
		return err
	}
	return data.Close()
}

// failure says why a conversation failed. caller is who asked for the delivery, limited has its timeout besides.
func failure(caller, limited context.Context, at phase, err error) error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	// A reply that came is worth more than that time was over then.
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return replied(at, reply.Code)
	}
	if cause := caller.Err(); cause != nil {
		return &Error{Reason: TimedOut, cause: cause}
	}
	if timeout, is := errors.AsType[net.Error](err); limited.Err() != nil || is && timeout.Timeout() {
		return &Error{Reason: TimedOut, says: "the mail server took too long"}
	}
	cause := harmless(err)
	switch {
	case at == securing:
		return &Error{Reason: TLSFailed, cause: cause}
	case at == authenticating && cause == nil:
		// The two sides talk to each other, and not of the same password.
		return &Error{Reason: AuthenticationFailed}
	}
	return &Error{Reason: Unreachable, cause: cause}
}

// replied says what a reply means. Permanent is only what is said of the letter: a server that turns the manager away, or does
// not know its password, is repaired, and the letter goes out.
func replied(at phase, code int) error {
	switch {
	case code < 400 || code > 599:
		return &Error{Reason: Unreachable, says: "the mail server does not keep to the protocol", code: code}
	case code < 500:
		return &Error{Reason: TryLater, code: code}
	case code == 530:
		return &Error{Reason: AuthenticationFailed, says: "the mail server wants the manager to log in", code: code}
	case at == authenticating || code == 535 || code == 538:
		return &Error{Reason: AuthenticationFailed, code: code}
	case at == securing:
		return &Error{Reason: TLSFailed, code: code}
	case at == greeting:
		return &Error{Reason: Refused, says: "the mail server refuses to serve the manager", code: code}
	case at == addressing:
		return &Error{Reason: RecipientRefused, Permanent: true, code: code}
	}
	return &Error{Reason: Refused, Permanent: true, code: code}
}

// limitedConn hears only so much, whatever the protocol above would store of it.
type limitedConn struct {
	net.Conn
	left int
}

func (l *limitedConn) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errTooMuch
	}
	n, err := l.Conn.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}
