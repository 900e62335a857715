// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// completed sets how a flag is completed. The only error is a flag that does not exist, or one that was set before.
func completed(c *cobra.Command, flag string, complete cobra.CompletionFunc) {
	if err := c.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic(err)
	}
}

// completeWords completes the words of a command, the first by the first function and so on.
func completeWords(places ...cobra.CompletionFunc) cobra.CompletionFunc {
	return func(c *cobra.Command, before []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(before) >= len(places) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return places[len(before)](c, before, typed)
	}
}

// offering completes a word with names of objects. What cannot be read offers nothing: an error would be printed into the line that is
// being typed, and stdin is the terminal it is typed at.
func (s *source) offering(names func(*company) []string) cobra.CompletionFunc {
	return func(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		var found []string
		if w, err := s.read(c.Context(), strings.NewReader("")); err == nil {
			for name, company := range w.companies {
				if w.namespace == "" || w.namespace == name {
					found = append(found, names(company)...)
				}
			}
		}
		slices.Sort(found)
		return slices.Compact(found), cobra.ShellCompDirectiveNoFileComp
	}
}

func tenantsOf(c *company) []string { return c.tenants }

// offeringEffects completes a word with every capability and channel there is.
func offeringEffects(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return effectWords(), cobra.ShellCompDirectiveNoFileComp
}
