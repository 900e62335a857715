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

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/translate"
)

// branch is one line of a tree with what is below it.
type branch struct {
	// Kind is that of an object, such as Tenant, and empty for a line that only gathers others.
	Kind string `json:"kind,omitempty"`
	Name string `json:"name"`
	// About says what else there is to know of it, as a phrase for people.
	About string `json:"about,omitempty"`
	// Below are the lines below it, and More how many were left out at their end.
	Below []branch `json:"below,omitempty"`
	More  int      `json:"more,omitempty"`
}

func newTree(program string) *cobra.Command {
	var from source
	var to output
	p := planter{declared: map[string]roster.Operator{}}
	var tenant string
	c := &cobra.Command{
		Use:   "tree",
		Short: "Draw a company as a tree",
		Long: `Draw a company as a tree: its tenants, the groups of each with their people, and its channel policies with whom they match.

Of each list so many lines are drawn as --limit says, and the rest is counted. The exit code is 0 for a tree, 2 where the command is called
wrongly, and 3 where there is no answer.`,
		Example: strings.ReplaceAll(`  rosterctl tree --tenant retail --limit 3 -n harbour -f config/samples`, programName, program),
		Args:    exactly(),

		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: telling(func(c *cobra.Command, _ []string) error {
			if p.limit < 0 {
				return misuse(c, "--limit is a number of lines from 0")
			}
			in, err := from.companyOf(c, tenant)
			if err != nil {
				return err
			}
			p.company = in
			root, err := p.root(tenant)
			if err != nil {
				return err
			}
			return to.print(c.OutOrStdout(), root, root.draw)
		}),
	}
	from.bind(c)
	to.bind(c)
	flags := c.Flags()
	flags.StringVarP(&tenant, "tenant", "t", "", "this tenant alone")
	flags.IntVar(&p.limit, "limit", defaultLimit, "how many `lines` of a list are drawn")
	flags.BoolVarP(&p.all, "all", "A", false, "deactivated people, too")
	completed(c, "tenant", from.offering(tenantsOf))
	completed(c, "limit", cobra.NoFileCompletions)
	return c
}

// defaultLimit is how many lines of a list are drawn where nobody says.
const defaultLimit = 10

// planter makes the tree of a company.
type planter struct {
	company *company
	limit   int
	all     bool
	// declared are the people as values of the core, by the names of their objects.
	declared map[string]roster.Operator
}

// of is a person as a value of the core, which is made once.
func (p planter) of(o *v1alpha1.Operator) roster.Operator {
	declared, known := p.declared[o.Name]
	if !known {
		declared = translate.Operator(o)
		p.declared[o.Name] = declared
	}
	return declared
}

// root is the company, or the one tenant of it that is meant. The tenants themselves are never cut: there are few.
func (p planter) root(tenant string) (branch, error) {
	if tenant != "" {
		_, err := p.company.tenant(tenant, p.company.mentioned(), "")
		return p.tenant(tenant), err
	}
	root := branch{Name: p.company.name, About: counted(len(p.people(func(*v1alpha1.Operator) bool { return true })), "person", "people")}
	chiefs := p.people(func(o *v1alpha1.Operator) bool { return o.Spec.CompanyAdministrator })
	if len(chiefs) > 0 {
		root.Below = append(root.Below, p.gathered("company administrators", chiefs, p.plainly))
	}
	names := slices.Concat(p.company.tenants, p.company.mentioned())
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		root.Below = append(root.Below, p.tenant(name))
	}
	nowhere := p.people(func(o *v1alpha1.Operator) bool { return len(o.Spec.Tenants) == 0 && !o.Spec.CompanyAdministrator })
	if len(nowhere) > 0 {
		root.Below = append(root.Below, p.gathered("in no tenant", nowhere, p.plainly))
	}
	return root, nil
}

// people are those of the company that a condition is true of, in the order of their names, deactivated ones only if they are to be drawn.
func (p planter) people(is func(*v1alpha1.Operator) bool) []*v1alpha1.Operator {
	var found []*v1alpha1.Operator
	for _, o := range p.company.operators {
		if is(o) && (p.all || p.of(o).Active) {
			found = append(found, o)
		}
	}
	return found
}

// gathered is a line with people below it.
func (p planter) gathered(name string, people []*v1alpha1.Operator, line func(*v1alpha1.Operator) branch) branch {
	var below []branch
	for _, o := range people[:min(len(people), p.limit)] {
		below = append(below, line(o))
	}
	return branch{Name: name, About: counted(len(people), "person", "people"), Below: below, More: len(people) - len(below)}
}

func (p planter) plainly(o *v1alpha1.Operator) branch { return p.described(o, "") }

// described is the line of a person, with what is to be said beside it.
func (p planter) described(o *v1alpha1.Operator, about string) branch {
	if !p.of(o).Active {
		about = strings.TrimPrefix(about+", deactivated", ", ")
	}
	return branch{Kind: "Operator", Name: o.Name, About: about}
}

func (p planter) tenant(name string) branch {
	b := branch{Kind: "Tenant", Name: name, About: "it does not exist"}
	if declared, found := p.company.directory.Tenant(p.company.name, name); found {
		b.About = cmp.Or(joined(declared.Record.Channels), "no channels")
	}
	people := p.people(func(o *v1alpha1.Operator) bool { return entryOf(o, name) != nil })
	b.Below = append(b.Below, p.groups(name, people)...)
	unassigned := slices.DeleteFunc(slices.Clone(people), func(o *v1alpha1.Operator) bool { return len(entryOf(o, name).Groups) > 0 })
	if len(unassigned) > 0 {
		b.Below = append(b.Below, p.gathered("in no group", unassigned, func(o *v1alpha1.Operator) branch { return p.inTenant(o, name, "") }))
	}
	b.Below = append(b.Below, p.policies(name, people)...)
	return b
}

// inTenant is the line of somebody in a tenant.
func (p planter) inTenant(o *v1alpha1.Operator, tenant, more string) branch {
	declared := p.of(o)
	role, _ := declared.RoleIn(tenant)
	about := string(role) + more
	if entry, _ := declared.Entry(tenant); !entry.Active {
		about += ", off"
	}
	return p.described(o, about)
}

func entryOf(o *v1alpha1.Operator, tenant string) *v1alpha1.OperatorTenant {
	for i := range o.Spec.Tenants {
		if string(o.Spec.Tenants[i].Tenant) == tenant {
			return &o.Spec.Tenants[i]
		}
	}
	return nil
}

// groups are the groups of a tenant and those that its people name, with who is in each.
func (p planter) groups(tenant string, people []*v1alpha1.Operator) []branch {
	members, there := map[string][]*v1alpha1.Operator{}, map[string]bool{}
	for _, g := range p.company.directory.GroupsOf(p.company.name, tenant) {
		members[g.Name], there[g.Name] = nil, true
	}
	for _, o := range people {
		for _, g := range entryOf(o, tenant).Groups {
			members[string(g.Name)] = append(members[string(g.Name)], o)
		}
	}
	var lines []branch
	for _, name := range sortedKeys(members) {
		b := p.gathered(name, members[name], func(o *v1alpha1.Operator) branch { return p.inTenant(o, tenant, rankOf(o, tenant, name)) })
		b.Kind = "Group"
		if !there[name] && name != roster.GeneralGroup {
			b.About += ", it does not exist"
		}
		lines = append(lines, b)
	}
	return p.bounded(lines, "groups")
}

// rankOf is how a group ranks for somebody, where that is not as usual.
func rankOf(o *v1alpha1.Operator, tenant, group string) string {
	for _, g := range entryOf(o, tenant).Groups {
		if string(g.Name) == group && g.Priority != "" && g.Priority != v1alpha1.GroupPriorityNormal {
			return ", " + string(g.Priority)
		}
	}
	return ""
}

// bounded are lines with one that counts the rest. There are at least as many as a company of usual size has.
func (p planter) bounded(lines []branch, what string) []branch {
	most := max(p.limit, defaultLimit)
	if len(lines) <= most {
		return lines
	}
	return append(lines[:most:most], branch{Name: fmt.Sprintf("and %d more %s", len(lines)-most, what)})
}

// policies are the channel policies of a tenant with whom they match, whatever else keeps the grant from taking effect.
func (p planter) policies(tenant string, people []*v1alpha1.Operator) []branch {
	objects := p.company.directory.PoliciesOf(p.company.name, tenant)
	slices.SortFunc(objects, func(a, b *v1alpha1.ChannelPolicy) int { return strings.Compare(a.Name, b.Name) })
	var lines []branch
	for _, object := range objects {
		policy := translate.Policy(object)
		matched := slices.DeleteFunc(slices.Clone(people), func(o *v1alpha1.Operator) bool {
			return !policy.Grants(p.of(o), p.company.directory)
		})
		b := p.gathered(object.Name, matched, func(o *v1alpha1.Operator) branch { return p.inTenant(o, tenant, "") })
		b.Kind, b.About = "ChannelPolicy", joined(policy.Channels)+" to "+b.About
		lines = append(lines, b)
	}
	return p.bounded(lines, "channel policies")
}

// joined are words in a row.
func joined[E ~string](words []E) string {
	plain := make([]string, 0, len(words))
	for _, word := range words {
		plain = append(plain, string(word))
	}
	return strings.Join(plain, ", ")
}

func (b branch) draw(w io.Writer) {
	_, _ = fmt.Fprintln(w, b.title())
	b.drawBelow(w, "")
}

func (b branch) title() string {
	title := b.Name
	if b.Kind != "" && b.Kind != "Operator" {
		title = b.Kind + " " + title
	}
	if b.About != "" {
		title += " (" + b.About + ")"
	}
	return title
}

func (b branch) drawBelow(w io.Writer, indent string) {
	for i, child := range b.Below {
		mark, further := "├── ", "│   "
		if i == len(b.Below)-1 && b.More == 0 {
			mark, further = "└── ", "    "
		}
		_, _ = fmt.Fprintf(w, "%s%s%s\n", indent, mark, child.title())
		child.drawBelow(w, indent+further)
	}
	if b.More > 0 && len(b.Below) > 0 {
		_, _ = fmt.Fprintf(w, "%s└── and %d more\n", indent, b.More)
	}
}
