// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package plan_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/roster-dev/roster/internal/plan"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/roster/rostertest"
)

const (
	company = "acme"
	// pairs is how many pairs of worlds are compared, and talks how many conversations are looked at for each person and tenant of one.
	pairs = 3_000
	talks = 12
	// often is how often a kind of statement must come up for the comparison to say anything about it.
	often = 4
)

var (
	groups   = []string{"billing", "sales", "support"}
	channels = []roster.Channel{roster.Chat, roster.Phone, roster.Email}
	tenants  = []string{"north", "south"}
)

// declare makes the world of a generated company.
func declare(w *rostertest.World, former *plan.World) *plan.World {
	d := plan.Declaration{Company: w.Company, Tenants: w.Tenants, Groups: w.Groups, Policies: w.ChannelPolicies, Operators: w.Operators}
	for _, t := range w.Tenants {
		d.Objects = append(d.Objects, plan.Object{Kind: plan.KindTenant, Name: t.Record.Tenant, Content: t})
	}
	for _, g := range w.Groups {
		d.Objects = append(d.Objects, plan.Object{Kind: plan.KindGroup, Name: g.Name, Content: g})
	}
	for _, p := range w.ChannelPolicies {
		d.Objects = append(d.Objects, plan.Object{Kind: plan.KindChannelPolicy, Name: p.Name, Content: p})
	}
	for _, o := range w.Operators {
		d.Objects = append(d.Objects, plan.Object{Kind: plan.KindOperator, Name: o.Name, Content: o})
	}
	return plan.Declare(d, w, former)
}

// draw makes a world in which everybody could log in: what is compared is what is configured.
func draw(source rostertest.Source) *rostertest.World {
	w := rostertest.Draw(source, company)
	for i := range w.Operators {
		w.Operators[i].CredentialMode, w.Operators[i].IdentityProvider = roster.IdentityProvider, "corporate"
		w.Operators[i].Profile = roster.Profile{GivenName: "Given", FamilyName: "Family", Email: w.Operators[i].Name + "@example.com"}
	}
	w.Operators = slices.DeleteFunc(w.Operators, func(roster.Operator) bool { return source.IntN(12) == 0 })
	return w
}

// edited is a world with some of its objects replaced by those of another one, taken out or put in.
func edited(source rostertest.Source, w, other *rostertest.World) *rostertest.World {
	next := w.Clone()
	changing := 1 + source.IntN(4)
	next.Tenants = mixed(source, changing, w.Tenants, other.Tenants, func(t roster.Tenant) string { return t.Record.Tenant })
	next.Groups = mixed(source, changing, w.Groups, other.Groups, func(g roster.Group) string { return g.Name })
	next.ChannelPolicies = mixed(source, changing, w.ChannelPolicies, other.ChannelPolicies, func(p roster.Policy) string { return p.Name })
	next.Operators = mixed(source, changing, w.Operators, other.Operators, func(o roster.Operator) string { return o.Name })
	return next
}

// mixed takes each object from one list or, so many times in eight, from the other one, be it there or not.
func mixed[E any](source rostertest.Source, changing int, list, other []E, name func(E) string) []E {
	var next []E
	for _, e := range list {
		if source.IntN(8) >= changing {
			next = append(next, e)
			continue
		}
		replaced := func(o E) bool { return name(o) == name(e) }
		if i := slices.IndexFunc(other, replaced); i >= 0 {
			next = append(next, other[i])
		}
	}
	for _, e := range other {
		if !slices.ContainsFunc(list, func(have E) bool { return name(have) == name(e) }) && source.IntN(8) < changing {
			next = append(next, e)
		}
	}
	return next
}

// trial is one comparison, judged by the second opinion of rostertest and by the core asked in other ways.
type trial struct {
	*testing.T

	source        rostertest.Source
	before, after *rostertest.World
	change        *plan.Company
	// said are what was said of one person in one tenant, by kind.
	said  map[plan.Kind][]string
	count map[plan.Kind]int
}

// TestEveryStatementIsTrueAndNothingThatChangedIsUnmentioned compares generated companies. Reading and routing are judged by the
// formulas of docs/access.md, which share no code with the core; capabilities by explaining each.
func TestEveryStatementIsTrueAndNothingThatChangedIsUnmentioned(t *testing.T) {
	t.Parallel()
	source := rand.New(rand.NewPCG(7, 11))
	count := map[plan.Kind]int{}
	for range pairs {
		before := draw(source)
		after := edited(source, before, draw(source))
		from := declare(before, nil)
		change, err := plan.Compare(from, declare(after, from))
		if err != nil {
			t.Fatal(err)
		}
		tried := &trial{T: t, source: source, before: before, after: after, change: change, count: count}
		tried.judge()
		if t.Failed() {
			t.Fatalf("before %+v\nafter %+v\nsaid %+v", before, after, change)
		}
	}
	for _, kind := range plan.Kinds() {
		// What the generated worlds do not try has tables of its own.
		rare := []plan.Kind{plan.PersonRemoved, plan.PersonOrphaned, plan.RemovalBudget, plan.RuleBroken, plan.ClaimedTwice}
		if count[kind] < often && !slices.Contains(rare, kind) {
			t.Errorf("%s was said %d times, want %d at least: the worlds do not try it", kind, count[kind], often)
		}
	}
	t.Logf("%v", count)
}

func (t *trial) judge() {
	for _, list := range [][]plan.Statement{t.change.People, t.change.Access, t.change.Held, t.change.References} {
		for _, s := range list {
			t.count[s.Kind]++
		}
	}
	t.judgeAdministrators()
	t.judgeCauses()
	for _, name := range []string{"person-1", "person-2", "person-3"} {
		t.judgeLife(name)
		for _, tenant := range tenants {
			t.said = map[plan.Kind][]string{}
			for _, s := range t.change.Access {
				if s.Tenant == tenant && slices.Contains(s.Subjects, name) {
					t.said[s.Kind] = append(t.said[s.Kind], choose(len(s.What) > 0, s.What, []string{""})...)
				}
			}
			t.judgeAccess(name, tenant)
		}
	}
}

// judgeCauses: what is given or taken comes through what is named, as the core explains it.
func (t *trial) judgeCauses() {
	for _, s := range t.change.Access {
		side := t.after
		switch s.Kind {
		case plan.ChannelLost, plan.CapabilityLost:
			side = t.before
		case plan.ChannelGained, plan.CapabilityGained, plan.ReachWidened:
		default:
			continue
		}
		for _, name := range s.Subjects {
			where, _ := standing(side, name, s.Tenant)
			for _, what := range s.What {
				t.judgeCausesOf(s, what, &where)
			}
		}
	}
}

func (t *trial) judgeCausesOf(s plan.Statement, what string, where *roster.Standing) {
	word := strings.TrimSuffix(strings.Fields(what)[0], ",")
	why := where.Explain(roster.Capability(word))
	if s.Kind == plan.ChannelGained || s.Kind == plan.ChannelLost {
		why = where.ExplainChannel(roster.Channel(word), where.Grants)
	}
	for _, c := range s.Causes {
		own := c.Kind == plan.CauseAwayRouting || c.Kind == plan.CauseTenantChannels
		if !own && !slices.Contains(why.Causes, c) {
			t.Errorf("%s in %s: %q comes through %v, and %v is said", s.Kind, s.Tenant, what, why.Causes, c)
		}
	}
	if len(s.Causes) == 0 {
		t.Errorf("%s in %s: it should be said what %q comes through", s.Kind, s.Tenant, what)
	}
}

func choose[T any](first bool, yes, no T) T {
	if first {
		return yes
	}
	return no
}

// judgeAccess recomputes everything of one person in one tenant on both sides.
func (t *trial) judgeAccess(name, tenant string) {
	was, is := rostertest.Live(t.before, name, tenant), rostertest.Live(t.after, name, tenant)
	t.exactly(name, tenant, plan.AccessEnded, was && !is, "")
	t.exactly(name, tenant, plan.AccessBegun, !was && is, "as "+t.role(t.after, name))
	if !is {
		for kind := range t.said {
			if kind != plan.AccessEnded {
				t.Errorf("%s of %s in %s: nothing is in effect afterwards, and only the end of it should be said", kind, name, tenant)
			}
		}
		return
	}
	t.judgeRole(name, tenant)
	t.judgeCapabilities(name, tenant)
	t.judgeMembership(name, tenant)
	t.judgeRouting(name, tenant)
	t.judgeReading(name, tenant)
	t.witnessReading(name, tenant)
}

// exactly checks that a kind is said of somebody if and only if it is so; what is anything where empty.
func (t *trial) exactly(name, tenant string, kind plan.Kind, so bool, what string) {
	t.Helper()
	said, found := t.said[kind]
	if found != so {
		t.Errorf("%s of %s in %s: it is %t, and said %t: %v", kind, name, tenant, so, found, said)
	}
	if so && what != "" && !strings.HasPrefix(what, "as ") && !slices.Contains(said, what) {
		t.Errorf("%s of %s in %s: %q should be said, found %v", kind, name, tenant, what, said)
	}
}

func (t *trial) role(w *rostertest.World, name string) string {
	o, _ := w.Operator(company, name)
	role, _ := o.RoleIn("")
	return string(role)
}

// sameSet checks that exactly some things are said of somebody.
func (t *trial) sameSet(name, tenant string, kind plan.Kind, want map[string]bool) {
	t.Helper()
	for _, what := range t.said[kind] {
		if !want[what] {
			t.Errorf("%s of %s in %s: %q is said and is not so", kind, name, tenant, what)
		}
		delete(want, what)
	}
	for what := range want {
		t.Errorf("%s of %s in %s: %q is so and not said", kind, name, tenant, what)
	}
}

// standing is where somebody stands in a world; false where the person is not live there.
func standing(w *rostertest.World, name, tenant string) (roster.Standing, bool) {
	o, found := w.Operator(company, name)
	if !found || !rostertest.Live(w, name, tenant) {
		return roster.Standing{}, false
	}
	person := roster.Compile(o, w).Person
	return person.Stand(tenant, w), true
}

func (t *trial) judgeRole(name, tenant string) {
	was, lived := standing(t.before, name, tenant)
	is, _ := standing(t.after, name, tenant)
	changed := lived && was.Access.Role != is.Access.Role
	t.exactly(name, tenant, plan.RoleChanged, changed, fmt.Sprintf("from %s to %s", was.Access.Role, is.Access.Role))
}

// judgedByReading are the capabilities that say whose conversations are read.
var judgedByReading = []roster.Capability{
	roster.ConversationRead, roster.ArchivedCallReadOthers, roster.OfflineMessageRead, roster.OfflineMessageReadOthers,
}

func (t *trial) judgeCapabilities(name, tenant string) {
	was, lived := standing(t.before, name, tenant)
	is, _ := standing(t.after, name, tenant)
	gained, lost, widened, narrowed := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for row := range roster.Capabilities() {
		capability := row.Capability
		if slices.Contains(judgedByReading, capability) {
			continue
		}
		had, has := roster.Explanation{}, is.Explain(capability)
		if lived {
			had = was.Explain(capability)
		}
		switch {
		case !had.Allowed && has.Allowed:
			gained[fmt.Sprintf("%s (%s)", capability, has.Reach)] = true
		case had.Allowed && !has.Allowed:
			lost[fmt.Sprintf("%s (%s)", capability, had.Reach)] = true
		case had.Reach != has.Reach && has.Reach.Covers(had.Reach):
			widened[fmt.Sprintf("%s from %s to %s", capability, had.Reach, has.Reach)] = true
		case had.Reach != has.Reach:
			narrowed[fmt.Sprintf("%s from %s to %s", capability, had.Reach, has.Reach)] = true
		}
	}
	t.sameSet(name, tenant, plan.CapabilityGained, gained)
	t.sameSet(name, tenant, plan.CapabilityLost, lost)
	t.sameSet(name, tenant, plan.ReachWidened, widened)
	t.sameSet(name, tenant, plan.ReachNarrowed, narrowed)
}

// inGroup tells whether work of a group could reach somebody, by the compiled membership and the groups there are.
func inGroup(w *rostertest.World, name, tenant, group string) bool {
	s, _ := standing(w, name, tenant)
	g, found := w.Group(company, group)
	return found && g.Tenant == tenant && slices.ContainsFunc(s.Membership.Groups, func(m roster.GroupMembership) bool { return m.Group == group })
}

func (t *trial) judgeMembership(name, tenant string) {
	joined, left, led, unled := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, group := range groups {
		was, is := inGroup(t.before, name, tenant, group), inGroup(t.after, name, tenant, group)
		if is && !was {
			joined["group "+group] = true
		}
		if was && !is {
			left["group "+group] = true
		}
	}
	was, _ := standing(t.before, name, tenant)
	is, _ := standing(t.after, name, tenant)
	for _, other := range []string{"person-1", "person-2", "person-3"} {
		id := strings.Replace(other, "person-", "user.", 1)
		had, has := slices.Contains(was.Membership.Team, id), slices.Contains(is.Membership.Team, id)
		if has && !had {
			led[other] = true
		}
		if had && !has {
			// Whose object is gone is named as long as it was there.
			unled[other] = true
		}
	}
	t.sameSet(name, tenant, plan.GroupJoined, joined)
	t.sameSet(name, tenant, plan.GroupLeft, left)
	t.sameSet(name, tenant, plan.TeamMemberGained, led)
	t.sameSet(name, tenant, plan.TeamMemberLost, unled)
}
