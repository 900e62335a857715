// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/roster-dev/roster/internal/lint"
)

type junitSuites struct {
	XMLName  xml.Name      `xml:"testsuites"`
	Name     string        `xml:"name,attr"`
	Tests    int           `xml:"tests,attr"`
	Failures int           `xml:"failures,attr"`
	Suites   []*junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Cases    []*junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	File    string        `xml:"file,attr"`
	Line    int           `xml:"line,attr"`
	Failure *junitFailure `xml:"failure,omitempty"`
	Output  string        `xml:"system-out,omitempty"`

	failures, told []lint.Finding
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// junit writes a suite a file, and a test case an object: it fails where the check does, and what it does not fail for is its output.
func (r *writing) junit(to io.Writer) error {
	all := &junitCases{suites: &junitSuites{Name: "rosterctl lint"}, byFile: map[string]*junitSuite{}, byObject: map[string]*junitCase{}}
	for _, o := range r.judged {
		all.of(o.File, o.Kind+" "+o.Namespace+"/"+o.Name, o.Line)
	}
	for _, f := range r.findings {
		name := f.Object()
		if name == "" {
			name = fmt.Sprintf("line %d", f.Line)
		}
		c := all.of(f.File, name, f.Line)
		if r.Fails(f.Severity) {
			c.failures = append(c.failures, f)
		} else {
			c.told = append(c.told, f)
		}
	}
	all.conclude()
	if _, err := io.WriteString(to, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(to)
	encoder.Indent("", "  ")
	if err := encoder.Encode(all.suites); err != nil {
		return err
	}
	_, err := io.WriteString(to, "\n")
	return err
}

// junitCases are the test cases, as they are put together.
type junitCases struct {
	suites   *junitSuites
	byFile   map[string]*junitSuite
	byObject map[string]*junitCase
}

// of is the test case of an object of a file.
func (a *junitCases) of(file, object string, line int) *junitCase {
	suite, known := a.byFile[file]
	if !known {
		suite = &junitSuite{Name: file}
		a.byFile[file] = suite
		a.suites.Suites = append(a.suites.Suites, suite)
	}
	key := file + "\n" + object
	c, known := a.byObject[key]
	if !known {
		c = &junitCase{Name: object, Class: file, File: file, Line: line}
		a.byObject[key] = c
		suite.Cases = append(suite.Cases, c)
	}
	return c
}

// conclude counts, and writes what was found into the cases.
func (a *junitCases) conclude() {
	for _, suite := range a.suites.Suites {
		for _, c := range suite.Cases {
			suite.Tests++
			c.Output = lines(c.told)
			if len(c.failures) == 0 {
				continue
			}
			suite.Failures++
			first := c.failures[0]
			message := first.String()
			if more := len(c.failures) - 1; more > 0 {
				message += fmt.Sprintf(" (and %d more)", more)
			}
			c.Failure = &junitFailure{Message: message, Type: first.Rule, Text: lines(c.failures)}
		}
		a.suites.Tests += suite.Tests
		a.suites.Failures += suite.Failures
	}
}

// lines are findings with where they are, a line each.
func lines(findings []lint.Finding) string {
	var all strings.Builder
	for _, f := range findings {
		_, _ = fmt.Fprintf(&all, "%s:%d:%d: %s: %s (%s)\n", f.File, f.Line, f.Column, f.Severity, f, f.Rule)
	}
	return all.String()
}
