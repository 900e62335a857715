// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"cmp"
	"slices"
	"time"
)

// Account is what a person logs in by, and the links that were made for that. It is beside the record of the person: what manifests say
// changes it only by Follow.
type Account struct {
	// Password is the hash of the password in the PHC string format; empty is that the person has none.
	Password string `json:"password,omitempty"`
	// Source is who gave the password; empty where there is none.
	Source PasswordSource `json:"source,omitempty"`
	// MustChange says that the person is to give another one at the next login (F90).
	MustChange bool `json:"mustChange,omitempty"`
	// SetAt is when the password was given, and SecretVersion which version of a Secret was given last, whatever came of it.
	SetAt         time.Time `json:"setAt,omitzero"`
	SecretVersion string    `json:"secretVersion,omitempty"`
	// ResetRequest and ResendRequest are the last requests of an object to void the password and to send a link anew, each carried out once.
	ResetRequest  string `json:"resetRequest,omitempty"`
	ResendRequest string `json:"resendRequest,omitempty"`
	// Links are the latest ones, the newest first, at most KeptLinks.
	Links []Link `json:"links,omitempty"`
}

// KeptLinks is how many links are kept of a person, so that an old one can be told from one that never was.
const KeptLinks = 5

// PasswordSource is who gave a password.
type PasswordSource string

// The sources of a password.
const (
	// ByPerson is the person, who alone knows it.
	ByPerson PasswordSource = "Person"
	// BySecret is a Secret, for the first login (F90).
	BySecret PasswordSource = "Secret"
)

// Link is a link by which a person sets a password, once (F10).
type Link struct {
	// Hash is the SHA-256 of the link's token, in hexadecimal, by which a link is found. The token itself is kept nowhere: it is made of the
	// nonce and a key of the manager's.
	Hash  string `json:"hash"`
	Nonce string `json:"nonce"`
	// Purpose is what it is for, and Email the address it is sent to.
	Purpose LinkPurpose `json:"purpose"`
	Email   string      `json:"email"`
	// MessageID is that of the mail, without brackets: a mail that is sent again has the same.
	MessageID string `json:"messageID"`
	// ValidFor is how long the link lives from when it is sent, in seconds.
	ValidFor int64 `json:"validForSeconds"`
	// Issued is when it was made, Sent when a mail server took it, and Expires when it ceases to work; zero before it is sent.
	Issued  time.Time `json:"issued"`
	Sent    time.Time `json:"sent,omitzero"`
	Expires time.Time `json:"expires,omitzero"`
	// Ended is when it was used or voided, and End which of the two.
	Ended time.Time `json:"ended,omitzero"`
	End   LinkEnd   `json:"end,omitempty"`
	// Attempts is how often sending it was tried, NextTry when that is to be tried next, zero where it is not, and Failure why the last try
	// came to nothing, in one word.
	Attempts int       `json:"attempts"`
	NextTry  time.Time `json:"nextTry,omitzero"`
	Failure  string    `json:"failure,omitempty"`
}

// LinkPurpose is what a link is for.
type LinkPurpose string

// The purposes of links.
const (
	// Activation is the first password of a person.
	Activation LinkPurpose = "Activation"
	// Reset is another one, for somebody who forgot his or is to have another.
	Reset LinkPurpose = "Reset"
)

// LinkEnd is how a link ended.
type LinkEnd string

// The ends of a link.
const (
	// LinkUsed is that a password was set by it.
	LinkUsed LinkEnd = "Used"
	// LinkVoid is that it counts no more: another one was made, the person was deactivated or has another address.
	// A link that sending was given up of is void without an end.
	LinkVoid LinkEnd = "Void"
)

// LinkState is what a link is good for.
type LinkState string

// The states of a link.
const (
	LinkIsValid   LinkState = "Valid"
	LinkIsUsed    LinkState = "Used"
	LinkIsExpired LinkState = "Expired"
	LinkIsVoid    LinkState = "Void"
)

// State is what the link is good for at a time.
func (l Link) State(now time.Time) LinkState {
	switch {
	case l.End == LinkUsed:
		return LinkIsUsed
	case l.End == LinkVoid, l.givenUp():
		return LinkIsVoid
	case !l.Expires.IsZero() && !now.Before(l.Expires):
		return LinkIsExpired
	}
	return LinkIsValid
}

// givenUp tells whether sending the link came to nothing for good. Its mail may have arrived all the same, where the server's answer was lost,
// and would work for ever: a link expires only once it is sent.
func (l Link) givenUp() bool { return l.Sent.IsZero() && l.NextTry.IsZero() }

// Invitation is a link that is made if the person needs one. All of it but the request is drawn anew each time, so that only what is stored
// counts.
type Invitation struct {
	Nonce, Hash, MessageID string
	// At is when, and ValidFor how long the link lives.
	At       time.Time
	ValidFor time.Duration
	// Request and Reset are the requests of an object that it answers: for a new link, and to void the password. Empty is none.
	Request, Reset string
}

// link is the link of an invitation.
func (i Invitation) link(purpose LinkPurpose, email string) Link {
	return Link{
		Hash: i.Hash, Nonce: i.Nonce, Purpose: purpose, Email: email, MessageID: i.MessageID,
		ValidFor: int64(i.ValidFor / time.Second), Issued: instant(i.At), NextTry: instant(i.At),
	}
}

// HasPassword tells whether the person has a password.
func (a Account) HasPassword() bool { return a.Password != "" }

// Link is the latest link; false is that there is none.
func (a Account) Link() (Link, bool) {
	if len(a.Links) == 0 {
		return Link{}, false
	}
	return a.Links[0], true
}

// open tells whether there is a link that neither ended nor was made for another address. One that expired is: it is not made anew by itself.
func (a Account) open(u User) bool {
	link, found := a.Link()
	return found && link.End == "" && link.Email == u.Profile.Email
}

// IsInvited tells whether the person is one who sets his own password by a link: live, and nobody else vouches for him or gives it.
func (u User) IsInvited() bool {
	return u.Active && u.CredentialMode == ActivationLink && u.Profile.Email != ""
}

// LogsIn tells whether the person can have a password at all.
func (u User) LogsIn() bool { return u.Active && u.CredentialMode != IdentityProvider }

// StateWith is State of somebody who may have a password.
func (u User) StateWith(account Account) State {
	if state := u.State(); state != Invited || !account.HasPassword() {
		return state
	}
	return Active
}

// Follows tells whether an account may change because a person's record does. It costs nothing to ask; Follow says what.
func Follows(before, after Person, invitation *Invitation) bool {
	return voidsLinks(before.User, after.User) || voidsPassword(before, after) || invitation != nil && after.User.IsInvited()
}

// Follow is the account after a person's record became another one; the zero Person is none. Links are void once the person is switched off or has
// another address, the password once somebody comes back with another address, or another system vouches for him. An invitation makes a
// link for whoever needs one.
func (a Account) Follow(before, after Person, invitation *Invitation, now time.Time) Account {
	if voidsLinks(before.User, after.User) {
		a = a.voidLinks(now)
	}
	if voidsPassword(before, after) {
		a = a.forget().voidLinks(now)
	}
	if invitation == nil || !after.User.IsInvited() || a.HasPassword() || a.open(after.User) {
		return a
	}
	a.ResendRequest, a.ResetRequest = cmp.Or(invitation.Request, a.ResendRequest), cmp.Or(invitation.Reset, a.ResetRequest)
	return a.invite(*invitation, Activation, after.User, now)
}

// voidsLinks compares addresses as they are written, as links do: one that is void for a letter's case must not work again once that is back.
func voidsLinks(before, after User) bool {
	return before.Active && !after.Active || before.UserName != "" && before.Profile.Email != after.Profile.Email
}

// voidsPassword does not ask whether who comes back is switched on at once: he would have the other's password once he is.
func voidsPassword(before, after Person) bool {
	back := before.HasLeft() && before.User.EmailKey() != after.User.EmailKey()
	vouched := before.User.CredentialMode != IdentityProvider && after.User.CredentialMode == IdentityProvider
	return before.User.UserName != "" && (back || vouched)
}

// forget is the account without its password.
func (a Account) forget() Account {
	a.Password, a.Source, a.MustChange, a.SetAt, a.SecretVersion = "", "", false, time.Time{}, ""
	return a
}

// voidLinks is the account once no link counts any more.
func (a Account) voidLinks(now time.Time) Account {
	a.Links = slices.Clone(a.Links)
	for i, link := range a.Links {
		if link.End == "" {
			a.Links[i].End, a.Links[i].Ended, a.Links[i].NextTry = LinkVoid, instant(now), time.Time{}
		}
	}
	return a
}

// invite is the account with another link, before which the others are void. An invitation makes one link, also where
// an object asks for a new link and another password at once.
func (a Account) invite(invitation Invitation, purpose LinkPurpose, u User, now time.Time) Account {
	if slices.ContainsFunc(a.Links, func(l Link) bool { return l.Hash == invitation.Hash }) {
		return a
	}
	a = a.voidLinks(now)
	a.Links = slices.Insert(a.Links, 0, invitation.link(purpose, u.Profile.Email))
	a.Links = a.Links[:min(len(a.Links), KeptLinks)]
	return a
}

// Resend is the account once an object asks for a new link, which each request does once. Somebody who has a password needs none.
func (a Account) Resend(u User, invitation Invitation) Account {
	if invitation.Request == "" || invitation.Request == a.ResendRequest {
		return a
	}
	a.ResendRequest = invitation.Request
	if !u.IsInvited() || a.HasPassword() {
		return a
	}
	return a.invite(invitation, Activation, u, invitation.At)
}

// ResetPassword is the account once an object asks to void the password, which each request does once: the person is sent a link to set
// another one, or gets that of the Secret again.
func (a Account) ResetPassword(u User, request string, invitation *Invitation, now time.Time) Account {
	if request == "" || request == a.ResetRequest {
		return a
	}
	had := a.HasPassword()
	a.ResetRequest = request
	a = a.forget().voidLinks(now)
	if invitation == nil || !u.IsInvited() {
		return a
	}
	purpose := Activation
	if had {
		purpose = Reset
	}
	return a.invite(*invitation, purpose, u, now)
}

// Forgot is the account once somebody says that the person forgot the password. Who has none yet is sent a new link to set the first one, which
// lives as long as that before: anybody may say so, and must not shorten the time that the person has.
func (a Account) Forgot(u User, invitation Invitation) Account {
	switch {
	case !u.LogsIn() || u.Profile.Email == "" || u.CredentialMode == InitialPassword && !a.HasPassword():
		return a
	case a.HasPassword():
		return a.invite(invitation, Reset, u, invitation.At)
	}
	if link, found := a.Link(); found && link.Purpose == Activation {
		invitation.ValidFor = time.Duration(link.ValidFor) * time.Second
	}
	return a.invite(invitation, Activation, u, invitation.At)
}

// UseLink is the account once the person set a password by a link. The state is that the link had, and the account changes only if that is
// LinkIsValid.
func (a Account) UseLink(u User, hash, password string, now time.Time) (Account, LinkState) {
	i := slices.IndexFunc(a.Links, func(l Link) bool { return l.Hash == hash })
	if i < 0 {
		return a, LinkIsVoid
	}
	state := a.Links[i].State(now)
	if state == LinkIsValid && (!u.LogsIn() || a.Links[i].Email != u.Profile.Email) {
		state = LinkIsVoid
	}
	if state != LinkIsValid {
		return a, state
	}
	a.Links = slices.Clone(a.Links)
	a.Links[i].End, a.Links[i].Ended, a.Links[i].NextTry = LinkUsed, instant(now), time.Time{}
	return a.ChangePassword(password, now), state
}

// ChangePassword is the account with a password that the person gave. Links that are open are void: whoever has one could take it back.
func (a Account) ChangePassword(password string, now time.Time) Account {
	a = a.voidLinks(now)
	a.Password, a.Source, a.MustChange, a.SetAt = password, ByPerson, false, instant(now)
	return a
}

// Rehash is the account with the same password by other parameters, if it still has the one that is replaced.
func (a Account) Rehash(old, password string) Account {
	if a.Password == old {
		a.Password = password
	}
	return a
}

// TakesSecret tells whether a version of a Secret gives the person his password: one that was not given yet, as long as he did not set his
// own (F90).
func (a Account) TakesSecret(u User, version string) bool {
	return u.Active && u.CredentialMode == InitialPassword && a.Source != ByPerson && (a.SecretVersion != version || !a.HasPassword())
}

// GivePassword is the account with the password of a version of a Secret, if the person takes it.
func (a Account) GivePassword(u User, password, version string, now time.Time) Account {
	if !a.TakesSecret(u, version) {
		return a
	}
	a = a.voidLinks(now)
	a.Password, a.Source, a.MustChange, a.SetAt, a.SecretVersion = password, BySecret, true, instant(now), version
	return a
}

// LinkSent is the account once a mail server took a link.
func (a Account) LinkSent(hash string, now time.Time) Account {
	return a.tried(hash, func(l *Link) {
		l.Sent, l.Expires = instant(now), instant(now.Add(time.Duration(l.ValidFor)*time.Second))
		l.NextTry, l.Failure = time.Time{}, ""
	})
}

// LinkUnsent is the account once sending a link came to nothing. A zero next try is that it is not tried again.
func (a Account) LinkUnsent(hash, failure string, next time.Time) Account {
	return a.tried(hash, func(l *Link) { l.NextTry, l.Failure = instant(next), failure })
}

// tried is the account after a try to send a link. What became of one that ended meanwhile, or that is not to be sent any more, is counted only:
// two managers may have tried it.
func (a Account) tried(hash string, outcome func(*Link)) Account {
	i := slices.IndexFunc(a.Links, func(l Link) bool { return l.Hash == hash })
	if i < 0 {
		return a
	}
	a.Links = slices.Clone(a.Links)
	a.Links[i].Attempts++
	switch link := &a.Links[i]; {
	case link.End != "":
		link.NextTry = time.Time{}
	case !link.NextTry.IsZero():
		outcome(link)
	}
	return a
}
