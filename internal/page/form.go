// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

const (
	// longestForm bounds the body of a form without a picture.
	longestForm = 64 << 10
	// longestPassword is in bytes. Whatever is longer costs more to hash than it is worth.
	longestPassword = 1024
)

// form reads the fields of a form; false says that the visit was answered. Only the body counts, never the address.
func (v *visit) form() (url.Values, bool) {
	kind, _, err := mime.ParseMediaType(v.r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		v.notice(http.StatusUnsupportedMediaType, "unreadable")
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(v.w, v.r.Body, longestForm))
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		v.notice(http.StatusRequestEntityTooLarge, "large")
		return nil, false
	}
	if err != nil {
		v.notice(http.StatusBadRequest, "unreadable")
		return nil, false
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		v.notice(http.StatusBadRequest, "unreadable")
		return nil, false
	}
	return values, true
}

// login is what somebody typed to say who they are, without what telephones add to it and no login has.
func login(values url.Values) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, values.Get("login")))
}

// chosen is the new password of a form that asks for it twice, or what is wrong with it.
func (v *visit) chosen(values url.Values) (string, []problem) {
	wanted, repeat := values.Get("new"), values.Get("repeat")
	switch {
	case wanted == "":
		return "", []problem{{"new", v.t("problem.empty.new")}}
	case len(wanted) > longestPassword:
		return "", []problem{{"new", v.t("problem.weak.long")}}
	case repeat == "":
		return "", []problem{{"repeat", v.t("problem.empty.repeat")}}
	case wanted != repeat:
		return "", []problem{{"repeat", v.t("problem.differ")}}
	}
	return wanted, nil
}

// weak says in words why a password is too weak.
func (v *visit) weak(err *WeakError) []problem {
	var found []problem
	add := func(applies bool, key string, of ...any) {
		if applies {
			found = append(found, problem{"new", v.t(key, of...)})
		}
	}
	add(err.TooShort && err.MinLength > 0, "problem.weak.short", err.MinLength)
	add(err.TooLong, "problem.weak.long")
	add(err.Common, "problem.weak.common")
	add(err.LikeYou, "problem.weak.like")
	add(len(found) == 0, "problem.weak.other")
	return found
}

// mark puts problems next to the fields they are of.
func mark(fields []field, problems []problem) []field {
	marked := make([]field, 0, len(fields))
	for _, f := range fields {
		for _, p := range problems {
			if p.Field == f.ID {
				f.Problems = append(f.Problems, p.Text)
			}
		}
		marked = append(marked, f)
	}
	return marked
}

// loginField is where somebody says who they are.
func (v *visit) loginField(value string) field {
	return field{ID: "login", Label: v.t("field.login"), Type: "text", Autocomplete: "username", Value: value}
}

// nameField shows a person, and the browser's keeper of passwords, whose password it is.
func (v *visit) nameField(name string) field {
	return field{ID: "username", Label: v.t("field.username"), Type: "text", Autocomplete: "username", Value: name, ReadOnly: true}
}

// newFields ask for a new password, twice.
func (v *visit) newFields() []field {
	return []field{
		{ID: "new", Label: v.t("field.new"), Type: "password", Autocomplete: "new-password", Hint: v.t("hint.new")},
		{ID: "repeat", Label: v.t("field.repeat"), Type: "password", Autocomplete: "new-password"},
	}
}
