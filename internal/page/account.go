// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// me is who visits their own pages.
type me struct {
	Self
	session Session
}

// own lets only a person of the path's company through; everybody else has to log in.
func own(act func(*visit, me)) func(*visit) {
	return func(v *visit) {
		session := v.session()
		if session == "" {
			v.leave(v.at("login"))
			return
		}
		self, err := v.people.Self(v.r.Context(), session)
		switch {
		case err != nil:
			v.trouble(err)
		case self.Company != v.company:
			// The session is good elsewhere, and stays.
			v.leave(v.at("login"))
		default:
			v.words = v.language.choose(self.Locale, v.r.Header.Get("Accept-Language"))
			act(v, me{self, session})
		}
	}
}

// settled keeps whoever has to change a password first from everything else.
func settled(act func(*visit, me)) func(*visit, me) {
	return func(v *visit, m me) {
		if m.MustChange {
			v.leave(v.at("account"))
			return
		}
		act(v, m)
	}
}

// saidOfAccount is what the account may have to say first, by the word in its address.
var saidOfAccount = map[string]string{"password": "account.said.password", "avatar": "account.said.avatar", "removed": "account.said.removed"}

// accountPage is my account.
type accountPage struct {
	me
	Initials string
	// Avatar and Remove are addresses.
	Avatar, Remove string
	AvatarField    field
	Password       formPage
}

func (v *visit) showAccount(m me) {
	said := ""
	if key, known := saidOfAccount[v.r.URL.Query().Get("said")]; known && !m.MustChange {
		said = v.t(key)
	}
	v.account(http.StatusOK, m, said, nil)
}

// account shows a person's account, or the one thing to do before.
func (v *visit) account(status int, m me, said string, problems []problem) {
	name := v.nameField(m.UserName)
	name.Unseen = !m.MustChange
	fields := append([]field{
		name,
		{ID: "current", Label: v.t("field.current"), Type: "password", Autocomplete: "current-password"},
	}, v.newFields()...)
	password := formPage{Action: v.at("account/password"), Fields: mark(fields, problems), Button: v.t("account.password")}
	l := layout{Brand: m.TenantName, Heading: v.t("account.title"), Said: said, Problems: problems, LogOut: v.at("logout")}
	if m.MustChange {
		l.Heading = v.t("account.must.title")
		password.Lead = []string{v.t("account.must.text")}
		l.Page = password
		v.show(status, v.sheets.form, l)
		return
	}
	avatar := []field{{ID: "avatar", Label: v.t("field.avatar"), Type: "file", Hint: v.t("hint.avatar")}}
	l.Page = accountPage{
		me: m, Initials: initials(m.Self), Avatar: v.at("account/avatar"), Remove: v.at("account/avatar/remove"),
		AvatarField: mark(avatar, problems)[0], Password: password,
	}
	v.show(status, v.sheets.account, l)
}

// Name is how the person is called.
func (m me) Name() string { return strings.TrimSpace(m.GivenName + " " + m.FamilyName) }

// initials stand where there is no avatar.
func initials(s Self) string {
	found := ""
	for _, name := range []string{s.GivenName, s.FamilyName} {
		if first, size := utf8.DecodeRuneInString(name); size > 0 {
			found += strings.ToUpper(string(first))
		}
	}
	return found
}

func (v *visit) changePassword(m me) {
	values, ok := v.form()
	if !ok {
		return
	}
	current, problems := v.current(values)
	wanted, more := v.chosen(values)
	if problems = append(problems, more...); len(problems) > 0 {
		v.account(http.StatusUnprocessableEntity, m, "", problems)
		return
	}
	// A password once changed is changed, whether or not the browser waits for the answer.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(v.r.Context()), patience)
	defer cancel()
	session, err := v.people.ChangePassword(ctx, m.session, current, wanted, v.client)
	if err == nil {
		err = v.begin(session)
	}
	var weak *WeakError
	var throttled *ThrottledError
	switch {
	case err == nil:
		v.leave(v.at("account") + "?said=password")
	case errors.Is(err, ErrWrong):
		v.account(http.StatusUnprocessableEntity, m, "", []problem{{"current", v.t("problem.wrong.current")}})
	case errors.As(err, &weak):
		v.account(http.StatusUnprocessableEntity, m, "", v.weak(weak))
	case errors.As(err, &throttled):
		v.wait(throttled.RetryAfter)
		v.account(http.StatusTooManyRequests, m, "", []problem{{"", v.t("problem.throttled", minutes(throttled.RetryAfter))}})
	default:
		v.trouble(err)
	}
}

// current is the current password of a form, or what is wrong with it.
func (v *visit) current(values url.Values) (string, []problem) {
	current := values.Get("current")
	switch {
	case current == "":
		return "", []problem{{"current", v.t("problem.empty.current")}}
	case len(current) > longestPassword:
		return "", []problem{{"current", v.t("problem.wrong.current")}}
	}
	return current, nil
}
