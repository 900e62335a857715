// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// whyAnswer is whether an operator has an effect in a tenant, and why or why not.
type whyAnswer struct {
	identity

	Tenant string `json:"tenant"`
	Effect effect `json:"effect"`
	explanation
}

func newWhy(from *source) *cobra.Command {
	var to output
	var about effectFlags
	var tenant string
	c := &cobra.Command{
		Use:   "why OPERATOR CAPABILITY|CHANNEL",
		Short: "Why may this operator do this, or why not",
		Long: `Why may this operator do this, or why not.

A yes names all the causes: without them it would be no. A no names what stands in the way, and what would remove it.
For a channel the question is whether the operator is granted it; with --state or --group, whether work is routed.`,
		Example: `  rosterctl access why bronze-lapwing stats.read --tenant retail -f config/samples
  rosterctl access why bronze-lapwing phone --state away --tenant retail -f config/samples`,
		Args:              exactly("OPERATOR", "CAPABILITY|CHANNEL"),
		ValidArgsFunction: completeWords(from.offering((*company).people), offeringEffects),
		RunE: func(c *cobra.Command, args []string) error {
			p, tenant, err := from.personIn(c, args[0], tenant)
			if err != nil {
				return err
			}
			standing := p.in(tenant)
			e, err := about.effect(args[1], standing.Facts.Channels)
			if err != nil {
				return err
			}
			why := p.explained(e.explain(&standing, p.granted))
			answer := whyAnswer{p.identity(), tenant, e, why}
			if err := to.print(c.OutOrStdout(), answer, answer.draw); err != nil {
				return err
			}
			return answer.code()
		},
	}
	to.bind(c)
	about.bind(c)
	bindTenant(c, from, &tenant)
	return c
}

func (a whyAnswer) draw(w io.Writer) {
	yes := a.Effect.sentence(a.Operator, a.Tenant, true)
	if a.Reach != "" {
		yes += fmt.Sprintf(", reach %s", a.Reach)
	}
	a.verdict(w, yes, a.Effect.sentence(a.Operator, a.Tenant, false))
}
