// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/roster-dev/roster/internal/roster"
)

// comparison is one comparison of the access in two worlds.
type comparison struct {
	before, after  *World
	people, access *collector
	// namesBefore and namesAfter are the names of the objects of people by user name.
	namesBefore, namesAfter map[string]string
	// moved are the tenants whose own facts differ, and tenants all there are in either world, in order.
	moved   map[string]bool
	tenants []string
}

func (c *comparison) compareTenants() {
	for _, name := range c.tenants {
		_, was := c.before.Tenants[name]
		_, is := c.after.Tenants[name]
		switch {
		case !was:
			c.people.say(TenantAdded, "", name, nil, "")
		case !is:
			c.people.say(TenantRemoved, "", name, nil, "")
		}
	}
}

// comparePerson says what happens to one person, in the company and in every tenant.
func (c *comparison) comparePerson(name string) {
	was, wasThere := c.before.People[name]
	is, isThere := c.after.People[name]
	if wasThere && !isThere && was.Deletion == Orphan {
		// What somebody has who is left to nobody stays as it is.
		c.people.say(PersonOrphaned, "", "", nil, name)
		return
	}
	c.compareLives(name, was, is, wasThere, isThere)
	if chief := is.Record.User.CompanyAdministrator; chief != was.Record.User.CompanyAdministrator {
		c.people.say(choose(chief, CompanyAdministratorGained, CompanyAdministratorLost), "", "", nil, name)
	}
	same := reflect.DeepEqual(was.Record, is.Record)
	for _, tenant := range c.tenantsOf(was, is) {
		if !same || c.moved[tenant] {
			c.compareIn(name, tenant, was, is)
		}
	}
}

// compareLives says who comes and goes.
func (c *comparison) compareLives(name string, was, is Person, wasThere, isThere bool) {
	active, wasActive := is.Record.User.Active, was.Record.User.Active
	switch {
	case !wasThere:
		c.people.say(PersonAdded, "", "", nil, name)
	case !isThere && was.Deletion == Delete:
		c.people.say(PersonRemoved, "", "", nil, name)
	case wasActive && !active:
		c.people.say(PersonDeactivated, "", "", nil, name)
	case !wasActive && active:
		c.people.say(PersonReactivated, "", "", nil, name)
	}
}

// tenantsOf are the tenants in which somebody can have anything on either side, in order.
func (c *comparison) tenantsOf(was, is Person) []string {
	if was.Record.User.CompanyAdministrator || is.Record.User.CompanyAdministrator {
		return c.tenants
	}
	var names []string
	for _, p := range []Person{was, is} {
		for _, m := range p.Record.Memberships {
			names = append(names, m.Tenant)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// pair is where one person stands in one tenant before and after.
type pair struct {
	*comparison
	name, tenant string
	was, is      side
}

// side is where the person stands on one side.
type side struct {
	world    *World
	standing roster.Standing
	reader   roster.Reader
	// names are the names of the objects of people by user name.
	names map[string]string
}

func (c *comparison) compareIn(name, tenant string, was, is Person) {
	p := pair{comparison: c, name: name, tenant: tenant, was: side{world: c.before, names: c.namesBefore}, is: side{world: c.after, names: c.namesAfter}}
	p.was.standing, p.was.reader = c.before.stand(was, tenant)
	p.is.standing, p.is.reader = c.after.stand(is, tenant)
	lived, lives := p.was.standing.Live(), p.is.standing.Live()
	switch {
	case !lived && !lives:
		return
	case !lives:
		p.say(AccessEnded, "", p.ended(is))
		return
	case !lived:
		p.say(AccessBegun, "as "+string(p.is.standing.Access.Role), nil)
	case p.was.standing.Access.Role != p.is.standing.Access.Role:
		p.say(RoleChanged, fmt.Sprintf("from %s to %s", p.was.standing.Access.Role, p.is.standing.Access.Role), nil)
	}
	p.compareChannels()
	p.compareCapabilities()
	p.compareReading()
	p.compareGroups()
	p.compareTeams()
}

func (p *pair) say(kind Kind, what string, causes []roster.Cause) {
	p.access.say(kind, p.tenant, what, causes, p.name)
}

// ended are why nothing is in effect any more.
func (p *pair) ended(is Person) []roster.Cause {
	if _, there := p.after.People[p.name]; !there {
		return []roster.Cause{{Kind: CauseObjectRemoved}}
	}
	if !is.exists() {
		return []roster.Cause{{Kind: CauseUnresolved}}
	}
	var causes []roster.Cause
	for _, o := range p.is.standing.Obstacles {
		causes = append(causes, roster.Cause{Kind: roster.CauseKind(o.Reason)})
	}
	return causes
}

// compareCapabilities says what somebody may do, but for the reading of conversations, which is told by what is read.
func (p *pair) compareCapabilities() {
	had, has := capabilitiesOf(&p.was.standing), capabilitiesOf(&p.is.standing)
	for _, capability := range unionOf(had, has) {
		was, had := had[capability]
		is, has := has[capability]
		switch {
		case !had:
			p.say(CapabilityGained, withReach(is), is.Causes)
		case !has:
			p.say(CapabilityLost, withReach(was), was.Causes)
		case was.Reach == is.Reach:
		default:
			kind := choose(is.Reach.Covers(was.Reach), ReachWidened, ReachNarrowed)
			p.say(kind, fmt.Sprintf("%s from %s to %s", capability, was.Reach, is.Reach), choose(kind == ReachWidened, fresh(is.Causes, was.Causes), is.Causes))
		}
	}
}

func withReach(h roster.HeldCapability) string { return fmt.Sprintf("%s (%s)", h.Capability, h.Reach) }

// toldByReading are the capabilities that say whose conversations somebody reads. How far they go, the reading says exactly.
var toldByReading = []roster.Capability{
	roster.ConversationRead, roster.ArchivedCallReadOthers, roster.OfflineMessageRead, roster.OfflineMessageReadOthers,
}

func capabilitiesOf(s *roster.Standing) map[string]roster.HeldCapability {
	held := map[string]roster.HeldCapability{}
	for _, h := range s.Capabilities() {
		if !slices.Contains(toldByReading, h.Capability) {
			held[string(h.Capability)] = h
		}
	}
	return held
}

// compareGroups says which groups of the tenant somebody is in.
func (p *pair) compareGroups() {
	was, is := groupsOf(&p.was.standing), groupsOf(&p.is.standing)
	for _, group := range unionOf(was, is) {
		_, left := was[group]
		_, joined := is[group]
		if left != joined {
			p.say(choose(joined, GroupJoined, GroupLeft), "group "+group, nil)
		}
	}
}

// groupsOf are the groups somebody is in, by name: none unless live.
func groupsOf(s *roster.Standing) map[string]roster.Group {
	groups := map[string]roster.Group{}
	if !s.Live() {
		return groups
	}
	for _, g := range s.Groups {
		groups[g.Name] = g
	}
	return groups
}

// compareTeams says whom somebody leads, by the names of objects.
func (p *pair) compareTeams() {
	was, is := p.was.standing.Membership.Team, p.is.standing.Membership.Team
	if !p.was.standing.Live() {
		was = nil
	}
	for _, member := range is {
		if !slices.Contains(was, member) {
			p.say(TeamMemberGained, p.is.nameOf(member), nil)
		}
	}
	for _, member := range was {
		if !slices.Contains(is, member) {
			p.say(TeamMemberLost, p.was.nameOf(member), nil)
		}
	}
}

// nameOf is the name of a person's object. A user name is never told: of somebody without an object, as of another installation of a store,
// it is only said that there is one.
func (s *side) nameOf(userName string) string {
	if name, known := s.names[userName]; known {
		return name
	}
	return "somebody of another installation"
}

// fresh are the causes that are not among others; all of them where none is new.
func fresh(causes, others []roster.Cause) []roster.Cause {
	added := slices.DeleteFunc(slices.Clone(causes), func(c roster.Cause) bool { return slices.Contains(others, c) })
	if len(added) == 0 {
		return causes
	}
	return added
}

func choose[T any](first bool, yes, no T) T {
	if first {
		return yes
	}
	return no
}

// joined reads out a list: "a", "a and b", "a, b and c".
func joined(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
