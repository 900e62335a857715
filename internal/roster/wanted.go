// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"fmt"
	"maps"
	"slices"
)

// Wanted is what a store is to have of an Operator, as far as rules and other objects let it. What breaks a rule, and what another
// object holds back, gives nobody anything; what the Operator takes away is taken away all the same.
type Wanted struct {
	// Compiled is the record to be written, with what of it takes effect.
	Compiled
	// Holds are the parts held back because of other objects, in the order of tenants.
	Holds []Hold
	// Violations are the rules the Operator breaks by itself.
	Violations []Violation
	// LastOf are the tenants for which the person is held as the last live Administrator, in the order of their names.
	LastOf []string

	declared  Operator
	directory Directory
	// entries are why the entries of tenants are held whole, by tenant; own says that the person's own part is.
	entries map[string]Obstacle
	own     bool
}

// Impediments are what a store tells to be in the way of a record, until another one changes.
type Impediments struct {
	// LastOf are tenants that nobody but the person is a live Administrator of.
	LastOf []string
	// EmailTaken says that somebody else has the e-mail address.
	EmailTaken bool
}

// Want compiles an Operator and tells what of it is held. As long as it is not [Wanted.Partial], the record it has is the one to write.
func Want(operator Operator, directory Directory) Wanted {
	w := Wanted{declared: operator, directory: directory, Violations: operator.Violations(), entries: map[string]Obstacle{}}
	if len(w.Violations) > 0 {
		var broken map[string]Violation
		broken, w.own = operator.breaks(w.Violations)
		for tenant, violation := range broken {
			w.entries[tenant] = Obstacle{ReasonInvalid, violation.String()}
		}
		w.declared = operator.lawful()
	}
	w.Holds = Holds(operator, directory)
	for _, entry := range operator.Entries {
		for _, hold := range w.Holds {
			if hold.Reason == ReasonProfileIncomplete && hold.Path == entryPath(entry.Tenant, "") {
				w.entries[entry.Tenant] = Obstacle{hold.Reason, hold.Message}
			}
		}
	}
	w.Compiled = Compile(w.declared, directory)
	return w
}

// Partial tells whether the record to write depends on the one there is: parts of that stay. Then only [Wanted.Over] knows it.
func (w *Wanted) Partial() bool { return w.own || len(w.entries) > 0 }

// Whole tells whether the record to write is all that the Operator declares.
func (w *Wanted) Whole() bool { return len(w.Holds) == 0 && len(w.Violations) == 0 }

// Over is what is to be written over the record there is, nil being none, while something is in the way of it; false where nothing is:
// who is new is not stored with a part of his own that breaks a rule, nor with an e-mail address that another person has.
func (w Wanted) Over(former *Person, in Impediments) (Wanted, bool) {
	if former == nil {
		if w.own || in.EmailTaken {
			return w, false
		}
		former = &Person{}
	}
	operator := w.declared
	if w.own {
		operator.Active = operator.Active && former.User.Active
		operator.CompanyAdministrator = operator.CompanyAdministrator && former.User.CompanyAdministrator
	}
	operator, held := operator.HoldAdministrator(*former, in.LastOf).keepOut(*former, slices.Sorted(maps.Keys(w.entries)))
	w.Compiled = Compile(operator, w.directory)
	w.Person = w.Person.HoldEntries(*former, held)
	if w.own {
		w.Person = w.Person.holdUser(*former)
	}
	if in.EmailTaken {
		w.Person = w.Person.HoldEmail(*former)
	}
	for i := range w.Tenants {
		w.tell(&w.Tenants[i])
	}
	if w.LastOf = in.LastOf; len(in.LastOf) > 0 {
		w.Holds = append(slices.Clone(w.Holds), HoldOfAdministrator(in.LastOf))
	}
	return w, true
}

// holdUser is the person with the own part of before, but for what is taken away.
func (p Person) holdUser(before Person) Person {
	active, chief := p.User.Active, p.User.CompanyAdministrator
	p.User = before.User
	p.User.Active, p.User.CompanyAdministrator = active, chief
	return p.Canonical()
}

// tell says anew what an entry comes to that is held: the record has less of it than was compiled.
func (w *Wanted) tell(outcome *TenantOutcome) {
	obstacle, held := w.entries[outcome.Tenant]
	if !held {
		return
	}
	standing := w.Person.Stand(outcome.Tenant, w.directory)
	if !standing.Declared && !w.Person.User.CompanyAdministrator {
		standing.Obstacles = []Obstacle{obstacle}
	}
	outcome.Role, outcome.Obstacles, outcome.Facts = standing.Access.Role, standing.Obstacles, standing.Facts
	outcome.Conversations = standing.Conversations()
	outcome.Channels = slices.DeleteFunc(slices.Clone(outcome.Channels), func(c Channel) bool {
		return !slices.ContainsFunc(standing.Grants, func(g Grant) bool { return g.Channel == c })
	})
	entry := Ineffective{Grant: "entry", Reason: obstacle.Reason, Message: obstacle.Message}
	outcome.Ineffective = slices.Insert(slices.Clone(outcome.Ineffective), 0, entry)
}

// toldAtMost is how many violations or holds a sentence tells before it counts them.
const toldAtMost = 3

// TellViolations says in one sentence which rules are broken and what would be right; empty where none is.
func TellViolations(violations []Violation) string { return tell(violations) }

// TellHolds says in one sentence what is held and what would end it; empty where nothing is.
func TellHolds(holds []Hold) string { return tell(holds) }

func tell[E fmt.Stringer](list []E) string {
	told := ""
	for i, e := range list[:min(len(list), toldAtMost)] {
		if i > 0 {
			told += "; "
		}
		told += e.String()
	}
	if len(list) > toldAtMost {
		told += fmt.Sprintf("; and %d more", len(list)-toldAtMost)
	}
	return told
}
