// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package report writes what lint found in the forms that people and other programs read.
package report

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/roster-dev/roster/internal/lint"
)

// The forms.
const (
	Text   = "text"
	JSON   = "json"
	SARIF  = "sarif"
	JUnit  = "junit"
	GitHub = "github"
	GitLab = "gitlab"
)

// Formats are the names of the forms.
func Formats() []string { return []string{Text, JSON, SARIF, JUnit, GitHub, GitLab} }

// Limits on what is written, in findings and bytes.
const (
	findingsAtMost = 10_000
	messageAtMost  = 2_000
)

// Options are how findings are written.
type Options struct {
	// Format is one of the forms.
	Format string
	// FailOn is the least severity for which a check fails.
	FailOn lint.Severity
	// Folder is the working directory: files in it are named from there.
	Folder string
	// Colour says that a terminal shows the text.
	Colour bool
	// Version is the version of the program.
	Version string
}

// Fails tells whether a finding of a severity makes the check fail.
func (o Options) Fails(severity lint.Severity) bool {
	return severity == lint.Error || o.FailOn == lint.Warning
}

// Write writes what was found. Of more than 10,000 findings errors come before warnings, and the rest is counted.
func Write(to io.Writer, result *lint.Result, options Options) error {
	r := &writing{
		Options: options, files: result.Files, objects: len(result.Objects),
		errors: result.Count(lint.Error), warnings: result.Count(lint.Warning), findings: bounded(result.Findings, findingsAtMost), judged: slices.Clone(result.Objects),
	}
	r.omitted = len(result.Findings) - len(r.findings)
	for i := range r.findings {
		f := &r.findings[i]
		f.File, f.Path, f.Message = r.shown(f.File), clean(f.Path), clean(f.Message)
		f.Kind, f.Namespace, f.Name = clean(f.Kind), clean(f.Namespace), clean(f.Name)
	}
	for i := range r.judged {
		o := &r.judged[i]
		o.File, o.Kind, o.Namespace, o.Name = r.shown(o.File), clean(o.Kind), clean(o.Namespace), clean(o.Name)
	}
	switch options.Format {
	case JSON:
		return r.json(to)
	case SARIF:
		return r.sarif(to)
	case JUnit:
		return r.junit(to)
	case GitHub:
		return r.github(to)
	case GitLab:
		return r.gitlab(to)
	}
	return r.text(to)
}

// writing is a result as it is written.
type writing struct {
	Options

	findings []lint.Finding
	judged   []lint.Object
	// omitted is how many findings are left out, errors and warnings how many there are in all.
	omitted, errors, warnings int
	files, objects            int
}

// bounded are at most so many findings, errors before warnings where not all fit, in the order they had.
func bounded(findings []lint.Finding, most int) []lint.Finding {
	left := map[lint.Severity]int{lint.Error: most}
	for _, f := range findings {
		if f.Severity == lint.Error {
			left[lint.Warning]--
		}
	}
	left[lint.Warning] = max(left[lint.Warning]+most, 0)
	var kept []lint.Finding
	for _, f := range findings {
		if left[f.Severity] > 0 {
			left[f.Severity]--
			kept = append(kept, f)
		}
	}
	return kept
}

// shown is how a file is named: from the working directory, where it lies there.
func (r *writing) shown(file string) string {
	if filepath.IsAbs(file) && r.Folder != "" {
		if relative, err := filepath.Rel(r.Folder, file); err == nil && filepath.IsLocal(relative) {
			file = relative
		}
	}
	return clean(filepath.ToSlash(filepath.Clean(file)))
}

// clean is a text that does nothing where it is shown: one line of visible characters, cut to a bound.
func clean(text string) string {
	if len(text) > messageAtMost {
		end := messageAtMost
		for end > 0 && !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end] + "…"
	}
	return strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return unicode.ReplacementChar
	}, text)
}

// counted is a number of things as it is read out.
func counted(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}
