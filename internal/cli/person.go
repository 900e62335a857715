// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"slices"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/translate"
)

// person is an Operator as the core compiles it.
type person struct {
	company  *company
	declared roster.Operator
	compiled roster.Compiled
	// state is how far the account has come; empty where nothing says.
	state roster.State
}

func (c *company) person(o *v1alpha1.Operator) person {
	declared := translate.Operator(o)
	compiled := roster.Compile(declared, c.directory)
	return person{company: c, declared: declared, compiled: compiled, state: stateOf(compiled.Person.User, o.Status.State)}
}

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
	standing := p.compiled.Person.Stand(tenant, p.company.directory)
	standing.Activated = true
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
	i := slices.IndexFunc(p.compiled.Tenants, func(t roster.TenantOutcome) bool { return t.Tenant == tenant })
	if i < 0 {
		return roster.TenantOutcome{}
	}
	return p.compiled.Tenants[i]
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
	return identity{Company: p.company.name, Operator: p.declared.Name, UserName: p.compiled.Person.User.UserName, State: p.state}
}

// caveats are what is true beside an answer that gives the person something.
func (p person) caveats() []string {
	if p.state != roster.Invited {
		return nil
	}
	return []string{"the operator is Invited, and cannot use any of this before setting a password"}
}
