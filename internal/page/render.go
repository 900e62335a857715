// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"time"
)

//go:embed templates/*.html
var templates embed.FS

// sheets are the templates of whole pages.
type sheets struct{ form, notice, account *template.Template }

func readSheets() (*sheets, error) {
	var s sheets
	for name, sheet := range map[string]**template.Template{"form": &s.form, "notice": &s.notice, "account": &s.account} {
		read, err := template.ParseFS(templates, "templates/layout.html", "templates/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("read the template of a page: %w", err)
		}
		*sheet = read
	}
	return &s, nil
}

// layout is what all pages have.
type layout struct {
	words *words
	// Prefix and Style are the paths of the pages and of the stylesheet.
	Prefix, Style string
	// Brand is whose page it is.
	Brand string
	// Heading is the page's, and its title.
	Heading string
	// Said is what was just done.
	Said     string
	Problems []problem
	// LogOut is where the form that logs out goes; empty where nobody is logged in.
	LogOut string
	// Page is what is on this page alone.
	Page any
}

// Lang is the language of the page.
func (l layout) Lang() string { return l.words.lang }

// T is a text of the page's language.
func (l layout) T(key string, of ...any) (string, error) { return l.words.say(key, of...) }

// problem is what is wrong with a form; Field is the ID of the field to mend, or empty.
type problem struct{ Field, Text string }

// link leads to another page.
type link struct{ Address, Text string }

// field is one of a form, with what is wrong with it.
type field struct {
	ID, Label, Type, Autocomplete, Value, Hint string
	ReadOnly                                   bool
	// Unseen says that the field is for the browser's keeper of passwords alone, on a page that says the same in plain sight.
	Unseen   bool
	Problems []string
}

// DescribedBy lists the IDs of what explains the field.
func (f field) DescribedBy() string {
	ids := ""
	if f.Hint != "" {
		ids = f.ID + "-hint"
	}
	if len(f.Problems) > 0 {
		ids += " " + f.ID + "-problem errors"
	}
	return ids
}

// noticePage says something and leads on.
type noticePage struct {
	Lead  []string
	Links []link
}

// formPage is one form.
type formPage struct {
	Lead   []string
	Action string
	// Token is carried by a hidden field, so that it is in no address.
	Token  string
	Fields []field
	Button string
	Links  []link
}

// t is a text of the visit's language. That one is missing is a mistake of ours, which the tests find.
func (v *visit) t(key string, of ...any) string {
	text, err := v.words.say(key, of...)
	if err != nil {
		panic(err)
	}
	return text
}

// show writes a page, whole or not at all.
func (v *visit) show(status int, sheet *template.Template, l layout) {
	l.words, l.Prefix, l.Style = v.words, v.prefix, v.prefix+v.style.path
	if l.Brand == "" {
		l.Brand = v.company
	}
	var page bytes.Buffer
	if err := sheet.ExecuteTemplate(&page, "layout", l); err != nil {
		v.log.Error(err, "A page could not be written", "page", v.name)
		v.w.WriteHeader(http.StatusInternalServerError)
		return
	}
	header := v.w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Language", v.words.lang)
	header.Set("Content-Length", strconv.Itoa(page.Len()))
	v.w.WriteHeader(status)
	_, _ = page.WriteTo(v.w) // the browser is gone: nobody is left to tell
}

// notice writes a page of the texts that begin with a key.
func (v *visit) notice(status int, key string, links ...link) {
	v.show(status, v.sheets.notice, layout{
		Heading: v.t(key + ".title"), Page: noticePage{Lead: []string{v.t(key + ".text")}, Links: links},
	})
}

// minutes is a wait as people are told it.
func minutes(wait time.Duration) int { return max(1, int((wait+time.Minute-1)/time.Minute)) }

// wait tells programs how long to wait.
func (v *visit) wait(wait time.Duration) {
	v.w.Header().Set("Retry-After", strconv.Itoa(max(1, int((wait+time.Second-1)/time.Second))))
}

func (v *visit) tooMany(wait time.Duration) {
	v.wait(wait)
	v.show(http.StatusTooManyRequests, v.sheets.notice, layout{
		Heading: v.t("limit.title"), Page: noticePage{Lead: []string{v.t("limit.text", minutes(wait))}},
	})
}

// away is when to try again while the identity store is away.
const away = 30 * time.Second

// trouble answers what is no mistake of the person's.
func (v *visit) trouble(err error) {
	var throttled *ThrottledError
	switch {
	case errors.Is(err, ErrOver):
		v.end()
		v.leave(v.at("login") + "?said=over")
	case errors.As(err, &throttled):
		v.tooMany(throttled.RetryAfter)
	case errors.Is(v.r.Context().Err(), context.Canceled):
		// The browser is gone: nobody is left to tell.
	case errors.Is(err, ErrUnavailable), errors.Is(err, ErrBusy), errors.Is(err, context.DeadlineExceeded):
		v.log.V(1).Info("A page had to be put off, since the identity store is away", "page", v.name)
		v.wait(away)
		v.notice(http.StatusServiceUnavailable, "unavailable")
	default:
		v.log.Error(err, "A page failed", "page", v.name)
		v.notice(http.StatusInternalServerError, "broken")
	}
}
