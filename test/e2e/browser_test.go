// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

// window is a tab of a browser that runs no scripts.
type window struct {
	t   *testing.T
	ctx context.Context
}

func openWindow(t *testing.T) *window {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(testkit.Chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("accept-lang", "en"),
	)
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	// The browser lives as long as the first context it is used with.
	if err := chromedp.Listen(ctx, func(any) {}); err != nil {
		t.Fatalf("start a browser: %v", err)
	}
	w := &window{t: t, ctx: ctx}
	w.do("switch scripts off", chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	return w
}

func (w *window) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.t.Fatalf("%s: %v", what, err)
	}
}

// turns does what leads to another page, and expects that its heading says something.
func (w *window) turns(what string, step chromedp.Action[chromedp.Void], heading string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, step); err != nil {
		w.t.Fatalf("%s: %v", what, err)
	}
	said, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("h1")))
	must(w.t, err)
	if !strings.Contains(said, heading) {
		w.t.Fatalf("%s leads to a page with the heading %q; expected %q in it", what, said, heading)
	}
}

// fill types texts into the fields of those IDs, in turn.
func (w *window) fill(fields ...string) {
	w.t.Helper()
	for i := 0; i < len(fields); i += 2 {
		w.do("fill in "+fields[i], chromedp.SendKeys(chromedp.CSS("#"+fields[i]), fields[i+1]))
	}
}

// TestAPersonGoesFromTheMailToTheAccountInABrowser is the whole way: kubectl, the mail, the page, the password, the platform, the state.
func TestAPersonGoesFromTheMailToTheAccountInABrowser(t *testing.T) {
	t.Parallel()
	w := openWindow(t)
	m := newMailing(t)
	o := testkit.Operator(m.namespace, "anna", testkit.InTenant("north"))
	m.create(testkit.Tenant(m.namespace, "north"), o)
	link := m.mailed(1).link
	w.turns("the link of the mail", chromedp.Navigate(link), "password")
	w.fill("new", firstPassword, "repeat", firstPassword)
	w.turns("sending the form", chromedp.Click(chromedp.CSS("main button")), "set")
	m.expectLogin("after the page", "anna", firstPassword, true)
	m.tells(o, v1alpha1.OperatorStateActive, v1alpha1.ReasonPasswordSet)
	if states := mustKubectl(t, "get", "rop", "-n", m.namespace, "--field-selector", "status.state=Active", "-o", "name"); !strings.Contains(states, "anna") {
		t.Errorf("kubectl lists %q as active; expected anna", states)
	}
	w.turns("the link again", chromedp.Navigate(link), "used")
	w.turns("the login page", chromedp.Navigate(fmt.Sprintf("http://%s/%s/login", m.page, m.namespace)), "Log in")
	w.fill("login", "anna", "password", firstPassword)
	w.turns("logging in", chromedp.Click(chromedp.CSS("main button")), "account")
}
