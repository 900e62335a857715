// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"embed"
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/text/language"
)

//go:embed text/*.json
var texts embed.FS

// spoken are the languages of the pages. The first is for whoever understands none of them.
var spoken = []struct {
	tag language.Tag
	// layout is how a moment is written.
	layout string
}{
	{language.English, "2 January 2006, 15:04 UTC"},
	{language.Czech, "2. 1. 2006 v 15:04 UTC"},
	{language.Polish, "2.01.2006, 15:04 UTC"},
	{language.German, "2.1.2006, 15:04 UTC"},
}

// words are the texts of one language.
type words struct {
	lang, layout string
	texts        map[string]string
}

// say is the text of a key, with what it speaks of put in.
func (w *words) say(key string, of ...any) (string, error) {
	text, found := w.texts[key]
	if !found {
		return "", fmt.Errorf("no text in %s for %q", w.lang, key)
	}
	if len(of) == 0 {
		return text, nil
	}
	return fmt.Sprintf(text, of...), nil
}

// moment is a time as it is written in the language. Nobody told the time zone a person is in, so it says which one it uses.
func (w *words) moment(t time.Time) string { return t.UTC().Format(w.layout) }

// languages are all there is to choose from.
type languages struct {
	matcher language.Matcher
	all     []*words
}

func readLanguages() (*languages, error) {
	l := &languages{}
	var tags []language.Tag
	for _, s := range spoken {
		content, err := texts.ReadFile("text/" + s.tag.String() + ".json")
		if err != nil {
			return nil, fmt.Errorf("read the texts in %s: %w", s.tag, err)
		}
		w := &words{lang: s.tag.String(), layout: s.layout}
		if err := json.Unmarshal(content, &w.texts); err != nil {
			return nil, fmt.Errorf("read the texts in %s: %w", s.tag, err)
		}
		l.all, tags = append(l.all, w), append(tags, s.tag)
	}
	l.matcher = language.NewMatcher(tags)
	return l, nil
}

// choose is the language of a person's own locale, if we speak it, else the best of those the browser asks for.
func (l *languages) choose(locale, accept string) *words {
	if own, err := language.Parse(locale); err == nil && locale != "" {
		if _, i, confidence := l.matcher.Match(own); confidence != language.No {
			return l.all[i]
		}
	}
	// What cannot be read counts as nothing asked for.
	asked, _, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		asked = nil
	}
	_, i, _ := l.matcher.Match(asked...)
	return l.all[i]
}
