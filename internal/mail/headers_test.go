// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"maps"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// headers are those of every message, sorted.
var headers = []string{"Auto-Submitted", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To"}

func TestHeaders(t *testing.T) {
	k := &kept{}
	m := mailer(t, k, Options{ReplyTo: "Řízení <help@example.com>"})
	if err := m.Send(t.Context(), ordinary()); err != nil {
		t.Fatalf("Send: %v; expected the letter to be handed over", err)
	}
	read := parsed(t, k.messages[0])
	got := map[string]string{}
	for name := range read.header {
		got[name] = read.header.Get(name)
	}
	delete(got, "Content-Type")
	want := map[string]string{
		"Auto-Submitted": "auto-generated", "Date": "Wed, 30 Sep 2026 08:00:00 +0000", "From": `"Roster" <roster@example.com>`,
		"Message-Id": "<4f1c@roster.example.com>", "Mime-Version": "1.0", "Subject": "Set your password for Acme Berlin",
		"To": "=?utf-8?q?Jana_Kan=C3=A1rkov=C3=A1?= <jana.canary@example.org>", "Reply-To": "=?utf-8?q?=C5=98=C3=ADzen=C3=AD?= <help@example.com>",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the headers differ from what is expected (-want +got):\n%s", diff)
	}
	if read.kind != "multipart/alternative" {
		t.Errorf("the message is %s; expected multipart/alternative, for the reader to choose", read.kind)
	}
}

// everything is a template that puts all names where they could do harm.
var everything = fstest.MapFS{
	"en/activation.subject.txt": {Data: []byte("{{.Name}} {{.TenantName}} {{.UserName}} {{.Company}} {{.Tenant}}")},
}

func TestNamesCannotAddHeaders(t *testing.T) {
	tests := map[string]struct{ reason, name, shown string }{
		"plain":             {reason: "it is left as it is", name: "Jana Nováková", shown: "Jana Nováková"},
		"empty":             {reason: "a person without a name still has an address", name: "", shown: ""},
		"line end":          {reason: "a line end would begin another header", name: "Jana\r\nBcc: evil@example.org", shown: "Jana Bcc: evil@example.org"},
		"bare line feed":    {reason: "some servers take it for a line end", name: "Jana\nBcc: evil@example.org", shown: "Jana Bcc: evil@example.org"},
		"bare return":       {reason: "some servers take it for a line end", name: "Jana\rBcc: evil@example.org", shown: "Jana Bcc: evil@example.org"},
		"two line ends":     {reason: "an empty line would begin the body", name: "Jana\r\n\r\n<b>", shown: "Jana <b>"},
		"Unicode line":      {reason: "it is a line end to some programs", name: "Jana\u2028Nov\u0085a", shown: "Jana Nov a"},
		"NUL":               {reason: "it ends texts in some programs", name: "Ja\x00na", shown: "Ja na"},
		"encoded line":      {reason: "a reader would decode it", name: "=?utf-8?q?a=0D=0ABcc:_e@example.org?=", shown: "= ?utf-8?q?a=0D=0ABcc:_e@example.org?="},
		"quotes":            {reason: "they would end the name", name: `Jana" <evil@example.org>, "`, shown: `Jana" <evil@example.org>, "`},
		"reversed":          {reason: "it would show an address backwards", name: "Jana\u202Egro.live", shown: "Janagro.live"},
		"broken":            {reason: "bytes that are no text would break the header", name: "Jana\xff", shown: "Jana"},
		"backslash":         {reason: "it would escape what comes after it", name: `Jana\`, shown: `Jana\`},
		"encoded backslash": {reason: "readers take none in an encoded name", name: `Jána\`, shown: "Jána/"},
		"spaces":            {reason: "a header is folded at spaces", name: "  Jana   Nov\t ", shown: "Jana Nov"},
		"long":              {reason: "a line of mail has at most 998 bytes", name: strings.Repeat("x", 5000), shown: strings.Repeat("x", maxName-1) + "…"},
		"long in Unicode":   {reason: "characters are cut whole", name: strings.Repeat("ž", 5000), shown: strings.Repeat("ž", maxName-1) + "…"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := ordinary()
			l.Name, l.TenantName = test.name, test.name
			read := composed(t, Options{Templates: everything}, l)
			if diff := cmp.Diff(headers, slices.Sorted(maps.Keys(read.header))); diff != "" {
				t.Errorf("because %s, the headers differ from what is expected (-want +got):\n%s", test.reason, diff)
			}
			if diff := cmp.Diff([]*netmail.Address{{Name: test.shown, Address: l.To}}, read.to); diff != "" {
				t.Errorf("because %s, the header To differs (-want +got):\n%s", test.reason, diff)
			}
		})
	}
}

func TestNamesCannotAddMarkup(t *testing.T) {
	l := ordinary()
	l.Name, l.TenantName, l.UserName = "<img src=x>", "</p><script>", `"><a href="https://evil.example">`
	read := composed(t, Options{}, l)
	for _, markup := range []string{"<img", "<script", `<a href="https://evil`} {
		if strings.Contains(read.html, markup) {
			t.Errorf("the HTML has %s; expected every name to be shown as it is written:\n%s", markup, read.html)
		}
	}
}

func FuzzLetter(f *testing.F) {
	f.Add("Jana Nováková", "Acme Berlin", "jana", "cs-CZ", "Europe/Prague")
	f.Add("Jana\r\nBcc: evil@example.org", "=?utf-8?q?=0D=0A?=", "a b", "", "")
	f.Add("\x00\xff\u202e", strings.Repeat("long ", 100), `"\<>`, "de-AT-u-co-phonebk", "Local")
	f.Add("= =?=?", "\u2028", ".", "und", "../etc")
	f.Add(`\ž`, `\ž`, `DOMAIN\jana`, "pl", "UTC")
	k := &kept{}
	m, err := New(k, Options{From: "roster@example.com", PerMinute: 1_000_000_000, Templates: everything})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name, tenant, user, locale, zone string) {
		l := ordinary()
		l.Name, l.TenantName, l.UserName, l.Locale, l.TimeZone = name, tenant, user, locale, zone
		if clean(user, maxUserName) == "" || utf8.RuneCountInString(user) > maxUserName {
			t.Skip("the letter is refused")
		}
		k.messages = nil
		if err := m.Send(t.Context(), l); err != nil {
			t.Fatalf("Send: %v; expected every name to be sent", err)
		}
		wellFormed(t, k.messages[0])
		read := parsed(t, k.messages[0])
		if want := []*netmail.Address{{Name: titled(clean(name, maxName)), Address: l.To}}; !cmp.Equal(want, read.to) {
			t.Errorf("the message is to %v; expected %v", read.to, want)
		}
		if !strings.Contains(read.text, l.Link) || !strings.Contains(read.html, "<main") {
			t.Errorf("the message has the text %q and the HTML %q; expected both whole", read.text, read.html)
		}
	})
}

// wellFormed sees that a message has every header once and no other, and lines as mail has them.
func wellFormed(t *testing.T, content []byte) {
	t.Helper()
	read := parsed(t, content)
	if diff := cmp.Diff(headers, slices.Sorted(maps.Keys(read.header))); diff != "" {
		t.Errorf("the headers differ from what is expected (-want +got):\n%s", diff)
	}
	for name, values := range read.header {
		if len(values) != 1 {
			t.Errorf("the header %s is there %d times; expected once", name, len(values))
		}
	}
	for line := range strings.SplitSeq(string(content), "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("the message has the line %q; expected at most 998 bytes and no bare line end", line)
		}
	}
}
