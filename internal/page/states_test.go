// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"net/http"
	"strings"
	"time"
)

// state is one page in one state: what leads to it and what it answers.
type state struct {
	name, reason string
	status       int
	// heading is the key of the heading.
	heading string
	visit   func(*desk) *reply
}

func look(s LinkState, reset bool) func(*desk) *reply {
	return func(d *desk) *reply {
		d.people.link(s)
		l := d.people.links[token]
		l.Reset = reset
		d.people.links[token] = l
		return d.get("/activate/" + token)
	}
}

func getting(path string) func(*desk) *reply {
	return func(d *desk) *reply { return d.get(path) }
}

func submitting(path string, fields ...string) func(*desk) *reply {
	return func(d *desk) *reply { return d.post(path, fields...) }
}

// failing makes a method of the service fail first.
func failing(method string, err error, visit func(*desk) *reply) func(*desk) *reply {
	return func(d *desk) *reply {
		d.people.fails[method] = err
		return visit(d)
	}
}

// inside logs in first.
func inside(visit func(*desk) *reply) func(*desk) *reply {
	return func(d *desk) *reply { return visit(d.loggedIn()) }
}

func uploading(data []byte) func(*desk) *reply {
	return func(d *desk) *reply { return d.upload(data) }
}

func mustChange(visit func(*desk) *reply) func(*desk) *reply {
	return func(d *desk) *reply {
		d.people.self.MustChange = true
		return visit(d)
	}
}

func withAvatar(visit func(*desk) *reply) func(*desk) *reply {
	return func(d *desk) *reply {
		d.people.avatar = asJPEG(d.t, picture(side, side))
		return visit(d)
	}
}

func longNames(visit func(*desk) *reply) func(*desk) *reply {
	return func(d *desk) *reply {
		long := strings.Repeat("Abcdefg", 18)
		d.people.self.TenantName, d.people.self.GivenName, d.people.self.UserName, d.people.self.PublicName = long, long, long, long
		d.people.self.Email = long + "@" + long + ".example"
		return visit(d)
	}
}

// states are every page in every state.
func states() []state {
	var all []state
	all = append(all, linkStates()...)
	all = append(all, loginStates()...)
	all = append(all, accountStates()...)
	return append(all, refusalStates()...)
}

func linkStates() []state {
	weak := func(err *WeakError) func(*desk) *reply {
		return failing("SetByLink", err, submitting("/activate", "token", token, "new", another, "repeat", another))
	}
	return []state{
		{"link-valid", "a new person sets the first password", 200, "link.first.title", look(Valid, false)},
		{"link-reset", "a forgotten one is replaced", 200, "link.reset.title", look(Valid, true)},
		{"link-used", "it leads on to log in", 410, "link.used.title", look(Used, false)},
		{"link-expired", "it leads on to another link", 410, "link.expired.title", look(Expired, false)},
		{"link-void", "it leads on to another link", 410, "link.void.title", look(Void, true)},
		{"link-active", "it leads on to log in", 410, "link.active.title", look(AlreadyActive, false)},
		{"link-unknown", "nobody is known to lead on", 404, "link.unknown.title", look(Unknown, false)},
		{"link-damaged", "what is no token is not asked about", 404, "link.unknown.title", getting("/activate/%3Ctoken%3E")},
		{"link-empty", "every field is asked for", 422, "link.first.title", submitting("/activate", "token", token)},
		{"link-once", "the second field was left out", 422, "link.first.title", submitting("/activate", "token", token, "new", another)},
		{"link-differ", "one of the two is a slip", 422, "link.first.title", submitting("/activate", "token", token, "new", another, "repeat", "other")},
		{"link-short", "the service says how long it should be", 422, "link.first.title", weak(&WeakError{TooShort: true, MinLength: 12})},
		{"link-many", "each reason is said", 422, "link.first.title", weak(&WeakError{TooLong: true, Common: true, LikeYou: true})},
		{"link-weak", "no reason is a reason, too", 422, "link.first.title", weak(&WeakError{})},
		{"done", "the password is set", 200, "done.title", getting("/done?company=acme")},
	}
}

func loginStates() []state {
	throttled := &ThrottledError{RetryAfter: 90 * time.Second}
	return []state{
		{"forgot", "who is it", 200, "forgot.title", getting("/acme/forgot")},
		{"forgot-empty", "nobody was named", 422, "forgot.title", submitting("/acme/forgot", "login", " ")},
		{"forgot-sent", "the same for everybody", 200, "forgot.sent.title", getting("/acme/forgot?sent=1")},
		{"login", "who is it", 200, "login.title", getting("/acme/login")},
		{"login-out", "logged out a moment ago", 200, "login.title", getting("/acme/login?said=out")},
		{"login-over", "the session is over", 200, "login.title", getting("/acme/login?said=over")},
		{"login-empty", "both are missing", 422, "login.title", submitting("/acme/login")},
		{"login-wrong", "never which of the two", 422, "login.title", submitting("/acme/login", "login", "jana.novakova", "password", "guess")},
		{"login-throttled", "so often that the next try has to wait", 429, "login.title", failing("LogIn", throttled,
			submitting("/acme/login", "login", "jana.novakova", "password", "guess"))},
	}
}

func accountStates() []state {
	throttled := &ThrottledError{RetryAfter: time.Second}
	change := func(current, wanted, repeat string) func(*desk) *reply {
		return inside(submitting("/acme/account/password", "current", current, "new", wanted, "repeat", repeat))
	}
	return []state{
		{"account", "without an avatar", 200, "account.title", inside(getting("/acme/account"))},
		{"account-avatar", "with one", 200, "account.title", inside(withAvatar(getting("/acme/account")))},
		{"account-long", "names as long as they may be stay on the page", 200, "account.title", inside(longNames(withAvatar(getting("/acme/account"))))},
		{"account-said-password", "it was changed", 200, "account.title", inside(getting("/acme/account?said=password"))},
		{"account-said-avatar", "it was set", 200, "account.title", inside(withAvatar(getting("/acme/account?said=avatar")))},
		{"account-said-removed", "it was removed", 200, "account.title", inside(getting("/acme/account?said=removed"))},
		{"account-must", "only the password can be changed", 200, "account.must.title", inside(mustChange(getting("/acme/account")))},
		{"account-must-wrong", "still only that", 422, "account.must.title", mustChange(change("guess", another, another))},
		{"account-empty", "all is missing", 422, "account.title", change("", "", "")},
		{"account-wrong", "the current one is wrong", 422, "account.title", change("guess", another, another)},
		{"account-differ", "the two differ", 422, "account.title", change(password, another, "other")},
		{"account-weak", "the new one is weak", 422, "account.title", change(password, "short", "short")},
		{"account-throttled", "too many guesses", 429, "account.title", failing("ChangePassword", throttled, change("guess", another, another))},
		{"avatar-none", "no file was chosen", 422, "account.title", inside(uploading(nil))},
		{"avatar-format", "it is no picture", 422, "account.title", inside(uploading([]byte("%PDF-1.7")))},
		{"avatar-pixels", "it is too large to decode", 422, "account.title", inside(uploading(hugePNG(20_000, 20_000)))},
		{"avatar-size", "the file is too long", 413, "account.title", inside(uploading(make([]byte, longestUpload+1)))},
	}
}

func refusalStates() []state {
	return []state{
		{"notfound", "there is nothing", 404, "notfound.title", getting("/nothing/here")},
		{"method", "a page is not deleted", 405, "method.title", func(d *desk) *reply {
			r := posting("/acme/login")
			r.Method = http.MethodDelete
			return d.send(r)
		}},
		{"denied", "a form of another site", 403, "denied.title", func(d *desk) *reply {
			r := posting("/acme/login", "login", "jana", "password", "x")
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			return d.send(r)
		}},
		{"large", "a form of more than 64 KiB", 413, "large.title", submitting("/acme/login", "login", string(make([]byte, longestForm)))},
		{"unreadable", "a form that is none", 415, "unreadable.title", func(d *desk) *reply {
			r := posting("/acme/login")
			r.Header.Set("Content-Type", "application/json")
			return d.send(r)
		}},
		{"limit", "one request too many", 429, "limit.title", func(d *desk) *reply {
			for range defaultRequestsPerMinute {
				d.get("/done")
			}
			return d.get("/done")
		}},
		{"unavailable", "the store is away", 503, "unavailable.title", failing("Look", ErrUnavailable, getting("/activate/"+token))},
		{"broken", "the service fails", 500, "broken.title", failing("Look", errBroken, getting("/activate/"+token))},
	}
}
