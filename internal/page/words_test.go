// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"encoding/json"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func catalogue(t *testing.T, lang string) map[string]string {
	t.Helper()
	content, err := texts.ReadFile("text/" + lang + ".json")
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]string{}
	if err := json.Unmarshal(content, &read); err != nil {
		t.Fatalf("the texts in %s should be JSON: %v", lang, err)
	}
	return read
}

func TestEveryLanguageSaysTheSame(t *testing.T) {
	english := catalogue(t, "en")
	verb := regexp.MustCompile(`%.`)
	for _, s := range spoken {
		lang := s.tag.String()
		texts := catalogue(t, lang)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(english)), slices.Sorted(maps.Keys(texts))); diff != "" {
			t.Errorf("the texts in %s should have the keys of the English ones (-English +theirs):\n%s", lang, diff)
		}
		for key, text := range texts {
			if strings.TrimSpace(text) == "" || strings.TrimSpace(text) != text {
				t.Errorf("the text of %q in %s should have words, and no space around them: %q", key, lang, text)
			}
			if diff := cmp.Diff(verb.FindAllString(english[key], -1), verb.FindAllString(text, -1)); diff != "" {
				t.Errorf("the text of %q in %s should leave the same places open as in English:\n%s", key, lang, diff)
			}
			if lang != "en" && text == english[key] && !slices.Contains([]string{"account.email", "account.name"}, key) {
				t.Errorf("the text of %q in %s should be translated", key, lang)
			}
		}
	}
}

func TestEveryTextIsUsed(t *testing.T) {
	source := ""
	for _, name := range []string{"link.go", "login.go", "account.go", "avatar.go", "form.go", "render.go", "route.go"} {
		source += sourceOf(t, name)
	}
	for _, name := range []string{"layout", "form", "notice", "account"} {
		content, err := templates.ReadFile("templates/" + name + ".html")
		if err != nil {
			t.Fatal(err)
		}
		source += string(content)
	}
	for key := range catalogue(t, "en") {
		// Pages of words alone are named by what their two keys begin with.
		short := strings.TrimSuffix(strings.TrimSuffix(key, ".title"), ".text")
		if !strings.Contains(source, `"`+key+`"`) && !strings.Contains(source, `"`+short+`"`) {
			t.Errorf("no page says the text of %q", key)
		}
	}
}

func TestLanguageOfAPage(t *testing.T) {
	tests := map[string]struct{ reason, locale, accept, want string }{
		"nothing asked":         {"English is for whoever asks for nothing", "", "", "en"},
		"the browser's":         {"the first that is spoken", "", "fr, pl;q=0.8, de;q=0.5", "pl"},
		"a region":              {"a language is the same in every country", "", "de-AT", "de"},
		"the person's":          {"who a link was sent to is known better than whose browser opened it", "cs-CZ", "de", "cs"},
		"the person's unspoken": {"then the browser's is better than none", "fr-FR", "de", "de"},
		"the person's no tag":   {"a mistake of somebody else is none of the person's", "_", "de", "de"},
		"unreadable":            {"what cannot be read asks for nothing", "", "\x00;;q=x,,,", "en"},
		"a long list":           {"a header that asks for much work gets none", "", strings.Repeat("a-", 4000) + ",de", "en"},
	}
	l, err := readLanguages()
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := l.choose(test.locale, test.accept).lang; got != test.want {
				t.Errorf("%s: the language should be %q, and is %q", test.reason, test.want, got)
			}
		})
	}
}

// TestColoursCanBeRead measures contrasts as WCAG 2 does, in light and in dark.
func TestColoursCanBeRead(t *testing.T) {
	light, dark, found := strings.Cut(string(css), "@media (prefers-color-scheme: dark)")
	if !found {
		t.Fatal("the stylesheet should have colours for the dark")
	}
	dark, _, _ = strings.Cut(dark, "*, *::before")
	pairs := []struct {
		reason, over, under string
		least               float64
	}{
		{"text on a sheet", "text", "sheet", 4.5}, {"text on the ground", "text", "ground", 4.5}, {"news", "text", "news", 4.5},
		{"hints", "soft", "sheet", 4.5}, {"initials", "soft", "ground", 4.5}, {"links", "accent", "sheet", 4.5},
		{"the button that logs out", "accent", "ground", 4.5}, {"buttons", "on-accent", "accent", 4.5},
		{"problems", "wrong", "sheet", 4.5}, {"the summary", "wrong", "wrong-sheet", 4.5}, {"borders of fields", "line", "sheet", 3},
	}
	for scheme, sheet := range map[string]string{"light": light, "dark": dark} {
		colours := map[string]float64{}
		for _, match := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`).FindAllStringSubmatch(sheet, -1) {
			colours[match[1]] = luminance(t, match[2])
		}
		for _, p := range pairs {
			over, under := colours[p.over], colours[p.under]
			if got := (max(over, under) + 0.05) / (min(over, under) + 0.05); got < p.least {
				t.Errorf("%s in the %s should have a contrast of %v, and has %.2f", p.reason, scheme, p.least, got)
			}
		}
	}
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		value, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		share := float64(value) / 255
		if share <= 0.04045 {
			sum += weight * share / 12.92
		} else {
			sum += weight * math.Pow((share+0.055)/1.055, 2.4)
		}
	}
	return sum
}
