// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/go-logr/logr/funcr"
)

const base = "https://people.example.com"

// desk is the pages over a fake, and what they logged.
type desk struct {
	t       *testing.T
	people  *fake
	handler http.Handler
	cookie  *http.Cookie

	mu     sync.Mutex
	logged strings.Builder
}

// open serves the pages of a fake.
func open(t *testing.T, change ...func(*Options)) *desk {
	t.Helper()
	d := &desk{t: t, people: newFake()}
	o := Options{BaseURL: base, Log: funcr.New(func(_, args string) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.logged.WriteString(args + "\n")
	}, funcr.Options{Verbosity: 10})}
	for _, c := range change {
		c(&o)
	}
	handler, err := New(d.people, o)
	if err != nil {
		t.Fatal(err)
	}
	d.handler = handler
	return d
}

// log is all that was logged.
func (d *desk) log() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.logged.String()
}

// loggedIn puts a session into what is sent from now on.
func (d *desk) loggedIn() *desk {
	d.cookie = &http.Cookie{Name: "__Host-roster-session", Value: "signed.0"}
	return d
}

// reply is an answer that was read.
type reply struct {
	status int
	header http.Header
	body   string
}

func (d *desk) send(r *http.Request) *reply {
	d.t.Helper()
	if d.cookie != nil {
		r.AddCookie(d.cookie)
	}
	recorder := httptest.NewRecorder()
	d.handler.ServeHTTP(recorder, r)
	return &reply{recorder.Code, recorder.Header(), recorder.Body.String()}
}

func (d *desk) get(path string) *reply {
	d.t.Helper()
	return d.send(httptest.NewRequest(http.MethodGet, base+path, http.NoBody))
}

// post sends a form as a browser on the page itself does. Fields are names and values in turn.
func (d *desk) post(path string, fields ...string) *reply {
	d.t.Helper()
	return d.send(posting(path, fields...))
}

func posting(path string, fields ...string) *http.Request {
	values := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, base+path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Origin", "null")
	return r
}

// upload sends a file as the field avatar.
func (d *desk) upload(data []byte) *reply {
	d.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("avatar", "me.png")
	if err != nil {
		d.t.Fatal(err)
	}
	part.Write(data)
	form.Close()
	r := httptest.NewRequest(http.MethodPost, base+"/acme/account/avatar", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return d.send(r)
}

// wantStatus reports an answer of another status.
func wantStatus(t *testing.T, r *reply, want int) {
	t.Helper()
	if r.status != want {
		t.Errorf("the answer should have the status %d, and has %d", want, r.status)
	}
}

// wantText reports a page that does not say something.
func wantText(t *testing.T, page, text string) {
	t.Helper()
	if !strings.Contains(page, text) {
		t.Errorf("the page should say %q:\n%s", text, page)
	}
}

// picture is one of two halves, the left one red and the right one blue.
func picture(width, height int) *image.RGBA {
	drawn := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			if x < width/2 {
				drawn.SetRGBA(x, y, color.RGBA{R: 0xd0, G: 0x30, B: 0x20, A: 0xff})
			} else {
				drawn.SetRGBA(x, y, color.RGBA{R: 0x20, G: 0x40, B: 0xd0, A: 0xff})
			}
		}
	}
	return drawn
}

func asPNG(t testing.TB, drawn image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, drawn); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(t testing.TB, drawn image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, drawn, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
