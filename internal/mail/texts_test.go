// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/language"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestTexts(t *testing.T) {
	for _, locale := range []string{"en", "cs", "pl", "de"} {
		for purpose, stem := range stems {
			t.Run(locale+" "+stem, func(t *testing.T) {
				l := ordinary()
				l.Locale, l.Purpose, l.Name, l.UserName = locale, purpose, "Jana Nováková", "jana.novakova"
				read := composed(t, Options{}, l)
				got := fmt.Sprintf("Subject: %s\n\n%s\n%s\n%s", read.subject, read.text, strings.Repeat("-", 60), read.html)
				golden := filepath.Join("testdata", locale+"."+stem+".golden")
				if *update {
					if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatalf("the golden file: %v; run this test with -update once", err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("the letter differs from %s (-want +got):\n%s\nIf that is meant, run this test with -update.", golden, diff)
				}
			})
		}
	}
}

func TestWhatEveryHTMLKeepsTo(t *testing.T) {
	for _, tag := range builtIn {
		for purpose := range stems {
			l := ordinary()
			l.Locale, l.Purpose = tag.String(), purpose
			html := composed(t, Options{}, l).html
			if want := `<html lang="` + tag.String() + `">`; !strings.Contains(html, want) {
				t.Errorf("the HTML for %s in %s has no %s; expected it, for who has it read aloud", purpose, tag, want)
			}
			if links := strings.Count(html, "<a "); links != 1 {
				t.Errorf("the HTML for %s in %s has %d links; expected one", purpose, tag, links)
			}
			if !strings.Contains(html, ">"+canaryLink+"<") {
				t.Errorf("the HTML for %s in %s does not show the address; expected it beside the button", purpose, tag)
			}
			for _, loads := range []string{"<img", "src=", "url(", "<script", "<link", "@import"} {
				if strings.Contains(html, loads) {
					t.Errorf("the HTML for %s in %s has %s; expected nothing that is loaded when it is read", purpose, tag, loads)
				}
			}
		}
	}
}

func TestWhichLanguage(t *testing.T) {
	tests := map[string]struct{ reason, want string }{
		"en":     {reason: "it is one of the four", want: "en"},
		"cs-CZ":  {reason: "the region has no text of its own", want: "cs"},
		"cs":     {reason: "it is one of the four", want: "cs"},
		"pl-PL":  {reason: "the region has no text of its own", want: "pl"},
		"de-AT":  {reason: "Austrians read German", want: "de"},
		"de-CH":  {reason: "so do the Swiss", want: "de"},
		"DE_de":  {reason: "the tag may be written loosely", want: "de"},
		"en-GB":  {reason: "there is one English", want: "en"},
		"fr-FR":  {reason: "there is no French", want: "en"},
		"ja":     {reason: "there is no Japanese", want: "en"},
		"":       {reason: "no language is said", want: "en"},
		"und":    {reason: "no language is said", want: "en"},
		"xx":     {reason: "there is no such language", want: "en"},
		"no tag": {reason: "what is no tag is as if nothing were said", want: "en"},
	}
	for locale, test := range tests {
		t.Run(locale, func(t *testing.T) {
			if got := newChoice(builtIn).of(locale); got.String() != test.want {
				t.Errorf("the letter for %q is in %s; expected %s, because %s", locale, got, test.want, test.reason)
			}
		})
	}
}

func TestHowATimeIsWritten(t *testing.T) {
	summer := time.Date(2026, time.October, 2, 13, 4, 0, 0, time.UTC)
	tests := map[string]struct {
		reason       string
		at           time.Time
		zone, locale string
		want         string
	}{
		"English":      {reason: "the day stands before the month", at: summer, zone: "Europe/London", locale: "en", want: "2 October 2026, 14:04 (Europe/London, UTC+1)"},
		"Czech":        {reason: "the month is in the genitive", at: summer, zone: "Europe/Prague", locale: "cs", want: "2. října 2026, 15:04 hod. (Europe/Prague, UTC+2)"},
		"Polish":       {reason: "the month is in the genitive", at: summer, zone: "Europe/Warsaw", locale: "pl", want: "2 października 2026 r., godz. 15:04 (Europe/Warsaw, UTC+2)"},
		"German":       {reason: "the day has a dot", at: summer, zone: "Europe/Vienna", locale: "de", want: "2. Oktober 2026, 15:04 Uhr (Europe/Vienna, UTC+2)"},
		"other":        {reason: "a language without a form gets the international one", at: summer, zone: "Europe/Paris", locale: "fr", want: "2026-10-02 15:04 (Europe/Paris, UTC+2)"},
		"region":       {reason: "a region writes as its language", at: summer, zone: "", locale: "de-AT", want: "2. Oktober 2026, 13:04 Uhr (UTC)"},
		"no zone":      {reason: "UTC is said to be UTC", at: summer, locale: "en", want: "2 October 2026, 13:04 (UTC)"},
		"no such zone": {reason: "an unknown zone is UTC", at: summer, zone: "Mars/Olympus", locale: "en", want: "2 October 2026, 13:04 (UTC)"},
		"local zone":   {reason: "the manager's zone is not the person's", at: summer, zone: "Local", locale: "en", want: "2 October 2026, 13:04 (UTC)"},
		"a path":       {reason: "a zone is no file", at: summer, zone: "../../etc/passwd", locale: "en", want: "2 October 2026, 13:04 (UTC)"},
		"west":         {reason: "west of Greenwich hours are taken away", at: summer, zone: "America/New_York", locale: "en", want: "2 October 2026, 09:04 (America/New_York, UTC-4)"},
		"half an hour": {reason: "not all zones are whole hours", at: summer, zone: "Asia/Kolkata", locale: "en", want: "2 October 2026, 18:34 (Asia/Kolkata, UTC+5:30)"},
		"next day":     {reason: "the day is the person's", at: summer, zone: "Pacific/Kiritimati", locale: "en", want: "3 October 2026, 03:04 (Pacific/Kiritimati, UTC+14)"},
		"before the clock goes back": {
			reason: "this hour comes twice", at: time.Date(2026, time.October, 25, 0, 30, 0, 0, time.UTC), zone: "Europe/Prague", locale: "cs",
			want: "25. října 2026, 02:30 hod. (Europe/Prague, UTC+2)",
		},
		"after the clock went back": {
			reason: "this hour comes twice", at: time.Date(2026, time.October, 25, 1, 30, 0, 0, time.UTC), zone: "Europe/Prague", locale: "cs",
			want: "25. října 2026, 02:30 hod. (Europe/Prague, UTC+1)",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := moment(test.at, test.zone, language.MustParse(test.locale)); got != test.want {
				t.Errorf("the time is written %q; expected %q, because %s", got, test.want, test.reason)
			}
		})
	}
}

func TestWithoutATenantsNameTheCompanyIsNamed(t *testing.T) {
	l := ordinary()
	l.Tenant, l.TenantName, l.Name = "", "", ""
	read := composed(t, Options{}, l)
	if read.subject != "Set your password for acme" || !strings.HasPrefix(read.text, "Hello,\n") {
		t.Errorf("the subject is %q and the text %q; expected the company's name, and a greeting without a name", read.subject, read.text)
	}
}
