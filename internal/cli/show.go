// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roster-dev/roster/internal/roster"
)

// showAnswer is all that an operator may do.
type showAnswer struct {
	identity

	CompanyAdministrator bool `json:"companyAdministrator"`
	// Tenants are in the order of their names.
	Tenants []tenantAccess `json:"tenants"`
	// Missing are the objects the operator names that are not there.
	Missing []missing `json:"missing"`
	Notes   []string  `json:"notes,omitempty"`
}

// tenantAccess is what an operator may do in one tenant. What is not live has obstacles, and neither channels nor capabilities.
type tenantAccess struct {
	Tenant string `json:"tenant"`
	// Role is the role in effect.
	Role          roster.Role             `json:"role"`
	Obstacles     []roster.Obstacle       `json:"obstacles"`
	Conversations string                  `json:"conversations"`
	Groups        []string                `json:"groups"`
	Team          []string                `json:"team"`
	Channels      []channelAccess         `json:"channels"`
	Capabilities  []roster.HeldCapability `json:"capabilities"`
	Ineffective   []ineffective           `json:"ineffective"`
}

// channelAccess is one channel in effect.
type channelAccess struct {
	Channel roster.Channel `json:"channel"`
	Service *service       `json:"service"`
	Causes  []roster.Cause `json:"causes"`
}

// ineffective is what was declared and has no effect.
type ineffective struct {
	Grant   string                `json:"grant"`
	Reason  roster.ObstacleReason `json:"reason"`
	Message string                `json:"message"`
}

// missing is a reference that was not found.
type missing struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	Path string `json:"path"`
}

func newShow(from *source) *cobra.Command {
	var to output
	var tenant string
	c := &cobra.Command{
		Use:   "show OPERATOR",
		Short: "What may this operator do",
		Long: `What may this operator do, in each tenant or in one: channels, capabilities with their reach, whose conversations, and why;
and what was declared and has no effect.`,
		Example: `  rosterctl access show bronze-lapwing --tenant retail -f config/samples`,
		Args:    exactly("OPERATOR"),

		ValidArgsFunction: completeWords(from.offering((*company).people)),
		RunE: func(c *cobra.Command, args []string) error {
			p, err := from.person(c, args[0])
			if err != nil {
				return err
			}
			tenants := p.tenants()
			if tenant != "" {
				one, err := p.company.tenant(tenant, tenants, p.declared.Name+" is in")
				if err != nil {
					return err
				}
				tenants = []string{one}
			}
			answer := p.show(tenants)
			return to.print(c.OutOrStdout(), answer, answer.draw)
		},
	}
	to.bind(c)
	bindTenant(c, from, &tenant)
	return c
}

func (p person) show(tenants []string) showAnswer {
	answer := showAnswer{
		identity: p.identity(), CompanyAdministrator: p.declared.CompanyAdministrator,
		Tenants: []tenantAccess{}, Missing: []missing{}, Notes: p.caveats(),
	}
	for _, tenant := range tenants {
		answer.Tenants = append(answer.Tenants, p.accessIn(tenant))
	}
	for _, m := range p.wanted.Missing {
		answer.Missing = append(answer.Missing, missing(m))
	}
	return answer
}

func (p person) accessIn(tenant string) tenantAccess {
	standing := p.in(tenant)
	access := tenantAccess{
		Tenant: tenant, Role: standing.Access.Role, Obstacles: present(standing.Obstacles), Conversations: standing.Conversations(),
		Groups: []string{}, Team: present(standing.Membership.Team), Channels: []channelAccess{},
		Capabilities: present(standing.Capabilities()), Ineffective: []ineffective{},
	}
	for _, g := range standing.Groups {
		access.Groups = append(access.Groups, g.Name)
	}
	for _, channel := range standing.Channels() {
		grant, _ := standing.Grant(channel)
		access.Channels = append(access.Channels, channelAccess{channel, serviceOf(&standing, channel), grant.Causes})
	}
	for _, i := range p.outcome(tenant).Ineffective {
		access.Ineffective = append(access.Ineffective, ineffective(i))
	}
	return access
}

// present is a list that is there even if it is empty.
func present[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (a showAnswer) draw(w io.Writer) {
	rows := [][]string{{"Operator:", a.Operator}, {"User name:", a.UserName}, {"Company:", a.Company}}
	if a.CompanyAdministrator {
		rows = append(rows, []string{"Company administrator:", "yes"})
	}
	state := string(a.State)
	if state == "" {
		state = "not known: only the status of the object in a cluster says it"
	}
	columns(w, append(rows, []string{"State:", state}))
	if len(a.Tenants) == 0 {
		_, _ = fmt.Fprintln(w, "\nThe operator is in no tenant, and may do nothing.")
	}
	for _, t := range a.Tenants {
		t.draw(w)
	}
	if len(a.Missing) > 0 {
		rows := [][]string{{"NOT FOUND", "NAME", "FIELD"}}
		for _, m := range a.Missing {
			rows = append(rows, []string{m.Kind, m.Name, m.Path})
		}
		_, _ = fmt.Fprintln(w)
		columns(w, rows)
	}
	if len(a.Notes) > 0 {
		_, _ = fmt.Fprintln(w)
		notes(w, a.Notes)
	}
}

func (t tenantAccess) draw(w io.Writer) {
	_, _ = fmt.Fprintln(w)
	rows := [][]string{{"Tenant:", t.Tenant}, {"Role:", string(t.Role)}, {"Conversations:", t.Conversations}}
	for _, o := range t.Obstacles {
		rows = append(rows, []string{"Nothing is in effect:", o.Message})
	}
	if len(t.Groups) > 0 {
		rows = append(rows, []string{"Groups:", strings.Join(t.Groups, ", ")})
	}
	if len(t.Team) > 0 {
		rows = append(rows, []string{"Team:", strings.Join(t.Team, ", ")})
	}
	columns(w, rows)
	for _, table := range [][][]string{t.channelRows(), t.capabilityRows(), t.ineffectiveRows()} {
		if len(table) > 1 {
			_, _ = fmt.Fprintln(w)
			columns(w, table)
		}
	}
}

func (t tenantAccess) channelRows() [][]string {
	rows := [][]string{slices.Concat([]string{"CHANNEL"}, serviceHeadings, []string{"BECAUSE OF"})}
	for _, c := range t.Channels {
		rows = append(rows, slices.Concat([]string{string(c.Channel)}, c.Service.cells(), []string{listed(c.Causes)}))
	}
	return rows
}

func (t tenantAccess) capabilityRows() [][]string {
	rows := [][]string{{"CAPABILITY", "REACH", "BECAUSE OF"}}
	for _, c := range t.Capabilities {
		rows = append(rows, []string{string(c.Capability), string(c.Reach), listed(c.Causes)})
	}
	return rows
}

func (t tenantAccess) ineffectiveRows() [][]string {
	rows := [][]string{{"WITHOUT EFFECT", "REASON", "WHY, AND WHAT WOULD HELP"}}
	for _, i := range t.Ineffective {
		rows = append(rows, []string{i.Grant, string(i.Reason), i.Message})
	}
	return rows
}
