// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"cmp"
	"fmt"
	"slices"
)

// CompileVersion names the rules records are compiled by. A golden corpus fails the build when the output changes without it;
// raising it makes every object be compared with the store once more.
const CompileVersion = 3

// Compiled is what an Operator comes to.
type Compiled struct {
	// Person is the record, in canonical form.
	Person Person
	// Tenants tells per entry, by tenant, what takes effect and what does not.
	Tenants []TenantOutcome
	// Missing are the references that were not found, in the order of their paths.
	Missing []Reference
}

// TenantOutcome is what one entry comes to once the tenant's own facts have cut it.
type TenantOutcome struct {
	Tenant string
	// Role is the role in effect: a company administrator is Administrator, whatever the entry says.
	Role Role
	// Obstacles are what keeps everything of the entry from taking effect; none is that the person is live in the tenant.
	Obstacles []Obstacle
	// Conversations says in a short phrase whose conversations the person may read.
	Conversations string
	// Facts are the tenant's own.
	Facts TenantRecord
	// Channels are the channels in effect: granted, and had by the tenant.
	Channels []Channel
	// Ineffective is what was declared and has no effect, with why.
	Ineffective []Ineffective
}

// Ineffective is a grant that was declared and has no effect.
type Ineffective struct {
	// Grant names what has no effect, such as "channel Phone", or "team member anna" by the name of the object.
	Grant  string
	Reason ObstacleReason
	// Message says why, and what would give it effect.
	Message string
}

// Reference is a name that an object uses for another.
type Reference struct {
	Kind, Name string
	// Path is the field that holds the name, such as "spec.tenants[acme].groups[billing]".
	Path string
}

// String names the reference as an error message would.
func (r Reference) String() string { return fmt.Sprintf("%s %q (%s)", r.Kind, r.Name, r.Path) }

// Kinds of objects a reference names.
const (
	KindTenant   = "Tenant"
	KindGroup    = "Group"
	KindOperator = "Operator"
)

// Compile makes the record of a person and tells what of it takes effect. It is deterministic, whatever the order of lists.
func Compile(operator Operator, directory Directory) Compiled {
	compiled := Compiled{Person: Person{User: operator.user()}}
	for _, entry := range orderedBy(operator.Entries, func(e Entry) string { return e.Tenant }) {
		compiled.add(operator, entry, directory)
	}
	if operator.CompanyAdministrator {
		compiled.Person.Access = append(compiled.Person.Access, operator.accessElsewhere())
	}
	compiled.Person = compiled.Person.Canonical()
	for i := range compiled.Tenants {
		compiled.Tenants[i].settle(compiled.Person, directory)
	}
	slices.SortStableFunc(compiled.Missing, func(a, b Reference) int { return cmp.Compare(a.Path, b.Path) })
	return compiled
}

func (o Operator) user() User {
	profile := o.Profile
	if profile.PublicName == "" {
		profile.PublicName = o.UserName
	}
	return User{
		Company:              o.Company,
		UserName:             o.UserName,
		Profile:              profile,
		Locale:               o.Locale,
		TimeZone:             o.TimeZone,
		HomeTenant:           o.Home(),
		Active:               o.Active,
		CompanyAdministrator: o.CompanyAdministrator,
		CredentialMode:       o.CredentialMode,
		IdentityProvider:     o.IdentityProvider,
		ConversationAlerts:   o.ConversationAlerts,
		MessageAlerts:        o.MessageAlerts,
	}
}

func (c *Compiled) add(operator Operator, entry Entry, directory Directory) {
	path := fmt.Sprintf("spec.tenants[%s]", entry.Tenant)
	tenant, found := directory.Tenant(operator.Company, entry.Tenant)
	if !found {
		c.Missing = append(c.Missing, Reference{Kind: KindTenant, Name: entry.Tenant, Path: path + ".tenant"})
		tenant = strictest
	}
	for _, g := range entry.Groups {
		if g.Group != GeneralGroup && !groupResolves(directory, operator.Company, entry.Tenant, g.Group) {
			c.Missing = append(c.Missing, Reference{Kind: KindGroup, Name: g.Group, Path: fmt.Sprintf("%s.groups[%s]", path, g.Group)})
		}
	}
	outcome := TenantOutcome{Tenant: entry.Tenant}
	entry = outcome.permit(entry, tenant)
	if !found {
		// What the strictest policies do not allow is the least of it.
		outcome.Ineffective = nil
	}
	grants := grantsOf(operator, entry, directory)
	outcome.cut(grants, tenant, found)
	access := operator.access(entry, len(grants) > 0)

	c.Person.Grants = append(c.Person.Grants, grants...)
	c.Person.Access = append(c.Person.Access, access)
	c.Person.Memberships = append(c.Person.Memberships, Membership{
		Tenant:      entry.Tenant,
		Active:      entry.Active,
		Role:        entry.Role,
		Groups:      entry.Groups,
		Team:        c.team(operator, entry, directory, &outcome),
		Permissions: entry.Permissions,
		Switches:    entry.switches(access.Role, operator.Notifications),
		Profile:     entry.Profile,
	})
	c.Tenants = append(c.Tenants, outcome)
}

// permit is an entry as the policies of its tenant leave it: what they do not allow is absent.
func (t *TenantOutcome) permit(entry Entry, tenant Tenant) Entry {
	if entry.Role == Worker && tenant.RolePolicy != RolePolicyAdditive {
		for _, p := range sorted(entry.Permissions) {
			t.ineffective("permission "+string(p), ReasonStrictRolePolicy, fmt.Sprintf(
				"a Worker holds no permissions in this tenant; give the operator the role Manager, or set spec.rolePolicy of Tenant %q to Additive", t.Tenant))
		}
		entry.Permissions = nil
	}
	kept, over := tenant.within(entry.Groups)
	for _, g := range over {
		t.ineffective("group "+g.Group, ReasonTooManyGroups, fmt.Sprintf(
			"an operator is in at most %d groups of this tenant; take the operator out of another, or raise spec.groupPolicy.maxPerOperator of Tenant %q", tenant.MaxGroups, t.Tenant))
	}
	entry.Groups = kept
	return entry
}

// within parts declared groups into those the tenant lets an operator be in, by priority and then by name, and those over its maximum.
// They count whether or not they are there; the general group does not count.
func (t Tenant) within(declared []GroupMembership) (kept, over []GroupMembership) {
	if t.MaxGroups == 0 || len(declared) <= t.MaxGroups {
		return declared, nil
	}
	counted := make([]GroupMembership, 0, len(declared))
	for _, g := range declared {
		if g.Group == GeneralGroup {
			kept = append(kept, g)
			continue
		}
		counted = append(counted, g)
	}
	slices.SortFunc(counted, func(a, b GroupMembership) int {
		return cmp.Or(cmp.Compare(a.Priority.rank(), b.Priority.rank()), cmp.Compare(a.Group, b.Group))
	})
	// A maximum that is none of the schema's allows the least.
	most := min(max(t.MaxGroups, 1), len(counted))
	return append(kept, counted[:most]...), counted[most:]
}

// team are the user names of an entry's effective team: the people it names who are Worker or Manager in the same tenant.
func (c *Compiled) team(operator Operator, entry Entry, directory Directory, outcome *TenantOutcome) []string {
	if entry.Role != Manager {
		return nil
	}
	var team []string
	for _, name := range sorted(entry.Team) {
		if name == operator.Name {
			continue
		}
		member, found := directory.Operator(operator.Company, name)
		if !found {
			c.Missing = append(c.Missing, Reference{Kind: KindOperator, Name: name, Path: fmt.Sprintf("spec.tenants[%s].team[%s]", entry.Tenant, name)})
			continue
		}
		role, present := member.RoleIn(entry.Tenant)
		switch {
		case !present:
			outcome.ineffective("team member "+name, ReasonNotWorkerOrManager, "the operator has no entry for this tenant; add one, or take the operator out of the team")
		case role == Administrator:
			outcome.ineffective("team member "+name, ReasonNotWorkerOrManager, "the operator is Administrator in this tenant; a team holds people with the role Worker or Manager")
		default:
			team = append(team, member.userKey())
		}
	}
	return team
}

// settle fills what follows from the person's record and the tenant's facts together.
func (t *TenantOutcome) settle(person Person, directory Directory) {
	standing := person.Stand(t.Tenant, directory)
	t.Role, t.Obstacles = standing.Access.Role, standing.Obstacles
	t.Conversations, t.Facts = standing.Conversations(), standing.Facts
}

func (o Operator) userKey() string { return NewPersonKey(o.Company, o.UserName).UserName }

func (t *TenantOutcome) ineffective(grant string, reason ObstacleReason, message string) {
	t.Ineffective = append(t.Ineffective, Ineffective{Grant: grant, Reason: reason, Message: message})
}

// cut keeps of the grants what the tenant itself offers.
func (t *TenantOutcome) cut(grants []Grant, tenant Tenant, found bool) {
	for _, g := range grants {
		switch {
		case !found:
			t.ineffective("channel "+string(g.Channel), ReasonTenantMissing, fmt.Sprintf("Tenant %q does not exist; the grant takes effect once it does", t.Tenant))
		case !slices.Contains(tenant.Record.Channels, g.Channel):
			t.ineffective("channel "+string(g.Channel), ReasonChannelNotOfTenant, channelNotOfTenant(g.Channel, t.Tenant))
		default:
			t.Channels = append(t.Channels, g.Channel)
		}
	}
}

// grantsOf are the uncut grants of one entry: the union of its direct channels and of all policies that match, in the
// order of channels. A state is allowed if any grant allows it, and the largest capacity wins; a direct grant allows both
// states and has no cap.
func grantsOf(operator Operator, entry Entry, directory Directory) []Grant {
	var union grantUnion
	for _, channel := range entry.Channels {
		union.add(Grant{Tenant: entry.Tenant, Channel: channel, Online: true, Away: true, Causes: []Cause{{Kind: CauseDirect}}})
	}
	for policy := range directory.Policies(operator.Company, entry.Tenant) {
		if !policy.Matches(operator, entry, directory) {
			continue
		}
		for _, channel := range policy.Channels {
			union.add(Grant{
				Tenant: entry.Tenant, Channel: channel, Online: policy.Online, Away: policy.Away, Capacity: policy.Capacity,
				Causes: []Cause{{Kind: CausePolicy, Name: policy.Name}},
			})
		}
	}
	return orderedBy(union, func(g Grant) string { return string(g.Channel) })
}

type grantUnion []Grant

func (u *grantUnion) add(g Grant) {
	i := slices.IndexFunc(*u, func(have Grant) bool { return have.Channel == g.Channel })
	if i < 0 {
		*u = append(*u, g)
		return
	}
	have := &(*u)[i]
	have.Online = have.Online || g.Online
	have.Away = have.Away || g.Away
	if have.Capacity == 0 || g.Capacity == 0 {
		have.Capacity = 0
	} else {
		have.Capacity = max(have.Capacity, g.Capacity)
	}
	if !slices.Contains(have.Causes, g.Causes[0]) {
		have.Causes = append(have.Causes, g.Causes...)
	}
}
