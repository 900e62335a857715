// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roster-dev/roster/internal/roster"
)

func newAccess(program string) *cobra.Command {
	c := &cobra.Command{
		Use:   "access",
		Short: "Ask who may do what, and why",
		Long: `Ask who may do what, and why.

The answers are what is configured: that somebody has not set a password yet, and so cannot log in, is said beside them.
A question is answered from manifests (--filename), or else from the objects of a cluster, of which it needs the right to list the four
kinds. An OPERATOR is given by the name of the object, or by user name.

The exit code is 0 for an answer and for yes, 1 for no, and 2 where there is no answer.`,
	}
	var from source
	from.bind(c)
	c.AddCommand(newShow(&from), newWho(&from), newWhy(&from), newRead(&from))
	for _, question := range c.Commands() {
		question.Example = strings.ReplaceAll(question.Example, programName, program)
	}
	refuseStrangers(c)
	return c
}

// explanation is the answer to a question of yes or no.
type explanation struct {
	roster.Explanation

	Notes []string `json:"notes,omitempty"`
}

// explained is an explanation with what is true of the person beside it.
func (p person) explained(why roster.Explanation) explanation {
	if !why.Allowed {
		return explanation{Explanation: why}
	}
	return explanation{why, p.caveats()}
}

// verdict prints the answer, and why.
func (e explanation) verdict(w io.Writer, yes, no string) {
	if e.Allowed {
		_, _ = fmt.Fprintf(w, "yes: %s\n", yes)
		for _, cause := range e.Causes {
			_, _ = fmt.Fprintf(w, "  because of: %s\n", cause)
		}
	} else {
		_, _ = fmt.Fprintf(w, "no: %s\n", no)
		for _, obstacle := range e.Obstacles {
			_, _ = fmt.Fprintf(w, "  because: %s\n", obstacle.Message)
		}
	}
	notes(w, e.Notes)
}

// code is the error that gives the answer its exit code; nil is yes.
func (e explanation) code() error {
	if e.Allowed {
		return nil
	}
	return errNo
}

func notes(w io.Writer, said []string) {
	for _, note := range said {
		_, _ = fmt.Fprintf(w, "note: %s\n", note)
	}
}
