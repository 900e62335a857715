// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
)

// neighbourhood is a world seen as Neighbours.
type neighbourhood struct{ *world }

func (n neighbourhood) People(_, tenant string) iter.Seq[roster.Operator] {
	return func(yield func(roster.Operator) bool) {
		for _, name := range slices.Sorted(maps.Keys(n.operators)) {
			o := n.operators[name]
			if _, declared := o.Entry(tenant); (declared || o.CompanyAdministrator) && !yield(o) {
				return
			}
		}
	}
}

func (n neighbourhood) Rivals(operator roster.Operator) iter.Seq[roster.Operator] {
	return func(yield func(roster.Operator) bool) {
		for _, name := range slices.Sorted(maps.Keys(n.operators)) {
			o := n.operators[name]
			// As a look-up by two keys does, it hands out twice who claims both.
			for _, same := range []bool{strings.EqualFold(o.UserName, operator.UserName), strings.EqualFold(o.Profile.Email, operator.Profile.Email)} {
				if same && o.Name != operator.Name && !yield(o) {
					return
				}
			}
		}
	}
}

func (n neighbourhood) TenantNames(string) iter.Seq[string] {
	return slices.Values(slices.Sorted(maps.Keys(n.tenants)))
}

func (n neighbourhood) HasGroupsBeside(company, tenant, kind, name string) bool {
	others := neighbourhood{newWorld()}
	maps.Copy(others.groups, n.groups)
	maps.Copy(others.operators, n.operators)
	if kind == roster.KindGroup {
		delete(others.groups, name)
	} else {
		delete(others.operators, name)
	}
	return others.HasGroups(company, tenant)
}

// known is a person whom nobody rivals.
func known(name string, entries ...roster.Entry) roster.Operator {
	o := operator(name, entries...)
	o.Profile.Email = name + "@example.com"
	return o
}

func chief(name string) roster.Operator {
	o := known(name)
	o.CompanyAdministrator = true
	return o
}

func ptr[T any](value T) *T { return &value }

func TestWarningsOfAnOperator(t *testing.T) {
	t.Parallel()
	all := tenant("all", roster.Chat)
	all.Record.UnassignedScope = roster.ScopeAll
	base := func() *world {
		return newWorld(tenant("north", roster.Chat, roster.Phone), tenant("quiet"), all, demanding("formal", roster.RequireTitle)).
			withGroups(group("desk", "north"), group("hall", "all"), group("porch", "all")).
			withOperators(known("boss", entry("north", roster.Administrator), entry("quiet", roster.Administrator), entry("all", roster.Administrator)),
				known("bert", entry("north", roster.Worker)))
	}
	named := func(o roster.Operator, publicName string) roster.Operator {
		o.Profile.PublicName = publicName
		return o
	}
	leading := func(members ...string) roster.Operator {
		lead := entry("north", roster.Manager, roster.Chat)
		lead.Team = members
		return known("lead", lead)
	}
	told := func(conversation, call *bool) roster.Operator {
		e := entry("north", roster.Worker)
		e.Notifications = roster.Notifications{AfterConversation: conversation, AfterCall: call}
		return known("anna", e)
	}
	rival := known("bert")
	rival.Name, rival.Profile.Email = "anna", "anna@example.com"
	twin := known("bert")
	twin.Name = "anna"
	email := known("anna")
	email.Profile.Email = "BERT@example.com"
	for _, tc := range []struct {
		reason        string
		before, after *roster.Operator
		among         *world
		want          []string
	}{
		{"nothing is the matter", nil, ptr(known("anna", in(entry("north", roster.Worker, roster.Chat), "desk"))), base(), nil},
		{"a tenant, a group and a teammate that are not there", nil, ptr(func() roster.Operator {
			o := leading("ghost")
			o.Entries[0] = in(o.Entries[0], "nowhere")
			o.Entries = append(o.Entries, entry("west", roster.Worker, roster.Chat))
			return o
		}()), base(), []string{
			`spec.tenants[north].groups[nowhere]: Group "nowhere" does not exist; it takes effect once it does`,
			`spec.tenants[north].team[ghost]: Operator "ghost" does not exist; it takes effect once it does`,
			`spec.tenants[west].tenant: Tenant "west" does not exist; it takes effect once it does`,
		}},
		{"a channel the tenant does not have", nil, ptr(known("anna", entry("north", roster.Worker, roster.WhatsApp))), base(), []string{
			`spec.tenants[north].channels[WhatsApp]: the tenant does not have the channel WhatsApp; add it to spec.channels of Tenant "north"`,
		}},
		{"a teammate who is Administrator", nil, ptr(leading("boss")), base(), []string{
			`spec.tenants[north].team[boss]: the operator is Administrator in this tenant; a team holds people with the role Worker or Manager`,
		}},
		{"what a policy of the tenant holds back", nil, ptr(known("anna", entry("formal", roster.Worker, roster.Chat))), base(), []string{
			`spec.tenants[formal] is held: Tenant "formal" demands title of its operators, so the entry is not written, and one that is there only loses what is taken away; ` +
				`set title in spec.profile or in the entry's profile`,
		}},
		{"the user name of another", nil, &rival, base(), []string{
			`spec.userName: Operator "bert" has the user name, so only one of the two is written; delete the other, or create this one with another user name`,
		}},
		{"the address of another, however it is written", nil, &email, base(), []string{
			`spec.profile.email is held: Operator "bert" has it, so the former address stays, and a new person is not written; choose another, or free this one`,
		}},
		{"both of one and the same", nil, &twin, base(), []string{
			`spec.userName: Operator "bert" has the user name, so only one of the two is written; delete the other, or create this one with another user name`,
			`spec.profile.email is held: Operator "bert" has it, so the former address stays, and a new person is not written; choose another, or free this one`,
		}},
		{"mails after what never happens (F87 F88)", nil, ptr(told(yes(), yes())), base(), []string{
			"spec.tenants[north].notifications.afterConversation: the person serves no text channel there, so no such mail is ever sent",
			"spec.tenants[north].notifications.afterCall: the person does not serve the channel Phone there, so no such mail is ever sent",
		}},
		{"mails that are switched off", nil, ptr(told(no(), nil)), base(), nil},
		{"mails after a chat", nil, ptr(func() roster.Operator {
			o := told(yes(), nil)
			o.Entries[0].Channels = []roster.Channel{roster.Chat}
			return o
		}()), base(), nil},
		{"mails in a tenant that is not there", nil, ptr(func() roster.Operator {
			o := known("anna", entry("west", roster.Worker))
			o.Notifications.AfterCall = yes()
			return o
		}()), base(), []string{`spec.tenants[west].tenant: Tenant "west" does not exist; it takes effect once it does`}},
		{"a public name that is an address (F09)", nil, ptr(named(known("anna"), "anna@example.com")), base(), []string{
			"spec.profile.publicName: customers see it, and it looks like an e-mail address; set a name instead",
		}},
		{"a login that is an address, where nothing else is shown", nil, ptr(func() roster.Operator { o := known("anna"); o.UserName = "a@example.com"; return o }()), base(), []string{
			"spec.userName: customers see it, and it looks like an e-mail address; set spec.profile.publicName",
		}},
		{"and where something else is", nil, ptr(named(func() roster.Operator { o := known("anna"); o.UserName = "a@example.com"; return o }(), "Anna")), base(), nil},
		{"a public name in one tenant", nil, ptr(func() roster.Operator {
			o := known("anna", entry("quiet", roster.Worker))
			o.Entries[0].Profile.PublicName = "a@example.com"
			return o
		}()), base(), []string{"spec.tenants[quiet].profile.publicName: customers see it, and it looks like an e-mail address; set a name instead"}},
		{"a Manager who comes to see more by his team (F51)", ptr(leading()), ptr(leading("bert")), base(), []string{
			`the team in Tenant "north" has 1 member more: the Manager sees their conversations`,
		}},
		{"a team that grows smaller", ptr(leading("bert")), ptr(leading()), base(), nil},
		{"the first group that anybody of the tenant declares", ptr(known("anna", entry("quiet", roster.Worker))), ptr(known("anna", in(entry("quiet", roster.Worker), "desk"))), base(), []string{
			`spec.tenants[quiet].groups[desk]: Group "desk" does not exist; it takes effect once it does`,
			`in Tenant "quiet" the tenant has groups from now on: an operator sees the general group's conversations and those of the operator's own groups`,
		}},
		{"the last one", ptr(known("anna", in(entry("quiet", roster.Worker), "desk"))), ptr(known("anna", entry("quiet", roster.Worker))), base(), []string{
			`in Tenant "quiet" the tenant has no groups any more: every operator sees the conversations of the whole tenant`,
		}},
		{"the last one, with the person", ptr(known("anna", in(entry("quiet", roster.Worker), "desk"))), nil, base(), []string{
			`in Tenant "quiet" the tenant has no groups any more: every operator sees the conversations of the whole tenant`,
		}},
		{"a group in a tenant that has others", ptr(known("anna", entry("north", roster.Worker))), ptr(known("anna", in(entry("north", roster.Worker), "desk"))), base(), nil},
		{"a person's last group where whoever is in none sees all", ptr(known("anna", in(entry("all", roster.Worker), "hall"))), ptr(known("anna", entry("all", roster.Worker))), base(), []string{
			`in no group of Tenant "all" any more, whose conversations.unassignedScope is All: the operator sees the conversations of every group`,
		}},
		{"the last Administrator demoted", ptr(known("boss", entry("north", roster.Administrator))), ptr(known("boss", entry("north", roster.Manager))), base(), []string{
			`spec.tenants is held: nobody else is a live Administrator of "north", so the person stays active and Administrator there; make somebody else Administrator first`,
		}},
		{"deactivated", ptr(known("boss", entry("north", roster.Administrator), entry("quiet", roster.Administrator))),
			ptr(deactivated(known("boss", entry("north", roster.Administrator), entry("quiet", roster.Administrator)))), base(), []string{
				`spec.tenants is held: nobody else is a live Administrator of "north" and "quiet", so the person stays active and Administrator there; make somebody else Administrator first`,
			}},
		{"deleted", ptr(known("boss", entry("north", roster.Administrator))), nil, base(), []string{
			`nobody else is a live Administrator of "north"; make somebody else Administrator first`,
		}},
		{"one of two", ptr(known("boss", entry("north", roster.Administrator))), nil, base().withOperators(known("next", entry("north", roster.Administrator))), nil},
		{"one of two of whom the other is deactivated", ptr(known("boss", entry("north", roster.Administrator))), nil,
			base().withOperators(deactivated(known("next", entry("north", roster.Administrator)))), []string{
				`nobody else is a live Administrator of "north"; make somebody else Administrator first`,
			}},
		{"where the company has one", ptr(known("boss", entry("north", roster.Administrator))), nil, base().withOperators(chief("chief")), nil},
		{"of a tenant that is not there", ptr(known("anna", entry("west", roster.Administrator))), nil, base(), nil},
		{"the company's last", ptr(chief("chief")), nil, newWorld(tenant("a"), tenant("b"), tenant("c"), tenant("d")).withOperators(chief("chief")), []string{
			`nobody else is a live Administrator of "a", "b", "c" and 1 more; make somebody else Administrator first`,
		}},
		{"somebody who was none", ptr(known("anna", entry("north", roster.Worker))), nil, base(), nil},
	} {
		got := roster.Sentences(roster.WarnOperator(tc.before, tc.after, neighbourhood{tc.among}))
		if diff := cmp.Diff(tc.want, got); diff != "" && len(tc.want)+len(got) > 0 {
			t.Errorf("%s (-should be told +is told):\n%s", tc.reason, diff)
		}
	}
}

func TestWarningsOfATenant(t *testing.T) {
	t.Parallel()
	north := tenant("north", roster.Chat)
	north.Record.AwayRouting = []roster.Channel{roster.Chat, roster.Phone}
	want := []string{"spec.awayRouting.channels[Phone]: the tenant does not have the channel; add it to spec.channels"}
	if diff := cmp.Diff(want, roster.Sentences(roster.WarnTenant(north))); diff != "" {
		t.Errorf("a channel that is routed and not there should be told (-want +got):\n%s", diff)
	}
}

func TestWarningsOfAGroup(t *testing.T) {
	t.Parallel()
	bare := newWorld(tenant("north", roster.Chat))
	full := newWorld(tenant("north", roster.Chat)).withGroups(group("desk", "north"), group("back", "north"))
	declared := newWorld(tenant("north", roster.Chat)).withGroups(group("desk", "north")).withOperators(operator("anna", in(entry("north", roster.Worker), "desk")))
	desk := group("desk", "north")
	ringing := desk
	ringing.Channels = []roster.Channel{roster.Chat, roster.Phone}
	for _, tc := range []struct {
		reason        string
		before, after *roster.Group
		among         *world
		want          []string
	}{
		{"the first of its tenant", nil, &desk, bare, []string{
			`in Tenant "north" the tenant has groups from now on: an operator sees the general group's conversations and those of the operator's own groups`}},
		{"one more", nil, &desk, full, nil},
		{"one whose name somebody declares already", nil, &desk, declared, nil},
		{"the last of its tenant", &desk, nil, newWorld(tenant("north")).withGroups(desk), []string{
			`in Tenant "north" the tenant has no groups any more: every operator sees the conversations of the whole tenant`}},
		{"one of two", &desk, nil, full, nil},
		{"one whose name somebody goes on declaring", &desk, nil, declared, nil},
		{"a channel the tenant does not have", &desk, &ringing, full, []string{
			`spec.channels[Phone]: the tenant does not have the channel Phone; add it to spec.channels of Tenant "north"`}},
		{"a tenant that is not there", nil, ptr(group("desk", "west")), bare, []string{`spec.tenant: Tenant "west" does not exist; it takes effect once it does`}},
		{"an edit is no first and no last", &desk, &desk, bare, nil},
	} {
		got := roster.Sentences(roster.WarnGroup(tc.before, tc.after, neighbourhood{tc.among}))
		if diff := cmp.Diff(tc.want, got); diff != "" && len(tc.want)+len(got) > 0 {
			t.Errorf("%s (-should be told +is told):\n%s", tc.reason, diff)
		}
	}
}

func TestWarningsOfAChannelPolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(tenant("north", roster.Chat)).withGroups(group("desk", "north")).withOperators(operator("anna"))
	worker := roster.Subject{Role: roster.Worker}
	denied := policy("p", "north", worker, roster.Chat)
	denied.Online, denied.Away = false, false
	nobody := policy("p", "north", worker, roster.Chat)
	nobody.Subjects = nil
	for _, tc := range []struct {
		reason string
		policy roster.Policy
		want   []string
	}{
		{"it grants", policy("p", "north", worker, roster.Chat), nil},
		{"some of what it grants", policy("p", "north", worker, roster.Chat, roster.Phone), []string{
			`spec.channels[Phone]: the tenant does not have the channel Phone; add it to spec.channels of Tenant "north"`}},
		{"nothing of what it grants", policy("p", "north", worker, roster.Phone), []string{
			`spec.channels[Phone]: the tenant does not have the channel Phone; add it to spec.channels of Tenant "north"`,
			`spec.channels: the policy grants nothing: Tenant "north" has none of the channels the policy grants; add one to its spec.channels`}},
		{"in no state", denied, []string{"spec.availability: the policy grants nothing: spec.availability denies both states, so nothing is ever routed; allow online or away"}},
		{"to nobody", nobody, []string{"spec.subjects: the policy grants nothing: no operator of the tenant matches spec.subjects"}},
		{"what is not there", roster.Policy{Company: company, Tenant: "west", Name: "p", Channels: []roster.Channel{roster.Chat}, Online: true, Subjects: []roster.Subject{
			{Group: "nowhere"}, {Operator: "ghost"}}}, []string{
			`spec.tenant: Tenant "west" does not exist; it takes effect once it does`,
			`spec.subjects[0].group: Group "nowhere" does not exist; it takes effect once it does`,
			`spec.subjects[1].operator: Operator "ghost" does not exist; it takes effect once it does`}},
	} {
		got := roster.Sentences(roster.WarnPolicy(tc.policy, w))
		if diff := cmp.Diff(tc.want, got); diff != "" && len(tc.want)+len(got) > 0 {
			t.Errorf("%s (-should be told +is told):\n%s", tc.reason, diff)
		}
	}
}

func TestWarningOfAUserOfKubernetesWhomSeveralClaim(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		reason    string
		claimants []roster.Operator
		want      []string
	}{
		{"nobody else does", []roster.Operator{person("anna")}, nil},
		{"one does", []roster.Operator{person("bert"), person("anna")}, []string{`spec.kubernetesUser: "bert" claims it too, so neither is that user; leave it to one of them`}},
		{"many do", []roster.Operator{person("e"), person("b"), person("c"), person("d")}, []string{`spec.kubernetesUser: "b", "c", "d" and 1 more claim it too, so none of them is that user; leave it to one of them`}},
	} {
		if diff := cmp.Diff(tc.want, roster.Sentences(roster.WarnOfClaims("anna", tc.claimants))); diff != "" {
			t.Errorf("%s (-should be told +is told):\n%s", tc.reason, diff)
		}
	}
}

func TestWhoeverMayBeTheLastAdministratorIsToldOf(t *testing.T) {
	t.Parallel()
	off := func(o roster.Operator, tenants ...string) roster.Operator {
		for i := range o.Entries {
			o.Entries[i].Active = !slices.Contains(tenants, o.Entries[i].Tenant)
		}
		return o
	}
	deactivated := func(o roster.Operator) *roster.Operator {
		o.Active = false
		return &o
	}
	administrator := func(name string, tenants ...string) roster.Operator {
		var entries []roster.Entry
		for _, tenant := range tenants {
			entries = append(entries, entry(tenant, roster.Administrator))
		}
		return known(name, entries...)
	}
	const remedy = ", so if the person is one until now that stays so; make somebody else Administrator first"
	for _, tc := range []struct {
		reason string
		who    roster.Operator
		others []roster.Operator
		want   []string
	}{
		{"he is live", administrator("anna", "north"), nil, nil},
		{"nobody else is", off(administrator("anna", "north", "south"), "north"), nil, []string{
			"north",
		}},
		{"somebody else is", off(administrator("anna", "north"), "north"), []roster.Operator{administrator("bert", "north")}, nil},
		{"somebody else is, as the company's", off(administrator("anna", "north"), "north"), []roster.Operator{chief("bert")}, nil},
		{"somebody else is off, too", off(administrator("anna", "north"), "north"), []roster.Operator{off(administrator("bert", "north"), "north")}, []string{"north"}},
		{"he is deactivated", *deactivated(administrator("anna", "north", "south")), nil, []string{"north", "south"}},
		{"the company's, deactivated", *deactivated(chief("anna")), []roster.Operator{administrator("bert", "north")}, []string{"south"}},
		{"a tenant that is not there", *deactivated(administrator("anna", "west")), nil, nil},
		{"a Worker administers nothing", *deactivated(known("anna", entry("north", roster.Worker))), nil, nil},
	} {
		among := neighbourhood{newWorld(tenant("north"), tenant("south")).withOperators(append(tc.others, tc.who)...)}
		got := tc.who.WarnOfAdministration(among, func(tenant string) bool { return roster.Administered(company, tenant, among) })
		if len(got) != len(tc.want) {
			t.Errorf("%s: %d tenants should be told of, got %v", tc.reason, len(tc.want), got)
		}
		for _, w := range got {
			if w.Rule != roster.WarnLastAdministrator || !strings.HasSuffix(w.Message, remedy) {
				t.Errorf("%s: it should be told of the last Administrator, got %v", tc.reason, w)
			}
		}
	}
}

// TestRulesOfWarningsAreKnown: whatever is warned of a person has a rule that there is, and a path.
func TestRulesOfWarningsAreKnown(t *testing.T) {
	t.Parallel()
	north := tenant("north", roster.Chat)
	north.MaxGroups = 1
	among := neighbourhood{newWorld(north).withOperators(known("bert", entry("north", roster.Administrator)))}
	anna := known("anna", in(entry("north", roster.Worker, roster.Phone), "a", "b"), entry("west", roster.Worker))
	anna.UserName = "bert"
	found := anna.Warnings(roster.Compile(anna, among), among)
	if len(found) < 5 {
		t.Errorf("there should be something of most rules, got %v", found)
	}
	for _, w := range found {
		if !slices.Contains(roster.WarningRules(), w.Rule) || w.Path == "" {
			t.Errorf("a warning should have a rule that there is and a path, got %+v", w)
		}
	}
}
