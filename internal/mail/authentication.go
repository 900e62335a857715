// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail/smtp"
)

// mechanism is a way to log in.
type mechanism struct {
	name string
	// encrypted says that it may be used on an encrypted connection only: it sends the password itself, or it needs the
	// connection's keys.
	encrypted bool
	make      func(username, password, host string, state *tls.ConnectionState) smtp.Auth
}

// mechanisms are the ways to log in, the best first. CRAM-MD5 and NTLM are none: they are broken.
var mechanisms = []mechanism{
	{"SCRAM-SHA-256-PLUS", true, func(username, password, _ string, state *tls.ConnectionState) smtp.Auth {
		return patient{smtp.ScramSHA256PlusAuth(username, password, state)}
	}},
	{"SCRAM-SHA-256", false, func(username, password, _ string, _ *tls.ConnectionState) smtp.Auth {
		return patient{smtp.ScramSHA256Auth(username, password)}
	}},
	{"SCRAM-SHA-1-PLUS", true, func(username, password, _ string, state *tls.ConnectionState) smtp.Auth {
		return patient{smtp.ScramSHA1PlusAuth(username, password, state)}
	}},
	{"SCRAM-SHA-1", false, func(username, password, _ string, _ *tls.ConnectionState) smtp.Auth {
		return patient{smtp.ScramSHA1Auth(username, password)}
	}},
	{"PLAIN", true, func(username, password, host string, _ *tls.ConnectionState) smtp.Auth {
		return smtp.PlainAuth("", username, password, host, false)
	}},
	{"LOGIN", true, func(username, password, host string, _ *tls.ConnectionState) smtp.Auth {
		return smtp.LoginAuth(username, password, host, false)
	}},
}

// login logs in, where there is a user name.
func (c *conversation) login(context.Context) error {
	if c.options.Username == "" {
		return nil
	}
	password, err := c.options.password()
	if err != nil {
		return &Error{Reason: AuthenticationFailed, says: "the manager cannot log in to the mail server", cause: err}
	}
	state, encrypted := c.client.TLSConnectionState()
	_, offered := c.client.Extension("AUTH")
	names := strings.Fields(strings.ToUpper(offered))
	for _, way := range mechanisms {
		if slices.Contains(names, way.name) && (encrypted || !way.encrypted) {
			return c.client.Auth(way.make(c.options.Username, password, c.options.Host, &state))
		}
	}
	return &Error{Reason: AuthenticationFailed, says: "the mail server offers no way to log in that is safe on this connection"}
}

// maxIterations is far above what servers ask for, and still done within a second.
const maxIterations = 1_000_000

// patient does what a server asks for, within reason: SCRAM lets it ask for any amount of work, which no timeout would end.
type patient struct{ smtp.Auth }

func (p patient) Next(fromServer []byte, more bool) ([]byte, error) {
	for field := range bytes.SplitSeq(fromServer, []byte(",")) {
		asked, is := bytes.CutPrefix(field, []byte("i="))
		if !is || !more {
			continue
		}
		if count, err := strconv.Atoi(string(asked)); err != nil || count > maxIterations {
			return nil, errors.New("the mail server asks for too much work to log in")
		}
	}
	return p.Auth.Next(fromServer, more)
}
