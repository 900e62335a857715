// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import "github.com/spf13/cobra"

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
	completed(c, "tenant", from.offering(tenantsOf))
}

// personIn is the operator a question is about, and the tenant: the one that was named, else the only one there is to mean.
func (s *source) personIn(c *cobra.Command, name, tenant string) (person, string, error) {
	p, err := s.person(c, name)
	if err != nil {
		return person{}, "", err
	}
	tenant, err = p.company.tenant(tenant, p.tenants(), p.declared.Name+" is in")
	return p, tenant, err
}
