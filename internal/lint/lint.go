// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package lint judges manifests before anything is applied: what the API server and the admission webhook would refuse, and what would be
// admitted and is held, names nothing there is, or has no effect. It asks the rules of the core over the whole set at once.
package lint

import (
	"cmp"
	"slices"
	"strings"

	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/parallel"
	"github.com/roster-dev/roster/internal/roster"
)

// Severity says what comes of a finding.
type Severity string

// The severities.
const (
	// Error is that the object would not be taken.
	Error Severity = "error"
	// Warning is that it would be, and not be all that it declares.
	Warning Severity = "warning"
)

// Finding is one thing that is the matter with a manifest.
type Finding struct {
	Severity Severity
	// Rule is the name of the rule, see [Rules].
	Rule string
	// Kind, Namespace and Name are the object; empty where the document is none.
	Kind, Namespace, Name string
	// Path is the field; empty where it is the whole.
	Path string
	// Message says what is the matter, and what would be right. It is one line.
	Message string
	// Position is where the field stands, or the nearest part around it that is there.
	manifest.Position
}

// Object names the object, as "Operator harbour/anna"; empty where there is none.
func (f Finding) Object() string {
	if f.Kind == "" {
		return ""
	}
	return f.Kind + " " + f.Namespace + "/" + f.Name
}

// String says the finding without where it is.
func (f Finding) String() string {
	parts := slices.DeleteFunc([]string{f.Object(), f.Path, f.Message}, func(part string) bool { return part == "" })
	return strings.Join(parts, ": ")
}

// Object is one that was judged.
type Object struct {
	Kind, Namespace, Name string
	manifest.Position
}

// Result is all that was found.
type Result struct {
	// Findings are in the order of files, lines and columns.
	Findings []Finding
	// Objects are what was judged, in the order of the manifests.
	Objects []Object
	// Files is how many files were read.
	Files int
}

// Count is how many findings have a severity.
func (r *Result) Count(severity Severity) int {
	n := 0
	for _, f := range r.Findings {
		if f.Severity == severity {
			n++
		}
	}
	return n
}

// Check judges manifests.
func Check(found *manifest.Inspection) *Result {
	r := &Result{Files: found.Files}
	verdicts := judge(found.Declarations)
	perDeclaration := make([][]Finding, len(found.Declarations))
	objects := make([]Object, len(found.Declarations))
	chunks(len(found.Declarations), func(from, to int) {
		var at manifest.Locator
		for i := from; i < to; i++ {
			d := found.Declarations[i]
			perDeclaration[i] = findings(d, verdicts[i], &at)
			objects[i] = Object{d.Kind, d.Namespace, d.Name, at.Beginning(d)}
		}
	})
	r.Findings = slices.Concat(perDeclaration...)
	r.Objects = slices.DeleteFunc(objects, func(o Object) bool { return o.Kind == "" })
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return r
}

// chunks does something for the parts of a row of n, several at once.
func chunks(n int, do func(from, to int)) {
	const size = 64
	parallel.Each((n+size-1)/size, func(i int) { do(i*size, min((i+1)*size, n)) })
}

// findings are what is the matter with one declaration.
func findings(d *manifest.Declaration, v verdict, at *manifest.Locator) []Finding {
	var found []Finding
	add := func(severity Severity, rule, path, message string, where manifest.Position) {
		found = append(found, Finding{
			Severity: severity, Rule: rule, Kind: d.Kind, Namespace: d.Namespace, Name: d.Name, Path: path,
			Message: strings.Join(strings.Fields(message), " "), Position: where,
		})
	}
	for _, p := range d.Problems {
		add(Error, p.Rule, p.Path, p.Message, at.Problem(d, p))
	}
	for _, v := range v.violations {
		add(Error, v.Rule, v.Path, v.Message, at.Field(d, v.Path))
	}
	for _, w := range v.warnings {
		message := w.Message
		if w.Held {
			message = "is held: " + message
		}
		add(Warning, w.Rule, w.Path, message, at.Field(d, w.Path))
	}
	return found
}

// verdict is what the rules of the core say of an object.
type verdict struct {
	violations []roster.Violation
	warnings   []roster.Warning
}
