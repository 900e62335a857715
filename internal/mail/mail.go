// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package mail writes to people: a link to set a first password, or a new one. It puts a letter in the person's language and
// hands it to a mail server, or into a folder. Nothing in its errors tells who the person is, and it logs nothing.
package mail

import (
	"context"
	"errors"
	"io/fs"
	netmail "net/mail"
	"time"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/time/rate"
)

// Purpose is why a person is written to.
type Purpose string

const (
	// Activation invites a new person to set a first password.
	Activation Purpose = "Activation"
	// Reset lets a person set a new password in place of the present one.
	Reset Purpose = "Reset"
)

// Letter is one mail to one person, before it is put in words.
type Letter struct {
	// ID is the Message-ID without angle brackets (local@domain). The same letter again has the same one, so that a mailbox
	// which got both can show one.
	ID string
	// To is the address, without a name.
	To string
	// Name is the given and family name, for the greeting and the header To; it may be empty.
	Name string
	// UserName is what the person logs in with.
	UserName string
	// Company and Tenant are the names of the namespace and of the home tenant's object. They select the templates; Tenant may
	// be empty.
	Company, Tenant string
	// TenantName is what the home tenant is called in the text. Where it is empty the company is named.
	TenantName string
	// Locale is the person's language, a BCP 47 tag. Empty or unknown is English.
	Locale string
	// TimeZone is an IANA name. Empty or unknown is UTC.
	TimeZone string
	// Purpose is why the person is written to.
	Purpose Purpose
	// Link is the https address where the password is set.
	Link string
	// Expires is when the link ceases to work.
	Expires time.Time
}

// Transport hands a finished message over. It is safe for concurrent use.
type Transport interface {
	// Deliver answers nil once the message was accepted, else an *Error.
	Deliver(ctx context.Context, m *gomail.Msg) error
	// Close frees what the transport holds.
	Close() error
}

// Options are what all letters of a Mailer share.
type Options struct {
	// From is the sender: an address, or "Name <address>".
	From string
	// ReplyTo is where answers go, in the same notation. Empty is to the sender.
	ReplyTo string
	// Templates is a folder of texts that are used instead of the built-in ones; nil is none. A text is looked for at
	// <company>/<tenant>/<locale>/, <company>/<locale>/ and <locale>/, file by file; the files are activation.subject.txt,
	// activation.txt, activation.html and the same for reset. A locale that is not built in needs all three of a purpose.
	Templates fs.FS
	// PerMinute bounds the letters handed over. Zero is 60.
	PerMinute int
}

// defaultPerMinute is a rate that mail servers take from one client without asking back.
const defaultPerMinute = 60

// Mailer puts letters in words and hands them to a transport, at a limited rate. It is safe for concurrent use.
type Mailer struct {
	transport     Transport
	from, replyTo *netmail.Address
	texts         *library
	rate          *rate.Limiter
	now           func() time.Time
}

// New answers a Mailer, or one sentence that says what is wrong with the options. All templates are read, parsed and tried
// here and never again.
func New(transport Transport, o Options) (*Mailer, error) {
	if transport == nil {
		return nil, errors.New("mail needs a transport: a mail server or a folder")
	}
	from, err := correspondent("the sender", o.From)
	if err != nil {
		return nil, err
	}
	var replyTo *netmail.Address
	if o.ReplyTo != "" {
		if replyTo, err = correspondent("the address for answers", o.ReplyTo); err != nil {
			return nil, err
		}
	}
	if o.PerMinute < 0 {
		return nil, errors.New("the number of mails per minute is negative; 1 or more is right")
	}
	if o.PerMinute == 0 {
		o.PerMinute = defaultPerMinute
	}
	texts, err := newLibrary(o.Templates)
	if err != nil {
		return nil, err
	}
	return &Mailer{
		transport: transport, from: from, replyTo: replyTo, texts: texts, now: time.Now,
		// One at a time: a burst after a quiet hour is what makes a server suspicious.
		rate: rate.NewLimiter(rate.Every(time.Minute/time.Duration(o.PerMinute)), 1),
	}, nil
}

// Send answers nil once the transport accepted the letter, else an *Error. It waits for its turn as long as ctx allows. A letter
// that failed in the middle may have been accepted nevertheless.
func (m *Mailer) Send(ctx context.Context, l Letter) error {
	message, err := m.compose(l)
	if err != nil {
		return err
	}
	if err := m.rate.Wait(ctx); err != nil {
		cause := ctx.Err()
		if cause == nil {
			// The limiter knows at once that the turn comes after the deadline.
			cause = context.DeadlineExceeded
		}
		return &Error{Reason: TimedOut, says: "the letter's turn did not come in time", cause: cause}
	}
	return known(m.transport.Deliver(ctx, message))
}

// known makes an error of any transport one that can be shown: what is not this package's own may quote the person.
func known(err error) error {
	var own *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &own):
		return own
	case errors.Is(err, context.Canceled):
		return &Error{Reason: TimedOut, cause: context.Canceled}
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Reason: TimedOut, cause: context.DeadlineExceeded}
	}
	return &Error{Reason: Unreachable, says: "the letter could not be handed over"}
}
