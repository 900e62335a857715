// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package activation

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/roster-dev/roster/internal/store"
)

// Session is that of somebody who logged in to his own pages. It is signed, opaque to whoever carries it, and kept nowhere: it is over with its time,
// with the password it was begun with, and with the person's being active.
type Session string

// sessionFor is how long a session lasts.
const sessionFor = 30 * time.Minute

// ticket is what a session says.
type ticket struct {
	Company  string `json:"c"`
	UserName string `json:"u"`
	ID       string `json:"i"`
	// Password is the beginning of the hash of the password's hash.
	Password string `json:"p"`
	Until    int64  `json:"e"`
}

func fingerprint(hash string) string {
	sum := sha256.Sum256([]byte(hash))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// open begins a session.
func (k Key) open(is store.Holder, now time.Time) (Session, error) {
	said, err := json.Marshal(ticket{
		Company: is.User.Company, UserName: is.User.UserName, ID: is.ID, Password: fingerprint(is.Account.Password), Until: now.Add(sessionFor).Unix(),
	})
	if err != nil {
		return "", err
	}
	body := base64.RawURLEncoding.EncodeToString(said)
	return Session(body + "." + k.signature(body)), nil
}

func (k Key) signature(body string) string {
	return base64.RawURLEncoding.EncodeToString(k.of([]byte("session of a person's own pages: " + body)))
}

// longestSession bounds what is looked at of a session.
const longestSession = 2048

// read is what a session says; false is that it was not begun by this key, or is over.
func (k Key) read(s Session, now time.Time) (t ticket, ok bool) {
	body, signature, found := strings.Cut(string(s), ".")
	if !found || len(s) > longestSession || !hmac.Equal([]byte(signature), []byte(k.signature(body))) {
		return ticket{}, false
	}
	said, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || json.Unmarshal(said, &t) != nil {
		return ticket{}, false
	}
	return t, now.Before(time.Unix(t.Until, 0))
}

// of tells whether a session is still that of somebody.
func (t ticket) of(is store.Holder) bool {
	return t.ID == is.ID && is.User.LogsIn() && hmac.Equal([]byte(t.Password), []byte(fingerprint(is.Account.Password)))
}
