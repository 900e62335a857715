// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"log"
	"net/http"
	"strings"
	"time"

	"github.com/go-logr/logr"
)

// NewServer is a server for the pages with bounds on what a client may take of it: 10 seconds and 16 KiB for the headers, a minute
// for the rest of a request, another to read the answer, and two between requests. The caller sets Addr or hands it a listener.
func NewServer(handler http.Handler, logger logr.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(complaints{logger}, "", 0),
		// OPTIONS * is a request like any other.
		DisableGeneralOptionsHandler: true,
	}
}

// complaints are what the server itself has to say. Most of that is of one connection and names whose; only that no connection can be
// accepted is for the log.
type complaints struct{ log logr.Logger }

func (c complaints) Write(line []byte) (int, error) {
	if text := strings.TrimSpace(string(line)); strings.HasPrefix(text, "http: Accept error") {
		c.log.Info("The pages cannot be reached", "reason", text)
	}
	return len(line), nil
}
