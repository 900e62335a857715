// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"sync"
	"time"
)

// fake is people in memory, as the pages see them. There is one, jana of acme, and whatever links a test adds.
type fake struct {
	mu       sync.Mutex
	self     Self
	password string
	avatar   []byte
	links    map[string]Link
	sessions int
	forgot   []string
	clients  map[string]bool
	// calls counts what was asked, by method.
	calls map[string]int
	// fails are errors to answer with, by method.
	fails map[string]error
}

const (
	company  = "acme"
	token    = "tKn-0123456789abcdefghijklmnopqrstuvwxyz"
	password = "blue kettle sings on Sundays"
	another  = "seven lamps below the river"
)

var expires = time.Date(2027, 3, 5, 14, 5, 0, 0, time.UTC)

func newFake() *fake {
	f := &fake{
		self: Self{
			UserName: "jana.novakova", GivenName: "Jana", FamilyName: "Nováková", PublicName: "Jana from Acme", Email: "jana@acme.example",
			Company: company, TenantName: "Acme Support",
		},
		password: password, links: map[string]Link{}, calls: map[string]int{}, fails: map[string]error{}, clients: map[string]bool{},
	}
	f.link(Valid)
	return f
}

// link puts the one of the tests into a state.
func (f *fake) link(state LinkState) {
	f.links[token] = Link{State: state, UserName: f.self.UserName, Company: company, TenantName: f.self.TenantName, Locale: f.self.Locale, Expires: expires}
}

func (f *fake) begin(method, client string) (done func(), err error) {
	f.mu.Lock()
	f.calls[method]++
	if client != "" {
		f.clients[client] = true
	}
	return f.mu.Unlock, f.fails[method]
}

func (f *fake) Look(_ context.Context, token string) (Link, error) {
	done, err := f.begin("Look", "")
	defer done()
	if found, ok := f.links[token]; ok && err == nil {
		return found, nil
	}
	return Link{State: Unknown}, err
}

func (f *fake) SetByLink(_ context.Context, token, password, client string) error {
	done, err := f.begin("SetByLink", client)
	defer done()
	switch found, ok := f.links[token]; {
	case err != nil:
		return err
	case !ok || found.State != Valid:
		return ErrLink
	case len(password) < 12:
		return &WeakError{TooShort: true, MinLength: 12}
	default:
		found.State = Used
		f.links[token], f.password = found, password
		return nil
	}
}

func (f *fake) Forgot(_ context.Context, company, login, client string) error {
	done, err := f.begin("Forgot", client)
	defer done()
	f.forgot = append(f.forgot, company+"/"+login)
	return err
}

func (f *fake) LogIn(_ context.Context, in, login, password, client string) (Session, error) {
	done, err := f.begin("LogIn", client)
	defer done()
	if err != nil {
		return "", err
	}
	if in != company || login != f.self.UserName || password != f.password {
		return "", ErrWrong
	}
	return f.session(), nil
}

func (f *fake) session() Session {
	f.sessions++
	return Session("signed." + strconv.Itoa(f.sessions))
}

// of says whether a session is one of jana's.
func (f *fake) of(s Session) error {
	if !strings.HasPrefix(string(s), "signed.") {
		return ErrOver
	}
	return nil
}

func (f *fake) Self(_ context.Context, s Session) (Self, error) {
	done, err := f.begin("Self", "")
	defer done()
	if err == nil {
		err = f.of(s)
	}
	if err != nil {
		return Self{}, err
	}
	self := f.self
	self.HasAvatar = f.avatar != nil
	return self, nil
}

func (f *fake) ChangePassword(_ context.Context, s Session, current, wanted, client string) (Session, error) {
	done, err := f.begin("ChangePassword", client)
	defer done()
	switch {
	case err != nil:
		return "", err
	case f.of(s) != nil:
		return "", ErrOver
	case current != f.password:
		return "", ErrWrong
	case len(wanted) < 12:
		return "", &WeakError{TooShort: true, MinLength: 12}
	}
	f.password, f.self.MustChange = wanted, false
	return f.session(), nil
}

func (f *fake) Avatar(context.Context, Session) (data []byte, contentType, etag string, err error) {
	done, err := f.begin("Avatar", "")
	defer done()
	if err == nil && f.avatar == nil {
		err = ErrNone
	}
	if err != nil {
		return nil, "", "", err
	}
	sum := sha256.Sum256(f.avatar)
	return f.avatar, "image/jpeg", hex.EncodeToString(sum[:8]), nil
}

func (f *fake) SetAvatar(_ context.Context, _ Session, jpeg []byte) error {
	done, err := f.begin("SetAvatar", "")
	defer done()
	if err == nil {
		f.avatar = jpeg
	}
	return err
}

func (f *fake) RemoveAvatar(context.Context, Session) error {
	done, err := f.begin("RemoveAvatar", "")
	defer done()
	if err == nil {
		f.avatar = nil
	}
	return err
}

// asked is how often a method was called.
func (f *fake) asked(method string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[method]
}

// signing answers one session.
type signing struct {
	*fake
	session Session
}

func (s signing) LogIn(context.Context, string, string, string, string) (Session, error) {
	return s.session, nil
}

// drawing has an avatar that no page should serve.
type drawing struct{ *fake }

func (drawing) Avatar(context.Context, Session) (data []byte, contentType, etag string, err error) {
	return []byte("<svg/>"), "image/svg+xml", "1", nil
}
