// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package activation

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/roster-dev/roster/internal/roster"
)

// Key is the manager's own, of which the tokens of links and sessions are made. Whoever has it and reads the store can make every link.
type Key struct{ secret []byte }

// ShortestKey is how many bytes a key has at least, and LongestKey at most.
const (
	ShortestKey = 32
	LongestKey  = 4096
)

// NewKey is a key of random bytes.
func NewKey(secret []byte) (Key, error) {
	if len(secret) < ShortestKey || len(secret) > LongestKey {
		return Key{}, fmt.Errorf("the key has %d bytes: %d to %d random ones are right, such as those of \"openssl rand -hex 32\"", len(secret), ShortestKey, LongestKey)
	}
	return Key{append([]byte(nil), secret...)}, nil
}

// ReadKey reads a key from a file, such as a mounted Secret. Every byte counts.
func ReadKey(path string) (Key, error) {
	file, err := os.Open(path) // #nosec G304 -- the file is the administrator's to name
	if err != nil {
		return Key{}, fmt.Errorf("the activation key cannot be read: %w", err)
	}
	defer func() { _ = file.Close() }()
	secret, err := io.ReadAll(io.LimitReader(file, LongestKey+1))
	if err != nil {
		return Key{}, fmt.Errorf("the activation key cannot be read: %w", err)
	}
	return NewKey(secret)
}

// of is the HMAC-SHA-256 of some bytes.
func (k Key) of(message []byte) []byte {
	mac := hmac.New(sha256.New, k.secret)
	mac.Write(message)
	return mac.Sum(nil)
}

// nonceBytes is how long a nonce is: 256 random bits. No other message that the key is used for has that length.
const nonceBytes = 32

// Invitation draws a link, for whoever turns out to need one. Its mail has an ID of a domain.
func (k Key) Invitation(now time.Time, validFor time.Duration, domain, request string) roster.Invitation {
	nonce := make([]byte, nonceBytes)
	// It never fails.
	_, _ = rand.Read(nonce)
	encoded := base64.RawURLEncoding.EncodeToString(nonce)
	hash := hashOf(k.token(nonce))
	return roster.Invitation{Nonce: encoded, Hash: hash, MessageID: hash[:32] + "@" + domain, At: now, ValidFor: validFor, Request: request}
}

// Token is that of a link, made of its nonce again. The error says that the nonce is none.
func (k Key) Token(link roster.Link) (string, error) {
	nonce, err := base64.RawURLEncoding.DecodeString(link.Nonce)
	if err != nil || len(nonce) != nonceBytes {
		return "", fmt.Errorf("the nonce of a link is no text of %d bytes", nonceBytes)
	}
	token := k.token(nonce)
	if hashOf(token) != link.Hash {
		return "", fmt.Errorf("a link was made with another key")
	}
	return token, nil
}

func (k Key) token(nonce []byte) string { return base64.RawURLEncoding.EncodeToString(k.of(nonce)) }

// hashOf is the SHA-256 of a token, by which its link is found.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
