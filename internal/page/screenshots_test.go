// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

var screenshots = flag.String("screenshots", "", "save a picture of every page in every state, at two widths, light and dark, in this directory")

// sizes are those of a desktop and of a telephone.
var sizes = []struct {
	name          string
	width, height int64
}{{"desktop", 1280, 800}, {"phone", 390, 844}}

// photographAll shows the answer of every state, in every language, to a browser, from a server that has the stylesheet, too.
func photographAll(t *testing.T) {
	if *screenshots == "" {
		t.Skip("no directory for them: -screenshots DIR")
	}
	if err := os.MkdirAll(*screenshots, 0o750); err != nil {
		t.Fatal(err)
	}
	var shown http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { shown.ServeHTTP(w, r) }))
	defer server.Close()
	w := openWindow(t, server.URL)
	for _, s := range states() {
		for _, spoken := range spoken {
			lang := spoken.tag.String()
			shown = replay(t, s, lang)
			for _, size := range sizes {
				for _, scheme := range []string{"light", "dark"} {
					// The other languages matter for how long their words are.
					if lang == "en" || scheme == "light" && size.name == "phone" {
						w.photograph(fmt.Sprintf("%s-%s-%s-%s.png", s.name, lang, size.name, scheme), size.width, size.height, scheme)
					}
				}
			}
		}
	}
}

// replay answers every path but those of the stylesheet and the avatar with a state's page.
func replay(t *testing.T, s state, lang string) http.Handler {
	d := open(t)
	d.people.self.Locale = lang
	d.people.link(Valid)
	pages := d.handler
	d.handler = speaking(lang, pages)
	answer := s.visit(d)
	content := answer.body
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".css") || strings.HasSuffix(r.URL.Path, "/avatar") {
			r.AddCookie(&http.Cookie{Name: "__Host-roster-session", Value: "signed.0"})
			pages.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", answer.header.Get("Content-Type"))
		w.Header().Set("Content-Security-Policy", answer.header.Get("Content-Security-Policy"))
		fmt.Fprint(w, content)
	})
}

func (w *window) photograph(name string, width, height int64, scheme string) {
	w.t.Helper()
	w.run("set up "+name, chromedp.EmulateViewport(width, height), command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}))
	w.visit("/")
	ctx, cancel := w.patient()
	defer cancel()
	measured, err := chromedp.Call(ctx, page.GetLayoutMetrics, cdp.Empty{})
	if err != nil {
		w.t.Fatalf("measure %s: %v", name, err)
	}
	if wide := measured.CSSContentSize.Width; wide > float64(width) {
		w.t.Errorf("%s should not be wider than the window, and is %v", name, wide)
	}
	taken, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		w.t.Fatalf("photograph %s: %v", name, err)
	}
	if err := os.WriteFile(filepath.Join(*screenshots, name), taken, 0o600); err != nil {
		w.t.Fatal(err)
	}
}
