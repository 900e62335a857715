// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/roster-dev/roster/internal/testkit"
)

// window is a tab of a browser that runs no scripts, and the hosts it asked.
type window struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu     sync.Mutex
	asked  []string
	failed []string
}

// openWindow starts a browser of its own, in which the certificate of a test's server is as good as any.
func openWindow(t *testing.T, base string) *window {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(testkit.Chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.IgnoreCertErrors,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("accept-lang", "en"),
	)
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	w := &window{t: t, ctx: ctx, base: base}
	if err := chromedp.Listen(ctx, w.listen); err != nil {
		t.Fatalf("start a browser: %v", err)
	}
	w.run("switch scripts off", command(network.Enable, network.EnableParams{}),
		command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	return w
}

// command is a step that says one thing to the browser.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, c, params)
		return err
	})
}

func (w *window) listen(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		w.asked = append(w.asked, event.Request.URL)
	case *network.EventLoadingFailed:
		if !event.Canceled {
			w.failed = append(w.failed, event.ErrorText)
		}
	}
}

// patient bounds how long a test waits for the browser.
func (w *window) patient() (context.Context, context.CancelFunc) {
	return context.WithTimeout(w.ctx, time.Minute)
}

func (w *window) run(what string, steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := w.patient()
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.t.Fatalf("%s: %v", what, err)
	}
}

// turn does what leads to another page and waits for that.
func (w *window) turn(what string, step chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := w.patient()
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, step); err != nil {
		w.t.Fatalf("%s: %v", what, err)
	}
}

func (w *window) visit(path string) {
	w.t.Helper()
	w.turn("open "+path, chromedp.Navigate(w.base+path))
}

func (w *window) press(button string) {
	w.t.Helper()
	w.turn("press "+button, chromedp.Click(chromedp.CSS(button)))
}

func (w *window) choose(file string) {
	w.t.Helper()
	w.run("choose a file", chromedp.SetUploadFiles(chromedp.CSS("#avatar"), []string{file}))
}

// fill types texts into the fields of those IDs, in turn.
func (w *window) fill(fields ...string) {
	w.t.Helper()
	for i := 0; i < len(fields); i += 2 {
		w.run("fill in "+fields[i], chromedp.SendKeys(chromedp.CSS("#"+fields[i]), fields[i+1]))
	}
}

// text is what an element shows.
func (w *window) text(element string) string {
	w.t.Helper()
	ctx, cancel := w.patient()
	defer cancel()
	shown, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS(element)))
	if err != nil {
		w.t.Fatalf("read %s: %v", element, err)
	}
	return shown
}

// sees reports a page with another heading, or none of the text.
func (w *window) sees(heading, text string) {
	w.t.Helper()
	title, all := w.text("h1"), w.text("main")
	if title != heading || !strings.Contains(all, text) {
		w.t.Errorf("the page should be %q and say %q, and is %q:\n%s", heading, text, title, all)
	}
}

// serveTLS serves the pages of a fake as people find them: by https, at an address of their own.
func serveTLS(t *testing.T, people People, prefix string) string {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	address := "https://" + server.Listener.Addr().String()
	handler, err := New(people, Options{BaseURL: address + prefix, RequestsPerMinute: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = handler
	server.StartTLS()
	t.Cleanup(server.Close)
	return address + prefix
}

func TestPagesInABrowser(t *testing.T) {
	testkit.Chromium(t)
	people := newFake()
	base := serveTLS(t, people, "/people")
	w := openWindow(t, base)

	t.Run("set a password by a link", func(t *testing.T) {
		w.t = t
		w.visit("/activate/" + token)
		w.sees("Set your password", "until 5 March 2027, 14:05 UTC")
		w.fill("new", another, "repeat", "a slip")
		w.press("main button")
		w.sees("Set your password", "The two passwords differ")
		w.fill("new", another, "repeat", another)
		w.press("main button")
		w.sees("Your password is set", "log in")
		w.visit("/activate/" + token)
		w.sees("This link has been used", "tell your administrator")
	})
	t.Run("forget it", func(t *testing.T) {
		w.t = t
		w.visit("/acme/login")
		w.press(`a[href$="/acme/forgot"]`)
		w.fill("login", "jana.novakova")
		w.press("main button")
		w.sees("Check your e-mail", "If there is such an account")
	})
	t.Run("log in", func(t *testing.T) {
		w.t = t
		w.visit("/acme/account")
		w.fill("login", "jana.novakova", "password", "a guess")
		w.press("main button")
		w.sees("Log in", "The user name or the password is wrong")
		w.run("find the focus on what is wrong", chromedp.WaitReady(chromedp.CSS("#errors:focus")))
		w.fill("password", another)
		w.press("main button")
		w.sees("My account", "jana.novakova")
	})
	t.Run("set and remove the avatar", func(t *testing.T) {
		w.t = t
		file := filepath.Join(t.TempDir(), "me.png")
		if err := os.WriteFile(file, asPNG(t, picture(640, 480)), 0o600); err != nil {
			t.Fatal(err)
		}
		w.choose(file)
		w.press(`form[enctype] button`)
		w.sees("My account", "Your picture is saved.")
		w.run("see the picture", chromedp.WaitVisible(chromedp.CSS(".avatar img")))
		w.press(`form[action$="/remove"] button`)
		w.sees("My account", "You have no picture.")
		// More than the manager takes: the answer has to get through all the same.
		if err := os.WriteFile(file, make([]byte, 2*longestUpload), 0o600); err != nil {
			t.Fatal(err)
		}
		w.choose(file)
		w.press(`form[enctype] button`)
		w.sees("My account", "The picture is larger than 5 MB")
	})
	t.Run("change the password and log out", func(t *testing.T) {
		w.t = t
		w.visit("/acme/account")
		w.fill("current", another, "new", password, "repeat", password)
		w.press(`form[action$="/password"] button`)
		w.sees("My account", "Your password is changed.")
		w.press("header button")
		w.sees("Log in", "You are logged out.")
		w.visit("/acme/account")
		w.sees("Log in", "User name")
	})
	w.t = t
	w.check(base)
	if people.password != password || people.avatar != nil {
		t.Error("the service should have the last password and no avatar")
	}
	t.Run("screenshots", photographAll)
}

// check reports requests to other hosts, and what did not load.
func (w *window) check(base string) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, asked := range w.asked {
		// The browser's own empty page is no request, and the icon it looks for on its own is at the top of the same host.
		if !strings.HasPrefix(asked, base+"/") && asked != strings.TrimSuffix(base, "/people")+"/favicon.ico" && !strings.HasPrefix(asked, "about:") {
			w.t.Errorf("the pages should ask nothing of anybody else, and asked for %s", asked)
		}
	}
	if len(w.asked) == 0 || len(w.failed) > 0 {
		w.t.Errorf("everything should load: %d requests, failed %q", len(w.asked), w.failed)
	}
}
