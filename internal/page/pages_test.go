// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

var errBroken = errors.New("the service is broken")

// hugePNG is the head of a PNG of so many pixels, and no more.
func hugePNG(width, height uint32) []byte {
	head := []byte("IHDR")
	head = binary.BigEndian.AppendUint32(head, width)
	head = binary.BigEndian.AppendUint32(head, height)
	head = append(head, 8, 6, 0, 0, 0)
	data := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return binary.BigEndian.AppendUint32(data, crc32.ChecksumIEEE(head))
}

// fixCRC makes the head of a PNG sound again after a change.
func fixCRC(png []byte) []byte {
	return binary.BigEndian.AppendUint32(png[:29:29], crc32.ChecksumIEEE(png[12:29]))
}

// TestEveryPageInEveryState reads each page in each language as a program that helps people read would.
func TestEveryPageInEveryState(t *testing.T) {
	for _, s := range states() {
		for _, spoken := range spoken {
			lang := spoken.tag.String()
			t.Run(s.name+"/"+lang, func(t *testing.T) {
				d := open(t)
				d.people.self.Locale = lang
				d.people.link(Valid)
				d.handler = speaking(lang, d.handler)
				answer := s.visit(d)
				wantStatus(t, answer, s.status)
				page := parse(t, answer.body)
				page.check(t, lang)
				if want := page.text(t, s.heading); page.heading() != want {
					t.Errorf("%s: the heading should be %q, and is %q", s.reason, want, page.heading())
				}
			})
		}
	}
}

// speaking makes every request ask for a language.
func speaking(lang string, handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Accept-Language", lang)
		handler.ServeHTTP(w, r)
	})
}

// document is a page that was read.
type document struct {
	nodes []*html.Node
	ids   map[string]*html.Node
}

func parse(t *testing.T, page string) *document {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatalf("the page should be HTML: %v", err)
	}
	d := &document{ids: map[string]*html.Node{}}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		d.nodes = append(d.nodes, n)
		if id := attribute(n, "id"); id != "" {
			if d.ids[id] != nil {
				t.Errorf("the ID %q should be of one element alone", id)
			}
			d.ids[id] = n
		}
	}
	return d
}

func (d *document) all(element string) []*html.Node {
	var found []*html.Node
	for _, n := range d.nodes {
		if n.Data == element {
			found = append(found, n)
		}
	}
	return found
}

func (d *document) heading() string {
	for _, n := range d.all("h1") {
		return inner(n)
	}
	return ""
}

// text is the one of a key in the page's language.
func (d *document) text(t *testing.T, key string) string {
	t.Helper()
	l, err := readLanguages()
	if err != nil {
		t.Fatal(err)
	}
	said, err := l.choose(attribute(d.all("html")[0], "lang"), "").say(key)
	if err != nil {
		t.Fatal(err)
	}
	return said
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func inner(n *html.Node) string {
	var text strings.Builder
	for child := range n.Descendants() {
		if child.Type == html.TextNode {
			text.WriteString(child.Data)
		}
	}
	return strings.TrimSpace(text.String())
}

// check reports what would keep somebody from reading or using the page.
func (d *document) check(t *testing.T, lang string) {
	t.Helper()
	if got := attribute(d.all("html")[0], "lang"); got != lang {
		t.Errorf("the page should be in %q, and says it is in %q", lang, got)
	}
	for _, element := range []string{"h1", "main", "header", "title"} {
		if found := d.all(element); len(found) != 1 || inner(found[0]) == "" {
			t.Errorf("the page should have one <%s> with text", element)
		}
	}
	for _, element := range []string{"script", "style", "iframe", "object", "base"} {
		if len(d.all(element)) > 0 {
			t.Errorf("the page should have no <%s>", element)
		}
	}
	for _, n := range d.all("button") {
		if inner(n) == "" {
			t.Error("every button should have text")
		}
	}
	for _, n := range d.all("img") {
		if attribute(n, "alt") == "" {
			t.Error("every picture should have a text in its place")
		}
	}
	d.checkInputs(t)
	d.checkReferences(t)
	d.checkAddresses(t)
}

func (d *document) checkInputs(t *testing.T) {
	t.Helper()
	labelled := map[string]bool{}
	for _, n := range d.all("label") {
		labelled[attribute(n, "for")] = inner(n) != ""
	}
	complete := []string{"username", "current-password", "new-password"}
	for _, n := range d.all("input") {
		kind, id := attribute(n, "type"), attribute(n, "id")
		if kind == "hidden" || has(n, "hidden") {
			continue // nobody sees it
		}
		if !labelled[id] {
			t.Errorf("the field %q should have a label with text", id)
		}
		if kind != "file" && !slices.Contains(complete, attribute(n, "autocomplete")) {
			t.Errorf("the field %q should say how to complete it", id)
		}
		if kind == "password" && attribute(n, "value") != "" {
			t.Errorf("the field %q should not give a password back", id)
		}
	}
}

// checkReferences reports IDs that nothing has.
func (d *document) checkReferences(t *testing.T) {
	t.Helper()
	for _, n := range d.nodes {
		for _, name := range []string{"aria-describedby", "aria-labelledby", "for"} {
			for _, id := range strings.Fields(attribute(n, name)) {
				if d.ids[id] == nil {
					t.Errorf("%s=%q should name an element of the page", name, id)
				}
			}
		}
		if id, found := strings.CutPrefix(attribute(n, "href"), "#"); found && d.ids[id] == nil {
			t.Errorf("the link to #%s should lead to an element of the page", id)
		}
	}
	d.checkWrong(t)
}

// checkWrong reports wrong fields that do not say why they are, and a summary that is passed over.
func (d *document) checkWrong(t *testing.T) {
	t.Helper()
	for _, n := range d.nodes {
		by, id := strings.Fields(attribute(n, "aria-describedby")), attribute(n, "id")
		if attribute(n, "aria-invalid") == "true" && (!slices.Contains(by, "errors") || !slices.Contains(by, id+"-problem")) {
			t.Errorf("the wrong field %q should name what is wrong, next to it and in the summary", id)
		}
	}
	if summary := d.ids["errors"]; summary != nil && (!has(summary, "autofocus") || attribute(summary, "tabindex") != "-1") {
		t.Error("the summary of what is wrong should get the focus")
	}
}

// checkAddresses reports what leads to another host.
func (d *document) checkAddresses(t *testing.T) {
	t.Helper()
	for _, n := range d.nodes {
		for _, name := range []string{"href", "src", "action"} {
			if to := attribute(n, name); to != "" && !strings.HasPrefix(to, "#") && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//")) {
				t.Errorf("<%s %s=%q> should stay on this host", n.Data, name, to)
			}
		}
	}
}

func TestEveryStateOfALinkLeadsOn(t *testing.T) {
	tests := map[LinkState]struct{ reason, next string }{
		Used:          {"somebody set the password: log in with it", "/acme/login"},
		AlreadyActive: {"there is a password: log in with it", "/acme/login"},
		Expired:       {"another link can be had", "/acme/forgot"},
		Void:          {"another link can be had", "/acme/forgot"},
		Unknown:       {"nobody knows the company: there is text alone", ""},
		"Invented":    {"a state of the future is shown as unknown", ""},
	}
	for s, test := range tests {
		t.Run(string(s), func(t *testing.T) {
			next := ""
			for _, n := range parse(t, look(s, false)(open(t)).body).all("a") {
				if to := attribute(n, "href"); !strings.HasPrefix(to, "#") {
					next += to
				}
			}
			if next != test.next {
				t.Errorf("%s: the page should lead to %q, and leads to %q", test.reason, test.next, next)
			}
		})
	}
}

func TestWhatWasTypedIsKeptButPasswords(t *testing.T) {
	page := open(t).post("/acme/login", "login", "ja\"na <b>", "password", "my secret guess").body
	wantText(t, page, `value="ja&#34;na &lt;b&gt;"`)
	if strings.Contains(page, "my secret guess") {
		t.Error("the page should not give a password back")
	}
}

func TestWhoMustChangeThePasswordCanDoNothingElse(t *testing.T) {
	d := open(t).loggedIn()
	d.people.self.MustChange = true
	d.people.avatar = []byte("x")
	for _, answer := range []*reply{d.get("/acme/account/avatar"), d.upload(asPNG(t, picture(9, 9))), d.post("/acme/account/avatar/remove")} {
		wantStatus(t, answer, http.StatusSeeOther)
	}
	if d.people.asked("Avatar")+d.people.asked("SetAvatar")+d.people.asked("RemoveAvatar") != 0 {
		t.Error("the avatar should be out of reach")
	}
	page := parse(t, d.get("/acme/account").body)
	if page.ids["avatar"] != nil || page.ids["current"] == nil {
		t.Error("the page should have the form to change the password, and no other")
	}
	wantStatus(t, d.post("/acme/account/password", "current", password, "new", another, "repeat", another), http.StatusSeeOther)
	if page := parse(t, d.get("/acme/account").body); page.ids["avatar"] == nil {
		t.Error("the whole account should be there once the password is changed")
	}
}
