// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"errors"
	"net/http"
)

// showForgot asks who forgot a password, or says that something was sent if there was somebody to send it to.
func (v *visit) showForgot() {
	if v.r.URL.Query().Has("sent") {
		v.notice(http.StatusOK, "forgot.sent", link{v.at("login"), v.t("login.title")})
		return
	}
	v.askForgot(http.StatusOK, "", nil)
}

func (v *visit) askForgot(status int, value string, problems []problem) {
	v.show(status, v.sheets.form, layout{
		Heading: v.t("forgot.title"), Problems: problems,
		Page: formPage{
			Lead: []string{v.t("forgot.text")}, Action: v.at("forgot"), Fields: mark([]field{v.loginField(value)}, problems),
			Button: v.t("forgot.button"), Links: []link{{v.at("login"), v.t("forgot.back")}},
		},
	})
}

// forget has a link sent. The answer is the same for somebody known and unknown.
func (v *visit) forget() {
	values, ok := v.form()
	if !ok {
		return
	}
	who := login(values)
	if who == "" {
		v.askForgot(http.StatusUnprocessableEntity, "", []problem{{"login", v.t("problem.empty.login")}})
		return
	}
	if err := v.people.Forgot(v.r.Context(), v.company, who, v.client); err != nil {
		v.trouble(err)
		return
	}
	v.leave(v.at("forgot") + "?sent=1")
}

// saidAtLogin is what the login page may have to say first, by the word in its address.
var saidAtLogin = map[string]string{"over": "login.over", "out": "login.out"}

func (v *visit) showLogin() {
	said := ""
	if key, known := saidAtLogin[v.r.URL.Query().Get("said")]; known {
		said = v.t(key)
	}
	v.askLogin(http.StatusOK, "", said, nil)
}

func (v *visit) askLogin(status int, value, said string, problems []problem) {
	fields := []field{
		v.loginField(value),
		{ID: "password", Label: v.t("field.password"), Type: "password", Autocomplete: "current-password"},
	}
	v.show(status, v.sheets.form, layout{
		Heading: v.t("login.title"), Said: said, Problems: problems,
		Page: formPage{
			Action: v.at("login"), Fields: mark(fields, problems), Button: v.t("login.title"),
			Links: []link{{v.at("forgot"), v.t("login.forgot")}},
		},
	})
}

// logIn begins a session.
func (v *visit) logIn() {
	values, ok := v.form()
	if !ok {
		return
	}
	who, password := login(values), values.Get("password")
	var problems []problem
	if who == "" {
		problems = append(problems, problem{"login", v.t("problem.empty.login")})
	}
	if password == "" {
		problems = append(problems, problem{"password", v.t("problem.empty.password")})
	}
	if len(password) > longestPassword {
		problems = append(problems, problem{"login", v.t("problem.wrong.login")})
	}
	if problems != nil {
		v.askLogin(http.StatusUnprocessableEntity, who, "", problems)
		return
	}
	session, err := v.people.LogIn(v.r.Context(), v.company, who, password, v.client)
	if err == nil {
		err = v.begin(session)
	}
	var throttled *ThrottledError
	switch {
	case err == nil:
		v.leave(v.at("account"))
	case errors.Is(err, ErrWrong):
		v.askLogin(http.StatusUnprocessableEntity, who, "", []problem{{"login", v.t("problem.wrong.login")}})
	case errors.As(err, &throttled):
		v.wait(throttled.RetryAfter)
		v.askLogin(http.StatusTooManyRequests, who, "", []problem{{"", v.t("problem.throttled", minutes(throttled.RetryAfter))}})
	default:
		v.trouble(err)
	}
}

// logOut forgets the session.
func (v *visit) logOut() {
	v.end()
	v.leave(v.at("login") + "?said=out")
}
