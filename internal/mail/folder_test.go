// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"

	gomail "github.com/wneessen/go-mail"
)

var named = regexp.MustCompile(`^\d{8}T\d{6}\.\d{9}Z-([0-9a-f]{16})\.eml$`)

func TestLettersInAFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox", "demo")
	transport, err := Folder(path)
	if err != nil {
		t.Fatalf("Folder: %v; expected the folder to be made", err)
	}
	m := mailer(t, transport, Options{})
	first, last := ordinary(), ordinary()
	last.ID = "last@roster.example.com"
	for _, l := range []Letter{first, first, last} {
		if err := m.Send(t.Context(), l); err != nil {
			t.Fatalf("Send: %v; expected the letter to be written", err)
		}
	}
	if err := transport.Close(); err != nil {
		t.Errorf("Close: %v; expected nil", err)
	}
	ids, hashes := filed(t, path)
	if want := []string{"<4f1c@roster.example.com>", "<4f1c@roster.example.com>", "<last@roster.example.com>"}; !slices.Equal(ids, want) {
		t.Errorf("the files in order of their names have the Message-IDs %q; expected %q: a file each, in the order of delivery", ids, want)
	}
	if len(hashes) != 3 || hashes[0] != hashes[1] || hashes[1] == hashes[2] {
		t.Errorf("the names' hashes are %q; expected the same for the same letter alone", hashes)
	}
}

// filed answers the Message-IDs in a folder's files, and the hashes in their names, in the order of the names.
func filed(t *testing.T, path string) (ids, hashes []string) {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		match := named.FindStringSubmatch(entry.Name())
		if match == nil {
			t.Fatalf("the folder has a file %s; expected only <time>-<hash>.eml", entry.Name())
		}
		hashes = append(hashes, match[1])
		if info, err := entry.Info(); err != nil || info.Mode() != 0o600 {
			t.Errorf("the file's mode is %v; expected 0600, since a link is in it", info.Mode())
		}
		content, err := os.ReadFile(filepath.Join(path, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, parsed(t, content).header.Get("Message-Id"))
	}
	return ids, hashes
}

func TestManyLettersAtOnceMakeAFileEach(t *testing.T) {
	path := t.TempDir()
	transport, err := Folder(path)
	if err != nil {
		t.Fatal(err)
	}
	m := mailer(t, transport, Options{})
	var sending sync.WaitGroup
	for range 50 {
		sending.Go(func() {
			if err := m.Send(t.Context(), ordinary()); err != nil {
				t.Errorf("Send: %v; expected the letter to be written", err)
			}
		})
	}
	sending.Wait()
	if files, err := os.ReadDir(path); err != nil || len(files) != 50 {
		t.Errorf("the folder has %d files (%v); expected 50", len(files), err)
	}
}

func TestAFolderThatCannotBeWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gone")
	transport, err := Folder(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	own := reasonOf(t, mailer(t, transport, Options{}).Send(t.Context(), ordinary()))
	if own.Reason != Unreachable || own.Permanent || !errors.Is(own, os.ErrNotExist) {
		t.Errorf("the letter failed with %v; expected Unreachable, not permanent, and that the folder is missing", own)
	}
	tellsNothing(t, own)
	if _, err := Folder(""); err == nil {
		t.Error("Folder takes an empty path; expected a refusal")
	}
	if _, err := Folder(file(t, "file", "")); err == nil {
		t.Error("Folder takes the path of a file; expected a refusal")
	}
}

func TestWhatAFolderDoesNotTake(t *testing.T) {
	path := t.TempDir()
	transport, err := Folder(path)
	if err != nil {
		t.Fatal(err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	whole := gomail.NewMsg()
	if own := reasonOf(t, transport.Deliver(over, whole)); own.Reason != TimedOut || !errors.Is(own, context.Canceled) {
		t.Errorf("after the end of the context the error is %v; expected TimedOut", own)
	}
	if own := reasonOf(t, transport.Deliver(t.Context(), whole)); own.Reason != Refused || !own.Permanent {
		t.Errorf("a message without a sender fails with %v; expected Refused, permanent", own)
	}
	if err := whole.From("a@example.com"); err != nil {
		t.Fatal(err)
	}
	if own := reasonOf(t, transport.Deliver(t.Context(), whole)); own.Reason != Refused || !own.Permanent {
		t.Errorf("a message to nobody fails with %v; expected Refused, permanent", own)
	}
	if files, err := os.ReadDir(path); err != nil || len(files) != 0 {
		t.Errorf("the folder has %d files (%v); expected none", len(files), err)
	}
}
