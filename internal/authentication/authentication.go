// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package authentication answers a platform over HTTP whether a password is right.
package authentication

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/go-logr/logr"

	"github.com/roster-dev/roster/internal/activation"
	"github.com/roster-dev/roster/internal/store"
)

// Path is where passwords are checked.
const Path = "/v1/authenticate"

// Request is a login that somebody tried at the platform.
type Request struct {
	// Company is the namespace of the manifests.
	Company string `json:"company"`
	// Login is the user name or the e-mail address.
	Login    string `json:"login"`
	Password string `json:"password"`
	// Client is the address he does so from; who guesses is told from others by it.
	Client string `json:"client"`
}

// Response is what came of it. Beside Authenticated there is either the person or the reason.
type Response struct {
	Authenticated bool `json:"authenticated"`
	// ID is the store's of the person, and UserName the login in lower case.
	ID       string `json:"id,omitempty"`
	UserName string `json:"userName,omitempty"`
	// MustChangePassword says that the person is to set another password, on his own page, before anything else.
	MustChangePassword bool `json:"mustChangePassword,omitempty"`
	// Reason is WrongCredentials, Throttled, Busy, Unavailable, Unauthorized or BadRequest.
	Reason string `json:"reason,omitempty"`
	// Message says what is wrong with the request, where the reason is BadRequest or Unauthorized.
	Message string `json:"message,omitempty"`
	// RetryAfterSeconds is when the next try is heard, where the reason is Throttled.
	RetryAfterSeconds int `json:"retryAfterSeconds,omitempty"`
}

// Authenticator tells whether a password is right.
type Authenticator interface {
	Authenticate(ctx context.Context, a activation.Attempt) (activation.Authenticated, error)
}

// The bounds of a request.
const (
	longestBody  = 16 << 10
	longestField = 512
	// answeredWithin bounds one answer, the wait for a turn included.
	answeredWithin = 10 * time.Second
)

// Handler answers platforms that have one of the tokens in a file, a line each, or a client certificate that the server checked.
type Handler struct {
	Authenticator Authenticator
	// TokenFile is read for each request, so that a rotated Secret counts. Empty is that certificates alone count.
	TokenFile string
	Log       logr.Logger
}

// New is a server that answers at Path, and nowhere else.
func New(h Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST "+Path, h)
	return mux
}

// ServeHTTP implements http.Handler.
func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !h.mayAsk(r) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="roster"`)
		answer(w, http.StatusUnauthorized, Response{Reason: "Unauthorized", Message: "a bearer token that the manager knows, or a client certificate that it trusts, is right"})
		return
	}
	request, err := read(w, r)
	if err != nil {
		answer(w, http.StatusBadRequest, Response{Reason: "BadRequest", Message: err.Error()})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), answeredWithin)
	defer cancel()
	is, err := h.Authenticator.Authenticate(ctx, activation.Attempt{
		Company: request.Company, Login: request.Login, Password: request.Password, Client: request.Client,
	})
	h.answer(w, is, err)
}

// mayAsk tells whether it is a platform of ours that asks.
func (h Handler) mayAsk(r *http.Request) bool {
	if r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
		return true
	}
	scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if h.TokenFile == "" || !strings.EqualFold(scheme, "Bearer") || given == "" {
		return false
	}
	known, err := os.ReadFile(h.TokenFile)
	if err != nil {
		h.Log.Error(err, "The tokens of platforms cannot be read")
		return false
	}
	is := sha256.Sum256([]byte(given))
	found := 0
	for line := range bytes.Lines(known) {
		if token := bytes.TrimSpace(line); len(token) >= shortestToken {
			one := sha256.Sum256(token)
			found |= subtle.ConstantTimeCompare(is[:], one[:])
		}
	}
	return found == 1
}

// shortestToken is how many characters a token has at least; shorter ones are not heard.
const shortestToken = 20

// read reads a request. The error says which field is wrong, and never what is in it.
func read(w http.ResponseWriter, r *http.Request) (Request, error) {
	var request Request
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, longestBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&request); err != nil {
		return request, errors.New("the body must be one JSON object with company, login, password and client, each a text, and nothing else")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return request, errors.New("the body must be one JSON object and nothing after it")
	}
	for _, field := range []struct{ name, value string }{{"company", request.Company}, {"login", request.Login}, {"client", request.Client}} {
		switch {
		case field.value == "":
			return request, fmt.Errorf("%s is required", field.name)
		case len(field.value) > longestField:
			return request, fmt.Errorf("%s must have at most %d bytes", field.name, longestField)
		}
	}
	return request, nil
}

func (h Handler) answer(w http.ResponseWriter, is activation.Authenticated, err error) {
	throttled := (*activation.ThrottledError)(nil)
	switch {
	case err == nil:
		answer(w, http.StatusOK, Response{Authenticated: true, ID: is.ID, UserName: is.User.UserName, MustChangePassword: is.MustChange})
	case errors.Is(err, activation.ErrWrong):
		answer(w, http.StatusOK, Response{Reason: "WrongCredentials"})
	case errors.As(err, &throttled):
		seconds := int(math.Ceil(throttled.RetryAfter.Seconds()))
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		answer(w, http.StatusTooManyRequests, Response{Reason: "Throttled", RetryAfterSeconds: seconds})
	case errors.Is(err, activation.ErrBusy):
		answer(w, http.StatusServiceUnavailable, Response{Reason: "Busy"})
	default:
		if !errors.Is(err, store.ErrUnavailable) {
			h.Log.Error(err, "A password could not be checked")
		}
		answer(w, http.StatusServiceUnavailable, Response{Reason: "Unavailable"})
	}
}

func answer(w http.ResponseWriter, status int, response Response) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// Whoever asked is gone where it cannot be written.
	_ = json.NewEncoder(w).Encode(response)
}
