// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/roster/rostertest"
	"github.com/roster-dev/roster/internal/store/sqlstore"
)

const (
	// worlds is how many companies are asked about, and readings how many conversations of each.
	worlds, readings = 2000, 2
	// askersAtOnce is how many companies are asked about at a time.
	askersAtOnce = 3
)

// counts are how many questions were answered, and how many of them with yes.
type counts struct {
	reads, read, routes, routed, capabilities, holders atomic.Int64
}

// The examples of the guide for readers, asked about generated companies that were compiled and stored, answer what the formulas of
// docs/access.md do, and what the core says.
func TestViewsAgreeWithTheFormulas(t *testing.T) {
	for database, open := range databases {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			s, questions, c := open(t), questionsOf(t, database), &counts{}
			var next atomic.Int64
			var askers sync.WaitGroup
			for range askersAtOnce {
				askers.Go(func() {
					reader, err := s.Reader(t.Context())
					if err != nil {
						t.Errorf("opening a connection: %v", err)
						return
					}
					p := &platform{store: s, reader: reader, questions: questions, counts: c}
					for n := next.Add(1); n <= worlds && !t.Failed(); n = next.Add(1) {
						p.compare(t, uint64(n))
					}
					if err := reader.Close(); err != nil {
						t.Errorf("closing a connection: %v", err)
					}
				})
			}
			askers.Wait()
			t.Logf("%s: %d companies; %d of %d conversations could be read, %d of %d pieces of work routed; %d capabilities, %d holders of one",
				database, worlds, c.read.Load(), c.reads.Load(), c.routed.Load(), c.routes.Load(), c.capabilities.Load(), c.holders.Load())
			for what, few := range map[string]bool{
				"conversations that could be read": c.read.Load() < worlds/2,
				"conversations that could not":     c.reads.Load()-c.read.Load() < worlds/2,
				"work that could be routed":        c.routed.Load() < worlds/10,
				"work that could not":              c.routes.Load()-c.routed.Load() < worlds,
				"capabilities":                     c.capabilities.Load() < worlds,
				"people who had a given one":       c.holders.Load() < worlds/4,
			} {
				if few && !t.Failed() {
					t.Errorf("there were hardly any %s; expected the companies to differ more", what)
				}
			}
		})
	}
}

// platform asks what a platform asks, over one connection.
type platform struct {
	store     *sqlstore.Store
	reader    *sqlstore.Reader
	questions map[string]string
	counts    *counts
}

func questionsOf(t testing.TB, database string) map[string]string {
	t.Helper()
	return map[string]string{
		"may read":     exampleWith(t, database, "AS may_read"),
		"how far":      exampleWith(t, database, "SELECT role, sees_all"),
		"whose":        exampleWith(t, database, "AS of_whom"),
		"route":        exampleWith(t, database, "r.routable AND"),
		"capabilities": exampleWith(t, database, "SELECT capability, reach"),
		"holders":      exampleWith(t, database, "capability = 'stats.read'"),
	}
}

// asking is an example of the guide on its way to being a question about another company.
type asking struct {
	t    testing.TB
	of   *platform
	text string
	args []any
}

func (p *platform) asking(t testing.TB, name string) *asking {
	return &asking{t: t, of: p, text: p.questions[name]}
}

// with puts an argument in the place of a value of the guide.
func (a *asking) with(literal string, value any) *asking {
	a.args = append(a.args, value)
	return a.instead(literal, a.of.store.Placeholder(len(a.args)))
}

// instead puts other SQL in the place of what the guide has.
func (a *asking) instead(literal, text string) *asking {
	if !strings.Contains(a.text, literal) {
		a.t.Errorf("docs/store.md has no %s any more in\n%s", literal, a.text)
	}
	a.text = strings.ReplaceAll(a.text, literal, text)
	return a
}

// rows puts a list of rows, of numbers and of texts that may be null, in the place of one of the guide.
func (a *asking) rows(literal string, list ...[]any) *asking {
	rows := make([]string, len(list))
	for i, row := range list {
		cells := make([]string, len(row))
		for j, value := range row {
			a.args = append(a.args, value)
			kind := "TEXT"
			if _, number := value.(int); number {
				kind = "BIGINT"
			}
			cells[j] = "CAST(" + a.of.store.Placeholder(len(a.args)) + " AS " + kind + ")"
		}
		rows[i] = "(" + strings.Join(cells, ", ") + ")"
	}
	return a.instead(literal, strings.Join(rows, ", "))
}

func (a *asking) answer() []string {
	answer, err := a.of.reader.Answer(a.t.Context(), a.text, a.args...)
	if err != nil {
		a.t.Errorf("%s: %v", a.text, err)
	}
	return answer
}

// generated is a drawn company that was stored.
type generated struct {
	*rostertest.World
	ids map[string]string
	// hidden are the tenants that were retired since, of which nobody has anything.
	hidden map[string]bool
}

// compare makes a company and compares what the store answers of it.
func (p *platform) compare(t testing.TB, seed uint64) {
	source := rand.New(rand.NewPCG(seed, 0)) // #nosec G404 -- a test that can be repeated
	w := generated{World: rostertest.Draw(source, fmt.Sprint("company-", seed)), hidden: map[string]bool{}}
	w.ids = found(t, p.store, w.World)
	for i := range w.Tenants {
		if source.IntN(12) == 0 {
			record := &w.Tenants[i].Record
			record.Retired = true
			w.hidden[record.Tenant] = true
			settleOne(t, p.store.Tenants(), w.Tenants[i].CompileRecord(w.World))
		}
	}
	for range readings {
		p.compareReading(t, source, w)
	}
	p.compareRouting(t, source, w)
	tenant := rostertest.DrawTenantName(source)
	p.compareScope(t, w, w.draw(source), tenant)
	p.compareCapabilities(t, w, w.draw(source), tenant)
	p.compareHolders(t, source, w, tenant)
}

// draw is one of the people.
func (w generated) draw(source rostertest.Source) roster.Operator {
	return w.Operators[source.IntN(len(w.Operators))]
}

func userName(o roster.Operator) string { return strings.ToLower(o.UserName) }

func (p *platform) compareReading(t testing.TB, source rostertest.Source, w generated) {
	c, operator := rostertest.DrawConversation(source, w.World), w.draw(source)
	// As many as may take part, so that there is one question to prepare.
	participants := slices.Repeat([][]any{{nil}}, len(w.Operators)+1)
	for i, name := range c.Participants {
		participants[i] = []any{w.idOf(name)}
	}
	answer := p.asking(t, "may read").
		rows("('billing', 'ArchivedCall', 'id-of-worker')", []any{nullable(c.Group), string(c.Kind), nullable(w.idOf(c.Assignee))}).
		rows("('id-of-worker')", participants...).
		with("'"+company+"'", w.Company).with("'acme'", c.Tenant).with("'id-of-lead'", w.ids[userName(operator)]).
		answer()
	want := rostertest.MayRead(w.World, operator.Name, c.Tenant, c)
	p.counts.reads.Add(1)
	if want {
		p.counts.read.Add(1)
	}
	if !slices.Equal(answer, []string{map[bool]string{true: "1", false: "0"}[want]}) {
		t.Errorf("%s: may %s read %+v? The store says %v and the formulas %t; the company is\n%s", w.Company, operator.Name, c, answer, want, w)
	}
}

// idOf is the ID of a user name; that of a stranger is nobody's.
func (w generated) idOf(name string) string {
	if id, known := w.ids[name]; known || name == "" {
		return id
	}
	return "id-of-" + name
}

func nullable(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// String is the company for whoever has to find out why it is judged differently.
func (w generated) String() string {
	text, err := json.MarshalIndent(w.World, "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// compareScope compares how far a person reads, and in whose names, with the core's standing of the person.
func (p *platform) compareScope(t testing.TB, w generated, operator roster.Operator, tenant string) {
	var far, whose []string
	standing := roster.Compile(operator, w.World).Person.Stand(tenant, w.World)
	if standing.Live() && !w.hidden[tenant] {
		far, whose = []string{scopeOf(standing)}, namesIn(standing)
	}
	for name, want := range map[string][]string{"how far": far, "whose": whose} {
		answer := p.asking(t, name).
			with("'"+company+"'", w.Company).with("'acme'", tenant).with("'lead'", userName(operator)).
			answer()
		if !slices.Equal(answer, want) {
			t.Errorf("%s: %s does %s read in %s? The store says %q and the core %q; the company is\n%s",
				w.Company, name, operator.Name, tenant, answer, want, w)
		}
	}
}

// scopeOf is how far somebody who is live reads, as the guide shows it.
func scopeOf(standing roster.Standing) string {
	scope, facts := standing.Access.Scope, standing.Facts
	text := string(standing.Access.Role)
	for _, open := range []bool{
		scope.All,
		scope.All || !facts.HasGroups || scope.Unassigned && facts.UnassignedScope == roster.ScopeAll,
		scope.All || scope.Sessions,
		scope.All || scope.Emails,
		scope.All || facts.OthersMessages != roster.MessagesDenied,
	} {
		text += map[bool]string{true: "|1", false: "|0"}[open]
	}
	return text
}

// namesIn are the groups of somebody who is live, and whom a Manager leads.
func namesIn(standing roster.Standing) []string {
	var names []string
	for _, group := range standing.Groups {
		names = append(names, "group|"+group.Name)
	}
	if standing.Access.Role == roster.Manager {
		for _, member := range standing.Membership.Team {
			names = append(names, "person|"+member)
		}
	}
	slices.Sort(names)
	return names
}

// compareRouting gives everybody work and a presence of their own, and expects those to be answered whom more work may be routed to.
func (p *platform) compareRouting(t testing.TB, source rostertest.Source, w generated) {
	tenant, work := rostertest.DrawTenantName(source), rostertest.DrawWork(source)
	group := work.Group
	if group == "" {
		group = roster.GeneralGroup
	}
	var said, want []string
	var used [][]any
	for _, operator := range w.Operators {
		theirs := rostertest.DrawWork(source)
		theirs.Channel, theirs.Group = work.Channel, work.Group
		id := w.ids[userName(operator)]
		used = append(used, []any{id, theirs.Used})
		said = append(said, presenceOf(id, tenant, theirs.Presence)...)
		if rostertest.Routable(w.World, operator.Name, tenant, theirs) {
			want = append(want, userName(operator))
		}
	}
	run(t, p.store, said...)
	slices.Sort(want)
	answer := p.asking(t, "route").
		rows("('id-of-worker', 1)", used...).
		with("'"+company+"'", w.Company).with("'acme'", tenant).with("'Phone'", string(work.Channel)).with("'billing'", group).
		answer()
	p.counts.routes.Add(int64(len(w.Operators)))
	p.counts.routed.Add(int64(len(want)))
	if !slices.Equal(answer, want) {
		t.Errorf("%s: to whom does %s of %s in %s go? The store says %q and the formulas %q; work in hand: %v; the company is\n%s",
			w.Company, work.Channel, group, tenant, answer, want, used, w)
	}
}

// presenceOf is how the platform says where a person is: online while the channels are switched, and then as drawn.
func presenceOf(id, tenant string, presence roster.Presence) []string {
	const upsert = "INSERT INTO presence (user_id, tenant, state) VALUES ('%s', '%s', '%s') ON CONFLICT (user_id, tenant) DO UPDATE SET state = excluded.state"
	statements := []string{
		fmt.Sprintf(upsert, id, tenant, roster.Online),
	}
	for _, channel := range presence.Off {
		// Only what is granted can be switched: a channel that is not is no row of grants.
		statements = append(statements, fmt.Sprintf("INSERT INTO presence_channels (user_id, tenant, channel, switched_on) "+
			"SELECT user_id, tenant, channel, FALSE FROM grants WHERE user_id = '%s' AND tenant = '%s' AND channel = '%s'", id, tenant, channel))
	}
	return append(statements, fmt.Sprintf(upsert, id, tenant, presence.State))
}

// compareCapabilities compares with the core's standing of a person in a tenant.
func (p *platform) compareCapabilities(t testing.TB, w generated, operator roster.Operator, tenant string) {
	answer := p.asking(t, "capabilities").
		instead("capability, reach", "capability, reach, causes").instead(" AND state = 'Active'", "").
		with("'"+company+"'", w.Company).with("'acme'", tenant).with("'worker'", userName(operator)).
		answer()
	var got []roster.HeldCapability
	for _, row := range answer {
		cells := strings.SplitN(row, "|", 3)
		held := roster.HeldCapability{Capability: roster.Capability(cells[0]), Reach: roster.Reach(cells[1])}
		if err := json.Unmarshal([]byte(cells[2]), &held.Causes); err != nil {
			t.Errorf("%s is no row of a capability: %v", row, err)
		}
		got = append(got, held)
	}
	want := w.capabilities(operator, tenant)
	p.counts.capabilities.Add(int64(len(want)))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: what may %s do in %s? (-core +store)\n%s\nthe company is\n%s", w.Company, operator.Name, tenant, diff, w)
	}
}

// capabilities are those of a person in a tenant as the core tells them, in the order of their names.
func (w generated) capabilities(operator roster.Operator, tenant string) []roster.HeldCapability {
	standing := roster.Compile(operator, w.World).Person.Stand(tenant, w.World)
	held := standing.Capabilities()
	if w.hidden[tenant] || len(held) == 0 {
		return nil
	}
	return held
}

// compareHolders compares who has one capability, and how far.
func (p *platform) compareHolders(t testing.TB, source rostertest.Source, w generated, tenant string) {
	rows := slices.Collect(roster.Capabilities())
	capability := rows[source.IntN(len(rows))].Capability
	answer := p.asking(t, "holders").
		with("'"+company+"'", w.Company).with("'acme'", tenant).with("'stats.read'", string(capability)).
		answer()
	var want []string
	for _, operator := range w.Operators {
		for _, held := range w.capabilities(operator, tenant) {
			if held.Capability == capability && operator.CredentialMode == roster.IdentityProvider {
				want = append(want, userName(operator)+"|"+string(held.Reach))
			}
		}
	}
	slices.Sort(want)
	p.counts.holders.Add(int64(len(want)))
	if !slices.Equal(answer, want) {
		t.Errorf("%s: who may %s in %s? The store says %q and the core %q; the company is\n%s", w.Company, capability, tenant, answer, want, w)
	}
}
