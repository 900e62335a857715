// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// RemovalBudget is how many people of a tenant may be removed in a time by objects that vanish.
type RemovalBudget struct {
	// Max is a number of people, at least 1; 0 where Percent counts.
	Max int `json:"max,omitempty"`
	// Percent, from 1 to 100, is of the people who are live in the tenant when the time begins, rounded up.
	Percent int `json:"percent,omitempty"`
	// Window is the time in whole seconds. It begins with the first removal after the one before is over.
	Window int64 `json:"windowSeconds"`
}

// limit is how many people may be removed in a window that began with so many live: at least one.
func (b RemovalBudget) limit(live int) int {
	if b.Max > 0 {
		return b.Max
	}
	return max(1, (live*b.Percent+99)/100)
}

// RemovalWindow is what a tenant's removals came to in the window that began last. A store keeps one for each tenant, and changes it in the
// transaction that removes people.
type RemovalWindow struct {
	// Began is when; zero is that none ever did.
	Began time.Time `json:"began,omitzero"`
	// Live are the people who were live in the tenant then, and Removed those who were removed since.
	Live    int `json:"live,omitempty"`
	Removed int `json:"removed,omitempty"`
	// Confirmation is the last one that let somebody go, and Confirmed how many people it has let go.
	Confirmation string `json:"confirmation,omitempty"`
	Confirmed    int    `json:"confirmed,omitempty"`
}

// Removing is that so many live people of a tenant are about to be removed.
type Removing struct {
	People int
	At     time.Time
	// Budget is the tenant's; nil sets no limit.
	Budget *RemovalBudget
	// Confirmed is what people confirmed for the tenant; the zero confirmation is nothing.
	Confirmed Confirmation
	// Live counts the people who are live in the tenant now. It is asked only where a window begins.
	Live func() (int, error)
}

// Spend is the window once a removal was carried out; false is that the budget does not allow it, and no confirmation covers it. What was
// confirmed is not counted in the window.
func (w RemovalWindow) Spend(r Removing) (RemovalWindow, bool, error) {
	if after, covered := w.confirm(r); covered {
		return after, true, nil
	}
	if r.Budget == nil {
		return w, true, nil
	}
	if w.Began.IsZero() || !r.At.Before(w.Began.Add(time.Duration(r.Budget.Window)*time.Second)) {
		live, err := r.Live()
		if err != nil {
			return w, false, err
		}
		w.Began, w.Live, w.Removed = instant(r.At), live, 0
	}
	w.Removed += r.People
	return w, w.Removed <= r.Budget.limit(w.Live), nil
}

// confirm is the window once a confirmation let people go; false is that it does not reach for them.
func (w RemovalWindow) confirm(r Removing) (RemovalWindow, bool) {
	if r.Confirmed.Text == "" || !r.At.Before(r.Confirmed.Until) {
		return w, false
	}
	if w.Confirmation != r.Confirmed.Text {
		w.Confirmation, w.Confirmed = r.Confirmed.Text, 0
	}
	w.Confirmed += r.People
	return w, w.Confirmed <= r.Confirmed.Count
}

// Loss is that live people of a tenant are removed from it.
type Loss struct {
	Tenant string
	// All says that all who are live in it are; else it is one.
	All bool
}

// Losses are the tenants in which the person is live and is no more once the record becomes another one; the zero Person is none.
// Somebody who is there for the company, without a membership, is none of a tenant's people.
func (p Person) Losses(after Person) []Loss {
	var losses []Loss
	for _, m := range p.Memberships {
		if p.LiveMember(m.Tenant) && !after.LiveMember(m.Tenant) {
			losses = append(losses, Loss{Tenant: m.Tenant})
		}
	}
	return losses
}

// LiveMember tells whether the person is live in a tenant by a membership.
func (p Person) LiveMember(tenant string) bool {
	m, found := p.membership(tenant)
	return found && m.Active && p.User.Active
}

// Losses are the tenant itself where its record becomes another one that is retired, or none.
func (t TenantRecord) Losses(after TenantRecord) []Loss {
	if t.Tenant == "" || t.Retired || after.Tenant != "" && !after.Retired {
		return nil
	}
	return []Loss{{Tenant: t.Tenant, All: true}}
}

// Confirmation is that somebody lets people go whose removal is held.
type Confirmation struct {
	// Text is how it was written, by which it is told from others: each counts for itself.
	Text string
	// Count is how many people it lets go at most.
	Count int
	// Until is when it ceases to count.
	Until time.Time
}

// longestConfirmation is how far ahead a confirmation may reach.
const longestConfirmation = 24 * time.Hour

// mostConfirmed is more people than any company has.
const mostConfirmed = 10_000_000

// ParseConfirmation reads a confirmation as it is written in roster.dev/confirm-removals: "<count>@<expiry>", the expiry in RFC 3339,
// ahead of now and at most 24 hours. Its error is a sentence that says what would be right.
func ParseConfirmation(text string, now time.Time) (Confirmation, error) {
	number, moment, found := strings.Cut(text, "@")
	count, err := strconv.Atoi(number)
	if !found || err != nil || count < 1 || count > mostConfirmed || number != strconv.Itoa(count) {
		return Confirmation{}, errors.New(`it must be <count>@<expiry>, such as 12@2030-01-31T18:00:00Z: how many people may go, and until when`)
	}
	until, err := time.Parse(time.RFC3339, moment)
	switch {
	case err != nil:
		return Confirmation{}, errors.New("the part after @ must be a time of RFC 3339, such as 2030-01-31T18:00:00Z")
	case !now.Before(until):
		return Confirmation{}, errors.New("it has expired: confirm anew, with a time that is ahead")
	case until.Sub(now) > longestConfirmation:
		return Confirmation{}, fmt.Errorf("it reaches more than %d hours ahead: a nearer time is right", int(longestConfirmation.Hours()))
	}
	return Confirmation{Text: text, Count: count, Until: until}, nil
}
