// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"fmt"
	"strings"
)

// Hold is a part of a spec that the store does not have as it is declared, because of another object. It ends by itself when that
// object changes.
type Hold struct {
	// Path is the part, such as "spec.tenants[acme].permissions[ViewEmails]".
	Path string
	// Reason is one of [ReasonStrictRolePolicy], [ReasonTooManyGroups], [ReasonProfileIncomplete], [ReasonEmailTaken] and
	// [ReasonLastAdministrator].
	Reason ObstacleReason
	// Message says why, what the store has meanwhile, and what would end it. It holds nothing that is known of a person but names of
	// objects.
	Message string
}

// String says the hold in a sentence.
func (h Hold) String() string { return fmt.Sprintf("%s is held: %s", h.Path, h.Message) }

// The reasons of holds beside those of [Ineffective].
const (
	// ReasonProfileIncomplete: the tenant demands a field of the profile that the person has not.
	ReasonProfileIncomplete ObstacleReason = "ProfileIncomplete"
	// ReasonEmailTaken: somebody else of the company has the e-mail address.
	ReasonEmailTaken ObstacleReason = "EmailTaken"
	// ReasonInvalid: an entry breaks a rule by itself. Only an edit ends that, so it is no hold.
	ReasonInvalid ObstacleReason = "Invalid"
	// ReasonLastAdministrator: nobody else is a live Administrator of the tenant.
	ReasonLastAdministrator ObstacleReason = "LastAdministrator"
)

// heldLists are the lists of an entry that a policy of the tenant holds parts of back, by the reason.
var heldLists = map[ObstacleReason]string{ReasonStrictRolePolicy: "permissions", ReasonTooManyGroups: "groups"}

// Holds are the parts of an Operator that the policies of its tenants hold back: additive permissions, groups over the maximum, and whole
// entries whose profile lacks what the tenant demands. A tenant that is not there holds nothing: it gives nothing anyway.
func Holds(operator Operator, directory Directory) []Hold {
	var held []Hold
	for _, entry := range orderedBy(operator.Entries, func(e Entry) string { return e.Tenant }) {
		tenant, found := directory.Tenant(operator.Company, entry.Tenant)
		if !found {
			continue
		}
		outcome := TenantOutcome{Tenant: entry.Tenant}
		outcome.permit(entry, tenant)
		for _, i := range outcome.Ineffective {
			_, name, _ := strings.Cut(i.Grant, " ")
			held = append(held, Hold{Path: entryPath(entry.Tenant, fmt.Sprintf(".%s[%s]", heldLists[i.Reason], name)), Reason: i.Reason, Message: i.Message})
		}
		held = append(held, operator.incomplete(entry, tenant)...)
	}
	return held
}

// profileFields are the fields a tenant can demand, as they are called in a spec.
var profileFields = map[ProfileField]struct {
	name string
	of   func(Profile) string
}{
	RequireTitle:       {"title", func(p Profile) string { return p.Title }},
	RequirePhoneNumber: {"phoneNumber", func(p Profile) string { return p.PhoneNumber }},
}

// incomplete is the hold of an entry whose profile lacks what the tenant demands. An entry that is switched off gives nothing, and is
// written whatever it lacks, so that switching off always works.
func (o Operator) incomplete(entry Entry, tenant Tenant) []Hold {
	if !entry.Active {
		return nil
	}
	var missing []string
	for _, field := range sorted(tenant.Record.Settings.RequiredProfile) {
		known, demanded := profileFields[field]
		if demanded && known.of(entry.Profile) == "" && known.of(o.Profile) == "" {
			missing = append(missing, known.name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return []Hold{{
		Path: entryPath(entry.Tenant, ""), Reason: ReasonProfileIncomplete,
		Message: fmt.Sprintf("Tenant %q demands %s of its operators, so the entry is not written, and one that is there only loses what is taken away; "+
			"set %[2]s in spec.profile or in the entry's profile", entry.Tenant, joined(missing)),
	}}
}

// HoldOfEmail is the hold of an e-mail address that another Operator of the company has, or that a person has who was deleted and is not
// purged yet: then the name is empty.
func HoldOfEmail(owner string) Hold {
	who := "somebody who was deleted and is not purged yet has it"
	if owner != "" {
		who = fmt.Sprintf("Operator %q has it", owner)
	}
	return Hold{
		Path: "spec.profile.email", Reason: ReasonEmailTaken,
		Message: who + ", so the former address stays, and a new person is not written; choose another, or free this one",
	}
}

// HoldOfAdministrator is the hold of the last live Administrator of some tenants.
func HoldOfAdministrator(tenants []string) Hold {
	return Hold{
		Path: entriesPath, Reason: ReasonLastAdministrator,
		Message: fmt.Sprintf("nobody else is a live Administrator of %s, so the person stays active and Administrator there; make somebody else Administrator first",
			quotedNames(tenants)),
	}
}

// namesTold is how many names a sentence lists before it counts them.
const namesTold = 3

// quotedNames are some names as they are read out.
func quotedNames(names []string) string {
	words := sorted(names)
	for i := range words[:min(len(words), namesTold)] {
		words[i] = fmt.Sprintf("%q", words[i])
	}
	return enumerate(words)
}

// enumerate reads out the first of some words, and counts the others.
func enumerate(words []string) string {
	if len(words) <= namesTold {
		return joined(words)
	}
	return fmt.Sprintf("%s and %d more", strings.Join(words[:namesTold], ", "), len(words)-namesTold)
}

// HoldEmail is the person with the e-mail address of before, because the one declared is taken.
func (p Person) HoldEmail(before Person) Person {
	p.User.Profile.Email = before.User.Profile.Email
	return p
}
