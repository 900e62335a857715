// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	netsmtp "net/textproto"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	wsmtp "github.com/wneessen/go-mail/smtp"
)

// recorder is a way to log in that only notes that it was asked.
type recorder struct{ asked bool }

func (*recorder) Start(*wsmtp.ServerInfo) (proto string, toServer []byte, err error) {
	return "X", nil, nil
}

func (r *recorder) Next([]byte, bool) ([]byte, error) {
	r.asked = true
	return nil, nil
}

func TestALetterReachesAMailServer(t *testing.T) {
	tests := map[string]struct {
		reason string
		server postOptions
		tls    TLSMode
		to     string
	}{
		"STARTTLS":     {reason: "it is the default"},
		"implicit TLS": {reason: "the server encrypts from the first byte", server: postOptions{implicit: true}, tls: ImplicitTLS},
		"clear text":   {reason: "a relay on the same host needs no TLS", server: postOptions{clear: true}, tls: NoTLS},
		"Unicode":      {reason: "the server takes addresses beyond ASCII", server: postOptions{utf8: true}, to: "jána@example.org"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := new(post).start(t, test.server)
			o := p.options()
			o.TLS = test.tls
			l := ordinary()
			if test.to != "" {
				l.To = test.to
			}
			transport := smtpTransport(t, o)
			if err := mailer(t, transport, Options{}).Send(t.Context(), l); err != nil {
				t.Fatalf("Send: %v; expected the letter to be accepted, because %s", err, test.reason)
			}
			if err := transport.Close(); err != nil {
				t.Errorf("Close: %v; expected nil", err)
			}
			got := p.messages()
			if len(got) != 1 {
				t.Fatalf("the server has %d messages; expected 1, because %s", len(got), test.reason)
			}
			if read := parsed(t, got[0]); read.to[0].Address != l.To || !strings.Contains(read.text, l.Link) {
				t.Errorf("the message is to %v, with the text %q; expected the letter's address and link", read.to, read.text)
			}
		})
	}
}

func TestWhyALetterIsNotAccepted(t *testing.T) {
	answers := func(code int) func(*smtp.Conn) error {
		// Servers like to quote the address.
		return func(*smtp.Conn) error {
			return &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: "<" + canaryAddress + "> " + canaryLink + ": no"}
		}
	}
	hangsUp := func(c *smtp.Conn) error { return errors.Join(c.Conn().Close(), errors.New("gone")) }
	says := func(lines ...string) func(net.Conn) {
		return func(c net.Conn) { play(c, lines...) }
	}
	tests := map[string]struct {
		reason string
		// server is a real one, script one that is not.
		server    *post
		offers    postOptions
		script    func(net.Conn)
		tls       TLSMode
		distrust  bool
		to, from  string
		want      Reason
		permanent bool
		says      string
	}{
		"no STARTTLS": {
			reason: "somebody in the middle may have taken the offer out", server: &post{}, offers: postOptions{clear: true},
			want: TLSFailed, says: "does not offer STARTTLS",
		},
		"a stranger's certificate": {
			reason: "anybody can make a certificate", server: &post{}, distrust: true, want: TLSFailed, says: "certificate",
		},
		"a stranger's certificate, implicit TLS": {
			reason: "anybody can make a certificate", server: &post{}, offers: postOptions{implicit: true}, tls: ImplicitTLS, distrust: true,
			want: TLSFailed, says: "certificate",
		},
		"clear text where TLS is expected": {
			reason: "the port is one of STARTTLS", server: &post{}, tls: ImplicitTLS, want: TLSFailed, says: "does not look like a TLS handshake",
		},
		"recipient unknown": {
			reason: "the same address later is as unknown", server: &post{rcpt: answers(550)}, want: RecipientRefused, permanent: true, says: "550",
		},
		"greylisting": {
			reason: "4xx asks to come again", server: &post{rcpt: answers(450)}, want: TryLater, says: "450",
		},
		"content refused": {
			reason: "the same letter later is refused as well", server: &post{data: answers(554)}, want: Refused, permanent: true, says: "554",
		},
		"content not now": {
			reason: "4xx asks to come again", server: &post{data: answers(451)}, want: TryLater, says: "451",
		},
		"login wanted": {
			reason: "it is the manager that is not known, and the letter is as good as before", server: &post{rcpt: answers(530)},
			want: AuthenticationFailed, says: "530",
		},
		"dropped after DATA": {
			reason: "nobody knows whether it was accepted; the same Message-ID again does no harm", server: &post{data: hangsUp}, want: Unreachable,
		},
		"address beyond ASCII": {
			reason: "the server could not hand it on", server: &post{}, to: "jána@example.org", want: RecipientRefused, permanent: true, says: "ASCII",
		},
		"sender beyond ASCII": {
			reason: "the manager's configuration is wrong, not the letter", server: &post{}, from: "růžena@example.com", want: Refused, says: "the sender's",
		},
		"refused at the greeting": {
			reason: "the manager is turned away, not the letter", script: says("554 " + canaryAddress + " go away"), want: Refused, says: "554",
		},
		"busy at the greeting": {
			reason: "4xx asks to come again", script: says("421 " + canaryAddress + " too busy"), want: TryLater, says: "421",
		},
		"hangs up at the greeting": {
			reason: "there is nothing to talk to", script: says(), want: Unreachable,
		},
		"no mail server": {
			reason: "what it says is not to be repeated", script: says("HTTP/1.1 400 " + canaryAddress), want: Unreachable,
		},
		"sender refused": {
			reason: "the same sender later is refused as well", tls: NoTLS,
			script: says("220 post", "250 post", "553 "+canaryAddress+" not from you"), want: Refused, permanent: true, says: "553",
		},
		"DATA without a turn": {
			reason: "the server answers out of order", tls: NoTLS,
			script: says("220 post", "250 post", "250 ok", "250 ok", "250 "+canaryAddress), want: Unreachable, says: "protocol",
		},
		"STARTTLS refused": {
			reason: "an offer that is not kept is no TLS", script: says("220 post", "250-post\r\n250 STARTTLS", "501 "+canaryAddress+" no"),
			want: TLSFailed, says: "501",
		},
		"endless greeting": {
			reason: "memory is not the server's to fill",
			script: func(c net.Conn) {
				line := []byte("220-" + strings.Repeat("x", 1000) + "\r\n")
				for {
					if _, err := c.Write(line); err != nil {
						return
					}
				}
			},
			want: Unreachable, says: "1 MiB",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := SMTPOptions{Host: "127.0.0.1", TLS: test.tls}
			if test.server != nil {
				o = test.server.start(t, test.offers).options()
				o.TLS = test.tls
			} else {
				o.Port = script(t, test.script)
			}
			if test.distrust {
				_, o.CAFile = selfMade(t)
			}
			l := ordinary()
			if test.to != "" {
				l.To = test.to
			}
			m := mailer(t, smtpTransport(t, o), Options{})
			if test.from != "" {
				m.from.Address = test.from
			}
			own := reasonOf(t, m.Send(t.Context(), l))
			if own.Reason != test.want || own.Permanent != test.permanent {
				t.Errorf("the letter failed for %s (permanent: %t): %v; expected %s (permanent: %t), because %s",
					own.Reason, own.Permanent, own, test.want, test.permanent, test.reason)
			}
			if !strings.Contains(own.Error(), test.says) {
				t.Errorf("the error says %q; expected something of %q", own, test.says)
			}
			tellsNothing(t, own)
		})
	}
}

// play says the lines, each after hearing one but the first, and hangs up.
func play(c net.Conn, lines ...string) {
	heard := bufio.NewReader(c)
	for i, line := range lines {
		if i > 0 {
			if _, err := heard.ReadString('\n'); err != nil {
				return
			}
		}
		if _, err := io.WriteString(c, line+"\r\n"); err != nil {
			return
		}
	}
}

func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	own := reasonOf(t, mailer(t, smtpTransport(t, SMTPOptions{Host: "127.0.0.1", Port: port}), Options{}).Send(t.Context(), ordinary()))
	if own.Reason != Unreachable || own.Permanent {
		t.Errorf("the letter failed for %s (permanent: %t); expected Unreachable, not permanent", own.Reason, own.Permanent)
	}
	var operation *net.OpError
	if !errors.As(own, &operation) {
		t.Errorf("the error is %v; expected what the network said of the server's address", own)
	}
}

func TestGreylistedThenAccepted(t *testing.T) {
	var asked atomic.Int32
	p := &post{rcpt: func(*smtp.Conn) error {
		if asked.Add(1) == 1 {
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted"}
		}
		return nil
	}}
	p.start(t, postOptions{})
	m := mailer(t, smtpTransport(t, p.options()), Options{})
	if own := reasonOf(t, m.Send(t.Context(), ordinary())); own.Reason != TryLater {
		t.Errorf("the first try failed for %s; expected TryLater", own.Reason)
	}
	if err := m.Send(t.Context(), ordinary()); err != nil {
		t.Errorf("the second try: %v; expected the letter to be accepted", err)
	}
}

func TestASlowServerIsNotWaitedForForever(t *testing.T) {
	tests := map[string]struct {
		reason string
		// within is the transport's timeout; ends ends the caller's context.
		within time.Duration
		ends   func(context.Context) (context.Context, context.CancelFunc)
		cause  error
		not    error
	}{
		"timeout": {
			reason: "the transport bounds each delivery", within: 50 * time.Millisecond,
			ends: context.WithCancel, not: context.DeadlineExceeded,
		},
		"deadline": {
			reason: "the caller's deadline is nearer",
			ends: func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithTimeout(ctx, 50*time.Millisecond)
			},
			cause: context.DeadlineExceeded,
		},
		"cancelled": {
			reason: "the manager shuts down",
			ends: func(ctx context.Context) (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(ctx)
				time.AfterFunc(50*time.Millisecond, cancel)
				return ctx, cancel
			},
			cause: context.Canceled,
		},
	}
	slow := map[string]func(*testing.T, <-chan struct{}) SMTPOptions{
		"at the greeting": func(t *testing.T, over <-chan struct{}) SMTPOptions {
			return SMTPOptions{Host: "127.0.0.1", Port: script(t, func(net.Conn) { <-over })}
		},
		"in the handshake": func(t *testing.T, over <-chan struct{}) SMTPOptions {
			return SMTPOptions{Host: "127.0.0.1", TLS: ImplicitTLS, Port: script(t, func(net.Conn) { <-over })}
		},
		"after DATA": func(t *testing.T, over <-chan struct{}) SMTPOptions {
			return (&post{data: func(*smtp.Conn) error { <-over; return nil }}).start(t, postOptions{}).options()
		},
	}
	for where, start := range slow {
		for name, test := range tests {
			t.Run(where+", "+name, func(t *testing.T) {
				over := make(chan struct{})
				o := start(t, over)
				t.Cleanup(func() { close(over) })
				o.Timeout = test.within
				ctx, cancel := test.ends(t.Context())
				defer cancel()
				own := reasonOf(t, mailer(t, smtpTransport(t, o), Options{}).Send(ctx, ordinary()))
				if own.Reason != TimedOut || own.Permanent {
					t.Errorf("the letter failed for %s (permanent: %t): %v; expected TimedOut, not permanent, because %s", own.Reason, own.Permanent, own, test.reason)
				}
				if test.cause != nil && !errors.Is(own, test.cause) || test.not != nil && errors.Is(own, test.not) {
					t.Errorf("the error is %v; expected %v and not %v, because %s", own, test.cause, test.not, test.reason)
				}
				tellsNothing(t, own)
			})
		}
	}
}

func TestASilentGoodbyeDoesNotUndoTheDelivery(t *testing.T) {
	over := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	port := script(t, func(c net.Conn) {
		heard := netsmtp.NewReader(bufio.NewReader(c))
		io.WriteString(c, "220 post\r\n")
		for _, reply := range []string{"250 post", "250 ok", "250 ok", "354 go on"} {
			heard.ReadLine()
			io.WriteString(c, reply+"\r\n")
		}
		heard.ReadDotLines()
		io.WriteString(c, "250 accepted\r\n")
		heard.ReadLine()
		// Nobody waits for the answer to the goodbye any longer.
		cancel()
		<-over
	})
	defer close(over)
	transport := smtpTransport(t, SMTPOptions{Host: "localhost", Port: port, TLS: NoTLS})
	if err := mailer(t, transport, Options{}).Send(ctx, ordinary()); err != nil {
		t.Errorf("Send: %v; expected nil, because the server has the message when it falls silent", err)
	}
}

func TestTheSameLetterHasTheSameID(t *testing.T) {
	p := new(post).start(t, postOptions{})
	m := mailer(t, smtpTransport(t, p.options()), Options{})
	other := ordinary()
	other.ID = "other@roster.example.com"
	for _, l := range []Letter{ordinary(), ordinary(), other} {
		if err := m.Send(t.Context(), l); err != nil {
			t.Fatalf("Send: %v; expected the letter to be accepted", err)
		}
	}
	var ids []string
	for _, content := range p.messages() {
		ids = append(ids, parsed(t, content).header.Get("Message-Id"))
	}
	if len(ids) != 3 || ids[0] != "<4f1c@roster.example.com>" || ids[0] != ids[1] || ids[1] == ids[2] {
		t.Errorf("the Message-IDs are %q; expected the letter's ID twice, and then the other's", ids)
	}
}

func TestOptionsOfAMailServerThatAreRefused(t *testing.T) {
	large := file(t, "large", strings.Repeat("x", maxPassword+1))
	tests := map[string]struct {
		reason string
		o      SMTPOptions
		says   string
	}{
		"no host":           {reason: "there is no default server", says: "needs a host"},
		"host with space":   {reason: "it would never be found", o: SMTPOptions{Host: "a b"}, says: "needs a host"},
		"odd mode":          {reason: "a slip must not become clear text", o: SMTPOptions{Host: "h", TLS: "none"}, says: `"none"; StartTLS, TLS or None is right`},
		"clear text afar":   {reason: "letters have links in them", o: SMTPOptions{Host: "mail.example.com", TLS: NoTLS}, says: "only on the same host"},
		"odd port":          {reason: "ports have 16 bits", o: SMTPOptions{Host: "h", Port: 65536}, says: "65536"},
		"negative timeout":  {reason: "nothing is done in less than no time", o: SMTPOptions{Host: "h", Timeout: -1}, says: "negative"},
		"name with a space": {reason: "it would be two words to the server", o: SMTPOptions{Host: "h", LocalName: "a b"}, says: "space"},
		"no password":       {reason: "a user name alone logs nobody in", o: SMTPOptions{Host: "h", Username: "u"}, says: "both"},
		"no user name":      {reason: "a password alone logs nobody in", o: SMTPOptions{Host: "h", PasswordFile: "p"}, says: "both"},
		"password missing":  {reason: "it is told before the first letter", o: SMTPOptions{Host: "h", Username: "u", PasswordFile: "/nowhere/p"}, says: "/nowhere/p"},
		"password too long": {reason: "it is some other file", o: SMTPOptions{Host: "h", Username: "u", PasswordFile: large}, says: "larger than 4096 bytes"},
		"CA missing":        {reason: "it is told before the first letter", o: SMTPOptions{Host: "h", CAFile: "/nowhere/ca"}, says: "/nowhere/ca"},
		"CA without any":    {reason: "nobody would be trusted", o: SMTPOptions{Host: "h", CAFile: file(t, "empty", "")}, says: "no certificate in PEM"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := SMTP(test.o); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("SMTP answers %v; expected a sentence with %q, because %s", err, test.says, test.reason)
			}
		})
	}
}

func TestCertificatesThatWentAway(t *testing.T) {
	for _, implicit := range []bool{false, true} {
		p := new(post).start(t, postOptions{implicit: implicit})
		o := p.options()
		if implicit {
			o.TLS = ImplicitTLS
		}
		m := mailer(t, smtpTransport(t, o), Options{})
		if err := os.Remove(o.CAFile); err != nil {
			t.Fatal(err)
		}
		if own := reasonOf(t, m.Send(t.Context(), ordinary())); own.Reason != TLSFailed || !errors.Is(own, os.ErrNotExist) {
			t.Errorf("the letter failed with %v; expected TLSFailed and that the file is missing", own)
		}
	}
}

// tellsNothing sees that no error in the chain has a canary, however it is printed.
func tellsNothing(t *testing.T, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		for _, canary := range []string{canaryAddress, "jana", "jána", "Kan", canaryUser, "c4n4ry", "set?token", "4f1c"} {
			if printed := printedEveryWay(err); bytes.Contains(printed, []byte(canary)) {
				t.Errorf("the error says %q; expected nothing of the person, and %q is", printed, canary)
			}
		}
	}
}
