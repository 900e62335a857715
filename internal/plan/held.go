// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/roster-dev/roster/internal/roster"
)

// holding looks for what of a change is not carried out at once.
type holding struct {
	before, after *World
	held          *collector
}

func (h holding) compare() {
	h.administrators()
	h.budgets()
	h.parts()
	h.claims()
}

// administrators says which tenants would lose their last live Administrator: the store keeps one of them.
func (h holding) administrators() {
	was, is := h.before.administrators(), h.after.administrators()
	for tenant := range h.after.Tenants {
		if _, stays := h.before.Tenants[tenant]; !stays || len(was[tenant]) == 0 || len(is[tenant]) > 0 {
			continue
		}
		for _, name := range was[tenant] {
			h.held.say(LastAdministrator, tenant, "", nil, name)
		}
	}
}

// administrators are the live Administrators of each tenant that is there, by the names of their objects.
func (w *World) administrators() map[string][]string {
	found := map[string][]string{}
	for name, p := range w.People {
		for _, m := range p.Record.Memberships {
			if p.Record.AdministratorOf(m.Tenant) {
				found[m.Tenant] = append(found[m.Tenant], name)
			}
		}
		if !p.Record.User.CompanyAdministrator {
			continue
		}
		for tenant := range w.Tenants {
			if p.Record.AdministratorOf(tenant) && !slices.Contains(found[tenant], name) {
				found[tenant] = append(found[tenant], name)
			}
		}
	}
	return found
}

// budgets says which removals are beyond what the tenants allow, with all their budget to spend. Whom the manager meets first goes first;
// here it is by name.
func (h holding) budgets() {
	spending := map[string]roster.RemovalWindow{}
	live := h.before.live()
	removed, refused := map[string]int{}, map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(h.before.People)) {
		person := h.before.People[name]
		if _, stays := h.after.People[name]; stays || person.Deletion == Orphan {
			continue
		}
		for tenant, held := range h.spend(person.Record.Losses(roster.Person{}), spending, live) {
			removed[tenant]++
			if held {
				refused[tenant] = append(refused[tenant], name)
			}
		}
	}
	for tenant, names := range refused {
		what := fmt.Sprintf("%d of %d removals, of %d live people", len(names), removed[tenant], live[tenant])
		for _, name := range names {
			h.held.say(RemovalBudget, tenant, what, nil, name)
		}
	}
	h.tenantBudgets(live)
}

// beginning is when everything is removed: a window that began at no time would be none.
var beginning = time.Unix(1, 0)

// spend tells for each tenant that somebody is lost to whether its budget holds that. A tenant that goes too keeps nobody.
func (h holding) spend(losses []roster.Loss, spending map[string]roster.RemovalWindow, live map[string]int) map[string]bool {
	verdict, spent, refused := map[string]bool{}, map[string]roster.RemovalWindow{}, false
	for _, loss := range losses {
		is, stays := h.after.Tenants[loss.Tenant]
		was, known := h.before.Tenants[loss.Tenant]
		if !stays || !known {
			continue
		}
		window, allowed := spendBoth(spending[loss.Tenant], was.Settings.RemovalBudget, is.Settings.RemovalBudget, live[loss.Tenant])
		verdict[loss.Tenant], spent[loss.Tenant] = !allowed, window
		refused = refused || !allowed
	}
	if !refused {
		maps.Copy(spending, spent)
	}
	return verdict
}

// spendBoth is one removal under the budget there was and the one there will be: which of them counts, whoever is written first decides.
func spendBoth(window roster.RemovalWindow, was, is *roster.RemovalBudget, live int) (roster.RemovalWindow, bool) {
	under, allowed := spendOne(window, was, 1, live)
	after, too := spendOne(window, is, 1, live)
	if after.Removed > under.Removed {
		under = after
	}
	return under, allowed && too
}

func spendOne(window roster.RemovalWindow, budget *roster.RemovalBudget, people, live int) (roster.RemovalWindow, bool) {
	// Only Live could fail, and it does not.
	after, allowed, _ := window.Spend(roster.Removing{
		People: people, At: beginning, Budget: budget, Live: func() (int, error) { return live, nil },
	})
	return after, allowed
}

// tenantBudgets says which tenants do not go, since all their people would at once.
func (h holding) tenantBudgets(live map[string]int) {
	for name, tenant := range h.before.Tenants {
		if _, stays := h.after.Tenants[name]; stays || live[name] == 0 {
			continue
		}
		if _, allowed := spendOne(roster.RemovalWindow{}, tenant.Settings.RemovalBudget, live[name], live[name]); !allowed {
			h.held.say(RemovalBudget, name, fmt.Sprintf("the removal of the tenant with %d live people", live[name]), nil, "")
		}
	}
}

// live counts the people who are live in each tenant by a membership.
func (w *World) live() map[string]int {
	count := map[string]int{}
	for _, p := range w.People {
		for _, m := range p.Record.Memberships {
			if p.Record.LiveMember(m.Tenant) {
				count[m.Tenant]++
			}
		}
	}
	return count
}

// parts says what of people's manifests is held or breaks a rule, and was not or did not. The records of a store do not say.
func (h holding) parts() {
	if !h.before.Declared || !h.after.Declared {
		return
	}
	for _, name := range unionOf(h.before.People, h.after.People) {
		was, is := h.before.People[name], h.after.People[name]
		_, stays := h.after.People[name]
		for _, hold := range without(is.Holds, was.Holds) {
			h.held.say(PartHeld, "", hold.String(), nil, name)
		}
		for _, hold := range without(was.Holds, is.Holds) {
			if stays {
				h.held.say(PartReleased, "", hold.Path, nil, name)
			}
		}
		for _, violation := range is.Violations {
			same := func(v roster.Violation) bool { return v.Rule == violation.Rule && v.Path == violation.Path }
			if !slices.ContainsFunc(was.Violations, same) {
				h.held.say(RuleBroken, "", violation.Rule+" at "+violation.Path, nil, name)
			}
		}
	}
}

// claims says who claims a name that somebody else has, and did not before. The names themselves are personal data.
func (h holding) claims() {
	was, is := h.before.claims(), h.after.claims()
	for claim, names := range is {
		if len(names) < 2 || slices.Equal(was[claim], names) {
			continue
		}
		what, _, _ := strings.Cut(claim, "\x00")
		for _, name := range names {
			h.held.say(ClaimedTwice, "", what+" of "+joined(names), nil, name)
		}
	}
}

// claims are the names of the objects that claim each user name and e-mail address, in order.
func (w *World) claims() map[string][]string {
	claims := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(w.People)) {
		user := w.People[name].Record.User
		for what, claimed := range map[string]string{"user name": user.UserName, "e-mail address": user.EmailKey()} {
			if claimed != "" {
				claims[what+"\x00"+claimed] = append(claims[what+"\x00"+claimed], name)
			}
		}
	}
	return claims
}

// compareReferences says which names lead nowhere from now on, and which lead somewhere again. The records of a store do not say.
func compareReferences(before, after *World, to *collector) {
	if !before.Declared || !after.Declared {
		return
	}
	was, is := before.dangling(), after.dangling()
	for _, id := range unionOf(was, is) {
		for _, target := range without(is[id], was[id]) {
			to.say(ReferenceDangles, "", target, nil, id)
		}
		if after.has(id) {
			for _, target := range without(was[id], is[id]) {
				to.say(ReferenceHeals, "", target, nil, id)
			}
		}
	}
}

// dangling are what each object names and is not there.
func (w *World) dangling() map[string][]string {
	found := map[string][]string{}
	add := func(id string, missing []roster.Reference) {
		for _, m := range missing {
			if target := fmt.Sprintf("%s %s", m.Kind, m.Name); !slices.Contains(found[id], target) {
				found[id] = append(found[id], target)
			}
		}
	}
	for id, missing := range w.Dangling {
		add(id, missing)
	}
	for name, p := range w.People {
		add(Object{Kind: KindOperator, Name: name}.ID(), p.Missing)
	}
	return found
}

// has tells whether there is an object.
func (w *World) has(id string) bool {
	kind, name, _ := strings.Cut(id, "/")
	var found bool
	switch kind {
	case KindGroup:
		_, found = w.Groups[name]
	case KindChannelPolicy:
		_, found = w.Policies[name]
	case KindOperator:
		_, found = w.People[name]
	}
	return found
}
