// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/roster-dev/roster/internal/roster"
)

// Kind says what kind of thing a statement says.
type Kind string

// What is said of people in the company.
const (
	PersonAdded                Kind = "PersonAdded"
	PersonDeactivated          Kind = "PersonDeactivated"
	PersonReactivated          Kind = "PersonReactivated"
	PersonRemoved              Kind = "PersonRemoved"
	PersonOrphaned             Kind = "PersonOrphaned"
	CompanyAdministratorGained Kind = "CompanyAdministratorGained"
	CompanyAdministratorLost   Kind = "CompanyAdministratorLost"
	TenantAdded                Kind = "TenantAdded"
	TenantRemoved              Kind = "TenantRemoved"
)

// What is said of access in a tenant.
const (
	AccessEnded        Kind = "AccessEnded"
	AccessBegun        Kind = "AccessBegun"
	RoleChanged        Kind = "RoleChanged"
	ChannelLost        Kind = "ChannelLost"
	ChannelGained      Kind = "ChannelGained"
	CapacityLowered    Kind = "CapacityLowered"
	CapacityRaised     Kind = "CapacityRaised"
	GroupChannelLost   Kind = "GroupChannelLost"
	GroupChannelGained Kind = "GroupChannelGained"
	ReadingLost        Kind = "ReadingLost"
	ReadingGained      Kind = "ReadingGained"
	CapabilityLost     Kind = "CapabilityLost"
	CapabilityGained   Kind = "CapabilityGained"
	ReachNarrowed      Kind = "ReachNarrowed"
	ReachWidened       Kind = "ReachWidened"
	GroupLeft          Kind = "GroupLeft"
	GroupJoined        Kind = "GroupJoined"
	TeamMemberLost     Kind = "TeamMemberLost"
	TeamMemberGained   Kind = "TeamMemberGained"
)

// What is said of what is not carried out at once, and of names.
const (
	LastAdministrator Kind = "LastAdministrator"
	RemovalBudget     Kind = "RemovalBudget"
	PartHeld          Kind = "PartHeld"
	PartReleased      Kind = "PartReleased"
	RuleBroken        Kind = "RuleBroken"
	ClaimedTwice      Kind = "ClaimedTwice"
	ReferenceDangles  Kind = "ReferenceDangles"
	ReferenceHeals    Kind = "ReferenceHeals"
)

// kinds are all kinds, in the order they are told of.
var kinds = []Kind{
	TenantRemoved, TenantAdded, PersonRemoved, PersonDeactivated, PersonOrphaned, PersonReactivated, PersonAdded, CompanyAdministratorLost,
	CompanyAdministratorGained,
	AccessEnded, AccessBegun, RoleChanged, ChannelLost, ChannelGained, CapacityLowered, CapacityRaised, GroupChannelLost, GroupChannelGained,
	ReadingLost, ReadingGained, CapabilityLost, CapabilityGained, ReachNarrowed, ReachWidened, GroupLeft, GroupJoined, TeamMemberLost,
	TeamMemberGained,
	LastAdministrator, RemovalBudget, PartHeld, PartReleased, RuleBroken, ClaimedTwice, ReferenceDangles, ReferenceHeals,
}

// Kinds are all kinds of statements there are, in the order they are told of.
func Kinds() []Kind { return slices.Clone(kinds) }

// The causes that are a plan's own, beside those of the core.
const (
	// CauseTenantChannels is that the tenant offers a channel, on the side where it is served.
	CauseTenantChannels roster.CauseKind = "TenantChannels"
	// CauseAwayRouting is that the tenant routes a channel to somebody who is Away.
	CauseAwayRouting roster.CauseKind = "AwayRouting"
	// CauseObjectRemoved is that the object of a person is gone. The reasons of the core why somebody is not live are causes, too.
	CauseObjectRemoved roster.CauseKind = "ObjectRemoved"
	// CauseUnresolved is that a store would have nothing of the person, whose own part breaks a rule.
	CauseUnresolved roster.CauseKind = "Invalid"
)

// Statement is one thing a change does, to everybody it does it to.
type Statement struct {
	Kind Kind `json:"kind"`
	// Tenant is where; empty is in the company.
	Tenant string `json:"tenant,omitempty"`
	// What are the things given, taken or changed, in order, such as "Phone while Away".
	What []string `json:"what"`
	// Causes are what it comes through: of what is given or changed as it will be, of what is taken as it was.
	Causes []roster.Cause `json:"causes"`
	// Subjects are the names of the Operators it is said of, in order; of references, the objects that name what is not there.
	Subjects []string `json:"subjects"`
}

// collector gathers what is found about one person after the other into statements about many.
type collector struct{ by map[string]*Statement }

func newCollector() *collector { return &collector{by: map[string]*Statement{}} }

// say notes one thing about one subject; an empty subject is about nobody.
func (c *collector) say(kind Kind, tenant, what string, causes []roster.Cause, subject string) {
	key := strings.Join([]string{string(kind), tenant, what, causeKey(causes)}, "\x00")
	s, known := c.by[key]
	if !known {
		s = &Statement{Kind: kind, Tenant: tenant, What: []string{}, Causes: append([]roster.Cause{}, causes...), Subjects: []string{}}
		if what != "" {
			s.What = append(s.What, what)
		}
		c.by[key] = s
	}
	if subject != "" {
		s.Subjects = append(s.Subjects, subject)
	}
}

func causeKey(causes []roster.Cause) string {
	var key strings.Builder
	for _, c := range causes {
		key.WriteString(string(c.Kind) + "\x01" + c.Name + "\x02")
	}
	return key.String()
}

// statements are what was gathered, each with everything that is said of the same people for the same causes, in order.
func (c *collector) statements() []Statement {
	merged := map[string]*Statement{}
	for _, s := range c.by {
		slices.Sort(s.Subjects)
		s.Subjects = slices.Compact(s.Subjects)
		key := strings.Join([]string{string(s.Kind), s.Tenant, causeKey(s.Causes), subjectsKey(s.Subjects)}, "\x00")
		if known, found := merged[key]; found {
			known.What = append(known.What, s.What...)
			continue
		}
		merged[key] = s
	}
	list := make([]Statement, 0, len(merged))
	for _, s := range merged {
		slices.Sort(s.What)
		list = append(list, *s)
	}
	slices.SortFunc(list, compareStatements)
	return list
}

// subjectsKey tells lists of people apart without keeping them once more.
func subjectsKey(subjects []string) string {
	sum := sha256.New()
	for _, s := range subjects {
		_, _ = sum.Write([]byte(s + "\x00"))
	}
	return string(sum.Sum(nil))
}

func compareStatements(a, b Statement) int {
	return cmp.Or(
		cmp.Compare(a.Tenant, b.Tenant),
		cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)),
		slices.Compare(a.What, b.What),
		cmp.Compare(causeKey(a.Causes), causeKey(b.Causes)),
		slices.Compare(a.Subjects, b.Subjects),
	)
}
