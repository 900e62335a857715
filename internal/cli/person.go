// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"slices"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/translate"
)

// person is an Operator as a store would have it that knows nothing of the person yet.
type person struct {
	company  *company
	object   *v1alpha1.Operator
	declared roster.Operator
	wanted   roster.Wanted
	// granted are the grants of all entries, those that are held included.
	granted []roster.Grant
	// stored is false where the person's own part breaks a rule, so that nothing of the person would be written.
	stored bool
	// state is how far the account has come; empty where nothing says.
	state roster.State
}

func (c *company) person(o *v1alpha1.Operator) person {
	p := person{company: c, object: o, declared: translate.Operator(o), stored: true}
	p.wanted = roster.Want(p.declared, c.directory)
	p.granted = p.wanted.Person.Grants
	if p.wanted.Partial() {
		p.wanted, p.stored = p.wanted.Over(nil, roster.Impediments{})
	}
	p.state = stateOf(p.record().User, o.Status.State)
	return p
}

func (p person) record() *roster.Person { return &p.wanted.Person }

// stateOf is a person's state. Whether a password has been set is known to the store alone, and to the status it was copied to.
func stateOf(user roster.User, status v1alpha1.OperatorState) roster.State {
	if state := user.State(); state != roster.Invited {
		return state
	}
	switch status {
	case v1alpha1.OperatorStateActive:
		return roster.Active
	case v1alpha1.OperatorStateInvited:
		return roster.Invited
	}
	return ""
}

// in is where the person stands in a tenant, as somebody who can log in: what is asked is what was configured.
func (p person) in(tenant string) roster.Standing {
	standing := p.record().Stand(tenant, p.company.directory)
	standing.Activated = true
	if outcome := p.outcome(tenant); len(outcome.Obstacles) > 0 {
		// Of an entry that is held these say why; the record itself has none.
		standing.Obstacles = outcome.Obstacles
	}
	if !p.stored {
		broken := roster.Obstacle{Reason: roster.ReasonInvalid, Message: roster.TellViolations(p.wanted.Violations)}
		standing.Obstacles = append([]roster.Obstacle{broken}, standing.Obstacles...)
	}
	return standing
}

// tenants are those the person has an entry for, and for a company administrator all there are, in the order of names.
func (p person) tenants() []string {
	var names []string
	for _, e := range p.declared.Entries {
		names = append(names, e.Tenant)
	}
	if p.declared.CompanyAdministrator {
		names = append(names, p.company.tenants...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// outcome is what the entry of a tenant comes to; the zero value where there is none.
func (p person) outcome(tenant string) roster.TenantOutcome {
	i := slices.IndexFunc(p.wanted.Tenants, func(t roster.TenantOutcome) bool { return t.Tenant == tenant })
	if i < 0 {
		return roster.TenantOutcome{}
	}
	return p.wanted.Tenants[i]
}

// identity names the person in every answer.
type identity struct {
	Company  string `json:"company"`
	Operator string `json:"operator"`
	UserName string `json:"userName"`
	// State is absent where nothing says it: a manifest without a status does not.
	State roster.State `json:"state,omitempty"`
}

func (p person) identity() identity {
	return identity{Company: p.company.name, Operator: p.declared.Name, UserName: p.record().User.UserName, State: p.state}
}

// caveats are what is true beside an answer that gives the person something.
func (p person) caveats() []string {
	var said []string
	if p.state == roster.Invited {
		said = append(said, "the operator is Invited, and cannot use any of this before setting a password")
	}
	for _, v := range p.wanted.Violations {
		said = append(said, fmt.Sprintf("what breaks a rule has no effect: %s", v))
	}
	for _, rival := range p.company.directory.RivalsOf(p.object) {
		said = append(said, fmt.Sprintf("Operator %q claims the same user name or e-mail address: one of the two is not stored as declared until the other gives it up", rival.Name))
	}
	return said
}
