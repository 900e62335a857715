// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

// mailsWithin is how long the first mail may take.
const mailsWithin = time.Minute

// mails shows what was dropped where mails go, and how a person goes on from there.
func (d *demo) mails(ctx context.Context) error {
	var caught []string
	err := wait.PollUntilContextTimeout(ctx, time.Second/10, mailsWithin, true, func(context.Context) (bool, error) {
		found, err := filepath.Glob(filepath.Join(d.path("mails"), "*.eml"))
		caught = found
		return len(found) > 0, err
	})
	if err != nil {
		return errors.Join(fmt.Errorf("no mail was caught in %s within %s", d.path("mails"), mailsWithin), err)
	}
	slices.Sort(caught)
	to, text, err := read(caught[0])
	if err != nil {
		return err
	}
	say("mails are caught in %s; the first is to %s:\n\n%s", d.path("mails"), to, text)
	return nil
}

// read is whom a mail is to, and its plain text.
func read(path string) (to, text string, err error) {
	file, err := os.Open(path) //nolint:gosec // it was found in the demo's own folder
	if err != nil {
		return "", "", err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	message, err := mail.ReadMessage(bufio.NewReader(file))
	if err != nil {
		return "", "", fmt.Errorf("read %s: %w", path, err)
	}
	lines := bufio.NewScanner(quotedprintable.NewReader(message.Body))
	var plain strings.Builder
	headers := true
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "--") && plain.Len() > 0:
			return message.Header.Get("To"), strings.TrimSpace(plain.String()), nil
		case headers:
			headers = line != "" || plain.Len() > 0
		default:
			plain.WriteString(line + "\n")
		}
	}
	return message.Header.Get("To"), strings.TrimSpace(plain.String()), lines.Err()
}

// login says how a person sets a password and how a platform asks whether it is right.
func (d *demo) login() string {
	return fmt.Sprintf(`open a link of a mail in %s in a browser and set a password; then ask as a platform does:

  curl -s -H "Authorization: Bearer $(cat %s)" http://%s/v1/authenticate \
    -d '{"company":"harbour","login":"LOGIN","password":"PASSWORD","client":"192.0.2.1"}'`, d.path("mails"), d.path("platform.token"), d.platform)
}
