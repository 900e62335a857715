// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package activation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-logr/logr"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// Options are what a Service needs besides a store.
type Options struct {
	Key    Key
	Hasher *Hasher
	// ResetValidFor is how long a link lives that somebody asked for who forgot the password. Domain is that of the mails' IDs.
	ResetValidFor time.Duration
	Domain        string
	// Changed is told of each account that is changed here.
	Changed func(roster.PersonKey)
	// Audit is where each decision goes, without names: a person is called by the store's ID.
	Audit logr.Logger
	Now   func() time.Time
}

// Service is what pages and platforms ask of people's accounts. It is safe for concurrent use. Its errors are those of the store too.
type Service struct {
	Options
	accounts  store.Accounts
	throttle  *throttle
	metrics   *metrics
	forgotten chan forgotten
}

// New is a service over the accounts of a store.
func New(accounts store.Accounts, o Options) *Service {
	return &Service{
		Options: o, accounts: accounts, throttle: newThrottle(rememberedClients), metrics: newMetrics(),
		forgotten: make(chan forgotten, waitingRequests),
	}
}

// The errors of a service, besides those of the store.
var (
	// ErrLink says that a link is no good any more: Look says why.
	ErrLink = errors.New("the link is not valid any more")
	// ErrWrong says that a password, or who it is of, is wrong.
	ErrWrong = errors.New("the login or the password is wrong")
	// ErrOver says that a session is over.
	ErrOver = errors.New("the session is over")
	// ErrNone says that there is no picture.
	ErrNone = errors.New("there is no picture")
)

// LinkState is what a link is good for, as far as its person is told.
type LinkState string

// The states of a link.
const (
	Valid   LinkState = "Valid"
	Used    LinkState = "Used"
	Expired LinkState = "Expired"
	Void    LinkState = "Void"
	// AlreadyActive is that another link was used, or the person got a password otherwise.
	AlreadyActive LinkState = "AlreadyActive"
	// Unknown is that there is no such link, or no more.
	Unknown LinkState = "Unknown"
)

// Link is a link as its person sees it.
type Link struct {
	State LinkState
	// Reset says that it is for another password.
	Reset                                 bool
	UserName, Company, TenantName, Locale string
	Expires                               time.Time
}

// longestToken bounds what is looked at of a token.
const longestToken = 128

// Look tells what a link is good for.
func (s *Service) Look(ctx context.Context, token string) (Link, error) {
	is, link, err := s.byToken(ctx, token)
	if errors.Is(err, store.ErrNotFound) {
		return Link{State: Unknown}, nil
	}
	if err != nil {
		return Link{}, err
	}
	seen := Link{
		State: s.stateOf(is, link), Reset: link.Purpose == roster.Reset, UserName: is.User.UserName, Company: is.User.Company,
		TenantName: tenantName(is), Locale: localeOf(is), Expires: link.Expires,
	}
	if seen.State == Expired {
		s.metrics.links.WithLabelValues("expired").Inc()
	}
	return seen, nil
}

// byToken is the account that has a link, and the link. ErrNotFound: none has.
func (s *Service) byToken(ctx context.Context, token string) (store.Holder, roster.Link, error) {
	if len(token) > longestToken {
		return store.Holder{}, roster.Link{}, store.ErrNotFound
	}
	hash := hashOf(token)
	is, err := s.accounts.ByLink(ctx, hash)
	if err != nil {
		return is, roster.Link{}, err
	}
	for _, link := range is.Account.Links {
		if link.Hash == hash {
			return is, link, nil
		}
	}
	return is, roster.Link{}, store.ErrNotFound
}

func (s *Service) stateOf(is store.Holder, link roster.Link) LinkState {
	state := link.State(s.Now())
	usable := is.User.LogsIn() && link.Email == is.User.Profile.Email
	switch {
	case state == roster.LinkIsVoid && is.Account.HasPassword() && usable:
		return AlreadyActive
	case state == roster.LinkIsValid && !usable:
		return Void
	}
	return LinkState(state)
}

func tenantName(is store.Holder) string {
	if is.Home.DisplayName != "" {
		return is.Home.DisplayName
	}
	return is.Home.Tenant
}

// localeOf is the language somebody is written to in.
func localeOf(is store.Holder) string {
	if is.User.Locale != "" {
		return is.User.Locale
	}
	return is.Home.Settings.Locale
}

// SetByLink sets a password by a link, which is used up by that. ErrLink; WeakError; ErrBusy.
func (s *Service) SetByLink(ctx context.Context, token, password, _ string) error {
	is, link, err := s.byToken(ctx, token)
	if errors.Is(err, store.ErrNotFound) {
		return ErrLink
	}
	if err != nil {
		return err
	}
	if s.stateOf(is, link) != Valid {
		return ErrLink
	}
	if err := CheckPassword(password, is.User, tenantName(is)); err != nil {
		return err
	}
	hash, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	err = s.update(ctx, is, func(u roster.User, a roster.Account) (roster.Account, error) {
		next, state := a.UseLink(u, link.Hash, hash, s.Now())
		if state != roster.LinkIsValid {
			return a, ErrLink
		}
		return next, nil
	})
	if err == nil {
		s.metrics.links.WithLabelValues("used").Inc()
		s.audit(is, "PasswordSetByLink")
	}
	return err
}

// update changes an account, and tells of it.
func (s *Service) update(ctx context.Context, is store.Holder, change func(roster.User, roster.Account) (roster.Account, error)) error {
	_, err := s.accounts.Update(ctx, is.User.Key(), change)
	if err == nil && s.Changed != nil {
		s.Changed(is.User.Key())
	}
	return err
}

func (s *Service) audit(is store.Holder, what string) {
	s.Audit.Info(what, "company", is.User.Company, "person", is.ID)
}

// Attempt is that somebody logs in somewhere.
type Attempt struct {
	Company, Login, Password string
	// Client is the address he does so from, by which those who guess are told from the others.
	Client string
}

// Authenticated is who somebody is.
type Authenticated struct {
	store.Holder
	// MustChange says that he is to set another password before anything else.
	MustChange bool
}

// Authenticate tells who somebody is, if his password is right and he may log in. Whether there is such a person at all, it neither tells nor
// shows by how long it takes. ErrWrong; ThrottledError; ErrBusy.
func (s *Service) Authenticate(ctx context.Context, a Attempt) (Authenticated, error) {
	is, err := s.authenticate(ctx, a)
	s.metrics.authentications.WithLabelValues(outcomeOf(err)).Inc()
	if err == nil {
		s.audit(is.Holder, "Authenticated")
	} else {
		s.Audit.Info("NotAuthenticated", "company", a.Company, "outcome", outcomeOf(err))
	}
	return is, err
}

// outcomeOf is one word for what a login came to.
func outcomeOf(err error) string {
	throttled := (*ThrottledError)(nil)
	switch {
	case err == nil:
		return "right"
	case errors.Is(err, ErrWrong):
		return "wrong"
	case errors.As(err, &throttled):
		return "throttled"
	case errors.Is(err, ErrBusy):
		return "busy"
	}
	return "failed"
}

func (s *Service) authenticate(ctx context.Context, a Attempt) (Authenticated, error) {
	if err := s.mayTry(a); err != nil {
		return Authenticated{}, err
	}
	is, err := s.accounts.Find(ctx, a.Company, a.Login)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Authenticated{}, err
	}
	hash := ""
	if err == nil && is.User.LogsIn() {
		hash = is.Account.Password
	}
	if is, err = s.verify(ctx, is, hash, a); err != nil {
		return Authenticated{}, err
	}
	return Authenticated{Holder: is, MustChange: is.Account.MustChange}, nil
}

// mayTry is a ThrottledError where somebody guessed too often.
func (s *Service) mayTry(a Attempt) error {
	if pause := s.throttle.pause(a.Company, a.Login, a.Client, s.Now()); pause > 0 {
		return &ThrottledError{RetryAfter: pause}
	}
	return nil
}

// verify compares a password, counts a wrong one, and hashes a right one anew where hashes have another cost by now: the account is the one with
// that hash. ErrWrong; ThrottledError; ErrBusy.
func (s *Service) verify(ctx context.Context, is store.Holder, hash string, a Attempt) (store.Holder, error) {
	if len(a.Password) > LongestPassword {
		a.Password, hash = "", ""
	}
	// It is asked again at its turn: who sends many guesses at once has them waiting before the first is counted.
	right, outdated, err := s.Hasher.Verify(ctx, a.Password, hash, func() error { return s.mayTry(a) }, func(right bool) {
		if right {
			s.throttle.right(a.Company, a.Login, a.Client)
		} else {
			s.throttle.wrong(a.Company, a.Login, a.Client, s.Now())
		}
	})
	switch {
	case err != nil:
		return is, err
	case !right:
		return is, ErrWrong
	case outdated:
		return s.rehash(ctx, is, hash, a.Password), nil
	}
	return is, nil
}

// rehash hashes a password by the cost of today, and answers the account with that. Whoever logged in need not know if it comes to nothing.
func (s *Service) rehash(ctx context.Context, is store.Holder, old, password string) store.Holder {
	hash, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return is
	}
	after, err := s.accounts.Update(ctx, is.User.Key(), func(_ roster.User, a roster.Account) (roster.Account, error) { return a.Rehash(old, hash), nil })
	if err != nil {
		s.Audit.Error(err, "A password could not be hashed anew; the next login tries again", "person", is.ID)
	}
	if err == nil && after.Account.Password == hash {
		// A session that begins now is of that hash.
		is.Account.Password = hash
	}
	return is
}

// LogIn begins a session of somebody's own pages. Errors as for Authenticate.
func (s *Service) LogIn(ctx context.Context, company, login, password, client string) (Session, error) {
	is, err := s.Authenticate(ctx, Attempt{Company: company, Login: login, Password: password, Client: client})
	if err != nil {
		return "", err
	}
	return s.Key.open(is.Holder, s.Now())
}

// Self is who a session is of.
type Self struct {
	UserName, GivenName, FamilyName, PublicName, Email, Company, TenantName, Locale string
	HasAvatar, MustChange                                                           bool
}

// Self tells who a session is of. ErrOver.
func (s *Service) Self(ctx context.Context, session Session) (Self, error) {
	is, err := s.of(ctx, session)
	if err != nil {
		return Self{}, err
	}
	_, _, err = s.accounts.Avatar(ctx, is.User.Key())
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Self{}, err
	}
	p := is.User.Profile
	return Self{
		UserName: is.User.UserName, GivenName: p.GivenName, FamilyName: p.FamilyName, PublicName: p.PublicName, Email: p.Email, Company: is.User.Company,
		TenantName: tenantName(is), Locale: localeOf(is), HasAvatar: err == nil, MustChange: is.Account.MustChange,
	}, nil
}

// of is who a session is of. ErrOver.
func (s *Service) of(ctx context.Context, session Session) (store.Holder, error) {
	said, ok := s.Key.read(session, s.Now())
	if !ok {
		return store.Holder{}, ErrOver
	}
	is, err := s.accounts.Get(ctx, roster.NewPersonKey(said.Company, said.UserName))
	if errors.Is(err, store.ErrNotFound) || err == nil && !said.of(is) {
		return store.Holder{}, ErrOver
	}
	return is, err
}

// ChangePassword sets another password for somebody who knows the one he has, and answers the session with which he goes on. ErrWrong;
// WeakError; ThrottledError; ErrOver; ErrBusy.
func (s *Service) ChangePassword(ctx context.Context, session Session, old, password, client string) (Session, error) {
	is, err := s.of(ctx, session)
	if err != nil {
		return "", err
	}
	a := Attempt{Company: is.User.Company, Login: is.User.UserName, Password: old, Client: client}
	if err := s.mayTry(a); err != nil {
		return "", err
	}
	if is, err = s.verify(ctx, is, is.Account.Password, a); err != nil {
		return "", err
	}
	if err := s.checkNew(password, old, is); err != nil {
		return "", err
	}
	hash, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return "", err
	}
	if err := s.update(ctx, is, func(u roster.User, a roster.Account) (roster.Account, error) {
		// A password that was voided while this was checked is not brought back by who knew it.
		if !u.LogsIn() || a.Password != is.Account.Password {
			return a, ErrOver
		}
		return a.ChangePassword(hash, s.Now()), nil
	}); err != nil {
		return "", err
	}
	s.audit(is, "PasswordChanged")
	is.Account.Password = hash
	return s.Key.open(is, s.Now())
}

// checkNew is a WeakError where a new password is refused, that of who has to change it among others.
func (s *Service) checkNew(password, old string, is store.Holder) error {
	if canonical(password) == canonical(old) {
		return &WeakError{LikeYou: true, MinLength: ShortestPassword}
	}
	return CheckPassword(password, is.User, tenantName(is))
}

// Avatar is the picture of who a session is of, a JPEG, and what tells it from another one. ErrOver; ErrNone.
func (s *Service) Avatar(ctx context.Context, session Session) (jpeg []byte, contentType, etag string, err error) {
	is, err := s.of(ctx, session)
	if err != nil {
		return nil, "", "", err
	}
	jpeg, set, err := s.accounts.Avatar(ctx, is.User.Key())
	if errors.Is(err, store.ErrNotFound) {
		return nil, "", "", ErrNone
	}
	return jpeg, "image/jpeg", fmt.Sprintf("%x", set.UnixMicro()), err
}

// SetAvatar sets it. ErrOver.
func (s *Service) SetAvatar(ctx context.Context, session Session, jpeg []byte) error {
	is, err := s.of(ctx, session)
	if err != nil {
		return err
	}
	return s.accounts.SetAvatar(ctx, is.User.Key(), jpeg)
}

// RemoveAvatar removes it, if there is one. ErrOver.
func (s *Service) RemoveAvatar(ctx context.Context, session Session) error {
	return s.SetAvatar(ctx, session, nil)
}
