// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/fstest"
	"time"
)

// printedEveryWay is an error as a careless caller may log it.
func printedEveryWay(err error) []byte {
	return fmt.Appendf(nil, "%v %+v %#v %q", err, err, err, err.Error())
}

func TestErrorsTellNothingOfThePerson(t *testing.T) {
	quoting := errors.New("550 " + canaryAddress + " " + canaryName + " " + canaryUser + " " + canaryLink)
	letter := func(change func(*Letter)) Letter {
		l := ordinary()
		change(&l)
		return l
	}
	// The template fails for this person only.
	failing := fstest.MapFS{"en/activation.txt": {Data: []byte(`{{.Name}} {{slice .UserName 0 6}} {{if eq .Purpose "Activation"}}ok{{end}}`)}}
	tests := map[string]struct {
		reason    string
		transport *kept
		templates fstest.MapFS
		letter    Letter
		want      Reason
		permanent bool
	}{
		"a transport's own words": {
			reason: "another transport may wrap what a server said", transport: &kept{fails: quoting}, letter: ordinary(), want: Unreachable,
		},
		"a transport's time": {
			reason: "what wraps the end of a context may say more", transport: &kept{fails: fmt.Errorf("%w: %w", quoting, context.Canceled)},
			letter: ordinary(), want: TimedOut,
		},
		"a transport's deadline": {
			reason: "what wraps the end of a context may say more", transport: &kept{fails: fmt.Errorf("%w: %w", quoting, context.DeadlineExceeded)},
			letter: ordinary(), want: TimedOut,
		},
		"a transport's reason": {
			reason: "a reason that is given is kept", transport: &kept{fails: fmt.Errorf("%w: %w", quoting, &Error{Reason: RecipientRefused, Permanent: true})},
			letter: ordinary(), want: RecipientRefused, permanent: true,
		},
		"template": {
			reason: "a template's error may quote what it was given", templates: failing,
			letter: letter(func(l *Letter) { l.UserName = "canar" }), want: BadTemplate,
		},
		"no address": {
			reason: "the address is wrong, and still somebody's", letter: letter(func(l *Letter) { l.To = canaryAddress + " " }),
			want: RecipientRefused, permanent: true,
		},
		"address with a command in it": {
			reason: "it would say more to a server than where to deliver", letter: letter(func(l *Letter) { l.To = "\"x> NOTIFY=NEVER <\"@example.org" }),
			want: RecipientRefused, permanent: true,
		},
		"address with a name": {
			reason: "the name has a field of its own", letter: letter(func(l *Letter) { l.To = "Jana <" + canaryAddress + ">" }),
			want: RecipientRefused, permanent: true,
		},
		"two addresses": {
			reason: "a letter is for one person", letter: letter(func(l *Letter) { l.To = canaryAddress + ",b@example.org" }),
			want: RecipientRefused, permanent: true,
		},
		"ID with a line end": {
			reason: "it would begin another header", letter: letter(func(l *Letter) { l.ID = "4f1c@x\r\nBcc: a@example.org" }), want: Refused, permanent: true,
		},
		"ID in brackets": {
			reason: "the brackets are put around it here", letter: letter(func(l *Letter) { l.ID = "<4f1c@x>" }), want: Refused, permanent: true,
		},
		"no purpose": {
			reason: "there is no text for it", letter: letter(func(l *Letter) { l.Purpose = "Greeting" }), want: Refused, permanent: true,
		},
		"link in clear text": {
			reason: "a password is set over https", letter: letter(func(l *Letter) { l.Link = "http://id.example.com/c4n4ryt0ken" }), want: Refused, permanent: true,
		},
		"link that is a program": {
			reason: "a button must not run anything", letter: letter(func(l *Letter) { l.Link = "javascript:c4n4ryt0ken" }), want: Refused, permanent: true,
		},
		"link with a line end": {
			reason: "it would be two lines of text", letter: letter(func(l *Letter) { l.Link = canaryLink + "\nmore" }), want: Refused, permanent: true,
		},
		"link of somebody": {
			reason: "what looks like a host before an @ is none", letter: letter(func(l *Letter) { l.Link = "https://id.example.com@evil.example/c4n4ryt0ken" }),
			want: Refused, permanent: true,
		},
		"no end": {
			reason: "the text says until when the link works", letter: letter(func(l *Letter) { l.Expires = time.Time{} }), want: Refused, permanent: true,
		},
		"no user name": {
			reason: "the person could not log in", letter: letter(func(l *Letter) { l.UserName = " \n" }), want: Refused, permanent: true,
		},
		"endless user name": {
			reason: "cut, it would be another", letter: letter(func(l *Letter) { l.UserName = fmt.Sprintf("%s%400d", canaryUser, 1) }), want: Refused, permanent: true,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			transport := test.transport
			if transport == nil {
				transport = &kept{}
			}
			o := Options{}
			if test.templates != nil {
				o.Templates = test.templates
			}
			own := reasonOf(t, mailer(t, transport, o).Send(t.Context(), test.letter))
			if own.Reason != test.want || own.Permanent != test.permanent {
				t.Errorf("the letter failed for %s (permanent: %t): %v; expected %s (permanent: %t), because %s",
					own.Reason, own.Permanent, own, test.want, test.permanent, test.reason)
			}
			if test.transport == nil && len(transport.messages) != 0 {
				t.Errorf("the letter was handed over; expected it not to be, because %s", test.reason)
			}
			tellsNothing(t, own)
		})
	}
}

func TestEveryReasonHasASentence(t *testing.T) {
	for _, reason := range []Reason{Unreachable, TLSFailed, AuthenticationFailed, Refused, RecipientRefused, TryLater, TimedOut, BadTemplate} {
		if says := (&Error{Reason: reason}).Error(); says == "" {
			t.Errorf("an error for %s says nothing; expected a sentence", reason)
		}
	}
}
