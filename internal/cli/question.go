// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// person is the operator a question is about.
func (s *source) person(c *cobra.Command, name string) (person, error) {
	w, err := s.read(c.Context(), c.InOrStdin())
	if err != nil {
		return person{}, err
	}
	in, err := w.company(sought{
		kind: "Operator", name: name, names: (*company).people,
		has: func(c *company) bool { _, err := c.operator(name); return err == nil },
	})
	if err != nil {
		return person{}, err
	}
	o, err := in.operator(name)
	if err != nil {
		return person{}, err
	}
	return in.person(o), nil
}

func bindTenant(c *cobra.Command, from *source, tenant *string) {
	c.Flags().StringVarP(tenant, "tenant", "t", "", "the tenant; absent: the only one there is to choose")
	completed(c, "tenant", completeOne(from, tenantsOf))
}

// words are what may stand in one place of a command, as far as the objects tell. The world is nil where they cannot be read.
type words func(*world) []string

func operatorsOf(w *world) []string {
	var names []string
	for c := range w.asked() {
		names = append(names, c.people()...)
	}
	return names
}

func tenantsOf(w *world) []string {
	var names []string
	for c := range w.asked() {
		names = append(names, c.tenants...)
	}
	return names
}

func effectsOf(*world) []string { return effectWords() }

// completeWords completes the words of a command, the first by the first list and so on.
func completeWords(from *source, places ...words) cobra.CompletionFunc {
	return func(c *cobra.Command, before []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(before) >= len(places) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return completeOne(from, places[len(before)])(c, before, "")
	}
}

// completeOne completes one word, or the value of a flag.
func completeOne(from *source, place words) cobra.CompletionFunc {
	return func(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		// What cannot be read offers nothing: an error would be printed into the line that is being typed.
		w, _ := from.read(c.Context(), strings.NewReader(""))
		found := place(w)
		slices.Sort(found)
		return slices.Compact(found), cobra.ShellCompDirectiveNoFileComp
	}
}

// completed sets how a flag is completed. The only error is a flag that does not exist, or one that was set before.
func completed(c *cobra.Command, flag string, complete cobra.CompletionFunc) {
	if err := c.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic(err)
	}
}
