// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"crypto/sha256"
	_ "embed" // the stylesheet
	"encoding/hex"
	"net/http"
)

// policy lets a page load its stylesheet and pictures from where it came from, and send forms there; nothing else.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// protect sets the headers of every answer. A page is not kept anywhere unless its handler says otherwise.
func (s *site) protect(header http.Header) {
	header.Set("Content-Security-Policy", policy)
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Cache-Control", "no-store")
	if s.secure {
		header.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

//go:embed style.css
var css []byte

// stylesheet is served under a name that changes with it, so that browsers may keep it for good.
type stylesheet struct{ path string }

func newStylesheet() stylesheet {
	sum := sha256.Sum256(css)
	return stylesheet{path: "/style-" + hex.EncodeToString(sum[:6]) + ".css"}
}

func (stylesheet) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(css) // the browser is gone: nobody is left to tell
}
