// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"
)

// Further formats, which only some commands have.
const (
	asWide = "wide"
	asYAML = "yaml"
	asName = "name"
)

// bindFormats makes the output a flag that takes these formats, of which the first is what is printed without it.
func (o *output) bindFormats(c *cobra.Command, formats ...string) {
	o.format = choice{value: formats[0], words: formats}
	o.format.bind(c, "output", "o", "how to print the answer")
}

// listing is an answer that can be printed in every format.
type listing interface {
	// draw prints it as a table, a wide one with all columns.
	draw(to io.Writer, wide bool)
	// names are the objects it is about, as kubectl names them.
	names() []string
}

// printListing prints an answer the way the flag says.
func (o *output) printListing(to io.Writer, answer listing) error {
	switch o.format.value {
	case asYAML:
		text, err := yamlOf(answer)
		if err == nil {
			_, err = to.Write(text)
		}
		return err
	case asName:
		_, err := io.WriteString(to, lines(answer.names()))
		return err
	}
	return o.print(to, answer, func(to io.Writer) { answer.draw(to, o.format.value == asWide) })
}

// yamlOf is the YAML of what an answer is as JSON, which has its fields in one order.
func yamlOf(answer any) ([]byte, error) {
	text, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	return yaml.JSONToYAML(text)
}

// lines are words, each on a line of its own.
func lines(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return strings.Join(words, "\n") + "\n"
}

// counted is a number of things, by the word for one and for several.
func counted(n int, one, several string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, one)
	}
	return fmt.Sprintf("%d %s", n, several)
}

// sortedKeys are the keys of a map in their order.
func sortedKeys[K cmp.Ordered, V any](of map[K]V) []K { return slices.Sorted(maps.Keys(of)) }

// words converts a list of names from one vocabulary to the other.
func words[To, From ~string](from []From) []To {
	var to []To
	for _, word := range from {
		to = append(to, To(word))
	}
	return to
}
