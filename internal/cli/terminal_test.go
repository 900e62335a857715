// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestLongWorkIsToldOfAndTheLineCleared(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := &progress{to: &out, next: time.Now().Add(time.Hour)}
	p.update(1, 3)
	if p.end(); out.Len() > 0 {
		t.Errorf("of short work nothing should be told, got %q", out.String())
	}
	p.next = time.Time{}
	p.update(2, 3)
	// The next time is not yet.
	p.update(3, 3)
	p.end()
	if want := "\r2 of 3 objects\r\x1b[K"; out.String() != want {
		t.Errorf("long work should be told of as %q, got %q", want, out.String())
	}
}

func TestNobodyButATerminalGetsColoursAndProgress(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if coloured(file) || coloured(&bytes.Buffer{}) {
		t.Error("neither a file nor a pipe should get colours")
	}
	p := newProgress(file)
	p.next = time.Time{}
	p.update(1, 2)
	p.end()
	if info, err := file.Stat(); err != nil || info.Size() > 0 {
		t.Errorf("a file should get no progress, got %d bytes, %v", info.Size(), err)
	}
}
