// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// format is how a text must look. The patterns are those of the schema, so that a text is well formed here as it is there.
type format struct {
	pattern *regexp.Regexp
	// excludes says that a text which the pattern is found in is malformed, else one in which it is not.
	excludes bool
	// never is the one text of that form that is malformed all the same.
	never string
	// longest is how many characters there may be.
	longest int
	// personal says that a text is what is known of a person, and is not repeated.
	personal bool
	// remedy says what would be right.
	remedy string
}

var (
	loginFormat = format{
		pattern: regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@+-]*$`), longest: 254,
		remedy: "must be a login: ASCII letters, digits and . _ @ + -, beginning with a letter or digit",
	}
	emailFormat = format{
		pattern: regexp.MustCompile(`^[A-Za-z0-9!#$%&\x27*+/=?^_\x60{|}~-]+(\.[A-Za-z0-9!#$%&\x27*+/=?^_\x60{|}~-]+)*` +
			`@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$`),
		longest: 254, personal: true, remedy: "must be an e-mail address in ASCII, such as name@example.com",
	}
	phoneFormat = format{
		pattern: regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`), longest: 16, personal: true,
		remedy: "must be a phone number in E.164 form: '+', country code and number, digits only, such as +420123456789",
	}
	textFormat = format{
		pattern: regexp.MustCompile(`^\P{Cc}*[^\p{Cc}\p{Z}]\P{Cc}*$`), longest: 128, personal: true,
		remedy: "must be one line of text with at least one visible character",
	}
	nameFormat = format{
		pattern: regexp.MustCompile(`^[-.]|[^-a-z0-9.]|[-.]$`), excludes: true, longest: 253,
		remedy: "must be the name of an object: lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit",
	}
	localeFormat = format{
		pattern: regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$`), longest: 35,
		remedy: "must be a language tag of BCP 47, such as en or cs-CZ",
	}
	timeZoneFormat = format{
		pattern: regexp.MustCompile(`^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$`), never: "Local", longest: 64,
		remedy: "must be an IANA time zone name, such as UTC or Europe/Prague",
	}
	providerFormat = format{
		pattern: regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`), longest: 63,
		remedy: "must be the name of an identity provider: lower-case letters, digits and '-', beginning and ending with a letter or digit",
	}
	pageFormat = format{
		pattern: regexp.MustCompile(`^[0-9]+$`), longest: 32, remedy: "must be the numeric ID of the Facebook page",
	}
	colourFormat = format{
		pattern: regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`), longest: 7, remedy: "must be a colour as #RRGGBB, such as #1a73e8",
	}
	addressFormat = format{
		pattern: regexp.MustCompile(`^https?://[^/@?#\s\p{Cc}]+(/[^@?#\s\p{Cc}]*)?$`), longest: 1024,
		remedy: "must be an http or https URL with a host and without user, query or fragment, such as https://console.example.com",
	}
	labelKeyFormat = format{
		pattern: regexp.MustCompile(`^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`), longest: 317,
		remedy: "must be the key of a label: letters, digits, '-', '_' and '.', beginning and ending with a letter or digit, after an optional domain and '/'",
	}
	labelValueFormat = format{
		pattern: regexp.MustCompile(`^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$`), longest: 63,
		remedy: "must be the value of a label: at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit",
	}
)

// check refuses a text that is not formed so. An absent one is well formed.
func (f format) check(path, text string) []Violation {
	if text == "" {
		return nil
	}
	violation := Violation{Path: path, Reason: Invalid, BadValue: text}
	if f.personal {
		violation.BadValue = nil
	}
	switch {
	case utf8.RuneCountInString(text) > f.longest:
		violation.Message = fmt.Sprintf("must have at most %d characters", f.longest)
	case f.pattern.MatchString(text) == f.excludes || text == f.never:
		violation.Message = f.remedy
	default:
		return nil
	}
	return []Violation{violation}
}

// require refuses a text that is absent or not formed so.
func (f format) require(path, text string) []Violation {
	if text == "" {
		return []Violation{{Path: path, Reason: Required, Message: f.remedy}}
	}
	return f.check(path, text)
}

// labelDomain is how long the domain in the key of a label may be.
const labelDomain = 253

// checkLabelKey refuses what is no key of a label.
func checkLabelKey(path, key string) []Violation {
	if domain, _, has := strings.Cut(key, "/"); has && len(domain) > labelDomain {
		return []Violation{{Path: path, Reason: Invalid, BadValue: key, Message: fmt.Sprintf("the domain before '/' must have at most %d characters", labelDomain)}}
	}
	return labelKeyFormat.require(path, key)
}

// joined are some names as they are read out.
func joined[E ~string](names []E) string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = string(name)
	}
	if len(texts) < 2 {
		return strings.Join(texts, "")
	}
	last := len(texts) - 1
	return strings.Join(texts[:last], ", ") + " and " + texts[last]
}
