// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"errors"
	"net/http"
)

// longestSession keeps a cookie within what browsers keep and the server's bound on headers takes.
const longestSession = 3072

// cookieName has the prefix that makes a browser refuse the cookie from other hosts and plain http, where people come by https.
func (s *site) cookieName() string {
	if s.secure {
		return "__Host-roster-session"
	}
	return "roster-session"
}

// cookie lasts as long as the browser's own session.
func (s *site) cookie(session Session) *http.Cookie {
	// #nosec G124 -- it is secure wherever people come by https; the rest is this machine alone
	return &http.Cookie{
		Name: s.cookieName(), Value: string(session), Path: "/", HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteStrictMode,
	}
}

// begin hands a session to the browser.
func (v *visit) begin(session Session) error {
	cookie := v.cookie(session)
	if err := cookie.Valid(); err != nil || session == "" || len(session) > longestSession {
		return errors.New("the session does not fit into a cookie: it must have 1 to 3072 characters that a cookie may have")
	}
	http.SetCookie(v.w, cookie)
	return nil
}

// end takes the session from the browser.
func (v *visit) end() {
	cookie := v.cookie("") // #nosec G124 -- as above
	cookie.MaxAge = -1
	http.SetCookie(v.w, cookie)
}

// session is the browser's; empty where it has none.
func (v *visit) session() Session {
	cookie, err := v.r.Cookie(v.cookieName())
	if err != nil || len(cookie.Value) > longestSession {
		return ""
	}
	return Session(cookie.Value)
}
