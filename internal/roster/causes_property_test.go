// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/roster/rostertest"
)

// remedy is a world in which the causes of something of one person in one tenant are undone, or the obstacles to it.
type remedy struct {
	world            *rostertest.World
	operator, tenant string
	// conversation is the one that is read, where that is what is explained.
	conversation roster.Conversation
}

func (r *remedy) person() *roster.Operator { return personIn(r.world, r.operator) }
func (r *remedy) entry() *roster.Entry     { return entryIn(r.world, r.operator, r.tenant) }
func (r *remedy) reads() bool {
	_, reader := standingOf(r.world, r.operator, r.tenant)
	return reader.Read(&r.conversation).Allowed
}

// removals say for each kind of cause what it means that it is gone, but for the role, which is gone step by step.
var removals = map[roster.CauseKind]func(r *remedy, name string){
	roster.CauseDirect: func(r *remedy, channel string) {
		r.entry().Channels = slices.DeleteFunc(slices.Clone(r.entry().Channels), func(c roster.Channel) bool { return string(c) == channel })
	},
	roster.CausePolicy: func(r *remedy, name string) {
		r.world.ChannelPolicies = slices.DeleteFunc(r.world.ChannelPolicies, func(p roster.Policy) bool { return p.Name == name })
	},
	roster.CauseCompanyAdministrator: func(r *remedy, _ string) { r.person().CompanyAdministrator = false },
	roster.CausePermission: func(r *remedy, name string) {
		r.entry().Permissions = slices.DeleteFunc(slices.Clone(r.entry().Permissions), func(p roster.Permission) bool { return string(p) == name })
	},
	roster.CauseSwitch:        func(r *remedy, name string) { setSwitch(r.entry(), roster.Switch(name), false) },
	roster.CauseSwitchDefault: func(r *remedy, name string) { setSwitch(r.entry(), roster.Switch(name), false) },
	roster.CauseGroup: func(r *remedy, name string) {
		r.world.Groups = slices.DeleteFunc(r.world.Groups, func(g roster.Group) bool { return g.Name == name })
	},
	roster.CauseNoGroups: func(r *remedy, _ string) {
		r.world.Groups = append(r.world.Groups, roster.Group{Company: company, Tenant: r.tenant, Name: "one-more"})
	},
	roster.CauseUnassigned: func(r *remedy, _ string) { tenantIn(r.world, r.tenant).Record.UnassignedScope = roster.ScopeGeneral },
	roster.CauseTeam: func(r *remedy, userName string) {
		r.entry().Team = slices.DeleteFunc(slices.Clone(r.entry().Team), func(member string) bool {
			o, _ := r.world.Operator(company, member)
			return strings.EqualFold(o.UserName, userName)
		})
	},
	roster.CauseOwn: func(r *remedy, _ string) {
		// Somebody else goes on with it.
		own := strings.ToLower(r.person().UserName)
		for i, participant := range r.conversation.Participants {
			if participant == own {
				r.conversation.Participants[i] = rostertest.Stranger
			}
		}
		if r.conversation.Assignee == own {
			r.conversation.Assignee = rostertest.Stranger
		}
	},
}

func setSwitch(e *roster.Entry, s roster.Switch, on bool) {
	field := map[roster.Switch]**bool{
		s4: &e.Visibility.OthersArchivedCalls, s5: &e.OfflineMessages, s6: &e.Visibility.LiveVisitors,
		s7: &e.Visibility.LiveVisitorPreview, s8: &e.Visibility.OthersOfflineMessages,
	}[s]
	*field = &on
}

// remove undoes causes. A role is gone once the person has the highest lower one that does not have the effect, or no entry where every role
// has it.
func (r *remedy) remove(causes []roster.Cause, has func() bool) {
	byRole := false
	for _, c := range causes {
		if c.Kind == roster.CauseRole {
			byRole = true
			continue
		}
		removals[c.Kind](r, c.Name)
	}
	for byRole && has() {
		switch r.entry().Role {
		case roster.Administrator:
			r.entry().Role = roster.Manager
		case roster.Manager:
			r.entry().Role = roster.Worker
		default:
			byRole = false
			r.person().Entries = slices.DeleteFunc(r.person().Entries, func(e roster.Entry) bool { return e.Tenant == r.tenant })
		}
	}
}

// removed counts the causes that were removed by kind, so that a kind that never comes up is seen.
type removed map[roster.CauseKind]int

func (r removed) add(causes []roster.Cause) {
	for _, c := range causes {
		r[c.Kind]++
	}
}

func (r removed) check(t *testing.T, atLeast int, kinds ...roster.CauseKind) {
	t.Helper()
	t.Logf("removed %v", map[roster.CauseKind]int(r))
	for _, kind := range kinds {
		if r[kind] < atLeast {
			t.Errorf("the cause %s was removed %d times, want %d at least", kind, r[kind], atLeast)
		}
	}
}

func TestRemovingTheCausesOfACapabilityRemovesIt(t *testing.T) {
	count := removed{}
	law(t, 3000, func(t *rapid.T, source rostertest.Source, w *rostertest.World) {
		name, tenant := rostertest.DrawOperator(source), rostertest.DrawTenantName(source)
		standing, _ := standingOf(w, name, tenant)
		for _, held := range standing.Capabilities() {
			e := standing.Explain(held.Capability)
			if !e.Allowed || e.Reach != held.Reach || difference(held.Causes, e.Causes) != "" {
				t.Fatalf("%s is held as %+v and explained as %+v", held.Capability, held, e)
			}
			r := &remedy{world: w.Clone(), operator: name, tenant: tenant}
			has := func() bool {
				without, _ := standingOf(r.world, name, tenant)
				return without.Explain(held.Capability).Allowed
			}
			count.add(e.Causes)
			if r.remove(e.Causes, has); has() {
				t.Fatalf("with all of %v gone, %s still has %s in %s\n%+v", e.Causes, name, held.Capability, tenant, r.world)
			}
		}
	})
	count.check(t, 100, roster.CauseRole, roster.CauseCompanyAdministrator, roster.CausePermission, roster.CauseSwitch, roster.CauseSwitchDefault)
}

func TestRemovingTheCausesOfAChannelRemovesIt(t *testing.T) {
	count := removed{}
	law(t, 3000, func(t *rapid.T, source rostertest.Source, w *rostertest.World) {
		name, tenant := rostertest.DrawOperator(source), rostertest.DrawTenantName(source)
		standing, _ := standingOf(w, name, tenant)
		for _, channel := range standing.Channels() {
			e := standing.ExplainChannel(channel, standing.Grants)
			r := &remedy{world: w.Clone(), operator: name, tenant: tenant}
			count.add(e.Causes)
			for _, c := range e.Causes {
				what := c.Name
				if c.Kind == roster.CauseDirect {
					what = string(channel)
				}
				removals[c.Kind](r, what)
			}
			if without, _ := standingOf(r.world, name, tenant); len(e.Causes) == 0 || slices.Contains(without.Channels(), channel) {
				t.Fatalf("with all of %v gone, %s still has %s in %s\n%+v", e.Causes, name, channel, tenant, r.world)
			}
		}
	})
	count.check(t, 100, roster.CauseDirect, roster.CausePolicy)
}

func TestRemovingTheCausesOfReadingClosesTheConversation(t *testing.T) {
	count := removed{}
	law(t, 12000, func(t *rapid.T, source rostertest.Source, w *rostertest.World) {
		name, tenant := rostertest.DrawOperator(source), rostertest.DrawTenantName(source)
		standing, reader := standingOf(w, name, tenant)
		r := &remedy{world: w.Clone(), operator: name, tenant: tenant, conversation: rostertest.DrawConversation(source, w)}
		e := standing.ExplainReading(reader, r.conversation, func(id string) string { return id })
		if !e.Allowed {
			return
		}
		count.add(e.Causes)
		if r.remove(e.Causes, r.reads); r.reads() {
			t.Fatalf("with all of %v gone, %s still reads %+v in %s\n%+v", e.Causes, name, r.conversation, tenant, r.world)
		}
	})
	count.check(t, 15, roster.CauseRole, roster.CauseCompanyAdministrator, roster.CausePermission, roster.CauseSwitch, roster.CauseSwitchDefault,
		roster.CauseGroup, roster.CauseNoGroups, roster.CauseUnassigned, roster.CauseTeam, roster.CauseOwn)
}

// removeObstacle does what the message of an obstacle to reading says, and tells whether that is something a person's object or the tenant's
// can say.
func (r *remedy) removeObstacle(o roster.Obstacle) bool {
	switch o.Reason {
	case roster.ReasonDeactivated:
		r.person().Active = true
	case roster.ReasonDeactivatedInTenant:
		r.entry().Active = true
	case roster.ReasonNotActivated:
		r.person().CredentialMode = roster.IdentityProvider
	case roster.ReasonOthersMessagesDenied:
		tenantIn(r.world, r.tenant).Record.OthersMessages = roster.MessagesAllowed
	case roster.ReasonSwitchOff:
		setSwitch(r.entry(), roster.Switch(strings.Fields(o.Message)[2]), true)
	case roster.ReasonOutOfScope:
		r.entry().Groups = []roster.GroupMembership{{Group: r.conversation.Group, Priority: roster.Normal}}
		if g, found := r.world.Group(company, r.conversation.Group); found {
			return g.Tenant == r.tenant
		}
		r.world.Groups = append(r.world.Groups, roster.Group{Company: company, Tenant: r.tenant, Name: r.conversation.Group})
	default:
		return false
	}
	return true
}

func TestRemovingTheObstaclesToReadingOpensTheConversation(t *testing.T) {
	tried := map[roster.ObstacleReason]int{}
	law(t, 6000, func(t *rapid.T, source rostertest.Source, w *rostertest.World) {
		name := rostertest.DrawOperator(source)
		standing, reader := standingOf(w, name, "north")
		r := &remedy{world: w.Clone(), operator: name, tenant: "north", conversation: rostertest.DrawConversation(source, w)}
		e := standing.ExplainReading(reader, r.conversation, func(id string) string { return id })
		if e.Allowed {
			return
		}
		if len(e.Obstacles) == 0 {
			t.Fatalf("%s does not read %+v, and nothing is said to stand in the way", name, r.conversation)
		}
		for _, o := range e.Obstacles {
			if !r.removeObstacle(o) {
				return
			}
			tried[o.Reason]++
		}
		// Of somebody deactivated it is not known whether he could log in.
		r.person().CredentialMode = roster.IdentityProvider
		if !r.reads() {
			t.Fatalf("with all of %v gone, %s still does not read %+v\n%+v", e.Obstacles, name, r.conversation, r.world)
		}
	})
	t.Logf("removed %v", tried)
	for _, reason := range []roster.ObstacleReason{
		roster.ReasonDeactivated, roster.ReasonDeactivatedInTenant, roster.ReasonNotActivated, roster.ReasonOthersMessagesDenied,
		roster.ReasonSwitchOff, roster.ReasonOutOfScope,
	} {
		if tried[reason] < 50 {
			t.Errorf("the obstacle %s was removed %d times, want 50 at least", reason, tried[reason])
		}
	}
}
