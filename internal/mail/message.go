// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"bytes"
	netmail "net/mail"
	"strings"
	"unicode"

	gomail "github.com/wneessen/go-mail"
)

// headerAutoSubmitted tells a program that answers mail, such as a holiday notice, not to answer this one (RFC 3834).
const headerAutoSubmitted gomail.Header = "Auto-Submitted"

// compose makes the message of a letter.
func (m *Mailer) compose(l Letter) (*gomail.Msg, error) {
	l, err := checked(l)
	if err != nil {
		return nil, err
	}
	said, err := m.texts.say(l)
	if err != nil {
		return nil, err
	}
	message := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	message.SetAddrHeaderFromMailAddress(gomail.HeaderFrom, m.from)
	message.SetAddrHeaderFromMailAddress(gomail.HeaderTo, &netmail.Address{Name: titled(l.Name), Address: l.To})
	if m.replyTo != nil {
		message.SetAddrHeaderFromMailAddress(gomail.HeaderReplyTo, m.replyTo)
	}
	message.Subject(said.subject)
	message.SetDateWithValue(m.now())
	message.SetMessageIDWithValue(l.ID)
	message.SetGenHeader(headerAutoSubmitted, "auto-generated")
	message.SetBodyString(gomail.TypeTextPlain, said.text)
	message.AddAlternativeString(gomail.TypeTextHTML, said.html)
	return message, nil
}

// titled is a clean name as it can stand before an address. Where a name is encoded for its letters beyond ASCII, the library leaves
// a backslash in it that no reader takes there.
func titled(name string) string {
	if beyondASCII(name) {
		return strings.ReplaceAll(name, `\`, "/")
	}
	return name
}

// parcel is a message as a mail server takes it.
type parcel struct {
	// from and to are in angle brackets.
	from, to string
	content  []byte
	// fromUnicode and toUnicode say that an address has letters beyond ASCII, which not every server takes.
	fromUnicode, toUnicode bool
}

// pack makes a message a parcel. All of it is made before any is sent, so that a half of it never is.
func pack(m *gomail.Msg) (parcel, error) {
	from, err := m.GetSender(false)
	if err != nil {
		return parcel{}, unsendable("it has no sender")
	}
	to, err := m.GetRecipients()
	if err != nil || len(to) != 1 {
		return parcel{}, unsendable("it is not to exactly one person")
	}
	var content bytes.Buffer
	if _, err := m.WriteTo(&content); err != nil {
		return parcel{}, unsendable("it cannot be encoded")
	}
	return parcel{
		from: from, to: to[0], content: content.Bytes(), fromUnicode: beyondASCII(from), toUnicode: beyondASCII(to[0]),
	}, nil
}

func beyondASCII(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}
