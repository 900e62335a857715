// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/roster-dev/roster/internal/lint"
)

// The colours of a terminal.
const (
	plain  = "\x1b[0m"
	bold   = "\x1b[1m"
	faint  = "\x1b[2m"
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
)

// text writes the findings of each file below its name, and at the end how many there are.
func (r *writing) text(to io.Writer) error {
	w := bufio.NewWriter(to)
	file := ""
	for i, f := range r.findings {
		if i == 0 || f.File != file {
			if i > 0 {
				_, _ = fmt.Fprintln(w)
			}
			file = f.File
			_, _ = fmt.Fprintln(w, r.in(bold, file))
		}
		colour := yellow
		if f.Severity == lint.Error {
			colour = red
		}
		place := fmt.Sprintf("%d:%d", f.Line, f.Column)
		_, _ = fmt.Fprintf(w, "  %-7s %s  %s %s\n", place, r.in(colour, fmt.Sprintf("%-7s", f.Severity)), f, r.in(faint, "("+f.Rule+")"))
	}
	if len(r.findings) > 0 {
		_, _ = fmt.Fprintln(w)
	}
	_, _ = fmt.Fprintln(w, r.summary())
	return w.Flush()
}

// summary says how many findings there are.
func (r *writing) summary() string {
	var found []string
	for _, n := range []struct {
		count int
		thing string
	}{{r.errors, "error"}, {r.warnings, "warning"}} {
		if n.count > 0 {
			found = append(found, counted(n.count, n.thing))
		}
	}
	if len(found) == 0 {
		found = []string{"nothing found"}
	}
	where := fmt.Sprintf(" in %s of %s", counted(r.objects, "object"), counted(r.files, "file"))
	if r.omitted > 0 {
		where += fmt.Sprintf("; %d are not shown", r.omitted)
	}
	return strings.Join(found, " and ") + where
}

// in is a text in a colour, where a terminal shows it.
func (r *writing) in(colour, text string) string {
	if !r.Colour {
		return text
	}
	return colour + text + plain
}
