// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// choice is a flag that takes one of a few words, in any case.
type choice struct {
	value string
	words []string
}

var _ pflag.Value = (*choice)(nil)

// String is the word chosen; empty where none was.
func (c *choice) String() string { return c.value }

// Type is the placeholder of usage lines.
func (c *choice) Type() string { return strings.Join(c.words, "|") }

// Set chooses a word.
func (c *choice) Set(word string) error {
	for _, known := range c.words {
		if strings.EqualFold(word, known) {
			c.value = known
			return nil
		}
	}
	return fmt.Errorf("it must be one of %s", strings.Join(c.words, ", "))
}

// bind makes the choice a flag of a command, with its words for completion.
func (c *choice) bind(command *cobra.Command, name, shorthand, usage string) {
	command.Flags().VarP(c, name, shorthand, usage)
	completed(command, name, cobra.FixedCompletions(c.words, cobra.ShellCompDirectiveNoFileComp))
}

// output is how an answer is printed.
type output struct{ format choice }

// The formats.
const (
	asTable = "table"
	asJSON  = "json"
)

func (o *output) bind(c *cobra.Command) {
	o.format = choice{value: asTable, words: []string{asTable, asJSON}}
	o.format.bind(c, "output", "o", "how to print the answer")
}

// print prints an answer as JSON, or as a table the way the function draws it.
func (o *output) print(to io.Writer, answer any, draw func(io.Writer)) error {
	if o.format.value == asJSON {
		encoder := json.NewEncoder(to)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(answer)
	}
	draw(to)
	return nil
}

// columns prints rows of which the first is the headings, the cells of a column below each other.
func columns(to io.Writer, rows [][]string) {
	const gap = 3
	table := tabwriter.NewWriter(to, 0, 0, gap, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			if cell == "" {
				row[i] = "-"
			}
		}
		_, _ = fmt.Fprintln(table, strings.Join(row, "\t"))
	}
	_ = table.Flush()
}

// listed are things that say themselves, in a row.
func listed[T fmt.Stringer](things []T) string {
	words := make([]string, 0, len(things))
	for _, thing := range things {
		words = append(words, thing.String())
	}
	return strings.Join(words, ", ")
}
