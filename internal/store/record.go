// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/roster-dev/roster/internal/roster"
)

// Record is what a driver asks of a value it keeps: its natural key, and the one form in which equal values are equal.
type Record[K comparable, V any] interface {
	Key() K
	Canonical() V
}

// heritable is a value that not every new object of the same name may go on with.
type heritable[V any] interface {
	// MayTakeUp tells whether an object that wants this value may go on with what the object before it had.
	MayTakeUp(before V) bool
}

// CheckOwner is nil where a writer may change a record, else a ForeignError, and tells whether its stamp must be written even
// where the value is equal. Value is what the writer wants, the zero value for a deletion; from is as in Terms.
//
// The same identity is the same owner, but a person whose object was made anew, and so has another UID, must be taken up by a
// value that may; it is held otherwise. A record without a stamp is nobody's, and nobody may change it but by taking it over.
func CheckOwner[V any](have Stored[V], value V, stamp Stamp, from *Owner) (restamp bool, err error) {
	ours := have.Stamp.Owner == stamp.Owner && have.Stamp.Owner != Owner{}
	person, bound := any(value).(heritable[V])
	anew := bound && have.Stamp.UID != stamp.UID && have.Stamp.UID != "" && stamp.UID != ""
	switch {
	case from != nil && *from == have.Stamp.Owner:
		return !ours || anew, nil
	case !ours:
		return false, &ForeignError{Owner: have.Stamp.Owner}
	case anew && !person.MayTakeUp(have.Value):
		return false, &ForeignError{Owner: have.Stamp.Owner, Held: true}
	}
	return anew, nil
}

// administrative is a value by which a person may administer tenants.
type administrative[V any] interface {
	// MayRelinquish tells whether there can be a tenant that loses its Administrator when the value becomes another one.
	MayRelinquish(after V) bool
	// Relinquished are those of some tenants which do.
	Relinquished(after V, tenants []string) []string
}

// CheckAdministered is a LastAdministratorError where a write takes the last live Administrator from tenants. Nobody lists, in
// the order of their names, the tenants of the company that are not retired and that nobody but the person written is a live Administrator
// of; it is asked only where the write takes the administration of a tenant away, and what it lists must stay so until the write is
// committed.
func CheckAdministered[V any](before, after V, nobody func() ([]string, error)) error {
	person, may := any(before).(administrative[V])
	if !may || !person.MayRelinquish(after) {
		return nil
	}
	tenants, err := nobody()
	if err != nil {
		return err
	}
	if lost := person.Relinquished(after, tenants); len(lost) > 0 {
		return &LastAdministratorError{Tenants: lost}
	}
	return nil
}

// removable is a value whose removal takes people away from tenants.
type removable[V any] interface {
	// Losses are the tenants that lose live people when the value becomes another one; the zero value is none.
	Losses(after V) []roster.Loss
	// IsHeld tells whether the value is as it is only because its removal is held.
	IsHeld() bool
}

// Ledger is what a driver knows of the removals of a company, within the transaction that removes somebody. What it answers must stay so
// until that is committed.
type Ledger interface {
	// Budget is that of a tenant; nil is that the tenant has none. False is that there is no such tenant, or that it is retired.
	Budget(tenant string) (budget *roster.RemovalBudget, there bool, err error)
	// Window is what the tenant's removals came to so far, and Keep replaces it.
	Window(tenant string) (roster.RemovalWindow, error)
	Keep(tenant string, window roster.RemovalWindow) error
	// Live counts the people who are live in the tenant by a membership.
	Live(tenant string) (int, error)
}

// CheckRemoval is ErrNotFound where a removal is of a held record and this one is not, and a BudgetError where it is beyond the budget of
// tenants. It keeps nothing then; else it keeps what the budgets were spent on.
func CheckRemoval[V any](before, after V, removal *Removal, ledger Ledger) error {
	value, may := any(before).(removable[V])
	switch {
	case !may || removal == nil:
		return nil
	case removal.Held && !value.IsHeld():
		return fmt.Errorf("%w: its removal is not held any more", ErrNotFound)
	}
	return checkBudget(value.Losses(after), removal, ledger)
}

// checkBudget is the rest of CheckRemoval, for what is lost. Nobody has anything in a tenant that is not there or retired, so that nothing is
// removed there.
func checkBudget(losses []roster.Loss, removal *Removal, ledger Ledger) error {
	windows := map[string]roster.RemovalWindow{}
	var over []string
	slices.SortFunc(losses, func(a, b roster.Loss) int { return strings.Compare(a.Tenant, b.Tenant) })
	for _, loss := range losses {
		spent, changed, allowed, err := spend(loss, removal, ledger)
		switch {
		case err != nil:
			return err
		case !allowed:
			over = append(over, loss.Tenant)
		case changed:
			windows[loss.Tenant] = spent
		}
	}
	if len(over) > 0 {
		return &BudgetError{Tenants: over}
	}
	for _, tenant := range slices.Sorted(maps.Keys(windows)) {
		if err := ledger.Keep(tenant, windows[tenant]); err != nil {
			return err
		}
	}
	return nil
}

// spend is a tenant's window once it lost people, whether it is another one then, and whether its budget allows that.
func spend(loss roster.Loss, removal *Removal, ledger Ledger) (spent roster.RemovalWindow, changed, allowed bool, err error) {
	budget, there, err := ledger.Budget(loss.Tenant)
	if err != nil || !there {
		return spent, false, true, err
	}
	live := func() (int, error) { return ledger.Live(loss.Tenant) }
	people := 1
	if loss.All {
		if people, err = live(); err != nil {
			return spent, false, false, err
		}
	}
	window, err := ledger.Window(loss.Tenant)
	if err != nil {
		return spent, false, false, err
	}
	spent, allowed, err = window.Spend(roster.Removing{
		People: people, At: removal.At, Budget: budget, Confirmed: removal.Confirmed[loss.Tenant], Live: live,
	})
	return spent, spent != window, allowed, err
}

// CheckEpoch is ErrFenced where a writer's epoch is not the current one of its installation, which is 0 before the first.
func CheckEpoch(stamp Stamp, current int64) error {
	if stamp.Epoch != current {
		return fmt.Errorf("%w: its epoch is %d and the current one is %d", ErrFenced, stamp.Epoch, current)
	}
	return nil
}

// CheckInstallation is ErrRejected where an installation that is to be fenced has no name.
func CheckInstallation(name string) error {
	if name == "" {
		return fmt.Errorf("%w: the installation has no name; every installation needs one", ErrRejected)
	}
	return nil
}

// CheckStamp is ErrRejected where a stamp does not name an owner in full: no record is created as nobody's.
func CheckStamp(stamp Stamp) error {
	if slices.Contains([]string{stamp.Installation, stamp.Namespace, stamp.Kind, stamp.Name}, "") {
		return fmt.Errorf("%w: its stamp names no owner; installation, namespace, kind and name are right", ErrRejected)
	}
	return nil
}
