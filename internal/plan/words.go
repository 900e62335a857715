// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roster-dev/roster/internal/roster"
)

// sentences say what a statement of each kind says. {what} stands for what is given or taken, {who} for the people, {where} for the tenant.
var sentences = map[Kind]string{
	PersonAdded:                "adds {who}",
	PersonDeactivated:          "deactivates {who}",
	PersonReactivated:          "activates {who}",
	PersonRemoved:              "removes {who} for good",
	PersonOrphaned:             "leaves {who} to nobody, with all access as it is",
	CompanyAdministratorGained: "makes {who} Administrator of the company",
	CompanyAdministratorLost:   "makes {who} Administrator of the company no longer",
	TenantAdded:                "adds the tenant {what}",
	TenantRemoved:              "removes the tenant {what}, and nobody has anything in it any more",

	AccessEnded:        "takes all access from {who}",
	AccessBegun:        "lets {who} in {what}",
	RoleChanged:        "changes the role of {who} {what}",
	ChannelLost:        "takes {what} from {who}",
	ChannelGained:      "adds {what} for {who}",
	CapacityLowered:    "lowers {what} for {who}",
	CapacityRaised:     "raises {what} for {who}",
	GroupChannelLost:   "takes {what} from {who}",
	GroupChannelGained: "adds {what} for {who}",
	ReadingLost:        "no longer lets {who} read {what}",
	ReadingGained:      "lets {who} read {what}",
	CapabilityLost:     "takes {what} from {who}",
	CapabilityGained:   "gives {what} to {who}",
	ReachNarrowed:      "narrows {what} for {who}",
	ReachWidened:       "widens {what} for {who}",
	GroupLeft:          "takes {who} out of {what}",
	GroupJoined:        "puts {who} into {what}",
	TeamMemberLost:     "takes {what} out of the team of {who}",
	TeamMemberGained:   "puts {what} into the team of {who}",

	LastAdministrator: "would remove the last Administrator of {where}: held. {stays} until somebody else is Administrator",
	RemovalBudget:     "would exceed the removal budget of {where}: {what}: held{of}",
	PartHeld:          "{what} ({who})",
	PartReleased:      "is not held any more: {what} of {who}",
	RuleBroken:        "breaks the rule {what}, so that the part gives nothing: {who}",
	ClaimedTwice:      "is claimed twice: the {what}; of one of them it is not stored",
	ReferenceDangles:  "is named and not there: {what}, by {who}",
	ReferenceHeals:    "is named in vain no more: {what}, by {who}",
}

// causePhrases say the causes that are a plan's own. A reason of the core why somebody is not live is a cause here.
var causePhrases = map[roster.CauseKind]string{
	roster.CauseDirect:  "channels of the entry",
	CauseTenantChannels: "channels of the Tenant", CauseAwayRouting: "awayRouting of the Tenant",
	CauseObjectRemoved: "the Operator is removed", CauseUnresolved: "the Operator breaks a rule",
	roster.CauseKind(roster.ReasonDeactivated):         "deactivated",
	roster.CauseKind(roster.ReasonDeactivatedInTenant): "deactivated in the tenant",
	roster.CauseKind(roster.ReasonNoEntry):             "no entry for the tenant",
	roster.CauseKind(roster.ReasonTenantMissing):       "the Tenant is removed",
}

// named is how many people a sentence names before it counts them, and listedAtMost how many other things.
const (
	named        = 5
	listedAtMost = 12
)

// voice is how names are written: in text as they are, in Markdown as code.
type voice func(name string) string

func plainly(name string) string { return name }

// asCode keeps a name from being read as Markdown. Names of objects have no backtick.
func asCode(name string) string { return "`" + strings.ReplaceAll(name, "`", "'") + "`" }

// Sentence says a statement in words.
func (s *Statement) Sentence() string { return s.sentence(plainly) }

// sentence says a statement in words, with names in a voice.
func (s *Statement) sentence(say voice) string {
	what := make([]string, 0, len(s.What))
	for _, w := range s.What {
		what = append(what, choose(s.Kind == TeamMemberGained || s.Kind == TeamMemberLost || s.Kind == TenantAdded || s.Kind == TenantRemoved, say, plainly)(w))
	}
	text := strings.NewReplacer(
		"{what}", bounded(what, listedAtMost), "{who}", s.who(say), "{where}", say(s.Tenant), "{of}", s.of(say),
		"{stays}", choose(len(s.Subjects) == 1, s.who(say)+" stays", "One stays of "+s.who(say)),
	).Replace(sentences[s.Kind])
	if len(s.Causes) == 0 {
		return text
	}
	causes := make([]string, 0, len(s.Causes))
	for _, c := range s.Causes {
		causes = append(causes, causePhrase(c))
	}
	if s.Kind == AccessEnded {
		return text + ": " + bounded(causes, listedAtMost)
	}
	return text + ", through " + bounded(causes, listedAtMost)
}

func causePhrase(c roster.Cause) string {
	if phrase, known := causePhrases[c.Kind]; known {
		return phrase
	}
	return c.String()
}

// who are the people of a statement: by name where they are few, else counted.
func (s *Statement) who(say voice) string {
	things := choose(s.Kind == ReferenceDangles || s.Kind == ReferenceHeals, "objects", "operators")
	names := make([]string, 0, named)
	for _, name := range s.Subjects[:min(named, len(s.Subjects))] {
		names = append(names, say(name))
	}
	if more := len(s.Subjects) - named; more > 0 {
		return fmt.Sprintf("%s %s (%s and %s more)", thousands(len(s.Subjects)), things, strings.Join(names, ", "), thousands(more))
	}
	return joined(names)
}

// of says whose removal is held, where it is not the tenant's own.
func (s *Statement) of(say voice) string {
	if len(s.Subjects) == 0 {
		return ""
	}
	return ", such as " + s.who(say)
}

// bounded reads out the first of some words, and counts the others.
func bounded(words []string, most int) string {
	if more := len(words) - most; more > 0 {
		return strings.Join(words[:most], ", ") + fmt.Sprintf(" and %s more", thousands(more))
	}
	return joined(words)
}

// thousands writes a number as people read it: 12,345.
func thousands(n int) string {
	digits := fmt.Sprint(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// directions part what is said of access: what it takes, what it gives, and what is neither.
var directions = []struct {
	title string
	kinds []Kind
}{
	{"Takes away", []Kind{AccessEnded, ChannelLost, CapacityLowered, GroupChannelLost, ReadingLost, CapabilityLost, ReachNarrowed, GroupLeft, TeamMemberLost}},
	{"Gives", []Kind{AccessBegun, ChannelGained, CapacityRaised, GroupChannelGained, ReadingGained, CapabilityGained, ReachWidened, GroupJoined, TeamMemberGained}},
	{"Changes", []Kind{RoleChanged}},
}

// paragraph is a heading and what is said below it.
type paragraph struct {
	title      string
	statements []Statement
}

// paragraphs are all that is said of a company, the gravest first.
func (c *Company) paragraphs(say voice) []paragraph {
	all := []paragraph{{"Held", c.Held}, {"People", c.People}}
	for _, tenant := range c.tenantsTold() {
		for _, direction := range directions {
			told := slices.DeleteFunc(slices.Clone(c.Access), func(s Statement) bool {
				return s.Tenant != tenant || !slices.Contains(direction.kinds, s.Kind)
			})
			all = append(all, paragraph{direction.title + " in " + say(tenant), told})
		}
	}
	return slices.DeleteFunc(append(all, paragraph{"References", c.References}), func(p paragraph) bool { return len(p.statements) == 0 })
}

func (c *Company) tenantsTold() []string {
	var names []string
	for _, s := range c.Access {
		if !slices.Contains(names, s.Tenant) {
			names = append(names, s.Tenant)
		}
	}
	return names
}
