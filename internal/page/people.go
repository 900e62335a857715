// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"context"

	"github.com/roster-dev/roster/internal/activation"
	"github.com/roster-dev/roster/internal/store"
)

// What People answers beside a *WeakError and a *ThrottledError. They may be wrapped.
var (
	// ErrLink says that a link is no good any more.
	ErrLink = activation.ErrLink
	// ErrWrong says that a login, a password, or both are wrong, and never which.
	ErrWrong = activation.ErrWrong
	// ErrOver says that a session is over, or never was one.
	ErrOver = activation.ErrOver
	// ErrNone says that a person has no avatar.
	ErrNone = activation.ErrNone
	// ErrBusy says that too many passwords are being checked.
	ErrBusy = activation.ErrBusy
	// ErrUnavailable says that the identity store is away.
	ErrUnavailable = store.ErrUnavailable
)

// The values that are spoken of.
type (
	// LinkState is what became of a link.
	LinkState = activation.LinkState
	// Link is what is known of a link. All but State is empty where that is Unknown.
	Link = activation.Link
	// Session is opaque to the pages, which carry it in a cookie as it is.
	Session = activation.Session
	// Self is who a session is of.
	Self = activation.Self
	// WeakError says why a password is too weak. Where nothing is set the page says only that it is.
	WeakError = activation.WeakError
	// ThrottledError says that somebody tried too often.
	ThrottledError = activation.ThrottledError
)

// The states of a link.
const (
	Valid         = activation.Valid
	Used          = activation.Used
	Expired       = activation.Expired
	Void          = activation.Void
	AlreadyActive = activation.AlreadyActive
	Unknown       = activation.Unknown
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
