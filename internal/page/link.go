// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
)

// tokenForm is what may be a token. Whatever else stands in a link was cut off or added to, and is not asked about.
var tokenForm = regexp.MustCompile(`^[A-Za-z0-9._~-]{1,512}$`)

// look tells what a token is good for.
func (v *visit) look(token string) (Link, error) {
	if !tokenForm.MatchString(token) {
		return Link{State: Unknown}, nil
	}
	found, err := v.people.Look(v.r.Context(), token)
	if err != nil {
		return Link{}, err
	}
	if found.State == Unknown {
		return Link{State: Unknown}, nil
	}
	v.words = v.language.choose(found.Locale, v.r.Header.Get("Accept-Language"))
	// Addresses are made of it.
	if label.MatchString(found.Company) {
		v.company = found.Company
	}
	return found, nil
}

// showLink shows what a link is good for and uses nothing up, since scanners of e-mail open every link.
func (v *visit) showLink() {
	found, err := v.look(v.token)
	switch {
	case err != nil:
		v.trouble(err)
	case found.State == Valid:
		v.showChoice(http.StatusOK, v.token, found, nil)
	default:
		v.showSpent(found)
	}
}

// setByLink sets the password that a form with a link's token brought.
func (v *visit) setByLink() {
	values, ok := v.form()
	if !ok {
		return
	}
	token := values.Get("token")
	found, err := v.look(token)
	switch {
	case err != nil:
		v.trouble(err)
	case found.State != Valid:
		v.showSpent(found)
	default:
		v.choose(token, found, values)
	}
}

func (v *visit) choose(token string, found Link, values url.Values) {
	wanted, problems := v.chosen(values)
	if problems != nil {
		v.showChoice(http.StatusUnprocessableEntity, token, found, problems)
		return
	}
	// A password once set is set, whether or not the browser waits for the answer.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(v.r.Context()), patience)
	defer cancel()
	err := v.people.SetByLink(ctx, token, wanted, v.client)
	var weak *WeakError
	switch {
	case err == nil:
		v.leave(v.prefix + "/done?" + url.Values{"company": {v.company}, "lang": {v.words.lang}}.Encode())
	case errors.As(err, &weak):
		v.showChoice(http.StatusUnprocessableEntity, token, found, v.weak(weak))
	case errors.Is(err, ErrLink):
		v.lookAgain(token)
	default:
		v.trouble(err)
	}
}

// lookAgain shows what became of a link that was good a moment ago.
func (v *visit) lookAgain(token string) {
	found, err := v.look(token)
	if err != nil {
		v.trouble(err)
		return
	}
	if found.State == Valid {
		// It cannot be both: whoever says so twice is not asked a third time.
		found.State = Void
	}
	v.showSpent(found)
}

// showChoice is the form to choose a password.
func (v *visit) showChoice(status int, token string, found Link, problems []problem) {
	key := "link.first"
	if found.Reset {
		key = "link.reset"
	}
	lead := []string{v.t(key + ".text")}
	if !found.Expires.IsZero() {
		lead = append(lead, v.t("link.until", v.words.moment(found.Expires)))
	}
	v.show(status, v.sheets.form, layout{
		Brand: found.TenantName, Heading: v.t(key + ".title"), Problems: problems,
		Page: formPage{
			Lead: lead, Action: v.prefix + "/activate", Token: token,
			Fields: mark(append([]field{v.nameField(found.UserName)}, v.newFields()...), problems),
			Button: v.t("link.button"),
		},
	})
}

// spent is what to say of a link that sets no password.
var spent = map[LinkState]struct {
	status int
	key    string
	// next is the page that helps on, and text its link's.
	next, text string
}{
	Used:          {http.StatusGone, "link.used", "login", "login.title"},
	Expired:       {http.StatusGone, "link.expired", "forgot", "link.another"},
	Void:          {http.StatusGone, "link.void", "forgot", "link.another"},
	AlreadyActive: {http.StatusGone, "link.active", "login", "login.title"},
}

// showSpent says why a link sets no password, and what to do.
func (v *visit) showSpent(found Link) {
	say, known := spent[found.State]
	if !known {
		v.notice(http.StatusNotFound, "link.unknown")
		return
	}
	page := noticePage{Lead: []string{v.t(say.key + ".text")}}
	if v.company != "" {
		page.Links = []link{{v.at(say.next), v.t(say.text)}}
	}
	v.show(say.status, v.sheets.notice, layout{Brand: found.TenantName, Heading: v.t(say.key + ".title"), Page: page})
}

// showDone says that a password is set. The address says where to log in and in which language to say so, and nothing of the person.
func (v *visit) showDone() {
	query := v.r.URL.Query()
	v.words = v.language.choose(query.Get("lang"), v.r.Header.Get("Accept-Language"))
	var links []link
	if company := query.Get("company"); label.MatchString(company) {
		v.company = company
		links = []link{{v.at("login"), v.t("login.title")}}
	}
	v.notice(http.StatusOK, "done", links...)
}
