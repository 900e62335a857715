// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
)

const (
	// longestUpload bounds the body that brings a picture.
	longestUpload = 5 << 20
	// longestPassedOver is how much of a larger body is read, so that the browser gets to the answer, which it reads only after it sent
	// the whole.
	longestPassedOver = 64 << 20
)

// showAvatar is the picture itself. The browser keeps it and asks each time whether it is still the same.
func (v *visit) showAvatar(m me) {
	data, kind, etag, err := v.people.Avatar(v.r.Context(), m.session)
	if err == nil && kind != "image/png" && kind != "image/jpeg" {
		err = fmt.Errorf("an avatar is a PNG or a JPEG, not %q", kind)
	}
	switch {
	case errors.Is(err, ErrNone):
		v.notice(http.StatusNotFound, "notfound")
		return
	case err != nil:
		v.trouble(err)
		return
	}
	header := v.w.Header()
	header.Set("Cache-Control", "private, no-cache")
	header.Set("Vary", "Cookie")
	header.Set("Content-Type", kind)
	if etag != "" {
		header.Set("ETag", `"`+strings.Trim(etag, `"`)+`"`)
	}
	http.ServeContent(v.w, v.r, "", time.Time{}, bytes.NewReader(data))
}

// setAvatar makes the uploaded picture the person's.
func (v *visit) setAvatar(m me) {
	uploaded, err := v.upload()
	if err != nil {
		v.refuseUpload(m, err)
		return
	}
	portrait, err := v.studio.portrait(v.r.Context(), uploaded)
	if err != nil {
		v.refuseUpload(m, err)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(v.r.Context()), patience)
	defer cancel()
	if err := v.people.SetAvatar(ctx, m.session, portrait); err != nil {
		v.trouble(err)
		return
	}
	v.leave(v.at("account") + "?said=avatar")
}

var (
	errNoPicture     = errors.New("the form has no picture")
	errUnreadable    = errors.New("the form cannot be read")
	errNotMultipart  = errors.New("the form is none that brings a file")
	errUploadTooLong = errors.New("the form is longer than it may be")
)

// upload is the file of the form, whatever it is called.
func (v *visit) upload() ([]byte, error) {
	if kind, _, err := mime.ParseMediaType(v.r.Header.Get("Content-Type")); err != nil || kind != "multipart/form-data" {
		return nil, errNotMultipart
	}
	body := v.r.Body
	v.r.Body = http.MaxBytesReader(nil, body, longestUpload)
	file, err := v.file()
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		_, _ = io.CopyN(io.Discard, body, longestPassedOver) // it ends before, or the connection does
		return nil, errUploadTooLong
	}
	return file, err
}

func (v *visit) file() ([]byte, error) {
	parts, err := v.r.MultipartReader()
	if err != nil {
		return nil, errUnreadable
	}
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil, errNoPicture
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errUnreadable, err)
		}
		if part.FormName() != "avatar" {
			continue
		}
		content, err := io.ReadAll(part)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%w: %w", errUnreadable, err)
		case len(content) == 0:
			return nil, errNoPicture
		}
		return content, nil
	}
}

// refuseUpload says what is wrong with an upload, next to its field where another file would mend it.
func (v *visit) refuseUpload(m me, err error) {
	say := func(status int, key string) {
		v.account(status, m, "", []problem{{"avatar", v.t(key)}})
	}
	switch {
	case errors.Is(err, errNoPicture):
		say(http.StatusUnprocessableEntity, "problem.avatar.none")
	case errors.Is(err, errNotPicture):
		say(http.StatusUnprocessableEntity, "problem.avatar.format")
	case errors.Is(err, errTooManyPixels):
		say(http.StatusUnprocessableEntity, "problem.avatar.pixels")
	case errors.Is(err, errUploadTooLong):
		say(http.StatusRequestEntityTooLarge, "problem.avatar.size")
	case errors.Is(err, errNotMultipart):
		v.notice(http.StatusUnsupportedMediaType, "unreadable")
	case errors.Is(err, errUnreadable):
		v.notice(http.StatusBadRequest, "unreadable")
	default:
		v.trouble(err)
	}
}

func (v *visit) removeAvatar(m me) {
	if err := v.people.RemoveAvatar(v.r.Context(), m.session); err != nil {
		v.trouble(err)
		return
	}
	v.leave(v.at("account") + "?said=removed")
}
