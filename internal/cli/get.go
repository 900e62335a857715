// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
)

// getAnswer is a list of people.
type getAnswer struct {
	Company string `json:"company"`
	// People are in the order of the names of their objects.
	People []employee `json:"people"`
}

// employee is one person of a list.
type employee struct {
	Operator string `json:"operator"`
	UserName string `json:"userName"`
	// State is absent where nothing says it: a manifest without a status does not.
	State roster.State `json:"state,omitempty"`
	// Ready is what the status says; absent where there is none.
	Ready                string `json:"ready,omitempty"`
	CompanyAdministrator bool   `json:"companyAdministrator"`
	PublicName           string `json:"publicName"`
	Email                string `json:"email"`
	// Tenants are those of the person's entries, in the order of their names.
	Tenants []place `json:"tenants"`
}

// place is what a person is in one tenant.
type place struct {
	Tenant string `json:"tenant"`
	// Active is false for somebody who is switched off, everywhere or in this tenant.
	Active bool `json:"active"`
	// Role is the role in effect.
	Role   roster.Role `json:"role"`
	Groups []string    `json:"groups"`
	// Channels are those granted that the tenant has.
	Channels []roster.Channel `json:"channels"`
}

// peopleFlags say which people are meant: the boxes Activated and Deactivated of a list of employees (F23), and what else tells people apart.
type peopleFlags struct {
	all, deactivated bool
	tenant           string
	role, state      choice
	channel          string
}

func (f *peopleFlags) bind(c *cobra.Command, from *source) {
	flags := c.Flags()
	flags.BoolVarP(&f.all, "all", "A", false, "deactivated people, too")
	flags.BoolVar(&f.deactivated, "deactivated", false, "deactivated people alone")
	flags.StringVarP(&f.tenant, "tenant", "t", "", "who is in this tenant; who is switched off there only counts as deactivated")
	flags.StringVar(&f.channel, "channel", "", "who is granted this channel, by a tenant that has it")
	completed(c, "tenant", from.offering(tenantsOf))
	completed(c, "channel", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return channelWords(), cobra.ShellCompDirectiveNoFileComp
	})
	f.role = choice{words: []string{string(roster.Administrator), string(roster.Manager), string(roster.Worker)}}
	f.role.bind(c, "role", "", "who has this role in effect")
	f.state = choice{words: []string{string(roster.Invited), string(roster.Active), string(roster.Deactivated)}}
	f.state.bind(c, "state", "", "who is in this state, as far as it is known")
}

// channelWords are the channels there are.
func channelWords() []string {
	var words []string
	for channel := range roster.Channels() {
		words = append(words, string(channel))
	}
	return words
}

// check refuses flags that do not go together.
func (f *peopleFlags) check(c *cobra.Command) error {
	switch {
	case f.all && f.deactivated:
		return misuse(c, "--all lists deactivated people beside the others, and --deactivated them alone: give one of the two")
	case f.state.value != "" && (f.all || f.deactivated):
		return misuse(c, "--state says by itself whether deactivated people are meant: leave --all and --deactivated out")
	}
	return nil
}

func newGet(program string) *cobra.Command {
	var from source
	var to output
	var which peopleFlags
	c := &cobra.Command{
		Use:   "get",
		Short: "List the people of a company",
		Long: `List the people of a company, without those who are deactivated.

The exit code is 0 for a list, be it empty, 2 where the command is called wrongly, and 3 where there is no answer.`,
		Example: strings.ReplaceAll(`  rosterctl get --tenant retail -f config/samples
  rosterctl get --deactivated -n harbour -f config/samples`, programName, program),
		Args: exactly(),

		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: telling(func(c *cobra.Command, _ []string) error {
			if err := which.check(c); err != nil {
				return err
			}
			in, err := from.companyOf(c, which.tenant)
			if err != nil {
				return err
			}
			answer, err := in.list(which)
			if err != nil {
				return err
			}
			return to.printListing(c.OutOrStdout(), answer)
		}),
	}
	from.bind(c)
	which.bind(c, &from)
	to.bindFormats(c, asTable, asWide, asJSON, asYAML, asName)
	return c
}

// companyOf is the company a question is about: the one asked for, or the only one, or the only one that has the tenant.
func (s *source) companyOf(c *cobra.Command, tenant string) (*company, error) {
	w, err := s.read(c.Context(), c.InOrStdin())
	if err != nil {
		return nil, err
	}
	return w.company(sought{
		kind: "Tenant", name: tenant, names: tenantsOf,
		has: func(c *company) bool { return tenant != "" && slices.Contains(c.tenants, tenant) },
	})
}

// list are the people of the company whom the flags mean.
func (c *company) list(which peopleFlags) (getAnswer, error) {
	answer := getAnswer{Company: c.name, People: []employee{}}
	if which.tenant != "" {
		if _, err := c.tenant(which.tenant, c.mentioned(), ""); err != nil {
			return answer, err
		}
	}
	channel, err := which.channelMeant(c)
	if err != nil {
		return answer, err
	}
	for _, o := range c.operators {
		p := c.person(o)
		e := p.employee()
		if which.means(p, e, channel) {
			answer.People = append(answer.People, e)
		}
	}
	return answer, nil
}

// mentioned are the tenants that people have entries for, be they there or not.
func (c *company) mentioned() []string {
	var names []string
	for _, o := range c.operators {
		for _, e := range o.Spec.Tenants {
			names = append(names, string(e.Tenant))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// channelMeant is the channel of the flag, in any case; empty where none is meant.
func (f *peopleFlags) channelMeant(c *company) (roster.Channel, error) {
	known := slices.Collect(roster.Channels())
	for _, t := range c.directory.TenantsOf(c.name) {
		for _, channel := range t.Spec.Channels {
			known = append(known, roster.Channel(channel))
		}
	}
	for _, channel := range known {
		if strings.EqualFold(f.channel, string(channel)) {
			return channel, nil
		}
	}
	if f.channel == "" {
		return "", nil
	}
	return "", fmt.Errorf("--channel: there is no channel %q%s", f.channel, didYouMean(f.channel, channelWords()))
}

func (p person) employee() employee {
	user := p.declared
	e := employee{
		Operator: p.object.Name, UserName: roster.NewPersonKey("", user.UserName).UserName, State: p.state, CompanyAdministrator: user.CompanyAdministrator,
		PublicName: cmp.Or(user.Profile.PublicName, user.UserName), Email: user.Profile.Email, Tenants: []place{},
	}
	if ready := meta.FindStatusCondition(p.object.Status.Conditions, v1alpha1.ConditionReady); ready != nil {
		e.Ready = string(ready.Status)
	}
	for _, entry := range user.Entries {
		role, _ := user.RoleIn(entry.Tenant)
		at := place{
			Tenant: entry.Tenant, Active: user.LiveIn(entry.Tenant), Role: role, Groups: []string{},
			Channels: present(p.outcome(entry.Tenant).Channels),
		}
		for _, g := range entry.Groups {
			at.Groups = append(at.Groups, g.Group)
		}
		e.Tenants = append(e.Tenants, at)
	}
	slices.SortFunc(e.Tenants, func(a, b place) int { return strings.Compare(a.Tenant, b.Tenant) })
	return e
}

// means tells whether a person is one of those the flags mean.
func (f *peopleFlags) means(p person, e employee, channel roster.Channel) bool {
	places := e.Tenants
	if f.tenant != "" {
		places = slices.DeleteFunc(slices.Clone(places), func(at place) bool { return at.Tenant != f.tenant })
		if len(places) == 0 && !e.CompanyAdministrator {
			return false
		}
	}
	if !f.box(p, e) {
		return false
	}
	administrates := e.CompanyAdministrator && f.role.value == string(roster.Administrator)
	serves := func(at place) bool { return slices.Contains(at.Channels, channel) }
	has := func(at place) bool { return string(at.Role) == f.role.value }
	switch {
	case f.role.value != "" && channel != "":
		return slices.ContainsFunc(places, func(at place) bool { return has(at) && serves(at) })
	case f.role.value != "":
		return administrates || slices.ContainsFunc(places, has)
	case channel != "":
		return slices.ContainsFunc(places, serves)
	}
	return true
}

// box tells whether a person is in one of the boxes that are ticked.
func (f *peopleFlags) box(p person, e employee) bool {
	live := p.declared.Active
	if f.tenant != "" {
		live = p.declared.LiveIn(f.tenant)
	}
	switch {
	case f.state.value == string(roster.Deactivated):
		return !live
	case f.state.value != "":
		return live && string(e.State) == f.state.value
	case f.all:
		return true
	}
	return live != f.deactivated
}

func (a getAnswer) names() []string {
	names := make([]string, 0, len(a.People))
	for _, e := range a.People {
		names = append(names, "operator."+v1alpha1.GroupVersion.Group+"/"+e.Operator)
	}
	return names
}

func (a getAnswer) draw(w io.Writer, wide bool) {
	if len(a.People) == 0 {
		_, _ = fmt.Fprintf(w, "nobody of company %q is meant\n", a.Company)
		return
	}
	headings := []string{"OPERATOR", "USER", "STATE", "READY", "TENANTS"}
	if wide {
		headings = append(headings, "GROUPS", "CHANNELS", "PUBLIC NAME", "E-MAIL")
	}
	rows := [][]string{headings}
	for _, e := range a.People {
		rows = append(rows, e.cells(wide))
	}
	columns(w, rows)
}

func (e employee) cells(wide bool) []string {
	var tenants, groups, channels []string
	if e.CompanyAdministrator {
		tenants = append(tenants, "all: company administrator")
	}
	for _, at := range e.Tenants {
		what := at.Tenant + ": " + string(at.Role)
		if !at.Active {
			what += " (off)"
		}
		tenants = append(tenants, what)
		groups = append(groups, at.Groups...)
		for _, channel := range at.Channels {
			channels = append(channels, string(channel))
		}
	}
	cells := []string{e.Operator, e.UserName, string(e.State), e.Ready, strings.Join(tenants, ", ")}
	if !wide {
		return cells
	}
	slices.Sort(channels)
	return append(cells, strings.Join(groups, ", "), strings.Join(slices.Compact(channels), ", "), e.PublicName, e.Email)
}
