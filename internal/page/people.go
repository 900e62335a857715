// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"context"
	"errors"
	"time"
)

// What People answers beside a *WeakError and a *ThrottledError. They may be wrapped.
var (
	// ErrLink says that a link is no good any more.
	ErrLink = errors.New("the link is no good any more: look at it again")
	// ErrWrong says that a login, a password, or both are wrong, and never which.
	ErrWrong = errors.New("the login or the password is wrong")
	// ErrOver says that a session is over, or never was one.
	ErrOver = errors.New("the session is over: log in again")
	// ErrNone says that a person has no avatar.
	ErrNone = errors.New("the person has no avatar")
	// ErrUnavailable says that the identity store is away.
	ErrUnavailable = errors.New("the identity store is away: try again later")
)

// People is what the pages ask and tell of people. Every answer takes the same time for somebody known and unknown. Any method may
// answer ErrUnavailable. No text of an error holds a token, a password or anything of a person, since the pages log errors they do
// not know. It is safe for concurrent use.
type People interface {
	// Look tells what a link is good for, and leaves it as it is. An unknown token is State Unknown and no error.
	Look(ctx context.Context, token string) (Link, error)
	// SetByLink sets a password by a link, which is used up. ErrLink: the link is no good any more, look again. *WeakError: the
	// password is too weak, and the link still good.
	SetByLink(ctx context.Context, token, password, client string) error
	// Forgot mails a link to who is meant, if there is such a person. It never tells whether.
	Forgot(ctx context.Context, company, login, client string) error
	// LogIn answers the session of somebody whose password is right. ErrWrong; *ThrottledError.
	LogIn(ctx context.Context, company, login, password, client string) (Session, error)
	// Self is who a session is of. ErrOver: it is over, or void.
	Self(ctx context.Context, s Session) (Self, error)
	// ChangePassword: ErrWrong (the current one), *WeakError, *ThrottledError, ErrOver. The session that changed it goes on as the
	// one answered.
	ChangePassword(ctx context.Context, s Session, current, wanted, client string) (Session, error)
	// Avatar is a PNG or JPEG, with the value of a strong ETag, in quotes or without; ErrNone, ErrOver.
	Avatar(ctx context.Context, s Session) (data []byte, contentType, etag string, err error)
	// SetAvatar takes a JPEG of 256 by 256 pixels without metadata; ErrOver.
	SetAvatar(ctx context.Context, s Session, jpeg []byte) error
	// RemoveAvatar takes the avatar away. That there is none is no error; ErrOver.
	RemoveAvatar(ctx context.Context, s Session) error
}

// LinkState is what became of a link.
type LinkState string

const (
	// Valid is a link that sets a password.
	Valid LinkState = "Valid"
	// Used is a link that set a password.
	Used LinkState = "Used"
	// Expired is a link whose time is over.
	Expired LinkState = "Expired"
	// Void is a link that a newer one, or a change of the person, replaced.
	Void LinkState = "Void"
	// AlreadyActive is a link to a first password of somebody who has one.
	AlreadyActive LinkState = "AlreadyActive"
	// Unknown is a link that nobody sent, or one cut off.
	Unknown LinkState = "Unknown"
)

// Link is what is known of a link. All but State is empty where that is Unknown.
type Link struct {
	State LinkState
	// Reset says that the link replaces a forgotten password; else it sets the first one.
	Reset bool
	// UserName is who the link was sent to, Company and TenantName where they belong, and Locale a language tag of BCP 47 or empty.
	UserName, Company, TenantName, Locale string
	// Expires is when the link stops working.
	Expires time.Time
}

// Session is opaque to the pages, which carry it in a cookie as it is: the service signed it, in at most 3072 characters that
// a cookie may have.
type Session string

// Self is who a session is of.
type Self struct {
	UserName, GivenName, FamilyName, PublicName, Email, Company, TenantName, Locale string
	HasAvatar                                                                       bool
	// MustChange says that the password was given to the person, who may do nothing else before choosing another.
	MustChange bool
}

// WeakError says why a password is too weak. Where nothing is set the page says only that it is.
type WeakError struct {
	TooShort, TooLong, Common, LikeYou bool
	// MinLength is how many characters a password needs.
	MinLength int
}

// Error says nothing of the password.
func (*WeakError) Error() string { return "the password is too weak: choose another" }

// ThrottledError says that somebody tried too often.
type ThrottledError struct {
	// RetryAfter is how long to wait before the next attempt.
	RetryAfter time.Duration
}

// Error says nothing of who tried.
func (*ThrottledError) Error() string { return "too many attempts: wait before the next" }
