// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"bytes"
	"embed"
	"errors"
	htmltemplate "html/template"
	"io"
	"io/fs"
	"strings"
	texttemplate "text/template"
	"time"

	"golang.org/x/text/language"
)

//go:embed templates
var embedded embed.FS

const (
	// maxTemplate bounds a template's file, in bytes.
	maxTemplate = 64 << 10
	// maxText bounds what a template may make, in bytes.
	maxText = 256 << 10
	// maxSubject bounds a subject, in characters.
	maxSubject = 200
)

// The parts of a letter, by the end of their files' names.
const (
	partSubject = "subject.txt"
	partText    = "txt"
	partHTML    = "html"
)

// stems are the beginnings of the names of the files for a purpose.
var stems = map[Purpose]string{Activation: "activation", Reset: "reset"}

// words are what a template can say: the fields of the Letter, and these.
type words struct {
	Letter
	// Expires hides the Letter's: it is written out, in the person's language and time zone.
	Expires string
	// Place is where the account is: the home tenant's name, else the company's.
	Place string
	// Language is the tag of the text's language.
	Language string
}

// text is one parsed template.
type text struct {
	// path is what people know the file by.
	path     string
	template interface {
		Execute(w io.Writer, data any) error
	}
}

// newText parses the template of a file. HTML escapes what it prints for the place it prints it to.
func newText(path, source string) (*text, error) {
	if strings.HasSuffix(path, "."+partHTML) {
		parsed, err := htmltemplate.New(path).Option("missingkey=error").Parse(source)
		return &text{path: path, template: parsed}, err
	}
	parsed, err := texttemplate.New(path).Option("missingkey=error").Parse(source)
	return &text{path: path, template: parsed}, err
}

// print makes the text. The error is the template's own, which may quote what it was given.
func (t *text) print(data words) (string, error) {
	out := bounded{left: maxText}
	if err := t.template.Execute(&out, data); err != nil {
		return "", err
	}
	return out.String(), nil
}

// bounded is a buffer that takes only so much, so that a template which repeats itself ends.
type bounded struct {
	bytes.Buffer
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errors.New("the text is longer than 256 KiB")
	}
	return b.Buffer.Write(p)
}

// library holds all texts.
type library struct {
	// texts are by path: <locale>/<file>, with folders of overrides before it. Built-in ones are apart.
	texts, builtIn map[string]*text
	// choices are the languages of a purpose, by the folder they are chosen in: "", <company>, or <company>/<tenant>.
	choices map[string]map[Purpose]choice
}

// said is a letter in words.
type said struct{ subject, text, html string }

// say puts a checked letter in words.
func (l *library) say(letter Letter) (said, error) {
	folders := l.folders(letter.Company, letter.Tenant)
	tag := l.choices[folders[0]][letter.Purpose].of(letter.Locale)
	data := wordsOf(letter, tag)
	var result said
	for part, into := range map[string]*string{partSubject: &result.subject, partText: &result.text, partHTML: &result.html} {
		found := l.find(folders, tag, letter.Purpose, part)
		if found == nil {
			return said{}, &Error{Reason: BadTemplate, says: "there is no template " + stems[letter.Purpose] + "." + part + " for " + tag.String()}
		}
		printed, err := printed(found, part, data)
		if err != nil {
			// Only the path: the template's error may quote the letter.
			return said{}, &Error{Reason: BadTemplate, says: "the template " + found.path + " cannot be filled in"}
		}
		*into = printed
	}
	return result, nil
}

// printed makes a part of a letter as it is sent.
func printed(t *text, part string, data words) (string, error) {
	out, err := t.print(data)
	if err != nil {
		return "", err
	}
	if part == partSubject {
		out = clean(out, maxSubject)
	}
	if strings.TrimSpace(out) == "" {
		return "", errors.New("it makes an empty text")
	}
	return out, nil
}

func wordsOf(letter Letter, tag language.Tag) words {
	data := words{
		Letter: letter, Expires: moment(letter.Expires, letter.TimeZone, tag), Place: letter.TenantName, Language: tag.String(),
	}
	if data.Place == "" {
		data.Place = letter.Company
	}
	return data
}

// folders answers where to look for the texts of a tenant, the nearest first. Folders without any texts are left out; the top
// is always there.
func (l *library) folders(company, tenant string) []string {
	var folders []string
	for _, folder := range []string{company + "/" + tenant, company} {
		if _, exists := l.choices[folder]; exists && company != "" && !strings.HasSuffix(folder, "/") {
			folders = append(folders, folder)
		}
	}
	return append(folders, "")
}

// find answers the text for a part of a letter, or nil: one in the language itself before one in what it is a kind of, one of the
// tenant before one of the company before one for all, and the built-in one last.
func (l *library) find(folders []string, tag language.Tag, purpose Purpose, part string) *text {
	for _, tag := range lineage(tag) {
		name := tag.String() + "/" + stems[purpose] + "." + part
		for _, folder := range folders {
			if found := l.texts[inFolder(folder, name)]; found != nil {
				return found
			}
		}
		if found := l.builtIn[name]; found != nil {
			return found
		}
	}
	return nil
}

func inFolder(folder, name string) string {
	if folder == "" {
		return name
	}
	return folder + "/" + name
}

// newLibrary reads the built-in texts and those of a folder, which may be nil.
func newLibrary(overrides fs.FS) (*library, error) {
	own, err := fs.Sub(embedded, "templates")
	if err != nil {
		return nil, err
	}
	l := &library{choices: map[string]map[Purpose]choice{}}
	if l.builtIn, err = read(own); err != nil {
		return nil, err
	}
	if overrides != nil {
		if l.texts, err = read(overrides); err != nil {
			return nil, err
		}
	}
	if err := l.choose(); err != nil {
		return nil, err
	}
	return l, nil
}

// sample is a letter to try templates with: whatever they may ask for is there.
var sample = Letter{
	ID: "sample@example.com", To: "sample@example.com", Name: "Sample Person", UserName: "sample", Company: "sample", Tenant: "sample",
	TenantName: "Sample", Locale: "en", TimeZone: "Europe/Prague", Link: "https://example.com/sample",
	Expires: time.Date(2026, time.October, 2, 13, 4, 0, 0, time.UTC),
}
