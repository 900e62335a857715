// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
)

// resource is one address: what shows it, and what acts on it.
type resource struct {
	// name stands for the address in the log, since the address itself may hold a token.
	name      string
	get, post func(*visit)
}

func (r resource) allowed() string {
	var methods []string
	if r.get != nil {
		methods = append(methods, http.MethodGet, http.MethodHead)
	}
	if r.post != nil {
		methods = append(methods, http.MethodPost)
	}
	return strings.Join(methods, ", ")
}

// action is what answers a method, or nil.
func (r resource) action(method string) func(*visit) {
	switch method {
	case http.MethodGet, http.MethodHead:
		return r.get
	case http.MethodPost:
		return r.post
	}
	return nil
}

// visit is one request on its way.
type visit struct {
	*site
	w http.ResponseWriter
	r *http.Request
	// name is the resource's, and client the address the request came from.
	name, client string
	// company and token are those of the path; empty where it has none.
	company, token string
	words          *words
}

// label is the form of a company's name.
var label = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

func (s *site) routes() {
	s.others = map[string]resource{
		"/activate": {name: "activate", post: (*visit).setByLink},
		"/done":     {name: "done", get: (*visit).showDone},
	}
	s.company = map[string]resource{
		"forgot":                {name: "forgot", get: (*visit).showForgot, post: (*visit).forget},
		"login":                 {name: "login", get: (*visit).showLogin, post: (*visit).logIn},
		"logout":                {name: "logout", post: (*visit).logOut},
		"account":               {name: "account", get: own((*visit).showAccount)},
		"account/password":      {name: "account/password", post: own((*visit).changePassword)},
		"account/avatar":        {name: "account/avatar", get: own(settled((*visit).showAvatar)), post: own(settled((*visit).setAvatar))},
		"account/avatar/remove": {name: "account/avatar/remove", post: own(settled((*visit).removeAvatar))},
	}
}

// find places a visit. The path is the one sent, still escaped, so that nothing but plain characters finds anything; and companies
// come first, so that one called "activate" has its pages: no token is a word of theirs.
func (v *visit) find(path string) (resource, bool) {
	if found, ok := v.others[path]; ok {
		return found, true
	}
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if found, ok := v.site.company[rest]; ok && label.MatchString(first) {
		v.company = first
		return found, true
	}
	if first == "activate" && rest != "" && !strings.Contains(rest, "/") {
		v.token = rest
		return resource{name: "activate", get: (*visit).showLink}, true
	}
	return resource{}, false
}

// inside is the path below the base URL's.
func (s *site) inside(path string) (string, bool) {
	rest, found := strings.CutPrefix(path, s.prefix)
	return rest, found && strings.HasPrefix(rest, "/")
}

// ServeHTTP answers every request with the headers that keep a page to itself.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.protect(w.Header())
	path, inside := s.inside(r.URL.EscapedPath())
	if inside && path == s.style.path {
		s.style.serve(w, r)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	v := &visit{site: s, w: w, r: r.WithContext(ctx), name: "none", client: s.address(r)}
	v.words = s.language.choose("", r.Header.Get("Accept-Language"))
	defer v.catch()
	v.answer(path, inside)
}

func (v *visit) answer(path string, inside bool) {
	if wait, admitted := v.limit.admit(v.client); !admitted {
		v.tooMany(wait)
		return
	}
	if err := v.origins.Check(v.r); err != nil {
		v.notice(http.StatusForbidden, "denied")
		return
	}
	found, ok := v.find(path)
	if !inside || !ok {
		v.notice(http.StatusNotFound, "notfound")
		return
	}
	v.name = found.name
	act := found.action(v.r.Method)
	if act == nil {
		v.w.Header().Set("Allow", found.allowed())
		v.notice(http.StatusMethodNotAllowed, "method")
		return
	}
	act(v)
}

// catch logs a panic without the text of its value, which may be anything a person typed; that of the runtime is not.
func (v *visit) catch() {
	value := recover()
	if value == nil {
		return
	}
	err, _ := value.(error)
	if errors.Is(err, http.ErrAbortHandler) {
		panic(value)
	}
	var ours runtime.Error
	errors.As(err, &ours)
	v.log.Error(ours, "A page panicked", "page", v.name, "stack", string(debug.Stack()))
	v.notice(http.StatusInternalServerError, "broken")
}

// at is the address of a page of the visited company.
func (v *visit) at(page string) string { return v.prefix + "/" + v.company + "/" + page }

// leave sends the browser to a page of ours, to ask for it anew. Nothing in the address comes from a person.
func (v *visit) leave(to string) {
	v.w.Header().Set("Location", to)
	v.w.WriteHeader(http.StatusSeeOther)
}
