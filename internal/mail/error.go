// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
)

// Reason says in one word why a letter was not accepted, fit for the reason of a condition.
type Reason string

const (
	// Unreachable says that the mail server could not be talked to, or the folder not be written.
	Unreachable Reason = "Unreachable"
	// TLSFailed says that the connection could not be encrypted, or the server's certificate not be trusted.
	TLSFailed Reason = "TLSFailed"
	// AuthenticationFailed says that the mail server does not know the manager's user name and password, or wants some.
	AuthenticationFailed Reason = "AuthenticationFailed"
	// Refused says that the mail server takes no such letter from this sender, or that the letter cannot be sent as it is.
	Refused Reason = "Refused"
	// RecipientRefused says that the mail server takes nothing for this address, or that it is none.
	RecipientRefused Reason = "RecipientRefused"
	// TryLater says that the mail server asks to come again (a 4xx reply).
	TryLater Reason = "TryLater"
	// TimedOut says that the time for the letter was over before it was accepted.
	TimedOut Reason = "TimedOut"
	// BadTemplate says that the text could not be made.
	BadTemplate Reason = "BadTemplate"
)

// sentences are what an Error says that has nothing more exact to say.
var sentences = map[Reason]string{
	Unreachable:          "the mail server cannot be reached",
	TLSFailed:            "the connection to the mail server cannot be encrypted",
	AuthenticationFailed: "the mail server does not accept the manager's user name and password",
	Refused:              "the mail server refuses the letter",
	RecipientRefused:     "the mail server refuses the recipient",
	TryLater:             "the mail server asks to try again later",
	TimedOut:             "the letter was not accepted in time",
	BadTemplate:          "the text of the letter cannot be made",
}

// Error says why a letter was not accepted, without any personal data.
type Error struct {
	// Reason is the word for it.
	Reason Reason
	// Permanent says that the letter itself is refused, so that the same letter later will be, too. What an administrator of
	// the mail server or the manager can repair is not permanent.
	Permanent bool

	// says is the sentence, where the reason's own is not exact enough.
	says string
	// code is that of the server's reply, 0 for none. The words of a reply are never kept: they often quote the address.
	code int
	// cause is kept only where it speaks of servers, files and clocks alone.
	cause error
}

// Error is one sentence.
func (e *Error) Error() string {
	says := e.says
	if says == "" {
		says = sentences[e.Reason]
	}
	if e.code != 0 {
		says += fmt.Sprintf(" (SMTP code %d)", e.code)
	}
	if e.cause != nil {
		says += ": " + e.cause.Error()
	}
	return says
}

// Unwrap answers the cause, if there is one that tells nothing of a person.
func (e *Error) Unwrap() error { return e.cause }

// harmless answers the part of an error that speaks of the connection alone, or nil. What wraps it may quote the server, and a
// server quotes addresses.
func harmless(err error) error {
	var (
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		alert       tls.AlertError
		operation   *net.OpError
	)
	switch {
	case errors.As(err, &certificate):
		return certificate
	case errors.As(err, &record):
		return record
	case errors.As(err, &alert):
		return alert
	case errors.As(err, &operation):
		return operation
	}
	for _, plain := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, errTooMuch, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, plain) {
			return plain
		}
	}
	return nil
}
