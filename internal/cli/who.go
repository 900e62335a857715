// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
)

// whoAnswer is everybody who has an effect in a tenant.
type whoAnswer struct {
	Company string `json:"company"`
	Tenant  string `json:"tenant"`
	Effect  effect `json:"effect"`
	// People are in the order of the names of their objects.
	People []holder `json:"people"`
}

// holder is one who has it, and why.
type holder struct {
	Operator string       `json:"operator"`
	UserName string       `json:"userName"`
	State    roster.State `json:"state,omitempty"`
	Role     roster.Role  `json:"role"`
	// Reach is how far a capability goes, and Service how a channel is served; the other one is absent.
	Reach   roster.Reach   `json:"reach,omitempty"`
	Service *service       `json:"service,omitempty"`
	Causes  []roster.Cause `json:"causes"`
}

func newWho(from *source) *cobra.Command {
	var to output
	var about effectFlags
	var tenant string
	c := &cobra.Command{
		Use:   "who CAPABILITY|CHANNEL",
		Short: "Who may do this in a tenant",
		Long: `Who may do this in a tenant, and why.

For a channel the question is who is granted it; with --state or --group, to whom work is routed.`,
		Example: `  rosterctl access who phone --tenant retail -f config/samples
  rosterctl access who operator.create --tenant travel -f config/samples`,
		Args:              exactly("CAPABILITY|CHANNEL"),
		ValidArgsFunction: completeWords(offeringEffects),
		RunE: func(c *cobra.Command, args []string) error {
			w, err := from.read(c.Context(), c.InOrStdin())
			if err != nil {
				return err
			}
			company, err := w.company(sought{
				kind: "Tenant", name: tenant, names: tenantsOf,
				has: func(c *company) bool { return slices.Contains(c.tenants, tenant) },
			})
			if err != nil {
				return err
			}
			tenant, err := company.tenant(tenant, company.tenants, fmt.Sprintf("company %q has", company.name))
			if err != nil {
				return err
			}
			declared, _ := company.directory.Tenant(company.name, tenant)
			e, err := about.effect(args[0], declared.Record.Channels)
			if err != nil {
				return err
			}
			answer := company.who(e, tenant)
			return to.print(c.OutOrStdout(), answer, answer.draw)
		},
	}
	to.bind(c)
	about.bind(c)
	bindTenant(c, from, &tenant)
	return c
}

// who is everybody of the company who has an effect in a tenant.
func (c *company) who(e effect, tenant string) whoAnswer {
	answer := whoAnswer{Company: c.name, Tenant: tenant, Effect: e, People: []holder{}}
	for _, o := range c.operators {
		if !o.Spec.CompanyAdministrator && !slices.ContainsFunc(o.Spec.Tenants, func(t v1alpha1.OperatorTenant) bool { return string(t.Tenant) == tenant }) {
			continue
		}
		p := c.person(o)
		standing := p.in(tenant)
		why := e.explain(&standing, p.granted)
		if !why.Allowed {
			continue
		}
		h := holder{
			Operator: o.Name, UserName: p.record().User.UserName, State: p.state,
			Role: standing.Access.Role, Reach: why.Reach, Causes: why.Causes,
		}
		if e.Channel != "" {
			h.Service = serviceOf(&standing, e.Channel)
		}
		answer.People = append(answer.People, h)
	}
	return answer
}

func (a whoAnswer) draw(w io.Writer) {
	if len(a.People) == 0 {
		_, _ = fmt.Fprintln(w, a.Effect.sentence("nobody", a.Tenant, true))
		return
	}
	how := []string{"REACH"}
	if a.Effect.Channel != "" {
		how = serviceHeadings
	}
	rows := [][]string{slices.Concat([]string{"OPERATOR", "USER", "ROLE"}, how, []string{"BECAUSE OF"})}
	for _, h := range a.People {
		how := []string{string(h.Reach)}
		if h.Service != nil {
			how = h.Service.cells()
		}
		rows = append(rows, slices.Concat([]string{h.Operator, h.UserName, string(h.Role)}, how, []string{listed(h.Causes)}))
	}
	columns(w, rows)
}
