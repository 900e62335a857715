// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
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

// WarnOperator is what a person is told who changes an Operator: what is held, what is missing and what has no effect, and what the
// change itself brings about. Nothing before is a creation, and nothing after a deletion.
func WarnOperator(before, after *Operator, neighbours Neighbours) []Warning {
	var warnings []Warning
	if after != nil {
		compiled := Compile(*after, neighbours)
		warnings = after.Warnings(compiled, neighbours)
		if before != nil {
			for _, change := range compiled.Person.VisibilityChanges(Compile(*before, neighbours).Person, neighbours) {
				warnings = append(warnings, Warning{Rule: WarnViewsChange, Message: change.Message})
			}
		}
	}
	return append(warnings, warnOfTransition(before, after, neighbours)...)
}

// Warnings are what is held of an Operator, what is missing and what has no effect, whatever was before. Compiled is what the Operator
// comes to among the neighbours.
func (o Operator) Warnings(compiled Compiled, neighbours Neighbours) []Warning {
	return slices.Concat(
		o.warnOfHolds(neighbours), missingReferences(compiled.Missing), o.warnOfChannels(neighbours), compiled.warnOfTeams(),
		o.warnOfNotifications(compiled), o.warnOfPublicNames(),
	)
}

// WarnTenant is what a person is told who creates or changes a Tenant.
func WarnTenant(after Tenant) []Warning {
	var warnings []Warning
	for _, channel := range sorted(after.Record.AwayRouting) {
		if !slices.Contains(after.Record.Channels, channel) {
			warnings = append(warnings, Warning{
				Rule: WarnChannelNotOfTenant, Path: fmt.Sprintf("spec.awayRouting.channels[%s]", channel),
				Message: "the tenant does not have the channel; add it to spec.channels",
			})
		}
	}
	return warnings
}

// Warnings are what of a Group is missing and what has no effect, whatever was before.
func (g Group) Warnings(directory Directory) []Warning {
	return append(missingReferences(MissingTenant(g.Company, g.Tenant, directory)),
		channelsNotOfTenant("spec.channels", g.Company, g.Tenant, g.Channels, directory)...)
}

// WarnGroup is what a person is told who changes a Group. Nothing before is a creation, and nothing after a deletion.
func WarnGroup(before, after *Group, neighbours Neighbours) []Warning {
	var warnings []Warning
	if after != nil {
		warnings = after.Warnings(neighbours)
	}
	if before != nil && after != nil {
		return warnings
	}
	group := cmp.Or(before, after)
	beside := neighbours.HasGroupsBeside(group.Company, group.Tenant, KindGroup, group.Name)
	return append(warnings, groupsComeOrGo(neighbours, group.Company, group.Tenant, beside || before != nil, beside || after != nil)...)
}

// WarnPolicy is what a person is told who creates or changes a ChannelPolicy. Whether anybody matches it is not asked: people may come.
func WarnPolicy(after Policy, directory Directory) []Warning {
	return after.Warnings(directory, len(after.Subjects))
}

// effectPaths are the fields by which a policy has no effect, by the reason.
var effectPaths = map[EffectReason]string{
	EffectNoChannelOfTenant: "spec.channels", EffectNothingAllowed: "spec.availability", EffectNoMatch: "spec.subjects",
}

// Warnings are what of a ChannelPolicy is missing and what has no effect, where it matches so many people.
func (p Policy) Warnings(directory Directory, matched int) []Warning {
	warnings := append(missingReferences(p.Missing(directory)),
		channelsNotOfTenant("spec.channels", p.Company, p.Tenant, p.Channels, directory)...)
	if effect := p.Effect(directory, matched); !effect.Effective && effect.Reason != EffectTenantMissing {
		warnings = append(warnings, Warning{
			Rule: WarnPolicyGrantsNothing, Path: effectPaths[effect.Reason], Message: "the policy grants nothing: " + effect.Message,
		})
	}
	return warnings
}

// WarnOfClaims is the warning for an Operator who claims a user of Kubernetes whom others claim, too.
func WarnOfClaims(name string, claimants []Operator) []Warning {
	claimed := func(sentence string) []Warning {
		return []Warning{{Rule: WarnKubernetesUserTaken, Path: "spec.kubernetesUser", Message: sentence}}
	}
	var others []string
	for i := range claimants {
		if claimants[i].Name != name {
			others = append(others, claimants[i].Name)
		}
	}
	switch len(others) {
	case 0:
		return nil
	case 1:
		return claimed(quotedNames(others) + " claims it too, so neither is that user; leave it to one of them")
	}
	return claimed(quotedNames(others) + " claim it too, so none of them is that user; leave it to one of them")
}

// rivalsTold is how many others are told of who declare the same names.
const rivalsTold = 10

func (o Operator) warnOfHolds(neighbours Neighbours) []Warning {
	var warnings []Warning
	for _, hold := range Holds(o, neighbours) {
		warnings = append(warnings, hold.warning())
	}
	var told []string
	for rival := range neighbours.Rivals(o) {
		if len(told) == rivalsTold {
			break
		}
		if !slices.Contains(told, rival.Name) {
			warnings = append(warnings, o.warnOfRival(rival)...)
			told = append(told, rival.Name)
		}
	}
	return warnings
}

func (o Operator) warnOfRival(rival Operator) []Warning {
	var warnings []Warning
	if rival.userKey() == o.userKey() {
		warnings = append(warnings, Warning{Rule: WarnUserNameTaken, Path: "spec.userName", Message: fmt.Sprintf(
			"Operator %q has the user name, so only one of the two is written; delete the other, or create this one with another user name", rival.Name)})
	}
	if rival.user().EmailKey() == o.user().EmailKey() {
		warnings = append(warnings, HoldOfEmail(rival.Name).warning())
	}
	return warnings
}

func missingReferences(missing []Reference) []Warning {
	var warnings []Warning
	for _, m := range missing {
		warnings = append(warnings, Warning{
			Rule: missingRules[m.Kind], Path: m.Path, Message: fmt.Sprintf("%s %q does not exist; it takes effect once it does", m.Kind, m.Name),
		})
	}
	return warnings
}

func (o Operator) warnOfChannels(directory Directory) []Warning {
	var warnings []Warning
	for _, e := range o.Entries {
		warnings = append(warnings, channelsNotOfTenant(entryPath(e.Tenant, ".channels"), o.Company, e.Tenant, e.Channels, directory)...)
	}
	return warnings
}

// channelsNotOfTenant tells of channels that a tenant which is there does not have.
func channelsNotOfTenant(path, company, name string, channels []Channel, directory Directory) []Warning {
	tenant, found := directory.Tenant(company, name)
	if !found {
		return nil
	}
	var warnings []Warning
	for _, channel := range sorted(channels) {
		if !slices.Contains(tenant.Record.Channels, channel) {
			warnings = append(warnings, Warning{
				Rule: WarnChannelNotOfTenant, Path: fmt.Sprintf("%s[%s]", path, channel), Message: channelNotOfTenant(channel, name),
			})
		}
	}
	return warnings
}

// warnOfTeams tells of teammates who are not Worker or Manager.
func (c Compiled) warnOfTeams() []Warning {
	var warnings []Warning
	for _, outcome := range c.Tenants {
		for _, i := range outcome.Ineffective {
			if i.Reason == ReasonNotWorkerOrManager {
				_, member, _ := strings.Cut(i.Grant, "team member ")
				warnings = append(warnings, Warning{
					Rule: WarnNotWorkerOrManager, Path: entryPath(outcome.Tenant, ".team["+member+"]"), Message: i.Message,
				})
			}
		}
	}
	return warnings
}

// warnOfNotifications tells of mail switches that are on where there is no channel to be told of (F87 F88).
func (o Operator) warnOfNotifications(compiled Compiled) []Warning {
	var warnings []Warning
	for _, outcome := range compiled.Tenants {
		entry, _ := o.Entry(outcome.Tenant)
		effective := entry.switches(outcome.Role, o.Notifications)
		text := slices.ContainsFunc(outcome.Channels, func(c Channel) bool { return c != Phone })
		if effective.AfterConversation && !text && outcome.Facts.Tenant != "" {
			warnings = append(warnings, Warning{
				Rule: WarnMailNeverSent, Path: entryPath(outcome.Tenant, ".notifications.afterConversation"),
				Message: "the person serves no text channel there, so no such mail is ever sent",
			})
		}
		if effective.AfterCall && !slices.Contains(outcome.Channels, Phone) && outcome.Facts.Tenant != "" {
			warnings = append(warnings, Warning{
				Rule: WarnMailNeverSent, Path: entryPath(outcome.Tenant, ".notifications.afterCall"),
				Message: "the person does not serve the channel Phone there, so no such mail is ever sent",
			})
		}
	}
	return warnings
}

// warnOfPublicNames tells of names shown to customers that look like an e-mail address (F09).
func (o Operator) warnOfPublicNames() []Warning {
	const remedy = "customers see it, and it looks like an e-mail address; "
	var warnings []Warning
	shown := func(path, instead string) {
		warnings = append(warnings, Warning{Rule: WarnPublicNameLooksLikeEmail, Path: path, Message: remedy + instead})
	}
	switch {
	case looksLikeEmail(o.Profile.PublicName):
		shown("spec.profile.publicName", "set a name instead")
	case o.Profile.PublicName == "" && looksLikeEmail(o.UserName):
		shown("spec.userName", "set spec.profile.publicName")
	}
	for _, e := range o.Entries {
		if looksLikeEmail(e.Profile.PublicName) {
			shown(entryPath(e.Tenant, ".profile.publicName"), "set a name instead")
		}
	}
	return warnings
}

func looksLikeEmail(name string) bool { return emailFormat.pattern.MatchString(name) }

// warnOfTransition tells what the coming, the going or an edit of a person brings about for others.
func warnOfTransition(before, after *Operator, neighbours Neighbours) []Warning {
	person := *cmp.Or(before, after)
	var warnings []Warning
	for _, tenant := range namedTenants(before, after) {
		beside := neighbours.HasGroupsBeside(person.Company, tenant, KindOperator, person.Name)
		warnings = append(warnings, groupsComeOrGo(neighbours, person.Company, tenant, beside || before.groupedIn(tenant), beside || after.groupedIn(tenant))...)
	}
	if lost := lastAdministered(before, after, neighbours); len(lost) > 0 && after != nil {
		warnings = append(warnings, HoldOfAdministrator(lost).warning())
	} else if len(lost) > 0 {
		warnings = append(warnings, Warning{
			Rule: WarnLastAdministrator, Message: fmt.Sprintf("nobody else is a live Administrator of %s; make somebody else Administrator first", quotedNames(lost)),
		})
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
func groupsComeOrGo(directory Directory, company, name string, before, after bool) []Warning {
	tenant, found := directory.Tenant(company, name)
	if !found || before == after {
		return nil
	}
	was, is := tenant.Record, tenant.Record
	was.HasGroups, is.HasGroups = before, after
	var warnings []Warning
	for _, change := range is.VisibilityChanges(was) {
		warnings = append(warnings, Warning{Rule: WarnViewsChange, Message: fmt.Sprintf("in Tenant %q %s", name, change.Message)})
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

// Administered tells whether a tenant has a live Administrator.
func Administered(company, tenant string, neighbours Neighbours) bool {
	return administeredByAnother("", company, tenant, neighbours)
}

// WarnOfAdministration tells of the tenants that an Operator is Administrator of without being live there, while nobody else is: if the
// person was live until now, that stays so. What was before, the declaration does not say, so it is told of whoever it could be.
func (o Operator) WarnOfAdministration(neighbours Neighbours, administered func(tenant string) bool) []Warning {
	kept := func(path string, tenants ...string) Warning {
		return Warning{Rule: WarnLastAdministrator, Path: path, Message: fmt.Sprintf(
			"nobody else is a live Administrator of %s, so if the person is one until now that stays so; make somebody else Administrator first", quotedNames(tenants))}
	}
	lost := func(tenant string) bool {
		_, found := neighbours.Tenant(o.Company, tenant)
		return found && !o.AdministratorOf(tenant) && !administered(tenant)
	}
	var warnings []Warning
	for _, e := range o.Entries {
		if (e.Role == Administrator || o.CompanyAdministrator) && lost(e.Tenant) {
			warnings = append(warnings, kept(entryPath(e.Tenant, ".active"), e.Tenant))
		}
	}
	if others := o.administeredWithoutEntry(neighbours, lost); len(others) > 0 {
		warnings = append(warnings, kept("spec.active", others...))
	}
	return warnings
}

// administeredWithoutEntry are those of some tenants that a company administrator who is deactivated has no entry for.
func (o Operator) administeredWithoutEntry(neighbours Neighbours, among func(tenant string) bool) []string {
	if o.Active || !o.CompanyAdministrator {
		return nil
	}
	var names []string
	for tenant := range neighbours.TenantNames(o.Company) {
		if _, declared := o.Entry(tenant); !declared && among(tenant) {
			names = append(names, tenant)
		}
	}
	return names
}
