// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
)

// Neighbours are what warnings look up of a company beside what a [Directory] knows. They look up by key or index, too.
type Neighbours interface {
	Directory
	// People are who may be there for a tenant: the company administrators first, then everybody with an entry for it.
	People(company, tenant string) iter.Seq[Operator]
	// Rivals are the other operators who declare the user name or the e-mail address of an operator. Who declares both may come twice.
	Rivals(operator Operator) iter.Seq[Operator]
	// TenantNames are the names of the tenants of a company.
	TenantNames(company string) iter.Seq[string]
	// HasGroupsBeside tells what [Directory.HasGroups] would without one Group or Operator of that name.
	HasGroupsBeside(company, tenant, kind, name string) bool
}

// WarnOperator are the sentences a person is told who changes an Operator: what is held, what is missing and what has no effect, and
// what the change itself brings about. Nothing before is a creation, and nothing after a deletion. They name no person but by
// the names of objects, and keep nothing from being admitted.
func WarnOperator(before, after *Operator, neighbours Neighbours) []string {
	var warnings []string
	if after != nil {
		compiled := Compile(*after, neighbours)
		warnings = slices.Concat(
			after.warnOfHolds(neighbours), missingReferences(compiled.Missing), after.warnOfChannels(neighbours), compiled.warnOfTeams(),
			after.warnOfNotifications(compiled), after.warnOfPublicNames(),
		)
		if before != nil {
			for _, change := range compiled.Person.VisibilityChanges(Compile(*before, neighbours).Person, neighbours) {
				warnings = append(warnings, change.Message)
			}
		}
	}
	return append(warnings, warnOfTransition(before, after, neighbours)...)
}

// WarnTenant are the sentences a person is told who creates or changes a Tenant.
func WarnTenant(after Tenant) []string {
	var warnings []string
	for _, channel := range sorted(after.Record.AwayRouting) {
		if !slices.Contains(after.Record.Channels, channel) {
			warnings = append(warnings, fmt.Sprintf("spec.awayRouting.channels[%s]: the tenant does not have the channel; add it to spec.channels", channel))
		}
	}
	return warnings
}

// WarnGroup are the sentences a person is told who changes a Group. Nothing before is a creation, and nothing after a deletion.
func WarnGroup(before, after *Group, neighbours Neighbours) []string {
	var warnings []string
	if after != nil {
		warnings = append(missingReferences(MissingTenant(after.Company, after.Tenant, neighbours)),
			channelsNotOfTenant("spec.channels", after.Company, after.Tenant, after.Channels, neighbours)...)
	}
	if before != nil && after != nil {
		return warnings
	}
	group := cmp.Or(before, after)
	beside := neighbours.HasGroupsBeside(group.Company, group.Tenant, KindGroup, group.Name)
	return append(warnings, groupsComeOrGo(neighbours, group.Company, group.Tenant, beside || before != nil, beside || after != nil)...)
}

// WarnPolicy are the sentences a person is told who creates or changes a ChannelPolicy.
func WarnPolicy(after Policy, directory Directory) []string {
	warnings := append(missingReferences(after.Missing(directory)),
		channelsNotOfTenant("spec.channels", after.Company, after.Tenant, after.Channels, directory)...)
	if effect := after.Effect(directory, len(after.Subjects)); !effect.Effective && effect.Reason != EffectTenantMissing {
		warnings = append(warnings, "the policy grants nothing: "+effect.Message)
	}
	return warnings
}

// WarnOfClaims is the sentence for an Operator who claims a user of Kubernetes whom others claim, too.
func WarnOfClaims(name string, claimants []Operator) []string {
	var others []string
	for _, o := range claimants {
		if o.Name != name {
			others = append(others, fmt.Sprintf("%q", o.Name))
		}
	}
	slices.Sort(others)
	switch len(others) {
	case 0:
		return nil
	case 1:
		return []string{fmt.Sprintf("spec.kubernetesUser: %s claims it too, so neither is that user; leave it to one of them", others[0])}
	}
	return []string{fmt.Sprintf("spec.kubernetesUser: %s claim it too, so none of them is that user; leave it to one of them", enumerate(others))}
}

func (o Operator) warnOfHolds(neighbours Neighbours) []string {
	var warnings []string
	for _, hold := range Holds(o, neighbours) {
		warnings = append(warnings, hold.String())
	}
	var told []string
	for rival := range neighbours.Rivals(o) {
		if !slices.Contains(told, rival.Name) {
			warnings = append(warnings, o.warnOfRival(rival)...)
			told = append(told, rival.Name)
		}
	}
	return warnings
}

func (o Operator) warnOfRival(rival Operator) []string {
	var warnings []string
	if rival.userKey() == o.userKey() {
		warnings = append(warnings, fmt.Sprintf("spec.userName: Operator %q has the user name, so only one of the two is written; "+
			"delete the other, or create this one with another user name", rival.Name))
	}
	if rival.user().EmailKey() == o.user().EmailKey() {
		warnings = append(warnings, HoldOfEmail(rival.Name).String())
	}
	return warnings
}

func missingReferences(missing []Reference) []string {
	var warnings []string
	for _, m := range missing {
		warnings = append(warnings, fmt.Sprintf("%s: %s %q does not exist; it takes effect once it does", m.Path, m.Kind, m.Name))
	}
	return warnings
}

func (o Operator) warnOfChannels(directory Directory) []string {
	var warnings []string
	for _, e := range o.Entries {
		warnings = append(warnings, channelsNotOfTenant(entryPath(e.Tenant, ".channels"), o.Company, e.Tenant, e.Channels, directory)...)
	}
	return warnings
}

// channelsNotOfTenant tells of channels that a tenant which is there does not have.
func channelsNotOfTenant(path, company, name string, channels []Channel, directory Directory) []string {
	tenant, found := directory.Tenant(company, name)
	if !found {
		return nil
	}
	var warnings []string
	for _, channel := range sorted(channels) {
		if !slices.Contains(tenant.Record.Channels, channel) {
			warnings = append(warnings, fmt.Sprintf("%s[%s]: %s", path, channel, channelNotOfTenant(channel, name)))
		}
	}
	return warnings
}

// warnOfTeams tells of teammates who are not Worker or Manager.
func (c Compiled) warnOfTeams() []string {
	var warnings []string
	for _, outcome := range c.Tenants {
		for _, i := range outcome.Ineffective {
			if i.Reason == ReasonNotWorkerOrManager {
				warnings = append(warnings, fmt.Sprintf("%s: %s: %s", entryPath(outcome.Tenant, ".team"), i.Grant, i.Message))
			}
		}
	}
	return warnings
}

// warnOfNotifications tells of mail switches that are on where there is no channel to be told of (F87 F88).
func (o Operator) warnOfNotifications(compiled Compiled) []string {
	var warnings []string
	for _, outcome := range compiled.Tenants {
		entry, _ := o.Entry(outcome.Tenant)
		effective := entry.switches(outcome.Role, o.Notifications)
		text := slices.ContainsFunc(outcome.Channels, func(c Channel) bool { return c != Phone })
		if effective.AfterConversation && !text && outcome.Facts.Tenant != "" {
			warnings = append(warnings, fmt.Sprintf("%s: the person serves no text channel there, so no such mail is ever sent",
				entryPath(outcome.Tenant, ".notifications.afterConversation")))
		}
		if effective.AfterCall && !slices.Contains(outcome.Channels, Phone) && outcome.Facts.Tenant != "" {
			warnings = append(warnings, fmt.Sprintf("%s: the person does not serve the channel Phone there, so no such mail is ever sent",
				entryPath(outcome.Tenant, ".notifications.afterCall")))
		}
	}
	return warnings
}

// warnOfPublicNames tells of names shown to customers that look like an e-mail address (F09).
func (o Operator) warnOfPublicNames() []string {
	const remedy = "customers see it, and it looks like an e-mail address; "
	var warnings []string
	switch {
	case looksLikeEmail(o.Profile.PublicName):
		warnings = append(warnings, "spec.profile.publicName: "+remedy+"set a name instead")
	case o.Profile.PublicName == "" && looksLikeEmail(o.UserName):
		warnings = append(warnings, "spec.userName: "+remedy+"set spec.profile.publicName")
	}
	for _, e := range o.Entries {
		if looksLikeEmail(e.Profile.PublicName) {
			warnings = append(warnings, entryPath(e.Tenant, ".profile.publicName")+": "+remedy+"set a name instead")
		}
	}
	return warnings
}

func looksLikeEmail(name string) bool { return emailFormat.pattern.MatchString(name) }

// warnOfTransition tells what the coming, the going or an edit of a person brings about for others.
func warnOfTransition(before, after *Operator, neighbours Neighbours) []string {
	person := *cmp.Or(before, after)
	var warnings []string
	for _, tenant := range namedTenants(before, after) {
		beside := neighbours.HasGroupsBeside(person.Company, tenant, KindOperator, person.Name)
		warnings = append(warnings, groupsComeOrGo(neighbours, person.Company, tenant, beside || before.groupedIn(tenant), beside || after.groupedIn(tenant))...)
	}
	if lost := lastAdministered(before, after, neighbours); len(lost) > 0 && after != nil {
		warnings = append(warnings, HoldOfAdministrator(lost).String())
	} else if len(lost) > 0 {
		warnings = append(warnings, fmt.Sprintf("nobody else is a live Administrator of %s; make somebody else Administrator first", quotedNames(lost)))
	}
	return warnings
}

// namedTenants are the tenants that a person names before or after.
func namedTenants(before, after *Operator) []string {
	var names []string
	for _, o := range []*Operator{before, after} {
		if o == nil {
			continue
		}
		for _, e := range o.Entries {
			names = append(names, e.Tenant)
		}
	}
	return sorted(names)
}

// groupedIn tells whether a person, if there is one, declares a group in a tenant.
func (o *Operator) groupedIn(tenant string) bool {
	if o == nil {
		return false
	}
	entry, found := o.Entry(tenant)
	return found && !entry.unassigned()
}

// groupsComeOrGo tells what everybody of a tenant sees when it comes to its first group or loses its last.
func groupsComeOrGo(directory Directory, company, name string, before, after bool) []string {
	tenant, found := directory.Tenant(company, name)
	if !found || before == after {
		return nil
	}
	was, is := tenant.Record, tenant.Record
	was.HasGroups, is.HasGroups = before, after
	var warnings []string
	for _, change := range is.VisibilityChanges(was) {
		warnings = append(warnings, fmt.Sprintf("in Tenant %q %s", name, change.Message))
	}
	return warnings
}

// lastAdministered are the tenants that are there and lose their last live Administrator.
func lastAdministered(before, after *Operator, neighbours Neighbours) []string {
	if before == nil {
		return nil
	}
	candidates := namedTenants(before, nil)
	if before.CompanyAdministrator {
		candidates = sorted(slices.AppendSeq(candidates, neighbours.TenantNames(before.Company)))
	}
	return slices.DeleteFunc(candidates, func(tenant string) bool {
		_, found := neighbours.Tenant(before.Company, tenant)
		kept := after != nil && after.AdministratorOf(tenant)
		return !found || !before.AdministratorOf(tenant) || kept || administeredByAnother(before.Name, before.Company, tenant, neighbours)
	})
}

func administeredByAnother(name, company, tenant string, neighbours Neighbours) bool {
	for other := range neighbours.People(company, tenant) {
		if other.Name != name && other.AdministratorOf(tenant) {
			return true
		}
	}
	return false
}
