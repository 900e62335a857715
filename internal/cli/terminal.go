// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// isTerminal tells whether somebody watches what is written.
func isTerminal(w io.Writer) bool {
	file, is := w.(*os.File)
	return is && term.IsTerminal(int(file.Fd()))
}

// coloured tells whether what is written may have colours: on a terminal that knows them, unless NO_COLOR is set.
func coloured(w io.Writer) bool {
	return isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// progress tells somebody at a terminal how far long work has come. It is safe for concurrent use.
type progress struct {
	to io.Writer

	mu    sync.Mutex
	next  time.Time
	shown bool
}

// How long work has to take before it is told of, and how often that is done.
const (
	progressAfter = time.Second
	progressEvery = 100 * time.Millisecond
)

// newProgress tells of work that begins now. Where nobody watches, it tells nothing.
func newProgress(to io.Writer) *progress {
	if !isTerminal(to) {
		to = nil
	}
	return &progress{to: to, next: time.Now().Add(progressAfter)}
}

// update is told how much is done of how much.
func (p *progress) update(done, of int) {
	if p.to == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); now.After(p.next) {
		p.next, p.shown = now.Add(progressEvery), true
		_, _ = fmt.Fprintf(p.to, "\r%d of %d objects", done, of)
	}
}

// end clears the line.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		_, _ = fmt.Fprint(p.to, "\r\x1b[K")
	}
}
