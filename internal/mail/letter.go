// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of what goes into a letter, in bytes for what a server reads and in characters for what a person does.
const (
	maxAddress  = 254
	maxID       = 250
	maxLink     = 2048
	maxUserName = 320
	maxName     = 200
)

// messageID is the form of an ID that every mail server lets pass unchanged.
var messageID = regexp.MustCompile(`^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9.-]+$`)

// checked answers the letter as it may be printed and addressed, or why it cannot be sent at all. Names are cleaned rather than
// refused: an odd name is no reason to leave a person without a password.
func checked(l Letter) (Letter, error) {
	switch {
	case !plainAddress(l.To):
		return l, &Error{Reason: RecipientRefused, Permanent: true, says: "the recipient's address is not one that mail can be sent to"}
	case len(l.ID) > maxID || !messageID.MatchString(l.ID):
		return l, unsendable("its ID is not of the form local@domain")
	case l.Purpose != Activation && l.Purpose != Reset:
		return l, unsendable("its purpose is neither Activation nor Reset")
	case !secure(l.Link):
		return l, unsendable("its link is not an https address of at most 2048 bytes, or an http one of this machine")
	case l.Expires.IsZero():
		return l, unsendable("it does not say until when its link works")
	case utf8.RuneCountInString(l.UserName) > maxUserName:
		return l, unsendable("its user name has more than 320 characters")
	}
	l.Name = clean(l.Name, maxName)
	l.TenantName = clean(l.TenantName, maxName)
	l.UserName = clean(l.UserName, maxUserName)
	if l.UserName == "" {
		return l, unsendable("it names no user name")
	}
	return l, nil
}

func unsendable(why string) error {
	return &Error{Reason: Refused, Permanent: true, says: "the letter cannot be sent: " + why}
}

// plainAddress tells whether an address is local@domain without quotes, comments or a literal domain. Anything else has no place
// in a directory of people, and could say more to a mail server than where to deliver to.
func plainAddress(address string) bool {
	if len(address) > maxAddress || strings.ContainsAny(address, " \"<>()[]\\,;:") || strings.ContainsFunc(address, unprintable) {
		return false
	}
	parsed, err := netmail.ParseAddress(address)
	return err == nil && parsed.Address == address
}

// correspondent reads "address" or "Name <address>" from the configuration; who says whose it is.
func correspondent(who, text string) (*netmail.Address, error) {
	parsed, err := netmail.ParseAddress(text)
	if err != nil || !plainAddress(parsed.Address) {
		return nil, fmt.Errorf(`%s is no mail address; "name@example.com" or "Name <name@example.com>" is right`, who)
	}
	parsed.Name = titled(clean(parsed.Name, maxName))
	return parsed, nil
}

func secure(link string) bool {
	if len(link) > maxLink || strings.ContainsFunc(link, func(r rune) bool { return r == ' ' || unprintable(r) }) {
		return false
	}
	parsed, err := url.Parse(link)
	if err != nil || parsed.Hostname() == "" || parsed.User != nil {
		return false
	}
	return parsed.Scheme == "https" || parsed.Scheme == "http" && ofThisMachine(parsed.Hostname())
}

// ofThisMachine tells whether what is sent to a host stays here, where nobody else reads it.
func ofThisMachine(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// clean makes a name one line of at most limit characters, with nothing in it that is not seen as it is written: no control
// characters, no reversed text, and nothing that a reader of mail would decode.
func clean(name string, limit int) string {
	name = strings.ToValidUTF8(name, "")
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case unprintable(r):
			return -1
		}
		return r
	}, name)
	name = strings.ReplaceAll(name, "=?", "= ?")
	name = strings.Join(strings.Fields(name), " ")
	if utf8.RuneCountInString(name) > limit {
		name = strings.TrimRight(string([]rune(name)[:limit-1]), " ") + "…"
	}
	return name
}

// unprintable tells of control characters, line ends and what turns the direction of text around.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) ||
		unicode.Is(unicode.Bidi_Control, r)
}
