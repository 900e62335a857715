// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// folder is a transport that writes each message to a file.
type folder struct {
	path string

	mu sync.Mutex
	// last is the time that the newest file is named by.
	last time.Time
}

// Folder answers a transport for demonstrations and tests: each message becomes one file <time>-<hash of the Message-ID>.eml, in
// the order of delivery, readable by the manager's user alone. A file that is there is whole. The folder is made where it is
// missing.
func Folder(path string) (Transport, error) {
	if path == "" {
		return nil, errors.New("the folder for mails has no path")
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for mails: %w", err)
	}
	return &folder{path: path}, nil
}

func (f *folder) Deliver(ctx context.Context, m *gomail.Msg) error {
	if err := ctx.Err(); err != nil {
		return &Error{Reason: TimedOut, cause: err}
	}
	packed, err := pack(m)
	if err != nil {
		return err
	}
	if err := f.write(f.name(m.GetMessageID()), packed.content); err != nil {
		return &Error{Reason: Unreachable, says: "the mail cannot be written to its folder", cause: err}
	}
	return nil
}

func (*folder) Close() error { return nil }

// name answers a name that sorts after those before it, even where the clock stands still or goes back.
func (f *folder) name(id string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now().UTC()
	if !now.After(f.last) {
		now = f.last.Add(time.Nanosecond)
	}
	f.last = now
	hash := sha256.Sum256([]byte(id))
	return now.Format("20060102T150405.000000000Z") + "-" + hex.EncodeToString(hash[:8]) + ".eml"
}

// write makes a file at once: whoever watches the folder for *.eml never sees a half.
func (f *folder) write(name string, content []byte) (err error) {
	// Such a file is for its owner alone.
	draft, err := os.CreateTemp(f.path, ".draft-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(draft.Name())
		}
	}()
	_, err = draft.Write(content)
	if closed := draft.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(draft.Name(), filepath.Join(f.path, name))
}
